"""Several collections in one call: a row a set, every difference corrected for looking at all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.evaluation.records import Comparison, EvaluationReport, MeanDifference
from speechrag.evaluation.report import aligned, to_dict
from speechrag.evaluation.run import Task, evaluate
from speechrag.evaluation.statistics import across_sets, mean_difference

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.index.fill import Progress

COLUMNS = ("nDCG@10", "RR@10", "R@10", "R@100")
RUN, SCORES, RESULT = ".run", ".tsv", ".json"  # of a set, in the folders named


@dataclass(frozen=True, slots=True)
class SetsReport:
    """Reports by name of the set; with baselines the comparison by ``measure`` on each set and over all of them."""

    measure: str
    sets: Mapping[str, EvaluationReport]
    means: Mapping[str, float]  # measure -> mean over the sets, each counting alike
    comparison: Mapping[str, Comparison] = field(default_factory=dict)
    mean: MeanDifference | None = None


def evaluate_sets(
    settings: Settings, task: Task, datasets: Sequence[str], progress: Progress | None = None
) -> SetsReport:
    """Return the reports on several BEIR folders, each indexed as it stands, compared with earlier runs.

    ``task.run_out``, ``task.scores_out`` and ``task.baseline`` name folders here, with a file a set (a baseline is a
    run, or where there is none a result in JSON). ``progress`` is
    told of every topic, set by set. Raises UsageError for two sets of one name and for what only goes with a single
    set.
    """
    names = [Path(dataset).resolve().name for dataset in datasets]
    if len(set(names)) < len(names):
        raise UsageError(f"two sets are called {max(names, key=names.count)!r}; give folders with different names")
    if task.topics or task.qrels or task.index:
        raise UsageError("several sets are indexed as they stand: give --dataset without --topics, --qrels or --index")
    reports = {}
    for name, dataset in zip(names, datasets, strict=True):
        own = replace(
            task,
            dataset=dataset,
            run_out=_file(task.run_out, name, RUN),
            baseline=_baseline(task.baseline, name),
            scores_out=_file(task.scores_out, name, SCORES),
        )
        reports[name] = evaluate(settings, own, progress)
    return sets_report(reports)


def _file(folder: str | None, name: str, end: str) -> str | None:
    return str(Path(folder) / f"{name}{end}") if folder else None


def _baseline(folder: str | None, name: str) -> str | None:
    run, result = _file(folder, name, RUN), _file(folder, name, RESULT)
    return result if run and result and not Path(run).exists() and Path(result).exists() else run


def sets_report(reports: Mapping[str, EvaluationReport]) -> SetsReport:
    """Return the reports together, compared by the first measure where each has a baseline."""
    measures = next(iter(reports.values())).measures
    means = {name: math.fsum(r.measures[name] for r in reports.values()) / len(reports) for name in measures}
    first = next(iter(measures))
    compared = {name: report.comparison[first] for name, report in reports.items() if report.comparison}
    if len(compared) < len(reports):
        return SetsReport(first, reports, means)
    pairs = [
        ([row[first] for row in report.per_query.values()], [base[query][first] for query in report.per_query])
        for report in reports.values()
        if (base := report.baseline_per_query)
    ]
    return SetsReport(first, reports, means, across_sets(compared), mean_difference(pairs))


def sets_to_json(report: SetsReport) -> str:
    """Return the reports as one JSON line: each set's as ``evaluate`` gives it, ``comparison`` and ``mean`` or null."""
    found: dict[str, Any] = {
        "measure": report.measure,
        "means": dict(report.means),
        "sets": {name: to_dict(own) for name, own in report.sets.items()},
        "comparison": {name: asdict(own) for name, own in report.comparison.items()} or None,
        "mean": asdict(report.mean) if report.mean else None,
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def sets_to_text(report: SetsReport) -> str:
    """Return the reports as a table for people, with a second one for the comparisons."""
    columns = [name for name in COLUMNS if name in report.means]
    rows = [["set", "queries", *columns, "95 % interval", "p95 ms", "MB"]]
    for name, own in report.sets.items():
        low, high = own.intervals[report.measure]
        values = (f"{own.measures[column]:.4f}" for column in columns)
        size = f"{own.index.get('bytes', 0) / 1e6:.1f}"
        latency = f"{own.latency.get('p95_ms', 0.0):.1f}"
        rows.append([name, str(own.queries), *values, f"{low:.4f} to {high:.4f}", latency, size])
    rows.append(["mean", "", *(f"{report.means[column]:.4f}" for column in columns), "", "", ""])
    parts = [aligned(rows), f"the interval is that of {report.measure}; in the mean every set counts alike"]
    if report.mean:
        parts.append(f"{report.measure} compared with the baseline\n" + aligned(_compared(report, report.mean)))
        parts.append(f"p (Holm) is corrected for looking at {len(report.sets)} sets")
    told = [f"note: {name}: {note}" for name, own in report.sets.items() for note in own.notes]
    # What a set of its size can show is told by the table of each set alone.
    parts.append("\n".join(note for note in told if ": power: " not in note))
    return "\n\n".join(part for part in parts if part)


def _compared(report: SetsReport, mean: MeanDifference) -> list[list[str]]:
    rows = [["set", "baseline", "difference", "95 % interval", "p", "p (Holm)"]]
    for name, own in report.comparison.items():
        chances = (f"{own.p_value:.4f}", f"{own.p_holm:.4f}")
        rows.append([name, f"{own.baseline:.4f}", *_interval(own), *chances])
    rows.append(["mean", "", *_interval(mean), f"{mean.p_value:.4f}", ""])
    return rows


def _interval(found: Comparison | MeanDifference) -> tuple[str, str]:
    return f"{found.difference:+.4f}", f"{found.ci_low:+.4f} to {found.ci_high:+.4f}"
