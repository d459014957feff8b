"""The verdicts on a pasted text as the page wants them: text, offsets and short Chinese words, no markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speechrag.interfaces.views import View
    from speechrag.writing.quotations import Checked, QuotationReport

VERDICTS: Mapping[str, str] = {
    "verbatim": "一致",
    "near": "有出入",
    "spliced": "拼接",
    "quoting": "含引语",
    "not_found": "未找到",
    "short": "过短",
}
FACTS: Mapping[str, str] = {"number": "数字不符", "date": "日期不符", "name": "名称不符", "title": "文件名不符"}
SOURCES = 5  # places shown of a sentence


def check_view(report: QuotationReport) -> View:
    """Return the sentences of a pasted text in order, each with its verdict, its places and what differs."""
    counts = [[VERDICTS[verdict], verdict, count] for verdict, count in report.counts().items()]
    return {"kind": "check", "counts": counts, "items": [_item(item) for item in report.items]}


def _item(item: Checked) -> View:
    return {
        "text": item.text,
        "verdict": item.verdict,
        "label": VERDICTS[item.verdict],
        "exact": item.exact,
        "places": [asdict(place) for place in item.places[:SOURCES]],
        "more": max(0, len(item.places) - SOURCES),
        "differences": [
            {"said": d.said, "source": d.source, "start": d.start - item.start, "end": d.end - item.start}
            for d in item.differences
        ],
        "facts": [{"label": FACTS.get(f.kind, f.kind), "said": f.said, "source": f.source} for f in item.facts],
        "attribution": asdict(item.attribution) if item.attribution else None,
        "quotations": [_item(quotation) for quotation in item.quotations],
    }
