#!/usr/bin/env python3
"""Kill a rebuild, or fail it, at its every step on the index; then look at what is left.

    python benchmarks/kill_sweep.py [--kills N] [--errors N] [--jobs N]

A live index is rebuilt over a changed corpus under strace. A first run counts the calls that touch the index
(open, write, sync, rename, ...). Then, for each of them, a copy of the live index is rebuilt again and the process
is killed at that call, or the call is made to fail with ENOSPC or EIO. Each time three things must hold: the index
opens and is wholly the old or wholly the new one; a later build succeeds; nothing of the crash is left behind.

Not simulated: power loss, that is, writes the kernel had not yet put on the disk.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.index import layout
from speechrag.index.opened import open_index

CALLS = (
    "openat,mkdir,mkdirat,write,pwrite64,writev,ftruncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,flock"
)
LINE = re.compile(r"^(\d+) +(\w+)\((.*)")
SETTINGS = Settings(embedder="hash", segmenter="characters", passage_chars=80)
EARLIER, OLD, NEW = (f"{number}号水库的巡查责任人必须在岗" for number in "零一二")
SPEECH = "在防汛工作会议上的讲话\n同志们：\n一、盯住水库\n{}。\n二、备足物资\n各县要储备编织袋五万条以上。\n"


@dataclass(frozen=True, slots=True)
class Point:
    """The ``count``-th ``call`` of a thread, and what happens there: "KILL" or the name of an error."""

    call: str
    count: int
    fault: str

    def injection(self) -> str:
        what = "signal=SIGKILL" if self.fault == "KILL" else f"error={self.fault}"
        return f"inject={self.call}:{what}:when={self.count}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``live`` is "old" or "new"; ``trouble`` says what was wrong, empty when nothing was."""

    point: Point
    live: str
    trouble: str


class Sweep:
    """A corpus, its live index, and the faults tried on copies of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = folder / "sources"
        self._base = folder / "base"
        self._sources.mkdir()
        for number in range(6):
            self._write(f"{number}.txt", f"第{number}支队伍的队长是联络员")
        for sentence in (EARLIER, OLD):  # two generations, so that the rebuild has one to sweep away
            self._write("水库.txt", sentence)
            build_index([self._sources], self._base, SETTINGS)
        self._write("水库.txt", NEW)

    def _write(self, name: str, sentence: str) -> None:
        (self._sources / name).write_text(SPEECH.format(sentence), encoding="utf-8")

    def _rebuild(self, index: Path, *strace: str) -> subprocess.CompletedProcess[str]:
        cli = [sys.executable, "-m", "speechrag.interfaces.cli", "build", str(self._sources), "--index", str(index)]
        environment = os.environ | {
            "PYTHONDONTWRITEBYTECODE": "1",
            "SPEECHRAG_EMBEDDER": SETTINGS.embedder,
            "SPEECHRAG_SEGMENTER": SETTINGS.segmenter,
            "SPEECHRAG_PASSAGE_CHARS": str(SETTINGS.passage_chars),
        }
        command = ["strace", "-f", "-y", "-qq", *strace, *cli]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def points(self, faults: Sequence[str]) -> list[Point]:
        """Return every call of a rebuild that touches the index, once for each fault."""
        index = shutil.copytree(self._base, Path(tempfile.mkdtemp(dir=self._folder)) / "index")
        trace = self._folder / "trace"
        done = self._rebuild(index, "-o", str(trace), "-e", f"trace={CALLS}")
        if done.returncode != 0:
            raise SystemExit(f"the rebuild under strace failed: {done.stderr}")
        counts: dict[tuple[str, str], int] = defaultdict(int)
        found: dict[tuple[str, int], None] = {}
        for match in filter(None, map(LINE.match, trace.read_text(encoding="utf-8", errors="replace").splitlines())):
            thread, call, arguments = match.groups()
            counts[thread, call] += 1  # strace counts per thread, too
            if str(index) in arguments:
                found[call, counts[thread, call]] = None
        return [Point(call, count, fault) for fault in faults for call, count in found]

    def try_one(self, point: Point) -> Outcome:
        """Rebuild a copy of the live index with one fault, and check what is left."""
        index = Path(tempfile.mkdtemp(dir=self._folder)) / "index"
        shutil.copytree(self._base, index)
        done = self._rebuild(index, "-o", os.devnull, "-e", f"trace={point.call}", "-e", point.injection())
        try:
            live = self._live(index)
            trouble = self._complaint(point, done) or self._afterwards(index)
        except Exception as exc:  # whatever it is, it is what the sweep looks for
            live, trouble = "?", f"{type(exc).__name__}: {exc}"
        shutil.rmtree(index.parent)
        return Outcome(point, live, trouble)

    @staticmethod
    def _live(index: Path) -> str:
        opened = open_index(index)
        texts = "".join(stored.passage.text for stored in opened.store.iter_passages())
        if (OLD in texts) == (NEW in texts) or "第5支队伍" not in texts:
            raise AssertionError("the live index is neither the old nor the new corpus")
        return "old" if OLD in texts else "new"

    @staticmethod
    def _complaint(point: Point, done: subprocess.CompletedProcess[str]) -> str:
        if point.fault == "KILL" or done.returncode == 0:
            return ""
        if "file=sys.stderr" in done.stderr:  # the injected error also hit the line that was to report it
            return ""
        said = [line for line in done.stderr.splitlines() if line.startswith("speechrag: ")]
        if done.returncode != 1 or len(said) != 1 or "Traceback" in done.stderr:
            return f"exit code {done.returncode}, said: {done.stderr[-300:]!r}"
        return ""

    def _afterwards(self, index: Path) -> str:
        build_index([self._sources], index, SETTINGS)
        if self._live(index) != "new":
            return "a later build did not publish the new corpus"
        left = [p.name for p in (index / layout.GENERATIONS).iterdir()]
        if len(left) > layout.KEEP or any(name.startswith(layout.STAGING) for name in left):
            return f"a later build left {left}"
        if (index / layout.VECTOR_CACHE).exists():
            return "a later build left vectors of the unfinished one"
        return ""

    def run(self, points: Sequence[Point], jobs: int = 1) -> Iterator[Outcome]:
        """Yield the outcome of every point, in order."""
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(self.try_one, points)


def sample(points: Sequence[Point], limit: int) -> list[Point]:
    """Return at most ``limit`` of the points, evenly spread over them; all for a limit of 0."""
    if not limit or limit >= len(points):
        return list(points)
    return [points[i * len(points) // limit] for i in range(limit)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=0, help="how many kills to try, evenly spread (default: all)")
    parser.add_argument("--errors", type=int, default=0, help="how many failing calls to try (default: all)")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once (default: 1)")
    options = parser.parse_args()
    if not shutil.which("strace"):
        print("strace is not installed; the sweep needs it", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="kill-sweep-") as folder:
        sweep = Sweep(Path(folder))
        points = sample(sweep.points(["KILL"]), options.kills)
        points += sample(sweep.points(["ENOSPC", "EIO"]), options.errors) if options.errors >= 0 else []
        outcomes = list(sweep.run(points, options.jobs))
    for outcome in outcomes:
        if outcome.trouble:
            print(f"{outcome.point}: {outcome.trouble}")
    table = Counter((o.point.fault, o.point.call, o.live) for o in outcomes)
    print("| fault | call | tried | old stayed | new live | trouble |\n|---|---|--:|--:|--:|--:|")
    for fault, call in sorted({key[:2] for key in table}):
        tried = sum(n for key, n in table.items() if key[:2] == (fault, call))
        bad = sum(bool(o.trouble) for o in outcomes if (o.point.fault, o.point.call) == (fault, call))
        row = (fault, call, tried, table[fault, call, "old"], table[fault, call, "new"], bad)
        print("| " + " | ".join(map(str, row)) + " |")
    return int(any(o.trouble for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
