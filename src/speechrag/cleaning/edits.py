"""A text on its way through the rules: edits in the coordinates of the moment, composed into repairs of the original."""

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


def _compose(original: str, text: str, repairs: Sequence[Repair], edits: Sequence[Edit]) -> list[Repair]:
    """Return the repairs that lead from ``original`` to the edited ``text``.

    Two sorted lists are swept together. Changes that overlap in the current text become one repair; changes that only
    touch stay apart, so that the map between the layers stays as fine as it can be.
    """
    out: list[Repair] = []
    growth = 0  # of the current text over the original, up to the next old repair
    i = j = 0
    while i < len(repairs) or j < len(edits):
        if i < len(repairs):
            old = repairs[i]
            old_start = old.start + growth
            old_end = old_start + len(old.after)
            if j == len(edits) or old_end <= edits[j].start:
                out.append(old)
                growth += len(old.after) - len(old.before)
                i += 1
                continue
        edit = edits[j]
        if i == len(repairs) or edit.end <= old_start:
            start, end = edit.start - growth, edit.end - growth
            out.append(Repair(edit.rule, start, end, original[start:end], edit.after, edit.confidence))
            j += 1
            continue
        first_edit, first_repair = j, i
        start = min(edit.start, old_start)
        original_start = start - growth if start == edit.start and edit.start < old_start else old.start
        end = max(edit.end, old_end)
        j += 1
        i += 1
        growth += len(old.after) - len(old.before)
        while True:
            if i < len(repairs) and repairs[i].start + growth < end:
                end = max(end, repairs[i].start + growth + len(repairs[i].after))
                growth += len(repairs[i].after) - len(repairs[i].before)
                i += 1
            elif j < len(edits) and edits[j].start < end:
                end = max(end, edits[j].end)
                j += 1
            else:
                break
        merged = _merge(
            original, original_start, end - growth, text, (start, end), repairs[first_repair:i], edits[first_edit:j]
        )
        if merged.before != merged.after:
            out.append(merged)
    return out


def _merge(
    original: str,
    start: int,
    end: int,
    text: str,
    span: tuple[int, int],
    repairs: Sequence[Repair],
    edits: Sequence[Edit],
) -> Repair:
    """Return one repair of ``original[start:end]`` that stands for the old repairs and the edits laid over them."""
    after = _edited(text, edits, *span)
    swallowed = not after and len(edits) == 1  # what stood in a deleted span before no longer matters
    rules = [*([] if swallowed else [part for r in repairs for part in r.rule.split("+")]), *(e.rule for e in edits)]
    confidence = min([*([] if swallowed else [r.confidence for r in repairs]), *(e.confidence for e in edits)])
    return Repair("+".join(dict.fromkeys(rules)), start, end, original[start:end], after, confidence)
