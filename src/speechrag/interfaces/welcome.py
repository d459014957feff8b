"""What a first visitor is shown: questions the corpus really answers, and a brief."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.interfaces import views
from speechrag.records import Query

if TYPE_CHECKING:
    from speechrag.engine import Engine

log = logging.getLogger(__name__)

EXAMPLES = 3
PAGE = Path(__file__).parent / "page"
_WORK = re.compile(r"(?:在|全[省市区县州乡镇村校局系统]{0,4}){0,4}([\u4e00-\u9fff]{2,12}?工作)[\u4e00-\u9fff]{0,8}会")
_TASK = re.compile(
    r"(?:加强|健全|落实|提高|完善|推进|抓好|强化|建立|做好|严格|突出|深化|增强|规范)[\u4e00-\u9fff]{2,10}"
)


def welcome_view(engine: Engine) -> views.View:
    """Return three questions the corpus really answers and a brief.

    Those of ``page/examples.json`` are tried first, then questions made from titles and headings of the corpus itself,
    so that the examples hold for anybody's files. Where trying them fails, the plain ones are shown untried.
    """
    examples = json.loads((PAGE / "examples.json").read_text(encoding="utf-8"))
    try:
        questions = _answered(engine, examples)
    except Exception:
        # The examples invite to ask; what is broken is told to whoever asks, and a first visitor sees no empty page.
        log.exception("the examples of the first page could not be tried")
        questions = examples["questions"][:EXAMPLES]
    return {"questions": questions, "brief": examples["brief"]}


def _answered(engine: Engine, examples: views.View) -> list[str]:
    """Return the first questions that the corpus answers; no more are tried than needed."""
    questions: list[str] = []
    for question in chain(examples["questions"], _own_questions(engine, examples["topics"])):
        if question not in questions and engine.ask(question).supported:
            questions.append(question)
        if len(questions) == EXAMPLES:
            break
    return questions


def _own_questions(engine: Engine, topics: Sequence[str]) -> Iterator[str]:
    """Yield questions after the titles, then after the headings, of what is found for ``topics``.

    在全县信访工作会议上的讲话 gives 信访工作有哪些要求？ and （二）健全工作机制 gives 怎样健全工作机制？
    """
    hits = [hit for topic in topics for hit in engine.search(Query(topic, top_k=5))]
    for hit in hits:
        if work := _WORK.search(hit.title):
            yield f"{work[1]}有哪些要求？"
    for hit in hits:
        if hit.passage.headings and (task := _TASK.search(hit.passage.headings[-1])):
            yield f"怎样{task[0]}？"
