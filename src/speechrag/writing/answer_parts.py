"""Which part of a speech a list question asks for: what is to be done, what holds it up, what was achieved, why.

A speech gives its reasons, tasks and guarantees in lists that all share its subject; their form tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from speechrag.text import fold, sentence_spans
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_lists import MAX_POINTS, series_of
from speechrag.writing.answer_selection import Quoted
from speechrag.writing.answer_spans import Span, bare_span, series_spans
from speechrag.writing.answer_types import deficit, enumerated
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import synonyms
from speechrag.writing.questions import Question

_TO_DO = frozenset(["任务", "措施", "举措", "办法", "要求", "部署", "安排", "打算"])
_DONE = frozenset(["成绩", "成效", "成果", "经验", "进展", "亮点"])
# The points of a speech are announced as these, whatever they hold.
_GIVEN = frozenset(["问题", "意见", "想法", "希望", "建议", "方面", "重点", "环节", "内容", "事", "工作"])
# 有哪些主要任务, 经验有哪些: the noun beside the question word.
_ASKED = "(?:哪[些几]?|什么)[^，,。？?]{{0,4}}{noun}|{noun}(?:主要|都|分别)?(?:有|是|包括|分)?(?:哪|什么|几)"
_AGENDA = re.compile(
    r"(?:讲|谈|提|说|强调)[^，,。；;]{0,8}[两二三四五六七八九十几\d]+(?:件事|句话|[点条](?=[。：:；;]|$)|"
    r"(?:个|点|条|方面)[^，,。；;]{0,4}(?:问题|意见|想法|要求|希望|建议|关系|体会))"
)
_OF_SPEECH = re.compile(
    "讲话|报告|发言|[几哪两三四五六七八九十](?:点|条|个方面|个问题)|强调|意见|要求|希望|部署|安排|讲了|讲什么|主要内容"
)
_MARK = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}(?:[）)、.．]|是|要(?![求素点闻])|则)|第[一二三四五六七八九十]+[，,、是]?|首先|其次|再次|最后)[，,]?"
)
_GROUND = re.compile(r"是[^，,。；;]{2,36}(?:需要|要求|途径|保证|基础|手段|渠道|纽带|职责|体现|前提|关键)")
_ORDER = re.compile(r"要(?![求素点闻])|必须|应当|切实|进一步|着力|不得|严禁|务必|加强|狠抓|确保")
_LACKS = re.compile("[有亟]待|不(?:够|足|强|高|广|平衡|到位|均|严|实|齐|深|力|全)")
_PAST = re.compile(r"了|已|过(?![程于去])|达到?\d|增长|提高到|取得|完成|实现")
_NUMERALS = "零一二三四五六七八九十"
# How many of the points tell what a list is.
_MOSTLY = 0.6
# What the headings of a speech are about.
_WHY = re.compile("意义|认识|形势|教训|位置|分量|为什么|站位|重要性|必要性|看清|摆正|惊醒|警钟|提高.{0,4}认识|统一思想")
_REVIEW = re.compile("回顾|肯定|成绩|总结|盘点|清醒|查摆|短板|差距|变化|不足|问题要|形势")
_HOLDS = re.compile("责任|组织领导|保障|督查|考核|问责|追究|纪律|带队伍|撑好腰|管队伍")
_HELD = re.compile("保障(?:措施|机制|工作)?|组织领导|组织保障")
_IN_ORDER = 4  # main headings of a speech that goes from reasons to tasks to guarantees
_BARE = 14  # characters of a point that is a heading alone
_BODY = 200  # characters of what is said under it


def another_part(question: Question, candidate: Candidate) -> bool:
    """Tell whether a series gives something else than the list that ``question`` asks for: reasons for tasks."""
    if not candidate.listed:
        return False
    text = candidate.speech.text
    if question.kind is not Kind.LIST:
        return _outlined(question, candidate)
    whole = [text[a:b] for a, b in candidate.spans]
    marked = [p for p in whole if _MARK.match(p)]
    points = marked or whole[1:]
    # Without marks the first span may be a point or lead into them.
    if _miscounted(question, whole, {len(marked)} if marked else {len(whole), len(whole) - 1}):
        return True
    asked = {*question.asked, *(other for word in question.asked for other in synonyms(word))}
    asked |= {noun for noun in _TO_DO | _DONE if re.search(_ASKED.format(noun=noun), question.text)}
    if asked and _AGENDA.search(whole[0]) and not asked & (_TO_DO | _GIVEN):
        return not any(word in fold(whole[0]) for word in asked)
    told = [_MARK.sub("", point) for point in points]
    if "任务" in asked and _HELD.search(whole[0]) and not _HELD.search(question.text):
        return True
    if asked & _TO_DO:
        return _mostly(_GROUND.search(point) for point in told) or _mostly(_wrong(point) for point in told)
    if asked & _DONE:
        return _mostly(_wrong(point) for point in told) or _mostly(_ordered(point) for point in points)
    return False


def _outlined(question: Question, candidate: Candidate) -> bool:
    """Tell whether a series is what the speaker announces to speak of, and not what the question is about.

    我讲三个方面的意见 and its headings tell no reason, way or name, unless the speech itself is asked about, or what
    the question has in quotation marks stands among them.
    """
    whole = [candidate.speech.text[a:b] for a, b in candidate.spans]
    if candidate.themed or not _AGENDA.search(whole[0]) or _OF_SPEECH.search(question.text):
        return False
    return not any(name in fold("\n".join(whole)) for name in question.names)


def _mostly(found: Iterable[object]) -> bool:
    each = [bool(one) for one in found]
    return sum(each) >= _MOSTLY * len(each) > 0


def _wrong(point: str) -> bool:
    first = re.split("[。；;]", point)[0]
    return (deficit(first) or bool(_LACKS.search(first))) and not _ORDER.search(first)


def _ordered(point: str) -> bool:
    return bool(_ORDER.search(point)) and not _PAST.search(point)


def _miscounted(question: Question, whole: Sequence[str], sizes: Set[int]) -> bool:
    """Tell whether a series has another number of points than is asked for, and nothing in it has that number."""
    count = question.count
    if not count or count in sizes or count > len(_NUMERALS) - 1:
        return False
    announced = re.search(rf"{_NUMERALS[count]}|(?<!\d){count}(?!\d)", whole[0].replace("两", "二"))
    return not announced and all(enumerated(fold(text)) != count for text in (*whole, "\n".join(whole)))


def told(question: Question, chosen: Sequence[Quoted]) -> list[Quoted]:
    """Return what is chosen, the headings of a speech narrowed to the part asked for, bare ones with their text.

    主要任务 leaves the headings on meaning and on responsibility out; 保障措施 keeps these alone.
    """
    best = chosen[0][0]
    if question.kind is not Kind.LIST or not best.listed:
        return _holding(question, chosen) if best.listed else list(chosen)
    kept = _narrowed(question, chosen) if best.themed else list(chosen)
    return [(candidate, _with_text(candidate, span)) for candidate, span in kept]


_SINGLE = re.compile('[“"][\u4e00-\u9fff][”"]')  # of “广、深、实” the “实”


def _holding(question: Question, chosen: Sequence[Quoted]) -> list[Quoted]:
    """Return the points that have what the question has in quotation marks, all where none or every one does.

    什么是“敲门法” is answered by the fifth of six requests, not by the six.
    """
    names = [name for name in question.names if not name[0].isdigit()] + _SINGLE.findall(question.text)
    kept = [(c, (a, b)) for c, (a, b) in chosen if any(name in fold(c.speech.text[a:b]) for name in names)]
    # What only announces the points, in the words of the question, is no answer without them.
    return kept if kept and kept != list(chosen[:1]) else list(chosen)


def _narrowed(question: Question, chosen: Sequence[Quoted]) -> list[Quoted]:
    """Return the headings that are of the part asked for; with its points where there is but one. Else all."""
    candidate = chosen[0][0]
    if any(other.speech.speech_id != candidate.speech.speech_id for other, _ in chosen):
        return list(chosen)
    text = candidate.speech.text
    headings = [span for _, span in chosen if _MARK.match(text[slice(*span)])]
    if _HELD.search(question.text):
        kept = [span for span in headings if _HOLDS.search(text[slice(*span)])]
    elif "任务" in question.asked or "下一步" in question.text:
        kept = _tasks([(span, text[slice(*span)]) for span in headings])
    else:
        return list(chosen)
    if not kept:
        return list(chosen)
    points = _under(candidate, kept[0], headings) if len(kept) == 1 else ()
    return [(candidate, span) for span in (*kept, *points)]


def _tasks(headings: Sequence[tuple[Span, str]]) -> list[Span]:
    """Return the headings on what is to be done, empty where a speech has no such order of reasons and tasks."""
    before = [span for span, heading in headings if _WHY.search(heading) or _REVIEW.search(heading)]
    if not before or len(headings) > _IN_ORDER:
        return []
    return [span for span, heading in headings if span not in before and not _HOLDS.search(heading)]


def _under(candidate: Candidate, heading: Span, headings: Sequence[Span]) -> Sequence[Span]:
    """Return the first series under a heading, empty without one."""
    text = candidate.speech.text
    stop = min((a for a, _ in headings if a > heading[0]), default=len(text))
    inside = [s for s in series_of(text, [(heading[1], stop)]) if heading[1] <= s.start and s.points[-1][1] <= stop]
    spans = series_spans(text, inside[0]) if inside else ()
    return [span for span in spans if span[0] >= heading[1]][:MAX_POINTS]


def _with_text(candidate: Candidate, span: Span) -> Span:
    """Return the span of a point with the sentence behind it where the point is but a short heading."""
    text, (start, end) = candidate.speech.text, span
    heading = _MARK.sub("", text[start:end])
    if candidate.themed or not _MARK.match(text[start:end]) or len(heading) > _BARE or "，" in heading:
        return span
    stop = text.find("\n", end)
    for a, b in sentence_spans(text, end, min(stop if stop >= 0 else len(text), end + 2 * _BODY))[:2]:
        if b - span[1] > _BODY or _MARK.match(text[a:b]) or end - span[1] > _BARE:
            break
        end = b
    return start, bare_span(text, start, end)[1]
