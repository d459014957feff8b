"""Sentences of sections that no sub-point was made of, told under the nearest one where they name a new matter.

Only speeches that are first of all on the theme give them, and a sentence goes to a sub-point of its own function that
stands in the same section of the same speech or whose heading it takes up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from speechrag.stopping import check
from speechrag.text import bigrams
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.further import MOST, SENTENCES, Matters
from speechrag.writing.outlines.leaves import UNTOLD, Further, Leaf
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.sentences import further_sentences, orders
from speechrag.writing.outlines.units import TOPIC, Unit, statements, theme_score
from speechrag.writing.outlines.wording import core

EACH = 2  # sentences that one sub-point takes at most
LOOKED_AT = 72  # sentences looked at, the weightiest first
WORTH_TELLING = 0.7  # what the new matters of one weigh at least
SHARED = 2  # pairs of characters that a sentence shares with the heading it comes under, the theme's own apart

# What is no reason: a fault, and what has been done. Firms and places by name (甲、乙等企业) are of their own place.
_NO_REASON = re.compile(r"不[够足力能强高]|薄弱|滞后|缺乏|差距|取得了|完成了|已经?|成效")
_NAMED = re.compile(
    r"[\u4e00-\u9fff]、[\u4e00-\u9fff]{2,8}等[\u4e00-\u9fff]{0,4}(?:企业|公司|集团|厂|乡镇|街道|村|园区)"
)


def told_elsewhere(
    leaves: Sequence[Leaf], units: Sequence[Unit], plan: Plan, adapters: Mapping[str, Adapter], matters: Matters
) -> list[Leaf]:
    """Return the sub-points with such sentences, a few each at most; their number and order stay."""
    found, taken = list(leaves), list[int]()
    named = {word for leaf in found for word in matters.of(leaf.heading + _said(leaf))}
    spans = [(unit, start, end) for unit in units if _may_give(unit) for start, end in statements(unit)]
    worths = [matters.weight(matters.of(unit.speech.text[start:end]) - named) for unit, start, end in spans]
    ranked = sorted(range(len(spans)), key=lambda index: (-worths[index], index))
    for index in [index for index in ranked if worths[index] >= WORTH_TELLING][:LOOKED_AT]:
        check()
        unit, start, end = spans[index]
        raw = unit.speech.text[start:end]
        place = _place(unit, raw, found, taken, plan)
        if place is None or any(_overlaps(leaf, unit, start, end) for leaf in found):
            continue
        leaf = found[place]
        for text in further_sentences(raw, leaf.heading, unit, plan, adapters[unit.speech.speech_id]):
            new = matters.of(text) - named
            if _serves(text, unit) and matters.weight(new) >= WORTH_TELLING and len(_said(leaf)) + len(text) <= MOST:
                found[place] = replace(leaf, further=(*leaf.further, Further(unit, text, start, end)))
                taken.append(place)
                named |= new
                break
    return found


def _may_give(unit: Unit) -> bool:
    return unit.source.first and unit.level <= TOPIC and not (unit.aside or unit.swapped)


def _said(leaf: Leaf) -> str:
    return leaf.text + "".join(told.text for told in leaf.further)


def _serves(text: str, unit: Unit) -> bool:
    """Tell whether a sentence does what its section is for: an order under what to do, no fault or deed as a reason."""
    if _NAMED.search(text):
        return False
    if unit.role in {"task", "safeguard"}:
        return orders(text)
    return unit.role != "significance" or not _NO_REASON.search(text)


def _place(unit: Unit, raw: str, leaves: Sequence[Leaf], taken: Sequence[int], plan: Plan) -> int | None:
    """Return the sub-point that a sentence of ``unit`` comes under; None where none is near, or has room."""
    free = (
        (place, leaf)
        for place, leaf in enumerate(leaves)
        if taken.count(place) < EACH
        and leaf.unit.role == unit.role
        and leaf.text != UNTOLD
        and len(leaf.further) < SENTENCES
    )
    kin = [(_kinship(unit, raw, leaf, plan), -place) for place, leaf in free]
    nearest, place = max(kin, default=(0, 0))
    return -place if nearest >= SHARED else None


def _kinship(unit: Unit, raw: str, leaf: Leaf, plan: Plan) -> int:
    """Return how near a sentence stands to a sub-point: in its section, or on the theme and in words of its heading."""
    other = leaf.unit
    within = other.speech is unit.speech and (other.start == unit.start or unit.parent == other.start)
    if not within and theme_score(raw, plan) < 1:
        return 0
    bare = core(leaf.heading)
    for name in (plan.work, *plan.names):
        bare = bare.replace(name, "|") if name else bare
    return 2 * SHARED * within + len(set(bigrams(bare)) & set(bigrams(raw)))


def _overlaps(leaf: Leaf, unit: Unit, start: int, end: int) -> bool:
    """Tell whether a sentence is told under ``leaf`` already."""
    return any(speech is unit.speech and a < end and start < b for speech, a, b in _spans(leaf))


def _spans(leaf: Leaf) -> Iterator[tuple[object, int, int]]:
    yield leaf.unit.speech, leaf.start, leaf.end
    yield leaf.unit.speech, leaf.unit.start, leaf.unit.head_end
    for told in leaf.further:
        yield told.unit.speech, told.start, told.end
