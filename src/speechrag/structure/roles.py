"""What a section does in its speech, told by the first cue word of its heading and by the section that holds it."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.structure.tables import alternation, table

# What a whole section is about, so that its points need not say it again (一是认识不到位 under 存在问题).
_INHERITED = ("achievement", "problem", "significance")


@lru_cache(maxsize=1)
def _cues() -> re.Pattern[str]:
    roles = {role: words for role, words in table("structure")["roles"].items() if role != "task"}
    return re.compile("|".join(f"(?P<{role}>{alternation(words)})" for role, words in roles.items()))


@lru_cache(maxsize=1)
def _task() -> re.Pattern[str]:
    return re.compile(alternation(table("structure")["roles"]["task"]))


def role_of(heading: str, parent: str = "") -> str:
    """Return significance, achievement, problem, task, safeguard, call, closing or opening; "" without a cue.

    ``parent`` is the role of the section that holds it.

    >>> role_of("加强领导，落实责任")
    'safeguard'
    """
    match = _cues().search(heading)
    if match and not (parent in _INHERITED and match.lastgroup == "safeguard"):
        return "task" if match.lastgroup == "remedy" else match.lastgroup or ""
    if parent in _INHERITED:
        return parent
    return "task" if _task().search(heading) else parent
