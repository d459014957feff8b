"""Folding near-identical passages, and joining the channels."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.index.copies import Copy, Kind
from speechrag.retrieval.folding import CopyTable, Fold
from speechrag.retrieval.fusion import fuse, scaled

TABLE = CopyTable(
    [Copy(1, 0, Kind.SAME), Copy(2, 0, Kind.SAME), Copy(5, 4, Kind.WITHIN), Copy(6, 4, Kind.CUT), Copy(7, 4, Kind.SAME)]
)


def test_copies_fold_into_the_best_one() -> None:
    """Copies join the first that comes, in whatever order; the order of the rest stays."""
    assert TABLE.fold([2, 3, 0, 1], 5) == [Fold(2, [0, 1]), Fold(3)]


def test_two_halves_stay_two_until_the_whole_comes() -> None:
    """Passages that a third one holds need not say the same; that third one joins the better of them."""
    assert TABLE.fold([5, 6], 5) == [Fold(5), Fold(6)]
    assert TABLE.fold([6, 5, 4, 7], 5) == [Fold(6, [4, 7]), Fold(5)]
    assert TABLE.fold([7, 6, 5], 5) == [Fold(7, [6, 5])]


def test_the_cleanest_copy_is_shown_where_nothing_is_lost() -> None:
    """It must have been found too, and must say all that the first one says."""
    assert TABLE.shown(Fold(2, [0, 1])) == 0
    assert TABLE.shown(Fold(2, [1])) == 2
    assert TABLE.shown(Fold(5, [4])) == 4
    assert TABLE.shown(Fold(6, [4])) == 6
    assert TABLE.shown(Fold(3)) == 3


def test_all_that_say_the_same_are_listed() -> None:
    """Found or not; a part lists those that hold it and not the other parts."""
    assert [TABLE.others(n) for n in (0, 1, 3, 4, 5, 7)] == [[1, 2], [0, 2], [], [5, 6, 7], [4, 7], [4, 5, 6]]


def test_reading_stops_behind_the_limit() -> None:
    """Passages beyond the first that would exceed the limit are never asked for."""
    ordinals = itertools.chain([0, 1, 2, 3, 8], (pytest.fail("read too far") for _ in [0]))
    assert TABLE.fold(ordinals, 2) == [Fold(0, [1, 2]), Fold(3)]


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
