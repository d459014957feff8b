"""Kinds of queries, near-copies, what queries give away, and refusals."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.errors import EvaluationError
from speechrag.evaluation.families import collection_families, family_judgements
from speechrag.evaluation.judging import judging_bounds, judging_note
from speechrag.evaluation.leaks import leak_guards
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.records import CollectionDocument, Qrel, RunLine, Topic
from speechrag.evaluation.refusal import refusal_curve, refused_at
from speechrag.evaluation.report import build_report
from speechrag.evaluation.slices import has_slip, letters, overlap, slice_members, slice_reports

TEXTS = {
    "d1": "各县要储备编织袋五万条以上，冲锋舟不少于十艘。",
    "d2": "会议听取了社情民意信息工作的汇报，要求按时办理提案。",
    "d3": "干部要多听群众的意见。",
}


def members(*topics: Topic, **relevant: list[str]) -> dict[str, list[str]]:
    return slice_members(topics, relevant, TEXTS.__getitem__)


@pytest.mark.parametrize(
    ("text", "gold", "kind"),
    [
        ("防汛物资", [], "auto: short"),
        ("各县在汛期到来之前应当储备多少编织袋和冲锋舟才够用", [], "auto: long"),
        ("2009年的信息工作", [], "auto: name or number"),
        ("要備多少東西", [], "auto: traditional script"),
        ("储备编织袋五万条以上", ["d1"], "auto: exact phrase"),
        ("官员应该怎样了解百姓心声", ["d3"], "auto: low overlap"),
        ("按时办理提按", ["d2"], "auto: typo"),
        ("什么", ["d1", "d2"], "auto: multi-source"),
    ],
)
def test_a_query_shows_its_kind_by_itself(text: str, gold: list[str], kind: str) -> None:
    """Nothing but the query and the texts judged relevant is looked at."""
    assert members(Topic("q1", text), q1=gold).get(kind) == ["q1"]


def test_a_plain_query_is_of_none_of_the_odd_kinds() -> None:
    """Neither short nor long, simplified, spelled right, with words of its text."""
    found = members(Topic("q1", "冲锋舟应当储备不少于多少"), q1=["d1"])
    assert found == {}


def test_metadata_that_sorts_the_topics_makes_slices() -> None:
    """A key with one value or with a value for every topic tells no kinds apart, nor do labels of other use."""
    topics = [
        Topic(
            f"q{n}", "问题是什么", {"kind": "odd" if n % 2 else "even", "same": 1, "own": f"v{n}", "split": str(n % 2)}
        )
        for n in range(14)
    ]
    named = {name: ids for name, ids in members(*topics).items() if not name.startswith("auto")}
    assert list(named) == ["kind: even", "kind: odd"]
    assert named["kind: odd"] == ["q1", "q3", "q5", "q7", "q9", "q11", "q13"]


def test_a_slip_needs_the_right_word_in_the_text() -> None:
    """A homophone is a slip only where the text has the other character in the same surroundings."""
    assert has_slip("办理提按", ["办理提案"])
    assert not has_slip("办理提案", ["办理提案"])
    assert not has_slip("办理提按", ["毫不相干"])
    assert not has_slip("按", ["案"])


def test_slices_are_measured_over_their_own_queries() -> None:
    """Queries that nobody judged are left out, empty slices too."""
    per_query = {"q1": {"RR": 1.0}, "q2": {"RR": 0.0}}
    found = slice_reports({"a": ["q1", "q2"], "b": ["q2", "q9"], "c": ["q9"]}, per_query)
    assert list(found) == ["a", "b"]
    assert (found["a"].queries, found["a"].measures["RR"]) == (2, 0.5)
    assert (found["b"].query_ids, found["b"].interval) == (("q2",), (0.0, 0.0))


# --- near-copies ------------------------------------------------------------------------------------------------


def lines(*doc_ids: str, query: str = "q1") -> list[RunLine]:
    return [RunLine(query, doc_id, n, float(-n), "t") for n, doc_id in enumerate(doc_ids, 1)]


def family(doc_id: str) -> str:
    return doc_id[0]  # a1 and a2 are copies


def test_any_copy_of_a_judged_document_counts_once() -> None:
    """The first copy found takes the grade, the next one 0, the judged one that came later too."""
    found = family_judgements([Qrel("q1", "a1", 2)], lines("x1", "a2", "a1"), family)
    assert {q.doc_id: q.relevance for q in found} == {"a2": 2, "a1": 0}


def test_copies_do_not_raise_recall_or_the_ideal() -> None:
    """Two judged copies are one thing to find: finding either is full recall and a perfect ranking."""
    qrels = [Qrel("q1", "a1", 1), Qrel("q1", "a2", 1), Qrel("q1", "b1", 1)]
    run = lines("a2", "b1", "a1")
    means, _ = evaluate_run(family_judgements(qrels, run, family), run, ["R@2", "nDCG@10", "AP"])
    assert means == {"R@2": 1.0, "nDCG@10": 1.0, "AP": 1.0}


def test_a_family_that_was_not_found_still_counts_as_missed() -> None:
    """Its judged member stands for it; a second query is judged by itself."""
    qrels = [Qrel("q1", "a1", 1), Qrel("q1", "a2", 1), Qrel("q2", "b1", 1)]
    found = family_judgements(qrels, lines("x1"), family)
    assert [(q.query_id, q.doc_id, q.relevance) for q in found] == [("q1", "a1", 1), ("q2", "b1", 1)]


def test_copies_of_what_is_not_relevant_are_not_relevant() -> None:
    """Judged 0 stays judged 0 for every copy."""
    found = family_judgements([Qrel("q1", "a1", 0)], lines("a2", "a1"), family)
    assert {q.doc_id: q.relevance for q in found} == {"a2": 0, "a1": 0}


@given(st.permutations(["a1", "a2", "b1", "c1", "d1"]))
def test_without_copies_nothing_changes(order: list[str]) -> None:
    """Each document a family of its own gives the values of the judgements as they are."""
    qrels = [Qrel("q1", "a1", 2), Qrel("q1", "b1", 1), Qrel("q1", "c1", 0)]
    run = lines(*order)
    assert evaluate_run(family_judgements(qrels, run, str), run) == evaluate_run(qrels, run)


def test_near_identical_documents_of_a_collection_are_one_family() -> None:
    """A copy with one word changed belongs to it, another text does not."""
    long = "全市要把防汛物资储备到位，水库巡查责任人二十四小时在岗，汛限水位以上一律开闸。" * 3
    texts = {"d1": long, "d2": long.replace("责任人", "值班员", 1), "d3": "庆祝教师节，尊师重教。" * 9}
    found = collection_families(CollectionDocument(key, "", text) for key, text in texts.items())
    assert found["d1"] == found["d2"] != found["d3"]


# --- leak guards ------------------------------------------------------------------------------------------------


def test_a_quotation_gives_everything_away_and_a_paraphrase_nothing() -> None:
    """The guards at both ends."""
    titles = {"d1": "防汛讲话", "d2": "提案讲话", "d3": "座谈会"}
    copied = leak_guards([Topic("q1", TEXTS["d1"])], {"q1": ["d1"]}, TEXTS.__getitem__, titles.__getitem__)
    assert copied == {"overlap_median": 1.0, "overlap_high": 1.0, "copied": 1.0, "title_alone": 0.0}
    own = leak_guards([Topic("q1", "官员怎样了解百姓心声")], {"q1": ["d3"]}, TEXTS.__getitem__, titles.__getitem__)
    assert own == {"overlap_median": 0.0, "overlap_high": 0.0, "copied": 0.0, "title_alone": 0.0}


def test_a_query_that_only_one_title_fits_is_solved_by_the_title() -> None:
    """Of two judged documents the title with more of the query wins; an equal share decides nothing."""
    topics = [Topic("q1", "防汛的事"), Topic("q2", "讲话")]
    titles = {"d1": "防汛讲话", "d2": "提案讲话"}
    found = leak_guards(topics, {"q1": ["d1"], "q2": ["d2"]}, TEXTS.__getitem__, titles.__getitem__)
    assert found["title_alone"] == 0.5
    assert leak_guards(topics, {}, TEXTS.__getitem__, titles.__getitem__) == {}


@given(st.text("甲乙丙丁", max_size=12), st.text("甲乙丙丁", max_size=12))
def test_overlap_is_a_share(query: str, text: str) -> None:
    """From 0 to 1, and 1 for a text that holds the query."""
    assert 0 <= overlap(query, text) <= 1
    assert overlap(query, text + query) == 1
    assert letters(query) == query


# --- refusals ---------------------------------------------------------------------------------------------------


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    """Ties count half: here 2.5 of 4 pairs."""
    assert refusal_curve([0.9, 0.5], [0.5, 0.7]).auc == 0.625
    assert refusal_curve([0.9, 0.8], [0.1]).auc == 1.0
    assert refusal_curve([0.1], [0.9, 0.8]).auc == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.lists(st.floats(0, 1), min_size=1, max_size=300))
def test_more_is_refused_as_the_threshold_rises(good: list[float], bad: list[float]) -> None:
    """Both curves start at nothing and never fall."""
    found = refusal_curve(good, bad)
    assert (found.curve[0].unanswerable_refused, found.curve[0].answerable_refused) == (0, 0)
    for one, two in itertools.pairwise(found.curve):
        assert one.threshold < two.threshold
        assert one.unanswerable_refused <= two.unanswerable_refused
        assert one.answerable_refused <= two.answerable_refused
    assert 0 <= found.auc <= 1


def test_the_chosen_threshold_keeps_false_refusals_in_bounds() -> None:
    """The most refusals with at most 5 % of the answerable questions refused."""
    good = [n / 100 for n in range(50, 100)]
    point = refused_at(refusal_curve(good, [0.1, 0.2, 0.9]))
    assert point.answerable_refused <= 0.05
    assert point.unanswerable_refused == pytest.approx(2 / 3)
    assert point.threshold == 0.5


def test_a_curve_needs_both_kinds_of_questions() -> None:
    """Otherwise there is nothing to tell apart."""
    with pytest.raises(EvaluationError, match="0 answerable and 1 unanswerable"):
        refusal_curve([], [0.5])


# --- unjudged documents -----------------------------------------------------------------------------------------


def test_unjudged_documents_bound_a_figure() -> None:
    """As measured, with every unjudged document relevant, and without them."""
    qrels = [Qrel("q1", "a", 1), Qrel("q1", "b", 0)]
    bounds = judging_bounds(qrels, lines("x", "a", "b"), "RR@10")
    assert bounds == {"judged": pytest.approx(2 / 3), "measured": 0.5, "upper": 1.0, "condensed": 1.0}
    note = judging_note(bounds, "RR@10")
    assert note.startswith("only 67% of the first 10 are judged: RR@10 lies between 0.5000 and 1.0000")
    assert judging_note(bounds | {"judged": 0.9}, "RR@10") == judging_note({}, "RR@10") == ""


def test_only_a_pool_can_have_gaps() -> None:
    """A set that names relevant documents alone says nothing about the others, and gets no such note."""
    run = lines("x", "a")
    assert any("are judged" in note for note in build_report([Qrel("q1", "a", 1), Qrel("q1", "b", 0)], run).notes)
    assert not any("are judged" in note for note in build_report([Qrel("q1", "a", 1)], run).notes)


def test_how_much_was_judged_is_not_compared() -> None:
    """It is no quality, and one more test would raise every corrected p."""
    report = build_report([Qrel("q1", "a", 1)], lines("a"), baseline=lines("x"), measures=["RR", "Judged@10"])
    assert list(report.measures) == ["RR", "Judged@10"]
    assert report.comparison is not None and list(report.comparison) == ["RR"]
