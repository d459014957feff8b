"""How long a draft is, counted as its clean Word file would be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.records import Outline, OutlinePoint
from speechrag.text import numerals
from speechrag.writing.outlines import compose

_WHITE = re.compile(r"\s+")


def characters(text: str) -> int:
    """Return the characters of ``text``, punctuation with them; white space and open slots are none.

    >>> characters("同志们： 今年 我县 【待补：单位】 新建 3 所学校。")
    15
    """
    return len(_WHITE.sub("", compose.SLOT.sub("", text)))


def draft_characters(outline: Outline) -> int:
    """Return the characters of the whole speech: title, salutation, opening, points with their numbers, closing."""
    frame = (*outline.titles[:1], outline.salutation, outline.opening, outline.closing)
    return sum(map(characters, frame)) + sum(part_characters(outline))


def part_characters(outline: Outline) -> tuple[int, ...]:
    """Return the characters of each main part with all below it."""
    return tuple(_row([point], 1, first) for first, point in enumerate(outline.points, 1))


def _row(points: Sequence[OutlinePoint], level: int, first: int = 1) -> int:
    return sum(
        characters(f"{numerals(level, ordinal)}{point.heading}\n{compose.told(point)}") + _row(point.points, level + 1)
        for ordinal, point in enumerate(points, first)
    )
