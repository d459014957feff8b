"""What a sub-point adds to an outline: the matters that its heading names and no other has named yet.

A matter that speeches on the theme name in many headings (质量, 队伍, 考核) is one that a listener expects; the more
families name it, the more the first sub-point on it adds. A second one on the same matter costs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from math import log2

from speechrag.writing.outlines.genre import by_length, genre
from speechrag.writing.outlines.leaves import Leaf
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.tagging import tagged
from speechrag.writing.outlines.units import CLAUSE, Pool

NEW, MOST_NEW = 0.25, 1.0  # worth of a matter that one family names, and of all matters of a heading at most
EXPECTED = 0.3  # what a safeguard adds beside that, where it names one that listeners wait for (经费, 督查)
AGAIN, SOME = 1.5, 2  # what a heading costs of which all matters, or so many, have been named
_EMPTY = frozenset(
    [
        "工作",
        "建设",
        "问题",
        "任务",
        "方面",
        "要求",
        "意识",
        "情况",
        "进行",
        "作用",
        "力度",
        "水平",
        "能力",
        "加强",
        "提高",
        "进一步",
        "做好",
        "抓好",
        "切实",
        "全面",
        "坚持",
        "不断",
    ]
)


class Telling:
    """Knows how many families of speeches on the theme name each matter in a heading."""

    def __init__(self, pool: Pool, plan: Plan) -> None:
        named = (plan.work, *plan.names, *plan.own, *(word for word, _ in tagged(plan.theme) if len(word) >= 2))
        self._theme = re.compile(by_length(named) if plan.work else r"(?!)")
        families: dict[str, set[str]] = defaultdict(set)
        for unit in pool.units:
            if unit.source.on_theme and unit.level < CLAUSE and not unit.aside:
                for word in self.words(unit.heading):
                    families[word].add(unit.speech.family or unit.speech.speech_id)
        self._families = {word: len(found) for word, found in families.items()}

    def words(self, heading: str) -> frozenset[str]:
        """Return the matters that ``heading`` names beside the theme."""
        return frozenset(_words(self._theme.sub("|", heading)))

    def news(self, leaf: Leaf, known: set[str]) -> float:
        """Return what ``leaf`` adds to an outline that names ``known`` already; below 0 for nothing new."""
        words = self.words(leaf.heading)
        if not words:
            return 0.0
        fresh = sum(NEW * log2(1 + self._families.get(word, 0)) for word in words - known)
        if leaf.unit.role == "safeguard" and leaf.unit.source.on_theme:
            fresh += EXPECTED * len((words & _usual()) - known)
        return min(fresh, MOST_NEW) - AGAIN * min(len(words & known) / min(len(words), SOME), 1.0)


@lru_cache(maxsize=8192)
def _words(heading: str) -> tuple[str, ...]:
    """Return the nouns, and verbs that are no mere order, of a heading; one word for all that name one matter."""
    bare, alike = _orders().sub("|", heading), genre().matters
    found = (
        alike.get(word, word)
        for word, flag in tagged(bare)
        if len(word) >= 2 and flag.startswith(("n", "vn", "j", "l", "i")) and word not in _EMPTY
    )
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _usual() -> frozenset[str]:
    """Return the matters of the safeguards that most speeches name, one word for each."""
    return frozenset(genre().matters.get(word, word) for word in genre().safeguard_order)


@lru_cache(maxsize=1)
def _orders() -> re.Pattern[str]:
    return re.compile(by_length(genre().directives))
