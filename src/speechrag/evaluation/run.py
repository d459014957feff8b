"""``speechrag evaluate``: a test collection, an existing index or finished runs into a report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.evaluation.baseline import Baseline, finished_run, read_baseline
from speechrag.evaluation.families import collection_families, family_judgements
from speechrag.evaluation.formats import (
    read_beir,
    read_corpus,
    read_qrels,
    read_topics,
    write_run,
    write_scores,
)
from speechrag.evaluation.fusion import reciprocal_rank_fusion
from speechrag.evaluation.harness import DEPTH, judged_topics, run_topics
from speechrag.evaluation.judging import is_pool
from speechrag.evaluation.leaks import leak_guards
from speechrag.evaluation.measures import (
    DEFAULT_MEASURES,
    evaluate_run,
    grades_by_query,
    relevant_documents,
    score_records,
)
from speechrag.evaluation.provenance import index_fingerprint, program
from speechrag.evaluation.records import Dataset, EvaluationReport, Qrel, Refusal, RunLine, Topic
from speechrag.evaluation.refusal import refusal_curve
from speechrag.evaluation.report import HEADLINE, build_report, with_notes
from speechrag.evaluation.slices import slice_members
from speechrag.evaluation.statistics import SEED
from speechrag.evaluation.texts import JudgedTexts, TimedSearch
from speechrag.index.layout import sha256_of
from speechrag.records import Query

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine
    from speechrag.index.fill import Progress

CONFIDENCE_HITS = 5
SHOWN_SETTINGS = (
    "segmenter", "chunker", "passage_chars", "dense_weight", "understanding", "ranker", "paraphrases",
    "reranker", "user_dictionary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """What one evaluation reads and writes; ``families`` is ``auto``, ``on`` or ``off``."""

    dataset: str | None = None
    topics: str | None = None
    qrels: str | None = None
    index: str | None = None
    split: str = "test"
    run_out: str | None = None
    scores_out: str | None = None
    baseline: str | None = None
    families: str = "auto"


@dataclass(frozen=True, slots=True)
class _Set:
    """The questions of a task: all of them, those somebody judged, and the judgements."""

    all_topics: Sequence[Topic]
    topics: Sequence[Topic]
    qrels: Sequence[Qrel]
    relevant: Mapping[str, list[str]]
    families: Mapping[str, str] = field(default_factory=dict)  # of a collection; an index knows its own
    corpus: Path | None = None  # the file of a collection indexed for the occasion
    own_corpus: Path | None = None  # the file of a collection that is asked of another index
    baseline: Baseline | None = None


def evaluate(settings: Settings, task: Task, progress: Progress | None = None) -> EvaluationReport:
    """Return the report on a BEIR folder, or on topics and judgements over an existing index.

    A dataset without an index is indexed as it stands, one passage a document, in a temporary folder. ``progress`` is
    told of every topic searched as ``("searching", done, total)``.
    Raises UsageError for arguments that do not go together and EvaluationError for files that cannot be read.
    """
    if task.dataset and not (task.topics or task.qrels):
        data = read_beir(task.dataset, task.split, with_corpus=task.index is None)
        asked = _asked(data.topics, data.qrels, task.baseline)
        if task.index is not None:
            asked = replace(asked, own_corpus=data.corpus if data.corpus.is_file() else None)
        else:
            asked = replace(asked, corpus=data.corpus)
            if task.families == "on":
                asked = replace(asked, families=collection_families(read_corpus(data.corpus)))
        with indexed(task, data.corpus, settings) as (index, seconds):
            return _measure(index, settings, task, asked, seconds, progress)
    if task.dataset or not (task.topics and task.qrels):
        raise UsageError("give either --dataset DIR or both --topics FILE and --qrels FILE")
    asked = _asked(read_topics(task.topics), read_qrels(task.qrels), task.baseline)
    return _measure(task.index or settings.index, settings, task, asked, 0.0, progress)


def compare_runs(
    qrels: str | None,
    runs: Sequence[str],
    *,
    fuse: str | None = None,
    topics: str | None = None,
    run_out: str | None = None,
    scores_out: str | None = None,
) -> EvaluationReport:
    """Return the report on finished runs: one alone, the first against the second, or all fused against the first.

    ``topics`` add the kinds of queries, as far as queries show them without their texts. Raises UsageError without
    judgements, for one run to be fused, and for more than two that are not.
    """
    if not qrels:
        raise UsageError("--runs needs the judgements: give --qrels FILE")
    if not runs or (len(runs) < 2 if fuse else len(runs) > 2):
        raise UsageError(f"{len(runs)} runs; expected two to compare (or one alone), or two and more with --fuse rrf")
    read, judged = [finished_run(path) for path in runs], read_qrels(qrels)
    asked = _asked(read_topics(topics), judged) if topics else None
    against = runs[0] if fuse else runs[1] if len(runs) > 1 else None
    first = reciprocal_rank_fusion(read) if fuse else read[0]
    if run_out:
        write_run(run_out, first)
    report = build_report(
        judged,
        first,
        baseline=Baseline(read[runs.index(against)], name=against) if against else None,
        measures=HEADLINE,
        slices=slice_members(asked.topics, asked.relevant, None) if asked else None,
    )
    name = f"rrf of {', '.join(runs)}" if fuse else runs[0]
    documents = {line.doc_id for lines in read for line in lines} | {qrel.doc_id for qrel in judged}
    notes = [f"{name} against {against}" if against else name]
    topicless = len(asked.relevant) - len(asked.topics) if asked else 0
    notes += [f"judged queries without a topic, measured and in no kind: {topicless}"] if topicless else []
    report = _with_same_ids(with_notes(report, notes), report.per_query, documents.__contains__)
    if scores_out:
        write_scores(scores_out, score_records(report.per_query))
    texts = {topic.query_id: topic.text for topic in asked.topics} if asked else {}
    return replace(report, topics=texts, settings={"seed": SEED, **program()})


def _asked(topics: Sequence[Topic], qrels: Sequence[Qrel], baseline: str | None = None) -> _Set:
    relevant = {query_id: sorted(relevant_documents(grades)) for query_id, grades in grades_by_query(qrels).items()}
    found = read_baseline(baseline) if baseline else None
    if found:
        found.check(relevant)  # now, not after minutes of indexing
    return _Set(topics, judged_topics(topics, qrels), qrels, relevant, baseline=found)


@contextmanager
def indexed(task: Task, corpus: Path, settings: Settings) -> Iterator[tuple[str, float]]:
    """Give the index of a task and the seconds it took: the named one, or one made of ``corpus`` for the occasion."""
    from speechrag.build import build_collection

    if task.index is not None:
        yield task.index, 0.0
        return
    with tempfile.TemporaryDirectory(prefix="speechrag-", ignore_cleanup_errors=True) as folder:
        began = time.perf_counter()
        build_collection(((d.doc_id, d.title, d.text) for d in read_corpus(corpus)), Path(folder), settings)
        yield folder, time.perf_counter() - began


def measured(
    index: str, settings: Settings, task: Task, data: Dataset, measures: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return query id -> measure -> value of an index over a set: what ``evaluate`` measures, and nothing besides."""
    from speechrag.engine import Engine

    asked = _asked(data.topics, data.qrels)
    if task.index is None:
        asked = replace(asked, corpus=data.corpus)
    texts = JudgedTexts(Engine.open(index, settings), {q.doc_id for q in data.qrels}, {})
    run = run_topics(texts.search, asked.topics, DEPTH)
    qrels = family_judgements(data.qrels, run, texts.family_of) if _folds(task.families, asked, texts) else data.qrels
    return evaluate_run(qrels, run, measures)[1]


def _measure(
    index: str, settings: Settings, task: Task, asked: _Set, seconds: float, progress: Progress | None
) -> EvaluationReport:
    from speechrag.engine import Engine

    engine = Engine.open(index, settings)
    texts = JudgedTexts(engine, {q.doc_id for q in asked.qrels}, asked.families)
    began = time.perf_counter()
    timed = TimedSearch(texts.search, len(asked.topics), progress)
    timed.warm(asked.topics[0].text)
    run = run_topics(timed, asked.topics, DEPTH)
    took = {"index": round(seconds, 3), "search": round(time.perf_counter() - began, 3)}
    if task.run_out:
        write_run(task.run_out, run)
    report = _with_gaps(_judged_report(task, asked, texts, run, took), asked, texts)
    report = _with_same_ids(report, report.per_query, lambda query_id: bool(texts.text_of(query_id)))
    if asked.own_corpus:
        report = _with_other_corpus(report, asked.own_corpus, asked, texts)
    if task.scores_out:
        write_scores(task.scores_out, score_records(report.per_query))
    return replace(
        report,
        topics={topic.query_id: topic.text for topic in asked.topics},
        latency=timed.percentiles(),
        index=_about(engine, asked.corpus),
        settings=_about_settings(settings, task),
        refusal=_refusal(engine, asked, task.split),
        leaks=leak_guards(asked.topics, asked.relevant, texts.text_of, texts.title_of),
    )


def _judged_report(
    task: Task, asked: _Set, texts: JudgedTexts, run: Sequence[RunLine], took: Mapping[str, float]
) -> EvaluationReport:
    judged, judged_baseline, notes, plain = list(asked.qrels), list(asked.qrels), [], {}
    if _folds(task.families, asked, texts):
        judged = family_judgements(asked.qrels, run, texts.family_of)
        judged_baseline = family_judgements(asked.qrels, asked.baseline.run if asked.baseline else (), texts.family_of)
        plain = evaluate_run(asked.qrels, run, HEADLINE)[0]
        notes.append(
            f"near-copies: any copy of a judged document counts, once; with the judgements as they stand "
            f"{', '.join(f'{name} {plain[name]:.4f}' for name in DEFAULT_MEASURES)}"
        )
    if asked.baseline and asked.baseline.folded not in (None, bool(plain)):
        notes.append("the baseline counts near-copies of a judged document otherwise; measure both with one --families")
    report = build_report(
        judged,
        run,
        baseline=asked.baseline,
        baseline_qrels=judged_baseline,
        measures=HEADLINE,
        seconds=took,
        slices=slice_members(asked.topics, asked.relevant, texts.text_of),
        pooled=is_pool(asked.qrels),
    )
    return replace(with_notes(report, notes), unfolded=plain)


def _with_gaps(report: EvaluationReport, asked: _Set, texts: JudgedTexts) -> EvaluationReport:
    """Return the report with what the judgements name and the topics or the index do not have, counted and told."""
    lacking = texts.lacking(dict.fromkeys(doc_id for ids in asked.relevant.values() for doc_id in ids))
    unasked = asked.relevant.keys() - {topic.query_id for topic in asked.topics}
    notes = []
    if lacking:
        notes.append(f"relevant documents that this index does not hold, never found: {len(lacking)}, as {lacking[0]}")
    if unasked:
        notes.append(f"judged queries without a topic, never asked and counted as 0: {len(unasked)}, as {min(unasked)}")
    counts = {**report.coverage, "lacking": len(lacking), "unasked": len(unasked)}
    return with_notes(replace(report, coverage=counts), notes)


def _with_same_ids(
    report: EvaluationReport, query_ids: Iterable[str], holds: Callable[[str], bool]
) -> EvaluationReport:
    """Return the report with a note where a query and a document have one id: BEIR drops such a result."""
    shared = [query_id for query_id in query_ids if holds(query_id)]
    note = (
        f"ids that name a query and a document: {len(shared)}, as {min(shared, default='')}; counted here, while BEIR's"
        f" own evaluation leaves such a document out of the results of its query"
    )
    counts = {**report.coverage, "same_ids": len(shared)}
    return with_notes(replace(report, coverage=counts), [note] if shared else [])


def _with_other_corpus(report: EvaluationReport, corpus: Path, asked: _Set, texts: JudgedTexts) -> EvaluationReport:
    """Return the report with a note where the set's own corpus and the index do not hold the same."""
    more, fewer = texts.beyond(document.doc_id for document in read_corpus(corpus))
    note = f"{corpus.name} of the set and this index differ: {more} speeches only here, {fewer} documents only there"
    if more and any(_answerable(topic) is False for topic in asked.all_topics):
        note += "; what has no answer in the set may have one here, so the figures on refusing say little"
    counts = {**report.coverage, "only_index": more, "only_set": fewer}
    return with_notes(replace(report, coverage=counts), [note] if more or fewer else [])


def _folds(choice: str, asked: _Set, texts: JudgedTexts) -> bool:
    if choice == "auto":
        # The judgements of a published collection are kept as they stand, so that its figures can be compared.
        return asked.corpus is None and any(
            texts.has_copies(doc_id) for ids in asked.relevant.values() for doc_id in ids
        )
    return choice == "on"


def _about_settings(settings: Settings, task: Task) -> dict[str, object]:
    chosen = asdict(settings)
    own = {"families": task.families, "split": task.split, "seed": SEED, **program()}
    # Names without their folders: a report is shown to others.
    named = f"{Path(task.dataset).resolve().name} / {task.split}" if task.dataset else Path(str(task.topics)).name
    own |= {"set": named, "baseline": Path(task.baseline).name if task.baseline else ""}
    return {name: chosen[name] for name in SHOWN_SETTINGS} | own


def _about(engine: Engine, corpus: Path | None) -> dict[str, object]:
    """Return sizes and fingerprints; ``corpus`` is the file an index for the occasion was made from."""
    manifest = engine.manifest
    return {
        "bytes": sum(manifest.bytes.values()),
        "speeches": manifest.speeches,
        "passages": manifest.passages,
        "generation": manifest.generation,
        "fingerprint": index_fingerprint(manifest),
        "corpus_sha256": sha256_of(corpus) if corpus else manifest.corpus_sha256,
        "embedder": manifest.embedder,
        "embedder_fingerprint": manifest.embedder_fingerprint,
        "cleaner": manifest.cleaner,
        "chunker": manifest.chunker,
        "segmenter": manifest.segmenter,
    }


def _refusal(engine: Engine, asked: _Set, split: str) -> Refusal | None:
    """Return the refusal curve where the topics say which of them have an answer, else None."""
    without = [t for t in asked.all_topics if _answerable(t) is False and t.metadata.get("split", split) == split]
    judged = {topic.query_id for topic in asked.topics}
    answered = [t for t in asked.all_topics if t.query_id in judged and _answerable(t) is not False]
    if not without or not answered:
        return None
    return refusal_curve(_confidence(engine, answered), _confidence(engine, without))


def _answerable(topic: Topic) -> bool | None:
    said = topic.metadata.get("answerable")
    return said if isinstance(said, bool) else None


def _confidence(engine: Engine, topics: Iterable[Topic]) -> list[float]:
    return [engine.confidence(Query(topic.text, top_k=CONFIDENCE_HITS)) for topic in topics]
