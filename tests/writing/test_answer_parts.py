"""A list question is answered by the part of a speech that it asks for, not by another list on the same subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from speechrag.records import Hit, Passage, Query, Section, Speech
from speechrag.text import segmenter
from speechrag.writing.answer import Search
from speechrag.writing.answer_evidence import Candidate, Evidence
from speechrag.writing.answer_parts import another_part, told
from speechrag.writing.asking import Asking
from speechrag.writing.questions import Question, analyse

CUTTER = segmenter("jieba")
REASONS = (
    "同志们：今天开个会。\n加强护林工作是一项大事。第一，护林工作是保护水源的迫切需要。第二，护林工作是发展林业的重要基础。"
    "第三，护林工作是守土尽责的必然要求。\n"
)
TASKS = (
    "护林工作要抓好三件事。一要修好防火道，五月底前完工。二要配齐巡山员，每村不少于两名。三要管住火源，清明前后禁火。\n"
)


def asked(question: str) -> Question:
    return analyse(question, CUTTER, lambda term: 0.05)


def series(text: str, question: str, *, themed: bool = False) -> Candidate:
    """Return the first series of ``text`` as a candidate for ``question``."""
    speech = Speech(
        "s1", "d1", "护林.txt", 1, "在护林工作会议上的讲话" if themed else "讲话", text, 0, len(text), headed(text)
    )
    passage = Passage("s1.1", "s1", (), text, 0, len(text))
    hits = [Hit(1, 1.0, passage, speech.source, speech.title, text)]
    found = Evidence(asked(question), hits, lambda key: speech).candidates()
    lists = [c for c in found if c.listed and (not themed or text[c.spans[1][0] :].startswith("一、"))]
    return replace(lists[0], themed=themed)


def headed(text: str) -> tuple[Section, ...]:
    """Return the lines that begin with 一、 and so on as sections."""
    starts = [text.index(mark) for mark in ("一、", "二、", "三、") if mark in text]
    ends = [*starts[1:], len(text)][: len(starts)]
    return tuple(
        Section(text[a:b].split("\n")[0][2:], 1, a, b, text[a : a + 2]) for a, b in zip(starts, ends, strict=True)
    )


AGENDA = "下面，我讲三点意见。一、把防火道修好。二、把巡山员配齐。三、把火源管住。\n"


@pytest.mark.parametrize(
    ("question", "another"),
    [("护林站的电台为什么坏了", True), ("护林站的电台怎么修", True), ("讲话强调了什么", False)],
)
def test_what_a_speaker_announces_to_speak_of_answers_no_question_of_a_thing(question: str, another: bool) -> None:
    """我讲三点意见 and the headings behind it tell no reason and no way, unless the speech itself is asked about."""
    assert another_part(asked(question), series(AGENDA, question)) is another


@pytest.mark.parametrize("agenda", ["我讲三点。", "重点谈三个关系。", "今天只说三件事。", "我再讲三句话。"])
def test_an_agenda_in_fewer_words_lists_nothing_else_than_what_it_announces(agenda: str) -> None:
    """三点, 三个关系, 三件事 are what will be spoken of; money or units are not listed there."""
    text = agenda + AGENDA.split("。", 1)[1]
    assert another_part(asked("护林的经费从哪几处来"), series(text, "护林的经费从哪几处来"))


@pytest.mark.parametrize(
    ("text", "question", "another"),
    [
        (REASONS, "护林工作有哪些任务", True),
        (REASONS, "护林工作有哪些意义", False),
        (TASKS, "护林工作有哪些任务", False),
        (TASKS, "护林工作取得了哪些成效", True),
        (TASKS, "护林工作要抓好哪四件事", True),
        (TASKS, "护林工作要抓好哪三件事", False),
    ],
)
def test_a_list_of_another_sense_or_size_is_told_apart(text: str, question: str, another: bool) -> None:
    """Reasons are no tasks, orders no achievements, three points not four."""
    assert another_part(asked(question), series(text, question)) is another


SPEECH = (
    "同志们：今天开个会。\n我讲三个方面的意见。\n一、提高认识，看清护林工作的形势\n林子是命根子，丢不得。\n"
    "二、突出重点，把山火挡在林子外面\n做到三点：一是修好防火道。二是配齐巡山员。三是管住火源。\n"
    "三、落实责任，层层传导压力\n谁的山头谁负责，出了事要追究。\n"
)


@pytest.mark.parametrize(
    ("question", "held", "left"),
    [
        ("护林工作的主要任务有哪些", ["突出重点", "修好防火道", "管住火源"], ["提高认识", "落实责任"]),
        ("护林工作的保障措施有哪些", ["落实责任"], ["提高认识", "突出重点"]),
        ("护林工作有哪些要求", ["提高认识", "突出重点", "落实责任"], []),
    ],
)
def test_the_headings_are_narrowed_to_the_part_asked_for(
    question: str, held: Sequence[str], left: Sequence[str]
) -> None:
    """主要任务 leaves reasons and responsibility out, 保障措施 keeps these alone, 要求 keeps all."""
    best = series(SPEECH, question, themed=True)
    text = "".join(SPEECH[a:b] for _, (a, b) in told(asked(question), [(best, span) for span in best.spans]))
    assert all(part in text for part in held) and not any(part in text for part in left)


def test_a_bare_heading_is_told_with_the_sentence_under_it() -> None:
    """Where the others bring their text, the point that is but a heading does too, verbatim."""
    text = (
        "同志们：今天开个会。\n护林工作把好三关。\n（一）火源关。清明前后林区禁火。\n（二）人员关。"
        + "进山的人一律登记，" * 19
        + "不漏一个。\n"
    )
    question = "护林工作要把好哪几关"
    best = series(text, question)
    spans = [span for _, span in told(asked(question), [(best, span) for span in best.spans])]
    assert all(len(text[a:b]) > 10 for a, b in spans if text[a] == "（")


def test_a_question_that_asks_for_no_list_is_left_alone() -> None:
    """How and why questions keep every list."""
    question = "护林工作怎么抓"
    best = series(REASONS, question)
    assert not another_part(asked(question), best)
    chosen = [(best, span) for span in best.spans]
    assert told(asked(question), chosen) == chosen


def test_the_answer_leaves_the_reasons_out() -> None:
    """Asked for tasks, the search answers with the tasks though the reasons name the subject more often."""
    text = REASONS + TASKS
    speech = Speech("s1", "d1", "护林.txt", 1, "讲话", text, 0, len(text))
    passages = [
        Passage("s1.1", "s1", (), REASONS, 0, len(REASONS)),
        Passage("s1.2", "s1", (), TASKS, len(REASONS), len(text)),
    ]
    hits = [Hit(n, 1.0 / n, p, speech.source, speech.title, p.text) for n, p in enumerate(passages, 1)]

    def retrieve(query: Query) -> Sequence[Hit]:
        return hits

    found = Search(retrieve, lambda key: speech, lambda term: 0.05, CUTTER, threshold=0.0).found("护林工作有哪些任务")
    quoted = "".join(text[a:b] for _, (a, b) in found.chosen)
    assert "修好防火道" in quoted and "迫切需要" not in quoted


def test_of_several_points_the_one_with_what_is_quoted_is_told() -> None:
    """什么是“敲门法” wants the point that explains it, however the speaker announces his points."""
    text = (
        "最后我提三点希望。第一，希望大家都上山。第二，希望各站把“敲门法”用起来：一户一户敲门，当面说清禁火。"
        "第三，希望站长多留心。\n"
    )
    question = "护林站的“敲门法”是什么意思"
    best = series(text, question)
    assert not another_part(asked(question), best)
    assert [text[a:b] for _, (a, b) in told(asked(question), [(best, span) for span in best.spans])] == [
        "第二，希望各站把“敲门法”用起来：一户一户敲门，当面说清禁火。"
    ]


@pytest.mark.parametrize(
    ("beside", "told"), [("鹭河县的信访接待场所要敞开门。", False), ("信访接待场所要敞开门。", True)]
)
def test_a_refusal_names_only_what_none_of_the_passages_speaks_of(beside: str, told: bool) -> None:
    """The nearest passage lacks the county, another one has it: it is not said that nobody speaks of it."""
    texts = ["水利网络分为四级，由市里统一建设。", beside]
    speeches = [Speech(f"s{n}", f"d{n}", f"{n}.txt", 1, "讲话", text, 0, len(text)) for n, text in enumerate(texts)]
    hits = [
        Hit(n + 1, 1.0 - n / 2, Passage(f"s{n}.1", f"s{n}", (), s.text, 0, len(s.text)), s.source, s.title, s.text)
        for n, s in enumerate(speeches)
    ]
    search = Asking(
        retrieve=lambda query: hits,
        speech=lambda key: speeches[int(key[1:])],
        document_frequency=lambda word: sum(word in text for text in texts) / len(texts),
        segmenter=CUTTER,
        threshold=1.0,
    )
    answer = search.ask("鹭河县的水利网络分为几级")
    assert not answer.supported
    assert ("没有说到“鹭河" in answer.text) is told
