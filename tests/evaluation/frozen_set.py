"""A small frozen collection and the run it must give: python tests/evaluation/frozen_set.py writes that run anew.

Fixed words and scores only: the hashing encoder, characters as words, no learned stage. A stored run that changes is a
change of every figure measured before; say why in the change log, with the old and the new values.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from small_corpus import QUICK, TEXTS, write_texts
from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.formats import read_run, write_run
from speechrag.evaluation.harness import run_topics
from speechrag.evaluation.records import Qrel, RunLine, Topic
from speechrag.index.opened import open_store
from speechrag.text import sentence_spans

STORED = Path(__file__).resolve().parent / "expected" / "small.run"
PLAIN = replace(QUICK, understanding="off", ranker="off", dense_weight=0.5)
DEPTH = 20
PIECE = 9  # characters of a question, cut from a sentence


def build(folder: Path, settings: Settings = PLAIN, texts: Mapping[str, str] = TEXTS) -> Path:
    """Build the collection below ``folder`` and return its index."""
    write_texts(folder / "texts", texts)
    build_index([folder / "texts"], folder / "index", settings)
    return folder / "index"


def questions(index: Path) -> tuple[list[Topic], list[Qrel]]:
    """Return a piece of every longer sentence as a question for the passage it was cut from."""
    _, store = open_store(index)
    topics: list[Topic] = []
    qrels: list[Qrel] = []
    for stored in store.iter_passages():
        text = stored.passage.text
        for start, end in sentence_spans(text):
            if end - start > PIECE + 4:
                query_id = f"q{len(topics) + 1:03d}"
                topics.append(Topic(query_id, text[start + 2 : start + 2 + PIECE]))
                qrels.append(Qrel(query_id, stored.passage.passage_id, 1))
    return topics, qrels


def search(index: Path, topics: Sequence[Topic], settings: Settings = PLAIN) -> list[RunLine]:
    """Return the run over the topics, passages as documents."""
    engine = Engine.open(index, settings)
    return run_topics(
        lambda text, depth: [(p.passage_id, score) for p, score in engine.rank(text, depth)], topics, DEPTH
    )


def stored_run() -> list[RunLine]:
    """Return the run as it was stored."""
    return read_run(STORED)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        index = build(Path(place))
        write_run(STORED, search(index, questions(index)[0]))


if __name__ == "__main__":
    main()
