"""How much of a draft is taken over word for word: longest common run and share of 8-grams, by family.

The practitioners' complaint is the text that was heard last year; a source may be followed, not copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from speechrag.records import Outline, Speech, Warning_
from speechrag.stopping import check
from speechrag.text import fold, shingles
from speechrag.writing.check import longest_run
from speechrag.writing.outlines import compose
from speechrag.writing.outlines.lint import warnings
from speechrag.writing.outlines.local import local_warnings
from speechrag.writing.outlines.plan import plan_of

GRAM = 8  # characters of a gram: shared wording, not shared words
RUN = 60  # characters in a row that a draft may share with one family
SHARE = 0.35  # of the draft's grams that one family may give


@dataclass(frozen=True, slots=True)
class Copied:
    """What a draft shares with one family: the longest run with its place, and the share of the draft's grams."""

    family: str
    title: str
    run: int
    where: str
    share: float


def rewarned(outline: Outline, speech: Callable[[str], Speech]) -> Outline:
    """Return ``outline`` with its warnings made anew for what it says now; what was said of its making stays."""
    made = tuple(w for w in outline.warnings if w.kind in {"borrowed", "concentration"})
    plan = plan_of(outline)
    fresh = warnings(outline.points, outline.citations, plan, speech)
    local = local_warnings(outline.points, outline.citations, plan, speech)
    return replace(outline, warnings=(*fresh, *local, *made, *copy_warnings(outline, speech)))


def copied(outline: Outline, speech: Callable[[str], Speech]) -> tuple[Copied, ...]:
    """Return what the draft shares with each family it cites, the largest share first.

    Runs and grams are counted over letters and figures; slots count as a break.
    """
    families: dict[str, list[Speech]] = defaultdict(list)
    for one in dict.fromkeys(citation.speech_id for citation in outline.citations):
        found = speech(one)
        families[found.family or one].append(found)
    told = [(where, _bare(text)) for where, text in compose.places(outline.points, {})]
    grams = {gram for _, text in told for gram in shingles(text, GRAM)}
    rows = [_row(family, speeches, told, grams) for family, speeches in families.items()]
    return tuple(sorted(rows, key=lambda row: (-row.share, -row.run, row.family)))


def _row(family: str, speeches: list[Speech], told: list[tuple[str, str]], grams: set[str]) -> Copied:
    check()
    source = "|".join(_bare(speech.text) for speech in speeches)
    runs = [(longest_run(text, source), where) for where, text in told]
    run, where = max(runs, key=lambda pair: pair[0], default=(0, ""))
    return Copied(family, speeches[0].title, run, where, len(grams & shingles(source, GRAM)) / max(len(grams), 1))


def copy_warnings(outline: Outline, speech: Callable[[str], Speech]) -> Iterator[Warning_]:
    """Yield a warning for each family that the draft follows too closely."""
    for row in copied(outline, speech):
        if row.run > RUN:
            yield Warning_("copied", f"与《{row.title}》连续{row.run}个字相同，请改写。", row.where)
        if row.share > SHARE:
            yield Warning_("copied", f"全稿{row.share:.0%}的文字与《{row.title}》相同，请换用其他来源或改写。", "全篇")


def _bare(text: str) -> str:
    """Return folded letters and figures only; a slot leaves a bar, so that no run goes across it."""
    pieces = compose.SLOT.split(text)
    return "|".join("".join(char for char in fold(piece) if char.isalnum()) for piece in pieces)
