"""How far a figure depends on documents that nobody judged; for sets that also name what is not relevant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from speechrag.evaluation.measures import evaluate_run, grades_by_query
from speechrag.evaluation.ranking import by_query, trec_order
from speechrag.evaluation.records import Qrel, RunLine

ENOUGH = 0.9  # judged share of the first ten from which a figure stands by itself
TOP = 10


def is_pool(qrels: Iterable[Qrel]) -> bool:
    """Tell whether somebody also judged documents not relevant; sets with relevant ones only say nothing of others."""
    return any(qrel.relevance <= 0 for qrel in qrels)


def judging_bounds(qrels: Sequence[Qrel], run: Sequence[RunLine], measure: str) -> dict[str, float]:
    """Return the mean of ``measure`` with the unjudged of the first ten counted out (``measured``), in, and skipped.

    ``upper`` counts every unjudged document of the first ten as relevant; ``condensed`` leaves unjudged documents out
    of the run (Sakai 2007); ``judged`` is the judged share of the first ten.
    """
    grades, retrieved = grades_by_query(qrels), by_query(run)
    unjudged = [
        Qrel(query_id, doc_id, 1)
        for query_id, judged in grades.items()
        for doc_id in trec_order(retrieved.get(query_id, {}))[:TOP]
        if doc_id not in judged
    ]
    condensed = [line for line in run if line.doc_id in grades.get(line.query_id, {})]
    means, _ = evaluate_run(qrels, run, [measure, f"Judged@{TOP}"])
    return {
        "judged": means[f"Judged@{TOP}"],
        "measured": means[measure],
        "upper": evaluate_run([*qrels, *unjudged], run, [measure])[0][measure],
        "condensed": evaluate_run(qrels, condensed, [measure])[0][measure],
    }


def judging_note(bounds: dict[str, float], measure: str) -> str:
    """Return what the bounds mean, in a line; empty where enough was judged."""
    if not bounds or bounds["judged"] >= ENOUGH:
        return ""
    return (
        f"only {bounds['judged']:.0%} of the first {TOP} are judged: {measure} lies between {bounds['measured']:.4f} "
        f"and {bounds['upper']:.4f}, and is {bounds['condensed']:.4f} over judged documents alone"
    )


def cohen_kappa(first: Sequence[int], second: Sequence[int], *, squares: bool = False) -> float:
    """Return how far two judges agree beyond chance, at most 1; 1 where both always give one and the same grade.

    Cohen (1960); with ``squares`` grades further apart disagree more, by the square of the difference (Cohen 1968).
    """

    def apart(a: int, b: int) -> float:
        return float((a - b) ** 2) if squares else float(a != b)

    total = len(first)
    seen = sum(apart(a, b) for a, b in zip(first, second, strict=True)) / total
    own, other = Counter(first), Counter(second)
    chance = sum(apart(a, b) * own[a] * other[b] for a in own for b in other) / total**2
    return 1 - seen / chance if chance else 1.0
