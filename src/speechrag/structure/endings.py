"""How speeches open and close: the salutation, the call at the end, the thanks."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.structure.tables import alternation, pattern, table

_TAIL = 900  # characters from the end within which a closing address can stand
_SENTENCE_EDGE = "。！？!?…”\n"


@lru_cache(maxsize=1)
def salutation_pattern() -> re.Pattern[str]:
    """Return the pattern of a salutation with its colon: 同志们： 各位领导、同志们： 尊敬的各位委员："""
    people = alternation(table("structure")["salutations"]["people"])
    one = rf"(?:(?:尊敬的|敬爱的|亲爱的|各位|诸位|各)[\u4e00-\u9fff]{{0,8}}?(?:{people})|(?:{people}))(?:们)?"
    return re.compile(rf"{one}(?:[、，,]?\s*{one}){{0,6}}\s*[：:]")


@lru_cache(maxsize=1)
def address_pattern() -> re.Pattern[str]:
    """Return the pattern of an address inside a speech: 同志们， 各位委员，"""
    people = alternation(table("structure")["salutations"]["people"])
    return re.compile(rf"(?:各位|诸位)?[\u4e00-\u9fff]{{0,3}}(?:{people})(?:们)?[，,！!：:]")


def closing_start(text: str, after: int, end: int) -> int:
    """Return where the closing of ``text[:end]`` starts, ``end`` where there is none; never before ``after``.

    A closing is the last address (同志们，……) that opens a line or a sentence near the end and leads to a call or to
    thanks.
    """
    floor = max(after, end - _TAIL)
    starts = [match.start() for match in address_pattern().finditer(text, floor, end) if _opens(text, match.start())]
    if not starts or not pattern("structure", "closings", "calls").search(text, starts[-1], end):
        return end
    line = text.rfind("\n", 0, starts[-1]) + 1
    return line if line in starts else starts[-1]


def _opens(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] in _SENTENCE_EDGE or text[position - 1].isspace()


def is_closing(text: str) -> bool:
    """Tell whether ``text`` ends as speeches end: with a call or with thanks."""
    tail = text.rstrip()[-60:]
    return bool(pattern("structure", "closings", "calls").search(tail)) and tail[-1:] in "。！!”；;"
