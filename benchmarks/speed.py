"""Build and query times over any folder of speeches: python benchmarks/speed.py SOURCE [SOURCE ...]

Builds into a temporary index with the default configuration, then asks with sentences of the corpus itself (every n-th
heading or first clause, so the same queries every time). Prints a Markdown table; latencies are warm, one at a time,
by the clock and, in brackets, in processor time, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.records import Query

QUERIES = 200


def sample(engine: Engine) -> list[str]:
    """Return up to ``QUERIES`` short texts spread evenly over the corpus."""
    texts = [s.sections[0].heading if s.sections else s.text[:20] for s in engine.speeches()]
    step = max(1, len(texts) // QUERIES)
    return [text.strip() for text in texts[::step] if text.strip()][:QUERIES]


def latencies(run: Callable[[str], object], texts: Sequence[str]) -> str:
    """Return "p50 / p95" in milliseconds of ``run`` over ``texts``, the first call (which warms up) left out."""
    run(texts[0])
    clock, used = [], []
    for text in texts:
        began, cpu = time.perf_counter(), time.thread_time()
        run(text)
        clock.append((time.perf_counter() - began) * 1000)
        used.append((time.thread_time() - cpu) * 1000)
    return f"{quantiles(clock)} ms ({quantiles(used)})"


def quantiles(times: Sequence[float]) -> str:
    """Return the median and the 95th percentile."""
    return f"{statistics.median(times):.1f} / {statistics.quantiles(times, n=20)[-1]:.1f}"


def processor_seconds() -> float:
    """Return what this process and the workers it has waited for have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    sources = parser.parse_args().sources
    with tempfile.TemporaryDirectory() as folder:
        used = processor_seconds()
        report = build_index(sources, Path(folder), Settings())
        used = processor_seconds() - used
        again = build_index(sources, Path(folder), Settings())
        began = time.perf_counter()
        engine = Engine.open(folder)
        opened = time.perf_counter() - began
        texts = sample(engine)
        size = sum(engine.manifest.bytes.values()) / 1e6
        rows = [
            ("files, speeches, passages", f"{report.files}, {report.speeches}, {report.passages}"),
            ("build", f"{report.seconds:.1f} s ({used:.1f})"),
            ("build again, nothing changed", f"{again.seconds:.2f} s"),
            ("open, verified", f"{opened:.2f} s"),
            ("index on disk", f"{size:.0f} MB"),
            ("search, top 10, p50 / p95", latencies(lambda t: engine.search(Query(t, 10)), texts)),
            ("ask, p50 / p95", latencies(engine.ask, texts)),
            ("outline, p50 / p95", latencies(lambda t: engine.outline(f"在全县{t}工作会议上的讲话"), texts[:40])),
            ("peak memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"),
        ]
    print(f"| {platform.machine()}, Python {platform.python_version()} | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
