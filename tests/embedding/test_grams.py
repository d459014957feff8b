"""Which grams are found: against a plain search, gram by gram."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.embedding.grams import GramTable
from speechrag.text import fold

WORDS = [*"县政协信息〇", "政协", "信息", "县政协", "协信", "人民代表大会", "2023", "3.5", "5g", "[PAD]"]
TABLE = GramTable({word: number for number, word in enumerate(WORDS)})


def plain(text: str) -> set[str]:
    """The same by brute force: all occurrences, less those that lie in a longer one."""
    folded = fold(text)
    han = [word for word in WORDS if len(word) and not word.isascii()]
    spans = {(i, i + len(w)) for w in han for i in range(len(folded)) if folded.startswith(w, i)}
    outer = {(a, b) for a, b in spans if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in spans)}
    return {folded[a:b] for a, b in outer}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县政协", {"县政协"}),
        ("政协信息", {"政协", "协信", "信息"}),
        ("政，协", {"政", "协"}),
        ("２０２３年5G，涨3.5%", {"2023", "5g", "3.5"}),
        ("縣政協", {"县政协"}),
        ("20231", set()),
        ("", set()),
    ],
)
def test_the_longest_grams_are_found(text: str, expected: set[str]) -> None:
    """A gram inside a longer one does not count; overlapping ones do; runs of digits count whole."""
    assert set(TABLE.features(text)) == expected


@given(st.lists(st.text(alphabet="县政协信息人民代表大会，年〇\n", max_size=30), max_size=6))
def test_grams_equal_a_plain_search(texts: list[str]) -> None:
    """The tables and the batch change nothing."""
    ids, starts = TABLE.find(texts)
    assert len(starts) == len(texts) + 1
    for row, text in enumerate(texts):
        assert {WORDS[i] for i in ids[starts[row] : starts[row + 1]]} == plain(text)


def test_crowded_tables_lose_nothing() -> None:
    """With many transitions, some share a slot; each gram is still found, and only itself."""
    rng = np.random.default_rng(3)
    pairs = {"".join(chr(0x4E00 + int(c)) for c in rng.integers(0, 3_000, size=2)) for _ in range(60_000)}
    grams = sorted(pairs)
    table = GramTable({gram: number for number, gram in enumerate(grams)})
    folded = [gram for gram in grams if fold(gram) == gram]
    ids, starts = table.find(folded)
    assert [grams[i] for i in ids] == folded
    assert list(starts) == list(range(len(folded) + 1))


def test_repeats_count_unless_distinct_grams_are_wanted() -> None:
    """A passage that says a word three times is nearer to it than one that says it once."""
    assert TABLE.features("信息，信息，政协") == ["政协", "信息", "信息"]
    ids, _ = TABLE.find(["信息，信息，政协"], distinct=True)
    assert [WORDS[i] for i in ids] == ["政协", "信息"]
