"""What the form of a series or a sentence adds where a list or a way is asked for, and what it takes.

The introduction counts as the question does, the points bear what is asked for, or one of them alone is what is meant.
"""

from __future__ import annotations

import re

from speechrag.text import fold
from speechrag.writing.answer_features import Window, presence
from speechrag.writing.answer_lists import Series
from speechrag.writing.answer_types import deficit, enumerated, parallel
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, synonyms
from speechrag.writing.questions import Question

NUMERALS = "零一二三四五六七八九十"
_CUE, _ECHO, _INSIDE_POINT = 0.4, 1.6, 0.5
NAMED = 0.8  # of a word that a heading or a title holds for it to be named there
# A shortcoming is asked for: what says nothing wrong is none; neither is what announces the remedy.
_WRONG = frozenset(["问题", "短板", "不足", "差距", "毛病", "缺点", "薄弱环节", "困难"])
NOT_WRONG, _REMEDIES, _ALL_WRONG = 0.7, 0.9, 0.35
REMEDY = re.compile("(?:解决|正视|克服|针对|改进|面对|重视|对待)[^。]{0,16}(?:问题|不足|差距|短板|困难)")
_HEADED = 0.5  # added where a heading that says what is asked brings its points
# A point that bears the asked noun bears it in its first characters.
_BEARS, _BEARING = 0.9, 16
_SPELLED, _ANNOUNCED = 6.0, 0.9
_QUOTED_HEAD = re.compile(r"[“\"](?P<head>[^”\"]{1,6})[”\"]")
# What it adds when a list has as many members as the question says.
COUNT_FITS = 0.35


def form_bonus(question: Question, series: Series, text: str, *, intro: str, points: str, heading: str) -> float:
    """Return what the form of a series adds: its number of points, its introduction and heading, what its points bear.

    ``intro``, ``points`` and ``heading`` are folded, ``text`` is that of its speech.
    """
    told = _echo(question, intro) + _cue(question, intro, heading) + _headed(question, heading)
    borne = _faults(question, series, text, intro) + _named_points(question, series, text, intro)
    return _list_bonus(question, series, points) + told + borne


def _echo(question: Question, intro: str) -> float:
    """Return the bonus of points that are headed by the question itself: 怎么写 over 快, 准, 新, 实."""
    if question.kind is not Kind.HOW or not question.asked:
        return 0.0
    act = re.escape(question.asked[0])
    if re.search(r"(?:怎么|怎样|如何)(?:做到|办|做|干|抓)", intro):
        return _ECHO / 2
    # An agenda asks several things: 讲一讲为什么要写、怎样写好、怎样带好.
    alone = len(re.findall("怎么|怎样|如何|为什么|为何", intro)) == 1
    return _ECHO if alone and re.search(rf"(?:怎么|怎样|如何)[^，,。]{{0,6}}{act}", intro) else 0.0


def _cue(question: Question, intro: str, heading: str) -> float:
    """Return the bonus of points announced as what is asked: 差距主要在三个方面, 再讲办法."""
    if question.kind is Kind.HOW:
        return _CUE if re.search("办法|措施|怎样|怎么|如何", heading) else 0.0
    if question.kind is not Kind.LIST or not question.asked:
        return 0.0
    noun = "|".join(re.escape(word) for word in (question.asked[0], *synonyms(question.asked[0])))
    told = rf"(?:{noun})[^，,。]{{0,6}}(?:主要|有|在|是|表现|突出|方面|[：:])"
    told += rf"|(?:存在|主要|几|[{NUMERALS}])[^，,。]{{0,6}}(?:{noun})"
    return _CUE if re.search(told, intro) else 0.0


def announced(question: Question, own: str) -> float:
    """Return the bonus of a text that counts as the question does: 三样东西 for 哪三样, 有…、有… for 哪几个有."""
    if question.kind is not Kind.LIST:
        return 0.0
    if question.each and question.each in parallel(own):
        return _ANNOUNCED
    numeral = NUMERALS[question.count] if question.count else f"[{NUMERALS[2:]}]"
    counted = question.measure and len(question.measure) == 1 and question.measure not in "个种项点"
    if question.count and counted and re.search(numeral + re.escape(question.measure), own):
        return _ANNOUNCED
    noun = question.asked[0] if question.asked else ""
    if counted and noun and re.search(rf"{numeral}{question.measure}[^，,。；;]{{0,6}}{re.escape(noun)}", own):
        return _ANNOUNCED
    return 0.0


def sloganed(question: Question, own: str, size: int) -> float:
    """Return the bonus of a text that has the numbered slogan asked about and as many members: “四个不够”上：…."""
    numbered = question.kind is Kind.LIST and question.count and size >= question.count
    return _ANNOUNCED * bool(numbered and any(n in own for n in question.names if n[0] in NUMERALS + "两"))


def _named_points(question: Question, series: Series, text: str, intro: str) -> float:
    """Return the bonus of points that bear the asked-for noun (政治优势, 产业优势), or are announced by it."""
    if question.kind is not Kind.LIST or not question.asked:
        return 0.0
    noun = question.asked[0]
    bearing = sum(noun in fold(text[a : a + _BEARING]) for a, _ in series.points) / len(series.points)
    heads = spelled(question, series, text)
    told = noun not in lexicon()["plain_acts"] and re.search(
        rf"[{NUMERALS}两\d][^，,。；;]{{0,4}}?{re.escape(noun)}", intro
    )
    each = sum(question.each in fold(text[a : a + _BEARING // 2]) for a, _ in series.points) if question.each else 0
    borne = _ANNOUNCED * (each >= 0.8 * len(series.points))
    named = announced(question, intro) or sloganed(question, intro, len(series.points))
    return _BEARS * (bearing > 0.6) + _SPELLED * heads + _BEARS * bool(told) + borne + named


def spelled(question: Question, series: Series, text: str) -> bool:
    """Tell whether the quoted heads of the points, put together, stand in the question: 广, 深, 实 for 广深实."""
    heads = "".join(m["head"] for a, b in series.points if (m := _QUOTED_HEAD.match(fold(text[a:b]))))
    return bool(heads) and heads in question.text


def wrong(question: Question) -> bool:
    """Whether the question asks what is wrong: 存在哪些问题, 有哪些短板; 问题 beside another asked noun is not."""
    return question.kind is Kind.LIST and bool(_WRONG & set(question.asked))


def _headed(question: Question, heading: str) -> float:
    """Return the bonus of points under a heading that itself says nearly all of the question."""
    terms = [t for t in question.terms if t.text not in lexicon()["plain_acts"]]
    total = sum(t.weight for t in terms)
    held = sum(t.weight * presence(t.text, heading.rsplit("\n", 1)[-1]) for t in terms)
    return _HEADED if question.kind in {Kind.HOW, Kind.LIST} and total and held >= NAMED * total else 0.0


def _faults(question: Question, series: Series, text: str, intro: str) -> float:
    """Return what the points of a series add where shortcomings are asked for, or take where they are none."""
    if not wrong(question):
        return -NOT_WRONG if series.style == "some" else 0.0
    share = sum(deficit(text[a:b]) for a, b in series.points) / len(series.points)
    bonus = _ALL_WRONG if share >= 0.6 else -NOT_WRONG if share < 0.4 else 0.0
    return bonus - (_REMEDIES if REMEDY.search(intro) and not intro.rstrip().endswith(("：", ":")) else 0.0)


def inside(question: Question, window: Window, text: str, series: Series) -> float:
    """Return the penalty of a series of which one point alone is what the question is about."""
    around = Window(window.layers[:3])
    held = sum(t.weight * around.credit(t.text) for t in question.terms)
    total = sum(t.weight for t in question.terms)
    best = 0.0
    for start, end in series.points:
        point = Window(((fold(text[start:end]), 1.0), *around.layers))
        best = max(best, sum(t.weight * point.credit(t.text) for t in question.terms))
    # The main headings of a speech (一、二、三) share no subject but the speech's own.
    share, penalty = (0.1, 3 * _INSIDE_POINT) if series.style == "comma" else (0.3, _INSIDE_POINT)
    return penalty if total and best - held > share * total else 0.0


def _list_bonus(question: Question, series: Series, points: str) -> float:
    """Return what the form of a series adds: the right number of points, or against it the wrong one."""
    if question.kind is not Kind.LIST:
        return -0.1 if question.kind is Kind.HOW else -0.25
    if not question.count:
        return 0.1
    if len(series.points) == question.count:
        return 1.5 * COUNT_FITS
    return 0.15 if enumerated(points) == question.count else -0.35
