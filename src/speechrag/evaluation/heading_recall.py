"""Heading soft recall and heading entity recall, for comparison with published figures; not to be used alone.

Both are those of STORM (Shao et al. 2024). Soft recall flatters any encoder whose vectors lie close together: at a mean
cosine of .3 headings of quite another topic reach .9. The matched F1 of ``outlines`` is the headline; a figure of this
module is told with its encoder and never compared across encoders.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from speechrag.evaluation.matching import Similarity
from speechrag.text import fold
from speechrag.writing.outlines.tagging import tagged

NAMES = frozenset({"nr", "ns", "nt", "nz"})  # jieba's tags of people, places, organs and other names
SHORTEST = 2  # characters of a name


def soft_cardinality(items: Sequence[str], similarity: Similarity) -> float:
    """Return how many different things a list holds, each counted by one over how alike it and all others are.

    Source: soft cardinality (Jimenez et al. 2010) as STORM has it: the sum over i of 1 / sum over j of sim(i, j), the
    item itself included. Similarities below 0, which would let a sum vanish, count as 0.
    """
    return math.fsum(1 / math.fsum(1.0 if i == j else max(0.0, similarity(a, b)) for j, b in enumerate(items))
                     for i, a in enumerate(items))  # fmt: skip


def heading_soft_recall(gold: Sequence[str], produced: Sequence[str], similarity: Similarity) -> float:
    """Return the soft cardinality that both lists share over that of ``gold``; 0 where either is empty."""
    if not gold or not produced:
        return 0.0
    wanted, made = soft_cardinality(gold, similarity), soft_cardinality(produced, similarity)
    return (wanted + made - soft_cardinality([*gold, *produced], similarity)) / wanted


def names_in(headings: Iterable[str]) -> frozenset[str]:
    """Return the names of people, places, organs and works that jieba tags in folded headings."""
    return frozenset(
        word for heading in headings for word, tag in tagged(fold(heading)) if tag in NAMES and len(word) >= SHORTEST
    )


def heading_entity_recall(gold: Sequence[str], produced: Sequence[str]) -> float | None:
    """Return the share of the names in ``gold`` that ``produced`` has too; None where ``gold`` names nothing."""
    wanted = names_in(gold)
    return len(wanted & names_in(produced)) / len(wanted) if wanted else None
