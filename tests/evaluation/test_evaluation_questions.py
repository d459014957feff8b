"""The labelled questions of the repository: proved by the speeches, split by family, their test halves frozen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from repository import ROOT, scripts_of
from small_corpus import QUICK
from speechrag.build import build_index

OWN = ("corpus", "corpus_more")
SAMPLES = (*OWN, "corpus_blind", "corpus_third", "corpus_pairs", "corpus_unseen")
SCRAPED = ("seeds", "seeds_more", "seeds_train", "seeds_blind", "seeds_unseen", "seeds_natural")
FILES = (*SAMPLES, *SCRAPED, "reports", "reports_more", "reports_pairs", "gwr")


@pytest.fixture(scope="module")
def check() -> Iterator[ModuleType]:
    """The checking script."""
    with scripts_of("eval"):
        import questions_check  # type: ignore[import-not-found,unused-ignore]

        yield questions_check


@pytest.fixture(scope="module")
def files(check: ModuleType) -> dict[str, list[dict[str, object]]]:
    """File name -> its rows."""
    return {name: check.read_rows(ROOT / "eval" / "questions" / f"{name}.jsonl") for name in FILES}


def indexed(folder: Path, place: Path) -> Path:
    build_index([folder], place, QUICK)
    return place


@pytest.fixture(scope="module")
def speeches(check: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> object:
    """The sample speeches."""
    return check.read_speeches(indexed(ROOT / "corpus", tmp_path_factory.mktemp("own") / "index"))


def test_every_answer_about_the_sample_speeches_stands_in_one_of_them(
    check: ModuleType, files: dict[str, list[dict[str, object]]], speeches: object
) -> None:
    """Word for word after folding; questions without an answer have no key phrase."""
    assert [reason for name in SAMPLES for reason in check.unproved(files[name], speeches)] == []


def test_no_speech_is_asked_about_in_both_halves(
    check: ModuleType, files: dict[str, list[dict[str, object]]], speeches: object
) -> None:
    """Nor is a near-copy of it; questions that touch both are in neither half."""
    rows = [row for name in OWN for row in files[name]]
    assert list(check.in_both_halves(rows, speeches)) == []
    moved = [{**row, "split": "test"} if row["split"] == "dev" else row for row in rows[:40]]
    assert list(check.in_both_halves([*rows, *moved], speeches))


def test_the_answers_about_the_two_scraped_files_stand_in_them(check: ModuleType, seeds: Path, tmp_path: Path) -> None:
    """The same rule for the real files, where they are at hand, and all files of questions about them."""
    found = check.read_speeches(indexed(seeds, tmp_path / "index"))
    asked = sorted((ROOT / "eval" / "questions").glob("seeds*.jsonl"))
    assert {path.stem for path in asked} >= {*SCRAPED}
    assert [reason for path in asked for reason in check.unproved(check.read_rows(path), found)] == []


def test_the_test_halves_are_the_frozen_ones(check: ModuleType, files: dict[str, list[dict[str, object]]]) -> None:
    """No question comes twice, and one that is changed, added or taken out is seen."""
    assert list(check.repeated(files)) == []
    assert list(check.thawed(files)) == []
    half = [row for row in files["corpus_more"] if row["split"] == "test"]
    for other in (half[1:], [*half, {**half[0], "qid": "new"}], [{**half[0], "question": "别的"}, *half[1:]]):
        assert list(check.thawed({"corpus_more": other})) == ["corpus_more: its test half is not the frozen one"]
    assert list(check.thawed({"corpus_more": list(reversed(half))})) == []
    assert list(check.thawed({"all_development": [{**half[0], "split": "dev"}]})) == []


def test_there_are_enough_questions_of_each_kind(
    check: ModuleType, files: dict[str, list[dict[str, object]]], speeches: object
) -> None:
    """Two hundred about the sample speeches in the two halves, sixty reworded and sixty without an answer."""
    rows = [row for name in OWN for row in files[name] if row["split"] in check.HALVES]
    reworded = [row for row in rows if row["kind"] == check.PARAPHRASE]
    few = [row for row in reworded if check.shared_pairs(row, speeches) < check.FEW_SHARED]
    assert len(rows) >= 200
    assert len(few) == len(reworded) >= 60
    assert sum(not row["answerable"] for row in rows) >= 60


def test_an_answer_that_is_not_said_is_named(check: ModuleType) -> None:
    """A phrase that stands nowhere, one in another speech, an unknown speech, an answer to what has none."""
    texts = {"a-1": "全县有八百个党支部", "b-1": "每月一次"}
    known = check.Speeches(texts, {"甲": ["a-1"], "乙": ["b-1"]}, {"a-1": "a-1", "b-1": "b-1"})
    row = {"qid": "x", "answerable": True, "answer": ["八百个|800个"], "speech": ["甲"]}
    assert list(check.unproved([row], known)) == []
    assert list(check.unproved([{**row, "speech": ["乙"]}], known)) == [
        "x: ['八百个|800个'] does not stand in the speech"
    ]
    assert list(check.unproved([{**row, "speech": ["丙"]}], known)) == ["x: no speech is called '丙'"]
    assert list(check.unproved([{**row, "answerable": False}], known)) == ["x: answerable is False with 1 key phrases"]
    bare = {"qid": "y", "answerable": True, "answer": ["八百个", "每月一次"]}
    assert list(check.unproved([bare], known)) == ["y: ['八百个', '每月一次'] does not stand in the speech"]
    assert list(check.unproved([{**bare, "speech": ["甲", "乙"]}], known)) == []
