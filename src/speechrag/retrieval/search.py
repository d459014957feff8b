"""The retriever: one query in, ranked and explained hits out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from speechrag.errors import UsageError
from speechrag.index.lexical import facet_token
from speechrag.index.opened import OpenIndex
from speechrag.index.store import SpeechFacts, StoredPassage
from speechrag.records import ChannelScore, Hit, Passage, Place, Query
from speechrag.retrieval.confidence import probability, signals
from speechrag.retrieval.filters import Filters
from speechrag.retrieval.folding import CopyTable
from speechrag.retrieval.fusion import Ranked
from speechrag.retrieval.stages import Pipeline, Ranking, Stages, merged
from speechrag.stopping import check
from speechrag.text import MAX_QUERY_CHARS, displayable

DEPTH = 100  # candidates taken from each channel, at least
MAX_TOP_K = 1_000
READ = 10  # hits that a judge reads: each takes 3 ms
# What a judge's log-odds count beside the ranker's score. On four authors' questions that the reader had not seen (784)
# half to five times as much does as well; on encyclopaedia questions more does harm.
READ_WEIGHT = 0.2

# Gives for a question and its best hits the log-odds that each of them answers; nothing where nothing is asked.
Judge = Callable[[str, Sequence[Hit]], Sequence[float]]


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
    def _copies(self) -> CopyTable:
        return CopyTable(self._index.store.copies())

    @cached_property
    def _filters(self) -> Filters:
        return Filters(self._index.store, self.facts)

    @property
    def filter_keys(self) -> list[str]:
        """The keys that a filter may name."""
        return self._filters.keys

    def excludes(self, filters: Mapping[str, tuple[str, ...]]) -> bool:
        """Tell whether no passage at all passes ``filters``. Raises UsageError for an unknown filter key."""
        allowed = self._filters.allowed(filters)
        return allowed is not None and not allowed.any()

    def warm(self) -> None:
        """Read what the first search would wait for: facts, tables, files. Needs one speech with a title."""
        title = next((f.title for f in self.facts.values() if displayable(f.title).strip()), "")
        if title:
            self.search(Query(title, 1, {"title": (title,)}))

    def search(
        self, query: Query, rewordings: Sequence[str] = (), judge: Judge | None = None, *, plain: bool = False
    ) -> list[Hit]:
        """Return at most ``query.top_k`` hits, best first; none for a corpus without any match.

        ``rewordings`` say the query in other words: what they find counts as much as what its own words find.
        ``judge`` reads the best of them and has a say in their order. ``plain`` leaves the ranker of paraphrases out.
        Raises UsageError for an empty query, a ``top_k`` outside 1..1000 or an unknown filter key.
        """
        text = displayable(query.text).strip()[:MAX_QUERY_CHARS]
        if not text:
            raise UsageError("the query is empty; type a question or some words")
        if not 1 <= query.top_k <= MAX_TOP_K:
            raise UsageError(f"top_k is {query.top_k}; expected a number from 1 to {MAX_TOP_K}")
        depth = max(DEPTH, 3 * query.top_k)
        while True:
            ranking, *others = [self._rank(each, depth, query.filters, plain=plain) for each in (text, *rewordings)]
            if others:
                ranking = merged(ranking, others)
            if judge is not None:
                self._read(ranking, text, judge)
            hits = self._hits(ranking, query)
            # A speech copied over many sites may fill the candidates with copies of one passage: then look deeper.
            if len(hits) == query.top_k or len(ranking.order) < depth:
                return hits
            depth *= 4

    def rank(self, text: str, depth: int, judge: Judge | None = None) -> list[tuple[Passage, float]]:
        """Return the best ``depth`` passages with their scores, copies not folded, best first."""
        asked = displayable(text).strip()[:MAX_QUERY_CHARS]
        ranking = self._rank(asked, max(DEPTH, depth), {})
        if judge is not None:
            self._read(ranking, asked, judge)
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

    def _rank(self, text: str, depth: int, filters: Mapping[str, tuple[str, ...]], *, plain: bool = False) -> Ranking:
        check()  # answers and outlines are made of many searches: each is a place to stop
        facets = [[facet_token(key, value) for value in values] for key, values in sorted(filters.items())]
        return self._pipeline.rank(text, depth, facets, self._filters.allowed(filters), plain=plain)

    def _read(self, ranking: Ranking, text: str, judge: Judge) -> None:
        """Order the best passages anew by their scores and what ``judge`` says of them."""
        best = ranking.order[:READ]
        stored = self._pipeline.read(ranking, [ordinal for ordinal, _ in best])
        channels = {name: _places(found) for name, found in ranking.channels.items()}
        hits = [
            self._hit(rank, score, passage, _parts(channels, passage.ordinal))
            for rank, (passage, (_, score)) in enumerate(zip(stored, best, strict=True), 1)
        ]
        if odds := judge(text, hits):
            said = zip(best, odds, strict=True)
            ranking.reorder("reader", [(ordinal, score + READ_WEIGHT * told) for (ordinal, score), told in said])

    def _hits(self, ranking: Ranking, query: Query) -> list[Hit]:
        ordinals = [ordinal for ordinal, _ in ranking.order]
        room = Counter[str]()
        scores = dict(ranking.order)
        taken: dict[int, StoredPassage] = {}

        def allowed() -> Iterator[int]:
            for first in range(0, len(ordinals), 3 * query.top_k):
                for stored in self._pipeline.read(ranking, ordinals[first : first + 3 * query.top_k]):
                    room[stored.speech_id] += 1
                    if not query.per_speech or room[stored.speech_id] <= query.per_speech:
                        taken[stored.ordinal] = stored
                        yield stored.ordinal

        channels = {name: _places(found) for name, found in ranking.channels.items()}
        hits = []
        for rank, fold in enumerate(self._copies.fold(allowed(), query.top_k), 1):
            # What is shown stands at the place and with the score of the first, which may only match a flaw better.
            stored = taken[self._copies.shown(fold)]
            hits.append(self._hit(rank, scores[fold.first], stored, _parts(channels, stored.ordinal)))
        return hits

    def _hit(self, rank: int, score: float, stored: StoredPassage, parts: dict[str, ChannelScore]) -> Hit:
        facts = self.facts[stored.speech_id]
        others = self._others(stored)
        return Hit(
            rank=rank,
            score=score,
            passage=stored.passage,
            source=facts.source,
            title=facts.title,
            original=self._index.store.original(facts.doc_id, stored.original_start, stored.original_stop),
            parts=parts,
            metadata=facts.metadata,
            copies=len(others),
            others=others,
        )

    def _others(self, stored: StoredPassage) -> tuple[Place, ...]:
        """Return where else the corpus says what a passage says: in files of the same bytes, then in other texts."""
        names = [
            (stored.passage_id, stored.speech_id),
            *self._index.store.names_of(self._copies.others(stored.ordinal)),
        ]
        places = []
        for passage_id, speech_id in names:
            facts = self.facts[speech_id]
            for source in (facts.source, *facts.metadata.get("also_in", ())):
                places.append(Place(passage_id, speech_id, source, facts.title))
        return tuple(places[1:])


def _places(found: Ranked) -> dict[int, tuple[int, float]]:
    """Return ordinal -> rank and score."""
    return {ordinal: (rank, score) for rank, (ordinal, score) in enumerate(found, 1)}


def _parts(channels: Mapping[str, Mapping[int, tuple[int, float]]], ordinal: int) -> dict[str, ChannelScore]:
    """Return what each channel that has a passage says of it."""
    return {name: ChannelScore(*found[ordinal]) for name, found in channels.items() if ordinal in found}
