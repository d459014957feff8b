"""Measure retrieval."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import format_option, index_option, read_settings, write_file

if TYPE_CHECKING:
    from speechrag.evaluation.records import EvaluationReport

SUMMARY = "measure retrieval"
EXAMPLE = "speechrag evaluate --dataset my-set --run-out my.run --report my.html"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", metavar="DIR", help="a folder in BEIR form")
    parser.add_argument("--split", metavar="NAME", default="test", help="judgements of --dataset (default: test)")
    parser.add_argument("--topics", metavar="FILE", help="topics: qid<TAB>text, or JSON lines")
    parser.add_argument("--qrels", metavar="FILE", help="judgements in TREC or BEIR form")
    index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="the encoder for --dataset without --index")
    parser.add_argument("--run-out", metavar="FILE", help="write the run in TREC form")
    parser.add_argument("--scores-out", metavar="FILE", help="write every query's values as `trec_eval -q` does")
    parser.add_argument("--baseline", metavar="RUN", help="a run in TREC form to compare with")
    parser.add_argument(
        "--families", choices=("auto", "on", "off"), default="auto",
        help="count near-copies of a judged document once (default: where the index has them)",
    )  # fmt: skip
    parser.add_argument("--report", metavar="FILE", help="write one HTML page with tables and plots")
    parser.add_argument(
        "--gate", action="store_true",
        help="with --baseline: exit 1 with the reasons when the 95 %% interval of the difference reaches below -0.01 "
             "nDCG@10 or R@100, overall or on a kind of 100 queries and more",
    )  # fmt: skip
    parser.add_argument("--runs", metavar="RUN", nargs="+", help="with --qrels: the first run against the second")
    parser.add_argument("--fuse", choices=("rrf",), help="with --runs: all of them fused by rank, against the first")
    parser.add_argument(
        "--make-set", metavar="DIR",
        help="make query sets in BEIR form from the headings of --index, without judging by hand",
    )  # fmt: skip
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    from speechrag.evaluation.report import to_json, to_text

    if options.make_set:
        return _make_sets(options)
    report = _measured(options)
    print(to_json(report) if options.format == "json" else to_text(report))
    if options.report:
        from speechrag.evaluation.page import page

        write_file(Path(options.report), page(report).encode("utf-8"), "--report")
    return _gate(report) if options.gate else 0


def _measured(options: argparse.Namespace) -> EvaluationReport:
    from speechrag.evaluation.run import Task, compare_runs, evaluate

    if options.gate and not (options.baseline or options.runs):
        raise UsageError("--gate needs a run to compare with: give --baseline RUN")
    if options.runs:
        if options.dataset or options.topics or options.baseline:
            raise UsageError("--runs goes with --qrels alone, not with --dataset, --topics or --baseline")
        return compare_runs(options.qrels, options.runs, fuse=options.fuse, run_out=options.run_out)
    if options.fuse:
        raise UsageError("--fuse needs the runs to fuse: give --runs RUN RUN")
    names = ("dataset", "topics", "qrels", "index", "split", "run_out", "scores_out", "baseline", "families")
    return evaluate(read_settings(options, "embedder"), Task(**{name: getattr(options, name) for name in names}))


def _gate(report: EvaluationReport) -> int:
    from speechrag.evaluation.gate import gate_report

    failures = gate_report(report)
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
