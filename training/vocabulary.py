"""The tokens of the built-in encoder: frequent words, all characters seen, frequent Latin and digit runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from speechrag.text import HAN

CHUNK = 400  # a word counts once in so many characters
WORDS = 60_000
RUNS = 2_500
LONGEST = 8
RAREST_CHARACTER = 3
SPECIAL = ("[PAD]", "[UNK]")
_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?", re.ASCII)
_WORD = re.compile(f"[{HAN}〇]{{1,{LONGEST}}}")


def choose(texts: Iterable[str]) -> list[str]:
    """Return the vocabulary: special tokens, then characters, words and runs, the most frequent first."""
    import rjieba

    segmenter = rjieba.Jieba()
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for text in texts:
        for start in range(0, len(text), CHUNK):
            chunk = text[start : start + CHUNK]
            words.update(word for word in set(segmenter.cut(chunk)) if len(word) > 1 and _WORD.fullmatch(word))
            characters.update(char for char in set(chunk) if _WORD.fullmatch(char))
            runs.update({run for run in _RUN.findall(chunk) if len(run) <= 12})
    frequent = [char for char in _ranked(characters) if characters[char] >= RAREST_CHARACTER]
    return [*SPECIAL, *frequent, *_ranked(words)[:WORDS], *_ranked(runs)[:RUNS]]


def _ranked(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda item: (-counts[item], item))
