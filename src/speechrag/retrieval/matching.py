"""How the words of a query lie in each of a hundred candidate passages: frequencies, coverage, runs, closeness.

Everything is computed for all candidates at once on arrays of character codes (about half a millisecond for a hundred
passages of 400 characters); a loop over terms and passages would take twenty times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from speechrag.index.codes import PLANE, folded_codes, joined_codes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

K1, B = 1.2, 0.75  # BM25's usual constants (Robertson & Zaragoza 2009)
WINDOW = 64  # characters within which words of the query belong together: about a sentence
# Marks of a figure: a digit, or a numeral before a power of ten or a unit (三天, 十五万; 一个 is none).
DIGITS, POWERS, NUMERALS = "0123456789", "十百千万亿", "二三四五六七八九十百千万亿两半几"
UNITS = "个名件份篇亩户家年月日天小时分秒吨公里米元块倍次期座条处趟人成度届岁周项所"
MAX_UNITS = 250  # distinct characters of a query that are compared; the rest of a pasted page is left out

Rarity = Callable[[str], float]  # term -> inverse document frequency, > 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A query as distinct characters and neighbouring pairs, each with its weight."""

    unit_of: NDArray[np.int16]  # code -> 1 + number of the character, 0 for a code the query lacks
    pair_of: NDArray[np.int16]  # (1 + first, 1 + second character) -> 1 + number of the pair, 0 for none
    units: Floats  # weight of each character: inverse document frequency times its frequency in the query
    pairs: Floats  # the same of each pair

    @classmethod
    def of(cls, text: str, rarity: Rarity) -> Pattern:
        """Read ``text`` (folded or not); ``rarity`` is asked once for every distinct character and pair."""
        import numpy as np

        codes = folded_codes(text).tolist()
        units: dict[int, float] = {}
        pairs: dict[tuple[int, int], float] = {}
        for code in codes:
            if code and (code in units or len(units) < MAX_UNITS):
                units[code] = units.get(code, 0.0) + 1.0
        for left, right in pairwise(codes):
            if left in units and right in units:
                pairs[left, right] = pairs.get((left, right), 0.0) + 1.0
        number = {code: at for at, code in enumerate(units, 1)}
        unit_of = np.zeros(PLANE, dtype=np.int16)
        unit_of[list(number)] = list(number.values())
        pair_of = np.zeros((len(units) + 1, len(units) + 1), dtype=np.int16)
        for at, (left, right) in enumerate(pairs, 1):
            pair_of[number[left], number[right]] = at
        return cls(
            unit_of,
            pair_of,
            np.array([times * rarity(chr(code)) for code, times in units.items()]),
            np.array([times * rarity(chr(a) + chr(b)) for (a, b), times in pairs.items()]),
        )


@dataclass(frozen=True, slots=True)
class Matches:
    """What of a pattern was found in each text; all arrays have one entry or row a text, all shares are 0..1."""

    bm25_units: Floats  # BM25 over characters, divided by what a text repeating all of them would get
    bm25_pairs: Floats
    cover_units: Floats  # share of the pattern's weight found at all
    cover_pairs: Floats
    run: Floats  # the heaviest unbroken run of the pattern's pairs
    near_units: Floats  # share found within one window
    near_pairs: Floats
    near_figure: Floats  # share of the characters found within one window that also holds a figure; 0 where not asked
    early: Floats  # share of the pattern's pairs found in the first window
    density: Floats  # share of the text's characters that the pattern has


def match(pattern: Pattern, texts: Sequence[str], mean_length: float, *, figures: bool = False) -> Matches:
    """Compare ``pattern`` with every text; ``mean_length`` (characters) is that of the texts of the whole index.

    With ``figures`` it is also looked for where a figure or a date stands close by.
    """
    import numpy as np

    count, units, pairs = len(texts), len(pattern.units), len(pattern.pairs)
    codes, starts = joined_codes(texts)
    found = pattern.unit_of[codes]
    at = np.flatnonzero(found)
    unit = found[at].astype(np.int64) - 1
    text = np.searchsorted(starts, at, side="right") - 1
    lengths = np.maximum(np.add.reduceat(codes != 0, starts, dtype=np.int64), 1) if count else np.zeros(0, np.int64)
    pair = np.zeros(len(at), dtype=np.int64)  # 1 + number of the pair that begins here
    if len(at) > 1:
        follows = at[1:] == at[:-1] + 1
        pair[:-1] = np.where(follows, pattern.pair_of[unit[:-1] + 1, unit[1:] + 1], 0)
    begins = np.flatnonzero(pair)
    which = pair[begins] - 1
    unit_counts = _counts(text, unit, count, units)
    pair_counts = _counts(text[begins], which, count, pairs)
    norm = (K1 * (1 - B + B * lengths / max(mean_length, 1.0))).astype(np.float64)
    blocks = (at - starts[text]) // (WINDOW // 2)
    beside = _figures(codes, starts) if figures else None
    return Matches(
        bm25_units=_bm25(unit_counts, pattern.units, norm),
        bm25_pairs=_bm25(pair_counts, pattern.pairs, norm),
        cover_units=_share(unit_counts > 0, pattern.units),
        cover_pairs=_share(pair_counts > 0, pattern.pairs),
        run=_longest(text[begins], begins, pattern.pairs[which], count) / max(pattern.pairs.sum(), 1e-9),
        near_units=_nearest(text, blocks, unit, pattern.units, count),
        near_pairs=_nearest(text[begins], blocks[begins], which, pattern.pairs, count),
        near_figure=np.zeros(count) if beside is None else _nearest(text, blocks, unit, pattern.units, count, beside),
        early=_share(_counts(*_first(text, blocks, begins, which), count, pairs) > 0, pattern.pairs),
        density=unit_counts.sum(axis=1) / lengths,
    )


def _counts(text: Integers, term: Integers, texts: int, terms: int) -> Floats:
    import numpy as np

    return np.bincount(text * terms + term, minlength=texts * terms).reshape(texts, terms).astype(np.float64)


def _first(text: Integers, blocks: Integers, begins: Integers, which: Integers) -> tuple[Integers, Integers]:
    early = blocks[begins] < 2
    return text[begins][early], which[early]


def _bm25(counts: Floats, weights: Floats, norm: Floats) -> Floats:
    import numpy as np

    saturated = counts * (K1 + 1) / (counts + norm[:, np.newaxis])
    return saturated @ weights / ((K1 + 1) * max(float(weights.sum()), 1e-9))  # type: ignore[no-any-return]


def _share(held: NDArray[np.bool_], weights: Floats) -> Floats:
    return held @ weights / max(float(weights.sum()), 1e-9)  # type: ignore[no-any-return]


def _longest(text: Integers, begins: Integers, weights: Floats, texts: int) -> Floats:
    """Return the weight of the heaviest chain of pairs, each beginning one place behind the one before."""
    import numpy as np

    best = np.zeros(texts)
    if len(begins):
        # ``begins`` numbers matched characters, and a pair is followed by its neighbour: the next number continues it.
        new = np.r_[True, (begins[1:] != begins[:-1] + 1) | (text[1:] != text[:-1])]
        first = np.flatnonzero(new)
        np.maximum.at(best, text[first], np.add.reduceat(weights, first))
    return best


def _nearest(
    text: Integers,
    blocks: Integers,
    term: Integers,
    weights: Floats,
    texts: int,
    beside: tuple[Integers, Integers] | None = None,
) -> Floats:
    """Return the greatest share of the weights found within two neighbouring half windows.

    ``beside`` holds texts and half windows of which one of the two must be, where it is given.
    """
    import numpy as np

    terms = len(weights)
    if not len(text) or not terms:
        return np.zeros(texts)
    width = int(blocks.max()) + 2
    held = np.zeros(texts * width * terms, dtype=bool)
    held[(text * width + blocks) * terms + term] = True
    grid = held.reshape(texts * width, terms)
    both = (grid[:-1] | grid[1:]) @ weights
    if beside is not None:
        marked = np.zeros(texts * width, dtype=bool)
        inside = beside[1] < width
        marked[beside[0][inside] * width + beside[1][inside]] = True
        both *= marked[:-1] | marked[1:]
    # The last column would join the end of a text with the beginning of the next.
    best = np.r_[both, 0.0].reshape(texts, width)[:, :-1].max(axis=1)
    return best / max(float(weights.sum()), 1e-9)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _kinds() -> NDArray[np.uint8]:
    """Return code -> what it is in a figure, one bit each: digit, power of ten, numeral, unit."""
    import numpy as np

    table = np.zeros(PLANE, dtype=np.uint8)
    for bit, members in enumerate((DIGITS, POWERS, NUMERALS, UNITS)):
        table[[ord(member) for member in members]] |= 1 << bit
    return table


def _figures(codes: NDArray[np.uint16], starts: Integers) -> tuple[Integers, Integers]:
    """Return text and half window of every place where a figure stands."""
    import numpy as np

    digit, power, numeral, unit = ((_kinds()[codes] >> bit & 1).astype(bool) for bit in range(4))
    here = digit
    here[:-1] |= numeral[:-1] & (power | unit)[1:]
    at = np.flatnonzero(here)
    text = np.searchsorted(starts, at, side="right") - 1
    return text, (at - starts[text]) // (WINDOW // 2)
