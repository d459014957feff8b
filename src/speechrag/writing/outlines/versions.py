"""The states of a draft as one list: going to any of them, and giving them names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from speechrag.errors import UsageError
from speechrag.records import Outline
from speechrag.writing.outlines.draft import Draft, Version, advanced, redo, undo

LONGEST_NAME = 40  # characters
MOST_NAMED = 50  # versions of one draft; named ones are kept for good
FETCHED = "取回："

Standing = Literal["past", "present", "undone", "aside"]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the outline, the change that led to it ("" where none is known), its name and its time."""

    label: str
    outline: Outline
    name: str
    standing: Standing
    at: str = ""  # as of a version


def states(draft: Draft) -> tuple[State, ...]:
    """Return every state that can be had back, in the order in which they came about, those put aside last.

    The position in this order is what ``go`` and ``named`` take.
    """
    labels = ("", *(version.label for version in draft.past))
    past = [State(label, v.outline, v.name, "past", v.at) for label, v in zip(labels, draft.past, strict=False)]
    undone = [State(v.label, v.outline, v.name, "undone", v.at) for v in draft.ahead]
    aside = [State(v.label, v.outline, v.name, "aside", v.at) for v in draft.aside]
    return (*past, State(labels[-1], draft.outline, draft.name, "present", draft.at), *undone, *aside)


def local_time() -> datetime:
    """Return the time of day here, with its zone."""
    return datetime.now().astimezone()


def stamped(before: Draft | None, after: Draft, now: datetime) -> Draft:
    """Return ``after`` with the time of its present state where that is new: neither undone, redone nor gone back to.

    ``before`` is the draft that was changed, None for a first one; ``now`` knows its time zone.
    """
    line = (state for state in states(before) if state.standing != "aside") if before else ()
    if any(state.outline is after.outline for state in line):
        return after
    return replace(after, at=now.isoformat(timespec="seconds"))


def state_at(draft: Draft, position: int) -> State:
    """Return one of the states. Raises UsageError where there is none."""
    found = states(draft)
    if not 0 <= position < len(found):
        raise UsageError("没有这一版，请重新打开版本。")
    return found[position]


def go(draft: Draft, position: int) -> Draft:
    """Return the draft at another of its states, by as many changes undone or made again as lie between.

    One that was put aside is fetched by a new change, which can be undone. No state is lost. Raises UsageError where
    there is none.
    """
    state_at(draft, position)
    aside = position - len(draft.past) - len(draft.ahead) - 1
    if aside >= 0:
        return _fetched(draft, aside)
    steps = position - len(draft.past)
    for _ in range(abs(steps)):
        draft = redo(draft) if steps > 0 else undo(draft)
    return draft


def _fetched(draft: Draft, number: int) -> Draft:
    taken = draft.aside[number]
    rest = replace(draft, aside=(*draft.aside[:number], *draft.aside[number + 1 :]))
    known = taken.name or taken.label.removeprefix(FETCHED) or "较早的一版"
    return advanced(rest, FETCHED + known, taken.outline, taken.name)


def named(draft: Draft, position: int, name: str) -> Draft:
    """Return the draft with a name for one of its states, without one for "".

    Raises UsageError where there is no such state, for a name too long, and for more names than a draft may have.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise UsageError(f"版本的名称最多 {LONGEST_NAME} 字。")
    unnamed = not state_at(draft, position).name
    if name and unnamed and sum(bool(state.name) for state in states(draft)) >= MOST_NAMED:
        raise UsageError(f"最多给 {MOST_NAMED} 版起名，请先去掉不用的名称。")
    here, ahead = len(draft.past), len(draft.past) + 1
    if position == here:
        return replace(draft, name=name)
    if position < here:
        return replace(draft, past=_with_name(draft.past, position, name))
    if position < ahead + len(draft.ahead):
        return replace(draft, ahead=_with_name(draft.ahead, position - ahead, name))
    return replace(draft, aside=_with_name(draft.aside, position - ahead - len(draft.ahead), name))


def _with_name(versions: Sequence[Version], number: int, name: str) -> tuple[Version, ...]:
    return (*versions[:number], replace(versions[number], name=name), *versions[number + 1 :])
