"""Add sub-points for matters that speeches on the theme weigh heavily and that no chosen sub-point names.

The greedy choice of sub-points stops where a part has its number. What it left out may be the only one on a matter
that listeners wait for (经费, 督查, a term of the trade): a few such are added, the weightiest first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from speechrag.stopping import check
from speechrag.writing.outlines.dealing import FEWEST
from speechrag.writing.outlines.further import Matters
from speechrag.writing.outlines.leaves import UNTOLD, Leaf
from speechrag.writing.outlines.used import Used, family

MOST_MORE = 4  # sub-points added to all parts together
WORTH_A_POINT = 1.2  # what their new matters weigh at least


def completed(
    parts: Sequence[Sequence[Leaf]],
    options: Sequence[Sequence[Leaf]],
    room: Sequence[int],
    matters: Matters,
    share: float,
) -> list[list[Leaf]]:
    """Return the sub-points of each part with those of its ``options`` that name what no other does.

    Only a part with two sub-points or more takes others, up to its ``room``. Each has a sentence of its own, from a
    speech that is first of all on the theme and whose family gives less than ``share`` of all sub-points.
    """
    found = [list(leaves) for leaves in parts]
    used, named = Used(), set[str]()
    for leaf in (leaf for leaves in parts for leaf in leaves):
        used.take(leaf)
        named |= _names(leaf, matters)
    for _ in range(MOST_MORE):
        check()
        total = sum(map(len, found)) + 1
        fitting = [
            (matters.weight(_names(leaf, matters) - named), leaf.score, leaf.heading, place, leaf)
            for place, leaves in enumerate(options)
            if len(parts[place]) >= FEWEST and len(found[place]) < room[place]
            for leaf in map(used.fitted, leaves)
            if leaf is not None and _may_stand(leaf, used.families, share * total)
        ]
        best = max(fitting, key=lambda option: option[:4], default=None)
        if best is None or best[0] < WORTH_A_POINT:
            break
        *_, place, leaf = best
        found[place].append(leaf)
        used.take(leaf)
        named |= _names(leaf, matters)
    return found


def _may_stand(leaf: Leaf, families: Counter[str], most: float) -> bool:
    """Tell whether a sub-point says something on the theme, and its family gives fewer than ``most`` with it."""
    return leaf.unit.source.first and leaf.text != UNTOLD and families[family(leaf.unit)] + 1 <= most


def _names(leaf: Leaf, matters: Matters) -> frozenset[str]:
    return matters.of(leaf.heading + leaf.text)
