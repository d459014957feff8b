"""How well the best evidence supports an answer, as one calibrated number 0..1.

A logistic function of the features of the best candidate. The weights were fitted (ridge 0.3) on the development halves
of ``eval/questions/seeds.jsonl`` and ``corpus.jsonl`` together; at 0.5 answering and refusing are equally right there.
All features are shares of the question's own weight or 0..1 weights of single words, so that they mean the same in
a corpus of thirty speeches and in one of thousands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import Features

_BIAS = -3.5
_WEIGHTS = {"covered": 2.5, "own": 1.95, "asked": 2.65, "names": 0.6, "missing": -2.0, "absent": -2.25}
# For the kinds whose answer type can be recognised, the lack of it speaks strongly against an answer: the less the best
# spot fits below ``_FITS``, the more.
_HARD, _UNMET, _FITS = -1.25, -4.35, 0.6
# An answer to how something is done must speak of doing that: 怎么补办 is not answered by what else is said of a card.
_ACT_MISSING = -0.8


def confidence(features: Features) -> float:
    """Return the support of one candidate, 0..1."""
    total = _BIAS + sum(weight * float(getattr(features, name)) for name, weight in _WEIGHTS.items())
    if features.hard:
        total += _HARD + _UNMET * max(0.0, _FITS - features.typed) / _FITS
    if features.act:
        total += _ACT_MISSING * (1.0 - features.asked)
    return 1 / (1 + math.exp(-total))


def support(candidates: Sequence[Candidate]) -> float:
    """Return the support of the best candidate, 0 where there is none."""
    return confidence(candidates[0].features) if candidates else 0.0


# How much the retriever's own probability counts, and what it adds where both agree; fitted on the same halves.
_RETRIEVED, _AGREED = 0.4, 1.5
_NEAR_TOP, _ASKED_THERE, _TYPE_THERE, _LIKELY = 0.5, 0.75, 0.75, 0.5
_EDGE = 1e-4


def blended(found: Features, retrieved: float) -> float:
    """Return the support of the best candidate moved by the retriever's probability (0..1) that its hits answer.

    The retriever sees how all words stand together in the passages, the features see what is asked: where one is
    undecided the other tips the balance. Where the words of a question are not those of the speech, but what is asked
    and its type stand in one of the first passages and the retriever holds these for an answer, they are one.
    """
    agreed = found.rank >= _NEAR_TOP and found.asked >= _ASKED_THERE and found.typed >= _TYPE_THERE
    total = _logit(confidence(found)) + _RETRIEVED * _logit(retrieved) + _AGREED * (agreed and retrieved >= _LIKELY)
    return 1 / (1 + math.exp(-total))


def _logit(share: float) -> float:
    share = min(max(share, _EDGE), 1 - _EDGE)
    return math.log(share / (1 - share))
