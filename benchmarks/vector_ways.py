"""Ways to find the nearest vectors, one against another: python benchmarks/vector_ways.py TEXTS [TEXTS ...] [--size N]

TEXTS are those of benchmarks/scale.py, cut every 400 characters and encoded by the built-in encoder; the queries are
clauses of the passages. Recall is the share of the true nearest 100 that a way finds. One thread; seconds and
milliseconds are processor time, megabytes those of the saved index, which is what lies in memory.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from scale import CLAUSE_END, read_texts
from speechrag.embedding import load_encoder
from speechrag.index.vectors import DEPTH, VectorStore

LENGTH = 400  # characters of a passage
QUERIES = 200
LISTS = 1024
LINKS = 32

Way = tuple[str, float, Any, int, Any]  # name, build seconds, index, bytes, search parameters


def passages(places: list[Path], size: int) -> list[str]:
    """Return the first ``size`` passages of the texts."""
    cut = (text[at : at + LENGTH] for _, text in read_texts(places) for at in range(0, len(text), LENGTH))
    return list(islice((piece for piece in cut if len(piece) > LENGTH // 4), size))


def clauses(texts: list[str], first: int) -> list[str]:
    """Return a clause of every so many passages, from the passage ``first`` on."""
    found = []
    for text in texts[first :: max(1, len(texts) // QUERIES)]:
        found.extend([part for part in CLAUSE_END.split(text) if 8 <= len(part) <= 30][1:2])
    return found


def built(name: str, index: Any, rows: Any) -> tuple[str, float, Any, int]:
    """Train and fill an index; return its name, processor seconds, itself and its size in bytes."""
    began = time.process_time()
    if not index.is_trained:
        index.train(rows)
    index.add(rows)
    return name, time.process_time() - began, index, len(faiss.serialize_index(index))


def ways(rows: Any, probes: Any) -> Iterator[Way]:
    """Yield every way at every setting, one index in memory at a time."""
    dim, metric = rows.shape[1], faiss.METRIC_INNER_PRODUCT
    yield *built("all rows, single precision", faiss.IndexFlatIP(dim), rows), None
    half = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, metric)
    yield *built("all rows, half precision", half, rows), None
    began = time.process_time()
    store = VectorStore.fill(rows, probes)
    took = time.process_time() - began
    index = store._index  # what searches, without the sorting around it
    yield (
        f"ours: {store.precision.kind}, {store.precision.shortlist}-fold",
        took,
        index,
        len(faiss.serialize_index(index)),
        None,
    )
    lists = built(f"inverted lists ({LISTS})", faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, LISTS, metric), rows)
    for probe in (16, 64, 256):
        yield f"{lists[0]}, {probe} read", *lists[1:], faiss.SearchParametersIVF(nprobe=probe)
    graph = faiss.IndexHNSWFlat(dim, LINKS, metric)
    graph.hnsw.efConstruction = 100
    made = built(f"HNSW ({LINKS} links)", graph, rows)
    for width in (100, 400, 1600):
        yield f"{made[0]}, {width} wide", *made[1:], faiss.SearchParametersHNSW(efSearch=width)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXTS")
    parser.add_argument("--size", type=int, default=100_000, metavar="N", help="passages (default: 100000)")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    encoder = load_encoder("builtin")
    texts = passages(options.texts, options.size)
    rows = encoder.encode_documents(texts)
    probes, queries = (encoder.encode_queries(clauses(texts, first)) for first in (0, len(texts) // QUERIES // 2))
    print(f"{len(rows)} x {rows.shape[1]}, {len(queries)} queries, faiss {faiss.__version__}, {platform.machine()}\n")
    print("| way | build s | MB | ms a query | recall@100 |\n|---|---|---|---|---|")
    true = None
    for name, took, index, size, parameters in ways(rows, probes):
        began = time.process_time()
        found = [index.search(query[None], DEPTH, params=parameters)[1][0] for query in queries]
        spent = 1000 * (time.process_time() - began) / len(queries)
        true = true or found
        recall = np.mean([len(np.intersect1d(a, b)) / DEPTH for a, b in zip(found, true, strict=True)])
        print(f"| {name} | {took:.1f} | {size / 1e6:.0f} | {spent:.2f} | {recall:.3f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
