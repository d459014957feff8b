"""The nouns of speechrag: frozen, slotted, plain. Standard library only.

Offsets are character offsets (Python string indices), end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Repair:
    """One change made to the text as received.

    ``start`` and ``end`` are offsets into the *original* text and ``before == original[start:end]``; ``after`` stands
    in its place in the cleaned text. The repairs of a document never overlap and are sorted, so writing each ``before``
    back over its ``after`` restores the original exactly.
    """

    rule: str
    start: int
    end: int
    before: str
    after: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file (or one member of an archive) as received, before any repair."""

    doc_id: str  # ASCII; from the content, so the same after every rebuild
    source: str  # name shown to people, relative to the source root; "archive.zip!inner.docx" for a member
    text: str
    sha256: str  # of the bytes as received
    encoding: str = "utf-8"
    media: str = "text"  # which reader understood it: text, html, ...
    notes: tuple[str, ...] = ()  # what of the file did not become text, such as pages without a text layer


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """A document with its repairs applied: two layers of text, mapped to each other by the repairs."""

    document: Document
    text: str
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()  # what was seen and left alone, for the reader of the ledger


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a speech; its span starts at the heading and holds its sub-sections."""

    heading: str  # without its number: "提高认识，统一思想"
    level: int  # 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for run-in points (一是, 第一，)
    start: int
    end: int
    label: str = ""  # the number as written: "一、", "（二）", "第三，"
    role: str = ""  # opening, significance, achievement, problem, task, safeguard, call, closing or ""
    body: int = 0  # offset of the first character after the heading


@dataclass(frozen=True, slots=True)
class Evidence:
    """The span of a speech's cleaned text that proves a metadata value."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speech:
    """One speech cut from a cleaned document: ``clean.text[doc_start:doc_end] == text``."""

    speech_id: str  # "<doc_id>-<ordinal>": ASCII, no spaces
    doc_id: str
    source: str
    ordinal: int  # from 1 within its document
    title: str
    text: str
    doc_start: int
    doc_end: int
    sections: tuple[Section, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)  # organ, level, region, year, occasion, genre, ...
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    family: str = ""
    quality: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrievable span of a speech; ``speech.text[start:end] == text`` always holds."""

    passage_id: str  # "<speech_id>.<ordinal>": ASCII, no spaces, same after every rebuild
    speech_id: str
    headings: tuple[str, ...]  # outermost first, with their labels
    text: str
    start: int  # offsets into Speech.text
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. ``filters`` maps a metadata key to the values allowed (any of them)."""

    text: str
    top_k: int = 10
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    per_speech: int = 0  # at most so many hits from one speech; 0: as many as there are


@dataclass(frozen=True, slots=True)
class ChannelScore:
    """Rank (from 1) and score (higher is better) of a passage in one retrieval channel."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where else the corpus says what a passage says."""

    passage_id: str
    speech_id: str
    source: str
    title: str


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section of a speech around a passage: ``speech.text[start:end] == text`` always holds."""

    headings: tuple[str, ...]  # outermost first, with their labels; its own last
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query, with where it came from and why it ranks here."""

    rank: int  # from 1
    score: float  # higher is better
    passage: Passage
    source: str
    title: str
    original: str  # the same span as the file has it
    parts: Mapping[str, ChannelScore] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    copies: int = 0  # near-identical passages of the corpus that this hit stands for beside its own
    others: tuple[Place, ...] = ()  # where each of those stands
    section: SectionText | None = None  # what the passage stands in, where that was asked for


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quotation: ``speech.text[start:end] == quote``."""

    number: int  # from 1 within its answer or outline
    passage_id: str
    speech_id: str
    source: str
    title: str
    quote: str
    start: int
    end: int
    headings: tuple[str, ...] = ()
    copies: int = 0  # other places of the corpus that say the same, cited once
    others: tuple[Place, ...] = ()  # which


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations that support it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A cited answer, or an honest refusal (``supported`` false, no sentences, no citations)."""

    question: str
    supported: bool
    text: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[str, ...] = ()  # passage ids, closest first
    notes: tuple[str, ...] = ()  # e.g. that the LLM could not be used and why
    suggestions: tuple[str, ...] = ()  # next questions, each answered by the corpus
    kind: str = ""  # what was asked for: fact, number, deadline, list, how, why, who or comparison


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another heading a point may take, with what to say under it and where it was found (numbers not yet given)."""

    heading: str
    text: str  # "" where only the heading changes
    citations: tuple[Citation, ...]
    frequency: int = 0
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a draft with the numbers of its citations; ``written`` where an LLM worded it."""

    text: str
    citations: tuple[int, ...]
    written: bool = False


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """A point of an outline; ``text`` is what to say, ``citations`` where it was found."""

    heading: str
    level: int
    role: str
    text: str
    citations: tuple[int, ...]
    points: tuple[OutlinePoint, ...] = ()
    alternatives: tuple[Alternative, ...] = ()  # best first
    frequency: int = 0  # families of the speeches looked at that make such a point
    years: tuple[int, ...] = ()  # when they did, as far as known
    paragraphs: tuple[Paragraph, ...] = ()  # the point written out; they stand in the place of ``text``
    locked: bool = False  # nothing but the drafter's own hand changes it
    turn: int = 0  # how many times another candidate was taken


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of real speeches by its function: how many families have it, and one place where it stands."""

    role: str  # opening, achievement, problem, significance, task, safeguard, call, transition
    kind: str  # golden, parallel, quotation, saying, set
    text: str
    count: int  # families that have it
    citation: Citation
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A local fact the drafter must fill in, such as 【待补：单位】, and where it stands."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Warning_:
    """Something the drafter must look at: stale wording, a single source, a copied run."""

    kind: str
    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline for a new speech, every point with its sources."""

    brief: str
    titles: tuple[str, ...]
    salutation: str
    opening: str
    points: tuple[OutlinePoint, ...]
    closing: str
    citations: tuple[Citation, ...] = ()
    slots: tuple[Slot, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)  # what was read from the brief
    notes: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()  # wordings of real speeches that may serve, by function


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not make it into the index, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one build read and changed. Counts of added, changed, removed and unchanged are files."""

    files: int
    skipped: tuple[Skipped, ...]
    speeches: int
    passages: int
    added: int
    changed: int
    removed: int
    unchanged: int
    seconds: float
    published: bool = True  # false where nothing had changed and the live index stayed
    notes: tuple[str, ...] = ()  # what the sidecar files corrected


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """Everything that shaped an index generation, written beside it."""

    format_version: int
    generation: str
    built: str  # ISO 8601, UTC
    corpus_sha256: str
    cleaner: str
    chunker: str
    segmenter: str
    embedder: str  # name or path, as asked for
    embedder_fingerprint: str  # of the weights, tokenizer and prompts
    dim: int
    metric: str
    files: int
    speeches: int
    passages: int
    vectors: int
    sha256: Mapping[str, str]  # file name within the generation -> SHA-256 of its bytes
    bytes: Mapping[str, int]
    vector_search: Mapping[str, Any] = field(default_factory=dict)  # exact or not, and the recall measured
