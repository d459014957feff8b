"""What a run is compared with: a run file, or the JSON that an earlier evaluation printed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from speechrag.errors import EvaluationError
from speechrag.evaluation.baseline import Baseline, read_baseline
from speechrag.evaluation.gate import gate_report, unchecked
from speechrag.evaluation.records import EvaluationReport, Qrel, RunLine
from speechrag.evaluation.report import HEADLINE, build_report, to_json

QRELS = [Qrel(f"q{n}", "d1", 1) for n in range(4)]
RUN = [RunLine(f"q{n}", "d1", 1, 1.0, "t") for n in range(4)]


def result(path: Path, report: EvaluationReport, **changed: Mapping[str, Any]) -> str:
    """Write a report as ``evaluate --format json`` prints it."""
    path.write_text(json.dumps(json.loads(to_json(report)) | changed), encoding="utf-8")
    return str(path)


def compared(baseline: Baseline, p95: float = 0.0) -> EvaluationReport:
    report = build_report(QRELS, RUN, baseline=baseline, measures=HEADLINE)
    return replace(report, latency={"p95_ms": p95} if p95 else {})


def test_a_result_in_json_is_a_baseline_like_its_run(tmp_path: Path) -> None:
    """The same comparison, whichever of the two files is given."""
    old = RUN[:1] + [replace(line, doc_id="d9") for line in RUN[1:]]
    file = result(tmp_path / "before.json", build_report(QRELS, old, measures=HEADLINE))
    by_values, by_run = compared(read_baseline(file)), compared(Baseline(old))
    assert by_values.comparison == by_run.comparison
    assert by_values.comparison is not None and by_values.comparison["nDCG@10"].difference == 0.75
    assert by_values.coverage["baseline_absent"] == 0


def test_queries_that_a_baseline_lacks_are_counted_in_either_form(tmp_path: Path) -> None:
    """An earlier result over fewer judged queries is no baseline for the others."""
    fewer = build_report(QRELS[:3], RUN[:3], measures=HEADLINE)
    for baseline in (read_baseline(result(tmp_path / "before.json", fewer)), Baseline(RUN[:3])):
        report = compared(baseline)
        assert report.coverage["baseline_absent"] == 1
        assert any(note.startswith("baseline lacks 1 of 4 judged queries") for note in report.notes)
        assert gate_report(report)[0].startswith("the baseline lacks 1 of 4")


def test_a_baseline_without_a_judged_query_is_an_error() -> None:
    """For callers from Python too."""
    with pytest.raises(EvaluationError, match="the baseline: none of the 4 judged queries"):
        build_report(QRELS, RUN, baseline=[RunLine("x", "d1", 1, 1.0, "t")])


@pytest.mark.parametrize(("p95", "reasons"), [(119.0, 0), (121.0, 1), (50.0, 0)])
def test_the_gate_stops_a_search_that_became_a_fifth_slower(tmp_path: Path, p95: float, reasons: int) -> None:
    """p95 of a warm query against the one that the earlier result tells."""
    file = result(tmp_path / "before.json", build_report(QRELS, RUN, measures=HEADLINE), latency={"p95_ms": 100.0})
    report = compared(read_baseline(file), p95)
    assert [reason.split(" ")[0] for reason in gate_report(report)] == ["p95"] * reasons
    assert unchecked(report) == []


def test_a_gate_that_cannot_compare_latencies_says_so(tmp_path: Path) -> None:
    """A run file has none; nor have finished runs that are compared with a result."""
    assert unchecked(compared(Baseline(RUN), 10.0)) == ["latency not checked: the baseline has no latency"]
    file = result(tmp_path / "before.json", build_report(QRELS, RUN, measures=HEADLINE), latency={"p95_ms": 100.0})
    assert unchecked(compared(read_baseline(file))) == ["latency not checked: the run has no latency"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not the result of an evaluation"),
        ('{"sets": {}}', "not the result of an evaluation"),
        ('{"per_query": {"q0": 1}}', "not the result of an evaluation"),
        ('{"per_query": {"q0": {"AP": "x"}}}', "not the result of an evaluation"),
        ('{"per_query": {"q0": {"AP": NaN}}}', "not the result of an evaluation"),
        ('{"per_query": {"q0": {"AP": 1.0}}}', "no values of 'nDCG@10'"),
        ("", "a run without a line"),
    ],
)
def test_a_file_that_is_no_baseline_is_named(tmp_path: Path, content: str, message: str) -> None:
    """With one sentence."""
    (tmp_path / "before").write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=message) as caught:
        compared(read_baseline(str(tmp_path / "before")))
    assert str(tmp_path / "before") in str(caught.value) and "\n" not in str(caught.value)
