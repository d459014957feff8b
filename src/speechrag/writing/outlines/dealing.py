"""Deal sub-points out to main points, and put those of one in order."""

from __future__ import annotations

from collections.abc import Sequence

from speechrag.text import bigrams
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.heads import Head
from speechrag.writing.outlines.leaves import Leaf
from speechrag.writing.outlines.wording import similar

LEAVES = 5  # sub-points a main point has at most
FEWEST = 2  # with fewer sub-points a main point is left out


def grouped(leaves: list[Leaf], heads: Sequence[Head], count: int) -> list[tuple[Head | None, list[Leaf]]]:
    """Deal sub-points out to ``count`` main points: each goes to the heading that it stands nearest to.

    With one main point, or too few headings for several, the heading is left open (None) for the caller to choose.
    Groups that end up with fewer than two sub-points are joined to others.
    """
    if count == 1 or len(leaves) < 2 * FEWEST:
        return [(None, leaves)] if len(leaves) >= FEWEST else []
    chosen: list[Head] = []
    for head in heads:
        if len(chosen) < count and not any(similar(head.heading, other.heading) for other in chosen):
            chosen.append(head)
    count = min(count, len(leaves) // FEWEST, max(len(chosen), 1))
    if count < 2:
        return [(None, leaves[:LEAVES])]
    groups: list[tuple[Head | None, list[Leaf]]] = [(head, []) for head in chosen[:count]]
    pairs = sorted(
        ((-_kinship(leaf, head), i, j) for i, (head, _) in enumerate(groups) for j, leaf in enumerate(leaves) if head),
    )
    dealt: set[int] = set()
    room = -(-len(leaves) // count)
    for _, i, j in pairs:
        if j not in dealt and len(groups[i][1]) < room:
            groups[i][1].append(leaves[j])
            dealt.add(j)
    return [(head, below) for head, below in groups if len(below) >= FEWEST]


def _kinship(leaf: Leaf, head: Head) -> float:
    """Return how near a sub-point stands to a heading: under it in its speech, or alike in words."""
    under = any(leaf.unit.speech is unit.speech and leaf.unit.parent == unit.start for unit in head.units)
    near = any(leaf.unit.speech is unit.speech and unit.start <= leaf.unit.start < unit.end for unit in head.units)
    shared = len(set(bigrams(leaf.heading + leaf.text)) & set(bigrams(head.heading)))
    return 3.0 * under + 2.0 * near + 0.5 * shared


def ordered(role: str, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Order sub-points as real speeches do: safeguards from leadership to checks, others as in their speeches."""
    words = genre().safeguard_order

    def key(leaf: Leaf) -> tuple[float, float, str]:
        found = [i for i, word in enumerate(words) if word in leaf.heading]
        first = float(min(found, default=len(words))) if role == "safeguard" else float(leaf.unit.role == "problem")
        return (first, leaf.unit.place, leaf.heading)

    return sorted(leaves, key=key)
