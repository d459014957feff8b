"""Where a candidate speaks of something else than is asked: another year, another ordinal, another thing of the kind.

A near miss shares its subject with the question. What gives it away stands right beside the question word (中稻面积 is
asked, 早稻面积 is told), in the clause that gives the value, or in what no retrieved passage says at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from speechrag.text import bigrams, is_han
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import NEIGHBOURS
from speechrag.writing.answer_types import TITLED, enumerated, gives_reason, members, spots
from speechrag.writing.figures import canonical
from speechrag.writing.names import bears_name, persons
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question, rarity

_ASKING = re.compile(
    r"多少|多大|多高|多长|多久|多重|多宽|几|哪[些几个位家种项]?|为什么|为啥|什么|啥|谁|何时|何地|何人|怎么样?|怎样|怎|如何|咋|为何|吗"
    r"|有没有|是不是|是否|有无|能否|可否|([\u4e00-\u9fff])[不没]\1|没有?(?=[？?]|$)"
)
# What may stand between the question word and what is asked about.
_LINK = re.compile(r"(?:一共|总共|大概|分别|应该|具体|到底|究竟|是|有|为|达到?|占|了|要|叫|在|到|的){1,5}$")
_BEFORE, _AFTER = 8, 6
_MARKS = "，,。；;：:！!？?\n"
_RELATIVE = (
    ("前年",), ("去年", "上年", "上一年"), ("今年", "本年", "当年"), ("明年", "来年", "下一年"),
)  # fmt: skip
_TOLD_YEARS = tuple(
    (*words, "过去一年", "过去的一年", "一年来", "工作回顾") if "去年" in words else words for words in _RELATIVE
)
_COMPARED = re.compile("(?:比|较|同比|超过)(?:前年|去年|上年|上一年|今年)")  # 比上年多了164人 tells of this year
_ORDINAL = re.compile(r"第\d{1,4}(?P<of>[次届期轮批季版代])|(?<!\d)(?P<session>\d{1,4})届")
# A name is asked for, of a person or of something that bears one in quotation marks; firms and offices bear none.
_NAMELESS = re.compile(r"叫什么|叫啥|名字|姓名|姓什么|姓啥|全名")
# The thing that bears it: 农家院 of 老吴开的农家院叫什么.
_CALLED = re.compile(
    r"(?:的|[座家所个条支])([\u4e00-\u9fff]{2,4})(?:的名字|名字|全名)?叫(?:什么|啥)|([\u4e00-\u9fff]{2})叫(?:什么|啥)"
)
_HARDLY = 0.5  # up to this strength a value is hardly of the kind asked for
_SLOGAN = re.compile(r"^([两二三四五六七八九]|\d)(?![\d年月日%])")
_COUNTS = {char: n for n, char in enumerate("零一两三四五六七八九")} | {"二": 2}


# What ``differs`` returns, and ``apart``.
CHECKS = (
    "other_year", "other_ordinal", "beside_own", "beside_near", "beside_clause", "spelled", "nameless", "unlisted",
    "unreasoned",
)  # fmt: skip
APART = "nowhere", "together", "apart", "together_own", "apart_own"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for, as its own words put it; see ``asked_for``."""

    pairs: tuple[tuple[str, float], ...]  # character pairs beside the question word, with their rarity
    years: frozenset[int]  # places in ``_RELATIVE``
    ordinals: tuple[tuple[str, str], ...]  # as written in digits, and what is counted
    members: int  # how many members a slogan or a list has that is to be spelled out, 0 where unknown


def asked_for(question: Question, document_frequency: Callable[[str], float]) -> Asked:
    """Return what ``question`` asks for. ``document_frequency`` is that of ``questions.analyse``."""
    beside = [pair for part in _beside(question.text) for pair in bigrams(part) if all(map(is_han, pair))]
    pairs = tuple((pair, rarity(document_frequency(pair))) for pair in dict.fromkeys(beside))
    return Asked(pairs, _years(question.text), tuple(_ordinals(canonical(question.text))), _members(question))


def _beside(text: str) -> tuple[str, str]:
    """Return what stands right before the question word and right behind it."""
    match = _ASKING.search(text)
    if match is None:
        return text, ""
    before = _LINK.sub("", re.split(r"[，,。；;：:！!？?]", text[: match.start()])[-1])
    behind = re.split(r"[，,。；;：:！!？?的]", text[match.end() :])[0]
    return before[-_BEFORE:], behind[:_AFTER]


def _years(text: str) -> frozenset[int]:
    return frozenset(place for place, words in enumerate(_RELATIVE) if any(word in text for word in words))


def _ordinals(text: str) -> list[tuple[str, str]]:
    return [(match.group(), match["of"] or "届") for match in _ORDINAL.finditer(text)]


def _members(question: Question) -> int:
    """Return how many members are asked for: 哪六项, or those of “七有”."""
    if question.count:
        return question.count
    sizes = (_COUNTS.get(m[1], 0) or int(m[1]) for name in question.names if (m := _SLOGAN.match(name)))
    return next(sizes, 0) if question.kind in {Kind.LIST, Kind.WHAT} else 0


def value_clause(question: Question, own: str, words: Sequence[str]) -> str:
    """Return the clause of ``own`` that gives the value asked for: the fullest of the question's ``words``.

    All of ``own`` where no value is asked for or none is there.
    """
    if not question.hard:
        return own
    found = [(strength, *_clause(own, start, end)) for start, end, strength in spots(question, own)]
    if not found:
        return own
    most = max(strength for strength, *_ in found)
    fitting = [(start, end) for strength, start, end in found if strength >= 0.7 * most]
    return max((own[start:end] for start, end in fitting), key=lambda clause: sum(word in clause for word in words))


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the clause around a value."""
    left = max(text.rfind(mark, 0, start) for mark in _MARKS) + 1
    return left, min((at for mark in _MARKS if (at := text.find(mark, end)) >= 0), default=len(text))


def differs(question: Question, asked: Asked, candidate: Candidate, own: str, clause: str) -> tuple[float, ...]:
    """Return what ``CHECKS`` names, each 0..1."""
    near = "\n".join(text for text, _ in candidate.window.layers[:NEIGHBOURS])
    passage = candidate.window.layers[5][0]
    return (
        _other_year(asked, candidate, own, clause), _other_ordinal(asked, own, near, passage),
        _covered(asked, own), _covered(asked, near), _covered(asked, clause),
        _spelled_out(asked, candidate, own), _nameless(question, own), _unlisted(question, candidate, own),
        _unreasoned(question, own, near),
    )  # fmt: skip


def _other_year(asked: Asked, candidate: Candidate, own: str, clause: str) -> float:
    """Return 1 where the candidate speaks of another year than 去年 or the like, half where none is told."""
    if not asked.years:
        return 0.0
    told = _years(_COMPARED.sub("", clause)) or _years(_COMPARED.sub("", own)) or _carried(asked, candidate)
    return 0.0 if told & asked.years else 1.0 if told else 0.5


def _carried(asked: Asked, candidate: Candidate) -> frozenset[int]:
    """Return the year that was told last before the candidate, in its headings or passage; empty for another one.

    A review of the past year says so once.
    """
    heads, passage = candidate.window.layers[1][0], candidate.window.layers[5][0]
    before = f"{heads}\n{passage[: max(0, passage.find(candidate.window.own))]}"
    last = max(
        ((before.rfind(word), place) for place, words in enumerate(_TOLD_YEARS) for word in words), default=(-1, 0)
    )
    return frozenset({last[1]} & asked.years) if last[0] >= 0 else frozenset()


def _other_ordinal(asked: Asked, own: str, near: str, passage: str) -> float:
    """Return 1 where the third of something is asked for and the fourth is spoken of, half where none is."""
    if not asked.ordinals:
        return 0.0
    told = canonical(near + passage)
    missing = [of for form, of in asked.ordinals if form not in told]
    if not missing:
        return 0.0
    return 1.0 if {of for _, of in _ordinals(canonical(own))} & {*missing} else 0.5


def _covered(asked: Asked, text: str) -> float:
    """Return the share of what stands beside the question word that ``text`` holds, 1 where nothing does."""
    total = sum(weight for _, weight in asked.pairs)
    return sum(weight for pair, weight in asked.pairs if pair in text) / total if total else 1.0


def _spelled_out(asked: Asked, candidate: Candidate, own: str) -> float:
    """Return 1 where as many members as are asked for are told, less for fewer, 0 for a mere mention; 1 without any."""
    if not asked.members:
        return 1.0
    told = max(members(own), enumerated(own), len(candidate.spans) if candidate.listed else 0)
    return min(1.0, told / asked.members)


def _nameless(question: Question, own: str) -> float:
    """Return 1 where a name is asked for and the candidate holds none."""
    if not _NAMELESS.search(question.text):
        return 0.0
    if TITLED.search(own) or any(persons(own)) or any(strength > _HARDLY for *_, strength in spots(question, own)):
        return 0.0
    called = _CALLED.search(question.text)
    return float(not (called and bears_name(called[1] or called[2], own, question.text)))


def _unlisted(question: Question, candidate: Candidate, own: str) -> float:
    """Return 1 where several things are asked for and the candidate names none beside another."""
    if question.kind is not Kind.LIST or candidate.listed:
        return 0.0
    return float(enumerated(own) < 2 and len(TITLED.findall(own)) < 2)


def _unreasoned(question: Question, own: str, near: str) -> float:
    """Return 1 where a reason is asked for and no word of one stands near, half where one stands beside only."""
    if question.kind is not Kind.WHY or gives_reason(own):
        return 0.0
    return 0.5 if gives_reason(near) else 1.0


def nearness(text: str, word: str) -> float:
    """Return how near to the question word ``word`` stands, 1 beside it, 0 far off or where there is none."""
    match = _ASKING.search(text)
    at = text.find(word)
    if match is None or at < 0:
        return 0.0
    gap = at - match.end() if at >= match.end() else match.start() - at - len(word)
    return 1 / (1 + max(0, gap) / 2)


def behind(text: str, word: str) -> bool:
    """Tell whether ``word`` stands behind the question word."""
    match = _ASKING.search(text)
    return match is not None and text.find(word) >= match.end()


def replaced(text: str, word: str, own: str) -> float:
    """Return 1 where ``own`` has another word in the place of ``word``, half where on one side, 0 where it has it.

    The question has 国有煤矿, the candidate 乡镇煤矿: what stands beside the word is there, with something else beside.
    """
    at = text.find(word)
    if at < 0 or word in own:
        return 0.0
    before, behind = text[max(0, at - 2) : at], text[at + len(word) : at + len(word) + 2]
    left = len(before) == 2 and any(_TWO.match(own, place + 2) for place in _places(own, before))
    right = len(behind) == 2 and any(_TWO.match(own, place - 2) for place in _places(own, behind) if place > 1)
    return (left + right) / 2


# A pattern made for each word is compiled for each: past the five hundred that `re` keeps, a minute for one question.
_TWO = re.compile("[\u4e00-\u9fff]{2}")


def _places(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def part(word: str, text: str) -> float:
    """Return how much of ``word`` the text holds: 1 for all of it, less for its pairs, half for single characters."""
    if word in text:
        return 1.0
    if len(word) == 1:
        return 0.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return max(0.9 * sum(p in text for p in pairs) / len(pairs), 0.5 * sum(c in text for c in word) / len(word))


def apart(words: Sequence[tuple[str, float]], passages: Sequence[str], owns: Sequence[str]) -> list[tuple[float, ...]]:
    """Return for each candidate what ``APART`` names, from the question's words with their rarity.

    How rare a word is that no passage holds; the share of the question that the fullest passage holds, and how much
    less this candidate's does; the same of the candidates themselves. What is asked of a subject that the speeches do
    mention stands elsewhere than the subject.
    """
    total = sum(weight for _, weight in words) or 1.0

    def shares(texts: Sequence[str]) -> list[float]:
        held = {text: sum(weight * part(word, text) for word, weight in words) / total for text in dict.fromkeys(texts)}
        return [held[text] for text in texts]

    everything = "\n".join(dict.fromkeys(passages))
    nowhere = max((weight * (1 - part(word, everything)) for word, weight in words), default=0.0)
    inside, own = shares(passages), shares(owns)
    most, most_own = max(inside), max(own)
    return [(nowhere, most, most - a, most_own, most_own - b) for a, b in zip(inside, own, strict=True)]
