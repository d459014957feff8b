"""Two Chinese texts laid side by side: what they share, and what was replaced, left out or put in.

Texts are compared bare: folded (width, script, case), without punctuation and white space, every figure one unit, so
that 62.5% against 65.2% is one replaced figure and not three moved digits. Offsets lead back to the texts as given.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from speechrag.text import displayable, to_simplified

_CN = "零〇一二三四五六七八九十百千万亿两半"
_KEPT = re.compile(r"[\w%‰]")
_FIGURE = re.compile(
    rf"\d+(?:\.\d+)*[%‰]?|百分之[{_CN}点]+|[{_CN}]{{2,}}|"
    rf"(?<!\d)[{_CN}](?=[年月日号天倍成届期次个名条篇项处所家座台部份起件位户间元岁亩米吨周秒轮批套类趟遍辆]|小时|分钟|钟头|季度|星期|公里|公斤)"
)
# Between two digits these keep one figure together; any other mark ends it: 2011—2015, “第一”二字.
_INSIDE = re.compile(r"[,，](?=\d{3}(?!\d))|[^\S\n]+")
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
    cuts: tuple[int, ...] = field(default=(), repr=False)  # no figure goes on here: a mark was left out

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
    cuts = tuple(at for at in range(1, len(kept)) if _cut(simple, kept[at - 1], kept[at]))
    return Bare("".join(simple[i] for i in kept), tuple(places[i] for i in kept), cuts)


def _cut(text: str, left: int, right: int) -> bool:
    """Tell whether what stands between the two characters ends a figure."""
    inside = _INSIDE.match(text, left + 1)
    return right > left + 1 and not (inside and inside.end() == right)


def _kept(text: str, at: int, char: str) -> bool:
    if char == ".":
        return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
    return char != "_" and bool(_KEPT.match(char))


def units(found: Bare, start: int = 0, end: int | None = None) -> list[Unit]:
    """Return the figures and single characters of a bare text, in order."""
    text, stop = found.text, len(found.text) if end is None else end
    inside = found.cuts[bisect_right(found.cuts, start) : bisect_left(found.cuts, stop)]
    listed: list[Unit] = []
    position = start
    for left, right in pairwise((start, *inside, stop)):
        for match in _FIGURE.finditer(text, left, right):
            listed.extend(Unit(text[i], i, i + 1) for i in range(position, match.start()))
            kind = "date" if _dated(match, text) else "number"
            listed.append(Unit(match.group(), match.start(), match.end(), kind))
            position = match.end()
    listed.extend(Unit(text[i], i, i + 1) for i in range(position, stop))
    return listed


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


def align(left: Bare, right: Bare, given: str) -> Aligned | None:
    """Lay ``left`` over the best fitting stretch of ``right``, the bare form of ``given``, or None."""
    found = window(left.text, right.text)
    if found is None:
        return None
    ours, theirs = units(left), units(right, *found)
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
    return Aligned(steps, 2 * same / (len(left.text) + end - start), start, end)


def _breaks(found: Bare, given: str, at: int) -> bool:
    """Tell whether a sentence or line ends right before the bare character ``at``."""
    return at > 0 and bool(_BREAK.search(given, found.places[at - 1] + 1, found.places[at]))


def _steps(
    ours: Sequence[Unit], theirs: Sequence[Unit], blocks: Sequence[object], first: int, last: int
) -> Iterator[Step]:
    i, j = 0, first
    for block in [*blocks, None]:
        a, b, size = (len(ours), last, 0) if block is None else (block.a, block.b, block.size)  # type: ignore[attr-defined]
        yield from _changed(ours, theirs, (i, a), (j, b))
        if size:
            yield Step("equal", _offsets(ours, a, a + size), _offsets(theirs, b, b + size))
        i, j = a + size, b + size


def _changed(
    ours: Sequence[Unit], theirs: Sequence[Unit], left: tuple[int, int], right: tuple[int, int]
) -> Iterator[Step]:
    """Yield what changed there, figure against figure: 368处 for 386处，目前 is another figure, and 目前 left out."""
    mine, other = ([at for at in range(*span) if found[at].kind] for found, span in ((ours, left), (theirs, right)))
    (i, a), (j, b) = left, right
    if len(mine) == len(other):
        for k, m in zip(mine, other, strict=True):
            yield from _beside(ours, theirs, (i, k), (j, m), after=i > left[0], before=True)
            kind = "equal" if ours[k].text == theirs[m].text else "replaced"
            yield Step(kind, _offsets(ours, k, k + 1), _offsets(theirs, m, m + 1))
            i, j = k + 1, m + 1
    yield from _beside(ours, theirs, (i, a), (j, b), after=i > left[0], before=False)


def _beside(
    ours: Sequence[Unit],
    theirs: Sequence[Unit],
    left: tuple[int, int],
    right: tuple[int, int],
    *,
    after: bool,
    before: bool,
) -> Iterator[Step]:
    """Yield one stretch ``after`` or ``before`` a pair of figures; what both have right beside these is equal."""
    (i, a), (j, b) = left, right
    while after and i < a and j < b and ours[i].text == theirs[j].text:
        i, j = i + 1, j + 1
    while before and i < a and j < b and ours[a - 1].text == theirs[b - 1].text:
        a, b = a - 1, b - 1
    if i > left[0]:
        yield Step("equal", _offsets(ours, left[0], i), _offsets(theirs, right[0], j))
    if a > i or b > j:
        kind = "replaced" if a > i and b > j else "added" if a > i else "omitted"
        yield Step(kind, _offsets(ours, i, a), _offsets(theirs, j, b))
    if left[1] > a:
        yield Step("equal", _offsets(ours, a, left[1]), _offsets(theirs, b, right[1]))


def _offsets(found: Sequence[Unit], first: int, last: int) -> tuple[int, int]:
    """Return the characters that ``found[first:last]`` covers; an empty stretch gives where it would stand."""
    if first < last:
        return found[first].start, found[last - 1].end
    place = found[first].start if first < len(found) else found[-1].end
    return place, place
