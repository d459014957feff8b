"""Worker processes for the text stages: documents go out in order and come back in order.

Documents are read by the parent, whose sandbox is the only one; a worker cleans and takes apart what it is handed, so
one worker serves files of all formats, and a large file of many documents is shared between all of them. Each worker
is driven by a thread of the parent that spends its time waiting.

Documents travel in batches: a message costs the same whether it holds one or fifty, a thread that watches the clock,
ten hand-overs of the interpreter's lock between the threads of the parent, each of them up to 5 ms while the parent
is busy. A worker that dies costs none of the batch it held, whose documents are then sent one by one, but the one that
its successors die of too.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speechrag.building import wire
from speechrag.building.preparing import Made, prepare, try_to_prepare
from speechrag.building.worker import receive, send
from speechrag.errors import SourceError
from speechrag.index.texts import Prepared
from speechrag.records import Document

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from speechrag.building.worker import serve; serve(sys.argv[2], int(sys.argv[3]))"
)
WINDOW = 4_000_000  # characters handed out and not yet let go; a larger document goes alone
BATCH = 100_000  # characters that go to a worker in one message: some tenth of a second of work
MOST = 4  # workers unless more are asked for: the parent reads, unpacks and writes enough to keep three busy
WORTH_IT = 8_000_000  # bytes to read from which starting workers pays: each takes half a second to come up
_TRIES = 2
_SECONDS = 300.0  # for any message, and a second more for every so many characters:
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

    window = WINDOW - BATCH  # a batch is let go when the last of its documents is taken

    def __init__(self, count: int, chunker: Any, chunker_name: str) -> None:
        self._arguments = [str(_PACKAGE_ROOT), chunker_name, str(chunker.passage_chars)]
        self._chunker = chunker
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="text-worker")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._all: set[_Worker] = set()
        self._closed = False
        self._filling = _Batch()

    def start(self, document: Document) -> Outcome:
        """Have ``document`` go to the next free worker, in one batch with its neighbours; the outcome waits for it.

        A batch that is asked for before it is full goes as it is. A document of more than ``BATCH`` characters goes
        alone.
        """
        if self._filling.chars + len(document.text) > BATCH:
            self._hand_over()
        batch, place = self._filling, self._filling.add(document)
        if batch.chars >= BATCH:
            self._hand_over()
        return lambda: self._outcome(batch, place)

    def close(self) -> None:
        """End all workers, whatever they are doing."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.close()

    def _hand_over(self) -> None:
        """Send off the batch that is being filled and begin another."""
        batch, self._filling = self._filling, _Batch()
        if batch.documents:
            batch.made = self._threads.submit(self._prepare, batch.documents)
            batch.documents = []

    def _outcome(self, batch: _Batch, place: int) -> Prepared:
        if batch is self._filling:
            self._hand_over()
        assert batch.made
        made = batch.made.result()[place]
        if isinstance(made, SourceError):
            raise made
        return made

    def _prepare(self, documents: Sequence[Document]) -> list[Made]:
        """Return what becomes of each document. Those of a batch that a worker dies of are tried one by one."""
        if len(documents) > 1:
            with contextlib.suppress(_Died):
                return self._ask(documents)
        return [self._prepare_alone(document) for document in documents]

    def _prepare_alone(self, document: Document) -> Made:
        fate = ""
        for _ in range(_TRIES):
            try:
                return self._ask([document])[0]
            except _Died as exc:
                fate = str(exc)
                if exc.overdue:
                    break
        return SourceError(f"the process that cleaned it {fate}; please report this file")

    def _ask(self, documents: Sequence[Document]) -> list[Made]:
        """Return what the worker of this thread answers. Raises _Died; the next call has a new worker then."""
        worker = self._worker()
        if worker is None:
            return [try_to_prepare(document, self._chunker) for document in documents]
        try:
            return worker.ask(documents)
        except _Died:
            self._drop(worker)
            raise

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

    def _drop(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.close()
        self._own.worker = None


@dataclass(slots=True)
class _Batch:
    """Documents that go to a worker in one message, and what is made of them once they are on their way."""

    documents: list[Document] = field(default_factory=list)
    chars: int = 0
    made: Future[list[Made]] | None = None

    def add(self, document: Document) -> int:
        """Return the place that the document has."""
        self.documents.append(document)
        self.chars += len(document.text)
        return len(self.documents) - 1


class _Died(Exception):
    """The worker ended before it answered; the message completes "the process that cleaned it ..."."""

    def __init__(self, fate: str, overdue: bool) -> None:
        super().__init__(fate)
        self.overdue = overdue  # it was ended here, for the time it took


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

    def ask(self, documents: Sequence[Document]) -> list[Made]:
        """Return what the worker makes of each document. Raises _Died where it does not say."""
        seconds = _SECONDS + sum(len(document.text) for document in documents) / _CHARS_A_SECOND
        timer = threading.Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            assert self._process.stdin and self._process.stdout
            send(self._process.stdin, wire.dump([wire.pack_document(document) for document in documents]))
            replies = wire.load(receive(self._process.stdout) or b"")
            return [wire.unpack(document, reply) for document, reply in zip(documents, replies, strict=True)]
        except (OSError, ValueError, KeyError, TypeError) as exc:
            self.kill()
            raise _Died(self._fate(seconds), self.overdue) from exc
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
