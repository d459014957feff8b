"""Where a heading ends and its body begins.

Three forms occur: a heading on a line of its own, a run-in heading closed by a full stop, and, in scraped text that
lost its line breaks, a heading fused with its body without any mark. The last is cut where the theme of the heading
is taken up again, at a word that can only open a sentence, or after the first clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.structure.tables import pattern, table

OWN_LINE = 60  # characters of a heading on its own line
RUN_IN = 60  # of a heading closed by a full stop before its body, structural numbers
POINT = 40  # the same, run-in points
_FUSED_FROM = 30  # a first sentence longer than this may hold a fused heading
_FLOWING_FROM = 16  # the same, where the number stands in the middle of a line
_SEAM_FROM = 6  # characters of the shortest heading that a seam is looked for behind
_DATED = re.compile(r"(?:19|20)\d\d年|\d{1,2}月|从\d|“[十]")
_ECHO = 5  # characters of the theme that must come back
_REACH = 6  # how far before its echo the body may begin (各村|护林防火……)

_STOP = re.compile(r"[。！？!?…]")
_CLAUSE = re.compile(r"[，,](?![0-9０-９]{3})|[；;：:]")  # ２，３６０ is one number
_MARKS = " \t\u3000。．.！!？?；;：:，,、—-"
_NOT_THEME = re.compile(r"[，,、；;：:。！？“”‘’（）()《》\s]")


@dataclass(frozen=True, slots=True)
class Heading:
    """The words of a heading, and the offset at which its body starts."""

    text: str
    body: int
    own_line: bool  # nothing of the body stands on the heading's line


def read_heading(text: str, start: int, end: int, *, point: bool, flowing: bool = False) -> Heading:
    """Return the heading that starts at ``start``, right after its number.

    ``end`` is the end of its line, or the start of the next number on the same line. ``flowing``: the number stands in
    the middle of a line, so the text may have lost its line breaks and a long first sentence is not all heading.
    """
    line = text[start:end]
    stop = _STOP.search(line)
    alone = stop is None or not line[stop.end() :].strip(_MARKS + "”’）)")
    own_line = end == len(text) or text[end] == "\n"
    swallowed = flowing and not own_line and len(line.strip()) > _FUSED_FROM
    if alone and len(line.strip()) <= OWN_LINE and (own_line or not point) and not swallowed:
        return Heading(line.strip(_MARKS), _skip(text, end), own_line)
    length = _length(line, stop.start() if stop else len(line), point=point, flowing=flowing)
    heading = line[:length].strip(_MARKS)
    return Heading(heading, _skip(text, start + length), False)


def _skip(text: str, position: int) -> int:
    """Return the offset of the first character of the body: marks and white space belong to the heading."""
    while position < len(text) and (text[position].isspace() or text[position] in "。．！!；;：:，,、"):
        position += 1
    return position


def _length(line: str, sentence: int, *, point: bool, flowing: bool) -> int:
    """Return how many characters of ``line``, whose first sentence has ``sentence`` characters, are heading."""
    colon = re.search(r"[：:]", line[: min(sentence, 26)])
    if colon and colon.start() >= 2:
        return colon.start()
    if not point and sentence > (_FLOWING_FROM if flowing else _FUSED_FROM):
        seams = [_fused(line[: min(sentence, 160)]), _seam(line[:sentence]) if flowing else 0]
        if any(seams):
            return min(seam for seam in seams if seam)
        if flowing and sentence > _FUSED_FROM:
            return _clauses(line[:sentence], point=point)
    if sentence <= (POINT if point else RUN_IN):
        return sentence
    return _clauses(line[:sentence], point=point)


def _fused(sentence: str) -> int:
    """Return where a heading without an end mark meets its body, 0 when nothing tells."""
    first_clause = _CLAUSE.search(sentence)
    head = sentence[: RUN_IN + _REACH]
    opener = pattern("structure", "headings", "openers").search(head, 4)
    if opener and not _NOT_THEME.match(sentence[opener.start() - 1]):
        return opener.start()
    for position in range(6, len(head) - _ECHO + 1):
        theme = head[position : position + _ECHO]
        if _NOT_THEME.search(theme) or sentence[position - 1] in "，、；和与及":
            continue
        if head.find(theme, 0, position) >= 0:
            return _back_to_edge(head, position)
    if first_clause and sentence[first_clause.end() : first_clause.end() + 1] == "是":
        return first_clause.start()
    return 0


def _seam(sentence: str) -> int:
    """Return where a noun that can end a heading meets a sentence: its usual first words, or the theme again."""
    head = sentence[: RUN_IN + _REACH]
    for match in pattern("structure", "headings", "enders").finditer(head):
        cut = match.end()
        if cut < _SEAM_FROM or cut + 2 > len(head):
            continue
        theme = head[cut : cut + 2]
        taken_up = not _NOT_THEME.search(theme) and head.find(theme, 0, cut) >= 0
        if taken_up or pattern("structure", "headings", "starters").match(head, cut) or _DATED.match(head, cut):
            return cut
    return 0


def _back_to_edge(head: str, echo: int) -> int:
    """Move from the echo of the theme back to the place where the body's first word starts."""
    enders = tuple(table("structure")["headings"]["enders"])
    for cut in range(echo, max(echo - _REACH, 4) - 1, -1):
        if head[cut - 1] in "”’》）" or head.endswith(enders, 0, cut):
            return cut
    return echo


def _clauses(sentence: str, *, point: bool) -> int:
    """Return the length of the first clause, and of the verb phrases that follow it in a main heading."""
    edges = [match.start() for match in _CLAUSE.finditer(sentence)]
    if not edges:
        return min(len(sentence), RUN_IN)
    length = next((edge for edge in edges if edge >= 4), edges[-1])
    if not point:
        verbs = pattern("structure", "headings", "verbs")
        for edge in edges:
            if edge <= length and edge != length:
                continue
            following = next((later for later in edges if later > edge), len(sentence))
            if following > RUN_IN or not verbs.match(sentence, edge + 1):
                break
            length = following
    return min(length, RUN_IN)
