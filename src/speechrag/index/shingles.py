"""Texts as sets of hashed character shingles: whole, a sketch of a speech, samples of its passages (Broder 1997)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from speechrag.index.codes import folded_codes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.index.codes import Codes

    Hashes = NDArray[np.uint64]  # distinct, ascending

SHINGLE = 8  # letters and digits; punctuation and white space do not count
SKETCH = 128
RATE = 16  # a passage is known by the hashes of every sixteenth shingle or so, the same ones in every copy,
LEAST = 8  # and a short one by its smallest hashes
BLOCK = 1 << 18  # units hashed at a time: bounds the memory a long text needs
_BITS = 63  # of a hash: SQLite takes signed integers
_PRIME, _MIX = 0x9E3779B97F4A7C15, 0xFF51AFD7ED558CCD


def shingle_hashes(text: str, size: int) -> Hashes:
    """Return the hashes of all shingles of ``size`` letters; a shorter text is one shingle, an empty one none."""
    return _distinct(_hashes(_letters(folded_codes(text)), size))


def sketch(text: str) -> Hashes:
    """Return the ``SKETCH`` smallest hashes of the text's shingles."""
    return sketch_and_samples(text, ())[0]


def sketch_and_samples(text: str, spans: Sequence[tuple[int, int]]) -> tuple[Hashes, list[Hashes]]:
    """Return the sketch of ``text`` and a sample of the hashes of each of its spans, hashing every character once."""
    import numpy as np

    codes = folded_codes(text)
    places, hashes = _sampled(codes)
    smallest = _distinct(hashes)[:SKETCH]
    if len(smallest) < SKETCH:
        smallest = _distinct(_hashes(_letters(codes), SHINGLE))[:SKETCH]
    units = np.array(_in_units(text, codes, spans), dtype=np.int64).reshape(-1, 2)
    # A shingle belongs to the span it begins in, even where it ends behind it: copies cut alike differ by a few.
    places_in = np.searchsorted(places, units).tolist()
    samples = []
    for (start, end), (first, last) in zip(units.tolist(), places_in, strict=True):
        enough = last - first >= LEAST
        found = _distinct(hashes[first:last] if enough else _hashes(_letters(codes[start:end]), SHINGLE))
        samples.append(found if enough else found[:LEAST])
    return smallest, samples


def packed(hashes: Hashes) -> bytes:
    """Return hashes as bytes, eight for each: a fifth of the room that many small arrays take."""
    return hashes.astype("<u8").tobytes()


def unpacked(hashes: bytes) -> Hashes:
    """Return what ``packed`` was given."""
    import numpy as np

    return np.frombuffer(hashes, dtype="<u8")


def resemblance(left: Hashes, right: Hashes) -> float:
    """Return the Jaccard overlap (0..1) of two sets, 0 where both are empty."""
    common = shared(left, right)
    return common / max(1, len(left) + len(right) - common)


def shared(left: Hashes, right: Hashes) -> int:
    """Return how many members two sets have in common."""
    import numpy as np

    return len(np.intersect1d(left, right, assume_unique=True))


def _sampled(codes: Codes) -> tuple[NDArray[np.int64], Hashes]:
    """Return the places of the sampled shingles, ascending, and their hashes."""
    import numpy as np

    limit = np.uint64((1 << _BITS) // RATE)
    places: list[NDArray[np.int64]] = []
    found: list[Hashes] = []
    before = np.empty(0, dtype=np.int64)
    for start in range(0, max(1, len(codes)), BLOCK):
        at = np.concatenate((before, start + np.flatnonzero(codes[start : start + BLOCK])))
        if len(at) >= SHINGLE:
            hashes = _hashes(codes[at], SHINGLE)
            kept = np.flatnonzero(hashes < limit)
            places.append(at[kept])
            found.append(hashes[kept])
            at = at[len(hashes) :]
        before = at
    if not places:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
    return np.concatenate(places), np.concatenate(found)


def _in_units(text: str, codes: Codes, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return character spans as spans of UTF-16 units."""
    if len(codes) == len(text):
        return list(spans)
    from itertools import accumulate

    units = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    return [(units[start], units[end]) for start, end in spans]


def _letters(codes: Codes) -> Codes:
    return codes[codes != 0]  # type: ignore[no-any-return]


def _hashes(letters: Codes, size: int) -> Hashes:
    """Return a hash of each shingle in order; of a shorter text, the hash of all of it."""
    import numpy as np

    width = min(size, len(letters))
    points = letters.astype(np.uint64)
    hashes = np.zeros(len(points) - width + 1 if width else 0, dtype=np.uint64)
    for place in range(width):
        hashes = (hashes ^ points[place : place + len(hashes)]) * np.uint64(_PRIME)
    # The finisher of MurmurHash3: without it the smallest hashes would favour some characters.
    hashes ^= hashes >> np.uint64(33)
    hashes *= np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(33)
    return hashes >> np.uint64(64 - _BITS)


def _distinct(hashes: NDArray[np.uint64]) -> Hashes:
    """Return the distinct hashes, ascending: not by np.unique, which takes several times as long."""
    import numpy as np

    ordered = np.sort(hashes)
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]
