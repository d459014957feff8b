"""JSON Lines: one document a line, in the field ``text``, with an optional ``title`` and an ``id`` or ``source``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from speechrag.errors import SourceError
from speechrag.sources.walk import display_name

_MAX_NAME = 120
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the bytes it was read from and its text, or why it has none."""

    name: str  # its own "source" or "id" where no other line has it, else "line 12"
    data: bytes
    text: str = ""
    refused: str = ""


def rows(text: str) -> Iterator[Row]:
    """Yield the rows of a JSON Lines text in order; empty lines are passed over."""
    taken: set[str] = set()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        place = f"line {number}"
        data = line.strip().encode("utf-8", "replace")
        try:
            found = _parsed(line)
            row = Row(_name(found, place, taken), data, _text(found))
        except SourceError as exc:
            row = Row(place, data, refused=f"{place}: {exc}")
        taken.add(row.name)
        yield row


def _parsed(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise SourceError(f"not valid JSON ({exc}); correct that line") from exc
    if not isinstance(found, dict):
        raise SourceError("not a JSON object; expected one with a field `text`")
    return found


def _text(found: dict[str, Any]) -> str:
    """Return the text of a row, its title before it where the text does not begin with it."""
    text, title = found.get("text"), found.get("title")
    if not isinstance(text, str):
        raise SourceError(f"field `text` is {'missing' if text is None else type(text).__name__}; expected a string")
    if not text.strip():
        raise SourceError("field `text` is empty")
    if isinstance(title, str) and title.strip() and title.strip() not in text[: len(title) + 200]:
        text = f"{title.strip()}\n{text}"
    return _SURROGATE.sub("\ufffd", text)


def _name(found: dict[str, Any], place: str, taken: set[str]) -> str:
    for key in ("source", "id"):
        given = found.get(key)
        name = display_name(str(given)).strip() if isinstance(given, str | int) else ""
        if name and len(name) <= _MAX_NAME and name not in taken:
            return name
    return place
