"""What is added to an outline after its points are chosen, and what a part is called that tells what is amiss."""

from __future__ import annotations

import re

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.select import TASKS

BRIEF = "县长在全县粮食仓储工作会议上的讲话"
GRAIN = """同志们：
一、统一思想，充分认识粮食仓储工作的重要意义
（一）粮食仓储是粮食安全的基础。没有好的粮食仓储，收上来的粮食就没有保障，群众的饭碗就端不稳。
（二）粮食仓储是服务农民的窗口。粮食仓储办得好，农民卖粮就方便，种粮的积极性就高。
二、正视差距，看清粮食仓储存在的问题
（一）粮食仓储设施陈旧。有的粮食仓储库点房顶渗漏、墙体开裂，与储粮的要求还有不小差距。
（二）粮食仓储管理不严。个别库点登记不全、盘点不及时，粮食仓储制度执行不到位。
三、突出重点，抓好粮食仓储各项措施
（一）改造仓储设施。各库点要对粮食仓储设施逐仓检查，房顶渗漏的要在收购以前修好。
（二）推广储粮技术。各库点要推广低温储粮，粮食仓储的温度和湿度要按时测报，做到绿色保粮。
（三）规范出入库。粮食仓储的出库和入库要当面过磅，单据要齐全，账目和实物要相符。
四、加强领导，保障粮食仓储工作落到实处
（一）强化组织领导。在此，向支持粮食仓储工作的各个方面表示衷心的感谢！各乡镇主要领导要亲自抓粮食仓储工作，分管领导具体抓，做到有人管、有人干。
（二）严格督查考核。要把粮食仓储工作纳入年度考核，对不整改的库点通报批评，严肃追究责任。
（三）保障仓储经费。要把粮食仓储经费列入财政预算，设备更新要同步安排，确保人员和资金到位。
"""


def draft(brief: str) -> tuple[Outline, Corpus]:
    corpus = Corpus([speech("a1-1", "青河县粮食仓储工作会议上的讲话", GRAIN)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech), corpus


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in point.points]


@pytest.mark.parametrize("brief", [BRIEF, BRIEF + "，讲三点意见", BRIEF + "，讲四点意见"])
def test_a_part_that_tells_what_is_amiss_says_so_in_its_heading(brief: str) -> None:
    """Faults stand under a heading that names them or speaks of how things stand, never under one of mere merit."""
    outline, _ = draft(brief)
    amiss = [point for point in outline.points if any("陈旧" in leaf.heading for leaf in point.points)]
    assert amiss
    assert all(re.search("形势|问题|不足|差距", point.heading) for point in amiss)


def test_what_is_added_is_verbatim_and_new() -> None:
    """Every quotation stands at its offsets, and no sentence is told twice."""
    outline, corpus = draft(BRIEF)
    for citation in outline.citations:
        assert corpus.speech(citation.speech_id).text[citation.start : citation.end] == citation.quote
    told = [sentence for leaf in leaves(outline) for sentence in re.split("[。；]", leaf.text) if len(sentence) > 9]
    assert len(told) == len(set(told))


def test_a_part_never_outgrows_its_room() -> None:
    """However much is left to say, a part keeps to the number of sub-points that can be followed."""
    outline, _ = draft(BRIEF)
    assert all(len(point.points) <= TASKS[1] for point in outline.points)


def test_a_matter_that_listeners_wait_for_is_told() -> None:
    """The money and the checks that the one speech on the theme names are in the outline."""
    outline, _ = draft(BRIEF)
    told = "".join(leaf.heading + leaf.text for leaf in leaves(outline))
    assert "经费" in told
    assert "考核" in told


def test_thanks_stand_under_no_point() -> None:
    """Courtesies are said once, at their place in a speech; a point says what is to be done."""
    outline, _ = draft(BRIEF)
    assert leaves(outline)
    assert not any("感谢" in leaf.heading + leaf.text for leaf in leaves(outline))
