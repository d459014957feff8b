"""The learned ranker: a weighted sum of what speaks for each of the best candidates.

The weights are ``speechrag/models/ranker/weights.json``, fitted by ``training/train_ranker.py``. The query's terms
count by rarity in the index times how often such a term comes back in the passage that answers (``recall.json``, Zhao
& Callan 2010): 什么 and 请问 hardly ever do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import ModelError
from speechrag.index.codes import joined_codes
from speechrag.retrieval.matching import Pattern, match

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MODEL = Path(__file__).resolve().parent.parent / "models" / "ranker"
FLATTEN = 3.0  # keeps the scores of a list apart: the ranker is surer of itself than its score needs to show
UNSEEN_RECALL = 0.6  # of a term too rare in the training questions to say
EXPANSION_SCALE = 1.8  # pairs as rare as can be that a passage would hold of the official terms to score 1
LEAST_SPREAD = 0.05  # of cosines: below, they say nothing and must not be blown up
TITLE_CHARS = 30.0  # of a usual title
# Share of the query that the best candidate may leave uncovered before other words and the encoder are heard: a title
# or a plain question is found by its own words, a paraphrase is not.
USUAL_GAP = 0.5

FEATURES = (
    "lexical",  # score of the lexical channel, divided by the best
    "lexical_log",  # log(1 + score)
    "bm25_units",
    "bm25_pairs",
    "cover_units",
    "cover_pairs",
    "run",
    "near_units",
    "near_pairs",
    "early",
    "density",
    "length",  # log of the characters
    "dense",  # cosine in standard deviations from the mean of the candidates
    "dense_gap",  # the same times the cube of the gap: how far the words of the query are missing from all candidates
    "expansion",  # official terms for the query's everyday words, times the gap
    "told",  # share of the query's words told in them or in official terms, times the gap
    "figure",  # the same as near_units with a figure close by, where the query asks for one
    "dated",  # whether the speech is of the year by which the query names a document; half where its year is not known
    "named",  # share of the words by which the query names a document that the speech's title has
    "facets",  # share of the years, places and organs of the query that the speech has
)


@dataclass(frozen=True, slots=True)
class Concept:
    """A word of the query, or an everyday form in it, with all that tells it."""

    weight: float  # how likely it comes back in an answer, 0..1
    terms: tuple[tuple[str, float], ...]  # (term, how much finding it says), best first


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as the ranker compares it."""

    pattern: Pattern
    expansion: Pattern | None = None  # of the official terms for its everyday words
    concepts: tuple[Concept, ...] = ()  # what it speaks of, where some of it is said in everyday words
    forms: int = 0  # how many everyday forms there are
    rarest: float = 1.0  # weight of a term that one passage of the index holds
    phrases: tuple[str, ...] = ()  # everyday phrases, folded: their words strewn over a passage do not say the same
    letters: int = 0  # characters of the query
    document: Pattern | None = None  # of the words by which it names a document
    figure: bool = False  # whether a figure or a date is asked for


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages to be ranked; one entry each."""

    texts: Sequence[str]  # title, headings and body
    lexical: Floats  # 0 where the lexical channel did not find it
    cosines: Floats | None  # None where the dense channel is off
    titles: Sequence[str]
    dated: Floats
    facets: Floats
    trust: float = 1.0  # how much the encoder is heard, 1 as the weights were chosen


def features(asked: Asked, candidates: Candidates, mean_length: float) -> Floats:
    """Return ``float64[len(texts), len(FEATURES)]``."""
    import numpy as np

    found = match(asked.pattern, candidates.texts, mean_length, figures=asked.figure)
    gap = missing(asked, candidates.texts, float(found.cover_pairs.max(initial=0.0)))
    dense = _standardised(candidates.cosines, len(candidates.texts)) * candidates.trust
    official = meant = np.zeros(len(candidates.texts))
    if gap > 0:  # else neither is heard
        official = expansion_share(asked, candidates.texts, mean_length) * gap
        meant = told(asked.concepts, candidates.texts) * gap
    columns = [
        candidates.lexical / max(float(candidates.lexical.max(initial=0.0)), 1e-9),
        np.log1p(candidates.lexical),
        *(found.bm25_units, found.bm25_pairs, found.cover_units, found.cover_pairs, found.run),
        *(found.near_units, found.near_pairs, found.early, found.density),
        np.log([len(text) + 20.0 for text in candidates.texts]),
        *(dense, dense * gap**3),
        *(official, meant, found.near_figure, candidates.dated, titled(asked, candidates.titles), candidates.facets),
    ]
    return np.stack(columns, axis=1)


def missing(asked: Asked, texts: Sequence[str], covered: float) -> float:
    """Return the gap (0..1): how far the words of the query are missing from all candidates.

    ``covered`` is the greatest share of its pairs that any of them holds.
    """
    gap = max(0.0, 1.0 - covered - USUAL_GAP) / (1.0 - USUAL_GAP)
    return max(gap, _unsaid(asked, texts))


def titled(asked: Asked, titles: Sequence[str]) -> Floats:
    """Return the share (0..1) of the words naming a document that each title has; zeros where none is named."""
    import numpy as np

    if asked.document is None:
        return np.zeros(len(titles))
    return match(asked.document, titles, TITLE_CHARS).cover_pairs


def _unsaid(asked: Asked, texts: Sequence[str]) -> float:
    """Return the share (0..1) of the query's letters in everyday phrases that no text says as they stand, halved.

    Halved, because a phrase may be said a little differently: then the words of the query still lead.
    """
    if not asked.phrases:
        return 0.0
    letters = _letters(texts)
    unsaid = sum(len(phrase) for phrase in asked.phrases if not any(phrase in text for text in letters))
    return unsaid / max(unsaid, asked.letters) / 2


def told(concepts: Sequence[Concept], texts: Sequence[str]) -> Floats:
    """Return the share (0..1) of the concepts that each text tells, by the best term it has for each."""
    import numpy as np

    total = np.zeros(len(texts))
    letters = _letters(texts) if concepts else []
    whole = "\n".join(letters)
    for concept in concepts:
        terms = [(term, value) for term, value in concept.terms if term in whole]  # most are in no candidate
        for at, text in enumerate(letters if terms else ()):
            for term, value in terms:
                if term in text:
                    total[at] += concept.weight * value
                    break
    return total / max(sum(concept.weight for concept in concepts), 1e-9)  # type: ignore[no-any-return]


def _letters(texts: Sequence[str]) -> list[str]:
    """Return the texts folded, with a NUL for all that is neither letter nor digit."""
    codes, starts = joined_codes(texts)
    ends = [*starts[1:].tolist(), len(codes)]
    return [
        codes[a:b].tobytes().decode("utf-16-le", "surrogatepass") for a, b in zip(starts.tolist(), ends, strict=True)
    ]


def _standardised(cosines: Floats | None, count: int) -> Floats:
    import numpy as np

    if cosines is None or not count:
        return np.zeros(count)
    return (cosines - cosines.mean()) / max(float(cosines.std()), LEAST_SPREAD)  # type: ignore[no-any-return]


def expansion_share(asked: Asked, texts: Sequence[str], mean_length: float) -> Floats:
    """Return how well each text holds the official terms, about 0..1; zeros where the query has no everyday words."""
    import numpy as np

    if asked.expansion is None or not len(asked.expansion.pairs):
        return np.zeros(len(texts))
    found = match(asked.expansion, texts, mean_length)
    # A heavy run is one official term; what stands close together speaks for several everyday words at once.
    near = found.near_pairs / max(asked.forms, 1)
    return (near + found.run) / 2 * float(asked.expansion.pairs.sum()) / (EXPANSION_SCALE * asked.rarest)


class Ranker:
    """Weights of the features, and of the query's terms."""

    def __init__(self, weights: Mapping[str, float], offset: float, recall: Mapping[str, float]) -> None:
        import numpy as np

        self._weights = np.array([weights[name] for name in FEATURES])
        self._offset = offset
        self._recall = recall

    def recall(self, term: str) -> float:
        """Return how often a term of a question comes back in the passage that answers it, 0..1."""
        return self._recall.get(term, UNSEEN_RECALL)

    def boost(self, term: str) -> float:
        """Return how much a term counts in the lexical channel, 0..1: the root of its recall.

        The channel chooses who is looked at, and a passage left out there is lost; so it weighs terms less unlike.
        """
        return math.sqrt(self.recall(term))

    def scores(self, table: Floats) -> Floats:
        """Return one score for each row of ``table``, above 0 and below 1, higher is better."""
        import numpy as np

        return 1.0 / (1.0 + np.exp(-np.clip(self.odds(table), -30.0, 30.0)))  # type: ignore[no-any-return]

    def odds(self, table: Floats) -> Floats:
        """Return the log-odds of ``scores``."""
        return (table @ self._weights - self._offset) / FLATTEN  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def load_ranker(folder: Path = MODEL) -> Ranker:
    """Return the ranker of ``folder``; loaded once. Raises ModelError where its files are missing or do not fit."""
    try:
        model = json.loads((folder / "weights.json").read_text(encoding="utf-8"))
        recall = json.loads((folder / "recall.json").read_text(encoding="utf-8"))
        return Ranker(model["weights"], model["offset"], recall)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(
            f"{folder}: the ranker cannot be read ({exc})", hint="install speechrag again or set ranker to off"
        ) from exc
