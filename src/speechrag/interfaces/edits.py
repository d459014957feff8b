"""Changes a drafter makes to an outline on the page, applied to the record so that the exports carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from speechrag.errors import UsageError
from speechrag.records import Citation, Outline, OutlinePoint, Paragraph, Passage, Speech
from speechrag.writing.outlines import draft as drafts

LONGEST_TEXT = 20_000  # characters of one edited part
_POINT_FIELDS = frozenset({"heading", "text", "paragraphs"})
_OUTLINE_FIELDS = {"salutation": "称谓", "opening": "开头", "closing": "结尾"}


def edited(outline: Outline, path: Sequence[int], field: str, text: str) -> Outline:
    """Return ``outline`` with one part rewritten; its checklist is as before, ``drafts.changed`` makes it anew.

    ``path`` holds the positions of a point (from 0, outermost first) for heading, text and paragraphs (a line
    each); it is empty for salutation, opening and closing, and holds the title's position for title. Raises UsageError
    when there is no such part or the text is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"这一处写得太长了：最多 {LONGEST_TEXT} 字。")
    if not path and field in _OUTLINE_FIELDS:
        changed = replace(outline, **{field: text})  # type: ignore[arg-type]
    elif field == "title" and len(path) == 1 and 0 <= path[0] < len(outline.titles):
        titles = (*outline.titles[: path[0]], text, *outline.titles[path[0] + 1 :])
        changed = replace(outline, titles=titles)
    elif path and field in _POINT_FIELDS:
        changed = replace(outline, points=_with_point(outline.points, path, field, text))
    else:
        raise UsageError("提纲里没有这一处，请重新生成。")
    return changed


def edit_label(outline: Outline, path: Sequence[int], field: str) -> str:
    """Return the name of the change that ``edited`` makes with these arguments."""
    if not path or field == "title":
        return f"改写{_OUTLINE_FIELDS.get(field, '标题')}"
    return f"改写“{drafts.point_at(outline, path).heading}”"


def supported(outline: Outline, path: Sequence[int], passage: Passage, speech: Speech) -> Outline:
    """Return ``outline`` with a passage among the sources of a point, its words quoted without the heading above them.

    Raises UsageError when there is no such point.
    """
    point = drafts.point_at(outline, path)
    lead, line_end, body = passage.text.partition("\n")
    headed = bool(body.strip()) and any(heading.startswith(lead.strip()) for heading in passage.headings)
    start = passage.start + (len(lead) + len(line_end) if headed else 0)
    quote = speech.text[start : passage.end]
    source = Citation(
        0,
        passage.passage_id,
        speech.speech_id,
        speech.source,
        speech.title,
        quote,
        start,
        passage.end,
        passage.headings,
    )
    outline, numbers = drafts.cited(outline, [source])
    return drafts.with_point(
        outline, path, replace(point, citations=tuple(dict.fromkeys((*point.citations, *numbers))))
    )


def _with_point(
    points: tuple[OutlinePoint, ...], path: Sequence[int], field: str, text: str
) -> tuple[OutlinePoint, ...]:
    position, *rest = path
    if not 0 <= position < len(points):
        raise UsageError("提纲里没有这一处，请重新生成。")
    point = points[position]
    if rest:
        point = replace(point, points=_with_point(point.points, rest, field, text))
    elif field == "paragraphs":
        point = replace(point, paragraphs=_paragraphs(point, text))
    else:
        point = replace(point, **{field: text})  # type: ignore[arg-type]
    return (*points[:position], point, *points[position + 1 :])


def _paragraphs(point: OutlinePoint, text: str) -> tuple[Paragraph, ...]:
    """Return the lines of ``text`` as paragraphs; each keeps the sources of the one that stood in its place."""
    cited = [paragraph.citations for paragraph in point.paragraphs]
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return tuple(Paragraph(line, cited[n] if n < len(cited) else ()) for n, line in enumerate(lines))
