"""Finding the numbers that head the parts of a speech: 一、 （一） 1. （1） 第一， 一是 首先.

A number counts only where a new part can begin: at a line start, after a finished sentence, or, as the first of a
series, after a colon. So ``1.5倍``, ``一、二、三产业``, a page counter inside a sentence and the semicolon list
``一是……；二是……`` of a single sentence are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.text import parse_chinese_number

STRUCTURAL = {"han": 1, "han_paren": 2, "digit": 3, "digit_paren": 4}
POINT_LEVEL = 5

# A line break that follows this many characters without a sentence end was made by a page, not by a writer.
_PAGE_LINE = 60
_ROW = 200  # characters on either side in which a tab tells the row of a table

_NUM = "[一二三四五六七八九十]{1,3}"
_LEAD = r"(?:^|(?<=[。！？!?…；;：:，,”’）)\s]))"
_LABEL = re.compile(
    rf"""
    [(（]\s?(?P<han_paren>{_NUM})\s?[)）](?![款项条])[、，]?
    |{_LEAD}(?:
        [(（]\s?(?P<digit_paren>\d{{1,2}})\s?[)）]、?
        |(?P<circled>[①-⑳])
        |(?P<han>{_NUM})\s?[、．.](?!{_NUM}(?:[、，]|[季产线级班类期楼次号]))
        |(?P<digit>\d{{1,2}})\s?(?:[、．]|\.(?!\d))(?!\s?\d{{1,3}}[、.．号%])
        |第(?P<ordinal>{_NUM})(?:(?:个|点|层|方面|件|项)(?:意思|意见|问题|方面|要求|希望)?)?(?:[，、,：:]|[是要](?!不是))
        |(?P<run>{_NUM})(?:是|要)(?!一|不是)
        |其(?P<each>{_NUM})[，,是：:]
        |(?P<order>首先|其次|再次|最后)(?:[，,、]|[是要](?!求))?
    )
    """,
    re.VERBOSE | re.MULTILINE,
)
_GLUED_FROM, _GLUED = 5, 60  # characters of a heading that its first point may have run into
_GLUED_POINT = re.compile(
    r"(?<=[\u4e00-\u9fff”）])(?:(?P<run>(?<![统唯])一[是要])|(?P<ordinal>第一(?:件|条|个问题)?，)|(?P<digit>1\s?(?:[、．]|\.(?!\d))))"
)
_STOP = re.compile("[。！？!?…\n]")
_ORDER = {"首先": 1, "其次": 2, "再次": 3}
_STOPS = "。！？!?…"
_CLOSERS = "”’」』）)】》 \t\u3000"


@dataclass(frozen=True, slots=True)
class Label:
    """A number found in the text; ``start:end`` holds the number with its mark (``一、``, ``第二，``, ``三是``)."""

    start: int
    end: int
    family: str
    number: int  # 0 for 最后: whatever comes next
    lead: str  # what stands before: line, stop, colon, weak (comma, semicolon) or none
    text: str = ""  # as written

    @property
    def level(self) -> int:
        """The level that the mark has by convention."""
        return STRUCTURAL.get(self.family, POINT_LEVEL)

    @property
    def strong(self) -> bool:
        """Whether a new part may begin here without further proof."""
        return self.lead in ("line", "stop")


def find_labels(text: str, start: int, end: int) -> list[Label]:
    """Return the labels of ``text[start:end]`` that head a part, in order."""
    found = [_label(text, match, start) for match in _LABEL.finditer(text, start, end)]
    tabled = text.find("\t", start, end) >= 0
    kept = [
        label
        for label in found
        if not (_after_page_break(text, label, start) or _is_note(text, label) or (tabled and _in_row(text, label)))
    ]
    return _in_series(_with_glued(text, kept, end))


def _with_glued(text: str, labels: list[Label], end: int) -> list[Label]:
    """Add the first point of a heading that ran into it where a page lost its line breaks: 三、……的过硬队伍一是……."""
    found: list[Label] = []
    for index, label in enumerate(labels):
        found.append(label)
        if label.family not in ("han", "han_paren") or label.lead == "line":
            continue
        stop = _STOP.search(text, label.end, min(end, label.end + _GLUED))
        limit = stop.start() if stop else min(end, label.end + _GLUED)
        if index + 1 < len(labels):
            limit = min(limit, labels[index + 1].start)
        match = _GLUED_POINT.search(text, min(label.end + _GLUED_FROM, limit), limit)
        if match:
            # Its series has to go on, as after a finished sentence.
            found.append(Label(match.start(), match.end(), match.lastgroup or "", 1, "stop", match.group()))
    return found


def _label(text: str, match: re.Match[str], floor: int) -> Label:
    family = match.lastgroup or ""
    value = match.group(family)
    if family == "circled":
        number, family = ord(value) - ord("①") + 1, "digit_paren"
    elif family == "order":
        number = _ORDER.get(value, 0)
    else:
        number = parse_chinese_number(value) or 0
    return Label(match.start(), match.end(), family, number, _lead(text, match.start(), floor), match.group())


def _lead(text: str, position: int, floor: int) -> str:
    before = position
    while before > floor and text[before - 1] in " \t\u3000":
        before -= 1
    if before == floor or text[before - 1] == "\n":
        return "line"
    while before > floor and text[before - 1] in _CLOSERS:
        before -= 1
    last = text[before - 1] if before > floor else "\n"
    if last in _STOPS:
        return "stop"
    if last in "：:":
        return "colon"
    return "weak" if last in "；;，," else "none"


def _after_page_break(text: str, label: Label, floor: int) -> bool:
    """Tell a page counter from a heading: the line before it is long and stops in mid-sentence."""
    if label.lead != "line" or label.family != "digit":
        return False
    before = text[max(floor, label.start - 200) : label.start].rstrip()
    line = before.rpartition("\n")[2]
    return len(line) > _PAGE_LINE and line[-1] not in _STOPS + "：:；;”’）)"


def _in_row(text: str, label: Label) -> bool:
    """Tell a number in a row of a table, 1.青石镇<tab>1200: tabs part its cells. One behind the number is an indent."""
    before = text[max(0, label.start - _ROW) : label.start].rpartition("\n")[2]
    after = text[label.end : label.end + _ROW].partition("\n")[0]
    return "\t" in before.lstrip() or "\t" in after.strip()


def _is_note(text: str, label: Label) -> bool:
    """Tell a footnote from a heading: ① inside a line, or before a source with its page (《……》，第269页)."""
    if not "①" <= label.text[0] <= "⑳":
        return False
    line = text[label.end : label.end + 120].partition("\n")[0]
    return label.lead != "line" or ("《" in line and line.rstrip("。").endswith(("页", "版")))


def _in_series(labels: list[Label]) -> list[Label]:
    """Drop the labels that no neighbour supports: a lone 一是 in mid-paragraph is part of a sentence."""
    following: dict[str, Label] = {}
    supported: list[bool] = [False] * len(labels)
    for index in range(len(labels) - 1, -1, -1):
        label = labels[index]
        nexts = (following.get(key) for key in (label.family, _series(label)))
        supported[index] = any(after and after.strong and after.number in (label.number + 1, 0) for after in nexts)
        following[label.family] = following[_series(label)] = label
    chained = _mostly_sentences(labels)
    kept: list[Label] = []
    last: dict[str, int] = {}
    for index, label in enumerate(labels):
        if index in chained or _stands(label, supported[index], last.get(_series(label))):
            kept.append(label)
            last[_series(label)] = label.number
    return kept


def _mostly_sentences(labels: list[Label]) -> set[int]:
    """Return the indices of the runs of points (1, 2, 3 …) of which at least half begin sentences of their own.

    ``第一层意思是……；第二层意思是……。第三层意思是……`` counts as a whole, ``一是……；二是……；三是……`` does not.
    """
    found: set[int] = set()
    chains: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        if label.level != POINT_LEVEL or label.family == "order":
            continue
        chain = chains.get(label.family, [])
        chain = [*chain, index] if chain and labels[chain[-1]].number + 1 == label.number else [index]
        chains[label.family] = chain
        if len(chain) > 1 and 2 * sum(labels[member].strong for member in chain[1:]) >= len(chain) - 1:
            found.update(chain)
    return found


def _series(label: Label) -> str:
    """Run-in points mix their marks freely (首先…其次…第三, 一要…二是…), so they support each other."""
    return label.family if label.family in STRUCTURAL else "point"


def _stands(label: Label, has_next: bool, last: int | None) -> bool:
    follows = last is not None and last > 0 and -1 <= label.number - last <= 2 and label.number > 1
    if label.number == 0:  # 最后
        return label.strong and last is not None and last > 1
    if label.family == "order":
        return label.strong and (has_next or (label.number > 1 and follows))
    if label.lead == "line":
        return label.number > 1 or label.family in STRUCTURAL or has_next or label.family == "run"
    if label.lead == "stop":
        return has_next if label.number == 1 else follows or has_next
    if label.lead == "none":
        return label.family == "han_paren" and (has_next if label.number == 1 else follows)
    return label.number == 1 and has_next
