"""Sources: files -> documents. Content decides which reader takes a file; every refusal says why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from speechrag.errors import SourceError
from speechrag.records import Document, Skipped
from speechrag.registry import READERS, resolve
from speechrag.sources.archive import MAX_DEPTH, Budget, members
from speechrag.sources.encoding import Decoded, decode, is_destroyed
from speechrag.sources.html import declared_charset
from speechrag.sources.lines import rows
from speechrag.sources.office import converter
from speechrag.sources.sandbox import LIMITS, read_apart
from speechrag.sources.sniff import kind_of_bytes, kind_of_text
from speechrag.sources.walk import SourceFile, find_sources
from speechrag.text import sentence_spans

MAX_BYTES = 200 * 1024 * 1024  # of one file or one member of an archive
MAX_UNPACKED = 2 * MAX_BYTES  # of all members of an archive together
MAX_CHARS = 10_000_000  # of one document: all of it is in memory while it is indexed, at some 150 bytes a character
MAX_STRETCH = (
    100_000  # characters without an end of a sentence or line: no passage can be cut of them, none is a speech
)
READERS_VERSION = "5"  # counts up when the same file would be read differently

__all__ = ["MAX_BYTES", "Reading", "SourceFile", "find_sources", "member_of", "read_source", "readers_fingerprint"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held: its documents, and the members (of an archive, a list of records) left out with the reason."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...] = ()
    sha256: str = ""  # of the bytes that were read


def read_source(file: SourceFile) -> Reading:
    """Return what ``file`` holds; its bytes are read once, and the hash is of what was read.

    A member of an archive is a document of its own, named ``archive.zip!member``, with the hash of its own bytes; so is
    a line of a JSON Lines file. Bad members are listed beside the good ones, which may then be none. Raises SourceError
    with one sentence that says what is wrong with the file as a whole; the message does not repeat the file's name.
    """
    documents: list[Document] = []
    skipped: list[Skipped] = []
    data = _read(file)
    for found in _read_bytes(data, file.name, Budget(MAX_UNPACKED), 0):
        if isinstance(found, Document):
            documents.append(found)
        else:
            skipped.append(found)
    return Reading(tuple(documents), tuple(skipped), hashlib.sha256(data).hexdigest())


def member_of(file: str, source: str) -> str | None:
    """Return the part of a source's name behind its file's: "!inner.docx", or empty; None for another file's."""
    member = source.removeprefix(file)
    return member if source.startswith(file) and member[:1] in ("", "!") else None


def readers_fingerprint() -> str:
    """Return what decides, beside a file's bytes, how it is read here: the readers, and whether LibreOffice is in."""
    return READERS_VERSION + ("+office" if converter() else "")


def _read(file: SourceFile) -> bytes:
    try:
        with file.opened() as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as exc:
        raise SourceError(f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES // (1024 * 1024)} MB; split it into smaller files")
    return data


def _read_bytes(data: bytes, name: str, budget: Budget, depth: int) -> Iterator[Document | Skipped]:
    if not data.strip():
        raise SourceError("the file holds no text")
    media = kind_of_bytes(data)
    if media == "zip":
        yield from _read_archive(data, name, budget, depth + 1)
        return
    plain = None if media else decode(data, declared_charset(data))
    media = media or kind_of_text(plain.text if plain else "", name)
    if plain and media == "jsonl":
        yield from _read_rows(plain, name)
    elif media in LIMITS:
        yield _document(read_apart(media, data), data, name, media)
    else:
        yield _document(resolve(READERS, media)(data), data, name, media)


def _document(decoded: Decoded, data: bytes, name: str, media: str) -> Document:
    if not decoded.text.strip():
        raise SourceError("the file holds no text")
    if is_destroyed(decoded.text):
        raise SourceError("most of its text was lost before it was saved (U+FFFD stands in its place); get it again")
    _check_size(decoded.text)
    digest = hashlib.sha256(data).hexdigest()
    return Document(digest[:12], name, decoded.text, digest, decoded.encoding, media, decoded.notes)


def _check_size(text: str) -> None:
    """Raise SourceError for a text that no memory is meant to hold."""
    if len(text) > MAX_CHARS:
        raise SourceError(f"longer than {MAX_CHARS // 1_000_000} million characters; split it into smaller files")
    if len(text) > MAX_STRETCH:
        longest = max((end - start for start, end in sentence_spans(text)), default=0)
        if longest > MAX_STRETCH:
            raise SourceError(
                f"{longest} characters stand in it without an end of a sentence or line; no speech has that"
            )


def _read_archive(data: bytes, name: str, budget: Budget, depth: int) -> Iterator[Document | Skipped]:
    if depth > MAX_DEPTH:
        raise SourceError(f"an archive inside an archive inside an archive; at most {MAX_DEPTH} are opened, unpack it")
    for member in members(data, budget, MAX_BYTES):
        source = f"{name}!{member.name}"
        if member.refused:
            yield Skipped(source, member.refused)
            continue
        try:
            yield from _read_bytes(member.data, source, budget, depth)
        except SourceError as exc:
            yield Skipped(source, str(exc))


def _read_rows(plain: Decoded, name: str) -> Iterator[Document | Skipped]:
    for row in rows(plain.text):
        source = f"{name}!{row.name}"
        if row.refused:
            yield Skipped(source, row.refused)
            continue
        try:
            yield _document(Decoded(row.text, plain.encoding), row.data, source, "jsonl")
        except SourceError as exc:
            yield Skipped(source, str(exc))
