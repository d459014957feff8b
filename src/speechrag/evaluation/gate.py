"""The regression gates: what a change may not cost. A gate answers with reasons, none when it lets the change pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from speechrag.errors import EvaluationError
from speechrag.evaluation.measures import PerQuery
from speechrag.evaluation.ranking import single
from speechrag.evaluation.records import EvaluationReport, RunLine
from speechrag.evaluation.statistics import bootstrap_interval

GATED = ("nDCG@10", "R@100")
TOLERATED = 0.01  # loss that the interval of the difference may reach
ENOUGH = 100  # queries from which a slice is gated by itself
SLOWER = 0.2  # share by which p95 may grow
DECIMALS = 4


def gate(new: PerQuery, base: PerQuery, slices: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    """Return why ``new`` may not replace ``base``: one reason for every measure and group of queries that lost.

    A measure has lost where the lower end of the 95 % paired bootstrap interval of new - base is below -0.01, over
    all queries or over a slice (name -> query ids) of at least 100. Raises EvaluationError when the two tables do not
    hold the same queries or lack a gated measure.
    """
    if new.keys() != base.keys() or not new:
        raise EvaluationError("the gate compares two measurements of the same queries; measure both on one set")
    groups = {"all queries": list(new)}
    groups |= {name: list(ids) for name, ids in (slices or {}).items() if len(ids) >= ENOUGH}
    return [reason for name, ids in groups.items() for reason in _losses(name, ids, new, base)]


def _losses(name: str, query_ids: Sequence[str], new: PerQuery, base: PerQuery) -> list[str]:
    reasons = []
    for measure in GATED:
        try:
            now = [new[query_id][measure] for query_id in query_ids]
            then = [base[query_id][measure] for query_id in query_ids]
        except KeyError as exc:
            raise EvaluationError(f"the gate needs {', '.join(GATED)} of every query; {exc} is missing") from exc
        low, high = bootstrap_interval(now, then)
        if low < -TOLERATED:
            change = (sum(now) - sum(then)) / len(now)
            reasons.append(
                f"{name} ({len(now)}): {measure} {change:+.4f}, interval {low:+.4f} to {high:+.4f}; "
                f"expected none of it below -{TOLERATED}"
            )
    return reasons


def gate_report(report: EvaluationReport) -> list[str]:
    """Return the failures of a report that has a baseline. Raises EvaluationError for one without.

    Besides what ``gate`` sees: judged queries that only the run was asked, and a p95 that grew by more than a fifth.
    """
    if report.baseline_per_query is None:
        raise EvaluationError("the report has no baseline; give the gate a run to compare with")
    slices = {name: part.query_ids for name, part in report.slices.items()}
    lacked = report.coverage.get("baseline_absent", 0)
    reason = f"the baseline lacks {lacked} of {report.queries} judged queries; measure both on one set"
    return [
        *([reason] if lacked else []),
        *gate(report.per_query, report.baseline_per_query, slices),
        *invariants(p95=report.latency.get("p95_ms", 0.0), base_p95=report.baseline_latency.get("p95_ms", 0.0)),
    ]


def unchecked(report: EvaluationReport) -> list[str]:
    """Return what the gate had nothing to compare with."""
    for name, latency in (("baseline", report.baseline_latency), ("run", report.latency)):
        if not latency.get("p95_ms"):
            return [f"latency not checked: the {name} has no latency"]
    return []


def invariants(
    *, citation_validity: float = 1.0, refused: float = 1.0, refusal_floor: float = 0.0,
    p95: float = 0.0, base_p95: float = 0.0,
) -> list[str]:  # fmt: skip
    """Return which hard rules are broken: every citation valid, refusals above their floor, p95 at most 20 % slower.

    Shares from 0 to 1, times in one unit; a ``base_p95`` of 0 means that there is nothing to compare with.
    """
    broken = []
    if citation_validity < 1.0:
        broken.append(f"citation validity {citation_validity:.4f}; expected 1")
    if refused < refusal_floor:
        broken.append(f"{refused:.1%} of the unanswerable questions refused; expected at least {refusal_floor:.1%}")
    if base_p95 and p95 > base_p95 * (1 + SLOWER):
        broken.append(f"p95 {p95:.1f} against {base_p95:.1f}; expected at most {SLOWER:.0%} more")
    return broken


def same_run(new: Sequence[RunLine], stored: Sequence[RunLine]) -> list[str]:
    """Return where a run differs from a stored one: documents in their order, scores to four decimals.

    Also names a run whose scores do not fall from line to line, which other tools would order otherwise.
    """
    reasons = [
        f"query {one.query_id}: {two.doc_id} does not score below {one.doc_id}; expected scores that fall"
        for one, two in pairwise(new)
        if one.query_id == two.query_id and single(two.score) >= single(one.score)
    ]
    now, then = _rankings(new), _rankings(stored)
    for query_id in [*then, *(q for q in now if q not in then)]:
        found, expected = now.get(query_id, []), then.get(query_id, [])
        if found != expected:
            place = next((i for i, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), None)
            at = min(len(found), len(expected)) if place is None else place
            told = [f"{row[0]} {row[1]}" for row in (found[at : at + 1] + expected[at : at + 1])]
            reasons.append(f"query {query_id}: differs from the stored run at rank {at + 1} ({' against '.join(told)})")
    return reasons


def same_table(new: Mapping[str, float], stored: Mapping[str, float]) -> list[str]:
    """Return where a table of figures (statistics of an index, means) differs from a stored one, to four decimals."""
    reasons = []
    for name in [*stored, *(name for name in new if name not in stored)]:
        found, expected = (_shown(table.get(name)) for table in (new, stored))
        if found != expected:
            reasons.append(f"{name} is {found}; expected {expected}")
    return reasons


def _shown(value: float | None) -> str:
    return "missing" if value is None else f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _rankings(run: Sequence[RunLine]) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for line in run:
        found.setdefault(line.query_id, []).append((line.doc_id, round(line.score, DECIMALS)))
    return found
