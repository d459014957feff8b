"""What an outline holds already while it is filled, so that nothing comes twice and no speech gives too much."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from speechrag.writing.outlines.leaves import UNTOLD, Leaf
from speechrag.writing.outlines.units import Unit, within
from speechrag.writing.outlines.wording import similar

CLAUSE_CHARS = 9  # a clause this long is said once


def family(unit: Unit) -> str:
    """Return the family of a unit's speech; a speech without one is its own."""
    return unit.speech.family or unit.speech.speech_id


@dataclass(slots=True)
class Used:
    """What an outline holds so far."""

    headings: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    matters: set[str] = field(default_factory=set)  # those that the brief names
    spans: list[tuple[str, int, int]] = field(default_factory=list)
    said: set[str] = field(default_factory=set)  # longer clauses of it
    units: list[Unit] = field(default_factory=list)
    families: Counter[str] = field(default_factory=Counter)
    limit: int = 99  # sub-points that one family may give

    def fitted(self, leaf: Leaf) -> Leaf | None:
        """Return the sub-point as it can be used, with other words of its own where its first are taken; else None."""
        if self.families[family(leaf.unit)] >= self.limit or any(similar(leaf.heading, h) for h in self.headings):
            return None
        if any(within(leaf.unit, unit) or within(unit, leaf.unit) for unit in self.units):
            return None
        if self._taken(leaf):
            other = replace(leaf, **leaf.second._asdict(), second=None) if leaf.second else None
            return other if other and not self._taken(other) else None
        return leaf

    def take(self, leaf: Leaf) -> None:
        """Note what a sub-point that was chosen says."""
        self.headings.append(leaf.heading)
        self.spans += _spans(leaf)
        self.said |= _said(leaf)
        self.units.append(leaf.unit)
        self.families[family(leaf.unit)] += 1

    def _taken(self, leaf: Leaf) -> bool:
        """Tell whether another sub-point says this one's words: the same place, or the same clause anywhere."""
        here = any(s == t and a < d and c < b for s, a, b in self.spans for t, c, d in _spans(leaf))
        return here or not self.said.isdisjoint(_said(leaf))


def _spans(leaf: Leaf) -> list[tuple[str, int, int]]:
    """Return where a sub-point's heading and its text stand, each with the speech's id."""
    unit, head = leaf.unit, (leaf.unit.start, leaf.unit.head_end)
    return [(unit.speech.speech_id, a, b) for a, b in (head, (leaf.start, leaf.end)) if a < b]


def _said(leaf: Leaf) -> set[str]:
    """Return the longer clauses of a sub-point, its heading among them."""
    text = "" if leaf.text == UNTOLD else leaf.text
    return {clause for clause in re.split(r"[，；。：！？]", f"{leaf.heading}。{text}") if len(clause) >= CLAUSE_CHARS}
