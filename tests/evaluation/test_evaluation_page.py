"""The HTML report: whole in itself, escaped, with every part that the evaluation has something to say about."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.evaluation.page import page
from speechrag.evaluation.plots import Bar, Line, bars, clipped, curves, differences
from speechrag.evaluation.records import EvaluationReport, Qrel, RunLine
from speechrag.evaluation.refusal import refusal_curve
from speechrag.evaluation.report import HEADLINE, build_report

HOSTILE = "<script>alert(1)</script>\"'&\u202e\x00"
QRELS = [Qrel(f"q{n}", f"d{n}", 1) for n in range(30)]
RUN = [RunLine(f"q{n}", f"d{n if n % 3 else 99}", 1, 1.0, "t") for n in range(30)]
BASE = [RunLine(f"q{n}", f"d{n if n % 2 else 98}", 1, 1.0, "t") for n in range(30)]
VOID = {"meta", "br"}


@pytest.fixture(scope="module")
def full() -> EvaluationReport:
    """A report with everything in it, hostile text wherever text can stand."""
    report = build_report(
        QRELS, RUN, baseline=BASE, measures=HEADLINE, slices={"auto: short": ["q1", "q2"], f"kind: {HOSTILE}": ["q3"]}
    )
    return replace(
        report,
        topics=dict.fromkeys((f"q{n}" for n in range(30)), f"问题{HOSTILE}"),
        latency={"p50_ms": 4.2, "p95_ms": 9.9},
        index={"bytes": 12_345_678, "speeches": 3, "passages": 40, "embedder": HOSTILE, "corpus_sha256": "ab12"},
        settings={"dense_weight": 0.1, "reranker": "", "user_dictionary": HOSTILE},
        refusal=refusal_curve([0.9, 0.8, 0.7], [0.1, 0.75]),
        leaks={"overlap_median": 0.5, "overlap_high": 0.25, "copied": 0.1, "title_alone": 0.0},
    )


class Balanced(HTMLParser):
    """Fails where a tag closes that is not the last one open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_itself(full: EvaluationReport) -> None:
    """No script, no link, no picture, no address, no font to fetch; tags are balanced."""
    text = page(full)
    parser = Balanced()
    parser.feed(text)
    assert parser.open == []
    assert parser.seen.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "form", "a"})
    assert not re.search(r"https?:|url\(|@import|\bon\w+=|javascript:", text)


def test_text_of_a_topic_is_text(full: EvaluationReport) -> None:
    """Markup is escaped, characters that cannot be seen are named."""
    text = page(full)
    assert "<script" not in text and "\u202e" not in text and "\x00" not in text
    assert "&lt;script&gt;" in text and "⟨U+202E⟩" in text


def test_every_part_has_its_section(full: EvaluationReport) -> None:
    """Tables, four plots, the worst queries, notes, settings and fingerprints."""
    text = page(full)
    sections = re.findall(r"<h2>(.*?)</h2>", text)
    assert sections == [
        "指标", "与基线比较", "各类问题", "召回曲线", "逐题差异", "拒答", "最差的 20 题", "说明", "设置与索引",
    ]  # fmt: skip
    assert text.count("<svg") == 4
    for piece in ("短问题", "4 / 10", "12.3", "AUC 0.833", "只能看出 nDCG@10 相差", "照抄八字以上", "ab12"):
        assert piece in text


def test_parts_without_figures_are_left_out() -> None:
    """A bare report has no comparison, no kinds, no refusals and no settings."""
    text = page(build_report(QRELS, RUN))
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["指标", "召回曲线", "最差的 20 题", "说明"]
    assert "没有给出基线" in text


def test_the_worst_queries_come_first(full: EvaluationReport) -> None:
    """Those that found nothing, by id."""
    rows = re.findall(r"<td><code>(q\d+)</code></td>", page(full))
    assert rows[:10] == ["q0", "q12", "q15", "q18", "q21", "q24", "q27", "q3", "q6", "q9"]


def test_the_same_report_gives_the_same_page(full: EvaluationReport) -> None:
    """Byte for byte."""
    assert page(full) == page(full)


# --- plots ------------------------------------------------------------------------------------------------------

VALUES = st.floats(0, 1)


@given(st.lists(st.tuples(st.text(max_size=30), VALUES, VALUES), min_size=1, max_size=5))
def test_bars_stay_inside_their_drawing(rows: list[tuple[str, float, float]]) -> None:
    """Well-formed whatever the labels say, every mark within the view box."""
    drawn = [Bar(label, value, min(value, end), max(value, end), "3 题") for label, value, end in rows]
    svg = ElementTree.fromstring(bars(drawn, "图"))
    width, height = (float(part) for part in svg.attrib["viewBox"].split()[2:])
    for box in svg.iter("rect"):
        assert 0 <= float(box.attrib["x"]) <= float(box.attrib["x"]) + float(box.attrib["width"]) <= width
        assert 0 <= float(box.attrib["y"]) <= float(box.attrib["y"]) + float(box.attrib["height"]) <= height


@given(st.lists(st.floats(-1, 1).filter(bool), min_size=1, max_size=400))
def test_differences_fall_from_left_to_right(values: list[float]) -> None:
    """Gains first, each bar on its side of the line."""
    svg = ElementTree.fromstring(differences([(f"q{n}", value) for n, value in enumerate(values)], "差"))
    kinds = [box.attrib["class"] for box in svg.iter("rect")]
    assert kinds == ["gain"] * sum(v > 0 for v in values) + ["loss"] * sum(v < 0 for v in values)


def test_a_curve_rises_on_the_page_where_its_values_rise() -> None:
    """On a logarithmic axis 10 stands half way between 1 and 100."""
    line = Line("r", [(1.0, 0.0), (10.0, 0.5), (100.0, 1.0)], "first")
    drawing = curves([line], "图", across="x", up="y", ticks=(1, 10, 100), logarithmic=True)
    svg = ElementTree.fromstring(drawing)
    points = [tuple(map(float, pair.split(","))) for pair in svg.find("polyline").attrib["points"].split()]  # type: ignore[union-attr]
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
    assert points[1][0] == pytest.approx((points[0][0] + points[2][0]) / 2, abs=0.1)


def test_long_labels_are_cut_to_their_room() -> None:
    """With a mark that something is missing."""
    assert clipped("短", 100) == "短"
    assert clipped("很长的标签" * 10, 100) == "很长的标签很…"
