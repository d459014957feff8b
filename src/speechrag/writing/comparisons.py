"""What a question compares, taken apart: one question for each of the things compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speechrag.text import fold
from speechrag.writing.answer_constraints import constraints
from speechrag.writing.questions import Question

_ASKS = (
    r"(?:都|各|究竟|到底|主要)?(?:(?:发生|出现)了?|有了?)?(?:什么|哪些|何|啥)?"
    r"(?:不同|区别|差别|差异|异同|不一样|两样|变化)(?:之处|的地方|点)?(?:在哪里?|是什么)?"
)
_COMPARING = re.compile(rf"{_ASKS}|相比|对比|比较|分别|各(?=是|有|为|由)")
_JOINED = re.compile(r"[和与跟同及比、]")
_THING = r"[^，,。、]{2,16}?"
# 汛情和火情的报告时限有什么不同: what is told of both stands behind them; not 共同, 参与, 和谐.
_AND = (
    "(?:(?<!共)和(?![谐平睦解气])|(?<!参)与(?!会)|跟(?!踪)|(?<![合共不协如相一等会连大雷陪])同(?![志时步意比级步期]))"
)
_RANK = "[省市县区镇乡局委厅]"
_BETWEEN = "(?:之间|两者|二者|两[个种项]|相比|比起来|比较)?"
_PAIR = rf"^(?P<a>{_THING}){_AND}(?P<b>{_THING})"
_TOPICS = (
    re.compile(
        rf"^(?P<a>[^，,。]{{1,10}}?{_RANK}){_AND}(?P<b>[^，,。]{{1,10}}?{_RANK})(?P<of>[^，,。]{{2,24}}?)(?:上|方面)?{_ASKS}"
    ),
    re.compile(rf"{_PAIR}(?P<of>的{_THING})(?:上|方面)?{_BETWEEN}{_ASKS}"),
    # 防汛和抗旱分别由谁负责
    re.compile(rf"{_PAIR}(?P<of>(?:的{_THING})?)(?:分别|各(?=是|有|为|由))(?P<rest>[^，,。?？]{{2,24}})"),
    re.compile(rf"{_PAIR}(?P<of>){_BETWEEN}{_ASKS}[?？。]?$"),
)
# 谁的投入更多, 哪个时限更短: the measure is asked of each.
_MORE = re.compile(
    r"(?:谁|哪(?:一?[个家年种]|[省市县区镇乡]))的?(?P<of>[^，,。?？]{0,12}?)(?:更|较|比较|最)?(?P<how>[多少高低大小长短快慢早晚])[一些点]{0,2}[?？。]?$"
)
_MEASURES = {
    "早": "是什么时候",
    "晚": "是什么时候",
    "长": "多长时间",
    "短": "多长时间",
    "快": "多长时间",
    "慢": "多长时间",
}
_BEGUN = re.compile(r"^(?:请|帮我)?(?:对比|比较|比)(?:一下|下)?")
# What is named at the end of a part and told in several points: 政务信息工作要求 asks 政务信息工作有哪些要求.
_SEVERAL = re.compile(
    r"^(?!.*(?:什么|哪|多少|几|怎|如何|谁))(?P<of>.+?)的?(?P<noun>要求|规定|措施|举措|做法|办法|任务|问题|不足|短板|特点|成绩|成效|经验|原则|重点|安排|部署)$"
)


# A work that is only named asks what is to be done in it.
_WORK = re.compile(
    r"^(?!.*(?:什么|哪|多少|几|怎|如何|谁)).+(?:工作|检查|报送|建设|管理|教育|培训|宣传|化|治理|监管|整治|防治|保护|服务|改革|发展)$"
)
_TIMES = re.compile("[今去前往当]年|现在|过去|以前|从前|目前|[今昨]天")  # no topic


@dataclass(frozen=True, slots=True)
class Comparison:
    """The questions that a comparison consists of; ``named`` where it is between places, years, organs or persons.

    ``things`` are what is compared, one for each question: an answer that is not about its thing answers no part.
    """

    parts: tuple[str, ...]
    named: bool
    things: tuple[str, ...] = ()


def compared(question: Question) -> Comparison | None:
    """Return what ``question`` compares, None where it compares nothing.

    >>> from speechrag.text import segmenter
    >>> from speechrag.writing.questions import analyse
    >>> asked = analyse("汛情和火情的报告时限有什么不同", segmenter("characters"), lambda word: 0.1)
    >>> compared(asked).parts
    ('汛情的报告时限', '火情的报告时限')
    """
    folded = _BEGUN.sub("", fold(question.text).strip())
    more = _MORE.search(folded)
    if more:
        measured = f"{more['of']}{_MEASURES.get(more['how'], '是多少')}"
        folded = f"{folded[: more.start()]}的{measured}" if more["of"] else folded[: more.start()] + measured
    begun = folded != fold(question.text).strip()  # 比较一下 and 谁更多 compare without a further word
    if not begun and not _COMPARING.search(folded):
        return None
    if found := _named(question, folded):
        return found
    if more:
        folded = re.sub("的?" + re.escape(measured) + "$", "分别" + measured, folded)
    match = next((topics for pattern in _TOPICS if (topics := pattern.search(folded))), None)
    return _topics(match) if match and not _TIMES.fullmatch(match["a"]) else None


def _topics(match: re.Match[str]) -> Comparison:
    a, b = match["a"], match["b"]
    # 信访工作的责任和时限: what stands before 的 is said of both.
    if not match["of"] and "的" in a and "的" not in b:
        b = a[: a.rindex("的") + 1] + b
    behind = match["of"] + (match.groupdict().get("rest") or "")
    return Comparison((a + behind, b + behind), False, (a, b))


def asked_of(part: str) -> str:
    """Return a part that only names what is told in points as the question after them.

    >>> asked_of("青河县的修渠要求"), asked_of("汛情的报告时限")
    ('青河县的修渠有哪些要求', '汛情的报告时限')
    """
    return part + "有哪些要求" if _WORK.match(part) else _SEVERAL.sub(r"\g<of>有哪些\g<noun>", part)


def _named(question: Question, folded: str) -> Comparison | None:
    """Return one question for each of the places, years, organs or persons that stand joined in the question."""
    wanted = constraints(question)
    for kind in ("place", "year", "organ", "person"):
        found = sorted((c.text for c in wanted if c.kind == kind and c.text in folded), key=folded.find)
        things = [_whole(thing, folded) for thing in found]
        if len(things) < 2:
            continue
        starts = [folded.find(thing) for thing in things]
        joined = folded[min(starts) : max(start + len(thing) for start, thing in zip(starts, things, strict=True))]
        if all(_JOINED.fullmatch(gap) for gap in _gaps(joined, things)):
            about = _COMPARING.sub("", folded.replace(joined, ",", 1)).strip("，,?？。 ")
            return Comparison(tuple(f"{thing}{about}" for thing in things), True, tuple(things))
    return None


def _whole(thing: str, folded: str) -> str:
    """Return a name with the rank behind it that a table of names cut off: 河南 in 河南街道."""
    rank = re.match("街道|[省市县区镇乡]", folded[folded.find(thing) + len(thing) :])
    return thing + rank[0] if rank else thing


def _gaps(joined: str, things: Sequence[str]) -> Iterator[str]:
    """Yield what stands between the things that follow each other in ``joined``."""
    rest = joined
    for thing in sorted(things, key=joined.find):
        before, _, rest = rest.partition(thing)
        if before:
            yield before
