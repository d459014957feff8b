"""The vector part of an index: FAISS, inner product over unit vectors, row number = passage ordinal.

A small index is compared row by row in single precision. A larger one is stored in half precision, and where that loses
next to nothing a search goes over 4-bit product-quantised codes first (Jégou et al. 2011; André et al. 2017) and
compares only a shortlist with the stored vectors. Whether that is so is measured when the index is built, with
questions of its own. A filtered search goes over the codes too where the filter allows many rows, and keeps those it
allows of a longer list; else it compares every row that the filter allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import IndexDamaged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.embedding import Vectors

    Allowed = Sequence[int] | NDArray[np.bool_]  # ordinals, or a mask over all of them

EXACT_BELOW = 20_000  # up to here every row is compared, in single precision: a millisecond at most
MIN_RECALL = 0.98  # share of the true nearest ``DEPTH`` that a shortlist must hold
DEPTH = 100
SHORTLISTS = (4, 8, 16, 32)  # lengths tried, in multiples of the results wanted
TRAINING_ROWS = 20_000
ADDED_ROWS = 65_536
MANY = 0.1  # share of the rows that a filter allows from which it is faster to search all and keep those it allows,
SPARE = 1.5  # of so many times the rows that would hold enough of them if they were spread evenly
FLAT, HALF, SHORTLIST = "exact float32", "exact float16", "shortlist float16"


@dataclass(frozen=True, slots=True)
class Precision:
    """How a store searches: ``kind``, the shortlist's multiple of the results wanted, and its measured recall."""

    kind: str
    shortlist: int = 0
    recall: float = 1.0
    probes: int = 0


class VectorStore:
    """Unit vectors of all passages."""

    def __init__(self, index: Any, precision: Precision | None = None) -> None:
        import faiss

        # More threads make a single query slower and starve the other users of the machine.
        faiss.omp_set_num_threads(1)
        self._index = index
        self._rows = faiss.downcast_index(index.refine_index) if isinstance(index, faiss.IndexRefine) else index
        self.dim = int(index.d)
        self.precision = precision

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def rounded(self) -> bool:
        """Whether the rows are kept in half precision."""
        import faiss

        return not isinstance(self._rows, faiss.IndexFlat)

    @classmethod
    def fill(cls, vectors: NDArray[np.floating[Any]], probes: Vectors | None = None) -> VectorStore:
        """Return a store of ``vectors``, ``[n, dim]`` of unit length; the same for the same input.

        ``probes``, ``float32[m, dim]``, are vectors of questions: with them, and with rows enough, the shortest
        shortlist that finds ``MIN_RECALL`` of their nearest rows is used; without, or where there is none, all rows.
        """
        import faiss
        import numpy as np

        count, dim = vectors.shape
        if count < EXACT_BELOW:
            index = faiss.IndexFlatIP(dim)
        else:
            index = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        for first in range(0, count, ADDED_ROWS):
            index.add(np.ascontiguousarray(vectors[first : first + ADDED_ROWS], dtype=np.float32))
        if count < EXACT_BELOW:
            return cls(index, Precision(FLAT))
        if probes is None or not len(probes) or dim % 2:
            return cls(index, Precision(HALF))
        faiss.omp_set_num_threads(1)  # before training: sums in another order give other codes
        return cls._shortlisted(index, probes) or cls(index, Precision(HALF))

    @classmethod
    def _shortlisted(cls, exact: Any, probes: Vectors) -> VectorStore | None:
        import faiss
        import numpy as np

        # Codes of the stored, rounded rows: a build that takes rows over from an earlier index makes the same ones.
        codes = faiss.IndexPQFastScan(exact.d, exact.d // 2, 4, faiss.METRIC_INNER_PRODUCT)
        codes.train(exact.reconstruct_batch(np.arange(0, exact.ntotal, max(1, exact.ntotal // TRAINING_ROWS))))
        for first in range(0, exact.ntotal, ADDED_ROWS):
            codes.add(exact.reconstruct_n(first, min(ADDED_ROWS, exact.ntotal - first)))
        index = faiss.IndexRefine(codes, exact)
        depth = min(DEPTH, exact.ntotal)
        true = exact.search(probes, depth)[1]
        for length in SHORTLISTS:
            index.k_factor = length
            recall = _overlap(index.search(probes, depth)[1], true)
            if recall >= MIN_RECALL:
                return cls(index, Precision(SHORTLIST, length, round(recall, 4), len(probes)))
        return None

    def save(self, path: Path) -> None:
        """Write through a Python file: FAISS itself cannot open a Chinese path on Windows."""
        import faiss

        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))

    @classmethod
    def open(cls, path: Path) -> VectorStore:
        """Read a store whose bytes were verified before. Raises IndexDamaged."""
        import faiss

        try:
            with path.open("rb") as file:
                return cls(faiss.read_index(faiss.PyCallbackIOReader(file.read)))
        except (OSError, RuntimeError) as exc:
            raise IndexDamaged(
                f"{path}: not a vector index ({type(exc).__name__})", hint="run `speechrag build` again"
            ) from exc

    def search(self, query: Vectors, limit: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """Return (ordinal, cosine) of the ``limit`` nearest to ``query`` (``float32[dim]``), best first.

        ``allowed`` restricts the search to those ordinals (or where a mask over all is true); the filter works inside
        the search, so ``limit`` results come back whenever that many are allowed.
        """
        if query.shape != (self.dim,):
            raise ValueError(f"the query vector has the shape {query.shape}; expected ({self.dim},)")
        limit = min(limit, len(self))
        if limit <= 0:
            return []
        if allowed is None:
            scores, ids = self._index.search(query.reshape(1, -1), limit)
        else:
            scores, ids = self._search_allowed(query.reshape(1, -1), limit, _mask(allowed, len(self)))
        found = [(i, s) for i, s in zip(ids[0].tolist(), scores[0].tolist(), strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _search_allowed(self, query: Vectors, limit: int, mask: NDArray[np.bool_]) -> tuple[Any, Any]:
        """Return scores and ids as FAISS does, of the rows where ``mask`` is true."""
        import faiss
        import numpy as np

        share = np.count_nonzero(mask) / len(mask)
        if self._index is not self._rows and share >= MANY:
            scores, ids = self._index.search(query, min(len(self), math.ceil(SPARE * limit / share)))
            kept = mask[ids[0]] & (ids[0] >= 0)
            if np.count_nonzero(kept) >= limit:
                return scores[:, kept][:, :limit], ids[:, kept][:, :limit]
        selected = faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        return self._rows.search(query, limit, params=faiss.SearchParameters(sel=selected))  # type: ignore[no-any-return]

    def scores(self, query: Vectors, ordinals: Sequence[int]) -> list[float]:
        """Return the cosine of ``query`` to each of ``ordinals``."""
        return (self.rows(ordinals) @ query).tolist()  # type: ignore[no-any-return]

    def rows(self, ordinals: Sequence[int]) -> Vectors:
        """Return the stored vectors of ``ordinals``, ``float32[len(ordinals), dim]``."""
        import numpy as np

        if not len(ordinals):
            return np.zeros((0, self.dim), dtype=np.float32)
        return self._rows.reconstruct_batch(np.asarray(ordinals, dtype=np.int64))  # type: ignore[no-any-return]


def _mask(allowed: Allowed, count: int) -> NDArray[np.bool_]:
    import numpy as np

    given = np.asarray(allowed)
    if given.dtype == np.bool_:
        return given
    mask = np.zeros(count, dtype=bool)
    mask[given.astype(np.int64)] = True
    return mask


def _overlap(found: NDArray[np.int64], true: NDArray[np.int64]) -> float:
    """Return the mean share of the ids in each row of ``true`` that the same row of ``found`` holds too."""
    shared = sum(len(set(f) & set(t)) for f, t in zip(found.tolist(), true.tolist(), strict=True))
    return shared / true.size
