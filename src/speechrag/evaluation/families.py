"""Judgements over a corpus of near-copies: any copy of a judged document answers, once; later copies gain nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from speechrag.evaluation.measures import grades_by_query
from speechrag.evaluation.ranking import by_query, trec_order
from speechrag.evaluation.records import CollectionDocument, Qrel, RunLine
from speechrag.index.families import group
from speechrag.index.shingles import sketch

FamilyOf = Callable[[str], str]


def family_judgements(qrels: Iterable[Qrel], run: Iterable[RunLine], family_of: FamilyOf) -> list[Qrel]:
    """Return the judgements as they apply to ``run`` where documents of one family are copies of each other.

    A family is as relevant as its best judged member. Of its members the run's first takes that grade and the later
    ones get 0; a family the run lacks is stood for by its first judged member. So recall counts a family once, and an
    ideal ranking holds it once. Judged members that the run lacks drop out; families judged not relevant stay so.
    """
    retrieved = by_query(run)
    found: list[Qrel] = []
    for query_id, grades in grades_by_query(qrels).items():
        order = trec_order(retrieved.get(query_id, {}))
        found += [Qrel(query_id, doc_id, grade) for doc_id, grade in _judged(grades, order, family_of).items()]
    return found


def _judged(grades: Mapping[str, int], order: Iterable[str], family_of: FamilyOf) -> dict[str, int]:
    best: dict[str, int] = {}
    first: dict[str, str] = {}
    for doc_id, grade in grades.items():
        family = family_of(doc_id)
        best[family] = max(grade, best.get(family, grade))
        first.setdefault(family, doc_id)
    judged: dict[str, int] = {}
    seen: set[str] = set()
    for doc_id in order:
        family = family_of(doc_id)
        if family in best:
            judged[doc_id] = 0 if family in seen and best[family] > 0 else best[family]
            seen.add(family)
    return judged | {first[family]: grade for family, grade in best.items() if family not in seen}


def collection_families(documents: Iterable[CollectionDocument]) -> dict[str, str]:
    """Return document id -> family of near-identical texts, by the rules that the index uses for speeches."""
    texts = {document.doc_id: document.text for document in documents}
    return group({doc_id: sketch(text) for doc_id, text in texts.items()}, {}, texts.__getitem__)
