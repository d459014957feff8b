"""What sites leave around a text: labels, prompts, copyright notes, editors' introductions. Patterns are data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from speechrag.cleaning.edits import Edit
from speechrag.text import is_han

RULE = "site-litter"
ADVERTISING = "advertising"
# A word that a text uses this often is one of its subjects, whatever the table says.
_MOST_INJECTED = 4
_INJECTED_CONFIDENCE = 0.9
_TAIL_CHARS = 1500
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
    advertising: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


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
        advertising=tuple(
            (
                re.compile(f"(?:{'|'.join(sorted(map(re.escape, family['words']), key=len, reverse=True))})+"),
                re.compile("|".join(map(re.escape, family["context"]))),
            )
            for family in data["advertising"]
        ),
    )


def drop_litter(text: str) -> list[Edit]:
    """Return the removal of the lines that a site, not the speaker, put there. ``text`` is simplified."""
    patterns = _patterns()
    if not patterns.hints.search(text):
        return []
    return [Edit(start, end, "", RULE) for start, end in _litter_lines(text, patterns)]


def drop_advertising(text: str) -> list[Edit]:
    """Return the removal of product words injected into sentences of a text that is not about such products."""
    found: list[Edit] = []
    for words, context in _patterns().advertising:
        runs = [match for match in words.finditer(text) if _inside_sentence(text, match)]
        if not 0 < len(runs) <= _MOST_INJECTED or len(runs) < sum(1 for _ in words.finditer(text)):
            continue
        if not context.search(words.sub("", text)):
            found.extend(Edit(m.start(), m.end(), "", ADVERTISING, _INJECTED_CONFIDENCE) for m in runs)
    return sorted(found, key=lambda edit: edit.start)


def _inside_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell whether the words run straight on into Chinese: a word of the sentence itself would be set off by a mark."""
    following = text[match.end() : match.end() + 1]
    return is_han(following) and match.start() > 0 and text[match.start() - 1] != "\n" if following else False


def _litter_lines(text: str, patterns: _Patterns) -> Iterator[tuple[int, int]]:
    in_block = False
    position = 0
    tail_zone = len(text) - max(_TAIL_CHARS, len(text) // 5)
    while position < len(text):
        end = text.find("\n", position)
        stop = len(text) if end < 0 else end + 1
        line = text[position:stop].strip()
        if line and len(line) <= LONGEST_LINE:
            if position >= tail_zone and patterns.tails.fullmatch(line):
                yield position, len(text)
                return
            if in_block and patterns.members.fullmatch(line) and patterns.words.search(line):
                yield position, stop
            elif patterns.heads.fullmatch(line) and _block_follows(text, stop, patterns):
                in_block = True
                yield position, stop
            else:
                in_block = False
                if patterns.hints.search(line) and (patterns.lines.fullmatch(line) or patterns.intros.fullmatch(line)):
                    yield position, stop
        elif line:
            in_block = False
        position = stop


def _block_follows(text: str, position: int, patterns: _Patterns) -> bool:
    following = text[position : position + LONGEST_LINE].lstrip().split("\n")[0]
    return bool(patterns.members.fullmatch(following) and patterns.words.search(following))
