"""Marks and spaces inside Chinese: ASCII marks made full-width, spaces that typesetting left behind removed."""

from __future__ import annotations

import re

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN

WIDE = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_CJK = rf"{HAN}〇，。、；：？！“”‘’（）《》〈〉【】「」『』…—"
# A mark with Chinese (or a Chinese mark) on at least one side. Both neighbours inside ASCII words, numbers, times and
# addresses leave it alone: 10:30, 1,000, http://
_MARK = re.compile(rf"(?<=[{_CJK}])[,:;?!]|[,:;?!](?=[{_CJK}])")
_BRACKETS = re.compile(r"\(([^()\n]{1,80})\)")
_SPACE = re.compile(
    rf"(?<=[{_CJK}])[ \u00a0]+(?=[{_CJK}\d])|(?<=[，。、；：？！（《“])[ \u00a0]+(?=\S)|(?<=\S)[ \u00a0]+(?=[，。、；：？！）》”])"
)
_HAN = re.compile(f"[{HAN}]")


def widen_marks(text: str) -> list[Edit]:
    """Return ASCII marks next to Chinese made full-width; those inside numbers, times, addresses and Latin stay."""
    found = [m for m in _MARK.finditer(text) if not _inside_ascii(text, m.start())]
    return [Edit(m.start(), m.end(), WIDE[m.group()], "full-width") for m in found]


def widen_brackets(text: str) -> list[Edit]:
    """Return ASCII brackets made full-width where they hold Chinese or stand in Chinese."""
    edits: list[Edit] = []
    for match in _BRACKETS.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if _HAN.search(match[1]) or (_HAN.match(before) and not after.isascii()):
            edits.append(Edit(match.start(), match.start() + 1, "（", "full-width"))
            edits.append(Edit(match.end() - 1, match.end(), "）", "full-width"))
    return edits


def drop_spaces(text: str) -> list[Edit]:
    """Return the removal of single spaces between Chinese characters and after full-width marks."""
    return [Edit(m.start(), m.end(), "", "space") for m in _SPACE.finditer(text)]


def _inside_ascii(text: str, position: int) -> bool:
    """Tell whether the mark belongs to something written in ASCII: 3:1, 1,000, a.com/?q"""
    before = text[position - 1] if position else ""
    after = text[position + 1 : position + 2]
    return bool(before and after) and before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
