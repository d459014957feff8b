"""The ranker of paraphrases: one small network over how the words of a query are met, and what the ranker sees.

It has the say only where the words of the query are missing from all that was found (``LEAST_GAP``): there the ranker's
weighted sum goes by little, and a title or a question in the words of its answer is found without. Trained by
``training/train_paraphrase.py``; the weights are ``speechrag/models/ranker/paraphrase.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import ModelError
from speechrag.retrieval.ranker import FEATURES, MODEL
from speechrag.retrieval.softmatch import ASKED, DIRECTIONS, GATE, HELD, MATCH, Met

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Layer = tuple[Floats, Floats]  # weights [nets, in, out], bias [nets, 1, out]

LEAST_GAP = 0.5  # share of a query's words, beyond the usual, that no candidate holds; see ``ranker.missing``
FILE = MODEL / "paraphrase.json"
# What is seen of a passage as a whole and of the query itself.
SEEN = ("odds", *FEATURES, "gap", *(f"asks_{number}" for number in range(len(ASKED))), "query_length")
LAYOUT = (list(GATE), DIRECTIONS, list(MATCH), list(HELD), list(SEEN))  # what a file must be made for


@dataclass(frozen=True, slots=True)
class ParaphraseRanker:
    """Several nets side by side, each of a network for the weight of a word, for how it is met, and for a window.

    ``straight`` takes what is seen of a window unbent; ``ranked`` is what the ranker's log-odds count.
    """

    gate: tuple[Layer, Layer]
    match: tuple[Layer, Layer]
    window: tuple[Layer, Layer]
    straight: Layer
    ranked: Floats  # [nets]

    def scores(self, met: Met, seen: Floats) -> Floats:
        """Return ``float32[passages]``, higher is better and comparable within one query only.

        The score of a passage is the ranker's log-odds and its best window; ``seen`` is what ``seen_of`` returns.
        """
        import numpy as np

        count, words, _ = met.matches.shape
        nets = len(self.ranked)
        gate = np.logaddexp(0.0, _deep(self.gate, met.gates)).transpose(0, 2, 1)  # [nets, 1, words]
        known = np.broadcast_to(met.gates[:, : len(GATE) - 1], (count, words, len(GATE) - 1))
        looks = np.concatenate([met.matches, known], axis=2).reshape(count * words, -1)
        found = 1 / (1 + np.exp(-_deep(self.match, looks).reshape(nets, count, words)))
        total = gate.sum(axis=2) + 1e-6  # [nets, 1]
        lost = (1 - found) * gate
        shares = (found * gate).sum(axis=2) / total, lost.sum(axis=2), lost.max(axis=2)
        told = np.stack([*shares, np.broadcast_to(total, (nets, count))], axis=2)
        whole = np.column_stack([met.windows, seen[met.passage]])
        inputs = np.concatenate([np.broadcast_to(whole, (nets, *whole.shape)), told], axis=2, dtype=np.float32)
        each = (_deep(self.window, inputs) + _flat(self.straight, inputs))[:, :, 0]
        first = np.flatnonzero(np.r_[True, met.passage[1:] != met.passage[:-1]])  # every passage has a window
        best = np.maximum.reduceat(each, first, axis=1)
        odds = seen[:, SEEN.index("odds")].astype(np.float32)
        return (self.ranked[:, np.newaxis] * odds + best).mean(axis=0)  # type: ignore[no-any-return]


def _flat(layer: Layer, x: Floats) -> Floats:
    weights, bias = layer
    return x @ weights + bias


def _deep(layers: tuple[Layer, Layer], x: Floats) -> Floats:
    import numpy as np

    return _flat(layers[1], np.maximum(_flat(layers[0], x), 0.0))


def seen_of(odds: Floats, table: Floats, gap: float, asked: Sequence[float]) -> Floats:
    """Return ``float64[passages, len(SEEN)]`` of the ranker's log-odds and features."""
    import numpy as np

    return np.column_stack([odds, table, np.tile([gap, *asked], (len(table), 1))])


@lru_cache(maxsize=1)
def load_paraphrase_ranker(file: Path = FILE) -> ParaphraseRanker:
    """Return the ranker of paraphrases; loaded once. Raises ModelError where its file is missing or does not fit."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["layout"] != json.loads(json.dumps(LAYOUT)):
            raise ModelError(f"{file}: made for other features; install speechrag again")
        return _side_by_side(told["nets"])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as exc:
        raise ModelError(
            f"{file}: the ranker of paraphrases cannot be read ({exc})",
            hint="install speechrag again or set paraphrases to off",
        ) from exc


def _side_by_side(nets: Sequence[Mapping[str, Any]]) -> ParaphraseRanker:
    import numpy as np

    layers = {name: (_layers(nets, name, 0), _layers(nets, name, 1)) for name in ("gate", "match", "window")}
    ranked = np.array([net["ranked"] for net in nets], dtype=np.float32)
    return ParaphraseRanker(**layers, straight=_layers(nets, "straight"), ranked=ranked)


def _layers(nets: Sequence[Mapping[str, Any]], name: str, place: int | None = None) -> Layer:
    import numpy as np

    told = [net[name] if place is None else net[name][place] for net in nets]
    weights = np.array([layer["weight"] for layer in told], dtype=np.float32).transpose(0, 2, 1)
    return weights, np.array([[layer["bias"]] for layer in told], dtype=np.float32)
