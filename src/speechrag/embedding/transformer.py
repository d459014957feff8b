"""Any sentence-transformers model, by name or path, with its own query and document prompts; never downloads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speechrag.embedding.loading import (
    CLASSIFIER,
    RERANKER,
    folder_fingerprint,
    folder_kind,
    found_folder,
    load_local,
    token_limit,
)
from speechrag.errors import ModelError

if TYPE_CHECKING:
    from speechrag.embedding import Vectors

PROBE = "全县信息工作会议"

# Prompts that the makers prescribe on their model cards but do not save with the model. A folder whose name matches and
# whose configuration names no prompts gets these; one that names its own keeps its own.
KNOWN_PROMPTS: Mapping[str, Mapping[str, str]] = {
    r"bge-(small|base|large)-zh": {"query": "为这个句子生成表示以用于检索相关文章："},
    r"bge-(small|base|large)-en": {"query": "Represent this sentence for searching relevant passages: "},
    r"e5-(small|base|large)": {"query": "query: ", "document": "passage: "},
}


class TransformerEncoder:
    """A sentence-transformers model from a local folder or the local model cache."""

    def __init__(self, name: str) -> None:
        folder = found_folder(name)
        if folder is None:
            raise ModelError(
                f"encoder {name!r} cannot be loaded from this machine: it is neither a folder nor in the model cache",
                hint="copy the model's folder here and give its path; built-in encoders: builtin, hash",
            )
        if folder_kind(folder) in (RERANKER, CLASSIFIER):
            raise ModelError(
                f"{name!r} is a cross-encoder: it scores pairs of texts and gives no vectors, so it is no encoder",
                hint="name it as the reranker (setting `reranker`)",
            )
        from sentence_transformers import SentenceTransformer

        self.name = name
        self._model = load_local(SentenceTransformer, folder, "encoder")
        self._add_known_prompts(f"{name}/{folder}")
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = folder_fingerprint(folder, str(self.prompts))
        self._probe()

    @property
    def prompts(self) -> dict[str, str]:
        """What is put before a ``query`` and before a ``document``; empty strings for a model that wants nothing."""
        own = self._model.prompts
        document = next((own[key] for key in ("document", "passage", "corpus") if own.get(key)), "")
        return {"query": own.get("query") or "", "document": document}

    @property
    def max_length(self) -> int | None:
        """How many tokens the model reads of a text, None where it sets no limit."""
        return token_limit(self._model.max_seq_length)

    def _add_known_prompts(self, name: str) -> None:
        if any(self._model.prompts.values()):
            return
        for pattern, prompts in KNOWN_PROMPTS.items():
            if re.search(pattern, name, re.IGNORECASE):
                self._model.prompts = {**self._model.prompts, **prompts}
                return

    def _probe(self) -> None:
        """Refuse weights that load but give no usable vector (a damaged safetensors body loads without an error)."""
        import numpy as np

        vector = self.encode_documents([PROBE])[0]
        if not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector)) - 1.0) > 1e-3:
            raise ModelError(f"encoder {self.name!r} gives unusable vectors; its weights are damaged, copy them again")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_document, texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        vectors = encode(list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(vectors, dtype=np.float32)
