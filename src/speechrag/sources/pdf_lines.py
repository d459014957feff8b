"""From the lines of printed pages to paragraphs: reading order, running heads, page numbers, wrapped lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_ZONE = 0.12  # share of the page's height at either end where running heads and page numbers stand
_REPEATED = 0.4  # share of pages a line must stand on to be a running head: those of left and right pages differ
_PAGE_NUMBER = re.compile(
    r"[\s\-—–－_·•.~]{0,40}(?:第\s*[\d一二三四五六七八九十百零〇]{1,5}\s*页|[-—–－·•~]\s*\d{1,4}\s*[-—–－·•~]|\d{1,4}\s*[/／]\s*\d{1,4}"
    r"|[Pp]age\s*\d{1,4})[\s,，、/／]*(?:of\s*\d{1,4}|[（(]?\s*共\s*\d{1,4}\s*页\s*[）)]?)?[\s\-—–－_·•.~]*"
)
_ENDED = re.compile(r"[。！？!?…][”’\"'」』）)】》〉]*$")
_WORD = re.compile(r"[\x21-\x7e]*")
_GUTTER_LINES = 3
_LOOSE = 2.1  # a full line may end this many characters before the margin: no line begins with a closing mark
_WIDER = 1.3  # a distance between lines this much larger than usual parts paragraphs
_TITLE = 1.15  # characters this much larger than the body's are a title's
_SOFT_HYPHEN = ("\x02", "\u00ad", "\ufffe")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; lengths in points, ``bottom`` and ``top`` counted from the foot of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    em: float = 0.0  # the width of its Chinese characters, 0 where it has none

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of one page in the order they were drawn."""

    height: float
    lines: tuple[Line, ...]

    @property
    def characters(self) -> int:
        return sum(len(line.text) for line in self.lines)


def paragraphs(pages: Sequence[Page]) -> list[str]:
    """Return the paragraphs of a document, in reading order, as lines of text."""
    blocks = (block for lines in _without_running_heads(pages) for block in _blocks(lines))
    bodies = [_one_row(block) for block in blocks if block]
    return [text for text in _joined(bodies) if text] if bodies else []


def _without_running_heads(pages: Sequence[Page]) -> list[list[Line]]:
    """Return the lines of each page without what repeats at its edges and without page numbers."""
    seen: Counter[tuple[bool, str]] = Counter()
    for page in pages:
        seen.update({key for line in page.lines if (key := _edge(page, line))})
    often = max(2.0, _REPEATED * len(pages))
    running = {key for key, count in seen.items() if count >= often}
    return [[line for line in page.lines if not _is_running(page, line, running, len(pages))] for page in pages]


def _edge(page: Page, line: Line) -> tuple[bool, str] | None:
    """Return at which edge a line stands and what it reads but for numbers, None for one in the body."""
    top, bottom = line.middle > (1 - _ZONE) * page.height, line.middle < _ZONE * page.height
    return (top, re.sub(r"\d+", "#", re.sub(r"\s", "", line.text))) if top or bottom else None


def _is_running(page: Page, line: Line, running: set[tuple[bool, str]], pages: int) -> bool:
    key = _edge(page, line)
    if key is None:
        return False
    text = line.text.strip()
    return key in running or bool(_PAGE_NUMBER.fullmatch(text)) or (pages == 1 and text == "1" and not key[0])


def _blocks(lines: list[Line]) -> list[list[Line]]:
    """Return the blocks of a page, each with margins of its own, and their lines as they are read.

    Lines drawn from top to bottom stay one block; else columns are looked for, then rows.
    """
    drawn_down = all(
        b.left > a.left if _same_row(a, b) else b.middle < a.middle + a.height / 2 for a, b in pairwise(lines)
    )
    if drawn_down:
        return [lines]
    rows = sorted(lines, key=lambda line: (-line.middle, line.left))
    for first in range(len(rows)):
        gutter = _gutter(rows[first:])
        if gutter is not None:
            left = [line for line in rows[first:] if line.right <= gutter]
            right = [line for line in rows[first:] if line.left >= gutter]
            return [_in_rows(rows[:first]), _in_rows(left), _in_rows(right)]
    return [_in_rows(rows)]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Return where a white strip parts these lines into two columns, None where there is none."""
    if len(lines) < 2 * _GUTTER_LINES:
        return None
    reached = 0.0
    by_left = sorted(lines, key=lambda line: line.left)
    for count, line in enumerate(by_left):
        sides = min(count, len(by_left) - count)
        if count and line.left - reached > line.height / 2 and sides >= max(_GUTTER_LINES, len(by_left) // 4):
            return (line.left + reached) / 2
        reached = max(reached, line.right)
    return None


def _in_rows(lines: Sequence[Line]) -> list[Line]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.middle):
        if rows and _same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]


def _same_row(a: Line, b: Line) -> bool:
    return abs(a.middle - b.middle) < min(a.height, b.height) / 2


def _one_row(lines: Sequence[Line]) -> list[Line]:
    """Return lines with the pieces of one row, such as the cells of a table, put together."""
    rows: list[Line] = []
    for line in lines:
        if rows and _same_row(rows[-1], line) and line.left >= rows[-1].right - line.height / 4:
            last = rows[-1]
            between = "\t" if line.left - last.right > max(last.em, line.em, last.height / 2) else ""
            text = _glued(last.text, line.text) if not between else last.text + between + line.text
            rows[-1] = replace(last, text=text, right=line.right, em=last.em or line.em)
        else:
            rows.append(line)
    return rows


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a document is set: what tells the end of a paragraph from the end of a line."""

    em: float
    width: float  # of the text block
    pitch: float  # from line to line within a paragraph, 0 where unknown
    indented: bool  # paragraphs begin two characters in
    spaced: bool  # paragraphs stand apart


def _joined(bodies: Sequence[Sequence[Line]]) -> Iterator[str]:
    setting = _setting(bodies)
    text = ""
    last: Line | None = None  # put on a page that ends at ``edge``
    edge = 0.0
    in_block = False  # the paragraph's lines so far begin one under the other
    for lines in bodies:
        left, right = _margins(lines, setting)
        for number, line in enumerate(lines):
            near = last if number else None
            if (
                last
                and last.right >= edge - _LOOSE * setting.em - _unbreakable(line)
                and _continues(last, line, left, setting, near, in_block)
            ):
                in_block = abs(last.left - line.left) < setting.em / 2
                text = _glued(text, line.text)
            else:
                in_block = False
                yield text
                text = line.text
            last, edge = line, right
    yield text


def _continues(last: Line, line: Line, left: float, setting: _Setting, near: Line | None, in_block: bool) -> bool:
    """Tell whether ``line`` goes on with the paragraph of the full line ``last``; ``near`` is that on the same page."""
    em = setting.em
    if "\t" in last.text or "\t" in line.text:  # rows of a table
        return False
    if last.em and line.em and not 0.87 < last.em / line.em < 1.15:
        return False
    larger = max(1.0, line.em / em)  # than the body: a title
    if near and setting.pitch and near.middle - line.middle > _WIDER * setting.pitch * larger:
        return False
    flush = line.left <= left + 0.8 * em
    level = abs(last.left - line.left) < em / 2 and (in_block or not setting.indented)
    if not (flush or level or _goes_on_centred(last, line, em)):
        return False
    return setting.indented or setting.spaced or not _ENDED.search(last.text)


def _goes_on_centred(last: Line, line: Line, em: float) -> bool:
    """Tell whether ``line`` is the rest of a title that did not fit on the line ``last``: both large and centred."""
    same_middle = abs(last.left + last.right - line.left - line.right) < em
    return same_middle and line.em > _TITLE * em and not line.text.startswith(("—", "－", "-", "（", "("))


def _unbreakable(line: Line) -> float:
    """Return the width of the number or Latin word that ``line`` begins with: it did not fit on the line before."""
    return len(_WORD.match(line.text)[0]) * 0.6 * line.em  # type: ignore[index]


def _setting(bodies: Sequence[Sequence[Line]]) -> _Setting:
    lines = [line for body in bodies for line in body]
    em = median([line.em for line in lines if line.em] or [line.height for line in lines])
    width = max(max(line.right for line in body) - min(line.left for line in body) for body in bodies)
    steps = [a.middle - b.middle for body in bodies for a, b in pairwise(body) if a.middle > b.middle]
    pitch = _usual(steps)
    few = max(2, len(lines) // 20)
    lefts = [(line.left - min(other.left for other in body)) / em for body in bodies for line in body]
    indented = sum(1.4 < left < 2.7 for left in lefts) >= 2 and any(left < 0.8 for left in lefts)
    return _Setting(em, width, pitch, indented, sum(step > _WIDER * pitch for step in steps) >= few)


def _usual(steps: Sequence[float]) -> float:
    """Return the most frequent distance, to half a point; the smallest of equals."""
    counts = Counter(round(step * 2) / 2 for step in steps if step > 1)
    return min(counts, key=lambda step: (-counts[step], step), default=0.0)


def _margins(lines: Sequence[Line], setting: _Setting) -> tuple[float, float]:
    """Return the left and right margin of a page's text; a page of few lines is taken to be as wide as the widest."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    full = sum(line.right > right - _LOOSE * setting.em for line in lines)
    return left, (right if full >= 3 else max(right, left + setting.width))


def _glued(text: str, more: str) -> str:
    """Return two pieces as one run: Latin words keep the space between them, Chinese has none."""
    if text.endswith(_SOFT_HYPHEN):
        return text[:-1] + more
    apart = text[-1:].isascii() and more[:1].isascii() and text[-1:].isalnum() and more[:1].isalnum()
    return f"{text} {more}" if apart else text + more
