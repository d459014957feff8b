"""An outline under a drafter's hands: every change gives a new draft, and every earlier state can be had back.

A draft is plain data. ``past`` and ``ahead`` hold the states before and after the present one, ``aside`` those that
neither undo nor redo leads to any more. Paths are positions from 0, outermost first: (1, 0) is the first sub-point of
the second part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from speechrag.errors import UsageError
from speechrag.records import Alternative, Citation, Outline, OutlinePoint, Paragraph
from speechrag.text import sentence_spans
from speechrag.writing.outlines import compose
from speechrag.writing.outlines.wording import similar

KEPT = 50  # states that can be had back
SHORTER = 0.5  # what compressing leaves of a point's characters

Path = Sequence[int]


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the outline: in ``past`` under the change that was made to it next, elsewhere under the one before."""

    label: str
    outline: Outline
    name: str = ""  # given by the drafter
    at: str = ""  # when the state came about, ISO 8601 with its offset; "" where no clock was at hand


@dataclass(frozen=True, slots=True)
class Draft:
    """The present outline, with what came before it (oldest first) and what was undone (latest first).

    ``aside`` (oldest first) is what was undone before something else was changed, and the named versions that are
    older than the states kept.
    """

    outline: Outline
    past: tuple[Version, ...] = ()
    ahead: tuple[Version, ...] = ()
    name: str = ""  # of the present state
    aside: tuple[Version, ...] = ()
    at: str = ""  # of the present state, as of a version


def changed(draft: Draft, label: str, outline: Outline) -> Draft:
    """Return the draft with ``outline`` as its present state; citations renumbered in reading order, slots listed."""
    present = refreshed(outline)
    return draft if present == draft.outline else advanced(draft, label, present)


def advanced(draft: Draft, label: str, outline: Outline, name: str = "") -> Draft:
    """Return the draft with ``outline``, as it is, for its next state; what was undone before is put aside."""
    past = (*draft.past, Version(label, draft.outline, draft.name, draft.at))
    outdated = (Version("", old.outline, old.name, old.at) for old in past[:-KEPT] if old.name)
    return Draft(outline, past[-KEPT:], (), name, _kept((*draft.aside, *outdated, *draft.ahead)))


def _kept(aside: Sequence[Version]) -> tuple[Version, ...]:
    """Return the named versions and the latest of the others, in their order."""
    spare = sum(not version.name for version in aside) - KEPT
    kept = []
    for version in aside:
        if version.name or spare <= 0:
            kept.append(version)
        else:
            spare -= 1
    return tuple(kept)


def undo(draft: Draft) -> Draft:
    """Return the draft as before its last change. Raises UsageError where there is none."""
    if not draft.past:
        raise UsageError("没有可以撤销的修改。")
    last = draft.past[-1]
    undone = Version(last.label, draft.outline, draft.name, draft.at)
    return Draft(last.outline, draft.past[:-1], (undone, *draft.ahead), last.name, draft.aside, last.at)


def redo(draft: Draft) -> Draft:
    """Return the draft with its last undone change made again. Raises UsageError where there is none."""
    if not draft.ahead:
        raise UsageError("没有可以恢复的修改。")
    first = draft.ahead[0]
    left = Version(first.label, draft.outline, draft.name, draft.at)
    return Draft(first.outline, (*draft.past, left), draft.ahead[1:], first.name, draft.aside, first.at)


# ---------------------------------------------------------------------------------------------------------------- #
# One point


def point_at(outline: Outline, path: Path) -> OutlinePoint:
    """Return the point at ``path``. Raises UsageError where there is none."""
    points, found = outline.points, None
    for position in path:
        if not 0 <= position < len(points):
            found = None
            break
        found = points[position]
        points = found.points
    if found is None:
        raise UsageError("提纲里没有这一处，请重新生成。")
    return found


def with_point(outline: Outline, path: Path, point: OutlinePoint) -> Outline:
    """Return ``outline`` with ``point`` at ``path``. Raises UsageError where there is none."""
    point_at(outline, path)
    return replace(outline, points=_put(outline.points, path, point))


def _put(points: tuple[OutlinePoint, ...], path: Path, point: OutlinePoint) -> tuple[OutlinePoint, ...]:
    position, *rest = path
    inner = replace(points[position], points=_put(points[position].points, rest, point)) if rest else point
    return (*points[:position], inner, *points[position + 1 :])


def lock(draft: Draft, path: Path, locked: bool = True) -> Draft:
    """Return the draft with a point locked, or free again."""
    point = replace(point_at(draft.outline, path), locked=locked)
    label = f"{'锁定' if locked else '解锁'}“{point.heading}”"
    return changed(draft, label, with_point(draft.outline, path, point))


def move(draft: Draft, path: Path, to: int) -> Draft:
    """Return the draft with a point moved to position ``to`` among its neighbours. Raises UsageError outside them."""
    point = point_at(draft.outline, path)
    *above, position = path
    row = list(point_at(draft.outline, above).points if above else draft.outline.points)
    if not 0 <= to < len(row):
        raise UsageError(f"只能移到第1到第{len(row)}个位置。")
    row.insert(to, row.pop(position))
    return changed(draft, f"移动“{point.heading}”", _with_row(draft.outline, above, tuple(row)))


def remove(draft: Draft, path: Path) -> Draft:
    """Return the draft without a point. Raises UsageError for a locked one."""
    point = _free(draft.outline, path)
    *above, position = path
    row = point_at(draft.outline, above).points if above else draft.outline.points
    return changed(
        draft, f"删除“{point.heading}”", _with_row(draft.outline, above, (*row[:position], *row[position + 1 :]))
    )


def _with_row(outline: Outline, above: Path, row: tuple[OutlinePoint, ...]) -> Outline:
    if not above:
        return replace(outline, points=row)
    return with_point(outline, above, replace(point_at(outline, above), points=row))


def _free(outline: Outline, path: Path) -> OutlinePoint:
    point = point_at(outline, path)
    if point.locked:
        raise UsageError(f"“{point.heading}”已锁定，请先解锁。")
    return point


def choose(draft: Draft, path: Path, number: int) -> Draft:
    """Return the draft with alternative ``number`` (from 0) in the place of a point; the old one becomes the last.

    Raises UsageError for a locked point or a number that is not there.
    """
    point = _free(draft.outline, path)
    if not 0 <= number < len(point.alternatives):
        raise UsageError(f"“{point.heading}”没有第{number + 1}个备选。")
    outline, taken = _taken(draft.outline, point, number)
    return changed(draft, f"“{point.heading}”换成“{taken.heading}”", with_point(outline, path, taken))


def regenerate(draft: Draft, path: Path, *, deep: bool = False) -> Draft:
    """Return the draft with the next candidate at ``path``: always the same for the same number of turns.

    Candidates that say what another point says already are passed over. With ``deep`` the unlocked sub-points change
    too; locked ones never do. Raises UsageError for a locked point or one without another candidate.
    """
    point = _free(draft.outline, path)
    outline, renewed = _renewed(draft.outline, path)
    if deep:
        for position, below in enumerate(point.points):
            if not below.locked:
                outline, again = _renewed(outline, [*path, position])
                renewed = renewed or again
    if not renewed:
        raise UsageError(f"语料里没有可以换下“{point.heading}”的其他写法。")
    return changed(draft, f"换一个“{point.heading}”", outline)


def _renewed(outline: Outline, path: Path) -> tuple[Outline, bool]:
    point = point_at(outline, path)
    others = [other.heading for other in _flat(outline.points) if other is not point]
    for number, alternative in enumerate(point.alternatives):
        if not any(similar(alternative.heading, heading) for heading in others):
            outline, taken = _taken(outline, point, number)
            return with_point(outline, path, taken), True
    return outline, False


def _taken(outline: Outline, point: OutlinePoint, number: int) -> tuple[Outline, OutlinePoint]:
    """Return the outline with the alternative's citations, and the point as it says; the point becomes the last one."""
    chosen = point.alternatives[number]
    by_number = {citation.number: citation for citation in outline.citations}
    old = Alternative(
        point.heading,
        point.text if chosen.text else "",
        tuple(by_number[n] for n in point.citations if n in by_number),
        point.frequency,
        point.years,
    )
    rest = (*point.alternatives[:number], *point.alternatives[number + 1 :], old)
    outline, numbers = cited(outline, chosen.citations)
    taken = replace(point, heading=chosen.heading, alternatives=rest, turn=point.turn + 1)
    if chosen.text:
        common = {"frequency": chosen.frequency, "years": chosen.years, "paragraphs": ()}
        return outline, replace(taken, text=chosen.text, citations=numbers, **common)  # type: ignore[arg-type]
    below = [n for paragraph in point.paragraphs for n in paragraph.citations]
    kept = below or [n for n in point.citations if point.text]
    return outline, replace(taken, citations=tuple(dict.fromkeys((*numbers, *kept))))


def compress(draft: Draft, path: Path, share: float = SHORTER) -> Draft:
    """Return the draft with what a point says cut to its weightiest sentences, about ``share`` of its characters."""
    point = _free(draft.outline, path)
    if point.paragraphs:
        shorter = replace(point, paragraphs=tuple(_shorter(p, share) for p in point.paragraphs))
    else:
        shorter = replace(point, text=_shorter(Paragraph(point.text, ()), share).text)
    return changed(draft, f"压缩“{point.heading}”", with_point(draft.outline, path, shorter))


def _shorter(paragraph: Paragraph, share: float) -> Paragraph:
    text = paragraph.text
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    room = share * len(text)
    ranked = sorted(range(len(sentences)), key=lambda i: (-_weight(sentences[i]), i))
    kept: set[int] = set()
    for index in ranked:
        if not kept or len(sentences[index]) <= room:
            kept.add(index)
            room -= len(sentences[index])
    return replace(paragraph, text="".join(sentences[i] for i in sorted(kept)))


def _weight(sentence: str) -> int:
    """Return how much a sentence says for its place: an order more than a remark, an open slot less."""
    return 2 * any(word in sentence for word in ("要", "必须", "务必", "确保")) - sentence.count("【待补")


# ---------------------------------------------------------------------------------------------------------------- #
# The whole


def cited(outline: Outline, citations: Iterable[Citation]) -> tuple[Outline, tuple[int, ...]]:
    """Return the outline with the citations it lacks added at the end, and the numbers of all of ``citations``."""
    known = {(c.speech_id, c.start, c.end): c.number for c in outline.citations}
    added, numbers = list(outline.citations), []
    for citation in citations:
        key = (citation.speech_id, citation.start, citation.end)
        if key not in known:
            known[key] = max((c.number for c in added), default=0) + 1
            added.append(replace(citation, number=known[key]))
        numbers.append(known[key])
    return replace(outline, citations=tuple(added)), tuple(dict.fromkeys(numbers))


def refreshed(outline: Outline) -> Outline:
    """Return the outline with its citations numbered by first use, unused ones left out, and its slots listed."""
    order = list(dict.fromkeys(n for point in _flat(outline.points) for n in _numbers(point)))
    by_number = {citation.number: citation for citation in outline.citations}
    new = {old: position for position, old in enumerate((n for n in order if n in by_number), 1)}
    frame = {"opening": outline.opening, "closing": outline.closing}
    points = tuple(_renumbered(point, new) for point in outline.points)
    citations = tuple(replace(by_number[old], number=number) for old, number in new.items())
    return replace(outline, points=points, citations=citations, slots=compose.slots(points, frame))


def _numbers(point: OutlinePoint) -> list[int]:
    return [*point.citations, *(n for paragraph in point.paragraphs for n in paragraph.citations)]


def _renumbered(point: OutlinePoint, new: dict[int, int]) -> OutlinePoint:
    paragraphs = (replace(p, citations=tuple(new[n] for n in p.citations if n in new)) for p in point.paragraphs)
    return replace(
        point,
        citations=tuple(new[n] for n in point.citations if n in new),
        paragraphs=tuple(paragraphs),
        points=tuple(_renumbered(below, new) for below in point.points),
    )


def _flat(points: Iterable[OutlinePoint]) -> Iterator[OutlinePoint]:
    for point in points:
        yield point
        yield from _flat(point.points)
