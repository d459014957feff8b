"""The retriever: one query in, ranked and explained hits out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from speechrag.errors import UsageError
from speechrag.index.lexical import facet_token
from speechrag.index.opened import OpenIndex
from speechrag.index.store import METADATA_KEYS, OWN_KEYS, SpeechFacts, StoredPassage, facet_values
from speechrag.records import ChannelScore, Hit, Passage, Query
from speechrag.retrieval.folding import fold_copies
from speechrag.retrieval.fusion import fuse
from speechrag.text import MAX_QUERY_CHARS, displayable

DEPTH = 100  # candidates taken from each channel, at least
MAX_TOP_K = 1_000


class Retriever:
    """Searches one open index; holds no state of a query, so threads may share it."""

    def __init__(self, index: OpenIndex, *, dense_weight: float) -> None:
        if not 0.0 <= dense_weight <= 1.0:
            raise UsageError(f"dense_weight is {dense_weight}; expected a number from 0 to 1")
        self._index = index
        self._dense_weight = dense_weight

    @cached_property
    def facts(self) -> Mapping[str, SpeechFacts]:
        """Speech id -> facts, for all speeches."""
        return {f.speech_id: f for f in self._index.store.facts()}

    @cached_property
    def filter_keys(self) -> list[str]:
        """The keys that a filter may name."""
        return sorted({*OWN_KEYS, *METADATA_KEYS, *(key for f in self.facts.values() for key in f.metadata)})

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
            ranked, channels = self._rank(text, depth, query.filters)
            hits = self._hits(ranked, channels, query.top_k)
            # A speech copied over many sites may fill the candidates with copies of one passage: then look deeper.
            if len(hits) == query.top_k or len(ranked) < depth or ranked[-1][1] <= 0:
                return hits
            depth *= 4

    def rank(self, text: str, depth: int) -> list[tuple[Passage, float]]:
        """Return the best ``depth`` passages with their scores, copies not folded, best first."""
        ranked, _ = self._rank(displayable(text).strip()[:MAX_QUERY_CHARS], max(DEPTH, depth), {})
        stored = self._index.store.passages_at([ordinal for ordinal, _ in ranked[:depth]])
        return [(s.passage, score) for s, (_, score) in zip(stored, ranked[:depth], strict=True)]

    def _rank(
        self, text: str, depth: int, filters: Mapping[str, tuple[str, ...]]
    ) -> tuple[list[tuple[int, float]], dict[str, dict[int, ChannelScore]]]:
        allowed = self._allowed(filters)
        facets = [[facet_token(key, value) for value in values] for key, values in sorted(filters.items())]
        lexical = self._index.lexical.search(text, depth, facets)
        vector = self._index.encoder.encode_queries([text])[0]
        dense = self._index.vectors.search(vector, depth, allowed)
        cosines = dict(dense)
        rest = [ordinal for ordinal, _ in lexical if ordinal not in cosines]
        cosines |= dict(zip(rest, self._index.vectors.scores(vector, rest), strict=True))
        channels = {
            name: {ordinal: ChannelScore(rank, score) for rank, (ordinal, score) in enumerate(found, 1)}
            for name, found in (("lexical", lexical), ("dense", dense))
        }
        return fuse(lexical, cosines, self._dense_weight), channels

    def _allowed(self, filters: Mapping[str, tuple[str, ...]]) -> list[int] | None:
        if not filters:
            return None
        for key in filters:
            if key not in self.filter_keys:
                raise UsageError(f"unknown filter key {key!r}; this index knows: {', '.join(self.filter_keys)}")
        chosen = [
            speech_id
            for speech_id, facts in self.facts.items()
            if all(set(facet_values(facts, key)) & set(values) for key, values in filters.items())
        ]
        return self._index.store.allowed_ordinals(chosen)

    def _hits(
        self, ranked: Sequence[tuple[int, float]], channels: Mapping[str, Mapping[int, ChannelScore]], top_k: int
    ) -> list[Hit]:
        candidates = [pair for pair in ranked if pair[1] > 0]
        stored: list[StoredPassage] = []

        def texts() -> Iterator[str]:
            for first in range(0, len(candidates), 3 * top_k):
                block = [ordinal for ordinal, _ in candidates[first : first + 3 * top_k]]
                stored.extend(self._index.store.passages_at(block))
                yield from (s.passage.text for s in stored[first:])

        hits = []
        for rank, fold in enumerate(fold_copies(texts(), top_k), 1):
            ordinal, score = candidates[fold.position]
            parts = {name: found[ordinal] for name, found in channels.items() if ordinal in found}
            hits.append(self._hit(rank, score, stored[fold.position], parts, len(fold.copies)))
        return hits

    def _hit(self, rank: int, score: float, stored: StoredPassage, parts: dict[str, ChannelScore], copies: int) -> Hit:
        passage = stored.passage
        facts = self.facts[passage.speech_id]
        return Hit(
            rank=rank,
            score=score,
            passage=passage,
            source=facts.source,
            title=facts.title,
            original=self._index.store.original(facts.doc_id, stored.original_start, stored.original_stop),
            parts=parts,
            metadata=facts.metadata,
            copies=copies + len(facts.metadata.get("also_in", ())),
        )
