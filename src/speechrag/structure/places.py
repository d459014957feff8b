"""The place that a speech calls its own: 加快鹿邑富民强县, 数字山亭, 《象山政协》; not one that is only named.

Names are those of the public list of counties, districts and cities (``data/structure_places.toml``). A name alone
proves nothing, however often it stands: what proves a place is that the speaker works for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from speechrag.structure.tables import table

_SUFFIXES = "县市区旗"
_LONGEST = 5  # characters of a name without its suffix
_TWICE = 2  # mentions at least, of which one shows whose place it is
# What a speaker sets out to do for the place: 推动余杭经济社会……, 为阜阳……作出, 再造一个新陵川.
_WORKED_FOR = "加快|推动|推进|促进|建设|振兴|宣传|推介|扩大|提升|服务|实现|加速|开创|谱写|全面小康|强化|为|就"
_DONE = (
    "经济|社会|转型|跨越|富民|强县|强市|全面|高质量|又好又快|又快又好|做出|作出|的?科学发展|发展|事业|振兴|崛起|改革"
    "|的?人民|老百姓|来说|城市|政协|的影响|新局面|新篇章"
)
_PRAISED = (
    "数字|平安|和谐|幸福|美丽|富裕|富强|法治|魅力|活力|生态|诚信|智慧|小康|品牌|现代化?|宜居|繁荣|文明|健康|绿色|实力"
)
_PUBLISHED = "政协|人大|信息|日报|动态|工作|政务|宣传|年鉴|故事|通讯|简报|党建|组工|统战"
_BEFORE = re.compile(rf"(?P<goal>{_WORKED_FOR})新?|(?P<praise>{_PRAISED})新?|(?P<new>再造一个新?|一个新)|(?P<paper>《)")
_AFTER = {"goal": re.compile(_DONE), "paper": re.compile(rf"[{_SUFFIXES}]?(?:{_PUBLISHED})")}
_STREET = re.compile("街道|大街|大道|路|镇|乡|村|大学|学院|银行|集团|公司|山脉")


@dataclass(frozen=True, slots=True)
class Place:
    """A name as the text has it, with its suffix if it has one anywhere, and where that stands."""

    name: str
    start: int


@lru_cache(maxsize=1)
def counties() -> Mapping[str, str]:
    """Return the suffixes that go with a name: 朝阳 -> 区县."""
    found: dict[str, str] = {}
    for names in table("structure_places")["counties"].values():
        for name in names.split():
            short = name if len(name) == 2 else re.sub(f"(?:新区|[{_SUFFIXES}])$", "", name)
            found[short] = found.get(short, "") + name[-1]
    return found


@lru_cache(maxsize=1)
def _cities() -> frozenset[str]:
    return frozenset(table("structure_places")["cities"])


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Return the names that say nothing without their suffix: words, and provinces of the same name."""
    places = table("structure_places")
    return frozenset(places["words"].split()) | frozenset(places["provinces"])


@lru_cache(maxsize=1)
def _beginnings() -> frozenset[str]:
    """Return the first two characters of all names: most words behind a cue begin none."""
    return frozenset(name[:2] for names in (counties(), _cities()) for name in names)


def own_place(text: str, start: int) -> Place | None:
    """Return the place below the province that the speech calls its own from ``start`` on; None where none leads."""
    found = list(_own_uses(text, start))
    uses = Counter(name for name, _ in found)
    ranked = sorted(uses, key=lambda name: (-uses[name], next(at for other, at in found if other == name)))
    if not ranked or (len(ranked) > 1 and uses[ranked[0]] == uses[ranked[1]]):
        return None
    name = ranked[0]
    if text.count(name, start) < _TWICE:
        return None
    # 山亭区 where the text has it so; a city goes without its suffix, as the table of cities has it.
    full = (
        None
        if name in _cities() or name[-1] in _SUFFIXES
        else re.compile(f"{name}(?:新区|[县区旗])").search(text, start)
    )
    return Place(full.group(), full.start()) if full else Place(name, next(at for other, at in found if other == name))


def _own_uses(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield the names that stand where a speaker names his own place, and where."""
    beginnings = _beginnings()
    for cue in _BEFORE.finditer(text, start):
        if text[cue.end() : cue.end() + 2] not in beginnings:
            continue
        for length in range(_LONGEST, 1, -1):
            name = text[cue.end() : cue.end() + length]
            if name not in counties() and name not in _cities():
                continue
            end = cue.end() + length
            suffixed = text[end : end + 1] in counties().get(name, "市") and end < len(text)
            after = _AFTER.get(cue.lastgroup or "")
            told = after is None or after.match(text, end + suffixed if cue.lastgroup == "goal" else end)
            if told and (suffixed or name not in _words()) and not _STREET.match(text, end):
                yield name, cue.end()
            break
