"""What gives a near miss away: another year, another ordinal, another thing in the place of the one asked for."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from speechrag.records import Query
from speechrag.text import fold
from speechrag.writing.answer_evidence import Candidate, Evidence
from speechrag.writing.answer_features import Window
from speechrag.writing.questions import Question, analyse
from speechrag.writing.reader_checks import (
    APART,
    CHECKS,
    apart,
    asked_for,
    behind,
    differs,
    nearness,
    replaced,
    value_clause,
)

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, retrieve, speech


def taken(question: str) -> Question:
    return analyse(question, CUTTER, lambda word: 0.1)


def candidate(asked: Question, own: str) -> Candidate:
    """Return a candidate with the text ``own``, alone in its passage and speech."""
    found = Evidence(asked, retrieve(Query("加固堤防")), speech).candidates()[0]
    return replace(found, listed=False, window=Window.of(own, "", "", "", "", own, own))


def told(question: str, own: str) -> dict[str, float]:
    """Return what the checks say of a candidate with the text ``own``."""
    asked, own = taken(question), fold(own)
    clause = value_clause(asked, own, [term.text for term in asked.terms])
    found = differs(asked, asked_for(asked, lambda pair: 0.1), candidate(asked, own), own, clause)
    return dict(zip(CHECKS, found, strict=True))


@pytest.mark.parametrize(
    ("question", "word", "own", "expected"),
    [
        ("有多少处国有煤矿要停产", "国有", "二百一十七处乡镇煤矿一律停产", 0.5),
        ("举报一般隐患奖多少钱", "一般", "六月起举报重大隐患奖励最高二十万元", 1.0),
        ("举报重大隐患奖多少钱", "重大", "六月起举报重大隐患奖励最高二十万元", 0.0),
        ("举报一般隐患奖多少钱", "一般", "排查要彻底", 0.0),
    ],
)
def test_another_word_in_the_place_of_one_asked_for_is_seen(
    question: str, word: str, own: str, expected: float
) -> None:
    """Half for each neighbour that stands beside something else; nothing where the word itself is there."""
    assert replaced(question, word, own) == expected


def test_the_clause_of_a_value_is_the_fullest_of_the_words_asked() -> None:
    """Of several values in one sentence that counts whose clause has most of the question; without a value, all."""
    own = "企业用水报装从9天压到5个工作日,居民从5天压到3天,一查到底。"
    assert value_clause(taken("居民报装要几天"), own, ["居民"]) == "居民从5天压到3天"
    assert value_clause(taken("怎样报装"), own, ["报装"]) == own
    assert value_clause(taken("居民报装要几天"), "居民报装很快", ["居民"]) == "居民报装很快"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("去年引进项目42个", 0.0),
        ("今年引进项目42个", 1.0),
        ("引进项目42个", 0.5),
        ("今年引进项目42个，比去年多3个", 1.0),
    ],
)
def test_another_year_than_the_last_is_told_apart(own: str, expected: float) -> None:
    """去年 is not answered by 今年, nor by what is only compared with 去年; no year named leaves it open."""
    assert told("去年引进多少个项目", own)["other_year"] == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [("过去的一年，我们修了路。", 0.0), ("去年修了路。今年要修桥。", 0.5), ("我们修了路。", 0.5)],
)
def test_the_year_told_last_holds_for_the_sentences_behind_it(before: str, expected: float) -> None:
    """A review says 过去的一年 once and goes on; what is planned for this year is not answered by it."""
    asked, own = taken("去年引进多少个项目"), fold("引进项目42个")
    found = candidate(asked, own)
    found = replace(found, window=Window.of(own, "", "", "", "", fold(before) + own, own))
    checked = dict(zip(CHECKS, differs(asked, asked_for(asked, lambda pair: 0.1), found, own, own), strict=True))
    assert checked["other_year"] == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [("第四次普查的时点是12月31日", 1.0), ("第三次普查的时点是12月31日", 0.0), ("普查的时点是12月31日", 0.5)],
)
def test_the_third_of_something_is_not_the_fourth(own: str, expected: float) -> None:
    """However the ordinal is written; where none is named it is half open."""
    assert told("第3次普查的时点是哪一天", own)["other_ordinal"] == expected


def test_what_stands_beside_the_question_word_must_be_there() -> None:
    """水耗 shares a character with 能耗 and stands in the same sentence's place; it is another thing."""
    right, wrong = (told(f"单位产值{thing}降低多少", "单位产值能耗降低4%左右") for thing in ("能耗", "水耗"))
    assert right["beside_clause"] == 1.0
    assert wrong["beside_clause"] < right["beside_clause"]


def test_a_list_that_is_only_mentioned_is_not_spelled_out() -> None:
    """打胜两场硬仗 names no member of the two."""
    mention = told("“六大战略”具体是哪六个", "要深入实施“六大战略”")
    spelled = told("“六大战略”具体是哪六个", "实施生态、工业、城市、人才、开放、民生六大战略")
    assert mention["spelled"] < 1.0 == spelled["spelled"]


def test_a_name_that_is_asked_for_must_be_given() -> None:
    """The old man of a village is no name; a quoted one is."""
    assert told("那个公众号叫什么", "要加强公众号建设")["nameless"] == 1.0
    assert told("那个公众号叫什么", "公众号“山水之声”粉丝过万")["nameless"] == 0.0
    assert told("怎样办公众号", "要加强公众号建设")["nameless"] == 0.0


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("去年有四个乡镇考核是零分，这很不正常。", 1.0),
        ("去年考核得零分的有柳林、石滩、桑洼三个乡镇。", 0.0),
        ("印发了《汛期值班办法》和《险情报送办法》。", 0.0),
    ],
)
def test_several_things_asked_for_must_be_named(own: str, expected: float) -> None:
    """A number of them is no list; names beside one another are, whatever they are called."""
    assert told("去年考核得零分的有哪几个乡镇", own)["unlisted"] == expected
    assert told("去年考核得零分的乡镇有多少", own)["unlisted"] == 0.0


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("数字证书的使用率低，说明工作还有薄弱环节。", 1.0),
        ("由于培训没有跟上，数字证书的使用率低。", 0.0),
        ("数字证书是网上办事的基础。", 0.0),
    ],
)
def test_a_reason_asked_for_must_be_given(own: str, expected: float) -> None:
    """What is the case is no reason; a cause, a purpose or what depends on it is one."""
    assert told("数字证书使用率为什么低", own)["unreasoned"] == expected
    assert told("数字证书使用率有多低", own)["unreasoned"] == 0.0


@pytest.mark.parametrize("asking", ["怎样", "怎么", "如何", "怎么样"])
def test_the_question_word_is_left_out_whole(asking: str) -> None:
    """What stands behind it begins with the word asked about, however the question word is written."""
    assert asked_for(taken(f"{asking}写好信息"), lambda pair: 0.1).pairs[0][0] == "写好"


def test_a_question_without_a_question_word_has_nothing_beside_it() -> None:
    """Nearness falls with every character between, and is none where there is no question word."""
    assert nearness("项目有多少个", "项目") > nearness("项目共引进了多少个", "项目") > 0
    assert behind("有多少项目", "项目") and not behind("项目有多少", "项目")
    assert nearness("领导讲话", "讲话") == 0.0


def test_words_that_no_passage_joins_are_seen() -> None:
    """The subject in one passage and what is asked of it in another: each holds half, together none holds all."""
    words = [("公积金", 1.0), ("提取", 1.0)]
    split, joined = ["公积金中心", "依法提取"], ["提取公积金", "依法提取"]
    rows = [dict(zip(APART, row, strict=True)) for row in apart(words, split, split)]
    assert [row["together"] for row in rows] == [0.5, 0.5]
    rows = [dict(zip(APART, row, strict=True)) for row in apart(words, joined, joined)]
    assert [row["apart"] for row in rows] == [0.0, 0.5]
    assert all(row["nowhere"] == 0.0 for row in rows)
    assert apart([("潜艇", 0.8)], split, split)[0][0] == 0.8


@pytest.mark.parametrize(
    ("question", "own", "expected"),
    [
        ("农民开的农家院叫什么", "除了白圪农家院，又开了几家。", 0.0),
        ("农民开的农家院叫什么", "村里陆续建设农家院，又开了几家。", 1.0),
        ("山里帮农民办的集市叫什么", "在山下办起了荔圪堡集市，农民换盐换布。", 0.0),
        ("山里帮农民办的集市叫什么", "在山下办了一个集市，农民换盐换布。", 1.0),
        ("来作报告的副部长叫什么", "一会儿林业部杨守田副部长还要作报告。", 0.0),
    ],
)
def test_what_bears_a_name_of_its_own_is_named(question: str, own: str, expected: float) -> None:
    """A place of business is called by what stands before its noun, without quotation marks; a deputy by his name."""
    assert told(question, own)["nameless"] == expected
