"""Reading question and passage together: a cross-encoder gives one score for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from speechrag.embedding.loading import (
    BASE,
    ENCODER,
    folder_fingerprint,
    folder_kind,
    found_folder,
    load_local,
    token_limit,
)
from speechrag.errors import ModelError
from speechrag.registry import RERANKERS, resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]


class Reranker(Protocol):
    """What every reranker offers."""

    name: str
    fingerprint: str

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """Return ``float32[len(texts)]``, higher is better, in the order given."""
        ...


def load_reranker(name: str) -> Reranker:
    """Return the reranker called ``name``: a registered one, or a CrossEncoder model by name or path.

    Raises ModelError where the model cannot be loaded.
    """
    kind = name if name in RERANKERS else "cross-encoder"
    return resolve(RERANKERS, kind)(name)  # type: ignore[no-any-return]


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder with one output, from a local folder or the local model cache."""

    def __init__(self, name: str) -> None:
        folder = found_folder(name)
        if folder is None:
            raise ModelError(
                f"reranker {name!r} cannot be loaded from this machine: it is neither a folder nor in the model cache",
                hint="copy the model's folder here and give its path",
            )
        if folder_kind(folder) == ENCODER:  # sentence-transformers would give it an untrained head and score with that
            raise ModelError(
                f"{name!r} is an encoder: it gives vectors and no scores of pairs, so it is no reranker",
                hint="name it as the embedder (setting `embedder`)",
            )
        if folder_kind(folder) == BASE:
            raise ModelError(
                f"{name!r} is a base model without a classification head: it was never taught to score pairs, so it "
                "is no reranker",
                hint="name a model trained as a cross-encoder",
            )
        from sentence_transformers import CrossEncoder

        self.name = name
        self._model = load_local(CrossEncoder, folder, "reranker")
        self.fingerprint = folder_fingerprint(folder)
        if self._model.num_labels != 1:
            raise ModelError(f"reranker {name!r} has {self._model.num_labels} outputs; expected one relevance score")

    @property
    def max_length(self) -> int | None:
        """How many tokens of question and passage together are read, None where the model sets no limit."""
        return token_limit(self._model.max_seq_length)

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """Return the model's scores, ``float32[len(texts)]``. Raises ModelError where one is not a number."""
        import numpy as np

        if not texts:
            return np.zeros(0, dtype=np.float32)
        found = self._model.predict([(query, text) for text in texts], show_progress_bar=False, convert_to_numpy=True)
        scores = np.asarray(found, dtype=np.float32).reshape(len(texts))
        if not np.isfinite(scores).all():
            raise ModelError(f"reranker {self.name!r} gives unusable scores; its weights are damaged, copy them again")
        return scores
