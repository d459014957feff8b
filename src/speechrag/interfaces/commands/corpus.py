"""List the speeches in an index, as lines, as the table a person corrects, or as a report on what was done to them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import (
    format_option,
    index_option,
    named,
    print_json,
    read_settings,
    typed,
    write_file,
)

if TYPE_CHECKING:
    from speechrag.index.store import CorpusStore
    from speechrag.records import Repair, Speech

SUMMARY = "list the speeches in an index, or report on how they were read"
EXAMPLE = "speechrag corpus --report report.html"


def arguments(parser: argparse.ArgumentParser) -> None:
    index_option(parser)
    format_option(parser, "text", "jsonl", "csv")
    parser.add_argument("--source", metavar="NAME", help="only the speeches of this file")
    parser.add_argument("--repairs", action="store_true", help="add every change made to the text as received (jsonl)")
    parser.add_argument(
        "--report", metavar="FILE", type=named, help="write an HTML page on what was read, split, repaired, doubted"
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=named,
        help="write the csv table there: corrected and put beside the sources as speeches.csv, it counts",
    )


def run(options: argparse.Namespace) -> int:
    from speechrag.index.opened import open_store

    if options.out and options.format != "csv":
        raise UsageError(f"--out is for the table of --format csv; {options.format} goes to stdout")
    settings = read_settings(options, "index")
    manifest, store = open_store(Path(settings.index))
    if options.report:
        from speechrag.interfaces.report import gather
        from speechrag.interfaces.report_page import pages

        page = "".join(pages(gather(manifest, store)))
        write_file(Path(options.report), page.encode("utf-8"), option="--report")
        return 0
    speeches = _speeches(store, None if options.source is None else typed(options.source))
    if options.format == "csv":
        _table(speeches, options.out)
    else:
        for speech in speeches:
            _line(speech, store, options)
    return 0


def _speeches(store: CorpusStore, source: str | None) -> Iterator[Speech]:
    """Yield the speeches of a file, or all. Raises UsageError where the file has none, saying why."""
    found = False
    for speech in store.speeches():
        names = (speech.source, *speech.metadata.get("also_in", ()))
        if source is None or any(source in (name, name.partition("!")[0]) for name in names):
            found = True
            yield speech
    if source is not None and not found:
        raise UsageError(f"--source {source or repr('')}: {_why_none(store, source)}")


def _why_none(store: CorpusStore, source: str) -> str:
    from speechrag.index.store import NOT_SKIPPED

    entry = next((e for e in store.ledger() if e.source == source), None)
    if entry is None:
        return "is not in this index"
    return "holds no speech" if entry.state in NOT_SKIPPED else f"was skipped: {entry.detail}"


def _table(speeches: Iterator[Speech], out: str | None) -> None:
    from speechrag.building.sidecar import write_table

    lines = write_table(speeches)
    if out:
        write_file(Path(out), "".join(lines).encode("utf-8"))
        return
    for line in lines:
        print(line, end="")


def _line(speech: Speech, store: CorpusStore, options: argparse.Namespace) -> None:
    if options.format == "text":
        year = speech.metadata.get("year", "")
        print(f"{speech.speech_id}  {speech.title}  {len(speech.text)} 字  {year}  {speech.source}")
        return
    row: dict[str, Any] = asdict(speech)
    row["sections"] = [{k: v for k, v in s.items() if k != "body"} for s in row["sections"]]
    del row["doc_id"], row["doc_start"], row["doc_end"]
    if options.repairs:
        row["repairs"] = [asdict(repair) for repair in _repairs_of(store, speech)]
    print_json(row)


def _repairs_of(store: CorpusStore, speech: Speech) -> list[Repair]:
    from speechrag.cleaning.alignment import Alignment

    document = store.document(speech.doc_id)
    alignment = Alignment(len(document.document.text), document.repairs)
    start, end = alignment.original_span(speech.doc_start, speech.doc_end)
    return [r for r in document.repairs if start <= r.start and r.end <= end]
