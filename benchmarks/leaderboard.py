"""Our configurations beside plain BM25 and the peers, on a page that only this script writes.

    python benchmarks/leaderboard.py measure FOLDER [FOLDER ...] [--reranker NAME] [--only CONFIGURATION]
    python benchmarks/leaderboard.py render

The first adds to the results or replaces some, the second writes docs/leaderboard.md from them.

Folders are in BEIR form and indexed as they stand, one passage a document. A result holds the settings, nDCG@10 of
every query, the other means, processor milliseconds of a query (one thread, after a first one), the size and the
fingerprint of the index, the commit, and the largest memory of the process while the system was made and searched (on
Linux; the documents and whatever an earlier system left are in it). Intervals, differences and p are computed from it
when the page is written. Peers that are not installed keep the results they have. Peers give ten documents a query, so
R@100 is not known of them. The page has every set that was measured, whichever folders they were.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from peers import TOP, installed
from retrieval import PLAIN, best_plain, search_function
from speechrag import __version__
from speechrag.build import build_collection
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.formats import read_beir, read_corpus
from speechrag.evaluation.harness import SearchFunction, judged_topics, run_topics
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.plots import Bar, bars
from speechrag.evaluation.provenance import index_fingerprint, source_commit
from speechrag.evaluation.records import CollectionDocument, Dataset, Topic
from speechrag.evaluation.report import aligned
from speechrag.evaluation.statistics import bootstrap_interval, holm, mean_interval, randomisation_test
from speechrag.index.layout import sha256_of

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "leaderboard.jsonl"
PAGE = ROOT / "docs" / "leaderboard.md"
FIRST = "nDCG@10"
SHOWN = (FIRST, "RR@10", "R@10", "R@100")
JUDGED = "Judged@10"
OWN: Mapping[str, Mapping[str, object]] = {
    "speechrag, default": {},
    "with the reader": {"reranker": "reader"},
    "without the ranker": {"ranker": "off"},
    "fields and encoder": {"ranker": "off", "understanding": "off"},
    "lexical fields alone": {"dense_weight": 0.0, "ranker": "off", "understanding": "off"},
    "encoder alone": {"dense_weight": 1.0, "ranker": "off", "understanding": "off"},
}
CLEAR_REFS, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RERANKED = "with a cross-encoder"
INTRODUCTION = (
    "Written by `python benchmarks/leaderboard.py render` from `benchmarks/results/leaderboard.jsonl`; that script says"
    " what is measured and how. nDCG@10 with its 95 % bootstrap interval; differences from plain BM25 by a paired"
    " randomisation test, p after Holm's correction over the {comparisons} comparisons of this page. Milliseconds are"
    " processor time of one query on one thread. Judged@10: share of the first ten that somebody judged. Peak: largest"
    " memory of the measuring process. Index and commit: what shaped the index, the source that measured. A dash: not"
    " known (peers give ten documents a query and keep no index file; earlier rows lack the last four)."
)
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.quiet{fill:#666}.grid{stroke:#ddd}.bar{fill:#b9b0a2}"
    ".whisker{stroke:#222;stroke-width:1.25}</style>"
)

Row = Mapping[str, Any]


class _Clocked:
    """A search that keeps the processor milliseconds of every call but the first."""

    def __init__(self, search: SearchFunction) -> None:
        self._search = search
        self._spent: list[float] = []

    def __call__(self, text: str, depth: int) -> Sequence[tuple[str, float]]:
        began = time.process_time()
        found = self._search(text, depth)
        self._spent.append(1000 * (time.process_time() - began))
        return found

    def percentile(self, share: int) -> float:
        ordered = sorted(self._spent[1:])
        return round(ordered[max(0, math.ceil(share * len(ordered) / 100) - 1)], 2)


def forget_peak() -> None:
    """Let the largest memory of this process count from now on, where Linux can."""
    if CLEAR_REFS.exists():
        CLEAR_REFS.write_text("5", encoding="ascii")


def peak_mb() -> float | None:
    """Return the largest memory of this process since ``forget_peak``; None where Linux does not tell it."""
    lines = STATUS.read_text("utf-8").splitlines() if STATUS.exists() else []
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM:")), None)


def read_rows() -> list[Row]:
    return [json.loads(line) for line in RESULTS.read_text("utf-8").splitlines()] if RESULTS.exists() else []


def write_rows(rows: Sequence[Row]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: (row["set"], row["system"]))
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in ordered)
    RESULTS.write_text(text, encoding="utf-8", newline="\n")


def measured(search: SearchFunction, topics: Sequence[Topic], data: Dataset, depth: int) -> dict[str, Any]:
    """Return what one system gives on one set; its memory counts from the last ``forget_peak``."""
    clocked = _Clocked(search)
    clocked(topics[0].text, depth)
    means, per_query = evaluate_run(data.qrels, run_topics(clocked, topics, depth), (*SHOWN, JUDGED))
    return {
        **{name: round(means[name], 4) for name in (*SHOWN, JUDGED) if depth >= int(name.partition("@")[2])},
        "values": [round(row[FIRST], 4) for _, row in sorted(per_query.items())],
        "p50_ms": clocked.percentile(50),
        "p95_ms": clocked.percentile(95),
        "peak_mb": peak_mb(),
    }


def own_rows(
    place: str,
    documents: Sequence[CollectionDocument],
    topics: Sequence[Topic],
    data: Dataset,
    wanted: Mapping[str, Mapping[str, object]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of plain BM25 and of our configurations over one index; of BM25 only with all of ours."""
    if set(wanted) >= set(OWN):
        forget_peak()
        plain = best_plain(documents, topics, data.qrels)
        yield {"system": PLAIN, "settings": "k1 and b: the best of three on this very set"} | measured(
            plain.search, topics, data, 100
        )
    for name, changed in wanted.items():
        forget_peak()
        engine = Engine.open(place, replace(Settings(), **changed))  # type: ignore[arg-type]
        told = " ".join(f"{key}={value}" for key, value in changed.items()) or "as shipped"
        yield {
            "system": name,
            "settings": told,
            "index": index_fingerprint(engine.manifest),
            "index_mb": round(sum(engine.manifest.bytes.values()) / 1e6, 1),
            "encoder": f"{engine.manifest.embedder} {engine.manifest.embedder_fingerprint}",
            "version": __version__,
        } | measured(search_function(engine), topics, data, 100)


def peer_search(search: Callable[[str], list[tuple[str, str]]]) -> SearchFunction:
    return lambda text, depth: [(key, -float(rank)) for rank, (key, _) in enumerate(search(text)[:depth])]


def measure(folder: Path, wanted: Mapping[str, Mapping[str, object]]) -> list[Row]:
    """Return the rows of one set: all of them, or where only some of our configurations are ``wanted`` these alone."""
    data = read_beir(folder)
    topics, documents = judged_topics(data.topics, data.qrels), list(read_corpus(data.corpus))
    about = {
        "set": folder.resolve().name,
        "corpus": sha256_of(data.corpus)[:12],
        "documents": len(documents),
        "date": time.strftime("%Y-%m-%d"),
        "commit": (source_commit() or "")[:12] or None,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        build_collection(((d.doc_id, d.title, d.text) for d in documents), Path(place), Settings())
        for row in own_rows(place, documents, topics, data, wanted):
            rows.append(about | row)
            _say(f"{row['system']}: {row[FIRST]:.4f}")
    for name, build in installed() if set(wanted) >= set(OWN) else ():
        forget_peak()
        search = peer_search(build([(d.doc_id, f"{d.title}\n{d.text}") for d in documents], False))
        rows.append(about | {"system": name, "settings": "same encoder"} | measured(search, topics, data, TOP))
        _say(f"{name}: {rows[-1][FIRST]:.4f}")
    return rows


def page(rows: Sequence[Row]) -> str:
    """Return the whole page."""
    compared = [(row, _plain(row["set"], rows)) for row in rows if row["system"] != PLAIN]
    chances = [randomisation_test(row["values"], plain["values"]) for row, plain in compared]
    corrected = {
        (row["set"], row["system"]): pair
        for (row, _), pair in zip(compared, zip(chances, holm(chances), strict=True), strict=True)
    }
    parts = [
        "# Leaderboard",
        INTRODUCTION.format(comparisons=len(chances)),
    ]
    for name in sorted({row["set"] for row in rows}):
        own = sorted((row for row in rows if row["set"] == name), key=lambda row: (-row[FIRST], row["system"]))
        parts += [
            f"## {name}",
            _about(own),
            f"![nDCG@10 of every system]({_plot_name(name)})",
            _table(own, rows, corrected),
        ]
    return "\n\n".join(parts) + "\n"


def _plain(name: str, rows: Sequence[Row]) -> Row:
    return next(row for row in rows if row["set"] == name and row["system"] == PLAIN)


def _plot_name(name: str) -> str:
    return f"leaderboard-{name}.svg"


def _about(own: Sequence[Row]) -> str:
    first = own[0]
    counts = f"{len(first['values'])} queries, {first['documents']} documents, corpus {first['corpus']}"
    encoders = sorted({row["encoder"] for row in own if "encoder" in row})
    return f"{counts}. Encoder: {', '.join(encoders)}. Machine: {', '.join(sorted({row['machine'] for row in own}))}."


def _table(own: Sequence[Row], rows: Sequence[Row], corrected: Mapping[tuple[str, str], tuple[float, float]]) -> str:
    head = [
        "system",
        "settings",
        *SHOWN,
        "95 % interval",
        "against plain BM25",
        "95 % interval",
        "p (Holm)",
        "p50 / p95 ms",
    ]
    head += ["index MB", "measured", JUDGED, "peak MB", "index", "commit"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in own:
        low, high = mean_interval(row["values"])
        against = ["", "", ""]
        if row["system"] != PLAIN:
            plain = _plain(row["set"], rows)["values"]
            change = math.fsum(row["values"]) / len(plain) - math.fsum(plain) / len(plain)
            lowest, highest = bootstrap_interval(row["values"], plain)
            p_holm = corrected[row["set"], row["system"]][1]
            against = [f"{change:+.4f}", f"{lowest:+.4f} to {highest:+.4f}", f"{p_holm:.4f}"]
        cells = [row["system"], row["settings"], *(f"{row[m]:.4f}" if m in row else "-" for m in SHOWN)]
        cells += [f"{low:.4f} to {high:.4f}", *against, f"{row['p50_ms']:.1f} / {row['p95_ms']:.1f}"]
        cells += [_known(row, "index_mb"), row["date"], f"{row[JUDGED]:.4f}" if JUDGED in row else "-"]
        cells += [_known(row, name) for name in ("peak_mb", "index", "commit")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _known(row: Row, name: str) -> str:
    return "-" if row.get(name) is None else str(row[name])


def plots(rows: Sequence[Row]) -> dict[str, str]:
    """Return file name -> drawing, one a set, the best system first."""
    found = {}
    for name in sorted({row["set"] for row in rows}):
        own = sorted((row for row in rows if row["set"] == name), key=lambda row: (-row[FIRST], row["system"]))
        drawn = [
            Bar(
                row["system"].partition(":")[0],
                row[FIRST],
                *mean_interval(row["values"]),
                f"p95 {row['p95_ms']:.0f} ms",
            )
            for row in own
        ]
        svg = bars(drawn, f"{FIRST} on {name}")
        opening, _, rest = svg.partition(">")
        paper = '<rect width="100%" height="100%" fill="#fff"/>'
        found[_plot_name(name)] = f'{opening} xmlns="http://www.w3.org/2000/svg">{STYLE}{paper}{rest}\n'
    return found


def render() -> None:
    rows = read_rows()
    PAGE.write_text(page(rows), encoding="utf-8", newline="\n")
    for name, drawing in plots(rows).items():
        (PAGE.parent / name).write_text(drawing, encoding="utf-8", newline="\n")
    _say(aligned([["set", "system", FIRST], *([row["set"], row["system"], f"{row[FIRST]:.4f}"] for row in rows)]))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("measure", "render"))
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--reranker", default="", help="also measure with this cross-encoder, by name or path")
    parser.add_argument(
        "--only", default="", choices=("", *OWN), help="measure this configuration of ours and no other"
    )
    options = parser.parse_args()
    wanted = {options.only: OWN[options.only]} if options.only else dict(OWN)
    if options.reranker:
        wanted[RERANKED] = {"reranker": options.reranker}
    for folder in options.folders if options.task == "measure" else ():
        new = measure(folder, wanted)
        replaced = {(row["set"], row["system"]) for row in new}
        write_rows([row for row in read_rows() if (row["set"], row["system"]) not in replaced] + new)
    if options.task == "render":
        render()


if __name__ == "__main__":
    main()
