"""Who speaks: the office in a byline or a title, and the organ and level that an office belongs to."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.head import Head, byline_spans, names_speech
from speechrag.structure.tables import alternation, table

PLACE = "自治区|街道|社区|[省市州盟县区旗乡镇村]"
_DATED = re.compile(
    r"^(?:(?:19|20)\d\d|[一二][九〇零○][\d〇零○一二三四五六七八九]{2})年[\d一二三四五六七八九十月日]*[，,\s\u3000]*"
)
_ORGANS = (
    ("企业", re.compile("公司|集团|董事长|总经理|总裁|厂长|矿长|行长")),
    ("政府", re.compile("(?<![委校])[省市县区州旗镇乡盟]长|政府|国务院")),
    ("政协", re.compile("政协")),
    ("人大", re.compile("人大|人民代表大会")),
    ("纪委", re.compile("纪委|监委|监察委|纪检")),
    ("部门", re.compile("[局厅署](?:党|长|副|机关)")),
    ("党委", re.compile("[省市县区州旗乡镇]委|党委|工委|政法委|党支部|党总支|中共|总书记|党校")),
    ("学校", re.compile("校长|院长|园长")),
    ("部门", re.compile("[局厅]|部长")),
)
_SEAT = re.compile(rf"(?P<place>{PLACE})(?=人民政府|政府|委|政协|人大|纪委|党委|党工委|党支部|长)")
_NATION = re.compile("国务院|中共中央|中央|全国")


@lru_cache(maxsize=1)
def _office() -> re.Pattern[str]:
    """Return the pattern of a whole byline: an office or several, and perhaps a name behind or before them."""
    titles = alternation(table(TABLE)["roles"]["titles"])
    name = r"[\u4e00-\u9fff][ \u3000]{0,2}[\u4e00-\u9fff]{1,2}|[\u4e00-\u9fff]{4}"
    return re.compile(
        rf"(?:(?:{name})[ \u3000]+)?(?P<role>[\u4e00-\u9fff、，,]{{0,60}}(?:{titles}))(?:[ \u3000]*(?:{name}))?"
    )


@lru_cache(maxsize=1)
def _titled() -> re.Pattern[str]:
    """Return the pattern of an office in a title: 县委书记在……上的讲话; a name before the bare office is left out."""
    titles = alternation(table(TABLE)["roles"]["titles"])
    seat = "[省市县区州旗镇乡村部局厅委院]|街道|公司|集团|政协|人大|政府"
    unit = rf"(?:中共)?[\u4e00-\u9fff]{{0,8}}(?:{seat})[\u4e00-\u9fff、]{{0,14}}?"
    speech = "讲话|发言|致辞|报告"
    return re.compile(
        rf"(?:^|(?<=\n))(?P<role>(?:{unit})?(?:{titles}))(?:[\u4e00-\u9fff]{{2,3}})?(?:同志)?在[^\n]{{2,50}}(?:{speech})"
    )


def find_speaker(facts: Facts, text: str, head: Head) -> None:
    """Add the speaker's role from a line below the title or from the title, and what the role proves."""
    span = _byline(text, head) or _from_title(text, head)
    if span is None:
        return
    facts.add("speaker_role", text[span[0] : span[1]], span)
    role = text[span[0] : span[1]]
    organ = next(((name, match) for name, cue in _ORGANS if (match := cue.search(role))), None)
    if organ:
        facts.add("organ", organ[0], (span[0] + organ[1].start(), span[0] + organ[1].end()))
    _level(facts, role, span[0])


def _byline(text: str, head: Head) -> tuple[int, int] | None:
    for low, high in byline_spans(text, head) if head.greeted else ():
        dated = _DATED.match(text[low:high])
        low += dated.end() if dated else 0
        match = _office().fullmatch(text, low, high)
        if match:
            return match.span("role")
    return None


def _from_title(text: str, head: Head) -> tuple[int, int] | None:
    match = _titled().search(text, head.start, head.body)
    return match.span("role") if match and names_speech(text[head.start : head.body]) else None


def _level(facts: Facts, role: str, offset: int) -> None:
    if facts.values.get("organ") == "企业":
        facts.add("level", "企业", (facts.evidence["organ"].start, facts.evidence["organ"].end))
        return
    nation = _NATION.match(role)
    if nation:
        facts.add("level", "国家", (offset, offset + nation.end()))
    seat = _SEAT.search(role) or re.search(rf"(?P<place>{PLACE})", role)
    if seat:
        facts.add("level", table(TABLE)["levels"][seat.group("place")], (offset + seat.start(), offset + seat.end()))
