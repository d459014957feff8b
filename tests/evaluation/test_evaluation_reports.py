"""From a search function to a run, a fused run and a report."""

from __future__ import annotations

import ast
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import speechrag.evaluation.measures
from speechrag.errors import EvaluationError
from speechrag.evaluation.fusion import reciprocal_rank_fusion
from speechrag.evaluation.harness import judged_topics, run_topics
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.records import Qrel, RunLine, Topic
from speechrag.evaluation.report import build_report, to_dict, to_json, to_mteb, to_text

TOPICS = [Topic("q1", "甲"), Topic("q2", "乙")]
QRELS = [Qrel("q1", "d1", 1), Qrel("q2", "d2", 1)]
RUN = [RunLine("q1", "d1", 1, 1.0, "t"), RunLine("q2", "d1", 1, 1.0, "t"), RunLine("q2", "d2", 2, 0.5, "t")]
WORSE = [RunLine("q1", "d3", 1, 1.0, "t"), RunLine("q1", "d1", 2, 0.5, "t")]


def ranking_of(run: Sequence[RunLine], query_id: str = "q1") -> list[str]:
    return [line.doc_id for line in run if line.query_id == query_id]


def test_topics_become_a_run_in_the_order_of_the_search() -> None:
    """Text and depth go in, ranks from 1 and the tag come out."""
    asked = []

    def search(text: str, depth: int) -> list[tuple[str, float]]:
        asked.append((text, depth))
        return [("d2", 2.0), ("d1", 1.0)] if text == "甲" else []

    run = run_topics(search, TOPICS, depth=7, tag="mine")
    assert asked == [("甲", 7), ("乙", 7)]
    assert run == [RunLine("q1", "d2", 1, 2.0, "mine"), RunLine("q1", "d1", 2, 1.0, "mine")]


def test_tied_and_rising_scores_keep_the_order_of_the_search() -> None:
    """The search has decided; the scores are lowered until every tool agrees."""
    run = run_topics(lambda text, depth: [("a", 0.5), ("b", 0.5), ("c", 0.7), ("d", 0.1)], TOPICS[:1])
    assert ranking_of(run) == ["a", "b", "c", "d"]
    assert all(one.score > two.score for one, two in itertools.pairwise(run))
    assert [run[0].score, run[3].score] == pytest.approx([0.5, 0.1])
    means, _ = evaluate_run([Qrel("q1", "a", 1)], run, ["RR"])
    assert means["RR"] == 1


def test_a_document_found_twice_keeps_its_first_place() -> None:
    """Several passages of one document are one result; the depth counts documents."""
    run = run_topics(lambda text, depth: [("a", 3.0), ("b", 2.0), ("a", 1.0), ("c", 0.5)], TOPICS[:1], depth=3)
    assert ranking_of(run) == ["a", "b", "c"]


def test_results_beyond_the_depth_are_cut() -> None:
    """A search that gives more than it was asked for does not change what is measured."""
    run = run_topics(lambda text, depth: [(f"d{n}", -n) for n in range(10)], TOPICS[:1], depth=4)
    assert len(run) == 4


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([("讲话", 1.0)], "query q1: the search gave document id '讲话'"),
        ([("a b", 1.0)], "document id 'a b'"),
        ([("a", float("nan"))], "query q1: the score of a is nan"),
        ([("a", float("inf"))], "the score of a is inf"),
        ([("a", -3.4028234e38), ("b", -3.4028234e38)], r"the score of b is -3\.4028234e\+38"),
    ],
)
def test_results_that_no_run_file_can_hold_are_refused(results: list[tuple[str, float]], message: str) -> None:
    """Now, and not when the file is written."""
    with pytest.raises(EvaluationError, match=message):
        run_topics(lambda text, depth: results, TOPICS)
    with pytest.raises(EvaluationError, match="run tag 'my run'"):
        run_topics(lambda text, depth: [], TOPICS, tag="my run")


def test_only_judged_topics_are_searched() -> None:
    """A collection lists the queries of all its splits."""
    assert judged_topics(TOPICS, QRELS[1:]) == TOPICS[1:]
    with pytest.raises(EvaluationError, match="no query id in common"):
        judged_topics(TOPICS, [Qrel("other", "d1", 1)])


def test_rank_fusion_worked_by_hand() -> None:
    """A document first in both runs scores 1/61 twice; ties within a run stand in trec_eval's order."""
    tied = [RunLine("q2", d, 0, s, "a") for d, s in (("d1", 1.0), ("d2", 1.0), ("d3", 1.0), ("d4", 0.5))]
    other = [RunLine("q2", "d3", 0, 2.0, "b"), RunLine("q2", "d2", 0, 1.0, "b")]
    fused = reciprocal_rank_fusion([tied, other])
    assert ranking_of(fused, "q2") == ["d3", "d2", "d1", "d4"]
    assert [line.score for line in fused] == pytest.approx([2 / 61, 2 / 62, 1 / 63, 1 / 64], abs=1e-6)
    assert round(fused[0].score, 6) == 0.032787


def test_documents_that_tie_after_fusion_stand_by_id_ascending() -> None:
    """Whichever run is named first, the result is the same, and its scores do not tie."""
    one = [RunLine("q1", "b", 1, 2.0, "x"), RunLine("q1", "a", 2, 1.0, "x")]
    two = [RunLine("q1", "a", 1, 2.0, "y"), RunLine("q1", "b", 2, 1.0, "y")]
    assert reciprocal_rank_fusion([one, two]) == reciprocal_rank_fusion([two, one])
    assert ranking_of(reciprocal_rank_fusion([one, two])) == ["a", "b"]
    assert len(reciprocal_rank_fusion([one, two], depth=1)) == 1


def test_the_report_has_the_keys_that_scripts_rely_on() -> None:
    """Every key of the command's JSON object, on one line that any JSON reader takes."""
    report = build_report(QRELS, RUN, baseline=WORSE, seconds={"index": 1.5, "search": 0.25})
    line = to_json(report)
    data = json.loads(line)
    assert "\n" not in line
    assert data["queries"] == 2
    assert list(data["measures"]) == ["nDCG@10", "RR@10", "R@10", "R@100", "AP"]
    assert data["measures"]["RR@10"] == 0.75
    assert data["per_query"]["q2"]["RR@10"] == 0.5
    assert data["seconds"] == {"index": 1.5, "search": 0.25}
    assert {"baseline", "difference", "p_value", "ci_low", "ci_high"} <= set(data["comparison"]["RR@10"])
    assert data["comparison"]["RR@10"]["baseline"] == 0.25
    assert data["comparison"]["RR@10"]["difference"] == 0.5


def test_a_report_without_a_baseline_has_no_comparison() -> None:
    """Null, not an empty table."""
    report = build_report(QRELS, RUN)
    assert to_dict(report)["comparison"] is None
    assert report.seconds == {"index": 0.0, "search": 0.0}
    assert "baseline" not in to_text(report)


def test_the_same_input_gives_the_same_report() -> None:
    """Bootstrap and randomisation are seeded."""
    assert to_json(build_report(QRELS, RUN, baseline=WORSE)) == to_json(build_report(QRELS, RUN, baseline=WORSE))


def test_the_text_report_is_an_aligned_table() -> None:
    """Means to four decimals with their interval, the comparison, and every query on request."""
    report = build_report(QRELS, RUN, baseline=WORSE, measures=["nDCG@10", "AP"])
    text = to_text(report, per_query=True)
    assert text.startswith("2 queries\n\nmeasure")
    assert "nDCG@10  0.8155" in text
    assert "p (Holm)" in text
    assert any(line.split() == ["q2", "0.6309", "0.5000"] for line in text.splitlines())
    table = text.split("\n\n")[1].splitlines()
    assert len({len(line) for line in table}) == 1


def test_notes_say_what_a_mean_hides() -> None:
    """Absent queries, queries without relevant documents, unjudged queries, and how little so few queries can show."""
    run = [RunLine("q1", "d9", 1, 1.0, "t"), RunLine("extra", "d1", 1, 1.0, "t")]
    notes = build_report([*QRELS, Qrel("q3", "d1", 0)], run).notes
    assert "judged queries without results, counted as 0: 2 of 3" in notes
    assert "judged queries without a relevant document, counted as 0: 1 of 3" in notes
    assert "queries of the run that nobody judged, left out: 1" in notes
    assert "no retrieved document is judged: do the ids of the index and the judgements agree?" in notes
    assert notes[-1].startswith("power: a set of this size (3) shows nDCG@10 differences from 0.404 up")


def test_the_power_note_names_the_queries_an_observed_difference_needs() -> None:
    """With a baseline the deviation is the observed one."""
    qrels = [Qrel(f"q{n}", "d1", 1) for n in range(4)]
    run = [RunLine(f"q{n}", "d1", 1, 1.0, "t") for n in range(3)]
    report = build_report(qrels, run, baseline=run[:2], measures=["RR"])
    assert report.notes[-1].endswith("; the observed +0.2500 needs 32 queries")


def test_measures_and_formats_need_only_the_standard_library() -> None:
    """A run can be scored where nothing but Python is installed; only the statistics need numpy."""
    folder = Path(speechrag.evaluation.measures.__file__).parent
    for name in ("records", "ranking", "measures", "formats", "harness", "fusion"):
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                root = module.split(".")[0]
                own = module == "speechrag.errors" or module.startswith("speechrag.evaluation.")
                assert own or root in sys.stdlib_module_names, f"{name} imports {module}"
                assert module != "speechrag.evaluation.statistics"


def test_means_under_the_names_of_mteb() -> None:
    """Measures with a cutoff, and nDCG@10 as the main score; the per-query values stay here."""
    report = build_report(QRELS, RUN)
    found = json.loads(to_mteb(report))
    assert found["main_score"] == found["ndcg_at_10"] == report.measures["nDCG@10"]
    assert found["mrr_at_10"] == report.measures["RR@10"] == 0.75
    assert found["recall_at_100"] == 1.0 and found["queries"] == 2
    assert set(found) == {"main_score", "ndcg_at_10", "mrr_at_10", "recall_at_10", "recall_at_100", "queries"}
