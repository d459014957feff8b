"""Main points: how many, what their headings look like, and what an empty one may borrow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outline_corpus import Corpus, speech, speeches

from speechrag.records import Outline
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.heads import official, plain_heads
from speechrag.writing.outlines.pieces import LEAST, standing_pieces
from speechrag.writing.outlines.plan import read_plan
from speechrag.writing.outlines.wording import form

FLOOD = """同志们：
一、把弦绷紧
汛情说来就来，防汛是保护群众生命安全的重要任务，任何侥幸都会酿成灾害。
二、把隐患查清，把预警做实
（一）查清隐患。各单位要对水库和堤防逐座检查，发现隐患限期整改，柳河水库31处险段要在五月底前处理完毕。
（二）做实预警。要完善防汛预警网络，确保暴雨预警第一时间传到村、传到户、传到人。
（三）组织转移。要提前落实群众转移避险的路线和安置点，做到不漏一户、不落一人。
同志们，防汛工作责任重大。
"""
BRIEF = "县长在全县防汛工作会议上的讲话"


def draft(*held: tuple[str, str, str]) -> Outline:
    corpus = Corpus([speech(*one) for one in held] + [one for one in speeches() if one.speech_id in {"ddd-1", "eee-1"}])
    return draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech)


@pytest.mark.parametrize(
    "heading",
    [
        "突出重点，狠抓落实",
        "提高认识，切实增强做好网络安全工作的责任感",
        "强化保障，形成齐抓共管的格局",
        "严格问责，坚决扛起一方平安的政治责任",
        "以质量和效益为中心，走稳走实",
    ],
)
def test_a_verb_phrase_or_a_pair_is_an_official_heading(heading: str) -> None:
    """Every clause opens with a verb or is four even characters."""
    assert official(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "该补的，想办法补",
        "道路交通和燃气",
        "统计数据的“含金量”有了提高",
        "生活标准，重在守住一个日子",
        "让人和钱跟到位、让板子打到位",
        "把该立的规矩一条一条立起来",
    ],
)
def test_spoken_and_broken_headings_are_no_main_headings(heading: str) -> None:
    """They may be sub-points, but not what a part is called."""
    assert not official(heading)


def test_plain_headings_share_one_pattern_and_name_the_theme() -> None:
    """Parts without a real heading still read as one speech."""
    plan = read_plan(BRIEF)
    heads = [head for role in ("significance", "problem", "task", "safeguard") for head in plain_heads(role, plan)]
    assert {form(head.heading) for head in heads} == {"two"}
    assert all("防汛" in head.heading and official(head.heading) for head in heads)


def test_a_part_the_theme_leaves_empty_borrows_and_says_so() -> None:
    """The flood speech has no safeguards; those of other speeches stand in, cited, with a warning."""
    outline = draft(("fff-1", "在全县防汛工作会议上的讲话", FLOOD))
    safeguard = next(point for point in outline.points if point.role == "safeguard")
    titles = {outline.citations[number - 1].title for leaf in safeguard.points for number in leaf.citations}
    assert titles and "在全县防汛工作会议上的讲话" not in titles
    assert [w.where for w in outline.warnings if w.kind == "borrowed"] == [
        f"{'一二三四'[outline.points.index(safeguard)]}、"
    ]
    assert not [leaf for leaf in safeguard.points if "信访" in leaf.text or "政务信息" in leaf.text]


def test_the_opening_counts_the_parts_there_are() -> None:
    """两点, not 二点; and never more than follow."""
    for held in (("fff-1", "在全县防汛工作会议上的讲话", FLOOD), ("ggg-1", "在全县防汛工作会议上的讲话", FLOOD[:260])):
        outline = draft(held)
        spelled = {1: "一", 2: "两", 3: "三", 4: "四"}
        assert not outline.points or f"{spelled[len(outline.points)]}点意见" in outline.opening


def test_a_theme_that_only_other_themes_could_fill_gets_no_outline() -> None:
    """Safeguards alone, all borrowed, are no speech on the theme."""
    corpus = Corpus(speeches())
    outline = draft_outline("县长在全县防汛工作会议上的讲话", retrieve=corpus.retrieve, speech=corpus.speech)
    assert outline.points == ()


def test_a_fact_costs_only_its_clause() -> None:
    """What stands alone of a sentence is told; the clause with the number is not."""
    told = standing_pieces(
        "柳河水库查出险段31处，各单位要逐处登记、限期整改；汛期要二十四小时值守。", lambda c: "31" not in c
    )
    assert told == ["各单位要逐处登记、限期整改；汛期要二十四小时值守。"]


@given(st.text(alphabet="要各级单位必须，；。的时对围绕落实检查“”一三十", max_size=60), st.sampled_from("一三十的"))
def test_a_piece_is_part_of_its_sentence(sentence: str, banned: str) -> None:
    """Nothing is added but the closing mark, nothing unusable is left in, and what is too short is not told."""
    pieces = standing_pieces(sentence, lambda clause: banned not in clause)
    assert all(piece[:-1] in sentence and len(piece) > LEAST and banned not in piece for piece in pieces)


@pytest.mark.parametrize(
    ("event", "known"),
    [
        ("集团党纪学习教育动员会", "党纪学习教育"),
        ("市直机关主题教育动员会", "主题教育"),
        ("全县督查落实工作会议", "督查落实"),
    ],
)
def test_education_of_cadres_is_not_about_schools(event: str, known: str) -> None:
    """A name inside a decoy does not count: 学习教育 is no theme of schools."""
    rows = read_plan(f"书记在{event}上的讲话").rows
    assert any(known in row.names for row in rows) and not any("教师" in row.names for row in rows)
