"""The bodies of requests: how long the server waits for one, and what one for Gradio's queue may hold."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

PATIENCE = 30.0  # seconds for a body to come in, however short it is
SLOWEST = 50_000  # bytes a second that a longer one has to come in at
_HALF = re.compile("[\ud800-\udfff]")


def patience(length: int) -> float:
    """Return the seconds that a body of ``length`` bytes may take to come in."""
    return PATIENCE + length / SLOWEST


async def arrived(receive: Receive, seconds: float) -> bytes | None:
    """Return the whole body; None where it is not here after ``seconds`` or the visitor has gone."""
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(seconds):
            while (message := await receive())["type"] == "http.request":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        pass
    return None


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return ``receive`` for what comes next, with ``body`` before it."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def hurried(receive: Receive, seconds: float) -> Receive:
    """Return ``receive``, for which the visitor has gone where the body is not here after ``seconds``."""
    deadline = time.monotonic() + seconds
    whole = False

    async def piece() -> Message:
        nonlocal whole
        if whole:  # only the end of the visit can follow, and it may take any time
            return await receive()
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        whole = not message.get("more_body")
        return message

    return piece


def is_of_page(body: bytes) -> bool:
    """Tell whether a body for Gradio's queue holds what the fields of the page give: texts, ticks and lists of them.

    Gradio takes an object among them for a file, and would fetch it from the address that it names.
    """
    try:
        given = json.loads(body)["data"] if body else []
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(given, list) and all(map(_is_plain, given))


def _is_plain(value: object) -> bool:
    """Tell whether a value is a text, a tick, nothing, or a list of texts."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return value is None or isinstance(value, str | bool)


def legible(body: bytes) -> bytes:
    """Return JSON with U+FFFD for what no text can hold: the halves of a character, written as ``\\ud800``.

    They would pass unseen, and stop whoever writes them out later. What is no JSON stays as it is.
    """
    if b"\\u" not in body:
        return body
    try:
        text = json.dumps(json.loads(body.decode("utf-8-sig")), ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
    return _HALF.sub("\ufffd", text).encode("utf-8")
