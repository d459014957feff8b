"""A tiny deterministic encoder for tests and for indexes that want no model: hashed character pairs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from speechrag.text import bigrams, characters

if TYPE_CHECKING:
    from speechrag.embedding import Vectors


class HashingEncoder:
    """Counts of character pairs and characters hashed into ``dim`` signed buckets (Weinberger et al. 2009)."""

    name = "hash"
    fingerprint = "hash-256/1"
    dim = 256

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for feature in (*bigrams(text), *characters(text)):
                code = zlib.crc32(feature.encode("utf-8"))
                out[row, code % self.dim] += 1.0 if code & 0x10000 else -1.0
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return out / np.maximum(norms, 1e-12)  # type: ignore[no-any-return]

    encode_queries = encode_documents
