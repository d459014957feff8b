"""The handlers behind the page's buttons: each runs one engine call and leaves its result for the script to fetch.

A handler is a generator of ids. The first, ``<id>-0``, comes before the work begins, so that the page can stop it;
``<id>-1``, ``<id>-2``, … tell that more of an answer is there; the bare id comes last.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speechrag.errors import SpeechragError, UsageError
from speechrag.interfaces import check_views, corpus_views, views
from speechrag.interfaces.drafting import acted, draft_view, overrides
from speechrag.interfaces.evaluating import Evaluations
from speechrag.interfaces.live import Live, PerGeneration
from speechrag.interfaces.marks import Marks, marks_path
from speechrag.interfaces.results import Result, ResultStore
from speechrag.interfaces.uploads import Uploads
from speechrag.interfaces.welcome import welcome_view
from speechrag.records import Query
from speechrag.stopping import Stopped, stoppable
from speechrag.text import displayable, segmenter
from speechrag.writing.outlines.draft import Draft, changed
from speechrag.writing.outlines.saved import open_draft
from speechrag.writing.outlines.versions import local_time, stamped

if TYPE_CHECKING:
    from datetime import datetime

    from speechrag.config import Settings
    from speechrag.engine import Engine

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2_000  # characters; the field enforces it in the browser, the handlers for everybody
LONGEST_TEXT = 20_000  # characters of a text to be checked
LIST_LENGTH = 20
FACET_VALUES = 10
YEARS = 40
TURNS = 12  # questions of a conversation that are kept
FAILED = "这次没有完成，语料没有受影响。原因已写入运行记录，请重试或告诉管理员。"
STOPPED = "已停止。"
Facets = list[tuple[str, list[tuple[str, int]]]]
Results = Generator[Result, None, None]


class Desk:
    """The handlers of one page; sessions share it, so it keeps nothing of theirs but results by id."""

    def __init__(self, engine: Engine | Live, settings: Settings, clock: Callable[[], datetime] = local_time) -> None:
        """Serve ``engine``; ``clock`` tells the time of the drafts' versions, with its zone."""
        self._live = engine if isinstance(engine, Live) else Live(engine)
        self.results = ResultStore()
        self.marks = Marks(marks_path(settings.index))
        self.evaluations = Evaluations(settings, self.marks)
        self.uploads = Uploads(settings)
        self._settings = settings
        self._clock = clock
        self._working: dict[str, threading.Event] = {}
        self._facets = PerGeneration(self._live, shown_facets)
        self._corpus = PerGeneration(self._live, corpus_views.CorpusTable)
        self._welcome = PerGeneration(self._live, welcome_view)

    @property
    def engine(self) -> Engine:
        """The engine to begin with now; a handler takes it once."""
        return self._live.current()

    @property
    def facets(self) -> Facets:
        """The facets offered, in the order in which the handlers get the values chosen."""
        return self._facets.get()

    @property
    def corpus(self) -> corpus_views.CorpusTable:
        """The speeches and files of the index as a table."""
        return self._corpus.get()

    def welcome(self) -> views.View:
        """Return what a first visitor is shown: three questions the corpus answers and one brief. Worked out once."""
        return self._welcome.get()

    def ask(self, question: str, history: Sequence[str] = (), *chosen: list[str]) -> Iterator[tuple[str, list[str]]]:
        """Answer ``question`` as following on those of ``history``; yield ids and the history to keep."""
        before = [_as_typed(asked)[:LONGEST_QUESTION] for asked in history or ()][-TURNS:]

        def work(text: str, engine: Engine) -> Results:
            for answer in engine.ask_stream(text, self._filters(chosen), self._settings.llm, tuple(before)):
                yield Result({**views.answer_view(answer, engine), "follows": bool(before)})

        for shown in self._run(question, "请先写下要问的问题。", work, streamed=True):
            found = None if "-" in shown else self.results.get(shown)
            answered = found is not None and found.view["kind"] == "answer"
            yield shown, [*before, _as_typed(question)] if answered else before

    def search(self, query: str, once: bool = False, *chosen: list[str]) -> Iterator[str]:
        """List the passages that fit ``query`` best; with ``once`` only the best one of each speech."""

        def work(text: str, engine: Engine) -> Results:
            filters = self._filters(chosen)
            hits = engine.search(Query(text, LIST_LENGTH, filters, per_speech=int(bool(once))), read=True)
            cutter = segmenter(self._settings.segmenter)
            yield Result(views.hits_view(text, hits, cutter, excluded=engine.excludes(filters)))

        yield from self._run(query, "请先写下要找的词语。", work)

    def draft(self, brief: str, *chosen: list[str]) -> Iterator[str]:
        """Build an outline for ``brief``."""

        def work(text: str, engine: Engine) -> Results:
            filters = self._filters(chosen)
            draft = stamped(None, Draft(engine.outline(text, filters, self._settings.llm)), self._clock())
            yield Result(draft_view(draft), draft, filters)

        yield from self._run(brief, "请先写明场合、讲话人和对象。", work)

    def check(self, text: str) -> Iterator[str]:
        """Compare a pasted text with the corpus, sentence by sentence."""

        def work(text: str, engine: Engine) -> Results:
            yield Result(check_views.check_view(engine.check(text)))

        yield from self._run(text, "请先粘贴要核对的文字。", work, limit=LONGEST_TEXT)

    def change(self, key: str, change: Mapping[str, Any]) -> views.View | None:
        """Make one change to a stored draft; returns its new view, None when the draft is forgotten.

        ``{"act": "plan", "plan": {..}}`` drafts it anew for the plan as corrected, the other acts are those of
        ``drafting.acted``. Raises UsageError where a change cannot be made.
        """
        found = self.results.get(key)
        if found is None or found.draft is None:
            return None
        event = self._working[key] = threading.Event()
        try:
            with stoppable(event):
                draft = stamped(found.draft, self._changed(found.draft, change, found.filters), self._clock())
        except Stopped:
            raise UsageError(STOPPED) from None
        except UsageError:
            raise
        except SpeechragError as exc:
            log.warning("request failed: %s", exc)
            raise UsageError(FAILED) from exc
        finally:
            self._working.pop(key, None)
        view = draft_view(draft)
        if not self.results.exchange(key, found, Result(view, draft, found.filters)):
            raise UsageError("这份提纲刚有别的改动，请再试一次。")
        return view

    def _changed(self, draft: Draft, change: Mapping[str, Any], filters: Mapping[str, tuple[str, ...]]) -> Draft:
        if change.get("act") != "plan":
            return acted(draft, change, self.engine, self._settings.llm)
        anew = self.engine.outline(draft.outline.brief, filters, self._settings.llm, overrides(change))
        return changed(draft, "按修改后的要求重拟", anew)

    def reopen(self, saved: bytes) -> tuple[str, views.View]:
        """Take in a saved draft; returns its id and view. Raises UsageError for what is none."""
        draft = open_draft(saved)
        view = draft_view(draft)
        return self.results.put(Result(view, draft)), view

    def stop(self, key: str) -> None:
        """Stop the work that was announced as ``key``; nothing happens where it has ended."""
        event = self._working.get(key)
        if event is not None:
            event.set()

    def end(self) -> None:
        """Stop all work under way: nobody is left to see what comes of it."""
        for event in tuple(self._working.values()):
            event.set()

    def _filters(self, chosen: Sequence[list[str]]) -> Mapping[str, tuple[str, ...]]:
        return {key: tuple(values) for (key, _), values in zip(self.facets, chosen, strict=False) if values}

    def _run(
        self,
        typed: str,
        when_empty: str,
        work: Callable[[str, Engine], Results],
        *,
        limit: int = LONGEST_QUESTION,
        streamed: bool = False,
    ) -> Iterator[str]:
        """Run ``work`` on the text typed and yield the ids of what it finds; the last result stays."""
        text = _as_typed(typed)
        if not text or len(text) > limit:
            sentence = f"写得太长了：最多 {limit} 字，请缩短后再试。" if text else when_empty
            yield self.results.put(failure(sentence))
            return
        key = self.results.put(Result({"kind": "working"}))
        event = self._working[key] = threading.Event()
        steps = self._steps(text, work, event)
        try:
            yield f"{key}-0"
            for number, result in enumerate(steps, 1):
                self.results.replace(key, result)
                if streamed:
                    yield f"{key}-{number}"
            yield key
        finally:
            steps.close()
            del self._working[key]

    def _steps(self, text: str, work: Callable[[str, Engine], Results], event: threading.Event) -> Results:
        """Yield the results of ``work``; what goes wrong becomes one sentence, details go to the log."""
        steps = work(text, self.engine)
        try:
            while True:
                with stoppable(event):  # for each step anew, as it may run in another thread than the one before
                    result = next(steps, None)
                if event.is_set():
                    raise Stopped
                if result is None:
                    return
                yield result
        except Stopped:
            yield failure(STOPPED)
        except UsageError:
            yield failure("这里面没有可以检索的文字，请换个说法。")
        except SpeechragError as exc:
            log.warning("request failed: %s", exc)
            yield failure(FAILED)
        except Exception:
            # The page is the edge of the program: an exception's text may hold paths, so only the log may see it.
            log.exception("unexpected error behind the page")
            yield failure(FAILED)
        finally:
            steps.close()  # a model that still writes is cut off


def _as_typed(value: object) -> str:
    """Return what a visitor wrote, without what cannot be seen: the page shows it again, and may not carry that on."""
    return displayable(str(value or "")).strip()


def failure(sentence: str) -> Result:
    """Return what the page shows where there is no result."""
    return Result({"kind": "failure", "text": sentence})


def shown_facets(engine: Engine) -> Facets:
    """Return every facet with the values worth offering: the commonest ones, years the newest first.

    A facet that would not tell speeches apart (fewer than two values) has none.
    """
    facets = engine.facets()
    shown: Facets = []
    for key in views.LABELS:
        values = [(str(value), count) for value, count in facets.get(key, ()) if str(value)]
        if key == "year":
            values.sort(reverse=True)  # people think of years in their order, not by how many speeches they have
        shown.append((key, values[: YEARS if key == "year" else FACET_VALUES] if len(values) > 1 else []))
    return shown
