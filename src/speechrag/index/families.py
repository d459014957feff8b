"""Families of near-identical speeches: candidates from their sketches, each pair then compared in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from speechrag.index.shingles import SHINGLE, resemblance, shingle_hashes
from speechrag.index.similar import similar_pairs

if TYPE_CHECKING:
    from speechrag.index.shingles import Hashes

SAME = 0.6  # share of common shingles from which two speeches are one family
LIKELY = 0.4  # share of common sketch hashes from which two speeches are compared: at SAME it is .6 to .75, give or
# take .04, for speeches of any two lengths that can overlap so much
COMPARED = 64  # speeches whose shingles are kept at hand


def group(
    sketches: Mapping[str, Hashes], rank: Mapping[str, tuple[float, ...]], text_of: Callable[[str], str]
) -> dict[str, str]:
    """Return speech id -> family id; a family is named after its best member, the one with the smallest ``rank``."""
    from scipy.cluster.hierarchy import DisjointSet

    names = sorted(sketches)
    families = DisjointSet(names)

    @lru_cache(maxsize=COMPARED)
    def whole(name: str) -> Hashes:
        return shingle_hashes(text_of(name), SHINGLE)

    for left, right in similar_pairs([sketches[name] for name in names], LIKELY):
        one, other = names[left], names[right]
        if not families.connected(one, other) and resemblance(whole(one), whole(other)) >= SAME:
            families.merge(one, other)
    named: dict[str, str] = {}
    for members in families.subsets():
        best = min(members, key=lambda name: (*rank.get(name, ()), name))
        named |= dict.fromkeys(members, best)
    return named
