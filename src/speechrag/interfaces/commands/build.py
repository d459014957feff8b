"""Read, clean and index speeches."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from speechrag.interfaces.commands.common import Progress, format_option, index_option, print_json, read_settings

SUMMARY = "read, clean and index speeches"
LISTED = 200  # files left out that are named on a terminal
EXAMPLE = "speechrag build 讲话文件夹 --index indexes/default"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="files or folders (default: corpus)")
    index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="builtin, hash, or a sentence-transformers model")
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.build import build_index

    settings = read_settings(options, "index", "embedder")
    sources = [Path(s) for s in options.sources or [settings.corpus]]
    report = build_index(sources, Path(settings.index), settings, Progress())
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
    for skipped in report.skipped[:LISTED]:
        print(f"skipped {skipped.source}: {skipped.reason}", file=sys.stderr)
    if len(report.skipped) > LISTED:
        print(f"skipped {len(report.skipped) - LISTED} more; --format json lists all of them", file=sys.stderr)
    if options.format == "json":
        print_json(asdict(report))
    elif not report.published:
        print(f"{settings.index}: 没有变化，共 {report.speeches} 篇 {report.passages} 段（{report.files} 个文件）")
    else:
        print(
            f"{settings.index}: {report.files} 个文件，{report.speeches} 篇，{report.passages} 段；"
            f"新增 {report.added}，更新 {report.changed}，移除 {report.removed}，未变 {report.unchanged}，"
            f"跳过 {len(report.skipped)}；用时 {report.seconds:.1f} 秒"
        )
    return 0
