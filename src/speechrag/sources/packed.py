"""Opening zip containers that may be hostile: sizes, counts and ratios are checked before anything is unpacked."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from speechrag.errors import SourceError
from speechrag.text import displayable

MAX_MEMBERS = 10_000
_MAX_DIRECTORY = 8 << 20  # bytes of the table of contents: bounds what listing the members costs
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_END_LENGTH = 22
_SMALL = 10 << 20  # below this no ratio is suspicious: a table of one repeated word packs very well
_MAX_RATIO = 150  # prose packs about 3 times, repetitive XML up to about 50 times, a bomb 1,000 times
_CHUNK = 1 << 20
_BRIEF = 120  # characters

# What the zipfile module raises on damaged or odd archives, beside BadZipFile.
ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # also NotImplementedError: an unknown method of compression
    OverflowError,
)


def open_zip(data: bytes, what: str) -> zipfile.ZipFile:
    """Return ``data`` opened as a zip; ``what`` names it in the SourceError raised for a damaged or oversized one."""
    if _directory_size(data) > _MAX_DIRECTORY:
        raise SourceError(f"{what} lists more members than the {MAX_MEMBERS} that are read; split it")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except ERRORS as exc:
        raise SourceError(f"{what} is damaged or cut short ({brief(exc)}); fetch or save it again") from exc
    if len(archive.filelist) > MAX_MEMBERS:
        count = len(archive.filelist)
        raise SourceError(f"{what} lists {count} members, more than the {MAX_MEMBERS} that are read; split it")
    return archive


def brief(exc: BaseException) -> str:
    """Return what a library says of a damaged file, in one short line; some quote the damaged bytes at length."""
    said = displayable(" ".join(str(exc).split())) or type(exc).__name__
    return said if len(said) <= _BRIEF else said[:_BRIEF] + " ..."


def suspicious(packed: int, unpacked: int) -> bool:
    """Tell whether so much comes out of so little that no text would pack like that."""
    return unpacked > _SMALL and unpacked > _MAX_RATIO * max(packed, 1)


def is_encrypted(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 0x1)


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """Return the bytes of a member, at most ``limit``, whatever size it declares.

    Raises SourceError, with the reason alone, for one that is encrypted, damaged, too large or a bomb.
    """
    if is_encrypted(info):
        raise SourceError("encrypted with a password; save it without one")
    if suspicious(info.compress_size, info.file_size):
        raise SourceError(
            f"unpacked size {info.file_size} bytes from {info.compress_size} packed: a decompression bomb, not read"
        )
    if info.file_size > limit:
        raise SourceError(f"unpacked size {info.file_size} bytes is over the limit of {limit}")
    pieces: list[bytes] = []
    got = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_CHUNK):
                got += len(piece)
                if got > limit or suspicious(info.compress_size, got):
                    raise SourceError(f"unpacked size is over what it declares or over the limit of {limit} bytes")
                pieces.append(piece)
    except NotImplementedError as exc:
        raise SourceError(
            f"packed by a method that is not read here ({brief(exc)}); pack it as an ordinary zip"
        ) from exc
    except ERRORS as exc:
        raise SourceError(f"damaged ({brief(exc)}); fetch or save it again") from exc
    return b"".join(pieces)


def _directory_size(data: bytes) -> int:
    """Return the size of the table of contents as the end record states it, 0 where there is no such record."""
    at = data.rfind(_END, max(0, len(data) - _END_LENGTH - 0xFFFF))
    if at < 0 or at + _END_LENGTH > len(data):
        return 0
    size = int(struct.unpack_from("<L", data, at + 12)[0])
    if size != 0xFFFFFFFF:
        return size
    wide = data.rfind(_END64, 0, at)
    return int(struct.unpack_from("<Q", data, wide + 40)[0]) if 0 <= wide <= len(data) - 56 else 0
