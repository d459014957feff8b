"""The labelled questions as topics and judgements: python eval/questions_as_topics.py --index INDEX --out DIR FILE ...

Relevant is every passage of the named speeches (of any speech, where a question names none) that holds all key phrases
of the answer; where no passage does, those that hold the most of them. Near-copies are judged alike. Writes
``queries.jsonl``, ``qrels/dev.tsv`` and ``qrels/test.tsv``; questions without an answer have no judgements and are
marked, so that ``speechrag evaluate --dataset DIR --index INDEX [--split dev]`` measures refusals too. Questions that
are in neither half are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from questions_check import HALVES, Row, read_rows

from speechrag.evaluation.answers import nugget_recall
from speechrag.evaluation.formats import QRELS, QUERIES, write_qrels, write_topics
from speechrag.evaluation.records import Qrel, Topic
from speechrag.index.opened import open_store
from speechrag.index.store import CorpusStore


def passages(store: CorpusStore) -> list[tuple[str, str, str]]:
    """Return (title of the speech, passage id, text with headings) of every passage."""
    found = []
    for speech in store.speeches():
        for stored in store.passages_of(speech.speech_id):
            text = "\n".join((speech.title, *stored.passage.headings, stored.passage.text))
            found.append((str(speech.quality.get("part", speech.title)), stored.passage.passage_id, text))
    return found


def relevant(row: Row, among: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return the ids of the passages that answer a question best, none where nothing of the answer is said."""
    named = set(row.get("speech", ()))
    nuggets = [phrase.split("|") for phrase in row["answer"]]
    shares = {key: nugget_recall(nuggets, text) for title, key, text in among if not named or title in named}
    best = max(shares.values(), default=0.0)
    return [key for key, share in shares.items() if share == best > 0]


def judged(rows: Sequence[Row], store: CorpusStore) -> Iterator[tuple[Row, list[str]]]:
    """Yield the questions of the two halves with the passages that answer them."""
    among = passages(store)
    for row in rows:
        if row["split"] in HALVES:
            yield row, relevant(row, among) if row["answerable"] else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--index", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args()
    _, store = open_store(options.index)
    found = list(judged([row for path in options.files for row in read_rows(path)], store))
    topics = [
        Topic(row["qid"], row["question"], {key: row[key] for key in ("kind", "answerable", "split")})
        for row, keys in found
        if keys or not row["answerable"]
    ]
    write_topics(options.out / QUERIES, topics)
    for half in HALVES:
        qrels = [Qrel(row["qid"], key, 1) for row, keys in found if row["split"] == half for key in keys]
        write_qrels(options.out / QRELS / f"{half}.tsv", qrels)
    for row, keys in found:
        if row["answerable"] and not keys:
            sys.stderr.write(f"{row['qid']}: no passage of this index says {row['answer']}; left out\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
