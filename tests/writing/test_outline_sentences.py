"""What stands under the headings of an outline: a sentence wherever the speech has one, and none of another trade."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.leaves import UNTOLD
from speechrag.writing.outlines.pieces import standing_pieces
from speechrag.writing.outlines.plan import read_plan
from speechrag.writing.outlines.sentences import foreign_trade, other_kind

SANITATION = """同志们：
今天会上通报了情况。
一、提高认识，增强做好垃圾分类工作的责任感
（一）垃圾分类是保护环境的重要举措。分类做得好，填埋就少，水土就干净，城市的环境就有保障。
（二）垃圾分类是文明城市的重要标志。垃圾分类关系每家每户的生活，是城市文明程度最直接的体现。
二、抓住环节，做好垃圾分类工作
（一）把投放点管起来。全区设了36个投放点，早晚各有人值守两小时。
（二）把收运车分开。分类收运的车辆要专车专用，不得混装混运。收运人员发现混投的要当场拒收。
（三）加强宣传引导。宣传垃圾分类要进楼栋、进学校，志愿者逐户讲清怎么分。还要看到，居民垃圾分类知晓率不高，部分小区督导员配备不足。
三、落实责任，保证垃圾分类见到成效
（一）落实物业责任。物业企业对小区垃圾分类负总责，重点名单上的小区每月检查一次。
（二）严格督查考核。街道每月通报垃圾分类情况，连续三次末位的约谈主要负责人。
"""


def draft(brief: str, *texts: tuple[str, str]) -> Outline:
    corpus = Corpus([speech(f"s{n}-1", title, text) for n, (title, text) in enumerate(texts)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def leaves(points: Sequence[OutlinePoint]) -> list[OutlinePoint]:
    return [leaf for point in points for leaf in (point.points or (point,))]


@pytest.fixture(scope="module")
def sanitation() -> Outline:
    return draft("区长在全区垃圾分类工作会议上的讲话", ("在全区垃圾分类工作会议上的讲话", SANITATION))


def test_a_heading_whose_sentences_hold_figures_tells_them_as_slots(sanitation: Outline) -> None:
    """Better a sentence with the figure to fill in than a heading alone."""
    told = next(leaf for leaf in leaves(sanitation.points) if "投放点" in leaf.heading)
    assert "值守" in told.text and "【待补：" in told.text and "36" not in told.text


def test_a_point_that_would_tell_little_tells_the_next_sentence_too(sanitation: Outline) -> None:
    """Both sentences on the carts stand, in the order of the speech."""
    told = next(leaf for leaf in leaves(sanitation.points) if "收运车" in leaf.heading)
    assert 0 <= told.text.find("混装混运") < told.text.find("当场拒收")


def test_no_heading_stands_alone_where_its_speech_says_something(sanitation: Outline) -> None:
    """Every sub-point of this speech has a sentence."""
    assert all(leaf.text != UNTOLD for leaf in leaves(sanitation.points))


def test_what_a_clause_finds_amiss_stands_among_the_points(sanitation: Outline) -> None:
    """No heading of the speech is on what is wrong; a sentence says it in passing."""
    texts = [leaf.heading + leaf.text for leaf in leaves(sanitation.points)]
    assert any("知晓率不高" in text or "配备不足" in text for text in texts)


def test_a_piece_keeps_what_it_is_about() -> None:
    """The clause with the figure goes, the one that says whereof it is stays."""
    sentence = "桥梁方面，全县四十座里有七座是危桥，一律限载通行，安排专人看守。"
    assert standing_pieces(sentence, lambda clause: "四十" not in clause) == ["桥梁方面，一律限载通行，安排专人看守。"]


def test_the_statement_that_a_sentence_ends_with_stands_alone() -> None:
    """What the year is called goes with its facts; what the work means stays."""
    sentence = "今年是建县六十周年，供水安全就是全县群众最基本的生活保障。"
    assert standing_pieces(sentence, lambda clause: "六十" not in clause) == ["供水安全就是全县群众最基本的生活保障。"]


@pytest.mark.parametrize(
    ("text", "local"),
    [("把他们列入重点名单", False), ("会上点名批评", True), ("动员社会上的力量", False), ("档案要整理归档", False)],
)
def test_words_of_the_meeting_are_not_seen_inside_others(text: str, local: bool) -> None:
    """重点名单 holds no 点名, 社会上 no 会上."""
    assert bool(genre().local.search(text)) is local


def test_a_word_of_another_trade_keeps_a_borrowed_sentence_out() -> None:
    """Manuscripts have no place in a speech on mines; heads and checks have one in any."""
    plan = read_plan("县长在全县安全生产工作会议上的讲话")
    assert foreign_trade("重要稿件要亲自审", plan)
    assert not foreign_trade("主要领导亲自抓，定期督查考核，加强队伍建设", plan)


def test_what_is_said_of_one_kind_does_not_fit_another() -> None:
    """Orders for pits are none for forests; orders for both, and for all, are."""
    plan = read_plan("县长在全县森林防火工作会议上的讲话")
    assert other_kind("实行矿长带班下井", plan)
    assert not other_kind("林区施工工地要备足水车", plan)
    assert not other_kind("严格落实值班值守", plan)
    assert not other_kind("实行矿长带班下井", read_plan("县长在全县安全生产工作会议上的讲话"))


def test_each_kind_of_meeting_has_its_own_plain_heading() -> None:
    """A training does not open its tasks as a meeting on hidden dangers does."""
    occasions = {row.name for row in genre().occasions}
    assert set(genre().plain_of) <= occasions
    assert len(set(genre().plain_of.values())) == len(genre().plain_of)
