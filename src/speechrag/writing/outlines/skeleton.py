"""Which parts a speech has beside the usual ones of its occasion: what the speeches on its theme show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.units import TOPIC, Pool, Unit

POINTS_OF_A_PART = 2  # points of that function which the speeches on the theme make at least
TASKS = 12  # points on what to do from which on they make two parts
SHORT = 2000  # characters of a speech up to which it keeps to the usual parts
_AMISS = re.compile(r"问题|不足|差距|短板|薄弱|教训|困难|隐患")


def wanted_parts(plan: Plan) -> int:
    """Return the number of main points: as asked for, or as many as the functions of the speech are."""
    return plan.points if plan.points_given else max(plan.points, len(plan.roles()))


def names_faults(role: str, heading: str) -> bool:
    """Tell whether a heading of 成绩 or of the reasons covers what is amiss: how things stand has both sides."""
    return bool(_AMISS.search(heading) or (role == "significance" and "形势" in heading))


def with_found(plan: Plan, pool: Pool) -> Plan:
    """Return ``plan`` with the parts that ``pool`` has the material for, where the brief leaves their number open.

    These are the looks back of its occasion (成绩, 问题), and a second part on what to do.
    """
    if plan.points_given or (plan.length or SHORT + 1) <= SHORT:
        return plan
    made: dict[str, set[str]] = {}
    for unit in pool.units:
        if unit.source.first and unit.level <= TOPIC and not (unit.aside or unit.swapped or unit.parted):
            made.setdefault(unit.role, set()).add(unit.heading)
    found = [role for role in plan.occasion.back if len(made.get(role, ())) >= POINTS_OF_A_PART]
    found += ["task"] if len(made.get("task", ())) >= TASKS else []
    return replace(plan, found=tuple(found))


def unfilled(present: Sequence[str], pool: Pool, plan: Plan) -> list[tuple[str, list[Unit]]]:
    """Return the functions of the occasion that are not ``present``, with main sections on the theme that do them."""
    tops = {unit.speech.speech_id: unit.level for unit in sorted(pool.units, key=lambda unit: -unit.level)}
    mains = [unit for unit in pool.units if unit.source.first and unit.level == tops[unit.speech.speech_id] < TOPIC]
    missing = [role for role in dict.fromkeys(plan.roles()) if role not in present]
    like = [(role, _like(role, mains)) for role in missing]
    return [(role, units) for role, units in like if units]


def _like(role: str, mains: Sequence[Unit]) -> list[Unit]:
    """Return the main sections that fulfil ``role``, by their words before those that do by their place."""
    named = [unit for unit in mains if unit.role == role]
    return [*named, *(unit for unit in _by_place(role, mains) if unit.role != role)]


def _by_place(role: str, mains: Sequence[Unit]) -> list[Unit]:
    """Return the opening main sections for reasons, the last ones for safeguards: what their words do not tell."""
    if role not in {"significance", "safeguard"}:
        return []
    speeches = dict.fromkeys(unit.speech.speech_id for unit in mains)
    rows = [[unit for unit in mains if unit.speech.speech_id == speech_id] for speech_id in speeches]
    end = min if role == "significance" else max
    return [end(row, key=lambda unit: unit.start) for row in rows]
