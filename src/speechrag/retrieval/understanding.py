"""What a query means beyond its characters, without a model: everyday words, slips, years, places, kind of answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from speechrag.cleaning.likelihood import Likelihood
from speechrag.retrieval.spelling import mend
from speechrag.retrieval.thesaurus import builtin_thesaurus
from speechrag.text import fold, unique

COMMON = 2.0  # a pair counted this often in official prose at large is Chinese and no slip
MAX_ASKED = 200  # characters; what is longer is pasted prose, whose words are its own
PHRASE = 5  # characters from which an everyday form is a phrase and more than its words
AROUND = 1  # characters on either side of a mended one that are searched with it
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
# The words by which a query names a document, from a break on: 2005年县政府工作报告, 市委书记在信访工作会议上.
_BREAK = r"\s,，。;；:：?？!！《"
_DOCUMENT = re.compile(rf"(?:^|(?<=[{_BREAK}]))[^{_BREAK}》]{{3,40}}?(?:报告|讲话|致辞|发言|会上|会议上)")
# Questions whose answer is a figure or a date.
_FIGURE = re.compile(r"多少|几(?!乎)|多[长久大高远快]|第几|时限|期限|比例|占比|哪一?[年天月]|[何啥]时|什么时[候间]")
SOFT = ("organ", "level", "region", "occasion")  # metadata that a query may name


@dataclass(frozen=True, slots=True)
class Understood:
    """A query read: all texts folded."""

    text: str  # the words asked, those of mended slips behind them
    everyday: tuple[tuple[str, tuple[str, ...]], ...] = ()  # everyday forms in it, each with the official terms for it

    @property
    def document(self) -> str:
        """The words by which it names a document, empty where it names none."""
        found = _DOCUMENT.search(self.text)
        return found.group() if found else ""

    @property
    def dated(self) -> frozenset[str]:
        """The years by which it names a document (2005年政府工作报告), unlike those that things happened in."""
        return frozenset(_YEAR.findall(self.document))

    @property
    def official(self) -> tuple[str, ...]:
        """The official terms for all everyday forms, each once."""
        return tuple(unique(term for _, terms in self.everyday for term in terms))

    @property
    def phrases(self) -> tuple[str, ...]:
        """The everyday forms that are whole phrases."""
        return tuple(form for form, _ in self.everyday if len(form) >= PHRASE)


def understand(text: str, frequency: Callable[[str], float], passages: int) -> Understood:
    """Read a query; ``frequency`` tells in how many of the index's ``passages`` a character or pair occurs."""
    folded = fold(text)
    if len(folded) > MAX_ASKED:
        return Understood(folded)
    mended = _mended(folded, frequency, passages)
    everyday = builtin_thesaurus().expand(folded) + (builtin_thesaurus().expand(mended) if mended else [])
    return Understood(f"{folded}\n{mended}" if mended else folded, tuple(everyday))


def _mended(folded: str, frequency: Callable[[str], float], passages: int) -> str:
    """Return the mended places of a query with their neighbours, one a line; empty where there is no slip."""
    whole = mend(folded, frequency, common_pair, passages)
    places = [at for at, (old, new) in enumerate(zip(folded, whole, strict=True)) if old != new]
    return "\n".join(whole[max(0, at - AROUND) : at + AROUND + 1] for at in places)


@lru_cache(maxsize=1)
def _prose() -> Likelihood:
    return Likelihood("")


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    return frozenset(form[i : i + 2] for form in builtin_thesaurus().terms for i in range(len(form) - 1))


def common_pair(pair: str) -> bool:
    """Tell whether a pair of characters is common in Chinese at large, written or spoken."""
    return pair in _everyday() or _prose().frequency(pair) >= COMMON


def asks_figure(text: str) -> bool:
    """Tell whether a query (folded) asks for a figure or a date: 多少, 几天, 什么时候."""
    return _FIGURE.search(text) is not None


class Named:
    """The years, organs, levels and places that queries may name, as the speeches of an index have them."""

    def __init__(self, facets: Iterable[Mapping[str, object]]) -> None:
        values: dict[str, set[tuple[str, str]]] = {}
        for metadata in facets:
            for key in SOFT:
                value = metadata.get(key)
                if isinstance(value, str) and len(value) > 1:
                    values.setdefault(fold(value), set()).add((key, value))
        self._values = values

    def wanted(self, text: str) -> list[tuple[str, str]]:
        """Return the (key, value) pairs that ``text`` (folded) names, sorted."""
        found = {("year", year) for year in _YEAR.findall(text)}
        for name, pairs in self._values.items():
            if name in text:
                found |= pairs
        return sorted(found)


def agreement(wanted: list[tuple[str, str]], metadata: Mapping[str, object]) -> float:
    """Return the share of the wanted values that a speech has, 0..1; 0 where nothing is wanted."""
    if not wanted:
        return 0.0
    return sum(str(metadata.get(key)) == value for key, value in wanted) / len(wanted)


def year_agreement(years: frozenset[str], metadata: Mapping[str, object]) -> float:
    """Return 1 for a speech of one of ``years``, 0 for one of another year, half for one whose year is not known.

    0 for all where no year is named.
    """
    if not years:
        return 0.0
    year = metadata.get("year")
    return 0.5 if year is None else float(str(year) in years)
