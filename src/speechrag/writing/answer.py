"""A question to a cited answer: the sentences that best answer it, verbatim, or an honest refusal.

Without an LLM the answer is made of quotations only. With one (``generator``) its sentences are kept where the cited
passages support them (see ``answer_generated``); whatever goes wrong there ends in the extractive answer and a note.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from speechrag.errors import GenerationError, PromptError
from speechrag.records import Answer, AnswerSentence, Citation, Hit, Passage, Query, Speech
from speechrag.retrieval.search import READ_WEIGHT
from speechrag.text import Segmenter, fold
from speechrag.writing.answer_constraints import Constraint, called, constraints, hole, unmet, without_years
from speechrag.writing.answer_evidence import Candidate, Evidence
from speechrag.writing.answer_features import INSIDE
from speechrag.writing.answer_fit import stray, unfit
from speechrag.writing.answer_parts import another_part, told
from speechrag.writing.answer_selection import Quoted, by_meaning, select, unreasoned
from speechrag.writing.answer_spans import Span
from speechrag.writing.generate import Generator
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question, analyse, expansions
from speechrag.writing.reader import Seen, builtin_reader, look

REFUSAL = "语料中没有找到能回答这个问题的内容。"
RETRIEVED = 20
EXPANDED = 10  # further passages from the search in official words
NEAREST = 5
CONSIDERED = 80  # candidates that the reader looks at
CONSIDERED_EACH = 3  # candidates that it looks at of each passage where passages are to be ordered
UNANSWERING = -8.0  # log-odds of a passage without a candidate
_UNTOLD = 0.0  # stands for the retriever's probability where it gives none
# What a candidate must meet where the question names it; how telling the others are the reader decides.
_NAMES = frozenset({"place", "person", "organ"})
_BINDING = frozenset({"year", "place", "person"})
# How much the reader's log-odds count beside the score that orders candidates, and that a series tells more than one
# of its sentences, where several things or a way to do something are asked for.
_READ, _TOLD_WHOLE = 0.6, 0.2
REWORDED = "原文没有用同样的说法，所引是意思最相近的原话，请自行核对"
# Below this probability half of the answers to questions that the speeches leave open are found, and a tenth of the
# right ones (development questions).
_SURE = 0.75
_UNREASONED = "原文没有直接说出原因，所引是与所问最相近的话，请对照原文核对"
_UNSURE = "所引与所问相近，不一定正好是答案，请对照原文核对"


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
    extract = replace(
        compose(question, found.chosen, found.nearest),
        kind=found.asked.kind.told,
        notes=_reserve(found.asked, found.chosen),
    )
    yield from [extract] if generator is None else _generated(question, extract, found.hits, search.speech, generator)


def _reserve(asked: Question, chosen: Sequence[Quoted]) -> tuple[str, ...]:
    """Return with what reserve the quotations are to be read, if any."""
    if by_meaning(chosen[0][0]):
        return (REWORDED,)
    if unreasoned(asked, chosen):
        return (_UNREASONED,)
    return (_UNSURE,) if max(candidate.sure for candidate, _ in chosen) < _SURE else ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search brought: ``chosen`` is what to quote, empty where nothing supports an answer."""

    asked: Question
    hits: list[Hit]
    candidates: list[Candidate]
    chosen: list[Quoted]
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Everything needed to look for what answers a question; all that differs between corpora.

    ``document_frequency`` maps a word or a pair of characters to the share of passages holding it, 0..1. The answer
    is a refusal where the reader gives no candidate a probability of at least ``threshold``; ``confidence`` is the
    retriever's own, 0..1, one of the things that it looks at. ``passages`` gives those of a speech, in order; ``shown``
    is the search as its users see it.
    """

    retrieve: Callable[[Query], Sequence[Hit]]
    speech: Callable[[str], Speech]
    document_frequency: Callable[[str], float]
    segmenter: Segmenter
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    threshold: float = 0.5
    confidence: Callable[[Query, Sequence[Hit]], float] | None = None
    passages: Callable[[str], Sequence[Passage]] = lambda _speech_id: ()
    shown: Callable[[Query], Sequence[Hit]] | None = None

    def read(self, question: str, dropped: Callable[[Hit], bool] | None = None) -> Reading:
        """Return what the search finds and the reader sees of it; hits that ``dropped`` names are left out."""
        asked = without_years(analyse(question, self.segmenter, self.document_frequency))
        hits = _search(asked, question, self.retrieve, self.filters)
        if dropped is not None:
            hits = [replace(hit, rank=rank) for rank, hit in enumerate((h for h in hits if not dropped(h)), 1)]
        evidence = Evidence(asked, hits, self.speech)
        found = evidence.candidates()
        return self._looked_at(question, evidence, found, found[:CONSIDERED])

    def _looked_at(
        self, question: str, evidence: Evidence, found: list[Candidate], considered: Sequence[Candidate]
    ) -> Reading:
        asked, hits = evidence.question, list(evidence.hits)
        wanted = (*constraints(asked), *called(asked, evidence.topics))
        able = [c for c in (_checked(asked, wanted, c) for c in considered) if c is not None]
        query = Query(question, RETRIEVED, self.filters)
        retrieved = self.confidence(query, hits[:RETRIEVED]) if self.confidence and hits else _UNTOLD
        seen = look(asked, able, retrieved, self.document_frequency) if able and asked.terms else None
        return Reading(asked, hits, found, able, seen)

    def judge(self, question: str, hits: Sequence[Hit]) -> list[float]:
        """Return the log-odds that each of ``hits`` answers; nothing where ``question`` asks nothing, as a title does.

        Those of a passage are those of its likeliest candidate.
        """
        asked = without_years(analyse(question, self.segmenter, self.document_frequency))
        if asked.kind is Kind.TOPIC or not hits:
            return []
        evidence = Evidence(asked, hits, self.speech)
        found = evidence.candidates()
        reading = self._looked_at(question, evidence, found, _best_of_each(found))
        return list(reading.odds().values()) if reading.seen is not None else []

    def found(self, question: str) -> _Found:
        reading = self.read(question)
        # Left out only here: the reader weighs each candidate by what all others hold.
        candidates = [c for c in reading.sorted(self.threshold) if not stray(reading.asked, c)]
        supported = any(candidate.sure >= self.threshold for candidate in candidates)
        chosen = told(reading.asked, select(reading.asked, candidates)) if supported else []
        nearest = reading.nearest() if chosen else self._likest(question) or reading.nearest()
        return _Found(reading.asked, reading.hits, reading.found, self.standing(chosen), nearest)

    def _likest(self, question: str) -> tuple[str, ...]:
        """Return the passages that a search puts first for a question in other words than the text; else nothing.

        What the reader does not take for an answer to such a question, its ranker may still find.
        """
        hits = self.shown(Query(question, NEAREST, self.filters)) if self.shown else ()
        return tuple(hit.passage.passage_id for hit in hits if "paraphrase" in hit.parts)

    def standing(self, chosen: Sequence[Quoted]) -> list[Quoted]:
        """Return ``chosen``, each span with the passage that holds it: a series goes on beyond the one found."""
        found = []
        for candidate, span in chosen:
            hit = candidate.hit
            if not _holds(hit.passage, span):
                hit = replace(hit, passage=self.holding(hit.passage.speech_id, span) or hit.passage)
            found.append((replace(candidate, hit=hit), span))
        return found

    def holding(self, speech_id: str, span: Span) -> Passage | None:
        """Return the passage of a speech that holds ``span``; None where it lies across two."""
        return next((passage for passage in self.passages(speech_id) if _holds(passage, span)), None)


def _best_of_each(found: Sequence[Candidate]) -> list[Candidate]:
    """Return the best few candidates of each passage; ``found`` is in order."""
    taken = Counter[str]()
    kept = []
    for candidate in found:
        passage = candidate.hit.passage.passage_id
        taken[passage] += 1
        if taken[passage] <= CONSIDERED_EACH:
            kept.append(candidate)
    return kept


def _holds(passage: Passage, span: Span) -> bool:
    return passage.start <= span[0] and span[1] <= passage.end


@dataclass(frozen=True)  # without slots: the log-odds are kept beside the fields
class Reading:
    """A question with its hits and candidates; ``able`` are those about what it names, ``seen`` their features."""

    asked: Question
    hits: list[Hit]
    found: list[Candidate]
    able: list[Candidate]
    seen: Seen | None  # None where there is nothing to read

    @cached_property
    def logits(self) -> list[float]:
        """The reader's log-odds of the able candidates."""
        unread = [UNANSWERING] * len(self.able)
        return unread if self.seen is None else builtin_reader().logits(self.seen).tolist()  # type: ignore[no-any-return]

    def odds(self) -> dict[str, float]:
        """Return passage id -> the log-odds of its likeliest candidate, for every hit."""
        best = {hit.passage.passage_id: UNANSWERING for hit in self.hits}
        for candidate, logit in zip(self.able, self.logits, strict=True):
            passage = candidate.hit.passage.passage_id
            best[passage] = max(best[passage], logit)
        return best

    def nearest(self) -> tuple[str, ...]:
        """Return the ids of the passages likeliest to answer, best first."""
        odds = self.odds()
        read = sorted(self.hits, key=lambda hit: (-(hit.score + READ_WEIGHT * odds[hit.passage.passage_id]), hit.rank))
        return tuple(hit.passage.passage_id for hit in read[:NEAREST])

    def sorted(self, threshold: float = 0.0) -> list[Candidate]:
        """Return the able candidates, best first, with the reader's probability; those below ``threshold`` behind."""
        if self.seen is None:
            return []
        judged = [
            (replace(candidate, sure=1 / (1 + math.exp(-logit))), logit)
            for candidate, logit in zip(self.able, self.logits, strict=True)
        ]
        whole = _TOLD_WHOLE if self.asked.kind in {Kind.LIST, Kind.HOW} else 0.0
        return _in_order(judged, threshold, whole)


def _in_order(judged: Sequence[tuple[Candidate, float]], threshold: float, whole: float = 0.0) -> list[Candidate]:
    """Return candidates, each given with the reader's log-odds, by score and these, best first.

    A series of points is given ``whole`` besides. What the reader would refuse by itself comes behind all that it
    would not.
    """

    def place(pair: tuple[Candidate, float]) -> tuple[bool, float]:
        candidate, logit = pair
        return candidate.sure < threshold, -(candidate.score + _READ * logit + whole * candidate.listed)

    return [candidate for candidate, _ in sorted(judged, key=place)]


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


def _checked(asked: Question, wanted: Sequence[Constraint], candidate: Candidate) -> Candidate | None:
    """Return the candidate with the number of things ``wanted`` that it does not meet; None where it cannot answer.

    It cannot where it misses what binds, nor where its form gives it away as something else.
    """
    missing = unmet(asked, wanted, candidate.window, candidate.year, _said(candidate))
    if any(c.kind in _BINDING or _whose_name(asked, c) for c in missing):
        return None
    if unfit(asked, candidate) or another_part(asked, candidate):
        return None
    return replace(candidate, unmet=len(missing)) if missing else candidate


def _said(candidate: Candidate) -> str:
    """Return what stands before the candidate in its paragraph."""
    text, (start, _) = candidate.speech.text, candidate.spans[0]
    return text[text.rfind("\n", 0, start) + 1 : start]


def _whose_name(asked: Question, wanted: Constraint) -> bool:
    """Tell whether the name of who holds ``wanted`` is asked for: 信访局长叫什么名字 is no question about deputies."""
    return asked.named and wanted.kind == "post" and bool(wanted.extra)


def _searched(asked: Question, hits: Sequence[Hit], found: Sequence[Candidate]) -> str:
    """Return what was looked through, and what of the question the nearest passages do not speak of or leave open."""
    if not hits:
        return "语料中没有与之相近的段落。"
    speeches, wanted = len({hit.passage.speech_id for hit in hits}), constraints(asked)
    said = f"查看了{speeches}篇讲话中最相近的{len(hits)}段"
    missing = [unmet(asked, wanted, c.window, c.year) for c in found[:CONSIDERED]] if wanted else []
    if not missing or not missing[0]:
        return said + "。"
    # A name that the nearest lacks may stand further down: not spoken of is what none of them has.
    nowhere = [c for c in missing[0] if c.kind not in _NAMES or all(c in each for each in missing)]
    names = "，没有说到" + "、".join(f"“{c.text}”" for c in nowhere) if nowhere else ""
    gap = hole(missing[0], [text for text, _ in found[0].window.layers[:INSIDE]])
    return said + names + (f"；原文此处空缺（{gap}），无从确定" if gap else "") + "。"


def _generated(
    question: str, extract: Answer, hits: Sequence[Hit], speech: Callable[[str], Speech], generator: Generator
) -> Iterator[Answer]:
    """Yield the generated and checked answer as it grows; last ``extract`` with a note saying why where it fails."""
    from speechrag.writing.answer_generated import streamed_answer

    try:
        yield from streamed_answer(question, extract, hits, speech, generator)
    except (GenerationError, PromptError) as exc:
        yield replace(extract, notes=(*extract.notes, f"未使用大模型：{exc}"))


def compose(question: str, chosen: Sequence[Quoted], nearest: tuple[str, ...] = ()) -> Answer:
    """Return the extractive answer made of the chosen spans, in the order given; the points of a list one a line."""
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    for candidate, (start, end) in chosen:
        number = len(citations) + 1
        citations.append(cite(number, candidate.hit, candidate.speech, start, end))
        sentences.append(AnswerSentence(candidate.speech.text[start:end], (number,)))
    listed = any(candidate.listed for candidate, _ in chosen) and len(sentences) > 1
    text = join((s.text for s in sentences), "\n" if listed else "")
    return Answer(question, True, text, tuple(sentences), tuple(citations), nearest)


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


def join(sentences: Iterable[str], between: str = "") -> str:
    """Return sentences as running text; one without punctuation at its end gets a semicolon, the last a full stop."""
    parts = list(sentences)
    return between.join(part + closing_mark(part, last=place == len(parts)) for place, part in enumerate(parts, 1))


def closing_mark(sentence: str, *, last: bool) -> str:
    """Return the mark to print behind a quotation that has none at its end: quoted clauses would run together."""
    if fold(sentence[-1:]) in {"。", "!", "?", "…", ":", ";", "”", "’", "」"}:
        return ""
    return "。" if last else "；"
