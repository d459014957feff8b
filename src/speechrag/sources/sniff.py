"""What a file is, judged by its content and never by its extension alone."""

from __future__ import annotations

import re

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a Word 97, WPS or other OLE document"),
    (b"{\\rtf", "an RTF document"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
SNIFFED = 4096  # characters at the start that decide
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAG = re.compile(r"</?(?:html|head|body|div|p|br|span|table|td|h[1-6]|meta|title|a|ul|li|script)\b[^<>]{0,300}>", re.I)
_MANY_TAGS = 8


def unsupported(data: bytes) -> str:
    """Return what a file that no reader takes is, empty for text."""
    if data.startswith(_ZIP):
        return "a Word document (docx)" if b"word/" in data[: 1 << 16] else "a zip archive or an office document"
    return next((name for magic, name in _SIGNATURES if data.startswith(magic)), "")


def is_html(text: str, name: str) -> bool:
    """Tell whether ``text`` is a web page: it begins like one, or is called one, or is full of tags at its start."""
    head = text[:SNIFFED].removeprefix("\xef\xbb\xbf").removeprefix("\xff\xfe").removeprefix("\xfe\xff")
    if _HTML.search(head):
        return True
    tags = len(_TAG.findall(head))
    named = name.lower().endswith((".html", ".htm", ".xhtml", ".shtml"))
    return tags >= 1 if named else tags >= _MANY_TAGS and head.lstrip().startswith("<")
