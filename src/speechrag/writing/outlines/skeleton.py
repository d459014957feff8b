"""Which parts a speech has beside the usual ones of its occasion: what the speeches on its theme show."""

from __future__ import annotations

from dataclasses import replace

from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.units import TOPIC, Pool

POINTS_OF_A_PART = 2  # points of that function which the speeches on the theme make at least
TASKS = 12  # points on what to do from which on they make two parts
SHORT = 2000  # characters of a speech up to which it keeps to the usual parts


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
