"""The retriever: one query in, ranked and explained hits out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from speechrag.errors import UsageError
from speechrag.index.lexical import facet_token
from speechrag.index.opened import OpenIndex
from speechrag.index.store import SpeechFacts, StoredPassage
from speechrag.records import ChannelScore, Hit, Passage, Query
from speechrag.retrieval.confidence import probability, signals
from speechrag.retrieval.filters import Filters
from speechrag.retrieval.folding import fold_copies
from speechrag.retrieval.fusion import Ranked
from speechrag.retrieval.stages import Pipeline, Ranking, Stages
from speechrag.stopping import check
from speechrag.text import MAX_QUERY_CHARS, displayable

DEPTH = 100  # candidates taken from each channel, at least
MAX_TOP_K = 1_000


class Retriever:
    """Searches one open index; holds no state of a query, so threads may share it."""

    def __init__(self, index: OpenIndex, stages: Stages | None = None) -> None:
        self._index = index
        self._pipeline = Pipeline(index, self.facts, stages or Stages())

    @cached_property
    def facts(self) -> Mapping[str, SpeechFacts]:
        """Speech id -> facts, for all speeches."""
        return {f.speech_id: f for f in self._index.store.facts()}

    @cached_property
    def _filters(self) -> Filters:
        return Filters(self._index.store, self.facts)

    @property
    def filter_keys(self) -> list[str]:
        """The keys that a filter may name."""
        return self._filters.keys

    def warm(self) -> None:
        """Read what the first search would wait for: facts, tables, files. Needs one speech with a title."""
        title = next((f.title for f in self.facts.values() if displayable(f.title).strip()), "")
        if title:
            self.search(Query(title, 1, {"title": (title,)}))

    def search(self, query: Query) -> list[Hit]:
        """Return at most ``query.top_k`` hits, best first; none for a corpus without any match.

        Raises UsageError for an empty query, a ``top_k`` outside 1..1000 or an unknown filter key.
        """
        text = displayable(query.text).strip()[:MAX_QUERY_CHARS]
        if not text:
            raise UsageError("the query is empty; type a question or some words")
        if not 1 <= query.top_k <= MAX_TOP_K:
            raise UsageError(f"top_k is {query.top_k}; expected a number from 1 to {MAX_TOP_K}")
        depth = max(DEPTH, 3 * query.top_k)
        while True:
            ranking = self._rank(text, depth, query.filters)
            hits = self._hits(ranking, query)
            # A speech copied over many sites may fill the candidates with copies of one passage: then look deeper.
            if len(hits) == query.top_k or len(ranking.order) < depth:
                return hits
            depth *= 4

    def rank(self, text: str, depth: int) -> list[tuple[Passage, float]]:
        """Return the best ``depth`` passages with their scores, copies not folded, best first."""
        ranking = self._rank(displayable(text).strip()[:MAX_QUERY_CHARS], max(DEPTH, depth), {})
        best = ranking.order[:depth]
        stored = self._pipeline.read(ranking, [ordinal for ordinal, _ in best])
        return [(s.passage, score) for s, (_, score) in zip(stored, best, strict=True)]

    def confidence(self, query: Query, hits: Sequence[Hit]) -> float:
        """Return the probability (0..1) that the best of ``hits``, found for ``query``, answer it; 0 without hits.

        Calibrated on questions with and without an answer; what a refusal threshold costs is in benchmarks/README.md.
        """
        return probability(self.signals(query, hits)) if hits else 0.0

    def signals(self, query: Query, hits: Sequence[Hit]) -> dict[str, float]:
        """Return what ``confidence`` weighs, by name; needs at least one hit."""
        texts = ["\n".join((hit.title, *hit.passage.headings, hit.passage.text)) for hit in hits]
        asked = self._pipeline.asked(displayable(query.text).strip()[:MAX_QUERY_CHARS])
        return signals(asked, texts, self._pipeline.mean_length)

    def _rank(self, text: str, depth: int, filters: Mapping[str, tuple[str, ...]]) -> Ranking:
        check()  # answers and outlines are made of many searches: each is a place to stop
        facets = [[facet_token(key, value) for value in values] for key, values in sorted(filters.items())]
        return self._pipeline.rank(text, depth, facets, self._filters.allowed(filters))

    def _hits(self, ranking: Ranking, query: Query) -> list[Hit]:
        ordinals = [ordinal for ordinal, _ in ranking.order]
        room = Counter[str]()
        scores = dict(ranking.order)
        taken: list[StoredPassage] = []

        def texts() -> Iterator[str]:
            for first in range(0, len(ordinals), 3 * query.top_k):
                for stored in self._pipeline.read(ranking, ordinals[first : first + 3 * query.top_k]):
                    room[stored.speech_id] += 1
                    if not query.per_speech or room[stored.speech_id] <= query.per_speech:
                        taken.append(stored)
                        yield stored.text

        folds = fold_copies(texts(), query.top_k)
        channels = {name: _places(found) for name, found in ranking.channels.items()}
        hits = []
        for rank, fold in enumerate(folds, 1):
            best, stored = taken[fold.position], self._shown([taken[at] for at in (fold.position, *fold.copies)])
            places = {name: found[stored.ordinal] for name, found in channels.items() if stored.ordinal in found}
            parts = {name: ChannelScore(*place) for name, place in places.items()}
            hits.append(self._hit(rank, scores[best.ordinal], stored, parts, len(fold.copies)))
        return hits

    def _shown(self, copies: Sequence[StoredPassage]) -> StoredPassage:
        """Return the copy to show: that in the cleanest speech of the family, after which it is named, else the first.

        It stands at the place and with the score of the first, which may only have matched a flaw better.
        """
        family = self.facts[copies[0].speech_id].family
        return next((copy for copy in copies if copy.speech_id == family), copies[0])

    def _hit(self, rank: int, score: float, stored: StoredPassage, parts: dict[str, ChannelScore], copies: int) -> Hit:
        facts = self.facts[stored.speech_id]
        return Hit(
            rank=rank,
            score=score,
            passage=stored.passage,
            source=facts.source,
            title=facts.title,
            original=self._index.store.original(facts.doc_id, stored.original_start, stored.original_stop),
            parts=parts,
            metadata=facts.metadata,
            copies=copies + len(facts.metadata.get("also_in", ())),
        )


def _places(found: Ranked) -> dict[int, tuple[int, float]]:
    """Return ordinal -> rank and score."""
    return {ordinal: (rank, score) for rank, (ordinal, score) in enumerate(found, 1)}
