"""Significance tests and intervals: a known vector, scipy as the second opinion, and what must hold of any data."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from speechrag.errors import EvaluationError
from speechrag.evaluation.statistics import (
    bootstrap_interval,
    compare,
    holm,
    mean_interval,
    paired_t_test,
    queries_needed,
    randomisation_test,
    smallest_difference,
)

RUN = [0.70, 0.30, 0.20, 0.60, 0.40, 0.85, 0.10, 0.55, 0.90, 0.35]
BASELINE = [0.50, 0.10, 0.00, 0.20, 0.40, 0.80, 0.15, 0.50, 0.70, 0.30]

VALUES = st.floats(0, 1).map(lambda value: round(value, 3))
PAIRS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=10)


def test_exact_randomisation_on_the_known_vector() -> None:
    """20 of the 1,024 sign patterns are as extreme as what was seen."""
    assert randomisation_test(RUN, BASELINE) == 20 / 1024


def test_t_test_on_the_known_vector() -> None:
    """The check printed beside the randomisation."""
    assert paired_t_test(RUN, BASELINE) == pytest.approx(0.013276, abs=1e-6)


def test_bootstrap_interval_on_the_known_vector() -> None:
    """Percentile interval, 10,000 draws, seed 12345."""
    low, high = bootstrap_interval(RUN, BASELINE)
    assert (round(low, 4), round(high, 4)) == (0.0550, 0.2100)


def test_holm_on_the_known_vector() -> None:
    """Adjusted values never fall below that of a smaller p, nor rise above 1."""
    assert holm([0.01, 0.04, 0.03, 0.20]) == pytest.approx([0.04, 0.09, 0.09, 0.20])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(PAIRS)
def test_exact_randomisation_is_what_its_definition_says(pairs: list[tuple[float, float]]) -> None:
    """Counted one sign pattern after the other in whole thousandths, where nothing is rounded."""
    whole = [round(1000 * a) - round(1000 * b) for a, b in pairs]
    patterns = list(itertools.product((1, -1), repeat=len(whole)))
    extreme = sum(abs(sum(s * d for s, d in zip(signs, whole, strict=True))) >= abs(sum(whole)) for signs in patterns)
    run, baseline = [a for a, _ in pairs], [b for _, b in pairs]
    assert randomisation_test(run, baseline) == extreme / len(patterns)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=60))
def test_t_test_agrees_with_scipy(pairs: list[tuple[float, float]]) -> None:
    """The finite series gives the same tail as scipy, for odd and even degrees of freedom."""
    run, baseline = [a for a, _ in pairs], [b for _, b in pairs]
    deltas = np.subtract(run, baseline)
    if np.ptp(deltas) < 1e-9:
        assert paired_t_test(run, baseline) in (0.0, 1.0)
    else:
        assert paired_t_test(run, baseline) == pytest.approx(float(stats.ttest_rel(run, baseline).pvalue), abs=1e-9)


def test_drawn_randomisation_agrees_with_the_exact_one() -> None:
    """Twenty pairs counted exactly, and the same question asked of scipy's permutation test."""
    generator = np.random.default_rng(7)
    run, baseline = generator.random(20), generator.random(20) - 0.15
    exact = randomisation_test(list(run), list(baseline))
    theirs = stats.permutation_test(
        (run - baseline,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(1)
    )
    assert exact == pytest.approx(float(theirs.pvalue), abs=0.01)


def test_drawn_randomisation_is_seeded_and_never_zero() -> None:
    """Above twenty queries the smallest p is 1 / (draws + 1), and the same call gives the same number."""
    run, baseline = [0.9 + 0.001 * n for n in range(40)], [0.1] * 40
    assert randomisation_test(run, baseline) == 1 / 10_001
    assert randomisation_test(run, baseline, draws=99) == 1 / 100
    mixed = [0.5 + 0.1 * (-1) ** n for n in range(40)]
    assert randomisation_test(mixed, [0.49] * 40) == randomisation_test(mixed, [0.49] * 40)
    assert randomisation_test(mixed, [0.49] * 40, seed=1) != randomisation_test(mixed, [0.49] * 40, seed=2)


def test_the_two_ways_of_counting_meet_at_their_border() -> None:
    """Adding a query without a difference moves from counting to drawing, and p hardly moves."""
    generator = np.random.default_rng(3)
    run, baseline = list(generator.random(20)), list(generator.random(20))
    assert randomisation_test([*run, 0.5], [*baseline, 0.5]) == pytest.approx(
        randomisation_test(run, baseline), abs=0.02
    )


@given(PAIRS)
def test_swapping_run_and_baseline_changes_only_the_sign(pairs: list[tuple[float, float]]) -> None:
    """The test is two-sided."""
    run, baseline = [a for a, _ in pairs], [b for _, b in pairs]
    assert randomisation_test(run, baseline) == randomisation_test(baseline, run)


def test_no_difference_is_no_evidence() -> None:
    """Identical runs: p is 1 whatever their size, and the interval is a point."""
    for size in (1, 5, 50):
        values = [0.1 * (n % 7) for n in range(size)]
        assert randomisation_test(values, values) == 1
        assert paired_t_test(values, values) == 1
        assert bootstrap_interval(values, values) == (0.0, 0.0)


def test_intervals_of_large_sets_do_not_depend_on_how_they_are_drawn_in_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks bound the memory; the stream of the generator is the same."""
    values = list(np.random.default_rng(5).random(64))
    whole = mean_interval(values, draws=1_000)
    monkeypatch.setattr("speechrag.evaluation.statistics._BLOCK", 640)
    assert mean_interval(values, draws=1_000) == whole


def test_power_of_a_query_set() -> None:
    """At a deviation of 0.25: 197 queries for 0.05, 546 for 0.03, 1,227 for 0.02; fifty cannot see 0.02."""
    assert [queries_needed(size) for size in (0.05, 0.03, 0.02, -0.02)] == [197, 546, 1227, 1227]
    assert smallest_difference(197) == pytest.approx(0.05, abs=1e-3)
    assert smallest_difference(50) > 0.02
    with pytest.raises(ValueError, match="difference of 0"):
        queries_needed(0)


def test_compare_gives_every_measure_its_own_row() -> None:
    """Difference is run minus baseline, and Holm runs over the measures."""
    run = {f"q{n}": {"nDCG@10": a, "AP": a} for n, a in enumerate(RUN)}
    baseline = {f"q{n}": {"nDCG@10": b, "AP": a} for n, (a, b) in enumerate(zip(RUN, BASELINE, strict=True))}
    found = compare(run, baseline)
    assert found["nDCG@10"].difference == pytest.approx(0.13)
    assert found["nDCG@10"].baseline == pytest.approx(0.365)
    assert found["nDCG@10"].p_value == 20 / 1024
    assert found["nDCG@10"].p_holm == 40 / 1024
    assert (found["AP"].difference, found["AP"].p_value, found["AP"].p_holm) == (0, 1, 1)


def test_compare_pairs_by_query_and_not_by_position() -> None:
    """The tables may list their queries in any order."""
    run = {"a": {"AP": 0.1}, "b": {"AP": 0.9}}
    found = compare(run, dict(reversed(run.items())))["AP"]
    assert (found.difference, found.deviation, found.p_t) == (0, 0, 1)


def test_tables_that_do_not_fit_are_refused() -> None:
    """Other queries, other measures, none at all, or lists of unequal length."""
    with pytest.raises(EvaluationError, match="same queries"):
        compare({"q1": {"AP": 1.0}}, {"q2": {"AP": 1.0}})
    with pytest.raises(EvaluationError, match="same measures"):
        compare({"q1": {"AP": 1.0}}, {"q1": {"RR": 1.0}})
    with pytest.raises(EvaluationError, match="no queries"):
        compare({}, {})
    with pytest.raises(EvaluationError, match="2 values against 1"):
        randomisation_test([0.1, 0.2], [0.1])
