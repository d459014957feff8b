"""How a query lies in candidates: worked by hand, and against plain string operations."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.index.codes import folded_codes, joined_codes
from speechrag.retrieval.matching import K1, B, Pattern, match
from speechrag.text import fold

HAN = st.text(alphabet="县政协提案办理信息报送，。 2009a", max_size=60)


def even(term: str) -> float:
    """Every term counts the same."""
    return 1.0


@given(st.text(alphabet="縣政協提案信息２０a，。Ａ㎡龘", max_size=40))
def test_codes_are_the_folded_letters(text: str) -> None:
    """Script, width and case are folded, one code a character, 0 where there is no letter or digit."""
    codes = folded_codes(text)
    assert len(codes) == len(text)
    for char, code in zip(text, codes.tolist(), strict=True):
        folded = fold(char)
        assert chr(code) == folded if len(folded) == 1 and folded.isalnum() else code == 0


def test_joined_texts_begin_where_they_say() -> None:
    """Offsets hold for characters of two units as well."""
    texts = ["县政协", "", "𠮷田信息"]
    codes, starts = joined_codes(texts)
    for text, start in zip(texts, starts.tolist(), strict=True):
        own = folded_codes(text)
        assert codes[start : start + len(own)].tolist() == own.tolist()
        assert codes[start + len(own)] == 0


@given(HAN.filter(lambda t: any(c.isalnum() for c in t)), st.lists(HAN, min_size=1, max_size=5))
def test_coverage_is_what_looking_for_each_term_finds(query: str, texts: list[str]) -> None:
    """Shares of characters and pairs agree with ``in`` on the folded texts."""
    found = match(Pattern.of(query, even), texts, 20.0)
    wanted = [chr(c) if c else " " for c in folded_codes(query).tolist()]
    units = [c for c in wanted if c != " "]
    pairs = [a + b for a, b in pairwise(wanted) if " " not in (a, b)]
    for at, text in enumerate(texts):
        seen = "".join(chr(c) if c else " " for c in folded_codes(text).tolist())
        assert found.cover_units[at] == pytest.approx(sum(u in seen for u in units) / len(units))
        if pairs:
            assert found.cover_pairs[at] == pytest.approx(sum(p in seen for p in pairs) / len(pairs))
        assert 0 <= found.near_pairs[at] <= found.cover_pairs[at] + 1e-9
        assert 0 <= found.early[at] <= found.cover_pairs[at] + 1e-9


def test_bm25_worked_by_hand() -> None:
    """One term twice in a text of average length."""
    found = match(Pattern.of("案", lambda term: 2.0), ["提案案卷"], 4.0)
    expected = 2 * (K1 + 1) / (2 + K1 * (1 - B + B * 4 / 4)) / (K1 + 1)
    assert found.bm25_units[0] == pytest.approx(expected)
    assert found.density[0] == pytest.approx(2 / 4)


def test_an_unbroken_piece_outweighs_the_same_pairs_scattered() -> None:
    """The run counts neighbours only, a text does not run on into the next, and order decides nothing else."""
    pattern = Pattern.of("提案办理", even)
    found = match(pattern, ["提案办理", "提案，案办，办理", "办理", "提案"], 6.0)
    assert found.run.tolist() == pytest.approx([1.0, 1 / 3, 1 / 3, 1 / 3])
    assert found.cover_pairs.tolist() == pytest.approx([1.0, 1.0, 1 / 3, 1 / 3])


def test_words_far_apart_are_not_near() -> None:
    """Within a sentence's length both count, a page apart only one."""
    pattern = Pattern.of("提案，信息", even)
    near, far = match(pattern, ["提案和信息", "提案" + "的" * 200 + "信息"], 100.0).near_pairs
    assert (near, far) == (1.0, 0.5)


def test_nothing_to_match_gives_nothing() -> None:
    """A query without letters, texts without letters: zeros, no error."""
    assert match(Pattern.of("？！", even), ["提案"], 4.0).cover_units.tolist() == [0.0]
    assert match(Pattern.of("提案", even), ["", "。"], 4.0).bm25_pairs.tolist() == [0.0, 0.0]
    assert not any(math.isnan(x) for x in match(Pattern.of("提", even), ["", "。"], 0.0).density)


@pytest.mark.parametrize("figure", ["2009年", "三天", "十五万", "60分钟", "两个月"])
def test_a_figure_close_by_is_seen(figure: str) -> None:
    """Digits, numerals before a unit and before a power of ten count; 一个 and 一是 do not."""
    texts = [f"信息报送时限为{figure}内", "信息报送时限写进一个文件", f"信息报送时限。{'另外的话，' * 40}{figure}"]
    found = match(Pattern.of("信息报送时限", even), texts, 30.0, figures=True)
    assert found.near_figure.tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert match(Pattern.of("信息报送时限", even), texts, 30.0).near_figure.tolist() == [0.0, 0.0, 0.0]


@given(HAN.filter(lambda t: any(c.isalnum() for c in t)), st.lists(HAN, min_size=1, max_size=5))
def test_near_a_figure_is_never_more_than_near(query: str, texts: list[str]) -> None:
    """Asking for a figure beside the words can only take windows away."""
    found = match(Pattern.of(query, even), texts, 20.0, figures=True)
    assert (found.near_figure <= found.near_units + 1e-9).all()
