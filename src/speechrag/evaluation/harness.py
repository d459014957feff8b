"""Topics through a search function into a run; knows nothing of the engine behind the function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from speechrag.errors import EvaluationError
from speechrag.evaluation.formats import is_id
from speechrag.evaluation.ranking import ranked_lines
from speechrag.evaluation.records import Qrel, RunLine, Topic

SearchFunction = Callable[[str, int], Sequence[tuple[str, float]]]

DEPTH = 100
TAG = "speechrag"


def judged_topics(topics: Iterable[Topic], qrels: Iterable[Qrel]) -> list[Topic]:
    """Return the topics that somebody judged, in their order; a BEIR folder lists the queries of every split.

    Raises EvaluationError when topics and judgements have no query in common.
    """
    wanted = {qrel.query_id for qrel in qrels}
    found = [topic for topic in topics if topic.query_id in wanted]
    if not found:
        raise EvaluationError("the topics and the judgements have no query id in common; expected files of one set")
    return found


def run_topics(search: SearchFunction, topics: Iterable[Topic], depth: int = DEPTH, tag: str = TAG) -> list[RunLine]:
    """Return the run of ``search`` over ``topics``: at most ``depth`` documents each, ranks from 1.

    ``search(text, depth)`` gives (document id, score) best first; its order is the ranking, whatever the scores say.
    A document that comes again (several of its passages were found) keeps its first place. Scores are lowered by
    tiny, rank-based steps where they tie or rise, so that every tool sorts them back into this order. A topic without
    results gives no lines. Raises EvaluationError for an id or tag that a run file cannot hold and for a score that
    is not a finite number; what ``search`` raises passes through.
    """
    if not is_id(tag):
        raise EvaluationError(f"run tag {tag!r}; expected printable ASCII without white space")
    lines: list[RunLine] = []
    for topic in topics:
        lines.extend(ranked_lines(topic.query_id, _ranking(search(topic.text, depth), topic)[:depth], tag))
    return lines


def _ranking(results: Sequence[tuple[str, float]], topic: Topic) -> list[tuple[str, float]]:
    ranking: dict[str, float] = {}
    for doc_id, score in results:
        if not is_id(doc_id):
            raise EvaluationError(
                f"query {topic.query_id}: the search gave document id {doc_id!r}; "
                f"expected printable ASCII without white space"
            )
        ranking.setdefault(doc_id, score)
    return list(ranking.items())
