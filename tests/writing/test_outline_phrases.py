"""The bank of phrases: verbatim, by function, counted over families, without facts of a place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outline_corpus import Corpus, speech, speeches

from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.facts import find_facts
from speechrag.writing.outlines.phrases import ALL_ROLES, phrase_bank, select_phrases

TEXT = """同志们：
今天我们召开全县网络安全工作会议，主要任务是统一思想、明确责任。
一、提高认识，增强责任感
古人讲：“千里之堤，溃于蚁穴”。
不是要我安全，而是我要安全。
在充分肯定成绩的同时，也要清醒看到差距和不足。
二、突出重点，抓好落实
要做到责任到人、措施到位、督查到底。柳河县31个单位已经做到。
让我们振奋精神、真抓实干，奋力开创网络安全工作新局面。
"""


@pytest.fixture(scope="module")
def bank() -> list[tuple[str, str, str]]:
    return [(p.role, p.kind, p.text) for p in phrase_bank([speech("a-1", "在全县网络安全工作会议上的讲话", TEXT)])]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("quotation", "古人讲：“千里之堤，溃于蚁穴”。"),
        ("golden", "不是要我安全，而是我要安全。"),
        ("golden", "在充分肯定成绩的同时，也要清醒看到差距和不足。"),
        ("golden", "让我们振奋精神、真抓实干，奋力开创网络安全工作新局面。"),
    ],
)
def test_sayings_turns_and_calls_are_found(bank: list[tuple[str, str, str]], kind: str, text: str) -> None:
    """Each kind of wording is taken whole, as it stands."""
    assert (kind, text) in [(k, t) for _, k, t in bank]


def test_the_function_is_told_by_words_and_place(bank: list[tuple[str, str, str]]) -> None:
    """The call at the end is a call, the turn from praise to want a transition."""
    roles = {text: role for role, _, text in bank}
    assert roles["让我们振奋精神、真抓实干，奋力开创网络安全工作新局面。"] == "call"
    assert roles["在充分肯定成绩的同时，也要清醒看到差距和不足。"] == "transition"


def test_phrases_are_verbatim_and_have_a_known_function() -> None:
    """speech.text[start:end] is the phrase, for every speech of the small corpus."""
    rows = {one.speech_id: one for one in speeches()}
    found = phrase_bank(rows.values())
    assert found
    for phrase in found:
        cited = phrase.citation
        assert rows[cited.speech_id].text[cited.start : cited.end] == phrase.text == cited.quote
        assert phrase.role in ALL_ROLES


def test_a_clause_of_many_families_is_a_set_phrase_with_its_count() -> None:
    """Three families that share a clause make it a set phrase; two copies of one family count once."""
    one = speech("a-1", "甲", "同志们：\n一、加强领导\n要一级抓一级层层抓落实，不得松懈。\n")
    families = [replace(one, speech_id=f"{n}-1", family=f"f{n}") for n in "abc"]
    (phrase,) = [p for p in phrase_bank(families) if p.kind == "set" and "层层抓落实" in p.text]
    assert phrase.count == 3
    copies = [replace(one, speech_id=f"{n}-1", family="same") for n in "abc"]
    assert not [p for p in phrase_bank(copies) if p.kind == "set"]


def test_selected_phrases_hold_no_foreign_fact_and_respect_their_limits() -> None:
    """None with a number or a name; no more than asked for, of a function and in all."""
    found = select_phrases(phrase_bank(speeches()), per_role=2, limit=9)
    assert len(found) <= 9
    assert all(not find_facts(phrase.text) for phrase in found)
    assert all(sum(p.role == role for p in found) <= 2 for role in ALL_ROLES)
    assert {p.role for p in select_phrases(phrase_bank(speeches()), role="task")} <= {"task"}


def test_an_outline_brings_phrases_with_it() -> None:
    """They come from the speeches found, and none speaks of another theme's trade."""
    corpus = Corpus(speeches())
    outline = draft_outline("在全县网络安全工作会议上的讲话", retrieve=corpus.retrieve, speech=corpus.speech)
    assert outline.phrases
    assert not [p for p in outline.phrases if "信访" in p.text]


@given(st.text(alphabet="要一是，。；、！“”（）责任到人措施\n", max_size=200))
def test_any_text_can_be_mined(text: str) -> None:
    """No text makes it fail, and every span is what it says."""
    one = speech("a-1", "甲", text)
    assert all(one.text[p.citation.start : p.citation.end] == p.text for p in phrase_bank([one]))
