"""How plausible a stretch of simplified Chinese is, from a word list and from the document itself.

Used only to choose between readings that are all proved to give the damaged text, where a byte is truly lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import log
from typing import Any

_SMOOTHING = 40.0
_OWN_WEIGHT = 20.0  # of a pair in the document against one in the general counts
_GENERAL_CHARS = 10_000.0  # of official prose at large weigh in beside those of the document
# Words and runs see the same characters, so neither counts in full; fitted on readings of damaged texts.
_WORDS_WEIGHT = 0.75
_RUNS_WEIGHT = 0.4
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
    "？": 0.002,
    "！": 0.002,
    "（": 0.002,
    "）": 0.002,
}
# Marks that never follow each other in print, and those that no paragraph ends with.
_CLASHING = re.compile("[。，、；：？！][。，、；：？！]|[，、“《（]\n")
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


@lru_cache(maxsize=1 << 15)
def _general_share(char: str) -> float:
    """Return the share of a character in official prose; never zero."""
    return (_general_counts().get(char, 0.0) + 0.5) / _general_total()


@lru_cache(maxsize=1)
def _general_total() -> float:
    return sum(count for run, count in _general_counts().items() if len(run) == 1) + 1.0


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
        self._total = len(simplified) + _GENERAL_CHARS

    def frequency(self, char: str) -> float:
        """Return how common a character or run is, in the document and at large."""
        return _general_counts().get(char, 0.0) + _OWN_WEIGHT * self._own[char]

    def score(self, text: str) -> float:
        """Return the log-probability of ``text`` (nats, higher is better).

        Meant for comparing readings of the same place.
        """
        return self.scores(text, [""], "")[0]

    def scores(self, before: str, variants: Sequence[str], after: str) -> list[float]:
        """Return the score of ``before + variant + after`` for each variant; what they share is weighed once."""
        plain = self._plain_scores(before, variants, after)
        texts = (before + variant + after for variant in variants)
        clashes = (len(_CLASHING.findall(text)) + _unbalanced(text) for text in texts)
        return [score - _CLASH * count for score, count in zip(plain, clashes, strict=True)]

    def plain_score(self, text: str) -> float:
        """Return the score without regard to marks that do not go together."""
        return self._plain_scores(text, [""], "")[0]

    def _plain_scores(self, before: str, variants: Sequence[str], after: str) -> list[float]:
        shared = self._runs(before, 1, len(before)) + self._runs(after, 2, len(after))
        words = _Segmentation(before, after)
        found: list[float] = []
        for variant in variants:
            text = before + variant + after
            runs = self._runs(text, len(before), min(len(text), len(before) + len(variant) + 2))
            found.append(_WORDS_WEIGHT * words.score(variant) + _RUNS_WEIGHT * (runs + shared))
        return found

    def _runs(self, text: str, start: int, end: int) -> float:
        """Interpolated log-probability of each character of ``text[start:end]`` given the two before it."""
        score = 0.0
        for i in range(max(1, start), end):
            char, pair = text[i], text[i - 1 : i + 1]
            single = (self._own[char] + _GENERAL_CHARS * _general_share(char)) / self._total
            double = (self.frequency(pair) + _SMOOTHING * single) / (self.frequency(pair[0]) + _SMOOTHING)
            if i == 1:
                score += log(double)
                continue
            context = text[i - 2 : i]
            triple = self.frequency(context + char) + _SMOOTHING * double
            score += log(triple / (self.frequency(context) + _SMOOTHING))
        return score


class _Segmentation:
    """The likeliest way to cut ``before + variant + after`` into words, for one variant after another."""

    def __init__(self, before: str, after: str) -> None:
        self._before = before
        self._after = after
        self._left = _forward(before, [0.0])
        # Of what follows a place in ``after``: the same, read backwards.
        self._right = [0.0] * (len(after) + 1)
        for start in range(len(after) - 1, -1, -1):
            ends = range(start + 1, min(len(after), start + _LONGEST_WORD) + 1)
            self._right[start] = max(_word(after[start:end]) + self._right[end] for end in ends)

    def score(self, variant: str) -> float:
        """Return the log-probability of the likeliest words."""
        reach = min(len(self._after), _LONGEST_WORD)
        best = _forward(self._before + variant + self._after[:reach], self._left)
        middle = len(self._before) + len(variant)
        return max(best[middle + e] + self._right[e] for e in range(reach + 1))


def _forward(text: str, known: Sequence[float]) -> list[float]:
    """Return for each place of ``text`` the log-probability of the likeliest words up to it; ``known`` is a start."""
    best = list(known)
    for end in range(len(known), len(text) + 1):
        starts = range(max(0, end - _LONGEST_WORD), end)
        best.append(max(best[start] + _word(text[start:end]) for start in starts))
    return best


@lru_cache(maxsize=1 << 17)
def _word(word: str) -> float:
    """Return the log-probability of a word; a single character always is one."""
    if word in _MARK_SHARES:
        return log(_MARK_SHARES[word])
    words, total = _dictionary()
    frequency = words.get(word, 0)
    return log(frequency or 1) - total if frequency or len(word) == 1 else float("-inf")
