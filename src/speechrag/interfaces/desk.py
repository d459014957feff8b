"""The handlers behind the page's buttons, and the results they leave for its script to fetch."""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import SpeechragError, UsageError
from speechrag.interfaces import views
from speechrag.interfaces.edits import edited
from speechrag.records import Outline, Query
from speechrag.text import segmenter

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine

log = logging.getLogger(__name__)

RESULTS_KEPT = 512  # a result is fetched at once; older ones only serve a page left open
LONGEST_QUESTION = 2000  # characters; the field enforces it in the browser, the handlers for everybody
LIST_LENGTH = 20
FACET_VALUES = 10
YEARS = 40
EXAMPLES = 3
PAGE = Path(__file__).parent / "page"
FAILED = "这次没有完成，语料没有受影响。原因已写入运行记录，请重试或告诉管理员。"
_WORK = re.compile(r"(?:在|全[省市区县州乡镇村校局系统]*)*([\u4e00-\u9fff]{2,12}?工作)[\u4e00-\u9fff]{0,8}会")
_TASK = re.compile(
    r"(?:加强|健全|落实|提高|完善|推进|抓好|强化|建立|做好|严格|突出|深化|增强|规范)[\u4e00-\u9fff]{2,10}"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What an event found: the view for the page, and the record an export needs."""

    view: views.View
    outline: Outline | None = None


class ResultStore:
    """Results by unguessable id, the oldest forgotten first; safe to use from several threads."""

    def __init__(self, limit: int = RESULTS_KEPT) -> None:
        self._limit = limit
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, result: Result) -> str:
        """Store ``result`` and return its id: 32 hexadecimal digits, nothing that Markdown could read as markup."""
        key = secrets.token_hex(16)
        with self._lock:
            self._results[key] = result
            while len(self._results) > self._limit:
                self._results.popitem(last=False)
        return key

    def replace(self, key: str, result: Result) -> None:
        """Put ``result`` in the place of the one stored as ``key``; nothing happens when that one is forgotten."""
        with self._lock:
            if key in self._results:
                self._results[key] = result

    def get(self, key: str) -> Result | None:
        """Return the result stored as ``key``, None when there is none (any more)."""
        with self._lock:
            return self._results.get(key)


class Desk:
    """The handlers behind the buttons: each runs one engine call and returns the id of its stored result."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.results = ResultStore()
        self.facets = shown_facets(engine)
        self._settings = settings
        self._welcome: views.View | None = None
        self._welcome_lock = threading.Lock()

    def ask(self, question: str, *chosen: list[str]) -> str:
        """Answer ``question`` within the chosen facet values."""

        def work(text: str) -> Result:
            answer = self.engine.ask(text, self._filters(chosen), self._settings.llm)
            return Result(views.answer_view(answer, self.engine))

        return self._store(question, "请先写下要问的问题。", work)

    def search(self, query: str, *chosen: list[str]) -> str:
        """List the passages that fit ``query`` best."""

        def work(text: str) -> Result:
            hits = self.engine.search(Query(text, LIST_LENGTH, self._filters(chosen)))
            return Result(views.hits_view(text, hits, segmenter(self._settings.segmenter)))

        return self._store(query, "请先写下要找的词语。", work)

    def draft(self, brief: str, *chosen: list[str]) -> str:
        """Build an outline for ``brief``."""

        def work(text: str) -> Result:
            outline = self.engine.outline(text, self._filters(chosen), self._settings.llm)
            return Result(views.outline_view(outline), outline)

        return self._store(brief, "请先写明场合、讲话人和对象。", work)

    def edit(self, key: str, path: Sequence[int], field: str, text: str) -> views.View | None:
        """Rewrite one part of a stored outline; returns its new view, None when the outline is forgotten.

        Raises UsageError when the outline has no such part.
        """
        found = self.results.get(key)
        if found is None or found.outline is None:
            return None
        outline = edited(found.outline, path, field, text)
        self.results.replace(key, Result(views.outline_view(outline), outline))
        return views.outline_view(outline)

    def welcome(self) -> views.View:
        """Return what a first visitor is shown: three questions the corpus answers and one brief. Worked out once."""
        with self._welcome_lock:
            if self._welcome is None:
                self._welcome = welcome_view(self.engine)
        return self._welcome

    def _filters(self, chosen: Sequence[list[str]]) -> Mapping[str, tuple[str, ...]]:
        return {key: tuple(values) for (key, _), values in zip(self.facets, chosen, strict=False) if values}

    def _store(self, typed: str, when_empty: str, work: Callable[[str], Result]) -> str:
        """Run ``work`` on the text typed; failures become one sentence, details go to the log."""
        text = str(typed or "").strip()
        if not text:
            return self.results.put(_failure(when_empty))
        if len(text) > LONGEST_QUESTION:
            return self.results.put(_failure(f"写得太长了：最多 {LONGEST_QUESTION} 字，请缩短后再试。"))
        try:
            return self.results.put(work(text))
        except UsageError:
            return self.results.put(_failure("这里面没有可以检索的文字，请换个说法。"))
        except SpeechragError as exc:
            log.warning("request failed: %s", exc)
            return self.results.put(_failure(FAILED))
        except Exception:
            # The page is the edge of the program: an exception's text may hold paths, so only the log may see it.
            log.exception("unexpected error behind the page")
            return self.results.put(_failure(FAILED))


def welcome_view(engine: Engine) -> views.View:
    """Return three questions the corpus really answers and a brief.

    Those of ``page/examples.json`` are tried first, then questions made from titles and headings of the corpus itself,
    so that the examples hold for anybody's files.
    """
    examples = json.loads((PAGE / "examples.json").read_text(encoding="utf-8"))
    questions: list[str] = []
    for question in [*examples["questions"], *_own_questions(engine, examples["topics"])]:
        if len(questions) < EXAMPLES and question not in questions and engine.ask(question).supported:
            questions.append(question)
    return {"questions": questions, "brief": examples["brief"]}


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


def _failure(sentence: str) -> Result:
    return Result({"kind": "failure", "text": sentence})


def shown_facets(engine: Engine) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return the facets worth offering: those with two values or more, the commonest ones, years the newest first."""
    facets = engine.facets()
    shown: list[tuple[str, list[tuple[str, int]]]] = []
    for key in views.LABELS:
        values = [(str(value), count) for value, count in facets.get(key, ()) if str(value)]
        if key == "year":
            values.sort(reverse=True)  # people think of years in their order, not by how many speeches they have
        if len(values) > 1:
            shown.append((key, values[: YEARS if key == "year" else FACET_VALUES]))
    return shown
