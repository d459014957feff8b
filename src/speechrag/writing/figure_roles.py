"""What a figure is said to be: a level or a change, upwards or downwards, and the year of what is told.

All texts are folded and ``measured``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from speechrag.writing.clauses import Clause, align, clauses
from speechrag.writing.figures import figures, same_measure

_UP = r"增加|增长|增|上升|上涨|涨|提高|提升|扩大|多|高出|新增"
_DOWN = r"减少|下降|下滑|下跌|降低|降|跌|压减|缩小|缩短|减|少|低"
# 增加到, 提高至 and 由…降为 tell the level that was reached.
_CHANGE = re.compile(rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:了|约|近|超过|将近|幅度?为?)?$")
_MEASURED_BY = re.compile(rf"{_UP}|{_DOWN}|幅|比|差")
_STOP = re.compile(r"[,，。；;：:!！?？\n]")
_DATE = re.compile(
    r"(?<!\d)\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|(?<!\d)\d{1,2}月(?:\d{1,2}日)?|(?:今|去|明|前)年|(?:昨|今|明|前)天"
)
_PART_OF_MONTH = re.compile(r"(?P<month>(?<!\d)\d{1,2}|本|下|上|当|每)月(?:初|上旬|中旬|中(?=[,，。；旬])|下旬|底|末)")
_TIME_OF_DAY = re.compile(
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)(?P<time>\d+(?:[点时:]\d*分?半?))"
)
_YEAR = re.compile(r"(?<!\d)\d{4}年(?!代)|(?:今|去|明|前)年(?!初|底)|(?:今|去|明|前)年(?=初|底)")


def roles_changed(sentence: str, source: str) -> list[str]:
    """Return the figures told as a change where the source has a level, the other way round, or of other direction."""
    return [
        figure.group()
        for figure in figures(sentence)
        if not figure["ordinal"] and (figure["unit"] or "") not in {"年", "月", "日", "号"}
        if _role_changed(figure, sentence, source)
    ]


def _role_changed(figure: re.Match[str], sentence: str, source: str) -> bool:
    ours = _role(figure, sentence)
    told = [
        (other, _role(other, source))
        for other in figures(source)
        if other["value"] == figure["value"]
        and other["share"] == figure["share"]
        and same_measure(figure["unit"] or "", other["unit"] or "")
    ]
    roles = {role for _, role in told}
    if not roles or ours in roles:
        return False
    if ours == "level":
        return not _MEASURED_BY.search(_clause(figure, sentence))
    return "level" not in roles or not any(_MEASURED_BY.search(_clause(other, source)) for other, _ in told)


def _role(figure: re.Match[str], text: str) -> str:
    """Return "up", "down" or "level"."""
    change = _CHANGE.search(text, max(0, figure.start() - 7), figure.start())
    if change is None:
        return "level"
    return "up" if change["up"] else "down"


def _clause(figure: re.Match[str], text: str) -> str:
    return _STOP.split(text[: figure.start()])[-1] + _STOP.split(text[figure.end() :])[0]


def governing_years(sentence: str, source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield (year, years of what is told) for the clauses of ``sentence`` that name a year, years as 1956年 or 去年.

    The years of a source's clause are those that it names, and where it names none the last one before it. No clause
    of the source stands for ours where it shares no words with it.
    """
    for aligned in align(sentence, source):
        found = _YEAR.findall(aligned.clause.text)
        if found and aligned.clause.pairs & aligned.best.pairs:
            governed = _years(aligned.best.text, source)
            for year in found:
                yield year, governed


def _years(clause: str, source: str) -> set[str]:
    own = set(_YEAR.findall(clause))
    if own:
        return own
    last = set[str]()
    for before, after in pairwise(clauses(source)):
        last = set(_YEAR.findall(before.text)) or last
        if after.text == clause:
            break
    return last


def dates_moved(sentence: str, source: str) -> list[str]:
    """Return the years and days that the sentence gives what the source tells of one other year or day.

    A clause's day is named in it or is all of the clause before: 昨天,市里提出要求.
    """
    ours, theirs, everywhere = clauses(sentence), clauses(source), set(_DATE.findall(source))
    moved = []
    for aligned in align(sentence, source):
        said = _dates(ours, ours.index(aligned.clause))
        told = _dates(theirs, theirs.index(aligned.best))
        if len(told) == 1 and not told & set(_DATE.findall(sentence)):
            alike = {"年" in date for date in told}
            moved += [date for date in said - told if ("年" in date) in alike and date in everywhere]
    return moved


def _dates(found: Sequence[Clause], at: int) -> set[str]:
    own = set(_DATE.findall(found[at].text))
    if own or not at:
        return own
    before = _DATE.fullmatch(found[at - 1].text)
    return {before.group()} if before else set()


def times_moved(sentence: str, source: str) -> list[str]:
    """Return the times of ``sentence`` that ``source`` has with another part of the day or month only: 6月初."""
    theirs = {match.group() for match in _PART_OF_MONTH.finditer(source)}
    months = {match["month"] for match in _PART_OF_MONTH.finditer(source)}
    ours = [m.group() for m in _PART_OF_MONTH.finditer(sentence) if m["month"] in months and m.group() not in theirs]
    return ours + _hours_moved(sentence, source)


def _hours_moved(sentence: str, source: str) -> list[str]:
    """Return the times of day of ``sentence`` that ``source`` has with another part of the day only: 早上7点."""
    theirs = {match.group() for match in _TIME_OF_DAY.finditer(source)}
    parts = {match["part"] for match in _TIME_OF_DAY.finditer(source)}
    ours = list(_TIME_OF_DAY.finditer(sentence))
    return [match.group() for match in ours if match["part"] in parts and match.group() not in theirs]
