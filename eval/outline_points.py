"""Points that a drafter expects: python eval/outline_points.py --index NAME=DIR [--index NAME=DIR ..] [--expected FILE]

Each line of `eval/outlines/expected.jsonl` is a brief with the points that were expected of it before any outline was
looked at: `{"bid", "index", "brief", "points": [{"point", "marks"}]}`. A point counts as present when its `marks` (a
pattern) are found in one heading or text of the outline. Marks are words: they say that the matter is named, not that
it is treated well, so read the outlines too (--show). Briefs whose `index` is not given are passed over.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outline_check import flat

from speechrag.engine import Engine
from speechrag.records import Outline
from speechrag.writing.outlines.compose import told

EXPECTED = Path(__file__).resolve().parent / "outlines" / "expected.jsonl"


def missing(outline: Outline, points: list[Mapping[str, Any]]) -> list[str]:
    """Return the expected points whose marks no heading or text of the outline holds."""
    texts = [f"{point.heading}。{told(point)}" for _, point in flat(outline.points)]
    return [row["point"] for row in points if not any(re.search(row["marks"], text) for text in texts)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", action="append", required=True, metavar="NAME=DIR")
    parser.add_argument("--expected", type=Path, default=EXPECTED)
    parser.add_argument("--show", action="store_true", help="print every outline with its texts")
    options = parser.parse_args()
    engines = {name: Engine.open(folder) for name, _, folder in (given.partition("=") for given in options.index)}
    rows = [json.loads(line) for line in options.expected.read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted = found = 0
    for row in rows:
        if row["index"] not in engines:
            continue
        outline = engines[row["index"]].outline(row["brief"])
        absent = missing(outline, row["points"])
        wanted, found = wanted + len(row["points"]), found + len(row["points"]) - len(absent)
        sys.stdout.write(f"{row['bid']}\t{len(outline.points)} parts\t{row['brief']}\tmissing: {'；'.join(absent)}\n")
        for place, point in flat(outline.points) if options.show else ():
            sys.stdout.write(f"    {place} {point.heading} | {told(point)}\n")
    sys.stdout.write(f"expected points present: {found} of {wanted}, {found / max(wanted, 1):.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
