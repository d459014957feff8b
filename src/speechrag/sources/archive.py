"""Zip archives: their members one by one, each under the name it was given, none ever written to disk."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from speechrag.decoding import strictly
from speechrag.errors import SourceError
from speechrag.sources.packed import ERRORS, MAX_MEMBERS, brief, is_encrypted, open_zip, unpack
from speechrag.sources.walk import display_name, is_companion, refusal_by_name
from speechrag.text import is_han

MAX_DEPTH = 2
_UTF8_NAME = 0x800  # flag bit 11


@dataclass(slots=True)
class Budget:
    """What one file on disk may still unpack to, archives within archives included."""

    bytes: int
    members: int = MAX_MEMBERS


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive: its bytes, or why there are none."""

    name: str
    data: bytes = b""
    refused: str = ""


def members(data: bytes, budget: Budget, limit: int) -> Iterator[Member]:
    """Yield the members of a zip in its own order, with a distinct name each; ``limit`` bounds the bytes of one.

    Folders, hidden files and the companions of every folder (readme, Thumbs.db) are passed over silently. Raises
    SourceError for an archive that is damaged, empty, encrypted as a whole, or lists too many members.
    """
    with open_zip(data, "the zip archive") as archive:
        named = [(info, member_name(info)) for info in archive.filelist]
        files = [(info, name) for info, name in named if not name.endswith("/") and not _is_passed_over(name)]
        if not files:
            raise SourceError("the zip archive is empty")
        if all(is_encrypted(info) for info, _ in files):
            raise SourceError("the zip archive is encrypted with a password; pack it again without one")
        budget.members -= len(files)
        if budget.members < 0:
            raise SourceError(f"the archive holds more than {MAX_MEMBERS} members in all; split it")
        taken: set[str] = set()
        for info, name in files:
            name = _distinct(name, taken)
            try:
                found = _unpacked(archive, info, name, min(limit, budget.bytes))
            except SourceError as exc:
                yield Member(name, refused=str(exc))
                continue
            budget.bytes -= len(found)
            yield Member(name, found)


def member_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member in characters.

    Where the archive does not say that a name is UTF-8, the bytes decide between UTF-8 (archives made on a Mac) and
    GB18030 (made on a Chinese Windows). Both may fit a short name (图片 in GBK is ͼƬ in UTF-8): the first that gives
    Chinese is meant. What is neither stays in the code page of the first PCs.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        read = [text for encoding in ("utf-8", "gb18030") if (text := strictly(raw, encoding)) is not None]
        name = next((text for text in read if any(map(is_han, text))), read[0] if read else name)
    return display_name(name.replace("\x00", "").replace("\\", "/")) or "unnamed"


def _is_passed_over(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") and part not in ("..", ".") for part in parts)
    return not parts or hidden or "__MACOSX" in parts or is_companion(parts[-1])


def _distinct(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    taken.add(found)
    return found


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or name[1:3] == ":/":
        raise SourceError("its name leads out of the archive; rename it")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise SourceError("a symbolic link; links are not followed")
    reason = refusal_by_name(name)
    if reason:
        raise SourceError(reason)
    try:
        return unpack(archive, info, limit)
    except ERRORS as exc:
        raise SourceError(f"damaged ({brief(exc)}); fetch or save it again") from exc
