"""Quality of search on folders in BEIR form, beside plain BM25 over characters and character pairs.

    python benchmarks/retrieval.py [--parts] FOLDER [FOLDER ...]

Every folder is indexed as it stands, one passage a document. The peer is an independent BM25 (Lucene's formula) over
single characters and pairs of the raw text, titles included, no script conversion: what one gets on Chinese without
further work. Of several settings of k1 and b the one that does best on the very set it is judged on is taken, which
favours the peer. Prints a Markdown table; p is a paired randomisation test on nDCG@10, in a second table after Holm's
correction over the sets, with the mean in which every set counts alike. ``--parts`` adds a row for each part of the
ranking left out.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from speechrag.build import build_collection
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.formats import read_beir, read_corpus
from speechrag.evaluation.harness import SearchFunction, judged_topics, run_topics
from speechrag.evaluation.measures import PerQuery, evaluate_run
from speechrag.evaluation.records import CollectionDocument, Qrel, Topic
from speechrag.evaluation.statistics import across_sets, compare, mean_difference

MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100")
PLAIN = "plain BM25, characters + pairs"
CONSTANTS = ((1.2, 0.75), (0.9, 0.4), (1.5, 0.9))  # k1 and b of the peer
WHOLE: Mapping[str, Mapping[str, object]] = {"speechrag": {}}
PARTS: Mapping[str, Mapping[str, object]] = {
    "without the encoder": {"dense_weight": 0.0},
    "without query understanding": {"understanding": "off"},
    "without the ranker": {"ranker": "off"},
    "lexical fields alone": {"dense_weight": 0.0, "understanding": "off", "ranker": "off"},
}


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


def best_plain(documents: Sequence[CollectionDocument], topics: Sequence[Topic], qrels: Sequence[Qrel]) -> PlainBM25:
    """Return the peer with the constants that give it the best nDCG@10 on these very topics."""
    peers = [PlainBM25(documents, k1, b) for k1, b in CONSTANTS]
    return max(peers, key=lambda peer: evaluate_run(qrels, run_topics(peer.search, topics, 10))[0]["nDCG@10"])


def measure(folder: Path, systems_of: Mapping[str, Mapping[str, object]]) -> dict[str, PerQuery]:
    """Print a row for each system and return its values by query, the peer's first."""
    data = read_beir(folder)
    topics, documents = judged_topics(data.topics, data.qrels), list(read_corpus(data.corpus))
    with tempfile.TemporaryDirectory() as place:
        build_collection(((d.doc_id, d.title, d.text) for d in documents), Path(place), Settings())
        systems: dict[str, SearchFunction] = {PLAIN: best_plain(documents, topics, data.qrels).search}
        for name, changed in systems_of.items():
            systems[name] = search_function(Engine.open(place, replace(Settings(), **changed)))
        measured: dict[str, PerQuery] = {}
        for name, search in systems.items():
            began = time.perf_counter()
            means, per_query = evaluate_run(data.qrels, run_topics(search, topics))
            rate = len(topics) / (time.perf_counter() - began)
            note = ""
            if measured:
                difference = compare(per_query, measured[PLAIN])["nDCG@10"]
                note = f"{difference.difference:+.4f} (p {difference.p_value:.4f})"
            measured[name] = per_query
            row = [f"{means[m]:.4f}" for m in MEASURES]
            print(f"| {folder.name} | {name} | {' | '.join(row)} | {note} | {rate:.0f} |", flush=True)
    return measured


def corrected(sets: Mapping[str, Mapping[str, PerQuery]]) -> Iterator[str]:
    """Yield the rows of each system against the peer, p corrected for the number of sets, and the mean over them."""
    yield f"| system | set | nDCG@10 against plain BM25 | 95 % interval | p | p (Holm, {len(sets)} sets) |"
    yield "|---|---|---|---|---|---|"
    for system in [name for name in next(iter(sets.values())) if name != PLAIN]:
        found = across_sets({name: compare(own[system], own[PLAIN])["nDCG@10"] for name, own in sets.items()})
        for name, one in found.items():
            interval = f"{one.ci_low:+.4f} to {one.ci_high:+.4f}"
            yield f"| {system} | {name} | {one.difference:+.4f} | {interval} | {one.p_value:.4f} | {one.p_holm:.4f} |"
        mean = mean_difference([(_column(own[system]), _column(own[PLAIN])) for own in sets.values()])
        interval = f"{mean.ci_low:+.4f} to {mean.ci_high:+.4f}"
        yield f"| {system} | mean | {mean.difference:+.4f} | {interval} | {mean.p_value:.4f} | |"


def _column(per_query: PerQuery) -> list[float]:
    return [row["nDCG@10"] for _, row in sorted(per_query.items())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--parts", action="store_true", help="also measure with each part of the ranking left out")
    arguments = parser.parse_args()
    print(f"| set | system | {' | '.join(MEASURES)} | nDCG@10 against plain BM25 | queries a second |")
    print("|---|---|" + "---|" * (len(MEASURES) + 2))
    systems = {**WHOLE, **PARTS} if arguments.parts else WHOLE
    sets = {folder.name: measure(folder, systems) for folder in arguments.folders}
    print("\n" + "\n".join(corrected(sets)))


if __name__ == "__main__":
    sys.exit(main())
