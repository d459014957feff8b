"""The passages of an index as rows of one length: whose each is, and where its text and headings stand."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from speechrag.errors import IndexDamaged
from speechrag.index.flat import Span, mapped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FIELDS = {
    "speech": "<u4",
    "number": "<u4",
    "at": "<u8",
    "units": "<u4",
    "headings_at": "<u8",
    "headings_units": "<u4",
    "start": "<u4",
    "end": "<u4",
    "original_start": "<u4",
    "original_end": "<u4",
}
_PACKED = struct.Struct("<" + "".join({"<u4": "I", "<u8": "Q"}[kind] for kind in _FIELDS.values()))


class Row(NamedTuple):
    """One passage; ``start`` and ``end`` count characters of the speech, those of the original its characters."""

    speech: int  # position of its speech
    number: int  # of the passage in its speech, the last part of its id
    at: int  # its text, in units of the flat file
    units: int
    headings_at: int  # its headings there, as JSON
    headings_units: int  # 0: it has none
    start: int
    end: int
    original_start: int
    original_end: int


class RowWriter:
    """Appends rows to a new file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, row: Row) -> None:
        self._file.write(_PACKED.pack(*row))
        self._count += 1

    def text(self, ordinal: int) -> Span:
        """Return where the text of a passage written before stands."""
        self._file.seek(_PACKED.size * ordinal)
        row = Row(*_PACKED.unpack(self._file.read(_PACKED.size)))
        self._file.seek(0, 2)
        return Span(row.at, row.units)

    def close(self) -> None:
        self._file.close()


class Rows:
    """Reads a finished file. Raises IndexDamaged where it is none."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        view = mapped(path)
        if len(view) % _PACKED.size:
            raise IndexDamaged(f"{path}: not a list of passages", hint="run `speechrag build` again")
        self._rows = np.frombuffer(view, dtype=list(_FIELDS.items()))

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, ordinals: Sequence[int]) -> list[Row]:
        """Return the rows with these ordinals, in the order given. Raises IndexError for one that is not there."""
        import numpy as np

        return [Row(*row) for row in self._rows[np.asarray(ordinals, dtype=np.int64)].tolist()]

    @cached_property
    def owners(self) -> NDArray[np.uint32]:
        """The position of the speech of each passage, never falling."""
        import numpy as np

        return np.ascontiguousarray(self._rows["speech"])

    def of_speech(self, position: int) -> range:
        """Return the ordinals of the passages of a speech."""
        import numpy as np

        first, end = np.searchsorted(self.owners, (position, position + 1)).tolist()
        return range(first, end)
