"""Sources: files -> documents. Content decides which reader takes a file; every refusal says why."""

from __future__ import annotations

import hashlib

from speechrag.errors import SourceError
from speechrag.records import Document
from speechrag.registry import READERS, resolve
from speechrag.sources.encoding import Decoded
from speechrag.sources.sniff import SNIFFED, is_html, unsupported
from speechrag.sources.walk import SourceFile, find_sources

MAX_BYTES = 200 * 1024 * 1024

__all__ = ["MAX_BYTES", "SourceFile", "find_sources", "read_source"]


def read_source(file: SourceFile) -> list[Document]:
    """Return the documents of ``file``; its bytes are read once, and the hash is of what was read.

    Raises SourceError with one sentence that says what is wrong; the message does not repeat the file's name.
    """
    data = _read(file)
    kind = unsupported(data)
    if kind:
        raise SourceError(f"not supported yet: {kind}")
    media = _media(data, file.name)
    decoded: Decoded = resolve(READERS, media)(data)
    if decoded.text.count("\x00") > len(decoded.text) // 100:
        raise SourceError("not supported yet: a binary file (it is full of NUL bytes)")
    if not decoded.text.strip():
        raise SourceError("the file holds no text")
    digest = hashlib.sha256(data).hexdigest()
    return [Document(digest[:12], file.name, decoded.text, digest, decoded.encoding, media)]


def _read(file: SourceFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise SourceError(f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES // (1024 * 1024)} MB; split it into smaller files")
    if not data.strip():
        raise SourceError("the file holds no text")
    return data


def _media(data: bytes, name: str) -> str:
    """Return the reader for ``data``: "html" or "text". Tags are ASCII, so the bytes tell in any encoding."""
    head = data[: 2 * SNIFFED].replace(b"\x00", b"").decode("latin-1")
    return "html" if is_html(head, name) else "text"
