"""``speechrag evaluate``: a test collection, an existing index or finished runs into a report."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag import __version__
from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.families import collection_families, family_judgements
from speechrag.evaluation.formats import (
    read_beir,
    read_corpus,
    read_qrels,
    read_run,
    read_topics,
    write_run,
    write_scores,
)
from speechrag.evaluation.fusion import reciprocal_rank_fusion
from speechrag.evaluation.harness import DEPTH, SearchFunction, judged_topics, run_topics
from speechrag.evaluation.judging import is_pool
from speechrag.evaluation.leaks import leak_guards
from speechrag.evaluation.measures import grades_by_query, relevant_documents, score_records
from speechrag.evaluation.records import EvaluationReport, Qrel, Refusal, RunLine, Topic
from speechrag.evaluation.refusal import refusal_curve
from speechrag.evaluation.report import HEADLINE, build_report, with_notes
from speechrag.evaluation.slices import letters, slice_members
from speechrag.evaluation.statistics import SEED
from speechrag.index.layout import sha256_of
from speechrag.records import Query

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine
    from speechrag.records import Passage

CONFIDENCE_HITS = 5
SHOWN_SETTINGS = (
    "segmenter", "chunker", "passage_chars", "dense_weight", "understanding", "ranker", "reranker", "user_dictionary",
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


def evaluate(settings: Settings, task: Task) -> EvaluationReport:
    """Return the report on a BEIR folder, or on topics and judgements over an existing index.

    A dataset without an index is indexed as it stands, one passage a document, in a temporary folder.
    Raises UsageError for arguments that do not go together and EvaluationError for files that cannot be read.
    """
    if task.dataset and not (task.topics or task.qrels):
        data = read_beir(task.dataset, task.split)
        asked = _asked(data.topics, data.qrels)
        if task.index is None:
            with tempfile.TemporaryDirectory(prefix="speechrag-", ignore_cleanup_errors=True) as folder:
                seconds = _index_collection(data.corpus, Path(folder), settings)
                asked = replace(asked, corpus=data.corpus)
                if task.families == "on":
                    asked = replace(asked, families=collection_families(read_corpus(data.corpus)))
                return _measure(folder, settings, task, asked, seconds)
        return _measure(task.index, settings, task, asked, 0.0)
    if task.dataset or not (task.topics and task.qrels):
        raise UsageError("give either --dataset DIR or both --topics FILE and --qrels FILE")
    asked = _asked(read_topics(task.topics), read_qrels(task.qrels))
    return _measure(task.index or settings.index, settings, task, asked, 0.0)


def compare_runs(
    qrels: str | None, runs: Sequence[str], *, fuse: str | None = None, run_out: str | None = None
) -> EvaluationReport:
    """Return the report on finished runs: the first against the second, or with ``fuse`` all fused against the first.

    Raises UsageError without judgements, for a single run or for more than two that are not fused.
    """
    if not qrels:
        raise UsageError("--runs needs the judgements: give --qrels FILE")
    if len(runs) < 2 or (len(runs) > 2 and not fuse):
        raise UsageError(f"{len(runs)} runs; expected two to compare, or two and more with --fuse rrf")
    read, judged = [read_run(path) for path in runs], read_qrels(qrels)
    first, other = read[:2]
    if fuse:
        first, other = reciprocal_rank_fusion(read), read[0]
    if run_out:
        write_run(run_out, first)
    name = f"rrf of {', '.join(runs)} against {runs[0]}" if fuse else f"{runs[0]} against {runs[1]}"
    return with_notes(build_report(judged, first, baseline=other, measures=HEADLINE), [name])


def _asked(topics: Sequence[Topic], qrels: Sequence[Qrel]) -> _Set:
    relevant = {query_id: sorted(relevant_documents(grades)) for query_id, grades in grades_by_query(qrels).items()}
    return _Set(topics, judged_topics(topics, qrels), qrels, relevant)


def _index_collection(corpus: Path, folder: Path, settings: Settings) -> float:
    from speechrag.build import build_collection

    began = time.perf_counter()
    build_collection(((d.doc_id, d.title, d.text) for d in read_corpus(corpus)), folder, settings)
    return time.perf_counter() - began


def _measure(index: str, settings: Settings, task: Task, asked: _Set, seconds: float) -> EvaluationReport:
    from speechrag.engine import Engine

    engine = Engine.open(index, settings)
    texts = _Texts(engine, {q.doc_id for q in asked.qrels}, asked.families)
    began = time.perf_counter()
    timed = _Timed(texts.search)
    timed.warm(asked.topics[0].text)
    run = run_topics(timed, asked.topics, DEPTH)
    took = {"index": round(seconds, 3), "search": round(time.perf_counter() - began, 3)}
    if task.run_out:
        write_run(task.run_out, run)
    report = _judged_report(task, asked, texts, run, took)
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
    task: Task, asked: _Set, texts: _Texts, run: Sequence[RunLine], took: Mapping[str, float]
) -> EvaluationReport:
    baseline = read_run(task.baseline) if task.baseline else None
    judged, judged_baseline, notes = list(asked.qrels), list(asked.qrels), []
    if _folds(task.families, asked, texts):
        judged = family_judgements(asked.qrels, run, texts.family_of)
        judged_baseline = family_judgements(asked.qrels, baseline or (), texts.family_of)
        notes.append("near-copies: any copy of a judged document counts, once")
    report = build_report(
        judged,
        run,
        baseline=baseline,
        baseline_qrels=judged_baseline,
        measures=HEADLINE,
        seconds=took,
        slices=slice_members(asked.topics, asked.relevant, texts.text_of),
        pooled=is_pool(asked.qrels),
    )
    return with_notes(report, notes)


def _folds(choice: str, asked: _Set, texts: _Texts) -> bool:
    if choice == "auto":
        return any(texts.has_copies(doc_id) for ids in asked.relevant.values() for doc_id in ids)
    return choice == "on"


class _Texts:
    """The texts that the judgements name, passages or whole speeches, and a search that names the same."""

    def __init__(self, engine: Engine, judged: set[str], families: Mapping[str, str]) -> None:
        self._engine = engine
        self._speech_of: Mapping[str, str] = {s.speech_id: s.family for s in engine.speeches()}
        self._sizes: dict[str, int] = {}
        for family in (families or self._speech_of).values():
            self._sizes[family] = self._sizes.get(family, 0) + 1
        self._families = families
        self.whole = bool(judged & self._speech_of.keys())
        # Several passages of one speech may rank; three times the depth leaves enough distinct speeches.
        self._deepen = 3 if self.whole and engine.manifest.passages > engine.manifest.speeches else 1
        if not self.whole and not any(doc_id.rpartition(".")[0] in self._speech_of for doc_id in judged):
            raise EvaluationError(
                "no judged id is a speech or passage of this index; "
                "judge ids as `speechrag search --format json` prints them"
            )

    def search(self, text: str, depth: int) -> list[tuple[str, float]]:
        return [(self._name(passage), score) for passage, score in self._engine.rank(text, self._deepen * depth)]

    def _name(self, passage: Passage) -> str:
        return passage.speech_id if self.whole else passage.passage_id

    def _known(self, doc_id: str) -> bool:
        return (doc_id if self.whole else doc_id.rpartition(".")[0]) in self._speech_of

    def text_of(self, doc_id: str) -> str:
        """Return the text of a judged id; empty for one that this index does not hold."""
        if not self._known(doc_id):
            return ""
        if self.whole:
            return self._engine.speech(doc_id).text
        try:
            return self._engine.passage(doc_id).text
        except UsageError:
            return ""

    def title_of(self, doc_id: str) -> str:
        """Return the title of the speech a judged id belongs to; empty for one that this index does not hold."""
        return self._engine.speech(self._speech_id(doc_id)).title if self._known(doc_id) else ""

    def _speech_id(self, doc_id: str) -> str:
        return doc_id if self.whole else doc_id.rpartition(".")[0]

    def has_copies(self, doc_id: str) -> bool:
        family = self._family(doc_id)
        return bool(family) and self._sizes.get(family, 0) > 1

    def _family(self, doc_id: str) -> str:
        speech_id = self._speech_id(doc_id)
        return self._families.get(speech_id) or self._speech_of.get(speech_id, "")

    def family_of(self, doc_id: str) -> str:
        """Return what the copies of a document share: the family of its speech; for a passage also its wording."""
        family = self._family(doc_id)
        if not family or not self.has_copies(doc_id):
            return doc_id
        return family if self.whole else f"{family} {letters(self.text_of(doc_id))}"


class _Timed:
    """A search that keeps the seconds of every call."""

    def __init__(self, search: SearchFunction) -> None:
        self._search = search
        self._seconds: list[float] = []

    def warm(self, text: str) -> None:
        """Search once without keeping the time: the first query reads what later ones find in memory."""
        self._search(text, DEPTH)

    def __call__(self, text: str, depth: int) -> Sequence[tuple[str, float]]:
        began = time.perf_counter()
        found = self._search(text, depth)
        self._seconds.append(time.perf_counter() - began)
        return found

    def percentiles(self) -> dict[str, float]:
        """Return p50 and p95 in milliseconds, by the nearest rank."""
        ordered = sorted(self._seconds)
        return {
            f"p{share}_ms": round(1000 * ordered[max(0, -(-share * len(ordered) // 100) - 1)], 3) for share in (50, 95)
        }


def _about_settings(settings: Settings, task: Task) -> dict[str, object]:
    chosen = asdict(settings)
    own = {"families": task.families, "split": task.split, "seed": SEED, "version": __version__}
    return {name: chosen[name] for name in SHOWN_SETTINGS} | own


def _about(engine: Engine, corpus: Path | None) -> dict[str, object]:
    """Return sizes and fingerprints; ``corpus`` is the file an index for the occasion was made from."""
    manifest = engine.manifest
    return {
        "bytes": sum(manifest.bytes.values()),
        "speeches": manifest.speeches,
        "passages": manifest.passages,
        "generation": manifest.generation,
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
