"""Files opened for what they are: nothing waits at a pipe, and no link leads to a file that lies elsewhere."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_PLACE = getattr(os, "O_PATH", 0)  # Linux: a folder by which to go on, though it may not be listed
WRITABLE = os.O_RDWR | os.O_CREAT


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading. Raises OSError, also for a pipe or a device, at which one could wait forever."""
    return os.fdopen(_checked(os.open(path, os.O_RDONLY | _NO_WAIT | _BINARY), path), "rb")


def open_own(path: Path, flags: int = WRITABLE) -> FileIO:
    """Open a file of ours for reading and writing, unbuffered; make it where it is missing.

    Raises OSError, also where a link, a pipe or a device stands in its place: a folder may come from somebody else, and
    what a link names is not ours to write.
    """
    try:
        descriptor = os.open(path, flags | _NO_LINK | _NO_WAIT | _BINARY, 0o666)
    except OSError as exc:
        raise _told(exc, path) from exc
    return os.fdopen(_checked(descriptor, path), "r+b", buffering=0)


def open_unlinked(real: Path) -> BufferedReader:
    """Open a file by its real path for reading.

    Raises OSError, also where a part of the path was replaced by a link since, or the file by something else.
    """
    try:
        descriptor = _opened_by_parts(real) if _PLACE else os.open(real, os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY)
    except OSError as exc:
        raise _told(exc, real) from exc
    return os.fdopen(_checked(descriptor, real), "rb")


def _told(error: OSError, path: Path) -> OSError:
    """Return the error of an opening that follows no link, in words that name the link."""
    if error.errno not in {errno.ELOOP, errno.ENOTDIR}:
        return error
    return OSError(error.errno, "a link stands in its place or in that of its folder", str(path))


def _opened_by_parts(real: Path) -> int:
    here = os.open(real.anchor, _PLACE | os.O_DIRECTORY)
    try:
        for part in real.parts[1:-1]:
            below = os.open(part, _PLACE | os.O_DIRECTORY | _NO_LINK, dir_fd=here)
            os.close(here)
            here = below
        return os.open(real.name, os.O_RDONLY | _NO_LINK | _NO_WAIT, dir_fd=here)
    finally:
        os.close(here)


def _checked(descriptor: int, path: Path) -> int:
    """Return the descriptor. Raises OSError, the file closed again, where it is no regular one."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor
