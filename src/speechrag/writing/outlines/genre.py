"""The tables of the genre, read once from ``speechrag/data``: occasions, function words, themes, dated wordings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from speechrag.config import PACKAGE

BODY, EVENT = "机构名称", "当时情况"  # kinds of wordings of which a warning speaks in its own way
YEARS_OF_PLAN = 5  # 2026 is the first year of a plan, 2030 the last
TRADES = 2  # themes that a word of a trade belongs to at most
ROLES = ("significance", "achievement", "problem", "task", "safeguard", "call")


HEARD = "刚才，【待补：姓名】同志【待补：传达、通报或发言内容】，讲得都很好，请大家认真学习、抓好落实。"


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
    heard: str = HEARD  # what the opening says of those who spoke before
    held: str = "召开"  # the verb for such a gathering
    goal: str = "推动{work}再上新台阶"
    approved: bool = True  # by someone above, which the opening says


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
    kinds: tuple[str, ...] = ()  # patterns of its kinds: what is said of one does not fit another


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
    local: re.Pattern[str]  # what talks about the meeting of the source
    cliches: tuple[str, ...]
    common: frozenset[str]  # at home in every theme
    strange: frozenset[str]  # of these, what marks a borrowed sentence as another trade's
    not_names: frozenset[str]
    safeguard_order: tuple[str, ...]
    expected: tuple[str, ...]  # matters that a speech on any theme is expected to name
    head_verbs: tuple[str, ...]  # a clause of a main heading opens with one of these or of the directives
    spoken: tuple[str, ...]  # marks of a spoken heading
    plain: Mapping[str, tuple[str, ...]]  # the plain headings of each function
    plain_of: Mapping[str, str]  # the plain heading on what to do that comes first at a kind of meeting
    gatherings: tuple[Gathering, ...]
    salutations: tuple[tuple[tuple[str, ...], str], ...]  # words of a meeting's name, and how its audience is addressed
    matters: Mapping[str, str]  # a word of any theme's headings, and the first of those that name the same matter


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording and the years in which a new speech may use it as current; 0 means open."""

    pattern: re.Pattern[str]
    first: int
    last: int
    kind: str
    now: str = ""  # the present name of a renamed department, or what is said instead
    dated: bool = True  # tied to its years by its own words (十七大), not only by fashion
    year_of_plan: int = 0  # the year of a five-year plan that it speaks of (开局之年 is 1); 0 for any

    def in_force(self, year: int | None) -> bool:
        """Tell whether it may stand: within its years, or, without a year to check by, not known to have ended."""
        if year is None:
            return not (self.last or self.year_of_plan)
        fits = self.first <= year and (not self.last or year <= self.last)
        return fits and self.year_of_plan in (0, (year - 1) % YEARS_OF_PLAN + 1)


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
        **{key: row[key] for key in ("heard", "held", "goal", "approved") if key in row},
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
        local=re.compile("|".join(data["local"]["marks"])),
        cliches=tuple(data["cliches"]["phrases"]),
        common=frozenset(data["common"]["words"]),
        strange=frozenset(data["lent"]["strange"]),
        not_names=frozenset(data["names"]["common"]),
        safeguard_order=tuple(data["order"]["safeguard"]),
        expected=tuple(data["order"]["expected"]),
        head_verbs=tuple(data["heads"]["verbs"]),
        spoken=tuple(data["heads"]["spoken"]),
        plain={role: tuple(rows) for role, rows in data["plain"].items()},
        plain_of=dict(data["plain_of"]),
        matters={word: row[0] for row in data["matters"]["alike"] for word in row},
        gatherings=tuple(
            Gathering(tuple(row["marks"]), row["theme"], tuple(row["titles"])) for row in data["gathering"]
        ),
        salutations=tuple((tuple(words), opening) for words, opening in data["salutation"]["rows"]),
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
            tuple(row.get("kinds", ())),
        )
        for row in _load("genre_themes.toml")["theme"]
    )


@lru_cache(maxsize=1)
def trade_words() -> Mapping[str, tuple[Theme, ...]]:
    """Return the words at home in one trade or two, with the themes that have them; none that any speech may hold."""
    usual = {
        *(genre().common - genre().strange),
        *genre().safeguard_order,
        *genre().roles["safeguard"].strong,
        *genre().roles["safeguard"].weak,
    }
    rows: dict[str, list[Theme]] = {}
    for row in themes():
        for word in {*row.names, *row.terms} - usual:
            rows.setdefault(word, []).append(row)
    return {word: tuple(found) for word, found in sorted(rows.items()) if len(word) >= 2 and len(found) <= TRADES}


@lru_cache(maxsize=1)
def wordings() -> tuple[Wording, ...]:
    """Return the dated wordings of ``stale.toml``."""
    return tuple(
        Wording(
            re.compile(row["pattern"]),
            row["from"],
            row.get("to", 0),
            row.get("kind", BODY if row.get("body") else "提法"),
            row.get("now", ""),
            row.get("dated", not row.get("body", False)),
            row.get("year_of_plan", 0),
        )
        for row in _load("stale.toml")["wording"]
    )


@lru_cache(maxsize=1024)
def by_length(words: tuple[str, ...]) -> str:
    """Return an alternation of ``words`` for a pattern, longest first, so that the longest wins."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
