"""Page counters of document viewers ("7、" in the middle of a sentence) and the joins across the pages they cut."""

from __future__ import annotations

import re
from itertools import pairwise

from speechrag.cleaning.edits import Edit

RULE = "page-counter"
MIN_PAGES = 3
MIN_CUT_SHARE = 0.5  # of the boundaries must cut a sentence; a numbered list ends its items with a stop
MIN_PAGE_CHARS = 150  # a page of a viewer holds hundreds of characters, the items of a list often do not

_COUNTER = re.compile(r"^[ \t\u3000]*(\d{1,3})[、.．][ \t\u3000]*", re.MULTILINE)
_ENDS = '。！？!?；;：:…”’"』」）)】》'


def repair_page_counters(text: str) -> list[Edit]:
    """Return the removal of a run 1、 … n、 of page counters; a sentence cut by one is joined.

    A run counts as page counters when it rises by exactly one from 1, each stands at a line's start, pages are long,
    and most of the boundaries cut a sentence.
    """
    run = _longest_run(list(_COUNTER.finditer(text)))
    if len(run) < MIN_PAGES:
        return []
    lengths = [right.start() - left.end() for left, right in pairwise(run)]
    cuts = [_cuts_sentence(text, counter) for counter in run[1:]]
    if sum(cuts) < MIN_CUT_SHARE * len(cuts) or sorted(lengths)[len(lengths) // 2] < MIN_PAGE_CHARS:
        return []
    edits = [Edit(run[0].start(), run[0].end(), "", RULE)]
    for counter, cut in zip(run[1:], cuts, strict=True):
        start = len(text[: counter.start()].rstrip()) if cut else counter.start()
        edits.append(Edit(start, counter.end(), "", RULE))
    return edits


def _longest_run(counters: list[re.Match[str]]) -> list[re.Match[str]]:
    """Return the longest chain 1, 2, 3, … in the order of the text; the first of equals."""
    best: list[re.Match[str]] = []
    for index, first in enumerate(counters):
        if int(first[1]) != 1:
            continue
        run = [first]
        for counter in counters[index + 1 :]:
            if int(counter[1]) == len(run) + 1:
                run.append(counter)
        if len(run) > len(best):
            best = run
    return best


def _cuts_sentence(text: str, counter: re.Match[str]) -> bool:
    before = text[max(0, counter.start() - 20) : counter.start()].rstrip()
    return bool(before) and before[-1] not in _ENDS
