"""``speechrag evaluate``: a test collection or an existing index through the engine into a report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.formats import read_beir, read_corpus, read_qrels, read_run, read_topics, write_run
from speechrag.evaluation.harness import DEPTH, SearchFunction, judged_topics, run_topics
from speechrag.evaluation.records import EvaluationReport, Qrel, RunLine, Topic
from speechrag.evaluation.report import build_report

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine
    from speechrag.records import Passage


def evaluate(
    settings: Settings,
    *,
    dataset: str | None = None,
    topics: str | None = None,
    qrels: str | None = None,
    index: str | None = None,
    run_out: str | None = None,
    baseline: str | None = None,
) -> EvaluationReport:
    """Return the report on a BEIR folder, or on topics and judgements over an existing index.

    A dataset without ``index`` is indexed as it stands, one passage a document, in a temporary folder.
    Raises UsageError for arguments that do not go together and EvaluationError for files that cannot be read.
    """
    if (dataset and (topics or qrels)) or (not dataset and not (topics and qrels)):
        raise UsageError("give either --dataset DIR or both --topics FILE and --qrels FILE")
    compared = read_run(baseline) if baseline else None
    if dataset:
        data = read_beir(dataset)
        wanted, judged = judged_topics(data.topics, data.qrels), list(data.qrels)
        if index is None:
            with tempfile.TemporaryDirectory(prefix="speechrag-", ignore_cleanup_errors=True) as folder:
                seconds = _index_collection(data.corpus, Path(folder), settings)
                return _report(folder, settings, wanted, judged, seconds, run_out, compared)
    else:
        judged = read_qrels(str(qrels))
        wanted = judged_topics(read_topics(str(topics)), judged)
    return _report(index or settings.index, settings, wanted, judged, 0.0, run_out, compared)


def _index_collection(corpus: Path, folder: Path, settings: Settings) -> float:
    from speechrag.build import build_collection

    began = time.perf_counter()
    build_collection(((d.doc_id, d.title, d.text) for d in read_corpus(corpus)), folder, settings)
    return time.perf_counter() - began


def _report(
    index: str,
    settings: Settings,
    topics: Sequence[Topic],
    qrels: Sequence[Qrel],
    seconds: float,
    run_out: str | None,
    baseline: Sequence[RunLine] | None,
) -> EvaluationReport:
    from speechrag.engine import Engine

    engine = Engine.open(index, settings)
    search = _search_function(engine, {q.doc_id for q in qrels})
    began = time.perf_counter()
    run = run_topics(search, topics, DEPTH)
    took = {"index": round(seconds, 3), "search": round(time.perf_counter() - began, 3)}
    if run_out:
        write_run(run_out, run)
    return build_report(qrels, run, baseline=baseline, seconds=took)


def _search_function(engine: Engine, judged: set[str]) -> SearchFunction:
    """Return a search that names what the judgements name: passages or whole speeches."""
    name = _granularity(engine, judged)

    def search(text: str, depth: int) -> list[tuple[str, float]]:
        # Several passages of one speech may rank; three times the depth leaves enough distinct speeches.
        return [(name(passage), score) for passage, score in engine.rank(text, 3 * depth)]

    return search


def _granularity(engine: Engine, judged: set[str]) -> Callable[[Passage], str]:
    speeches = {s.speech_id for s in engine.speeches()}
    if judged & speeches:
        return lambda passage: passage.speech_id
    if any(doc_id.rpartition(".")[0] in speeches for doc_id in judged):
        return lambda passage: passage.passage_id
    raise EvaluationError(
        "no judged id is a speech or passage of this index; judge ids as `speechrag search --format json` prints them"
    )
