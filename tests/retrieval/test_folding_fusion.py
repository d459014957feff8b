"""Folding near-identical passages, and joining the channels."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import TEXTS
from speechrag.retrieval.folding import SAME, Fold, fold_copies
from speechrag.retrieval.fusion import fuse, scaled
from speechrag.text import jaccard, shingles


def compare_all(texts: list[str], limit: int) -> list[Fold]:
    """Fold by comparing every text with every one kept: slow and plainly right."""
    kept: list[Fold] = []
    for position, text in enumerate(texts):
        twin = next((f for f in kept if jaccard(shingles(text), shingles(texts[f.position])) >= SAME), None)
        if twin:
            twin.copies.append(position)
        elif len(kept) == limit:
            break
        else:
            kept.append(Fold(position))
    return kept


LINES = [line for text in TEXTS.values() for line in text.splitlines() if line]
NEAR = st.builds(
    lambda line, cut, tail: line[cut:] + tail,
    st.sampled_from(LINES),
    st.integers(0, 6),
    st.sampled_from(["", "。", "打印本页", "（来源：网站）", LINES[5]]),
)


@settings(deadline=None)
@given(st.lists(NEAR | st.text(alphabet="信息工作", max_size=12), max_size=40), st.integers(1, 12))
def test_folding_is_the_same_as_comparing_all_pairs(texts: list[str], limit: int) -> None:
    """The short cut never misses a copy and never makes one, short and empty texts included."""
    assert fold_copies(texts, limit) == compare_all(texts, limit)


def test_copies_fold_into_the_best_one() -> None:
    """Reposts with a site's litter join the first; the order of the rest stays."""
    text = "重大突发事件最迟不得晚于事发后两小时上报；特别紧急的情况应当先用电话报告，随后补报文字材料。"
    other = "领导干部每月接访不少于一天，来访群众十五日内要有答复。"
    assert fold_copies([text, other, text + "打印", "首页" + text, other], 5) == [Fold(0, [2, 3]), Fold(1, [4])]


def test_a_different_number_is_a_copy_only_in_a_long_text() -> None:
    """Two short sentences that differ in their figure say two different things."""
    assert len(fold_copies(["全区上报信息120条。", "全区上报信息350条。"], 5)) == 2


def test_reading_stops_behind_the_limit() -> None:
    """Texts beyond the first that would exceed the limit are never asked for."""
    texts = itertools.chain(LINES[:1] * 3, LINES[10:12], (pytest.fail("read too far") for _ in [0]))
    assert fold_copies(texts, 1) == [Fold(0, [1, 2])]


def test_a_thousand_different_passages_are_compared_a_few_times_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work grows with the number of texts and not with its square."""
    from speechrag.retrieval import folding

    compared = []
    likeness = folding.likeness
    monkeypatch.setattr(folding, "likeness", lambda a, b: compared.append(1) or likeness(a, b))
    draw = random.Random(5)
    phrase = "要提高认识，统一思想，加强领导，落实责任。"
    texts = [phrase + "".join(draw.choices("".join(LINES), k=120)) for _ in range(600)]
    assert len(fold_copies(texts, 1000)) == 600
    assert len(compared) < len(texts)


def test_the_best_of_a_channel_scores_one() -> None:
    """Scores are shares of the best one; negative ones count as nothing; nothing scores nothing."""
    assert scaled([(4, 8.0), (2, 4.0), (9, -1.0)]) == {4: 1.0, 2: 0.5, 9: 0.0}
    assert scaled([]) == {}
    assert scaled([(1, 0.0)]) == {}


def test_fusion_worked_by_hand() -> None:
    """0.8 of the lexical share and 0.2 of the cosine, best first."""
    found = fuse([(1, 10.0), (2, 5.0)], {1: 0.5, 2: 1.0, 3: 0.9}, 0.2)
    assert [ordinal for ordinal, _ in found] == [1, 2, 3]
    assert [score for _, score in found] == pytest.approx([0.9, 0.6, 0.18])


def test_without_lexical_matches_the_cosines_decide() -> None:
    """A query without one known word still finds its neighbours, negative cosines count as 0, ties go by ordinal."""
    assert fuse([], {5: 0.3, 2: 0.3, 7: -0.2}, 0.1) == [(2, 0.3), (5, 0.3), (7, 0.0)]


@given(
    st.dictionaries(st.integers(0, 30), st.floats(0.1, 50), max_size=10),
    st.dictionaries(st.integers(0, 30), st.floats(-1, 1), max_size=10),
    st.floats(0, 1),
)
def test_fused_scores_are_ordered_and_between_0_and_1(
    lexical: dict[int, float], cosines: dict[int, float], weight: float
) -> None:
    """Every candidate of either channel comes out once, best first."""
    ranked = sorted(lexical.items(), key=lambda pair: (-pair[1], pair[0]))
    found = fuse(ranked, cosines, weight)
    assert {ordinal for ordinal, _ in found} == set(lexical) | set(cosines)
    assert all(0 <= score <= 1 + 1e-9 for _, score in found)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
