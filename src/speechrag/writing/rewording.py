"""A query said in other words by a language model, so that search also finds what the corpus calls differently.

Off unless a model is named. Nothing a model says is ever shown or believed: its sentences are only searched for, and
whatever goes wrong with them leaves the plain search.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from speechrag.errors import GenerationError, PromptError
from speechrag.text import fold, unique
from speechrag.writing.generate import Generator
from speechrag.writing.prompts import load_prompt, neutral, new_token

REWORDINGS = 4
LONGEST = 60  # characters of one rewording
_MARKER = re.compile(r"^\s*(?:[-*•·]|[0-9一二三四]{1,2}[.、)）])\s*|[“”\"'「」]")
_FOREIGN = re.compile(r"[<>\[\]{}]|//")  # markup and addresses: no sentence of a speech
_FIGURE = re.compile(r"[0-9]+")


def rewordings(query: str, generator: Generator, note: Callable[[str], object] | None = None) -> tuple[str, ...]:
    """Return at most ``REWORDINGS`` other wordings of ``query``; none where the model fails or says nothing of use.

    A line is dropped where it is no plain sentence or brings a figure that the query does not have. ``note`` is told in
    a sentence why there are none.
    """
    note = note or (lambda _: None)
    token = new_token()
    try:
        prompt = load_prompt(generator.prompts, "search")
        system, user = prompt.render(query=neutral(query, token), token=token)
        lines = generator.generate(system, user).splitlines()
    except (GenerationError, PromptError) as exc:
        note(f"未使用大模型：{exc}")
        return ()
    plain = [_MARKER.sub("", line).strip() for line in lines]
    known = set(_FIGURE.findall(fold(query)))
    fit = [line for line in plain if _usable(line, known) and token not in line and fold(line) != fold(query)]
    if not fit:
        note("大模型没有给出可用的其他说法，只按原话检索")
    return tuple(unique(fit)[:REWORDINGS])


def _usable(line: str, known: set[str]) -> bool:
    plain = 2 <= len(line) <= LONGEST and not _FOREIGN.search(line)
    return plain and set(_FIGURE.findall(fold(line))) <= known
