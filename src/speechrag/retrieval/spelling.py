"""Slips of the input method: a character typed for another that sounds alike (提按 for 提案, 社请民意 for 社情民意).

The corpus itself is the dictionary: a character is doubted when none of the pairs it forms with its neighbours is
common in written Chinese, or nearly as common in the index as those of another character that sounds alike. Two common
characters meet by chance, so a pair is believed only where it is held more often than chance would have it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from speechrag.text import is_han

READINGS = Path(__file__).resolve().parent.parent / "data" / "readings.tsv"
RARE = 1 / 100  # a typed pair this much rarer than the mended one may be a slip that others made too
MIN_HOLDERS = 2  # passages a mended pair must occur in
# How often a mended pair must occur beside what chance would give (its lift): passages are long, so even words that
# belong together stay below 1. Less will do where the other neighbour fits as well.
LIFT, LIFT_OF_TWO = 0.15, 0.05
MAX_CHARS = 60  # a longer query is pasted text, not typing
MAX_MENDED = 3
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))

Frequency = Callable[[str], float]  # character or pair -> number of passages that hold it


def sound(syllable: str) -> str:
    """Return what is left of a toneless syllable when the pairs that many speakers do not tell apart are made one.

    >>> sound("zheng"), sound("jing")
    ('zen', 'jin')
    """
    for long, short in _ALIKE:
        syllable = syllable.replace(long, short)
    return syllable


@lru_cache(maxsize=1)
def sounding_alike() -> Mapping[str, str]:
    """Return character -> the characters that sound like it, itself left out; from ``data/readings.tsv``."""
    groups: dict[str, dict[str, None]] = {}
    sounds: dict[str, list[str]] = {}
    for line in READINGS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            syllable, _, members = line.partition("\t")
            groups.setdefault(sound(syllable), {}).update(dict.fromkeys(members))
            for member in members:
                sounds.setdefault(member, []).append(sound(syllable))
    return {
        char: "".join(dict.fromkeys(other for key in keys for other in groups[key] if other != char))
        for char, keys in sounds.items()
    }


def mend(text: str, frequency: Frequency, common: Callable[[str], bool], passages: int) -> str:
    """Return ``text`` (folded) with its slips mended, or ``text`` itself where none was found.

    ``frequency`` tells in how many of the index's ``passages`` a character or pair occurs, ``common`` whether a pair is
    common in Chinese at large.
    """
    if len(text) > MAX_CHARS:
        return text
    mended, changes = list(text), 0
    for at, char in enumerate(text):
        if changes < MAX_MENDED and is_han(char):
            better = _better(mended, at, frequency, common, passages)
            changes += better != char
            mended[at] = better
    return "".join(mended)


def _better(chars: list[str], at: int, frequency: Frequency, common: Callable[[str], bool], passages: int) -> str:
    before = chars[at - 1] if at and is_han(chars[at - 1]) else ""
    behind = chars[at + 1] if at + 1 < len(chars) and is_han(chars[at + 1]) else ""
    pairs = [pair for pair in (before and before + chars[at], behind and chars[at] + behind) if pair]
    if not pairs or any(common(pair) for pair in pairs):
        return chars[at]
    typed = max(frequency(pair) for pair in pairs)
    best, best_score = chars[at], 0.0
    for other in sounding_alike().get(chars[at], ""):
        left = frequency(before + other) if before else 0.0
        right = frequency(other + behind) if behind else 0.0
        if max(left, right) < MIN_HOLDERS or typed > RARE * max(left, right):
            continue
        score = math.log1p(left) + math.log1p(right)
        if score > best_score and _believed(before, other, behind, (left, right), frequency, passages):
            best, best_score = other, score
    return best


def _believed(
    before: str, other: str, behind: str, held: tuple[float, float], frequency: Frequency, passages: int
) -> bool:
    """Tell whether ``other`` forms a pair with a neighbour that chance alone would not bring about so often."""
    neighbours = [(frequency(char), count) for char, count in zip((before, behind), held, strict=True) if count]
    lift = max(count * passages / max(1.0, alone * frequency(other)) for alone, count in neighbours)
    return lift > (LIFT_OF_TWO if len(neighbours) == 2 else LIFT)
