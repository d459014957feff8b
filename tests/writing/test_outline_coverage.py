"""What an outline covers: the matters of its theme, each once, from the speeches that are on it before all others."""

from __future__ import annotations

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.compose import told
from speechrag.writing.outlines.facts import fill_slots, find_facts
from speechrag.writing.outlines.plan import read_plan

BRIEF = "县委书记在全县网络安全工作会议上的讲话"
NETWORK = """同志们：
一、提高认识，做好网络安全工作
网络安全关系到国家的安全，是其中分量很重的一块。没有网络安全，群众的信息就没有保障，各项工作就没有稳固的根基。
二、突出重点，落实网络安全措施
（一）完善应急预案。各单位要结合实际制定网络安全应急预案，定期组织演练，做到发现得早、处置得快。
（二）修订应急预案。各单位每次演练以后都要修订网络安全应急预案，把发现的漏洞写进去，逐项补上。
（三）加强数据备份。重要信息系统的数据要做到本地和异地备份，防止数据丢失造成工作中断。
（四）把柳河的网络安全家底摸清。各单位要对信息系统逐个登记，网络安全责任人要写在台账上，做到底数清楚。
（五）有关问题。各单位要定期清理网络账号权限，离岗人员的账号要及时注销，重要操作要留下日志。
（六）严格外包管理。要与运维外包单位签订保密协议，外包人员进入机房要有专人陪同，做到权限可控、行为可查。
三、加强领导，落实网络安全责任
（一）强化组织领导。各级各部门主要负责同志要亲自抓网络安全工作，分管领导具体抓，做到有人管、有人干。
（二）严格督查考核。要把网络安全工作纳入年度考核，对不重视、不整改的单位通报批评，严肃追究责任。
"""
MIXED = """同志们：
一、统一思想，提高政协宣传和社情民意信息工作水平
（一）政协要履行好职能，社情民意信息是重要的基础。委员反映社情民意信息，党委政府才能听到群众的真实声音。
（二）提高社情民意信息质量。各位委员要深入基层调查研究，社情民意信息要真实准确，建议要具体可行。
（三）健全社情民意信息工作机制。要建立社情民意信息收集、报送、反馈制度，做到件件有回音。
（四）搞好政协新闻宣传策划。新闻单位要围绕政协宣传确定选题，多发政协宣传报道稿件，讲好政协文史故事。
（五）办好政协宣传专刊。政协宣传专刊要改进版面，新闻单位要帮助政协宣传人员提高写稿水平。
二、加强领导，形成合力
（一）加强组织领导。各县区政协要把社情民意信息工作列入议事日程，主要领导亲自过问。
（二）加强队伍建设。要选好社情民意信息员，定期培训，提高社情民意信息编写能力。
"""


def draft(brief: str, *texts: tuple[str, str]) -> Outline:
    corpus = Corpus([speech(f"c{n}-1", title, text) for n, (title, text) in enumerate(texts)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in point.points]


@pytest.fixture(scope="module")
def network() -> Outline:
    return draft(BRIEF, ("柳河县网络安全工作会议上的讲话", NETWORK))


def test_a_matter_named_already_is_not_taken_again_while_others_are_left(network: Outline) -> None:
    """Of two points on the plans for emergencies one stands first; backups and contractors are not left out for it."""
    headings = [leaf.heading for leaf in leaves(network)]
    assert sum("应急预案" in heading for heading in headings) == 1
    assert {"加强数据备份", "严格外包管理"} <= set(headings)


def test_a_place_in_a_heading_gives_way_to_the_place_at_hand(network: Outline) -> None:
    """把柳河的…摸清 says something for any place, under 本地."""
    assert "把本地的网络安全家底摸清" in [leaf.heading for leaf in leaves(network)]


def test_a_section_without_a_usable_heading_takes_an_order_of_its_body(network: Outline) -> None:
    """有关问题 is no heading for a new speech; what the section orders is."""
    told = next(leaf for leaf in leaves(network) if "账号" in leaf.text)
    assert "有关问题" not in told.heading and len(told.heading) >= 4


def test_points_on_the_theme_beside_the_briefs_are_left_out() -> None:
    """A speech on 政协宣传 and 社情民意信息 gives a brief on the latter nothing of the former."""
    outline = draft(
        "市政协主席在全市政协反映社情民意信息工作会议上的讲话", ("在政协社情民意信息工作会议上的讲话", MIXED)
    )
    said = "".join(leaf.heading + leaf.text for leaf in leaves(outline))
    assert "提高社情民意信息质量" in said
    assert "新闻宣传策划" not in said and "专刊" not in said


def _on_backups(sentence: str) -> str:
    """Return what the sub-point on backups says where its section ends with ``sentence``."""
    text = NETWORK.replace("防止数据丢失造成工作中断。", f"防止数据丢失造成工作中断。{sentence}")
    outline = draft(BRIEF, ("柳河县网络安全工作会议上的讲话", text))
    return "".join(told(leaf) for leaf in leaves(outline) if "数据备份" in leaf.heading)


def test_a_sentence_on_a_matter_that_any_theme_has_is_told_with_its_figures_as_slots() -> None:
    """长效 and 通报 are nobody's theme, and listeners wait for them."""
    said = _on_backups("备份情况要在全县通报12次，抽查4次，形成长效。")
    assert "通报【待补：数字】次" in said and "长效" in said and "12" not in said


def test_what_a_place_has_done_is_not_told_under_a_task() -> None:
    """A deed is no task, though an order follows it."""
    assert "拿出资金" not in _on_backups("县里拿出资金买了备份设备，要形成长效，抓好试点。")


def test_the_number_of_parts_asked_for_is_kept_where_the_points_suffice() -> None:
    """Four parts are made of three functions by dividing the tasks."""
    outline = draft(BRIEF + "，讲四点", ("柳河县网络安全工作会议上的讲话", NETWORK))
    assert [point.role for point in outline.points] == ["significance", "task", "task", "safeguard"]


@pytest.mark.parametrize(
    ("brief", "roles"),
    [
        ("在全街道经济工作会议上的讲话，总结去年，部署今年", ("achievement", "significance", "task", "safeguard")),
        ("在全街道经济工作会议上的讲话，总结去年，部署今年，讲三点", ("achievement", "task", "safeguard")),
        ("在全街道经济工作会议上的讲话", ("significance", "task", "safeguard")),
    ],
)
def test_a_brief_that_asks_to_look_back_gets_a_part_on_what_was_done(brief: str, roles: tuple[str, ...]) -> None:
    """总结去年 puts the achievements first, whatever the kind of meeting."""
    assert read_plan(brief).roles() == roles


@pytest.mark.parametrize("text", ["目前，淳安正处于发展的黄金期。", "要充分用好“世博会”这一平台。"])
def test_counties_without_their_suffix_and_past_events_become_slots(text: str) -> None:
    """淳安 alone is a place as 淳安县 is, and an event of its year does not fit another."""
    filled = fill_slots(text, find_facts(text, year=2026))
    assert "【待补：" in filled and "淳安" not in filled and "世博会" not in filled
