"""How whole a speech is: its length, its holes, its damage, whether its end was cut off."""

from __future__ import annotations

import re
from typing import Any

# What stands where a name, number or word was masked or deleted: 20xx年, ××局, --同志, 2*年, □.
_HOLE = re.compile(
    r"(?:19|20)[xX×＊*]{2}|20[Oo○〇]{2}(?=年)|[×✕]+|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])|\*+"
    r"|(?<![-\w])-{2,}(?=[\u4e00-\u9fff])|□+|【待补[^】]*】|_{2,}|〔　*〕|《》|“”"
)
_DAMAGE = re.compile(r"\?{2,}|\ufffd|[\ue000-\uf8ff]")
_FINAL = "。！？!?…；;”’』」）)】》:："
_UNFINISHED = "，,、"


def measure(text: str) -> dict[str, Any]:
    """Return chars, paragraphs, holes and damage (counts) and whether the text is truncated."""
    return {
        "chars": sum(1 for _ in re.finditer(r"\S", text)) if len(text) < 1000 else len("".join(text.split())),
        "paragraphs": sum(1 for line in text.split("\n") if line.strip()),
        "holes": sum(1 for _ in _HOLE.finditer(text)),
        "damage": sum(1 for _ in _DAMAGE.finditer(text)),
        "truncated": is_truncated(text),
    }


def is_truncated(text: str) -> bool:
    """Tell whether the text breaks off: its last line ends in a comma, or a long last line has no end mark."""
    last = text.rstrip().rpartition("\n")[2].strip()
    if not last:
        return False
    return last[-1] in _UNFINISHED or (last[-1] not in _FINAL and len(last) > 30)
