"""A text on its way through the rules: edits in current coordinates, composed into repairs of the original."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from speechrag.records import Repair


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``after`` in place of ``text[start:end]``; offsets are those of the text the rule was given."""

    start: int
    end: int
    after: str
    rule: str
    confidence: float = 1.0


class Draft:
    """The text after the rules so far, with every change kept as a repair of the original."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self.repairs: list[Repair] = []
        self.notes: list[str] = []

    def apply(self, edits: Iterable[Edit]) -> None:
        """Apply the edits of one rule: sorted, not overlapping, in the coordinates of ``self.text``."""
        wanted = [e for e in edits if self.text[e.start : e.end] != e.after]
        if not wanted:
            return
        self.repairs = _compose(self.original, self.text, self.repairs, wanted)
        self.text = _edited(self.text, wanted, 0, len(self.text))


def _edited(text: str, edits: Sequence[Edit], start: int, end: int) -> str:
    pieces: list[str] = []
    position = start
    for edit in edits:
        pieces.append(text[position : edit.start])
        pieces.append(edit.after)
        position = edit.end
    pieces.append(text[position:end])
    return "".join(pieces)


@dataclass(slots=True)
class _Group:
    """Changes that overlap in the current text: its span there, the place of its start in the original."""

    start: int
    end: int
    original_start: int
    repairs: list[Repair]
    edits: list[Edit]


def _compose(original: str, text: str, repairs: Sequence[Repair], edits: Sequence[Edit]) -> list[Repair]:
    """Return the repairs that lead from ``original`` to the edited ``text``.

    Two sorted lists are swept together. Changes that overlap in the current text become one repair; changes that only
    touch stay apart, so that the map between the layers stays as fine as it can be.
    """
    out: list[Repair] = []
    growth = 0  # of the current text over the original, before the next old repair
    i = j = 0
    while j < len(edits):
        edit = edits[j]
        j += 1
        first = i
        i, growth = _skip(repairs, i, growth, edit.start)
        out += repairs[first:i]
        old_start = repairs[i].start + growth if i < len(repairs) else len(text) + 1
        if edit.end <= old_start and (j == len(edits) or edits[j].start >= edit.end):
            start, end = edit.start - growth, edit.end - growth
            out.append(Repair(edit.rule, start, end, original[start:end], edit.after, edit.confidence))
            continue
        group = _Group(edit.start, edit.end, edit.start - growth, [], [edit])
        if edit.end > old_start:
            if old_start <= edit.start:
                group.start, group.original_start = old_start, repairs[i].start
            i, j, growth = _absorb(group, repairs, edits, i, j, growth)
        merged = _merged(original, group, group.end - growth, text)
        if merged.before != merged.after:
            out.append(merged)
    out += repairs[i:]
    return out


def _skip(repairs: Sequence[Repair], i: int, growth: int, limit: int) -> tuple[int, int]:
    """Return the position of the first repair that ends behind ``limit`` in the current text, and the growth there."""
    while i < len(repairs):
        repair = repairs[i]
        length = len(repair.after)
        if repair.start + growth + length > limit:
            break
        growth += length - len(repair.before)
        i += 1
    return i, growth


def _absorb(
    group: _Group, repairs: Sequence[Repair], edits: Sequence[Edit], i: int, j: int, growth: int
) -> tuple[int, int, int]:
    """Take into ``group`` every change that overlaps it; return the positions and the growth behind them."""
    while True:
        if i < len(repairs) and repairs[i].start + growth < group.end:
            group.end = max(group.end, _current_span(repairs[i], growth)[1])
            group.repairs.append(repairs[i])
            growth += _growth(repairs[i])
            i += 1
        elif j < len(edits) and edits[j].start < group.end:
            group.end = max(group.end, edits[j].end)
            group.edits.append(edits[j])
            j += 1
        else:
            return i, j, growth


def _current_span(repair: Repair, growth: int) -> tuple[int, int]:
    start = repair.start + growth
    return start, start + len(repair.after)


def _growth(repair: Repair) -> int:
    return len(repair.after) - len(repair.before)


def _merged(original: str, group: _Group, original_end: int, text: str) -> Repair:
    """Return one repair that stands for the old repairs of ``group`` and the edits laid over them."""
    after = _edited(text, group.edits, group.start, group.end)
    if not after and len(group.edits) == 1:
        group.repairs = []  # what was changed before in a span now deleted no longer matters
    rules = [part for repair in group.repairs for part in repair.rule.split("+")] + [e.rule for e in group.edits]
    confidence = min([repair.confidence for repair in group.repairs] + [edit.confidence for edit in group.edits])
    before = original[group.original_start : original_end]
    start = group.original_start
    return Repair("+".join(dict.fromkeys(rules)), start, original_end, before, after, confidence)
