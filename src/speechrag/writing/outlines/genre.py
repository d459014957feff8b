"""The tables of the genre, read once from ``speechrag/data``: occasions, function words, themes, dated wordings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from speechrag.config import PACKAGE

ROLES = ("significance", "achievement", "problem", "task", "safeguard", "call")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A kind of meeting; ``parts`` maps a number of main points to the function of each."""

    name: str
    marks: tuple[str, ...]
    parts: Mapping[int, tuple[str, ...]]
    verb: str  # 讲/谈/提 N点意见
    aims: str  # what such a meeting is called for
    thanks: bool = False
    back: tuple[str, ...] = ()  # looks back that it has where the speeches on its theme have them


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting called after who comes to it: ``theme`` is what such a one is mostly about."""

    marks: tuple[str, ...]
    theme: str
    titles: tuple[str, ...]  # words that show the like in the title of a speech


@dataclass(frozen=True, slots=True)
class Theme:
    """A field of work: what a brief calls it, and the terms of its trade."""

    names: tuple[str, ...]
    terms: tuple[str, ...]
    decoys: tuple[str, ...] = ()  # phrases in which a name means something else
    wide: bool = False  # it gathers several fields: a speech on one of them is not on the others
    covers: bool = False  # whatever a speech on it speaks of is a part of it
    also: tuple[str, ...] = ()  # other ways to name it in a brief, too general to be looked for in speeches


@dataclass(frozen=True, slots=True)
class RoleWords:
    """Words by which a heading tells its function."""

    strong: tuple[str, ...]
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Genre:
    """All word lists of ``genre.toml``."""

    occasions: tuple[Occasion, ...]
    roles: Mapping[str, RoleWords]
    directives: tuple[str, ...]
    objects: tuple[str, ...]
    nouns: tuple[str, ...]
    sectors: tuple[str, ...]
    local: tuple[str, ...]
    cliches: tuple[str, ...]
    common: frozenset[str]  # at home in every theme
    not_names: frozenset[str]
    safeguard_order: tuple[str, ...]
    head_verbs: tuple[str, ...]  # a clause of a main heading opens with one of these or of the directives
    spoken: tuple[str, ...]  # marks of a spoken heading
    plain: Mapping[str, tuple[str, ...]]  # the plain headings of each function
    gatherings: tuple[Gathering, ...]
    matters: Mapping[str, str]  # a word of any theme's headings, and the first of those that name the same matter


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording and the years in which a new speech may use it as current; 0 means open."""

    pattern: re.Pattern[str]
    first: int
    last: int
    kind: str
    now: str = ""  # the present name of a renamed department
    dated: bool = True  # tied to its years by its own words (十七大), not only by fashion

    def in_force(self, year: int | None) -> bool:
        """Tell whether it may stand: within its years, or, without a year to check by, not known to have ended."""
        if year is None:
            return not self.last
        return self.first <= year and (not self.last or year <= self.last)


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((PACKAGE / "data" / name).read_text(encoding="utf-8"))


def _occasion(row: Mapping[str, Any]) -> Occasion:
    parts = {int(count): tuple(roles) for count, roles in row["parts"].items()}
    return Occasion(
        row["name"],
        tuple(row["marks"]),
        parts,
        row["verb"],
        row["aims"],
        row.get("thanks", False),
        tuple(row.get("back", ())),
    )


@lru_cache(maxsize=1)
def genre() -> Genre:
    """Return the tables of ``genre.toml``."""
    data = _load("genre.toml")
    return Genre(
        occasions=tuple(_occasion(row) for row in data["occasion"]),
        roles={role: RoleWords(tuple(row["strong"]), tuple(row["weak"])) for role, row in data["roles"].items()},
        directives=tuple(sorted(data["directives"]["verbs"], key=lambda verb: (-len(verb), verb))),
        objects=tuple(data["transfer"]["objects"]),
        nouns=tuple(data["transfer"]["nouns"]),
        sectors=tuple(data["sectors"]["names"]),
        local=tuple(data["local"]["marks"]),
        cliches=tuple(data["cliches"]["phrases"]),
        common=frozenset(data["common"]["words"]),
        not_names=frozenset(data["names"]["common"]),
        safeguard_order=tuple(data["order"]["safeguard"]),
        head_verbs=tuple(data["heads"]["verbs"]),
        spoken=tuple(data["heads"]["spoken"]),
        plain={role: tuple(rows) for role, rows in data["plain"].items()},
        matters={word: row[0] for row in data["matters"]["alike"] for word in row},
        gatherings=tuple(
            Gathering(tuple(row["marks"]), row["theme"], tuple(row["titles"])) for row in data["gathering"]
        ),
    )


@lru_cache(maxsize=1)
def themes() -> tuple[Theme, ...]:
    """Return the themes of ``genre_themes.toml``."""
    return tuple(
        Theme(
            tuple(row["names"]),
            tuple(row["terms"]),
            tuple(row.get("decoys", ())),
            row.get("wide", False),
            row.get("covers", False),
            tuple(row.get("also", ())),
        )
        for row in _load("genre_themes.toml")["theme"]
    )


@lru_cache(maxsize=1)
def wordings() -> tuple[Wording, ...]:
    """Return the dated wordings of ``stale.toml``."""
    return tuple(
        Wording(
            re.compile(row["pattern"]),
            row["from"],
            row.get("to", 0),
            row.get("kind", "机构名称" if row.get("body") else "提法"),
            row.get("now", ""),
            row.get("dated", not row.get("body", False)),
        )
        for row in _load("stale.toml")["wording"]
    )


@lru_cache(maxsize=1024)
def by_length(words: tuple[str, ...]) -> str:
    """Return an alternation of ``words`` for a pattern, longest first, so that the longest wins."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
