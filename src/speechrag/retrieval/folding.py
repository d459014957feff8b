"""Folding near-identical passages, so that one text copied over many sites is one result."""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from speechrag.text import jaccard, shingles

SAME = 0.8  # share of common character shingles from which two passages are one
LEAD = 16  # common leading shingles without which two passages are not compared in full


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
    kept: list[tuple[Fold, set[str]]] = []
    holders: dict[str, list[int]] = defaultdict(list)
    for position, text in enumerate(texts):
        own = shingles(text)
        needed = math.ceil(SAME * len(own))
        lead = sorted(own, key=_order)[: len(own) - needed + LEAD]
        shared = Counter(number for shingle in lead for number in holders.get(shingle, ()))
        near = sorted(number for number, times in shared.items() if times >= min(LEAD, needed))
        twin = next((number for number in near if jaccard(own, kept[number][1]) >= SAME), None)
        if twin is not None:
            kept[twin][0].copies.append(position)
            continue
        if len(kept) == limit:
            break
        for shingle in lead:
            holders[shingle].append(len(kept))
        kept.append((Fold(position), own))
    return [fold for fold, _ in kept]


def _order(shingle: str) -> tuple[int, str]:
    """Return a sorting key that scatters the shingles, so that set phrases do not gather in the lead."""
    return zlib.crc32(shingle.encode("utf-8", "surrogatepass")), shingle
