"""What stands right before and behind the best sentence and is quoted with it: what it points back to, what it leaves.

A neighbour that answers as likely, the reason that a conclusion follows from, what a heading announces, what the
speaker asks himself there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.text import fold, is_han, sentence_spans, unique
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_spans import Span
from speechrag.writing.answer_types import deficit, gives_reason
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question, due_asked, meaning_asked
from speechrag.writing.reader_demands import demanded_by, named_in
from speechrag.writing.reader_turns import after, tells_outcome

LOOKED_AT = 40  # candidates that may add to the best
OWN_SENTENCE = 220  # characters of a candidate that adds to the best
POINT = re.compile(
    r"[一二三四五六七八九十]{1,2}(?:是|要|、)|第[一二三四五六七八九十]|[（(]?\d{0,2}[一二三四五六七八九十]?[）)、.]"
)
# A sentence up to this size only announces what follows.
LEAD = 24
_ANAPHORA = re.compile(r"其中|这(?!次|里)|该|此(?!次)|对此|为此|[他她](?!人|国|乡|日|山)|它")
_FOLLOWS = re.compile("因此|因而|所以|由此|可见|从这个意义上")  # what stands before has the reason
# 信息从哪里流出去的？ The sentence behind answers it.
_ASKS = re.compile("哪|怎|为什么|为何|为啥|什么|谁|如何|何[在以]|咋")
# How likely, relative to the best, the sentence right before or behind it must be to be quoted with it.
_BESIDE = 0.8
_SAYS_LITTLE = 15  # different characters of a sentence that are not the question's
_ASKED_BACK = frozenset({Kind.HOW, Kind.WHY, Kind.WHAT, Kind.PLACE, Kind.TOPIC})
_POINTS_BACK = re.compile("[^，。]{0,3}(?:[^，。]{0,6}，就是)?这(?!些|次|件事[之过以])")
_RESTATES = 12  # new characters of a sentence that only says again what is to be explained
_BEFORE = 160  # characters of a sentence before the best

_EXPLAINED = frozenset({Kind.LIST, Kind.WHAT, Kind.TOPIC, Kind.PLACE})
# What is taken up again is said of: 打好一大品牌，就是…, “广”就是….
_TAKEN_UP = re.compile(r"[“\"]?([^，,。；;：:、“”\"\n]{1,14}?)[”\"]?(?:，|,)?(?:就是|即|是指|指的是|是要|：|:)")
_WITHIN, _MOST_TAKEN_UP = 800, 4  # characters behind the best, sentences
_WHO_BEFORE, _WHO_BEHIND = 4, 2  # sentences before and behind the best in which who it speaks of may be named
_PRONOUN = re.compile("[他她](?![们人国乡日])")


def neighbours(
    question: Question, best: Candidate, candidates: Sequence[Candidate]
) -> tuple[Candidate | None, Candidate | None]:
    """Return the sentences right before and right behind the best one, each where it answers nearly as likely.

    One of two neighbours often names the subject, and the other says what is asked of it.
    """
    if question.hard or best.listed or len(best.spans) > 1:
        return None, None
    text, (start, end) = best.speech.text, best.spans[0]
    near = [
        other
        for other in candidates[1:LOOKED_AT]
        if other.speech.speech_id == best.speech.speech_id
        and len(other.spans) == 1
        and other.sure >= _BESIDE * best.sure
        and other.spans[0][1] - other.spans[0][0] <= OWN_SENTENCE
    ]
    before = (c for c in near if c.spans[0][1] <= start and text[c.spans[0][1] : start] in {"", " "})
    behind = (c for c in near if c.spans[0][0] >= end and text[end : c.spans[0][0]] in {"", " "})
    return next(before, None), next(behind, None)


def said_before(question: Question, best: Candidate) -> list[Span]:
    """Return the sentence before the best one where that begins with 其中, 这 or the like, or where it has the reason.

    为什么要重组 asks for a reason, and what is to be done about a fault stands behind the fault.
    """
    text, start = best.speech.text, best.spans[0][0]
    if len(best.spans) > 1:
        return []
    if named := _named_before(question, best):
        return named
    window = max(0, start - 200)
    # The first of them may be torn by the window.
    before = [s for s in sentence_spans(text, window, start)[window > 0 :][-1:] if s[1] - s[0] <= _BEFORE]
    why = question.kind is Kind.WHY and _FOLLOWS.match(text, start)
    if not before or why or _ANAPHORA.match(text, start):
        return before
    said = text[slice(*before[0])]
    unexplained = (
        question.kind is Kind.WHY and not gives_reason(best.window.own) and "\n" not in text[before[0][1] : start]
    )
    faulty = due_asked(question) and deficit(said)
    return before if unexplained and (gives_reason(said) or faulty) else []


def said_behind(question: Question, best: Candidate) -> Sequence[Span]:
    """Return what explains a bare heading or lead sentence: the sentences behind it, up to the next point.

    Of a reason asked for no more than up to the first sentence that gives one.
    """
    if asked := _asked_behind(question, best) or _taken_up(question, best) or _told_next(question, best):
        return asked
    start, end = best.spans[-1]
    why = question.kind is Kind.WHY
    # A sentence that only repeats what is to be explained needs the reasons behind it.
    unexplained = why and best.features.typed == 0
    told = gives_reason(best.window.own) if why else _tells(question, best)
    if question.hard or best.listed:
        return []
    text = best.speech.text
    if end - start <= LEAD:
        if told:
            return []
    elif not unexplained:
        little = question.kind in _ASKED_BACK and not why and len(_new(question, best)) <= _SAYS_LITTLE
        return _next(text, end, 1) if little else []
    kept = []
    for span in sentence_spans(text, end, min(len(text), end + 400))[:3]:
        if POINT.match(text, span[0]) or span[1] == end + 400:
            break
        if text[span[1] - 1] not in "？?":
            kept.append(span)
    return _up_to_reason(question, best, kept) if why else kept


def _taken_up(question: Question, best: Candidate) -> list[Span]:
    """Return the sentences behind the best that take up its members one by one and explain them.

    重点是抓住一大契机、打好一大品牌。抓住一大契机，就是…。打好一大品牌，就是…。
    """
    if question.kind not in _EXPLAINED or len(best.spans) > 1:
        return []
    text, (start, end) = best.speech.text, best.spans[0]
    own = text[start:end]
    if "、" not in own:
        return []
    behind = sentence_spans(text, end, min(len(text), end + _WITHIN))
    found = []
    for span in behind[:-1] if end + _WITHIN < len(text) else behind:
        taken = _TAKEN_UP.match(text, *span)
        if taken and (f"{taken[1]}、" in own or f"、{taken[1]}" in own):
            found.append(span)
    return found[:_MOST_TAKEN_UP]


def _named_before(question: Question, best: Candidate) -> list[Span]:
    """Return the sentence that names whom the best calls 他, where a name is asked for, and what stands between."""
    demanded, text, start = demanded_by(question), best.speech.text, best.spans[0][0]
    own = fold(text[slice(*best.spans[0])])
    if demanded.kind not in {"person", "who"} or not _PRONOUN.search(own) or named_in(own, demanded, question.text):
        return []
    paragraph = text.rfind("\n", 0, start) + 1
    before = sentence_spans(text, max(paragraph, start - _WITHIN), start)[-_WHO_BEFORE:]
    for place in range(len(before) - 1, -1, -1):
        if named_in(fold(text[slice(*before[place])]), demanded, question.text):
            return before[place:]
    return []


def _told_next(question: Question, best: Candidate) -> list[Span]:
    """Return the next sentences of the paragraph up to the one with the name, or the outcome, that the best lacks."""
    text, end = best.speech.text, best.spans[-1][1]
    demanded, own = demanded_by(question), fold(text[slice(*best.spans[-1])])
    if demanded.kind in {"person", "who"} and not named_in(own, demanded, question.text):
        found = _next(text, end, _WHO_BEHIND)
        for place, span in enumerate(found, 1):
            said = fold(text[slice(*span)])
            about = any(term.text in said for term in question.terms)
            if about and named_in(said, demanded, question.text):
                return found[:place]
    elif question.kind is Kind.HOW and "outcome" in after(question).wanted and not tells_outcome(own):
        return [s for s in _next(text, end, 1) if tells_outcome(fold(text[slice(*s)])) and not POINT.match(text, s[0])]
    return []


def _up_to_reason(question: Question, best: Candidate, behind: Sequence[Span]) -> Sequence[Span]:
    """Return the sentences behind the best up to the first that gives a reason or points back to it.

    Without one they are of use only where the best says next to nothing that the question does not say.
    """
    text = best.speech.text
    for place, span in enumerate(behind, 1):
        said = text[slice(*span)]
        if gives_reason(said) or _POINTS_BACK.match(said):
            return behind[:place]
    return behind if len(_new(question, best)) <= _RESTATES else []


def _new(question: Question, best: Candidate) -> list[str]:
    """Return the different Chinese characters of the best sentence that the question does not have."""
    told = fold(" ".join(best.speech.text[a:b] for a, b in best.spans))
    return [char for char in unique(told) if is_han(char) and char not in question.text]


def _next(text: str, end: int, count: int) -> list[Span]:
    """Return up to ``count`` sentences behind ``end`` in its paragraph."""
    stop = text.find("\n", end)
    last = min(len(text) if stop < 0 else stop, end + 400)
    # The last of them may be torn by the window.
    return [span for span in sentence_spans(text, end, last) if span[1] < end + 400][:count]


def _asked_behind(question: Question, best: Candidate) -> list[Span]:
    """Return the question that the speaker himself asks behind the best sentence, with his answer; empty without.

    That sentence tells what happened, and the speaker's question is the reader's: 信息从哪里流出去的？查下来，是…
    """
    if question.kind not in _ASKED_BACK or best.listed:
        return []
    text = best.speech.text
    found = _next(text, best.spans[-1][1], 2)
    asked = len(found) == 2 and text[found[0][1] - 1] in "？?" and _ASKS.search(text[slice(*found[0])])
    return found if asked and text[found[1][1] - 1] not in "？?" else []


def _tells(question: Question, best: Candidate) -> bool:
    """Tell whether a short sentence says itself what is asked: 已被确定为试点市 for 定成了什么试点; no heading does."""
    own = best.speech.text[slice(*best.spans[-1])]
    return question.kind is Kind.WHAT and own.endswith("。") and not POINT.match(own) and not meaning_asked(question)
