"""From a question in a conversation to its answer: follow-ups made whole, comparisons split, next questions named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from speechrag.records import Answer, AnswerSentence, Citation, Speech
from speechrag.text import sentence_spans
from speechrag.writing.answer import REFUSAL, Search, answer_stream, join
from speechrag.writing.answer_lists import series_of
from speechrag.writing.comparisons import Comparison, compared
from speechrag.writing.conversation import Conversation, nth_asked, points_back, rewritten
from speechrag.writing.generate import Generator
from speechrag.writing.questions import analyse
from speechrag.writing.suggestions import suggest

_CARRIED = 0.6  # share of the threshold that holds for a follow-up
_BEHIND = 400  # characters behind a point that may explain it


@dataclass(frozen=True, slots=True)
class Asking(Search):
    """Answers questions over one corpus: follow-ups, comparisons, points of the list before."""

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        generator: Generator | None = None,
        *,
        suggesting: bool = False,
    ) -> Answer:
        """Answer ``question``, read as following on the questions of ``history`` (oldest first).

        ``Answer.question`` is the question as asked; where it was read as another one, a note says so.
        """
        *_, answer = self.stream(question, history, generator, suggesting=suggesting)
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        generator: Generator | None = None,
        *,
        suggesting: bool = False,
    ) -> Iterator[Answer]:
        """Yield the answer as it grows, at least once; only the last one is to be kept, it may be shorter."""
        answer = Answer(question, False, "")
        for answer in self._in_context(question, history, generator):
            yield answer
        if suggesting and answer.supported:
            yield replace(answer, suggestions=suggest(answer, self.speech, self._answerable))

    def readings(self, question: str, history: Sequence[str], generator: Generator | None) -> tuple[str, ...]:
        """Return the ways to read ``question`` after ``history``, likeliest first.

        A question that was refused lends no subject to one that has its own.
        """
        if not history:
            return (question,)
        before = Conversation(history, self.segmenter, self.document_frequency)
        read = before.readings(question)
        if read != (question,) and before.complete(question) and not self._answerable(before.topic):
            return (question,)
        reworded = rewritten(question, history, generator) if generator is not None and read != (question,) else ""
        return tuple(dict.fromkeys([reworded, *read] if reworded else read))

    def _in_context(self, question: str, history: Sequence[str], generator: Generator | None) -> Iterator[Answer]:
        number = nth_asked(question)
        point = self._point(question, self._subject(history), number) if number is not None and history else None
        if point is not None:
            yield point
            return
        readings = self.readings(question, history, generator)
        # The words carried over are ours, not the asker's: an answer need not meet them all.
        context = self if readings == (question,) else replace(self, threshold=_CARRIED * self.threshold)
        reading, known = readings[-1], None
        for earlier in readings[:-1]:
            found = context._one(earlier)
            if found.supported:
                reading, known = earlier, found
                break
        refused = None
        # Without an LLM the answer that told how to read the question is the answer.
        for answer in (known,) if known and generator is None else context._stream(reading, generator):
            refused = None if answer.supported else answer
            if answer.supported:
                yield _read_as(answer, question, reading)
        if refused is not None:
            inside = self._within(question, history) if points_back(question) and history else None
            yield inside or _read_as(refused, question, reading)

    def _within(self, question: str, history: Sequence[str]) -> Answer | None:
        """Return the answer to a question that points back from the speeches that answered the one before, if any."""
        before = self._one(self._subject(history))
        speeches = tuple(dict.fromkeys(c.speech_id for c in before.citations))
        if not speeches:
            return None
        answer = replace(self, filters={**self.filters, "speech_id": speeches})._one(question)
        note = "接上文，只在上一问所引的讲话中查找"
        return replace(answer, notes=(*answer.notes, note)) if answer.supported else None

    def _subject(self, history: Sequence[str]) -> str:
        return Conversation(history, self.segmenter, self.document_frequency).subject

    def _one(self, question: str) -> Answer:
        *_, answer = self._stream(question, None)
        return answer

    def _stream(self, question: str, generator: Generator | None) -> Iterator[Answer]:
        parts = compared(analyse(question, self.segmenter, self.document_frequency))
        both = self._comparison(question, parts) if parts else None
        yield from [both] if both else answer_stream(question, self, generator)

    def _single(self, question: str) -> Answer:
        *_, answer = answer_stream(question, self)
        return answer

    def _answerable(self, question: str) -> bool:
        return self._one(question).supported

    # --- comparisons -----------------------------------------------------------------------------------------------

    def _comparison(self, question: str, comparison: Comparison) -> Answer | None:
        """Return the answers to the parts one behind the other; where one of them has none a refusal.

        None where the parts are no more than a reading of the question: it may be answered as a whole.
        """
        parts = comparison.parts
        answers = [self._single(part) for part in parts]
        nearest = tuple(dict.fromkeys(chain.from_iterable(a.nearest for a in answers)))[:5]
        missing = [part for part, answer in zip(parts, answers, strict=True) if not answer.supported]
        if missing and not comparison.named:
            return None
        if missing:
            lacking = "；".join(f"“{part}”没有依据" for part in missing)
            return Answer(question, False, f"{REFUSAL}{lacking}，无从比较。", nearest=nearest, kind="comparison")
        citations: dict[tuple[str, int, int], Citation] = {}
        sentences: list[AnswerSentence] = []
        for answer in answers:
            by_number = {c.number: c for c in answer.citations}
            for sentence in answer.sentences:
                numbers = []
                for c in (by_number[n] for n in sentence.citations):
                    key = (c.speech_id, c.start, c.end)
                    citations.setdefault(key, replace(c, number=len(citations) + 1))
                    numbers.append(citations[key].number)
                if all(sentence.text != s.text for s in sentences):
                    sentences.append(AnswerSentence(sentence.text, tuple(numbers)))
        text = join(s.text for s in sentences)
        return Answer(question, True, text, tuple(sentences), tuple(citations.values()), nearest, kind="comparison")

    # --- points of the list before ---------------------------------------------------------------------------------

    def _point(self, question: str, subject: str, number: int) -> Answer | None:
        """Return the ``number``-th point of the list that answers ``subject``, with what explains it; None without."""
        before = self._one(subject)
        for citation in before.citations:
            speech = self.speech(citation.speech_id)
            spans = [(c.start, c.end) for c in before.citations if c.speech_id == citation.speech_id]
            for series in series_of(speech.text, spans):
                cited = sum(any(a < y and x < b for x, y in spans) for a, b in series.points)
                if cited >= 2 and (number == -1 or number <= len(series.points)):
                    return self._told(question, before, citation, speech, series.points, number)
        return None

    def _told(
        self, question: str, before: Answer, source: Citation, speech: Speech,
        points: Sequence[tuple[int, int]], number: int,
    ) -> Answer:  # fmt: skip
        place = len(points) - 1 if number == -1 else number - 1
        start, end = points[place]
        stop = points[place + 1][0] if place + 1 < len(points) else min(len(speech.text), end + _BEHIND)
        section = next((s.end for s in speech.sections if s.start < end <= s.end), stop)
        behind = [s for s in sentence_spans(speech.text, end, min(stop, section)) if s[1] - s[0] > 4][:2]
        spans = [(start, end), *behind]
        citations = tuple(
            replace(source, number=n, start=a, end=b, quote=speech.text[a:b]) for n, (a, b) in enumerate(spans, 1)
        )
        sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)
        text = join(s.text for s in sentences)
        note = f"按上一问“{before.question}”的第{place + 1}点作答"
        return Answer(question, True, text, sentences, citations, before.nearest, (note,), kind=before.kind)


def _read_as(answer: Answer, question: str, reading: str) -> Answer:
    """Return the answer to ``reading`` as that to ``question``, saying how it was read where that differs."""
    if reading == question:
        return answer
    return replace(answer, question=question, notes=(*answer.notes, f"接上文，按“{reading}”理解"))
