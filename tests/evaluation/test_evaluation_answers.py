"""Answers measured without a model: each measure moves with what it measures."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from speechrag.errors import EvaluationError
from speechrag.evaluation.answers import (
    LabelledQuestion,
    citation_scores,
    citation_validity,
    mean_scores,
    nugget_recall,
    read_questions,
    score_answer,
)
from speechrag.evaluation.outlines import sanity_gate
from speechrag.records import Answer, AnswerSentence, Citation

SPEECH = (
    "全县共排查隐患四百一十二处，整改率百分之九十六。停产整顿的矿山每天至少巡查一次。各乡镇每月带队检查不少于一次。"
)
FIRST, SECOND, THIRD = (
    "全县共排查隐患四百一十二处，整改率百分之九十六。",
    "停产整顿的矿山每天至少巡查一次。",
    "各乡镇每月带队检查不少于一次。",
)
QUESTION = LabelledQuestion("q1", "排查了多少隐患", "number", True, (("412处", "四百一十二处"),), "dev")


def text_of(speech_id: str) -> str:
    return {"s1": SPEECH}.get(speech_id, "")


def citation(number: int, quote: str, start: int | None = None) -> Citation:
    at = SPEECH.find(quote) if start is None else start
    return Citation(number, "s1.1", "s1", "a.txt", "讲话", quote, at, at + len(quote))


def answer(*sentences: tuple[str, tuple[int, ...]], quotes: tuple[str, ...] = (FIRST, SECOND, THIRD)) -> Answer:
    return Answer(
        question=QUESTION.text,
        supported=True,
        text="".join(text for text, _ in sentences),
        sentences=tuple(AnswerSentence(text, numbers) for text, numbers in sentences),
        citations=tuple(citation(n, quote) for n, quote in enumerate(quotes, 1)),
    )


GOOD = answer((FIRST, (1,)), (SECOND, (2,)))
REFUSAL = Answer(QUESTION.text, False, "语料中没有找到。")


def test_a_good_answer_is_perfect_by_every_measure() -> None:
    """Verbatim sentences, each with the citation it needs."""
    score = score_answer(QUESTION, GOOD, text_of)
    assert (score.citation_validity, score.citation_recall, score.citation_precision) == (1.0, 1.0, 1.0)
    assert (score.nugget_recall, score.uncited, score.refused) == (1.0, 0.0, False)


def test_a_quote_that_does_not_stand_there_is_not_valid() -> None:
    """Nor is a number without a citation, nor an empty quote."""
    moved = replace(GOOD, citations=(citation(1, FIRST, start=3), *GOOD.citations[1:]))
    assert citation_validity(moved, text_of) == 0.5
    assert citation_validity(answer((FIRST, (1, 7))), text_of) == 0.5
    assert citation_validity(replace(GOOD, citations=(replace(citation(1, FIRST), quote="", end=0),)), text_of) == 0.0
    assert citation_validity(GOOD, lambda speech_id: "") == 0.0


def test_a_sentence_that_its_citations_do_not_support_lowers_recall_and_precision() -> None:
    """A figure that was changed, a citation of another sentence, none at all."""
    wrong = answer((FIRST.replace("四百一十二", "五百一十二"), (1,)), (SECOND, (2,)))
    assert citation_scores(wrong) == (0.5, 0.5)
    assert citation_scores(answer((FIRST, (2,)))) == (0.0, 0.0)
    assert citation_scores(answer((FIRST, ()), (SECOND, (2,)))) == (0.5, 1.0)
    assert citation_scores(replace(GOOD, sentences=())) == (0.0, 0.0)


def test_a_citation_that_adds_nothing_is_wasted() -> None:
    """Two citations of which one does all the work: recall stays, precision is half."""
    assert citation_scores(answer((FIRST, (1, 2)))) == (1.0, 0.5)


def test_citations_that_support_only_together_are_both_needed() -> None:
    """Neither half is wasted."""
    halves = (FIRST[:14], FIRST[14:])
    assert citation_scores(answer((FIRST, (1, 2)), quotes=halves)) == (1.0, 1.0)


def test_only_the_first_three_citations_of_a_sentence_count() -> None:
    """Citing everything does not help."""
    assert citation_scores(answer((FIRST, (2, 3, 7, 1)))) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("nuggets", "text", "expected"),
    [
        ((("412处",),), "共排查隐患四百一十二处", 1.0),
        ((("四百一十二处",),), "共排查隐患412处", 1.0),
        ((("5人",),), "共有15人", 0.0),
        ((("5人",),), "共有 5 人", 1.0),
        ((("62.5%", "百分之六十二点五"),), "占百分之六十二点五", 1.0),
        ((("甲",), ("乙", "丙")), "甲和丙", 1.0),
        ((("甲",), ("乙",)), "只有甲", 0.5),
        ((("書記",),), "书记", 1.0),
        ((), "什么都行", 1.0),
    ],
)
def test_key_phrases_count_in_any_of_their_ways(
    nuggets: tuple[tuple[str, ...], ...], text: str, expected: float
) -> None:
    """All of them are wanted, figures in either writing, and no figure inside a longer one."""
    assert nugget_recall(nuggets, text) == expected


def test_refusals_are_counted_by_kind_and_cost_key_phrases() -> None:
    """A refused answerable question found nothing; a refused unanswerable one leaves nothing to measure."""
    unanswerable = replace(QUESTION, qid="q2", answerable=False, nuggets=())
    scores = [
        score_answer(QUESTION, REFUSAL, text_of),
        score_answer(QUESTION, GOOD, text_of),
        score_answer(unanswerable, REFUSAL, text_of),
        score_answer(unanswerable, GOOD, text_of),
    ]
    means = mean_scores(scores)
    assert (means["refused"], means["false_refused"], means["nugget_recall"]) == (0.5, 0.5, 0.5)
    assert means["citation_validity"] == 1.0
    assert math.isnan(mean_scores(scores[2:3])["nugget_recall"])


def test_each_measure_ranks_better_answers_above_worse_ones() -> None:
    """The sanity gate on ten topics: right answers, right words with another's citations, another topic's answer."""
    figures = ["一", "二", "三", "四", "五", "六", "七", "八", "九"]
    themes = ["矿山", "水库", "学校", "道路", "医院", "工地", "市场", "车站", "码头"]
    facts = [f"{theme}共排查隐患{figure}百处，全部整改到位。" for theme, figure in zip(themes, figures, strict=True)]
    others = [f"要办好{theme}的实事，让群众满意放心。" for theme in themes[1:] + themes[:1]]
    recall, nuggets = [], []
    for sentence in (lambda n: facts[n], lambda n: facts[n][:4] + others[n], lambda n: others[n][::-1]):
        made = [answer((sentence(n), (1,)), quotes=(facts[n],)) for n in range(len(facts))]
        recall.append([citation_scores(one)[0] for one in made])
        nuggets.append([nugget_recall([[f"{figures[n]}百处"]], one.text) for n, one in enumerate(made)])
    assert sanity_gate([("right", recall[0]), ("another topic", recall[1])]) == []
    assert sanity_gate([("right", nuggets[0]), ("another topic", nuggets[1])]) == []
    assert sanity_gate([("right", recall[0]), ("shuffled", recall[2])]) == []


ALL_TEST = {"seeds_unseen", "corpus_unseen", "seeds_natural"}
ALL_DEV = {
    "reports", "seeds_train", "reports_more", "gwr", "corpus_third", "seeds_blind", "corpus_blind", "corpus_pairs",
    "reports_pairs", "party", "seeds_staff", "seeds_fourth", "corpus_fourth", "gwr_more",
    "seeds_fifth", "seeds_sixth", "corpus_fifth", "seeds_seventh", "seeds_eighth", "seeds_ninth", "corpus_sixth",
    "party_more", "seeds_tenth", "seeds_eleventh", "seeds_twelfth", "seeds_thirteenth", "seeds_fourteenth",
    "party_third", "corpus_seventh", "seeds_fifteenth", "party_fourth",
}  # fmt: skip


def test_the_labelled_questions_of_the_repository_can_be_read() -> None:
    """Every file, its halves, both kinds."""
    folder = Path(__file__).resolve().parents[2] / "eval" / "questions"
    for path in sorted(folder.glob("*.jsonl")):
        found = read_questions(path)
        halves = {q.split for q in found} - {"seen"}
        assert halves == ({"test"} if path.stem in ALL_TEST else {"dev"} if path.stem in ALL_DEV else {"dev", "test"})
        assert {q.answerable for q in found} == {True, False}
        assert all(q.nuggets for q in found if q.answerable)


@pytest.mark.parametrize("line", ["{", "[]", '{"qid": "1"}', json.dumps(dict.fromkeys(("qid", "question"), "x"))])
def test_a_line_that_is_no_labelled_question_is_named(tmp_path: Path, line: str) -> None:
    """With its number; a missing file is named too."""
    (tmp_path / "q.jsonl").write_text("\n" + line, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"q\.jsonl:2: not a labelled question"):
        read_questions(tmp_path / "q.jsonl")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")
