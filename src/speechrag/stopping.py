"""Stopping work that nobody waits for any more.

Whoever starts a piece of work runs it within ``stoppable(event)``; the stages call ``check`` between their steps, which
raises ``Stopped`` once the event is set. Work that nobody may stop pays one look-up a check.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_event: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(Exception):
    """The work was stopped; no fault, so no SpeechragError that a fallback might catch."""


@contextmanager
def stoppable(event: threading.Event) -> Iterator[None]:
    """Let ``event`` stop what runs in this thread within the block."""
    token = _event.set(event)
    try:
        yield
    finally:
        _event.reset(token)


def check() -> None:
    """Raise Stopped where the running work was stopped."""
    event = _event.get()
    if event is not None and event.is_set():
        raise Stopped
