"""Measure retrieval."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.config import Settings, load_settings
from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import (
    Progress,
    format_option,
    index_option,
    made_folder,
    named,
    progress_option,
    read_settings,
    write_file,
)

if TYPE_CHECKING:
    from speechrag.evaluation.records import EvaluationReport
    from speechrag.evaluation.run import Task

SUMMARY = "measure retrieval"
EXAMPLE = "speechrag evaluate --dataset my-set --run-out my.run --report my.html"
FUSED_WITHOUT_RUNS = "--fuse needs the runs to fuse: give --runs RUN RUN"
SETTABLE = ("dense_weight", "understanding", "ranker", "paraphrases", "reranker")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dataset", metavar="DIR", nargs="+", action="extend", default=[],
        help="a folder in BEIR form; of several each is a row, and --run-out, --scores-out, --baseline and --report "
             "name folders",
    )  # fmt: skip
    parser.add_argument("--split", metavar="NAME", help="judgements of --dataset (default: test)")
    parser.add_argument(
        "--topics", metavar="FILE",
        help="topics: qid<TAB>text, or JSON lines; with --runs for the kinds of queries alone",
    )  # fmt: skip
    parser.add_argument("--qrels", metavar="FILE", help="judgements in TREC or BEIR form")
    index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="the encoder for --dataset without --index")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[],
        help="measure with other settings of retrieval, e.g. dense_weight=0 ranker=off, or reranker=reader",
    )  # fmt: skip
    parser.add_argument(
        "--search", metavar="KEY=V1,V2", nargs="+", action="extend", default=[],
        help="try every combination of these settings on qrels/dev.tsv of --dataset, and measure the best once on "
             "qrels/test.tsv, e.g. dense_weight=0,0.1,0.3 ranker=on,off",
    )  # fmt: skip
    parser.add_argument("--run-out", metavar="FILE", type=named, help="write the run in TREC form")
    parser.add_argument(
        "--scores-out", metavar="FILE", type=named, help="write every query's values as `trec_eval -q` does"
    )
    parser.add_argument(
        "--baseline", metavar="RUN", help="a run in TREC form, or the JSON of an earlier evaluation, to compare with"
    )
    parser.add_argument(
        "--families", choices=("auto", "on", "off"), default="auto",
        help="count near-copies of a judged document once (default: where the index has them)",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE", type=named, help="write one HTML page with tables and plots")
    parser.add_argument(
        "--gate", action="store_true",
        help="with --baseline: exit 1 with the reasons when the 95 %% interval of the difference reaches below -0.01 "
             "nDCG@10 or R@100, overall or on a kind of 100 queries and more, when the baseline lacks judged queries, "
             "and when p95 grew by more than a fifth (a baseline in JSON has it)",
    )  # fmt: skip
    parser.add_argument(
        "--runs", metavar="RUN", nargs="+",
        help="with --qrels: one run alone, or the first against the second; --topics adds the kinds of queries",
    )  # fmt: skip
    parser.add_argument("--fuse", choices=("rrf",), help="with --runs: all of them fused by rank, against the first")
    parser.add_argument(
        "--make-set", metavar="DIR",
        help="make query sets in BEIR form from the headings of --index, without judging by hand",
    )  # fmt: skip
    format_option(parser, "text", "json", "mteb")
    progress_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.format == "mteb" and (options.make_set or options.search or len(options.dataset) > 1):
        raise UsageError("--format mteb goes with one set or with --runs")
    if options.make_set:
        return _make_sets(options)
    if options.search:
        return _search(options)
    if len(options.dataset) > 1:
        return _several(options)
    return _one(options)


def _one(options: argparse.Namespace) -> int:
    from speechrag.evaluation.gate import unchecked
    from speechrag.evaluation.page import page
    from speechrag.evaluation.report import to_json, to_mteb, to_text, with_notes

    report = _measured(options)
    if options.gate:
        report = with_notes(report, unchecked(report))
    print({"text": to_text, "json": to_json, "mteb": to_mteb}[options.format](report))
    if options.report:
        write_file(Path(options.report), page(report).encode("utf-8"), "--report")
    return _gate({"": report}) if options.gate else 0


def _several(options: argparse.Namespace) -> int:
    from speechrag.evaluation.gate import unchecked
    from speechrag.evaluation.page import page
    from speechrag.evaluation.report import with_notes
    from speechrag.evaluation.sets import evaluate_sets, sets_to_json, sets_to_text

    _check_gate(options)
    if options.runs:
        _check_runs(options)
    if options.fuse:
        raise UsageError(FUSED_WITHOUT_RUNS)
    progress = Progress(options.progress == "lines")
    report = evaluate_sets(_settings(options), _task(options), options.dataset, progress)
    if options.gate:
        report = replace(report, sets={name: with_notes(own, unchecked(own)) for name, own in report.sets.items()})
    print(sets_to_json(report) if options.format == "json" else sets_to_text(report))
    if options.report:
        folder = made_folder(Path(options.report), "--report")
        for name, own in report.sets.items():
            write_file(folder / f"{name}.html", page(own).encode("utf-8"), "--report")
    return _gate(report.sets) if options.gate else 0


def _search(options: argparse.Namespace) -> int:
    from speechrag.evaluation.tuning import DEV, search, search_to_json, search_to_text

    grid = {key: values.split(",") for key, values in _pairs("--search", options.search, "key=value,value").items()}
    names = ("runs", "fuse", "gate", "report", "run_out", "scores_out", "baseline")
    refused = [getattr(options, name) for name in names]
    if len(options.dataset) > 1 or any(refused):
        raise UsageError("--search goes with one --dataset, and with --index, --set, --embedder and --format")
    found = search(lambda values: _settings(options, values), replace(_task(options), split=options.split or DEV), grid)
    print(search_to_json(found) if options.format == "json" else search_to_text(found))
    return 0


def _measured(options: argparse.Namespace) -> EvaluationReport:
    from speechrag.evaluation.run import compare_runs, evaluate

    _check_gate(options)
    if options.runs:
        _check_runs(options)
        outputs = {"run_out": options.run_out, "scores_out": options.scores_out}
        return compare_runs(options.qrels, options.runs, fuse=options.fuse, topics=options.topics, **outputs)
    if options.fuse:
        raise UsageError(FUSED_WITHOUT_RUNS)
    return evaluate(_settings(options), _task(options), Progress(options.progress == "lines"))


def _check_runs(options: argparse.Namespace) -> None:
    """Raise UsageError for what means nothing where nothing is searched."""
    names = ("dataset", "baseline", "split", "index", "embedder", "set")
    wrong = [f"--{name}" for name in names if getattr(options, name)]
    wrong += ["--families on"] if options.families == "on" else []
    if wrong:
        told = "and with --topics for the kinds of queries"
        raise UsageError(f"--runs goes with --qrels alone, {told}, not with {', '.join(wrong)}")


def _check_gate(options: argparse.Namespace) -> None:
    if options.gate and not (options.baseline or len(options.runs or ()) > 1):
        raise UsageError("--gate needs a run to compare with: give --baseline RUN or a second one of --runs")


def _task(options: argparse.Namespace) -> Task:
    from speechrag.evaluation.run import Task

    names = ("topics", "qrels", "index", "run_out", "scores_out", "baseline", "families")
    dataset = options.dataset[0] if options.dataset else None
    return Task(dataset=dataset, split=options.split or "test", **{name: getattr(options, name) for name in names})


def _settings(options: argparse.Namespace, changed: Mapping[str, str] | None = None) -> Settings:
    """Return the settings with those of ``--set`` and then with ``changed``."""
    chosen = _pairs("--set", options.set, "key=value") | dict(changed or {})
    return load_settings(**asdict(read_settings(options, "embedder")) | chosen)


def _pairs(option: str, given: Sequence[str], form: str) -> dict[str, str]:
    """Return key -> value.

    Raises UsageError for a setting that retrieval does not have, one given twice, and a weight that is no number.
    """
    found: dict[str, str] = {}
    for pair in given:
        key, sign, value = pair.partition("=")
        if not sign or key not in SETTABLE or key in found:
            raise UsageError(f"{option} {pair!r}: expected {form} with one of {', '.join(SETTABLE)}, each once")
        if key == "dense_weight" and not all(map(_is_share, value.split(",") if option == "--search" else [value])):
            raise UsageError(f"{option} {pair!r}: expected a number from 0 to 1, for example dense_weight=0.1")
        found[key] = value
    return found


def _is_share(value: str) -> bool:
    try:
        return 0.0 <= float(value) <= 1.0
    except ValueError:
        return False


def _gate(reports: Mapping[str, EvaluationReport]) -> int:
    from speechrag.evaluation.gate import gate_report

    failures = [f"{name}: {reason}" if name else reason for name, own in reports.items() for reason in gate_report(own)]
    for failure in failures:
        print(f"gate: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _make_sets(options: argparse.Namespace) -> int:
    from speechrag.evaluation.generated import make_sets, to_table
    from speechrag.interfaces.commands.common import print_json

    made = make_sets(Path(read_settings(options, "index").index), Path(options.make_set))
    if options.format == "json":
        print_json(made)
    else:
        print(to_table(made))
    return 0
