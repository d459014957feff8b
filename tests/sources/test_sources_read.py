"""Reading a source file into documents."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from speechrag import sources
from speechrag.errors import SourceError
from speechrag.sources import SourceFile, read_source


def read(folder: Path, data: bytes, name: str = "a.txt") -> sources.Document:
    path = folder / name
    path.write_bytes(data)
    return read_source(SourceFile(path, name)).documents[0]


def test_a_document_is_identified_by_the_bytes_it_was_read_from(tmp_path: Path) -> None:
    """The id and the hash survive renaming and rebuilding."""
    data = "同志们：\r\n开会了。\n".encode()
    document = read(tmp_path, data)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.doc_id == document.sha256[:12]
    assert document.text == "同志们：\r\n开会了。\n"
    assert (document.encoding, document.media, document.source) == ("utf-8", "text", "a.txt")


def test_content_decides_and_not_the_extension(tmp_path: Path) -> None:
    """A page saved as .txt is still a page."""
    page = "<!DOCTYPE html><html><body><p>正文在这里。</p></body></html>".encode()
    document = read(tmp_path, page)
    assert (document.media, document.text) == ("html", "正文在这里。")


def test_a_text_about_markup_stays_a_text(tmp_path: Path) -> None:
    """A few tags in a plain text do not make it a page."""
    document = read(tmp_path, "用 <b>粗体</b> 标出重点。".encode())
    assert document.media == "text"


def docx() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no text"),
        (b" \n\t\xe3\x80\x80\n", "no text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x05\x06" + b"\x00" * 18, "the zip archive is empty"),
        (docx(), "Word document"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (b"\x89PNG\r\n", "OCR"),
        (b"a\x00b\x01\x00\x00c" * 400, "binary"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    """The ledger tells an empty file from one that needs another reader."""
    with pytest.raises(SourceError, match=reason):
        read(tmp_path, data)


def test_a_file_over_the_cap_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by the cap."""
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    with pytest.raises(SourceError, match="larger than"):
        read(tmp_path, b"x" * 11)


def test_a_text_too_long_to_index_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a document is held while it is indexed, so that its length bounds the memory."""
    monkeypatch.setattr(sources, "MAX_CHARS", 3_000_000)
    assert read(tmp_path, ("字" * 30 + "\n").encode() * 90_000)
    with pytest.raises(SourceError, match="longer than 3 million characters"):
        read(tmp_path, ("字" * 30 + "\n").encode() * 100_000)


@pytest.mark.parametrize("end", ["\n", "。", "！"])
def test_a_stretch_without_an_end_is_no_speech(tmp_path: Path, end: str) -> None:
    """A line of a hundred thousand characters without a full stop would be one passage; with full stops it may be."""
    assert read(tmp_path, ("洪水" * 40_000 + end + "退" * 40_000).encode())
    with pytest.raises(SourceError, match="110000 characters stand in it without an end"):
        read(tmp_path, ("会议开始了" + end + "洪水" * 55_000).encode())


def test_a_file_that_vanished_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    """Files may go between the walk and the reading."""
    with pytest.raises(SourceError, match="cannot be read"):
        read_source(SourceFile(tmp_path / "gone.txt", "gone.txt"))
