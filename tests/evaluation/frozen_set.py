"""A small frozen collection and what it must give: python tests/evaluation/frozen_set.py writes that anew.

Fixed words and scores only: the hashing encoder, characters as words, no learned stage. Stored are the run, the
statistics of the index and the means. One of them changing is a change of every figure measured before: it takes a line
in ``expected/CHANGES.md`` that says why, with the old and the new values and the new sums.
"""

from __future__ import annotations

import hashlib
import json
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
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.records import Qrel, RunLine, Topic
from speechrag.index.opened import open_index, open_store
from speechrag.text import sentence_spans

EXPECTED = Path(__file__).resolve().parent / "expected"
STORED, TABLES, CHANGES = EXPECTED / "small.run", EXPECTED / "small.json", EXPECTED / "CHANGES.md"
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


def tables(index: Path, asked: tuple[list[Topic], list[Qrel]], run: Sequence[RunLine]) -> dict[str, dict[str, float]]:
    """Return the statistics of the index and the means of a run over it."""
    opened = open_index(index)
    texts = [stored.passage.text for stored in opened.store.iter_passages()]
    frequencies = [opened.lexical.document_frequency(word) for word in ("工", "全", "作", "隐", "患")]
    statistics = {
        "speeches": opened.manifest.speeches,
        "passages": opened.manifest.passages,
        "characters": sum(map(len, texts)),
        "longest passage": max(map(len, texts)),
        "dimensions": opened.manifest.dim,
        "document frequency of five characters": sum(frequencies),
        "questions": len(asked[0]),
    }
    return {"statistics": statistics, "means": evaluate_run(asked[1], run)[0]}


def stored_tables() -> dict[str, dict[str, float]]:
    """Return the statistics and means as they were stored."""
    found: dict[str, dict[str, float]] = json.loads(TABLES.read_text("utf-8"))
    return found


def sums() -> list[str]:
    """Return the first twelve digits of the SHA-256 of each stored file; line ends do not count."""
    return [hashlib.sha256(path.read_text("utf-8").encode()).hexdigest()[:12] for path in (STORED, TABLES)]


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        index = build(Path(place))
        asked = questions(index)
        run = search(index, asked[0])
        write_run(STORED, run)
        text = json.dumps(tables(index, asked, run), ensure_ascii=False, indent=2)
        TABLES.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        sys.stdout.write(f"now tell it in {CHANGES}, with the sums {' '.join(sums())}\n")


if __name__ == "__main__":
    main()
