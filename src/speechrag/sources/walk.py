"""Finding the source files below some roots: regular files only, in a fixed order, links never followed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath

from speechrag.decoding import strictly
from speechrag.errors import SourceError
from speechrag.files import open_unlinked
from speechrag.records import Skipped
from speechrag.text import displayable

# Files that stand in every folder of texts and are none themselves.
_COMPANIONS = {"readme", "readme.md", "readme.txt", "license", "license.txt", "license.md", "thumbs.db", "desktop.ini"}
# fmt: off
_EXTENSIONS = frozenset((
    "", ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".docx", ".docm",
    ".dotx", ".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".xml", ".pdf", ".zip", ".jsonl", ".ndjson",
))
# fmt: on
_EXTENSION = re.compile(r"\.(?=.{0,9}[a-z])[a-z0-9]{1,10}", re.ASCII)  # not the ".12 讲话" of "2019.12 讲话"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read and the name it is shown and cited under."""

    path: Path
    name: str  # relative to its root, with "/"; printable whatever bytes the file system holds
    real: Path | None = None  # where it lies, with no link in it; None: as the path says now

    def opened(self) -> BufferedReader:
        """Open it for reading. Raises OSError, also where a link has taken its place or that of a folder above it."""
        return open_unlinked(self.real or Path(os.path.realpath(self.path)))


def find_sources(roots: Sequence[Path]) -> tuple[list[SourceFile], list[Skipped]]:
    """Return the files below ``roots`` that a reader may take, sorted by name, and those left out with the reason.

    Hidden files and folders are passed over silently. A file reached twice is listed once. Raises SourceError for a
    root that does not exist.
    """
    found: dict[Path, SourceFile] = {}
    skipped: dict[Path, Skipped] = {}
    for root in map(Path, roots):
        home = Path(os.path.realpath(root))
        for path, name in _walk(root):
            reason = _refusal(path)
            if reason:
                skipped.setdefault(path, Skipped(name, reason))
            else:
                real = home / path.relative_to(root)  # no link below the root: what becomes one later is not followed
                found.setdefault(real, SourceFile(path, name, real))
    by_name = sorted(found.values(), key=lambda file: (file.name, str(file.path)))
    return by_name, sorted(skipped.values(), key=lambda entry: (entry.source, entry.reason))


def display_name(name: str) -> str:
    """Return a file name that can be printed and stored; bytes that are not UTF-8 are read as GB18030 if possible."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        try:
            raw = name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # halves of characters that stand for no byte
            raw = name.encode("utf-8", "replace")
        found = strictly(raw, "utf-8") or strictly(raw, "gb18030")  # UTF-8 first: a locale may know neither
        name = raw.decode("utf-8", "replace") if found is None else found
    return displayable(name).replace("\n", " ").replace("\t", " ")


def is_companion(name: str) -> bool:
    """Tell whether a file of this name stands beside texts and is none itself."""
    return name.lower() in _COMPANIONS or name.startswith("~$")  # Word's mark that somebody has a document open


def refusal_by_name(name: str) -> str:
    """Return why a file of this name is not worth opening, empty when it may be: its content decides then."""
    extension = PurePosixPath(name).suffix.lower()
    if extension in _EXTENSIONS or not _EXTENSION.fullmatch(extension):
        return ""
    taken = "txt, md, html, docx, doc, wps, rtf, pdf, zip and jsonl are read"
    return f"no reader takes {display_name(extension)} files; {taken}"


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    try:
        mode = root.stat().st_mode  # a root may itself be a link: the user named it
    except OSError as exc:
        raise SourceError(
            f"{display_name(str(root))}: cannot be read ({exc.strerror}); name a file or a folder"
        ) from exc
    if not stat.S_ISDIR(mode):
        yield root, display_name(root.name)
        return
    unlistable: list[OSError] = []
    for folder, folders, names in os.walk(root, followlinks=False, onerror=unlistable.append):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted(names + links):
            if not name.startswith(".") and not is_companion(name):
                path = Path(folder, name)
                yield path, display_name(path.relative_to(root).as_posix())
    for error in unlistable:
        path = Path(os.fsdecode(error.filename))
        yield path, display_name(path.relative_to(root).as_posix())


def _refusal(path: Path) -> str:
    """Return why ``path`` is not read, empty when it is. Looks at the entry itself and opens nothing."""
    try:
        mode = path.lstat().st_mode
    except OSError as exc:
        return f"cannot be read ({exc.strerror})"
    if stat.S_ISLNK(mode):
        return "a symbolic link; links are not followed"
    if stat.S_ISDIR(mode):
        return "the folder cannot be listed; check its permissions"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return refusal_by_name(path.name)
