"""Folding near-identical passages, so that one text copied over many sites is one result."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speechrag.retrieval.codes import folded_codes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Shingles = NDArray[np.uint64]

SAME = 0.8  # share of common character shingles from which two passages are one
LEAD = 16  # common leading shingles without which two passages are not compared in full
SHINGLE = 4  # characters, of two bytes each: a shingle is exactly one 64-bit number
SCATTER = 0x9E3779B97F4A7C15  # odd, so no two shingles become one (Knuth's multiplicative hashing)


@dataclass(slots=True)
class Fold:
    """A passage kept, and the positions of those folded into it."""

    position: int
    copies: list[int] = field(default_factory=list)


def fold_copies(texts: Iterable[str], limit: int) -> list[Fold]:
    """Return at most ``limit`` folds over ``texts`` (best first); a text joins the first kept one it nearly equals.

    Reads no further than the first text beyond the limit. Comparing all pairs would take a minute for a thousand
    results; two sets this alike share some of their first elements in any fixed order (prefix filtering, Chaudhuri et
    al. 2006), so only those that do are compared.
    """
    kept: list[tuple[Fold, Shingles]] = []
    holders: dict[int, list[int]] = defaultdict(list)
    for position, text in enumerate(texts):
        own = _shingles(text)
        needed = math.ceil(SAME * len(own))
        lead: list[int] = own[: len(own) - needed + LEAD].tolist()
        near: list[int] = []
        known = holders.keys() & lead  # few of them: most passages share little
        if len(known) >= min(LEAD, needed):
            shared = Counter(number for shingle in known for number in holders[shingle])
            near = sorted(number for number, times in shared.items() if times >= min(LEAD, needed))
        twin = next((number for number in near if likeness(own, kept[number][1]) >= SAME), None)
        if twin is not None:
            kept[twin][0].copies.append(position)
            continue
        if len(kept) == limit:
            break
        for shingle in lead:
            holders[shingle].append(len(kept))
        kept.append((Fold(position), own))
    return [fold for fold, _ in kept]


def likeness(left: Shingles, right: Shingles) -> float:
    """Return the share of common members of two sorted sets that are not both empty."""
    import numpy as np

    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / (len(left) + len(right) - common)


def _shingles(text: str) -> Shingles:
    """Return the shingles of the folded text without punctuation, as numbers, in an order that scatters them.

    Scattered, so that set phrases do not gather in the lead. A text shorter than a shingle is one, an empty text none.
    """
    import numpy as np

    codes = folded_codes(text)
    letters: Shingles = codes[codes != 0].astype(np.uint64)
    if not len(letters):
        return letters
    if len(letters) < SHINGLE:
        letters = np.concatenate([letters, np.zeros(SHINGLE - len(letters), dtype=np.uint64)])
    twos = letters[:-1] << np.uint64(16) | letters[1:]
    packed = twos[:-2] << np.uint64(32) | twos[2:]
    scattered = np.sort(packed * np.uint64(SCATTER))
    first = np.ones(len(scattered), dtype=bool)
    np.not_equal(scattered[1:], scattered[:-1], out=first[1:])
    return scattered[first]  # type: ignore[no-any-return]
