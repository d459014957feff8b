"""Facts about a speech, each with the span of its text that proves it; what nothing proves stays out.

organ, level, region, year, session, occasion, genre, speaker_role, topics. A collection's common title
(……领导讲话篇七) says nothing about its parts and is never evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from speechrag.records import Evidence, Section
from speechrag.structure.endings import address_pattern, salutation_pattern
from speechrag.structure.tables import alternation, table

_OPENING = 500  # characters in which a speech says what it is
_TABLE = "structure_metadata"
_PLACE = "自治区|街道|社区|[省市州盟县区旗乡镇村]"


@dataclass(frozen=True, slots=True)
class Facts:
    """Values by name, and the span of the speech's text that proves each."""

    values: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def add(self, name: str, value: Any, start: int, end: int) -> None:
        """Keep the first value that was proved."""
        if name not in self.values:
            self.values[name] = value
            self.evidence[name] = Evidence(start, end)


def find_metadata(text: str, body: int, sections: Sequence[Section], *, titled: bool) -> Facts:
    """Return the facts about the speech ``text`` whose title ends at ``body``; ``titled``: the title is its own."""
    facts = Facts()
    start = 0 if titled else body
    end = min(len(text), body + _OPENING)
    _convener(facts, text, start, end)
    _meeting_level(facts, text, body, end)
    _self_references(facts, text, body)
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
def _organs() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return the pattern of an organ with its place word, and organ values by name."""
    names = {name: entry["name"] for entry in table(_TABLE)["organs"] for name in entry["names"]}
    return re.compile(rf"(?P<place>{_PLACE})(?P<organ>{alternation(names)})"), names


@lru_cache(maxsize=1)
def _convening() -> re.Pattern[str]:
    organ, _ = _organs()
    named = organ.pattern.replace("?P<place>", "").replace("?P<organ>", "")
    verbs = alternation(table(_TABLE)["convening"]["verbs"])
    more = rf"(?:[、，和]?(?:{named})){{0,3}}"
    return re.compile(
        rf"(?:我代表|代表着?|根据|经|受|由|是|今天[，,]?)(?P<a>{named}){more}"
        rf"|(?P<b>{named}){more}[^。！？，；\n]{{0,10}}?(?:{verbs})"
        rf"|(?:召开|举办|举行)(?:的|了)?(?:这次)?(?:全)?(?P<c>{named})"
        rf"|(?P<n>(?:我|现在)?代表国务院|国务院(?=召开|决定))|(?P<u>根据党委、办事处|党委、办事处研究)"
    )


def _convener(facts: Facts, text: str, start: int, end: int) -> None:
    """Read organ and level from who convened the meeting or for whom the speaker speaks."""
    spoken_for = re.compile(rf"我代表{_organs()[0].pattern}").search(text, body)
    if spoken_for:
        _add_convener(facts, spoken_for.group("place"), spoken_for.group("organ"), spoken_for.start() + 3, spoken_for)
    organ, names = _organs()
    for match in _convening().finditer(text, start, end):
        if match.group("n"):
            facts.add("organ", "政府", *match.span("n"))
            facts.add("level", "国家", *match.span("n"))
            return
        if match.group("u"):
            facts.add("organ", "党委", *match.span("u"))
            facts.add("level", "乡镇", *match.span("u"))
            return
        group = next(name for name in "abc" if match.group(name))
        named = organ.match(text, match.start(group))
        if named is None or re.match("精神|部署", text[match.end() : match.end() + 2]):
            continue
        facts.add("organ", names[named.group("organ")], *named.span())
        facts.add("level", table(_TABLE)["levels"][named.group("place")], *named.span())
        return


_MEETING = re.compile(
    rf"(?:召开|举办|举行|这次|此次|本次|今天的?)(?:这次)?(?:的|了)?(?P<all>全)?(?P<place>{_PLACE}|国)(?P<next>[\u4e00-\u9fff])"
)


def _meeting_level(facts: Facts, text: str, body: int, end: int) -> None:
    """Read the level from the meeting's own name: 召开全县……会议, 这次全市……会议, 召开街道……会议."""
    for match in _MEETING.finditer(text, body, end):
        place = match.group("place")
        if place == "国":
            if match.group("all"):
                facts.add("level", "国家", *match.span("place"))
        elif match.group("all") or place in ("街道", "社区", "乡", "镇", "村"):
            facts.add(
                "level",
                table(_TABLE)["levels"][place],
                match.start("all" if match.group("all") else "place"),
                match.end("place"),
            )


def _self_references(facts: Facts, text: str, body: int) -> None:
    """Read organ and level from how the speech names its own unit, where one name clearly leads."""
    for value, key in (("部门", "department"), ("企业", "enterprise"), ("学校", "school")):
        match = re.compile(alternation(table(_TABLE)["self"][key])).search(text, body)
        if match and text.count(match.group()) >= 2:
            facts.add("organ", value, *match.span())
            if value == "企业":
                facts.add("level", "企业", *match.span())
    organ, names = _organs()
    led = _leader((names[m.group("organ")], m) for m in organ.finditer(text, body))
    if led:
        facts.add("organ", *_spread(led))
    levels = table(_TABLE)["levels"]
    own = re.compile(rf"(?:我|全)(?P<place>{_PLACE})(?!际|场|面|委|局|别|域|长)|(?P<p>{_PLACE})(?:委|政府|政协)")
    led = _leader((levels[m.group("place") or m.group("p")], m) for m in own.finditer(text, body))
    if led:
        facts.add("level", *_spread(led))
    elif not own.search(text, body):
        nation = _leader(("国家", match) for match in re.compile("全国|我国").finditer(text, body))
        if nation:
            facts.add("level", *_spread(nation))


def _spread(led: tuple[str, tuple[int, int]]) -> tuple[str, int, int]:
    return led[0], led[1][0], led[1][1]


def _leader(mentions: Iterable[tuple[str, re.Match[str]]]) -> tuple[str, tuple[int, int]] | None:
    """Return the value that is named at least three times and twice as often as any other, and where it is proved.

    The proof is the first mention in the wording that is used most.
    """
    found: dict[str, list[re.Match[str]]] = {}
    for value, match in mentions:
        found.setdefault(value, []).append(match)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    if not ranked or len(ranked[0][1]) < 3 or (len(ranked) > 1 and len(ranked[0][1]) < 2 * len(ranked[1][1])):
        return None
    value, matches = ranked[0]
    wordings = [match.group() for match in matches]
    usual = max(wordings, key=wordings.count)
    return value, matches[wordings.index(usual)].span()


@lru_cache(maxsize=1)
def _occasions() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    events = {event: name for name, words in table(_TABLE)["occasions"].items() for event in words}
    words = alternation(events)
    own = rf"(?:召开|举办|举行|参加|今天的?|这次|此次|本次|在这里|组织)(?:[^。！？\n；]{{0,36}}?)(?P<event>{words})"
    titled = rf"(?P<event>{words})(?=上的|的|[^\n]{{0,6}}(?:讲话|发言|致辞|主持词))"
    return re.compile(own + "(?!精神|要求|部署|的精神)"), re.compile(titled), events


def _occasion(facts: Facts, text: str, start: int, body: int, end: int) -> None:
    spoken, titled, events = _occasions()
    found = list(titled.finditer(text, start, body))
    for match in spoken.finditer(text, body, end):
        if not re.search("贯彻|传达|落实|学习|精神|刚刚|去年", match.group()):
            found.append(match)
    # 工作会议 is what any meeting may be called; a more telling name wins.
    found.sort(key=lambda match: events[match.group("event")] == "工作会议")
    for match in found[:1]:
        facts.add("occasion", events[match.group("event")], *match.span("event"))


def _genre(facts: Facts, text: str, body: int, end: int, sections: Sequence[Section]) -> None:
    words = table(_TABLE)["genres"]
    salutation = salutation_pattern().search(text, body, min(len(text), body + 200))
    report = re.compile(alternation(words["report"])).search(text, body, end)
    if report and "代表" in text[max(body, report.start() - 40) : report.start()]:
        facts.add("genre", "工作报告", *report.span())
    if salutation:
        facts.add("genre", "讲话", *salutation.span())
    speaks = re.compile(
        r"我(?:再|就|想|代表)?[^。！？\n]{0,30}?(?:讲|谈|强调|提)[^。！？\n]{0,8}?[几一二三四五六七八九十两][个点]"
    )
    for match in speaks.finditer(text, body, min(len(text), body + 2 * _OPENING)):
        facts.add("genre", "讲话", *match.span())
    if "genre" in facts.values:
        return
    briefing = re.compile(alternation(words["briefing"])).search(text, body, end)
    if briefing and "汇报" in briefing.group():
        facts.add("genre", "工作汇报", *briefing.span())
    _summary(facts, text, sections)
    _news(facts, text, body, words["news"])


def _summary(facts: Facts, text: str, sections: Sequence[Section]) -> None:
    headings = re.compile(alternation(table(_TABLE)["genres"]["summary_headings"]))
    found = [section for section in sections if headings.search(section.heading)]
    if len(found) >= 2 and not address_pattern().search(text):
        facts.add("genre", "工作总结", found[0].start, found[0].body)


def _news(facts: Facts, text: str, body: int, words: Sequence[str]) -> None:
    found = list(re.compile(alternation(words)).finditer(text, body))
    if len(found) >= 2 and len(text) - body < 2_000 and not address_pattern().search(text, body):
        facts.add("genre", "信息", *found[0].span())


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
            facts.add("year", int(year), *match.span("year"))
    years = list(_TITLE_YEAR.finditer(text, start, body))
    if len({match.group(1) for match in years}) == 1 and "总结" not in text[start:body]:
        facts.add("year", int(years[0].group(1)), *years[0].span(1))
    today = _TODAY.search(text, body, min(len(text), body + _OPENING))
    if today:
        facts.add("year", int(today.group(1)), *today.span(1))


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
            facts.add("session", match.group(), *match.span())


def _speaker_role(facts: Facts, text: str, body: int) -> None:
    titles = alternation(table(_TABLE)["roles"]["titles"])
    match = re.compile(
        rf"(?P<role>[\u4e00-\u9fff、]{{0,16}}?(?:{titles}))(?:[\u4e00-\u9fff]{{2,3}})?(?:同志)?在"
    ).search(text, 0, body)
    if match:
        facts.add("speaker_role", match.group("role"), *match.span("role"))


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
        facts.add("region", name, found[0].start(), found[0].start() + len(name))


def _topics(facts: Facts, text: str, start: int) -> None:
    """List the topics whose words are frequent: at least four times and twice in a thousand characters."""
    found: list[tuple[int, str, Evidence]] = []
    for name, words in table(_TABLE)["topics"].items():
        count = sum(text.count(word, start) for word in words)
        if count >= 4 and 1000 * count >= 2 * (len(text) - start):
            first, word = min((text.find(word, start), word) for word in words if text.find(word, start) >= 0)
            found.append((-count, name, Evidence(first, first + len(word))))
    found.sort(key=lambda item: item[:2])
    if found:
        facts.add("topics", [name for _, name, _ in found[:4]], found[0][2].start, found[0][2].end)
        for _, name, span in found[:4]:
            facts.evidence[f"topics:{name}"] = span
