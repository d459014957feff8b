"""The meeting at which a speech is held, and its session, as its head or its opening names them."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.head import Head, is_spoken, names_speech
from speechrag.structure.offices import PLACE
from speechrag.structure.tables import alternation, table

_NUM = "[一二三四五六七八九十]{1,3}"
# Another meeting is spoken of: its spirit, or a time that is not now.
_ELSEWHERE = re.compile(
    "贯彻|传达|落实|学习|精神|刚刚|去年|前不久|最近|上周|上个?月|昨天|年初|以来|即将|明年|[\\d一二三四五六七八九十]月|期间|历次|第一次"
)
_CONGRESS = re.compile(
    "向全国人民代表大会(?=报告|作)|向(?:本次)?大会(?=[^。\n]{0,60}(?:报告|工作))|请(?:本次)?大会(?=审议)"
    f"|向(?:党的|中国共产党)?第{_NUM}[届次]全国(?:人民)?代表大会"
    "|代表大会[^。\n]{0,14}会议(?=听取|审议)|代表大会(?=[^。\n]{0,14}会议上)"
    f"|(?:^|(?<=[：！:!\n]))中国共产党第{_NUM}次全国代表大会(?=，|现在|是)|(?:这|此)次代表大会"
    f"|我们第{_NUM}届全国人民代表大会(?=第)",
)
_PLENARY = re.compile(f"政协[^\n，。]{{0,14}}(?:委员会)?第?{_NUM}(?:届[^\n，。]{{0,6}})?(?:第?{_NUM})?次(?:全体)?会议")
_HELD = re.compile("召开|举办|举行")
_PASSED_ON = re.compile("传达|学习|贯彻|精神|未|没有|即将|拟")
_LEAD = " \t\n\u3000-0123456789"  # a date line before the first sentence
_CONVENED = re.compile("^(?:今天|今日|这次|此次|本次|我们).*(?:召开|举办|举行)")
_GENERIC = frozenset({"工作会议", "大会"})


@lru_cache(maxsize=1)
def _events() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Return the patterns of a meeting named in a head and in an opening, and the occasion of each word."""
    events = {event: name for name, words in table(TABLE)["occasions"].items() for event in words}
    words = alternation(events)
    titled = rf"(?P<event>{words})(?=上的|的|上|[^\n]{{0,6}}(?:讲话|发言|致辞|主持词))"
    spoken = alternation(event for event, name in events.items() if name != "大会")
    own = (
        r"(?:今天|今日|这次|此次|本次|在这里|在此|召开|举办|举行)"
        rf"[^。！？\n；]{{0,60}}?(?<!中)(?P<event>{spoken})(?!精神|要求|的?部署|的精神|以来|之后|系统|平台|室)"
    )
    return re.compile(titled), re.compile(own), events


def find_occasion(facts: Facts, text: str, head: Head, end: int) -> None:
    """Add the occasion from the head, from the congress that is addressed, or from the meeting the opening names."""
    titled, own, events = _events()
    for pattern, name in ((_CONGRESS, "代表大会"), (_PLENARY, "全会")):
        match = pattern.search(text, head.start, head.end)
        if match:
            facts.add("occasion", name, match.span())
    congress = _CONGRESS.search(text, head.end, end)
    speech = head.greeted or names_speech(text[head.start : head.body])
    named = list(titled.finditer(text, head.start, head.end)) if speech else []
    spoken = [match for match in own.finditer(text, head.end, end) if _is_own(text, head, match)]
    told = [match for match in spoken if _CONVENED.search(match.group())]
    # 工作会议 and 大会 are what any meeting may be called; a more telling name in the opening wins.
    telling = [match for match in (*named, *told) if events[match.group("event")] not in _GENERIC]
    for match in (*(m for m in telling if m in named), *(telling if named else ()), *named):
        facts.add("occasion", events[match.group("event")], match.span("event"))
    if congress:
        facts.add("occasion", "代表大会", congress.span())
    for match in spoken:
        facts.add("occasion", events[match.group("event")], match.span("event"))


_PLACED = rf"全(?:{PLACE}|国|系统)|[xX×*＊]{{0,3}}(?:{PLACE})(?=[\u4e00-\u9fff])"
_MEETING_NAME = re.compile(
    r"(?:今天|今日|在此|在这里|这次|此次|本次|我们|召开|举办|举行|[的了，]){0,8}(?:一次|首次)?"
    rf"(?P<name>(?:[^。！？，\n]{{0,24}}?(?={_PLACED}))?[\u4e00-\u9fffxX×*＊（）]{{1,40}})$"
)
_NO_MEETING_NAME = re.compile("^[把将对为向被以用由从开]|召开|举办|举行|参加|收听|收看|非常|重要|一次")
_NAME = range(6, 35)  # characters of a meeting's name
_OF_ALL = re.compile(f"全(?P<place>{PLACE}|国)")


def find_meeting(facts: Facts, text: str, head: Head, end: int) -> tuple[int, int] | None:
    """Return the span of the name of the meeting that the opening says is held: 全市统计工作会议; None without one.

    A meeting of all the province that a town has listened to is not its own.
    """
    for match in _events()[1].finditer(text, head.end, end):
        named = _MEETING_NAME.match(text, match.start(), match.end("event")) if _is_own(text, head, match) else None
        if not named or len(named.group("name")) not in _NAME or _NO_MEETING_NAME.search(named.group("name")):
            continue
        of_all = _OF_ALL.match(named.group("name"))
        place = of_all.group("place") if of_all else ""
        if not place or facts.values.get("level") == {"国": "国家", **table(TABLE)["levels"]}[place]:
            return named.span("name")
    return None


def _is_own(text: str, head: Head, match: re.Match[str]) -> bool:
    """Tell the meeting that is held from one spoken of; a text that greets nobody may open with its date."""
    start = _sentence(text, head.end, match.start())
    if not is_spoken(text, head):
        if text[head.end : start].strip(_LEAD) or "上" in text[match.end() : match.end() + 6]:
            return False
        told = text[start : match.end() + 12]
        return bool(_HELD.search(told)) and not _PASSED_ON.search(told)
    return not _ELSEWHERE.search(text, start, match.end())


def _sentence(text: str, floor: int, position: int) -> int:
    """Return where the clause group that holds ``position`` starts."""
    return max(floor, *(text.rfind(mark, floor, position) + 1 for mark in "。！？；\n"))


_SESSION = re.compile(
    rf"第?{_NUM}届(?:全国)?(?:人民代表大会|人大|委员会|政协|[省市县区州](?:委|政协|人大|人民政府))"
    rf"(?:第?{_NUM}次(?:全体)?(?:（扩大）)?会[议議])?"
    rf"|第?{_NUM}届{_NUM}次(?:全体)?(?:（扩大）)?(?:会议|全会)"
    rf"|第{_NUM}次(?:全国)?代表大会"
)
_OWN_BEFORE = re.compile(
    "(?:召开|举办|举行|今天|我们|向(?:党的|中国共产党|全国政协)?|^中国共产党)$|(?:召开|举办|举行|今天)[^。\n]{0,12}$"
)
_OWN_AFTER = re.compile("[^。\n]{0,4}(?:听取|审议|经过|，(?:将)?是|，现在|提出)")


def find_session(facts: Facts, text: str, head: Head, end: int) -> None:
    """Add the session from the head or from the meeting itself (举办十二届市政协……), not from one only quoted."""
    for match in _SESSION.finditer(text, head.start, head.end):
        facts.add("session", match.group(), match.span())
    for match in _SESSION.finditer(text, head.end, min(end, head.end + 260)):
        before = text[_sentence(text, head.end, match.start()) : match.start()]
        own = _OWN_BEFORE.search(before) or (len(before) <= 5 and _OWN_AFTER.match(text, match.end()))
        if (
            own
            and "精神" not in text[match.end() : match.end() + 24]
            and "以来" not in text[match.end() : match.end() + 8]
        ):
            facts.add("session", match.group(), match.span())
