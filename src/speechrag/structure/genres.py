"""What kind of text it is: a speech, a report, a decision, a summary, a news item, an account of experience."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from speechrag.records import Section
from speechrag.structure.endings import address_pattern
from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.head import Head, announcement, names_speech
from speechrag.structure.tables import alternation, pattern, table
from speechrag.structure.units import opening_unit

_SPOKEN = ("讲话", "致辞", "主持词")
_NEWS_LONGEST = 2_000  # characters
_DECISION = re.compile("会议[^。\n]{0,80}?(?:决定批准|同意[^。\n]{0,30}报告)|作出如下决定|决议如下")
_REPORT = re.compile(
    r"(?:代表|受|根据)[^。\n]{2,60}?(?P<report>(?:作|做|提出)[^。\n]{0,60}?报告|报告政府工作|报告(?:本届政府|过去|政府)?[^。，\n]{0,10}工作"
    r"|向大会[^。，\n]{0,6}报告)"
)


def find_genre(facts: Facts, text: str, head: Head, end: int, sections: Sequence[Section]) -> None:
    """Add the genre of ``text``; its opening goes as far as ``end``."""
    greeted = head.greeted
    decision = None if greeted else _DECISION.search(text, head.end, end)
    if decision:
        facts.add("genre", "决议", decision.span())
    report = _REPORT.search(text, head.end, end)
    if report and (greeted or "我" in text[text.rfind("。", head.end, report.start()) + 1 : report.end()]):
        facts.add("genre", "工作报告", report.span("report"))
    _from_title(facts, text, head)
    if greeted:
        facts.add("genre", "讲话", (head.end, min(len(text), head.end + 3)))
    announced = announcement(text, head)
    if announced:
        facts.add("genre", "讲话", announced.span())
    if "genre" in facts.values:
        return
    briefing = pattern(TABLE, "genres", "briefing").search(text, head.end, end)
    if briefing and "汇报" in briefing.group():
        facts.add("genre", "工作汇报", briefing.span())
    _third_person(facts, text, head, sections)


def _from_title(facts: Facts, text: str, head: Head) -> None:
    """Read the genre that a title names at its end: ……上的讲话, ……工作总结, ……经验交流材料."""
    ending, genres = _titles()
    for line in re.finditer(r"[^\n]+", text[head.start : head.body]):
        named = ending.search(line.group())
        if named and (genres[named.group("word")] not in _SPOKEN or names_speech(line.group().strip())):
            low = head.start + line.start()
            facts.add("genre", genres[named.group("word")], (low + named.start("word"), low + named.end("word")))


@lru_cache(maxsize=1)
def _titles() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern of a title's last word, and the genre of each such word."""
    genres = {word: name for name, words in table(TABLE)["genres"]["titles"].items() for word in words}
    return re.compile(rf"(?P<word>{alternation(genres)})\s*(?:[（(][^\n]*)?$"), genres


def _third_person(facts: Facts, text: str, head: Head, sections: Sequence[Section]) -> None:
    """Tell summary, news item and account of experience, in which nobody is addressed."""
    headings = pattern(TABLE, "genres", "summary_headings")
    found = [section for section in sections if headings.search(section.heading)]
    told: list[tuple[str, tuple[int, int]]] = []
    if len(found) >= 2:
        told.append(("工作总结", (found[0].start, found[0].body)))
    news = list(pattern(TABLE, "genres", "news").finditer(text, head.end))
    if len(news) >= 2 and len(text) - head.end < _NEWS_LONGEST:
        told.append(("信息", news[0].span()))
    unit = opening_unit(text, head.end)
    if unit and text.count(text[unit[0] : unit[1]], unit[1]) >= 2:
        told.append(("经验交流", unit))
    if told and not address_pattern().search(text, head.end):
        facts.add("genre", *told[0])
