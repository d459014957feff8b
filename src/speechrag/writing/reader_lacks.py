"""What a question cannot do without, held against each candidate behind the nets: a name, an outcome, the members.

哪家公司 is not answered by “与一家公司合作”, 后来怎么处理的 not by what went wrong, 是哪三场 not by “打好三场硬仗”. The
nets see such signs among a hundred others and weigh them too little where everything else fits. What is taken off here
was set on questions of authors from whom the nets have not learnt (``training/README.md``).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_types import enumerated
from speechrag.writing.names import places
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question
from speechrag.writing.reader_demands import Demanded, named_in

# Log-odds taken off: no name of the kind is there, though the thing is spoken of; no word of what came of it; the
# members are counted and not told; no price of the unit, no first, no place.
UNNAMED, NO_OUTCOME, BARE, UNTOLD = 1.5, 1.0, 1.5, 1.0
SIGNS = "unnamed_kind", "outcome", "reported"
_MEMBERS_ASKED = re.compile(
    "哪|分别|各[是指有叫]|名字|名单|叫什么|叫啥|[是有]谁|指的?是?(?:什么|啥)|[是有]些?(?:什么|啥)"
)
_TOLD_OTHERWISE = frozenset([Kind.NUMBER, Kind.DATE, Kind.DURATION, Kind.HOW, Kind.WHY])
_MEASURE = "大个项条家名位座所件场处篇类种大块支点句字部本村组户对"
_NUMERALS = {2: "二两", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七", 8: "八", 9: "九", 10: "十"}
_GROUP = re.compile(
    rf"(?<![第\d十百千万点\.])(?P<size>\d{{1,3}}|[二两三四五六七八九十])(?:[{_MEASURE}]|(?<=[“\"].))"
    r"(?P<noun>(?![年月日号天元岁级层届万亿小分周公]|.?[一二三四五六七八九十])[\u4e00-\u9fff]{2,12}?)"
    r"(?=[”\"]|(?:都|分别|各|的名|名[字单])|[叫是有指]|[^\u4e00-\u9fff]|$)"
)
# What tells the members behind the counted thing, in its clause or right behind it.
_TOLD_IN = re.compile(r"[：:—（(《]|、(?![\d二两三四五六七八九十])|分别|包括")
_TOLD_BEHIND = re.compile(
    r"[，,。；;]\s*(?:即|就是|分别|包括|具体|它们|其中|[一1][是、.．要]|第一|首先|[（(][一1]|既|一个是?|一手)"
)
_TOLD_BEFORE = re.compile(r"、[^，,。；;：:、]{1,30}$|等[^，,。；;、]{0,4}$|[”》\"]$")


# 哪些地方 is answered by what is near a market, and what somebody's share came to by a figure.
_ANYWHERE = re.compile("哪[些几]?个?(?:地方|地区|地段|场所)")
_TOLD_BY_VALUE = frozenset([Kind.NUMBER, Kind.DATE, Kind.DURATION])


_SPELLED = "一二两三四五六七八九十百千万"
_UNITS = "斤吨亩人户米天次趟篇条幅件餐顿桌本期头只棵份"
# 一斤能卖多少钱, 每户给多少报酬: a sum for all of it tells no price.
_PRICE = re.compile(
    rf"(?:每|一)个?(?:公|平方)?([{_UNITS}]|平方|小时)[^，,。？?]{{0,8}}"
    r"(?:多少(?:[元块钱]|工钱|报酬|补[助贴]|(?=[，,？?]|$))|几[块元]|工钱|价[钱格])"
)
_FIRST = re.compile(
    r"第一名|排(?:在|名)?第一|[得拿获]了?第一|第一的|名列第一|头一名|冠军|"
    r"最[差好高多低少快慢大小强弱]的?是?[谁哪]|哪[^，,。？?]{0,6}最[差好高多低少快慢大小强弱]"
)
_FIRST_TOLD = re.compile(
    "第一(?!时间|线|责任|书记|次|步|产业)|首位|首名|榜首|之首|居首|冠|最(?!直接|近|终|后)|头名|倒数|末|垫底"
)
_WHERE = re.compile("(?:在|位于|设在)(?:哪里|哪儿|什么地方|何处)(?:[召举开办展建][开行办出]?的?)?[？?]?$|地点")
_WHERE_TOLD = re.compile(
    "(?:[在于到]|设在|地点)[^，,。；;]{1,10}(?:[召举展开办设建落]|[楼厅室馆场院所站点村镇校社园街路旁边里内])"
)
# What is asked for, and words of which one must stand where it is told.
_TOLD_BY: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked), re.compile(told))
    for asked, told in (
        ("谁写的|(?<!工)作者|主编是|谁编的", "作者|[著写撰编笔]"),
        ("判[了处]?[几多什啥]|判刑|刑期|判得", "[判刑徒]"),
        (
            "处罚|处分|[受挨]罚|怎么罚|罚了[谁哪什啥]",
            "[罚撤扣关停拘免]|处[分理置]|追究|警告|通报|问责|批评|开除|取消|诫勉|查处|黄牌|否决",
        ),
        ("补偿|赔偿|怎么赔|赔[了多]", "[补赔偿]"),
        ("赞助", "赞助|[捐出]资?|资助"),
        ("出版社", "出版社"),
        ("(?:批示|指示|贺信)[^，,。？?]{0,2}(?:原话|全文)", "[“\":：]"),
        (
            "批示[了的]?[^，,。？?]{0,4}(?:什么|啥|怎么|如何)|批了[^，,。？?]{0,2}(?:什么|啥|哪)",
            "批[^。]{0,16}[“\":：]|要求|指出|强调|肯定|[采推]",
        ),
    )
)  # fmt: skip
# 发言说了些什么 is not told by “作了很好的发言”.
_SAID = re.compile(
    r"(?:发言|介绍|致辞|讲话|贺信|汇报|故事|经验|交流|[说讲])[^，,。？?]{0,8}(?:什么|哪[些几]|啥|怎么|咋)"
    r"|(?:什么|哪些|啥)[^，,。？?]{0,4}(?:经验|故事|做法|工作法|内容)|具体(?:怎么|内容|做法)"
)
_PRONOUN = re.compile("[他她](?![们人国乡日])")


class Signs(NamedTuple):
    """What the nets see of a candidate under the names ``SIGNS``, each 0..1."""

    unnamed: float
    no_outcome: float
    reported: float


def taken_off(question: Question, demanded: Demanded, candidate: Candidate, signs: Signs) -> float:
    """Return the log-odds that ``candidate`` loses for what ``question`` cannot do without."""
    told = _ANYWHERE.search(question.text) or (signs.unnamed and _spoken_of(question, demanded, candidate))
    named = 0.0 if told else UNNAMED * signs.unnamed
    outcome = 0.0 if question.kind in _TOLD_BY_VALUE else NO_OUTCOME * signs.no_outcome
    own = candidate.window.own
    untold = unpriced(question, own) + not_first(question, own) + nowhere(question, own) + wordless(question, own)
    untold += bool(signs.reported) and _SAID.search(question.text) is not None
    return named + outcome + BARE * bare(question, candidate) + UNTOLD * untold


def unpriced(question: Question, own: str) -> bool:
    """Tell whether a price of each is asked for, and ``own`` tells none: 一斤能卖多少钱, not 全村卖了多少钱."""
    asked = _PRICE.search(question.text)
    if asked is None:
        return False
    told = rf"(?:[每一1/均]|人均)个?(?:公|平方)?{asked[1]}|{asked[1]}[^，,。；;]{{0,6}}[\d{_SPELLED}]+[元块]"
    return not re.search(told, own)


def wordless(question: Question, own: str) -> bool:
    """Tell whether ``own`` has no word of what is asked for: a penalty, a sentence, an author, somebody's own words."""
    return any(asked.search(question.text) and not told.search(own) for asked, told in _TOLD_BY)


def not_first(question: Question, own: str) -> bool:
    """Tell whether the first or the last of several is asked for, and ``own`` has no word of one."""
    return bool(_FIRST.search(question.text)) and not _FIRST_TOLD.search(own)


def nowhere(question: Question, own: str) -> bool:
    """Tell whether it is asked where something is or is held, and ``own`` names no place but the question's."""
    # 原因在哪儿 asks for no place.
    if question.kind is not Kind.PLACE or not _WHERE.search(question.text) or _WHERE_TOLD.search(own):
        return False
    return not any(own[start:end] not in question.text for start, end in places(own))


def _spoken_of(question: Question, demanded: Demanded, candidate: Candidate) -> bool:
    """Tell whether 他 of the candidate is somebody whom the passage names before."""
    own, passage = candidate.window.own, candidate.window.layers[5][0]
    if demanded.kind not in {"person", "who"} or not _PRONOUN.search(own):
        return False
    return bool(named_in(passage[: max(0, passage.find(own))], demanded, question.text))


def bare(question: Question, candidate: Candidate) -> bool:
    """Tell whether the members of a counted thing are asked for, and the candidate counts it without telling them.

    False where the candidate does not count it: what tells the members need not say again how many there are.
    """
    if question.kind in _TOLD_OTHERWISE or not _MEMBERS_ASKED.search(question.text):
        return False
    group = next((found for found in _GROUP.finditer(question.text) if _size(found["size"]) > 1), None)
    if group is None:
        return False
    size, text = _size(group["size"]), candidate.window.own
    points = len(candidate.spans)
    if enumerated(text) == size or (candidate.listed and size in {points, points - 1}):
        return False
    found = list(_counted(size, group["noun"][:2], group["noun"][-2:]).finditer(text))
    return bool(found) and not any(_told(text, match) for match in found)


def _size(written: str) -> int:
    return int(written) if written.isdigit() else next(n for n, forms in _NUMERALS.items() if written in forms)


def _counted(size: int, head: str, last: str) -> re.Pattern[str]:
    """Return what counts a thing that begins with ``head`` or ends with ``last``: 三家被约谈的企业, 企业3家."""
    number = rf"(?<![第\d十百千万点\.])(?:{size}|[{_NUMERALS.get(size, size)}])(?!\d)"
    return re.compile(
        rf"{number}[{_MEASURE}]?[^，,。；;、]{{0,4}}?(?:{head}|{last})|{last}[^，,。；;、\d]{{0,6}}{number}[{_MEASURE}]"
    )


def _told(text: str, counted: re.Match[str]) -> bool:
    """Tell whether members are named around the counted thing."""
    begin = max(text.rfind(mark, 0, counted.start()) for mark in "，,。；;：:！？\n") + 1
    end = min((at for mark in "，,。；;！？\n" if (at := text.find(mark, counted.end())) >= 0), default=len(text))
    return bool(
        _TOLD_BEFORE.search(text, begin, counted.start())
        or _TOLD_IN.search(text, counted.end(), end)
        or _TOLD_BEHIND.match(text, end)
    )
