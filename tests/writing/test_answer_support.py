"""The support of an answer: the retriever's word counts, and more where what is asked stands in its first passages."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from speechrag.writing.answer_features import Features
from speechrag.writing.answer_support import blended, confidence

# What is asked and its type are there, but half of the words are not: a question in everyday words.
COLLOQUIAL = Features(
    covered=0.68,
    own=0.64,
    alone=0.64,
    pairs=0.4,
    asked=0.8,
    typed=0.8,
    names=1.0,
    missing=0.5,
    absent=0.5,
    rank=1.0,
    hard=1.0,
    act=0.0,
)


def test_agreement_carries_a_question_in_other_words() -> None:
    """A sure retriever makes up for missing words only where what is asked is there."""
    assert confidence(COLLOQUIAL) < 0.5
    assert blended(COLLOQUIAL, 0.9) > 0.5
    assert blended(replace(COLLOQUIAL, asked=0.0), 0.9) < 0.5
    assert blended(replace(COLLOQUIAL, rank=0.1), 0.9) < blended(COLLOQUIAL, 0.9)


@given(st.floats(0, 1), st.floats(0, 1))
def test_support_never_falls_with_the_retrievers_probability(low: float, high: float) -> None:
    """More probable hits support an answer at least as well; the result is a probability."""
    low, high = sorted((low, high))
    assert 0 < blended(COLLOQUIAL, low) <= blended(COLLOQUIAL, high) < 1
