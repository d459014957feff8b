"""Traditional script to simplified, only where the text is traditional, with the places of the characters kept."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN, converter

RULE = "simplified"
DOCUMENT_SHARE = 0.15  # of its ideographs in traditional form make a whole document traditional
PARAGRAPH_SHARE = 0.15  # for one paragraph of a document that is not
PARAGRAPH_COUNT = 5

_HAN_RUN = re.compile(f"[{HAN}]+")
# Converters to traditional script make 着 into 著; turned back everywhere but in the words that have 著 themselves.
_KEEP_ZHU = re.compile(
    "(?:(?<!彰)显|卓|昭|名|巨|原|专|编|合|遗|拙|土|所|撰|(?<!讨)(?<!议)(?<!谈)(?<!争)论|(?<!翻)译|微知)著|"
    "著(?:作|名|称|述|者|录|书立说)"
)

_LEFT = str.maketrans("揹暱痺菓簷瑯伕像覆薰座迳", "背昵痹果檐琅夫象复熏坐径")
_LEFT_WORDS = re.compile("[揹暱痺菓簷瑯伕]|(?<=想)像|覆(?=函)|薰(?=陶)|座(?=标)|迳(?=流)")


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    """Return a pattern for the characters of GBK and Big5 that simplified text does not use."""
    convert = converter("t2s").convert
    # Converted one by one, so that phrase rules do not reach across.
    found = [chr(code) for code in range(0x4E00, 0xA000)]
    changed = "\n".join(found)
    pairs = zip(found, str(convert(changed)).split("\n"), strict=True)
    return re.compile("[" + "".join(char for char, simple in pairs if char != simple and char not in "著乾") + "]")


def simplify(text: str) -> list[Edit]:
    """Return the conversion of traditional passages; a simplified text with a few old forms is left as it is."""
    places = [match.start() for match in _traditional().finditer(text)]
    if not places:
        return []
    if _has_share(text, 0, len(text), len(places), DOCUMENT_SHARE):
        spans = [(0, len(text))]
    else:
        spans = list(_traditional_paragraphs(text, places))
    return [edit for start, end in spans for edit in _convert(text, start, end)]


def _traditional_paragraphs(text: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs that are traditional; ``places`` are those of the traditional characters."""
    index = 0
    while index + PARAGRAPH_COUNT <= len(places):
        start = text.rfind("\n", 0, places[index]) + 1
        end = text.find("\n", places[index])
        end = len(text) if end < 0 else end
        following = bisect_left(places, end, index)
        count = following - index
        if count >= PARAGRAPH_COUNT and _has_share(text, start, end, count, PARAGRAPH_SHARE):
            yield start, end
        index = following


def _has_share(text: str, start: int, end: int, count: int, share: float) -> bool:
    """Tell whether ``count`` is at least ``share`` of the ideographs of ``text[start:end]``.

    Ideographs are counted only until they are too many, which in a simplified text is soon.
    """
    found = 0
    for run in _HAN_RUN.finditer(text, start, end):
        found += run.end() - run.start()
        if count < share * found:
            return False
    return True


def _convert(text: str, start: int, end: int) -> Iterator[Edit]:
    before = text[start:end]
    after = _restore_zhe(_simplified(before))
    if len(before) == len(after):
        yield from _same_length(before, after, start)
        return
    # A phrase rule changed the length: find the lines where, and compare those character by character.
    position = start
    for left, right in zip(before.split("\n"), after.split("\n"), strict=True):
        if len(left) == len(right):
            yield from _same_length(left, right, position)
        else:
            yield from _different_length(left, right, position)
        position += len(left) + 1


def _simplified(traditional: str) -> str:
    """Return what OpenCC makes of ``traditional``, with the forms that its own ``s2tw`` sets and ``t2s`` leaves."""
    return _LEFT_WORDS.sub(lambda m: m.group().translate(_LEFT), str(converter("t2s").convert(traditional)))


def _restore_zhe(simplified: str) -> str:
    kept = {m.start() + m.group().index("著") for m in _KEEP_ZHU.finditer(simplified)} if "著" in simplified else set()
    pieces = simplified.split("著")
    position = -1
    for index, piece in enumerate(pieces[:-1]):
        position += len(piece) + 1
        pieces[index] += "著" if position in kept else "着"
    return "".join(pieces)


def _same_length(before: str, after: str, offset: int) -> Iterator[Edit]:
    changed = [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    start = end = -1
    for place in changed:
        if place != end:
            if end > start:
                yield Edit(offset + start, offset + end, after[start:end], RULE)
            start = place
        end = place + 1
    if end > start:
        yield Edit(offset + start, offset + end, after[start:end], RULE)


def _different_length(before: str, after: str, offset: int) -> Iterator[Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield Edit(offset + i1, offset + i2, after[j1:j2], RULE)
