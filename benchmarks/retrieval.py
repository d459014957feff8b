"""Quality of search on folders in BEIR form, beside plain BM25 over characters and character pairs.

    python benchmarks/retrieval.py FOLDER [FOLDER ...]

Every folder is indexed as it stands, one passage a document. The peer is an independent BM25 (Lucene's formula,
k1 = 1.2, b = 0.75) over single characters and pairs of the raw text, titles included, no script conversion: what one
gets on Chinese without further work. Prints a Markdown table; p is a paired randomisation test on nDCG@10.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from speechrag.build import build_collection
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.formats import read_beir, read_corpus
from speechrag.evaluation.harness import SearchFunction, judged_topics, run_topics
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.records import CollectionDocument
from speechrag.evaluation.statistics import compare

MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100")


class PlainBM25:
    """Characters and character pairs of the raw text, nothing else."""

    def __init__(self, documents: Sequence[CollectionDocument], k1: float = 1.2, b: float = 0.75) -> None:
        self._ids = [d.doc_id for d in documents]
        counts = [Counter(self._terms(f"{d.title}\n{d.text}")) for d in documents]
        lengths = [sum(c.values()) for c in counts]
        mean = sum(lengths) / len(lengths)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            for term, times in count.items():
                weight = times * (k1 + 1) / (times + k1 * (1 - b + b * length / mean))
                self._postings[term].append((at, weight))

    @staticmethod
    def _terms(text: str) -> list[str]:
        characters = [c for c in text.lower() if c.isalnum()]
        return characters + [a + b for a, b in pairwise(characters)]

    def search(self, text: str, depth: int) -> list[tuple[str, float]]:
        scores: dict[int, float] = defaultdict(float)
        for term in self._terms(text):
            postings = self._postings.get(term, ())
            idf = math.log(1 + (len(self._ids) - len(postings) + 0.5) / (len(postings) + 0.5))
            for at, weight in postings:
                scores[at] += idf * weight
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:depth]
        return [(self._ids[at], score) for at, score in best]


def search_function(engine: Engine) -> SearchFunction:
    return lambda text, depth: [(p.speech_id, score) for p, score in engine.rank(text, depth)]


def measure(folder: Path) -> None:
    data = read_beir(folder)
    topics, documents = judged_topics(data.topics, data.qrels), list(read_corpus(data.corpus))
    with tempfile.TemporaryDirectory() as place:
        build_collection(((d.doc_id, d.title, d.text) for d in documents), Path(place), Settings())
        systems: dict[str, SearchFunction] = {"plain BM25, characters + pairs": PlainBM25(documents).search}
        for name, weight in (("speechrag, lexical only", 0.0), ("speechrag", Settings().dense_weight)):
            settings = replace(Settings(), dense_weight=weight)
            systems[name] = search_function(Engine.open(place, settings))
        baseline: dict[str, dict[str, float]] = {}
        for name, search in systems.items():
            began = time.perf_counter()
            means, per_query = evaluate_run(data.qrels, run_topics(search, topics))
            rate = len(topics) / (time.perf_counter() - began)
            if baseline:
                difference = compare(per_query, baseline)["nDCG@10"]
                note = f"{difference.difference:+.4f} (p {difference.p_value:.4f})"
            else:
                baseline, note = per_query, ""
            row = [f"{means[m]:.4f}" for m in MEASURES]
            print(f"| {folder.name} | {name} | {' | '.join(row)} | {note} | {rate:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    print(f"| set | system | {' | '.join(MEASURES)} | nDCG@10 against plain BM25 | queries a second |")
    print("|---|---|" + "---|" * (len(MEASURES) + 2))
    for folder in parser.parse_args().folders:
        measure(folder)


if __name__ == "__main__":
    sys.exit(main())
