"""Cut a sentence down to the clauses that can stand alone: a number in one clause costs only that clause."""

from __future__ import annotations

import re
from collections.abc import Callable

LEAST = 14  # characters a piece must have to say something

_CLAUSE = re.compile(r"[^，；。！？：]+[，；。！？：”]*")
# A clause that opens so hangs on the one before it.
_HANGS = re.compile(
    r"^(?:而|但|也|才|就|都|还|并|却|又|则|以|使|让|从而|因为|所以|于是|更|再|即|其|同时|特别|尤其|不仅|不但|且|或|和|与|及|的|这|那|他|她|有的|一些|"
    r"个别|比如|例如|否则|反|只|一是|二是|三是|四是|甚至|包括|直至|直到|有[机人经设制]|[^，]{0,4}(?:的|者)[，]$)"
)
# A clause that ends a piece must not wait for another one.
_WAITS = re.compile(
    r"^要?(?:对|针对|在(?!线)|按|按照|围绕|通过|随着|如果|只要|凡|不仅|既|虽然|由于|当(?!好|作)|除|除了|根据|为了|从)[^，]*$|(?:的|时|后|前|中|期间|不仅|：)$"
)
_DETAIL = re.compile(r"^(?:其中|其他|其余|另外|包括|比如|例如|这[件项一个是]|特别是|尤其)")
# Who is told to: 值班领导要能拍板, after whatever clause.
_TOLD_TO = re.compile(
    r"[\u4e00-\u9fff、]{2,10}?(?<![主重需必首紧不只])(?:要(?!求|素|点|害)|必须|不得|不准|不许|应当)[\u4e00-\u9fff]{2}"
)
_ORDER = re.compile(
    r"^(?:宁可|要|必须|务必|应当|严禁|一律|坚决|不得|不能|不许|不准|切实|确保|做到|坚持|严格|各级|各地|各单位|各部门|各[县乡镇市]|乡镇|单位|主要|领导|党委|分管|全面|加强|建立|健全|完善|落实)"
)
# A clause that says of something what it is or means, and needs none before it: 平稳度汛就是最基本的民生。
_STATES = re.compile(
    r"(?!这|那|此|他|她|它|都|也|就|还|而|但|又|只|其|不|说|可|虽|如|有|第|但|今|要|一些|个别|因|让|使|是|当|我看|目前|从|对|在)"
    r"(?:(?![就才都也还又却])[\u4e00-\u9fff、]){2,12}?(?:就是|正是|才是|[^不还也都就只可要若便总算真老倒]是(?!否|由|从|在|为|因|不是)|事关|关系到|关乎|绝不能|决不能|离不开)[^，；]{4,}$"
)
# A proverb of two clauses is whole: 宁可备而不用，不可用时无备.
_PROVERB = re.compile(r"宁[可愿][\u4e00-\u9fff]{2,10}，(?:不可|不能|决不|绝不|也不)[\u4e00-\u9fff]{2,10}$")
_HIGHER = re.compile(r"^(?:习近平|总书记|党中央|中央|国务院)")  # who is said something of next
# What the rest of a sentence is about: 水库方面，in front of a figure and then an order.
_TOPIC = re.compile(r"[\u4e00-\u9fff、]{2,12}方面，$")


def standing_pieces(sentence: str, usable: Callable[[str], bool]) -> list[str]:
    """Return the runs of clauses of ``sentence`` that stand alone and of which every clause is ``usable``, in order.

    A run begins with the sentence, after a semicolon or with an order, and ends where nothing is left waiting; it is
    a part of ``sentence`` but for its closing mark, has at least ``LEAST`` characters, and is as long as it can be.
    What it is about (水库方面，) stands before it, where clauses between them were left out.

    >>> standing_pieces("全市查出隐患31处，各单位要逐项登记建档，整改一项销号一项。", lambda clause: "31" not in clause)
    ['各单位要逐项登记建档，整改一项销号一项。']
    """
    clauses = _CLAUSE.findall(sentence)
    found: list[str] = []
    first = 0
    while first < len(clauses):
        last = first
        while _may_open(clauses, first) and last < len(clauses) and usable(clauses[last]):
            last += 1
        while last > first and not _may_end(clauses, last):
            last -= 1
        topic = _topic(clauses, first) if last > first else ""
        piece = topic * usable(topic) + "".join(clauses[first:last]).rstrip("，；。！？：")
        if (len(piece) >= LEAST or _PROVERB.match(piece)) and piece.count("“") == piece.count("”"):
            found.append(piece + "。")
            first = last
        else:
            first += 1
    return found


def _topic(clauses: list[str], first: int) -> str:
    """Return the clause before ``first`` that says what its sentence part is about; "" for none."""
    for clause in reversed(clauses[:first]):
        if clause[-1] in "；。！？":
            return ""
        if _TOPIC.fullmatch(clause):
            return clause
    return ""


def _may_open(clauses: list[str], index: int) -> bool:
    if _HANGS.match(clauses[index]):
        return False
    if index and re.match(r"要[^，]{1,3}，", clauses[index]):  # 要薄，: of what was named before
        return False
    before = clauses[index - 1] if index else "。"
    if before[-1] in "；。！？" or _ORDER.match(clauses[index]):
        return True
    if _STATES.match(clauses[index].rstrip("。；！？")) and clauses[index][-1] in "。；！" and before[-1] == "，":
        return not _WAITS.search(before.rstrip("，"))
    return bool(_TOLD_TO.match(clauses[index])) and not _WAITS.search(before.rstrip("，"))


def _may_end(clauses: list[str], end: int) -> bool:
    """Tell whether a piece may end before clause ``end``: at a strong mark, or where something new begins."""
    if _WAITS.search(clauses[end - 1].rstrip("，；。！？")):
        return False
    strong = clauses[end - 1][-1] in "；。！？" or end == len(clauses)
    if strong or (end > 1 and _PROVERB.match("".join(clauses[end - 2 : end]).rstrip("，"))):
        return True
    return any(pattern.match(clauses[end]) for pattern in (_ORDER, _DETAIL, _HIGHER))
