"""How well the best evidence supports an answer, as one calibrated number 0..1.

A logistic function over the features of the best candidates. The weights were fitted on the development half of
``eval/questions/seeds.jsonl``; 0.5 is the point where answering and refusing are equally right there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from speechrag.writing.answer_evidence import Candidate, Features

_BIAS = -6.0
_WEIGHTS = {
    "covered": 4.0,
    "own": 2.0,
    "pairs": 3.0,
    "asked": 1.5,
    "typed": 1.5,
    "names": 1.0,
    "missing": -2.5,
    "rank": 0.3,
}


def confidence(features: Features) -> float:
    """Return the support of one candidate, 0..1."""
    total = _BIAS + sum(weight * float(getattr(features, name)) for name, weight in _WEIGHTS.items())
    return 1 / (1 + math.exp(-total))


def support(candidates: Sequence[Candidate]) -> float:
    """Return the support of the best candidate, 0 where there is none."""
    return confidence(candidates[0].features) if candidates else 0.0
