"""Facts about a speech, each with the span of its text that proves it; what nothing proves stays out.

organ, level, region, year, session, occasion, genre, speaker_role, topics. A collection's common title
(……领导讲话篇七) says nothing about its parts and is never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from speechrag.records import Evidence, Section
from speechrag.structure.endings import address_pattern, salutation_pattern
from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.tables import alternation, table
from speechrag.structure.units import find_unit

_OPENING = 500  # characters in which a speech says what it is


def find_metadata(text: str, body: int, sections: Sequence[Section], *, titled: bool) -> Facts:
    """Return the facts about the speech ``text`` whose title ends at ``body``; ``titled``: the title is its own."""
    facts = Facts()
    start = 0 if titled else body
    end = min(len(text), body + _OPENING)
    find_unit(facts, text, start, body, end)
    _occasion(facts, text, start, body, end)
    _genre(facts, text, body, end, sections)
    _dates(facts, text, start, body)
    _session(facts, text, start, end)
    if titled:
        _speaker_role(facts, text, body)
    _region(facts, text, start)
    _topics(facts, text, start)
    return facts


@lru_cache(maxsize=1)
def _occasions() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    events = {event: name for name, words in table(TABLE)["occasions"].items() for event in words}
    words = alternation(events)
    own = rf"(?:召开|举办|举行|参加|今天的?|这次|此次|本次|在这里|组织)(?:[^。！？\n；]{{0,36}}?)(?P<event>{words})"
    titled = rf"(?P<event>{words})(?=上的|的|[^\n]{{0,6}}(?:讲话|发言|致辞|主持词))"
    return re.compile(own + "(?!精神|要求|部署|的精神)"), re.compile(titled), events


_CONGRESS = re.compile("向(?:本次)?大会(?=[^。\n]{0,30}报告)|代表大会[^。\n]{0,14}会议(?=听取|审议)")


def _occasion(facts: Facts, text: str, start: int, body: int, end: int) -> None:
    spoken, titled, events = _occasions()
    found = list(titled.finditer(text, start, body))
    for match in spoken.finditer(text, body, end):
        if not re.search("贯彻|传达|落实|学习|精神|刚刚|去年", match.group()):
            found.append(match)
    # 工作会议 is what any meeting may be called; a more telling name wins.
    found.sort(key=lambda match: events[match.group("event")] == "工作会议")
    for match in found[:1]:
        facts.add("occasion", events[match.group("event")], match.span("event"))
    congress = _CONGRESS.search(text, body, end)
    if congress:
        facts.add("occasion", "代表大会", congress.span())


_DECISION = re.compile("会议[^。\n]{0,80}?(?:决定批准|同意[^。\n]{0,30}报告)|作出如下决定|决议如下")
_REPORT = re.compile(
    r"(?:代表|受)[^。\n]{2,60}?(?P<report>(?:作|做|提出)[^。，\n]{0,24}报告|报告政府工作|向大会[^。，\n]{0,6}报告)"
)


def _genre(facts: Facts, text: str, body: int, end: int, sections: Sequence[Section]) -> None:
    words = table(TABLE)["genres"]
    salutation = salutation_pattern().search(text, body, min(len(text), body + 200))
    decision = _DECISION.search(text, body, end)
    if decision and not salutation:
        facts.add("genre", "决议", decision.span())
    report = _REPORT.search(text, body, end)
    if report:
        facts.add("genre", "工作报告", report.span("report"))
    if salutation:
        facts.add("genre", "讲话", salutation.span())
    speaks = re.compile(
        r"我(?:再|就|想|代表)?[^。！？\n]{0,30}?(?:讲|谈|强调|提)[^。！？\n]{0,8}?[几一二三四五六七八九十两][个点]"
    )
    for match in speaks.finditer(text, body, min(len(text), body + 2 * _OPENING)):
        facts.add("genre", "讲话", match.span())
    if "genre" in facts.values:
        return
    briefing = re.compile(alternation(words["briefing"])).search(text, body, end)
    if briefing and "汇报" in briefing.group():
        facts.add("genre", "工作汇报", briefing.span())
    _summary(facts, text, sections)
    _news(facts, text, body, words["news"])


def _summary(facts: Facts, text: str, sections: Sequence[Section]) -> None:
    headings = re.compile(alternation(table(TABLE)["genres"]["summary_headings"]))
    found = [section for section in sections if headings.search(section.heading)]
    if len(found) >= 2 and not address_pattern().search(text):
        facts.add("genre", "工作总结", (found[0].start, found[0].body))


def _news(facts: Facts, text: str, body: int, words: Sequence[str]) -> None:
    found = list(re.compile(alternation(words)).finditer(text, body))
    if len(found) >= 2 and len(text) - body < 2_000 and not address_pattern().search(text, body):
        facts.add("genre", "信息", found[0].span())


_DATE = re.compile(
    r"^[ \t\u3000—（(]*(?P<year>(?:19|20)\d\d|[一二]\s?[九〇零○][\d〇零○一二三四五六七八九]{2})年"
    r"[\d一二三四五六七八九十]{1,3}月(?:[\d一二三四五六七八九十]{1,3}日)?(?P<rest>[^\n。]{0,40})$",
    re.MULTILINE,
)
_TITLE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?度?(?!\d)")
_TODAY = re.compile(r"今天是((?:19|20)\d\d)年\d{1,2}月")
_DIGIT = {**{c: str(i) for i, c in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0"}


def _dates(facts: Facts, text: str, start: int, body: int) -> None:
    """Read the year from a date line below the title or at the end, from the title, or from 今天是……年."""
    for low, high in ((body, min(len(text), body + 160)), (max(body, len(text) - 60), len(text))):
        match = _DATE.search(text, low, high)
        if match:
            year = "".join(_DIGIT.get(char, char) for char in match.group("year") if not char.isspace())
            facts.add("year", int(year), match.span("year"))
    years = list(_TITLE_YEAR.finditer(text, start, body))
    if len({match.group(1) for match in years}) == 1 and "总结" not in text[start:body]:
        facts.add("year", int(years[0].group(1)), years[0].span(1))
    today = _TODAY.search(text, body, min(len(text), body + _OPENING))
    if today:
        facts.add("year", int(today.group(1)), today.span(1))


_SESSION = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}届(?:[一二三四五六七八九十]{1,2}次|[省市县区州](?:委|政协|人大|人民政府))"
    r"|第[一二三四五六七八九十]{1,3}届全国人民代表大会(?:第[一二三四五六七八九十]{1,2}次会议)?)"
)


def _session(facts: Facts, text: str, start: int, end: int) -> None:
    """Read the session from the meeting itself (举办十二届市政协……), not from one that is only quoted."""
    for match in _SESSION.finditer(text, start, min(end, start + 200)):
        before = text[max(start, match.start() - 14) : match.start()]
        after = text[match.end() : match.end() + 24]
        if re.search("召开|举办|举行|今天", before) and "精神" not in after:
            facts.add("session", match.group(), match.span())


def _speaker_role(facts: Facts, text: str, body: int) -> None:
    titles = alternation(table(TABLE)["roles"]["titles"])
    match = re.compile(
        rf"(?P<role>[\u4e00-\u9fff、]{{0,16}}?(?:{titles}))(?:[\u4e00-\u9fff]{{2,3}})?(?:同志)?在"
    ).search(text, 0, body)
    if match:
        facts.add("speaker_role", match.group("role"), match.span("role"))


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    places = table("structure_places")
    provinces = rf"(?P<p>{alternation(places['provinces'])})(?:省|市)?"
    other = "(?!街道|大街|路|镇|乡|村|大学|银行|集团|公司)"
    return re.compile(rf"(?:(?P<c>{alternation(places['cities'])})市?|{provinces}){other}")


def _region(facts: Facts, text: str, start: int) -> None:
    """Read the region where one city (or else one province) is named again and again, as a speech names its own."""
    local = facts.values.get("level") not in ("国家", None)
    if not local:
        return
    named: dict[str, list[re.Match[str]]] = {}
    for match in _places().finditer(text, start):
        named.setdefault(match.group("c") or match.group("p"), []).append(match)
    if not named:
        return
    ranked = sorted(named.items(), key=lambda item: (-len(item[1]), item[0]))
    name, found = ranked[0]
    others = len(ranked[1][1]) if len(ranked) > 1 else 0
    convenes = re.match(r"(?:政协|委|人民政府|政府|人大)?(?:召开|举办|举行)", text[found[0].end() : found[0].end() + 8])
    if (len(found) >= 3 and len(found) >= 2 * others) or convenes:
        facts.add("region", name, (found[0].start(), found[0].start() + len(name)))


def _topics(facts: Facts, text: str, start: int) -> None:
    """List the topics whose words are frequent: at least four times and twice in a thousand characters."""
    found: list[tuple[int, str, Evidence]] = []
    for name, words in table(TABLE)["topics"].items():
        count = sum(text.count(word, start) for word in words)
        if count >= 4 and 1000 * count >= 2 * (len(text) - start):
            first, word = min((text.find(word, start), word) for word in words if text.find(word, start) >= 0)
            found.append((-count, name, Evidence(first, first + len(word))))
    found.sort(key=lambda item: item[:2])
    if found:
        facts.add("topics", [name for _, name, _ in found[:4]], (found[0][2].start, found[0][2].end))
        for _, name, span in found[:4]:
            facts.evidence[f"topics:{name}"] = span
