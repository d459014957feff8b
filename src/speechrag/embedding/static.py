"""The built-in encoder: a sentence-transformers ``StaticEmbedding`` folder read without torch.

torch takes seconds to import and a static model is a table look-up and a sum, so this reads the same folder
(``tokenizer.json``, ``model.safetensors``) with safetensors and numpy. The tokens are the vocabulary's grams that a
text holds (``embedding.grams``). A test holds the vectors against sentence-transformers' own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.embedding.grams import GramTable
from speechrag.embedding.loading import folder_fingerprint
from speechrag.errors import ModelError

if TYPE_CHECKING:
    from speechrag.embedding import Vectors
    from speechrag.embedding.grams import Ids

MODELS = Path(__file__).resolve().parent.parent / "models"
METHOD = 2  # to be raised when other vectors come from the same files: their indexes must be built again
BATCH = 256  # texts looked up together; their letters and hash slots stay in the processor's cache


class StaticEncoder:
    """Sum of gram vectors, brought to unit length."""

    def __init__(self, folder: Path, name: str) -> None:
        import numpy as np

        files = [folder / "tokenizer.json", folder / "model.safetensors"]
        missing = [f.name for f in files if not f.is_file()]
        if missing:
            raise ModelError(
                f"{folder}: no {missing[0]}; a static model folder holds tokenizer.json and model.safetensors"
            )
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        self.name = name
        self.fingerprint = folder_fingerprint(folder, f"method {METHOD}")
        try:
            vocabulary = json.loads(files[0].read_text(encoding="utf-8"))["model"]["vocab"]
            weights = load_file(files[1])["embedding.weight"]
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as exc:
            raise ModelError(f"{folder}: the model cannot be read ({exc}); install speechrag again") from exc
        if len(weights) != len(vocabulary):
            raise ModelError(f"{folder}: {len(vocabulary)} tokens but {len(weights)} vectors; install speechrag again")
        self._grams = GramTable(vocabulary)
        self._weights = weights.astype(np.float32)
        self.dim = int(weights.shape[1])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        blocks = [self._encode(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
        return np.concatenate(blocks) if blocks else np.zeros((0, self.dim), dtype=np.float32)

    encode_queries = encode_documents

    def features(self, text: str) -> list[str]:
        """Return the tokens of ``text``; joined by spaces they give sentence-transformers the same vector."""
        return self._grams.features(text)

    def word_vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """Return for each text the unit vectors, ``float32[words, dim]``, of the different tokens it holds."""
        import numpy as np

        ids, starts = self._grams.find(texts, distinct=True)
        rows = self._weights[ids]
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
        return [rows[start:stop] for start, stop in pairwise(starts)]

    def places(self, folded: Sequence[str]) -> tuple[Ids, Ids, Ids]:
        """Return of every token of folded texts: number of the text, offset in it, number of the token."""
        return self._grams.places(folded)

    def rows(self, tokens: Ids) -> tuple[Vectors, Vectors]:
        """Return the vectors of tokens as the model has them, ``float32[tokens, dim]``, and their lengths, above 0."""
        return self._weights[tokens], self._lengths[tokens]

    @cached_property
    def _lengths(self) -> Vectors:
        import numpy as np

        return np.maximum(np.linalg.norm(self._weights, axis=1), np.float32(1e-9))  # type: ignore[no-any-return]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        ids, starts = self._grams.find(texts)
        out = np.empty((len(texts), self.dim), dtype=np.float32)
        for row, (start, stop) in enumerate(pairwise(starts)):
            # Text by text: the rows of one passage fit the cache, those of a whole batch do not.
            np.add.reduce(self._weights[ids[start:stop]], axis=0, out=out[row])
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return out / np.maximum(norms, np.float32(1e-12))  # type: ignore[no-any-return]


class BuiltinEncoder(StaticEncoder):
    """The encoder that comes inside the package; no download."""

    def __init__(self) -> None:
        super().__init__(MODELS / "static-zh", "builtin")


@cache
def builtin_encoder() -> BuiltinEncoder:
    """Return the encoder inside the package, read once: whoever needs it shares its table."""
    return BuiltinEncoder()
