"""Files made for the tests of the readers: small Word, PDF, OLE and zip files, whole and broken."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from speechrag.sources import Reading, SourceFile, read_source

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
A4 = (595.0, 842.0)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_as(folder: Path, data: bytes, name: str) -> Reading:
    """Read ``data`` as a file called ``name``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return read_source(SourceFile(path, name))


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def locked(archive: bytes) -> bytes:
    """Return a zip with the mark of an encrypted member on every member."""
    data = bytearray(archive)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(magic)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(magic, start + 4)
    return bytes(data)


def paragraph(text: str, num: str = "", level: int = 0, style: str = "", extra: str = "") -> str:
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        properties += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}{extra}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def table(*rows: Sequence[str]) -> str:
    cells = ["".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def level(index: int, style: str, text: str, more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(abstracts: Mapping[str, Iterable[str]], nums: Mapping[str, tuple[str, str]]) -> str:
    """Return a numbering part; ``nums`` maps a num to its abstract list and its overrides."""
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="{n}">{"".join(ls)}</w:abstractNum>' for n, ls in abstracts.items()
    )
    used = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="{a}"/>{overrides}</w:num>' for n, (a, overrides) in nums.items()
    )
    return f'<w:numbering xmlns:w="{W}">{lists}{used}</w:numbering>'


def docx(body: str, parts: Mapping[str, str] | None = None, prolog: str = "") -> bytes:
    """Return a Word document with this body; ``parts`` are further files below ``word/``."""
    spaces = (
        f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    )
    files = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
        "word/document.xml": f"{prolog}<w:document {spaces}><w:body>{body}</w:body></w:document>",
        **{f"word/{name}": text for name, text in (parts or {}).items()},
    }
    return zipped({name: text.encode() for name, text in files.items()})


def ole(*streams: str, fib_flags: int | None = None) -> bytes:
    """Return the outside of an OLE file: its magic, stream names, and perhaps the head of a Word 97 stream."""
    data = OLE + b"\0" * 504
    if fib_flags is not None:
        data += b"\xec\xa5\xc1\x00" + b"\0" * 6 + fib_flags.to_bytes(2, "little") + b"\0" * 500
    return data + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


Placed = tuple[float, float, float, str]  # x, y, size, text


def pdf(pages: Sequence[Sequence[Placed]], picture: bool = False, trailer: str = "") -> bytes:
    """Return a PDF with texts at these places; its one font maps every code to the character of that number."""
    kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        3: b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        4: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor 6 0 R/DW 1000/W[32[500] 48 57 500]>>",
        5: _stream(
            b"/CIDInit/ProcSet findresource begin begincmap /CMapType 2 def 1 begincodespacerange <0000><ffff> "
            b"endcodespacerange 1 beginbfrange <0000><ffff><0000> endbfrange endcmap end"
        ),
        6: b"<</Type/FontDescriptor/FontName/Song/Flags 4/FontBBox[0 -120 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 700/StemV 80>>",
        7: _stream(b"\x80", "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"),
    }
    for number, texts in enumerate(pages):
        objects[10 + 2 * number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Contents {11 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>/XObject<</P 7 0 R>>>>>>"
        ).encode()
        drawn = [f"BT /F {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET" for x, y, size, text in texts]
        drawn += ["q 500 0 0 700 50 50 cm /P Do Q"] if picture else []
        objects[11 + 2 * number] = _stream("\n".join(drawn).encode())
    return _assembled(objects, trailer)


def _stream(data: bytes, more: str = "") -> bytes:
    packed = zlib.compress(data)
    return f"<<{more}/Length {len(packed)}/Filter/FlateDecode>>stream\n".encode() + packed + b"\nendstream"


def _assembled(objects: Mapping[int, bytes], trailer: str) -> bytes:
    data, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(data)
        data += f"{number} 0 obj".encode() + body + b"endobj\n"
    size = max(objects) + 1
    rows = [f"{places[n]:010d} 00000 n \n" if n in places else "0000000000 65535 f \n" for n in range(size)]
    table_at = len(data)
    data += f"xref\n0 {size}\n{''.join(rows)}trailer<</Size {size}/Root 1 0 R{trailer}>>\n".encode()
    return data + f"startxref\n{table_at}\n%%EOF".encode()


def set_page(lines: Sequence[str], size: float = 16, left: float = 72, top: float = 740) -> list[Placed]:
    """Return lines set one under the other; a line that begins with full-width spaces is moved in by as much."""
    placed = []
    for number, line in enumerate(lines):
        text = line.lstrip("\u3000")
        placed.append((left + size * (len(line) - len(text)), top - 1.75 * size * number, size, text))
    return placed


LOCKED_PDF = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2/O<{'11' * 32}>/U<{'22' * 32}>/P -4>>"
