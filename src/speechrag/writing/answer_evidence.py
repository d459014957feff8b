"""Candidate evidence for a question: sentences and point series of the retrieved passages, with their features.

A candidate is scored by what it covers of the question (idf-weighted; itself fully, its heading path, neighbours,
passage and speech at a discount), by the fit of its answer type near the covered words, and by the rank of its passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from speechrag.records import Hit, Speech
from speechrag.text import fold, sentence_spans, trim
from speechrag.writing.answer_lists import Series, series_of
from speechrag.writing.answer_types import enumerated, manner, members, parallel, spots
from speechrag.writing.questions import Kind, Question, Term, lexicon, synonyms

Span = tuple[int, int]

# How much a word counts that stands not in the candidate itself but around it.
OWN, HEADING, BEFORE, AFTER, PASSAGE, SPEECH = 1.0, 0.9, 0.75, 0.55, 0.5, 0.4
# A word the speech keeps coming back to (its place, its subject) need not be repeated in every sentence.
_SUBJECT, _SUBJECT_TIMES = 0.65, 3
_SYNONYM = 0.8
_PARTIAL = 0.6
# 当好 is said as 当, 分为 as 分: the verb may stand without its complement.
_COMPLEMENTS = frozenset("为到成出好于过完起掉")
# A longer sentence is cut at its semicolons, each part a candidate.
_LONG = 140
_ENDLESS = 260
# What it adds when a list has as many members as the question says.
_COUNT_FITS = 0.35
# Figures and the words they belong to stand within so many characters of each other.
_NEAR = 28


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a candidate, each 0..1. ``support`` turns them into one number."""

    covered: float  # question words covered, discounted by distance
    own: float  # covered by the candidate and its headings alone
    pairs: float  # neighbouring characters of the question covered by candidate, headings and neighbours
    asked: float  # the asked-for thing is there; 1 where the question names none
    typed: float  # the type of answer is there, near covered words
    names: float  # quoted strings and figures of the question are there; 1 where it has none
    missing: float  # weight of the heaviest word found nowhere in the speech
    absent: float  # weight of the heaviest word found nowhere in the passage
    rank: float  # 1 / rank of the passage
    hard: float  # 1 where the answer type can be recognised (a figure, a time, a person, a place), else 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Spans of one speech, in reading order, that may answer the question; ``score`` only orders candidates."""

    hit: Hit
    speech: Speech
    spans: tuple[Span, ...]
    features: Features
    score: float
    words: frozenset[str]  # question words that the spans themselves cover
    listed: bool = False


@dataclass(frozen=True, slots=True)
class _Window:
    """The folded texts around a candidate, nearest first, each with its weight."""

    layers: tuple[tuple[str, float], ...]

    @property
    def own(self) -> str:
        return self.layers[0][0]

    def credit(self, word: str) -> float:
        """Return how well ``word`` is covered: the best layer it occurs in, itself, as a synonym or in part."""
        best = 0.0
        for text, weight in self.layers:
            if weight > best:
                best = max(best, weight * presence(word, text))
        if best == SPEECH and self.layers[-1][0].count(word) >= _SUBJECT_TIMES:
            return _SUBJECT
        return best


# About one question's worth: the same few words are looked up in the same texts many times over.
@lru_cache(maxsize=8_192)
def presence(word: str, text: str) -> float:
    """Return 1 if the folded ``text`` holds ``word``, less for a synonym or most of its character pairs, else 0."""
    if word in text:
        return 1.0
    if any(other in text for other in synonyms(word)):
        return _SYNONYM
    if len(word) == 2 and word[1] in _COMPLEMENTS and word[0] in text:
        return _PARTIAL
    if len(word) < 3:
        return 0.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    share = sum(pair in text for pair in pairs) / len(pairs)
    return _PARTIAL * share if share >= 0.5 else 0.0


def _weighted(terms: Sequence[Term], credit: Callable[[str], float]) -> float:
    total = sum(term.weight for term in terms)
    return sum(term.weight * credit(term.text) for term in terms) / total if total else 0.0


def _best_credit(asked: Sequence[str], window: _Window) -> float:
    """Return the best credit of the asked words, 0 where there are none."""
    return max((window.credit(word) for word in asked), default=0.0)


def _typed(question: Question, window: _Window) -> float:
    """Return the fit of the answer type: strength of the best spot times the coverage of the words near it."""
    own = window.own
    if question.kind in {Kind.LIST, Kind.HOW, Kind.WHAT}:
        return manner(question, own)
    if question.kind is Kind.TOPIC:
        return 1.0
    best = 0.0
    for start, end, strength in spots(question, own):
        near = own[max(0, start - _NEAR) : end + _NEAR]
        around = _Window(((near, 1.0), *((t, w * 0.7) for t, w in window.layers)))
        best = max(best, strength * (0.4 + 0.6 * _weighted(question.terms, around.credit)))
    return best


def _asked(question: Question, window: _Window) -> float:
    """Return the credit of the asked-for thing within sentence, headings and neighbours."""
    if all(word in lexicon()["categories"] for word in question.asked):
        return 1.0
    return _best_credit(question.asked, _Window(window.layers[:4]))


def features(question: Question, window: _Window, rank: int) -> Features:
    """Return the features of a candidate whose folded surroundings are ``window``."""
    credits = [(term, window.credit(term.text)) for term in question.terms]
    near, inside = _Window(window.layers[:4]), _Window(window.layers[:5])
    everything = "\n".join(text for text, _ in window.layers)
    return Features(
        covered=_weighted(question.terms, window.credit),
        own=_weighted(question.terms, _Window(window.layers[:2]).credit),
        pairs=_weighted(question.pairs, near.credit),
        asked=_asked(question, window),
        typed=_typed(question, window),
        names=sum(name in everything for name in question.names) / len(question.names) if question.names else 1.0,
        missing=max((t.weight * (1 - min(1.0, c / SPEECH)) for t, c in credits), default=1.0),
        absent=max((t.weight * (1 - min(1.0, inside.credit(t.text) / PASSAGE)) for t in question.terms), default=1.0),
        rank=1 / rank,
        hard=float(question.kind in HARD),
    )


# Fitted by hand on the development half of eval/questions/seeds.jsonl: only the order of candidates depends on it.
_ORDER = {"covered": 1.0, "own": 1.2, "pairs": 0.9, "asked": 0.6, "typed": 1.0, "names": 0.3, "rank": 0.12}
_HARD_TYPED = 0.6
# A list is introduced by its noun: 存在的问题, 提出的要求.
_LIST_ASKED = 0.6
HARD = frozenset({Kind.NUMBER, Kind.DURATION, Kind.DATE, Kind.PERSON, Kind.PLACE})


def _score(found: Features) -> float:
    total = sum(weight * float(getattr(found, name)) for name, weight in _ORDER.items())
    return total + _HARD_TYPED * found.hard * found.typed


def _units(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of a passage; a long one as its parts between semicolons, an endless one between commas."""
    units: list[Span] = []
    for a, b in sentence_spans(text, start, end):
        parts = _cut(text, a, b, "；;", 1) if b - a > _LONG else [(a, b)]
        for x, y in parts:
            units.extend(_cut(text, x, y, "，,；;", _LONG) if y - x > _ENDLESS else [(x, y)])
    return [span for a, b in units if (span := _bare(text, a, b))[0] < span[1]]


def _cut(text: str, start: int, end: int, marks: str, least: int) -> list[Span]:
    """Return the parts of ``text[start:end]`` that end at one of ``marks`` and have at least ``least`` characters."""
    parts: list[Span] = []
    left = start
    for place in range(start, end):
        if text[place] in marks and place + 1 - left >= least and end - place > min(least, 20):
            parts.append((left, place + 1))
            left = place + 1
    return [*parts, (left, end)]


def _bare(text: str, start: int, end: int) -> Span:
    """Return the span without commas and semicolons at its ends; a source with holes begins sentences with them."""
    start, end = trim(text, start, end)
    while start < end and text[start] in "，,；;、：:":
        start += 1
    while end > start and text[end - 1] in "，,；;、":
        end -= 1
    return trim(text, start, end)


class Evidence:
    """The retrieved passages of one question and the candidates drawn from them."""

    def __init__(self, question: Question, hits: Sequence[Hit], speech: Callable[[str], Speech]) -> None:
        self.question = question
        self.hits = hits
        self._speeches = {hit.passage.speech_id: speech(hit.passage.speech_id) for hit in hits}
        self._whole = {key: fold(found.title + "\n" + found.text) for key, found in self._speeches.items()}

    def candidates(self) -> list[Candidate]:
        """Return all candidates, best first; ties go to the better passage, then to the earlier place."""
        found = [candidate for hit in self.hits for candidate in self._sentences(hit)]
        if self.question.kind in {Kind.LIST, Kind.HOW, Kind.WHAT, Kind.TOPIC, Kind.WHY}:
            found.extend(self._lists())
        return sorted(found, key=lambda c: (-c.score, c.hit.rank, c.spans))

    def _sentences(self, hit: Hit) -> list[Candidate]:
        speech = self._speeches[hit.passage.speech_id]
        units = _units(speech.text, hit.passage.start, hit.passage.end)
        folded = [fold(speech.text[a:b]) for a, b in units]
        passage = "\n".join(folded)
        found = []
        for place, span in enumerate(units):
            before = "".join(folded[max(0, place - 1) : place])
            after = "".join(folded[place + 1 : place + 2])
            window = self._window(speech, span[0], hit.passage.headings, folded[place], before, after, passage)
            found.append(self._candidate(hit, speech, (span,), window, folded[place]))
        return found

    def _window(
        self, speech: Speech, at: int, headings: Sequence[str], own: str, before: str, after: str, passage: str
    ) -> _Window:
        path = [s.heading for s in speech.sections if s.start <= at < s.end]
        return _Window(
            (
                (own, OWN),
                (fold("\n".join([*headings, *path])), HEADING),
                (before, BEFORE),
                (after, AFTER),
                (passage, PASSAGE),
                (self._whole[speech.speech_id], SPEECH),
            )
        )

    def _candidate(
        self, hit: Hit, speech: Speech, spans: tuple[Span, ...], window: _Window, own: str, *, bonus: float = 0.0
    ) -> Candidate:
        found = features(self.question, window, hit.rank)
        held = frozenset(t.text for t in self.question.terms if presence(t.text, own) > 0)
        score = _score(found) + bonus - _blemish(own)
        if self.question.kind is Kind.LIST:
            score += _LIST_ASKED * _best_credit(self.question.asked, _Window(window.layers[:2]))
        if self.question.count and len(spans) == 1 and members(own) == self.question.count:
            score += _COUNT_FITS * (2.5 if parallel(own) & set(self.question.text) else 1.0)
        return Candidate(hit, speech, spans, found, score, held, listed=len(spans) > 1)

    def _lists(self) -> list[Candidate]:
        """Return one candidate for each point series that touches a retrieved passage."""
        found: list[Candidate] = []
        for speech in self._speeches.values():
            hits = [hit for hit in self.hits if hit.passage.speech_id == speech.speech_id]
            for series in series_of(speech.text, [(hit.passage.start, hit.passage.end) for hit in hits]):
                first, last = series.intro[0], series.points[-1][1]
                touching = [hit for hit in hits if hit.passage.start < last and first < hit.passage.end]
                if touching:
                    found.append(self._series(touching[0], speech, series))
        return found

    def _series(self, hit: Hit, speech: Speech, series: Series) -> Candidate:
        """Return the candidate of a series: led by its introduction, its points counted as neighbours."""
        text = speech.text
        intro = fold(text[slice(*series.intro)])
        points = fold("\n".join(text[a:b] for a, b in series.points))
        path = [s.heading for s in speech.sections if s.start < series.start < s.end and s.start != series.start]
        title = fold("\n".join(path))
        window = _Window(
            (
                (intro, OWN),
                (title, HEADING),
                (points, BEFORE),
                ("", AFTER),
                (points, PASSAGE),
                (self._whole[speech.speech_id], SPEECH),
            )
        )
        spans = series_spans(text, series)
        found = self._candidate(hit, speech, spans, window, intro + points, bonus=self._list_bonus(series, points))
        typed = 1.0 if self.question.kind is Kind.LIST else max(found.features.typed, 0.8)
        fitted = replace(found.features, typed=typed)
        return Candidate(
            hit,
            speech,
            spans,
            fitted,
            found.score + _ORDER["typed"] * (typed - found.features.typed),
            found.words,
            True,
        )

    def _list_bonus(self, series: Series, points: str) -> float:
        """Return what the form of a series adds: the right number of points, or against it the wrong one."""
        question = self.question
        if question.kind is not Kind.LIST:
            return -0.25
        if not question.count:
            return 0.1
        if len(series.points) == question.count:
            return 1.5 * _COUNT_FITS
        return 0.15 if enumerated(points) == question.count else -0.35


def series_spans(text: str, series: Series) -> tuple[Span, ...]:
    """Return the spans to quote: one sentence where it holds the whole series, else introduction and points."""
    start, end = series.intro[0], series.points[-1][1]
    if series.intro[0] < series.intro[1] and end - start <= 260 and len(sentence_spans(text, start, end)) == 1:
        return ((start, end),)
    intro = _bare(text, *series.intro)
    return (intro, *series.points) if intro[0] < intro[1] else series.points


def _blemish(own: str) -> float:
    """Return what makes a sentence a poor quotation: a bare heading, a greeting, a torn or endless sentence."""
    penalty = 0.0
    if not re.search(r"[。！？；，]", own):
        penalty += 0.35
    if len(own) < 8:
        penalty += 0.3
    if len(own) > 220:
        penalty += 0.1
    return penalty
