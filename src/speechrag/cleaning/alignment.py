"""The map between a text as received and its cleaned form, and the two directions of applying repairs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from speechrag.records import Repair


def apply(original: str, repairs: Sequence[Repair]) -> str:
    """Return ``original`` with each repair's ``after`` in the place of its ``before``."""
    pieces: list[str] = []
    position = 0
    for repair in repairs:
        pieces.append(original[position : repair.start])
        pieces.append(repair.after)
        position = repair.end
    pieces.append(original[position:])
    return "".join(pieces)


def restore(clean_text: str, repairs: Sequence[Repair]) -> str:
    """Return the text as received: each repair's ``before`` written back over its ``after``."""
    pieces: list[str] = []
    position = 0  # in clean_text
    done = 0  # in the original
    for repair in repairs:
        untouched = repair.start - done
        pieces.append(clean_text[position : position + untouched])
        pieces.append(repair.before)
        position += untouched + len(repair.after)
        done = repair.end
    pieces.append(clean_text[position:])
    return "".join(pieces)


class Alignment:
    """Maps spans between the original and the cleaned text; every look-up is two bisections.

    A span of one layer maps to the smallest span of the other that holds the same characters. Inside a repair that
    keeps the length, characters correspond one to one; inside any other repair the whole of it is taken.
    """

    def __init__(self, original_length: int, repairs: Sequence[Repair]) -> None:
        self._original_starts = [repair.start for repair in repairs]
        self._original_ends = [repair.end for repair in repairs]
        self._clean_starts: list[int] = []
        self._clean_ends: list[int] = []
        growth = 0
        for repair in repairs:
            start = repair.start + growth
            self._clean_starts.append(start)
            self._clean_ends.append(start + len(repair.after))
            growth += len(repair.after) - len(repair.before)
        self.original_length = original_length
        self.clean_length = original_length + growth

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that ``clean_text[start:end]`` was made from.

        Text deleted at the edges of the span is left out; an empty span gives an empty span.
        """
        _check(start, end, self.clean_length)
        here = (self._clean_starts, self._clean_ends)
        there = (self._original_starts, self._original_ends)
        return _map_span(start, end, here, there)

    def clean_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the cleaned text that ``original[start:end]`` became; empty where it was deleted."""
        _check(start, end, self.original_length)
        here = (self._original_starts, self._original_ends)
        there = (self._clean_starts, self._clean_ends)
        return _map_span(start, end, here, there)


_Layer = tuple[list[int], list[int]]


def _check(start: int, end: int, length: int) -> None:
    if not 0 <= start <= end <= length:
        raise ValueError(f"span {start}:{end} is not inside a text of {length} characters")


def _map_span(start: int, end: int, here: _Layer, there: _Layer) -> tuple[int, int]:
    if start == end:
        point = _map_character(start, here, there)[0]
        return point, point
    left = _map_character(start, here, there)[0]
    right = _map_character(end - 1, here, there)[1]
    return left, max(left, right)


def _map_character(position: int, here: _Layer, there: _Layer) -> tuple[int, int]:
    """Return the span in ``there`` of the character at ``position`` in ``here``."""
    index = bisect_right(here[0], position) - 1
    if index < 0:
        return position, position + 1
    if position >= here[1][index]:
        moved = there[1][index] + position - here[1][index]
        return moved, moved + 1
    offset = position - here[0][index]
    first, last = there[0][index], there[1][index]
    if last - first == here[1][index] - here[0][index]:
        return first + offset, first + offset + 1
    return first, last
