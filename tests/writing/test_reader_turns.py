"""What a question is after beyond its subject is seen to be lacking: others, the sum, what came of it, details."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.text import fold
from speechrag.writing.questions import analyse
from speechrag.writing.reader_turns import TURNS, after, turns

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER


def seen(question: str, own: str, best: str = "") -> dict[str, float]:
    asked = analyse(question, CUTTER, lambda word: 0.1)
    return dict(zip(TURNS, turns(after(asked), fold(own), fold(best or own)), strict=True))


@pytest.mark.parametrize(
    ("name", "question", "lacking", "telling"),
    [
        ("others", "别的街道办了没有", "东河街道办起了食堂。", "其他街道也办起了食堂。"),
        ("others", "除了东河还有谁办了食堂", "东河街道办起了食堂。", "此外，西河街道办起了食堂。"),
        ("outcome", "那头牛后来怎么样", "柳湾村丢了一头牛。", "那头牛在山沟里找到。"),
        ("earlier", "再往前一年收入多少", "农民人均收入一万元。", "比去年多收入一千元。"),
        ("sum", "两个县一共修了几座桥", "北边的县修桥三座。", "两县合计修桥七座。"),
        ("most", "投诉最多的是哪家", "群众投诉办证慢。", "投诉办证的占比列第一位。"),
        ("money", "写一篇给多少钱", "采用一篇记两分。", "采用一篇奖八十元。"),
        ("money", "经费扣多少", "发生一次扣减经费。", "发生一次扣减5万。"),
        ("wording", "批示的原话是什么", "县委书记作了批示。", "县委书记批示：办实办好。"),
        ("duty", "公章外带谁批", "公章不得外带。", "公章外带由主任审定。"),
        ("age", "老校长今年多大", "老校长在山里教书二十六年。", "老校长五十八岁。"),
    ],
)
def test_what_a_question_is_after_is_lacking_or_told(name: str, question: str, lacking: str, telling: str) -> None:
    """The candidate that shares the subject alone lacks it, the one that answers does not."""
    assert seen(question, lacking)[name] == 1.0
    assert seen(question, telling)[name] == 0.0


@pytest.mark.parametrize("name", ["others", "outcome", "earlier", "sum", "most", "money", "wording", "duty", "age"])
def test_nothing_is_lacking_that_is_not_asked_for(name: str) -> None:
    """A plain question is after its subject alone."""
    assert seen("怎么加固堤防", "组织民工加固堤防。")[name] == 0.0


@pytest.mark.parametrize(
    ("question", "polar"),
    [
        ("补不补贴", 1.0),
        ("有没有提到水费", 1.0),
        ("牛找回来没有", 1.0),
        ("协管员要参加吗", 1.0),
        ("修了多少公里", 0.0),
        ("怎么修的", 0.0),
    ],
)
def test_a_question_for_yes_or_no_is_told(question: str, polar: float) -> None:
    """有没有, X不X and a last 吗 or 没有 ask for yes or no."""
    assert seen(question, "修了堤防。")["polar"] == polar


def test_a_sentence_about_a_speech_does_not_tell_what_was_said() -> None:
    """刚才介绍了做法 names the way and does not tell it; the way itself does, and so does who spoke."""
    assert seen("东河的做法具体是怎样的", "刚才，东河街道介绍了做法。")["reported"] == 1.0
    assert seen("东河的做法具体是怎样的", "东河街道把食堂办到每个小区。")["reported"] == 0.0
    assert seen("谁介绍了做法", "刚才，东河街道介绍了做法。")["reported"] == 0.0


def test_a_candidate_that_repeats_the_question_tells_nothing_new() -> None:
    """Stale is the share of the clause that the question has, fresh how much else is told."""
    mere = seen("打胜哪两场硬仗", "打胜两场硬仗。")
    told = seen("打胜哪两场硬仗", "打胜两场硬仗，一场是防汛抢险，一场是秋粮入库，全县上下都要动起来。", "打胜两场硬仗")
    assert mere["stale"] == told["stale"] > 0.5
    assert mere["fresh"] < told["fresh"]


@given(st.text(max_size=40), st.text(max_size=80))
def test_every_turn_is_a_share(question: str, own: str) -> None:
    """0..1 whatever is asked and told."""
    asked = analyse(question, CUTTER, lambda word: 0.1)
    found = turns(after(asked), fold(own), fold(own))
    assert len(found) == len(TURNS)
    assert all(0.0 <= value <= 1.0 for value in found)
