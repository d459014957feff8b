"""Names that a place gives to what it builds and owns, which no dictionary has: roads, lines, firms, old quarters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechrag.text import is_han
from speechrag.writing.outlines.tagging import tagged, tokenizer

# 砚岫高速 and 岫坞线 are told from 推进高速 and 第一线 by two characters that are no word.
_ROUTE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2})(?:高速公路|高速|铁路|高铁|城际|快速路|国道|省道|大道|大桥|隧道|机场)"
    r"|(?<![\u4e00-\u9fff])(?P<line>[\u4e00-\u9fff]{2})线(?=[、，。；和与及等])"
)
_OLD = re.compile(r"古(?P<name>[\u4e00-\u9fff])(?=文化|建筑|风|韵|戏|乐)")
# Firms are named in a row or alone before a word of their kind: 长虹、春笋等企业.
_FIRMS = re.compile(
    r"(?P<row>[\u4e00-\u9fff]{2,6}(?:、[\u4e00-\u9fff]{2,6}){0,9})等(?:[一几两三四五六七八九十\d]{0,3}[家户个]|一批|重点|骨干|龙头|大型|知名)*"
    r"(?:企业|公司|集团|厂家|工厂)"
)
_IN_NO_NAME = frozenset("但由同与和从向在以被更较是的了要将把给到")
_LEADS = "vrdp"
_PROPER = ("nz", "nr", "nrt", "nrfg", "nt")


def named_works(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, slot) of the names of roads, lines, old quarters and firms in ``text``.

    >>> [text[a:b] for text in ("推进砚岫高速、岫坞线，扶持长虹、春笋等企业",) for a, b, _ in named_works(text)]
    ['砚岫高速', '岫坞线', '长虹、春笋']
    """
    known = tokenizer().FREQ
    for match in _ROUTE.finditer(text):
        name = match["name"] or match["line"]
        new = not known.get(name) and not known.get(match.group()) and not _IN_NO_NAME & set(name)
        if new and _apart(name, text, match.start()):
            yield *match.span(), "项目名称"
    for match in _OLD.finditer(text):
        if not known.get(match.group()):
            yield *match.span(), "地名"
    for match in _FIRMS.finditer(text):
        row = match["row"].split("、")
        first = _tail(row[0])
        if any(_proper(name) for name in (first, *row[1:])):
            yield match.end("row") - len("、".join((first, *row[1:]))), match.end("row"), "企业名称"


def _apart(name: str, text: str, start: int) -> bool:
    """Tell whether the tagger begins a word with ``name`` that is no verb or pronoun: 用好铁路 names no railway."""
    position = 0
    for word, flag in tagged(text):
        if position == start:
            return len(word) >= len(name) or flag[0] not in _LEADS
        position += len(word)
    return False


def _tail(words: str) -> str:
    """Return the last word of what stands before a row, with what belongs to it: 长虹 of 扶持长虹."""
    found = tagged(words)
    return found[-1][0] if found and is_han(found[-1][0][0]) else words


def _proper(name: str) -> bool:
    """Tell whether ``name`` is one word that the dictionary has as a proper name."""
    found = tagged(name)
    return len(found) == 1 and found[0][1] in _PROPER and bool(tokenizer().FREQ.get(name))
