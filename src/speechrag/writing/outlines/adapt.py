"""Carry a sentence of one speech over to another: its own level, its theme and its sector give way, its facts to slots."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.records import Speech
from speechrag.writing.outlines.facts import Fact, fill_slots, find_facts, tagged
from speechrag.writing.outlines.genre import by_length, genre
from speechrag.writing.outlines.plan import GOVERNED, Plan

_OWN = re.compile(rf"[全我本]([{GOVERNED}])(?![级域际])")
_AREA_NAME = re.compile(rf"([\u4e00-\u9fff]{{2,3}}?)(?:[{GOVERNED}]|街道)(?:委|政府|政协|人大|局|教育|公安|[\u4e00-\u9fff]{{0,4}}会|-)")
_NOT_AREA = re.compile(r"[全我本各在的省市县区镇乡与和及到于向]|政协|信息|网络|工作|领导")
_TRAIL = re.compile(r"(?P<object>[\u4e00-\u9fff]{2,12}?)(?P<noun>工作|建设)(?!者|人员|队伍|组|站|室|用地|单位|会议|报告)")
_SIDE_WORK = re.compile(r"队伍|作风|系统|工程|项目|环境|制度|机制|平台|网络$|中心$|能力|基础|人才|设施|体系|数据库|班子|本职|实际|业务|指导|日常|具体|各项|重点|准备")
_NOMINAL = ("n", "vn", "l", "j", "b", "i", "an")
_DANGLING = re.compile(r"^(?:对此|为此|因此|所以|同时|其次|此外|另外|总之|但是|但|而且|并且|然而|于是|首先|再次|最后|特别是|尤其是|也就是说|这就|这样|只有这样)[，,]?")


@dataclass(frozen=True, slots=True)
class Source:
    """A speech with what must give way in its sentences."""

    speech: Speech
    level: str  # 市, where the speech says 我市, 全市
    themes: tuple[str, ...]  # what it calls its own theme: 政务信息工作
    sectors: tuple[str, ...]  # its field: 水利
    places: tuple[str, ...]  # names of places in its title, file name and metadata
    on_theme: bool  # the speech is about the theme of the brief
    density: float  # names of the theme in a thousand characters


def read_source(speech: Speech, plan: Plan) -> Source:
    """Return what is known of ``speech`` in view of ``plan``."""
    text = speech.text
    count = sum(text.count(name) for name in _main_names(plan))
    density = 1000 * count / max(len(text), 1)
    on_theme = bool(plan.theme) and (
        any(name in speech.title for name in _main_names(plan)) and density >= 1.0 or density >= 3.0
    )
    levels = Counter(match.group(1) for match in _OWN.finditer(text))
    level = min(levels, key=lambda char: (-levels[char], char)) if levels else ""
    sectors = () if on_theme else _sectors(text, plan)
    return Source(speech, level, _themes(text, plan), sectors, _places(speech), on_theme, density)


def _main_names(plan: Plan) -> tuple[str, ...]:
    """Return the names that alone show a speech to be on the theme."""
    return plan.names or ((plan.theme,) if plan.theme else ())


def _sectors(text: str, plan: Plan) -> tuple[str, ...]:
    own = plan.brief + "".join(plan.terms)
    floor = max(5, len(text) // 500)
    return tuple(name for name in genre().sectors if name not in own and text.count(name) >= floor)


def _themes(text: str, plan: Plan) -> tuple[str, ...]:
    """Return the phrases in which the speech names its own theme, longest first: 政务信息工作, 信息工作.

    Only what it speaks of nearly as often as of its first theme counts: 队伍建设 in passing is no theme.
    """
    found: Counter[str] = Counter()
    for match in _TRAIL.finditer(text):
        phrase = re.sub(rf"^[全我本各][{GOVERNED}国]", "", _nominal_tail(match.group("object")))
        if len(phrase) >= 2 and not _SIDE_WORK.search(phrase):
            found[phrase + match.group("noun")] += 1
    floor = max(3, 0.3 * max(found.values(), default=0))
    own = (*plan.names, plan.theme)
    keep = [p for p, n in found.items() if n >= floor and not any(name and name in p for name in own) and p not in plan.work]
    return tuple(sorted(keep, key=lambda phrase: (-len(phrase), phrase)))


def _nominal_tail(phrase: str) -> str:
    """Return the nouns that ``phrase`` ends with: 做好政务信息 -> 政务信息."""
    tail: list[str] = []
    for word, flag in reversed(tagged(phrase)):
        if not flag.startswith(_NOMINAL):
            break
        tail.append(word)
    return "".join(reversed(tail))


def _places(speech: Speech) -> tuple[str, ...]:
    """Return the bare place names that the speech's title, file and metadata give away."""
    known = [str(speech.metadata.get(key) or "") for key in ("region", "organ")]
    names = {re.sub(rf"(?:[{GOVERNED}]|街道)$", "", known[0])}
    for text in (*known, speech.title, speech.source.rsplit("/", 1)[-1]):
        for match in _AREA_NAME.finditer(re.sub(r"[0-9年月日\-—_（）()]+", "|", text)):
            names.add(match.group(1))
    return tuple(sorted(name for name in names if len(name) >= 2 and not _NOT_AREA.search(name)))


class Adapter:
    """Rewrites pieces of one source for the new speech. Only names of level, theme and sector change."""

    def __init__(self, source: Source, plan: Plan) -> None:
        self.source, self.plan = source, plan
        self._sector = re.compile(f"(?:{by_length(source.sectors)})") if source.sectors else None
        bare = tuple(theme[:-2] for theme in source.themes if theme[:-2].endswith("化"))
        foreign = () if source.on_theme else (*source.themes, *bare)
        self._theme = re.compile(by_length(foreign)) if foreign else None

    def carry(self, text: str) -> str:
        """Return ``text`` with level, theme and sector of the new speech; facts still stand."""
        text = _DANGLING.sub("", text.replace("\n", "").replace("著", "着") if "著" in text else text.replace("\n", ""))
        if self._theme:
            text = self._theme.sub(self.plan.work, text)
            text = re.sub(rf"({re.escape(self.plan.work)})(?:的?{re.escape(self.plan.work)})+", r"\1", text)
        if self._sector:
            text = self._sector.sub("\0", text)
            text = re.sub(r"(各级|各|有关|全)?\0(?:部门|系统|机构|单位)", lambda m: (m.group(1) or "") + ("部门" if m.group(1) else "有关部门"), text)
            text = text.replace("\0", "")
        return self._level(text)

    def swaps(self, text: str) -> bool:
        """Tell whether ``text``, as it stands in the source, speaks of the source's theme by name."""
        return bool(self._theme and self._theme.search(text))

    def _level(self, text: str) -> str:
        """Put the new speech's level where the source speaks of its own (我市 -> 我县); unknown levels turn neutral."""
        old, new = self.source.level, self.plan.level
        if not old or old == new:
            return text
        if not new:
            return re.sub(rf"[全我本]{old}(?![级域际])", "本地", text)
        text = re.sub(rf"([全我本]){old}(?![级域际])", rf"\g<1>{new}", text)
        if new in GOVERNED and old in "市县区州旗":
            text = re.sub(rf"(?<![\u4e00-\u9fff上下]){old}(委|政府|政协|人大|直|财政)", rf"{new}\g<1>", text)
        return text

    def facts(self, text: str) -> list[Fact]:
        """Return the foreign facts in a carried ``text``."""
        return find_facts(text, allowed=self.plan.brief, names=self.source.places, year=self.plan.year)

    def filled(self, text: str) -> str:
        """Return a carried ``text`` with slots for its facts."""
        return fill_slots(text, self.facts(text))

    def residue(self, text: str) -> int:
        """Return how many terms of another theme a carried ``text`` still holds."""
        rivals: Sequence[str] = () if self.source.on_theme else self.plan.rivals
        return sum(word in text for word in rivals) + sum(theme[:-2] in text for theme in self.source.themes) * bool(rivals)
