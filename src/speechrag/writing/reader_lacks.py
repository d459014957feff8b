"""What a question cannot do without, held against each candidate behind the nets: a name, an outcome, the members.

哪家公司 is not answered by “与一家公司合作”, 后来怎么处理的 not by what went wrong, 是哪三场 not by “打好三场硬仗”. The
nets see such signs among a hundred others and weigh them too little where everything else fits. What is taken off here
was set on questions of authors from whom the nets have not learnt (``training/README.md``).
"""

from __future__ import annotations

import re

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_types import enumerated
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question
from speechrag.writing.reader_demands import Demanded, named_in

# Log-odds taken off: no name of the kind is there, though the thing is spoken of; no word of what came of it; the
# members are counted and not told.
UNNAMED, NO_OUTCOME, BARE = 1.5, 1.0, 1.5
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


_PRONOUN = re.compile("[他她](?![们人国乡日])")


def taken_off(question: Question, demanded: Demanded, candidate: Candidate, unnamed: float, no_outcome: float) -> float:
    """Return the log-odds that ``candidate`` loses for what ``question`` cannot do without.

    ``unnamed`` and ``no_outcome``, 0..1, are what the nets see under these names.
    """
    told = _ANYWHERE.search(question.text) or (unnamed and _spoken_of(question, demanded, candidate))
    named = 0.0 if told else UNNAMED * unnamed
    outcome = 0.0 if question.kind in _TOLD_BY_VALUE else NO_OUTCOME * no_outcome
    return named + outcome + BARE * bare(question, candidate)


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
