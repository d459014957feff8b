"""Find passages."""

from __future__ import annotations

import argparse

from speechrag.interfaces.commands.common import (
    filter_option,
    format_option,
    index_option,
    open_engine,
    parse_filters,
    print_json,
    read_inputs,
)

SUMMARY = "find passages"
EXAMPLE = "speechrag search 信息报送时限 --top-k 5 --filter year=2009"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="?", help="what to look for")
    parser.add_argument("--queries", metavar="FILE", help='JSON lines {"qid", "query"}')
    index_option(parser)
    parser.add_argument("--top-k", type=int, metavar="N", help="hits a query (default: 10)")
    filter_option(parser)
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    import time

    from speechrag.engine import describe
    from speechrag.records import Query

    filters = parse_filters(options.filter)  # first: a query behind --filter is taken for one, and this says so
    queries = list(read_inputs(options.query, options.queries, "qid", "query"))
    engine, settings = open_engine(options, "top_k")
    for qid, text in queries:
        began = time.perf_counter()
        hits = engine.search(Query(text, settings.top_k, filters))
        seconds = round(time.perf_counter() - began, 4)
        if options.format == "json":
            print_json({"qid": qid, "query": text, "seconds": seconds, "hits": [describe(h) for h in hits]})
            continue
        if not hits:
            print(f"没有找到与“{text}”有关的内容。")
        for hit in hits:
            path = " › ".join((hit.title, *hit.passage.headings))
            copies = f"  另有 {hit.copies} 份相同" if hit.copies else ""
            print(f"{hit.rank}. {path}\n   {hit.source}{copies}\n   {hit.passage.text}\n")
    return 0
