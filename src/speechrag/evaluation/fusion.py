"""Fusion of finished runs by rank, for comparing systems; the product's own fusion lives in retrieval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from speechrag.evaluation.harness import DEPTH
from speechrag.evaluation.ranking import by_query, ranked_lines, trec_order
from speechrag.evaluation.records import RunLine

RRF_K = 60  # Cormack, Clarke and Buettcher 2009


def reciprocal_rank_fusion(
    runs: Sequence[Iterable[RunLine]], k: int = RRF_K, depth: int = DEPTH, tag: str = "rrf"
) -> list[RunLine]:
    """Return one run in which a document scores the sum of 1 / (k + rank) over the runs that hold it.

    Source: Cormack, Clarke and Buettcher 2009. Ranks are those of ``trec_order`` within each run; documents that end
    with equal sums stand by id ascending, as in pyserini. Queries in order of first appearance over the runs.
    """
    parts: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        for query_id, scores in by_query(run).items():
            found = parts.setdefault(query_id, {})
            for rank, doc_id in enumerate(trec_order(scores), start=1):
                found.setdefault(doc_id, []).append(1 / (k + rank))
    return [line for query_id, found in parts.items() for line in _fused(query_id, found, depth, tag)]


def _fused(query_id: str, parts: dict[str, list[float]], depth: int, tag: str) -> list[RunLine]:
    # The sum must not depend on the order of the runs, or equal documents would not tie.
    sums = {doc_id: math.fsum(values) for doc_id, values in parts.items()}
    ranking = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return ranked_lines(query_id, ranking[:depth], tag)
