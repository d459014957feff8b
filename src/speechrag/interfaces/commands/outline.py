"""Draft sourced outlines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import (
    filter_option,
    format_option,
    index_option,
    llm_option,
    open_engine,
    parse_filters,
    read_inputs,
    write_file,
)

SUMMARY = "draft a sourced outline"
EXAMPLE = "speechrag outline 县委书记在全县安全生产工作会议上的讲话 --format docx --out 提纲.docx"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("brief", metavar="BRIEF", nargs="?", help="occasion, speaker, audience and theme in a sentence")
    parser.add_argument("--briefs", metavar="FILE", help='JSON lines {"bid", "brief"}')
    index_option(parser)
    filter_option(parser)
    llm_option(parser)
    format_option(parser, "text", "json", "docx")
    parser.add_argument("--out", metavar="FILE", help="write there instead of to stdout (needed for docx)")


def run(options: argparse.Namespace) -> int:
    import time
    from dataclasses import asdict

    from speechrag.writing.export import outline_docx, outline_text

    filters = parse_filters(options.filter)
    briefs = list(read_inputs(options.brief, options.briefs, "bid", "brief"))
    if options.format == "docx" and (not options.out or len(briefs) != 1):
        raise UsageError("--format docx writes one outline to one file; give one BRIEF and --out FILE.docx")
    engine, _ = open_engine(options)
    parts: list[str] = []
    for bid, text in briefs:
        began = time.perf_counter()
        outline = engine.outline(text, filters, options.llm or "")
        for note in outline.notes:
            print(f"note: {note}", file=sys.stderr)
        if options.format == "docx":
            write_file(Path(options.out), outline_docx(outline))
            continue
        seconds = round(time.perf_counter() - began, 4)
        row = json.dumps({"bid": bid, **asdict(outline), "seconds": seconds}, ensure_ascii=False)
        parts.append(row if options.format == "json" else outline_text(outline))
    if options.format == "docx":
        return 0
    body = "\n".join(parts) + "\n"
    if options.out:
        write_file(Path(options.out), body.encode("utf-8"))
    else:
        sys.stdout.write(body)
    return 0
