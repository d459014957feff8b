"""How the check of written sentences agrees with a person's labels: python eval/support_check.py [PAIRS.jsonl]

    python eval/support_check.py eval/support/natural.jsonl --index corpus=DIR --index seeds=DIR [--half closed]

A pair is a sentence, the quote it cites, whether the quote supports it, and how it was made: the ways in which language
models reword a source and the ways in which they go wrong. ``--within N`` puts N other quotes around each, as a passage
would have them. Cohen's kappa is of the check's verdicts with the labels; ALCE's own is 0.70. A pair may name its quote
by a speech of an index and offsets instead (``corpus``, ``speech``, ``start``, ``end``, and ``digest``, the first 12
digits of the SHA-256 of what stands there); pairs of a corpus without an ``--index`` are left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechrag.engine import Engine
from speechrag.evaluation.judging import cohen_kappa
from speechrag.writing.check import check_sentence

PAIRS = Path(__file__).parent / "support" / "pairs.jsonl"


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair; ``how`` names the class."""

    sentence: str
    quote: str
    supported: bool
    how: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs and right verdicts by (label, class), kappa, the pairs judged wrongly, processor time a pair in ms."""

    total: Counter[tuple[bool, str]]
    right: Counter[tuple[bool, str]]
    kappa: float
    wrong: tuple[Pair, ...]
    milliseconds: float


def read_pairs(
    path: Path = PAIRS, texts: Mapping[str, Callable[[str], str]] | None = None, half: str = ""
) -> list[Pair]:
    """Return the pairs of a file with one JSON object a line, or of one half of it.

    ``texts`` gives the text of a speech by its id, for each corpus; pairs of other corpora are left out.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    known = texts or {}
    return [
        Pair(row["sentence"], _quote(row, known), row["supported"], row["how"])
        for row in rows
        if (not half or row.get("half") == half) and ("quote" in row or row["corpus"] in known)
    ]


def _quote(row: Mapping[str, Any], texts: Mapping[str, Callable[[str], str]]) -> str:
    if "quote" in row:
        return str(row["quote"])
    quote = texts[row["corpus"]](row["speech"])[row["start"] : row["end"]]
    if hashlib.sha256(quote.encode()).hexdigest()[:12] != row["digest"]:
        where = f"{row['speech']} {row['start']}-{row['end']}"
        raise SystemExit(f"pair {row['id']}: another text stands at {where}; the index was built from other files")
    return quote


def within(pairs: Sequence[Pair], others: int) -> Iterable[Pair]:
    """Yield the pairs, each quote between ``others`` quotes of the pairs that follow it."""
    for at, pair in enumerate(pairs):
        around = [pairs[(at + step * 7) % len(pairs)].quote for step in range(1, others + 1)]
        half = len(around) // 2
        yield Pair(pair.sentence, "".join([*around[:half], pair.quote, *around[half:]]), pair.supported, pair.how)


def agreement(pairs: Sequence[Pair]) -> Agreement:
    """Judge all pairs; the first is judged twice, so that nothing is loaded while the clock runs."""
    check_sentence(pairs[0].sentence, [pairs[0].quote])
    start = time.process_time()
    verdicts = [check_sentence(pair.sentence, [pair.quote]).supported for pair in pairs]
    spent = time.process_time() - start
    total, right = Counter[tuple[bool, str]](), Counter[tuple[bool, str]]()
    for pair, verdict in zip(pairs, verdicts, strict=True):
        total[pair.supported, pair.how] += 1
        right[pair.supported, pair.how] += verdict == pair.supported
    wrong = tuple(pair for pair, verdict in zip(pairs, verdicts, strict=True) if verdict != pair.supported)
    kappa = cohen_kappa([pair.supported for pair in pairs], verdicts)
    return Agreement(total, right, kappa, wrong, spent / len(pairs) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--within", type=int, default=0, metavar="N", help="put N other quotes around each")
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    parser.add_argument("--index", action="append", default=[], metavar="CORPUS=DIR", help="an index quotes come from")
    parser.add_argument("--half", default="", help="dev or closed")
    options = parser.parse_args()
    texts = {}
    for named in options.index:
        corpus, _, folder = named.partition("=")
        engine = Engine.open(folder)
        texts[corpus] = lambda speech_id, engine=engine: engine.speech(speech_id).text
    pairs = read_pairs(options.pairs, texts, options.half)
    found = agreement(list(within(pairs, options.within)))
    for label, how in sorted(found.total):
        done = "kept" if label else "flagged"
        sys.stdout.write(f"{how:<42} {found.right[label, how]:>3} of {found.total[label, how]:>3} {done}\n")
    sys.stdout.write(f"{len(pairs)} pairs, kappa {found.kappa:.2f}, {found.milliseconds:.1f} ms a pair\n")
    for pair in found.wrong if options.show else ():
        sys.stdout.write(f"{pair.how}: {pair.sentence}\n")


if __name__ == "__main__":
    main()
