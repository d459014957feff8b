"""What a file is, judged by its content and never by its extension alone."""

from __future__ import annotations

import json
import re
import struct

from speechrag.errors import SourceError
from speechrag.sources.packed import open_zip

# What no reader takes.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"Rar!\x1a\x07", "a RAR archive; unpack it, or pack it as zip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it, or pack it as zip"),
    (b"\x1f\x8b", "a gzip archive; unpack it, or pack it as zip"),
    (b"\x89PNG", "a PNG image; it needs OCR first"),
    (b"\xff\xd8\xff", "a JPEG image; it needs OCR first"),
    (b"GIF8", "a GIF image; it needs OCR first"),
    (b"II*\x00", "a TIFF image; it needs OCR first"),
    (b"MM\x00*", "a TIFF image; it needs OCR first"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,64}\{\\rt[f\d\\]")
_PDF_WITHIN = 1024  # bytes of litter that may stand before a PDF's own first line
# Streams of an OLE file tell what it holds; their names stand in its directory in UTF-16.
_OLE_WORD, _OLE_LOCKED = "WordDocument".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
_OLE_OTHERS = (
    ("Workbook", "an Excel workbook"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("__properties_version1.0", "an Outlook message"),
    ("VisioDocument", "a Visio drawing"),
)
_SECTOR = 512
_FIB = b"\xec\xa5"  # begins the WordDocument stream
_FIB_ENCRYPTED = 0x0100  # in the flags at offset 10 (MS-DOC 2.5.1)
_WORD_XML = re.compile(r"<(?:\w+:)?wordDocument\b|<pkg:package\b")
_MHT = re.compile(rb"(?:[\w-]+:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,9}){0,20}MIME-Version:", re.I)
_PAGE_PART = re.compile(rb"^content-type:\s*(?:multipart/related|text/html)", re.I | re.M)
_HEAD = 4096
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAG = re.compile(r"</?(?:html|head|body|div|p|br|span|table|td|h[1-6]|meta|title|a|ul|li|script)\b[^<>]{0,300}>", re.I)
_MANY_TAGS = 8
_RECORDS = 3  # lines looked at to see whether a text is JSON Lines


def kind_of_bytes(data: bytes) -> str:
    """Return the reader for ``data`` where its bytes tell: "pdf", "docx", "zip", "mht", "office"; empty for a text.

    Raises SourceError for what no reader takes, for locked documents and for damaged containers.
    """
    foreign = next((name for magic, name in _FOREIGN if data.startswith(magic)), "")
    if foreign:
        raise SourceError(f"not a text: {foreign}")
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "pdf"
    if data.startswith(_ZIP):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if _MHT.match(data[:_HEAD]) and _PAGE_PART.search(data[:_HEAD]):
        return "mht"
    return "office" if _RTF.match(data) else ""


def kind_of_text(text: str, name: str) -> str:
    """Return the reader for a file that is text: "html", "jsonl", "office" (Word's own XML) or "text".

    Raises SourceError for bytes that only look like text.
    """
    if text.count("\x00") > len(text) // 100:
        raise SourceError("not a text: a binary file (it is full of NUL bytes)")
    if is_html(text, name):
        return "html"
    if text[:_HEAD].lstrip().startswith("<?xml") and _WORD_XML.search(text[:_HEAD]):
        return "office"
    return "jsonl" if _is_jsonl(text, name) else "text"


def is_html(text: str, name: str) -> bool:
    """Tell whether ``text`` is a web page: it begins like one, or is called one, or is full of tags at its start.

    So is one copied from between a page's tags, where most lines carry some: ……。<br/>.
    """
    head = text[:_HEAD]
    if _HTML.search(head):
        return True
    tags = len(_TAG.findall(head))
    named = name.lower().endswith((".html", ".htm", ".xhtml", ".shtml"))
    if named or tags < _MANY_TAGS:
        return named and tags >= 1
    lines = [line for line in head.split("\n") if line.strip()]
    return head.lstrip().startswith("<") or 2 * sum(bool(_TAG.search(line)) for line in lines) > len(lines)


def office_suffix(data: bytes) -> str:
    """Return the extension under which LibreOffice recognises a document that is converted: ".doc", ".rtf", ..."""
    if data.startswith(_OLE):
        return ".doc" if _OLE_WORD in data else ".wps"  # newer WPS files are Word files inside
    if data.startswith(_ZIP):
        return ".odt"
    return ".rtf" if _RTF.match(data) else ".xml"


def _zip_kind(data: bytes) -> str:
    what = "the Word document (docx)" if b"word/" in data[: 1 << 16] else "the zip archive"
    with open_zip(data, what) as archive:
        names = {info.filename for info in archive.filelist}
    if "word/document.xml" in names or ("[Content_Types].xml" in names and any(n.startswith("word/") for n in names)):
        return "docx"
    if "xl/workbook.xml" in names or "ppt/presentation.xml" in names:
        raise SourceError("not a text: an Excel or PowerPoint file; save what is to be found in it as text")
    return "office" if b"mimetypeapplication/vnd.oasis.opendocument.text" in data[:256] else "zip"


def _ole_kind(data: bytes) -> str:
    if _OLE_LOCKED in data:
        raise SourceError("encrypted with a password; save the document without one")
    if _OLE_WORD not in data:
        other = next((what for stream, what in _OLE_OTHERS if stream.encode("utf-16-le") in data), "")
        if other:
            raise SourceError(f"not a text: {other}; save what is to be found in it as text")
    elif _word_is_locked(data):
        raise SourceError("encrypted with a password; save the document without one")
    return "office"


def _word_is_locked(data: bytes) -> bool:
    """Tell whether a Word 97 file says it is encrypted. Its stream begins in some sector, most often the first."""
    for at in range(_SECTOR, min(len(data) - 12, 1 << 24), _SECTOR):
        if data[at : at + 2] == _FIB and data[at + 3] == 0:
            return bool(struct.unpack_from("<H", data, at + 10)[0] & _FIB_ENCRYPTED)
    return False


def _is_jsonl(text: str, name: str) -> bool:
    """Tell whether ``text`` is called JSON Lines, or its first lines are all JSON objects with a text."""
    if name.lower().endswith((".jsonl", ".ndjson")):
        return True
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return False
    lines = [line for line in text[: 1 << 20].split("\n") if line.strip()][:_RECORDS]
    return all(_is_record(line) for line in lines)


def _is_record(line: str) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and isinstance(found.get("text"), str)
