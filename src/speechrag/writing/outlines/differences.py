"""Where two versions of an outline differ, place by place, and which words of a place were taken out or put in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest
from typing import Literal, NamedTuple

from speechrag.records import Outline, OutlinePoint
from speechrag.text import bigrams, numerals
from speechrag.writing.outlines import compose

ALIKE = 0.4  # of the character pairs of two points that make one of them the other, reworded
RELATED = 0.5  # of the characters of two sentences that make one of them the other, corrected
LARGEST = 1_000_000  # characters of one text times those of the other that are compared; larger ones are replaced
CHANCE = 2  # characters in a row that stand in both texts only by chance where what surrounds them differs

_SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；\n]+|$)")
_UNIT = re.compile(rf"{compose.SLOT.pattern}|\d[\d.,]*[%％]?|[A-Za-z]+|.", re.DOTALL)

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two versions differ; an empty text means that the place is not there."""

    where: str
    before: str
    after: str
    heading: str = ""  # of a point that has the same in both; the texts are then what is said under it


class Piece(NamedTuple):
    """A stretch of two texts laid over each other: what both have, what only the one before has, or only the after."""

    kind: Kind
    text: str


def differences(before: Outline, after: Outline) -> tuple[Difference, ...]:
    """Return where two versions differ, in reading order; what is only in the old one comes where it stood.

    A point is paired with the one of its neighbours before that has its heading, else most of its words, else its
    place. One that only changed its number, because another came or went, does not differ; one that changed places
    with another does, with equal texts.
    """
    titles = zip_longest(before.titles, after.titles, fillvalue="")
    head = [Difference("备选标题" if at else "标题", old, new) for at, (old, new) in enumerate(titles)]
    head.append(Difference("称谓", before.salutation, after.salutation))
    head.append(Difference("开头", before.opening, after.opening))
    end = Difference("结尾", before.closing, after.closing)
    rows = _rows(before.points, after.points, "", "", 1)
    return (*filter(_differs, head), *rows, *filter(_differs, [end]))


def _differs(found: Difference) -> bool:
    return found.before != found.after


def _rows(
    before: Sequence[OutlinePoint], after: Sequence[OutlinePoint], above_before: str, above: str, level: int
) -> Iterator[Difference]:
    """Yield the differences of two rows of points that stand below the places ``above_before`` and ``above``.

    Position -1 is before the first point, where what is gone may have stood.
    """
    pairs = _paired(before, after)
    kept = _in_order(pairs)
    gone = _gone(len(before), pairs, kept)
    for position in range(-1, len(after)):
        if position >= 0:
            old, where = pairs.get(position), above + numerals(level, position + 1)
            was, earlier = (None, "") if old is None else (before[old], above_before + numerals(level, old + 1))
            moved = was is not None and position not in kept
            found = _point(f"{where}（原为{earlier.rstrip('、')}）" if moved else where, was, after[position])
            if moved or _differs(found):
                yield found
            yield from _rows(was.points if was else (), after[position].points, earlier, where, level + 1)
        for lost in gone.get(position, ()):
            where = above_before + numerals(level, lost + 1)
            yield Difference(where, _line(before[lost]), "")
            yield from _rows(before[lost].points, (), where, "", level + 1)


def _paired(before: Sequence[OutlinePoint], after: Sequence[OutlinePoint]) -> dict[int, int]:
    """Return which point of ``before`` each of ``after`` was, as positions."""
    pairs: dict[int, int] = {}
    left = list(range(len(before)))

    def pair(position: int, candidates: Iterable[int]) -> None:
        found = next(iter(candidates), None) if position not in pairs else None
        if found is not None:
            pairs[position] = found
            left.remove(found)

    for position, point in enumerate(after):
        pair(position, (old for old in left if before[old].heading == point.heading))
    for position, point in enumerate(after):
        pair(position, (old for old in left if _alike(before[old], point)))
    for position in range(len(after)):
        expected = pairs[position - 1] + 1 if position - 1 in pairs else position
        pair(position, (old for old in left if old == expected))
    return pairs


def _alike(one: OutlinePoint, other: OutlinePoint) -> bool:
    left, right = set(bigrams(_line(one))), set(bigrams(_line(other)))
    return len(left & right) > ALIKE * max(len(left), len(right))


def _in_order(pairs: Mapping[int, int]) -> set[int]:
    """Return the keys of a longest run of pairs that kept their order; the other points have moved."""
    best: list[tuple[int, ...]] = []
    for position in sorted(pairs):
        before = [run for run in best if pairs[run[-1]] < pairs[position]]
        best.append((*max(before, key=len, default=()), position))
    longest: tuple[int, ...] = max(best, key=len, default=())
    return set(longest)


def _gone(count: int, pairs: Mapping[int, int], kept: set[int]) -> dict[int, list[int]]:
    """Return the points that are there no more, by the position behind which they would stand (-1: before all)."""
    standing = {pairs[position]: position for position in kept}
    gone: dict[int, list[int]] = {}
    position = -1
    for old in range(count):
        position = standing.get(old, position)
        if old not in pairs.values():
            gone.setdefault(position, []).append(old)
    return gone


def _point(where: str, before: OutlinePoint | None, after: OutlinePoint) -> Difference:
    if before is not None and before.heading == after.heading:
        return Difference(where, compose.told(before), compose.told(after), after.heading)
    return Difference(where, _line(before) if before else "", _line(after))


def _line(point: OutlinePoint) -> str:
    said = compose.told(point)
    return point.heading if said in ("", point.heading) else f"{point.heading}\n{said}"


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return two texts laid over each other as an editor would correct the one into the other.

    What is same and removed gives ``before``, what is same and added ``after``. Sentences are compared first, then the
    words of those that differ; figures and slots are never cut.

    >>> [tuple(piece) for piece in pieces("要狠抓落实。", "要狠抓实效。")]
    [('same', '要狠抓'), ('removed', '落实'), ('added', '实效'), ('same', '。')]
    """
    return tuple(_joined(_laid_over(before, after)))


def _laid_over(before: str, after: str) -> Iterator[Piece]:
    left, right = _cut(_SENTENCE, before), _cut(_SENTENCE, after)
    for tag, i, k, j, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(left[i:k]))
        else:
            yield from _rewritten(left[i:k], right[j:m])


def _cut(pattern: re.Pattern[str], text: str) -> list[str]:
    return [found for found in pattern.findall(text) if found]


def _rewritten(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    """Yield the pieces of two runs of sentences: those most like each other corrected, what is left replaced."""
    best = _nearest(before, after)
    if best is None:
        yield from (Piece("removed", "".join(before)), Piece("added", "".join(after)))
        return
    i, j = best
    yield from _rewritten(before[:i], after[:j])
    yield from _corrected(_units(before[i]), _units(after[j]))
    yield from _rewritten(before[i + 1 :], after[j + 1 :])


def _nearest(before: Sequence[str], after: Sequence[str]) -> tuple[int, int] | None:
    """Return the two sentences that are most alike, the first of several, None where none are."""
    if sum(map(len, before)) * sum(map(len, after)) > LARGEST:
        return None
    pairs = [(_likeness(old, new), -i, -j) for i, old in enumerate(before) for j, new in enumerate(after)]
    likeness, i, j = max(pairs, default=(0.0, 0, 0))
    return (-i, -j) if likeness >= RELATED else None


@lru_cache(maxsize=4096)
def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, _units(one), _units(other), autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= RELATED else 0.0


@lru_cache(maxsize=4096)
def _units(text: str) -> tuple[str, ...]:
    return tuple(_cut(_UNIT, text))


def _corrected(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for same, i, k, j, m in _merged(opcodes, len(before), len(after)):
        old, new = "".join(before[i:k]), "".join(after[j:m])
        yield from (Piece("same", old),) if same else (Piece("removed", old), Piece("added", new))


def _merged(
    opcodes: Sequence[tuple[str, int, int, int, int]], left: int, right: int
) -> list[tuple[bool, int, int, int, int]]:
    """Return the steps as (same, spans); short runs that are the same between two changes belong to the changes."""
    steps: list[tuple[bool, int, int, int, int]] = []
    for tag, i, k, j, m in opcodes:
        outer = i == j == 0 or (k, m) == (left, right)
        same = tag == "equal" and (outer or k - i >= CHANCE)
        if steps and steps[-1][0] == same:
            _, first, _, second, _ = steps.pop()
            i, j = first, second
        steps.append((same, i, k, j, m))
    return steps


def _joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces without empty ones; between two that both texts have, what was removed comes first."""
    open_: dict[Kind, str] = {"removed": "", "added": ""}
    same = ""
    for kind, text in found:
        if kind == "same" and text:
            yield from (Piece(k, words) for k, words in open_.items() if words)
            open_ = {"removed": "", "added": ""}
            same += text
        elif text:
            if same:
                yield Piece("same", same)
                same = ""
            open_[kind] += text
    yield from ([Piece("same", same)] if same else [Piece(k, words) for k, words in open_.items() if words])
