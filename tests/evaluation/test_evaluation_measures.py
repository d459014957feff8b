"""The measures: worked by hand, on the fixture whose trec_eval values are known, and against other implementations."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import ir_measures
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.measures import (
    DEFAULT_MEASURES,
    average_precision,
    bpref,
    evaluate_run,
    judged,
    ndcg,
    parse_measure,
    precision,
    r_precision,
    recall,
    reciprocal_rank,
    score_records,
    success,
)
from speechrag.evaluation.ranking import single, strictly_decreasing, trec_order
from speechrag.evaluation.records import Qrel, RunLine, Score

GRADES = {
    "q1": {"d1": 3, "d2": 1, "d5": 2, "d9": 0},
    "q2": {"d3": 1},
    "q3": {"d1": 1, "d4": 2, "d7": 1},
    "q4": {"d8": 1},
}
RUN_A = {  # with ties
    "q1": {"d1": 0.9, "d9": 0.8, "d2": 0.7, "d4": 0.7, "d5": 0.7, "d6": 0.1},
    "q2": {"d1": 1.0, "d2": 1.0, "d3": 1.0, "d4": 0.5},
    "q3": {"d7": 5.0, "d2": 4.0, "d4": 3.0, "d1": 2.0},
    "q4": {"d1": 0.3, "d2": 0.2},
}
RUN_B = {  # without ties, without q4
    "q1": {"d5": 0.9, "d1": 0.8, "d2": 0.7},
    "q2": {"d3": 2.0, "d2": 1.0},
    "q3": {"d4": 5.0, "d1": 4.0, "d9": 3.0, "d7": 1.0},
}
EXPECTED = {
    "nDCG@10": (0.6744, 0.7251),
    "nDCG@5": (0.6744, 0.7251),
    "AP": (0.6403, 0.7292),
    "RR": (0.7500, 0.7500),
    "RR@10": (0.7500, 0.7500),
    "P@5": (0.3500, 0.3500),
    "R@5": (0.7500, 0.7500),
    "R@100": (0.7500, 0.7500),
    "Success@1": (0.7500, 0.7500),
    "Success@5": (0.7500, 0.7500),
    "Rprec": (0.5833, 0.6667),
    "Bpref": (0.5833, 0.7500),
    "AP(rel=2)": (0.2917, 0.5000),
    "Judged@5": (0.4500, 0.5625),
    "Judged@10": (0.4167, 0.5625),
}
# Our name -> the name pytrec_eval computes it under, and the key of its result.
TREC_NAMES = {
    "nDCG@3": ("ndcg_cut.3", "ndcg_cut_3"),
    "nDCG@10": ("ndcg_cut.10", "ndcg_cut_10"),
    "nDCG": ("ndcg", "ndcg"),
    "AP": ("map", "map"),
    "AP@3": ("map_cut.3", "map_cut_3"),
    "RR": ("recip_rank", "recip_rank"),
    "P@3": ("P.3", "P_3"),
    "P@10": ("P.10", "P_10"),
    "R@3": ("recall.3", "recall_3"),
    "R@100": ("recall.100", "recall_100"),
    "Success@1": ("success.1", "success_1"),
    "Success@5": ("success.5", "success_5"),
    "Rprec": ("Rprec", "Rprec"),
    "Bpref": ("bpref", "bpref"),
}

Grades = Mapping[str, Mapping[str, int]]
Scores = Mapping[str, Mapping[str, float]]


def qrels_of(grades: Grades) -> list[Qrel]:
    return [Qrel(q, d, grade) for q, judgements in grades.items() for d, grade in judgements.items()]


def lines_of(run: Scores) -> list[RunLine]:
    return [RunLine(q, d, 0, score, "t") for q, found in run.items() for d, score in found.items()]


def by_trec_eval(grades: Grades, run: Scores, level: int = 1) -> dict[str, dict[str, float]]:
    """Return query → our measure name → trec_eval's value, through pytrec_eval."""
    asked = {trec for trec, _ in TREC_NAMES.values()}
    evaluator = pytrec_eval.RelevanceEvaluator(grades, asked, relevance_level=level)
    return {
        query: {name: values[key] for name, (_, key) in TREC_NAMES.items()}
        for query, values in evaluator.evaluate(run).items()
    }


DOCUMENTS = st.sampled_from([f"d{n}" for n in range(12)])
QUERIES = st.sampled_from([f"q{n}" for n in range(5)])
ALL_GRADES = st.dictionaries(QUERIES, st.dictionaries(DOCUMENTS, st.integers(0, 3), min_size=1), min_size=1)
TIED_SCORES = st.sampled_from([0.0, 0.5, 0.1234567891, 0.123456789, -1.0, 2.0, 1e-9])
TIED_RUNS = st.dictionaries(QUERIES, st.dictionaries(DOCUMENTS, TIED_SCORES, min_size=1))


@pytest.mark.parametrize("measure", EXPECTED)
def test_means_on_the_fixture_are_those_of_trec_eval(measure: str) -> None:
    """Both runs, one with ties and one without a judged query, give the known values to four decimals."""
    for run, expected in zip((RUN_A, RUN_B), EXPECTED[measure], strict=True):
        means, _ = evaluate_run(qrels_of(GRADES), lines_of(run), [measure])
        assert round(means[measure], 4) == expected


def test_per_query_ndcg_on_the_fixture_is_that_of_trec_eval() -> None:
    """The mean does not hide two errors that cancel each other."""
    for run, expected in (
        (RUN_A, {"q1": 0.9212, "q2": 1.0, "q3": 0.7763, "q4": 0.0}),
        (RUN_B, {"q1": 0.9225, "q2": 1.0, "q3": 0.9779, "q4": 0.0}),
    ):
        _, per_query = evaluate_run(qrels_of(GRADES), lines_of(run), ["nDCG@10"])
        assert {query: round(values["nDCG@10"], 4) for query, values in per_query.items()} == expected


def test_ndcg_worked_by_hand() -> None:
    """Grades 0 and 2 at ranks 1 and 2, the best possible being 2 and 1."""
    value = ndcg(["x", "b"], {"b": 2, "c": 1}, 10)
    assert value == pytest.approx((2 / math.log2(3)) / (2 + 1 / math.log2(3)))


def test_measures_worked_by_hand() -> None:
    """One list of five with relevant documents at ranks 2 and 4, three relevant in all."""
    ranking, grades = ["n1", "r1", "u1", "r2", "u2"], {"r1": 1, "r2": 1, "r3": 1, "n1": 0}
    assert reciprocal_rank(ranking, grades) == 1 / 2
    assert reciprocal_rank(ranking, grades, 1) == 0
    assert recall(ranking, grades, 4) == pytest.approx(2 / 3)
    assert precision(ranking, grades, 10) == 2 / 10
    assert precision(ranking, grades) == 2 / 5
    assert success(ranking, grades, 1) == 0
    assert success(ranking, grades, 2) == 1
    assert average_precision(ranking, grades) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert average_precision(ranking, grades, 3) == pytest.approx((1 / 2) / 3)
    assert r_precision(ranking, grades) == pytest.approx(1 / 3)
    assert bpref(ranking, grades) == 0
    assert judged(ranking, grades, 5) == pytest.approx(3 / 5)


@pytest.mark.parametrize(
    "measure", [ndcg, reciprocal_rank, recall, precision, success, average_precision, r_precision, bpref]
)
def test_nothing_found_and_nothing_to_find_are_zero(measure: object) -> None:
    """An empty ranking and a query without relevant documents give 0, not an error."""
    assert callable(measure)
    assert measure([], {"d1": 1}, 10) == 0
    assert measure(["d1"], {"d1": 0}, 10) == 0
    assert measure(["d1"], {}, 10) == 0


def test_ties_are_ordered_by_document_id_descending() -> None:
    """Input order would give 0.5435 on the fixture's tied run, as another tool does."""
    assert trec_order(RUN_A["q2"]) == ["d3", "d2", "d1", "d4"]
    assert trec_order({"d10": 1.0, "d9": 1.0, "d1": 2.0}) == ["d1", "d9", "d10"]


def test_rr_at_10_breaks_ties_like_every_other_measure() -> None:
    """One common tool hands RR@10 to a provider with another tie order; ours stays with trec_eval's."""
    means, _ = evaluate_run(qrels_of(GRADES), lines_of(RUN_A), ["RR", "RR@10"])
    assert means["RR"] == means["RR@10"] == 0.75
    other = ir_measures.calc_aggregate([ir_measures.RR @ 10], GRADES, RUN_A)
    assert other[ir_measures.RR @ 10] == pytest.approx(0.5833, abs=1e-4)


def test_scores_that_differ_beyond_single_precision_tie() -> None:
    """trec_eval holds scores as C floats, so the document id decides here."""
    assert single(0.1234567891) == single(0.123456789)
    assert trec_order({"d1": 0.1234567891, "d2": 0.123456789}) == ["d2", "d1"]
    assert single(1e300) == math.inf


def test_judged_queries_that_the_run_lacks_count_zero() -> None:
    """Averaging over the returned queries only would give 0.9668 for the fixture's second run."""
    means, per_query = evaluate_run(qrels_of(GRADES), lines_of(RUN_B), ["nDCG@10"])
    assert list(per_query) == ["q1", "q2", "q3", "q4"]
    assert round(means["nDCG@10"] * 4 / 3, 4) == 0.9668


def test_queries_without_relevant_documents_count_zero() -> None:
    """They stay in the mean; leaving them out is the caller's decision."""
    grades = {"q1": {"d1": 1}, "q2": {"d1": 0}}
    means, _ = evaluate_run(qrels_of(grades), lines_of({"q1": {"d1": 1.0}, "q2": {"d1": 1.0}}), DEFAULT_MEASURES)
    assert means == dict.fromkeys(DEFAULT_MEASURES, 0.5)


def test_queries_nobody_judged_are_left_out() -> None:
    """A run over all the queries of a collection can be measured on the test split."""
    _, per_query = evaluate_run([Qrel("q1", "d1", 1)], lines_of({"q1": {"d1": 1.0}, "extra": {"d1": 1.0}}))
    assert list(per_query) == ["q1"]


def test_gain_is_linear() -> None:
    """The exponential gain would give 0.7065 on the fixture's second run."""
    doubled = {q: {d: 2**g - 1 for d, g in judgements.items()} for q, judgements in GRADES.items()}
    exponential, _ = evaluate_run(qrels_of(doubled), lines_of(RUN_B), ["nDCG@10"])
    assert round(exponential["nDCG@10"], 4) == 0.7065


def test_the_rank_column_plays_no_part() -> None:
    """Scores decide, as in trec_eval."""
    run = [RunLine("q1", "d1", 1, 0.1, "t"), RunLine("q1", "d2", 2, 0.9, "t")]
    means, _ = evaluate_run([Qrel("q1", "d2", 1)], run, ["RR"])
    assert means["RR"] == 1


@settings(max_examples=150, deadline=None)
@given(grades=ALL_GRADES, run=TIED_RUNS)
def test_agrees_with_pytrec_eval_on_any_run(grades: Grades, run: Scores) -> None:
    """Ties, missing queries, queries without relevant documents: every value is trec_eval's, absent queries 0."""
    theirs = by_trec_eval(grades, run)
    means, per_query = evaluate_run(qrels_of(grades), lines_of(run), list(TREC_NAMES))
    for query in grades:
        expected = theirs.get(query, dict.fromkeys(TREC_NAMES, 0.0))
        assert per_query[query] == pytest.approx(expected, abs=1e-6)
    for name, mean in means.items():
        assert mean == pytest.approx(sum(row.get(name, 0.0) for row in theirs.values()) / len(grades), abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(grades=ALL_GRADES, run=TIED_RUNS)
def test_agrees_with_pytrec_eval_at_a_higher_relevance_level(grades: Grades, run: Scores) -> None:
    """``(rel=2)`` is trec_eval's ``-l 2``."""
    theirs = by_trec_eval(grades, run, level=2)
    _, per_query = evaluate_run(qrels_of(grades), lines_of(run), ["AP(rel=2)", "R(rel=2)@3", "Bpref(rel=2)"])
    for query, values in theirs.items():
        expected = [values["AP"], values["R@3"], values["Bpref"]]
        assert list(per_query[query].values()) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(grades=ALL_GRADES, run=st.dictionaries(QUERIES, st.lists(DOCUMENTS, min_size=1, unique=True)))
def test_agrees_with_ir_measures_on_any_run_without_ties(grades: Grades, run: Mapping[str, list[str]]) -> None:
    """With strictly decreasing scores even the measures it computes elsewhere (RR@10, Judged@k) are the same."""
    scored = {q: {d: 1 / rank for rank, d in enumerate(ranking, start=1)} for q, ranking in run.items()}
    names = [*DEFAULT_MEASURES, "RR@2", "Judged@5", "Success@5", "P@5"]
    theirs = ir_measures.calc_aggregate([ir_measures.parse_measure(name) for name in names], grades, scored)
    means, _ = evaluate_run(qrels_of(grades), lines_of(scored), names)
    assert means == pytest.approx({str(measure): value for measure, value in theirs.items()}, abs=1e-6)


@given(st.lists(st.floats(-1e38, 1e38), max_size=40))
def test_written_scores_strictly_decrease_in_single_precision(scores: list[float]) -> None:
    """Whatever the scores were, no two neighbours tie, and doing it again changes nothing."""
    written = strictly_decreasing(scores)
    assert all(single(a) > single(b) for a, b in itertools.pairwise(written))
    assert strictly_decreasing(written) == written


def test_scores_without_ties_keep_their_value() -> None:
    """Only a score that ties or rises is touched."""
    assert strictly_decreasing([4.0, 2.0, 2.0, 1.0])[::3] == [4.0, 1.0]
    assert strictly_decreasing([4.0, 2.0, 1.0]) == [4.0, 2.0, 1.0]


def test_means_do_not_depend_on_the_order_of_lines() -> None:
    """Shuffled judgements and run lines give the same figures to the last bit."""
    forward, _ = evaluate_run(qrels_of(GRADES), lines_of(RUN_A), list(EXPECTED))
    backward, _ = evaluate_run(qrels_of(GRADES)[::-1], lines_of(RUN_A)[::-1], list(EXPECTED))
    assert forward == backward


@pytest.mark.parametrize("name", ["nDCG", "nDCG@10", "R@100", "AP(rel=2)", "AP(rel=2)@100", "Judged@10"])
def test_measure_names_are_those_of_ir_measures(name: str) -> None:
    """What we print, the other tool parses back to the same name."""
    assert parse_measure(name).name == name == str(ir_measures.parse_measure(name))


@pytest.mark.parametrize("name", ["ndcg_cut_10", "nDCG@0", "MAP", "", "AP(rel=0)", "nDCG@10 "])
def test_unknown_measures_are_refused_with_the_names_there_are(name: str) -> None:
    """A typo is a misuse, not a column of zeros."""
    with pytest.raises(UsageError, match="available: nDCG, RR, R, P"):
        parse_measure(name)


def test_measures_that_need_a_cutoff_say_so() -> None:
    """Recall of a whole run is not what anyone means by R."""
    with pytest.raises(UsageError, match="'R' needs a cutoff, such as R@10"):
        parse_measure("R")
    with pytest.raises(UsageError, match="no measures"):
        evaluate_run([Qrel("q", "d", 1)], [], [])


def test_contradicting_input_is_refused() -> None:
    """Two grades for a pair, a document twice in a ranking, and no judgements at all."""
    with pytest.raises(EvaluationError, match="d1 is judged 1 and 2 for query q1"):
        evaluate_run([Qrel("q1", "d1", 1), Qrel("q1", "d1", 2)], [])
    with pytest.raises(EvaluationError, match="names d1 twice for query q1"):
        evaluate_run([Qrel("q1", "d1", 1)], [RunLine("q1", "d1", 1, 2.0, "t"), RunLine("q1", "d1", 2, 1.0, "t")])
    with pytest.raises(EvaluationError, match="no judgements"):
        evaluate_run([], [])


def test_score_records_list_every_query_and_measure() -> None:
    """The per-query table as TREC rows, order kept."""
    table = {"q2": {"AP": 0.5, "RR": 1.0}, "q1": {"AP": 0.0, "RR": 0.0}}
    assert score_records(table)[:3] == [Score("q2", "AP", 0.5), Score("q2", "RR", 1.0), Score("q1", "AP", 0.0)]
