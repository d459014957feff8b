"""The checker agrees with a person about reworded sentences and about the ways in which language models go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from repository import scripts_of
from speechrag.text import fold
from speechrag.writing.check import check_sentence
from speechrag.writing.clauses import align, clauses, exchanged, rejoined, without_lead_in
from speechrag.writing.figure_check import figures_missing, measured
from speechrag.writing.names import bodies_missing, names_moved, ranks_missing


@pytest.fixture(scope="module")
def support() -> Iterator[ModuleType]:
    """``eval/support_check.py``, which is a script and no part of the package."""
    with scripts_of("eval"):
        import support_check as script  # type: ignore[import-not-found,unused-ignore]

        yield script


@pytest.mark.parametrize("others", [0, 4])
def test_the_check_agrees_with_a_person(support: ModuleType, others: int) -> None:
    """Kappa above ALCE's own 0.70, with the quote alone and inside a passage; verbatim parts are always kept."""
    pairs = support.read_pairs()
    found = support.agreement(list(support.within(pairs, others)))
    assert found.kappa >= 0.8, [pair.sentence for pair in found.wrong]
    assert found.right[True, "verbatim part"] == found.total[True, "verbatim part"]


SOURCE = (
    "东湖镇的提灌站七月底前建成，南岭镇的已经通水。河长每月巡河不少于两次，副镇长带队，不得代签。"
    "水费按亩收，力争三年内节水两成；连片的由农技站统一测土，散户自己送样，可以由合作社代送。"
)
TRUE = [
    "河长每个月巡河至少2次，由副镇长带队。",
    "南岭镇的提灌站已经通水。",
    "讲话中说，散户自己送样，可以由合作社代送。",
    "水费按亩收，力争三年内节水20%。",
]
FALSE = {
    "东湖镇的提灌站已经建成，南岭镇的也已经通水。": "a plan told as done",
    "南岭镇的提灌站七月底前建成，东湖镇的已经通水。": "two places exchanged",
    "河长每月巡河不超过两次，副镇长带队。": "a lower bound turned into an upper one",
    "河长每周巡河不少于两次，副镇长带队。": "another rhythm",
    "河长每月巡河不少于两次，镇长带队。": "another rank",
    "河长巡河由副镇长带队，可以代签。": "a ban turned into leave",
    "水费按亩收，三年节水两成。": "a wish told as a fact",
    "连片的由水利站统一测土，散户自己送样。": "another body",
    "所有散户都自己送样，可以由合作社代送，群众十分满意。": "more than is said",
}


@pytest.mark.parametrize("sentence", TRUE)
def test_what_the_source_says_in_other_words_is_kept(sentence: str) -> None:
    """Reworded, in another order, in other numerals, under a lead-in."""
    verdict = check_sentence(sentence, [SOURCE])
    assert verdict.supported, verdict


@pytest.mark.parametrize("sentence", FALSE, ids=FALSE.values())
def test_what_the_source_does_not_say_is_flagged(sentence: str) -> None:
    """Each with words and figures that nearly all stand in the source."""
    assert not check_sentence(sentence, [SOURCE]).supported


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("补助三千元", "补助3000块钱"),
        ("占两成", "占百分之二十"),
        ("等了两个半小时", "等了2.5个小时"),
        ("调解一百多起", "调解一百二十起"),
        ("下拨近三百万元", "下拨二百八十七万元"),
        ("收入、支出和结余三项都要公开", "收入、支出和结余都要公开"),
        ("不得接待超过两个检查组", "不准接待两个以上检查组"),
    ],
)
def test_the_same_figure_in_other_notation(sentence: str, source: str) -> None:
    """Numerals, tenths, halves, rounded figures, counts of what the sentence lists itself, bounds under a ban."""
    assert figures_missing(measured(fold(sentence)), measured(fold(source))) == []


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("占三成", "占百分之二十"),
        ("调解一百多起", "调解二百二十起"),
        ("下拨近三百万元", "下拨三百八十七万元"),
        ("去年收入五万元", "今年收入五万元"),
        ("每周报一次", "每月报一次"),
        ("至少三天", "至多三天"),
    ],
)
def test_another_figure_is_told(sentence: str, source: str) -> None:
    """However near the words are."""
    assert figures_missing(measured(fold(sentence)), measured(fold(source)))


def test_clauses_that_keep_their_partners_are_not_exchanged() -> None:
    """Another order of clauses is no exchange; another partner is."""
    source = "甲村种西瓜三百亩,乙村养肉牛五百头"
    assert list(exchanged("乙村养肉牛五百头,甲村种西瓜三百亩", source)) == []
    assert list(exchanged("甲村养肉牛五百头,乙村种西瓜三百亩", source))


def test_a_consequence_stays_with_its_case() -> None:
    """Two cases worded alike, each with what follows from it."""
    source = "迟到一次的,口头提醒;迟到三次的,书面检讨"
    assert list(rejoined("迟到一次的,书面检讨;迟到三次的,口头提醒", source))
    assert list(rejoined("迟到三次的,书面检讨;迟到一次的,口头提醒", source)) == []


def test_names_are_told_apart_by_what_makes_them_one() -> None:
    """图书馆 is not 档案馆, 县委办 not 县委, 市长 not 副市长; a short name is the same body."""
    assert bodies_missing("由图书馆展出", "由档案馆展出") == ["图书馆"]
    assert bodies_missing("县委办提出", "县委提出") == ["县委办"]
    assert bodies_missing("请宣传部牵头", "请宣传口牵头") == []
    assert ranks_missing("市长到会", "副市长到会") == ["市长"]
    assert ranks_missing("主要负责人到会", "一把手到会") == []
    assert names_moved("财政局验收", "审计局验收", "审计局验收,付款", "财政局验收") == ["财政局"]


def test_a_lead_in_says_nothing_of_the_source() -> None:
    """The words that name the speech are taken off, the speaker in it is not."""
    assert without_lead_in("讲话中说,一般信息要短") == "一般信息要短"
    assert without_lead_in("王县长说,一般信息要短") == "王县长说,一般信息要短"


def test_a_source_without_clauses_aligns_with_nothing() -> None:
    """Nothing to compare with is no failure."""
    assert align("一般信息要短", "。") == [] and clauses("。") == ()
