"""Compare a text with the corpus, sentence by sentence."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.interfaces.check_views import FACTS, VERDICTS
from speechrag.interfaces.commands.common import format_option, index_option, open_engine, print_json

if TYPE_CHECKING:
    from speechrag.writing.quotations import Checked, QuotationReport

SUMMARY = "compare a text with the corpus sentence by sentence"
DETAILS = (
    ": verbatim, near (with the differences), spliced, not found. "
    'JSON: {"counts": {verdict: n}, "items": [{"text", "start", "end", "verdict", "exact", "similarity", '
    '"places": [{"speech_id", "source", "title", "headings", "start", "end", "quote"}], '
    '"differences": [{"kind", "said", "source", "start", "end"}], "facts": [{"kind", "said", "source"}], '
    '"attribution": {"text", "fits"} or null, "quotations": [as items]}], "seconds"}'
)
EXAMPLE = "speechrag check 讲话稿.txt --format json"
SIGNS = {"replaced": "改", "omitted": "漏", "added": "增"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a text file in UTF-8, or - for standard input")
    index_option(parser)
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    import time

    text = _read(options.file)
    engine, _ = open_engine(options)
    began = time.perf_counter()
    report = engine.check(text)
    if options.format == "json":
        print_json({**report.to_json(), "seconds": round(time.perf_counter() - began, 4)})
    else:
        print(report_text(report))
    return 0


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as exc:
        raise UsageError(f"{name}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{name}: byte {exc.start} is not UTF-8; save the text as UTF-8") from exc


def report_text(report: QuotationReport) -> str:
    """Return a report as people read it: each sentence with its verdict, its place and its differences."""
    lines = [line for item in report.items for line in _lines(item, "")]
    counts = "，".join(f"{VERDICTS[verdict]}{count}句" for verdict, count in report.counts().items())
    return "\n".join([*lines, "", f"共{len(report.items)}句：{counts}" if counts else "没有可核对的句子。"])


def _lines(item: Checked, indent: str) -> list[str]:
    lines = [f"{indent}【{VERDICTS[item.verdict]}】{item.text}"]
    told = "最近的是" if item.verdict == "not_found" else "见"
    parts = item.places if item.verdict == "spliced" else item.places[:1]
    for place in parts:
        path = " › ".join((place.title, *place.headings))
        lines.append(f"{indent}  {told}：{path}（{place.source}，{place.start}-{place.end}）")
        if item.verdict in {"near", "not_found", "spliced"}:
            lines.append(f"{indent}  原文：{place.quote}")
    if len(item.places) > 1 and item.verdict == "verbatim":
        lines.append(f"{indent}  另有{len(item.places) - 1}处相同")
    lines += [f"{indent}  {FACTS[f.kind]}：{f.source or '（无）'} → {f.said or '（无）'}" for f in item.facts]
    differences = [f"{SIGNS[d.kind]}“{d.source}”→“{d.said}”" for d in item.differences]
    if differences:
        lines.append(f"{indent}  差异：{'；'.join(differences)}")
    if item.attribution:
        fits = "与出处相符" if item.attribution.fits else "出处中未见"
        lines.append(f"{indent}  归属：{item.attribution.text}（{fits}）")
    for quotation in item.quotations:
        lines += _lines(quotation, indent + "  ")
    return lines
