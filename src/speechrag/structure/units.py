"""Whose speech it is: the organ and the level of the unit that convened the meeting or that the speaker stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.head import Head, is_spoken, names_speech
from speechrag.structure.offices import PLACE, find_speaker
from speechrag.structure.regions import titled_place
from speechrag.structure.tables import alternation, table

# 传达省委召开的会议精神: another unit's meeting is spoken of.
_BEFORE_QUOTED = re.compile("(?:传达|贯彻|学习|落实|按照|根据)[^，。\\n]{0,4}$")
_AFTER_QUOTED = re.compile("精神|部署|文件")
# 市政协办公厅的……为我们作了辅导报告: a guest's unit, not the speaker's.
_GUEST = re.compile("[^。，；\n]{0,24}(?:为|给|向)(?:我们|大家)|(?:领导|同志)?(?:莅临|亲临|到会指导|专程)")
_COMMISSIONERS = re.compile("各位委员")  # the members of a CPPCC, where its own words stand in the text
_CPPCC = re.compile("界别|政协委员")
_OFFICER = re.compile(
    "副?(?:书记|秘书长|省长|市长|县长|区长|主席|主任)"
)  # 省委书记会见……: a person acts, not the organ
_MEETING = re.compile(
    rf"(?:召开|举办|举行|这次|此次|本次|今天的?)(?:这次)?[的了]?(?P<span>全(?:{PLACE}|国)|街道|社区|[乡镇村])(?=[\u4e00-\u9fff])"
)
# 在全县……会议上的讲话: a speech's own title says most surely whose it is.
_TITLED = re.compile(rf"(?:^|[在—])全(?P<place>{PLACE}|国)(?=[\u4e00-\u9fff])(?!人大|人民代表|政协)", re.MULTILINE)
# 在市委党校……上的讲话
_TITLED_SEAT = re.compile("在(?P<place>[省市县区州旗乡镇村])(?=委|政府|政协|人大|纪委|直)")
_TITLED_FIRM = re.compile(r"(?:^|[在—])[\u4e00-\u9fff]{0,8}?(?P<firm>集团|公司)", re.MULTILINE)
_LEAD = 150  # characters in which a text that tells of others names whom it is about
_OWN = re.compile(rf"[我全](?P<a>{PLACE})(?![际场面委局别域长])|(?P<b>{PLACE})(?:委|政府|政协)")
_NATION = re.compile("全国|我国")
_NATIONAL = {"n": "政府", "w": "党委", "p": "人大"}
_SPEAKERS = (("部门", "department"), ("企业", "enterprise"), ("学校", "school"))


def find_unit(facts: Facts, text: str, head: Head, end: int) -> None:
    """Add the speaker's role, organ and level: from the head of the speech, its opening (to ``end``) and its text."""
    _title(facts, text, head)
    find_speaker(facts, text, head)
    spoken = is_spoken(text, head)
    end = end if spoken else min(end, head.end + _LEAD)
    _convener(facts, text, head.start, end)
    _spoken_for(facts, text, head.end)
    _meeting(facts, text, head.end, end)
    if spoken or opening_unit(text, head.end):
        _own_names(facts, text, head.end)


def opening_unit(text: str, start: int) -> tuple[int, int] | None:
    """Return the span of the unit that a text opens with as its subject: 肥城市政协坚持……; None without one."""
    match = _acting().match(text, start)
    return match.span("unit") if match else None


@lru_cache(maxsize=1)
def _acting() -> re.Pattern[str]:
    stance = alternation(table(TABLE)["convening"]["stances"])
    return re.compile(rf"\s{{0,40}}(?P<unit>[\u4e00-\u9fff]{{0,5}}?(?:{_named()}))(?:{stance})")


def _title(facts: Facts, text: str, head: Head) -> None:
    """Read the level from the speech's own title and what stands below it (empty where the title is a collection's)."""
    named, firm = _TITLED.search(text, head.start, head.end), _TITLED_FIRM.search(text, head.start, head.end)
    seat = _TITLED_SEAT.search(text, head.start, head.end)
    own = titled_place(text, head)
    if not (names_speech(text[head.start : head.body]) or is_spoken(text, head)):
        return
    if named:
        place = named.group("place")
        value = "国家" if place == "国" else table(TABLE)["levels"][place]
        facts.add("level", value, (named.start("place") - 1, named.end("place")))
    elif seat:
        facts.add("level", table(TABLE)["levels"][seat.group("place")], seat.span("place"))
    elif own:
        facts.add("level", table(TABLE)["levels"][own.group("suffix")], own.span("place"))
    elif firm:
        facts.add("level", "企业", firm.span("firm"))
        facts.add("organ", "企业", firm.span("firm"))


@lru_cache(maxsize=1)
def _organ() -> re.Pattern[str]:
    """Return the pattern of an organ with its place word: 县委, 市政协办公厅."""
    names = [name for entry in table(TABLE)["organs"] for name in entry["names"]]
    return re.compile(rf"(?P<place>{PLACE})(?P<organ>{alternation(names)})")


@lru_cache(maxsize=1)
def _values() -> Mapping[str, str]:
    return {name: entry["name"] for entry in table(TABLE)["organs"] for name in entry["names"]}


@lru_cache(maxsize=2)
def _named() -> str:
    return re.sub(r"\?P<\w+>", "?:", _organ().pattern)


@lru_cache(maxsize=1)
def _convening() -> re.Pattern[str]:
    """Return the pattern of a unit that convenes: its group is named after how, a to d, national n, w, p, street u."""
    named = _named()
    more = rf"(?:[、，和]?(?:{named})){{0,3}}"
    verbs = alternation(table(TABLE)["convening"]["verbs"])
    stance = alternation(table(TABLE)["convening"]["stances"])
    return re.compile(
        rf"(?:代表着?|根据|经|受|由|是|今天[，,]?)(?P<a>{named}){more}"
        rf"|(?P<b>{named}){more}[^。！？，；\n]{{0,10}}?(?:{verbs})"
        rf"|(?:召开|举办|举行)(?:的|了)?(?:这次)?全?(?P<c>{named})"
        rf"|^[\u4e00-\u9fff]{{0,4}}?(?P<d>{named})(?:{stance})"
        rf"|(?P<n>(?:代表|受)(?:中共中央和)?(?:中华人民共和国)?(?:国务院|中央人民政府)|根据国务院的决定|国务院(?=召开|决定))"
        rf"|(?P<w>(?:代表|受)[^，。\n]{{0,12}}中央委员会|中国共产党第[一二三四五六七八九十]{{1,3}}次全国代表大会(?=，(?:将)?是|，现在))|(?P<p>全国人民代表大会[^，。\n]{{0,12}}(?=听取|审议))|(?P<u>党委、办事处(?=研究))",
        re.MULTILINE,
    )


@lru_cache(maxsize=1)
def _standing_for() -> re.Pattern[str]:
    return re.compile(rf"我代表(?:[\u4e00-\u9fff]{{2,6}}?)?(?P<a>{_named()})")


def _spoken_for(facts: Facts, text: str, body: int) -> None:
    match = _standing_for().search(text, body)
    if match:
        _add(facts, text, match.start("a"))


def _convener(facts: Facts, text: str, start: int, end: int) -> None:
    for match in _convening().finditer(text, start, end):
        kind = match.lastgroup or ""
        if kind in _NATIONAL:
            facts.add("organ", _NATIONAL[kind], match.span(kind))
            facts.add("level", "国家", match.span(kind))
        elif kind == "u":
            facts.add("organ", "党委", match.span())
            facts.add("level", "乡镇", match.span())
        elif not (
            _AFTER_QUOTED.match(text, match.end())
            or _GUEST.match(text, match.end())
            or _BEFORE_QUOTED.search(text[max(start, match.start() - 10) : match.start()])
        ):
            _add(facts, text, match.start(kind))


def _add(facts: Facts, text: str, position: int) -> None:
    named = _organ().match(text, position)
    if named and not _OFFICER.match(text, named.end()):
        facts.add("organ", _values()[named.group("organ")], named.span())
        facts.add("level", table(TABLE)["levels"][named.group("place")], named.span())


def _meeting(facts: Facts, text: str, body: int, end: int) -> None:
    """Read the level from the meeting's own name: 召开全县……会议, 这次全市……会议, 召开街道……会议."""
    for match in _MEETING.finditer(text, body, end):
        place = match.group("span").removeprefix("全")
        facts.add("level", "国家" if place == "国" else table(TABLE)["levels"][place], match.span("span"))


def _own_names(facts: Facts, text: str, body: int) -> None:
    """Read organ and level from how the speech names its own unit, where one name clearly leads."""
    for value, key in _SPEAKERS:
        match = re.compile(alternation(table(TABLE)["self"][key])).search(text, body)
        if match and text.count(match.group()) >= 2:
            facts.add("organ", value, match.span())
            if value == "企业":
                facts.add("level", "企业", match.span())
    members = _COMMISSIONERS.match(text, body)
    if members and _CPPCC.search(text, body):
        facts.add("organ", "政协", members.span())
    if "organ" not in facts.values:
        _lead(facts, "organ", _named_organs(text, body))
    if "level" not in facts.values:
        levels = table(TABLE)["levels"]
        own = [(levels[match.group("a") or match.group("b")], match) for match in _OWN.finditer(text, body)]
        _lead(facts, "level", own or (("国家", match) for match in _NATION.finditer(text, body)))


def _named_organs(text: str, body: int) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the organs that ``text[body:]`` names; 县委、县政府 in one breath is the first of them, as of conveners."""
    last = -1
    for match in _organ().finditer(text, body):
        if text[last : match.start()] not in ("", "、", "和", "与") or last < 0:
            yield _values()[match.group("organ")], match
        last = match.end()


def _lead(facts: Facts, name: str, mentions: Iterable[tuple[str, re.Match[str]]]) -> None:
    """Add the value that is named at least three times and twice as often as any other.

    The proof is the first mention in the wording that is used most.
    """
    found: dict[str, list[re.Match[str]]] = {}
    for value, match in mentions:
        found.setdefault(value, []).append(match)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    if not ranked or len(ranked[0][1]) < 3 or (len(ranked) > 1 and len(ranked[0][1]) < 2 * len(ranked[1][1])):
        return
    value, matches = ranked[0]
    usual, _ = Counter(match.group() for match in matches).most_common(1)[0]
    facts.add(name, value, next(match for match in matches if match.group() == usual).span())
