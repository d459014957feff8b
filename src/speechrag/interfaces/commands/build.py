"""Read, clean and index speeches."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import (
    Progress,
    format_option,
    index_option,
    print_json,
    progress_option,
    read_settings,
)
from speechrag.interfaces.messages import said
from speechrag.interfaces.reasons import told

SUMMARY = "read, clean and index speeches"
LISTED = 200  # files left out that are named on a terminal
EXAMPLE = "speechrag build 讲话文件夹 --index indexes/default"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", metavar="SOURCE", nargs="*", help="files or folders (default: corpus)")
    index_option(parser)
    parser.add_argument("--embedder", metavar="NAME", help="builtin, hash, or a sentence-transformers model")
    format_option(parser, "text", "json")
    progress_option(parser)


def run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.build import build_index

    if not all(options.sources):  # an unset variable of a script; as a path it would be the current folder
        raise UsageError("a SOURCE is empty; name a file or a folder")
    settings = read_settings(options, "index", "embedder")
    sources = [Path(s) for s in options.sources or [settings.corpus]]
    with _ended_in_order():
        report = build_index(sources, Path(settings.index), settings, Progress(options.progress == "lines"))
    for note in report.notes:
        name, _, reason = note.partition(": ")
        print(said(f"说明 {name}：{told(reason)}"), file=sys.stderr)
    for skipped in report.skipped[:LISTED]:
        print(said(f"跳过 {skipped.source}：{told(skipped.reason)}"), file=sys.stderr)
    if len(report.skipped) > LISTED:
        print(f"另有 {len(report.skipped) - LISTED} 个跳过；--format json 列出全部，并附读取器的原话", file=sys.stderr)
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


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end a build as Ctrl-C does: workers ended, the unfinished generation removed."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
