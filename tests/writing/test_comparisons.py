"""What a question compares is asked after for each of the things compared."""

from __future__ import annotations

import pytest

from speechrag.text import segmenter
from speechrag.writing.comparisons import Comparison, asked_of, compared
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


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("抗旱和修渠分别由谁牵头", ("抗旱由谁牵头", "修渠由谁牵头")),
        ("护林工作的职责和期限有什么区别", ("护林工作的职责", "护林工作的期限")),
        ("2019年修渠和2020年修渠有什么变化", ("2019年修渠", "2020年修渠")),
        ("青河县和白岭县谁的修渠投入更多", ("青河县的修渠投入是多少", "白岭县的修渠投入是多少")),
        ("比较一下2019年和2020年的目标", ("2019年的目标", "2020年的目标")),
        ("青河县、白岭县各有什么做法", ("青河县有什么做法", "白岭县有什么做法")),
    ],
)
def test_the_forms_of_a_comparison_are_known(question: str, expected: tuple[str, ...]) -> None:
    """分别, 谁更多, 比较一下 and 变化 compare; what stands before 的 is said of both sides."""
    found = parts(question)
    assert found is not None and found.parts == expected and len(found.things) == len(expected)


@pytest.mark.parametrize("question", ["去年和前年有什么变化", "与先进地区相比有哪些差距", "四项制度分别是什么"])
def test_a_side_without_a_subject_is_not_compared(question: str) -> None:
    """去年 alone, a single side and the members of a list are no comparison."""
    assert parts(question) is None


@pytest.mark.parametrize(
    ("part", "asked"),
    [
        ("青河县修渠的要求", "青河县修渠有哪些要求"),
        ("青河县的抗旱工作", "青河县的抗旱工作有哪些要求"),
        ("青河县修渠多少公里", "青河县修渠多少公里"),
        ("青河县的修渠期限", "青河县的修渠期限"),
    ],
)
def test_a_side_that_is_only_named_asks_for_its_points(part: str, asked: str) -> None:
    """What is told in several points is asked for as such; a value and a whole question stay as they are."""
    assert asked_of(part) == asked


def test_a_contract_joins_nothing() -> None:
    """合同额和营业收入分别多少 asks of two sums: 同 of 合同 is no "and"."""
    found = parts("合同额和营业收入分别多少")
    assert found is not None and found.parts == ("合同额多少", "营业收入多少")
