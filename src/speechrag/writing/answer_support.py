"""How well the best evidence supports an answer, as one calibrated number 0..1.

A logistic function of the features of the best candidate. The weights were fitted (ridge 0.3) on the development half
of ``eval/questions/seeds.jsonl``; at 0.5 answering and refusing are equally right there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import Features

_BIAS = -1.2
_WEIGHTS = {"covered": 1.9, "asked": 1.85, "names": 0.4, "missing": -2.0, "absent": -2.05}
# For the kinds whose answer type can be recognised, the lack of it speaks strongly against an answer: the less the best
# spot fits below ``_FITS``, the more. This weight was set by hand, the others fitted with it in place.
_HARD, _UNMET, _FITS = -0.25, -4.0, 0.6


def confidence(features: Features) -> float:
    """Return the support of one candidate, 0..1."""
    total = _BIAS + sum(weight * float(getattr(features, name)) for name, weight in _WEIGHTS.items())
    if features.hard:
        total += _HARD + _UNMET * max(0.0, _FITS - features.typed) / _FITS
    return 1 / (1 + math.exp(-total))


def support(candidates: Sequence[Candidate]) -> float:
    """Return the support of the best candidate, 0 where there is none."""
    return confidence(candidates[0].features) if candidates else 0.0
