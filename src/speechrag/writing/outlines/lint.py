"""What the drafter must look at: stale wording, single sources, damaged sources, copied headings, clichés."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from speechrag.records import Citation, OutlinePoint, Speech, Warning_
from speechrag.text import numerals, unique
from speechrag.writing.outlines.compose import told
from speechrag.writing.outlines.genre import BODY, EVENT, Wording, genre, wordings
from speechrag.writing.outlines.plan import Plan

COPIED_RUN = 20  # characters a heading may share with its source in one run

_HOLES = re.compile(
    r"[\ufffd\ue000-\uf8ff□]|[xX×*＊]{2,}|[×*＊](?=[\u4e00-\u9fff])|\?\?|[-—－]{2,6}(?=同志|主席|书记|市长|县长)"
)


def warnings(
    points: Sequence[OutlinePoint], citations: Sequence[Citation], plan: Plan, speech: Callable[[str], Speech]
) -> tuple[Warning_, ...]:
    """Return the warnings for an outline's points, in reading order."""
    by_number = {citation.number: citation for citation in citations}
    found: list[Warning_] = []
    for number, point in enumerate(points, 1):
        where = numerals(1, number)
        found += _stale(point.heading + "。" + told(point), plan.year, where)
        found += _copied(point, by_number, where)
        found += _cliche(point, where)
        found += _single(point, by_number, where)
        for below, leaf in enumerate(point.points, 1):
            place = where + numerals(2, below)
            found += _stale(leaf.heading + "。" + told(leaf), plan.year, place)
            found += _copied(leaf, by_number, place)
            found += _damaged(leaf, by_number, speech, place)
    return tuple(dict.fromkeys(found))


def _stale(text: str, year: int | None, where: str) -> Iterator[Warning_]:
    for wording in wordings():
        if not wording.in_force(year):
            for word in unique(match.group() for match in wording.pattern.finditer(text) if match.group()):
                yield Warning_("stale", _stale_text(word, wording, year), where)


def _stale_text(word: str, wording: Wording, year: int | None) -> str:
    if wording.now and wording.kind == BODY:
        return f"“{word}”在{wording.last}年前后的机构改革中已更名或撤并，现为{wording.now}，请核改。"
    if wording.year_of_plan:
        when = "第一年" if wording.year_of_plan == 1 else "最后一年"
        return f"“{word}”说的是五年规划的{when}，{f'{year}年的' if year else '新'}讲话请核对是否合适。"
    until = f"—{wording.last}" if wording.last > wording.first else ""
    span = f"{wording.first}{until}年" + ("" if wording.last else "以后")
    when = f"{year}年的讲话" if year else "新讲话"
    if wording.kind == EVENT:
        return f"“{word}”说的是{span}的情况，{when}请核对是否还能当作眼前的事来讲。"
    now = f"现在多说“{wording.now}”，" if wording.now else ""
    return f"“{word}”是{span}的提法，{now}{when}请核对是否仍适用。"


def _copied(point: OutlinePoint, by_number: dict[int, Citation], where: str) -> Iterator[Warning_]:
    run = max((longest_run(point.heading, by_number[n].quote) for n in point.citations), default=0)
    if run > COPIED_RUN:
        yield Warning_("copied", f"标题与来源连续{run}个字相同，请改写。", where)


def longest_run(left: str, right: str) -> int:
    """Return the length of the longest run of characters that both texts share.

    >>> longest_run("切实加强组织领导", "要加强组织领导。")
    6
    """
    best = 0
    lengths = [0] * (len(right) + 1)
    for char in left:
        previous = 0
        for j, other in enumerate(right, 1):
            previous, lengths[j] = lengths[j], previous + 1 if char == other else 0
            best = max(best, lengths[j])
    return best


def _cliche(point: OutlinePoint, where: str) -> Iterator[Warning_]:
    clauses = [clause for clause in re.split(r"[，、]", point.heading) if clause]
    if clauses and all(clause in genre().cliches for clause in clauses):
        yield Warning_("cliche", f"“{point.heading}”是各类讲话通用的套话，建议结合本次主题改写。", where)


def _single(point: OutlinePoint, by_number: dict[int, Citation], where: str) -> Iterator[Warning_]:
    alone = [
        numerals(2, below)
        for below, leaf in enumerate(point.points, 1)
        if len({by_number[n].speech_id for n in leaf.citations}) == 1
    ]
    everyone = {by_number[n].speech_id for leaf in point.points for n in leaf.citations}
    if len(everyone) == 1:
        yield Warning_("single_source", "这一部分的各个要点都出自同一篇讲话，请补充其他依据。", where)
    elif alone:
        yield Warning_(
            "single_source", f"要点{'、'.join(alone)}{'各' * (len(alone) > 1)}只有一个来源，使用前请核对。", where
        )


def _damaged(
    leaf: OutlinePoint, by_number: dict[int, Citation], speech: Callable[[str], Speech], where: str
) -> Iterator[Warning_]:
    for number in leaf.citations:
        citation = by_number[number]
        if _HOLES.search(citation.quote) or _has_gap(speech(citation.speech_id), citation):
            yield Warning_("damaged_source", f"来源[{number}]的引文有缺字或遮盖，请核对原文。", where)
        elif _much_damaged(speech(citation.speech_id)):
            yield Warning_("damaged_source", f"来源[{number}]《{citation.title}》的文本缺损较多，请核对原文。", where)


def _has_gap(speech: Speech, citation: Citation) -> bool:
    """Tell whether words of the source are gone inside the quotation."""
    gaps = speech.quality.get("gaps", ())
    return any(citation.start <= gap["start"] and gap["end"] <= citation.end for gap in gaps)


def _much_damaged(speech: Speech) -> bool:
    """Tell whether a speech has more unreadable places than one in a thousand characters."""
    damage = speech.quality.get("damage", 0)
    return isinstance(damage, int) and damage * 1000 > len(speech.text)
