"""Recorded answers are measured as the engine's own are, and what is no answer is named."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from repository import scripts_of
from small_corpus import build, write_texts
from speechrag.errors import EvaluationError
from speechrag.evaluation.answers import LabelledQuestion, mean_scores, read_questions, score_answer
from speechrag.evaluation.overlap import NAMES
from speechrag.evaluation.recorded import Transcript
from speechrag.interfaces.cli import main

SPEECH = "各乡镇每月带队检查不少于一次。停产整顿的矿山每天至少巡查一次。"
QUOTE = "各乡镇每月带队检查不少于一次。"
QUESTION = LabelledQuestion("1", "多久检查一次", "number", True, (("每月",),), "dev", QUOTE)
ANSWER: dict[str, Any] = {
    "qid": "1",
    "question": "多久检查一次",
    "supported": True,
    "text": QUOTE,
    "sentences": [{"text": QUOTE, "citations": [1]}],
    "citations": [
        {"number": 1, "passage_id": "s.1", "speech_id": "s", "source": "a.txt", "title": "讲话", "quote": QUOTE,
         "start": 0, "end": len(QUOTE)}
    ],
    "nearest": [],
    "seconds": 0.5,
}  # fmt: skip


def recorded(path: Path, *rows: object) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def changed(**values: object) -> dict[str, Any]:
    return ANSWER | values


def test_a_recorded_answer_is_measured_like_any_other(tmp_path: Path) -> None:
    """The keys of the contract are enough; ids may be numbers, others may stand beside them."""
    found = Transcript(recorded(tmp_path / "a.jsonl", changed(qid=1, kind="number"))).answer(QUESTION)
    score = score_answer(QUESTION, found.answer, {"s": SPEECH}.__getitem__)
    assert (score.citation_validity, score.citation_recall, score.nugget_recall) == (1.0, 1.0, 1.0)
    assert found.seconds == 0.5 and score.overlap == dict.fromkeys(NAMES, pytest.approx(1.0))


def test_sentences_that_cite_what_does_not_support_them_are_counted_apart(tmp_path: Path) -> None:
    """Of three sentences one is supported, one cites the wrong thing, one cites nothing."""
    sentences = [
        {"text": QUOTE, "citations": [1]},
        {"text": "全县撤销了十二个乡镇。", "citations": [1]},
        {"text": "要抓好落实。", "citations": []},
    ]
    found = Transcript(recorded(tmp_path / "a.jsonl", changed(sentences=sentences))).answer(QUESTION)
    score = score_answer(QUESTION, found.answer, {"s": SPEECH}.__getitem__)
    shares = (score.citation_recall, score.unsupported, score.uncited)
    assert shares == (pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_wording_is_compared_where_a_reference_answer_exists(tmp_path: Path) -> None:
    """A refusal shares nothing with it; a question without one has no figure and spoils no mean."""
    refusal = changed(supported=False, text="没有找到。", sentences=[], citations=[])
    found = Transcript(recorded(tmp_path / "a.jsonl", refusal)).answer(QUESTION)
    refused = score_answer(QUESTION, found.answer, {}.__getitem__)
    assert refused.overlap == dict.fromkeys(NAMES, 0.0)
    plain = LabelledQuestion("1", QUESTION.text, "number", True, (("每月",),), "dev")
    without = score_answer(plain, found.answer, {}.__getitem__)
    assert without.overlap is None and mean_scores([refused, without])["rouge_l"] == 0.0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r":2: not a recorded answer; expected `qid`, `question`, `supported`"),
        ("[]", ":2: not a recorded answer"),
        ({"qid": "2"}, ":2: not a recorded answer"),
        (changed(qid="2", supported="yes"), ":2: not a recorded answer"),
        (changed(qid="2", text=None), ":2: not a recorded answer"),
        (changed(qid="2", sentences=[{"text": "甲", "citations": ["1"]}]), ":2: not a recorded answer"),
        (changed(qid="2", citations=[{"number": 1}]), ":2: not a recorded answer"),
        (ANSWER, "question 1 is answered a second time"),
    ],
)
def test_a_line_that_is_no_recorded_answer_is_named(tmp_path: Path, line: object, message: str) -> None:
    """With its number and what was expected."""
    with pytest.raises(EvaluationError, match=message):
        Transcript(recorded(tmp_path / "a.jsonl", ANSWER, line))


def test_a_question_without_a_recorded_answer_is_named(tmp_path: Path) -> None:
    """The same id with another question is no answer to it; an empty file is none to any."""
    path = recorded(tmp_path / "a.jsonl", changed(question="另一个问题"))
    with pytest.raises(EvaluationError, match="no answer to question 1 "):
        Transcript(path).answer(QUESTION)
    with pytest.raises(EvaluationError, match="holds no line"):
        Transcript(recorded(tmp_path / "empty.jsonl"))
    with pytest.raises(EvaluationError, match="holds no line"):
        read_questions(tmp_path / "empty.jsonl")


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script that prints the table."""
    with scripts_of("eval"):
        import answer_scores  # type: ignore[import-not-found,unused-ignore]

        yield answer_scores


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the small corpus, a labelled question and the engine's recorded answer to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "hash")
    monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")
    build(write_texts(tmp_path / "texts"), tmp_path / "index")
    row = {"qid": "1", "question": "重大信息多久内要上报", "kind": "deadline", "answerable": True, "answer": ["小时"]}
    recorded(tmp_path / "q.jsonl", row | {"split": "dev"})
    return tmp_path


def scores(script: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["answer_scores.py", "--index", "index", *arguments])
    return int(script.main())


def test_the_script_measures_what_ask_printed(
    small: Path, script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same row from the engine and from its own transcript; one that lies is caught."""
    assert main(["ask", "--questions", "q.jsonl", "--index", "index", "--format", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    recorded(small / "a.jsonl", printed)
    assert scores(script, monkeypatch, "q.jsonl", "--answers", "a.jsonl") == 0
    from_file = capsys.readouterr().out.splitlines()[2].split(" | ")
    assert scores(script, monkeypatch, "q.jsonl") == 0
    from_engine = capsys.readouterr().out.splitlines()[2].split(" | ")
    assert from_file[:-1] == from_engine[:-1] and from_file[3] == "1.000"
    printed["citations"][0]["quote"] = "没有人这样说过"
    printed["citations"][0]["speech_id"] = "none-1"
    recorded(small / "a.jsonl", printed)
    assert scores(script, monkeypatch, "q.jsonl", "--answers", "a.jsonl") == 1
    assert "broken: citation validity" in capsys.readouterr().err


def test_the_script_says_in_one_sentence_what_it_cannot_measure(
    small: Path, script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad line, an empty file, no question of that half: exit 1 and no traceback."""
    recorded(small / "bad.jsonl", {"qid": 1})
    recorded(small / "empty.jsonl")
    for arguments, said in (
        (["bad.jsonl"], "bad.jsonl:1: not a labelled question"),
        (["empty.jsonl"], "empty.jsonl: holds no line"),
        (["q.jsonl", "--split", "test"], "q.jsonl: no question of split test"),
        (["q.jsonl", "--answers", "bad.jsonl"], "bad.jsonl:1: not a recorded answer"),
        (["q.jsonl", "--answers", "empty.jsonl"], "empty.jsonl: holds no line"),
    ):
        assert scores(script, monkeypatch, *arguments) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(said)


def test_a_model_that_could_not_word_the_answers_is_told(
    small: Path, script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row is then that of the extract, which must not pass for the model's."""
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    scores(script, monkeypatch, "q.jsonl", "--llm", "some-model")
    assert "note of 1 answers: 未使用大模型" in capsys.readouterr().err
