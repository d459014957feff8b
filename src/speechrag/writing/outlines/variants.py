"""How common a point is among real speeches, and what else could stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from speechrag.records import Alternative, Citation, Speech
from speechrag.text import bigrams
from speechrag.writing.outlines.headings import HEADING_CHARS
from speechrag.writing.outlines.leaves import Leaf
from speechrag.writing.outlines.select import Part
from speechrag.writing.outlines.units import CLAUSE, Unit, year_of
from speechrag.writing.outlines.used import family
from speechrag.writing.outlines.wording import similar

Cite = Callable[[Speech, int, int], Citation]
PER_LEAF = 4  # other headings offered for one sub-point


def occurrences(units: Iterable[Unit]) -> tuple[int, tuple[int, ...]]:
    """Return the number of families the units come from, and the years of their speeches."""
    found = list(units)
    years = {year_of(unit.speech) for unit in found} - {0}
    return len({family(unit) for unit in found}), tuple(sorted(years))


def like_leaf(leaf: Leaf, units: Iterable[Unit]) -> list[Unit]:
    """Return the units of all speeches that make the point of ``leaf``: the same in other words, or nearly so."""
    same = [u for u in units if u.level < CLAUSE and u.role == leaf.unit.role and similar(u.heading, leaf.heading)]
    return [leaf.unit, *leaf.also, *same]


def like_part(part: Part, units: Iterable[Unit]) -> list[Unit]:
    """Return the main sections of all speeches that do what ``part`` does."""
    return [u for u in units if u.level == 1 and u.role == part.role] + list(part.found)


class Others:
    """Makes the alternatives of an outline's points; ``cite`` gives an unnumbered citation for a span."""

    def __init__(self, units: Sequence[Unit], cite: Cite) -> None:
        self._units, self._cite = units, cite

    def of_part(self, part: Part) -> tuple[Alternative, ...]:
        """Return other headings for a main point: real ones, best first, then plain ones without a source."""
        return tuple(
            Alternative(
                head.heading,
                "",
                tuple(self._cite(unit.speech, unit.start, unit.head_end) for unit in head.units[:2]),
                *occurrences(head.units),
            )
            for head in (*part.heads, *part.plain)
        )

    def of_leaf(self, leaf: Leaf, part: Part) -> tuple[Alternative, ...]:
        """Return other headings for a sub-point: of like points first, then other points of the same function."""
        own = [u for u in leaf.also if 4 <= len(u.heading) <= HEADING_CHARS and u.heading != leaf.heading]
        headings = [
            Alternative(u.heading, "", (self._cite(u.speech, u.start, u.head_end),), *occurrences([u])) for u in own
        ]
        return tuple([*headings, *(self._instead(other) for other in _nearest(leaf, part.spare))][:PER_LEAF])

    def _instead(self, leaf: Leaf) -> Alternative:
        cited = self._cite(leaf.unit.speech, min(leaf.unit.start, leaf.start), leaf.end)
        return Alternative(leaf.heading, leaf.text, (cited,), *occurrences(like_leaf(leaf, self._units)))


def _nearest(leaf: Leaf, spare: Sequence[Leaf]) -> list[Leaf]:
    """Return the spare sub-points, those that speak of the same things as ``leaf`` first."""
    own = set(bigrams(leaf.heading + leaf.text))
    return sorted(spare, key=lambda other: -other.score - 0.3 * len(own & set(bigrams(other.heading))))
