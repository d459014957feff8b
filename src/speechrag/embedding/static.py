"""The built-in encoder: a sentence-transformers ``StaticEmbedding`` folder read without torch.

torch takes seconds to import and a static model is a table look-up and a mean, so this reads the same folder
(``tokenizer.json``, ``model.safetensors``) with tokenizers, safetensors and numpy. A test holds its vectors against
sentence-transformers' own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.embedding import file_fingerprint
from speechrag.errors import ModelError
from speechrag.text import fold

if TYPE_CHECKING:
    from speechrag.embedding import Vectors

MODELS = Path(__file__).resolve().parent.parent / "models"
BATCH = 512


class StaticEncoder:
    """Mean of sub-word vectors, unit length, over folded text."""

    def __init__(self, folder: Path, name: str) -> None:
        files = [folder / "tokenizer.json", folder / "model.safetensors"]
        missing = [f.name for f in files if not f.is_file()]
        if missing:
            raise ModelError(
                f"{folder}: no {missing[0]}; a static model folder holds tokenizer.json and model.safetensors"
            )
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = name
        self.fingerprint = file_fingerprint(files)
        try:
            self._tokenizer = Tokenizer.from_file(str(files[0]))
            tensors = load_file(files[1])
        except Exception as exc:  # tokenizers raises bare Exception
            raise ModelError(f"{folder}: the model cannot be read ({exc}); install speechrag again") from exc
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._weights = tensors["embedding.weight"].astype("float32")
        self.dim = int(self._weights.shape[1])

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        blocks = [self._encode(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
        return np.concatenate(blocks) if blocks else np.zeros((0, self.dim), dtype=np.float32)

    encode_queries = encode_documents

    def _encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        encodings = self._tokenizer.encode_batch_fast([fold(t) for t in texts], add_special_tokens=False)
        lengths = np.array([len(e.ids) for e in encodings])
        flat = np.concatenate([np.asarray(e.ids, dtype=np.int64) for e in encodings])
        # reduceat needs every start to be a valid index: a zero row behind the last one serves trailing empty texts.
        rows = np.concatenate([self._weights[flat], np.zeros((1, self.dim), dtype=np.float32)])
        out = np.add.reduceat(rows, np.r_[0, np.cumsum(lengths)[:-1]], axis=0)
        out[lengths == 0] = 0.0
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return (out / np.maximum(norms, 1e-12)).astype(np.float32)  # type: ignore[no-any-return]


class BuiltinEncoder(StaticEncoder):
    """The encoder that comes inside the package; no download."""

    def __init__(self) -> None:
        super().__init__(MODELS / "static-zh", "builtin")
