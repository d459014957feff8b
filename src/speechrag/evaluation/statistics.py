"""Is the difference between two runs more than luck? Unit of analysis: the query.

Randomisation rather than Wilcoxon or the sign test (Smucker, Allan and Carterette 2007), the mean difference with its
bootstrap interval beside every p-value, Holm's step-down where several measures or several sets are compared. All
seeded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import EvaluationError
from speechrag.evaluation.measures import PerQuery
from speechrag.evaluation.records import Comparison, MeanDifference

SEED = 12345
DRAWS = 10_000
EXACT_UP_TO = 20  # 2^20 sign patterns are eight megabytes
TYPICAL_DEVIATION = 0.25  # of paired nDCG differences, where no baseline says better
_BLOCK = 2_000_000  # numbers drawn at once

Vector = NDArray[np.float64]


def differences(run: Sequence[float], baseline: Sequence[float]) -> Vector:
    """Return ``run - baseline`` value by value. Raises EvaluationError for unequal lengths or none at all."""
    if len(run) != len(baseline) or not run:
        raise EvaluationError(f"{len(run)} values against {len(baseline)}; expected the same queries, at least one")
    return np.asarray(run, dtype=np.float64) - np.asarray(baseline, dtype=np.float64)


def _blocks(draws: int, size: int) -> Iterator[int]:
    rows = max(1, _BLOCK // size)
    for start in range(0, draws, rows):
        yield min(rows, draws - start)


def _all_sign_sums(values: Vector) -> Vector:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def randomisation_test(
    run: Sequence[float], baseline: Sequence[float], *, draws: int = DRAWS, seed: int = SEED
) -> float:
    """Return the two-sided p-value of a paired randomisation (sign-flip) test on the mean difference.

    Exact over all 2^n sign patterns up to 20 queries; above that (count + 1) / (draws + 1), so p is never 0
    (Phipson and Smyth 2010). Pairs without a difference change nothing.
    """
    values = differences(run, baseline)
    # Sums equal on paper differ in their last bits with the order of adding.
    observed = abs(float(values.sum())) - 1e-10 * float(np.abs(values).sum())
    if len(values) <= EXACT_UP_TO:
        return float(np.mean(np.abs(_all_sign_sums(values)) >= observed))
    generator = np.random.default_rng(seed)
    count = 0
    for rows in _blocks(draws, len(values)):
        signs = generator.integers(0, 2, size=(rows, len(values)), dtype=np.int8) * 2.0 - 1.0
        count += int(np.count_nonzero(np.abs(signs @ values) >= observed))
    return (count + 1) / (draws + 1)


def mean_interval(
    values: Sequence[float] | Vector, *, draws: int = DRAWS, seed: int = SEED, level: float = 0.95
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean (Efron 1979), queries drawn with replacement."""
    return _middle(_drawn_means(np.asarray(values, dtype=np.float64), np.random.default_rng(seed), draws), level)


def _drawn_means(sample: Vector, generator: np.random.Generator, draws: int) -> Vector:
    drawn = [
        sample[generator.integers(0, len(sample), size=(rows, len(sample)))].mean(axis=1)
        for rows in _blocks(draws, len(sample))
    ]
    return np.concatenate(drawn)


def _middle(drawn: Vector, level: float) -> tuple[float, float]:
    tail = 50 * (1 - level)
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)


def bootstrap_interval(
    run: Sequence[float], baseline: Sequence[float], *, draws: int = DRAWS, seed: int = SEED, level: float = 0.95
) -> tuple[float, float]:
    """Return the paired percentile bootstrap interval of the mean difference ``run - baseline``."""
    return mean_interval(differences(run, baseline), draws=draws, seed=seed, level=level)


def paired_t_test(run: Sequence[float], baseline: Sequence[float]) -> float:
    """Return the two-sided p-value of the paired t test; 1 where nothing differs, 0 where all differ by the same.

    The distribution function is the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3-4). With
    a single query there is nothing to estimate a spread from and p is 1.
    """
    values = differences(run, baseline)
    mean, spread = float(values.mean()), deviation(values)
    if len(values) < 2 or mean == 0:
        return 1.0
    # A constant difference leaves rounding noise in the spread.
    if spread <= 1e-12 * abs(mean):
        return 0.0
    return _student_tail(abs(mean) / (spread / math.sqrt(len(values))), len(values) - 1)


def _student_tail(t: float, freedom: int) -> float:
    angle = math.atan(t / math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (k - 1) / k
    inside = (angle + math.sin(angle) * total) * 2 / math.pi if odd else math.sin(angle) * total
    return max(0.0, 1.0 - inside)


def deviation(values: Vector) -> float:
    """Return the sample standard deviation, 0 for a single value."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted by Holm's step-down (Holm 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03, 0.20])
    [0.04, 0.09, 0.09, 0.2]
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for step, index in enumerate(sorted(range(len(p_values)), key=lambda i: (p_values[i], i))):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - step)))
        adjusted[index] = highest
    return adjusted


def _two_sided_reach(alpha: float, power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)


def queries_needed(
    difference: float, spread: float = TYPICAL_DEVIATION, *, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Return how many queries show a mean difference of that size, by the normal approximation, at least 1.

    ``spread`` is the standard deviation of the paired differences.

    >>> [queries_needed(d) for d in (0.05, 0.03, 0.02)]
    [197, 546, 1227]
    """
    if difference == 0:
        raise ValueError("no number of queries shows a difference of 0")
    return max(1, math.ceil((_two_sided_reach(alpha, power) * spread / difference) ** 2))


def smallest_difference(
    queries: int, spread: float = TYPICAL_DEVIATION, *, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Return the smallest mean difference that so many queries show; the inverse of ``queries_needed``."""
    return _two_sided_reach(alpha, power) * spread / math.sqrt(queries)


def _columns(run: PerQuery, baseline: PerQuery, measure: str) -> tuple[list[float], list[float]]:
    return [run[query][measure] for query in run], [baseline[query][measure] for query in run]


def _compare(run: Sequence[float], baseline: Sequence[float], p_value: float, p_holm: float) -> Comparison:
    values = differences(run, baseline)
    low, high = bootstrap_interval(run, baseline)
    return Comparison(
        baseline=math.fsum(baseline) / len(baseline),
        difference=math.fsum(values) / len(values),
        p_value=p_value,
        ci_low=low,
        ci_high=high,
        p_holm=p_holm,
        p_t=paired_t_test(run, baseline),
        deviation=deviation(values),
    )


def compare(run: PerQuery, baseline: PerQuery) -> Mapping[str, Comparison]:
    """Return measure → comparison of two per-query tables over the same queries and measures.

    Raises EvaluationError when the two tables do not hold the same queries or measures.
    """
    if run.keys() != baseline.keys() or any(run[query].keys() != baseline[query].keys() for query in run):
        raise EvaluationError("the run and its baseline were not measured on the same queries with the same measures")
    if not run:
        raise EvaluationError("there are no queries to compare; expected at least one")
    columns = {measure: _columns(run, baseline, measure) for measure in next(iter(run.values()))}
    p_values = [randomisation_test(*pair) for pair in columns.values()]
    adjusted = holm(p_values)
    return {
        measure: _compare(*pair, p_value, p_holm)
        for (measure, pair), p_value, p_holm in zip(columns.items(), p_values, adjusted, strict=True)
    }


def across_sets(comparisons: Mapping[str, Comparison]) -> dict[str, Comparison]:
    """Return set -> its comparison by one measure, ``p_holm`` corrected for looking at all the sets."""
    adjusted = holm([found.p_value for found in comparisons.values()])
    return {
        name: replace(found, p_holm=p_holm) for (name, found), p_holm in zip(comparisons.items(), adjusted, strict=True)
    }


def mean_difference(
    pairs: Sequence[tuple[Sequence[float], Sequence[float]]], *, draws: int = DRAWS, seed: int = SEED
) -> MeanDifference:
    """Return the mean over sets of the mean difference of each, every set counting alike however large it is.

    ``pairs`` holds (run, baseline) values of the queries of each set. The test flips the signs of queries, the
    interval draws queries within their sets: both say something of these sets, nothing of sets not looked at.
    """
    values = [differences(run, baseline) for run, baseline in pairs]
    weighted = np.concatenate([own / (len(own) * len(values)) for own in values])
    generator = np.random.default_rng(seed)
    drawn = np.stack([_drawn_means(own, generator, draws) for own in values]).mean(axis=0)
    low, high = _middle(drawn, 0.95)
    p_value = randomisation_test(weighted.tolist(), [0.0] * len(weighted), draws=draws, seed=seed)
    return MeanDifference(sets=len(values), difference=float(weighted.sum()), p_value=p_value, ci_low=low, ci_high=high)
