"""Near-identical speeches: bottom-k sketches over character shingles (Broder 1997), grouped by estimated overlap."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from speechrag.text import shingles

SKETCH = 128
SHINGLE = 8
SAME = 0.6  # estimated share of common shingles from which two speeches are one family
COMMON = 50  # a shingle hash in more speeches than this is a set phrase and proposes no pairs


def sketch(text: str) -> list[int]:
    """Return the ``SKETCH`` smallest hashes of the text's character shingles, ascending."""
    return sorted(zlib.crc32(s.encode("utf-8")) for s in shingles(text, SHINGLE))[:SKETCH]


def resemblance(left: Sequence[int], right: Sequence[int]) -> float:
    """Return the estimated Jaccard overlap (0..1) of the texts behind two sketches."""
    union = sorted(set(left) | set(right))[:SKETCH]
    both = set(left) & set(right)
    return sum(h in both for h in union) / len(union) if union else 0.0


def group(sketches: Mapping[str, Sequence[int]], rank: Mapping[str, tuple[float, ...]]) -> dict[str, str]:
    """Return speech id -> family id; a family is named after its best member, the one with the smallest ``rank``."""
    parent = {name: name for name in sketches}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for left, right in sorted(_candidates(sketches)):
        if root(left) != root(right) and resemblance(sketches[left], sketches[right]) >= SAME:
            low, high = sorted((root(left), root(right)))
            parent[high] = low
    members: dict[str, list[str]] = defaultdict(list)
    for name in sketches:
        members[root(name)].append(name)
    named: dict[str, str] = {}
    for names in members.values():
        best = min(names, key=lambda n: (*rank.get(n, ()), n))
        named |= dict.fromkeys(names, best)
    return named


def _candidates(sketches: Mapping[str, Sequence[int]]) -> set[tuple[str, str]]:
    holders: dict[int, list[str]] = defaultdict(list)
    for name in sorted(sketches):
        for value in sketches[name]:
            holders[value].append(name)
    pairs: set[tuple[str, str]] = set()
    for names in holders.values():
        if len(names) > COMMON:  # 50 copies of one speech still meet through their neighbours in the list
            pairs.update(pairwise(names))
        else:
            pairs.update((a, b) for i, a in enumerate(names) for b in names[i + 1 :])
    return pairs
