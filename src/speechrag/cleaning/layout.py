"""Lines: wrapped, blank, stray and repeated ones. In cleaned text a paragraph is a line, and no line is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from speechrag.cleaning.edits import Edit
from speechrag.text import is_han

# The look-behind lets a match begin only where a run of white space does: without it long runs cost their square.
_BREAK = re.compile(r"(?<!\s)\s*?\n\s*")
_STRAY = re.compile(r"[;；,，.。、:：·•|*_=-]{1,3}")
_MARKER = re.compile(r"[_\-— ]{1,3}第 ?\d{1,3} ?页 ?$|[（(] ?\d{1,3} ?[/／] ?\d{1,3} ?[)）] ?$")
_ZERO_WIDTH_LINE = re.compile("\n[\u200b\u200c\u200d\ufeff]+\n")

_SENTENCE_END = "。！？!?；;：:…"
_CONTINUES = "，。、；：！？）》】”’…,;:!?)"
_OPENS = "《（“‘【(、"
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十百\d]{1,4}[、.．)）]|第[一二三四五六七八九十百\d]{1,4}[章节条篇部分，、]|[•·●■◆★※【—-]"
)

_HEAD_LINES = 15  # lines at the start of a document where the site repeats the title
_TITLE = range(6, 61)
_WRAP_MIN = 20  # characters before a break that can be a wrap; a shorter line may be a heading or a signature
_CUT_MIN = 60  # the same for a line cut by a zero-width one
_BLANK_SHARE = 0.3  # of the breaks are blank lines in a text whose paragraphs are set apart by them


@dataclass(frozen=True, slots=True)
class _Break:
    """A line end with the white space around it, and the lines it stands between."""

    start: int
    end: int
    blank: bool
    before: str
    after: str


def join_cut_lines(text: str) -> list[Edit]:
    """Return the joins across lines that hold nothing but zero-width characters, where they cut a sentence.

    Such a line stands where the printed original turned a page.
    """
    edits: list[Edit] = []
    for match in _ZERO_WIDTH_LINE.finditer(text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[line_start : match.start()]
        if len(before) >= _CUT_MIN and before[-1] not in _SENTENCE_END + "”）":
            edits.append(Edit(match.start(), match.end(), "", "line-join"))
    return edits


def join_wrapped_lines(text: str) -> list[Edit]:
    """Return the joins of single line breaks inside a paragraph, in texts that set paragraphs apart by blank lines.

    In other texts every break is a paragraph's end, and nothing is joined.
    """
    breaks = list(_breaks(text))
    single = [b for b in breaks if not b.blank]
    if not single or len(breaks) - len(single) < max(3, _BLANK_SHARE * len(breaks)):
        return []
    edits: list[Edit] = []
    length = 0  # of the paragraph so far, wrapped lines joined
    for line in breaks:
        length += len(line.before)
        if not line.blank and _is_wrap(line, length):
            edits.append(Edit(line.start, line.end, "", "line-join"))
        else:
            length = 0
    return edits


def _is_wrap(line: _Break, length: int) -> bool:
    if line.after[0] in _CONTINUES or line.before[-1] in _OPENS:
        return True
    goes_on = is_han(line.before[-1]) or line.before[-1] in "，,"
    return goes_on and length >= _WRAP_MIN and not _NUMBERED.match(line.after)


def _breaks(text: str) -> Iterator[_Break]:
    position = 0
    matches = [m for m in _BREAK.finditer(text) if m.start() > 0 and m.end() < len(text)]
    stops = [m.start() for m in matches[1:]] + [len(text)]
    for match, stop in zip(matches, stops[: len(matches)], strict=True):
        after = text[match.end() : stop]
        before = text[position : match.start()]
        position = match.end()
        if before and after:
            yield _Break(match.start(), match.end(), match.group().count("\n") > 1, before, after)


def drop_stray_lines(text: str) -> list[Edit]:
    """Return the removal of lines that hold only a mark or two and do not go on with the sentence before them."""
    edits: list[Edit] = []
    last = "。"
    for start, end in _lines(text):
        line = text[start:end].strip()
        if line and _STRAY.fullmatch(line) and last in _SENTENCE_END + "”）":
            edits.append(Edit(start, min(end + 1, len(text)), "", "stray-mark"))
        elif line:
            last = line[-1]
    return edits


def drop_page_markers(text: str) -> list[Edit]:
    """Return the removal of "_第2页" from the title lines at the start that a site repeats for every page."""
    edits: list[Edit] = []
    for start, end in _head(text):
        marker = _MARKER.search(text, start, end)
        if marker and marker.start() - start in _TITLE:
            edits.append(Edit(marker.start(), end, "", "page-marker"))
    return edits


def drop_repeated_titles(text: str) -> list[Edit]:
    """Return the removal of a line at the start of a document that says the same as the line above it."""
    edits: list[Edit] = []
    last = ""
    for start, end in _head(text):
        line = text[start:end].strip()
        if line == last and len(line) in _TITLE and line[-1] not in _SENTENCE_END:
            edits.append(Edit(start, min(end + 1, len(text)), "", "repeated-title"))
        last = line
    return edits


def normalise_lines(text: str) -> list[Edit]:
    """Return white space around line ends reduced to one line end, and none at the ends of the text."""
    first = len(text) - len(text.lstrip())
    last = len(text.rstrip())
    inner = (m for m in _BREAK.finditer(text, first, last) if m.group() != "\n")
    edits = [Edit(0, first, "", "line")] if first else []
    edits += [Edit(m.start(), m.end(), "\n", "line") for m in inner]
    return edits + ([Edit(last, len(text), "", "line")] if first < last < len(text) else [])


def _head(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in _lines(text):
        if text[start:end].strip():
            found.append((start, end))
        if len(found) == _HEAD_LINES:
            break
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        yield position, end
        position = end + 1
