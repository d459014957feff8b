"""The texts of an index in one flat file of UTF-16 code units: each text once, and any span of it without the rest.

Two bytes a character of Chinese where UTF-8 takes three, and a passage is found by its place, with no look-up.
"""

from __future__ import annotations

import mmap
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from speechrag.errors import IndexDamaged

UNIT = 2  # bytes
_ENCODING = "utf-16-le"


class Span(NamedTuple):
    """A stretch of the file, in code units."""

    at: int
    units: int


class Placed:
    """A text that stands in the file from the unit ``at`` on, by itself or as part of another one."""

    def __init__(self, text: str, at: int, *, wide: bool) -> None:
        self.text = text
        self._at = at
        # Where each character begins, in a text with characters that take two units: few texts have any.
        self._offsets = [0, *accumulate(1 + (c > "\uffff") for c in text)] if wide else None

    def span(self, start: int, end: int) -> Span:
        """Return where ``text[start:end]`` stands."""
        if self._offsets is not None:
            start, end = self._offsets[start], self._offsets[end]
        return Span(self._at + start, end - start)

    @property
    def whole(self) -> Span:
        """Where all of the text stands."""
        return self.span(0, len(self.text))

    def part(self, text: str, start: int) -> Placed | None:
        """Return ``text`` as the part of this one that begins at ``start``, None where it is none."""
        if not self.text.startswith(text, start):
            return None
        return Placed(text, self.span(start, start).at, wide=self._offsets is not None)


class FlatWriter:
    """Appends texts to a new file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._end = 0

    def add(self, text: str) -> Placed:
        """Write ``text``; return where it stands."""
        units = text.encode(_ENCODING)
        self._file.write(units)
        placed = Placed(text, self._end, wide=len(units) != UNIT * len(text))
        self._end += len(units) // UNIT
        return placed

    def read(self, at: int, units: int) -> str:
        """Return what was written there."""
        self._file.seek(UNIT * at)
        found = self._file.read(UNIT * units)
        self._file.seek(0, 2)
        return found.decode(_ENCODING)

    def close(self) -> None:
        self._file.close()


class FlatReader:
    """Reads a finished file, from any thread, also when its name is gone. Raises IndexDamaged where it is none."""

    def __init__(self, path: Path) -> None:
        self._view = mapped(path)

    def read(self, at: int, units: int) -> str:
        """Return what stands there."""
        return str(self._view[UNIT * at : UNIT * (at + units)], _ENCODING)


def mapped(path: Path) -> memoryview:
    """Return the bytes of a file, which come into memory where they are read. Raises IndexDamaged."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:  # what is empty cannot be mapped
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as exc:
        raise IndexDamaged(f"{path}: cannot be read ({exc.strerror})", hint="run `speechrag build` again") from exc
