"""Changes a drafter makes to an outline on the page, applied to the record so that the exports carry them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from speechrag.errors import UsageError
from speechrag.records import Outline, OutlinePoint, Paragraph, Slot

SLOT = re.compile(r"【待[补核][^】]{0,40}】")
LONGEST_TEXT = 20_000  # characters of one edited part
_POINT_FIELDS = frozenset({"heading", "text", "paragraphs"})
_OUTLINE_FIELDS = frozenset({"salutation", "opening", "closing"})


def edited(outline: Outline, path: Sequence[int], field: str, text: str) -> Outline:
    """Return ``outline`` with one part rewritten; slots that were filled in leave the checklist.

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
    return replace(changed, slots=_slots(outline, changed))


def _slots(before: Outline, after: Outline) -> tuple[Slot, ...]:
    """Return the slots still open after an edit, in the order of the text.

    Where the checklist follows the text gap by gap, a gap keeps the place noted for its part and one typed in is added;
    otherwise a slot stays as long as its text is found anywhere.
    """
    old = [(part, text) for part, written in enumerate(_texts(before)) for text in SLOT.findall(written)]
    new = [(part, text) for part, written in enumerate(_texts(after)) for text in SLOT.findall(written)]
    if [text for _, text in old] != [slot.text for slot in before.slots]:
        open_ = {text for _, text in new}
        return tuple(slot for slot in before.slots if slot.text in open_)
    places = {part: slot.where for (part, _), slot in zip(old, before.slots, strict=True)}
    return tuple(Slot(text, places.get(part, "")) for part, text in new)


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


def _texts(outline: Outline) -> list[str]:
    """Return the parts of the speech in reading order; an edit never changes how many there are."""
    return [outline.salutation, outline.opening, *_point_texts(outline.points), outline.closing]


def _point_texts(points: Sequence[OutlinePoint]) -> list[str]:
    return [text for point in points for text in (point.heading, point.text, *_point_texts(point.points))]
