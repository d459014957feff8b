"""Read a brief: who speaks, where, to whom, about what, for which year, in how many points."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from speechrag.errors import UsageError
from speechrag.records import Outline
from speechrag.text import (
    MAX_QUERY_CHARS,
    displayable,
    parse_chinese_number,
    segmenter,
    to_simplified,
    unique,
)
from speechrag.writing.outlines.asks import asked, asked_length
from speechrag.writing.outlines.genre import Gathering, Occasion, Theme, genre, themes
from speechrag.writing.outlines.vocabulary import WEAK, own_words, rows_by_matter, rows_by_name, vocabulary

POINTS = range(3, 7)  # main points a speech has; three is the commonest number
MOST = 5  # main points of a speech for which none were asked
ORDER = ("achievement", "significance", "problem", "task", "call", "safeguard")
BACKWARD = ("achievement", "problem")  # what looks back, and is left out where nobody asks for it or has it
LEVELS = "国省市县区州旗镇乡村校院局厅"
GOVERNED = "省市县区州旗镇乡"  # levels that have a committee and a government of their own

_NUMERAL = "一二两三四五六七八九十0-9"
_AT = re.compile(
    r"在(?P<event>[^在，。；,;\n]{2,60}?)上(?:的|作|做|发表|所作)?(?:一[个篇]|了)?"
    r"(?:[^，。；,;\n]{0,6}?)(?P<genre>讲话|发言|致辞|报告|讲课|稿)"
)
_EVENT = re.compile(r"(?P<event>[^，。；,;\n在]{2,40}(?:会议?|大会|仪式|[班式]))上?的?(?:讲话|发言|致辞|上讲|讲)")
_ABOUT = re.compile(
    r"(?:主题(?:是|为|[：:])|题目(?:是|为|[：:])|关于|围绕|针对|就)(?P<theme>[^，。；,;\n：:]{2,30}?)"
    r"(?:的?(?:领导|动员)?(?:讲话|发言|报告|致辞|稿)|[，。；,;\n]|讲|(?<!工)作|写|做|$)"
)
_ON = re.compile(r"[会班式]上(?:要|来|再)?讲(?!话|[一二两三四五六七八九十几])(?P<theme>[^，。；,;\n]{2,24})")
_AUDIENCE = re.compile(
    r"(?:对象|听众|受众|参会人员|参加人员|与会人员|参训人员|学员|听的人)(?:主要)?(?:是|为|有|包括|[：:])"
    r"(?P<audience>[^，。；,;\n]+)|面向(?P<facing>[^，。；,;\n的]+)"
)
_POINTS = re.compile(
    rf"(?<![第0-9])(?P<n>[{_NUMERAL}]{{1,2}})\s*(?:个|大)?(?:点|条|部分|方面|要点|大点|块|层|个问题|点意见|点要求)"
)
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*年?")
_YEAR_WORDS = re.compile(r"(?P<year>[一二][〇零○一二三四五六七八九]{3})年")
_ALL = re.compile(rf"[全我本](?P<level>[{LEVELS}](?![\u4e00-\u9fff]?党)|街道|系统|集团|公司)")
_ORGAN = re.compile(rf"(?P<level>街道|[{GOVERNED}])(?:党?委|党工委|政府|人民政府|政协|人大|纪委|直|长|领导)")
_VILLAGE = re.compile(r"村(?:支书|党支部|两委|委会|民)")
_PLACE = re.compile(rf"[\u4e00-\u9fff]{{2,3}}(?P<level>[{GOVERNED}]|街道)")
_PREFIX = re.compile(
    r"^(?:(?:19|20)\d\d年度?|[一二][〇零○一二三四五六七八九]{3}年|今年|年度|上半年|下半年|[一二三四]季度)?"
    r"(?:(?![全我本城])[\u4e00-\u9fff]{2,4}?(?:自治)?(?:省|市(?![场域容民]|政(?!府|协))|县(?!域)|区(?![域块])|州|旗|"
    r"镇(?![化村])|乡(?![村镇]))(?=全|委|政|[\u4e00-\u9fff]{3}))?"
    r"(?:(?:全|我|本)(?:国|省|市|县|区|州|旗|镇|乡|街道|系统|局|校|院|厂|集团|公司|行业)|[省市县区镇乡](?:纪?委|政府|政协|人大)|街道|"
    r"集团(?:公司)?|公司|[省市县区]直(?:属)?(?:机关|单位|部门)?)?(?:各?级)?(?:召开的?)?(?:第[^届次期]{1,3}[届次期])?"
)
_MEETING = re.compile(
    r"(?:紧急|电视电话|视频|专题|部署|动员|推进|推动|调度|总结|表彰|座谈|交流|现场|观摩|培训|研讨|述职|评议|汇报|讲评|启动|揭牌|成立|开班|开幕|闭幕"
    r"|工作|业务|年度|联席|誓师|攻坚|经验|促进|会商|安排|扩大|全体|骨干|专门|庆祝|暨|（扩大）|集中|警示|约谈|例行|领导干部)*"
    r"(?:会议|大会|会|开班|班|式|仪式|活动|论坛|大典|典礼|座谈)$"
)
# Who comes to a meeting of its field: 办公室主任会议 is on 办公室工作, 信息员培训班 on 信息.
_PEOPLE = re.compile(r"(?<=[\u4e00-\u9fff]{3})(?:主任|局长|科长|站长|所长|骨干|人员)$|(?<=[\u4e00-\u9fff]{2}信息)员$")
_EDGE = re.compile(
    r"^(?:领导干部|庆祝|纪念|做好|抓好|加强|推进|开展|关于|进一步)?(?:第\d+个|第[一二三四五六七八九十]+个)?|(?:等?(?:有关)?(?:问题|情况))$"
)
_ASK = re.compile(r"(?:请|帮我|给我|起草|撰写|写|拟|一[篇份个]|的|领导|讲话稿?|发言稿?|提纲|材料|主题)")
_CPPCC = "政协"  # whose information and publicity are fields of their own
NOTHING: Mapping[str, str] = MappingProxyType({})
_WHOLE = ("工作", "建设", "整治", "行动", "活动", "管理")  # a theme that needs no 工作 behind it


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read from a brief. Empty strings and None where the brief does not say."""

    brief: str
    speaker: str
    event: str  # 全县网络与信息安全工作会议
    genre: str  # 讲话, 发言, ...
    audience: str
    occasion: Occasion
    theme: str  # 网络与信息安全
    work: str  # 网络与信息安全工作
    level: str  # 县
    year: int | None
    points: int
    points_given: bool
    length: int | None
    focus: tuple[str, ...]  # matters it names beside the theme: 招商引资, 民生
    names: tuple[str, ...]  # ways to name the theme
    terms: tuple[str, ...]  # terms of its trade
    rivals: tuple[str, ...]  # terms that belong to other themes only
    rows: tuple[Theme, ...] = ()  # the known themes it belongs to
    titles: tuple[str, ...] = ()  # words by which the title of a like meeting is known: 村民代表
    own: tuple[str, ...] = ()  # the words of the theme itself: 春耕, 粮食
    asked: tuple[str, ...] = ()  # functions it asks for by name: 总结去年 is achievement, 指出不足 is problem
    found: tuple[str, ...] = ()  # functions that the speeches on the theme have beside the usual ones
    field: str = ""  # the known theme that it is a matter of, where it is none itself: 平安建设 for 流动人口管理
    matter: str = ""  # the term of that field that it names: 流动人口

    def roles(self) -> tuple[str, ...]:
        """Return the function of each main point, in order: the occasion's, and what is asked for or found."""
        wanted = tuple(dict.fromkeys(role for role in (*self.asked, *self.found) if role in BACKWARD))
        most = self.points if self.points_given else MOST
        for count in range(self.points, POINTS.start - 1, -1):
            usual = self.occasion.parts[count]
            roles = [*usual, *(role for role in wanted if role not in usual)]
            if len(roles) <= most and (self.points_given or count <= POINTS.start + self.occasion.thanks):
                break
        for spare in ("problem", "significance"):  # 问题 goes with 成绩 where there is room for one of them only
            if len(roles) > most:
                roles = [role for role in roles if role != spare]
        if "task" in self.found and len(roles) < most and roles.count("task") == 1:
            roles.append("task")
        return tuple(sorted(roles, key=ORDER.index))

    def as_mapping(self) -> Mapping[str, Any]:
        """Return the plan as plain values, to be shown back."""
        return {
            "occasion": self.occasion.name,
            "event": self.event,
            "speaker": self.speaker,
            "audience": self.audience,
            "theme": self.theme,
            "level": self.level,
            "year": self.year,
            "points": self.points,
            "length": self.length,
            "focus": list(self.focus),
            "roles": list(self.roles()),
        }


SETTABLE = ("occasion", "event", "speaker", "audience", "theme", "level", "year", "points", "length")


def read_plan(brief: str, overrides: Mapping[str, str] = NOTHING) -> Plan:
    """Return what ``brief`` asks for; what it leaves open gets the usual value (three points, a working meeting).

    ``overrides`` (keys of ``SETTABLE``) say what the reading got wrong; "" stands for not given. Raises UsageError for
    a key or a value that a plan cannot have.
    """
    text = to_simplified(displayable(brief)).strip()[:MAX_QUERY_CHARS]
    given = _checked(overrides)
    at = _AT.search(text)
    event = given.get("event", at.group("event").strip("“”《》 ") if at else _event(text))
    gathering = _gathering(text, event)
    theme = _whole_theme(given.get("theme") or _theme(text, event, gathering))
    rows, matter = rows_by_name(theme), ""
    if not rows:
        rows, matter = rows_by_matter(theme)
    occasion = _named_occasion(given["occasion"]) if given.get("occasion") else _occasion(event or text, theme)
    count = int(given["points"]) if given.get("points") else _points(text)
    own = own_words(theme, rows)
    wish = asked(text, event, theme)
    names, terms = vocabulary(theme, rows, own)
    plan = Plan(
        brief=text if theme in text else f"{text} {theme}",
        speaker=given.get("speaker", _speaker(text, at)),
        event=event,
        genre=at.group("genre") if at and at.group("genre") != "稿" else "讲话",
        audience=given.get("audience", _audience(text)),
        occasion=occasion,
        theme=theme,
        work=_work(theme, rows),
        level=given.get("level", _level(text)),
        year=_number(given, "year", _year(text)),
        points=count or _usual_points(occasion, wish.roles),
        points_given=count is not None,
        length=_number(given, "length", asked_length(text)),
        focus=wish.matters,
        names=names,
        terms=terms,
        rivals=(),
        rows=rows,
        titles=gathering.titles if gathering else (),
        own=own,
        asked=wish.roles,
        matter=matter,
        field=rows[0].names[0] if rows and not rows_by_name(theme) else "",
    )
    return replace(plan, rivals=_rivals(plan, rows))


def broader_themes(plan: Plan) -> list[str]:
    """Return known themes that the theme of ``plan`` is a kind of, the nearest first; none for a known theme.

    What the meeting is called after where the brief states another theme (公安信息化建设 for 信息主导警务), and what is
    left of either without its first words (信息工作 for 特约信息; 政协信息 where a 政协 speaks).
    """
    if plan.rows:
        return []
    called = _core(plan.event)
    found = [called] if rows_by_name(called) else []
    for theme in unique([called, plan.theme]):
        for start in sorted({theme.find(word) for word in segmenter("jieba").cut(theme)}):
            rest = theme[start:].removeprefix(_CPPCC)
            kinds = [_CPPCC + rest] if _CPPCC in plan.brief else []
            found += [kind for kind in (*kinds, _whole_theme(rest)) if _opens_with_name(kind)]
    return [theme for theme in unique(found) if theme != plan.theme]


def _opens_with_name(theme: str) -> bool:
    return any(theme.startswith(name) for row in rows_by_name(theme) for name in row.names)


def _whole_theme(theme: str) -> str:
    """Return 信息工作 for 信息: it is a theme, and the bare word is in every one."""
    return theme + "工作" if theme in WEAK and rows_by_name(theme + "工作") else theme


def plan_of(outline: Outline) -> Plan:
    """Return the plan that an outline was drafted for, as shown back in ``outline.plan``."""
    shown = {key: outline.plan[key] for key in SETTABLE if key in outline.plan}
    if shown.get("points") not in POINTS:  # a thin corpus filled fewer parts than a plan can ask for
        shown.pop("points", None)
    return read_plan(outline.brief, {key: "" if value is None else str(value) for key, value in shown.items()})


def _checked(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the overrides without white space at their ends. Raises UsageError for what a plan cannot have."""
    given = {key: str(value).strip() for key, value in overrides.items()}
    for key, value in given.items():
        if key not in SETTABLE:
            raise UsageError(f"计划里没有“{key}”这一项；可以改的有：{'、'.join(SETTABLE)}")
        if key in {"year", "points", "length"} and value and not value.isdecimal():
            raise UsageError(f"{key} 应当是一个数，现在是“{value}”")
    if given.get("points") and int(given["points"]) not in POINTS:
        raise UsageError(f"主体部分可以有{POINTS.start}到{POINTS.stop - 1}个，现在是“{given['points']}”")
    return given


def _usual_points(occasion: Occasion, wanted: Sequence[str]) -> int:
    """Return the number of main points where the brief names none: the occasion's, and one for each look back."""
    usual = POINTS.start + occasion.thanks
    return min(usual + sum(role in BACKWARD and role not in occasion.parts[usual] for role in wanted), MOST)


def _number(given: Mapping[str, str], key: str, read: int | None) -> int | None:
    if key not in given:
        return read
    return int(given[key]) if given[key] else None


def _named_occasion(name: str) -> Occasion:
    for row in genre().occasions:
        if row.name == name:
            return row
    raise UsageError(f"没有“{name}”这种场合；可以选：{'、'.join(row.name for row in genre().occasions)}")


def _work(theme: str, rows: Sequence[Theme]) -> str:
    """Return the theme as the name of a line of work; a festival or a day stands for its field (教师节: 教育工作)."""
    field = rows[0].names[0] if rows and theme.endswith(("节", "日", "周")) else theme
    return field if not field or field.endswith(_WHOLE) else field + "工作"


def _speaker(text: str, at: re.Match[str] | None) -> str:
    """Return who speaks: what stands before 在…上, else a post named with 用 or 讲."""
    if at is None:
        said = re.search(
            r"(?:^|[，。；,;])(?P<who>[^，。；,;\n在]{2,12}(?:长|书记|主席|主任|支书))(?:讲|用|作|在|来讲)", text
        )
        return said.group("who") if said else ""
    raw = re.split(r"[，。；,;\n]", text[: at.start()])[-1]
    asked = r"^.*?(?:起草|撰写|写|拟|准备|为|给|请)(?:我|一下)?(?:一[篇份个])?(?=.)"
    return re.sub(asked, "", re.sub(asked, "", raw)).strip("“”一篇份 ")


def _event(text: str) -> str:
    match = _EVENT.search(text)
    return re.sub(r"^.*?(?:起草|撰写|写|拟|准备)(?:一?[篇份个])?", "", match.group("event")) if match else ""


def _audience(text: str) -> str:
    match = _AUDIENCE.search(text)
    return (match.group("audience") or match.group("facing")).strip() if match else ""


def _gathering(text: str, event: str) -> Gathering | None:
    """Return the kind of gathering that is called after who comes to it, not after what it is about."""
    return next((row for row in genre().gatherings if any(mark in (event or text) for mark in row.marks)), None)


def _theme(text: str, event: str, gathering: Gathering | None) -> str:
    """Return the theme: what is left of the meeting's name, else what the brief says it is about."""
    stated = re.search(r"主题(?:是|为|[：:])([^，。；,;\n]{2,30})", text)
    core = _core(event)
    called = gathering is not None and any(core in mark or mark in core for mark in gathering.marks)
    # Several subjects of a meeting that is called after its field are matters of it: 主题是智慧水利、数据共享.
    if stated and (called or not rows_by_name(core) or "、" not in stated.group(1)):
        return _core(stated.group(1))
    if len(core) >= 2 and not called:
        return core
    for pattern in (_ON, _ABOUT):
        about = pattern.search(text)
        if about and len(_core(about.group("theme"))) >= 2:
            return _core(about.group("theme"))
    if gathering is not None:
        return gathering.theme
    known = _known(text)
    if known or event:  # 年度工作总结表彰大会 names no theme
        return known
    return _core(_ASK.sub("", re.split(r"[，。；,;\n]", text)[0]))[:20]


def _core(event: str) -> str:
    """Return the name of a meeting without year, place, level and the kind of meeting.

    >>> _core("全县网络与信息安全工作会议")
    '网络与信息安全'
    """
    core = _PREFIX.sub("", event.strip("“”《》 "))
    core = re.sub(r"^(?:纪?委|政府|政协(?=.*会)|人大(?=.*会))(?!信息|宣传)", "", core)
    for _ in range(3):
        core = _MEETING.sub("", core)
    core = _EDGE.sub("", core)
    core = re.sub(r"(?:系统)?(?:工作)?$", "", core)
    core = _PEOPLE.sub("", core)
    core = re.sub(r"(?:总结|表彰|动员|部署|推进|专题|暨)+$", "", core)
    return core.strip("“”《》 的")


def _known(text: str) -> str:
    found = [name for row in themes() for name in row.names if name in text]
    return max(found, key=lambda name: (len(name), -text.index(name)), default="")


def _rivals(plan: Plan, rows: tuple[Theme, ...]) -> tuple[str, ...]:
    own = "".join((*plan.names, *plan.terms, plan.brief))
    count = Counter(word for row in themes() if row not in rows for word in {*row.terms, *row.names})
    rare = (word for word, rows_with in count.items() if rows_with == 1 and word not in genre().common)
    return tuple(sorted(word for word in rare if len(word) >= 2 and word not in own))


def _occasion(event: str, theme: str) -> Occasion:
    """Return the kind of meeting; the meeting's own word (座谈会) goes before its subject (信访)."""
    rows = genre().occasions
    form = event.removeprefix(theme) if event else ""
    for text in (form, event):
        for row in rows:
            if any(mark in text for mark in row.marks):
                return row
    return rows[-1]


def _points(text: str) -> int | None:
    for match in _POINTS.finditer(text):
        value = parse_chinese_number(match.group("n"))
        if value and value in POINTS:
            return value
    return None


def _level(text: str) -> str:
    """Return 县 for 全县, 县委, 县长 or a named county; what the whole event is called counts most."""
    for pattern in (_ALL, _ORGAN, _PLACE):
        match = pattern.search(text)
        if match:
            return match.group("level")
    return "村" if _VILLAGE.search(text) else ""


def _year(text: str) -> int | None:
    match = _YEAR.search(text)
    if match:
        return int(match.group("year"))
    spelled = _YEAR_WORDS.search(text)
    if not spelled:
        return None
    return int(
        "".join(
            str("〇一二三四五六七八九".index(c.translate({0x96F6: "〇", 0x25CB: "〇"}))) for c in spelled.group("year")
        )
    )
