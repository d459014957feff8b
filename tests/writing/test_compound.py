"""Several questions in one breath are taken apart, and each has its answer or the whole is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from speechrag.writing.asking import Asking
from speechrag.writing.compound import asked_together

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, CUTTER, document_frequency, retrieve, speech

ASKING = Asking(retrieve, speech, document_frequency, CUTTER, {})


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("加固堤防多少公里，转移群众多少人？", ("加固堤防多少公里", "转移群众多少人")),
        ("渠修了几条、花了多少钱、由谁牵头", ("渠修了几条", "花了多少钱", "由谁牵头")),
        ("去年雨大，堤怎么守住的，伤了谁", ("去年雨大,堤怎么守住的", "伤了谁")),
        ("堤为什么没垮？是谁守的？讲讲", ("堤为什么没垮", "是谁守的,讲讲")),
    ],
)
def test_questions_asked_together_are_told_apart(question: str, parts: tuple[str, ...]) -> None:
    """What asks nothing stays with the question behind it, or at the end with the one before."""
    assert asked_together(question) == parts


@pytest.mark.parametrize(
    "question", ["加固堤防多少公里", "去年雨大，堤怎么守住的", "防汛物资、值班制度有什么要求", "一？二？", ""]
)
def test_a_single_question_is_left_alone(question: str) -> None:
    """A question with a setting before it, or about two things, is one question."""
    assert asked_together(question) == ()


def test_a_questionnaire_is_not_taken_apart() -> None:
    """More than four questions want an answer each; they are read as they stand."""
    assert asked_together("，".join(["修了几条渠"] * 5)) == ()


@pytest.mark.parametrize(
    "question",
    ["去年加固堤防多少公里，引进项目的个人奖励多少？", "引进项目的个人奖励多少，去年加固堤防多少公里？"],
)
def test_each_part_is_answered_from_where_it_stands(question: str) -> None:
    """Two matters of two speeches are quoted both, whichever the answer to the whole tells; a note says whose marks."""
    answer = ASKING.ask(question)
    told = "".join(citation.quote for citation in answer.citations)
    assert answer.supported and "37.5公里" in told and "5万元" in told
    assert all(BY_ID[c.speech_id].text[c.start : c.end] == c.quote for c in answer.citations)
    assert len({c.speech_id for c in answer.citations}) == 2 and any("见[1]" in note for note in answer.notes)
    assert answer.kind == "number"


def test_parts_told_in_one_sentence_are_quoted_once() -> None:
    """Where the answer to the whole holds the parts, nothing is said twice."""
    answer = ASKING.ask("去年加固堤防多少公里，转移群众多少人？")
    quotes = [c.quote for c in answer.citations]
    assert answer.supported and len(quotes) == len(set(quotes)) and "1260人" in "".join(quotes)


def test_one_part_alone_is_no_answer_to_what_the_corpus_leaves_open() -> None:
    """A question of which one half stands nowhere is refused as before, unless the whole is answered."""
    answer = ASKING.ask("社保卡怎么补办，医院几点开门？")
    assert not answer.supported
