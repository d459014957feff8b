"""What cleaning changes in clean text, and how fast: python benchmarks/clean_text.py FOLDER|FILE.jsonl ...

Clean text should stay clean: beyond the declared normalisation (``speechrag.cleaning.NORMALISATIONS``) every change to
a text without damage is a mistake. Reads .txt files and the ``text`` field of JSON lines one at a time, cleans them in
one process and prints a Markdown table: changes by rule, in total and per million characters, and the speed in process
time. ``--sample N`` prints N changes with their context to be read and judged, drawn evenly from the rules, the same
ones for the same ``--seed``; ``--other`` leaves the normalisation out. ``--sentences`` puts each sentence on a line of
its own first, a stress for the rules that look at lines.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from speechrag.cleaning import NORMALISATIONS, clean
from speechrag.records import Document, Repair
from speechrag.sources.encoding import decode

CONTEXT = 25  # characters shown on each side of a sampled change
LONGEST = 120  # characters of it shown
KEPT = 400  # changes kept of each rule to sample from
_SENTENCE = re.compile(r"(?<=。)(?=[^\n])|[ \u3000\u00a0]{2,}")


def texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield names and texts: .txt files under a folder, in order of path, or the records of a .jsonl file."""
    for path in paths:
        if path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    yield f"{path.name}:{number}", json.loads(line)["text"]
        else:
            for file in sorted(path.rglob("*.txt")) if path.is_dir() else [path]:
                yield str(file), decode(file.read_bytes()).text


class Tally:
    """Counts of changes by rule, and an even sample of each rule's changes (reservoir sampling, Vitter 1985)."""

    def __init__(self, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: dict[str, list[tuple[str, str, Repair]]] = defaultdict(list)
        self._random = random.Random(seed)

    def add(self, name: str, text: str, repairs: Iterable[Repair]) -> None:
        for repair in repairs:
            self.counts[repair.rule] += 1
            kept = self.kept[repair.rule]
            place = len(kept) if len(kept) < KEPT else self._random.randrange(self.counts[repair.rule])
            if place < KEPT:
                kept[place : place + 1] = [(name, _context(text, repair), repair)]

    def sample(self, wanted: int, *, other: bool) -> list[tuple[str, str, Repair]]:
        """Return ``wanted`` changes, as evenly from the rules as there are changes of each."""
        pools = {rule: list(kept) for rule, kept in sorted(self.kept.items()) if not (other and is_normal(rule))}
        for pool in pools.values():
            self._random.shuffle(pool)
        drawn: list[tuple[str, str, Repair]] = []
        while len(drawn) < wanted and any(pools.values()):
            drawn += [pool.pop() for pool in pools.values() if pool]
        return sorted(drawn[:wanted], key=lambda change: (change[2].rule, change[0], change[2].start))


def is_normal(rule: str) -> bool:
    """Tell whether a change consists of declared normalisation alone."""
    return set(rule.split("+")) <= NORMALISATIONS


def _context(text: str, repair: Repair) -> str:
    before, after = text[max(0, repair.start - CONTEXT) : repair.start], text[repair.end : repair.end + CONTEXT]
    return f"{before}⟦{repair.before[:LONGEST]} → {repair.after[:LONGEST]}⟧{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--other", action="store_true", help="sample only changes beyond normalisation")
    parser.add_argument("--sentences", action="store_true", help="one sentence a line")
    options = parser.parse_args()
    tally = Tally(options.seed)
    chars = documents = 0
    seconds = 0.0
    for name, original in texts(options.sources):
        text = _SENTENCE.sub("\n", original) if options.sentences else original
        began = time.process_time()
        repairs = clean(Document(name, name, text, "")).repairs
        seconds += time.process_time() - began
        chars += len(text)
        documents += 1
        tally.add(name, text, repairs)
    _print_table(tally.counts, documents, chars, seconds)
    for name, context, repair in tally.sample(options.sample, other=options.other):
        print(f"{repair.rule}\t{name}:{repair.start}\t{context!r}")


def _print_table(counts: Counter[str], documents: int, chars: int, seconds: float) -> None:
    millions = chars / 1e6 or 1.0
    print(f"{documents} documents, {chars} characters, {millions / (seconds or 1.0):.2f} M characters a second\n")
    print("| rule | normalisation | changes | per million characters |\n|---|---|---|---|")
    for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"| {rule} | {'yes' if is_normal(rule) else 'no'} | {count} | {count / millions:.2f} |")
    other = sum(count for rule, count in counts.items() if not is_normal(rule))
    print(f"| beyond normalisation | | {other} | {other / millions:.2f} |")


if __name__ == "__main__":
    main()
