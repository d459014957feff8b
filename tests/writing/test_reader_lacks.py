"""What a question cannot do without is taken off behind the nets: members that are counted and not told, names."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speechrag.records import Query
from speechrag.text import fold
from speechrag.writing.answer_evidence import Candidate, Evidence
from speechrag.writing.answer_features import Window
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question, analyse
from speechrag.writing.reader import look
from speechrag.writing.reader_lacks import (
    BARE,
    NO_OUTCOME,
    UNNAMED,
    UNTOLD,
    bare,
    not_first,
    nowhere,
    unpriced,
    wordless,
)

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, retrieve, speech


def taken(question: str) -> tuple[Question, Candidate]:
    """Return the question and any candidate."""
    asked = analyse(question, CUTTER, lambda word: 0.1)
    return asked, Evidence(asked, retrieve(Query("加固堤防")), speech).candidates()[0]


def told(question: str, own: str, points: int = 0) -> tuple[Question, Candidate]:
    """Return the question and a candidate that says ``own``, in a series of ``points`` if there are any."""
    asked, candidate = taken(question)
    window = Window.of(fold(own), "", "", "", "", fold(own), fold(own))
    spans = candidate.spans[:1] * max(1, points)
    return asked, replace(candidate, listed=points > 0, spans=spans, window=window)


@pytest.mark.parametrize(
    ("question", "own", "lacking"),
    [
        ("今年的“三场硬仗”是哪三场", "今年要打赢“三场硬仗”，确保全年目标实现。", True),
        ("今年的“三场硬仗”是哪三场", "今年要打赢清淤、筑坝、护林“三场硬仗”。", False),
        ("今年的“三场硬仗”是哪三场", "今年要打赢“三场硬仗”：一是清淤，二是筑坝，三是护林。", False),
        ("今年的“三场硬仗”是哪三场", "今年要打赢“三场硬仗”，即清淤、筑坝和护林。", False),
        ("三家被约谈的企业叫什么", "会前约谈企业3家，全部写了保证书。", True),
        ("三家被约谈的企业叫什么", "约谈了青石矿业、柳溪水泥等三家企业。", False),
        ("12个试点镇分别是哪些", "在12个试点镇铺开了清淤试点，建成泵站三座。", True),
        ("12个试点镇分别是哪些", "泵站建成三座，水渠修通两条。", False),
        ("12个试点镇一共修了多少水渠", "12个试点镇修通水渠90公里。", False),
        ("水渠分几步修", "在12个试点镇分三步修水渠。", False),
    ],
)
def test_members_that_are_counted_are_not_told(question: str, own: str, lacking: bool) -> None:
    """“三场硬仗” alone does not say which; a row before or behind it does, and so may one that counts nothing."""
    assert bare(*told(question, own)) is lacking


def test_a_series_of_as_many_points_tells_the_members() -> None:
    """Three points below an introduction that counts three are the three, two are not."""
    question, own = "今年的“三场硬仗”是哪三场", "今年要打赢“三场硬仗”。"
    assert [bare(*told(question, own, points)) for points in (2, 3, 4)] == [True, False, False]


@pytest.mark.parametrize(
    ("question", "own", "lacking"),
    [
        ("《护林手记》是谁写的", "县长推荐大家读《护林手记》。", True),
        ("《护林手记》是谁写的", "《护林手记》的作者是老站长。", False),
        ("偷砍林木的人判了几年", "偷砍林木的人在车站落网。", True),
        ("偷砍林木的人判了几年", "偷砍林木的人被判刑两年。", False),
        ("偷砍林木的受了什么处罚", "偷砍林木的事群众反映强烈。", True),
        ("偷砍林木的受了什么处罚", "偷砍林木的当众作检讨，取消评优。", False),
        ("县长批示的原话是什么", "县长作了重要批示。", True),
        ("县长批示的原话是什么", "县长批示：“护林要紧。”", False),
        ("请假怎么批", "请假三天以上报站长。", False),
        ("护林怎么抓", "护林要抓早抓小。", False),
    ],
)
def test_a_penalty_an_author_or_a_sentence_is_told_by_its_own_words(question: str, own: str, lacking: bool) -> None:
    """Who shares the subject alone does not say what became of it."""
    assert wordless(taken(question)[0], fold(own)) is lacking


@pytest.mark.parametrize(
    ("question", "own", "off"),
    [
        ("跟哪家公司签的协议", "当天跟一家公司签了协议。", UNNAMED),
        ("跟哪家公司签的协议", "当天跟青石水利公司签了协议。", 0.0),
        ("那头牛后来怎么样", "柳湾村丢了一头牛。", NO_OUTCOME),
        ("那头牛后来怎么样", "那头牛在山沟里找到。", 0.0),
        ("今年的“三场硬仗”是哪三场", "今年要打赢“三场硬仗”，确保全年目标实现。", BARE),
        ("林场的站长发言说了些什么", "会上，林场的站长作了很好的发言。", UNTOLD),
        ("护林一天给多少工钱", "护林的工钱照付。", UNTOLD),
        ("怎么加固堤防", "组织民工加固堤防。", 0.0),
    ],
)
def test_what_the_question_cannot_do_without_is_taken_off(question: str, own: str, off: float) -> None:
    """The name, the outcome and the members each cost their own where they lack, and nothing where they are told."""
    asked, candidate = told(question, own)
    seen = look(asked, [candidate], 0.5, lambda word: 0.1)
    assert seen.lacks == pytest.approx(np.array([off]))


@pytest.mark.parametrize(
    ("question", "own", "lacking"),
    [
        ("核桃一斤能卖多少钱", "全村核桃卖了80万元。", True),
        ("核桃一斤能卖多少钱", "核桃每斤卖到18元。", False),
        ("清淤一天给多少工钱", "党员先上，工钱照付。", True),
        ("信息采用一条奖多少钱", "采用1条奖80元。", False),
        ("供暖每平方米多少钱", "供暖花了800万元。", True),
        ("供暖每平方米多少钱", "供暖按每平方米22元收。", False),
        ("核桃一共卖了多少钱", "全村核桃卖了80万元。", False),
        ("一次来多少人", "来了80人。", False),
    ],
)
def test_a_sum_is_no_price_of_each(question: str, own: str, lacking: bool) -> None:
    """80万元 for all does not say what one costs."""
    assert unpriced(taken(question)[0], fold(own)) is lacking


@pytest.mark.parametrize(
    ("question", "own", "lacking"),
    [
        ("发稿量排第一的是哪个县", "我县发稿量居全市第七位。", True),
        ("发稿量排第一的是哪个县", "柳溪县发稿量居全市首位。", False),
        ("评议里哪个部门最差", "对五个部门开展评议，主要领导是第一责任人。", True),
        ("评议里哪个部门最差", "供水公司在评议里垫底。", False),
        ("第一步做什么", "先把名单摸清。", False),
    ],
)
def test_the_seventh_does_not_tell_the_first(question: str, own: str, lacking: bool) -> None:
    """Who is first, best or worst is told by a word that says so."""
    assert not_first(taken(question)[0], fold(own)) is lacking


@pytest.mark.parametrize(
    ("question", "own", "lacking"),
    [
        ("现场会在哪里开", "现场会开得很好，大家讲得实在。", True),
        ("现场会在哪里开", "现场会在柳溪村召开。", False),
        ("展出地点在哪里", "展出从九月开始，作品要早交。", True),
        ("展出地点在哪里", "作品在文化馆一楼展出。", False),
        ("原因在哪里", "原因是雨下得太急。", False),
        ("护林站的钱从哪里来", "钱由各村凑。", False),
    ],
)
def test_where_something_is_held_is_told_by_a_place(question: str, own: str, lacking: bool) -> None:
    """在哪里开 wants a place; 原因在哪里 and 从哪里来 want none."""
    assert nowhere(taken(question)[0], fold(own)) is lacking


def test_a_number_asks_as_a_numeral_does() -> None:
    """哪5个 is a list of five, as 哪五个 is; 哪5年 is not."""
    (five, _), (spelled, _), (years, _) = map(taken, ("搭了哪5个平台", "搭了哪五个平台", "干了哪5年"))
    assert (five.kind, five.count) == (spelled.kind, spelled.count) == (Kind.LIST, 5)
    assert years.count == 0
