"""Measure retrieval."""

from __future__ import annotations

import argparse

from speechrag.interfaces.commands.common import format_option, index_option, read_settings

SUMMARY = "measure retrieval"
EXAMPLE = "speechrag evaluate --dataset my-set --run-out my.run"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", metavar="DIR", help="a folder in BEIR form")
    parser.add_argument("--topics", metavar="FILE", help="topics: qid<TAB>text, or JSON lines")
    parser.add_argument("--qrels", metavar="FILE", help="judgements in TREC or BEIR form")
    index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="the encoder for --dataset without --index")
    parser.add_argument("--run-out", metavar="FILE", help="write the run in TREC form")
    parser.add_argument("--baseline", metavar="RUN", help="a run in TREC form to compare with")
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    from speechrag.evaluation.report import to_json, to_text
    from speechrag.evaluation.run import evaluate

    settings = read_settings(options, "embedder")
    report = evaluate(
        settings,
        dataset=options.dataset,
        topics=options.topics,
        qrels=options.qrels,
        index=options.index,
        run_out=options.run_out,
        baseline=options.baseline,
    )
    print(to_json(report) if options.format == "json" else to_text(report))
    return 0
