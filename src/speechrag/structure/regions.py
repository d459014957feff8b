"""The place whose speech it is: named in the head or with an organ, or named again and again; never in passing."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from speechrag.structure.facts import Facts
from speechrag.structure.head import Head, byline_spans
from speechrag.structure.places import own_place
from speechrag.structure.tables import alternation, table

_OFTEN = 3  # mentions that make a place the speech's own
_SHORT = {"市": ""}  # a city goes without its suffix, as the table of cities has it
_SUFFIX = "街道|自治县|[市县区旗镇乡村]"
_ORGANS = "人民政府|政府|委(?!员|托|派)|政协|人大|纪委|党委|党工委|办事处"
# 镔阳市人民政府市长, 霁州市数据局局长, 中共菖原县委书记
_SEATED = re.compile(
    rf"(?:中共)?(?:[\u4e00-\u9fff]{{2,5}}[市州盟])??(?P<place>(?P<name>[\u4e00-\u9fff]{{2,4}}?)(?P<suffix>{_SUFFIX}))"
    rf"(?={_ORGANS}|[\u4e00-\u9fff]{{2,10}}[局厅])"
)
_TITLED = re.compile(rf"在(?:中共|政协)?(?P<place>(?P<name>[\u4e00-\u9fff]{{2,4}}?)(?P<suffix>{_SUFFIX}))")
_ORGANISED = re.compile(rf"(?P<suffix>{_SUFFIX})(?={_ORGANS})")
# 城市, 农村, 社区, 全市, 各乡镇: not names.
_NO_NAME = re.compile(
    "[全各本我该两三几省市县区州乡镇村委报送的在和与及向对将为是级国城农山小辖园新灾社治]$|^[全各本我该两三在向和与及对为是由经受]|地级|县级|领导|推进|工作|召开|建设|中心"
)


@lru_cache(maxsize=1)
def _known() -> re.Pattern[str]:
    places = table("structure_places")
    provinces = rf"(?P<p>{alternation(places['provinces'])})(?:省|市)?"
    other = "(?!街道|大街|路|镇|乡|村|大学|银行|集团|公司)"
    return re.compile(rf"(?:(?P<c>{alternation(places['cities'])})市?|{provinces}){other}")


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    places = table("structure_places")
    return re.compile(alternation([*places["cities"], *places["provinces"]]))


def find_region(facts: Facts, text: str, head: Head) -> None:
    """Add the region of a local speech: the surest proof first."""
    if facts.values.get("level") in ("国家", None):
        return
    _from_head(facts, text, head)
    _from_organs(facts, text, head)
    own = None if "region" in facts.values or facts.values["level"] == "省" else own_place(text, head.start)
    if own:
        facts.add("region", own.name, (own.start, own.start + len(own.name)))
    _from_mentions(facts, text, head)


def _add(facts: Facts, name: str, suffix: str, start: int) -> None:
    value = name if name in table("structure_places")["provinces"] else name + _SHORT.get(suffix, suffix)
    facts.add("region", value, (start, start + len(name) + len(suffix)))


def titled_place(text: str, head: Head) -> re.Match[str] | None:
    """Return the place that the title names as its own and the text takes up again: 在榆泉县庆祝……."""
    for match in _TITLED.finditer(text, head.start, head.end):
        if not _NO_NAME.search(match.group("name")) and text.count(match.group("name"), head.start) >= _OFTEN:
            return match
    return None


def _from_head(facts: Facts, text: str, head: Head) -> None:
    for low, high in byline_spans(text, head) if head.greeted else ():
        match = _SEATED.match(text, low, high)
        if match and not _NO_NAME.search(match.group("name")):
            _add(facts, match.group("name"), match.group("suffix"), match.start("place"))
    own = titled_place(text, head)
    if own:
        _add(facts, own.group("name"), own.group("suffix"), own.start("place"))


def _from_organs(facts: Facts, text: str, head: Head) -> None:
    """Read the place whose organs are named again and again: 肥城市政协, 肥城市委.

    Names are written without a space before them: of the two, three and four characters before the suffix the longest
    counts that stands there as often as the shortest.
    """
    found: dict[str, list[re.Match[str]]] = {}
    for match in _ORGANISED.finditer(text, head.start):
        pair = text[max(head.start, match.start() - 2) : match.start()]
        if len(pair) == 2 and re.fullmatch(r"[\u4e00-\u9fff]{2}", pair) and not _NO_NAME.search(pair):
            found.setdefault(pair + match.group(), []).append(match)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    if not ranked or len(ranked[0][1]) < _OFTEN or (len(ranked) > 1 and len(ranked[0][1]) < 2 * len(ranked[1][1])):
        return
    matches = ranked[0][1]
    if sum(_opens(text, match.start() - 2) for match in matches) < 2:  # 报送市政府: a verb before the organ
        return
    length = 2
    for longer in (3, 4):
        common = Counter(text[max(head.start, m.start() - longer) : m.start()] for m in matches).most_common(1)[0]
        if common[1] == len(matches) and re.fullmatch(rf"[\u4e00-\u9fff]{{{longer}}}", common[0]):
            length = longer
    first = matches[0]
    name = text[first.start() - length : first.start()]
    if not _NO_NAME.search(name):
        _add(facts, name, first.group("suffix"), first.start() - length)


def _opens(text: str, position: int) -> bool:
    """Tell whether a name of two to four characters that ends two characters on stands behind a mark."""
    return any(not "\u4e00" <= char <= "\u9fff" for char in text[max(0, position - 3) : position]) or position == 0


def _from_mentions(facts: Facts, text: str, head: Head) -> None:
    """Read the province or city at prefecture level that is named most, at least three times and twice as any other."""
    named: dict[str, list[re.Match[str]]] = {}
    for place in _names().finditer(text, head.start):  # the plain list first: the whole pattern is slow to search for
        match = _known().match(text, place.start())
        if match:
            named.setdefault(match.group("c") or match.group("p"), []).append(match)
    if facts.values["level"] == "省":  # what a province does with a city is not the city's
        named = {name: found for name, found in named.items() if name in table("structure_places")["provinces"]}
    if not named:
        return
    ranked = sorted(named.items(), key=lambda item: (-len(item[1]), item[0]))
    name, found = ranked[0]
    others = len(ranked[1][1]) if len(ranked) > 1 else 0
    held_there = text.startswith("在", max(0, found[0].start() - 1))  # 在贵阳召开: where it is held, not whose it is
    acts = re.compile(r"(?:政协|委|人民政府|政府|人大)?(?:召开|举办|举行)").match(text, found[0].end())
    convenes = acts and not held_there
    if (len(found) >= _OFTEN and len(found) >= 2 * others) or convenes:
        facts.add("region", name, (found[0].start(), found[0].start() + len(name)))
