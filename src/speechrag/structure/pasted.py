"""Telling apart several speeches that were pasted into one part of a collection, or into one file."""

from __future__ import annotations

import re
from bisect import bisect_right

from speechrag.structure.endings import address_pattern, addresses, is_closing, salutations
from speechrag.structure.labels import find_labels
from speechrag.structure.tables import pattern
from speechrag.text import trim

_SHORTEST = 200  # characters of a speech worth telling apart
_REST = 300  # characters that must follow a closing which no salutation follows
_OPENING_REACH = 40
_TITLE_LINES = 4
_TITLE_LINE = 45  # characters
_NO_TITLE = re.compile(r"[。！？!?；;：:，,]$|^谢谢|^[（(]完")
_NUMBERING = 3_000  # characters in which a new text shows its first number
_EDGE = "。！？!?…”\n;；"
_CALL_END = re.compile(r"[。！!][”’]?")


def cut_points(text: str, start: int, end: int, *, anthology: bool) -> list[int]:
    """Return where further speeches start inside ``text[start:end]`` (the first, at ``start``, is not listed).

    A salutation in the middle counts where an opening follows it and a speech closed before it, or where a title line
    stands before it; in a collection its standing on a line of its own is as good as a closing. There a
    finished call (同志们，……作出新贡献！) also ends a speech when enough text follows it that does not go on with its
    numbering. Short title lines before a salutation go with it.
    """
    cuts = _salutations(text, start, end, anthology=anthology)
    if anthology:
        cuts += _after_closings(text, start, end, cuts)
    kept: list[int] = []
    for cut in sorted(set(cuts)):
        since = kept[-1] if kept else start
        if cut - since >= _SHORTEST and end - cut >= _SHORTEST and (kept or _is_speech(text[since:cut])):
            kept.append(cut)
    return kept


def _is_speech(text: str) -> bool:
    """Tell a speech from a site's introduction to one."""
    return len(text) >= _REST * 2 or bool(address_pattern().search(text))


def _salutations(text: str, start: int, end: int, *, anthology: bool) -> list[int]:
    cuts = []
    for match in salutations(text, start + _SHORTEST, end):
        position = match.start()
        if text[position - 1] not in _EDGE and not text[position - 1].isspace():
            continue
        titled = _before_titles(text, start, position)
        closed = is_closing(text[max(start, titled - 300) : titled])
        opens = bool(pattern("structure", "openings", "words").search(text, match.end(), match.end() + _OPENING_REACH))
        named = bool(pattern("structure", "openings", "titles").search(text, titled, position))
        own_line = anthology and text[position - 1] == "\n"
        if named or (opens and (closed or own_line)):
            cuts.append(titled if closed or named else position)
    return cuts


def _before_titles(text: str, start: int, position: int) -> int:
    """Step back over the short lines (title, date, speaker) that stand between a closing and a salutation."""
    for _ in range(_TITLE_LINES):
        above = text[max(start, position - _TITLE_LINE - 20) : position]
        if not above or not above[-1].isspace():
            break
        line = above.rstrip().rpartition("\n")[2]
        if not line.strip() or len(line.strip()) > _TITLE_LINE or _NO_TITLE.search(line.strip()):
            break
        position -= len(above) - len(above.rstrip()) + len(line)
    return position


def _after_closings(text: str, start: int, end: int, cuts: list[int]) -> list[int]:
    bounds = sorted({*cuts, end})
    found: list[int] = []
    for match in addresses(text, start, end):
        if match.start() > start and text[match.start() - 1] != "\n":
            continue
        bound = bounds[bisect_right(bounds, match.start())]
        line_end = text.find("\n", match.start(), bound)
        stop = _call_end(text, match.start(), line_end if line_end >= 0 else bound)
        if stop and bound - stop >= _REST and _starts_over(text, stop, bound):
            found.append(trim(text, stop, bound)[0])
    return found


def _call_end(text: str, start: int, end: int) -> int:
    """Return the end of the first sentence of ``text[start:end]`` that closes as a speech closes, 0 without one."""
    for match in _CALL_END.finditer(text, start, end):
        if is_closing(text[max(start, match.end() - 60) : match.end()]):
            return match.end()
    return 0


def _starts_over(text: str, start: int, end: int) -> bool:
    """Tell whether what follows a closing is a new text: its numbering, if any, does not continue the old one."""
    for label in find_labels(text, start, min(end, start + _NUMBERING)):
        if label.family == "han":
            return label.number == 1
    head = text[start : start + 80]
    return not address_pattern().match(head.lstrip()) and "谢谢" not in head
