"""The child's side of ``sandbox``: reads requests from standard input until it is closed, one file at a time."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import IO, Any

from speechrag.errors import SpeechragError
from speechrag.registry import READERS, resolve
from speechrag.sources.encoding import Decoded
from speechrag.sources.packed import brief

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits; the parent's clock remains
    resource = None  # type: ignore[assignment]

_LENGTH = 8


def serve() -> None:
    """Answer requests until standard input ends."""
    requests = sys.stdin.buffer
    # What a library prints must not stand between the replies.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if resource:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (header := _receive(requests)) is not None and (data := _receive(requests)) is not None:
        reply = _read(json.loads(header), data)
        message = json.dumps(reply, ensure_ascii=False).encode("utf-8", "surrogatepass")
        replies.write(len(message).to_bytes(_LENGTH, "big") + message)
        replies.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    length = int.from_bytes(stream.read(_LENGTH), "big")
    data = stream.read(length)
    return data if length and len(data) == length else None


def _read(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    _limit(request["seconds"], request["megabytes"])
    try:
        return asdict(_reader(request["media"])(data))
    except SpeechragError as exc:
        return {"refused": f"{exc} ({exc.hint})" if exc.hint else str(exc)}
    except MemoryError:
        return {"failed": f"reading it needs more than {request['megabytes']} MB of memory", "memory": True}
    except Exception as exc:  # whatever a parser raises on a damaged file is a reason and never the end of the build
        said = f"{type(exc).__name__}: {brief(exc)}"
        return {"failed": f"damaged, the {request['media']} reader gave up on it ({said})"}


@cache
def _reader(media: str) -> Callable[[bytes], Decoded]:
    """Return a reader; kept, because looking whether its package is installed takes longer than a small page."""
    reader: Callable[[bytes], Decoded] = resolve(READERS, media)
    return reader


def _limit(seconds: float, megabytes: int) -> None:
    """Bound address space and processor time from here on; children started later inherit both."""
    if not resource:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime + seconds)
    for name, value in ((resource.RLIMIT_CPU, allowed), (resource.RLIMIT_AS, megabytes << 20)):
        hard = resource.getrlimit(name)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # some systems do not limit address space
            resource.setrlimit(name, (soft, hard))
