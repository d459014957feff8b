"""The calls of Gradio's events that the page makes: looked at before Gradio, which answers others with a traceback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_VISIT = 100  # characters of the id a page gives its visit; Gradio keeps it as long as the server runs


@dataclass(frozen=True, slots=True)
class Calls:
    """The events with a handler, by number, and how many inputs each has."""

    inputs: Mapping[int, int]

    @classmethod
    def of(cls, blocks: Any) -> Calls:
        """Return those of Gradio's ``blocks``."""
        return cls({number: len(event.inputs) for number, event in blocks.fns.items() if event.fn is not None})

    def problem(self, body: bytes) -> str:
        """Return why ``body`` is no call that the page makes, "" where it is one."""
        try:
            call = json.loads(body)
        except (ValueError, RecursionError):
            return "not JSON"
        if not isinstance(call, dict):
            return "no object"
        number, values, visit = call.get("fn_index"), call.get("data"), call.get("session_hash")
        if type(number) is not int or number not in self.inputs:
            return f"no event {str(number)[:20]!r}"
        if not isinstance(values, list) or len(values) != self.inputs[number]:
            return f"not the {self.inputs[number]} inputs of event {number}"
        if not isinstance(visit, str) or len(visit) > LONGEST_VISIT:
            return "no visit that the page would name"
        return ""
