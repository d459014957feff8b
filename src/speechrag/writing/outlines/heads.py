"""Find real main headings for a part, and choose those that go together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import by_length, genre, themes
from speechrag.writing.outlines.headings import usable_heading
from speechrag.writing.outlines.leaves import Leaf
from speechrag.writing.outlines.plan import BACKWARD, Plan
from speechrag.writing.outlines.units import Unit, theme_score
from speechrag.writing.outlines.wording import bare_length, form, shape, similar

LONG = 14  # characters of a theme that no plain heading repeats
MAIN_CHARS = 34  # a main heading may have a clause more than a sub-point's

_PARTICLE = re.compile(
    r"了(?!解)|[^看]着(?!力|眼|重)|过(?!程|渡|硬)|[吗呢吧]|不.{1,4}也|别(?!是)|把[^，]{1,8}[起下上掉开来去]"
)
_FRAME = re.compile(
    r"以[^，]{1,60}为[^，]{1,60}$|在[^，]{1,60}(?:下功夫|见实效|求突破|走在前)|从[^，]{1,60}(?:高度|全局|大局|上)|[\u4e00-\u9fff]{2}要(?!求)[\u4e00-\u9fff]$"
)


@dataclass(frozen=True, slots=True)
class Head:
    heading: str
    form: str  # pair: 4+4; tailed: 4+4，tail; two: two clauses; one: a single clause
    score: float
    units: tuple[Unit, ...]


def find_heads(
    role: str, leaves: Sequence[Leaf], units: Iterable[Unit], plan: Plan, adapters: dict[str, Adapter]
) -> list[Head]:
    """Return the real headings for a part, best first; none that says what a sub-point of it says."""
    below = [leaf.heading for leaf in leaves]
    found: dict[str, Head] = {}
    for unit in units:
        if unit.level > 2 or (unit.role != role and unit.level != 1) or unit.role != role:
            continue
        adapter = adapters[unit.speech.speech_id]
        for heading in _variants(unit.full):
            if role != "significance" and any(word in heading for word in genre().roles["significance"].strong):
                continue  # a heading that says why does not stand over what to do
            if _of_another_role(role, heading) or _worn(heading):
                continue
            if not _transferable(heading, unit, plan, adapter) or any(similar(heading, other) for other in below):
                continue
            kin = sum(leaf.unit.parent == unit.start and leaf.unit.speech is unit.speech for leaf in leaves)
            head = Head(heading, form(heading), _head_score(heading, unit, role, plan) + 0.25 * kin, (unit,))
            known = found.get(heading)
            if known is None or head.score > known.score:
                found[heading] = head
            elif unit.speech.speech_id not in {u.speech.speech_id for u in known.units}:
                found[heading] = Head(heading, known.form, known.score + 0.2, (*known.units, unit))
    return sorted(found.values(), key=lambda head: (-head.score, head.heading))


def _of_another_role(role: str, heading: str) -> bool:
    """Tell whether a heading has the words of another function: 加强领导，明确责任 over what was done or is amiss."""
    if role not in BACKWARD or any(word in heading for word in genre().roles[role].strong):
        return False
    return any(word in heading for other, words in genre().roles.items() if other != role for word in words.strong)


def _worn(heading: str) -> bool:
    """Tell whether a heading is clichés and nothing else: 突出重点，强化措施 says less than a plain one does."""
    return all(clause in genre().cliches for clause in re.split(r"[，、]", heading))


def _variants(heading: str) -> list[str]:
    """Return a heading whole and, where it opens with a pair of equal clauses, the pair alone."""
    segments = heading.split("，")
    pairs = ["，".join(segments[:2])] if len(segments) > 2 and len(segments[0]) == len(segments[1]) else []
    return [heading, *pairs]


def _transferable(heading: str, unit: Unit, plan: Plan, adapter: Adapter) -> bool:
    if not 6 <= len(heading) <= MAIN_CHARS or adapter.residue(heading) > 0 or not usable_heading(heading, adapter):
        return False
    if not official(heading) or (unit.level > 1 and heading.endswith("问题")):  # one problem does not head a part
        return False
    if shape(heading) == "statement" or "本职工作" in heading:
        return False
    if unit.source.first and (unit.level == 1 or theme_score(heading, plan) >= 1 or _FRAME.search(heading)):
        return True
    others = heading.replace(plan.work, "")
    if any(name in others for row in themes() if row not in plan.rows for name in row.names):
        return False
    named = plan.work in heading or "，" in heading  # 加强协调工作 says nothing of the theme, and no pair either
    general = named and _bare(heading, plan) <= (4 if plan.work in heading else 2)
    if theme_score(heading, plan) >= 2 and not unit.swapped:
        return True
    return general and adapter.swapped_well(heading)


def _bare(heading: str, plan: Plan) -> int:
    """Return how much of a heading is neither theme nor genre; what it says of other aims (加快发展) counts."""
    other = "发展" in heading.replace(plan.work, "") and "发展" not in plan.theme
    return bare_length(heading, plan) + 4 * other


def _head_score(heading: str, unit: Unit, role: str, plan: Plan) -> float:
    own = 1.0 if unit.source.on_theme else 0.0
    named = 1.0 if plan.theme and plan.theme in heading else (0.3 if theme_score(heading, plan) >= 1 else 0.0)
    pattern = {"pair": 0.5, "tailed": 0.6, "two": 0.3, "one": 0.0}[form(heading)]
    strong = sum(word in heading for word in genre().roles[role].strong)
    level = 0.4 if unit.level == 1 else 0.0
    drift = -0.4 * min(sum(word in heading for word in plan.rivals), 2)
    return (
        own
        + named
        + drift
        + pattern
        + level
        + 0.3 * min(strong, 3)
        + 0.2 * unit.rank
        - 0.03 * max(0, len(heading) - 22)
    )


def harmony(heads: Sequence[Head]) -> float:
    """Return the worth of a set of main headings: each one's own, shared pattern and length, several speeches."""
    worth = sum(head.score for head in heads)
    for i, one in enumerate(heads):
        for two in heads[i + 1 :]:
            worth += 0.5 if one.form == two.form else (0.25 if {one.form, two.form} == {"tailed", "two"} else 0.0)
            worth -= 0.04 * min(abs(len(one.heading) - len(two.heading)), 12)
            worth -= 3.0 if similar(one.heading, two.heading) else 0.0
            worth -= 0.5 * len(
                set(re.findall(r"[\u4e00-\u9fff]{2}", one.heading))
                & set(re.findall(r"[\u4e00-\u9fff]{2}", two.heading))
            )
    return worth


def plain_heads(role: str, plan: Plan) -> list[Head]:
    """Return the plain headings of a function, all of one pattern, for what no real heading fits."""
    work = plan.work if len(plan.work) <= LONG else "这项工作"
    first = genre().plain_of.get(plan.occasion.name) if role == "task" else None
    rows = [first, *genre().plain[role]] if first else genre().plain[role]
    return [Head(heading.format(work=work), "two", 0.0, ()) for heading in rows]


def official(heading: str) -> bool:
    """Tell whether a heading reads as one of level one: every clause a verb phrase or four even characters.

    >>> official("突出重点，狠抓落实"), official("生活标准，重在守住一个日子")
    (True, False)
    """
    clauses = [clause for clause in heading.split("，") if clause]
    if any(word in heading for word in genre().spoken) or _PARTICLE.search(heading):
        return False
    firm = [bool(_verb_first().match(clause) or _FRAME.match(clause)) for clause in clauses]
    return any(firm) and all(yes or len(clause) == 4 for yes, clause in zip(firm, clauses, strict=True))


@lru_cache(maxsize=1)
def _verb_first() -> re.Pattern[str]:
    return re.compile(rf"(?:{by_length((*genre().head_verbs, *genre().directives, *genre().objects))})")
