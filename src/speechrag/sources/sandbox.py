"""Running the parser of a risky format in a child process: it may hang, crash or eat memory, the build goes on.

One worker serves many files, so that starting it is paid once; it is replaced when it had to be killed. Requests and
replies are JSON behind a length, so nothing that comes back can do more than be wrong.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv[1]); from speechrag.sources.worker import serve; serve()"
_LENGTH = 8  # bytes of the big-endian length before every message
_MAX_REPLY = 1 << 30
_BIG_FILE = 32 << 20  # a worker that took a file of this size has grown; the next file gets a new one


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost: seconds (wall clock, and processor time of each process) and address space."""

    seconds: float
    megabytes: int


LIMITS = {
    "html": Limits(30, 2048),
    "mht": Limits(30, 2048),
    "docx": Limits(60, 2048),
    "pdf": Limits(120, 2048),
    "office": Limits(180, 4096),
}


class _Died(Exception):
    """The worker ended before it answered; the message completes "the reader ..."."""


def read_apart(media: str, data: bytes) -> Decoded:
    """Return what the reader registered as ``media`` makes of ``data``, run in the worker within ``LIMITS``.

    Raises SourceError with the reader's own reason, or with what happened to the worker.
    """
    with _lock:
        reply = _answer(media, data, LIMITS[media])
    if "refused" in reply:
        raise SourceError(str(reply["refused"]))
    try:
        return Decoded(str(reply["text"]), str(reply["encoding"]), int(reply["lost"]), tuple(map(str, reply["notes"])))
    except (KeyError, TypeError, ValueError) as exc:
        raise SourceError(f"the {media} reader answered with something unusable; the file may be damaged") from exc


def _answer(media: str, data: bytes, limits: Limits) -> dict[str, Any]:
    """Return the worker's reply; a worker that had read other files before it died gets one fresh successor."""
    while True:
        worker = _current()
        used = worker.jobs > 0
        try:
            reply = worker.ask(media, data, limits)
        except _Died as exc:
            _close()
            if used and not worker.overdue:
                continue
            raise SourceError(f"the {media} reader {exc}; the file may be damaged or made to do harm") from exc
        if len(data) > _BIG_FILE or "failed" in reply:
            _close()
        if "failed" in reply:
            if used and reply.get("memory"):
                continue
            raise SourceError(str(reply["failed"]))
        return reply


class _Worker:
    """The child process and a private folder, its working directory, that goes when it goes."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.jobs = 0
        self.overdue = False
        self._scratch = tempfile.mkdtemp(prefix="speechrag-")
        try:
            # -P: a file called lxml.py in the current folder must not be what the worker imports.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(_PACKAGE_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._scratch,
                start_new_session=True,  # so that whatever it starts can be ended with it
            )
        except OSError as exc:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise SourceError(f"the process that reads such files cannot be started ({exc.strerror})") from exc

    def ask(self, media: str, data: bytes, limits: Limits) -> dict[str, Any]:
        """Return the reply to one request. Raises _Died."""
        self.jobs += 1
        timer = threading.Timer(limits.seconds, self._give_up)
        timer.start()
        try:
            self._send(json.dumps({"media": media, "seconds": limits.seconds, "megabytes": limits.megabytes}).encode())
            self._send(data)
            reply = self._receive()
        except (OSError, ValueError, EOFError) as exc:
            self.close()
            raise _Died(self._fate(limits)) from exc
        finally:
            timer.cancel()
        return reply

    def alive(self) -> bool:
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the worker and all it started, and remove its folder. A forked copy of the parent ends nothing."""
        if self.owner != os.getpid():
            return
        self._kill()
        with contextlib.suppress(OSError):
            self._pipe("stdin").close()
        self._pipe("stdout").close()
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _give_up(self) -> None:
        self.overdue = True
        self._kill()

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:  # pragma: no cover - Windows
            self._process.kill()

    def _fate(self, limits: Limits) -> str:
        code = self._process.returncode
        if self.overdue or code == -getattr(signal, "SIGXCPU", 0):
            self.overdue = True
            return f"was stopped after its {limits.seconds:g} seconds (timeout)"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"crashed ({signal.Signals(-code).name})"
        return f"ended without an answer (exit status {code})"

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] = getattr(self._process, name)
        return pipe

    def _send(self, message: bytes) -> None:
        stream = self._pipe("stdin")
        stream.write(len(message).to_bytes(_LENGTH, "big"))
        stream.write(message)
        stream.flush()

    def _receive(self) -> dict[str, Any]:
        length = int.from_bytes(self._exactly(_LENGTH), "big")
        if length > _MAX_REPLY:
            raise ValueError("the reply is too long")
        reply = json.loads(self._exactly(length).decode("utf-8", "surrogatepass"))
        if not isinstance(reply, dict):
            raise ValueError("the reply is no object")
        return reply

    def _exactly(self, length: int) -> bytes:
        data = self._pipe("stdout").read(length)
        if len(data) < length:
            raise EOFError
        return data


_lock = threading.Lock()
_worker: _Worker | None = None


def _current() -> _Worker:
    global _worker
    if _worker is None or not _worker.alive():
        _close()
        _worker = _Worker()
    return _worker


@atexit.register
def _close() -> None:
    global _worker
    if _worker is not None:
        _worker.close()
        _worker = None
