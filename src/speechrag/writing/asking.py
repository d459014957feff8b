"""From a question in a conversation to its answer: follow-ups made whole, comparisons split, next questions named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from speechrag.records import Answer, AnswerSentence, Citation, Speech
from speechrag.text import fold, sentence_spans
from speechrag.writing.answer import REFUSAL, REWORDED, Search, answer_stream, compose, join
from speechrag.writing.answer_features import presence
from speechrag.writing.answer_lists import series_of
from speechrag.writing.answer_selection import select
from speechrag.writing.answer_types import values
from speechrag.writing.comparisons import Comparison, asked_of, compared
from speechrag.writing.compound import asked_together
from speechrag.writing.conversation import Conversation, more_asked, nth_asked, points_back, rewritten
from speechrag.writing.generate import Generator
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import analyse
from speechrag.writing.suggestions import own_title, suggest

_CARRIED = 0.6  # share of the threshold that holds for a follow-up
_SAID = 0.6  # share of a thing's words that must be there where an answer is about it
_TOLD_APART = frozenset({Kind.NUMBER, Kind.DURATION, Kind.DATE, Kind.PERSON})  # a value of the kind must be there
_FIRST = 3  # quotations that say what an answer is about
_FURTHER = 0.7  # how sure the reader must be of what goes on from an answer
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
            asked = self._conversation((*history, question))

            def ask(further: str) -> Answer:
                whole = asked.readings(further) == (further,)
                return self._one(further) if whole else Answer(further, False, REFUSAL)

            yield replace(answer, suggestions=suggest(answer, self.speech, ask))

    def readings(self, question: str, history: Sequence[str], generator: Generator | None) -> tuple[str, ...]:
        """Return the ways to read ``question`` after ``history``, likeliest first.

        A question that was refused lends no subject to one that has its own.
        """
        if not history:
            return (question,)
        before = self._conversation(history)
        read = before.readings(question)
        if read != (question,) and before.complete(question) and not self._answerable(before.topic):
            return (question,)
        reworded = rewritten(question, history, generator) if generator is not None and read != (question,) else ""
        return tuple(dict.fromkeys([reworded, *read] if reworded else read))

    def _in_context(self, question: str, history: Sequence[str], generator: Generator | None) -> Iterator[Answer]:
        told = self._told_before(question, history) if history else None
        if told is not None:
            yield told
            return
        readings = self.readings(question, history, generator)
        if readings == (question,):
            yield from self._read_alone(question, history, generator)
            return
        reading, found = self._accepted(question, readings)
        if found.supported:
            # Without an LLM the answer that told how to read the question is the answer.
            for answer in [found] if generator is None else self._carrying()._stream(reading, generator):
                yield _read_as(answer, question, reading)
            return
        inside = self._within(question, history) if points_back(question) else None
        yield inside or _read_as(found, question, reading)

    def _carrying(self) -> Asking:
        """Return how follow-ups are read: the words carried over are ours, an answer need not meet them all."""
        return replace(self, threshold=_CARRIED * self.threshold)

    def _accepted(self, question: str, readings: Sequence[str]) -> tuple[str, Answer]:
        """Return the first reading of ``question`` with an answer about it, else the likeliest with a refusal."""
        nearest: tuple[str, ...] = ()
        kind = ""
        for reading in readings:
            found = (self if reading == question else self._carrying())._one(reading)
            nearest, kind = nearest or found.nearest, kind or found.kind
            if found.supported and (reading == question or self._speaks_of(found, question, reading)):
                return reading, found
        said = f"{REFUSAL}“{readings[0]}”没有依据。"
        return readings[0], Answer(readings[0], False, said, nearest=nearest, kind=kind)

    def _last(self, history: Sequence[str]) -> tuple[str, Answer]:
        """Return the last question that asked for more than what was told before, as it was read, and its answer."""
        asked = [n for n, q in enumerate(history) if nth_asked(q) is None and not more_asked(q)]
        if not asked:
            return "", Answer("", False, REFUSAL)
        question = history[asked[-1]]
        return self._accepted(question, self.readings(question, history[: asked[-1]], None))

    def _read_alone(self, question: str, history: Sequence[str], generator: Generator | None) -> Iterator[Answer]:
        """Yield the answers to a question as it stands; where that is refused what the speeches cited before say."""
        for answer in self._stream(question, generator):
            inside = None
            if not answer.supported and history and points_back(question):
                inside = self._within(question, history)
            yield inside or answer

    def _speaks_of(self, answer: Answer, question: str, reading: str) -> bool:
        """Tell whether an answer is about what was carried over, about what was asked of it, and of the kind asked."""
        asked = analyse(reading, self.segmenter, self.document_frequency)
        told = "\n".join(c.quote for c in answer.citations)
        typed = asked.kind not in _TOLD_APART or bool(values(asked, told))
        about = self._about(answer, reading) and self._about(answer, question, outside=False)
        return typed and about and REWORDED not in answer.notes

    def _told_before(self, question: str, history: Sequence[str]) -> Answer | None:
        """Return the point of the list before, or what goes on from it, that alone is asked for; else None."""
        number = nth_asked(question)
        if number is not None:
            return self._point(question, self._last(history)[1], number)
        return self._more(question, history) if more_asked(question) else None

    def _within(self, question: str, history: Sequence[str]) -> Answer | None:
        """Return the answer to a question that points back from the speeches that answered the one before, if any."""
        before = self._last(history)[1]
        speeches = tuple(dict.fromkeys(c.speech_id for c in before.citations))
        if not speeches:
            return None
        answer = replace(self, filters={**self.filters, "speech_id": speeches})._one(question)
        note = "接上文，只在上一问所引的讲话中查找"
        fits = answer.supported and self._speaks_of(answer, question, question)
        return replace(answer, notes=(*answer.notes, note)) if fits else None

    def _conversation(self, history: Sequence[str]) -> Conversation:
        return Conversation(history, self.segmenter, self.document_frequency)

    def _one(self, question: str) -> Answer:
        *_, answer = self._stream(question, None)
        return answer

    def _stream(self, question: str, generator: Generator | None) -> Iterator[Answer]:
        parts = compared(analyse(question, self.segmenter, self.document_frequency))
        both = self._comparison(question, parts) if parts else None
        if both is None and generator is None and (several := asked_together(question)):
            both = self._together(question, several)
        yield from [both] if both else answer_stream(question, self, generator)

    def _single(self, question: str) -> Answer:
        *_, answer = answer_stream(question, self)
        return answer

    def _answerable(self, question: str) -> bool:
        return self._one(question).supported

    # --- several questions in one ----------------------------------------------------------------------------------

    def _together(self, question: str, parts: Sequence[str]) -> Answer | None:
        """Return the answer to several questions asked in one; None where the one to the whole is all there is.

        Each part is read as following on those before it: 总投资多少 is asked of the projects named first.
        """
        whole = self._single(question)
        if not whole.supported:
            each = [*takewhile(lambda answer: answer.supported, (self._part(parts, n) for n in range(len(parts))))]
            return self._joined(question, each) if len(each) == len(parts) else None
        later = {place: self._part(parts, place) for place in range(1, len(parts))}
        told = [place for place, answer in later.items() if answer.supported and _overlap(answer, whole)]
        # The answer to the whole tells what the first part asks, unless that one has another and a later one has it.
        first = self._part(parts, 0) if told else whole
        own = told[0] if first.supported and not _overlap(first, whole) else 0
        found = {place: a for place, a in later.items() if a.supported and not _overlap(a, whole)}
        found |= {0: first, own: replace(whole, question=parts[own])} if own else {0: whole}
        return self._joined(question, [found[place] for place in sorted(found)]) if len(found) > 1 else None

    def _joined(self, question: str, answers: Sequence[Answer]) -> Answer:
        whole = _side_by_side(question, [answer.question for answer in answers], answers)
        return replace(whole, kind=answers[0].kind)

    def _part(self, parts: Sequence[str], place: int) -> Answer:
        """Return the answer to the part at ``place``; a refusal where it would only be one in other words."""
        part, before = parts[place], parts[:place]
        reading = self._conversation(before).readings(part)[0] if before else part
        found = (self if reading == part else self._carrying())._single(reading)
        fits = found.supported and REWORDED not in found.notes
        return replace(found, question=part, supported=fits and self._speaks_of(found, part, reading))

    # --- comparisons -----------------------------------------------------------------------------------------------

    def _comparison(self, question: str, comparison: Comparison) -> Answer | None:
        """Return the answers to the parts one behind the other; where one of them has none a refusal that names it.

        None where the question as a whole is answered by what is about all the things compared.
        """
        answers = [self._side(*side) for side in zip(comparison.parts, comparison.things, strict=True)]
        if all(answer.supported for answer in answers):
            return _side_by_side(question, comparison.parts, answers)
        if not comparison.named:
            whole = self._single(question)
            if whole.supported and all(self._about(whole, thing, outside=False) for thing in comparison.things):
                return None
        nearest = tuple(dict.fromkeys(chain.from_iterable(a.nearest for a in answers)))[:5]
        sides = list(zip(comparison.parts, answers, strict=True))
        lacking = "；".join(f"“{part}”没有依据" for part, answer in sides if not answer.supported)
        found = "、".join(f"“{answer.question}”" for answer in answers if answer.supported)
        alone = f"有依据的是{found}，可以单独提问。" if found else ""
        return Answer(question, False, f"{REFUSAL}{lacking}，无从比较。{alone}", nearest=nearest, kind="comparison")

    def _side(self, part: str, thing: str) -> Answer:
        """Return the answer to one part of a comparison; a refusal where what is found is not about ``thing``."""
        for question in dict.fromkeys((asked_of(part), part)):
            answer = self._single(question)
            fits = answer.supported and REWORDED not in answer.notes and self._about(answer, thing)
            if fits and self._of_year(answer, thing):
                return answer
        return replace(answer, supported=False)

    def _of_year(self, answer: Answer, thing: str) -> bool:
        """Tell whether the year that is compared is named in the quotations, or their first speech is of it.

        A speech of the next year looks back on it.
        """
        for year in re.findall(r"(?:19|20)\d\d", thing):
            told = str(self.speech(answer.citations[0].speech_id).metadata.get("year", ""))
            near = not told.isdigit() or int(told) - int(year) in {0, 1}
            if not near and all(year not in c.quote for c in answer.citations):
                return False
        return True

    def _about(self, answer: Answer, thing: str, *, outside: bool = True) -> bool:
        """Tell whether what ``answer`` quotes, its headings or (``outside``) its title speak of ``thing``."""
        told = fold(
            "\n".join(
                chain.from_iterable(
                    (c.quote, *c.headings, own_title(c.title) * outside) for c in answer.citations[:_FIRST]
                )
            )
        )
        terms = self._conversation(()).about(thing)
        return sum(t.weight * presence(t.text, told) for t in terms) >= _SAID * sum(t.weight for t in terms)

    # --- points of the list before ---------------------------------------------------------------------------------

    def _point(self, question: str, before: Answer, number: int) -> Answer | None:
        """Return the ``number``-th point of the list that ``before`` quotes, with what explains it; None without."""
        for citation in before.citations:
            speech = self.speech(citation.speech_id)
            spans = [(c.start, c.end) for c in before.citations if c.speech_id == citation.speech_id]
            for series in series_of(speech.text, spans):
                cited = sum(any(a < y and x < b for x, y in spans) for a, b in series.points)
                if cited >= 2 and (number == -1 or number <= len(series.points)):
                    return self._told(question, before, citation, speech, series.points, number)
        return None

    def _more(self, question: str, history: Sequence[str]) -> Answer:
        """Return what answers the question before beside what was told of it; a refusal where that is all."""
        subject, first = self._last(history)
        answer = first
        note = f"接上文，按“{subject}”继续查找"
        told = list(first.citations)
        for _ in range(1 + sum(1 for _ in takewhile(more_asked, reversed(history)))):
            found = self._further(subject, told) if first.supported else None
            if found is None:
                said = f"除已引的以外，语料中没有找到更多能回答“{subject}”的内容。"
                return Answer(question, False, said, nearest=first.nearest, notes=(note,), kind=first.kind)
            answer, told = found, [*told, *found.citations]
        return replace(answer, question=question, nearest=first.nearest, notes=(note,), kind=first.kind)

    def _further(self, question: str, told: Sequence[Citation]) -> Answer | None:
        """Return the answer made of candidates that overlap nothing that was ``told``, None without one."""
        reading = self.read(question)
        candidates = [
            candidate
            for candidate in reading.sorted(self.threshold)
            if candidate.sure >= max(self.threshold, _FURTHER)
            and not any(
                c.speech_id == candidate.speech.speech_id and a < c.end and c.start < b
                for c in told
                for a, b in candidate.spans
            )
        ]
        return compose(question, self.standing(select(reading.asked, candidates))) if candidates else None

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
        citations = []
        for n, (a, b) in enumerate(spans, 1):
            held = self.holding(speech.speech_id, (a, b))
            passage_id = held.passage_id if held else source.passage_id
            citations.append(replace(source, number=n, passage_id=passage_id, start=a, end=b, quote=speech.text[a:b]))
        sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)
        text = join(s.text for s in sentences)
        note = f"按上一问“{before.question}”的第{place + 1}点作答"
        return Answer(question, True, text, sentences, tuple(citations), before.nearest, (note,), kind=before.kind)


def _side_by_side(question: str, parts: Sequence[str], answers: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of a comparison as one, the parts in paragraphs; a note says which is which."""
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences: list[AnswerSentence] = []
    paragraphs, places = [], []
    for part, answer in zip(parts, answers, strict=True):
        by_number = {c.number: c for c in answer.citations}
        said: list[AnswerSentence] = []
        cited: list[int] = []
        for sentence in answer.sentences:
            keys = [(c.speech_id, c.start, c.end) for c in (by_number[n] for n in sentence.citations)]
            for key, number in zip(keys, sentence.citations, strict=True):
                citations.setdefault(key, replace(by_number[number], number=len(citations) + 1))
            cited += [citations[key].number for key in keys]
            if all(sentence.text != s.text for s in sentences):
                said.append(AnswerSentence(sentence.text, tuple(citations[key].number for key in keys)))
        sentences += said
        paragraphs += [join(s.text for s in said)] if said else []
        places.append(f"“{part}”见{_marks(cited)}")
    notes = tuple(dict.fromkeys(["；".join(places), *chain.from_iterable(a.notes for a in answers)]))
    text, nearest = "\n".join(paragraphs), tuple(dict.fromkeys(chain.from_iterable(a.nearest for a in answers)))[:5]
    return Answer(question, True, text, tuple(sentences), tuple(citations.values()), nearest, notes, kind="comparison")


def _overlap(answer: Answer, other: Answer) -> bool:
    """Tell whether something that ``answer`` quotes is quoted in ``other`` as well."""
    return any(
        a.speech_id == b.speech_id and a.start < b.end and b.start < a.end
        for a in answer.citations
        for b in other.citations
    )


def _marks(numbers: Sequence[int]) -> str:
    """Return the marks of citations, those that follow each other as a range: [1]至[3]、[5]."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(f"[{a}]" if a == b else f"[{a}]至[{b}]" for a, b in runs)


def _read_as(answer: Answer, question: str, reading: str) -> Answer:
    """Return the answer to ``reading`` as that to ``question``, saying how it was read where that differs."""
    if reading == question:
        return answer
    return replace(answer, question=question, notes=(*answer.notes, f"接上文，按“{reading}”理解"))
