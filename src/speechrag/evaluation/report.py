"""The result of an evaluation for machines (CONTRACT's JSON object) and for people (a text table)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from speechrag.evaluation.baseline import Baseline
from speechrag.evaluation.judging import is_pool, judging_bounds, judging_note
from speechrag.evaluation.measures import (
    DEFAULT_MEASURES,
    PerQuery,
    evaluate_run,
    grades_by_query,
    relevant_documents,
)
from speechrag.evaluation.ranking import by_query, single
from speechrag.evaluation.records import Comparison, EvaluationReport, Qrel, Refusal, RunLine
from speechrag.evaluation.refusal import refused_at
from speechrag.evaluation.slices import slice_reports
from speechrag.evaluation.statistics import (
    TYPICAL_DEVIATION,
    compare,
    mean_interval,
    queries_needed,
    smallest_difference,
)

HEADLINE = (*DEFAULT_MEASURES, "Success@5", "Judged@10")
MTEB: Mapping[str, str] = {"nDCG": "ndcg", "RR": "mrr", "R": "recall", "P": "precision", "AP": "map"}
CUTOFFS = (1, 2, 3, 5, 10, 20, 30, 50, 100)  # of the recall curve


def build_report(
    qrels: Iterable[Qrel],
    run: Iterable[RunLine],
    *,
    baseline: Iterable[RunLine] | Baseline | None = None,
    baseline_qrels: Iterable[Qrel] | None = None,
    measures: Sequence[str] = DEFAULT_MEASURES,
    seconds: Mapping[str, float] | None = None,
    slices: Mapping[str, Sequence[str]] | None = None,
    pooled: bool | None = None,
) -> EvaluationReport:
    """Return the report on ``run`` over every judged query, compared with ``baseline`` where there is one.

    ``seconds`` are the measured times of the caller, ``{"index": x, "search": x}``; absent ones are 0. ``slices``
    names groups of query ids to measure apart. ``baseline_qrels`` are the judgements of the baseline where they
    depend on the run (families). ``pooled`` says whether documents were also judged not relevant (default: whether
    ``qrels`` hold any): then the report bounds what unjudged ones may change. Raises EvaluationError for a baseline
    that holds none of the judged queries.
    """
    qrels, lines = list(qrels), list(run)
    means, per_query = evaluate_run(qrels, lines, measures)
    given = Baseline(list(baseline)) if baseline is not None and not isinstance(baseline, Baseline) else baseline
    comparison, other = None, None
    if given is not None:
        other = given.per_query(qrels if baseline_qrels is None else list(baseline_qrels), measures)
        comparison = compare(_without_judged(per_query), _without_judged(other))
    first = next(iter(means))
    bounds = judging_bounds(qrels, lines, first) if (is_pool(qrels) if pooled is None else pooled) else {}
    told = judging_note(bounds, first)
    coverage, power = _coverage(qrels, lines, given), _power(means, len(per_query), comparison)
    return EvaluationReport(
        queries=len(per_query),
        measures=means,
        per_query=per_query,
        seconds={"index": 0.0, "search": 0.0} | dict(seconds or {}),
        comparison=comparison,
        intervals=_intervals(per_query, means),
        notes=(*_coverage_notes(coverage), *([told] if told else []), _power_note(power, means)),
        slices=slice_reports(slices or {}, per_query),
        recall_curve=_recall_curve(qrels, lines),
        baseline_per_query=other,
        coverage=coverage,
        power=power,
        judging=bounds,
        baseline_latency=dict(given.latency) if given else {},
    )


def _without_judged(per_query: PerQuery) -> dict[str, dict[str, float]]:
    """Leave out how much was judged: it is no quality to compare, and would only raise every corrected p."""
    return {
        query_id: {name: value for name, value in row.items() if not name.startswith("Judged")}
        for query_id, row in per_query.items()
    }


def _recall_curve(qrels: Sequence[Qrel], run: Sequence[RunLine]) -> dict[int, float]:
    means, _ = evaluate_run(qrels, run, [f"R@{cutoff}" for cutoff in CUTOFFS])
    return dict(zip(CUTOFFS, means.values(), strict=True))


def with_notes(report: EvaluationReport, notes: Iterable[str]) -> EvaluationReport:
    """Return the report with further notes before its own."""
    return replace(report, notes=(*notes, *report.notes))


def _intervals(per_query: PerQuery, names: Iterable[str]) -> dict[str, tuple[float, float]]:
    return {name: mean_interval([values[name] for values in per_query.values()]) for name in names}


def _coverage(qrels: Sequence[Qrel], run: Sequence[RunLine], baseline: Baseline | None) -> dict[str, int]:
    """Return counts of what a mean hides; ``met`` is 1 when any retrieved document is judged.

    ``baseline_absent`` counts the judged queries that the run has and the baseline lacks: each looks like a gain.
    """
    grades, retrieved = grades_by_query(qrels), by_query(run)
    known = grades.keys() if baseline is None else baseline.queries()
    met = any(doc_id in grades.get(query_id, {}) for query_id, found in retrieved.items() for doc_id in found)
    return {
        "judged": len(grades),
        "absent": sum(query_id not in retrieved for query_id in grades),
        "barren": sum(not relevant_documents(judgements) for judgements in grades.values()),
        "unjudged": len(retrieved.keys() - grades.keys()),
        "tied": sum(_ties(retrieved.get(query_id, {})) for query_id in grades),
        "met": int(met or not retrieved),
        "baseline_absent": sum(query_id in retrieved and query_id not in known for query_id in grades),
    }


def _ties(scores: Mapping[str, float]) -> bool:
    return len({single(score) for score in scores.values()}) < len(scores)


def _coverage_notes(counts: Mapping[str, int]) -> list[str]:
    absent, barren, unjudged, tied, judged = (counts[key] for key in ("absent", "barren", "unjudged", "tied", "judged"))
    lacked = counts["baseline_absent"]
    remarks = [
        (absent, f"judged queries without results, counted as 0: {absent} of {judged}"),
        (barren, f"judged queries without a relevant document, counted as 0: {barren} of {judged}"),
        (unjudged, f"queries of the run that nobody judged, left out: {unjudged}"),
        (tied, f"queries with equal scores, ordered by document id descending as trec_eval does: {tied} of {judged}"),
        (lacked, f"baseline lacks {lacked} of {judged} judged queries, counted as 0 there: no gain is shown by them"),
        (not counts["met"], "no retrieved document is judged: do the ids of the index and the judgements agree?"),
    ]
    return [remark for applies, remark in remarks if applies]


def _power(means: Mapping[str, float], queries: int, comparison: Mapping[str, Comparison] | None) -> dict[str, float]:
    """Return what a set of this size can show of the first measure, and the queries an observed difference needs."""
    observed = comparison[next(iter(means))] if comparison else None
    spread = observed.deviation if observed and observed.deviation else TYPICAL_DEVIATION
    found = {"queries": float(queries), "deviation": spread, "smallest": smallest_difference(queries, spread)}
    if observed and observed.difference and observed.deviation:
        found |= {"observed": observed.difference, "needed": float(queries_needed(observed.difference, spread))}
    return found


def _power_note(power: Mapping[str, float], means: Mapping[str, float]) -> str:
    """Say what a set of this size cannot show, for the first measure."""
    note = (
        f"power: a set of this size ({power['queries']:.0f}) shows {next(iter(means))} differences from "
        f"{power['smallest']:.3f} up (80 %, alpha .05, deviation of differences {power['deviation']:.3f}); "
        f"smaller ones may go unseen"
    )
    if "needed" in power:
        note += f"; the observed {power['observed']:+.4f} needs {power['needed']:.0f} queries"
    return note


def to_dict(report: EvaluationReport) -> dict[str, Any]:
    """Return the report as CONTRACT's JSON object; ``comparison`` is None without a baseline."""
    return asdict(report)


def to_json(report: EvaluationReport) -> str:
    """Return the report as one JSON line."""
    return json.dumps(to_dict(report), ensure_ascii=False, allow_nan=False)


def to_mteb(report: EvaluationReport) -> str:
    """Return the means as one JSON line under MTEB's names (``ndcg_at_10``), with its ``main_score``, nDCG@10."""
    found = {}
    for name, value in report.measures.items():
        kind, at, cutoff = name.partition("@")
        if at and kind in MTEB:
            found[f"{MTEB[kind]}_at_{cutoff}"] = value
    return json.dumps({"main_score": found["ndcg_at_10"], **found, "queries": report.queries})


def to_text(report: EvaluationReport, *, per_query: bool = False) -> str:
    """Return the report as a table for people; ``per_query`` adds a row for every query."""
    parts = [f"{report.queries} queries", aligned(_mean_rows(report))]
    if report.comparison:
        parts.append("compared with the baseline, query by query\n" + aligned(_comparison_rows(report.comparison)))
    if report.slices:
        parts.append("kinds of queries\n" + aligned(_slice_rows(report)))
    if report.refusal:
        parts.append(_refusal_line(report.refusal))
    if report.leaks:
        parts.append("what the queries give away: " + ", ".join(f"{k} {v:.2f}" for k, v in report.leaks.items()))
    if per_query:
        parts.append(aligned(_query_rows(report)))
    parts.append("\n".join(f"note: {note}" for note in report.notes))
    parts.append("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in report.seconds.items()))
    if report.latency:
        parts.append(f"latency: p50 {report.latency['p50_ms']:.1f} ms, p95 {report.latency['p95_ms']:.1f} ms")
    if report.index:
        parts.append(f"index: {report.index['passages']} passages, {report.index['bytes'] / 1e6:.1f} MB")
    return "\n\n".join(part for part in parts if part)


def _refusal_line(refusal: Refusal) -> str:
    point = refused_at(refusal)
    return (
        f"refusal: AUC {refusal.auc:.3f} over {refusal.answerable} answerable and {refusal.unanswerable} unanswerable "
        f"questions; threshold {point.threshold:.2f} refuses {point.unanswerable_refused:.1%} of the unanswerable and "
        f"{point.answerable_refused:.1%} of the answerable ones"
    )


def _slice_rows(report: EvaluationReport) -> list[list[str]]:
    rows = [["kind", "queries", *report.measures]]
    for name, part in report.slices.items():
        rows.append([name, str(part.queries), *(f"{value:.4f}" for value in part.measures.values())])
    return rows


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


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows aligned, the first column to the left, the others to the right; Chinese takes two columns."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        aligned = [" " * (width - _width(cell)) + cell for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first + " " * (widths[0] - _width(first)), *aligned]))
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
