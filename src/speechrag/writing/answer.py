"""A question to a cited answer: the sentences that best answer it, verbatim, or an honest refusal.

Without an LLM the answer is made of quotations only. With one (``generator``) its sentences are kept where the cited
passages support them (see ``answer_generated``); whatever goes wrong there ends in the extractive answer and a note.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from speechrag.errors import GenerationError, PromptError
from speechrag.records import Answer, AnswerSentence, Citation, Hit, Query, Speech
from speechrag.text import Segmenter, fold, jaccard, sentence_spans, shingles
from speechrag.writing.answer_constraints import constraints, hole, unmet, without_years
from speechrag.writing.answer_evidence import Candidate, Evidence
from speechrag.writing.answer_features import INSIDE
from speechrag.writing.answer_lists import series_of
from speechrag.writing.answer_spans import Span, section_spans, series_spans
from speechrag.writing.answer_types import values
from speechrag.writing.generate import Generator
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Kind, Question, analyse, expansions, several
from speechrag.writing.reader import Seen, builtin_reader, look

REFUSAL = "语料中没有找到能回答这个问题的内容。"
RETRIEVED = 20
EXPANDED = 10  # further passages from the search in official words
NEAREST = 5
CONSIDERED = 80  # candidates that the reader looks at
_UNTOLD = 0.0  # stands for the retriever's probability where it gives none
_READ = 0.3  # how much the reader's log-odds count beside the score that orders candidates
MAX_SENTENCES = 3
MAX_SOURCES = 5  # speeches that give different values
MAX_LISTED = 16
# Two sentences this alike (4-gram Jaccard) say the same thing; the second is not quoted again.
_SAME = 0.6
_ANAPHORA = re.compile(r"其中|这(?!次|里)|该|此(?!次)|对此|为此|他们|它")
_POINT = re.compile(
    r"[一二三四五六七八九十]{1,2}(?:是|要|、)|第[一二三四五六七八九十]|[（(]?\d{0,2}[一二三四五六七八九十]?[）)、.]"
)
# How good, relative to the best, the sentence of another speech must be that gives another value.
_ANOTHER = 0.72
# How well, relative to the best, a list of another speech must fit to be quoted beside it.
_AS_WELL, _AS_LISTED, _SURE = 0.95, 0.88, 0.7
# How sure the reader must be, relative to the best, of a sentence that gives another value.
_AS_SURE = 0.4
# A word of at least this weight that the passage lacks is its subject, unless most of the rest is there.
_ABSENT, _BARELY = 0.4, 0.8
# 关键在三条, 做到两点： announces what is to follow.
_COUNTS = re.compile(r"[两二三四五六七八九十\d](?:个|条|点|项|件|招|步|种|方面|大)[^，。；]{0,12}[。：:]?$|[：:]$")
# How well, relative to its best point, a series must fit to be quoted whole; to the best, a sentence to be gathered.
_AROUND, _SEVERAL_POINTS = {Kind.LIST: 0.92, Kind.HOW: 0.97, Kind.WHY: 0.92}, 0.75
_GATHERED = 0.75
# A sentence up to this size only announces what follows.
_LEAD = 24


def answer_stream(question: str, search: Search, generator: Generator | None = None) -> Iterator[Answer]:
    """Yield the answer to a question that follows on no other, as it grows, at least once; only the last is to be kept.

    Every sentence of an extractive answer is a span of its speech, ``speech.text[start:end] == quote``, cited once and
    numbered from 1 in the order of the answer.
    """
    found = search.found(question)
    if not found.chosen:
        told = REFUSAL + _searched(found.asked, found.hits, found.candidates)
        yield Answer(question, False, told, nearest=found.nearest, kind=found.asked.kind.told)
        return
    extract = replace(compose(question, found.chosen, found.nearest), kind=found.asked.kind.told)
    yield from [extract] if generator is None else _generated(question, extract, found.hits, search.speech, generator)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search brought: ``chosen`` is what to quote, empty where nothing supports an answer."""

    asked: Question
    hits: list[Hit]
    candidates: list[Candidate]
    chosen: list[tuple[Candidate, Span]]

    @property
    def nearest(self) -> tuple[str, ...]:
        return tuple(hit.passage.passage_id for hit in self.hits[:NEAREST])


@dataclass(frozen=True, slots=True)
class Search:
    """Everything needed to look for what answers a question; all that differs between corpora.

    ``document_frequency`` maps a word or a pair of characters to the share of passages holding it, 0..1. The answer
    is a refusal where the reader gives no candidate a probability of at least ``threshold``; ``confidence`` is the
    retriever's own, 0..1, one of the things that it looks at.
    """

    retrieve: Callable[[Query], Sequence[Hit]]
    speech: Callable[[str], Speech]
    document_frequency: Callable[[str], float]
    segmenter: Segmenter
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threshold: float = 0.5
    confidence: Callable[[Query, Sequence[Hit]], float] | None = None

    def read(self, question: str, dropped: Callable[[Hit], bool] | None = None) -> Reading:
        """Return what the search finds and the reader sees of it; hits that ``dropped`` names are left out."""
        asked = without_years(analyse(question, self.segmenter, self.document_frequency))
        hits = _search(asked, question, self.retrieve, self.filters)
        if dropped is not None:
            hits = [replace(hit, rank=rank) for rank, hit in enumerate((h for h in hits if not dropped(h)), 1)]
        found = Evidence(asked, hits, self.speech).candidates()
        wanted = constraints(asked)
        able = [c for c in found[:CONSIDERED] if not _astray(asked, c) and not unmet(asked, wanted, c.window, c.year)]
        query = Query(question, RETRIEVED, self.filters)
        retrieved = self.confidence(query, hits[:RETRIEVED]) if self.confidence and hits else _UNTOLD
        seen = look(asked, able, retrieved, self.document_frequency) if able and asked.terms else None
        return Reading(asked, hits, found, able, seen)

    def found(self, question: str) -> _Found:
        reading = self.read(question)
        candidates = reading.sorted()
        supported = any(candidate.sure >= self.threshold for candidate in candidates)
        chosen = select(reading.asked, candidates) if supported else []
        return _Found(reading.asked, reading.hits, reading.found, chosen)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with its hits and candidates; ``able`` are those about what it names, ``seen`` their features."""

    asked: Question
    hits: list[Hit]
    found: list[Candidate]
    able: list[Candidate]
    seen: Seen | None  # None where there is nothing to read

    def sorted(self) -> list[Candidate]:
        """Return the able candidates, best first, with the reader's probability."""
        if self.seen is None:
            return []
        judged = [
            (candidate.score + _READ * logit, replace(candidate, sure=1 / (1 + math.exp(-logit))))
            for candidate, logit in zip(self.able, builtin_reader().logits(self.seen).tolist(), strict=True)
            if not _unnamed(self.asked, candidate)
        ]
        return [candidate for _, candidate in sorted(judged, key=lambda pair: -pair[0])]


def _search(
    asked: Question, question: str, retrieve: Callable[[Query], Sequence[Hit]], filters: Mapping[str, tuple[str, ...]]
) -> list[Hit]:
    """Return the hits of the question, then the new ones of the question in official words, ranked on behind them."""
    hits = list(retrieve(Query(question, RETRIEVED, filters)))
    wider = expansions(asked)
    if wider:
        seen = {hit.passage.passage_id for hit in hits}
        further = retrieve(Query(" ".join([asked.text, *wider]), RETRIEVED, filters))
        fresh = [hit for hit in further if hit.passage.passage_id not in seen][:EXPANDED]
        hits.extend(replace(hit, rank=len(hits) + place) for place, hit in enumerate(fresh, 1))
    return hits


def _unnamed(asked: Question, candidate: Candidate) -> bool:
    """Tell whether a named quantity is asked for (库容多少, not 多少座) that stands nowhere near the candidate."""
    named = asked.kind is Kind.NUMBER and bool(asked.asked) and not asked.measure
    return named and candidate.features.asked == 0


def _astray(asked: Question, candidate: Candidate) -> bool:
    """Tell whether the points of a series stand in a passage that lacks the subject of the question."""
    features = candidate.features
    lacking = features.absent >= _ABSENT and features.covered < _BARELY
    return candidate.listed and not asked.hard and lacking


def _searched(asked: Question, hits: Sequence[Hit], found: Sequence[Candidate]) -> str:
    """Return what was looked through, and what of the question the nearest passages do not speak of or leave open."""
    if not hits:
        return "语料中没有与之相近的段落。"
    speeches, wanted = len({hit.passage.speech_id for hit in hits}), constraints(asked)
    said = f"查看了{speeches}篇讲话中最相近的{len(hits)}段"
    missing = unmet(asked, wanted, found[0].window, found[0].year) if wanted and found else ()
    if not missing:
        return said + "。"
    names = "、".join(f"“{c.text}”" for c in missing)
    gap = hole(missing, [text for text, _ in found[0].window.layers[:INSIDE]])
    open_ = f"；原文此处空缺（{gap}），无从确定" if gap else ""
    return f"{said}，没有说到{names}{open_}。"


def _generated(
    question: str, extract: Answer, hits: Sequence[Hit], speech: Callable[[str], Speech], generator: Generator
) -> Iterator[Answer]:
    """Yield the generated and checked answer as it grows; last ``extract`` with a note saying why where it fails."""
    from speechrag.writing.answer_generated import streamed_answer

    try:
        yield from streamed_answer(question, extract, hits, speech, generator)
    except (GenerationError, PromptError) as exc:
        yield replace(extract, notes=(*extract.notes, f"未使用大模型：{exc}"))


def select(question: Question, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Span]]:
    """Choose what to quote: the best candidate, then what adds to it or disagrees with it."""
    best = _whole_series(question, _series_around(question, candidates))
    chosen: list[tuple[Candidate, Span]] = []
    gathered = question.hard or _told_apart(question)
    limit = MAX_LISTED if best.listed else MAX_SOURCES if gathered else MAX_SENTENCES
    under = section_spans(question, best.speech, best.spans[0]) if not best.listed else ()
    if under:
        best, limit = replace(best, spans=under, listed=True), MAX_LISTED
    _take(chosen, best, [*_before(best), *best.spans, *_behind(question, best)], limit)
    for other in candidates[1:40]:
        if len(chosen) >= limit:
            break
        if best.listed and not best.themed:
            if _further_list(question, best, other, chosen):
                _take(chosen, other, other.spans if len(chosen) + len(other.spans) <= limit else (), limit)
            continue
        if best.themed:
            if other.themed and other.speech.speech_id != best.speech.speech_id:
                _take(chosen, other, other.spans if len(chosen) + len(other.spans) <= limit else (), limit)
            continue
        if _adds(question, best, other, chosen):
            _take(chosen, other, other.spans, limit)
    return chosen


def _told_apart(question: Question) -> bool:
    """Tell whether the question lists things that sentences far apart may name: 有哪些奖励; not 有哪些要求."""
    named = not lexicon()["categories"].issuperset(question.asked)
    return question.kind is Kind.LIST and named and not question.count


def _series_around(question: Question, candidates: Sequence[Candidate]) -> Candidate:
    """Return the best candidate, or the series of which it is but one point where that fits nearly as well."""
    best = candidates[0]
    if best.listed or question.kind not in _AROUND:
        return best
    heads = [(c.speech.speech_id, c.spans[0][0]) for c in candidates[:5] if not c.listed]
    for other in (c for c in candidates[1:40] if c.listed):
        around = (other.lead, *other.spans)
        held = [any(a <= at < b for a, b in around) and key == other.speech.speech_id for key, at in heads]
        # Two of its points among the best say that it is the whole which answers.
        least = _SEVERAL_POINTS if sum(held) > 1 else _AROUND[question.kind]
        if held[0] and other.score >= least * best.score:
            return other
    return best


def _further_list(
    question: Question, best: Candidate, other: Candidate, chosen: Sequence[tuple[Candidate, Span]]
) -> bool:
    """Tell whether ``other`` is what a further speech lists on the same question, and not a copy of what is quoted."""
    if question.kind is not Kind.LIST or question.count or question.names or not other.listed:
        return False
    if any(other.speech.speech_id == c.speech.speech_id for c, _ in chosen):
        return False
    if other.features.covered < _AS_WELL * best.features.covered or other.features.asked < best.features.asked:
        return False
    if other.score < _AS_LISTED * best.score or other.sure < _SURE * best.sure:
        return False
    text = " ".join(other.speech.text[a:b] for a, b in other.spans)
    return all(jaccard(shingles(text), shingles(c.speech.text[a:b])) < _SAME for c, (a, b) in chosen)


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


def _take(chosen: list[tuple[Candidate, Span]], candidate: Candidate, spans: Sequence[Span], limit: int) -> None:
    for span in spans:
        if len(chosen) < limit and all(not _overlap(candidate, span, c, s) for c, s in chosen):
            chosen.append((candidate, span))


def _overlap(candidate: Candidate, span: Span, other: Candidate, taken: Span) -> bool:
    if candidate.speech.speech_id != other.speech.speech_id:
        return False
    return span[0] < taken[1] and taken[0] < span[1]


def _before(best: Candidate) -> list[Span]:
    """Return the sentence before the best one where that begins with 其中, 这 or the like."""
    text, start = best.speech.text, best.spans[0][0]
    if best.listed or not _ANAPHORA.match(text, start):
        return []
    before = sentence_spans(text, max(0, start - 200), start)
    # The first of them may be torn by the window.
    return [span for span in before[1:][-1:] if span[1] - span[0] <= 160]


def _behind(question: Question, best: Candidate) -> list[Span]:
    """Return what explains a bare heading or lead sentence: the sentences behind it, up to the next point."""
    start, end = best.spans[-1]
    # A sentence that only repeats what is to be explained needs the reasons behind it.
    unexplained = question.kind is Kind.WHY and best.features.typed == 0
    if question.hard or best.listed or (end - start > _LEAD and not unexplained):
        return []
    following = sentence_spans(best.speech.text, end, min(len(best.speech.text), end + 400))[:3]
    kept = []
    for span in following:
        if _POINT.match(best.speech.text, span[0]) or span[1] == end + 400:
            break
        if best.speech.text[span[1] - 1] not in "？?":
            kept.append(span)
    return kept


def _adds(question: Question, best: Candidate, other: Candidate, chosen: Sequence[tuple[Candidate, Span]]) -> bool:
    """Tell whether ``other`` is worth a sentence of its own: as good, with another value or in other words."""
    text = " ".join(other.speech.text[a:b] for a, b in other.spans)
    if other.listed or question.count or len(text) > 220 or other.features.names < best.features.names:
        return False
    taken = [c.speech.text[a:b] for c, (a, b) in chosen]
    if any(jaccard(shingles(text), shingles(quoted)) >= _SAME for quoted in taken):
        return False
    if question.hard and values(question, text) <= values(question, " ".join(taken)):
        return False
    # Another speech with another value is a second source the reader must see, even if it fits a little less.
    elsewhere = question.hard and all(other.speech.speech_id != c.speech.speech_id for c, _ in chosen)
    related = other.features.covered >= 0.88 * best.features.covered
    if (
        elsewhere
        and related
        and other.sure >= _AS_SURE * best.sure
        and other.features.typed >= 0.85 * best.features.typed
    ):
        return other.score >= _ANOTHER * best.score
    if several(question) and question.hard and other.features.typed >= 0.75 * best.features.typed:
        return other.score >= _GATHERED * best.score and other.sure >= _AS_SURE * best.sure
    if _told_apart(question) and other.features.asked >= max(0.75, best.features.asked - 0.25):
        return other.score >= _GATHERED * best.score and other.features.own >= 0.6
    close, own = (0.85, 0.8) if elsewhere or question.kind in {Kind.HOW, Kind.WHY} else (0.93, 0.9)
    if other.features.typed < 0.9 * best.features.typed or other.features.own < max(0.6, own * best.features.own):
        return False
    return other.score >= close * best.score


def compose(question: str, chosen: Sequence[tuple[Candidate, Span]], nearest: tuple[str, ...] = ()) -> Answer:
    """Return the extractive answer made of the chosen spans, in the order given."""
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    for candidate, (start, end) in chosen:
        number = len(citations) + 1
        citations.append(cite(number, candidate.hit, candidate.speech, start, end))
        sentences.append(AnswerSentence(candidate.speech.text[start:end], (number,)))
    return Answer(question, True, join(s.text for s in sentences), tuple(sentences), tuple(citations), nearest)


def cite(number: int, hit: Hit, speech: Speech, start: int, end: int) -> Citation:
    """Return the citation of ``speech.text[start:end]``."""
    return Citation(
        number=number,
        passage_id=hit.passage.passage_id,
        speech_id=speech.speech_id,
        source=speech.source,
        title=speech.title,
        quote=speech.text[start:end],
        start=start,
        end=end,
        headings=tuple(s.heading for s in speech.sections if s.start <= start < s.end) or hit.passage.headings,
        copies=hit.copies,
        others=hit.others,
    )


def join(sentences: Iterable[str]) -> str:
    """Return sentences as running text; one without punctuation at its end gets a semicolon, the last a full stop."""
    parts = list(sentences)
    return "".join(part + closing_mark(part, last=place == len(parts)) for place, part in enumerate(parts, 1))


def closing_mark(sentence: str, *, last: bool) -> str:
    """Return the mark to print behind a quotation that has none at its end: quoted clauses would run together."""
    if fold(sentence[-1:]) in {"。", "!", "?", "…", ":", ";", "”", "’", "」"}:
        return ""
    return "。" if last else "；"
