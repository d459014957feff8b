"""How the words of a query are met in each passage by words that mean the same, window by window.

A paraphrase shares hardly a word with the passage that answers it. Each of its words is therefore looked for softly,
by the word vectors of the built-in encoder, in windows of about a sentence: term gating over match signals as in DRMM
(Guo et al. 2016). Everything is computed for all candidates at once on arrays; ``retrieval.paraphrase`` weighs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from speechrag.index.codes import PLANE
from speechrag.text import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.embedding.static import StaticEncoder

    Floats = NDArray[np.floating[Any]]
    Integers = NDArray[np.int64]

# What is seen of a word of the query, such as whether it is an everyday form or stands inside one (心里话 of a passage
# tells little of 老百姓的心里话); directions of its vector follow.
GATE = ("rarity", "unseen", "single", "long", "digit", "latin", "recall", "position", "everyday", "inside", "length")
DIRECTIONS = 16
# What is seen of a word in a window: said, its characters there, the likest word; the same of the passage, and of its
# title and headings; whether an official term for an everyday word is there.
MATCH = (
    "window", "window_part", "window_soft", "passage", "passage_part", "passage_soft", "heading", "heading_soft",
    "official",
)  # fmt: skip
# What a window holds, each named by the characters of which one is there.
HELD = ("0123456789", "、", '“"', "年月日", "元万亿%", "因为由于", "一二三是")
# What is asked for.
ASKED = tuple(
    re.compile(pattern)
    for pattern in (
        "多少|几(?!乎)|多[大高长久重宽]", "哪[年天日月]|何时|时候|啥时", "谁|哪[位个]人|姓|名字|何人",
        "哪里|哪儿|在哪|何处|什么地方", "哪些|哪几|有哪|什么", "怎么|怎样|如何|咋|办法", "为什么|为何|为啥|原因",
        "吗|是否|是不是|有没有|能不能",
    )
)  # fmt: skip

HALF = 32  # characters of half a window; windows overlap by half
MOST_WORDS = 64  # words of a query that are looked for; the rest of a pasted page is left out
MOST_CHARS = 1_500  # of a passage that are looked at
_VECTOR_SCALE, _PLACE_SCALE, _CHARS_SCALE, _QUERY_SCALE = 4.0, 10.0, 400.0, 30.0  # bring numbers to about 0..1


@dataclass(frozen=True, slots=True)
class Worded:
    """A query as its words are looked for."""

    text: str  # folded
    words: tuple[str, ...]
    official: Mapping[str, Sequence[str]]  # everyday form -> official terms for it, folded
    asked: tuple[float, ...]  # which of ``ASKED``, then the length
    weights: Callable[[str], tuple[float, float, float]]  # word -> rarity 0..1, whether no passage has it, recall 0..1


@dataclass(frozen=True, slots=True)
class Met:
    """How a query is met in windows of passages."""

    gates: Floats  # [words, len(GATE) + DIRECTIONS]
    matches: Floats  # [windows, words, len(MATCH)]
    windows: Floats  # [windows, 3 + len(HELD)]
    passage: Integers  # [windows]: the number of its passage


def worded(
    text: str,
    everyday: Sequence[tuple[str, Sequence[str]]],
    weights: Callable[[str], tuple[float, float, float]],
    encoder: StaticEncoder,
) -> Worded:
    """Return a folded query with the words that are looked for; ``everyday`` are its everyday forms, a word each.

    There are no words where it is nothing but such forms: the thesaurus says them, and nothing else is to be met.
    """
    forms = [form for form, _ in everyday]
    rest = text
    for form in forms:
        rest = rest.replace(form, "\n")
    found = [*encoder.features(text), *forms] if encoder.features(rest) else []
    words = tuple(dict.fromkeys(found))[:MOST_WORDS]
    asked = tuple(float(bool(pattern.search(text))) for pattern in ASKED)
    official = {form: [fold(term) for term in terms] for form, terms in everyday}
    return Worded(text, words, official, (*asked, len(text) / _QUERY_SCALE), weights)


def meet(query: Worded, texts: Sequence[str], heads: Sequence[int], encoder: StaticEncoder) -> Met:
    """Return how ``query`` is met in ``texts``, of which the first ``heads`` characters are title and headings."""
    import numpy as np

    folded = [fold(text[:MOST_CHARS]) for text in texts]
    width = max((len(text) for text in folded), default=0) // HALF + 2  # the last of each stays empty
    grid = _Grid(len(folded), width)
    lengths = np.array([len(text) for text in folded], dtype=np.int64)
    vectors = _word_vectors(query.words, encoder)

    soft, head_soft, alike = _soft(query, folded, heads, vectors, grid, encoder)
    letters = np.frombuffer("".join(f"{text}\n" for text in folded).encode("utf-32-le"), dtype="<u4")
    rows = np.repeat(np.arange(len(folded)), lengths + 1)
    offsets = np.arange(len(letters)) - (np.cumsum(lengths + 1) - lengths - 1)[rows]
    slots = rows * width + offsets // HALF
    said, head_said = _said(query.words, letters, slots, offsets < np.asarray(heads)[rows], grid)
    part, passage_part = _parts(query.words, letters, slots, grid)
    official = np.array([_official(query, text) for text in folded], dtype=np.float32)

    used = np.flatnonzero(np.arange(width) < np.maximum(1, lengths // HALF)[:, np.newaxis])
    passage = used // width
    matches = np.stack(
        [
            grid.joined(said)[used], part[used], grid.joined(soft)[used],
            grid.best(said)[passage], passage_part[passage], grid.best(soft)[passage],
            head_said[passage], head_soft[passage], official.reshape(len(folded), -1)[passage],
        ],
        axis=2,
    )  # fmt: skip
    kinds = _kinds()[np.minimum(letters, PLANE - 1)]
    held = np.stack([grid.joined(grid.marked(slots[kinds >> bit & 1 == 1])) for bit in range(len(HELD))], axis=1)
    windows = np.column_stack(
        [alike[used], held[used], used % width / _PLACE_SCALE, lengths[passage] / _CHARS_SCALE]
    ).astype(np.float32)
    return Met(_gates(query, vectors), matches, windows, passage)


class _Grid:
    """Half windows of all passages in one row, ``width`` of each."""

    def __init__(self, passages: int, width: int) -> None:
        self.passages, self.width = passages, width

    def empty(self, words: int) -> Floats:
        import numpy as np

        return np.zeros((self.passages * self.width, words), dtype=np.float32)

    def marked(self, slots: Integers) -> Floats:
        """Return 1 for these half windows."""
        found = self.empty(1)[:, 0]
        found[slots] = 1.0
        return found

    def joined(self, halves: Floats) -> Floats:
        """Return the greater of each half window and the next: that of the window."""
        import numpy as np

        whole = halves.copy()
        np.maximum(whole[:-1], halves[1:], out=whole[:-1])
        return whole

    def best(self, halves: Floats) -> Floats:
        """Return the greatest of each passage."""
        return halves.reshape(self.passages, self.width, -1).max(axis=1)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _kinds() -> NDArray[np.uint8]:
    """Return code -> which of ``HELD`` it belongs to, one bit each."""
    import numpy as np

    table = np.zeros(PLANE, dtype=np.uint8)
    for bit, members in enumerate(HELD):
        table[_codes(members)] |= 1 << bit
    return table


def _codes(characters: str) -> list[int]:
    return [ord(char) for char in characters]


def _word_vectors(words: Sequence[str], encoder: StaticEncoder) -> Floats:
    """Return ``float32[words, dim]``: the mean unit vector of each word's tokens, zeros for an unknown one."""
    import numpy as np

    found = [held.mean(axis=0) if len(held) else np.zeros(encoder.dim) for held in encoder.word_vectors(words)]
    return np.array(found, dtype=np.float32).reshape(len(words), encoder.dim)


def _gates(query: Worded, vectors: Floats) -> Floats:
    import numpy as np

    last = max(1, len(query.words) - 1)
    rows = [
        (
            *query.weights(word)[:2], len(word) == 1, len(word) > 2, any(c.isdigit() for c in word),
            word[0].isascii(), query.weights(word)[2], place / last,
            float(word in query.official), any(word in form for form in query.official if word != form),
            np.linalg.norm(vectors[place]),
            *(_VECTOR_SCALE * vectors[place][:DIRECTIONS]),
        )
        for place, word in enumerate(query.words)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(GATE) + DIRECTIONS)


def _soft(
    query: Worded, folded: Sequence[str], heads: Sequence[int], vectors: Floats, grid: _Grid, encoder: StaticEncoder
) -> tuple[Floats, Floats, Floats]:
    """Return the cosine of each word to the likest one of half windows and of headings, and of windows to the query.

    The length of a window's vector is taken as if its words had nothing in common; to add the vectors up would take
    ten times as long.
    """
    import numpy as np

    rows, offsets, tokens = encoder.places(folded)
    order = np.argsort(rows * grid.width + offsets // HALF, kind="stable")
    rows, offsets, tokens = rows[order], offsets[order], tokens[order]
    slots = rows * grid.width + offsets // HALF
    soft, heading = grid.empty(len(query.words)), np.zeros((grid.passages, len(query.words)), dtype=np.float32)
    alike = grid.empty(1)[:, 0]
    if not len(tokens) or not len(query.words):
        return soft, heading, alike
    kinds, which = np.unique(tokens, return_inverse=True)
    held, lengths = encoder.rows(kinds)
    cosines = ((held @ vectors.T) / lengths[:, np.newaxis])[which]
    whole = encoder.encode_queries([query.text])[0]
    first = np.flatnonzero(np.r_[True, slots[1:] != slots[:-1]])
    soft[slots[first]] = np.maximum.reduceat(cosines, first, axis=0)
    inside = np.flatnonzero(offsets < np.asarray(heads)[rows])
    if len(inside):
        begins = np.flatnonzero(np.r_[True, np.diff(rows[inside]) != 0])
        heading[rows[inside[begins]]] = np.maximum.reduceat(cosines[inside], begins, axis=0)
    told, square = grid.empty(1)[:, 0], grid.empty(1)[:, 0]
    told[slots[first]] = np.add.reduceat((held @ whole)[which], first)
    square[slots[first]] = np.add.reduceat((lengths**2)[which], first)
    told[:-1] += told[1:]
    square[:-1] += square[1:]
    return soft, heading, told / np.sqrt(np.maximum(square, np.float32(1e-9)))


def _said(
    words: Sequence[str], letters: NDArray[np.uint32], slots: Integers, ahead: NDArray[np.bool_], grid: _Grid
) -> tuple[Floats, Floats]:
    """Return 1 where half windows, and where headings, have a word as it is; ``ahead`` are letters of headings."""
    import numpy as np

    said, heading = grid.empty(len(words)), np.zeros((grid.passages, len(words)), dtype=np.float32)
    for number, word in enumerate(words):
        at = np.flatnonzero(letters[: len(letters) - len(word) + 1] == ord(word[0]))
        for place, char in enumerate(word[1:], 1):
            at = at[letters[at + place] == ord(char)]
        said[slots[at], number] = 1.0
        heading[slots[at[ahead[at]]] // grid.width, number] = 1.0
    return said, heading


def _parts(words: Sequence[str], letters: NDArray[np.uint32], slots: Integers, grid: _Grid) -> tuple[Floats, Floats]:
    """Return the share of each word's characters that windows, and whole passages, have."""
    import numpy as np

    characters = list(dict.fromkeys("".join(words)))
    number = {char: at for at, char in enumerate(characters)}
    shares = np.zeros((len(characters), len(words)), dtype=np.float32)
    for column, word in enumerate(words):
        for char in word:
            shares[number[char], column] += 1 / len(word)
    codes = np.array(_codes("".join(characters)), dtype=np.uint32)
    order = np.argsort(codes)
    place = np.minimum(np.searchsorted(codes[order], letters), max(len(codes) - 1, 0))
    there = codes[order][place] == letters if len(codes) else np.zeros(len(letters), dtype=bool)
    held = grid.empty(len(characters))
    held[slots[there], order[place[there]]] = 1.0
    return grid.joined(held) @ shares, grid.best(held) @ shares


def _official(query: Worded, text: str) -> tuple[float, ...]:
    return tuple(float(any(term in text for term in query.official.get(word, ()))) for word in query.words)
