"""有用 and 没用: kept beside the index, given out as judgements, within reach of the keyboard."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from web_visit import Served, Visit

from speechrag.errors import UsageError
from speechrag.evaluation.records import Qrel
from speechrag.interfaces.marks import LONGEST_NOTE, Marks, marks_path

QUESTION = "重大突发事件多久内要上报？"


def answer(question: str, *passages: str, follows: bool = False) -> dict[str, Any]:
    citations = [{"passage_id": passage} for passage in passages]
    return {
        "kind": "answer",
        "question": question,
        "supported": bool(passages),
        "citations": citations,
        "follows": follows,
    }


def test_votes_become_judgements(tmp_path: Path) -> None:
    """For and against, by passage; faults that say nothing of the passages and follow-ups do not count."""
    marks = Marks(tmp_path / "marks.jsonl")
    useful, wrong = {"useful": True}, {"useful": False, "reason": "source"}
    marks.add(answer("甲", "a.1", "b.1"), useful, "g")
    marks.add(answer("甲", "b.1"), wrong, "g")
    marks.add(answer("甲", "a.1"), {"useful": False, "reason": "missing"}, "g")
    marks.add(answer("乙", "c.1"), wrong, "g")
    marks.add(answer("那时限呢", "c.1", follows=True), useful, "g")
    topics, qrels = marks.judgements()
    assert [topic.text for topic in topics] == ["甲"]
    assert qrels == [Qrel(topics[0].query_id, "a.1", 1), Qrel(topics[0].query_id, "b.1", 0)]


def test_what_was_kept_is_given_out_whole(tmp_path: Path) -> None:
    """The archive holds the marks as they were made, and topics and judgements that `evaluate` reads."""
    marks = Marks(tmp_path / "marks.jsonl")
    marks.add(answer("甲\u2028乙", "a.1"), {"useful": True, "note": "好" * 2_000}, "g7")
    (tmp_path / "marks.jsonl").open("a", encoding="utf-8").write('{"cut short')
    with zipfile.ZipFile(io.BytesIO(marks.archive())) as archive:
        assert sorted(archive.namelist()) == ["marks.jsonl", "qrels.tsv", "queries.jsonl"]
        row = json.loads(archive.read("marks.jsonl"))
        assert "甲\u2028乙" in archive.read("queries.jsonl").decode()
    assert (row["question"], row["generation"], len(row["note"])) == ("甲\u2028乙", "g7", LONGEST_NOTE)


@pytest.mark.parametrize(
    "said", [{}, {"useful": "yes"}, {"useful": False, "reason": "nonsense"}, {"useful": True, "note": 3}]
)
def test_a_mark_that_makes_no_sense_is_refused(tmp_path: Path, said: dict[str, Any]) -> None:
    """Nothing is written of it; nor of a mark on what is no answer."""
    marks = Marks(tmp_path / "marks.jsonl")
    with pytest.raises(UsageError, match="看懂"):
        marks.add(answer("甲", "a.1"), said, "g")
    with pytest.raises(UsageError, match="看懂"):
        marks.add({"kind": "hits"}, {"useful": True}, "g")
    assert list(marks.rows()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """One sentence to the reader, no trace back."""
    with pytest.raises(UsageError, match="没有存下来"):
        Marks(tmp_path / "none" / "marks.jsonl").add(answer("甲", "a.1"), {"useful": True}, "g")


def test_marks_stand_beside_the_index_which_a_build_replaces() -> None:
    """No generation holds them."""
    assert marks_path("indexes/default") == Path("indexes/default.marks.jsonl")


def rows(served: Served) -> list[dict[str, Any]]:
    return list(Marks(served.marks).rows())


def test_a_reader_marks_an_answer_with_the_keyboard(visit: Visit, served: Served) -> None:
    """没用 asks why; the reason is one more key, and what was kept names question and passages."""
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.focus(".marks button:has-text('没用')")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.textContent") == "答非所问"
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(".marks:has-text('已记下')")
    kept = rows(served)[-1]
    assert (kept["question"], kept["useful"], kept["reason"]) == (QUESTION, False, "source")
    assert kept["passages"] and kept["supported"]


def test_a_refusal_can_be_marked_with_words(visit: Visit, served: Served) -> None:
    """A reader who knows better says so; the Enter of an input method sends nothing."""
    visit.ask("打印设备花了多少信访经费")
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.click(".marks button:has-text('没用')")
    assert visit.page.locator(".marks button").all_inner_texts() == ["语料里有，却说没有", "其他"]
    visit.page.click(".marks button:has-text('其他')")
    field = visit.page.locator(".marks input")
    field.fill("二〇二三年的讲话里有")
    field.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    assert field.count() == 1
    field.press("Enter")
    visit.page.wait_for_selector(".marks:has-text('已记下')")
    kept = rows(served)[-1]
    assert (kept["reason"], kept["note"], kept["supported"]) == ("other", "二〇二三年的讲话里有", False)


def test_an_answer_that_is_forgotten_cannot_be_marked(served: Served, browser: Any) -> None:
    """404 and a sentence; nothing of it comes from the visitor but the verdict."""
    response = browser.request.post(f"{served.address}/api/results/{'0' * 32}/mark", data={"useful": True})
    assert response.status == 404
    assert response.json()["error"].endswith("。")
