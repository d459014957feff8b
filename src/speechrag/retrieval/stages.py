"""The stages between a query and its ranking: channels, fusion, learned ranker, reranker."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.index.lexical import facet_token
from speechrag.index.opened import OpenIndex
from speechrag.index.store import SpeechFacts, StoredPassage
from speechrag.registry import READER
from speechrag.retrieval.fusion import Ranked, fuse
from speechrag.retrieval.matching import Pattern
from speechrag.retrieval.paraphrase import LEAST_GAP, load_paraphrase_ranker, seen_of
from speechrag.retrieval.ranker import FEATURES, Asked, Candidates, Concept, features, load_ranker, missing
from speechrag.retrieval.softmatch import Met, meet, worded
from speechrag.retrieval.understanding import Named, Understood, agreement, asks_figure, understand, year_agreement
from speechrag.text import fold, is_han, unique, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.config import Settings
    from speechrag.embedding.reranker import Reranker
    from speechrag.retrieval.filters import Mask
    from speechrag.retrieval.ranker import Floats

RANKED = 40  # candidates the learned ranker looks at
RANKED_WIDE = 60  # the same for a query in everyday words, whose own words bring up little
RANKED_NEAREST = 20  # passages nearest in meaning that it looks at wherever the fused score puts them
RANKED_DATED = 40  # passages of the year by which a document is named, best by the query's words
USUAL_DENSE = 0.1  # the dense share for which the ranker's weights were chosen
WORDED = 40  # candidates the ranker of paraphrases looks at: more cost 0.2 ms each and brought nothing
RERANKED = 30  # candidates a cross-encoder reads: it takes a thousand times as long for each
EXPANDED = 50  # candidates taken from the search for official terms
# The fused score decides only who is looked at; official terms found for everyday words bring a candidate in.
EXPANSION_WEIGHT = 0.5
OFFICIAL = 0.8  # what an official term says for an everyday one, beside the everyday one itself
LATIN_UNIT, LATIN_PAIR = 1.0, 3.0  # rarity of digits and Latin letters, which the index holds only as whole runs
SAMPLE = 500  # passages measured for the mean length
CACHED_TERMS = 1 << 16
CACHED_QUERIES = 16  # ranking a query and judging its hits read it alike; each holds a table of 128 KB
SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Stages:
    """Which stages a search goes through."""

    dense_weight: float = 0.1  # share of the dense channel in the fused score; 0 leaves the channel out
    ranker: bool = True
    understanding: bool = True  # everyday words, slips of typing
    paraphrases: bool = True  # the ranker of paraphrases; it needs the ranker and the dense channel
    reranker: str = ""  # a cross-encoder by name or path; empty: none (the reader is no stage of a pipeline)

    def __post_init__(self) -> None:
        if not 0.0 <= self.dense_weight <= 1.0:
            raise UsageError(f"dense_weight is {self.dense_weight}; expected a number from 0 to 1")


def stages_of(settings: Settings) -> Stages:
    """Return the stages that the settings ask for. Raises UsageError for a value that is neither on nor off."""
    switches = {name: getattr(settings, name) for name in ("ranker", "understanding", "paraphrases")}
    for name, value in switches.items():
        if value not in SWITCH:
            raise UsageError(f"{name} is {value!r}; expected on or off")
    on = {name: SWITCH[value] for name, value in switches.items()}
    reranker = "" if settings.reranker == READER else settings.reranker
    return Stages(dense_weight=settings.dense_weight, reranker=reranker, **on)


@dataclass(slots=True)
class Ranking:
    """The passages found for one query: (ordinal, score), best first, scores above 0 and falling."""

    order: list[tuple[int, float]]
    channels: dict[str, Ranked]
    stored: dict[int, StoredPassage] = field(default_factory=dict)  # those read from the store so far

    def reorder(self, channel: str, head: Ranked) -> None:
        """Put the passages of ``head``, now the first ones, in the order of their new scores, told as ``channel``.

        The places keep their scores, so that the list stays sorted and calibrated.
        """
        ranked = sorted(head, key=lambda pair: (-pair[1], pair[0]))
        self.channels[channel] = ranked
        places = [score for _, score in self.order[: len(ranked)]]
        self.order[: len(ranked)] = [(ordinal, score) for (ordinal, _), score in zip(ranked, places, strict=True)]


class Pipeline:
    """Turns a query text into a ranking of passages; holds no state of a query."""

    def __init__(self, index: OpenIndex, facts: Mapping[str, SpeechFacts], stages: Stages) -> None:
        self._index = index
        self._facts = facts
        self._stages = stages
        self._holders = lru_cache(maxsize=CACHED_TERMS)(index.lexical.holders)
        self._rarity = lru_cache(maxsize=CACHED_TERMS)(self._count_of)
        self._understood = lru_cache(maxsize=CACHED_QUERIES)(self._understand)
        self._asked = lru_cache(maxsize=CACHED_QUERIES)(self._compared)
        self._ranker = load_ranker() if stages.ranker else None

    @property
    def weigh(self) -> Callable[[str], float] | None:
        """How much each term of a query counts in the lexical channel; None: all alike."""
        return self._ranker.boost if self._ranker else None

    @cached_property
    def _reranker(self) -> Reranker:
        from speechrag.embedding.reranker import load_reranker

        return load_reranker(self._stages.reranker)

    @cached_property
    def _named(self) -> Named:
        return Named(f.metadata for f in self._facts.values())

    @cached_property
    def mean_length(self) -> float:
        """Characters of a passage with its headings, on average over a sample spread evenly over the index."""
        count = len(self._index.lexical)
        sample = self._index.store.passages_at([*range(0, count, max(1, count // SAMPLE))])
        return sum(len(self._text(s)) for s in sample) / max(len(sample), 1)

    def rank(
        self, text: str, depth: int, facets: Sequence[Sequence[str]], allowed: Mask | None, *, plain: bool = False
    ) -> Ranking:
        """Return the ranking of ``text`` over at least ``depth`` candidates of each channel where there are so many.

        ``plain`` leaves the ranker of paraphrases out.
        """
        asked = self._understood(text)
        lexical = self._index.lexical.search(asked.text, depth, facets, self.weigh)
        dated = self._dated(asked, facets)
        official = "\n".join(asked.official)
        expansion = self._index.lexical.search(official, EXPANDED, facets) if official else []
        dense, cosines = self._dense(text, depth, allowed, [o for o, _ in (*lexical, *dated, *expansion)])
        fused = fuse(lexical, cosines, self._stages.dense_weight, expansion, EXPANSION_WEIGHT)
        found = (("lexical", lexical), ("dense", dense), ("expansion", expansion))
        ranking = Ranking([pair for pair in fused if pair[1] > 0], {name: hits for name, hits in found if hits})
        if self._ranker and ranking.order:
            nearest = [ordinal for ordinal, _ in dense[:RANKED_NEAREST] if cosines[ordinal] > 0]
            beside = [*nearest, *(ordinal for ordinal, _ in dated)]
            looked_at = self._rank_learned(ranking, asked, dict((*lexical, *dated)), beside, cosines if dense else None)
            if self._stages.paraphrases and dense and not plain:
                self._rank_paraphrase(ranking, asked, *looked_at)
        if self._stages.reranker and ranking.order:
            self._rerank(ranking, text)
        return ranking

    def asked(self, text: str) -> Asked:
        """Return a query as the ranker compares it with passages."""
        return self._asked(self._understood(text))

    def _understand(self, text: str) -> Understood:
        if not self._stages.understanding:
            return Understood(fold(text))
        return understand(text, self._holders, len(self._index.lexical))

    def _compared(self, asked: Understood) -> Asked:
        expansion = Pattern.of("\n".join(asked.official), self._rarity) if asked.official else None
        return Asked(
            Pattern.of(asked.text, self._rarity),
            expansion=expansion,
            concepts=self._concepts(asked) if asked.everyday else (),
            forms=len(asked.everyday),
            rarest=self._weight(1),
            phrases=asked.phrases,
            letters=len(asked.text.partition("\n")[0]),
            document=Pattern.of(asked.document, self._rarity) if asked.document else None,
            figure=asks_figure(asked.text),
        )

    def _concepts(self, asked: Understood) -> tuple[Concept, ...]:
        """Return the everyday forms of a query and its other words of two characters and more."""
        rest = asked.text
        for form, _ in asked.everyday:
            rest = rest.replace(form, "\n")
        plain = [(word, ()) for word in unique(words(rest, self._index.cutter)) if len(word) > 1]
        return tuple(self._concept(form, official) for form, official in (*asked.everyday, *plain))

    def _concept(self, form: str, official: Sequence[str]) -> Concept:
        """Return a concept with those of its terms that the index can hold."""
        believed = ((form, 1.0), *((term, OFFICIAL) for term in official))
        held = [(term, share, self._at_most(term)) for term, share in believed]
        values = [(term, share * self._weight(count) / self._weight(1)) for term, share, count in held if count]
        return Concept(load_ranker().recall(form[:2]), tuple(sorted(values, key=lambda pair: (-pair[1], pair[0]))))

    def _at_most(self, term: str) -> int:
        """Return how many passages can hold ``term``: as many as hold the rarest of its pairs."""
        parts = [term[at : at + 2] for at in range(len(term) - 1)] or [term]
        return min(self._holders(part) for part in parts)

    def read(self, ranking: Ranking, ordinals: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these ordinals, in the order given, reading those not read yet."""
        missing = [o for o in ordinals if o not in ranking.stored]
        if missing:
            ranking.stored.update((s.ordinal, s) for s in self._index.store.passages_at(missing))
        return [ranking.stored[o] for o in ordinals]

    def _text(self, stored: StoredPassage) -> str:
        return "\n".join((self._facts[stored.speech_id].title, *stored.headings, stored.text))

    def _dense(
        self, text: str, depth: int, allowed: Mask | None, others: Sequence[int]
    ) -> tuple[Ranked, dict[int, float]]:
        """Return the dense channel, and the cosines of its passages and of ``others``; nothing where it is off."""
        if not self._stages.dense_weight and others:
            return [], {}
        vector = self._index.encoder.encode_queries([text])[0]
        dense = self._index.vectors.search(vector, depth, allowed)
        cosines = dict(dense)
        rest = list(dict.fromkeys(ordinal for ordinal in others if ordinal not in cosines))
        return dense, cosines | dict(zip(rest, self._index.vectors.scores(vector, rest), strict=True))

    def _dated(self, asked: Understood, facets: Sequence[Sequence[str]]) -> Ranked:
        """Return the best passages of speeches of the years by which the query names a document."""
        if not asked.dated or not self._ranker:
            return []
        years = [facet_token("year", year) for year in sorted(asked.dated)]
        return self._index.lexical.search(asked.text, RANKED_DATED, [*facets, years], self.weigh)

    def _count_of(self, term: str) -> float:
        """Return what a character or pair counts: its inverse passage frequency times its recall."""
        if not all(is_han(char) for char in term):
            return LATIN_UNIT if len(term) == 1 else LATIN_PAIR
        return self._weight(self._holders(term)) * load_ranker().recall(term)

    def _weight(self, holders: int) -> float:
        """Return the inverse passage frequency of a term that so many passages hold."""
        return math.log(1 + (len(self._index.lexical) - holders + 0.5) / (holders + 0.5))

    def features(
        self,
        asked: Understood,
        stored: Sequence[StoredPassage],
        lexical: Mapping[int, float],
        cosines: Mapping[int, float] | None,
    ) -> Floats:
        """Return the ranker's features of these passages, one row each."""
        import numpy as np

        wanted, years = self._named.wanted(asked.text), asked.dated
        candidates = Candidates(
            texts=[self._text(s) for s in stored],
            lexical=np.array([lexical.get(s.ordinal, 0.0) for s in stored]),
            cosines=None if cosines is None else np.array([cosines.get(s.ordinal, 0.0) for s in stored]),
            titles=[self._facts[s.speech_id].title for s in stored],
            dated=np.array([year_agreement(years, self._facts[s.speech_id].metadata) for s in stored]),
            facets=np.array([agreement(wanted, self._facts[s.speech_id].metadata) if wanted else 0.0 for s in stored]),
            trust=self._stages.dense_weight / USUAL_DENSE,
        )
        return features(self._asked(asked), candidates, self.mean_length)

    def _rank_learned(
        self,
        ranking: Ranking,
        asked: Understood,
        lexical: Mapping[int, float],
        beside: Sequence[int],
        cosines: Mapping[int, float] | None,
    ) -> tuple[list[StoredPassage], Floats]:
        """Order the best of the fused list and those ``beside`` it by the learned ranker, the rest below them.

        Returns the first ``WORDED`` of them and their features.
        """
        assert self._ranker is not None
        fused = [ordinal for ordinal, _ in ranking.order]
        looked_at = list(dict.fromkeys([*fused[: RANKED_WIDE if asked.official else RANKED], *beside]))
        head = self.read(ranking, looked_at)
        table = self.features(asked, head, lexical, cosines)
        scores = self._ranker.scores(table).tolist()
        places = sorted(range(len(head)), key=lambda place: (-scores[place], head[place].ordinal))
        ranked = [(head[place].ordinal, scores[place]) for place in places]
        ranking.channels["ranker"] = ranked
        left = set(fused).difference(looked_at)
        ranking.order = ranked + _below([pair for pair in ranking.order if pair[0] in left], ranked[-1][1])
        first = places[:WORDED]
        return [head[place] for place in first], table[first]

    def _rank_paraphrase(
        self, ranking: Ranking, asked: Understood, head: Sequence[StoredPassage], table: Floats
    ) -> None:
        """Order ``head``, with the ranker's ``table`` of it, by the ranker of paraphrases where the query is one."""
        seen = self.looked_at(asked, head, table)
        if seen is not None:
            scores = load_paraphrase_ranker().scores(*seen).tolist()
            ranking.reorder("paraphrase", [(s.ordinal, score) for s, score in zip(head, scores, strict=True)])

    def looked_at(
        self, asked: Understood, head: Sequence[StoredPassage], table: Floats, least: float = LEAST_GAP
    ) -> tuple[Met, NDArray[np.floating[Any]]] | None:
        """Return what the ranker of paraphrases sees of ``head``; None for a gap below ``least`` or no known word."""
        assert self._ranker is not None
        texts = [self._text(s) for s in head]
        gap = missing(self._asked(asked), texts, float(table[:, FEATURES.index("cover_pairs")].max()))
        text = asked.text.partition("\n")[0]
        if gap < least:
            return None
        from speechrag.embedding.static import builtin_encoder

        encoder = builtin_encoder()
        query = worded(text, asked.everyday, self._told_of, encoder)
        if not query.words:
            return None
        heads = [len(s) - len(p.text) for s, p in zip(texts, head, strict=True)]
        met = meet(query, texts, heads, encoder)
        return met, seen_of(self._ranker.odds(table), table, gap, query.asked)

    def _told_of(self, word: str) -> tuple[float, float, float]:
        """Return the rarity of a word, 0..1, whether no passage has it, and how likely it comes back in an answer."""
        parts = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        recall = sum(map(load_ranker().recall, parts)) / len(parts)
        holders = self._at_most(word)
        return self._weight(holders) / self._weight(1), float(not holders), recall

    def _rerank(self, ranking: Ranking, text: str) -> None:
        """Order the head anew by what the cross-encoder says."""
        head = self.read(ranking, [ordinal for ordinal, _ in ranking.order[:RERANKED]])
        scores = self._reranker.scores(text, [self._text(s) for s in head])
        ranking.reorder("reranker", [(s.ordinal, float(x)) for s, x in zip(head, scores, strict=True)])


def _below(tail: Ranked, ceiling: float) -> list[tuple[int, float]]:
    """Return ``tail`` with its scores brought below ``ceiling``, their proportions kept."""
    return [(ordinal, ceiling * score / (tail[0][1] + 1e-9) * 0.999) for ordinal, score in tail]


def merged(own: Ranking, others: Sequence[Ranking]) -> Ranking:
    """Return one ranking of a query's ``own`` and those of its rewordings, by the mean of its score and their best."""
    best: dict[int, float] = {}
    for ranking in others:
        for ordinal, score in ranking.order:
            best[ordinal] = max(score, best.get(ordinal, 0.0))
    scores = dict(own.order)
    mean = {o: (scores.get(o, 0.0) + best.get(o, 0.0)) / 2 for o in {*scores, *best}}
    reworded = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    order = sorted(mean.items(), key=lambda pair: (-pair[1], pair[0]))
    stored = {ordinal: s for ranking in (*others, own) for ordinal, s in ranking.stored.items()}
    return Ranking(order, {**own.channels, "reworded": reworded}, stored)
