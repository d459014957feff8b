"""Draft sourced outlines, write them out, save and reopen them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import (
    named,
    open_engine,
    parse_filters,
    read_inputs,
    typed,
    write_file,
    writing_options,
)
from speechrag.interfaces.messages import said

if TYPE_CHECKING:
    from speechrag.writing.outlines.draft import Draft

SUMMARY = "draft a sourced outline"
EXAMPLE = "speechrag outline 县委书记在全县安全生产工作会议上的讲话 --format docx --out 提纲.docx"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("brief", metavar="BRIEF", nargs="?", help="occasion, speaker, audience and theme in a sentence")
    parser.add_argument("--briefs", metavar="FILE", help='JSON lines {"bid", "brief"}')
    parser.add_argument("--open", metavar="FILE", help="go on with a draft saved by --save instead of a BRIEF")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", nargs="+", action="extend", default=[],
        help="correct what is read from the brief: occasion, event, speaker, audience, theme, level, year, points, "
        "length; e.g. points=4 year=2026",
    )  # fmt: skip
    parser.add_argument("--expand", action="store_true", help="write every point out in paragraphs from its sources")
    writing_options(parser, "text", "json", "docx")
    parser.add_argument(
        "--sources", action="store_true", help="docx: add a source note to each point and a table of the evidence"
    )
    parser.add_argument(
        "--save", metavar="FILE", type=named, help="save the draft as JSON, to be opened again with --open"
    )
    parser.add_argument("--out", metavar="FILE", type=named, help="write there instead of to stdout (needed for docx)")


def run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.writing.export import outline_docx, outline_text
    from speechrag.writing.outlines.saved import save_draft

    parse_overrides(options.set)
    briefs = _briefs(options)
    if options.format == "docx" and (not options.out or len(briefs) != 1):
        raise UsageError("--format docx writes one outline to one file; give one BRIEF and --out FILE.docx")
    if options.save and len(briefs) != 1:
        raise UsageError("--save writes one draft to one file; give one BRIEF")
    parts: list[str] = []
    for bid, draft, seconds in _drafts(briefs, options):
        outline = draft.outline
        for note in outline.notes:
            print(said(f"note: {note}"), file=sys.stderr)
        if options.save:
            write_file(Path(options.save), save_draft(draft), "--save")
        if options.format == "docx":
            write_file(Path(options.out), outline_docx(outline, sources=options.sources))
        elif options.format == "json":
            parts.append(json.dumps({"bid": bid, **asdict(outline), "seconds": seconds}, ensure_ascii=False))
        else:
            parts.append(outline_text(outline))
    if options.format != "docx":
        _put(options.out, "\n".join(parts) + "\n")
    return 0


def _put(out: str | None, body: str) -> None:
    if out:
        write_file(Path(out), body.encode("utf-8"))
    else:
        sys.stdout.write(body)


def _briefs(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return (id, brief) of what is to be drafted; one of an empty brief for a draft that is reopened."""
    if not options.open:
        return list(read_inputs(options.brief, options.briefs, "bid", "brief"))
    if options.brief is not None or options.briefs is not None or options.set:
        raise UsageError("--open goes on with a saved draft; give no BRIEF, --briefs or --set with it")
    return [("1", "")]


def _drafts(briefs: Iterable[tuple[str, str]], options: argparse.Namespace) -> Iterator[tuple[str, Draft, float]]:
    """Yield id, draft and seconds for each brief; a saved draft is opened, and nothing searched, before the index."""
    import time

    from speechrag.writing.outlines.draft import Draft, changed
    from speechrag.writing.outlines.saved import open_draft
    from speechrag.writing.outlines.versions import local_time, stamped

    saved = open_draft(_read(Path(options.open)), options.open) if options.open else None
    if saved and not options.expand:
        yield "1", saved, 0.0
        return
    engine, _ = open_engine(options)
    for bid, text in briefs:
        began = time.perf_counter()
        draft = saved
        if draft is None:
            found = engine.outline(text, parse_filters(options.filter), options.llm or "", parse_overrides(options.set))
            draft = stamped(None, Draft(found), local_time())
        if options.expand:
            written = engine.warned(engine.expand(draft.outline, (), options.llm or ""))
            draft = stamped(draft, changed(draft, "展开全文", written), local_time())
        yield bid, draft, round(time.perf_counter() - began, 4)


def _read(path: Path) -> bytes:
    from speechrag.interfaces.bodies import legible

    try:
        return legible(path.read_bytes())
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read ({exc.strerror})") from exc


def parse_overrides(pairs: Iterable[str]) -> dict[str, str]:
    """Return what --set corrects. Raises UsageError for a pair without a key or an equals sign."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not (sign and key.strip()):
            raise UsageError(f"--set {pair!r}: expected key=value, for example points=4")
        found[key.strip()] = typed(value.strip())
    return found
