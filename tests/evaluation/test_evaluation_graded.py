"""The graded judgements: how far two readers agree, and that an index cut otherwise still takes their grades."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from repository import ROOT, scripts_of
from small_corpus import QUICK
from speechrag.build import build_index
from speechrag.evaluation.formats import read_qrels
from speechrag.evaluation.judging import cohen_kappa
from speechrag.records import Passage


@pytest.fixture(scope="module")
def graded() -> Iterator[ModuleType]:
    """The script."""
    with scripts_of("eval"):
        import graded as script  # type: ignore[import-not-found,unused-ignore]

        yield script


def test_kappa_is_agreement_beyond_chance() -> None:
    """Worked by hand: .70 alike where .50 would be by chance; none beyond chance; grades far apart weigh more."""
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx((0.70 - 0.50) / (1 - 0.50))
    assert cohen_kappa([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(0.0)
    assert cohen_kappa([2, 2], [2, 2]) == 1.0
    near, far = (cohen_kappa([0, 0, 3, 3], [0, apart, 3, 3], squares=True) for apart in (1, 3))
    assert far < near < 1


def test_a_passage_takes_the_lower_grade_of_the_text_it_shares_most_with(graded: ModuleType) -> None:
    """Half of the shorter text must be common; a passage of another speech takes none."""
    passages = [Passage(f"p{n}", "s", (), "", a, b) for n, (a, b) in enumerate(((0, 40), (40, 100), (90, 200)))]
    judged = [graded.Judged("a.txt", 1, 0, 100, 3, 2), graded.Judged("a.txt", 1, 100, 200, 0, 1)]
    assert graded.grades(judged, {("a.txt", 1): passages}) == {"p0": 2, "p1": 2, "p2": 0}
    assert graded.grades(judged, {("a.txt", 2): passages}) == {}


def test_the_judgements_hold_for_an_index_of_other_passages(
    graded: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every question keeps a graded passage; two readers who agree this well (kappa .92) can be relied upon."""
    build_index([ROOT / "corpus"], tmp_path / "index", QUICK)
    monkeypatch.setattr(sys, "argv", ["graded.py", "--index", str(tmp_path / "index"), "--out", str(tmp_path / "set")])
    assert graded.main() == 0
    assert "1017 passages judged twice, 1000 alike\nCohen's kappa 0.921" in capsys.readouterr().out
    judged = graded.read_judged(ROOT / "eval" / "graded.jsonl")
    wanted = {qid for qid, every in judged.items() if any(min(one.first, one.second) for one in every)}
    found = {qrel.query_id for qrel in read_qrels(tmp_path / "set" / "qrels" / "test.tsv") if qrel.relevance}
    assert found == wanted and len(judged) == 48
