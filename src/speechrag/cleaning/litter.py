"""What sites leave around a text: labels, prompts, copyright notes, editors' introductions. Patterns are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
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
_ABOUT = 2500  # characters on either side that show what a text is about: an anthology is about many things
_TAIL_CHARS = 1500
_PUFFED_TITLE = re.compile(
    r"\s{0,40}(?P<puff>(?:最新|最全|热门|推荐|精选|精品|优秀|实用){1,4})(?P<title>[^\n]{6,80})\n\s{0,40}"
)
LONGEST_LINE = 400  # longer lines are text, whatever they contain; it also bounds the work of a pattern


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
    advertising: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
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
        advertising=tuple(
            (re.compile(f"(?:{_one_of(family['words']).pattern})+"), _one_of(family["context"]))
            for family in data["advertising"]
        ),
        governing=_one_of(data["injection"]["governing"]),
        following=_one_of(data["injection"]["following"]),
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
    for words, context in patterns.advertising:
        runs = list(words.finditer(text))
        if not 0 < len(runs) <= _MOST_INJECTED or not all(_is_injected(text, run, patterns) for run in runs):
            continue
        if len(runs) == 1 and patterns.following.match(text, runs[0].end()):
            continue
        around = (text[max(0, m.start() - _ABOUT) : m.end() + _ABOUT] for m in runs)
        if not any(context.search(words.sub("", near)) for near in around):
            found.extend(Edit(m.start(), m.end(), "", ADVERTISING, _INJECTED_CONFIDENCE) for m in runs)
    return sorted(found, key=lambda edit: edit.start)


def _is_injected(text: str, run: re.Match[str], patterns: _Patterns) -> bool:
    """Tell whether product words stand where the grammar of the sentence has no place for them.

    They begin a clause, so that no word before them governs them, and run straight on into Chinese that does not take
    them up: neither a noun they would modify nor a particle or verb that would follow them.
    """
    if run.start() == 0 or text[run.start() - 1] not in _CLAUSE_MARKS:
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
