"""What else a chosen sub-point says: further sentences of its sources, each for matters that nothing else names yet.

A sub-point tells the gist of its section in a sentence or two; a section says more. Sentences are added one by one,
each time the one whose new matters weigh most for its length, until the outline has its length (greedy maximum
coverage of weighted concepts, Gillick and Favre 2009). What the brief asks for weighs most, then the terms of the
theme's trade, then the usual safeguards and what a speech on any theme is expected to name, then what the speeches on
the theme name in headings, by how often they say it, then what their points speak of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log2, sqrt

from speechrag.stopping import check
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.asks import speaks_of
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.headings import usable_heading
from speechrag.writing.outlines.leaves import UNTOLD, Further, Leaf
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.sentences import further_sentences, loose_sentence
from speechrag.writing.outlines.telling import Telling
from speechrag.writing.outlines.units import CLAUSE, TOPIC, Pool, Unit, statements

ROOM = 3600  # characters of all sub-points together, where the brief names no length
OF_LENGTH = 0.8  # of the length of the speech that its outline may have
LEAST, MOST = 100, 280  # characters of one sub-point
SENTENCES = 4  # added to one sub-point at most
NAME_CHARS = 5  # of a point inside another one that is named by its heading alone
THIN = 45  # characters below which a sub-point tells little
WORTH_ADDING = 0.4  # what the new matters of a sentence weigh at least
ASKED, TRADE, USUAL, NAMED, SAID = 3.0, 1.0, 0.7, 0.25, 0.2  # weights of matters


@dataclass(frozen=True, slots=True)
class _Option:
    """A sentence that could be added to the sub-point at ``place``."""

    place: int
    told: Further
    matters: frozenset[str]


class Matters:
    """Knows what matters a text names, and what each weighs for the speech asked for."""

    def __init__(self, pool: Pool, plan: Plan, telling: Telling) -> None:
        self._asked = plan.focus
        own = "|".join((plan.work, plan.theme))
        texts = "\n".join(source.speech.text for source in pool.sources if source.on_theme)
        headings = (unit.heading for unit in pool.units if unit.source.on_theme and unit.level < CLAUSE)
        named = sorted({word for heading in headings for word in telling.words(heading) if word not in own})
        said = {word for unit in pool.units if unit.source.first for word in _said(unit, telling) if word not in own}
        self._weights = dict.fromkeys(sorted(said), SAID)
        self._weights |= {word: NAMED * log2(1 + texts.count(word)) for word in named}
        self._weights |= dict.fromkeys((*genre().expected, *genre().safeguard_order), USUAL)
        self._weights |= dict.fromkeys((word for word in plan.terms if len(word) >= 2), TRADE)

    def of(self, text: str) -> frozenset[str]:
        """Return the matters that ``text`` names."""
        asked = (matter for matter in self._asked if speaks_of(matter, text))
        return frozenset([*(word for word in self._weights if word in text), *asked])

    def weight(self, matters: Iterable[str]) -> float:
        """Return what ``matters`` weigh together."""
        return sum(ASKED if matter in self._asked else self._weights[matter] for matter in sorted(matters))


def _said(unit: Unit, telling: Telling) -> set[str]:
    """Return the matters that the sentences of a point name."""
    return {word for start, end in unit.sentences for word in telling.words(unit.speech.text[start:end])}


def told_further(
    leaves: Sequence[Leaf], units: Sequence[Unit], plan: Plan, adapters: Mapping[str, Adapter], matters: Matters
) -> list[Leaf]:
    """Return the sub-points of a whole outline with further sentences; their number and order stay."""
    found = list(leaves)
    room = ROOM if plan.length is None else min(int(OF_LENGTH * plan.length), 2 * ROOM)
    each = max(LEAST, min(MOST, room // max(len(found), 1)))
    named = {word for leaf in found for word in matters.of(leaf.heading + leaf.text)}
    options = [
        _Option(place, told, matters.of(told.text))
        for place, leaf in enumerate(found)
        for told in (*_named_below(leaf, found, units, adapters), *_further(leaf, found, plan, adapters))
    ]
    while True:
        check()
        fitting = [option for option in options if _fits(option, found[option.place], each)]
        best = max(fitting, key=lambda option: _value(option, matters, named), default=None)
        if best is None or matters.weight(best.matters - named) < WORTH_ADDING:
            return [_filled(leaf, options, place, found, plan, adapters) for place, leaf in enumerate(found)]
        leaf = found[best.place]
        found[best.place] = replace(leaf, further=(*leaf.further, best.told))
        named |= best.matters
        options.remove(best)


def _filled(
    leaf: Leaf,
    options: Sequence[_Option],
    place: int,
    leaves: Sequence[Leaf],
    plan: Plan,
    adapters: Mapping[str, Adapter],
) -> Leaf:
    """Return a sub-point that tells little with what else its section says, though it is no new matter, in order."""
    told = list(leaf.further)
    if leaf.text != UNTOLD:
        for more in (*(one.told for one in options if one.place == place), *_loose(leaf, leaves, plan, adapters)):
            length = len(leaf.text) + sum(len(other.text) for other in told)
            if length >= THIN:
                break
            apart = all(more.unit is not o.unit or more.end <= o.start or o.end <= more.start for o in told)
            if apart and length + len(more.text) <= MOST and len(told) < SENTENCES:
                told.append(more)
    told.sort(key=lambda one: (one.unit is not leaf.unit, one.unit.speech.speech_id, one.start))
    return replace(leaf, further=tuple(told))


def _loose(leaf: Leaf, leaves: Sequence[Leaf], plan: Plan, adapters: Mapping[str, Adapter]) -> Iterator[Further]:
    """Yield the sentences of the sub-point's own section that may stand for want of better ones."""
    unit = leaf.unit
    adapter = adapters[unit.speech.speech_id]
    for start, end in statements(unit):
        if not any(_told(other, leaf, unit, start, end) for other in leaves):
            text = loose_sentence(unit.speech.text[start:end], leaf.heading, unit, plan, adapter)
            if text:
                yield Further(unit, text, start, end)


def _value(option: _Option, matters: Matters, named: set[str]) -> tuple[float, int, int]:
    """Return what to choose by: the weight of new matters for the length, then the earlier place in the outline."""
    weight = matters.weight(option.matters - named)
    worth = weight if weight >= WORTH_ADDING else 0.0
    return worth / sqrt(len(option.told.text)), -option.place, -option.told.start


def _fits(option: _Option, leaf: Leaf, each: int) -> bool:
    length = len(leaf.text) + sum(len(told.text) for told in leaf.further)
    return len(leaf.further) < SENTENCES and length + len(option.told.text) <= each


def _further(leaf: Leaf, leaves: Sequence[Leaf], plan: Plan, adapters: Mapping[str, Adapter]) -> Iterator[Further]:
    """Yield the sentences of the sub-point's own section, and of like ones, that could stand after its gist.

    A sentence of its own section that holds figures or dates may stand too, with slots, where nothing else of it does.
    """
    check()
    if leaf.text == UNTOLD:
        return
    for unit in (leaf.unit, *leaf.also):
        adapter = adapters[unit.speech.speech_id]
        for start, end in statements(unit):
            if any(_told(other, leaf, unit, start, end) for other in leaves):
                continue
            raw = unit.speech.text[start:end]
            texts = further_sentences(raw, leaf.heading, unit, plan, adapter)
            if not texts and unit is leaf.unit and (loose := loose_sentence(raw, leaf.heading, unit, plan, adapter)):
                texts = (loose,)
            yield from (Further(unit, text, start, end) for text in texts)


def _named_below(
    leaf: Leaf, leaves: Sequence[Leaf], units: Sequence[Unit], adapters: Mapping[str, Adapter]
) -> Iterator[Further]:
    """Yield what the points inside the sub-point's own section are called, each a sentence."""
    unit = leaf.unit
    for inner in units:
        below = inner.speech is unit.speech and inner.level <= TOPIC and unit.start < inner.start < unit.end
        if not below or unit.level >= TOPIC or inner.role != unit.role or inner.aside or inner.swapped:
            continue
        told = any(_told(other, leaf, inner, inner.start, inner.head_end) for other in leaves)
        adapter = adapters[unit.speech.speech_id]
        named = inner.head_end > inner.start and len(inner.heading) >= NAME_CHARS
        a_matter = inner.role != "problem" and inner.heading.endswith("问题")  # named, and nothing said of it
        if named and not told and not a_matter and usable_heading(inner.heading, adapter):
            yield Further(inner, inner.heading + "。", inner.start, inner.head_end)


def _told(other: Leaf, leaf: Leaf, unit: Unit, start: int, end: int) -> bool:
    """Tell whether a sentence of ``unit`` is told by ``other`` already, or stands in a section that is its own."""
    if other.unit.speech is not unit.speech:
        return False
    own = other is not leaf and other.unit.start <= start < other.unit.end and other.unit.level > unit.level
    return own or (other.start < end and start < other.end)
