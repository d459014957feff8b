"""Soft and entity recall of headings: the published formulas, and why they are not used alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.evaluation.heading_recall import (
    heading_entity_recall,
    heading_soft_recall,
    names_in,
    soft_cardinality,
)
from speechrag.evaluation.matching import Similarity, chrf

HEADINGS = ["认清形势", "突出重点", "压实责任"]


def level(value: float) -> Similarity:
    """Return a similarity that is ``value`` for any two headings that differ."""
    return lambda one, other: 1.0 if one == other else value


def test_alike_things_count_as_fewer() -> None:
    """Three that have nothing in common are three, three alike by a half are 3 / 2, three times the same is one."""
    assert soft_cardinality(HEADINGS, level(0.0)) == pytest.approx(3)
    assert soft_cardinality(HEADINGS, level(0.5)) == pytest.approx(1.5)
    assert soft_cardinality(["认清形势"] * 3, chrf) == pytest.approx(1)
    assert soft_cardinality([], chrf) == 0


@given(st.lists(st.text("甲乙丙丁戊", min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_list_recalls_itself(headings: list[str]) -> None:
    """Whatever it holds, and in any order."""
    assert heading_soft_recall(headings, headings[::-1], chrf) == pytest.approx(1)


def test_nothing_is_recalled_of_or_by_nothing() -> None:
    """Empty lists give 0, headings without a common character too."""
    assert heading_soft_recall([], HEADINGS, chrf) == heading_soft_recall(HEADINGS, [], chrf) == 0
    assert heading_soft_recall(HEADINGS, ["天地玄黄"], chrf) == pytest.approx(0)


def test_close_vectors_flatter_soft_recall() -> None:
    """Ten headings of another topic, all pairs at cosine .3: worked by hand, 1 - (20 / 6.7 - 10 / 3.7) / (10 / 3.7)."""
    gold, other = [f"一{n}" for n in range(10)], [f"二{n}" for n in range(10)]
    expected = 2 - (20 / 6.7) / (10 / 3.7)
    assert heading_soft_recall(gold, other, level(0.3)) == pytest.approx(expected)
    assert expected > 0.89


def test_names_are_recalled_by_name() -> None:
    """People, places and organs count; ordinary words do not, and headings without a name have no recall."""
    assert names_in(["在北京学习焦裕禄精神"]) >= {"北京"}
    assert heading_entity_recall(["推进北京和上海合作"], ["北京的做法"]) == 0.5
    assert heading_entity_recall(["推进工作"], ["北京的做法"]) is None
