"""The versions of a draft, how two of them differ, and how long the present one is, as the page wants them."""

from __future__ import annotations

import re
from datetime import datetime

from speechrag.interfaces import views
from speechrag.records import Outline
from speechrag.writing.outlines.differences import Difference, differences, pieces
from speechrag.writing.outlines.draft import KEPT, Draft
from speechrag.writing.outlines.length import draft_characters, part_characters
from speechrag.writing.outlines.versions import State, state_at, states

AROUND = 24  # characters shown of what stayed the same, beside a change
FIRST = "最初的提纲"
OLDEST = "留下的最早一版"
_CLAUSE = re.compile(r"[，。；！？\n]+")


def length_view(outline: Outline) -> views.View:
    """Return the characters of the draft and of its main parts, and those asked for (None where the plan says none)."""
    asked = str(outline.plan.get("length") or "")
    return {
        "characters": draft_characters(outline),
        "asked": int(asked) if asked.isdecimal() else None,
        "parts": list(part_characters(outline)),
    }


def versions_view(draft: Draft) -> list[views.View]:
    """Return the states of a draft in the order of ``states``, each under its position there."""
    oldest = FIRST if len(draft.past) + len(draft.ahead) < KEPT else OLDEST
    return [
        {
            "position": position,
            "label": state.label or (oldest if position == 0 else ""),
            "name": state.name,
            "standing": state.standing,
            "time": time_of_day(state.at),
            "characters": draft_characters(state.outline),
        }
        for position, state in enumerate(states(draft))
    ]


def time_of_day(at: str) -> str:
    """Return a time as people write it, 11月22日 09:41, in its own zone; "" for none or another text."""
    try:
        taken = datetime.fromisoformat(at)
    except ValueError:
        return ""
    return f"{taken.month}月{taken.day}日 {taken:%H:%M}"


def differences_view(draft: Draft, before: int, after: int) -> views.View:
    """Return how two states differ: places with their pieces, and whether nothing at all does.

    Raises UsageError where there is no such state.
    """
    old, new = state_at(draft, before), state_at(draft, after)
    found = [*_plan_differences(old, new), *differences(old.outline, new.outline)]
    return {"differences": [_difference(one) for one in found], "equal": old.outline == new.outline}


def _plan_differences(old: State, new: State) -> list[Difference]:
    """Return the lines of the plan that were corrected."""
    before, after = (dict(views.plan_view(state.outline.plan)) for state in (old, new))
    lines = [(label, before.get(label, ""), after.get(label, "")) for label in {**before, **after}]
    return [Difference(f"要求：{label}", was, is_) for label, was, is_ in lines if was != is_]


def _difference(found: Difference) -> views.View:
    laid = pieces(found.before, found.after)
    last = len(laid) - 1
    return {
        "where": found.where,
        "heading": found.heading,
        "pieces": [
            [kind, _shortened(text, at == 0, at == last) if kind == "same" else text]
            for at, (kind, text) in enumerate(laid)
            if last or kind != "same"  # of a point that only moved the heading tells enough
        ],
    }


def _shortened(text: str, first: bool, last: bool) -> str:
    """Return what stayed the same beside a change by its nearest clauses, the rest left out."""
    ends = [found.end() for found in _CLAUSE.finditer(text)]
    head = 0 if first else next((end for end in ends if end >= AROUND), len(text))
    tail = len(text) if last else max((end for end in ends if end <= len(text) - AROUND), default=0)
    return f"{text[:head]}……{text[tail:]}" if tail - head > AROUND else text
