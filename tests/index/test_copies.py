"""Passages that say the same: which is a copy of which, and how."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import FLOOD, SAFETY, SCHOOL
from speechrag.index.copies import SAME, Copy, Kind, find_copies
from speechrag.index.copies import SHINGLE as SIZE
from speechrag.index.shingles import resemblance, shingle_hashes, sketch_and_samples
from speechrag.index.similar import COMMON

ALL = "".join(SAFETY.split() + FLOOD.split() + SCHOOL.split())
LINES = [ALL[start : start + 120] for start in range(0, 480, 120)]


def copies(*speeches: list[str], ranks: list[tuple[object, ...]] | None = None) -> list[Copy]:
    """Find the copies among the passages of speeches, the first the cleanest unless told otherwise."""
    texts = [text for speech in speeches for text in speech]
    owners = [number for number, speech in enumerate(speeches) for _ in speech]
    samples = [sketch_and_samples(text, [(0, len(text))])[1][0] for text in texts]
    return find_copies(samples, owners, ranks or [(n,) for n in range(len(speeches))], texts.__getitem__)


def test_a_repost_is_the_same_as_the_cleanest() -> None:
    """Litter and a lost character do not matter; the others are copies of what the cleanest speech has."""
    text = LINES[0]
    others = [["首页" + text], [text], [text[:20] + text[21:]]]
    assert copies(*others, ranks=[(3,), (1,), (2,)]) == [Copy(0, 1, Kind.SAME), Copy(2, 1, Kind.SAME)]


def test_a_part_is_within_the_whole_but_the_whole_is_no_copy_of_a_part() -> None:
    """What a shorter passage says stands in the longer one; the other way round something would be lost."""
    whole, part = LINES[0] + LINES[1], LINES[0]
    assert copies([whole], [part]) == [Copy(1, 0, Kind.WITHIN)]
    assert copies([part], [whole]) == []


def test_a_text_cut_at_other_places_is_found() -> None:
    """Two editions of three paragraphs cut differently: every passage of the second stands in two of the first."""
    text = "".join(LINES[:4])
    third, half = len(text) // 3, len(text) // 6
    first = [text[:third], text[third : 2 * third], text[2 * third :]]
    second = [text[: third + half // 2], text[third + half // 2 : 2 * third + half // 2], text[2 * third + half // 2 :]]
    found = copies(first, second)
    assert [(copy.ordinal, copy.of) for copy in found] == [(3, 0), (4, 1), (5, 2)]
    assert Kind.CUT in {copy.kind for copy in found}


def test_half_a_passage_in_common_is_no_copy_where_the_rest_stands_nowhere() -> None:
    """A paragraph that a speech quotes and goes on from is no copy."""
    assert copies([LINES[0] + LINES[1]], [LINES[0] + LINES[2]]) == []


def test_a_different_number_is_a_copy_only_in_a_long_text() -> None:
    """Two short sentences that differ in their figure say two different things."""
    assert copies(["全区上报信息120条。"], ["全区上报信息350条。"]) == []
    assert copies(["。"], [""], ["，，"]) == []


@pytest.mark.parametrize("count", [COMMON + 1, 2 * COMMON, 5 * COMMON])
def test_any_number_of_copies_are_copies_of_one(count: int) -> None:
    """Reposts beyond those that are compared at once still come to one passage."""
    found = copies(*[[LINES[0] + f"来源{number}"] for number in range(count)])
    assert [(copy.ordinal, copy.of) for copy in found] == [(number, 0) for number in range(1, count)]


NEAR = st.builds(
    lambda line, cut, tail: line[cut:] + tail,
    st.sampled_from(LINES),
    st.integers(0, 6),
    st.sampled_from(["", "。", "打印本页", "（来源：网站）", LINES[2]]),
)


@settings(deadline=None)
@given(st.lists(NEAR | st.text(alphabet="信息工作", max_size=12), max_size=20))
def test_what_is_as_good_as_equal_is_never_missed_nor_invented(texts: list[str]) -> None:
    """By comparing all: a copy is as its kind says, and of two that are the same one at least is a copy."""
    found = {copy.ordinal: copy for copy in copies(*[[text] for text in texts])}
    whole = [shingle_hashes(text, SIZE) for text in texts]
    for copy in found.values():
        assert copy.of not in found
        assert copy.kind is not Kind.SAME or resemblance(whole[copy.ordinal], whole[copy.of]) >= SAME
    for left in range(len(texts)):
        for right in range(left + 1, len(texts)):
            if resemblance(whole[left], whole[right]) >= SAME:
                assert left in found or right in found
