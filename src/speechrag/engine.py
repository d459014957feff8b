"""Index to hits, answers and outlines: the one place that knows the order of the stages on the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.cleaning.alignment import Alignment
from speechrag.config import Settings
from speechrag.index.opened import OpenIndex, open_index
from speechrag.index.store import CorpusStore, facet_values
from speechrag.records import (
    Answer,
    CleanDocument,
    Hit,
    IndexManifest,
    Outline,
    Passage,
    Phrase,
    Query,
    SectionText,
    Speech,
)
from speechrag.registry import READER
from speechrag.retrieval.search import Judge, Retriever
from speechrag.retrieval.stages import stages_of
from speechrag.text import unique

if TYPE_CHECKING:
    from speechrag.writing.asking import Asking
    from speechrag.writing.generate import Generator
    from speechrag.writing.quotations import QuotationChecker, QuotationReport

Filters = Mapping[str, tuple[str, ...]]
NO_FILTERS: Filters = {}
NO_OVERRIDES: Mapping[str, str] = {}
FACETS = ("organ", "level", "region", "year", "occasion", "genre", "topics")
CACHED_SPEECHES = 256
CACHED_DOCUMENTS = 16
REWORDING_SECONDS = 8.0  # that a search waits for a model
TELLING = 40  # passages from which on their number tells a rare word from a common one
CHECKED = 24  # passages looked at for each sentence of a text to be checked


class Engine:
    """Search, answers and outlines over one open index; threads may share it."""

    def __init__(self, index: OpenIndex, settings: Settings) -> None:
        self._index = index
        self._settings = settings
        self._retriever = Retriever(index, stages_of(settings))
        self._speech = lru_cache(maxsize=CACHED_SPEECHES)(index.store.speech)
        self._document = lru_cache(maxsize=CACHED_DOCUMENTS)(self._read_document)

    @classmethod
    def open(cls, index: str | Path, settings: Settings | None = None) -> Engine:
        """Verify and open an index folder. Raises IndexMissing, IndexDamaged, IndexMismatch or ModelError."""
        chosen = settings or Settings()
        opened = open_index(Path(index), embedder=chosen.embedder, user_dictionary=chosen.user_dictionary)
        return cls(opened, chosen)

    @property
    def manifest(self) -> IndexManifest:
        """What the index was built from."""
        return self._index.manifest

    @property
    def store(self) -> CorpusStore:
        """The texts behind the index: documents with their repairs, and what became of every file."""
        return self._index.store

    def warm(self) -> None:
        """Read what the first search and the first outline would wait for: 1 and 2 s for a large index."""
        from speechrag.writing.outlines import facts

        self._retriever.warm()
        facts.warm()

    def search(
        self,
        query: Query,
        *,
        llm: str = "",
        widen: bool = False,
        read: bool = False,
        note: Callable[[str], object] | None = None,
    ) -> list[Hit]:
        """Return the hits for a query, best first. Raises UsageError for a query that cannot be asked.

        With ``llm`` a model says the query in other words, which are searched for too (``parts`` names what they
        found as "reworded"); a model that fails or takes longer than ``REWORDING_SECONDS`` leaves the plain search,
        and ``note`` is told in a sentence why.
        With ``widen`` every hit carries the section that it stands in. With ``read`` the reader that judges answers
        has a say in the order of the best hits of a question (``parts`` names it "reader"), in some 40 ms more; the
        setting ``reranker`` may ask for that in every search.
        """
        reworded = self._rewordings(query.text, llm, note) if llm and query.text.strip() else ()
        hits = self._retriever.search(query, reworded, self._judge(query.filters, read=read))
        return [replace(hit, section=self._section(hit.passage)) for hit in hits] if widen else hits

    def excludes(self, filters: Filters) -> bool:
        """Tell whether ``filters`` leave no speech to search. Raises UsageError for a key or year that is none."""
        return self._retriever.excludes(filters)

    def _rewordings(self, text: str, llm: str, note: Callable[[str], object] | None) -> tuple[str, ...]:
        from speechrag.writing.generate import open_generator
        from speechrag.writing.rewording import rewordings

        seconds = min(self._settings.llm_timeout, REWORDING_SECONDS)
        return rewordings(text, open_generator(llm, replace(self._settings, llm_timeout=seconds)), note)

    def _section(self, passage: Passage) -> SectionText:
        from speechrag.retrieval.widening import widened

        return widened(self.speech(passage.speech_id), passage)

    def rank(self, text: str, depth: int) -> list[tuple[Passage, float]]:
        """Return the best ``depth`` passages with their scores, copies not folded: what an evaluation judges."""
        return self._retriever.rank(text, depth, self._judge())

    def _judge(self, filters: Filters = NO_FILTERS, *, read: bool = False) -> Judge | None:
        """Return what reads the best hits, None where nothing does; a user's own cross-encoder has the last word."""
        chosen = self._settings.reranker
        return self.asking(filters).judge if chosen == READER or (read and not chosen) else None

    def confidence(self, query: Query) -> float:
        """Return the probability (0..1) that the best hits for a query answer it; 0 where nothing is found."""
        return self._retriever.confidence(query, self._plain(query))

    def ask(
        self,
        question: str,
        filters: Filters = NO_FILTERS,
        llm: str = "",
        history: Sequence[str] = (),
        *,
        suggest: bool = False,
    ) -> Answer:
        """Answer a question from the corpus, every sentence cited, or refuse. ``llm`` names a model to word it.

        Filters that leave no speech to search are what the refusal names then.

        ``history`` holds the questions asked before, oldest first: a follow-up (那时限呢) is read after them. With
        ``suggest`` the answer names further questions, each tried and answered by the corpus.
        """
        if self.excludes(filters):
            return Answer(question, False, excluded(filters))
        return self.asking(filters).ask(question, history, self._generator(llm), suggesting=suggest)

    def ask_stream(
        self, question: str, filters: Filters = NO_FILTERS, llm: str = "", history: Sequence[str] = ()
    ) -> Iterator[Answer]:
        """Yield the answer of ``ask`` as it grows, a checked sentence at a time; only the last one is to be kept.

        Without an LLM there is one answer, then the same with its suggestions. With one that fails half way the last
        answer is the extract, and the sentences yielded before are to be taken back.
        """
        if self.excludes(filters):
            return iter((Answer(question, False, excluded(filters)),))
        return self.asking(filters).stream(question, history, self._generator(llm), suggesting=True)

    def asking(self, filters: Filters = NO_FILTERS) -> Asking:
        """Return what answers questions over this index, within ``filters``."""
        from speechrag.writing.asking import Asking

        return Asking(
            retrieve=self._plain,  # what is read for an answer has been put in no order by reading
            speech=self.speech,
            document_frequency=self._document_frequency,
            segmenter=self._index.cutter,
            filters=filters,
            threshold=self._settings.refusal_threshold,
            confidence=self._retriever.confidence,
            passages=self._passages,
            shown=self._retriever.search,
        )

    def _plain(self, query: Query) -> list[Hit]:
        """Return the hits that answers and outlines are made of: whatever comes first, all of them are read."""
        return self._retriever.search(query, plain=True)

    def _passages(self, speech_id: str) -> list[Passage]:
        return [stored.passage for stored in self._index.store.passages_of(speech_id)]

    def _document_frequency(self, term: str) -> float:
        """Return the share of passages holding ``term``, 0..1, smaller where few passages make any word look common."""
        share = self._index.lexical.document_frequency(term)
        return share * min(1.0, self.manifest.passages / TELLING)

    def check(self, text: str) -> QuotationReport:
        """Compare a pasted text with the corpus, sentence by sentence: verbatim, near, not found."""
        return self._checker.check(text)

    @cached_property
    def _checker(self) -> QuotationChecker:
        from speechrag.writing.quotations import QuotationChecker

        return QuotationChecker(self._sources_of, self.speech)

    def _sources_of(self, sentence: str) -> list[str]:
        """Return the speeches that hold something like ``sentence``, likeliest first."""
        return unique(passage.speech_id for passage, _ in self._retriever.rank(sentence, CHECKED))

    def outline(
        self, brief: str, filters: Filters = NO_FILTERS, llm: str = "", overrides: Mapping[str, str] = NO_OVERRIDES
    ) -> Outline:
        """Draft an outline for a brief, mined from the corpus, every point with its sources.

        ``overrides`` correct what is read from the brief: occasion, event, speaker, audience, theme, level, year,
        points, length. Filters that leave no speech to search are what its note names then. Raises UsageError for a
        value that a plan cannot have.
        """
        from speechrag.writing.outline import draft_outline, empty_outline

        if self.excludes(filters):
            return empty_outline(brief, excluded(filters), overrides)
        generator, rephrase = self._generator(llm), None
        if generator is not None:
            from speechrag.writing.outline_generated import reworded_outline

            rephrase = partial(reworded_outline, generator=generator)
        return draft_outline(
            brief,
            retrieve=self._plain,
            speech=self.speech,
            filters=filters,
            rephrase=rephrase,
            overrides=overrides,
        )

    def expand(self, outline: Outline, path: Sequence[int] = (), llm: str = "") -> Outline:
        """Return ``outline`` with the points at and below ``path`` (() for all) written out in paragraphs."""
        from speechrag.writing.outlines.expand import expanded

        return expanded(outline, path, self.speech, self._generator(llm))

    def warned(self, outline: Outline) -> Outline:
        """Return ``outline`` with fresh warnings: copied runs, stale wording, single and damaged sources."""
        from speechrag.writing.outlines.copying import rewarned

        return rewarned(outline, self.speech)

    def phrases(self, role: str = "", theme: str = "", limit: int = 60) -> tuple[Phrase, ...]:
        """Return wordings of the whole corpus by function, with counts of families and a source each.

        ``role`` is one of opening, achievement, problem, significance, task, safeguard, call, transition, or "" for
        all; ``theme`` keeps those that name it or its like. The bank is made once, on the first call.
        """
        from speechrag.writing.outlines.phrases import select_phrases
        from speechrag.writing.outlines.plan import read_plan

        words = read_plan(f"关于{theme}的讲话", {"theme": theme}).names if theme else ()
        return select_phrases(self._bank, role=role, words=words, limit=limit)

    @cached_property
    def _bank(self) -> tuple[Phrase, ...]:
        from speechrag.writing.outlines.phrases import phrase_bank

        return phrase_bank(self.speeches())

    def speech(self, speech_id: str) -> Speech:
        """Return a speech. Raises UsageError for an unknown id."""
        return self._speech(speech_id)

    def speeches(self) -> Iterator[Speech]:
        """Yield all speeches in the order of the corpus."""
        return self._index.store.speeches()

    def passage(self, passage_id: str) -> Passage:
        """Return a passage. Raises UsageError for an unknown id."""
        return self._index.store.passage(passage_id).passage

    def original(self, speech_id: str, start: int, end: int) -> str:
        """Return ``speech.text[start:end]`` as the file has it: script, annotations, damage and all."""
        speech = self.speech(speech_id)
        document, alignment = self._document(speech.doc_id)
        left, right = alignment.original_span(speech.doc_start + start, speech.doc_start + end)
        return document.document.text[left:right]

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """Return metadata key -> values with the number of speeches that have them, most frequent first."""
        found: dict[str, list[tuple[str, int]]] = {}
        for key in FACETS:
            counts = Counter(v for f in self._retriever.facts.values() for v in facet_values(f, key))
            if counts:
                found[key] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return found

    def _read_document(self, doc_id: str) -> tuple[CleanDocument, Alignment]:
        document = self._index.store.document(doc_id)
        return document, Alignment(len(document.document.text), document.repairs)

    def _generator(self, llm: str) -> Generator | None:
        name = llm or self._settings.llm
        if not name:
            return None
        from speechrag.writing.generate import open_generator

        return open_generator(name, self._settings)


def excluded(filters: Filters) -> str:
    """Return the sentence for filters that leave no speech to search."""
    asked = "，".join(f"{key}={'或'.join(values)}" for key, values in filters.items())
    return f"没有讲话符合筛选条件（{asked}），请放宽筛选。"


def describe(hit: Hit) -> dict[str, Any]:
    """Return a hit as the command line prints it."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "passage_id": hit.passage.passage_id,
        "speech_id": hit.passage.speech_id,
        "source": hit.source,
        "title": hit.title,
        "headings": list(hit.passage.headings),
        "text": hit.passage.text,
        "original": hit.original,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "parts": {name: {"rank": p.rank, "score": round(p.score, 6)} for name, p in hit.parts.items()},
        "metadata": dict(hit.metadata),
        "copies": hit.copies,
        "others": [asdict(place) for place in hit.others],
        **({"section": asdict(hit.section)} if hit.section else {}),
    }
