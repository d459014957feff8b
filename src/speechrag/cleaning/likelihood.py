"""How plausible a stretch of simplified Chinese is, from a word list and from the document itself.

Used only to choose between readings that are all proved to give the damaged text, where a byte is truly lost.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import log
from typing import Any

_SMOOTHING = 4.0
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


@lru_cache(maxsize=1)
def _word_pairs() -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Return how often characters follow each other inside the words of the dictionary."""
    words, _ = _dictionary()
    pairs: Counter[tuple[str, str]] = Counter()
    firsts: Counter[str] = Counter()
    for word, frequency in words.items():
        for left, right in zip(word, word[1:], strict=False):
            pairs[left, right] += frequency
            firsts[left] += frequency
    return pairs, firsts


def _follows(left: str, right: str) -> float:
    pairs, firsts = _word_pairs()
    return pairs[left, right] / (firsts[left] + 1)


def _unbalanced(text: str) -> int:
    """Count the quotation marks that open twice or close what was not opened; the text may start inside a quotation."""
    marks = [char == "“" for char in text if char in "“”"]
    return sum(left == right for left, right in zip(marks, marks[1:], strict=False))


class Likelihood:
    """Log-probability of a short text: best segmentation into dictionary words, and the document's own bigrams."""

    def __init__(self, simplified: str) -> None:
        self._pairs = Counter(zip(simplified, simplified[1:], strict=False))
        self._singles = Counter(simplified)
        self._total = len(simplified) + 1

    def frequency(self, char: str) -> float:
        """Return how common ``char`` is, in the document and in the dictionary; only the order matters."""
        words, _ = _dictionary()
        return self._singles[char] * 1000 + words.get(char, 0)

    def score(self, text: str) -> float:
        """Return the log-probability of ``text`` (nats, higher is better)."""
        clashes = len(_CLASHING.findall(text)) + _unbalanced(text)
        return self._words(text) + self._bigrams(text) - _CLASH * clashes

    def _bigrams(self, text: str) -> float:
        score = 0.0
        for left, right in zip(text, text[1:], strict=False):
            prior = (self._singles[right] + 0.5) / self._total + _follows(left, right)
            score += log((self._pairs[left, right] + _SMOOTHING * prior) / (self._singles[left] + _SMOOTHING))
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
