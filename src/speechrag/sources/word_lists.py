"""Word's automatic numbering as text: which list level a paragraph stands in, and what its label reads.

Follows ECMA-376 part 1, 17.9: a paragraph names a ``num``, which points to an ``abstractNum`` with up to nine levels
and may override some; all nums of one abstractNum count together unless a num restarts a level (``startOverride``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from speechrag.sources.word_numbers import number_text

LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_CLOSED = tuple("、.．。，,：:）)】]〕」》　·")  # behind these a label needs no space


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list as defined by an abstractNum or an override."""

    start: int = 1
    style: str = "decimal"  # the number format
    text: str = ""  # "%1.%2、"
    suffix: str = "tab"
    restart: int | None = None  # restarts after this level (from 1); 0 never; None after any higher level
    legal: bool = False  # all numbers in decimals
    paragraph_style: str = ""


@dataclass(frozen=True, slots=True)
class Num:
    """A list as paragraphs name it."""

    abstract: str
    levels: Mapping[int, Level]
    restarts: Mapping[int, int] = field(default_factory=dict)  # level -> number to start again from


class Numbering:
    """The lists of one document and their counters; ``label`` must be called once a paragraph, in document order."""

    def __init__(self, nums: Mapping[str, Num]) -> None:
        self._nums = nums
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def level_of_style(self, num_id: str, style_ids: Iterable[str]) -> int:
        """Return the level of a list that is tied to one of these paragraph styles, 0 where none is."""
        levels = self._nums[num_id].levels if num_id in self._nums else {}
        tied = {level.paragraph_style: index for index, level in levels.items() if level.paragraph_style}
        return next((tied[style] for style in style_ids if style in tied), 0)

    def label(self, num_id: str, level: int) -> str:
        """Count a paragraph and return its label with what separates it from the text; empty for bullets."""
        num = self._nums.get(num_id)
        if num is None or level not in num.levels:
            return ""
        counters = self._counters.setdefault(num.abstract, {})
        self._count(num_id, num, level, counters)
        own = num.levels[level]

        def shown(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            definition = num.levels.get(index, Level())
            style = "decimal" if own.legal and definition.style not in ("none", "bullet") else definition.style
            return number_text(counters.get(index, definition.start), style)

        if own.style == "bullet":
            return ""
        return _separated(_PLACE.sub(shown, own.text), own.suffix)

    def _count(self, num_id: str, num: Num, level: int, counters: dict[int, int]) -> None:
        first = (num_id, level) not in self._begun
        self._begun.add((num_id, level))
        if first and level in num.restarts:
            counters[level] = num.restarts[level]
        else:
            counters[level] = counters[level] + 1 if level in counters else num.levels[level].start
        for deeper in [index for index in counters if index > level]:
            restart = num.levels[deeper].restart if deeper in num.levels else None
            if restart is None or level < restart:
                del counters[deeper]


def _separated(label: str, suffix: str) -> str:
    label = label.strip()
    if not label or suffix == "nothing" or (suffix == "tab" and label.endswith(_CLOSED)):
        return label
    return label + " "


def read_numbering(root: Any, style_nums: Mapping[str, str]) -> Numbering:
    """Return the lists that a parsed numbering part defines; ``style_nums`` maps list styles to their num."""
    abstracts: dict[str, dict[int, Level]] = {}
    linked: dict[str, str] = {}
    nums: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = {}
    for node in root if root is not None else ():
        kind = local(node)
        if kind == "abstractNum":
            number = value(node, "abstractNumId")
            abstracts[number] = _levels(child for child in node if local(child) == "lvl")
            linked[number] = next((value(c, "val") for c in node if local(c) == "numStyleLink"), "")
        elif kind == "num":
            nums[value(node, "numId")] = _num(node)
    found: dict[str, Num] = {}
    for number, (abstract, overrides, restarts) in nums.items():
        target = nums.get(style_nums.get(linked.get(abstract, ""), ""), (abstract, {}, {}))[0]
        levels = {**abstracts.get(target, {}), **overrides}
        found[number] = Num(target, levels, restarts)
    return Numbering(found)


def _num(node: Any) -> tuple[str, dict[int, Level], dict[int, int]]:
    abstract, overrides, restarts = "", dict[int, Level](), dict[int, int]()
    for child in node:
        if local(child) == "abstractNumId":
            abstract = value(child, "val")
        elif local(child) == "lvlOverride":
            overrides.update(_levels(c for c in child if local(c) == "lvl"))
            start = next((value(c, "val") for c in child if local(c) == "startOverride"), "")
            if start:
                restarts[integer(value(child, "ilvl"))] = integer(start, 1)
    return abstract, overrides, restarts


def _levels(nodes: Iterable[Any]) -> dict[int, Level]:
    return {integer(value(node, "ilvl")): _level(node) for node in nodes}


def _level(node: Any) -> Level:
    level = Level()
    for child in node.iter():
        given = value(child, "val")
        match local(child):
            case "start":
                level = replace(level, start=integer(given, 1))
            case "numFmt":
                # A format of the newer kind ("001, 002") stands beside its replacement, which comes last.
                level = replace(level, style=given)
            case "lvlText":
                level = replace(level, text=given)
            case "suff":
                level = replace(level, suffix=given)
            case "lvlRestart":
                level = replace(level, restart=integer(given))
            case "isLgl":
                level = replace(level, legal=given not in ("0", "false", "off"))
            case "pStyle":
                level = replace(level, paragraph_style=given)
    return level


def local(node: Any) -> str:
    """Return an element's name without its name space; both the transitional and the strict form have it."""
    return str(node.tag).rpartition("}")[2]


def value(node: Any, name: str) -> str:
    """Return an attribute by its local name, empty where it is missing."""
    return next((str(found) for key, found in node.attrib.items() if key.rpartition("}")[2] == name), "")


def integer(text: str, missing: int = 0) -> int:
    """Return a small number as written in an attribute; ``missing`` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else missing
