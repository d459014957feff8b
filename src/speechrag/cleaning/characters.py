"""Characters that carry nothing a reader sees: line-end variants, controls, zero-width and bidirectional marks."""

from __future__ import annotations

import re

from speechrag.cleaning.edits import Edit
from speechrag.text import displayable

# Every pattern begins with a class of characters, which the engine looks for at a few nanoseconds a character.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_LINE_END = re.compile("[\r\x0b\x0c\x85\u2028\u2029](?:(?<=\r)\n)?")


def normalise_line_ends(text: str) -> list[Edit]:
    """Return ``\\r\\n`` and the other line and page ends made ``\\n``."""
    return [Edit(m.start(), m.end(), "\n", "line-end") for m in _LINE_END.finditer(text)]


def drop_invisible(text: str) -> list[Edit]:
    """Return the removal of controls and invisible marks; lone surrogates become U+FFFD. Line ends are one kind."""
    return [Edit(m.start(), m.end(), displayable(m.group()), "invisible") for m in _INVISIBLE.finditer(text)]
