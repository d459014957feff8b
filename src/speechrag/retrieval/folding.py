"""Folding near-identical passages, so that one text copied over many sites is one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from speechrag.text import jaccard, shingles

SAME = 0.8  # share of common character shingles from which two passages are one
LENGTHS = 0.7  # shorter / longer below this cannot reach SAME, so the shingles need not be compared


@dataclass(slots=True)
class Fold:
    """A passage kept, and the positions of those folded into it."""

    position: int
    copies: list[int] = field(default_factory=list)


def fold_copies(texts: Sequence[str], limit: int) -> list[Fold]:
    """Return at most ``limit`` folds over ``texts`` (best first); a text joins the first kept one it nearly equals."""
    kept: list[tuple[Fold, set[str]]] = []
    for position, text in enumerate(texts):
        own = shingles(text)
        for fold, other in kept:
            shorter, longer = sorted((len(own), len(other)))
            if longer and shorter / longer >= LENGTHS and jaccard(own, other) >= SAME:
                fold.copies.append(position)
                break
        else:
            if len(kept) == limit:
                break
            kept.append((Fold(position), own))
    return [fold for fold, _ in kept]
