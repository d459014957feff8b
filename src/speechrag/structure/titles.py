"""The title of a speech, as the text has it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from speechrag.structure.endings import salutation_pattern
from speechrag.structure.labels import find_labels
from speechrag.text import clip, is_han, segmenter

_LONGEST = 60
_SHORTEST = 4  # characters that must be left of a title
_WORD = re.compile(r"[^\W_]")  # a line of marks alone (======) is no title
_DATE_LINE = re.compile(r"^[（(]?\s*(?:[\d〇零一二三四五六七八九十]{2,4}|20[xX×*]{2})\s*年.{0,12}[)）]?$")


# 2、在全县……会上的讲话, （三）县长在……会上的致辞: the number tells which of several, the rest is a title
NUMBERED_TITLE = (
    r"(?:#{1,6} ?)?(?:(?P<digits>\d{1,2})[.、．]|[（(]?(?P<han>[一二三四五六七八九十]{1,3})[)）、])[ \u3000]?"
    r"(?P<title>(?:(?!学习|贯彻|传达|领会|落实)[\u4e00-\u9fff]){0,10}?在"
    r"[^\n，。；：]{2,40}上的?(?:讲话|发言|致辞|致词|主持词)稿?)"
)
_NUMBERED = re.compile(NUMBERED_TITLE)
# An office alone above the title of its document: 柳河县人民政府, then 柳河县……统计公报
_LETTERHEAD = re.compile("[\u4e00-\u9fff]{2,20}(?:人民政府|办公[厅室]|委员会|[县市省区州]委|[局厅部])(?:文件)?")
_DOCUMENT = re.compile("[^，。；\n]{6,50}(?:公报|通知|意见|方案|办法|报告|决定|批复|答复|规划|纲要|通报|公告|讲话)")
# How a title ends, and what the rest of one may look like on the next line.
_ENDS = re.compile(
    r"(?:讲话|发言|致辞|致词|主持词|报告|总结|汇报|公报|通知|意见|方案|办法|决定|批复|答复|规划|纲要|通报|公告|条例|规定)稿?$"
)
_TAIL = re.compile(r"[\u4e00-\u9fff]{1,30}(?:[（(【][^（）()【】\n]{1,20}[)）】])?")
_HASHES = re.compile("#{1,6}[ \u3000]+")  # of Markdown
# 在……会议上的讲话（2014年11月6日）县委书记同志们：, all on one line
_BEFORE_DATE = re.compile(r"(?:讲话稿?|发言稿?|致辞|致词|报告|主持词)(?=[ \u3000]*[（(]?(?:19|20)\d\d年)")
_NOTE = re.compile(r"[（(\[【][^（）()]*[）)\]】]")
_SERIAL = re.compile(r"^\d{1,3}[_.、\-\s]+(?=\D)|^(\d{4})_(?=\1)")

# What sites and file names put around a title. 最新 alone may belong to it (最新农机技术推广会上的讲话).
_PUFF = "最新|最全|热门|推荐|精选|精品|优秀|实用|通用|经典|完整|图文"
_HOLDER = "在|关于|领导|书记|主席|主任|副?[省市县区镇乡局]长|[省市县区][委府政]"
_PUFFED = re.compile(
    rf"^(?:(?:20\d\d年?)?(?:{_PUFF}){{2,4}}(?:的|：|:)?|(?:20\d\d年?)?(?:{_PUFF})(?=[的：:]?(?:{_HOLDER})))"
)
_SAID = rf"{_PUFF}|范文|全文|合集|原创|荐|转载|下载|打印版?|word版|共 ?\d{{1,4}} ?页"
_BRACKETED = rf"[【\[（(] ?(?:(?:{_SAID}) ?){{1,6}}[】\]）)]"
_BEFORE = re.compile(rf"^{_BRACKETED}", re.IGNORECASE)
_BEHIND = re.compile(
    rf"(?:{_BRACKETED}|\.(?:docx?|wps|txt|pdf|html?)|[-_|—–]{{1,2}} ?[^\s\-_|—–，。：]{{0,8}}"
    r"(?:网|文库|文秘|豆丁|道客巴巴|范文大全|公文大全|文档下载|范文)|(?<=讲话)范文|(?<=[讲发][话言]稿)范文)$",
    re.IGNORECASE,
)


# What titles of collections are made of beside their subject.
_COMMON_WORDS = re.compile(
    "领导|讲话稿?|发言稿?|致辞|致词|主持词|报告|会议|工作会?|座谈会|大会|会上|范文|例文|大全|精选|通用|最新|稿件|模板|关于|篇"
    r"|[^\u4e00-\u9fff]+|[一二三四五六七八九十的在上之第]"
)


def shown_title(title: str) -> str:
    """Return a title without the words, brackets and names that sites put around it; the text keeps them.

    >>> shown_title("【精品】最新县长在水利冬修会上的讲话 - 文秘网")
    '县长在水利冬修会上的讲话'
    """
    shown, before = _HASHES.sub("", title.strip(), count=1), ""
    while shown != before and len(shown) <= 2 * _LONGEST:
        before = shown
        for pattern in (_BEFORE, _PUFFED, _BEHIND):
            shown = pattern.sub("", shown).strip()
        if shown[:1] == "《" and shown.find("》") == len(shown) - 1:
            shown = shown[1:-1].strip()
    return shown if len(shown) >= _SHORTEST else title


def is_about(title: str, subject: str) -> bool:
    """Tell whether a collection's title is true of a speech that names its meeting or subject so.

    It is where most of its own words stand in the name, where the name says no more than it does, and where it names
    no subject at all (讲话篇一).

    >>> is_about("禁烧工作会议讲话篇一", "全镇秸秆禁烧工作会议"), is_about("禁烧工作会议讲话篇二", "全市统计工作会议")
    (True, False)
    """
    pairs, named = _pairs(title), _pairs(subject)
    if not pairs:
        return True
    return 2 * sum(pair in subject for pair in pairs) > len(pairs) or all(pair in title for pair in named)


def _pairs(title: str) -> list[str]:
    return [run[place : place + 2] for run in _COMMON_WORDS.split(title) if run for place in range(len(run) - 1)]


def find_title(text: str, start: int, end: int, source: str) -> tuple[str, int]:
    """Return the title of the speech in ``text[start:end]`` and the offset where its text goes on.

    A title that runs straight into the salutation (在……会议上的讲话同志们：) is cut before it. Without a title line the
    file's name serves where it is Chinese, else the first words of the text; then the offset is ``start``.
    """
    first, stop = _first_line(text, start, end)
    if first == stop:
        return _named(source), start
    line = text[first:stop]
    greeting = salutation_pattern().search(line[: _LONGEST + 30])
    if greeting:
        cut = _salutation_start(line, greeting.start(), greeting.end())
        title = line[:cut].strip()
        if _SHORTEST <= len(title) <= _LONGEST:
            return title, first + cut
    elif broken := _broken_title(text, (first, stop), end):
        return broken
    elif _LETTERHEAD.fullmatch(line.strip()) and (below := _document_line(text, stop, end)):
        return below
    elif stop < end and (numbered := _NUMBERED.fullmatch(line.strip())):
        return numbered["title"], stop
    elif _is_title(line.strip()) and stop < end:
        return line.strip(), stop
    return _named(source) or _first_words(text, first + (greeting.end() if greeting else 0), end), start


def _broken_title(text: str, line: tuple[int, int], end: int) -> tuple[str, int] | None:
    """Return the title that a page's width broke inside a word, and where its second line ends; None where none is.

    The two lines make up a title only together (政府工作报 / 告): the first ends as no title does, the two end as one,
    and one word reaches over the break. Two lines that each say something of their own meet none of that.
    """
    first, stop = _first_line(text, line[1], end)
    head, tail = text[slice(*line)].strip(), text[first:stop].strip()
    title = head + tail
    if stop >= end or not _is_title(head) or not _TAIL.fullmatch(tail) or _ENDS.search(head):
        return None
    if len(title) > _LONGEST or not _ENDS.search(_NOTE.sub("", title)) or not _is_title(title):
        return None
    over = any(
        title.startswith(word, len(head) - before)
        for word in segmenter("jieba").cut(title)
        for before in range(1, min(len(word), len(head) + 1))
    )
    return (title, stop) if over else None


def _document_line(text: str, start: int, end: int) -> tuple[str, int] | None:
    """Return the title of a document that is the next line, and where it ends; None where that is no such title."""
    first, stop = _first_line(text, start, end)
    line = text[first:stop].strip()
    return (line, stop) if stop < end and _is_title(line) and _DOCUMENT.fullmatch(line) else None


def _first_line(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the first line of ``text[start:end]`` that holds a word; an empty one where none does."""
    word = _WORD.search(text, start, end)
    if word is None:
        return end, end
    stop = text.find("\n", word.start(), end)
    return max(start, text.rfind("\n", start, word.start()) + 1), stop if stop >= 0 else end


def _first_words(text: str, start: int, end: int) -> str:
    first, stop = _first_line(text, start, end)
    if first == stop:
        first, stop = _first_line(text, 0, end)
    return clip(re.split(r"[。！？]", text[first:stop].strip())[0], 40)


def _salutation_start(line: str, start: int, end: int) -> int:
    """Return where the title ends: the salutation's pattern may swallow its last words, a date or byline may follow.

    It is cut behind 讲话, 发言 and the like.
    """
    dated = _BEFORE_DATE.search(line, 0, end)
    if dated:
        return dated.end()
    found = [m.end() for m in re.finditer(r"讲话稿?|发言稿?|致辞|致词|报告|总结|汇报|主持词", line[:end])]
    return max((cut for cut in found if start <= cut < end - 2), default=start)


def _is_title(line: str) -> bool:
    if not line or len(line) > _LONGEST or line[-1] in "。！？!?；;：:，,、的了和与" or _DATE_LINE.match(line):
        return False
    if _NOTE.fullmatch(line):  # a translator's or editor's note
        return False
    return not find_labels(line, 0, len(line))


def _named(source: str) -> str:
    stem = _SERIAL.sub("", PurePosixPath(source.rpartition("!")[2]).stem).replace("_", " ").strip()
    return stem if any(map(is_han, stem)) else ""
