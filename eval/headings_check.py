"""Section headings of the real scraped files against a careful reading: python eval/headings_check.py [--seeds DIR]

`eval/structure/headings.jsonl` holds where each heading of the seeds stands and its level (see the README beside it).
Prints precision, recall and F1 of the headings found (place and level) and of their exact wording, then every
difference.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from speechrag.cleaning import clean
from speechrag.records import Section, Speech
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "eval" / "structure" / "headings.jsonl"
MARK = 10  # characters, white space left out, by which a heading's place is known
SHIFT = 300  # characters that a better cleaning may move it


def short_hash(text: str) -> str:
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:10]


def mark(text: str, start: int) -> str:
    """Return the hash of the first characters at ``start``: labels store no text."""
    return short_hash("".join(text[start : start + 2 * MARK].split())[:MARK])


def pair(speech: Speech, labels: list[dict[str, Any]]) -> list[tuple[Section | None, dict[str, Any] | None]]:
    """Return each heading found with its label, and what stands alone on either side."""
    left = list(labels)
    pairs: list[tuple[Section | None, dict[str, Any] | None]] = []
    for section in speech.sections:
        place = mark(speech.text, section.start)
        near = [row for row in left if row["mark"] == place and abs(row["at"] - section.start) <= SHIFT]
        if near:
            left.remove(near[0])
        pairs.append((section, near[0] if near else None))
    return pairs + [(None, row) for row in left]


def f1(right: int, found: int, true: int) -> str:
    return f"precision {right / found:.3f}, recall {right / true:.3f}, F1 {2 * right / (found + true):.3f}"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, default=ROOT.parent / "shared" / "seeds")
    options = parser.parse_args()
    labels: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in map(json.loads, LABELS.read_text("utf-8").splitlines()):
        labels[row["key"], row["ordinal"]].append(row)
    placed = worded = found = 0
    for file in find_sources([options.seeds])[0]:
        for speech in (s for document in read_source(file).documents for s in structure(clean(document))):
            key = hashlib.sha256(speech.source.encode()).hexdigest()[:12]
            found += len(speech.sections)
            for section, row in pair(speech, labels[key, speech.ordinal]):
                good = section is not None and row is not None and section.level == row["level"]
                placed += good
                exact = good and section and row and row["heading"] in ("", short_hash(section.heading))
                worded += bool(exact)
                if not exact:
                    at = section.start if section else row["at"] if row else 0
                    told = f"found at level {section.level}" if section else "not found"
                    read = f"level {row['level']}" if row else "no heading"
                    words = speech.text[at : at + 20]
                    say(f"{speech.source[:3]} #{speech.ordinal} {at}: {told}, read {read}: {words!r}")
    true = sum(map(len, labels.values()))
    say(f"\n{true} headings read, {found} found")
    say(f"place and level: {f1(placed, found, true)}")
    say(f"exact wording:   {f1(worded, found, true)}")


if __name__ == "__main__":
    main()
