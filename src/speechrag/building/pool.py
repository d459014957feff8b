"""Worker processes for the text stages: documents go out in order and come back in order.

Documents are read by the parent, whose sandbox is the only one; a worker cleans and takes apart what it is handed, so
one worker serves files of all formats, and a large file of many documents is shared between all of them. Each worker
is driven by a thread of the parent that spends its time waiting. A worker that dies costs the document it held, and
that only when its successor dies of it too.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechrag.building import wire
from speechrag.building.preparing import prepare
from speechrag.building.worker import receive, send
from speechrag.errors import SourceError
from speechrag.index.texts import Prepared
from speechrag.records import Document

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from speechrag.building.worker import serve; serve(sys.argv[2], int(sys.argv[3]))"
)
WINDOW = 4_000_000  # characters handed out and not yet written; a larger document goes alone
WORTH_IT = 6_000_000  # bytes to read from which starting workers pays: each takes half a second to come up
_TRIES = 2
_SECONDS = 300.0  # for any document, and a second more for every so many characters:
_CHARS_A_SECOND = 2_000

Outcome = Callable[[], Prepared]  # gives the document, or raises SourceError


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - macOS and Windows


class InOrder:
    """Prepares documents here, one at a time, when the outcome is asked for."""

    window = 0

    def __init__(self, chunker: Any) -> None:
        self._chunker = chunker

    def start(self, document: Document) -> Outcome:
        return lambda: prepare(document, self._chunker)

    def close(self) -> None:
        """Nothing is left running."""


class Workers:
    """Prepares documents in ``count`` processes, which are started when there is work for them."""

    window = WINDOW

    def __init__(self, count: int, chunker: Any, chunker_name: str) -> None:
        self._arguments = [str(_PACKAGE_ROOT), chunker_name, str(chunker.passage_chars)]
        self._chunker = chunker
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="text-worker")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._all: set[_Worker] = set()
        self._closed = False

    def start(self, document: Document) -> Outcome:
        """Hand ``document`` to the next free worker; the outcome waits for it."""
        future: Future[Prepared] = self._threads.submit(self._prepare, document)
        return future.result

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.close()

    def _prepare(self, document: Document) -> Prepared:
        fate = ""
        for _ in range(_TRIES):
            worker = self._worker()
            if worker is None:
                return prepare(document, self._chunker)  # no process can be started: slower, nothing lost
            try:
                return worker.ask(document)
            except _Died as exc:
                self._renew(worker)
                fate = str(exc)
                if worker.overdue:
                    break
        raise SourceError(f"the process that cleaned it {fate}; please report this file")

    def _worker(self) -> _Worker | None:
        """Return the worker of this thread, a new one where it has none; None where none can be started."""
        worker: _Worker | None = getattr(self._own, "worker", None)
        if worker is None:
            with self._lock:
                if self._closed:
                    raise SourceError("the build was stopped")
                try:
                    worker = _Worker(self._arguments)
                except OSError:
                    return None
                self._all.add(worker)
            self._own.worker = worker
        return worker

    def _renew(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.close()
        self._own.worker = None


class _Died(Exception):
    """The worker ended before it answered; the message completes "the process that cleaned it ..."."""


class _Worker:
    """One child process, driven by one thread."""

    def __init__(self, arguments: list[str]) -> None:
        # -P: a file called opencc.py in the current folder must not be what the worker imports.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the parent, which ends the workers in good order
        )
        self.overdue = False

    def ask(self, document: Document) -> Prepared:
        """Return what the worker makes of ``document``. Raises SourceError for its own reason, _Died without one."""
        seconds = _SECONDS + len(document.text) / _CHARS_A_SECOND
        timer = threading.Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            assert self._process.stdin and self._process.stdout
            send(self._process.stdin, wire.dump(wire.pack_document(document)))
            answer = receive(self._process.stdout)
            reply = {} if answer is None else wire.load(answer)
            if "failed" in reply:
                raise SourceError(str(reply["failed"]))
            return wire.unpack(document, reply)
        except (OSError, ValueError, KeyError, TypeError) as exc:
            self.kill()
            raise _Died(self._fate(seconds)) from exc
        finally:
            timer.cancel()
            timer.join()

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        self._process.wait()

    def _give_up(self) -> None:
        self.overdue = True
        self.kill()

    def _fate(self, seconds: float) -> str:
        code = self._process.wait()
        if self.overdue:
            return f"was stopped after {seconds:.0f} seconds (timeout)"
        return f"ended without an answer (exit status {code})"


@dataclass(frozen=True, slots=True)
class Work:
    """A step of a build: a document to prepare, one prepared before, or neither at the end of a file."""

    file: Any
    document: Document | None = None
    stored: Prepared | None = None

    @property
    def chars(self) -> int:
        if self.stored:
            return len(self.stored.document.text)
        return len(self.document.text) if self.document else 0


def in_order(works: Iterable[Work], preparer: InOrder | Workers) -> Iterator[tuple[Work, Outcome | None]]:
    """Yield every work in order, with the outcome of its document where it has one to prepare.

    At most ``preparer.window`` characters of documents, or one document, are under way or waiting to be taken.
    """
    pending: deque[tuple[Work, Outcome | None]] = deque()
    under_way = 0
    for work in works:
        while pending and under_way + work.chars > preparer.window:
            under_way -= pending[0][0].chars
            yield pending.popleft()
        pending.append((work, preparer.start(work.document) if work.document else None))
        under_way += work.chars
    while pending:
        yield pending.popleft()
