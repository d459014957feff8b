"""The order that trec_eval gives a list, and run lines that leave no tool another choice. Standard library only."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping, Sequence

from speechrag.errors import EvaluationError
from speechrag.evaluation.records import RunLine

# Sixteen steps of single precision: no tool that reads scores as C floats can take two neighbours for a tie.
STEP = 2.0**-19
LEAST_STEP = 1e-12


def single(score: float) -> float:
    """Return ``score`` rounded to single precision, which is how trec_eval and pytrec_eval hold it.

    >>> single(0.1234567891) == single(0.123456789)
    True
    """
    try:
        return float(struct.unpack("<f", struct.pack("<f", score))[0])
    except OverflowError:
        return math.copysign(math.inf, score)


def trec_order(scores: Mapping[str, float]) -> list[str]:
    """Return the document ids by score descending, ties by id descending, as trec_eval sorts them.

    Source: ``form_res_rels.c`` of trec_eval 9 and later; the rank column of a run plays no part.

    >>> trec_order({"d1": 0.7, "d3": 0.7, "d2": 0.9})
    ['d2', 'd3', 'd1']
    """
    return sorted(scores, key=lambda doc_id: (single(scores[doc_id]), doc_id), reverse=True)


def is_score(score: float) -> bool:
    """Say whether ``score`` can be ranked and written: a number that single precision holds (±3.4e38)."""
    return math.isfinite(single(score))


def strictly_decreasing(scores: Iterable[float]) -> list[float]:
    """Return the scores of a ranking, each below the one before it also in single precision.

    The order handed in is the ranking; a score that is not below its predecessor is lowered to just under it, any
    other keeps its value (rounded to single precision).
    """
    written: list[float] = []
    for score in scores:
        value = single(score)
        if written:
            step = max(abs(written[-1]) * STEP, LEAST_STEP)
            if value > written[-1] - step / 2:
                value = single(written[-1] - step)
        written.append(value)
    return written


def ranked_lines(query_id: str, ranking: Sequence[tuple[str, float]], tag: str) -> list[RunLine]:
    """Return a ranking of (document id, score) as run lines, ranks from 1, scores strictly decreasing.

    Raises EvaluationError for a score that is no number within ±3.4e38, or that would have to be lowered beyond it.
    """
    scores = strictly_decreasing(score for _, score in ranking)
    for (doc_id, given), score in zip(ranking, scores, strict=True):
        if not is_score(given) or not is_score(score):
            raise EvaluationError(
                f"query {query_id}: the score of {doc_id} is {given}; expected a number within ±3.4e38"
            )
    return [
        RunLine(query_id=query_id, doc_id=doc_id, rank=rank, score=score, tag=tag)
        for rank, ((doc_id, _), score) in enumerate(zip(ranking, scores, strict=True), start=1)
    ]


def by_query(lines: Iterable[RunLine]) -> dict[str, dict[str, float]]:
    """Return query id → document id → score, queries in order of first appearance.

    Raises EvaluationError for a document that a query names twice, as trec_eval refuses such a run.
    """
    table: dict[str, dict[str, float]] = {}
    for line in lines:
        scores = table.setdefault(line.query_id, {})
        if line.doc_id in scores:
            raise EvaluationError(f"the run names {line.doc_id} twice for query {line.query_id}; expected once")
        scores[line.doc_id] = line.score
    return table
