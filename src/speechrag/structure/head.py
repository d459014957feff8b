"""The lines above a speech's salutation: title, subtitle, date and byline, which say most surely what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.structure.endings import salutation_pattern

_REACH = 300  # characters below the title within which a head ends
_LINE = 70  # characters of a line of a head
_LINES = 6
_SPEAKS = 1_000  # characters in which a speaker announces his points
_SAYS = 500  # and in which he says 我想, 我再, 我代表
_ANNOUNCES = re.compile(
    r"(?<![“‘])我(?![们国党军省市县区州镇乡街局厅])(?:再|就|想|代表)?[^。！？\n”]{0,30}?(?:讲|谈|强调|提)[^。！？\n]{0,8}?[几一二三四五六七八九十两][个点]"
)
_FIRST = re.compile("我(?:再|想|讲|代表|受|局|厅|院|公司|集团|校)")
_SPEECH = re.compile(
    "(?:的|[会班式礼坛议])(?:讲话|发言|致辞|致词|主持词|献词|贺词)稿?(?:提纲)?(?:[（(][^\n]*)?(?=$|\n)"
    "|会议上(?=$|\n)|(?:工作|政治)(?:报告?(?=$|\n)|报告(?=[（(]))|会议上的[^\n]{0,8}报告"
)
_ABOUT = re.compile("热议|主持并|出席|发表|作(?:重要)?讲话|重要讲话|学习|讨论|传达|印发|解读|引发|反响|感言|侧记|综述")
_AT = re.compile(r"(?:^|\n)[—\-]{0,4}[ \u3000]{0,2}在")  # 在……学习贯彻……专题研讨班上的讲话
_SENTENCE = re.compile("[。！？!?；;]")
_SPACE = " \t\u3000"
# 县委办公室主任同志们：: where a page lost its line breaks the salutation begins after the byline.
_GREETED = re.compile("尊敬的|敬爱的|亲爱的|各位|诸位|同志们|朋友们|委员们|代表们")
_ADDRESSED = re.compile("同志们|各位代表")


@dataclass(frozen=True, slots=True)
class Head:
    """Offsets of a speech's head: its own title from ``start`` to ``body`` (empty where ``start == body``), then more.

    ``end`` is where the salutation or the text begins; ``greeted`` tells which.
    """

    start: int
    body: int
    end: int
    greeted: bool


def find_head(text: str, start: int, body: int) -> Head:
    """Return the head of the speech ``text`` whose title, if it is its own, is ``text[start:body]``."""
    limit = min(len(text), body + _REACH)
    greeting = salutation_pattern().search(text, body, limit)
    if greeting:
        inner = _GREETED.search(greeting.group())
        end = greeting.start() + (inner.start() if inner else 0)
        if _is_head(text[body:end]):
            return Head(start, body, end, True)
    # 各位代表， with a comma where most have a colon.
    opening = _ADDRESSED.search(text, body, limit)
    if opening and _is_head(text[body : opening.start()]):
        return Head(start, body, opening.start(), True)
    return Head(start, body, body, False)


def _is_head(block: str) -> bool:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    return len(lines) <= _LINES and all(len(line) <= _LINE and not _SENTENCE.search(line) for line in lines)


def is_spoken(text: str, head: Head) -> bool:
    """Tell a text in which somebody speaks for himself from one that tells of others, such as a news item."""
    return head.greeted or announcement(text, head) is not None or bool(_FIRST.search(text, head.end, head.end + _SAYS))


def announcement(text: str, head: Head) -> re.Match[str] | None:
    """Return where the speaker announces his points: 下面，我讲三点意见."""
    return _ANNOUNCES.search(text, head.end, min(len(text), head.end + _SPEAKS))


def names_speech(title: str) -> bool:
    """Tell whether ``title`` is that of a speech or report, and not of a text about one.

    >>> names_speech("在全县统计工作会议上的讲话"), names_speech("全市开会热议在座谈会上的重要讲话")
    (True, False)
    """
    return bool(_SPEECH.search(title)) and (bool(_AT.search(title)) or not _ABOUT.search(title))


def byline_spans(text: str, head: Head) -> list[tuple[int, int]]:
    """Return the spans of the lines of ``head`` below its title, brackets and line ends left out."""
    spans = []
    for match in re.finditer(r"[^\n（）()]+", text[head.body : head.end]):
        low, high = head.body + match.start(), head.body + match.end()
        while low < high and text[low] in _SPACE:
            low += 1
        while low < high and text[high - 1] in _SPACE:
            high -= 1
        if low < high:
            spans.append((low, high))
    return spans
