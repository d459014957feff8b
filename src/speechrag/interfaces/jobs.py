"""Commands of ours run beside the page in a child process, so that a long one neither slows nor endangers it."""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO, Any

log = logging.getLogger(__name__)

RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"
NICENESS = 10  # below whoever waits for an answer
PATIENCE = 5.0  # seconds a stopped command has to end by itself
COMPLAINT = 2_000  # characters kept of what a failed command said


class Job:
    """``speechrag`` commands one after the other; the first that fails ends it.

    ``state`` is running, done, failed or stopped. ``stage``, ``done`` and ``total`` follow the progress that a command
    tells with ``--progress lines``; ``output`` is what the last command printed, ``complaint`` what a failed one said.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self.state, self.stage, self.done, self.total = RUNNING, "", 0, 0
        self.output = self.complaint = ""
        self._began, self._ended = time.monotonic(), 0.0
        self._lock = threading.Lock()
        self._stopping = False
        self._child: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run, args=(commands,), name="job", daemon=True)
        atexit.register(self.stop)  # a page that ends leaves nothing running
        self._thread.start()

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return (self._ended or time.monotonic()) - self._began

    def stop(self) -> None:
        """End it; nothing happens where it has ended."""
        with self._lock:
            self._stopping = True
            if self._child is not None:
                _signal(self._child, signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> None:
        """Return when it has ended."""
        self._thread.join(timeout)

    def _run(self, commands: Sequence[Sequence[str]]) -> None:
        try:
            codes = (self._one(command) for command in commands)
            code = next((code for code in codes if code), 0)
        except OSError as exc:
            code, self.complaint = 1, str(exc.strerror or exc)
        self._ended = time.monotonic()
        self.state = STOPPED if self._stopping else FAILED if code else DONE
        if self.state == FAILED:
            log.warning("a command failed: %s", self.complaint.strip())
        atexit.unregister(self.stop)

    def _one(self, command: Sequence[str]) -> int:
        """Run one command to its end and return its exit code."""
        self.stage, self.done, self.total, told = "", 0, 0, ""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            child = self._start(command, output)
            if child is None:
                return 1
            with child:
                for line in child.stderr or ():
                    if not self._follow(line):
                        told = (told + line)[-COMPLAINT:]
            with self._lock:
                self._child = None
            output.seek(0)
            self.output, self.complaint = output.read(), told if child.returncode else ""
        return child.returncode

    def _start(self, command: Sequence[str], output: IO[str]) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._stopping:
                return None
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", "speechrag.interfaces.cli", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # its workers are ended with it, and Ctrl+C reaches the page alone
            )
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, self._child.pid, NICENESS)
        return self._child

    def _follow(self, line: str) -> bool:
        """Take in a line of progress; false for any other line."""
        told = _progress(line)
        if told is None:
            return False
        self.stage, self.done, self.total = told
        return True


def _progress(line: str) -> tuple[str, int, int] | None:
    """Return what ``{"stage": name, "done": n, "total": n}`` tells, None for a line that is none such."""
    try:
        row: dict[str, Any] = json.loads(line)
        return str(row["stage"]), int(row["done"]), int(row["total"])
    except (ValueError, KeyError, TypeError):
        return None


def _signal(child: subprocess.Popen[str], number: int) -> None:
    """Send a signal to a command and the workers it has started; later a harder one, should it not end."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, number)
        else:
            child.terminate()
    except ProcessLookupError:  # it has just ended
        return
    if number == signal.SIGTERM and hasattr(signal, "SIGKILL"):
        harder = threading.Timer(PATIENCE, _end, (child,))
        harder.daemon = True
        harder.start()


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        _signal(child, signal.SIGKILL)
