"""How speeches open and close: the salutation, the call at the end, the thanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from speechrag.structure.tables import alternation, pattern, table

_TAIL = 900  # characters from the end within which a closing address can stand
_COLON = re.compile("[：:]")
_MARK = re.compile("[，,！!：:]")
_GAP, _REACH = 12, 160  # characters before the colon of a salutation: of its last word, of the whole
_SENTENCE_EDGE = "。！？!?…”\n"


@lru_cache(maxsize=1)
def salutation_pattern() -> re.Pattern[str]:
    """Return the pattern of a salutation with its colon: 同志们： 各位领导、同志们： 尊敬的各位委员："""
    people = alternation(table("structure")["salutations"]["people"])
    one = rf"(?:(?:尊敬的|敬爱的|亲爱的|各位|诸位|各)[\u4e00-\u9fff]{{0,8}}?(?:{people})|(?:{people}))(?:们)?"
    return re.compile(rf"{one}(?:[、，,]?\s*{one}){{0,6}}\s*[：:]")


def salutations(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the salutations in ``text[start:end]``.

    They end in a colon behind a word for people: to look there first takes a twentieth of the time.
    """
    people = _people_endings()
    for colon in _COLON.finditer(text, start, end):
        before = text[max(start, colon.start() - _GAP) : colon.start()].rstrip()
        if before.endswith(people):
            yield from salutation_pattern().finditer(text, max(start, colon.start() - _REACH), colon.end())
            start = colon.end()


@lru_cache(maxsize=1)
def _people_endings() -> tuple[str, ...]:
    people = table("structure")["salutations"]["people"]
    return (*people, *(f"{word}们" for word in people))


@lru_cache(maxsize=1)
def address_pattern() -> re.Pattern[str]:
    """Return the pattern of an address inside a speech: 同志们， 各位委员，"""
    people = alternation(table("structure")["salutations"]["people"])
    return re.compile(rf"(?:各位|诸位)?[\u4e00-\u9fff]{{0,3}}(?:{people})(?:们)?[，,！!：:]")


def addresses(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the addresses in ``text[start:end]``, looking first for a mark behind a word for people."""
    people = _people_endings()
    for mark in _MARK.finditer(text, start, end):
        if mark.start() < start or not text.endswith(people, max(start, mark.start() - _GAP), mark.start()):
            continue
        match = address_pattern().search(text, max(start, mark.start() - _GAP), mark.end())
        if match:
            yield match
            start = match.end()


def closing_start(text: str, after: int, end: int) -> int:
    """Return where the closing of ``text[:end]`` starts, ``end`` where there is none; never before ``after``.

    A closing is the last address (同志们，……) that opens a line or a sentence near the end and leads to a call or to
    thanks.
    """
    floor = max(after, end - _TAIL)
    starts = [match.start() for match in addresses(text, floor, end) if _opens(text, match.start())]
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
