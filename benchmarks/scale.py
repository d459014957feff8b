"""How time, memory and disk grow with the corpus: python benchmarks/scale.py TEXTS [TEXTS ...] [--sizes 10000 100000]

TEXTS are JSON-lines files with a `text` (and `title`) a line, or folders of .txt files. Their texts are cut into
passages of about 400 characters; when they run out, the sentences of two texts at a time are shuffled into a new one,
always in the same way. For each size a process of its own builds the postings and the vectors from the stored passages,
and another one asks, one query after the other, with clauses of the passages. One thread throughout.

Seconds and milliseconds are processor time, which other work on the machine disturbs less than the clock; the last
column of the table has the clock time of a hybrid query beside it. Peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from speechrag.building.preparing import prepared_speech
from speechrag.config import Settings
from speechrag.embedding import load_encoder
from speechrag.engine import Engine
from speechrag.index import layout
from speechrag.index.fill import IndexFiller
from speechrag.index.lexical import segmenter_fingerprint
from speechrag.index.store import CorpusStore
from speechrag.index.texts import Prepared, TextFiller
from speechrag.passages.section import SectionChunker
from speechrag.records import CleanDocument, Document, Query, Speech
from speechrag.text import displayable, sentence_spans

SIZES = (10_000, 30_000, 100_000, 200_000)
PASSAGE_CHARS = 520  # whole sentences packed up to this length make passages of 400 characters in the mean
QUERIES = 400
CLAUSE_END = re.compile(r"[，。；：？！、…\s]")
STAGES = ("indexing", "embedding")


def read_texts(places: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield the title and text of every document, in order of file name."""
    for place in places:
        for path in sorted(place.rglob("*.txt")) if place.is_dir() else [place]:
            if path.suffix == ".txt":
                yield path.stem, path.read_text(encoding="utf-8", errors="replace")
                continue
            with path.open(encoding="utf-8") as lines:
                for record in map(json.loads, lines):
                    yield record.get("title") or record["text"][:20], record["text"]


def endless(documents: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the documents, then without end new ones of the shuffled sentences of two of them."""
    yield from documents
    turn = 0
    while True:
        turn += 1
        for number, (title, text) in enumerate(documents):
            other = documents[(number + turn * 7919) % len(documents)][1]
            sentences = [t[a:b] for t in (text, other) for a, b in sentence_spans(t)]
            random.Random(f"{turn}/{number}").shuffle(sentences)
            yield f"{title}（{turn}）", "".join(sentences)


def write_passages(places: Sequence[Path], size: int, path: Path) -> None:
    """Fill a corpus file with ``size`` passages."""
    filler, chunker, left = TextFiller(path), SectionChunker(PASSAGE_CHARS), size
    for number, (title, text) in enumerate(endless(list(read_texts(places)))):
        body, name = displayable(text), f"d{number:07}"
        if not body.strip():
            continue
        metadata = {"year": 2000 + number % 25, "level": "省市县乡"[number % 4]}
        speech = Speech(name, name, name, 1, title, body, 0, len(body), metadata=metadata)
        part = prepared_speech(speech, chunker)
        part = replace(part, passages=part.passages[:left], samples=part.samples[:left])
        filler.add(Prepared(CleanDocument(Document(name, name, body, "0" * 64), body), (part,)), ())
        left -= len(part.passages)
        if not left:
            break
    filler.finish([])


def peak() -> float:
    """Return the largest memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(index: Path, staging: Path, settings: Settings) -> dict[str, Any]:
    """Build and publish from the corpus file in ``staging``; return processor seconds by stage, memory and disk."""
    began: dict[str, float] = {}
    encoder = load_encoder(settings.embedder or "builtin")
    stages = {"cleaner": "none", "chunker": f"section-{PASSAGE_CHARS}"}
    stages["segmenter"] = segmenter_fingerprint(settings.segmenter)
    start, clock = time.process_time(), time.perf_counter()
    filler = IndexFiller(
        staging, settings, stages, encoder, lambda stage, *_: began.setdefault(stage, time.process_time()) and None
    )
    manifest = filler.finish([])
    layout.publish(index, staging, manifest.generation)
    end = time.process_time()
    return {
        "postings": began["embedding"] - start,
        "vectors": end - began["embedding"],
        "build": end - start,
        "clock": time.perf_counter() - clock,
        "peak": peak(),
        "text_mb": sum(v for k, v in manifest.bytes.items() if Path(k).stem == Path(layout.CORPUS).stem) / 1e6,
        "postings_mb": sum(v for k, v in manifest.bytes.items() if k.startswith(layout.LEXICAL)) / 1e6,
        "vectors_mb": manifest.bytes[layout.VECTORS] / 1e6,
        "search": manifest.vector_search.get("kind", ""),
        "recall": manifest.vector_search.get("recall", 1.0),
    }


def clauses(store: CorpusStore) -> list[str]:
    """Return up to ``QUERIES`` clauses of passages spread evenly over the corpus, each as long as a question."""
    total = store.count("passages")
    chosen = list(range(total // QUERIES // 2, total, max(1, total // QUERIES)))
    found = []
    for stored in store.passages_at(chosen):
        parts = [part.strip() for part in CLAUSE_END.split(stored.passage.text)]
        found.extend([part for part in parts if 8 <= len(part) <= 30][1:2])
    return found


def latency(run: Callable[[str], object], queries: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return p50 and p95 of ``run`` in milliseconds of processor time and of clock time, after a warm-up."""
    for query in queries[:50]:
        run(query)
    used, passed = [], []
    for query in queries:
        cpu, clock = time.thread_time(), time.perf_counter()
        run(query)
        used.append((time.thread_time() - cpu) * 1000)
        passed.append((time.perf_counter() - clock) * 1000)
    return quantiles(used), quantiles(passed)


def quantiles(values: Sequence[float]) -> list[float]:
    """Return the median and the 95th percentile."""
    return [statistics.median(values), statistics.quantiles(values, n=20)[-1]]


def ask(index: Path, settings: Settings) -> dict[str, Any]:
    """Return latencies of each channel and of a whole search, and the memory of the process that asked."""
    engine = Engine.open(index, settings)
    opened = engine._index
    queries = clauses(opened.store)

    def dense(text: str) -> object:
        return opened.vectors.search(opened.encoder.encode_queries([text])[0], 100)

    def filtered(text: str) -> object:
        return engine.search(Query(text, 10, {"level": ("省",)}))

    hybrid, clock = latency(lambda text: engine.search(Query(text, 10)), queries)
    return {
        "lexical": latency(lambda text: opened.lexical.search(text, 100), queries)[0],
        "dense": latency(dense, queries)[0],
        "hybrid": hybrid,
        "hybrid_clock": clock,
        "filtered": latency(filtered, queries[:60])[0],
        "peak_asking": peak(),
        "queries": len(queries),
    }


def measure(places: Sequence[Path], size: int, folder: Path, embedder: str) -> dict[str, Any]:
    """Run the steps for one size, each in its own process; return all that they measured."""
    found: dict[str, Any] = {"passages": size}
    options = ["--folder", str(folder), "--embedder", embedder, "--sizes", str(size)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    for step in ("texts", "build", "ask"):
        command = [sys.executable, __file__, *map(str, places), *options, "--step", step]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        found |= json.loads(done.stdout)
    return found


def run_step(step: str, places: Sequence[Path], size: int, folder: Path, embedder: str) -> dict[str, Any]:
    settings = Settings(embedder=embedder)
    staging = folder / layout.GENERATIONS / f"{layout.STAGING}scale"
    if step == "texts":
        shutil.rmtree(folder, ignore_errors=True)
        staging.mkdir(parents=True)
        write_passages(places, size, staging / layout.CORPUS)
        return {}
    if step == "build":
        with layout.build_lock(folder):
            return build(folder, staging, settings)
    return ask(folder, settings)


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table, one row a size."""
    head = (
        "| passages | build s (postings + vectors) | peak MB building, asking | disk MB texts, postings, vectors "
        "| vectors, recall@100 | lexical ms | dense ms | hybrid ms | filtered ms | hybrid ms by the clock |"
    )
    lines = [head, "|" + "---|" * 10]
    for r in rows:
        pairs = {k: " / ".join(f"{x:.1f}" for x in r[k]) for k in ("lexical", "dense", "hybrid", "filtered")}
        lines.append(
            f"| {r['passages']:,} | {r['build']:.0f} ({r['postings']:.0f} + {r['vectors']:.0f}) "
            f"| {r['peak']:.0f}, {r['peak_asking']:.0f} "
            f"| {r['text_mb']:.0f}, {r['postings_mb']:.0f}, {r['vectors_mb']:.0f} | {r['search']}, {r['recall']:.3f} "
            f"| {pairs['lexical']} | {pairs['dense']} | {pairs['hybrid']} | {pairs['filtered']} "
            f"| {r['hybrid_clock'][0]:.1f} / {r['hybrid_clock'][1]:.1f} |"
        )
    return "\n".join(lines)


def plot(rows: Sequence[dict[str, Any]]) -> str:
    """Return an SVG with four panels, both axes logarithmic: build time, memory, disk and query time by passages."""
    panels = (
        ("build, processor seconds", lambda r: r["build"]),
        ("peak memory while building, MB", lambda r: r["peak"]),
        ("postings and vectors on disk, MB", lambda r: r["postings_mb"] + r["vectors_mb"]),
        ("hybrid query p95, processor ms", lambda r: r["hybrid"][1]),
    )
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="500" font-family="sans-serif" font-size="12">',
        '<rect width="760" height="500" fill="white"/>',
    ]
    for number, (title, value) in enumerate(panels):
        points = [(r["passages"], value(r)) for r in rows]
        parts.append(panel(title, points, 60 + number % 2 * 380, 40 + number // 2 * 240))
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(title: str, points: Sequence[tuple[float, float]], left: int, top: int) -> str:
    """Return one panel of 280 x 160 at ``left``, ``top``: axes at the decades, a line, each point with its value."""
    spans = []
    for values in zip(*points, strict=True):
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        spans.append((low, max(high, low + 1)))
    (x0, x1), (y0, y1) = spans

    def place(x: float, y: float) -> tuple[float, float]:
        return left + 280 * (math.log10(x) - x0) / (x1 - x0), top + 160 * (1 - (math.log10(y) - y0) / (y1 - y0))

    parts = [f'<text x="{left}" y="{top - 12}" font-weight="bold">{title}</text>']
    for power in range(x0, x1 + 1):
        x, _ = place(10**power, 10**y0)
        parts.append(f'<path d="M{x:.0f} {top}V{top + 160}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{top + 176}" text-anchor="middle">{10**power:,}</text>')
    for power in range(y0, y1 + 1):
        _, y = place(10**x0, 10**power)
        parts.append(f'<path d="M{left} {y:.0f}H{left + 280}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>')
    places = [place(x, y) for x, y in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts.append(f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    for (x, y), (_, value) in zip(places, points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#1f5fa8"/>')
        told, anchor = f"{value:,.0f}" if value >= 100 else f"{value:.3g}", "start" if x == left else "end"
        parts.append(
            f'<text x="{x + (4 if x == left else -4):.1f}" y="{y - 7:.1f}" text-anchor="{anchor}">{told}</text>'
        )
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="passages; 1000000 needs 10 GB of disk")
    parser.add_argument("--embedder", default="builtin")
    parser.add_argument("--folder", type=Path, help="where the index is built; a temporary folder by default")
    parser.add_argument("--plot", type=Path, help="write the growth as an SVG to this file")
    parser.add_argument("--step", choices=("texts", "build", "ask"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(run_step(asked.step, asked.texts, asked.sizes[0], asked.folder, asked.embedder)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for size in asked.sizes:
            rows.append(measure(asked.texts, size, (asked.folder or Path(temporary)) / "index", asked.embedder))
            print(json.dumps(rows[-1]), file=sys.stderr)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}\n\n{table(rows)}")
    if asked.plot:
        asked.plot.write_text(plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
