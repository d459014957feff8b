"""Readings that a page put in brackets behind characters: 協(xié) -> 協.

A bracket goes only where its content reads the character before it and the page does so throughout, or the pair is one
that scraped pages are known to carry. Genuine brackets such as (村), (gis), (一) and a single gloss on a rare
character stay.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN

RULE = "pinyin"
SYLLABLE = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"
GLOSS = re.compile(rf"(?<=([{HAN}]))[(（]([{SYLLABLE}]{{1,7}})[)）]")
_TONE = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
_SYSTEMATIC = 5  # glosses in one document that show the page adds them by machine


@lru_cache(maxsize=1)
def known_glosses() -> Mapping[str, str]:
    """Return the characters that scraped pages are known to annotate, with their reading."""
    data = json.loads((files("speechrag") / "data" / "cleaning_pinyin.json").read_text(encoding="utf-8"))
    return dict(data["readings"])


@lru_cache(maxsize=1)
def _readings() -> frozenset[tuple[str, str]]:
    table = (files("speechrag") / "data" / "cleaning_readings.txt").read_text(encoding="utf-8")
    rows = (line.split(" ") for line in table.splitlines() if line and not line.startswith("#"))
    return frozenset((char, syllable) for syllable, chars in rows for char in chars)


def document_glosses(text: str) -> dict[str, str]:
    """Return the characters of ``text`` that carry a reading to be removed, and that reading."""
    counts = Counter((match[1], match[2]) for match in GLOSS.finditer(text) if _TONE.search(match[2]))
    readings = {pair: n for pair, n in counts.items() if pair in _readings()}
    known = known_glosses()
    if sum(readings.values()) < _SYSTEMATIC:
        readings = {pair: n for pair, n in readings.items() if known.get(pair[0]) == pair[1]}
    if readings:
        # A character that the page never shows bare is annotated too, though all its readings here may be damaged.
        readings |= {pair: 0 for pair in known.items() if pair not in readings and pair[0] not in text}
    # Most frequent last, so that it wins where a page shows two readings of one character.
    return dict(sorted(readings, key=lambda pair: (readings[pair], pair)))


def repair_glosses(text: str, glosses: Mapping[str, str]) -> list[Edit]:
    """Return the removal of every bracket whose content is the reading the page gives to the character before it."""
    if not glosses:
        return []
    matches = (match for match in GLOSS.finditer(text) if glosses.get(match[1]) == match[2])
    return [Edit(match.start(), match.end(), "", RULE) for match in matches]


def strip_glosses(text: str, glosses: Mapping[str, str]) -> str:
    """Return ``text`` without those brackets."""
    return GLOSS.sub(lambda match: "" if glosses.get(match[1]) == match[2] else match.group(), text)
