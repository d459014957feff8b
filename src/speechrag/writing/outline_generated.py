"""An LLM's hand in an outline: it may reword headings, and only where nothing new gets in.

The model is given the numbered headings and the quotations behind them, and returns one line a heading. A line counts
when it is plain text, keeps to the words of its heading, text and quotations, and brings no figure, name or place of
its own; otherwise the mined heading stays. Points, their order, texts and citations are never the model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from speechrag.errors import GenerationError, PromptError
from speechrag.records import Outline, OutlinePoint
from speechrag.text import bigrams
from speechrag.writing.answer_generated import plain
from speechrag.writing.check import check_sentence
from speechrag.writing.generate import Generator
from speechrag.writing.outlines.facts import find_facts
from speechrag.writing.prompts import fence, load_prompt, new_token

LENGTH = range(4, 31)  # characters of a heading, GB/T 9704 lines hold 28
MIN_SHARED = 0.5  # share of a new heading's character pairs that its point and sources must hold
_LINE = re.compile(r"^[^\S\n]{0,20}(\d+(?:\.\d+)*)[ \t\u3000、.．:：]{0,20}(\S.*)$", re.M)
_MARKS = re.compile(r"[\[［【]\s*\d[\d,，、\s-]*[\]］】]")


def reworded_outline(outline: Outline, generator: Generator) -> Outline:
    """Return ``outline`` with the headings a model reworded and that passed the check, and a note on how many did.

    Whatever goes wrong with the model or the prompt file leaves the outline as it was, with a note saying why.
    """
    if not outline.points:
        return outline
    numbered = dict(_numbered(outline.points))
    try:
        lines = _LINE.findall(plain(_ask(outline, numbered, generator)))
    except (GenerationError, PromptError) as exc:
        return replace(outline, notes=(*outline.notes, f"未使用大模型：{exc}"))
    quotes = {citation.number: citation.quote for citation in outline.citations}
    written = {key: _MARKS.sub("", text).strip(" \t\r\u3000。；，") for key, text in lines if key in numbered}
    changed = {key: text for key, text in written.items() if text != numbered[key].heading}
    kept = {key: text for key, text in changed.items() if keeps_to_source(text, numbered[key], quotes, outline.brief)}
    note = f"大模型改写了{len(kept)}条标题"
    if len(kept) < len(changed):
        note += f"，另有{len(changed) - len(kept)}条未通过核对，仍用原文"
    return replace(outline, points=_replaced(outline.points, kept), notes=(*outline.notes, note))


def keeps_to_source(heading: str, point: OutlinePoint, quotes: Mapping[int, str], brief: str) -> bool:
    """Tell whether ``heading`` says only what its point and quotations say, and holds no fact of its own."""
    sources = [point.heading, point.text, *(quotes[number] for number in point.citations if number in quotes)]
    if len(heading) not in LENGTH or find_facts(heading, allowed=brief):
        return False
    own = set(bigrams(heading))
    known = {pair for source in (*sources, brief) for pair in bigrams(source)}
    if not own or len(own & known) / len(own) < MIN_SHARED:
        return False
    return not check_sentence(heading, [*sources, brief]).missing


def _numbered(points: tuple[OutlinePoint, ...], prefix: str = "") -> Iterator[tuple[str, OutlinePoint]]:
    for ordinal, point in enumerate(points, 1):
        key = f"{prefix}{ordinal}"
        yield key, point
        yield from _numbered(point.points, f"{key}.")


def _ask(outline: Outline, numbered: Mapping[str, OutlinePoint], generator: Generator) -> str:
    token = new_token()
    headings = [f"{key} {p.heading}{''.join(f'[{n}]' for n in p.citations)}" for key, p in numbered.items()]
    prompt = load_prompt(generator.prompts, "outline")
    passages = fence([citation.quote for citation in outline.citations], token)
    system, user = prompt.render(
        brief=plain(outline.brief), headings="\n".join(headings), passages=passages, token=token
    )
    return generator.generate(system, user)


def _replaced(points: tuple[OutlinePoint, ...], kept: Mapping[str, str], prefix: str = "") -> tuple[OutlinePoint, ...]:
    found = []
    for ordinal, point in enumerate(points, 1):
        key = f"{prefix}{ordinal}"
        inner = _replaced(point.points, kept, f"{key}.")
        found.append(replace(point, heading=kept.get(key, point.heading), points=inner))
    return tuple(found)
