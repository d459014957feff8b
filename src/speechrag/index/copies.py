"""Passages that say the same: each is told which passage of the cleanest speech it is a copy of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from speechrag.index.shingles import shared, shingle_hashes
from speechrag.index.similar import COMMON, similar_pairs

if TYPE_CHECKING:
    from speechrag.index.shingles import Hashes

SHINGLE = 4
SAME = 0.8  # share of common shingles from which two passages are one, or one of them says all that the other says
CUT = 0.5  # share of the shorter from which two passages are the same text cut at other places
LIKELY = 0.35  # share of common samples from which two passages are compared
COMPARED = 512  # passages whose shingles are kept at hand


class Kind(IntEnum):
    """How a copy stands to the passage it is a copy of."""

    CUT = 1  # the same text cut at other places: what that passage lacks stands before or behind it
    WITHIN = 2  # that passage says all that the copy says, and more
    SAME = 3


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage, by its ordinal, that says what the passage ``of`` says."""

    ordinal: int
    of: int
    kind: Kind


def find_copies(
    samples: Sequence[Hashes], owners: Sequence[int], ranks: Sequence[tuple[object, ...]], text_of: Callable[[int], str]
) -> list[Copy]:
    """Return the copies among passages, by ordinal; what they are copies of is none itself.

    ``owners`` is the speech of each passage, whose passages follow each other, and ``ranks`` the order of the speeches:
    what others are copies of comes from the speech with the smallest. Nothing is chained: every copy was compared with
    the one passage it is a copy of.
    """
    compare = _Comparison(owners, text_of)
    found: dict[int, Copy] = {}
    left = sorted(range(len(samples)), key=lambda ordinal: (ranks[owners[ordinal]], ordinal))
    while left:
        near = _neighbours(left, samples)
        new = _copies_of_the_best(near, compare)
        for copy in list(found.values()):
            if copy.of in new:  # and is itself a copy of a better one
                kind = compare.kind(copy.ordinal, new[copy.of].of)
                del found[copy.ordinal]
                if kind:
                    found[copy.ordinal] = Copy(copy.ordinal, new[copy.of].of, kind)
        found |= new
        left = _unfinished(near, new)
    return [found[ordinal] for ordinal in sorted(found)]


def _neighbours(ordinals: Sequence[int], samples: Sequence[Hashes]) -> dict[int, list[int]]:
    """Return the passages to compare with each of ``ordinals`` that has any, all in the order given."""
    near: dict[int, list[int]] = defaultdict(list)
    for left, right in similar_pairs([samples[ordinal] for ordinal in ordinals], LIKELY):
        near[ordinals[left]].append(ordinals[right])
        near[ordinals[right]].append(ordinals[left])
    return {ordinal: near[ordinal] for ordinal in ordinals if ordinal in near}


def _copies_of_the_best(near: Mapping[int, Sequence[int]], compare: _Comparison) -> dict[int, Copy]:
    """Return the copies by ordinal: each passage in turn takes those of its neighbours that none before it took."""
    found: dict[int, Copy] = {}
    passed: set[int] = set()
    for best, others in near.items():
        if best in found:
            continue
        passed.add(best)
        for ordinal in others:
            if ordinal not in passed and ordinal not in found and (kind := compare.kind(ordinal, best)):
                found[ordinal] = Copy(ordinal, best, kind)
    return found


def _unfinished(near: Mapping[int, Sequence[int]], new: Mapping[int, Copy]) -> list[int]:
    """Return what may be a copy of something it was not compared with: of a text copied very often not all pairs are
    proposed at once.
    """
    times = Counter(copy.of for copy in new.values())
    often = {best for best, count in times.items() if count >= COMMON // 2}
    many = often | {ordinal for ordinal, copy in new.items() if copy.of in often}
    return [one for one, others in near.items() if one not in new and (one in often or not many.isdisjoint(others))]


class _Comparison:
    """Compares passages in full."""

    def __init__(self, owners: Sequence[int], text_of: Callable[[int], str]) -> None:
        self._owners = owners
        self._text_of = text_of
        self._shingles = lru_cache(maxsize=COMPARED)(lambda ordinal: shingle_hashes(text_of(ordinal), SHINGLE))
        self._around = lru_cache(maxsize=COMPARED)(self._read_around)

    def kind(self, ordinal: int, of: int) -> Kind | None:
        """Return how passage ``ordinal`` is a copy of passage ``of``, None where it is not."""
        own, other = self._shingles(ordinal), self._shingles(of)
        common = shared(own, other)
        if common >= SAME * (len(own) + len(other) - common) > 0:
            return Kind.SAME
        if common >= SAME * len(own) > 0:
            return Kind.WITHIN
        if common < CUT * min(len(own), len(other)) or not common:
            return None
        return Kind.CUT if self._covered(ordinal, of) and self._covered(of, ordinal) else None

    def _covered(self, ordinal: int, by: int) -> bool:
        """Tell whether the passage ``by`` and those before and behind it say what passage ``ordinal`` says."""
        own = self._shingles(ordinal)
        return shared(own, self._around(by)) >= SAME * len(own)

    def _read_around(self, ordinal: int) -> Hashes:
        there = range(max(0, ordinal - 1), min(len(self._owners), ordinal + 2))
        same = [near for near in there if self._owners[near] == self._owners[ordinal]]
        return shingle_hashes("".join(self._text_of(near) for near in same), SHINGLE)
