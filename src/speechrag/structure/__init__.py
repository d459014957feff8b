"""From a cleaned document to speeches: collections split, sections found, facts about each speech proved."""

from __future__ import annotations

from speechrag.records import CleanDocument, Speech
from speechrag.structure.anthology import Part, split_anthology
from speechrag.structure.metadata import find_metadata
from speechrag.structure.pasted import cut_points
from speechrag.structure.quality import measure
from speechrag.structure.sections import find_sections
from speechrag.structure.titles import find_title
from speechrag.text import trim

STRUCTURE_VERSION = "1"

__all__ = ["STRUCTURE_VERSION", "structure"]


def structure(clean: CleanDocument) -> list[Speech]:
    """Return the speeches of ``clean`` in order; an empty text gives none.

    ``speech.text == clean.text[speech.doc_start : speech.doc_end]`` holds for each, and every character between a
    part's title and its end belongs to one of them. The first speech of a collection carries in its quality how many
    parts the document promised and how many were found.
    """
    split = split_anthology(clean.text)
    speeches: list[Speech] = []
    for part in split.parts:
        for title, start, end in _texts(clean, part, anthology=split.anthology):
            speeches.append(_speech(clean, len(speeches) + 1, title, start, end, part_of=split.anthology))
    if split.anthology and speeches:
        counts = {"found": sum(1 for part in split.parts if part.title)}
        if split.promised:
            counts["promised"] = split.promised
        speeches[0] = _with_quality(speeches[0], counts)
    return speeches


def _texts(clean: CleanDocument, part: Part, *, anthology: bool) -> list[tuple[str, int, int]]:
    """Return title, start and end of each speech of a part; a part that holds only its title gives none."""
    start, end = trim(clean.text, part.start, part.end)
    if trim(clean.text, part.body, part.end)[0] >= end:
        return []
    edges = [start, *cut_points(clean.text, part.body, end, anthology=anthology), end]
    found = []
    for index in range(len(edges) - 1):
        left, right = trim(clean.text, edges[index], edges[index + 1])
        title = part.title
        if index and title:
            title = _pasted_title(clean, left, right) or f"{part.title}（之{index + 1}）"
        found.append((title, left, right))
    return found


def _pasted_title(clean: CleanDocument, start: int, end: int) -> str:
    title, body = find_title(clean.text, start, end, "")
    return title if body > start else ""


def _speech(clean: CleanDocument, ordinal: int, title: str, start: int, end: int, *, part_of: bool) -> Speech:
    document = clean.document
    text = clean.text[start:end]
    body = len(title) if title and text.startswith(title) else 0
    if not title:
        title, body = find_title(text, 0, len(text), document.source)
    sections = find_sections(text, body, len(text))
    facts = find_metadata(text, body, sections, titled=not part_of)
    return Speech(
        speech_id=f"{document.doc_id}-{ordinal}",
        doc_id=document.doc_id,
        source=document.source,
        ordinal=ordinal,
        title=title,
        text=text,
        doc_start=start,
        doc_end=end,
        sections=sections,
        metadata=facts.values,
        evidence=facts.evidence,
        quality=measure(text),
    )


def _with_quality(speech: Speech, counts: dict[str, int]) -> Speech:
    from dataclasses import replace

    return replace(speech, quality={**speech.quality, **counts})
