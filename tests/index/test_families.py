"""Near-identical speeches: sketches estimate overlap, groups are named after their best member."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, SAFETY, SCHOOL
from speechrag.index import families
from speechrag.index.families import COMMON, SHINGLE, group, resemblance, sketch
from speechrag.text import jaccard, shingles

ALL = SAFETY + INFORMATION + PETITION + FLOOD + SCHOOL


def test_a_text_resembles_itself_and_nothing_else() -> None:
    """The estimate is 1 for the same text, 0 for texts without a common shingle, 0 for empty ones."""
    assert resemblance(sketch(ALL), sketch(ALL)) == 1.0
    assert resemblance(sketch(SAFETY), sketch("gradio" * 50)) == 0.0
    assert resemblance(sketch(""), sketch("")) == 0.0


@pytest.mark.parametrize("kept", [0.95, 0.8, 0.6, 0.3])
def test_the_estimate_is_near_the_true_overlap(kept: float) -> None:
    """A sketch of 128 hashes estimates the Jaccard overlap within 0.15."""
    part = ALL[: int(len(ALL) * kept)]
    true = jaccard(shingles(ALL, SHINGLE), shingles(part, SHINGLE))
    assert resemblance(sketch(ALL), sketch(part)) == pytest.approx(true, abs=0.15)


def test_white_space_punctuation_and_script_do_not_matter() -> None:
    """The same speech typeset differently has the same sketch."""
    assert sketch("全县信息工作会议，今天召开。") == sketch("全縣 信息工作會議\n\n今天召開")


@given(st.text(alphabet="县委政府会议，。 aA１2", max_size=60), st.integers(1, 20))
def test_a_long_text_hashed_in_blocks_has_the_same_sketch(text: str, block: int) -> None:
    """Where the blocks are cut makes no difference, and no hash is too large for a signed column."""
    whole = sketch(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(families, "BLOCK", block)
        assert sketch(text) == whole
    assert whole == sorted(set(whole))
    assert all(0 <= value < 1 << 63 for value in whole)


def test_a_sketch_holds_one_hash_for_each_distinct_shingle() -> None:
    """A text of few shingles is known in full, so that the estimate is exact; a scrap is one shingle."""
    assert len(sketch("落实责任抓好安全" * 50)) == 8
    assert len(sketch("落实")) == 1
    assert sketch("落实责任抓好安全") == sketch("落实责任，抓好安全。")
    assert len(sketch(ALL)) == families.SKETCH


def test_a_family_is_named_after_its_best_member() -> None:
    """Copies form one family under the id with the smallest rank; a stranger is its own family."""
    sketches = {"a": sketch(SAFETY), "b": sketch(SAFETY + "打印本页"), "c": sketch("首页" + SAFETY), "d": sketch(FLOOD)}
    named = group(sketches, {"a": (2.0,), "b": (1.0,), "c": (1.0,), "d": (9.0,)})
    assert named == {"a": "b", "b": "b", "c": "b", "d": "d"}


def test_more_copies_than_are_compared_in_pairs_are_one_family() -> None:
    """Sixty reposts of a speech meet through their neighbours."""
    count = COMMON + 10
    sketches = {f"s{i:03}": sketch(SAFETY + f"来源：网站{i}") for i in range(count)}
    assert set(group(sketches, {}).values()) == {"s000"}


@given(st.lists(st.sampled_from([SAFETY, FLOOD, SAFETY[:200], "", "短"]), max_size=8), st.randoms())
def test_grouping_does_not_depend_on_the_order_of_the_speeches(texts: list[str], random: object) -> None:
    """Every speech gets exactly one family, a member of it, whatever order they come in."""
    sketches = {f"s{i}": sketch(text) for i, text in enumerate(texts)}
    shuffled = list(sketches)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    named = group(sketches, {})
    assert named == group({name: sketches[name] for name in shuffled}, {})
    assert all(named[family] == family for family in named.values())
