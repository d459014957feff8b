"""What a question compares is asked after for each of the things compared."""

from __future__ import annotations

import pytest

from speechrag.text import segmenter
from speechrag.writing.comparisons import Comparison, compared
from speechrag.writing.questions import analyse


def parts(question: str) -> Comparison | None:
    return compared(analyse(question, segmenter("jieba"), lambda word: 0.1))


@pytest.mark.parametrize(
    ("question", "expected", "named"),
    [
        ("旱情和火情的上报时限有什么不同", ("旱情的上报时限", "火情的上报时限"), False),
        ("青河县和白岭县修渠的标准有何区别", ("青河县修渠的标准", "白岭县修渠的标准"), True),
        ("2019年与2020年加固堤防多少公里相比如何", ("2019年加固堤防多少公里如何", "2020年加固堤防多少公里如何"), True),
        ("财政局、教育局分别有多少编制", ("财政局有多少编制", "教育局有多少编制"), True),
    ],
)
def test_a_comparison_is_one_question_for_each_side(question: str, expected: tuple[str, ...], named: bool) -> None:
    """Places, years and organs are told by their names, topics by what stands behind both."""
    found = parts(question)
    assert found is not None and found.parts == expected and found.named is named


@pytest.mark.parametrize("question", ["旱情和火情多久上报", "青河县修渠的标准是什么", "有哪些不同意见"])
def test_what_joins_without_comparing_is_one_question(question: str) -> None:
    """Two things in a question are not yet a comparison."""
    assert parts(question) is None
