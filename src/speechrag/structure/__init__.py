"""From a cleaned document to speeches: collections split, sections found, facts about each speech proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from speechrag.records import CleanDocument, Speech
from speechrag.structure.anthology import Part, split_anthology
from speechrag.structure.metadata import find_metadata, title_year
from speechrag.structure.pasted import cut_points
from speechrag.structure.quality import measure
from speechrag.structure.sections import find_sections
from speechrag.structure.tables import pattern
from speechrag.structure.titles import find_title, is_about, shown_title
from speechrag.text import trim

STRUCTURE_VERSION = "1"

__all__ = ["STRUCTURE_VERSION", "structure"]


@dataclass(frozen=True, slots=True)
class _Cut:
    """One speech of a part: its title, where it starts, where its title ends, and where it ends."""

    title: str
    start: int
    body: int
    end: int
    own: bool  # the title belongs to this speech alone


def structure(clean: CleanDocument) -> list[Speech]:
    """Return the speeches of ``clean`` in order; an empty text gives none.

    ``speech.text == clean.text[speech.doc_start : speech.doc_end]`` holds for each, and every character between a
    part's label and its end belongs to one of them. The first speech of a collection carries in its quality how many
    parts the document promised and how many were found.
    """
    split = split_anthology(clean.text)
    speeches: list[Speech] = []
    for part in split.parts:
        for cut in _cuts(clean, part, anthology=split.anthology):
            speeches.append(_speech(clean, len(speeches) + 1, cut))
    if split.anthology and speeches:
        counts = {"found": sum(1 for part in split.parts if part.number)}
        if split.promised:
            counts["promised"] = split.promised
        speeches[0] = _with_quality(speeches[0], counts)
    return speeches


def _cuts(clean: CleanDocument, part: Part, *, anthology: bool) -> list[_Cut]:
    """Return the speeches of a part; a part that holds only its title gives none."""
    text = clean.text
    start, end = trim(text, part.start, part.end)
    body = trim(text, part.body, part.end)[0]
    if body >= end:
        return []
    edges = [start, *cut_points(text, part.body, end, anthology=anthology), end]
    found = []
    for index in range(len(edges) - 1):
        left, right = trim(text, edges[index], edges[index + 1])
        if not part.title:
            found.append(_untitled(clean, left, right))
        elif index == 0:
            found.append(_first(clean, part, left, right))
        else:
            found.append(
                _pasted(clean, left, right) or _Cut(f"{part.title}（之{index + 1}）", left, left, right, own=False)
            )
    return found


def _first(clean: CleanDocument, part: Part, left: int, right: int) -> _Cut:
    """Return the first speech of a part: under its own title, which may stand on the line below the label."""
    if part.own:
        return _Cut(part.title, left, part.body, right, own=True)
    below = trim(clean.text, part.body, right)[0]
    return _pasted(clean, below, right) or _Cut(part.title, left, max(left, part.body), right, own=False)


def _pasted(clean: CleanDocument, left: int, right: int) -> _Cut | None:
    """Return the speech with the title line it opens with, None without one."""
    title, body = find_title(clean.text, left, right, "")
    named = body > left and pattern("structure", "openings", "titles").search(title)
    return _Cut(title, left, body, right, own=True) if named else None


def _untitled(clean: CleanDocument, left: int, right: int) -> _Cut:
    title, body = find_title(clean.text, left, right, clean.document.source)
    return _Cut(title, left, body, right, own=True)


def _speech(clean: CleanDocument, ordinal: int, cut: _Cut) -> Speech:
    document = clean.document
    text = clean.text[cut.start : cut.end]
    body = cut.body - cut.start
    sections = find_sections(text, body, len(text))
    facts = find_metadata(text, body, sections, titled=cut.own)
    title, evidence, quality = shown_title(cut.title), facts.evidence, measure(text, body, sections)
    metadata = facts.values
    if cut.own and not body and (year := title_year(cut.title)):  # a file's name has no place in the text to show
        metadata = {"year": year} | metadata
    if "title" in evidence:
        span = evidence["title"]
        meeting = text[span.start : span.end]
        if is_about(title, meeting):
            evidence = {name: found for name, found in evidence.items() if name != "title"}
        else:  # the collection's title names another subject
            title, quality = f"{title}：{meeting}", {**quality, "part": title}
    return Speech(
        speech_id=f"{document.doc_id}-{ordinal}",
        doc_id=document.doc_id,
        source=document.source,
        ordinal=ordinal,
        title=title,
        text=text,
        doc_start=cut.start,
        doc_end=cut.end,
        sections=sections,
        metadata=metadata,
        evidence=evidence,
        quality=quality,
    )


def _with_quality(speech: Speech, counts: dict[str, int]) -> Speech:
    return replace(speech, quality={**speech.quality, **counts})
