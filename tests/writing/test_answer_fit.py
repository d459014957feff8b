"""What cannot answer a question though its words fit: candidates made by hand, no search and no reader."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from speechrag.records import Hit, Passage, Speech
from speechrag.text import fold, sentence_spans
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import Features, Window
from speechrag.writing.answer_fit import stray, unfit
from speechrag.writing.questions import analyse

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, document_frequency

FITTING = replace(Features(**{f.name: 0.0 for f in fields(Features)}), covered=0.9, own=0.9, asked=1.0)


def candidate(text: str, passage: str = "", found: Features = FITTING) -> Candidate:
    """Return a candidate of all sentences of ``text``, in ``passage`` where that says more."""
    speech = Speech("s1", "d1", "讲话.txt", 1, "在全乡工作会议上的讲话", text, 0, len(text))
    hit = Hit(1, 1.0, Passage("s1.1", "s1", (), text, 0, len(text)), speech.source, speech.title, text)
    whole = fold(passage or text)
    window = Window.of(fold(text), "", "", "", "", whole, whole)
    return Candidate(hit, speech, tuple(sentence_spans(text)), found, 1.0, frozenset(), window=window)


def fits(question: str, told: Candidate) -> bool:
    return not unfit(analyse(question, CUTTER, document_frequency), told)


ACT = replace(FITTING, act=1.0, asked=0.0)


@pytest.mark.parametrize(
    ("question", "passage", "held"),
    [
        ("拖拉机怎么过户", "拖拉机停在库里，过户到镇农机站办。", True),  # the passage names the act once
        ("拖拉机怎么过户", "拖拉机停在库里，由专人看管。", False),
        ("山洪怎么应对", "山洪来之前，人先上山。", True),  # no measure needs the word 应对
        ("欠薪怎么解决", "欠薪由专班一户一户算账。", True),
        ("拖拉机是怎么摔坏的", "拖拉机停在坡上，没有垫石块。", True),  # what happened is told in the speaker's words
        (
            "柳河乡的拖拉机和水泵怎么停放",
            "柳河乡的拖拉机和水泵进库，由专人看管。",
            True,
        ),  # more is found than one thing
    ],
)
def test_the_act_asked_about_a_thing_is_spoken_of_in_the_passage(question: str, passage: str, held: bool) -> None:
    """The measures of a passage go without the act that it is about; a passage without it is about something else."""
    assert fits(question, candidate(passage.split("，")[0], passage, ACT)) is held


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("怎么防止塌方", "发生塌方，半小时内电话报告。", False),
        ("怎么避免踩踏", "一旦踩踏，立即疏散。", False),
        ("怎么防止塌方", "边坡要打锚杆，每天派人看。", True),
        ("怎么防止塌方", "防止塌方再发生，边坡要打锚杆。", True),
        ("塌方以后怎么报告", "发生塌方，半小时内电话报告。", True),
    ],
)
def test_what_is_done_afterwards_prevents_nothing(question: str, text: str, held: bool) -> None:
    """Asked how a thing is prevented, what to do once it has happened is no answer."""
    assert fits(question, candidate(text)) is held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("今天到会的村医一共六十三人。", False),
        ("村医每天上门量一遍体温。", True),
        ("村医要把台账记清。", True),
    ],
)
def test_a_task_is_something_to_be_done(text: str, held: bool) -> None:
    """村医要做什么 is not answered by how many of them came."""
    assert fits("村医要做什么", candidate(text)) is held
    assert fits("村医到了多少人", candidate(text)) and fits("要办好哪些村医培训班", candidate(text))


def test_points_under_a_head_that_says_nothing_of_the_question_are_no_answer() -> None:
    """One of many points touches on it; a sentence that does, and a series around which all is said, stay."""
    points = "今年抓三件事。一是修渠。二是植树，树苗统一买。三是办学。"
    asked = analyse("树苗怎么买", CUTTER, document_frequency)
    listed = analyse("买树苗有哪些办法", CUTTER, document_frequency)
    off = replace(FITTING, own=0.0, covered=0.5)
    assert stray(asked, candidate(points, found=off))
    assert not stray(asked, candidate("树苗统一买。", found=off))
    assert not stray(asked, candidate(points, found=replace(off, covered=0.75)))
    assert not stray(listed, candidate(points, found=replace(off, covered=0.65)))


@pytest.mark.parametrize(
    ("question", "own", "held"),
    [
        ("怎样抓好护林", "秋天，各站的同志聚到一起，总结交流护林工作。", False),
        ("为什么要抓好护林", "今天我们在这里召开护林工作动员大会。", False),
        ("怎样抓好护林", "大家聚到一起，就要把护林的路线定下来，每天上山。", True),
        ("护林的会是怎么开的", "秋天，各站的同志聚到一起，总结交流护林工作。", True),
        ("护林工作是什么时候总结的", "秋天，各站的同志聚到一起，总结交流护林工作。", True),
    ],
)
def test_that_people_came_together_over_it_is_no_way_and_no_reason(question: str, own: str, held: bool) -> None:
    """An opening names the subject of the speech and says nothing of it."""
    assert fits(question, candidate(own)) is held
