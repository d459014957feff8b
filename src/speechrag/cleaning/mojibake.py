"""Text that is UTF-8 but was once read as GBK (or as Western text): 鏀垮崗 for 政协, æ”¿å… for 政.

The wrong reading is undone character by character: back to the bytes that it was made from, and those read as UTF-8.
Every byte has to fit, so a line that comes out whole is proved. Where the wrong reading lost a byte (``?`` or U+FFFD in
the middle of a sequence) the character is marked as lost. Of text that was lost whole (锟斤拷, the bytes of U+FFFD)
only U+FFFD is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from speechrag.cleaning.edits import Edit
from speechrag.cleaning.gbk import encode as gbk_bytes
from speechrag.cleaning.holes import LOST
from speechrag.text import is_han

RULE = "mojibake"
_MIN_HAN = 2  # ideographs that a line must hold to be a witness of the wrong reading
_MAX_LOST = 0.34  # of its characters that may be lost
_WITNESSED = 0.5  # of a document's characters on such lines: then every line whose bytes fit is turned back
_MIN_SIGNS = 3  # marks of a wrong reading that make a document one
_NOTHING_LEFT = re.compile("(?:锟斤拷)+锟?斤?|锟斤(?!拷)")
_RUN = re.compile(r"[^\n]+")


def _western_bytes(char: str) -> bytes:
    """Return the byte that Western readers show as ``char``, empty where there is none."""
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return bytes((ord(char),)) if ord(char) < 0x100 else b""


# By what Chinese marks (，：！ and 。、《) become: nothing else holds those characters side by side.
_READINGS: tuple[tuple[tuple[str, str], Callable[[str], bytes]], ...] = (
    (("锛", "銆"), gbk_bytes),
    (("ï¼", "ã€"), _western_bytes),
)


def undo_misreading(text: str) -> tuple[list[Edit], list[str]]:
    """Return the lines of ``text`` turned back into what was written, and notes on those that cannot be."""
    edits: list[Edit] = []
    notes: list[str] = []
    if "锟斤" in text:
        edits = [
            Edit(m.start(), m.end(), "\ufffd" * _count_lost(m.group()), RULE) for m in _NOTHING_LEFT.finditer(text)
        ]
    for signs, to_bytes in _READINGS:
        if sum(map(text.count, signs)) < _MIN_SIGNS:
            continue
        lines = list(_RUN.finditer(text))
        read = {line.start(): _turned_back(line.group(), to_bytes) for line in lines}
        if sum(_is_witness(said) for said in read.values()) == 0:
            continue
        witnessed = sum(len(line.group()) for line in lines if _is_witness(read[line.start()]))
        if witnessed < _WITNESSED * sum(len(line.group()) for line in lines):
            read = {start: said if _is_witness(said) else "" for start, said in read.items()}
        edits = [Edit(*line.span(), read[line.start()], RULE) for line in lines if read[line.start()]]
        left = sum(1 for line in lines if not read[line.start()] and any(sign in line.group() for sign in signs))
        if left:
            notes.append(f"{left} lines were read in a wrong encoding and cannot be turned back")
        break
    return edits, notes


def _count_lost(run: str) -> int:
    """Return how many U+FFFD a run of 锟斤拷 stands for: three characters are the six bytes of two."""
    return max(1, round(2 * len(run) / 3))


def _turned_back(line: str, to_bytes: Callable[[str], bytes]) -> str:
    """Return what ``line`` was written as, empty where its bytes are no UTF-8."""
    read = "".join(_sequences(_bytes(line, to_bytes)))
    return "" if "\0" in read else read


def _is_witness(read: str) -> bool:
    """Tell whether a line turned back is Chinese, and whole enough to show that it was read wrongly."""
    return sum(map(is_han, read)) >= _MIN_HAN and read.count(LOST) <= _MAX_LOST * len(read.strip())


def _bytes(line: str, to_bytes: Callable[[str], bytes]) -> list[int | None]:
    """Return the bytes behind ``line``; None for one that the wrong reading lost."""
    found: list[int | None] = []
    for char in line:
        code = b"" if char in "?\ufffd" else to_bytes(char)
        found.extend(code or [None if char in "?\ufffd" else -1])
    return found


def _sequences(data: list[int | None]) -> Iterator[str]:
    """Yield the characters of ``data`` read as UTF-8, ``LOST`` for one without all its bytes, NUL for an error."""
    position = 0
    while position < len(data):
        first = data[position]
        if first is None:  # a genuine question mark
            yield "?"
            position += 1
            continue
        length = 1 if 0 <= first < 0x80 else 2 if 0xC2 <= first < 0xE0 else 3 if 0xE0 <= first < 0xF0 else 0
        rest = list(takewhile(_may_follow, data[position + 1 : position + length]))
        whole = len(rest) == length - 1 and None not in rest
        if not length or not (whole or None in rest or position + 1 + len(rest) == len(data)):
            yield "\0"
            return
        known = bytes((first, *(byte for byte in rest if byte is not None)))
        yield known.decode("utf-8", "replace") if whole else LOST  # one character, whatever became of its bytes
        position += 1 + len(rest)


def _may_follow(byte: int | None) -> bool:
    return byte is None or 0x80 <= byte < 0xC0
