"""Which candidates an answer quotes, whatever the reader's weights: chosen by scores and probabilities given here."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from speechrag.records import Hit, Passage, Speech
from speechrag.text import sentence_spans
from speechrag.writing.answer import _in_order, compose
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import Features
from speechrag.writing.answer_selection import MAX_SOURCES, by_meaning, select
from speechrag.writing.questions import Question, analyse

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, document_frequency

TEXT = (
    "护林员按照护林站划定的路线每天上山巡查一趟，风雨不误。全县山上的水源这些年主要是靠成片的树木涵养起来的。"
    "村里去年在老支书的带动下办起了第一家核桃种植合作社。乡卫生院今年春天新添了一辆能开进山里的救护车和担架。"
    "中心学校的操场在暑假里全部铺上了草皮并且修好了看台。从县城通往山里的那一条公路已经修到了半山腰的茶场。"
    "镇上的粮站从九月起敞开收购各村农户家里的新稻谷和玉米。电影队冬天带着放映机走遍了全乡的山村和林场工区。"
)
SPANS = tuple(sentence_spans(TEXT))
SPEECH = Speech("s1", "d1", "护林.txt", 1, "在护林工作会议上的讲话", TEXT, 0, len(TEXT))
HERE, THERE = (
    Hit(n, 1.0, Passage(f"s1.{n}", "s1", (), TEXT, 0, len(TEXT)), SPEECH.source, SPEECH.title, TEXT) for n in (1, 2)
)
# What a sentence about the subject that adds nothing to a better one has.
PLAIN = replace(Features(**{f.name: 0.0 for f in fields(Features)}), covered=0.9, typed=1.0)


def candidate(place: int, sure: float, hit: Hit = HERE, found: Features = PLAIN) -> Candidate:
    """Return sentence number ``place``, so ranked, that the reader gives the probability ``sure``."""
    return Candidate(hit, SPEECH, (SPANS[place],), found, 2.0 if place == 0 else 1.0, frozenset(), sure=sure)


def taken(question: str) -> Question:
    return analyse(question, CUTTER, document_frequency)


def quoted(candidates: list[Candidate], question: str = "护林员怎么巡山") -> list[int]:
    return [SPANS.index(span) for _, span in select(taken(question), candidates)]


def test_the_likeliest_sentences_stand_together_where_no_word_tells_which_answers() -> None:
    """With hardly a word of the question around the best, all that is nearly as likely is quoted, up to a limit."""
    loose = replace(PLAIN, covered=0.3)
    found = [candidate(n, 0.6, found=loose) for n in range(len(SPANS))]
    assert by_meaning(found[0]) and quoted(found) == list(range(MAX_SOURCES))
    unlikely = [found[0], *(replace(other, sure=0.05) for other in found[1:])]
    assert quoted(unlikely) == [0]


def test_words_of_the_question_around_the_best_are_enough() -> None:
    """Where they are there, the best sentence stands alone; so does a list, which its introduction names."""
    assert not by_meaning(candidate(0, 0.9))
    assert not by_meaning(replace(candidate(0, 0.9, found=replace(PLAIN, covered=0.3)), listed=True))
    assert quoted([candidate(n, 0.9 if n == 0 else 0.1) for n in range(4)]) == [0]


@pytest.mark.parametrize(
    ("sure", "hit", "held"),
    [(0.44, HERE, True), (0.44, THERE, True), (0.38, HERE, True), (0.38, THERE, False), (0.2, HERE, False)],
)
def test_a_runner_up_is_quoted_where_it_may_answer_as_well(sure: float, hit: Hit, held: bool) -> None:
    """It needs half of the probability of the best, a little less in the passage of the best."""
    assert quoted([candidate(0, 0.88), candidate(1, sure, hit)]) == ([0, 1] if held else [0])


def test_a_runner_up_without_another_value_is_not_quoted() -> None:
    """Asked for a figure, a second sentence without one adds nothing."""
    assert quoted([candidate(0, 0.9), candidate(1, 0.9)], "巡山多少趟") == [0]


def test_the_points_of_a_list_stand_one_a_line() -> None:
    """A list is printed line by line, other sentences run on; the quotations are the same."""
    found = candidate(0, 0.9)
    chosen = [(found, span) for span in SPANS[:3]]
    assert compose("护林", chosen).text == "".join(TEXT[a:b] for a, b in SPANS[:3])
    listed = compose("护林", [(replace(found, listed=True), span) for span in SPANS[:3]])
    assert listed.text.split("\n") == [TEXT[a:b] for a, b in SPANS[:3]]
    assert [sentence.text for sentence in listed.sentences] == listed.text.split("\n")


def test_what_the_reader_would_refuse_is_not_quoted_first() -> None:
    """A candidate of the higher score stands behind one that answers by itself; with no point of refusal, before it."""
    judged = [(candidate(0, 0.3), -0.8), (candidate(1, 0.9), 2.2)]
    assert [c.sure for c in _in_order(judged, 0.3, threshold=0.5)] == [0.9, 0.3]
    assert [c.sure for c in _in_order(judged, 0.3, threshold=0.0)] == [0.3, 0.9]
