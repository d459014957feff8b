"""Traditional script to simplified, only where the text is traditional, with the places of the characters kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN, converter

RULE = "simplified"
DOCUMENT_SHARE = 0.15  # of its ideographs in traditional form make a whole document traditional
PARAGRAPH_SHARE = 0.15  # for one paragraph of a document that is not
PARAGRAPH_COUNT = 5

_HAN = re.compile(f"[{HAN}]")
# Converters to traditional script make 着 into 著; turned back everywhere but in the words that have 著 themselves.
_KEEP_ZHU = re.compile(
    "(?:显|卓|昭|名|巨|原|专|编|合|遗|拙|土|所|撰|(?<!讨)(?<!议)(?<!谈)(?<!争)论|(?<!翻)译)著|"
    "著(?:作|名|称|述|者|录|书立说)"
)


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    """Return a pattern for the characters of GBK and Big5 that simplified text does not use."""
    convert = converter("t2s").convert
    # Converted one by one, so that phrase rules do not reach across.
    found = [chr(code) for code in range(0x4E00, 0xA000)]
    changed = "\n".join(found)
    pairs = zip(found, str(convert(changed)).split("\n"), strict=True)
    return re.compile("[" + "".join(char for char, simple in pairs if char != simple and char not in "著乾") + "]")


def simplify(text: str) -> list[Edit]:
    """Return the conversion of traditional passages; a simplified text with a few old forms is left as it is."""
    count = len(_traditional().findall(text))
    if not count:
        return []
    if count >= DOCUMENT_SHARE * len(_HAN.findall(text)):
        spans = [(0, len(text))]
    else:
        spans = [m.span() for m in re.finditer("[^\n]+", text) if _is_traditional(m.group())]
    return [edit for start, end in spans for edit in _convert(text, start, end)]


def _is_traditional(paragraph: str) -> bool:
    count = len(_traditional().findall(paragraph))
    return count >= PARAGRAPH_COUNT and count >= PARAGRAPH_SHARE * len(_HAN.findall(paragraph))


def _convert(text: str, start: int, end: int) -> Iterator[Edit]:
    before = text[start:end]
    after = _restore_zhe(str(converter("t2s").convert(before)))
    if len(before) == len(after):
        yield from _same_length(before, after, start)
        return
    # A phrase rule changed the length: find the lines where, and compare those character by character.
    position = start
    for left, right in zip(before.split("\n"), after.split("\n"), strict=True):
        if len(left) == len(right):
            yield from _same_length(left, right, position)
        else:
            yield from _different_length(left, right, position)
        position += len(left) + 1


def _restore_zhe(simplified: str) -> str:
    if "著" not in simplified:
        return simplified
    kept = {m.start() + m.group().index("著") for m in _KEEP_ZHU.finditer(simplified)}
    return "".join("着" if c == "著" and i not in kept else c for i, c in enumerate(simplified))


def _same_length(before: str, after: str, offset: int) -> Iterator[Edit]:
    position, length = 0, len(before)
    while position < length:
        if before[position] == after[position]:
            position += 1
            continue
        start = position
        while position < length and before[position] != after[position]:
            position += 1
        yield Edit(offset + start, offset + position, after[start:position], RULE)


def _different_length(before: str, after: str, offset: int) -> Iterator[Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield Edit(offset + i1, offset + i2, after[j1:j2], RULE)
