"""Vectors of a build that has not ended yet, so that one that was killed does not compute them again.

One file beside the generations, gone when a build has ended well. It holds no text: a vector stands under the SHA-256
of what was embedded. Batches are appended, each with its checksum; what follows the first torn one is dropped.

    header   "speechrag vectors 1 <encoder fingerprint> <dim>\\n"
    batch    rows u32, CRC-32 of the rest u32, rows x 32 bytes of hashes, rows x dim x 4 bytes of vectors
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from speechrag.files import open_own

if TYPE_CHECKING:
    from types import TracebackType

    from speechrag.embedding import Vectors

DIGEST = 32
_BATCH = struct.Struct("<II")


class VectorCache:
    """The file at ``path``, for the vectors of one encoder; those of another one are dropped.

    A context manager: leaving it closes the file and keeps it.
    """

    def __init__(self, path: Path, fingerprint: str, dim: int) -> None:
        self._dim = dim
        self._offsets: dict[bytes, int] = {}
        header = f"speechrag vectors 1 {fingerprint} {dim}\n".encode()
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.unlink()  # not what a build left
        self._file: BinaryIO = open_own(path)
        try:
            if _read(self._file, len(header)) != header:
                self._file.seek(0)
                self._file.truncate()
                self._file.write(header)
            end = self._file.tell()
            for end, digests, vectors in self._batches():
                starts = range(vectors, end, 4 * dim)
                self._offsets.update(zip(digests, starts, strict=True))
            self._file.seek(end)
            self._file.truncate()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> VectorCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._offsets)

    def take(self, wanted: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, Vectors]]:
        """Yield (key, vector) for each (key, digest) whose vector is here."""
        import numpy as np

        for key, digest in wanted:
            offset = self._offsets.get(digest)
            if offset is not None:
                self._file.seek(offset)
                yield key, np.frombuffer(_read(self._file, 4 * self._dim), dtype="<f4")
        self._file.seek(0, 2)

    def add(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Append the vectors of one batch in a single write, after which a killed build leaves them to the next."""
        import numpy as np

        body = b"".join(digests) + np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        batch = _BATCH.pack(len(digests), zlib.crc32(body)) + body
        written = 0
        while written < len(batch):
            written += self._file.write(batch[written:])

    def _batches(self) -> Iterator[tuple[int, list[bytes], int]]:
        """Yield the end, the digests and the start of the vectors of every whole batch, in order."""
        while len(head := _read(self._file, _BATCH.size)) == _BATCH.size:
            rows, checksum = _BATCH.unpack(head)
            body = _read(self._file, rows * (DIGEST + 4 * self._dim))
            if not rows or len(body) != rows * (DIGEST + 4 * self._dim) or zlib.crc32(body) != checksum:
                return
            end = self._file.tell()
            digests = [body[i : i + DIGEST] for i in range(0, rows * DIGEST, DIGEST)]
            yield end, digests, end - rows * 4 * self._dim


def _read(file: BinaryIO, count: int) -> bytes:
    """Return up to ``count`` bytes; fewer only at the end of the file."""
    parts: list[bytes] = []
    while count > 0 and (part := file.read(min(count, 1 << 24))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
