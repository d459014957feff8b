"""Refusing questions without an answer: the curve over the threshold, and the area under it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from speechrag.errors import EvaluationError
from speechrag.evaluation.records import Refusal, RefusalPoint

POINTS = 200  # of the curve at most


def refusal_curve(answerable: Sequence[float], unanswerable: Sequence[float]) -> Refusal:
    """Return the curve and its area from the confidence (0..1) in questions with and without an answer.

    A question is refused when its confidence is below the threshold. The area is the Mann-Whitney statistic: equal
    confidences count half. Raises EvaluationError where one of the two kinds is missing.
    """
    if not answerable or not unanswerable:
        raise EvaluationError(
            f"{len(answerable)} answerable and {len(unanswerable)} unanswerable questions; a curve needs both"
        )
    good, bad = sorted(answerable), sorted(unanswerable)
    marks = sorted({0.0, 1.0, *good, *bad})
    if len(marks) > POINTS:
        marks = [marks[round(n * (len(marks) - 1) / (POINTS - 1))] for n in range(POINTS)]
    curve = tuple(
        RefusalPoint(mark, bisect_left(bad, mark) / len(bad), bisect_left(good, mark) / len(good)) for mark in marks
    )
    return Refusal(len(good), len(bad), _area(good, bad), curve)


def _area(good: Sequence[float], bad: Sequence[float]) -> float:
    wins = 0.0
    for value in good:
        wins += (bisect_left(bad, value) + bisect_right(bad, value)) / 2
    return wins / (len(good) * len(bad))


def refused_at(refusal: Refusal, most_answerable: float = 0.05) -> RefusalPoint:
    """Return the point that refuses most unanswerable questions with at most that share of answerable ones refused."""
    allowed = [point for point in refusal.curve if point.answerable_refused <= most_answerable]
    return max(allowed, key=lambda point: (point.unanswerable_refused, -point.threshold))
