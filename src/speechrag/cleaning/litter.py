"""What sites leave around a text: labels, prompts, copyright notes, editors' introductions. Patterns are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from speechrag.cleaning.edits import Edit
from speechrag.text import is_han

RULE = "site-litter"
ADVERTISING = "advertising"
# A word that a text uses this often is one of its subjects, whatever the table says.
_MOST_INJECTED = 4
_CLAUSE_MARKS = "，、；：。！？,;:!?"
_INJECTED_CONFIDENCE = 0.9
_TAKEN_UP_CONFIDENCE = 0.8
_SPACES = 4  # characters looked back over spaces, which some sites set behind each mark
_ABOUT = 2500  # characters on either side that show what a text is about: an anthology is about many things
_NEAR = 300  # characters on either side in which a product word that a sentence is about has others of its trade
_TAIL_CHARS = 1500
_PUFFED_TITLE = re.compile(
    r"\s{0,40}(?P<puff>(?:最新|最全|热门|推荐|精选|精品|优秀|实用){1,4})(?P<title>[^\n]{6,80})\n\s{0,40}"
)
LONGEST_LINE = 400  # longer lines are text, whatever they contain; it also bounds the work of a pattern


@dataclass(frozen=True, slots=True)
class _Products:
    """Words of one trade: runs of them, what a text on it says besides, and the words that are no figures of speech."""

    runs: re.Pattern[str]
    context: re.Pattern[str]
    technical: re.Pattern[str] | None
    trade: re.Pattern[str]  # what surrounds a technical word that is meant


@dataclass(frozen=True, slots=True)
class _Patterns:
    lines: re.Pattern[str]
    intros: re.Pattern[str]
    heads: re.Pattern[str]
    tails: re.Pattern[str]
    members: re.Pattern[str]
    words: re.Pattern[str]
    hints: re.Pattern[str]
    advertised: re.Pattern[str]
    advertising: tuple[_Products, ...]
    governing: re.Pattern[str]
    following: re.Pattern[str]


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    data = tomllib.loads((files("speechrag") / "data" / "cleaning_litter.toml").read_text(encoding="utf-8"))
    return _Patterns(
        lines=_any_of(data["lines"]["patterns"]),
        intros=_any_of(data["intros"]["patterns"]),
        heads=_any_of(data["blocks"]["heads"]),
        tails=_any_of(data["tails"]["patterns"]),
        members=re.compile(data["blocks"]["members"]),
        words=re.compile(data["blocks"]["words"]),
        hints=re.compile("|".join(data["hints"]["words"])),
        advertised=_one_of(word for family in data["advertising"] for word in family["words"]),
        advertising=tuple(map(_products, data["advertising"])),
        governing=_one_of(data["injection"]["governing"]),
        following=_one_of(data["injection"]["following"]),
    )


def _products(family: Mapping[str, Sequence[str]]) -> _Products:
    technical = family.get("technical")
    return _Products(
        runs=re.compile(f"(?:{_one_of(family['words']).pattern})+"),
        context=_one_of(family["context"]),
        technical=_one_of(technical) if technical else None,
        trade=_one_of(family["trade"] if technical else family["context"]),
    )


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def drop_litter(text: str) -> list[Edit]:
    """Return the removal of the lines that a site, not the speaker, put there. ``text`` is simplified."""
    patterns = _patterns()
    if not patterns.hints.search(text):
        return []
    return [Edit(start, end, "", RULE) for start, end in _litter_lines(text, patterns)]


def drop_title_puff(text: str) -> list[Edit]:
    """Return the removal of words a site sets before a title ("最新…"), where the next line has the title without them.

    Without that proof the words stay: a speech may be on the latest of something.
    """
    title = _PUFFED_TITLE.match(text)
    if not title or not text.startswith(title["title"], title.end()):
        return []
    return [Edit(title.start("puff"), title.end("puff"), "", RULE)]


def drop_advertising(text: str) -> list[Edit]:
    """Return the removal of product words injected into sentences of a text that is not about such products."""
    patterns = _patterns()
    if not patterns.advertised.search(text):
        return []
    found: list[Edit] = []
    for products in patterns.advertising:
        runs = list(products.runs.finditer(text))
        if not 0 < len(runs) <= _MOST_INJECTED or not all(_is_injected(text, run, patterns) for run in runs):
            continue
        taken_up = len(runs) == 1 and patterns.following.match(text, runs[0].end()) is not None
        if taken_up and not _is_out_of_place(text, runs[0], products):
            continue
        if not any(_speaks_of(products.context, text, run, _ABOUT, products) for run in runs):
            confidence = _TAKEN_UP_CONFIDENCE if taken_up else _INJECTED_CONFIDENCE
            found.extend(Edit(run.start(), run.end(), "", ADVERTISING, confidence) for run in runs)
    return sorted(found, key=lambda edit: edit.start)


def _speaks_of(words: re.Pattern[str], text: str, run: re.Match[str], reach: int, products: _Products) -> bool:
    """Tell whether one of ``words`` stands around ``run``, outside the product words themselves."""
    around = text[max(0, run.start() - reach) : run.end() + reach]
    return words.search(products.runs.sub("", around)) is not None


def _is_out_of_place(text: str, run: re.Match[str], products: _Products) -> bool:
    """Tell whether ``run`` could be the subject of its clause, but the clause is not about such things.

    A word of plant and machinery that nobody uses as a figure of speech, and nothing of plant and machinery near it.
    """
    if products.technical is None or not products.technical.search(run.group()):
        return False
    return not _speaks_of(products.trade, text, run, _NEAR, products)


def _is_injected(text: str, run: re.Match[str], patterns: _Patterns) -> bool:
    """Tell whether product words stand where the grammar of the sentence has no place for them.

    They begin a clause, so that no word before them governs them, and run straight on into Chinese that does not take
    them up: neither a noun they would modify nor a particle or verb that would follow them.
    """
    before = text[max(0, run.start() - _SPACES) : run.start()].rstrip(" \u3000")
    if not before or before[-1] not in _CLAUSE_MARKS:
        return False
    return is_han(text[run.end() : run.end() + 1] or " ") and not patterns.governing.match(text, run.end())


def _litter_lines(text: str, patterns: _Patterns) -> Iterator[tuple[int, int]]:
    """Yield the spans of litter; only lines with a hint, and the members of a block, are looked at."""
    tail_zone = len(text) - max(_TAIL_CHARS, len(text) // 5)
    hint = patterns.hints.search(text)
    while hint:
        start, stop = _line_around(text, hint.start())
        line = text[start:stop].strip()
        if len(line) <= LONGEST_LINE:
            if start >= tail_zone and patterns.tails.fullmatch(line):
                yield start, len(text)
                return
            if patterns.heads.fullmatch(line) and _block_follows(text, stop, patterns):
                yield start, stop
                for member in _block(text, stop, patterns):
                    yield member
                    stop = member[1]
            elif patterns.lines.fullmatch(line) or patterns.intros.fullmatch(line):
                yield start, stop
        hint = patterns.hints.search(text, stop)


def _line_around(text: str, position: int) -> tuple[int, int]:
    """Return the span of the line at ``position``, its end included."""
    return text.rfind("\n", 0, position) + 1, text.find("\n", position) + 1 or len(text)


def _block_follows(text: str, position: int, patterns: _Patterns) -> bool:
    return _is_member(text[position : position + LONGEST_LINE].lstrip().split("\n")[0], patterns)


def _is_member(line: str, patterns: _Patterns) -> bool:
    return bool(patterns.members.fullmatch(line) and patterns.words.search(line))


def _block(text: str, position: int, patterns: _Patterns) -> Iterator[tuple[int, int]]:
    """Yield the spans of the lines from ``position`` on that belong to the block headed above them."""
    while position < len(text):
        start, stop = _line_around(text, position)
        line = text[start:stop].strip()
        if line and not (len(line) <= LONGEST_LINE and _is_member(line, patterns)):
            return
        if line:
            yield start, stop
        position = stop
