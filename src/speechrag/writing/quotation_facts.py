"""The facts that a pasted sentence and its source do not share: figures, dates, names and titles.

What only stands elsewhere in the sentence is no other fact, and a clause left out is told as that, not by its figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from speechrag.writing.figures import canonical
from speechrag.writing.names import named_spans, no_name
from speechrag.writing.quotation_alignment import Aligned, Bare, Unit, units

_NEAR = 60  # characters around the stretch in which a fact may stand that was moved
_CLAUSE = 8  # characters left out in one piece from which they are a clause and not a word beside a figure


@dataclass(frozen=True, slots=True)
class Fact:
    """A changed figure, date, name or title: what the paste says and what the source says."""

    kind: str  # number, date, name or title
    said: str
    source: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A fact of one text, offsets into its bare form; ``counted`` is what must stand elsewhere to be the same."""

    kind: str
    words: str
    start: int
    end: int
    counted: str


def told_facts(sentence: str, ours: Bare, text: str, theirs: Bare, aligned: Aligned) -> tuple[Fact, ...]:
    """Return the facts that differ between ``sentence`` and the stretch of ``text`` that it was laid over, each once.

    ``ours`` and ``theirs`` are the bare forms of the two.
    """
    left, right = theirs.span(aligned.start, aligned.end)
    names = _names(sentence, ours, 0), _names(text[left:right], theirs, left)
    figures = units(ours), units(theirs, aligned.start, aligned.end)
    near = theirs.text[max(0, aligned.start - _NEAR) : aligned.end + _NEAR]
    found: list[Fact] = []
    for step in aligned.steps:
        if step.kind == "equal" or (step.kind == "omitted" and step.right[1] - step.right[0] >= _CLAUSE):
            continue
        found += _apart(
            _figures(ours, figures[0], step.left), _figures(theirs, figures[1], step.right), near, ours.text
        )
        touched = [
            [fact for fact in named if fact.start < end and start < fact.end]
            for named, (start, end) in zip(names, (step.left, step.right), strict=True)
        ]
        found += _apart(touched[0], touched[1], near, ours.text)
    return tuple(dict.fromkeys(found))


def _apart(said: Sequence[_Told], told: Sequence[_Told], near: str, ours: str) -> Iterator[Fact]:
    """Yield the pairs of facts that are not the same; one without its like is none if it stands elsewhere."""
    for one, other in zip_longest(said, told):
        if one and other:
            if canonical(one.words) != canonical(other.words):
                yield Fact(one.kind, one.words, other.words)
        elif one and one.counted not in near:
            yield Fact(one.kind, one.words, "")
        elif other and other.counted not in ours:
            yield Fact(other.kind, "", other.words)


def _figures(form: Bare, found: Sequence[Unit], span: tuple[int, int]) -> list[_Told]:
    """Return the figures inside ``span``; those of one date are told together: 九月十五日."""
    runs: list[tuple[str, int, int]] = []
    for unit in found:
        if not unit.kind or not span[0] <= unit.start < span[1]:
            continue
        kind, start, end = runs[-1] if runs else ("", 0, 0)
        if kind == unit.kind == "date" and start < end and unit.start == end and form.text[end - 1] in "年月":
            runs[-1] = kind, start, unit.end
        else:
            runs.append((unit.kind, unit.start, unit.end))
        kind, start, end = runs[-1]
        if kind == "date" and end < span[1] and form.text[end] in "年月日号":
            runs[-1] = kind, start, end + 1
    return [_Told(kind, form.text[a:b], a, b, form.text[a : b + 1]) for kind, a, b in runs]


def _names(text: str, form: Bare, offset: int) -> list[_Told]:
    """Return the names and titles of ``text``, which begins at ``offset`` of what ``form`` is the bare form of."""
    index = {place: at for at, place in enumerate(form.places)}
    found = []
    for kind, start, end in named_spans(text):
        if kind == "name" and no_name(text[start:end]):
            continue
        inside = [index[p] for p in range(offset + start, offset + end) if p in index]
        if inside:
            a, b = inside[0], inside[-1] + 1
            found.append(_Told(kind, text[start:end], a, b, form.text[a:b]))
    return found
