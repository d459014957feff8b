"""Marks and spaces inside Chinese: ASCII marks made full-width, spaces that typesetting left behind removed."""

from __future__ import annotations

import re

from speechrag.cleaning.edits import Edit
from speechrag.text import HAN

WIDE = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_MARKS = "，。、；：？！“”‘’（）《》〈〉【】「」『』…—"
_CJK = rf"{HAN}〇□{_MARKS}"
_HAN = re.compile(f"[{HAN}]")

# A mark with Chinese on at least one side. Inside ASCII words, numbers, times and addresses it stays: 10:30, 1,000.
# The class comes first and the look-behinds reach over it: so the engine skips to the next mark.
_MARK = re.compile(rf"[,:;?!](?:(?<=[{_CJK}].)|(?=[{_CJK}])|(?<=[\d%％];)(?=\d))")
_ENTITY_END = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7});\Z")
_CJK_CHAR = re.compile(f"[{_CJK}]")
_BRACKETS = re.compile(r"\(([^()\n]{1,80})\)")
# Spaces beside a full-width mark; between words they part names and headlines and stay.
_SPACE = re.compile(rf"[ \u00a0](?:(?<=[{_MARKS}].)[ \u00a0]*(?=\S)|(?<=\S.)[ \u00a0]*(?=[{_MARKS}]))")
# 政 府 工 作 报 告: a line of three or more ideographs set apart one by one, all by the same space.
_SPACED_OUT = re.compile(
    rf"^[ \t\u3000]*[{HAN}](?P<gap>[ \u00a0\u3000]{{1,4}})[{HAN}](?:(?P=gap)[{HAN}])+[ \t\u3000]*$", re.MULTILINE
)
_INNER_SPACE = re.compile(r"[ \u00a0\u3000]+")


def widen_marks(text: str) -> list[Edit]:
    """Return ASCII marks next to Chinese made full-width; those inside numbers, times, addresses and Latin stay.

    So does the end of an HTML entity that a page left in its text.
    """
    return [
        Edit(m.start(), m.end(), WIDE[m.group()], "full-width")
        for m in _MARK.finditer(text)
        if m.group() != ";" or not _ENTITY_END.search(text, max(0, m.start() - 10), m.end())
    ]


def widen_brackets(text: str) -> list[Edit]:
    """Return ASCII brackets made full-width where they hold Chinese or stand in Chinese."""
    edits: list[Edit] = []
    for match in _BRACKETS.finditer(text):
        if _HAN.search(match[1]) or (match.start() and _CJK_CHAR.match(text, match.start() - 1)):
            edits.append(Edit(match.start(), match.start() + 1, "（", "full-width"))
            edits.append(Edit(match.end() - 1, match.end(), "）", "full-width"))
    return edits


def drop_spaces(text: str) -> list[Edit]:
    """Return the removal of spaces beside full-width marks and inside words set letter by letter."""
    inside = (
        Edit(word.start() + gap.start(), word.start() + gap.end(), "", "space")
        for word in _SPACED_OUT.finditer(text)
        for gap in _INNER_SPACE.finditer(word.group())
    )
    beside = (Edit(m.start(), m.end(), "", "space") for m in _SPACE.finditer(text))
    return sorted({edit.start: edit for edit in (*inside, *beside)}.values(), key=lambda edit: edit.start)
