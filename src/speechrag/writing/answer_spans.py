"""What to quote: the sentences of a passage, a whole series of points, a short section."""

from __future__ import annotations

from speechrag.records import Speech
from speechrag.text import fold, sentence_spans, trim
from speechrag.writing.answer_features import presence
from speechrag.writing.answer_lists import Series
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Question

Span = tuple[int, int]

# A longer sentence is cut at its semicolons, each part a candidate.
_LONG = 140
_ENDLESS = 260
_SECTION_CHARS = 420  # of a section that is quoted whole
# How much of its question the heading of a section that is quoted whole says.
_NAMED = 0.8


def quotable(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of a passage; a long one as its parts between semicolons, an endless one between commas."""
    units: list[Span] = []
    for a, b in sentence_spans(text, start, end):
        parts = _cut(text, a, b, "；;", 1) if b - a > _LONG else [(a, b)]
        for x, y in parts:
            units.extend(_cut(text, x, y, "，,；;", _LONG) if y - x > _ENDLESS else [(x, y)])
    return [span for a, b in units if (span := bare_span(text, a, b))[0] < span[1]]


def _cut(text: str, start: int, end: int, marks: str, least: int) -> list[Span]:
    """Return the parts of ``text[start:end]`` that end at one of ``marks`` and have at least ``least`` characters."""
    parts: list[Span] = []
    left = start
    for place in range(start, end):
        if text[place] in marks and place + 1 - left >= least and end - place > min(least, 20):
            parts.append((left, place + 1))
            left = place + 1
    return [*parts, (left, end)]


def bare_span(text: str, start: int, end: int) -> Span:
    """Return the span without commas and semicolons at its ends; a source with holes begins sentences with them."""
    start, end = trim(text, start, end)
    while start < end and text[start] in "，,；;、：:":
        start += 1
    while end > start and text[end - 1] in "，,；;、":
        end -= 1
    return trim(text, start, end)


def series_spans(text: str, series: Series) -> tuple[Span, ...]:
    """Return the spans to quote: one sentence where it holds the whole series, else introduction and points."""
    start, end = series.intro[0], series.points[-1][1]
    if series.intro[0] < series.intro[1] and end - start <= 260 and len(sentence_spans(text, start, end)) == 1:
        return ((start, end),)
    intro = bare_span(text, *series.intro)
    return (intro, *series.points) if intro[0] < intro[1] else series.points


def section_spans(question: Question, speech: Speech, span: Span) -> tuple[Span, ...]:
    """Return the sentences of the short section around ``span`` whose heading is what a list question asks about.

    What stands under 立用水的规矩 answers 用水有哪些规定 as a whole, though no mark tells its points apart.
    """
    if question.kind is not Kind.LIST or question.count or question.names:
        return ()
    around = [s for s in speech.sections if s.start <= span[0] < s.end]
    if not around or around[-1].end - around[-1].start > _SECTION_CHARS:
        return ()
    heading, lists = fold(around[-1].heading), lexicon()
    # 县里 says where the speaker stands, which no heading repeats.
    common = lists["categories"] | lists["plain_acts"]
    telling = [t for t in question.terms if t.text not in common and not t.text.endswith("里")]
    total = sum(t.weight for t in telling)
    if not total or sum(t.weight * presence(t.text, heading) for t in telling) < _NAMED * total:
        return ()
    return tuple(bare_span(speech.text, a, b) for a, b in sentence_spans(speech.text, around[-1].start, around[-1].end))
