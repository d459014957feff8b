"""Widening a passage to the section it stands in, so that a point is read with what surrounds it."""

from __future__ import annotations

from speechrag.records import Passage, SectionText, Speech
from speechrag.text import sentence_spans

WIDEST = 3_000  # characters; of a longer section, the sentences around the passage


def widened(speech: Speech, passage: Passage, widest: int = WIDEST) -> SectionText:
    """Return the innermost section of ``speech`` that holds ``passage`` whole, the speech itself where none does.

    A section of more than ``widest`` characters is cut at sentence ends on both sides; the passage is always in it.
    """
    holding = [s for s in speech.sections if s.start <= passage.start and passage.end <= s.end]
    inner = min(holding, key=lambda s: (s.end - s.start, -s.level), default=None)
    start, end = (inner.start, inner.end) if inner else (0, len(speech.text))
    if end - start > widest:
        start, end = _around(speech.text, start, end, passage, widest)
    above = sorted((s for s in holding if inner and s.level <= inner.level), key=lambda s: s.level)
    headings = tuple(f"{section.label}{section.heading}" for section in above)
    return SectionText(headings=headings, text=speech.text[start:end], start=start, end=end)


def _around(text: str, start: int, end: int, passage: Passage, widest: int) -> tuple[int, int]:
    """Return the whole sentences of ``text[start:end]`` that lie within ``widest`` characters about the passage."""
    room = max(0, widest - (passage.end - passage.start)) // 2
    left, right = max(start, passage.start - room), min(end, passage.end + room)
    spans = [span for span in sentence_spans(text, start, end) if left <= span[0] and span[1] <= right]
    first = min((a for a, _ in spans), default=passage.start)
    last = max((b for _, b in spans), default=passage.end)
    return min(first, passage.start), max(last, passage.end)
