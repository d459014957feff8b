"""Coined words in which a borrowed sentence still speaks of its own place, though it names none: “老娘舅”式的调解员.

No list knows them all. What gives one away is that it stands in quotation marks and that of the families at hand only
one says it: what several speeches say, and the watchwords of the genre, are at home anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from speechrag.records import Citation, OutlinePoint, Speech, Warning_
from speechrag.text import unique
from speechrag.writing.outlines import compose
from speechrag.writing.outlines.genre import genre, themes, wordings
from speechrag.writing.outlines.plan import Plan

FAMILIES = 3  # families that must be at hand before it says something that only one has a word
NAMED = 3  # words that one warning names
_COINED = re.compile(r"“([\u4e00-\u9fff、，]{2,12})”")
_MAXIM = re.compile(r"谁[^谁]{1,6}谁")  # 谁主管、谁负责: a rule that every place has


def local_warnings(
    points: Sequence[OutlinePoint], citations: Sequence[Citation], plan: Plan, speech: Callable[[str], Speech]
) -> Iterator[Warning_]:
    """Yield a warning for each point that holds coined words which only one of the families cited says."""
    texts: dict[str, str] = {}
    for found in map(speech, dict.fromkeys(citation.speech_id for citation in citations)):
        key = found.family or found.speech_id
        texts[key] = texts.get(key, "") + found.text
    if len(texts) < FAMILIES:
        return
    for where, text in compose.places(points, {}):
        words = [word for word in unique(_COINED.findall(text)) if not _common(word, plan, texts)]
        if words:
            said = "、".join(f"“{word}”" for word in words[:NAMED])
            told = f"{said}在所引材料里只有一处这样说，可能是当地自己的做法或提法，请核对是否适用。"
            yield Warning_("local", told, where)


def _common(word: str, plan: Plan, texts: dict[str, str]) -> bool:
    """Tell whether ``word`` is at home in more than one family, in the brief, the theme's trade or the genre."""
    if word in plan.brief or _MAXIM.search(word) or sum(word in text for text in texts.values()) > 1:
        return True
    known = {*genre().common, *(name for row in themes() for name in (*row.names, *row.terms))}
    return word in known or any(wording.pattern.search(word) for wording in wordings())
