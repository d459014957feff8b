"""Find passages."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from speechrag.interfaces.commands.common import (
    filter_option,
    format_option,
    index_option,
    open_engine,
    parse_filters,
    print_json,
    read_inputs,
)
from speechrag.interfaces.messages import said
from speechrag.text import unique

if TYPE_CHECKING:
    from speechrag.records import Hit

SUMMARY = "find passages"
SOURCES = 3  # named behind a hit that stands for several; --format json names all
EXAMPLE = "speechrag search 信息报送时限 --top-k 5 --filter year=2009"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="?", help="what to look for")
    parser.add_argument("--queries", metavar="FILE", help='JSON lines {"qid", "query"}')
    index_option(parser)
    parser.add_argument("--top-k", type=int, metavar="N", help="hits a query (default: 10)")
    filter_option(parser)
    parser.add_argument(
        "--per-speech", type=int, default=0, metavar="N",
        help="at most so many hits from one speech (default: 0, any number)",
    )  # fmt: skip
    parser.add_argument("--widen", action="store_true", help="show the section that each passage stands in")
    parser.add_argument(
        "--reranker", metavar="NAME",
        help="read the best hits once more: with `reader`, the judge of answers (for questions; some 40 ms), or with a "
             "cross-encoder by name or path",
    )  # fmt: skip
    parser.add_argument("--llm", metavar="NAME", help="also search for what this model says in other words")
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    import time

    from speechrag.engine import describe, excluded
    from speechrag.records import Query

    filters = parse_filters(options.filter)  # first: a query behind --filter is taken for one, and this says so
    queries = list(read_inputs(options.query, options.queries, "qid", "query"))
    engine, settings = open_engine(options, "top_k", "reranker")
    none_fit = excluded(filters) if engine.excludes(filters) else ""
    for qid, text in queries:
        began = time.perf_counter()
        query = Query(text, settings.top_k, filters, options.per_speech)
        notes: list[str] = []
        hits = engine.search(query, llm=options.llm or "", widen=options.widen, note=notes.append)
        for note in notes:
            print(said(f"note: {note}"), file=sys.stderr)
        seconds = round(time.perf_counter() - began, 4)
        if options.format == "json":
            found = [describe(hit) for hit in hits]
            told = [*notes, none_fit] if none_fit else notes
            print_json({"qid": qid, "query": text, "seconds": seconds, "hits": found, "notes": told})
            continue
        print("\n".join(map(_shown, hits)) or none_fit or f"没有找到与“{text}”有关的内容。")
    return 0


def _shown(hit: Hit) -> str:
    path = " › ".join((hit.title, *hit.passage.headings))
    copies = f"  另有 {hit.copies} 份相同（{_where_else(hit)}）" if hit.copies else ""
    return f"{hit.rank}. {path}\n   {hit.source}{copies}\n   {hit.section.text if hit.section else hit.passage.text}\n"


def _where_else(hit: Hit) -> str:
    """Return the first few sources of the passages that say the same."""
    sources = unique([place.source for place in hit.others])
    return "、".join(sources[:SOURCES]) + (f"等 {len(sources)} 个来源" if len(sources) > SOURCES else "")
