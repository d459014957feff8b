"""A question to a cited answer: the sentences that best answer it, verbatim, or an honest refusal.

Without an LLM the answer is made of quotations only. With one (``generator``) its sentences are kept where the cited
passages support them (see ``answer_generated``); whatever goes wrong there ends in the extractive answer and a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from speechrag.errors import GenerationError, PromptError
from speechrag.records import Answer, AnswerSentence, Citation, Hit, Query, Speech
from speechrag.text import Segmenter, fold, jaccard, shingles
from speechrag.writing.answer_evidence import Candidate, Evidence, Span
from speechrag.writing.answer_support import support
from speechrag.writing.generate import Generator
from speechrag.writing.questions import Kind, Question, analyse, expansions

REFUSAL = "语料中没有找到能回答这个问题的内容。"
RETRIEVED = 20
EXPANDED = 10  # further passages from the search in official words
NEAREST = 5
MAX_SENTENCES = 3
MAX_LISTED = 9
# Two sentences this alike (4-gram Jaccard) say the same thing; the second is not quoted again.
_SAME = 0.6
_ANAPHORA = re.compile(r"^(?:其中|这|该|此|对此|为此|他们|它|同时|但|因此|所以|要(?=[^求]))")


def answer_question(
    question: str,
    *,
    retrieve: Callable[[Query], Sequence[Hit]],
    speech: Callable[[str], Speech],
    document_frequency: Callable[[str], float],
    segmenter: Segmenter,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    threshold: float = 0.5,
    generator: Generator | None = None,
) -> Answer:
    """Answer ``question`` from the retrieved passages.

    ``document_frequency`` maps a word or a pair of characters to the share of passages holding it, 0..1. Below
    ``threshold`` (of a support score 0..1) the answer is a refusal. Every sentence of an extractive answer is a span of
    its speech, ``speech.text[start:end] == quote``, cited once and numbered from 1 in the order of the answer.
    """
    asked = analyse(question, segmenter, document_frequency)
    hits = _search(asked, question, retrieve, dict(filters or {}))
    candidates = Evidence(asked, hits, speech).candidates()
    nearest = tuple(hit.passage.passage_id for hit in hits[:NEAREST])
    if not asked.terms or support(candidates) < threshold:
        return Answer(question, False, REFUSAL, nearest=nearest)
    extract = compose(question, select(asked, candidates), nearest)
    if generator is None:
        return extract
    return _generated(question, extract, hits, speech, generator)


def _search(
    asked: Question, question: str, retrieve: Callable[[Query], Sequence[Hit]], filters: dict[str, tuple[str, ...]]
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


def _generated(
    question: str, extract: Answer, hits: Sequence[Hit], speech: Callable[[str], Speech], generator: Generator
) -> Answer:
    """Return the generated and checked answer, or ``extract`` with a note saying why not."""
    from speechrag.writing.answer_generated import generated_answer

    try:
        return generated_answer(question, extract, hits, speech, generator)
    except (GenerationError, PromptError) as exc:
        return replace(extract, notes=(*extract.notes, f"未使用大模型：{exc}"))


def select(question: Question, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Span]]:
    """Choose what to quote: the best candidate, then what adds to it or disagrees with it."""
    best = candidates[0]
    chosen: list[tuple[Candidate, Span]] = []
    limit = MAX_LISTED if best.listed else MAX_SENTENCES
    _take(chosen, best, _with_antecedent(best, candidates) + list(best.spans), limit)
    for other in candidates[1:40]:
        if len(chosen) >= limit or best.listed:
            break
        if _adds(question, best, other, chosen):
            _take(chosen, other, list(other.spans), limit)
    return chosen


def _take(chosen: list[tuple[Candidate, Span]], candidate: Candidate, spans: Sequence[Span], limit: int) -> None:
    for span in spans:
        if len(chosen) < limit and all(not _overlap(candidate, span, c, s) for c, s in chosen):
            chosen.append((candidate, span))


def _overlap(candidate: Candidate, span: Span, other: Candidate, taken: Span) -> bool:
    if candidate.speech.speech_id != other.speech.speech_id:
        return False
    return span[0] < taken[1] and taken[0] < span[1]


def _with_antecedent(best: Candidate, candidates: Sequence[Candidate]) -> list[Span]:
    """Return the sentence before the best one where that begins with 其中, 这 or the like."""
    start = best.spans[0][0]
    if not _ANAPHORA.match(best.speech.text[start : start + 4]):
        return []
    same = (c for c in candidates if c.speech.speech_id == best.speech.speech_id and not c.listed)
    before = [c.spans[0] for c in same if c.spans[0][1] <= start and start - c.spans[0][1] <= 2]
    return [span for span in before[:1] if span[1] - span[0] <= 160]


def _adds(question: Question, best: Candidate, other: Candidate, chosen: Sequence[tuple[Candidate, Span]]) -> bool:
    """Tell whether ``other`` is worth a sentence of its own: as good elsewhere, or covering what is still open."""
    text = " ".join(other.speech.text[a:b] for a, b in other.spans)
    if other.listed or len(text) > 220:
        return False
    grams = shingles(text)
    if any(jaccard(grams, shingles(c.speech.text[s[0] : s[1]])) >= _SAME for c, s in chosen):
        return False
    if other.score >= 0.93 * best.score and other.features.typed >= 0.9 * best.features.typed:
        return other.features.own >= 0.9 * best.features.own
    covered = frozenset().union(*(c.words for c, _ in chosen))
    gain = sum(t.weight for t in question.terms if t.text in other.words - covered)
    total = sum(t.weight for t in question.terms)
    return question.kind is not Kind.NUMBER and other.score >= 0.8 * best.score and gain >= 0.25 * total


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
    )


def join(sentences: Iterable[str]) -> str:
    """Return sentences as running text; one without punctuation at its end gets a semicolon, the last a full stop."""
    parts = list(sentences)
    joined = ""
    for place, part in enumerate(parts):
        joined += part
        if fold(part[-1:]) not in {"。", "!", "?", "…", ":", ";", "”", "’", "」"}:
            joined += "。" if place == len(parts) - 1 else "；"
    return joined
