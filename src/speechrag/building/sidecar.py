"""``speeches.csv`` beside the sources: what a person knows better than the rules, one speech a line.

A table that Excel and WPS open and save: `speechrag corpus --format csv` writes it with everything that was found, a
clerk corrects cells, and the next build takes them. Headers are Chinese or the names of the metadata; an empty cell
leaves what was found, a dash says that nothing is known.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from speechrag.errors import SourceError
from speechrag.files import open_unlinked
from speechrag.records import Speech
from speechrag.sources.encoding import decode
from speechrag.sources.walk import display_name
from speechrag.text import displayable

SIDECAR_NAME = "speeches.csv"
MAX_SIDECAR = 32 << 20  # bytes
HEADERS: Mapping[str, str] = {
    "source": "文件",
    "ordinal": "第几篇",
    "title": "标题",
    "organ": "机关",
    "level": "级别",
    "region": "地区",
    "year": "年份",
    "occasion": "场合",
    "genre": "文种",
    "speaker_role": "讲话人",
    "topics": "主题",
}
BEGINNING = "正文开头（只供辨认）"
NOTHING = ("-", "—", "——", "无")
_KEYS = {name: key for key, header in HEADERS.items() for name in (key, header)}
_IDENTIFYING = ("source", "ordinal")
_WHOLE = re.compile(r"(\d{1,6})(?:\.0+)?")
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0+)?年?")
_SHOWN = 30  # characters of the beginning of a speech in an exported table
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula at the start of a cell


@dataclass(frozen=True, slots=True)
class Correction:
    """One line: what a person says of a speech, or of all speeches of a file where ``ordinal`` is 0."""

    line: int
    source: str
    ordinal: int
    values: Mapping[str, Any]  # None: nothing is known


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar file; ``problems`` are the lines that say nothing usable, ``fault`` is why none does."""

    name: str
    sha256: str
    root: Path
    corrections: tuple[Correction, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    fault: str = ""
    files: Mapping[str, str] = field(default_factory=dict)  # name below the root -> source name in the index

    def named(self, name: str, names: Mapping[Path, str]) -> Sidecar:
        """Return it under ``name``, with the source names of the files below its root."""
        files = {
            display_name(path.relative_to(self.root).as_posix()): source
            for path, source in names.items()
            if self.root in path.parents
        }
        return replace(self, name=name, files=files)


def find_sidecars(roots: Sequence[Path]) -> list[Sidecar]:
    """Return the sidecar files in the source folders or named themselves, read; links are left to the walk."""
    found = []
    for root in dict.fromkeys(Path(root) for root in roots):
        path = root if root.name == SIDECAR_NAME and not root.is_dir() else root / SIDECAR_NAME
        try:
            if path.parent.is_dir() and stat.S_ISREG(path.lstat().st_mode):
                found.append(_read(path, path.parent))
        except FileNotFoundError:
            continue
        except OSError as exc:
            found.append(Sidecar(SIDECAR_NAME, "", path.parent, fault=f"cannot be read ({exc.strerror})"))
    return list({sidecar.root: sidecar for sidecar in found}.values())


def _read(path: Path, root: Path) -> Sidecar:
    with open_unlinked(Path(os.path.realpath(root)) / path.name) as file:
        data = file.read(MAX_SIDECAR + 1)
    digest = hashlib.sha256(data).hexdigest()
    try:
        if len(data) > MAX_SIDECAR:
            raise SourceError(f"larger than {MAX_SIDECAR >> 20} MB; keep only the lines that correct something")
        corrections, problems = read_table(data)
    except SourceError as exc:
        return Sidecar(SIDECAR_NAME, digest, root, fault=str(exc))
    return Sidecar(SIDECAR_NAME, digest, root, tuple(corrections), tuple(problems))


def read_table(data: bytes) -> tuple[list[Correction], list[tuple[int, str]]]:
    """Return the corrections of a table and what is wrong with it, by line from 1 (the headers).

    UTF-8 with or without a mark, GBK and UTF-16 are taken, and commas, tabs or semicolons between the cells. Raises
    SourceError where it has no column of source names.
    """
    text = decode(data).text.removeprefix("\ufeff") if data.strip() else ""
    first = text.partition("\n")[0]
    separator = max(",\t;", key=lambda mark: (first.count(mark), mark == ","))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        headers = [_bare(cell) for cell in next(lines, [])]
        keys = [_KEYS.get(header.lower(), "") for header in headers]
        if "source" not in keys:
            raise SourceError(f"has no column `{HEADERS['source']}` (or `source`) in its first line")
        problems = _header_problems(headers, keys)
        corrections: list[Correction] = []
        for row in lines:
            if any(map(str.strip, row)):
                _read_row(lines.line_num, dict(zip(keys, map(_bare, row), strict=False)), corrections, problems)
    except csv.Error as exc:
        raise SourceError(f"is no table ({exc}); save it as CSV again") from exc
    return corrections, problems


def _bare(cell: str) -> str:
    """Return a cell as meant: without the quote that keeps a spreadsheet from calculating it."""
    cell = displayable(cell).strip()
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _header_problems(headers: Sequence[str], keys: Sequence[str]) -> list[tuple[int, str]]:
    problems = []
    for place, (header, key) in enumerate(zip(headers, keys, strict=True)):
        if not key and header and header != BEGINNING:
            problems.append(
                (1, f"there is no column `{header}`; it is not read (known: {'、'.join(HEADERS.values())})")
            )
        elif key and key in keys[:place]:
            problems.append((1, f"the column `{header}` stands twice; the last one counts"))
    return problems


def _read_row(
    line: int, cells: Mapping[str, str], corrections: list[Correction], problems: list[tuple[int, str]]
) -> None:
    source, number = cells.get("source", ""), cells.get("ordinal", "")
    if not source:
        problems.append((line, f"names no file in the column `{HEADERS['source']}`; the line is not used"))
        return
    ordinal = _WHOLE.fullmatch(number) if number else None
    if number and not (ordinal and int(ordinal.group(1))):
        problems.append((line, f"`{HEADERS['ordinal']}` is {number!r}; expected 1, 2, 3 ...; the line is not used"))
        return
    values: dict[str, Any] = {}
    for key, cell in cells.items():
        if not cell or not key or key in _IDENTIFYING:
            continue
        try:
            values[key] = _value(key, cell)
        except ValueError as exc:
            problems.append((line, f"`{HEADERS[key]}` is {cell!r}; {exc}; this cell is not used"))
    corrections.append(Correction(line, source, int(ordinal.group(1)) if ordinal else 0, values))


def _value(key: str, cell: str) -> Any:
    """Return the value a cell gives, None for "nothing is known". Raises ValueError saying what was expected."""
    if cell in NOTHING:
        if key == "title":
            raise ValueError("a speech has a title")
        return None
    if key == "year":
        year = _YEAR.fullmatch(cell)
        if not year:
            raise ValueError("expected a year such as 2019")
        return int(year.group(1))
    if key == "topics":
        return [topic.strip() for topic in re.split("[、，,;；]", cell) if topic.strip()]
    return cell.removesuffix("级") if key == "level" else cell


def write_table(speeches: Iterable[Speech]) -> Iterator[str]:
    """Yield the lines of the table that says what is known of ``speeches``, a byte order mark before the first."""
    yield "\ufeff" + _line((*HEADERS.values(), BEGINNING))
    for speech in speeches:
        known = {"source": speech.source, "ordinal": speech.ordinal, "title": speech.title, **speech.metadata}
        cells = [_cell(known.get(key)) for key in HEADERS]
        body = speech.text.removeprefix(speech.title).split()
        yield _line((*cells, _guarded("".join(body)[:_SHOWN])))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return _guarded("、".join(map(str, value)) if isinstance(value, list | tuple) else str(value))


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
