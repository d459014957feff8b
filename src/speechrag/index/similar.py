"""Which of many sets have much in common: a set-similarity join as a sparse matrix product (scipy)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.index.shingles import Hashes

COMMON = 50  # members of more sets than this propose no pairs but among neighbours: set phrases, and texts copied often
ROWS = 4_096  # sets compared with all others at a time: bounds the memory of the product


def similar_pairs(sets: Sequence[Hashes], share: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs (i < j) with at least ``share`` of the smaller set in common, in order.

    Of a member of more than ``COMMON`` sets only neighbouring holders are counted; so of very many copies of one text
    not all pairs are found, but enough to join all of them.
    """
    import numpy as np
    from scipy import sparse

    sizes = np.array([len(one) for one in sets], dtype=np.int64)
    rows, columns = _memberships(sets, sizes)
    if not len(rows):
        return
    shape = (len(sets), int(columns.max()) + 1)
    holds = sparse.csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)
    held = holds.T.tocsr()
    for first in range(0, len(sets), ROWS):
        common = (holds[first : first + ROWS] @ held).tocoo()
        left, right = common.coords[0].astype(np.int64) + first, common.coords[1].astype(np.int64)
        near = (left < right) & (common.data >= share * np.minimum(sizes[left], sizes[right]))
        left, right = left[near], right[near]
        order = np.lexsort((right, left))
        yield from zip(left[order].tolist(), right[order].tolist(), strict=True)


def _memberships(sets: Sequence[Hashes], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (set, column) of each membership that can make a pair.

    The holders of a member are one column, or where they are many, columns of ``COMMON`` that meet in one holder each.
    """
    import numpy as np

    members = np.concatenate([*sets, np.empty(0, dtype=np.uint64)])
    order = np.argsort(members, kind="stable")  # stable: the holders of a member stay in order
    members, owners = members[order], np.repeat(np.arange(len(sets)), sizes)[order]
    new = np.ones(len(members), dtype=bool)
    np.not_equal(members[1:], members[:-1], out=new[1:])
    begins = np.flatnonzero(new)
    counts = np.diff(np.append(begins, len(members)))
    shared = np.repeat(counts > 1, counts)
    owners = owners[shared]
    counts = counts[counts > 1]
    place = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    step = COMMON - 1
    starts = place % step == 0
    columns = np.cumsum(starts) - 1
    meeting = starts & (place > 0)
    return np.concatenate((owners, owners[meeting])), np.concatenate((columns, columns[meeting] - 1))
