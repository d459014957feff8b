"""What becomes of damaged files: python benchmarks/mutated_files.py [--count N] [--seed S] [--workers W]

Good files of seven forms (text in two encodings, Word, PDF, HTML, JSON Lines, zip) with one to four random changes
each: flipped bytes, lost and repeated blocks. Every one must be read or refused with a sentence, within the limits of
the sandbox; anything else is printed and ends the run with 1. The test suite does the same for 840 of them.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "tests" / part) for part in ("sources", "")]
from test_sources_bad_files import GOOD, mutated, outcome  # noqa: E402

BLOCK = 25  # files a task


def one_block(task: tuple[str, int]) -> tuple[str, list[str], float]:
    """Return the form, what became of each file of a block, and the seconds of the slowest."""
    name, seed = task
    chance, ends, slowest = random.Random(f"{name} {seed}"), [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(BLOCK):
            data = mutated(GOOD[name], chance)
            began = time.perf_counter()
            try:
                found = outcome(Path(folder), data, name)
                ends.append("refused" if isinstance(found, str) else "read" if found.documents else "listed")
            except Exception as exc:
                ends.append(f"FAULT {type(exc).__name__}: {exc} ({name}, seed {seed}, file {len(ends)} of the block)")
            slowest = max(slowest, time.perf_counter() - began)
    return name, ends, slowest


def tasks(count: int, seed: int) -> Iterator[tuple[str, int]]:
    """Yield the blocks, the forms in turn."""
    names = sorted(GOOD)
    for block in range(-(-count // BLOCK)):
        yield names[block % len(names)], seed * 1_000_000 + block


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    ends: dict[str, Counter[str]] = {name: Counter() for name in GOOD}
    slowest = dict.fromkeys(GOOD, 0.0)
    faults = []
    with ProcessPoolExecutor(options.workers) as pool:
        for name, found, seconds in pool.map(one_block, tasks(options.count, options.seed)):
            ends[name].update(end for end in found if not end.startswith("FAULT"))
            faults += [end for end in found if end.startswith("FAULT")]
            slowest[name] = max(slowest[name], seconds)
    print("| form | files | read | refused with a reason | members listed, none read | slowest |")
    print("|---|---|---|---|---|---|")
    for name, counts in sorted(ends.items()):
        told = " | ".join(str(counts[end]) for end in ("read", "refused", "listed"))
        print(f"| {name.partition('.')[2]} ({name[0]}) | {sum(counts.values())} | {told} | {slowest[name]:.1f} s |")
    print(f"\n{sum(sum(counts.values()) for counts in ends.values())} files, {len(faults)} faults")
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
