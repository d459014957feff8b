"""Outlines measured without a model: matching, order, evidence, structure, and whether a measure may be trusted."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.stats import kendalltau

from speechrag.errors import EvaluationError
from speechrag.evaluation.matching import assignment, chrf, kendall_tau, matched
from speechrag.evaluation.outlines import (
    Content,
    chance_threshold,
    evidence,
    heading_score,
    headings_of,
    leaves_of,
    sanity_gate,
    structure_faults,
)
from speechrag.records import Citation, Outline, OutlinePoint, Warning_

# Ten topics: the headings of a speech, and how another writer would put the same.
TOPICS = [
    (["认清防汛形势", "储备防汛物资", "守住每座水库"], ["看清当前防汛形势", "把防汛物资储备足", "每座水库都要守住"]),
    (["提高信息质量", "严守报送时限", "追究迟报责任"], ["信息质量要提高", "报送时限必须严守", "迟报要追究责任"]),
    (["下访接待群众", "化解信访积案", "畅通诉求渠道"], ["带头接待下访群众", "抓紧化解积案", "诉求渠道要畅通"]),
    (["改造薄弱学校", "招聘优秀教师", "减轻学生负担"], ["薄弱学校加快改造", "优秀教师多招聘", "切实减轻负担"]),
    (["排查矿山隐患", "关闭非法矿井", "严格停产整顿"], ["矿山隐患全面排查", "非法矿井一律关闭", "停产整顿从严"]),
    (["发展特色农业", "修好田间水渠", "培育龙头企业"], ["特色农业要发展", "田间水渠修到位", "龙头企业抓培育"]),
    (["清理拖欠工资", "开展技能培训", "扩大就业门路"], ["拖欠工资限期清理", "技能培训广泛开展", "就业门路再扩大"]),
    (["整治河道污染", "种植公益林木", "限制燃煤锅炉"], ["河道污染集中整治", "公益林木多种植", "燃煤锅炉限制使用"]),
    (["规范提案办理", "组织委员视察", "撰写调研报告"], ["提案办理更规范", "委员视察精心组织", "调研报告认真撰写"]),
    (["压缩会议文件", "精简审批事项", "转变机关作风"], ["会议文件要压缩", "审批事项再精简", "机关作风快转变"]),
]
GOLD = [gold for gold, _ in TOPICS]
MATRICES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(MATRICES)
def test_the_assignment_is_the_best_there_is(weights: list[list[int]]) -> None:
    """The same total as scipy's, each row and column once."""
    found = assignment(weights)
    rows, columns = linear_sum_assignment(weights, maximize=True)
    assert sum(weights[r][c] for r, c in found) == sum(weights[r][c] for r, c in zip(rows, columns, strict=True))
    assert len({r for r, _ in found}) == len({c for _, c in found}) == len(found) == len(rows)


def test_nothing_is_assigned_to_nothing() -> None:
    """Empty lists on either side."""
    assert assignment([]) == assignment([[], []]) == []
    assert matched([], ["甲"], chrf, 0.0) == matched(["甲"], [], chrf, 0.0) == []


@given(st.permutations(range(6)))
def test_order_agrees_with_scipy(order: list[int]) -> None:
    """Kendall's tau without ties."""
    assert kendall_tau(list(enumerate(order))) == pytest.approx(kendalltau(range(6), order).statistic)


def test_one_pair_has_no_order() -> None:
    """Nothing to agree or disagree about."""
    assert kendall_tau([(0, 0)]) is None
    assert kendall_tau([]) is None


def test_character_likeness_worked_by_hand() -> None:
    """甲乙丙 and 甲乙丁: 2/3 of the characters, 1/2 of the pairs, 0 of the triples, no longer ones."""
    assert chrf("甲乙丙", "甲乙丁") == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert chrf("甲、乙 丙", "甲乙丙") == 1.0
    assert chrf("", "甲") == chrf("。", "") == 0.0


@given(st.text("甲乙丙丁戊", max_size=8), st.text("甲乙丙丁戊", max_size=8))
def test_likeness_is_symmetric_and_a_share(left: str, right: str) -> None:
    """From 0 to 1, and 1 for the same heading."""
    assert chrf(left, right) == chrf(right, left)
    assert 0 <= chrf(left, right) <= 1
    assert chrf(left, left) == (1.0 if left else 0.0)


def test_a_heading_is_matched_once() -> None:
    """Saying one heading three times finds one of three."""
    score = heading_score(GOLD[0], [GOLD[0][0]] * 3, chrf, 0.5)
    assert (score.precision, score.recall, score.f1, score.order) == (1 / 3, 1 / 3, 1 / 3, None)


def test_order_counts_the_matched_headings_alone() -> None:
    """Turned round it is -1, whatever stands between."""
    score = heading_score(GOLD[0], [*GOLD[0][::-1], "完全另一回事"], chrf, 0.5)
    assert (score.f1, score.order) == (pytest.approx(6 / 7), -1.0)
    assert heading_score(GOLD[0], [], chrf, 0.5).f1 == heading_score([], GOLD[0], chrf, 0.5).f1 == 0.0


def test_headings_of_other_topics_seldom_reach_the_threshold() -> None:
    """At most one pair in a hundred, while rewordings of the same topic mostly do."""
    threshold = chance_threshold(GOLD, chrf)
    scores = [heading_score(gold, reworded, chrf, threshold) for gold, reworded in TOPICS]
    strangers = [heading_score(gold, other, chrf, threshold) for gold, other in pairwise(GOLD)]
    assert min(score.f1 for score in scores) == 1.0
    assert sum(score.f1 for score in strangers) / len(strangers) < 0.1
    with pytest.raises(EvaluationError, match="at least two topics"):
        chance_threshold(GOLD[:1], chrf)


def levels() -> list[tuple[str, list[list[str]]]]:
    """Own headings, reworded ones, another topic's, those with shuffled characters, nonsense."""
    generator = random.Random(7)
    other = [reworded for _, reworded in TOPICS[1:] + TOPICS[:1]]
    # Another topic of the same genre shares its set phrases.
    other = [[gold[n][:2] + heading for n, heading in enumerate(h)] for gold, h in zip(GOLD, other, strict=True)]
    shuffled = [["".join(generator.sample(heading, len(heading))) for heading in h] for h in other]
    nonsense = [["".join(generator.choices("琴棋诗酒梅兰竹菊", k=6)) for _ in h] for h in other]
    return [
        ("own", GOLD),
        ("same topic", [reworded for _, reworded in TOPICS]),
        ("another topic", other),
        ("shuffled", shuffled),
        ("random", nonsense),
    ]


def test_the_content_measure_ranks_better_outlines_above_worse_ones() -> None:
    """Every step of the sanity gate holds with p < .01."""
    content = Content(GOLD)
    values = [(name, [content(g, h) for g, h in zip(GOLD, lists, strict=True)]) for name, lists in levels()]
    assert sanity_gate(values) == []
    assert values[0][1] == pytest.approx([1.0] * len(GOLD))


def test_what_every_topic_says_weighs_nothing_in_the_content() -> None:
    """Of three topics all hold 甲; 乙 is held by one, and the cosines of lengths 1 and 2 are worked by hand."""
    content = Content([["甲乙"], ["甲"], ["甲"]])
    assert content(["甲"], ["甲"]) == 0.0
    assert content(["甲乙"], ["乙甲"]) == pytest.approx(1 / 4)
    assert content(["甲乙"], ["甲乙"]) == pytest.approx(2 / 4)
    assert content([], ["甲乙"]) == content(["甲乙"], []) == 0.0


@given(st.lists(st.text("甲乙丙丁戊", max_size=8), max_size=4), st.lists(st.text("甲乙丙丁戊", max_size=8), max_size=4))
def test_content_is_symmetric_and_a_share_whatever_the_order(left: list[str], right: list[str]) -> None:
    """From 0 to 1; the order of the points says nothing of what they hold."""
    content = Content([["甲乙", "丙"], ["丁"], ["戊甲"]])
    assert content(left, right) == pytest.approx(content(right, left))
    assert -1e-9 <= content(left, right) <= 1 + 1e-9
    assert content(left[::-1], right) == pytest.approx(content(left, right))


def test_matched_f1_tells_the_topic_from_another() -> None:
    """With the threshold, what is not of the topic is near nothing."""
    threshold = chance_threshold(GOLD, chrf)
    own, same, other, *_ = (
        [heading_score(g, h, chrf, threshold).f1 for g, h in zip(GOLD, lists, strict=True)] for _, lists in levels()
    )
    assert sanity_gate([("same topic", same), ("another topic", [value / 2 for value in other])]) == []
    assert min(own) == 1.0


def test_order_ranks_the_own_order_above_a_shuffled_one() -> None:
    """Longer outlines, their headings in order against the same in another order."""
    generator = random.Random(3)
    long = [GOLD[n] + GOLD[(n + 1) % 10] for n in range(10)]
    kept = [heading_score(headings, headings, chrf, 0.9).order for headings in long]
    mixed = [heading_score(h, generator.sample(h, len(h)), chrf, 0.9).order for h in long]
    assert sanity_gate([("own order", [v or 0.0 for v in kept]), ("mixed", [v or 0.0 for v in mixed])]) == []


def test_a_measure_that_cannot_tell_is_found_out() -> None:
    """A constant passes no step, and neither does one that ranks the wrong way round."""
    ones = [1.0] * 10
    assert len(sanity_gate([("a", ones), ("b", ones), ("c", ones)])) == 2
    (fault,) = sanity_gate([("a", [0.0] * 10), ("b", ones)])
    assert fault.startswith("a is not above b: 0.000 against 1.000")


# --- structure and evidence -------------------------------------------------------------------------------------

QUOTE = "各级各部门要把防汛物资储备到位并落实到具体的人头上决不能有丝毫松懈麻痹的思想"


def cited(number: int, speech_id: str) -> Citation:
    return Citation(number, f"{speech_id}.1", speech_id, "a.txt", "讲话", QUOTE, 0, len(QUOTE))


def leaf(heading: str, *numbers: int, level: int = 1) -> OutlinePoint:
    return OutlinePoint(heading, level, "task", "", numbers)


def outline(*points: OutlinePoint) -> Outline:
    return Outline("防汛", ("讲话",), "同志们：", "", points, "", (cited(1, "s1"), cited(2, "s2")))


SOUND = outline(leaf("甲项工作", 1), leaf("乙项工作", 2), leaf("丙项工作", 1))


def test_a_sound_outline_breaks_no_rule() -> None:
    """Three sections, each with its source."""
    assert structure_faults(SOUND) == []


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        ((leaf("甲项", 1), leaf("乙项", 1)), "2 top sections"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf("甲项。", 2)), "repeated or empty"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf("", 2)), "repeated or empty"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf("丙项")), "without a source: '丙项'"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf("丙项", 9)), "without a source: '丙项'"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf("丙项", 1, level=2)), "level 2 where 1 is due"),
        ((leaf("甲项", 1), leaf("乙项", 1), leaf(QUOTE[:25], 1)), "letters in a row"),
    ],
)
def test_every_broken_rule_is_named(points: tuple[OutlinePoint, ...], fault: str) -> None:
    """One line a fault, with the heading."""
    found = structure_faults(outline(*points))
    assert len(found) == 1 and fault in found[0]


def test_a_copied_heading_that_is_declared_passes() -> None:
    """The drafter has been warned."""
    copied = outline(leaf("甲项", 1), leaf("乙项", 1), leaf(QUOTE[:25], 1))
    assert structure_faults(replace(copied, warnings=(Warning_("copied", "", ""),))) == []


def test_headings_and_leaves_come_top_to_bottom() -> None:
    """Nested points in the order they are read."""
    nested = OutlinePoint("上", 1, "task", "", (), (leaf("中", 1, level=2), leaf("下", 2, level=2)))
    assert list(headings_of([nested, leaf("末", 1)])) == ["上", "中", "下", "末"]
    assert [point.heading for point in leaves_of([nested, leaf("末", 1)])] == ["中", "下", "末"]


def test_evidence_counts_families_and_their_shares() -> None:
    """Two of four families cited; one of them gives two of three citations."""
    coverage, concentration = evidence(SOUND, ["s1", "s2", "s3", "s4"], str)
    assert (coverage, concentration) == (0.5, pytest.approx(2 / 3))
    assert evidence(SOUND, ["f", "g"], lambda speech_id: "f") == (0.5, 1.0)
    assert evidence(replace(SOUND, points=(), citations=()), ["s1"], str) == (0.0, 0.0)
