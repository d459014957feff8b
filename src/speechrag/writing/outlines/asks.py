"""What a brief asks for beside its theme: functions (成绩, 不足), matters (招商引资, 民生), and a length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from speechrag.text import parse_chinese_number, unique
from speechrag.writing.outlines.tagging import tagged

MATTERS = 6  # matters of one brief
MATTER_CHARS = range(2, 15)
SAID = 0.5  # share of a matter's words by which a text speaks of it

_ASK = re.compile(
    r"^(?:主题(?:是|为|[：:])|内容(?:包括|是)|包括|涉及|结合|围绕|针对|关于|兼(?:顾|讲|谈)?|(?:要|请|需|需要|想|主要|着重|重点|特别)?(?:突出|强调|部署|安排|布置|总结|回顾|"
    r"分析|指出|提出|解决|抓好|讲讲|讲清楚?|讲透|讲明|讲好|讲(?!话)|谈谈|谈|说说|说清楚?|说(?!话)|重点(?:是|在)?|主要是|要有|着重于))"
)
_VERB = re.compile(
    r"^(?:再|也|还|并|把|对|要|有|是|在|一下|重点|着重|主要|清楚?|透|好|突出|强调|讲|谈|说|总结|回顾|部署|安排|布置|分析|指出|提出|查找|解决|抓好|加强|做好|怎么|如何|怎样)+"
)
_SPLIT = re.compile(r"[、]|以及|[和与及](?![谐平解睦时])|(?<=[\u4e00-\u9fff]{2})怎么|如何|怎样")
_FRAME = re.compile(
    r"\d{2,}|[一二两三四五六七八九十几\d]{1,3}(?:个|大)?(?:点|条|部分|方面|层|块|分钟|小时|千|百)|(?<=[千百多余来0-9])字|语气|口气|风格|接地气|[短硬软实]话|通俗|篇幅|时间|硬一|短一|软一|实一|实在|具体一|简短|口语|意见$|观众|听众|对象|参会"
)
# 讲进展、形势、任务三块: how many things were named.
_COUNTED = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:[这等]?[一二两三四五六七八九十几\d]{1,2}(?:个|大)?(?:点|条|部分|方面|层|块|项|内容)(?:内容)?)$"
)
_SPEECH = re.compile(r"讲话|发言|致辞|讲稿|文稿")
_OF = re.compile(r"(?:的)?(?:问题|情况|工作|方面|内容|这[一两几]?[个项件块]+)$")
_RECAP = re.compile(
    r"(?:总结|回顾)(?:去年|上年|上半年|前一?阶段|一年来|过去|20\d\d年)|(?:总结|回顾).{0,12}[，、](?:部署|安排|布置)"
)
_LENGTH = re.compile(
    r"(?P<n>\d{3,5}|[一二两三四五六七八九]千(?:[一二三四五六七八九]百)?|[五六七八九]百)\s*(?:多|余|来)?字"
)
_MINUTES = re.compile(
    r"(?P<half>半个?(?:小时|钟头))|(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})\s*(?P<unit>分钟|个?小时|个?钟头)"
)
SPOKEN = 200  # characters a leader reads in a minute
_ROLES = (
    ("achievement", re.compile(r"成绩|成效|做法|成果|进展|去年|上年|上半年|前一?阶段|过去")),
    ("problem", re.compile(r"不足|问题|差距|短板|薄弱|教训|毛病")),
    ("significance", re.compile(r"为什么|意义|重要性|形势|必要性|紧迫")),
    ("task", re.compile(r"任务|措施|下一步|今年|怎么干|干什么|做什么|打算|举措")),
)


class Asked(NamedTuple):
    """The functions that a brief names, and the matters, in the order in which it names them."""

    roles: tuple[str, ...]
    matters: tuple[str, ...]


def asked(text: str, event: str, theme: str) -> Asked:
    """Return what ``text`` asks for beside the ``theme`` of its meeting ``event``.

    >>> asked("县长在全县统计工作会议上的讲话，讲成绩和不足，重点是数据质量和普查", "全县统计工作会议", "统计")
    Asked(roles=('achievement', 'problem'), matters=('数据质量', '普查'))
    """
    roles = ["achievement"] if _RECAP.search(text) else []
    matters: list[str] = []
    for item, solved in _items(text.replace(event, "|") if event else text):
        role = "" if solved else next((name for name, words in _ROLES if words.search(item)), "")
        bare = _OF.sub("", item)
        if role:
            roles.append(role)
        elif len(bare) in MATTER_CHARS and bare not in theme and theme != bare:
            matters.append(bare)
    return Asked(tuple(unique(roles)), tuple(unique(matters))[:MATTERS])


def _items(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each thing that the brief wants spoken of, and whether it is a fault to be mended (报得慢的问题)."""
    for fragment in re.split(r"[，。；,;\n]", text):
        fragment = _COUNTED.sub("", fragment.strip()) if "、" in fragment else fragment
        opening = _ASK.match(fragment.strip())
        if opening is None or _FRAME.search(fragment) or _SPEECH.search(fragment):
            continue
        solved = "解决" in opening[0] or "解决" in fragment
        for item in _SPLIT.split(fragment.strip()[opening.end() :]):
            bare = _VERB.sub("", item).strip("“”《》 ：:的")
            if bare and "什么" not in bare.replace("为什么", ""):
                yield bare, solved


def speaks_of(matter: str, text: str) -> bool:
    """Tell whether ``text`` speaks of ``matter``: in its words, or in at least half of the words it is made of."""
    if matter in text:
        return True
    words = [word for word, _ in tagged(matter) if len(word) >= 2]
    return len(words) > 1 and sum(word in text for word in words) > SAID * len(words)


def _spelled(raw: str) -> int | None:
    """Return a numeral up to 9999 as a number: 两千五百 is 2500."""
    total, rest = 0, raw.replace("两", "二")
    for unit, value in (("千", 1000), ("百", 100)):
        before, mark, after = rest.partition(unit)
        if mark:
            total, rest = total + (parse_chinese_number(before) or 0) * value, after
    return total + (int(rest) if rest.isdigit() else parse_chinese_number(rest) or 0) or None


def asked_length(text: str) -> int | None:
    """Return the characters asked for; a time to speak counts as what is read aloud in it."""
    match = _LENGTH.search(text)
    if match:
        raw = match.group("n")
        return int(raw) if raw.isdigit() else _spelled(raw)
    spoken = _MINUTES.search(text)
    if spoken is None:
        return None
    if spoken.group("half"):
        return 30 * SPOKEN
    count = _spelled(spoken.group("n")) or 0
    return SPOKEN * count * (1 if spoken.group("unit") == "分钟" else 60) or None
