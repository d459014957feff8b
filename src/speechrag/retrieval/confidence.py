"""Whether the best hits answer the question at all: one calibrated probability.

A logistic function of how the question lies in the best passages, fitted by ``training/train_confidence.py`` on
questions with and without an answer; the weights are ``speechrag/models/ranker/confidence.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from speechrag.errors import ModelError
from speechrag.retrieval.matching import match
from speechrag.retrieval.ranker import MODEL, Asked, expansion_share

LOOKED_AT = 3  # hits that may hold the answer
SIGNALS = (
    "cover_pairs",  # share of the weight of the question's pairs that the best hit holds
    "near_pairs",  # the same within one sentence or so
    "near_units",  # the same of its characters
    "expansion",  # official terms for its everyday words
    "length",  # log of the number of the question's pairs: a long one is seldom covered in full
)


def signals(asked: Asked, texts: Sequence[str], mean_length: float) -> dict[str, float]:
    """Return what speaks for an answer in the first ``LOOKED_AT`` of ``texts`` (headings and body, best hit first)."""
    found = match(asked.pattern, texts[:LOOKED_AT], mean_length)
    best = {name: float(getattr(found, name).max()) for name in SIGNALS[:3]}
    return {
        **best,
        "expansion": min(1.0, float(expansion_share(asked, texts[:LOOKED_AT], mean_length).max())),
        "length": math.log(1 + len(asked.pattern.pairs)),
    }


def probability(found: Mapping[str, float]) -> float:
    """Return the probability (0..1) that the hits answer the question."""
    model = _model()
    total = model["bias"] + sum(model[name] * found[name] for name in SIGNALS)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def _model() -> dict[str, float]:
    try:
        model = json.loads((MODEL / "confidence.json").read_text(encoding="utf-8"))
        return {name: float(model[name]) for name in ("bias", *SIGNALS)}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(
            f"{MODEL / 'confidence.json'}: cannot be read ({exc})", hint="install speechrag again"
        ) from exc
