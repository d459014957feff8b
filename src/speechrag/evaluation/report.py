"""The result of an evaluation for machines (CONTRACT's JSON object) and for people (a text table)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from speechrag.evaluation.measures import (
    DEFAULT_MEASURES,
    PerQuery,
    evaluate_run,
    grades_by_query,
    relevant_documents,
)
from speechrag.evaluation.ranking import by_query
from speechrag.evaluation.records import Comparison, EvaluationReport, Qrel, RunLine
from speechrag.evaluation.statistics import (
    TYPICAL_DEVIATION,
    compare,
    mean_interval,
    queries_needed,
    smallest_difference,
)


def build_report(
    qrels: Iterable[Qrel],
    run: Iterable[RunLine],
    *,
    baseline: Iterable[RunLine] | None = None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    seconds: Mapping[str, float] | None = None,
) -> EvaluationReport:
    """Return the report on ``run`` over every judged query, compared with ``baseline`` where there is one.

    ``seconds`` are the measured times of the caller, ``{"index": x, "search": x}``; absent ones are 0.
    """
    qrels, lines = list(qrels), list(run)
    means, per_query = evaluate_run(qrels, lines, measures)
    comparison = None
    if baseline is not None:
        comparison = compare(per_query, evaluate_run(qrels, baseline, measures)[1])
    return EvaluationReport(
        queries=len(per_query),
        measures=means,
        per_query=per_query,
        seconds={"index": 0.0, "search": 0.0} | dict(seconds or {}),
        comparison=comparison,
        intervals=_intervals(per_query, means),
        notes=(*_coverage_notes(qrels, lines), _power_note(means, len(per_query), comparison)),
    )


def _intervals(per_query: PerQuery, names: Iterable[str]) -> dict[str, tuple[float, float]]:
    return {name: mean_interval([values[name] for values in per_query.values()]) for name in names}


def _coverage_notes(qrels: Sequence[Qrel], run: Sequence[RunLine]) -> list[str]:
    grades, retrieved = grades_by_query(qrels), by_query(run)
    absent = sum(query_id not in retrieved for query_id in grades)
    barren = sum(not relevant_documents(judgements) for judgements in grades.values())
    unjudged = len(retrieved.keys() - grades.keys())
    met = any(doc_id in grades.get(query_id, {}) for query_id, found in retrieved.items() for doc_id in found)
    remarks = [
        (absent, f"judged queries without results, counted as 0: {absent} of {len(grades)}"),
        (barren, f"judged queries without a relevant document, counted as 0: {barren} of {len(grades)}"),
        (unjudged, f"queries of the run that nobody judged, left out: {unjudged}"),
        (retrieved and not met, "no retrieved document is judged: do the ids of the index and the judgements agree?"),
    ]
    return [remark for applies, remark in remarks if applies]


def _power_note(means: Mapping[str, float], queries: int, comparison: Mapping[str, Comparison] | None) -> str:
    """Say what a set of this size cannot show, for the first measure."""
    measure = next(iter(means))
    observed = comparison[measure] if comparison else None
    spread = observed.deviation if observed and observed.deviation else TYPICAL_DEVIATION
    note = (
        f"power: a set of this size ({queries}) shows {measure} differences from "
        f"{smallest_difference(queries, spread):.3f} up (80 %, alpha .05, deviation of differences {spread:.3f}); "
        f"smaller ones may go unseen"
    )
    if observed and observed.difference and observed.deviation:
        note += f"; the observed {observed.difference:+.4f} needs {queries_needed(observed.difference, spread)} queries"
    return note


def to_dict(report: EvaluationReport) -> dict[str, Any]:
    """Return the report as CONTRACT's JSON object; ``comparison`` is None without a baseline."""
    return asdict(report)


def to_json(report: EvaluationReport) -> str:
    """Return the report as one JSON line."""
    return json.dumps(to_dict(report), ensure_ascii=False, allow_nan=False)


def to_text(report: EvaluationReport, *, per_query: bool = False) -> str:
    """Return the report as a table for people; ``per_query`` adds a row for every query."""
    parts = [f"{report.queries} queries", _table(_mean_rows(report))]
    if report.comparison:
        parts.append("compared with the baseline, query by query\n" + _table(_comparison_rows(report.comparison)))
    if per_query:
        parts.append(_table(_query_rows(report)))
    parts.append("\n".join(f"note: {note}" for note in report.notes))
    parts.append("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in report.seconds.items()))
    return "\n\n".join(part for part in parts if part)


def _mean_rows(report: EvaluationReport) -> list[list[str]]:
    rows = [["measure", "mean", "95 % interval"]]
    for name, value in report.measures.items():
        low, high = report.intervals[name]
        rows.append([name, f"{value:.4f}", f"{low:.4f} to {high:.4f}"])
    return rows


def _comparison_rows(comparison: Mapping[str, Comparison]) -> list[list[str]]:
    rows = [["measure", "baseline", "difference", "95 % interval", "p", "p (Holm)", "p (t test)"]]
    for name, found in comparison.items():
        interval = f"{found.ci_low:+.4f} to {found.ci_high:+.4f}"
        chances = (found.p_value, found.p_holm, found.p_t)
        rows.append(
            [name, f"{found.baseline:.4f}", f"{found.difference:+.4f}", interval, *(f"{p:.4f}" for p in chances)]
        )
    return rows


def _query_rows(report: EvaluationReport) -> list[list[str]]:
    rows = [["query", *report.measures]]
    rows.extend([query_id, *(f"{v:.4f}" for v in values.values())] for query_id, values in report.per_query.items())
    return rows


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows aligned, the first column to the left, the others to the right. All cells are ASCII."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        aligned = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *aligned]))
    return "\n".join(lines)
