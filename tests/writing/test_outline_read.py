"""What was seen when outlines were read whole: false slots, points said twice, points under the wrong function."""

from __future__ import annotations

import pytest
from outline_corpus import Corpus, speech, speeches

from speechrag.records import Outline
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import Adapter, read_source
from speechrag.writing.outlines.facts import find_facts, warm
from speechrag.writing.outlines.headings import clean_heading
from speechrag.writing.outlines.plan import read_plan

BRIEF = "县长在全县防汛工作会议上的讲话"
REVIEW = """同志们：
一、认清形势，看清防汛工作的成绩和差距
去年全县防汛工作取得了好成绩，各乡镇的防汛责任都落到了实处。但是差在哪里？我看差在两条。
（一）防汛预案睡在抽屉里。有的防汛预案几年没有修订，转移路线和安置地点与村里的实际对不上。
（二）防汛队伍停在花名册上。有的防汛队伍没有集中训练，器材放在哪里、由谁保管都说不清。
二、聚焦突出问题，把防汛隐患查到底
（一）水库和堤防。各单位要对水库和堤防逐座检查，发现防汛隐患立即登记，整改一项销号一项。
（二）预警设施。各单位要逐台检修防汛预警设施，做到暴雨预警传到村、传到户、传到人。
三、加强领导，落实防汛工作责任
（一）落实防汛责任。各级主要负责同志是防汛第一责任人，要亲自部署防汛工作，亲自检查防汛准备。
（二）严格防汛值守。各单位要严格落实防汛值班制度，重要情况按程序及时报告。
同志们，防汛工作责任重大。
"""


@pytest.fixture(scope="module")
def outline() -> Outline:
    held = speech("fff-1", "在全县防汛工作会议上的讲话", REVIEW)
    corpus = Corpus([held] + [one for one in speeches() if one.speech_id in {"ddd-1", "eee-1"}])
    return draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech)


@pytest.mark.parametrize(
    "text",
    [
        "建设智慧城市、数字乡村",
        "健康信息要加密，存放超过期限的要删除",
        "打好政务上云的攻坚仗",
        "提高素质，使其适应城市发展的要求",
        "维护市场秩序，按照省委要求办",
        "市和县区都要落实，移送县纪委查处",
        "弘扬爱国精神，描绘美好蓝图",
        "两头都要硬，不能用一头压另一头",
    ],
)
def test_a_word_of_the_language_is_no_place(text: str) -> None:
    """What the tagger's dictionary calls a place, and a level that is part of a word, stay as they are."""
    assert find_facts(text) == []


@pytest.mark.parametrize("text", ["麦积区的做法", "昔阳县委很重视", "石鹭镇先走一步", "石鹭乡的路", "联合村先行一步"])
def test_a_named_place_is_still_a_fact(text: str) -> None:
    """Listed areas and names before a level give way to a slot."""
    assert [fact.slot for fact in find_facts(text)] == ["地名"]


@pytest.mark.parametrize(
    ("heading", "bare"),
    [("五是着力抓好民生保障", "抓好民生保障"), ("一条是领导带头", "领导带头"), ("一方面是抓住反馈", "抓住反馈")],
)
def test_a_heading_keeps_no_count(heading: str, bare: str) -> None:
    """五是 and 一条是 belong to the speech that it was taken from."""
    assert clean_heading(heading) == bare


@pytest.mark.parametrize(
    ("raw", "carried"),
    [
        ("主要是：经济结构不合理。", "经济结构不合理。"),
        ("也要分清故意和失误。", "要分清故意和失误。"),
        ("所以说，看懂水情才能调好水。", "看懂水情才能调好水。"),
        ("总的来说，看懂水情才能调好水。", "看懂水情才能调好水。"),
    ],
)
def test_a_sentence_does_not_open_with_what_leans_on_the_one_before(raw: str, carried: str) -> None:
    """主要是： and 也 point back to what is not there any more."""
    plan = read_plan(BRIEF)
    assert Adapter(read_source(speeches()[0], plan), plan).carry(raw) == carried


def test_a_source_that_breaks_off_at_a_comma_gives_a_whole_sentence() -> None:
    """A point is no worse set than its source: the comma goes, the full stop stays."""
    broken = REVIEW.replace("传到户、传到人。", "传到户，")
    held = speech("fff-1", "在全县防汛工作会议上的讲话", broken)
    corpus = Corpus([held] + [one for one in speeches() if one.speech_id in {"ddd-1", "eee-1"}])
    outline = draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech)
    said = [leaf.text for part in outline.points for leaf in part.points]
    assert any(text.endswith("做到暴雨预警传到村、传到户。") for text in said)


def test_no_clause_is_said_by_two_points(outline: Outline) -> None:
    """A longer clause stands in the outline once, as heading or as text."""
    points = [leaf for part in outline.points for leaf in part.points]
    said = [frozenset(c for c in leaf.text.replace("。", "，").split("，") if len(c) >= 9) for leaf in points]
    assert points
    assert all(not one & other for i, one in enumerate(said) for other in said[:i])


def test_shortcomings_under_a_review_are_no_merits(outline: Outline) -> None:
    """What follows 我看差在两条 is a shortcoming, whatever its section is called."""
    merits = [leaf.heading for part in outline.points for leaf in part.points if leaf.role == "achievement"]
    assert not [heading for heading in merits if "抽屉" in heading or "花名册" in heading]


def test_what_is_done_about_problems_is_a_task(outline: Outline) -> None:
    """Under 聚焦突出问题 stand orders, not shortcomings."""
    roles = {leaf.heading: leaf.role for part in outline.points for leaf in part.points}
    assert roles["水库和堤防"] == "task"


def test_warming_loads_the_tagger_once() -> None:
    """After it the first outline has nothing to load."""

    from speechrag.writing.outlines import tagging

    warm()
    before = tagging.tagger.cache_info().misses
    find_facts("全市防汛工作")
    assert tagging.tagger.cache_info().misses == before == 1


@pytest.mark.parametrize(
    "once",
    [
        "《防洪法》上月公布，蓄滞洪区管理规定下个月也要实施，防汛工作各项依据已经齐全。",
        "近年来经过努力，全县防汛预警网络已形成以乡镇为枢纽的格局，防汛预警传得到村。",
    ],
)
def test_what_was_so_once_is_no_order_for_a_new_speech(once: str) -> None:
    """What will be in force next month, and what a place has achieved of late, stays in the speech it was said in."""
    told = REVIEW.replace("（二）预警设施。", f"（二）预警设施。{once}")
    corpus = Corpus([speech("fff-1", "在全县防汛工作会议上的讲话", told)])
    outline = draft_outline(BRIEF, retrieve=corpus.retrieve, speech=corpus.speech)
    texts = "".join(leaf.text for part in outline.points for leaf in part.points)
    assert "逐台检修防汛预警设施" in texts
    assert "下个月" not in texts and "近年来" not in texts
