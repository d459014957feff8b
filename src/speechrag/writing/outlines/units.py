"""A point that a real speech makes, and how much it is about the theme of a brief."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from speechrag.records import Passage, Speech
from speechrag.text import sentence_spans
from speechrag.writing.outlines.adapt import Source
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.plan import Plan

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|_)")
CLOSING = 0.7  # part of a speech after which an address opens its closing
_ADDRESSED = re.compile(r"(?<=\n)(?:同志们|各位[\u4e00-\u9fff]{2,4}(?:、同志们)?|[\u4e00-\u9fff]{2}们)[，,！：:]")
LOOKED_AT = 16  # sentences of a section
TOPIC = 8  # level of a point that a section makes in an unnumbered short sentence
CLAUSE = 9  # level of a point that is a clause inside a sentence


@dataclass(frozen=True, slots=True)
class Unit:
    """A point that a real speech makes: its heading as written, its body, and what it is worth here.

    ``start``/``end`` span the whole point in the speech's text, ``head_end`` ends its heading; ``sentences`` are the
    spans of its own sentences (not of its sub-points).
    """

    source: Source
    heading: str  # cleaned, carried over to the new speech
    full: str  # the same, not cut to length
    swapped: bool  # the heading names the source's own theme, for which the new one stands
    level: int  # 1-6 as in Section, then TOPIC and CLAUSE
    role: str
    start: int
    head_end: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    theme: float  # how much it is about the theme, 0..8
    place: float  # where in its speech it stands, 0..1
    rank: float  # how high search ranked it, 0..1
    parted: bool  # it has sub-points of its own
    parent: int  # start of the section it stands in, -1 for none
    aside: bool = False  # it speaks more of a theme that stands beside the brief's
    under: bool = False  # the section it stands in names the theme

    @property
    def speech(self) -> Speech:
        """The speech the unit comes from."""
        return self.source.speech


@dataclass(frozen=True, slots=True)
class Pool:
    """What the search brought: sources in order of merit, their passages, and the units mined."""

    sources: tuple[Source, ...]
    passages: Mapping[str, tuple[Passage, ...]]
    units: tuple[Unit, ...]


def year_of(speech: Speech) -> int:
    """Return the year of a speech, that in its title or file name where the metadata has none; 0 for none known."""
    year = speech.metadata.get("year")
    if not year:
        named = _YEAR.search(speech.title) or _YEAR.search(speech.source.rsplit("/", 1)[-1])
        return int(named[1]) if named else 0
    return year if isinstance(year, int) else int(year) if isinstance(year, str) and year.isdecimal() else 0


@lru_cache(maxsize=256)
def closing_of(text: str) -> int:
    """Return where the closing paragraph of a speech begins, the last that addresses the hearers; its end for none."""
    opened = [match.start() for match in _ADDRESSED.finditer(text) if match.start() > CLOSING * len(text)]
    return opened[-1] if opened else len(text)


def statements(unit: Unit) -> Iterator[tuple[int, int]]:
    """Yield the spans of a section's first sentences; of one with semicolons, what stands between these."""
    text = unit.speech.text
    last = max(min(unit.end, closing_of(text)), unit.head_end)
    for start, end in sentence_spans(text, unit.head_end, last)[:LOOKED_AT]:
        cuts = [start, *(start + match.end() for match in re.finditer("；(?=.)", text[start:end])), end]
        yield from pairwise(cuts)


def within(inner: Unit, outer: Unit) -> bool:
    """Tell whether a section stands inside another one: a point and its part do not stand side by side."""
    sections = inner.level < TOPIC and outer.level < TOPIC and inner.level > outer.level
    return sections and inner.speech is outer.speech and outer.start <= inner.start < outer.end


def weight_of(heading: str, body: str, source: Source, plan: Plan) -> float:
    """Return how much a point is about the theme, 0..8, its heading more than its body.

    Of speeches on something else, or on a neighbour in its field, only what says the theme's own words counts.
    """
    weight = min(theme_score(heading, plan) * 1.5 + theme_score(body, plan), 8.0)
    if source.first or not plan.own:
        return weight
    said = sum(2 * (word in heading) or word in body for word in plan.own)
    return min(weight, 2.0 * said)


def theme_score(text: str, plan: Plan, *, common: float = 1.0) -> float:
    """Return how much ``text`` is about the theme: 3 for its name, 2 for another name, 1 for a term; at most 8.

    ``common`` is what a term counts that is at home in every theme, such as 考核.
    """
    for decoy in (decoy for row in plan.rows for decoy in row.decoys):
        text = text.replace(decoy, "|")
    score = 3.0 if plan.theme and plan.theme in text else 0.0
    rest = text.replace(plan.theme, "|") if plan.theme else text
    for words, value in ((plan.names[1:], 2.0), (plan.terms, 1.0)):
        for word in words:
            if word in rest:
                score += value if common == 1.0 or word not in genre().common else common
                rest = rest.replace(word, "|")
    return min(score, 8.0)
