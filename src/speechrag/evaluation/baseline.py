"""What a run is compared with: another run, or what an earlier evaluation printed as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speechrag.errors import EvaluationError
from speechrag.evaluation.formats import read_run
from speechrag.evaluation.measures import PerQuery, evaluate_run
from speechrag.evaluation.records import Qrel, RunLine


@dataclass(frozen=True, slots=True)
class Baseline:
    """The lines of a run; or, with ``values``, every query's values as an earlier evaluation measured them."""

    run: Sequence[RunLine] = ()
    values: PerQuery | None = None
    latency: Mapping[str, float] = field(default_factory=dict)  # p95_ms and more, where an evaluation told it
    name: str = "the baseline"
    folded: bool | None = None  # of ``values``: were near-copies of a judged document counted once

    def queries(self) -> set[str]:
        """Return the ids of the queries it holds."""
        return {line.query_id for line in self.run} if self.values is None else set(self.values)

    def per_query(self, qrels: Sequence[Qrel], measures: Sequence[str]) -> PerQuery:
        """Return query id -> measure -> value for every judged query, 0 for those it lacks.

        Raises EvaluationError where it holds none of them, or lacks a measure.
        """
        self.check(qrel.query_id for qrel in qrels)
        judged = evaluate_run(qrels, self.run, measures)[1]
        if self.values is None:
            return judged
        try:
            return {
                query_id: {name: self.values[query_id][name] for name in row} if query_id in self.values else row
                for query_id, row in judged.items()
            }
        except KeyError as exc:
            raise EvaluationError(f"{self.name}: no values of {exc}; measure the baseline again") from exc

    def check(self, judged: Iterable[str]) -> None:
        """Raise EvaluationError where no judged query is in the baseline: any run would gain over it."""
        wanted = set(judged)
        if not wanted & self.queries():
            raise EvaluationError(
                f"{self.name}: none of the {len(wanted)} judged queries is in it; expected a baseline of the same set"
            )


def finished_run(path: str) -> list[RunLine]:
    """Return the lines of a run file. Raises EvaluationError for one without any."""
    lines = read_run(path)
    if not lines:
        raise EvaluationError(f"{path}: a run without a line; expected at least one")
    return lines


def read_baseline(path: str) -> Baseline:
    """Return the baseline in a file: a run in TREC form, or the JSON object of ``speechrag evaluate --format json``."""
    if _is_json(Path(path)):
        return _earlier_result(Path(path))
    return Baseline(run=finished_run(path), name=path)


def _is_json(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError:
        return False  # reading it as a run says why


def _earlier_result(path: Path) -> Baseline:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        values = {str(query_id): _numbers(row) for query_id, row in found["per_query"].items()}
        latency, folded = _numbers(found.get("latency") or {}), bool(found.get("unfolded"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        expected = "what `speechrag evaluate --format json` prints for one set"
        raise EvaluationError(f"{path}: JSON, but not the result of an evaluation; expected {expected}") from exc
    return Baseline(values=values, latency=latency, name=str(path), folded=folded)


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    found = {name: float(value) for name, value in row.items()}
    if not all(map(math.isfinite, found.values())):
        raise ValueError("no number")
    return found
