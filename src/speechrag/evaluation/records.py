"""The nouns of evaluation, by their usual TREC names. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """One question of a test collection; ``metadata`` is whatever its file says besides (slice, source, ...)."""

    query_id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Qrel:
    """One judgement: how relevant a document is to a query; 0 or less means judged and not relevant."""

    query_id: str
    doc_id: str
    relevance: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """One line of a run: a document at ``rank`` (from 1) for a query; a higher ``score`` ranks before a lower one."""

    query_id: str
    doc_id: str
    rank: int
    score: float
    tag: str


@dataclass(frozen=True, slots=True)
class Score:
    """The value of one measure for one query."""

    query_id: str
    measure: str
    value: float


@dataclass(frozen=True, slots=True)
class CollectionDocument:
    """One document of a test collection's corpus."""

    doc_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A folder in BEIR form; the corpus may be large and stays on disk until ``read_corpus`` walks it."""

    corpus: Path
    topics: tuple[Topic, ...]
    qrels: tuple[Qrel, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against a baseline on the same queries; ``difference`` is the mean of run minus baseline."""

    baseline: float
    difference: float
    p_value: float  # paired two-sided randomisation
    ci_low: float  # 95 % paired bootstrap interval of the difference
    ci_high: float
    p_holm: float  # p_value after Holm's step-down over all measures compared
    p_t: float  # paired t test, printed as a check on the randomisation
    deviation: float  # sample standard deviation of the per-query differences, 0 for a single query


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """The mean over several sets of the mean difference between a run and its baseline on each of them."""

    sets: int
    difference: float
    p_value: float  # two-sided randomisation over the queries of all sets
    ci_low: float  # 95 % bootstrap interval, queries drawn within their sets
    ci_high: float


@dataclass(frozen=True, slots=True)
class Slice:
    """The queries of one kind and their means; ``interval`` is of the first measure (95 % bootstrap)."""

    query_ids: tuple[str, ...]
    queries: int
    measures: Mapping[str, float]
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """What refusing every question below ``threshold`` costs: shares (0..1) of both kinds of questions refused."""

    threshold: float
    unanswerable_refused: float
    answerable_refused: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """How well the confidence of a search tells questions with an answer from those without."""

    answerable: int
    unanswerable: int
    auc: float  # chance that an answerable question gets more confidence than an unanswerable one
    curve: tuple[RefusalPoint, ...]  # by threshold ascending


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What ``speechrag evaluate`` says: means, per-query values and, with a baseline, the comparison."""

    queries: int
    measures: Mapping[str, float]
    per_query: Mapping[str, Mapping[str, float]]
    seconds: Mapping[str, float]
    comparison: Mapping[str, Comparison] | None = None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # 95 % bootstrap, of each mean
    notes: tuple[str, ...] = ()
    slices: Mapping[str, Slice] = field(default_factory=dict)
    recall_curve: Mapping[int, float] = field(default_factory=dict)  # cutoff -> mean recall
    baseline_per_query: Mapping[str, Mapping[str, float]] | None = None
    topics: Mapping[str, str] = field(default_factory=dict)  # query id -> text
    latency: Mapping[str, float] = field(default_factory=dict)  # p50_ms, p95_ms of a warm query
    index: Mapping[str, Any] = field(default_factory=dict)  # size, counts and fingerprints
    settings: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None
    coverage: Mapping[str, int] = field(default_factory=dict)  # the numbers behind the notes
    power: Mapping[str, float] = field(default_factory=dict)  # smallest difference this set shows, deviation assumed
    leaks: Mapping[str, float] = field(default_factory=dict)  # what the queries give away of their documents
    judging: Mapping[str, float] = field(default_factory=dict)  # bounds of the first measure where a pool has gaps
    unfolded: Mapping[str, float] = field(default_factory=dict)  # where near-copies count alike: means without that
    baseline_latency: Mapping[str, float] = field(default_factory=dict)  # of a baseline that an evaluation printed
