"""Texts to unit vectors: ``float32[n, dim]``, each row of length 1 (or all zeros for a text with nothing in it)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from speechrag.registry import EMBEDDERS, resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What every encoder offers; ``fingerprint`` changes with anything that changes its vectors."""

    name: str
    dim: int
    fingerprint: str

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return ``float32[len(texts), dim]``, rows of unit length, in the order given."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries, with the model's query prompt where it has one."""
        ...


def load_encoder(name: str) -> Encoder:
    """Return the encoder called ``name``: a registered one, or a sentence-transformers model by name or path.

    Raises ModelError where the model cannot be loaded.
    """
    if name in EMBEDDERS and name != "sentence-transformers":
        return resolve(EMBEDDERS, name)()  # type: ignore[no-any-return]
    return resolve(EMBEDDERS, "sentence-transformers")(name)  # type: ignore[no-any-return]
