"""Graded judgements by two readers, for an index of ``corpus/``: python eval/graded.py --index INDEX [--out DIR]

``eval/graded.jsonl`` holds for 48 of the questions the first ten passages of four unlike searches (words
alone, vectors alone, both fused, the whole pipeline), each judged 0 to 3 by two readers who did not know which search
had brought it. Prints how far they agree. With --out the lower of the two grades is written as judgements for this
index, so that ``speechrag evaluate --dataset DIR --index INDEX`` measures nDCG with grades and says which share of the
first ten was judged. A passage that is cut otherwise now takes the grade of the judged text that it shares most with.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from questions_check import read_rows

from speechrag.evaluation.formats import QRELS, QUERIES, write_qrels, write_topics
from speechrag.evaluation.judging import cohen_kappa
from speechrag.evaluation.records import Qrel, Topic
from speechrag.index.opened import open_store
from speechrag.index.store import CorpusStore
from speechrag.records import Passage

QUESTIONS = Path(__file__).resolve().parent / "questions"
ASKED = ("corpus", "corpus_more", "corpus_blind")
LEAST_SHARED = 0.5  # of the shorter of the two, for a passage to take the grade of a judged text
ANSWERS = 2  # the grade from which a passage answers at least in part


class Judged(NamedTuple):
    """A stretch of a speech with the grades of both readers."""

    source: str
    ordinal: int
    start: int
    end: int
    first: int
    second: int


def read_judged(path: Path) -> dict[str, list[Judged]]:
    """Return the judgements by question."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["qid"]: [Judged(*judged) for judged in row["judged"]] for row in rows}


def shared(passage: Passage, judged: Judged) -> float:
    """Return the share of the shorter text that both have."""
    common = min(passage.end, judged.end) - max(passage.start, judged.start)
    return max(0, common) / max(1, min(passage.end - passage.start, judged.end - judged.start))


def grades(judged: Sequence[Judged], places: Mapping[tuple[str, int], Sequence[Passage]]) -> dict[str, int]:
    """Return passage id -> the lower grade of the judged text that the passage shares most with."""
    best: dict[str, tuple[float, int]] = {}
    for one in judged:
        for passage in places.get((one.source, one.ordinal), ()):
            common = (shared(passage, one), min(one.first, one.second))
            if common[0] >= LEAST_SHARED:
                best[passage.passage_id] = max(common, best.get(passage.passage_id, common))
    return {passage_id: grade for passage_id, (_, grade) in best.items()}


def passages(store: CorpusStore) -> dict[tuple[str, int], list[Passage]]:
    """Return the passages by source and place of their speech in it."""
    found: dict[tuple[str, int], list[Passage]] = defaultdict(list)
    for speech in store.speeches():
        found[speech.source, speech.ordinal] += [stored.passage for stored in store.passages_of(speech.speech_id)]
    return found


def agreement(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield what to print about how far the readers agree."""
    first, second = [one.first for one in judged], [one.second for one in judged]
    same = sum(a == b for a, b in zip(first, second, strict=True))
    yield f"{len(judged)} passages judged twice, {same} alike"
    plain, weighted = cohen_kappa(first, second), cohen_kappa(first, second, squares=True)
    yield f"Cohen's kappa {plain:.3f}, weighted by squares {weighted:.3f}"
    answers = ([grade >= ANSWERS for grade in grades] for grades in (first, second))
    yield f"whether it answers at least in part: kappa {cohen_kappa(*answers):.3f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", required=True, type=Path, help="an index of corpus/")
    parser.add_argument("--out", type=Path, help="folder for topics and judgements")
    options = parser.parse_args()
    judged = read_judged(QUESTIONS.parent / "graded.jsonl")
    for line in agreement([one for every in judged.values() for one in every]):
        sys.stdout.write(line + "\n")
    if options.out is None:
        return 0
    _, store = open_store(options.index)
    places = passages(store)
    rows = {row["qid"]: row for name in ASKED for row in read_rows(QUESTIONS / f"{name}.jsonl")}
    write_topics(
        options.out / QUERIES, [Topic(qid, rows[qid]["question"], {"kind": rows[qid]["kind"]}) for qid in judged]
    )
    qrels = [Qrel(qid, key, grade) for qid in judged for key, grade in sorted(grades(judged[qid], places).items())]
    write_qrels(options.out / QRELS / "test.tsv", qrels)
    return 0


if __name__ == "__main__":
    sys.exit(main())
