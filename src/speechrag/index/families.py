"""Near-identical speeches: bottom-k sketches over character shingles (Broder 1997), grouped by estimated overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from speechrag.text import fold, runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SKETCH = 128
SHINGLE = 8
SAME = 0.6  # estimated share of common shingles from which two speeches are one family
BLOCK = 1 << 18  # shingles hashed at a time: bounds the memory a long text needs
_NO_HASH = (1 << 64) - 1
_PRIME, _MIX = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD
COMMON = 50  # a shingle hash in more speeches than this is a set phrase and proposes no pairs


def sketch(text: str) -> list[int]:
    """Return the ``SKETCH`` smallest hashes of the text's character shingles, ascending.

    The text counts as ``text.fold`` leaves it, without punctuation and white space.
    """
    import numpy as np

    letters = "".join(runs(fold(text)))
    smallest = np.empty(0, dtype=np.uint64)
    for start in range(0, max(1, len(letters) - SHINGLE + 1), BLOCK):
        hashes = _hashes(letters[start : start + BLOCK + SHINGLE - 1])
        # Not np.unique, which takes forty times as long for what sorting and comparing neighbours does.
        ordered = np.sort(np.concatenate((smallest, hashes)))
        smallest = ordered[np.diff(ordered, prepend=np.uint64(_NO_HASH)) != 0][:SKETCH]
    return [int(value) for value in smallest]


def _hashes(letters: str) -> NDArray[np.uint64]:
    """Return a 63-bit hash of each shingle (SQLite takes signed integers); of a shorter text, the hash of all of it."""
    import numpy as np

    points = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    width = min(SHINGLE, len(points))
    hashes = np.zeros(len(points) - width + 1 if width else 0, dtype=np.uint64)
    for place in range(width):
        hashes = (hashes ^ points[place : place + len(hashes)]) * np.uint64(_PRIME)
    # The finisher of MurmurHash3: without it the smallest hashes would favour some characters.
    hashes ^= hashes >> np.uint64(33)
    hashes *= np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(33)
    return hashes >> np.uint64(1)


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

    values = {name: frozenset(sketch) for name, sketch in sketches.items()}
    for left, right in sorted(_candidates(sketches)):
        if root(left) == root(right) or not _may_be_same(values[left], values[right]):
            continue
        if resemblance(sketches[left], sketches[right]) >= SAME:
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


def _may_be_same(left: frozenset[int], right: frozenset[int]) -> bool:
    """Tell whether two sketches have so much in common that comparing them in order pays: most pairs have not."""
    both = len(left & right)
    return both >= SAME * min(SKETCH, len(left) + len(right) - both)


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
