"""Bad files by the hundred: each ends with a reason, none ends the batch, and no good file is lost."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from source_files import (
    LOCKED_PDF,
    docx,
    level,
    locked,
    numbering,
    ole,
    paragraph,
    pdf,
    read_as,
    set_page,
    table,
    zipped,
)

from speechrag.errors import SourceError
from speechrag.sources import Reading, SourceFile, find_sources, read_source

TEXT = ("同志们：\n今天召开全县水利工作会议，主要任务是总结去年的工作，安排今年的重点。\n一、提高认识\n" * 5).encode()
WORD = docx(
    paragraph("同志们：") + paragraph("提高认识", "1") + table([paragraph("甲"), paragraph("乙")]),
    {"numbering.xml": numbering({"0": [level(0, "chineseCounting", "%1、")]}, {"1": ("0", "")})},
)
PAPER = pdf([set_page(["同志们：", "今天召开全县水利工作会议。"])])
PAGE = ("<html><head><title>讲话</title></head><body><p>" + "同志们，" * 40 + "</p></body></html>").encode()
ROWS = '{"title": "讲话", "text": "同志们：今天开会。"}\n{"text": "第二篇。", "id": 2}\n'.encode()
GOOD = {
    "a.txt": TEXT,
    "b.txt": TEXT.decode().encode("gb18030"),
    "c.docx": WORD,
    "d.pdf": PAPER,
    "e.html": PAGE,
    "f.jsonl": ROWS,
    "g.zip": zipped({"甲.txt": TEXT, "乙.docx": WORD, "丙.pdf": PAPER}),
}


def outcome(folder: Path, data: bytes, name: str) -> Reading | str:
    """Return what came of a file: its reading, or the reason. Anything else fails the test."""
    try:
        return read_as(folder, data, name)
    except SourceError as exc:
        reason = str(exc)
        assert reason.strip() and "\n" not in reason and len(reason) < 600
        return reason


def bad_files() -> dict[str, bytes]:
    """Return files that no reader can take, by name."""
    bad = {
        "empty.txt": b"",
        "blank.txt": "\u3000\n \t".encode(),
        "nul.txt": b"\0" * 5000,
        "noise.txt": random.Random(1).randbytes(5000),
        "program.txt": b"\x7fELF" + b"\0" * 100,
        "image.txt": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "rar.zip": b"Rar!\x1a\x07\x00" + b"x" * 100,
        "locked.pdf": pdf([set_page(["文"])], trailer=LOCKED_PDF),
        "blank.pdf": pdf([[]]),
        "scan.pdf": pdf([[]], picture=True),
        "head.pdf": b"%PDF-1.7\n%%EOF",
        "locked.docx": ole("EncryptedPackage"),
        "locked2.docx": locked(WORD),
        "locked.doc": ole("WordDocument", fib_flags=0x0100),
        "sheet.doc": ole("Workbook"),
        "sheet.docx": zipped({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        "nothing.docx": docx(""),
        "notxml.docx": zipped({"word/document.xml": b"no xml at all"}),
        "wrong.docx": zipped({"word/document.xml": b"<a/>"}),
        "crc.docx": WORD.replace(b"PK\x03\x04", b"PK\x03\x05", 1),
        "bomb.docx": zipped({"word/document.xml": b"<a>" + b" " * (30 << 20) + b"</a>"}),
        "dtd.docx": docx("<w:p/>", prolog='<!DOCTYPE x SYSTEM "http://127.0.0.1/x">'),
        "empty.zip": b"PK\x05\x06" + b"\0" * 18,
        "locked.zip": locked(zipped({"a.txt": TEXT})),
        "folders.zip": zipped({"a/": b"", "b/": b""}),
        "bomb.zip": zipped({"a.txt": b"\0" * (30 << 20)}),
        "deep.zip": zipped({"a.zip": zipped({"b.zip": zipped({"c.txt": TEXT})})}),
        "slip.zip": zipped({"../a.txt": TEXT}),
        "broken.jsonl": b'{"text": \n[]\n{}\n',
        "empty.html": b"<html><body><script>x</script></body></html>",
        "comment.html": b"<html><!--" + b"x" * 1000,
    }
    for name, data in (("cut.docx", WORD), ("cut.pdf", PAPER), ("cut.zip", GOOD["g.zip"])):
        for n in range(1, 41):
            keep = 8 + (len(data) // 3) * n // 41
            bad[f"{n}{name}"] = data[:keep]
    return bad


def test_a_hundred_and_fifty_bad_files_have_a_reason_each_and_the_good_ones_are_read(tmp_path: Path) -> None:
    """One bad file never stops a batch."""
    bad = bad_files()
    assert len(bad) >= 150
    for name, data in {**GOOD, **bad}.items():
        (tmp_path / name).write_bytes(data)
    found, skipped = find_sources([tmp_path])
    assert skipped == [] and len(found) == len(GOOD) + len(bad)
    results: dict[str, Reading | str] = {}
    for file in found:
        try:
            results[file.name] = read_source(file)
        except SourceError as exc:
            results[file.name] = str(exc)
    for name in GOOD:
        reading = results[name]
        assert isinstance(reading, Reading) and reading.documents and not reading.skipped, name
    for name in bad:
        result = results[name]
        assert isinstance(result, str) or (not result.documents and result.skipped), (name, result)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_mutated_files_are_read_or_refused_and_nothing_else(tmp_path: Path, name: str) -> None:
    """Flipped bytes, lost blocks and repeated blocks anywhere in a file."""
    chance = random.Random(name)
    data = GOOD[name]
    for _ in range(120):
        outcome(tmp_path, mutated(data, chance), name)
    assert isinstance(outcome(tmp_path, data, name), Reading)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return ``data`` with one to four random changes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(4):
            case 0:
                changed[at : at + 1] = chance.randbytes(1)
            case 1:
                del changed[at : at + chance.randint(1, 40)]
            case 2:
                changed[at:at] = changed[max(0, at - 30) : at]
            case _:
                changed[at : at + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"PK\x03\x04\x14\0\0\0", b"99999999"))
    return bytes(changed)


def test_a_file_of_gbk_names_bad_and_good_keeps_the_good(tmp_path: Path) -> None:
    """The names of the bad ones are readable too."""
    data = zipped({"x" * 8: TEXT, "y" * 8: b""}, zipfile.ZIP_STORED)
    data = data.replace(b"x" * 8, "讲话".encode("gbk") + b".txt").replace(b"y" * 8, "空文".encode("gbk") + b".txt")
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    found = read_source(SourceFile(path, "a.zip"))
    assert [d.source for d in found.documents] == ["a.zip!讲话.txt"]
    assert [s.source for s in found.skipped] == ["a.zip!空文.txt"]
