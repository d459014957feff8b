"""Training examples as token numbers: sentences of running text, question-passage pairs, everyday-official pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speechrag.embedding.grams import GramTable

Ids = NDArray[np.int64]
Example = tuple[Ids, Ids]  # tokens of the question, tokens of the passage

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]?[”’」』）)]*")
SHORTEST, LONGEST = 6, 200  # characters of a sentence
DOCUMENT = 20_000  # characters read of one document
PASSAGE = (150, 420)  # characters of a passage made of neighbouring sentences


@dataclass(frozen=True)
class Bags:
    """Texts as bags of tokens: text ``i`` is ``ids[starts[i]:starts[i + 1]]``."""

    ids: Ids
    starts: Ids

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Ids:
        return self.ids[self.starts[row] : self.starts[row + 1]]

    def matrix(self, size: int) -> Any:
        """Return the bags as a sparse matrix of zeros and ones, ``float32[len(self), size]``."""
        return matrix([self.ids], self.starts, size)


def matrix(rows: Sequence[Ids], starts: Any, size: int) -> Any:
    """Return a sparse ``float32[len(starts) - 1, size]`` with a one for every token of every row."""
    from scipy.sparse import csr_matrix

    ids = np.concatenate(rows)
    return csr_matrix((np.ones(len(ids), dtype=np.float32), ids, starts), shape=(len(starts) - 1, size))


def stacked(rows: Sequence[Ids], size: int) -> Any:
    """The same for rows given one by one."""
    return matrix(rows, np.cumsum([0, *(len(row) for row in rows)]), size)


def bags(texts: Sequence[str], table: GramTable, block: int = 2_000) -> Bags:
    """Return the tokens of every text, each once: repeats would let the topic word of a passage outshout the rest."""
    ids, starts = [np.zeros(0, dtype=np.int64)], [np.zeros(1, dtype=np.int64)]
    for first in range(0, len(texts), block):
        found, bounds = table.find(texts[first : first + block], distinct=True)
        ids.append(found)
        starts.append(bounds[1:] + starts[-1][-1])
    return Bags(np.concatenate(ids), np.concatenate(starts))


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

    def cloze(self, count: int, rng: np.random.Generator) -> list[Example]:
        """Return (a sentence, its neighbours without it): inverse cloze (Lee et al. 2019, arXiv:1906.00300)."""
        found: list[Example] = []
        while len(found) < count:
            at = int(rng.integers(len(self.bags)))
            low, high = self._window(at, rng)
            before = self.bags.ids[self.bags.starts[low] : self.bags.starts[at]]
            after = self.bags.ids[self.bags.starts[at + 1] : self.bags.starts[high + 1]]
            rest = np.unique(np.concatenate([before, after]))
            if len(self.bags[at]) >= 6 and len(rest) >= 20:
                found.append((self.bags[at], rest))
        return found

    def _window(self, at: int, rng: np.random.Generator) -> tuple[int, int]:
        """Return the first and last sentence of a passage of random length around sentence ``at``."""
        wanted, leaning = int(rng.integers(*PASSAGE)), rng.random()
        low = high = at
        total = int(self.length[at])
        owner = self.document[at]
        while total < wanted:
            left = low > 0 and self.document[low - 1] == owner
            right = high + 1 < len(self.document) and self.document[high + 1] == owner
            if not left and not right:
                break
            if left and (not right or rng.random() < leaning):
                low -= 1
                total += int(self.length[low])
            else:
                high += 1
                total += int(self.length[high])
        return low, high
