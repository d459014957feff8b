"""Index to hits, answers and outlines: the one place that knows the order of the stages on the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.cleaning.alignment import Alignment
from speechrag.config import Settings
from speechrag.index.opened import OpenIndex, open_index
from speechrag.index.store import facet_values
from speechrag.records import Answer, CleanDocument, Hit, IndexManifest, Outline, Passage, Query, Speech
from speechrag.retrieval.search import Retriever

if TYPE_CHECKING:
    from speechrag.writing.generate import Generator

Filters = Mapping[str, tuple[str, ...]]
NO_FILTERS: Filters = {}
FACETS = ("organ", "level", "region", "year", "occasion", "genre", "topics")
CACHED_SPEECHES = 256
CACHED_DOCUMENTS = 16


class Engine:
    """Search, answers and outlines over one open index; threads may share it."""

    def __init__(self, index: OpenIndex, settings: Settings) -> None:
        self._index = index
        self._settings = settings
        self._retriever = Retriever(index, dense_weight=settings.dense_weight)
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

    def search(self, query: Query) -> list[Hit]:
        """Return the hits for a query, best first. Raises UsageError for a query that cannot be asked."""
        return self._retriever.search(query)

    def rank(self, text: str, depth: int) -> list[tuple[Passage, float]]:
        """Return the best ``depth`` passages with their scores, copies not folded: what an evaluation judges."""
        return self._retriever.rank(text, depth)

    def ask(self, question: str, filters: Filters = NO_FILTERS, llm: str = "") -> Answer:
        """Answer a question from the corpus, every sentence cited, or refuse. ``llm`` names a model to word it."""
        from speechrag.writing.answer import answer_question

        return answer_question(
            question,
            retrieve=self.search,
            speech=self.speech,
            document_frequency=self._index.lexical.document_frequency,
            segmenter=self._index.cutter,
            filters=filters,
            threshold=self._settings.refusal_threshold,
            generator=self._generator(llm),
        )

    def outline(self, brief: str, filters: Filters = NO_FILTERS, llm: str = "") -> Outline:
        """Draft an outline for a brief, mined from the corpus, every point with its sources."""
        from speechrag.writing.outline import draft_outline

        generator, rephrase = self._generator(llm), None
        if generator is not None:
            from speechrag.writing.outline_generated import reworded_outline

            rephrase = partial(reworded_outline, generator=generator)
        return draft_outline(brief, retrieve=self.search, speech=self.speech, filters=filters, rephrase=rephrase)

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
    }
