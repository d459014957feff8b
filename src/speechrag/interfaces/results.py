"""What the page's events leave for its script to fetch: results by unguessable id."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from speechrag.interfaces import views
from speechrag.writing.outlines.draft import Draft

RESULTS_KEPT = 512  # a result is fetched at once; older ones only serve a page left open


@dataclass(frozen=True, slots=True)
class Result:
    """What an event found: the view for the page, and for 拟稿 the draft with the filters it was made under."""

    view: views.View
    draft: Draft | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class ResultStore:
    """Results by unguessable id, the oldest forgotten first; safe to use from several threads."""

    def __init__(self, limit: int = RESULTS_KEPT) -> None:
        self._limit = limit
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, result: Result) -> str:
        """Store ``result`` and return its id: 32 hexadecimal digits, nothing that Markdown could read as markup."""
        key = secrets.token_hex(16)
        with self._lock:
            self._results[key] = result
            while len(self._results) > self._limit:
                self._results.popitem(last=False)
        return key

    def replace(self, key: str, result: Result) -> None:
        """Put ``result`` in the place of the one stored as ``key``; nothing happens when that one is forgotten."""
        with self._lock:
            if key in self._results:
                self._results[key] = result

    def exchange(self, key: str, before: Result, after: Result) -> bool:
        """Put ``after`` in the place of ``before``; false where something else has been put there since."""
        with self._lock:
            if self._results.get(key) is not before:
                return False
            self._results[key] = after
            return True

    def get(self, key: str) -> Result | None:
        """Return the result stored as ``key``, None when there is none (any more)."""
        with self._lock:
            return self._results.get(key)
