"""How far a speech is on a theme: all through or in a few places, and the words by which its own theme shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.writing.outlines.genre import Theme, genre
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.tagging import tagged
from speechrag.writing.outlines.vocabulary import WEAK

SPREAD = 0.25  # share of the paragraphs that speak of a theme which their speech is on
PARAGRAPH, REPORT = 30, 12000  # characters of a paragraph, and of a speech that may be a report on everything
# Words of themes' names that any speech may hold: they give no other trade away.
_ANYWHERE = frozenset(
    re.findall(
        r"\w+", "党委 保障 组织 机关 基层 全面 优化 治理 维护 稳定 政府 行政 思想 教育 生产 反映 主题 攻坚 办公室"
    )
)


def spread(text: str, plan: Plan) -> float:
    """Return the share of the paragraphs of ``text`` that speak of the theme: a report on everything has it in a few.

    In a long one (it has a word of every trade) only the theme's names count.
    """
    terms = plan.terms if len(text) < REPORT else ()
    names = [word for word in (*plan.names, *plan.own, *terms) if word]
    paragraphs = [line for line in text.split("\n") if len(line) >= PARAGRAPH]
    return sum(any(name in line for name in names) for line in paragraphs) / max(len(paragraphs), 1)


def trade_of(row: Theme, plan: Plan) -> tuple[str, ...]:
    """Return the words of a theme's names by which a borrowed sentence gives it away; none of the brief's own."""
    own = plan.brief + "".join((*plan.names, *plan.terms))
    found = {word for word in theme_words([name + "工作" for name in row.names]) if word not in own}
    return () if row in plan.rows else tuple(sorted(found - WEAK - genre().common - _ANYWHERE))


def theme_words(themes: Sequence[str]) -> tuple[str, ...]:
    """Return the words by which a source's theme still shows after the swap: 宣传 of 政协宣传工作."""
    found = {word for theme in themes for word, _ in tagged(theme[:-2]) if len(word) >= 2}
    return tuple(sorted(found - {"社会", "综合", "管理", "服务", "经济", "安全"}))
