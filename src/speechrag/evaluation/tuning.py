"""Settings chosen on the dev half of a set, and what they are worth on its test half, measured once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.formats import QRELS, read_beir
from speechrag.evaluation.harness import judged_topics
from speechrag.evaluation.measures import PerQuery, means
from speechrag.evaluation.records import Comparison, Dataset
from speechrag.evaluation.report import aligned
from speechrag.evaluation.run import Task, indexed, measured
from speechrag.evaluation.slices import letters
from speechrag.evaluation.statistics import compare

if TYPE_CHECKING:
    from speechrag.config import Settings

DEV, TEST = "dev", "test"
MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100")
MOST = 200  # combinations of one search

Values = Mapping[str, str]
Setting = Callable[[Values], "Settings"]  # the settings in force with these values changed


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination of values and its means on the dev half."""

    values: Values
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found; ``dev`` and ``test`` compare the chosen values with the settings as they were."""

    queries: int
    trials: Sequence[Trial]  # in the order of the grid
    chosen: Trial
    dev: Mapping[str, Comparison]
    test: Mapping[str, Comparison] | None  # None without a test half
    test_queries: int = 0


def combinations(grid: Mapping[str, Sequence[str]]) -> list[Values]:
    """Return every combination of the values of a grid, the last key changing fastest."""
    found: list[Values] = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    if len(found) > MOST:
        raise UsageError(f"{len(found)} combinations; expected at most {MOST}: search fewer values at a time")
    return found


def search(settings: Setting, task: Task, grid: Mapping[str, Sequence[str]]) -> Search:
    """Return the combination with the best nDCG@10 on ``qrels/dev.tsv``, the first of the grid where several tie.

    The test half plays no part in the choice; it is ranked once with the chosen values and once with the settings as
    they were. Raises UsageError for a task that is not one folder in BEIR form or names another half, and
    EvaluationError when the halves share a question, because the choice would then be made on the test half.
    """
    if not task.dataset or task.topics or task.qrels or task.baseline:
        raise UsageError("a search needs the two halves of one set: give --dataset DIR with qrels/dev.tsv, alone")
    if task.split != DEV:
        raise UsageError(f"settings are chosen on the dev half, not on {task.split!r}: leave --split out")
    tried = combinations(grid)
    dev, test = _halves(task)
    with indexed(task, dev.corpus, settings({})) as (index, _):

        def score(values: Values, half: Dataset) -> PerQuery:
            return measured(index, settings(values), task, half, MEASURES)

        found = [(values, score(values, dev)) for values in tried]
        # ``max`` keeps the first of equals.
        values, best = max(found, key=lambda pair: means(pair[1])["nDCG@10"])
        before = score({}, dev)
        tested = compare(score(values, test), score({}, test)) if test else None
    return Search(
        queries=len(before),
        trials=[Trial(values, means(table)) for values, table in found],
        chosen=Trial(values, means(best)),
        dev=compare(best, before),
        test=tested,
        test_queries=len(judged_topics(test.topics, test.qrels)) if test else 0,
    )


def _halves(task: Task) -> tuple[Dataset, Dataset | None]:
    dev = read_beir(str(task.dataset), DEV, with_corpus=task.index is None)
    if not (Path(str(task.dataset)) / QRELS / f"{TEST}.tsv").is_file():
        return dev, None
    test = read_beir(str(task.dataset), TEST, with_corpus=False)
    tuned = {letters(topic.text): topic.query_id for topic in judged_topics(dev.topics, dev.qrels)}
    shared = [topic for topic in judged_topics(test.topics, test.qrels) if letters(topic.text) in tuned]
    if shared:
        raise EvaluationError(
            f"{len(shared)} questions are in the dev and in the test half, such as {shared[0].query_id} "
            f"({tuned[letters(shared[0].text)]} in dev); a search would choose on the test half"
        )
    return dev, test


def search_to_json(found: Search) -> str:
    """Return the search as one JSON line."""
    return json.dumps(asdict(found), ensure_ascii=False, allow_nan=False)


def search_to_text(found: Search) -> str:
    """Return the search as tables for people, the best combination first."""
    keys = list(found.chosen.values)
    rows = [["combination", *MEASURES]]
    for trial in sorted(found.trials, key=lambda own: -own.measures["nDCG@10"]):
        values = " ".join(f"{key}={trial.values[key]}" for key in keys)
        rows.append([values, *(f"{trial.measures[name]:.4f}" for name in MEASURES)])
    chosen = " ".join(f"{key}={value}" for key, value in found.chosen.values.items())
    parts = [
        f"{len(found.trials)} combinations on {found.queries} questions of the dev half",
        aligned(rows),
        f"chosen: {chosen}",
        "dev half, chosen against the settings as they were (flattered: chosen as the best of all)\n"
        + aligned(_rows(found.dev)),
    ]
    if found.test:
        parts.append(f"test half, {found.test_queries} questions, measured once\n" + aligned(_rows(found.test)))
    else:
        parts.append("there is no test half (qrels/test.tsv): what the choice is worth elsewhere is not known")
    return "\n\n".join(parts)


def _rows(comparison: Mapping[str, Comparison]) -> list[list[str]]:
    rows = [["measure", "before", "chosen", "difference", "95 % interval", "p", "p (Holm)"]]
    for name, own in comparison.items():
        values = (f"{own.baseline:.4f}", f"{own.baseline + own.difference:.4f}", f"{own.difference:+.4f}")
        interval = f"{own.ci_low:+.4f} to {own.ci_high:+.4f}"
        rows.append([name, *values, interval, f"{own.p_value:.4f}", f"{own.p_holm:.4f}"])
    return rows
