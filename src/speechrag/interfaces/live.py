"""The engine behind the page, exchanged for a new one when the index is published again while the page runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from speechrag.errors import SpeechragError
from speechrag.index.layout import current_generation

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine

T = TypeVar("T")
log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds between two looks at what is published


class Live:
    """Hands out the engine in use; opens what was published since in the background, then hands out that one.

    ``published`` names the generation that is live, ``reopen`` opens it; without them the engine stays as it is. Work
    that has begun keeps the engine it began with. An index that cannot be opened is logged once and left alone.
    """

    def __init__(
        self,
        engine: Engine,
        published: Callable[[], str] | None = None,
        reopen: Callable[[], Engine] | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._engine = engine
        self._published, self._reopen, self._look_every = published, reopen, look_every
        self._lock = threading.Lock()
        self._looked = 0.0
        self._tried = engine.manifest.generation

    def current(self) -> Engine:
        """Return the engine to begin with now; never waits for a new one."""
        if self._published is not None and self._reopen is not None and self._is_due():
            self._look(self._published, self._reopen)
        return self._engine

    def _is_due(self) -> bool:
        with self._lock:
            now = time.monotonic()
            due = now - self._looked >= self._look_every
            self._looked = now if due else self._looked
            return due

    def _look(self, published: Callable[[], str], reopen: Callable[[], Engine]) -> None:
        try:
            name = published()
        except SpeechragError as exc:
            log.warning("cannot tell which index is live: %s", exc)
            return
        with self._lock:
            if name == self._tried:
                return
            self._tried = name
        threading.Thread(target=self._exchange, args=(reopen,), name="reopen-index", daemon=True).start()

    def _exchange(self, reopen: Callable[[], Engine]) -> None:
        try:
            self._engine = reopen()
        except SpeechragError as exc:
            log.warning("the new index cannot be opened, the page goes on with the old one: %s", exc)
        else:
            log.info("the page now serves generation %s", self._engine.manifest.generation)


class PerGeneration(Generic[T]):
    """Something made of an engine, once for each generation of its index."""

    def __init__(self, live: Live, make: Callable[[Engine], T]) -> None:
        self._live, self._make = live, make
        self._made: tuple[str, T] | None = None
        self._lock = threading.Lock()

    def get(self) -> T:
        """Return it for the engine in use now; whoever asks while it is being made waits for it."""
        engine = self._live.current()
        with self._lock:
            if self._made is None or self._made[0] != engine.manifest.generation:
                self._made = engine.manifest.generation, self._make(engine)
            return self._made[1]


def watched(engine: Engine, settings: Settings) -> Live:
    """Return ``engine`` watching its index folder."""
    from speechrag.engine import Engine

    index = Path(settings.index)
    return Live(engine, lambda: current_generation(index).name, lambda: Engine.open(index, settings))
