"""Several questions asked in one breath: 重点项目有多少个，总投资多少、由谁牵头."""

from __future__ import annotations

import re

from speechrag.text import fold

_ASKS = re.compile(
    r"多少|多[大高长久重宽深远]|(?<![好十这那头前])几[个项条名家期篇次天年月号日点种类位分]|哪|为什么|为啥|为何|什么|啥|谁|何时|何地|怎|如何|咋"
)
_BREAK = re.compile(r"[，,；;？?]|、(?=[^、，,]{0,14}(?:多少|几|哪|什么|啥|谁|怎|如何))")
_LEAST = 2  # characters of a part
_MOST = 4  # parts of a question: more are a questionnaire, of which each wants an answer of its own


def asked_together(question: str) -> tuple[str, ...]:
    """Return the questions that ``question`` asks one behind the other, as they stand; empty where it is a single one.

    What asks nothing goes with the question behind it, at the end with the one before.

    >>> asked_together("重点项目有多少个，总投资多少、由谁牵头？"), asked_together("去年下了雨，堤为什么没垮")
    (('重点项目有多少个', '总投资多少', '由谁牵头'), ())
    """
    parts: list[str] = []
    waiting = ""
    for piece in filter(None, (part.strip() for part in _BREAK.split(fold(question)))):
        joined = f"{waiting},{piece}" if waiting else piece
        if _ASKS.search(piece) and len(piece) >= _LEAST:
            parts.append(joined)
            waiting = ""
        else:
            waiting = joined
    if waiting and parts:
        parts[-1] += f",{waiting}"
    return tuple(parts) if 1 < len(parts) <= _MOST else ()
