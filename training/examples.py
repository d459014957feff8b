"""Training examples as token numbers: sentences of running text, question-passage pairs, everyday-official pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.embedding.grams import GramTable

Ids = NDArray[np.int64]

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?[”’」』）)]*")
SHORTEST, LONGEST = 6, 200  # characters of a sentence
DOCUMENT = 20_000  # characters read of one document
PASSAGE = (150, 420)  # characters of a passage made of neighbouring sentences
LEAST = (6, 20)  # tokens of a cloze question and of its passage
_TOKEN_BITS = 20  # as in speechrag.embedding.grams


@dataclass(frozen=True)
class Bags:
    """Texts as bags of tokens: text ``i`` is ``ids[starts[i]:starts[i + 1]]``, as a rule each once and ascending."""

    ids: Ids
    starts: Ids

    @classmethod
    def of(cls, rows: Ids, ids: Ids, count: int) -> Bags:
        """Return ``count`` texts: text ``rows[k]`` holds token ``ids[k]``, each token once, ascending."""
        keys = np.sort(rows << _TOKEN_BITS | ids)  # np.unique hashes, which is slower here
        if len(keys):
            keys = keys[np.r_[True, keys[1:] != keys[:-1]]]
        return cls(keys & ((1 << _TOKEN_BITS) - 1), np.searchsorted(keys >> _TOKEN_BITS, np.arange(count + 1)))

    @classmethod
    def joined(cls, parts: Sequence[Bags]) -> Bags:
        """Return the texts of all ``parts``, one part behind the other."""
        sizes = np.concatenate([np.diff(part.starts) for part in parts])
        return cls(np.concatenate([part.ids for part in parts]), np.r_[0, np.cumsum(sizes)])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Ids:
        return self.ids[self.starts[row] : self.starts[row + 1]]

    @property
    def rows(self) -> Ids:
        """The text that each of ``ids`` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def take(self, chosen: Ids) -> Bags:
        """Return the texts ``chosen``, in that order."""
        return self.runs(chosen, chosen + 1)

    def runs(self, first: Ids, stop: Ids) -> Bags:
        """Return texts made of the texts ``first[i]`` to ``stop[i] - 1`` of this, repeats and all."""
        begin, sizes = self.starts[first], self.starts[stop] - self.starts[first]
        starts = np.r_[0, np.cumsum(sizes)]
        places = np.arange(starts[-1]) + np.repeat(begin - starts[:-1], sizes)
        return Bags(self.ids[places], starts)

    def where(self, kept: NDArray[np.bool_]) -> Bags:
        """Return the texts with only those of ``ids`` that are ``kept``."""
        return Bags(self.ids[kept], np.r_[0, np.cumsum(kept)][self.starts])

    def matrix(self, size: int) -> Any:
        """Return the bags as a sparse matrix of ones, ``float32[len(self), size]``."""
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self.ids), dtype=np.float32)
        return csr_matrix((ones, self.ids, self.starts), shape=(len(self), size))


Batch = tuple[Bags, Bags]  # questions, and a passage for each


def united(parts: Sequence[Bags]) -> Bags:
    """Return texts that hold the tokens of the texts of the same number in all ``parts``, each once."""
    rows = np.concatenate([part.rows for part in parts])
    return Bags.of(rows, np.concatenate([part.ids for part in parts]), len(parts[0]))


def bags(texts: Sequence[str], table: GramTable, block: int = 2_000) -> Bags:
    """Return the tokens of every text, each once: repeats would let the topic word of a passage outshout the rest."""
    found = [Bags(np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64))]
    for first in range(0, len(texts), block):
        found.append(Bags(*table.find(texts[first : first + block], distinct=True)))
    return Bags.joined(found)


@dataclass(frozen=True)
class Sentences:
    """The sentences of all corpora, in order; ``document`` and ``length`` (characters) run beside them."""

    bags: Bags
    document: Ids
    length: Ids

    @classmethod
    def of(cls, documents: Iterable[str], table: GramTable) -> Sentences:
        texts, owner = [], []
        for number, document in enumerate(documents):
            found = (match.strip() for match in _SENTENCE.findall(document[:DOCUMENT]))
            kept = [sentence[:LONGEST] for sentence in found if len(sentence) >= SHORTEST]
            texts.extend(kept)
            owner.extend([number] * len(kept))
        return cls(bags(texts, table), np.array(owner), np.array([len(text) for text in texts]))

    @cached_property
    def _begin(self) -> Ids:
        """Characters before each sentence, and all of them."""
        return np.concatenate([[0], np.cumsum(self.length)])

    def cloze(self, count: int, rng: np.random.Generator) -> Batch:
        """Return (a sentence, its neighbours without it): inverse cloze (Lee et al. 2019, arXiv:1906.00300)."""
        chosen = np.zeros((3, 0), dtype=np.int64)
        while chosen.shape[1] < count:
            at = rng.integers(len(self.bags), size=2 * count)
            low, high = self._window(at, rng)
            begin = self.bags.starts
            own = begin[at + 1] - begin[at]
            usable = (own >= LEAST[0]) & (begin[high + 1] - begin[low] - own >= LEAST[1])
            chosen = np.concatenate([chosen, np.array([at, low, high])[:, usable]], axis=1)
        at, low, high = chosen[:, :count]
        return self.bags.take(at), united([self.bags.runs(low, at), self.bags.runs(at + 1, high + 1)])

    def _window(self, at: Ids, rng: np.random.Generator) -> tuple[Ids, Ids]:
        """Return the first and last sentence of a passage of random length around each sentence ``at``."""
        begin = self._begin
        first = np.searchsorted(self.document, self.document[at], side="left")
        last = np.searchsorted(self.document, self.document[at], side="right") - 1
        wanted = rng.integers(*PASSAGE, size=len(at))
        spare = np.maximum(wanted - self.length[at], 0)
        start = np.maximum(begin[at] - rng.random(len(at)) * spare, begin[first])
        stop = np.minimum(start + wanted, begin[last + 1])
        start = np.maximum(np.minimum(start, stop - wanted), begin[first])
        low = np.clip(np.searchsorted(begin, start, side="right") - 1, first, at)
        return low, np.clip(np.searchsorted(begin, stop, side="left") - 1, at, last)
