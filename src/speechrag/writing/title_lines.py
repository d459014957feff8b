"""A title over more lines than one, broken by meaning: words whole, lines of like length, brackets closed.

GB/T 9704-2012 asks that a title of several lines break by meaning and be set in balance; a program that fills its lines
leaves a last character alone.
"""

from __future__ import annotations

import re
import unicodedata

from speechrag.text import segmenter

_SPACES = re.compile(r"[ \u3000]+")
_CLINGING = frozenset("的了和与及暨上中下会》】）”、，。：；？！")  # never begins a line
_OPENING, _CLOSING = "《【（“", "》】）”"
_AT_SPACE = 6.0  # characters of imbalance worth accepting to break where the title itself has a space


def title_lines(title: str, width: int) -> list[str]:
    """Return ``title`` in as few lines of at most ``width`` characters as it needs, Latin letters counted half.

    A title that cannot be broken so, as one long word, stays whole: the program that sets it breaks it.
    """
    rest, lines = title.strip(), []
    while (length := _length(rest)) > width:
        at = _cut(rest, length / -(-length // width), width)
        if not at:
            break
        lines.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*lines, rest]


def _length(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def _cut(text: str, wanted: float, width: int) -> int:
    """Return where to break so that the first line comes closest to ``wanted`` characters; 0 where nowhere."""
    inside = _inside(text)
    found = [
        (abs(_length(text[:at].strip()) - wanted) - (_AT_SPACE if _SPACES.match(text, at) else 0.0), at)
        for at in range(2, len(text) - 1)
        if at not in inside and text[at] not in _CLINGING and _length(text[:at].strip()) <= width
    ]
    return min(found)[1] if found else 0


def _inside(text: str) -> set[int]:
    """Return the places within a word or within brackets."""
    places: set[int] = set()
    for word in {word for word in segmenter("jieba").cut(text) if len(word) > 1}:
        for match in re.finditer(re.escape(word), text):
            places.update(range(match.start() + 1, match.end()))
    depth = 0
    for at, char in enumerate(text):
        if depth:
            places.add(at)
        depth = max(0, depth + (char in _OPENING) - (char in _CLOSING))
    return places
