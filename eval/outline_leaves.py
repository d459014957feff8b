"""A sample of sub-points with their sources, to be read: python eval/outline_leaves.py --index NAME=DIR .. [--count N]

Drafts the briefs of `eval/outlines/expected.jsonl` for the indexes given and prints `--count` sub-points (default 100),
drawn with a fixed seed, each with the quotations it cites. The reader says whether the quotations support it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from outline_check import leaves
from outline_points import EXPECTED

from speechrag.engine import Engine
from speechrag.writing.outlines.compose import told

SEED = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", action="append", required=True, metavar="NAME=DIR")
    parser.add_argument("--expected", type=Path, default=EXPECTED)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    engines = {name: Engine.open(folder) for name, _, folder in (given.partition("=") for given in options.index)}
    rows = [json.loads(line) for line in options.expected.read_text(encoding="utf-8").splitlines() if line.strip()]
    drawn = []
    for row in rows:
        if row["index"] in engines:
            outline = engines[row["index"]].outline(row["brief"])
            quotes = {citation.number: citation.quote for citation in outline.citations}
            drawn += [(row, leaf, [quotes[number] for number in leaf.citations]) for leaf in leaves(outline)]
    for number, (row, leaf, sources) in enumerate(
        random.Random(options.seed).sample(drawn, min(options.count, len(drawn))), 1
    ):
        sys.stdout.write(f"{number} [{row['bid']}] <{leaf.role}> {leaf.heading} | {told(leaf)}\n")
        for source in sources:
            sys.stdout.write(f"    « {' '.join(source.split())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
