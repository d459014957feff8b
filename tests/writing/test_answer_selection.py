"""Which candidates an answer quotes, whatever the reader's weights: chosen by scores and probabilities given here."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from speechrag.records import Hit, Passage, Speech
from speechrag.text import fold, sentence_spans
from speechrag.writing.answer import _in_order, compose
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import Features, Window
from speechrag.writing.answer_selection import MAX_SOURCES, by_meaning, select
from speechrag.writing.questions import Question, analyse

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, document_frequency, sentences

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
    ("best", "sure", "words", "held"),
    [
        (0.88, 0.5, {"巡山"}, True),  # it has a word that the best lacks
        (0.88, 0.5, set(), False),
        (0.88, 0.45, {"巡山"}, False),
        (0.7, 0.5, set(), True),  # the best is in doubt
        (0.88, 0.9, set(), True),  # it is the likelier one
    ],
)
@pytest.mark.parametrize("hit", [HERE, THERE])
def test_a_runner_up_is_quoted_where_it_may_say_what_the_best_leaves_open(
    best: float, sure: float, words: set[str], held: bool, hit: Hit
) -> None:
    """A sentence on the same subject, however likely, adds nothing to a sure one that has all words of the question."""
    other = replace(candidate(1, sure, hit), words=frozenset(words))
    assert quoted([candidate(0, best), other]) == ([0, 1] if held else [0])


def test_a_bare_heading_is_no_second_sentence() -> None:
    """What stands above the points of another section says nothing by itself."""
    text = TEXT + "（三）把巡山的路走实。"
    speech = replace(SPEECH, text=text)
    heading = replace(
        candidate(1, 0.9, THERE), speech=speech, spans=((len(TEXT), len(text)),), words=frozenset({"巡山"})
    )
    assert select(taken("护林员怎么巡山"), [candidate(0, 0.7), heading]) == [(candidate(0, 0.7), SPANS[0])]


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
    judged = [(replace(candidate(0, 0.3), score=5.0), -0.8), (candidate(1, 0.9), 2.2)]
    assert [c.sure for c in _in_order(judged, threshold=0.5)] == [0.9, 0.3]
    assert [c.sure for c in _in_order(judged, threshold=0.0)] == [0.3, 0.9]


def told(question: str, text: str, place: int) -> list[str]:
    """Return what is quoted where sentence number ``place`` of ``text`` is the best and only candidate."""
    spans = sentence_spans(text)
    speech = replace(SPEECH, text=text)
    own = text[slice(*spans[place])]
    window = Window.of(fold(own), "", "", "", "", text, text)
    best = replace(candidate(0, 0.9), speech=speech, spans=(spans[place],), window=window)
    typed = replace(best, features=replace(PLAIN, typed=0.0, own=1.0))
    return [text[a:b] for _, (a, b) in select(taken(question), [typed])]


def test_a_reason_is_quoted_up_to_where_it_is_given() -> None:
    """What repeats the question is followed by its reason, and not by what comes next."""
    text = "会场这次设在林场。因为去年的火就是从这里烧起来的。住宿由林业局统一安排，明天早上八点发车。"
    assert told("会场为什么设在林场", text, 0) == sentences(text)[:2]


def test_behind_a_told_reason_nothing_is_added() -> None:
    """However short the sentence is that gives it."""
    text = "因为干旱，玉米减产。苗木生产稳定。旅游收入增长很快。"
    assert told("玉米为什么减产", text, 0) == sentences(text)[:1]


def test_without_a_reason_near_what_happens_next_is_no_answer() -> None:
    """A sentence that says more than the question stands alone where no reason follows."""
    text = "护林站的瞭望塔在七月被雷击中，电台和望远镜都烧坏了。省里领导第二天到站看望。新塔明年开工。"
    assert told("瞭望塔为什么坏了", text, 0) == sentences(text)[:1]


def test_what_is_wrong_is_the_reason_for_what_is_due() -> None:
    """为什么要重组 is answered by the fault before the measure; asked how, the measure stands alone."""
    text = (
        "护林队去年新招了人。花名册上的人有一半不上山，少数人连路线都不熟。十月前重新组队，每组六人，由站长带队上山。"
    )
    assert told("为什么护林队要重新组队", text, 2) == sentences(text)[1:]
    assert told("护林队怎么重新组队", text, 2) == sentences(text)[2:]


def test_a_short_sentence_that_answers_needs_none_behind_it() -> None:
    """Only what announces is led on: a heading is, 已被定为试点 is not."""
    text = "我县已被定为护林试点县。明年要把网络建起来。各乡要抓紧动手。"
    assert told("我县被定为什么试点", text, 0) == sentences(text)[:1]


def test_the_speakers_own_question_is_quoted_with_his_answer() -> None:
    """What happened is told first, then the speaker asks what the reader asks."""
    happened = "七月里护林站的瞭望塔被大火整个烧掉了，两名队员受了伤。"
    text = happened + "火是从哪里来的？查下来，是上坟的人没有踩灭烟头。塔明年重修。"
    assert told("瞭望塔的火是怎么烧起来的", text, 0) == sentences(text)[:3]
    plain = text.replace("火是从哪里来的？", "站里已经报了案。")
    assert told("瞭望塔的火是怎么烧起来的", plain, 0) == sentences(plain)[:1]


def test_a_reason_stands_before_what_follows_from_it() -> None:
    """A sentence with 因此 says what is due; the one before says why."""
    text = "山里的水全靠树养着，树没了水就断了。因此，护林要当成头等大事来抓，各乡都要有专人。茶叶今年丰收。"
    assert told("为什么护林要当成头等大事", text, 1) == sentences(text)[:2]


def test_behind_a_sentence_that_only_repeats_the_question_stands_what_it_asks() -> None:
    """The next sentence is quoted where the best says little new, not where it says much."""
    text = "偷砍林木的事情在各个护林站之间推来推去，这种情况不能再发生。轻的误了工，重的寒了群众的心。下一站是茶场。"
    assert told("偷砍林木的事情在护林站之间推来推去会有什么后果", text, 0) == sentences(text)[:2]
    assert told("护林站会有什么后果", text, 0) == sentences(text)[:1]


@pytest.mark.parametrize(("sure", "place", "expected"), [(0.8, 1, [0, 1]), (0.5, 1, [0]), (0.8, 3, [0])])
def test_a_neighbour_that_answers_as_likely_is_quoted_beside_the_best(
    sure: float, place: int, expected: list[int]
) -> None:
    """It stands right behind it or before it; one further off has to add something."""
    assert quoted([candidate(0, 0.9), candidate(place, sure)]) == expected
    if place == 1:
        first = replace(candidate(1, 0.9), score=2.0)
        assert quoted([first, replace(candidate(0, sure), score=1.0)]) == ([0, 1] if len(expected) > 1 else [1])


def test_members_that_are_taken_up_one_by_one_are_quoted_with_what_is_said_of_them() -> None:
    """抓住一个机会、办好一件实事 is followed by what each is; what takes up nothing is left."""
    text = (
        "护林的重点是抓住一个机会、办好一件实事。抓住一个机会，就是用好封山令这个机会。各站都要动起来。"
        "办好一件实事，就是给每个护林站通上电。电影下月放映。"
    )
    said = sentences(text)
    assert told("护林要抓住的机会和办好的实事各指什么", text, 0) == [said[0], said[1], said[3]]
    assert told("护林的重点是谁定的", text, 0) == said[:1]


def test_who_is_called_he_is_quoted_by_name_where_a_name_is_asked_for() -> None:
    """The sentence before that names him comes with it; one that names him itself stands alone."""
    text = "站长韩立群去年冬天上了山。雪下得很大。是他第一个发现了火情。塔明年重修。"
    assert told("火情是谁发现的", text, 2) == sentences(text)[:3]
    named = text.replace("是他第一个", "是站长冯海川第一个")
    assert told("火情是谁发现的", named, 2) == sentences(named)[2:3]


def test_the_name_or_the_outcome_that_the_best_lacks_is_quoted_from_behind_it() -> None:
    """Where the next sentence of the paragraph tells it; a next point does not."""
    text = "护林站的站长去年换了人，原来那位不上山。新站长冯海川到任后天天上山。茶叶丰收。"
    assert told("护林站换谁当站长", text, 0) == sentences(text)[:2]
    happened = "护林站的瞭望塔七月里被大火整个烧掉了，里面的电台也没有剩下。"
    ended, other = happened + "经各乡凑钱，塔十月已经修好了。", happened + "二是路修好了。"
    assert told("瞭望塔烧了最后是怎么处理的", ended, 0) == sentences(ended)
    assert told("瞭望塔烧了最后是怎么处理的", other, 0) == sentences(other)[:1]
