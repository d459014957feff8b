"""What a question compares, taken apart: one question for each of the things compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speechrag.text import fold
from speechrag.writing.answer_constraints import constraints
from speechrag.writing.questions import Question

_ASKS = r"(?:各)?(?:有(?:什么|哪些|何|啥))?(?:不同|区别|差别|差异|异同|不一样)(?:之处|的地方|在哪里?)?"
_COMPARING = re.compile(rf"{_ASKS}|相比|对比|比较|分别|各是|各有")
_JOINED = re.compile(r"[和与跟同及、]")
_THING = r"[^，,。]{2,16}?"
# 汛情和火情的报告时限有什么不同: what is told of both stands behind them.
_AND = "(?:和|与|跟|同)"
_RANK = "[省市县区镇乡局委厅]"
_TOPICS = (
    re.compile(
        rf"^(?P<a>[^，,。]{{1,10}}?{_RANK}){_AND}(?P<b>[^，,。]{{1,10}}?{_RANK})(?P<of>[^，,。]{{2,24}}?)(?:上|方面)?{_ASKS}"
    ),
    re.compile(rf"^(?P<a>{_THING}){_AND}(?P<b>{_THING})(?P<of>的{_THING})(?:上|方面)?{_ASKS}"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The questions that a comparison consists of; ``named`` where it is between places, years, organs or persons.

    What is compared by its topic is a reading of the question; what is named must be answered for each.
    """

    parts: tuple[str, ...]
    named: bool


def compared(question: Question) -> Comparison | None:
    """Return what ``question`` compares, None where it compares nothing.

    >>> from speechrag.text import segmenter
    >>> from speechrag.writing.questions import analyse
    >>> asked = analyse("汛情和火情的报告时限有什么不同", segmenter("characters"), lambda word: 0.1)
    >>> compared(asked).parts
    ('汛情的报告时限', '火情的报告时限')
    """
    folded = fold(question.text).strip()
    if not _COMPARING.search(folded):
        return None
    if parts := _named(question, folded):
        return Comparison(parts, True)
    match = next((found for pattern in _TOPICS if (found := pattern.search(folded))), None)
    return Comparison((match["a"] + match["of"], match["b"] + match["of"]), False) if match else None


def _named(question: Question, folded: str) -> tuple[str, ...]:
    """Return one question for each of the places, years, organs or persons that stand joined in the question."""
    wanted = constraints(question)
    for kind in ("place", "year", "organ", "person"):
        things = [c.text for c in wanted if c.kind == kind]
        if len(things) < 2:
            continue
        starts = [folded.find(thing) for thing in things]
        joined = folded[min(starts) : max(start + len(thing) for start, thing in zip(starts, things, strict=True))]
        if all(_JOINED.fullmatch(gap) for gap in _gaps(joined, things)):
            about = _COMPARING.sub("", folded.replace(joined, ",", 1)).strip("，,?？。 ")
            return tuple(f"{thing}{about}" for thing in things)
    return ()


def _gaps(joined: str, things: Sequence[str]) -> Iterator[str]:
    """Yield what stands between the things that follow each other in ``joined``."""
    rest = joined
    for thing in sorted(things, key=joined.find):
        before, _, rest = rest.partition(thing)
        if before:
            yield before
