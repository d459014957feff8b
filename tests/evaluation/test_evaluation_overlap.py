"""ROUGE-L and BLEU against values worked by hand from the formulas and the examples of their papers."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.evaluation.overlap import NAMES, bleu, clipped_precision, dictionary, overlap, rouge_l, tokens

GUNMAN = ["police", "killed", "the", "gunman"]
CAT = ["the", "cat", "is", "on", "the", "mat"]
WORDS = st.lists(st.sampled_from("甲乙丙丁"), max_size=12)


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4), ("the gunman", 2 * 2 / 6), ("none", 0)],
)
def test_rouge_l_is_the_longest_common_subsequence_of_both(candidate: str, expected: float) -> None:
    """Lin's two sentences (3/4 and 2/4), a shorter one (P 1, R 1/2), and nothing in common."""
    assert rouge_l(candidate.split(), GUNMAN) == pytest.approx(expected)


def test_precision_counts_a_word_as_often_as_the_reference_has_it() -> None:
    """Papineni's seven times "the": two of them stand in the reference."""
    assert clipped_precision(["the"] * 7, CAT, 1) == 2 / 7
    assert clipped_precision(["the"] * 7, CAT, 2) == 0
    assert clipped_precision(["the"], CAT[:2], 2) == 0


def test_bleu_is_the_geometric_mean_of_the_precisions() -> None:
    """a b c d e f against a b c d x f: precisions 5/6, 3/5, 2/4 and 1/3, lengths equal."""
    candidate, reference = list("abcdef"), list("abcdxf")
    precisions = [5 / 6, 3 / 5, 2 / 4, 1 / 3]
    for longest in range(1, 5):
        expected = math.prod(precisions[:longest]) ** (1 / longest)
        assert bleu(candidate, reference, longest) == pytest.approx(expected)


def test_a_candidate_that_is_too_short_is_penalised_and_a_long_one_is_not() -> None:
    """Three right tokens of six: exp(1 - 6/3). Six of which three are right: the precision alone."""
    assert bleu(list("abc"), list("abcdef"), 2) == pytest.approx(math.exp(-1))
    assert bleu(list("abcxyz"), list("abc"), 1) == pytest.approx(0.5)
    assert bleu(list("abc"), list("abc"), 4) == 0.0
    assert bleu([], list("abc")) == rouge_l([], []) == 0.0


@given(WORDS, WORDS)
def test_shared_wording_lies_between_none_and_all(candidate: list[str], reference: list[str]) -> None:
    """From 0 to 1, 1 for the same words, and nothing of longer n-grams where there is nothing of shorter ones."""
    values = [bleu(candidate, reference, n) for n in range(1, 5)]
    assert all(0 <= value <= 1 for value in (*values, rouge_l(candidate, reference)))
    assert all(shorter or not longer for shorter, longer in itertools.pairwise(values))
    assert bleu(candidate, candidate, 1) == (1 if candidate else 0)
    assert rouge_l(candidate, candidate) == (1 if candidate else 0)
    assert rouge_l(candidate, reference) == rouge_l(reference, candidate)


def test_chinese_is_compared_word_by_word_in_either_script() -> None:
    """共/排查/隐患/412/处: four of five words, in order; white space is no word."""
    assert tokens("共排查隐患 412处") == ["共", "排查", "隐患", "412", "处"]
    found = overlap("共排查隱患412次", "共排查隐患412处")
    assert tuple(found) == NAMES
    assert found["rouge_l"] == found["bleu_1"] == pytest.approx(4 / 5)
    assert found["bleu_2"] == pytest.approx(math.sqrt(4 / 5 * 3 / 4))


def test_the_dictionary_of_the_words_is_named() -> None:
    """Version and sum: other words give other figures."""
    assert dictionary().startswith("jieba ") and len(dictionary().rpartition(" ")[2]) == 12
