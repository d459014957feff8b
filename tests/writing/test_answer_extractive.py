"""Answers without an LLM: the right sentences, verbatim and cited, or a refusal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.records import Answer
from speechrag.writing.answer import REFUSAL, join
from speechrag.writing.answer_selection import MAX_LISTED
from speechrag.writing.asking import Asking

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, CUTTER, document_frequency, retrieve, speech


def ask(question: str, threshold: float = 0.5) -> Answer:
    return Asking(
        retrieve=retrieve,
        speech=speech,
        document_frequency=document_frequency,
        segmenter=CUTTER,
        threshold=threshold,
    ).ask(question)


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("去年加固堤防多少公里", "37.5公里"),
        ("有多少行政村建了预警喇叭", "86%"),
        ("去年引进了几个项目", "42个"),
        ("每引进一个项目奖励多少钱", "5万元"),
        ("防汛谁负总责", "韩立群"),
        ("市防汛辦多久會商一次", "每天会商一次"),
    ],
)
def test_a_fact_question_gets_its_sentence(question: str, phrase: str) -> None:
    """The answer holds the asked value, in any script."""
    answer = ask(question)
    assert answer.supported and phrase in answer.text
    assert len(answer.sentences) <= 3


def test_a_list_question_gets_its_points() -> None:
    """The points of the series are gathered, those of another speech are not."""
    text = ask("防汛工作存在哪些问题").text
    assert all(point in text for point in ("思想麻痹", "物资储备不足", "值班制度落实不严"))
    assert "开工一批" not in text


def test_a_numbered_slogan_is_spelled_out() -> None:
    """“三个一批” is answered by its three members."""
    text = ask("“三个一批”是什么").text
    assert all(point in text for point in ("开工一批", "投产一批", "签约一批"))


def test_a_counted_list_may_stand_in_one_sentence() -> None:
    """哪四种角色 is answered by the sentence with four parallel members."""
    assert "当好侦察员、当好指挥员" in ask("防汛干部要当好哪四种角色").text


def test_sources_that_differ_are_both_shown() -> None:
    """County and city set different limits; the answer cites both speeches."""
    answer = ask("险情要在多长时间内报告")
    assert "30分钟" in answer.text and "20分钟" in answer.text
    assert {citation.speech_id for citation in answer.citations} == {"s1-1", "s2-1"}


@pytest.mark.parametrize(
    "question",
    [
        "深圳地铁有几条线",
        "红烧肉怎么做",
        "县水务局局长的手机号是多少",
        "去年转移群众花了多少钱",
        "预警喇叭是什么牌子",
        "招商引资的负责人是哪年出生的",
    ],
)
def test_what_the_corpus_does_not_say_is_refused(question: str) -> None:
    """Off-corpus questions and near misses get the fixed sentence, what was searched, and no quotations."""
    answer = ask(question)
    assert not answer.supported
    assert (answer.sentences, answer.citations) == ((), ())
    searched = "查看了" if answer.nearest else "没有与之相近的段落"
    assert answer.text.startswith(REFUSAL) and searched in answer.text.removeprefix(REFUSAL)


def test_a_refusal_names_the_nearest_passages() -> None:
    """The reader is shown where it looked, closest first."""
    answer = ask("县水务局局长的手机号是多少")
    assert answer.nearest and answer.nearest[0].startswith("s1-1.")


@pytest.mark.parametrize("question", ["", "的", "？？？", "多少", "\n"])
def test_a_question_without_content_is_refused(question: str) -> None:
    """Nothing to look for is nothing to answer."""
    assert not ask(question, threshold=0.0).supported


def check_citations(answer: Answer) -> None:
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert BY_ID[citation.speech_id].text[citation.start : citation.end] == citation.quote
    spans = [(c.speech_id, c.start, c.end) for c in answer.citations]
    assert len(set(spans)) == len(spans)
    quotes = {c.number: c.quote for c in answer.citations}
    for sentence in answer.sentences:
        assert all(sentence.text in quotes[number] for number in sentence.citations)
        assert sentence.text in answer.text


@given(st.text(alphabet="去年全县防汛险情项目资金多少哪些怎么谁报告几个问题三一批的是要？", max_size=24))
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_a_verbatim_cited_span(question: str) -> None:
    """Whatever is asked, each quotation stands at its offsets, is cited once, and the answer keeps its size."""
    answer = ask(question, threshold=0.0)
    check_citations(answer)
    assert len(answer.sentences) <= MAX_LISTED


def test_the_same_question_gets_the_same_answer() -> None:
    """No randomness anywhere: two runs are equal in every field."""
    assert ask("防汛工作存在哪些问题") == ask("防汛工作存在哪些问题")


def test_the_threshold_decides() -> None:
    """At 0 even weak evidence is quoted, at 1 nothing is good enough."""
    assert ask("预警喇叭是什么牌子", threshold=0.0).supported
    assert not ask("去年引进了几个项目", threshold=1.0).supported


@pytest.mark.parametrize(
    ("question", "doubtful"),
    [("去年全县加固堤防多少公里", False), ("防汛物资存放在哪个仓库", True), ("韩立群多少岁", True)],
)
def test_an_answer_that_the_reader_is_not_sure_of_says_so(question: str, doubtful: bool) -> None:
    """What is quoted although it hardly answers carries a request to check it; a sure answer carries none."""
    answer = ask(question, threshold=0.0)
    assert answer.sentences
    assert any("请对照原文核对" in note for note in answer.notes) == doubtful


def test_sentences_are_joined_readably() -> None:
    """Parts without punctuation are set apart; full sentences stay as they are."""
    assert join(["一是抓紧", "二是抓好。"]) == "一是抓紧；二是抓好。"
    assert join(["做到：", "甲", "乙"]) == "做到：甲；乙。"
    assert join([]) == ""


def test_a_comparison_cites_both_sides() -> None:
    """What two places prescribe is quoted for each, with numbers in one row."""
    answer = ask("全县和全市险情报告的时限有什么不同")
    assert answer.supported
    assert "30分钟" in answer.text and "20分钟" in answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
