"""Retrieval measures on one ranked list and its judgements, equal to trec_eval's. Standard library only.

Every measure takes ``ranking`` (document ids, best first, no repetitions) and ``grades`` (document id → judged grade;
a document that is absent is unjudged and counts as not relevant) and returns a number from 0 to 1. A document is
relevant from grade ``relevant_from`` on. A query without any relevant document gets 0, as does an empty ranking.
Names are those of ir_measures: ``nDCG@10``, ``R@100``, ``AP``, ``AP(rel=2)``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.ranking import by_query, trec_order
from speechrag.evaluation.records import Qrel, RunLine, Score

DEFAULT_MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100", "AP")

Grades = Mapping[str, int]
PerQuery = Mapping[str, Mapping[str, float]]

_NAME = re.compile(r"(?P<name>[A-Za-z]+)(?:\(rel=(?P<rel>[1-9][0-9]*)\))?(?:@(?P<cutoff>[1-9][0-9]*))?")


def relevant_documents(grades: Grades, relevant_from: int = 1) -> set[str]:
    """Return the ids judged relevant."""
    return {doc_id for doc_id, grade in grades.items() if grade >= relevant_from}


def _discounted_gain(gains: Iterable[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1) if gain > 0)


def ndcg(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return nDCG: gain is the grade itself (linear), discount log2(rank + 1), ideal over all judged documents.

    Source: Järvelin and Kekäläinen 2002 in the form of trec_eval's ``ndcg`` and ``ndcg_cut``. The exponential gain
    2^grade - 1 of Burges et al. 2005 gives other figures. Grades below ``relevant_from`` gain nothing (trec_eval has
    no such floor: its figures are those of the default).
    """
    gains = {doc_id: grades[doc_id] for doc_id in relevant_documents(grades, relevant_from)}
    ideal = _discounted_gain(sorted(gains.values(), reverse=True)[:cutoff])
    return _discounted_gain(gains.get(doc_id, 0) for doc_id in ranking[:cutoff]) / ideal if ideal else 0.0


def reciprocal_rank(
    ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1
) -> float:
    """Return 1 / rank of the first relevant document, 0 where there is none up to the cutoff.

    Source: trec_eval's ``recip_rank``, cut off where asked.
    """
    relevant = relevant_documents(grades, relevant_from)
    return next((1 / rank for rank, doc_id in enumerate(ranking[:cutoff], start=1) if doc_id in relevant), 0.0)


def recall(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return the share of the relevant documents found up to the cutoff. Source: trec_eval's ``recall``."""
    relevant = relevant_documents(grades, relevant_from)
    return len(relevant.intersection(ranking[:cutoff])) / len(relevant) if relevant else 0.0


def precision(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return the relevant documents up to the cutoff over the cutoff, however short the ranking is.

    Source: trec_eval's ``P``. Without a cutoff the length of the ranking stands in, as in its ``set_P``.
    """
    depth = len(ranking) if cutoff is None else cutoff
    relevant = relevant_documents(grades, relevant_from)
    return len(relevant.intersection(ranking[:cutoff])) / depth if depth else 0.0


def success(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return 1 where a relevant document stands up to the cutoff, else 0. Source: trec_eval's ``success``."""
    return float(not relevant_documents(grades, relevant_from).isdisjoint(ranking[:cutoff]))


def average_precision(
    ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1
) -> float:
    """Return the mean, over all relevant documents, of the precision at the rank where each is found (0 if not).

    Source: trec_eval's ``map`` and ``map_cut``.
    """
    relevant = relevant_documents(grades, relevant_from)
    ranks = [rank for rank, doc_id in enumerate(ranking[:cutoff], start=1) if doc_id in relevant]
    total = math.fsum(found / rank for found, rank in enumerate(ranks, start=1))
    return total / len(relevant) if relevant else 0.0


def r_precision(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return the precision at R, the number of relevant documents. Source: trec_eval's ``Rprec``."""
    depth = len(relevant_documents(grades, relevant_from))
    return precision(ranking[:cutoff], grades, depth, relevant_from=relevant_from)


def bpref(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return how seldom a judged non-relevant document stands above a relevant one; unjudged documents are skipped.

    Source: Buckley and Voorhees 2004 in the form of trec_eval's ``bpref``. Negative grades are outside the pool.
    """
    relevant = relevant_documents(grades, relevant_from)
    pool = sum(0 <= grade < relevant_from for grade in grades.values())
    above, total = 0, 0.0
    for doc_id in ranking[:cutoff]:
        if doc_id in relevant:
            total += 1 - min(above, len(relevant)) / min(pool, len(relevant)) if above else 1
        elif grades.get(doc_id, -1) >= 0:
            above += 1
    return total / len(relevant) if relevant else 0.0


def judged(ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1) -> float:
    """Return the share of the documents returned up to the cutoff that somebody judged, relevant or not.

    Source: ``Judged`` of ir_measures (from OpenNIR); a ranking shorter than the cutoff is measured over its length.
    """
    del relevant_from  # a judgement counts whatever it says
    top = ranking[:cutoff]
    return sum(doc_id in grades for doc_id in top) / len(top) if top else 0.0


class MeasureFunction(Protocol):
    """What every measure of this module is called with."""

    def __call__(
        self, ranking: Sequence[str], grades: Grades, cutoff: int | None = None, *, relevant_from: int = 1
    ) -> float: ...


FUNCTIONS: Mapping[str, MeasureFunction] = {
    "nDCG": ndcg,
    "RR": reciprocal_rank,
    "R": recall,
    "P": precision,
    "Success": success,
    "AP": average_precision,
    "Rprec": r_precision,
    "Bpref": bpref,
    "Judged": judged,
}
NEED_CUTOFF = frozenset({"R", "P", "Success"})


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as asked for by name, such as ``nDCG@10`` or ``AP(rel=2)``."""

    name: str
    function: MeasureFunction
    cutoff: int | None
    relevant_from: int

    def __call__(self, ranking: Sequence[str], grades: Grades) -> float:
        """Return the value for one ranked list."""
        return self.function(ranking, grades, self.cutoff, relevant_from=self.relevant_from)


def parse_measure(name: str) -> Measure:
    """Return the measure called ``name``. Raises UsageError with the names there are."""
    match = _NAME.fullmatch(name)
    if not match or match["name"] not in FUNCTIONS:
        raise UsageError(
            f"unknown measure {name!r}; available: {', '.join(FUNCTIONS)}, with @cutoff and (rel=grade), "
            f"such as nDCG@10 or AP(rel=2)"
        )
    if match["name"] in NEED_CUTOFF and not match["cutoff"]:
        raise UsageError(f"measure {name!r} needs a cutoff, such as {match['name']}@10")
    cutoff = int(match["cutoff"]) if match["cutoff"] else None
    return Measure(name, FUNCTIONS[match["name"]], cutoff, int(match["rel"] or 1))


def grades_by_query(qrels: Iterable[Qrel]) -> dict[str, dict[str, int]]:
    """Return query id → document id → grade, queries in order of first appearance.

    Raises EvaluationError when a document is judged twice with different grades, or when nothing is judged.
    """
    table: dict[str, dict[str, int]] = {}
    for qrel in qrels:
        grade = table.setdefault(qrel.query_id, {}).setdefault(qrel.doc_id, qrel.relevance)
        if grade != qrel.relevance:
            raise EvaluationError(
                f"{qrel.doc_id} is judged {grade} and {qrel.relevance} for query {qrel.query_id}; expected one grade"
            )
    if not table:
        raise EvaluationError("there are no judgements; expected at least one judged query")
    return table


def evaluate_run(
    qrels: Iterable[Qrel], run: Iterable[RunLine], measures: Sequence[str] = DEFAULT_MEASURES
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Return (measure → mean, query id → measure → value) over every judged query, in the order of the judgements.

    As ``trec_eval -c``: a judged query that the run lacks counts 0 in every mean, and so does one without a relevant
    document; queries of the run that nobody judged are left out. Ranks come from the scores (``trec_order``), never
    from the rank column.
    """
    if not measures:
        raise UsageError(f"no measures asked for; the usual ones are {', '.join(DEFAULT_MEASURES)}")
    wanted = [parse_measure(name) for name in measures]
    grades, retrieved = grades_by_query(qrels), by_query(run)
    per_query: dict[str, dict[str, float]] = {}
    for query_id, judgements in grades.items():
        ranking = trec_order(retrieved.get(query_id, {}))
        per_query[query_id] = {measure.name: measure(ranking, judgements) for measure in wanted}
    return means(per_query), per_query


def means(per_query: PerQuery) -> dict[str, float]:
    """Return measure → arithmetic mean over all the queries, {} for none."""
    columns: dict[str, list[float]] = {}
    for values in per_query.values():
        for name, value in values.items():
            columns.setdefault(name, []).append(value)
    return {name: math.fsum(values) / len(per_query) for name, values in columns.items()}


def score_records(per_query: PerQuery) -> list[Score]:
    """Return the per-query table as one record a value, queries and measures in the order they have."""
    return [Score(query_id, name, value) for query_id, row in per_query.items() for name, value in row.items()]
