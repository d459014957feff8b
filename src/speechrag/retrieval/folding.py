"""Folding passages that say the same, so that one text copied over many sites is one result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from speechrag.index.copies import Copy, Kind


@dataclass(slots=True)
class Fold:
    """The ordinals of a passage kept and of those folded into it, as they came."""

    first: int
    copies: list[int] = field(default_factory=list)


class CopyTable:
    """Which passages of an index say the same, as found when it was built."""

    def __init__(self, copies: Iterable[Copy]) -> None:
        self._copies = {copy.ordinal: copy for copy in copies}
        self._of: dict[int, list[Copy]] = defaultdict(list)
        for copy in self._copies.values():
            self._of[copy.of].append(copy)

    def fold(self, ordinals: Iterable[int], limit: int) -> list[Fold]:
        """Return at most ``limit`` folds over ``ordinals`` (best first), reading no further than the first beyond them.

        Two passages fold where one is a copy of the other or both are the same as a third. Two that are only held by a
        third may be its two halves: they stay two until it comes itself, which joins the better of them.
        """
        kept: dict[int, Fold] = {}  # under what the first is the same as
        holding: dict[int, Fold] = {}  # under what holds the first, or the same text cut at other places
        for ordinal in ordinals:
            copy = self._copies.get(ordinal)
            of = copy.of if copy else ordinal
            name = of if copy is None or copy.kind is Kind.SAME else ordinal
            fold = kept.get(of) or (holding.get(of) if name == of else None)
            if fold:
                fold.copies.append(ordinal)
            elif len(kept) == limit:
                break
            else:
                kept[name] = Fold(ordinal)
                if name != of:
                    holding.setdefault(of, kept[name])
        return list(kept.values())

    def shown(self, fold: Fold) -> int:
        """Return the copy to show: that of the cleanest speech if it came too and says all that the first says."""
        copy = self._copies.get(fold.first)
        return copy.of if copy and copy.kind is not Kind.CUT and copy.of in fold.copies else fold.first

    def others(self, ordinal: int) -> Sequence[int]:
        """Return all passages of the index that say the same as one, wherever they stand, by ordinal."""
        copy = self._copies.get(ordinal)
        best = copy.of if copy else ordinal
        half = copy is not None and copy.kind is not Kind.SAME
        of_the_best = (other.ordinal for other in self._of.get(best, ()) if other.kind is Kind.SAME or not half)
        return sorted({best, *of_the_best} - {ordinal})
