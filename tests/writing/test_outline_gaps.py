"""Where the corpus is thin: what is framed, what is warned of, and which names never get through."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from outline_corpus import Corpus, speech, speeches

from speechrag.records import Outline
from speechrag.writing.export import outline_docx, outline_text
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import local_names
from speechrag.writing.outlines.facts import find_facts
from speechrag.writing.outlines.headings import HEADING_CHARS, short_heading

VILLAGE = """各位代表：
一、为什么开这个会
修渠的事拖了三年，今天请大家拿主意。
二、渠怎么修
修渠要先量地后动工，哪家的地占多少，张榜公布。
（一）账目公开。修渠的每一笔开支都要张榜公布，请村民代表逐笔核对。
（二）质量把关。要请懂行的村民代表轮流到工地验看，不合格的返工重做。
三、大家怎么管
（一）落实管护责任。渠道修好以后要落实管护责任，分段包干，谁受益谁负责。
（二）严格检查考核。要定期检查管护情况，考核结果向全村公布，同误工补贴挂钩。
"""


def draft(corpus: Corpus, brief: str) -> Outline:
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


@pytest.fixture(scope="module")
def village() -> Corpus:
    return Corpus([*speeches(), speech("vvv-1", "在乌桥村村民代表会议上的讲话", VILLAGE)])


def test_a_meeting_called_after_its_audience_is_drafted_from_its_like(village: Corpus) -> None:
    """村民代表会议 names no theme, yet a speech at one is found by its title and used."""
    outline = draft(village, "在村民代表会议上的讲话")
    assert len(outline.points) >= 3
    assert any(citation.speech_id == "vvv-1" for citation in outline.citations)


def test_a_part_that_is_only_framed_cites_its_like_and_is_warned_of(village: Corpus) -> None:
    """A part without material keeps a heading of the genre, a slot, a source, and a warning at its place."""
    outline = draft(village, "在村民代表会议上的讲话")
    framed = [point for point in outline.points if not point.points and point.text.startswith("【待补")]
    warned = [warning for warning in outline.warnings if warning.kind == "skeleton"]
    assert len(framed) == len(warned)
    assert all(point.citations for point in framed)


def test_one_family_giving_too_much_is_limited_or_told() -> None:
    """Copies of one speech count as one family: over 40 % of the sub-points, the outline says so."""
    rows = speeches()
    rows = [replace(row, family="one") if index < 2 else row for index, row in enumerate(rows)]
    corpus = Corpus(rows)
    for brief in ("在全县网络与信息安全工作会议上的讲话", "在全县政务信息工作会议上的讲话"):
        outline = draft(corpus, brief)
        by_number = {c.number: corpus.speech(c.speech_id) for c in outline.citations}
        first = [by_number[leaf.citations[0]] for p in outline.points for leaf in (p.points or (p,)) if leaf.citations]
        given = Counter(one.family or one.speech_id for one in first)
        told = any(warning.kind == "concentration" for warning in outline.warnings)
        assert told or max(given.values()) <= max(0.4 * sum(given.values()), 1)


def test_names_that_no_dictionary_knows_are_names() -> None:
    """东岫 before 矿 twice is a name; a word of the language before the same suffix is none."""
    text = "推广东岫矿的办法。东岫矿三班做得好。全市的煤矿、国有煤矿都要学，重点乡镇、重点乡镇要先行。"
    assert local_names(text) == {"东岫"}


@pytest.mark.parametrize("text", ["乡镇一小时内到现场", "一个月内整改到位", "一周之内报送"])
def test_a_time_limit_of_one_is_a_time_limit(text: str) -> None:
    """一小时内 is the rule of another place, like 两小时内."""
    assert [fact.slot for fact in find_facts(text)] == ["时限"]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("加强领导", "加强领导"),
        ("强化组织领导，落实工作责任，确保各项任务落到实处", "强化组织领导，落实工作责任"),
        ("信息化是推动经济社会发展的重要手段、抢抓机遇的迫切需要和必由之路", "信息化是推动经济社会发展的重要手段"),
    ],
)
def test_a_heading_is_shortened_at_its_marks_only(full: str, short: str) -> None:
    """What is left is the beginning of what was there, at most twenty characters."""
    assert short_heading(full) == short
    assert full.startswith(short)
    assert len(short) <= HEADING_CHARS


def test_phrases_and_paragraphs_are_exported(village: Corpus) -> None:
    """The text form lists the phrases with their count and source; Word opens it too."""
    outline = draft(village, "在全县网络与信息安全工作会议上的讲话")
    text = outline_text(outline)
    assert "可用语句：" in text
    assert re.search(r"（\d+篇，见.+）", text)
    assert outline_docx(outline).startswith(b"PK")
