"""What an answer quotes of its candidates: the best one, the whole it is a part of, what adds to it or disagrees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from speechrag.text import jaccard, shingles
from speechrag.writing.answer_beside import LEAD, LOOKED_AT, OWN_SENTENCE, POINT, neighbours, said_before, said_behind
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_fit import WORDED
from speechrag.writing.answer_lists import series_of
from speechrag.writing.answer_spans import Span, section_spans, series_spans
from speechrag.writing.answer_types import gives_reason, values
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Question, several

Quoted = tuple[Candidate, Span]

MAX_SENTENCES = 3
MAX_SOURCES = 5  # speeches that give different values
MAX_LISTED = 16
# Two sentences this alike (4-gram Jaccard) say the same thing; the second is not quoted again.
_SAME = 0.6
# How good, relative to the best, the sentence of another speech must be that gives another value.
_ANOTHER = 0.72
# How well, relative to the best, a list of another speech must fit to be quoted beside it.
_AS_WELL, _AS_LISTED, _SURE = 0.95, 0.88, 0.7
# How sure the reader must be, relative to the best, of a sentence that gives another value.
_AS_SURE = 0.15
# How likely, relative to the best, a sentence must be that may say what the best leaves open, the latter where the best
# has a value of the type asked for; below what probability the best is in doubt.
_LIKELY_TOO, _DOUBTED = (0.55, 0.8), 0.75
_AS_TYPED = 0.5
# 关键在三条, 做到两点： announces what is to follow.
_COUNTS = re.compile(r"[两二三四五六七八九十\d](?:个|条|点|项|件|招|步|种|方面|大)[^，。；]{0,12}[。：:]?$|[：:]$")
# How well, relative to its best point, a series must fit to be quoted whole; to the best, a sentence to be gathered.
_AROUND, _SEVERAL_POINTS = {Kind.LIST: 0.92, Kind.HOW: 0.97, Kind.WHY: 0.92}, 0.75
_GATHERED = 0.75
_ONE_PLACE = 2_000  # characters of a series that is told in one place
_MAIN = re.compile("[一二三四五六七八九十]{1,2}、")
_RUNNERS = 5  # candidates, the best among them, of which one may be the runner-up
_ALSO = 0.2  # how likely, relative to the best, a candidate must be to be quoted where none does
_WEIGHS = re.compile("作用|意义|好处|重要|办法|怕|既[^。]{0,60}[又也]|考虑")


def by_meaning(best: Candidate) -> bool:
    """Tell whether the best candidate answers by its meaning alone: hardly a word of the question is around it."""
    return best.features.covered < WORDED and not best.listed


def unreasoned(question: Question, chosen: Sequence[Quoted]) -> bool:
    """Tell whether a reason is asked for and nothing that is quoted says one in so many words."""
    told = [candidate.speech.text[slice(*span)] for candidate, span in chosen]
    return question.kind is Kind.WHY and not any(gives_reason(text) or _WEIGHS.search(text) for text in told)


def select(question: Question, candidates: Sequence[Candidate]) -> list[Quoted]:
    """Return what to quote of the ``candidates``, best first and at least one, in the order of the answer.

    No two spans of one speech overlap. Where no word tells which candidate answers, the likeliest are all quoted.
    """
    if by_meaning(candidates[0]):
        return _likeliest(candidates)
    best, chosen = _whole(question, candidates), list[Quoted]()
    gathered = question.hard or _told_apart(question)
    limit = MAX_LISTED if best.listed else MAX_SOURCES if gathered else MAX_SENTENCES
    before, behind = neighbours(question, best, candidates)
    if before is not None:
        _take(chosen, before, before.spans, limit)
    _take(chosen, best, [*said_before(question, best), *best.spans, *said_behind(question, best)], limit)
    if behind is not None:
        _take(chosen, behind, behind.spans, limit)
    for other in candidates[1:LOOKED_AT]:
        if len(chosen) >= limit:
            break
        # Of a list all points are quoted or none.
        if (best.listed or best.themed) and len(chosen) + len(other.spans) > limit:
            continue
        if _joins(question, best, other, chosen):
            _take(chosen, other, other.spans, limit)
    second = None if best.listed else _runner_up(question, best, candidates, chosen)
    if second is not None:
        _take(chosen, second, second.spans, limit)
    return chosen


def _likeliest(candidates: Sequence[Candidate]) -> list[Quoted]:
    """Return the likeliest sentences, each once."""
    chosen: list[Quoted] = []
    for other in candidates[: 2 * MAX_SOURCES]:
        likely = len(other.spans) <= MAX_SENTENCES and other.sure >= _ALSO * candidates[0].sure
        if likely and not _said(other.speech.text[slice(*other.spans[0])], chosen):
            _take(chosen, other, other.spans, MAX_SOURCES)
    return chosen


def _take(chosen: list[Quoted], candidate: Candidate, spans: Sequence[Span], limit: int) -> None:
    for span in spans:
        if len(chosen) < limit and not any(_overlap(candidate, span, c, s) for c, s in chosen):
            chosen.append((candidate, span))


def _overlap(candidate: Candidate, span: Span, other: Candidate, taken: Span) -> bool:
    if candidate.speech.speech_id != other.speech.speech_id:
        return False
    return span[0] < taken[1] and taken[0] < span[1]


def _text(candidate: Candidate) -> str:
    return " ".join(candidate.speech.text[a:b] for a, b in candidate.spans)


def _said(text: str, chosen: Sequence[Quoted]) -> bool:
    """Tell whether something that is quoted says the same as ``text``."""
    return any(jaccard(shingles(text), shingles(c.speech.text[a:b])) >= _SAME for c, (a, b) in chosen)


def _another_value(question: Question, text: str, chosen: Sequence[Quoted]) -> bool:
    """Tell whether ``text`` has a value of the type asked for that nothing quoted has."""
    return not values(question, text) <= values(question, " ".join(c.speech.text[a:b] for c, (a, b) in chosen))


def _told_apart(question: Question) -> bool:
    """Tell whether the question lists things that sentences far apart may name: 有哪些奖励; not 有哪些要求."""
    named = not lexicon()["categories"].issuperset(question.asked)
    return question.kind is Kind.LIST and named and not question.count


# --- the best and the whole it is a part of ---


def _whole(question: Question, candidates: Sequence[Candidate]) -> Candidate:
    """Return the best candidate, or the series or the section of which it is a part, where that is what is asked."""
    best = _whole_series(question, _series_around(question, candidates))
    under = section_spans(question, best.speech, best.spans[0]) if not best.listed else ()
    return replace(best, spans=under, listed=True) if under else best


def _series_around(question: Question, candidates: Sequence[Candidate]) -> Candidate:
    """Return the best candidate, or the series of which it is but one point where that fits nearly as well."""
    best = candidates[0]
    if best.listed or question.kind not in _AROUND:
        return best
    heads = [(c.speech.speech_id, c.spans[0][0]) for c in candidates[:5] if not c.listed]
    for other in (c for c in candidates[1:LOOKED_AT] if c.listed):
        around = (other.lead, *other.spans, *(_whole_span(other) if question.kind is Kind.HOW else ()))
        held = [any(a <= at < b for a, b in around) and key == other.speech.speech_id for key, at in heads]
        # Two of its points among the best say that it is the whole which answers.
        least = _SEVERAL_POINTS if sum(held) > 1 else _AROUND[question.kind]
        if held[0] and other.score >= least * best.score:
            return other
    return best


def _whole_span(series: Candidate) -> list[Span]:
    """Return the span from the first point of a series to its last with what stands between; none of main headings."""
    start, end = series.spans[0][0], series.spans[-1][1]
    main = any(_MAIN.match(series.speech.text, first) for first, _ in series.spans[1:])
    return [] if main or end - start > _ONE_PLACE else [(start, end)]


def _whole_series(question: Question, best: Candidate) -> Candidate:
    """Return ``best`` with all points of the series that it only begins: 总体目标：一是…。二是…。"""
    if question.hard or best.listed:
        return best
    start, end = best.spans[0]
    for series in series_of(best.speech.text, best.spans):
        listing = question.kind is Kind.LIST or _COUNTS.search(best.speech.text[start:end])
        announced = series.intro == (start, end) and listing and len(best.spans) == 1
        fits = not question.count or question.count == len(series.points)
        if start < series.start < end <= series.points[-1][0] or (announced and fits):
            return replace(best, spans=series_spans(best.speech.text, series), listed=True)
    return best


# --- what goes beside the best ---


def _joins(question: Question, best: Candidate, other: Candidate, chosen: Sequence[Quoted]) -> bool:
    """Tell whether ``other`` is to be quoted beside ``best``: headings beside headings, a list beside a list."""
    if best.themed:
        return other.themed and other.speech.speech_id != best.speech.speech_id
    if best.listed:
        return _further_list(question, best, other, chosen)
    return _adds(question, best, other, chosen)


def _further_list(question: Question, best: Candidate, other: Candidate, chosen: Sequence[Quoted]) -> bool:
    """Tell whether ``other`` is what a further speech lists on the same question, and not a copy of what is quoted."""
    if question.kind is not Kind.LIST or question.count or question.names or not other.listed:
        return False
    if any(other.speech.speech_id == c.speech.speech_id for c, _ in chosen):
        return False
    if other.features.covered < _AS_WELL * best.features.covered or other.features.asked < best.features.asked:
        return False
    if other.score < _AS_LISTED * best.score or other.sure < _SURE * best.sure:
        return False
    return not _said(_text(other), chosen)


def _adds(question: Question, best: Candidate, other: Candidate, chosen: Sequence[Quoted]) -> bool:
    """Tell whether ``other`` is worth a sentence of its own: as good, with another value or in other words."""
    text, found = _text(other), other.features
    if other.listed or question.count or len(text) > OWN_SENTENCE or found.names < best.features.names:
        return False
    if _said(text, chosen) or (question.hard and not _another_value(question, text, chosen)):
        return False
    elsewhere = question.hard and all(other.speech.speech_id != c.speech.speech_id for c, _ in chosen)
    if not elsewhere and not _needed(question, best, other):
        return False
    as_sure = other.sure >= _AS_SURE * best.sure
    # Another speech with another value is a second source the reader must see, even if it fits a little less.
    if (
        elsewhere
        and as_sure
        and found.covered >= 0.88 * best.features.covered
        and found.typed >= 0.85 * best.features.typed
    ):
        return other.score >= _ANOTHER * best.score
    if several(question) and question.hard and found.typed >= 0.75 * best.features.typed:
        return as_sure and other.score >= _GATHERED * best.score
    if _told_apart(question) and found.asked >= max(0.75, best.features.asked - 0.25):
        return other.score >= _GATHERED * best.score and found.own >= 0.6
    close, own = (0.85, 0.8) if elsewhere or question.kind in {Kind.HOW, Kind.WHY} else (0.93, 0.9)
    if found.typed < 0.9 * best.features.typed or found.own < max(0.6, own * best.features.own):
        return False
    return other.score >= close * best.score


def _needed(question: Question, best: Candidate, other: Candidate) -> bool:
    """Tell whether ``other`` may say what ``best`` leaves open, and is not only a sentence on the same subject.

    It is nearly as likely to answer, and the best is in doubt or lacks a word of the question that the other has.
    """
    valued = question.hard and bool(values(question, best.window.own))
    if other.features.names < best.features.names or other.sure < _LIKELY_TOO[valued] * best.sure:
        return False
    idle = question.kind is Kind.HOW and other.features.typed < _AS_TYPED * best.features.typed
    if idle or _bare_heading(other):
        return False
    return question.hard or other.sure >= best.sure or best.sure < _DOUBTED or bool(other.words - best.words)


def _bare_heading(candidate: Candidate) -> bool:
    own = candidate.speech.text[slice(*candidate.spans[0])]
    return len(own) <= LEAD and bool(POINT.match(own))


def _runner_up(
    question: Question, best: Candidate, candidates: Sequence[Candidate], chosen: Sequence[Quoted]
) -> Candidate | None:
    """Return the best candidate that says something else than what is quoted, where it may answer just as well.

    Of two neighbours one often names the subject and the other says what is asked of it.
    """
    for other in candidates[1:_RUNNERS]:
        text = _text(other)
        if any(_overlap(other, span, *quoted) for span in other.spans for quoted in chosen) or _said(text, chosen):
            continue
        if question.hard and not _another_value(question, text, chosen):
            return None
        if not _needed(question, best, other):
            return None
        fits = len(text) <= OWN_SENTENCE or (question.kind is Kind.LIST and other.listed)
        return other if fits else None
    return None
