"""List the speeches in an index."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import format_option, index_option, print_json, read_settings

SUMMARY = "list the speeches in an index"
EXAMPLE = "speechrag corpus --format jsonl --repairs"


def arguments(parser: argparse.ArgumentParser) -> None:
    index_option(parser)
    format_option(parser, "text", "jsonl")
    parser.add_argument("--source", metavar="NAME", help="only the speeches of this file")
    parser.add_argument("--repairs", action="store_true", help="add every change made to the text as received")


def run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.index.opened import open_store
    from speechrag.index.store import TAKEN_IN

    settings = read_settings(options, "index")
    _, store = open_store(Path(settings.index))
    found = 0
    for speech in store.speeches():
        sources = (speech.source, *speech.metadata.get("also_in", ()))
        if options.source and not any(options.source in (name, name.partition("!")[0]) for name in sources):
            continue
        found += 1
        if options.format == "text":
            year = speech.metadata.get("year", "")
            print(f"{speech.speech_id}  {speech.title}  {len(speech.text)} 字  {year}  {speech.source}")
            continue
        row = asdict(speech)
        row["sections"] = [{k: v for k, v in s.items() if k != "body"} for s in row["sections"]]
        del row["doc_id"], row["doc_start"], row["doc_end"]
        if options.repairs:
            row["repairs"] = [asdict(r) for r in _repairs_of(store, speech)]
        print_json(row)
    if options.source and not found:
        entry = next((e for e in store.ledger() if e.source == options.source), None)
        why = "is not in this index" if entry is None else "holds no speech"
        if entry and entry.state not in TAKEN_IN:
            why = f"was skipped: {entry.detail}"
        raise UsageError(f"--source {options.source}: {why}")
    return 0


def _repairs_of(store: Any, speech: Any) -> list[Any]:
    from speechrag.cleaning.alignment import Alignment

    document = store.document(speech.doc_id)
    alignment = Alignment(len(document.document.text), document.repairs)
    start, end = alignment.original_span(speech.doc_start, speech.doc_end)
    return [r for r in document.repairs if start <= r.start and r.end <= end]
