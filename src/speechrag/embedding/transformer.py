"""Any sentence-transformers model, by name or path, with its own query and document prompts; never downloads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.config import forbid_downloads
from speechrag.embedding import file_fingerprint
from speechrag.errors import ModelError

if TYPE_CHECKING:
    from speechrag.embedding import Vectors


class TransformerEncoder:
    """A sentence-transformers model from a local folder or the local model cache."""

    def __init__(self, name: str) -> None:
        path = Path(name).expanduser()
        looks_like_path = path.is_absolute() or name.startswith((".", "~")) or "\\" in name
        if looks_like_path and not path.is_dir():
            raise ModelError(
                f"encoder {name!r}: there is no such folder", hint="give the folder of a sentence-transformers model"
            )
        self.name = name
        self._model = self._load(str(path.resolve()) if path.is_dir() else name)
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = self._fingerprint(path)
        self._probe()

    @staticmethod
    def _load(target: str):  # type: ignore[no-untyped-def]
        forbid_downloads()
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            return SentenceTransformer(target, device="cpu", local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as exc:
            reason = str(exc).strip().splitlines()[0][:200] if str(exc).strip() else type(exc).__name__
            raise ModelError(
                f"encoder {target!r} cannot be loaded from this machine ({reason})",
                hint="copy the model's folder here and give its path; built-in encoders: builtin, hash",
            ) from exc

    def _fingerprint(self, path: Path) -> str:
        if path.is_dir():
            kinds = {".json", ".safetensors", ".txt", ".model"}
            return file_fingerprint([f for f in path.rglob("*") if f.is_file() and f.suffix in kinds])
        probe = self._model.encode_document(["全县信息工作会议"])
        return hashlib.sha256(self.name.encode() + probe.round(3).tobytes()).hexdigest()[:16]

    def _probe(self) -> None:
        """Refuse weights that load but give no usable vector (a damaged safetensors body loads without an error)."""
        import numpy as np

        vector = self.encode_documents(["全县信息工作会议"])[0]
        if not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector)) - 1.0) > 1e-3:
            raise ModelError(f"encoder {self.name!r} gives unusable vectors; its weights are damaged, copy them again")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, query=False)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, query=True)

    def _encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        encode = self._model.encode_query if query else self._model.encode_document
        vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(vectors, dtype=np.float32)
