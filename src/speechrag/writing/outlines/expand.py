"""Write a point out in paragraphs: stitched from its sources, or worded by an LLM and checked sentence by sentence.

Extractive: the sentences around each quotation in its section, carried over to the new speech as the outline's own
were; what is a foreign fact becomes a slot, what is a story, the speaker's own voice or another theme is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from speechrag.errors import GenerationError, PromptError
from speechrag.records import Citation, Outline, OutlinePoint, Paragraph, Section, Speech
from speechrag.stopping import check
from speechrag.text import fold, trim
from speechrag.writing.answer_generated import plain
from speechrag.writing.check import check_sentence, cited_sentences
from speechrag.writing.generate import Generator
from speechrag.writing.outlines.adapt import Adapter, read_source
from speechrag.writing.outlines.draft import Draft, cited, point_at, refreshed, with_point
from speechrag.writing.outlines.draft import changed as changed_draft
from speechrag.writing.outlines.facts import fill_slots, find_facts
from speechrag.writing.outlines.mine import section_unit
from speechrag.writing.outlines.plan import Plan, plan_of
from speechrag.writing.outlines.sentences import carried_sentence
from speechrag.writing.prompts import fence, load_prompt, new_token

POINT_CHARS = 300  # of a point written out, where the brief names no length
LEAST_CHARS, MOST_CHARS = 150, 800
FRAME_CHARS = 350  # opening and closing together
CLAUSE_CHARS = 4  # characters of a clause that tells one sentence from another
REPEATED = 0.3  # of a sentence that is told already from which on it is not told again
SOURCES = 3  # sources that one point is stitched from

_CLAUSE = re.compile(r"[^，；：。！？]+[，；：。！？]?")
_ORDER = re.compile(r"要|必须|务必|不得|不许|不准|确保|做到|切实|坚持|严格|坚决|努力|着力|加强|让|使")

Find = Callable[[str], Speech]


def expanded(outline: Outline, path: Sequence[int], speech: Find, generator: Generator | None = None) -> Outline:
    """Return ``outline`` with the points at and below ``path`` written out; () stands for all of it.

    Locked points stay as they are. A point whose sources give no more than it says already gets that as its paragraph.
    With ``generator`` an LLM words the points; sentences that its sources do not support are struck out, and where it
    fails or nothing is left the extract stands, with a note saying so.
    """
    plan = plan_of(outline)
    writer = _Writer(plan, speech, _room(plan, outline), generator)
    writer.known(outline)
    for place in list(_leaf_paths(outline, path)):
        check()
        point = point_at(outline, place)
        if not point.locked:
            outline = writer.write(outline, place, point)
    return refreshed(replace(outline, notes=(*outline.notes, *writer.notes())))


def expand(draft: Draft, path: Sequence[int], speech: Find, generator: Generator | None = None) -> Draft:
    """Return the draft after ``expanded``; one change that can be undone."""
    label = f"展开“{point_at(draft.outline, path).heading}”" if path else "展开全文"
    return changed_draft(draft, label, expanded(draft.outline, path, speech, generator))


def _leaf_paths(outline: Outline, path: Sequence[int]) -> Iterator[list[int]]:
    points = point_at(outline, path).points if path else outline.points
    if path and not points:
        yield list(path)
    for position in range(len(points)):
        yield from _leaf_paths(outline, [*path, position])


def _room(plan: Plan, outline: Outline) -> int:
    """Return how many characters a sub-point may take."""
    if not plan.length:
        return POINT_CHARS
    count = sum(1 for _ in _leaf_paths(outline, ())) or 1
    return max(LEAST_CHARS, min(MOST_CHARS, (plan.length - FRAME_CHARS) // count))


class _Writer:
    """Writes points out one after the other; no sentence comes twice."""

    def __init__(self, plan: Plan, speech: Find, room: int, generator: Generator | None) -> None:
        self._plan, self._speech, self._room, self._generator = plan, speech, room, generator
        self._said: set[str] = set()
        self._written = self._struck = 0
        self._fault = ""

    def known(self, outline: Outline) -> None:
        """Take note of what the outline says already, anywhere: no point may say it again."""
        for place in _leaf_paths(outline, ()):
            point = point_at(outline, place)
            self._said |= {fold(text) for text in (point.text, *(p.text for p in point.paragraphs)) if text}

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of the LLM's part, nothing where there was none."""
        if self._generator is None:
            return ()
        found = [f"大模型展开了{self._written}个要点，{self._struck}句没有依据，已删去。"]
        return (*found, *([f"有要点未使用大模型：{self._fault}"] if self._fault else []))

    def write(self, outline: Outline, path: Sequence[int], point: OutlinePoint) -> Outline:
        """Return the outline with the point at ``path`` written out."""
        outline, paragraphs = self._stitched(outline, point)
        if self._generator is not None and paragraphs and not self._fault:
            paragraphs = self._worded(self._generator, outline, point, paragraphs) or paragraphs
        return with_point(outline, path, replace(point, paragraphs=tuple(paragraphs)))

    def _stitched(self, outline: Outline, point: OutlinePoint) -> tuple[Outline, list[Paragraph]]:
        by_number = {citation.number: citation for citation in outline.citations}
        first = [Paragraph(point.text, point.citations)] if point.text else []
        room = self._room - len(point.text)
        found: list[Paragraph] = []
        for citation in _one_a_speech([by_number[n] for n in point.citations if n in by_number])[:SOURCES]:
            text, start, end = self._around(citation, point, room)
            if text:
                outline, numbers = cited(outline, [_span(citation, self._speech(citation.speech_id), start, end)])
                found.append(Paragraph(text, numbers))
                room -= len(text)
        if first and found and not point.text.startswith("【"):
            joined = Paragraph(
                point.text + found[0].text, tuple(dict.fromkeys((*point.citations, *found[0].citations)))
            )
            return outline, [joined, *found[1:]]
        return outline, found or first

    def _around(self, citation: Citation, point: OutlinePoint, room: int) -> tuple[str, int, int]:
        """Return what the section of a quotation says beside it, carried over, with its span in the speech."""
        speech = self._speech(citation.speech_id)
        section = _section(speech, citation)
        if section is None or room < 20:
            return "", 0, 0
        source = read_source(speech, self._plan)
        adapter = Adapter(source, self._plan)
        unit = section_unit(section, source, self._plan, adapter)
        kept: list[tuple[str, int, int]] = []
        for start, end in unit.sentences if unit else ():
            text = carried_sentence(speech.text[start:end], point.heading, unit, self._plan, adapter) if unit else ""
            text = self._untold(text)
            if not text or len(text) > room or self._told(text):
                continue
            self._said.add(fold(text))
            kept.append((text, start, end))
            room -= len(text)
        if not kept:
            return "", 0, 0
        return "".join(text for text, _, _ in kept), kept[0][1], kept[-1][2]

    def _untold(self, text: str) -> str:
        """Return ``text`` without the clauses it opens with that are told already; "" where the rest does not stand."""
        cut = 0
        for match in _CLAUSE.finditer(text):
            if len(match.group()) <= CLAUSE_CHARS or not any(fold(match.group()[:-1]) in said for said in self._said):
                break
            cut = match.end()
        rest = text[cut:]
        stands = not cut or text[cut - 1] == "；" or _ORDER.match(rest)
        return rest if stands and len(rest) > CLAUSE_CHARS else ""

    def _told(self, text: str) -> bool:
        """Tell whether ``text`` is told already, in part too: the outline may hold a sentence cut to what stands."""
        known = fold(text)
        if any(known in said or said in known for said in self._said if said):
            return True
        clauses = [clause for clause in re.split(r"[^\u4e00-\u9fff]+", known) if len(clause) >= CLAUSE_CHARS]
        again = sum(len(clause) for clause in clauses if any(clause in said for said in self._said))
        return again >= REPEATED * len(known)

    def _worded(
        self, generator: Generator, outline: Outline, point: OutlinePoint, extract: list[Paragraph]
    ) -> list[Paragraph]:
        """Return what the LLM wrote and its sources support; nothing where it failed."""
        try:
            text = plain(self._ask(generator, point, extract))
        except (GenerationError, PromptError) as exc:
            self._fault = str(exc)
            return []
        by_number = {citation.number: citation.quote for citation in outline.citations}
        known = dict(enumerate(extract, 1))
        kept: list[str] = []
        numbers: list[int] = []
        for sentence in cited_sentences(text, known):
            used = [known[n] for n in sentence.numbers]
            texts = [*(p.text for p in used), *(by_number[n] for p in used for n in p.citations if n in by_number)]
            if used and check_sentence(sentence.text, texts).supported:
                kept.append(fill_slots(sentence.text, find_facts(sentence.text, allowed=self._plan.brief)))
                numbers += [n for p in used for n in p.citations]
            else:
                self._struck += 1
        self._written += bool(kept)
        return [Paragraph("".join(kept), tuple(dict.fromkeys(numbers)), written=True)] if kept else []

    def _ask(self, generator: Generator, point: OutlinePoint, extract: Sequence[Paragraph]) -> str:
        token = new_token()
        prompt = load_prompt(generator.prompts, "outline_expand")
        system, user = prompt.render(
            brief=plain(self._plan.brief),
            heading=point.heading,
            length=str(self._room),
            passages=fence([paragraph.text for paragraph in extract], token),
            token=token,
        )
        return generator.generate(system, user)


def _one_a_speech(citations: Sequence[Citation]) -> list[Citation]:
    return list({citation.speech_id: citation for citation in reversed(citations)}.values())[::-1]


def _section(speech: Speech, citation: Citation) -> Section | None:
    """Return the innermost section that holds the beginning of a quotation."""
    inside = [s for s in speech.sections if s.start <= citation.start < s.end]
    return max(inside, key=lambda s: (s.start, s.level), default=None)


def _span(citation: Citation, speech: Speech, start: int, end: int) -> Citation:
    start, end = trim(speech.text, start, end)
    return replace(citation, start=start, end=end, quote=speech.text[start:end])
