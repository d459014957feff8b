"""Two Chinese texts laid side by side: what they share, and what was replaced, left out or put in.

Texts are compared bare: folded (width, script, case), without punctuation and white space, every figure one unit, so
that 62.5% against 65.2% is one replaced figure and not three moved digits. Offsets lead back to the texts as given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from speechrag.text import displayable, to_simplified

_CN = "零〇一二三四五六七八九十百千万亿两半"
_KEPT = re.compile(r"[\w%‰]")
_FIGURE = re.compile(
    rf"\d+(?:\.\d+)*[%‰]?|百分之[{_CN}点]+|[{_CN}]{{2,}}|"
    rf"[{_CN}](?=[年月日号天倍成届期次个名条篇项处所家座台部份起件位户间元岁亩米吨周秒]|小时|分钟|钟头|季度|星期|公里|公斤)"
)
_BREAK = re.compile("[\n。！？!?]")
# Behind a figure these make a date, but 三年来 and 15日内 are lengths of time, as are all years of neither two nor four
# digits: 为期三年, 第一个五年计划.
_DATED = re.compile(r"[年月](?![来内间])|[日号](?!之?以?内)")
_YEAR = re.compile(r"\d{4}|[〇零一二三四五六七八九]{4}|[5-9]\d|[〇零一二三四五六七八九]{2}")
_LASTING = re.compile(r"(?:为期|历时|长达|连续|今后|未来|近|满|过去|服务期|任期|用)$")
# A block of the alignment shorter than this is chance: any two sentences share single characters.
_BLOCK = 2


@dataclass(frozen=True, slots=True)
class Bare:
    """The compared form of a text; character ``i`` of ``text`` stands at ``places[i]`` of the text as given."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where ``text[start:end]`` (not empty) stands in the text as given."""
        return self.places[start], self.places[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Unit:
    """A figure or a single character of a bare text; ``kind`` is "number", "date" or empty."""

    text: str
    start: int
    end: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of an alignment, offsets into the two bare texts; ``kind`` is equal, replaced, omitted or added.

    ``omitted`` stands in the right text alone, ``added`` in the left one alone.
    """

    kind: str
    left: tuple[int, int]
    right: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Aligned:
    """The left text laid over the stretch of the right one that fits best; ``similarity`` is 0..1."""

    steps: tuple[Step, ...]
    similarity: float
    start: int  # the stretch of the right bare text
    end: int

    @property
    def shared(self) -> int:
        """How many characters both have in common."""
        return sum(s.left[1] - s.left[0] for s in self.steps if s.kind == "equal")


def bare(text: str) -> Bare:
    """Return the compared form of ``text``; a point is kept between digits only.

    >>> bare("领导说：６２．５％。")
    Bare(text='领导说62.5%', places=(0, 1, 2, 4, 5, 6, 7, 8))
    """
    folded, places = [], []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", displayable(char)).lower():
            folded.append(part)
            places.append(place)
    simple = to_simplified("".join(folded))
    if len(simple) != len(folded):  # a phrase rule changed the length: convert without phrases
        simple = "".join(to_simplified(char)[:1] or char for char in folded)
    kept = [i for i, char in enumerate(simple) if _kept(simple, i, char)]
    return Bare("".join(simple[i] for i in kept), tuple(places[i] for i in kept))


def _kept(text: str, at: int, char: str) -> bool:
    if char == ".":
        return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
    return char != "_" and bool(_KEPT.match(char))


def units(text: str, start: int = 0, end: int | None = None) -> list[Unit]:
    """Return the figures and single characters of a bare text, in order."""
    stop = len(text) if end is None else end
    found: list[Unit] = []
    position = start
    for match in _FIGURE.finditer(text, start, stop):
        found.extend(Unit(text[i], i, i + 1) for i in range(position, match.start()))
        found.append(Unit(match.group(), match.start(), match.end(), "date" if _dated(match, text) else "number"))
        position = match.end()
    found.extend(Unit(text[i], i, i + 1) for i in range(position, stop))
    return found


def _dated(figure: re.Match[str], text: str) -> bool:
    """Tell whether a figure is part of a date: 2024年, 三月, 15日; not of a length of time: 三年, 15日内."""
    if not _DATED.match(text, figure.end()) or _LASTING.search(text, max(0, figure.start() - 3), figure.start()):
        return False
    return text[figure.end()] != "年" or bool(_YEAR.fullmatch(figure.group()))


@lru_cache(maxsize=64)
def _grams(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place in range(len(text) - 1):
        found.setdefault(text[place : place + 2], []).append(place)
    return found


def window(left: str, right: str) -> tuple[int, int] | None:
    """Return the stretch of ``right`` in which most character pairs of ``left`` stand close together, None without any.

    Every shared pair votes for the place where ``left`` would begin; the neighbourhood with most votes wins, the
    earliest on a tie.
    """
    size = len(left)
    slack = 6 + size // 5
    positions = _grams(right)
    votes: dict[int, set[int]] = {}
    for i in range(size - 1):
        # A pair found in very many places says nothing of where.
        for place in positions.get(left[i : i + 2], ())[:200]:
            votes.setdefault((place - i) // slack, set()).add(i)
    if not votes:
        return None
    best = max(sorted(votes), key=lambda bucket: len(votes[bucket] | votes.get(bucket + 1, set())))
    start = max(0, best * slack - slack)
    return start, min(len(right), (best + 2) * slack + size + slack)


def align(left: str, right: Bare, given: str) -> Aligned | None:
    """Lay the bare ``left`` over the best fitting stretch of ``right``, the bare form of ``given``, or None."""
    found = window(left, right.text)
    if found is None:
        return None
    ours, theirs = units(left), units(right.text, *found)
    matcher = SequenceMatcher(None, [u.text for u in ours], [u.text for u in theirs], autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size >= _BLOCK]
    if not blocks:
        return None
    # What stands before the first and behind the last shared block: as much of the source as was written instead.
    # It ends with its sentence.
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size
    while first > max(0, blocks[0].b - blocks[0].a) and not _breaks(right, given, theirs[first].start):
        first -= 1
    stop = min(len(theirs), blocks[-1].b + len(ours) - blocks[-1].a)
    while last < stop and not _breaks(right, given, theirs[last].start):
        last += 1
    steps = tuple(_steps(ours, theirs, [*blocks], first, last))
    same = sum(s.left[1] - s.left[0] for s in steps if s.kind == "equal")
    start, end = theirs[first].start, theirs[last - 1].end
    return Aligned(steps, 2 * same / (len(left) + end - start), start, end)


def _breaks(found: Bare, given: str, at: int) -> bool:
    """Tell whether a sentence or line ends right before the bare character ``at``."""
    return at > 0 and bool(_BREAK.search(given, found.places[at - 1] + 1, found.places[at]))


def _steps(
    ours: Sequence[Unit], theirs: Sequence[Unit], blocks: Sequence[object], first: int, last: int
) -> Iterator[Step]:
    i, j = 0, first
    for block in [*blocks, None]:
        a, b, size = (len(ours), last, 0) if block is None else (block.a, block.b, block.size)  # type: ignore[attr-defined]
        if a > i or b > j:
            kind = "replaced" if a > i and b > j else "added" if a > i else "omitted"
            yield Step(kind, _offsets(ours, i, a), _offsets(theirs, j, b))
        if size:
            yield Step("equal", _offsets(ours, a, a + size), _offsets(theirs, b, b + size))
        i, j = a + size, b + size


def _offsets(found: Sequence[Unit], first: int, last: int) -> tuple[int, int]:
    """Return the characters that ``found[first:last]`` covers; an empty stretch gives where it would stand."""
    if first < last:
        return found[first].start, found[last - 1].end
    place = found[first].start if first < len(found) else found[-1].end
    return place, place
