"""Headings without numbers: paragraphs side by side that open in the same pattern, as drafters write them.

强化“三力提升”推动力，重点是…… 强化转型升级引擎力，主要是…… 强化社会舆论引导力，…… share their verb and their last
character; 体现广泛性，多渠道拓宽信息来源。 提高价值性，高质量反映民情民意。 are clauses of the same lengths. One such
paragraph proves nothing, three in a row do. So do four in a row that open with a short sentence and then tell of what
it names: 管网漏损明显下降。两轮更换之后，全县管网漏损由两成降到一成……
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from speechrag.structure.tables import pattern
from speechrag.text import HAN

_FEWEST = 3  # paragraphs side by side that make a pattern
_FEWEST_TOLD = 4  # the same for paragraphs that share no words with each other
_CLAUSE = range(4, 17)  # characters of an opening clause
_SENTENCE = 32  # characters of an opening sentence that may be a heading as a whole
_PARAGRAPH = 40  # characters of a paragraph that has more than a heading
_OPENING = re.compile(
    r"[ \t\u3000—]*(?P<sentence>(?P<clause>[^，。；：！？\n]+)(?P<rest>[^。；：！？\n]*))(?P<mark>[。！？]?)"
)
_DATED = re.compile(r"\d[年月日]")
_TOLD = range(6, 33)  # characters of an opening sentence that the rest of its paragraph tells of
_REPEATED = 3  # characters of it that the rest says again
# A sentence of the text itself, of a story or a report: 他表示, 今年是, 我们已.
_STATEMENT = re.compile(
    "[是将已我你他她它这那某说叫谁“”《（]|[今去]年|可以|需要|应当|应该|指出|提出|强调|表示|认为|要求|来到|走进|目前|当前|如今|近日"
)
_HAN_RUN = re.compile(f"[{HAN}]{{{_REPEATED},}}")
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Lead:
    """The opening of a paragraph that is its heading: ``start:stop``; the paragraph ends at ``end``."""

    start: int
    stop: int
    end: int


@dataclass(frozen=True, slots=True)
class _Paragraph:
    opening: re.Match[str]
    end: int


def parallel_leads(text: str, start: int, end: int) -> Iterator[list[Lead]]:
    """Yield the runs of paragraphs of ``text[start:end]`` that open in one pattern, as their leads."""
    paragraphs = [_Paragraph(opening, stop) for opening, stop in _paragraphs(text, start, end)]
    for make_key, group, fewest in _PATTERNS:
        found = False
        for key, members in groupby(paragraphs, key=make_key):
            run = list(members)
            leads = [member.opening.group(group) for member in run]
            if key is not None and len(run) >= fewest and len(set(leads)) == len(run):
                found = True
                yield [Lead(member.opening.start("clause"), member.opening.end(group), member.end) for member in run]
        if found:
            return


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[re.Match[str], int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        opening = _OPENING.match(text, start, stop) if stop - start >= _PARAGRAPH else None
        if opening:
            yield opening, stop
        start = stop + 1


def _by_clause(paragraph: _Paragraph) -> _Key | None:
    """Return what the opening clauses of a pattern share: their verb and their last character."""
    clause = paragraph.opening["clause"]
    verb = pattern("structure", "headings", "verbs").match(clause)
    return (verb.group(), clause[-1]) if verb and len(clause) in _CLAUSE and paragraph.opening["rest"] else None


def _by_sentence(paragraph: _Paragraph) -> _Key | None:
    """Return what opening sentences share: the lengths of their clauses and the last character of the first."""
    opening = paragraph.opening
    start, stop = opening.span("sentence")
    if stop - start > _SENTENCE or opening.end() == stop:  # the whole sentence is no heading
        return None
    if _DATED.search(opening.string, start, stop):  # 2012年11月15日，北京天高云淡: a story goes from date to date
        return None
    clauses = opening["sentence"].split("，")
    if len(clauses) < 2:
        return None
    return (opening["clause"][-1], *map(len, clauses)) if min(map(len, clauses)) >= _CLAUSE.start else None


def _by_telling(paragraph: _Paragraph) -> _Key | None:
    """Return a key for every paragraph that goes on to tell of what its opening sentence names."""
    opening = paragraph.opening
    sentence = opening["sentence"]
    if opening["mark"] != "。" or len(sentence) not in _TOLD or _STATEMENT.search(sentence):
        return None
    rest = opening.string[opening.end() : paragraph.end]
    pieces = (run[at : at + _REPEATED] for run in _HAN_RUN.findall(sentence) for at in range(len(run) - _REPEATED + 1))
    return ("told",) if len(rest) >= _PARAGRAPH // 2 and any(piece in rest for piece in pieces) else None


_PATTERNS = (
    (_by_sentence, "sentence", _FEWEST),
    (_by_clause, "clause", _FEWEST),
    (_by_telling, "sentence", _FEWEST_TOLD),
)
