"""The vector part of an index: FAISS, inner product over unit vectors, row number = passage ordinal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import IndexDamaged

if TYPE_CHECKING:
    from speechrag.embedding import Vectors

EXACT_BELOW = 200_000  # float32 up to here, half precision above (exact search both; see benchmarks/)


class VectorStore:
    """Unit vectors of all passages, searched exactly."""

    def __init__(self, index: Any) -> None:
        import faiss

        # More threads make a single query slower and starve the other users of the machine.
        faiss.omp_set_num_threads(1)
        self._index = index
        self.dim = int(index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @classmethod
    def fill(cls, vectors: Vectors) -> VectorStore:
        """Return a store of ``vectors``, ``float32[n, dim]`` of unit length."""
        import faiss
        import numpy as np

        count, dim = vectors.shape
        if count < EXACT_BELOW:
            index = faiss.IndexFlatIP(dim)
        else:
            index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        if count:
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write through a Python file: FAISS itself cannot open a Chinese path on Windows."""
        import faiss

        with path.open("wb") as file:
            file.write(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def open(cls, path: Path) -> VectorStore:
        """Read a store whose bytes were verified before. Raises IndexDamaged."""
        import faiss
        import numpy as np

        try:
            return cls(faiss.deserialize_index(np.frombuffer(path.read_bytes(), dtype=np.uint8)))
        except (OSError, RuntimeError) as exc:
            raise IndexDamaged(
                f"{path}: not a vector index ({type(exc).__name__})", hint="run `speechrag build` again"
            ) from exc

    def search(self, query: Vectors, limit: int, allowed: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return (ordinal, cosine) of the ``limit`` nearest to ``query`` (``float32[dim]``), best first.

        ``allowed`` restricts the search to those ordinals; the filter works inside the search, so ``limit`` results
        come back whenever that many are allowed.
        """
        import faiss
        import numpy as np

        count = len(self) if allowed is None else len(allowed)
        limit = min(limit, count)
        if query.shape != (self.dim,):
            raise ValueError(f"the query vector has the shape {query.shape}; expected ({self.dim},)")
        if limit <= 0:
            return []
        parameters = None
        if allowed is not None:
            mask = np.zeros(len(self), dtype=bool)
            mask[np.asarray(allowed, dtype=np.int64)] = True
            selector = faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
            parameters = faiss.SearchParameters(sel=selector)
        scores, ids = self._index.search(query.reshape(1, -1), limit, params=parameters)
        found = [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def scores(self, query: Vectors, ordinals: Sequence[int]) -> list[float]:
        """Return the cosine of ``query`` to each of ``ordinals``."""
        import numpy as np

        if not ordinals:
            return []
        rows = self._index.reconstruct_batch(np.asarray(ordinals, dtype=np.int64))
        return [float(x) for x in rows @ query]

    def rows(self, ordinals: Sequence[int]) -> Vectors:
        """Return the stored vectors of ``ordinals``, ``float32[len(ordinals), dim]``."""
        import numpy as np

        if not ordinals:
            return np.zeros((0, self.dim), dtype=np.float32)
        return self._index.reconstruct_batch(np.asarray(ordinals, dtype=np.int64))  # type: ignore[no-any-return]
