"""Near-identical speeches: sketches propose pairs, whole texts decide, groups are named after their best member."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, SAFETY, SCHOOL
from speechrag.index.families import SAME, group
from speechrag.index.shingles import SHINGLE, resemblance, shingle_hashes, sketch
from speechrag.index.similar import COMMON
from speechrag.text import jaccard, shingles

ALL = SAFETY + INFORMATION + PETITION + FLOOD + SCHOOL


def families(texts: dict[str, str], rank: dict[str, tuple[float, ...]] | None = None) -> dict[str, str]:
    return group({name: sketch(text) for name, text in texts.items()}, rank or {}, texts.__getitem__)


@pytest.mark.parametrize("kept", [0.97, 0.8, 0.62, 0.58, 0.3])
def test_two_speeches_are_one_family_where_most_of_them_is_common(kept: float) -> None:
    """The true overlap decides, just above and just below the threshold."""
    part = ALL[: int(len(ALL) * kept)]
    true = jaccard(shingles(ALL, SHINGLE), shingles(part, SHINGLE))
    assert resemblance(shingle_hashes(ALL, SHINGLE), shingle_hashes(part, SHINGLE)) == pytest.approx(true, abs=1e-9)
    assert (families({"a": ALL, "b": part})["b"] == "a") == (true >= SAME)


def test_a_family_is_named_after_its_best_member() -> None:
    """Copies form one family under the id with the smallest rank; a stranger is its own family."""
    texts = {"a": SAFETY, "b": SAFETY + "打印本页", "c": "首页" + SAFETY, "d": FLOOD}
    named = families(texts, {"a": (2.0,), "b": (1.0,), "c": (1.0,), "d": (9.0,)})
    assert named == {"a": "b", "b": "b", "c": "b", "d": "d"}


@pytest.mark.parametrize("count", [COMMON, COMMON + 1, 3 * COMMON - 2, 4 * COMMON])
def test_more_copies_than_are_compared_in_pairs_are_one_family(count: int) -> None:
    """Any number of reposts of a speech meet through their neighbours."""
    texts = {f"s{i:03}": SAFETY + f"来源：网站{i}" for i in range(count)}
    assert set(families(texts).values()) == {"s000"}


VARIANT = st.builds(
    lambda text, cut, every: "".join(c for i, c in enumerate(text[cut:]) if not every or i % every),
    st.sampled_from([SAFETY, FLOOD, SCHOOL, SAFETY[:200], "", "短"]),
    st.integers(0, 300),
    st.sampled_from([0, 20, 60]),
)


@settings(deadline=None)
@given(st.lists(VARIANT, max_size=8), st.randoms())
def test_families_are_those_of_comparing_all_pairs_in_any_order(texts: list[str], random: object) -> None:
    """No pair is missed and none made, every family is named after a member, whatever order the speeches come in."""
    named = families({f"s{i}": text for i, text in enumerate(texts)})
    shuffled = [(f"s{i}", text) for i, text in enumerate(texts)]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert families(dict(shuffled)) == named
    assert all(named[family] == family for family in named.values())
    whole = {name: shingle_hashes(text, SHINGLE) for name, text in shuffled}
    joined = {name: {name} for name in whole}
    for left in whole:
        for right in whole:
            if left < right and resemblance(whole[left], whole[right]) >= SAME:
                both = joined[left] | joined[right]
                joined |= dict.fromkeys(both, both)
    assert {name: {other for other in named if named[other] == named[name]} for name in named} == joined
