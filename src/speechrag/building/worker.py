"""The child's side of ``pool``: prepares documents from standard input until it is closed."""

from __future__ import annotations

import os
import sys
from typing import IO

from speechrag.building import wire
from speechrag.building.preparing import try_to_prepare
from speechrag.registry import CHUNKERS, resolve

LENGTH = 8  # bytes of the big-endian length before every message


def serve(chunker_name: str, passage_chars: int) -> None:
    """Answer until standard input ends: documents with their passages cut by ``chunker_name``, or why there is none."""
    chunker = resolve(CHUNKERS, chunker_name)(passage_chars)
    requests = sys.stdin.buffer
    # What a library prints must not stand between the replies.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    while (request := receive(requests)) is not None:
        documents = map(wire.unpack_document, wire.load(request))
        send(replies, wire.dump([wire.pack(try_to_prepare(document, chunker)) for document in documents]))


def send(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(LENGTH, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Return the next message, None where the stream has ended or breaks off."""
    header = stream.read(LENGTH)
    if len(header) < LENGTH:
        return None
    length = int.from_bytes(header, "big")
    message = stream.read(length)
    return message if len(message) == length else None
