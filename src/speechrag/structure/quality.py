"""How whole a speech is: its length, its holes, its damage, whether its end was cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from speechrag.records import Section
from speechrag.structure.gaps import find_gaps

# What stands where a name, number or word was masked or deleted: 20xx年, ××局, --同志, 2*年, □. Every branch starts
# with a literal, which lets the search skip all other characters.
_HOLE = re.compile(
    r"19[xX×＊*]{2}|20[xX×＊*]{2}|20[Oo○〇]{2}(?=年)|×[×✕]*|✕[×✕]*|x(?<![A-Za-z]x)[xX]+(?![A-Za-z])"
    r"|X(?<![A-Za-z]X)[xX]+(?![A-Za-z])|\*\**|-(?<![-\w]-)-+(?=[\u4e00-\u9fff])|□□*|【待补[^】]*】|__+|〔　*〕|《》|“”"
)
_DAMAGE = re.compile(r"\?\?+|\ufffd")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FINAL = "。！？!?…；;”’』」）)】》:："
_UNFINISHED = "，,、"


def measure(text: str, body: int = 0, sections: Sequence[Section] = ()) -> dict[str, Any]:
    """Return chars, paragraphs, holes and damage (counts) and whether the text is truncated.

    Where words are gone without a mark, ``gaps`` lists kind, start and end of each place (see ``gaps.KINDS``).
    """
    gaps = [{"kind": gap.kind, "start": gap.start, "end": gap.end} for gap in find_gaps(text, body, sections)]
    counted = {
        "chars": len("".join(text.split())),
        "paragraphs": sum(1 for line in text.split("\n") if line.strip()),
        "holes": sum(1 for _ in _HOLE.finditer(text)),
        "damage": sum(1 for rule in (_DAMAGE, _PRIVATE) for _ in rule.finditer(text)),
        "truncated": is_truncated(text),
    }
    return {**counted, "gaps": gaps} if gaps else counted


def is_truncated(text: str) -> bool:
    """Tell whether the text breaks off: its last line ends in a comma, or a long last line has no end mark."""
    last = text.rstrip().rpartition("\n")[2].strip()
    if not last:
        return False
    return last[-1] in _UNFINISHED or (last[-1] not in _FINAL and len(last) > 30)
