"""Themes that speeches do not name so, and how the parts of such outlines are filled: fields of work, topics, facts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outline_corpus import Corpus, speech

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import Adapter, read_source
from speechrag.writing.outlines.compose import told
from speechrag.writing.outlines.facts import find_facts, warm
from speechrag.writing.outlines.headings import short_heading, usable_heading
from speechrag.writing.outlines.plan import broader_themes, plan_of, read_plan
from speechrag.writing.outlines.units import CLOSING, closing_of
from speechrag.writing.outlines.vocabulary import rows_by_matter

PEACE = """同志们：
一、提高认识，看清平安建设的分量
（一）平安建设事关群众切身利益。社会治安好不好，群众感受最直接，必须把平安建设摆上重要位置。
（二）平安建设是发展的前提。没有稳定的社会治安，什么事情也办不成，各级必须保持清醒头脑。
二、突出重点，打好平安建设的硬仗
打好扫黑除恶的硬仗。一要摸得深，各村要逐户走访，重点盯住砂石运输和征地拆迁。二要打得狠，公安机关要快侦快办，绝不手软。
打好公共安全的硬仗。寄递物流要落实实名收寄，中小学上下学时段要有民警护学，消防隐患要挨户敲门排查。
打好流动人口管理的硬仗。出租房屋要逐户登记，流动人口要做到来有登记、走有注销，用工单位不得瞒报。
三、加强领导，落实平安建设责任
（一）落实领导责任。主要负责同志是平安建设第一责任人，要亲自部署、亲自检查。
（二）严格考核奖惩。要把平安建设纳入年度考核，对工作不力的单位通报批评，严肃追究责任。
同志们，鹿岭上的灯火，是平安建设的见证，各位要把今天的话带回去。
"""


def _draft(brief: str) -> Outline:
    warm()
    corpus = Corpus([speech("ppp-1", "在全县平安建设工作会议上的讲话", PEACE)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def _below(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in point.points]


@pytest.mark.parametrize(
    ("theme", "field", "matter"),
    [
        ("流动人口管理", "平安建设", "流动人口"),
        ("秋季传染病防控", "卫生", ""),
        ("煤矿整治", "安全生产", ""),
        ("机关作风整顿", "党纪学习教育", ""),
    ],
)
def test_a_theme_without_a_name_is_a_matter_of_its_field(theme: str, field: str, matter: str) -> None:
    """A term that one field has alone, or another way to name it, says which speeches are near."""
    rows, term = rows_by_matter(theme)
    assert ([row.names[0] for row in rows], term) == ([field], matter)
    assert read_plan(f"在全县{theme}工作会议上的讲话").field == field


@pytest.mark.parametrize("theme", ["养蜂", "调查研究", "林业"])
def test_a_theme_of_no_field_stays_without_one(theme: str) -> None:
    """What belongs to several fields or none tells nothing: better no outline than a strange one."""
    assert rows_by_matter(theme) == ((), "")


def test_a_matter_that_the_field_speaks_of_gets_an_outline() -> None:
    """The speech on 平安建设 names 流动人口: a brief on that is drafted from it, its own point among the rest."""
    outline = _draft("县长在全县流动人口管理工作会议上的讲话")
    assert any("出租房屋" in told(leaf) for leaf in _below(outline))
    assert any("平安建设" in note and "流动人口管理" in note for note in outline.notes)


def test_a_matter_that_no_speech_names_gets_no_outline() -> None:
    """禁毒 is a matter of the field too, but not of this speech."""
    outline = _draft("县长在全县禁毒工作会议上的讲话")
    assert outline.points == () and outline.notes


def test_the_topic_of_a_paragraph_is_a_point_beside_run_in_ones() -> None:
    """一要 and 二要 end with their paragraph; the next one opens a point of its own."""
    outline = _draft("县长在全县平安建设工作会议上的讲话")
    assert {"打好公共安全的硬仗", "打好流动人口管理的硬仗"} <= {leaf.heading for leaf in _below(outline)}


def test_what_a_speech_says_in_closing_is_no_point() -> None:
    """The last address to the hearers belongs to that hall."""
    outline = _draft("县长在全县平安建设工作会议上的讲话")
    assert "鹿岭" not in "".join(told(leaf) for leaf in _below(outline))


@given(st.lists(st.sampled_from(["各项工作要抓实。", "同志们，任务很重。", "\n"]), max_size=30).map("".join))
def test_a_closing_is_near_the_end(text: str) -> None:
    """An address in the first parts of a speech opens nothing but those; none at all closes nothing."""
    start = closing_of(text)
    assert start == len(text) or (start > CLOSING * len(text) and text.startswith("同志们，", start))


def test_information_work_is_a_theme_and_information_is_not() -> None:
    """信息 stands in speeches on everything; 信息工作 is a line of work."""
    assert read_plan("在全县信息工作会议上的讲话").theme == "信息工作"


def test_a_village_is_a_level_too() -> None:
    """Who speaks to villagers has no county offices to command."""
    assert read_plan("村支书在村民代表会议上的讲话").level == "村"


def test_a_thin_outline_can_be_read_back_as_a_plan() -> None:
    """Fewer parts than a plan can ask for are no wish of the brief."""
    outline = _draft("县长在全县流动人口管理工作会议上的讲话")
    shown = type(outline)(
        **{**{k: getattr(outline, k) for k in outline.__slots__}, "plan": {**outline.plan, "points": 2}}
    )
    assert plan_of(shown).points >= 3


@pytest.mark.parametrize(
    "heading", ["从注重程序性报道", "面对新形势新任务", "以群防群治组织为依托", "县委对这项工作非常重视"]
)
def test_half_a_heading_and_a_praise_of_ones_own_are_no_headings(heading: str) -> None:
    """What waits for its second clause, or tells what one place did, cannot stand over a point."""
    one = speech("ppp-1", "在全县平安建设工作会议上的讲话", PEACE)
    plan = read_plan("县长在全县平安建设工作会议上的讲话")
    assert not usable_heading(heading, Adapter(read_source(one, plan), plan))


def test_what_a_thing_is_keeps_its_noun() -> None:
    """A long statement is cut in its middle, not before what it says."""
    full = "加快信息化建设，是转变政府职能，建设服务型政府的客观要求"
    assert short_heading(full) == "加快信息化建设是建设服务型政府的客观要求"


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("庆明书记历来重视这项工作。", ["姓名"]),
        ("水深超过二十七厘米，先封道再报告。", ["数字"]),
        ("推动千家重点耗能企业节能。", ["数字"]),
        ("支部书记要亲自抓。", []),
        ("不准从医院的收入里打主意。", []),
    ],
)
def test_given_names_before_a_post_and_counted_firms_are_facts(text: str, slots: list[str]) -> None:
    """A colleague called by a given name is a name; 支部 is none, nor is any hospital."""
    assert [fact.slot for fact in find_facts(text)] == slots


@pytest.mark.parametrize(
    ("brief", "themes"),
    [
        ("区政协主席在特约信息员培训班开班式上的讲话", ["政协信息", "信息工作"]),
        ("公安局长在全局公安信息化建设推进会上的讲话，主题是信息主导警务", ["公安信息化建设", "信息化建设"]),
        ("在全县民兵整组工作会议上的讲话", []),
        ("在全县主题教育动员会上的讲话", []),
    ],
)
def test_a_theme_is_a_kind_of_what_its_last_words_name(brief: str, themes: list[str]) -> None:
    """The meeting's own name comes before what is left of the theme; a known theme is no kind of another."""
    assert broader_themes(read_plan(brief)) == themes


@pytest.mark.parametrize(
    ("brief", "themes"),
    [
        ("信息化带动农业农村和水利现代化，县农水局长在座谈会上发言", ["信息化"]),
        ("水利局长在座谈会上讲农业农村，时间不限", []),  # an office is no theme
    ],
)
def test_a_theme_without_material_gives_way_to_those_named_beside_it(brief: str, themes: list[str]) -> None:
    """A brief that names several themes in one breath is not left empty because the corpus lacks one of them."""
    assert broader_themes(read_plan(brief)) == themes


def test_a_theme_that_nothing_names_is_drafted_from_what_it_is_a_kind_of() -> None:
    """The outline is not empty, and a note says where its points come from; a theme of no kind stays empty."""
    outline = _draft("在全县网格化平安建设推进会上的讲话，主题是警网融合")
    assert outline.points
    assert any("“警网融合”" in note and "平安建设" in note for note in outline.notes)
    assert not _draft("在全县推进会上的讲话，主题是渔政执法").points
