"""What a terminal is sent of a message that repeats what somebody typed or named a file."""

from __future__ import annotations

import re

_LONG, _HEAD, _TAIL = 300, 120, 40  # characters of a word; of a longer one the first and the last that are shown
_WORD = re.compile(rf"\S{{{_LONG + 1},}}")


def said(message: object) -> str:
    """Return ``message`` with control and direction characters spelled out and endless words cut in the middle.

    Bytes of file names that are no UTF-8 stay for the stream to spell (``speechrag.sources.walk.display_name``).

    >>> print(said("red\\x1b[31m"), len(said("甲" * 1000)))
    red\\x1b[31m 179
    """
    spelled = "".join(c if c.isprintable() or c == "\u3000" or _nameless(c) else _escaped(c) for c in str(message))
    return _WORD.sub(lambda word: f"{word[0][:_HEAD]}…({len(word[0])} characters)…{word[0][-_TAIL:]}", spelled)


def _nameless(char: str) -> bool:
    return "\udc80" <= char <= "\udcff"


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"
