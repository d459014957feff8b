"""What holds for every outline drafted without an LLM, shown on small speeches written for these tests."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outline_corpus import Corpus, speech, speeches

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.select import LEAVES, TASKS

BRIEF = "县委宣传部部长在全县网络与信息安全工作会议上的讲话，对象是各单位分管领导"
BRIEFS = (
    BRIEF,
    "副市长在全市网络安全工作推进会上的讲话，讲四点意见",
    "镇长在全镇网络安全工作会议上的讲话，2026年",
    "县委办主任在全县政务信息工作会议上的讲话",
    "局长在网络安全培训班上的讲话",
)
FOREIGN = ("柳河", "清溪", "周明远", "31", "42", "十七大", "三月", "2011", "2016", "去年", "柳河日报", "xx")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(speeches())


def draft(corpus: Corpus, brief: str) -> Outline:
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in point.points]


def own_words(outline: Outline) -> str:
    """Everything a leader would say: titles, frame, headings and texts, slots taken out."""
    told = [part for point in outline.points for part in (point.heading, point.text)]
    told += [part for leaf in leaves(outline) for part in (leaf.heading, leaf.text)]
    return re.sub(r"【待补：[^】]*】", "", "\n".join((*outline.titles, outline.opening, outline.closing, *told)))


@pytest.mark.parametrize("brief", BRIEFS)
def test_every_citation_is_verbatim_at_its_offsets(corpus: Corpus, brief: str) -> None:
    """A quotation is the span of its speech, stands in a passage of it, and is numbered from 1 without gaps."""
    outline = draft(corpus, brief)
    assert [citation.number for citation in outline.citations] == list(range(1, len(outline.citations) + 1))
    for citation in outline.citations:
        assert corpus.speech(citation.speech_id).text[citation.start : citation.end] == citation.quote
        assert citation.passage_id.startswith(citation.speech_id + ".")


@pytest.mark.parametrize("brief", BRIEFS)
def test_every_point_cites_and_every_leaf_is_supported_by_its_quotation(corpus: Corpus, brief: str) -> None:
    """Most characters of what a sub-point says stand in the quotations it cites: it is taken from there."""
    outline = draft(corpus, brief)
    quotes = {citation.number: citation.quote for citation in outline.citations}
    assert all(point.citations for point in outline.points)
    for leaf in leaves(outline):
        assert leaf.citations and leaf.text
        evidence = "".join(quotes[number] for number in leaf.citations)
        said = re.findall(r"[\u4e00-\u9fff]{2}", re.sub(r"【[^】]*】", "", leaf.text))
        assert sum(pair in evidence for pair in said) >= 0.6 * len(said), (leaf.text, evidence)


@pytest.mark.parametrize("brief", BRIEFS)
def test_foreign_facts_never_leak(corpus: Corpus, brief: str) -> None:
    """No place, person, number, year, mask or paper of a source stands in the outline outside a slot."""
    said = own_words(draft(corpus, brief))
    assert not [fact for fact in FOREIGN if fact in said.replace("2026", "")]


def test_the_outline_has_three_to_six_parts_in_the_order_of_the_genre(corpus: Corpus) -> None:
    """A working meeting says why, then what, then who answers for it."""
    outline = draft(corpus, BRIEF)
    assert [point.role for point in outline.points] == ["significance", "task", "safeguard"]
    assert all(2 <= len(point.points) <= (TASKS[1] if point.role == "task" else LEAVES) for point in outline.points)
    assert all(leaf.level == 2 and not leaf.points for leaf in leaves(outline))


def test_the_number_of_parts_follows_the_brief(corpus: Corpus) -> None:
    """Four points asked for are four points where the corpus holds enough."""
    outline = draft(corpus, "县委宣传部部长在全县网络安全工作会议上的讲话，讲四点意见")
    assert outline.plan["points"] == 4
    assert len(outline.points) == 4
    assert "讲四点意见" in outline.opening


def test_no_speech_gives_more_than_its_share(corpus: Corpus) -> None:
    """With several speeches on the theme, none supplies more than half of the sub-points."""
    outline = draft(corpus, BRIEF)
    first = {citation.number: citation.speech_id for citation in outline.citations}
    sources = [first[leaf.citations[0]] for leaf in leaves(outline)]
    assert len(set(sources)) >= 3
    assert max(sources.count(source) for source in set(sources)) <= len(sources) / 2


def test_no_two_points_say_the_same(corpus: Corpus) -> None:
    """Neither a heading nor a text comes twice."""
    outline = draft(corpus, BRIEF)
    headings = [point.heading for point in outline.points] + [leaf.heading for leaf in leaves(outline)]
    texts = [leaf.text for leaf in leaves(outline)]
    assert len(set(headings)) == len(headings)
    assert len(set(texts)) == len(texts)


def test_headings_carry_no_number_and_no_label(corpus: Corpus) -> None:
    """Numbering is the reader's view, so a heading starts with a word."""
    for point in (*(p := draft(corpus, BRIEF).points), *(leaf for part in p for leaf in part.points)):
        assert not re.match(r"[（(]?[一二三四五六七八九十\d]+[、.）)是要]|第[一二三四五]", point.heading)
        assert not point.heading.endswith(("。", "：", "；", "，"))


def test_the_same_brief_gives_the_same_outline(corpus: Corpus) -> None:
    """Nothing is random, whatever the order in which the corpus holds its speeches."""
    assert draft(corpus, BRIEF) == draft(corpus, BRIEF)
    turned = Corpus(list(reversed(speeches())))
    assert draft(turned, BRIEF).points == draft(corpus, BRIEF).points


def test_slots_are_listed_with_their_place(corpus: Corpus) -> None:
    """The checklist holds each slot of the outline, in reading order, with the place it stands at."""
    outline = draft(corpus, BRIEF)
    told = "".join([outline.opening, *(p.text + "".join(q.text for q in p.points) for p in outline.points)])
    assert [slot.text for slot in outline.slots] == re.findall(r"【待补：[^】]*】", told + outline.closing)
    assert outline.slots[0].where == "开头"


def test_an_empty_corpus_is_said_to_be_empty() -> None:
    """Nothing found: no points, no citations, and a note that says so."""
    outline = draft(Corpus([]), BRIEF)
    assert outline.points == () and outline.citations == () and outline.opening == ""
    assert "没有检索到" in outline.notes[0]


def test_a_theme_the_corpus_does_not_hold_gives_no_filler(corpus: Corpus) -> None:
    """Safeguards that fit any speech are not an outline on a theme nobody spoke of."""
    outline = draft(corpus, "总经理在地铁运营调度会上的讲话")
    assert outline.points == ()
    assert "地铁运营" in outline.notes[0]


def test_a_brief_without_a_theme_is_asked_for_one(corpus: Corpus) -> None:
    """领导讲话 names no theme; the note tells how a brief looks."""
    outline = draft(corpus, "领导讲话")
    assert outline.points == () and "读不出" in outline.notes[0]


def test_the_theme_of_another_speech_gives_way(corpus: Corpus) -> None:
    """A safeguard taken from a speech on 政务信息 speaks of the new theme, not of the old one."""
    said = own_words(draft(corpus, BRIEF))
    assert "政务信息" not in said
    assert "信访" not in said


def test_another_level_gives_way() -> None:
    """A city's 全市 becomes 全县 in a county's speech."""
    city = Corpus([s for s in speeches() if s.speech_id in {"aaa-1", "bbb-1", "ddd-1"}])
    said = own_words(draft(city, BRIEF))
    assert "全市" not in said and "我市" not in said


def test_stale_wording_is_marked_for_the_year_of_the_speech(corpus: Corpus) -> None:
    """A slogan that ended before the brief's year is pointed at where it stands."""
    outline = draft(corpus, "县委书记在全县信访工作会议上的讲话，2026年")
    said = own_words(outline)
    stale = [warning for warning in outline.warnings if warning.kind == "stale"]
    assert ("小康" in said) == any("小康" in warning.text for warning in stale)
    assert "十七大" not in said


def test_points_with_one_source_are_marked(corpus: Corpus) -> None:
    """A drafter is told which sub-points rest on a single speech."""
    kinds = {warning.kind for warning in draft(corpus, BRIEF).warnings}
    assert "single_source" in kinds


def test_rephrase_gets_the_finished_outline(corpus: Corpus) -> None:
    """The hook may reword; what it returns is what the caller gets."""
    from dataclasses import replace

    outline = draft_outline(
        BRIEF, retrieve=corpus.retrieve, speech=corpus.speech, rephrase=lambda o: replace(o, notes=("改写",))
    )
    assert outline.notes == ("改写",) and outline.points


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_brief(brief: str) -> None:
    """Whatever is typed, an outline comes back and its citations hold."""
    corpus = Corpus(speeches())
    outline = draft(corpus, brief)
    for citation in outline.citations:
        assert corpus.speech(citation.speech_id).text[citation.start : citation.end] == citation.quote


def test_a_short_order_makes_a_point_where_a_section_has_no_numbers() -> None:
    """要把账号管起来。 and what follows it is a point, though nothing numbers it."""
    plain = (
        "同志们：\n一、提高认识，做好网络安全工作\n网络安全是国家安全的重要组成部分。网络安全出了问题，群众利益和工作秩序都会受损。\n"
        "二、抓住关键，筑牢网络安全防线\n要把账号管起来。各单位要定期清理网络账号权限，离岗人员的账号要及时注销。\n"
        "要把数据备起来。重要信息系统的数据要做到异地备份，并定期开展恢复演练。\n"
        "三、落实责任，保障网络安全\n要把责任压下去。主要负责同志要亲自抓网络安全工作，分管领导具体抓。\n"
        "要把队伍建起来。要选配懂技术、负责任的人员从事网络安全工作。\n"
    )
    outline = draft(Corpus([speech("fff-1", "在全县网络安全工作会议上的讲话", plain)]), BRIEF)
    assert {"把账号管起来", "把数据备起来"} <= {leaf.heading for leaf in leaves(outline)}


def test_a_corpus_with_one_point_on_a_function_tells_it_without_sub_points(corpus: Corpus) -> None:
    """A lone （一） looks wrong: the main point carries the text and its citations itself."""
    for brief in BRIEFS:
        for point in draft(corpus, brief).points:
            assert len(point.points) != 1
            assert point.points or (point.text and point.citations)
