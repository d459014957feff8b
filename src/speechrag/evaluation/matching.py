"""One-to-one matching of two lists of headings, and how like two headings are. Standard library only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

from speechrag.evaluation.slices import letters

ORDER = 4  # longest character n-gram compared
Similarity = Callable[[str, str], float]  # of two headings, 0..1


def assignment(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of the one-to-one assignment with the greatest sum, rows ascending.

    The Hungarian method with potentials (Kuhn 1955; Jonker and Volgenant 1987), O(n^2 m). Every row is paired where
    there are no more rows than columns, otherwise every column.
    """
    if not weights or not weights[0]:
        return []
    if len(weights) > len(weights[0]):
        turned = assignment(list(zip(*weights, strict=True)))
        return sorted((row, column) for column, row in turned)
    width = len(weights[0])
    row_potential, potential = [0.0] * (len(weights) + 1), [0.0] * (width + 1)
    taken = [0] * (width + 1)  # column -> row, both from 1; column 0 holds the row being placed
    for row in range(1, len(weights) + 1):
        taken[0] = row
        _place(weights, row_potential, potential, taken)
    return sorted((row - 1, column - 1) for column, row in enumerate(taken) if column and row)


def _place(
    weights: Sequence[Sequence[float]], row_potential: list[float], potential: list[float], taken: list[int]
) -> None:
    """Find the cheapest way to give the row in column 0 a column, moving rows already placed."""
    width = len(potential)
    least, way, used = [math.inf] * width, [0] * width, [False] * width
    column = 0
    while taken[column]:
        used[column] = True
        row, step, following = taken[column], math.inf, 0
        for other in range(1, width):
            if used[other]:
                continue
            cost = -weights[row - 1][other - 1] - row_potential[row] - potential[other]
            if cost < least[other]:
                least[other], way[other] = cost, column
            if least[other] < step:
                step, following = least[other], other
        for other in range(width):
            if used[other]:
                row_potential[taken[other]] += step
                potential[other] -= step
            else:
                least[other] -= step
        column = following
    while column:
        taken[column] = taken[way[column]]
        column = way[column]


def chrf(left: str, right: str) -> float:
    """Return the mean F1 of the character n-grams of two headings, n from 1 to 4, without punctuation, 0..1.

    Source: chrF (Popović 2015), with equal weight on precision and recall because headings have no reference side.
    Lengths that neither heading has are left out.
    """
    one, two = letters(left), letters(right)
    scores = []
    for size in range(1, ORDER + 1):
        own, other = _grams(one, size), _grams(two, size)
        total = own.total() + other.total()
        if total:
            scores.append(2 * (own & other).total() / total)
    return math.fsum(scores) / len(scores) if scores else 0.0


def _grams(text: str, size: int) -> Counter[str]:
    return Counter(text[i : i + size] for i in range(len(text) - size + 1))


def matched(
    gold: Sequence[str], produced: Sequence[str], similarity: Similarity, threshold: float
) -> list[tuple[int, int]]:
    """Return the pairs (gold, produced) of the best one-to-one match that are at least ``threshold`` alike."""
    table = [[similarity(one, other) for other in produced] for one in gold]
    return [(row, column) for row, column in assignment(table) if table[row][column] >= threshold]


def kendall_tau(pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return how far two orders of the same things agree, from -1 to 1 (Kendall 1938); None below two pairs.

    >>> kendall_tau([(0, 0), (1, 2), (2, 1)])
    0.3333333333333333
    """
    signs = [(a[0] - b[0]) * (a[1] - b[1]) for a, b in combinations(pairs, 2)]
    return sum((sign > 0) - (sign < 0) for sign in signs) / len(signs) if signs else None
