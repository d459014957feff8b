"""Lines: blank ones, stray ones, repeated titles, indents. A paragraph is a line; paragraphs are split by one line end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN

_BLANK = re.compile(r"[ \t\u00a0\u3000]*\n[\s]*")
_EDGE = re.compile(r"\A\s+|\s+\Z")
_STRAY = re.compile(r"^[ \t\u3000]*[;；,，.。、:：·•|*_=\-]{1,3}[ \t\u3000]*$\n?", re.MULTILINE)
_MARKER = re.compile(r"[_\-— ]*第\s*\d{1,3}\s*页\s*$|[（(]\s*\d{1,3}\s*[/／]\s*\d{1,3}\s*[)）]\s*$")
_HAN = re.compile(f"[{HAN}]")
_NEAR = 6  # lines within which a title repeats
_LONGEST_TITLE = 60


def drop_stray_lines(text: str) -> list[Edit]:
    """Return the removal of lines that hold only a mark or two."""
    return [Edit(m.start(), m.end(), "", "stray-mark") for m in _STRAY.finditer(text)]


def drop_page_markers(text: str) -> list[Edit]:
    """Return the removal of "_第2页" at the end of a title line repeated for every page."""
    edits: list[Edit] = []
    for start, end in _lines(text):
        marker = _MARKER.search(text[start:end])
        if marker and 4 <= marker.start() <= _LONGEST_TITLE:
            edits.append(Edit(start + marker.start(), end, "", "page-marker"))
    return edits


def drop_repeated_titles(text: str) -> list[Edit]:
    """Return the removal of a title line that stands again a few lines below, with nothing but short lines between."""
    edits: list[Edit] = []
    recent: list[str] = []
    for start, end in _lines(text):
        line = text[start:end].strip()
        if not line:
            continue
        if line in recent and 6 <= len(line) <= _LONGEST_TITLE and line[-1] not in "。！？；：，":
            edits.append(Edit(start, min(end + 1, len(text)), "", "repeated-title"))
            continue
        recent = [*recent[-_NEAR:], line] if len(line) <= _LONGEST_TITLE else []
    return edits


def normalise_lines(text: str) -> list[Edit]:
    """Return white space around line ends reduced to one line end, and none at the ends of the text."""
    edits = [Edit(m.start(), m.end(), "\n", "line") for m in _BLANK.finditer(text) if m.group() != "\n"]
    head = re.match(r"\s+", text)
    tail = re.search(r"\s+\Z", text)
    if head:
        edits = [Edit(0, head.end(), "", "line"), *(e for e in edits if e.start >= head.end())]
    if tail and tail.start() > 0:
        edits = [*(e for e in edits if e.end <= tail.start()), Edit(tail.start(), tail.end(), "", "line")]
    return edits


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while position <= len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield position, end
        position = end + 1
