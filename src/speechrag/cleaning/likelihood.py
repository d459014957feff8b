"""How plausible a stretch of simplified Chinese is, from a word list and from the document itself.

Used only to choose between readings that are all proved to give the damaged text, where a byte is truly lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import log
from typing import Any

_SMOOTHING = 40.0
_OWN_WEIGHT = 20.0  # of a pair in the document against one in the general counts
_EVIDENCE = (
    0.75  # words and runs see the same characters: their sum would count the evidence twice, their mean too little
)
_LONGEST_WORD = 8
# Share of the words and marks of official prose that are this mark; a word list has no marks.
_MARK_SHARES = {
    "，": 0.08,
    "、": 0.04,
    "。": 0.04,
    "；": 0.006,
    "“": 0.006,
    "”": 0.006,
    "：": 0.003,
    "《": 0.002,
    "》": 0.002,
}
# Marks that never follow each other in print.
_CLASHING = re.compile("[。，、；：？！][。，、；：？！]")
_CLASH = 8.0


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, int], float]:
    from speechrag.text import segmenter

    tokenizer: Any = segmenter("jieba")
    frequencies: dict[str, int] = tokenizer._tokenizer.FREQ
    return frequencies, log(tokenizer._tokenizer.total)


def _levels(run: str) -> Iterator[tuple[str, float]]:
    """Yield the characters of a line of a count table with their counts."""
    count = 0.0
    for char in run:
        if char.isascii():
            count = 2.0 ** (int(char, 36) / 2)
        else:
            yield char, count


def _rows(name: str) -> Iterator[list[str]]:
    table = (files("speechrag") / "data" / name).read_text(encoding="utf-8")
    return (line.split(" ") for line in table.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=1)
def _general_counts() -> dict[str, float]:
    """Return how often characters, pairs and telling triples occur in official prose."""
    counts: dict[str, float] = {}
    for first, total, run in _rows("cleaning_pairs.txt"):
        counts[first] = float(total)
        counts.update((first + char, count) for char, count in _levels(run))
    for pair, run in _rows("cleaning_triples.txt"):
        counts.update((pair + char, count) for char, count in _levels(run))
    return counts


def _unbalanced(text: str) -> int:
    """Count the quotation marks that open twice or close what was not opened; the text may start inside a quotation."""
    marks = [char == "“" for char in text if char in "“”"]
    return sum(left == right for left, right in pairwise(marks))


class Likelihood:
    """Log-probability of a short text: best segmentation into dictionary words, and runs of two and three characters.

    The runs are counted in official prose at large and, weighing more, in the document itself.
    """

    def __init__(self, simplified: str) -> None:
        self._own = Counter(simplified)
        self._own.update(map("".join, pairwise(simplified)))
        self._own.update(map("".join, zip(simplified, simplified[1:], simplified[2:], strict=False)))
        self._total = len(simplified) + 1

    def frequency(self, char: str) -> float:
        """Return how common a character or run is, in the document and at large."""
        return _general_counts().get(char, 0.0) + _OWN_WEIGHT * self._own[char]

    def score(self, text: str) -> float:
        """Return the log-probability of ``text`` (nats, higher is better).

        Meant for comparing readings of the same place.
        """
        clashes = len(_CLASHING.findall(text)) + _unbalanced(text)
        return self.plain_score(text) - _CLASH * clashes

    def plain_score(self, text: str) -> float:
        """Return the same without regard to marks that do not go together."""
        return _EVIDENCE * (self._words(text) + self._runs(text))

    def _runs(self, text: str) -> float:
        """Interpolated probability of each character given the two before it."""
        score = 0.0
        for i in range(1, len(text)):
            char, pair = text[i], text[i - 1 : i + 1]
            single = (self._own[char] + 0.5) / self._total
            double = (self.frequency(pair) + _SMOOTHING * single) / (self.frequency(pair[0]) + _SMOOTHING)
            if i == 1:
                score += log(double)
                continue
            context = text[i - 2 : i]
            triple = self.frequency(context + char) + _SMOOTHING * double
            score += log(triple / (self.frequency(context) + _SMOOTHING))
        return score

    def _words(self, text: str) -> float:
        words, total = _dictionary()
        best = [0.0] + [float("-inf")] * len(text)
        for start in range(len(text)):
            for end in range(start + 1, min(len(text), start + _LONGEST_WORD) + 1):
                word = text[start:end]
                frequency = words.get(word, 0)
                if word in _MARK_SHARES:
                    best[end] = max(best[end], best[start] + log(_MARK_SHARES[word]))
                elif frequency or end == start + 1:
                    best[end] = max(best[end], best[start] + log(frequency or 1) - total)
        return best[-1]
