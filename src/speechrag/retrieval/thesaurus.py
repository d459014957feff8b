"""Everyday wording and the official terms for it: 拍板 is found as 决策, 老百姓的心里话 as 社情民意.

The table is ``speechrag/data/thesaurus.tsv``. A query keeps its own words; the official terms only add to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from speechrag.errors import ConfigError
from speechrag.text import fold, unique

TABLE = Path(__file__).resolve().parent.parent / "data" / "thesaurus.tsv"


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Everyday form -> official terms, both folded."""

    terms: Mapping[str, tuple[str, ...]]
    longest: int  # characters of the longest everyday form

    def expand(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return (everyday form, official terms) for the forms in ``text`` (folded), longest first.

        Terms that stand in the text already are left out, and so are forms of which no term is left.

        >>> Thesaurus({"拍板": ("决策", "审定")}, 2).expand("谁拍板")
        [('拍板', ('决策', '审定'))]
        """
        found: list[tuple[str, tuple[str, ...]]] = []
        at = 0
        while at < len(text):
            form = self._at(text, at)
            if form:
                terms = tuple(term for term in self.terms[form] if term not in text)
                if terms and (form, terms) not in found:
                    found.append((form, terms))
            at += len(form) or 1
        return found

    def _at(self, text: str, at: int) -> str:
        """Return the longest form that begins at ``at``, empty where none does."""
        for size in range(min(self.longest, len(text) - at), 1, -1):
            if text[at : at + size] in self.terms:
                return text[at : at + size]
        return ""


def read_thesaurus(path: Path) -> Thesaurus:
    """Read a table: everyday forms, a tab, official terms, forms and terms separated by white space; ``#`` comments.

    A form that stands on several lines has the terms of all of them. Raises ConfigError for a line without a tab or
    a form of one character (which would be found inside other words).
    """
    terms: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        left, tab, right = line.partition("\t")
        forms, official = fold(left).split(), fold(right).split()
        if not tab or not forms or not official or min(map(len, forms)) < 2:
            raise ConfigError(f"{path}:{number}: expected everyday forms of two characters or more, a tab, terms")
        for form in forms:
            terms.setdefault(form, []).extend(official)
    return Thesaurus({f: tuple(unique(t)) for f, t in terms.items()}, max(map(len, terms), default=0))


@lru_cache(maxsize=1)
def builtin_thesaurus() -> Thesaurus:
    """Return the table that comes with the package."""
    return read_thesaurus(TABLE)
