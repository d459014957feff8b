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
from speechrag.writing.outlines.meetings import (
    core_of,
    event_of,
    level_of,
    named_meeting,
    session_as_assembly,
    unquoted,
)
from speechrag.writing.outlines.vocabulary import WEAK, own_words, rows_by_matter, rows_by_name, vocabulary

POINTS = range(3, 7)  # main points a speech has; three is the commonest number
MOST = 5  # main points of a speech for which none were asked
ORDER = ("achievement", "significance", "problem", "task", "call", "safeguard")
BACKWARD = ("achievement", "problem")  # what looks back, and is left out where nobody asks for it or has it

_NUMERAL = "一二两三四五六七八九十0-9"
_AT = re.compile(
    r"在(?P<event>[^在，。；,;\n]{2,60}?)上(?:的|作|做|发表|所作)?(?:一[个篇]|了)?"
    r"(?:[^，。；,;\n]{0,6}?)(?P<genre>讲话|发言|致辞|报告|讲课|稿)"
)
_ABOUT = re.compile(
    r"(?:主题(?:是|为|[：:])|题目(?:是|为|[：:])|关于|围绕|针对|就)(?P<theme>[^，。；,;\n：:]{2,30}?)"
    r"(?:的?(?:领导|动员)?(?:讲话|发言|报告|致辞|稿)|[，。；,;\n]|讲|(?<!工)作|写|做|$)"
)
_ON = re.compile(r"(?:会议?|[班式])上(?:要|来|再)?讲(?!话|[一二两三四五六七八九十几])(?P<theme>[^，。；,;\n]{2,24})")
_AUDIENCE = re.compile(
    r"(?:对象|听众|受众|参会人员|参加人员|与会人员|参训人员|学员|听的人)(?:主要)?(?:是|为|有|包括|[：:])"
    r"(?P<audience>[^，。；,;\n]+)|面向(?P<facing>[^，。；,;\n的]+)"
)
_POINTS = re.compile(
    rf"(?<![第0-9])(?P<n>[{_NUMERAL}]{{1,2}})\s*(?:个|大)?(?:点|条|部分|方面|要点|大点|块|层|个问题|点意见|点要求)"
)
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d|\s*[多余来左右]{0,2}\s*字)\s*年?")
_YEAR_WORDS = re.compile(r"(?P<year>[一二][〇零○一二三四五六七八九]{3})年")
_ASK = re.compile(r"(?:请|帮我|给我|起草|撰写|写|拟|一[篇份个]|的|领导|讲话稿?|发言稿?|提纲|材料|主题)")
_CPPCC = "政协"  # whose information and publicity are fields of their own
_POSTS = re.compile(
    r"(?<!老)(?:[校园所站院]长|书记|主席|主任|干部|人员|党员|教师|医[生师]|民警|会计|骨干|业务员|网格员|调解员)$"
)
LONGEST = 14  # characters of a theme: what is longer is a sentence on it
_TAUGHT = re.compile(r"^(?:(?:主要|重点|着重)?(?:讲讲?|谈谈?|说说?|围绕|关于|突出)|抓好?|做好)+")
_SPOKEN_OF = re.compile(r"讲话|发言|致辞|讲稿|对象|听众|参加|意见$")
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
    event = given.get("event", named_meeting(unquoted(at.group("event"))) if at else event_of(text))
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
        level=given.get("level", level_of(text)),
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
    """Return the known themes to take where the corpus has nothing on that of ``plan``, the nearest first.

    Of a known theme the others that the brief names beside it (信息化 for 信息化带动农业农村). Of an unknown one what
    the meeting is called after where the brief states another theme (公安信息化建设 for 信息主导警务), and what is left
    of either without its first words (信息工作 for 特约信息; 政协信息 where a 政协 speaks).
    """
    if plan.rows:
        return _named_beside(plan)
    called = core_of(plan.event)
    found = [called] if rows_by_name(called) else []
    for theme in unique([called, plan.theme]):
        for start in sorted({theme.find(word) for word in segmenter("jieba").cut(theme)}):
            rest = theme[start:].removeprefix(_CPPCC)
            kinds = [_CPPCC + rest] if _CPPCC in plan.brief else []
            found += [kind for kind in (*kinds, _whole_theme(rest)) if _opens_with_name(kind)]
    return [theme for theme in unique(found) if theme != plan.theme]


def _named_beside(plan: Plan) -> list[str]:
    """Return the other themes named in the same clause of the brief; an office (水利局) names none."""
    clause = next((part for part in re.split(r"[，。；,;\n]", plan.brief) if plan.theme in part), "")
    named = [
        (clause.find(name), -len(name), name)
        for row in themes()
        if row not in plan.rows
        for name in row.names
        if name not in plan.theme and re.search(rf"{name}(?![局委厅部办])", clause)
    ]
    return unique(name for _, _, name in sorted(named))


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
    if _POSTS.search(field):
        return field + "队伍建设"
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


def _audience(text: str) -> str:
    match = _AUDIENCE.search(text)
    return (match.group("audience") or match.group("facing")).strip() if match else ""


def _gathering(text: str, event: str) -> Gathering | None:
    """Return the kind of gathering that is called after who comes to it, not after what it is about."""
    called = session_as_assembly(event or text)
    return next((row for row in genre().gatherings if any(mark in called for mark in row.marks)), None)


def _theme(text: str, event: str, gathering: Gathering | None) -> str:
    """Return the theme: what is left of the meeting's name, else what the brief says it is about."""
    stated = re.search(r"主题(?:是|为|[：:])([^，。；,;\n]{2,30})", text)
    core = core_of(event)
    called = gathering is not None and any(core in mark or mark in core for mark in gathering.marks)
    # Several subjects of a meeting that is called after its field are matters of it: 主题是智慧水利、数据共享.
    if stated and (called or not rows_by_name(core) or "、" not in stated.group(1)):
        return core_of(stated.group(1))
    if len(core) >= 2 and not called:
        return (_taught(text, event) if _POSTS.search(core) and not rows_by_name(core) else "") or core
    for pattern in (_ON, _ABOUT):
        about = pattern.search(text)
        if about and len(core_of(about.group("theme"))) >= 2:
            told = core_of(about.group("theme"))
            return (_known(told) if len(told) > LONGEST else "") or told
    if gathering is not None:
        return gathering.theme
    known = _known(text)
    if known or event:  # 年度工作总结表彰大会 names no theme
        return known
    return core_of(_ASK.sub("", re.split(r"[，。；,;\n]", text)[0]))[:20]


def _taught(text: str, event: str) -> str:
    """Return what a course is on that is called after who attends it: 党建促乡村振兴 for village secretaries."""
    clauses = (clause.strip() for clause in re.split(r"[，。；,;\n]", text) if event not in clause)
    told = (_TAUGHT.sub("", clause) for clause in clauses if not _SPOKEN_OF.search(clause))
    return next((core_of(clause) for clause in told if len(clause) <= LONGEST and rows_by_name(clause)), "")


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
    form = event.replace(theme, "") if event and theme else event
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
