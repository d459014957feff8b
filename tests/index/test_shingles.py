"""Sketches and samples: what of a text decides them, and that blocks, spans and scripts make no difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, PETITION, SAFETY, SCHOOL
from speechrag.index import shingles
from speechrag.index.shingles import LEAST, RATE, SHINGLE, SKETCH, shared, shingle_hashes, sketch, sketch_and_samples

ALL = SAFETY + INFORMATION + PETITION + FLOOD + SCHOOL


def test_white_space_punctuation_and_script_do_not_matter() -> None:
    """The same speech typeset differently has the same sketch."""
    assert sketch("全县信息工作会议，今天召开。").tolist() == sketch("全縣 信息工作會議\n\n今天召開").tolist()


def test_a_sketch_holds_the_smallest_hashes() -> None:
    """A text of few shingles is known in full; a scrap is one shingle, an empty text none."""
    for text in (ALL * 4, ALL, "落实责任抓好安全" * 50, "落实", ""):
        assert sketch(text).tolist() == shingle_hashes(text, SHINGLE)[:SKETCH].tolist()
    assert len(sketch("落实责任抓好安全" * 50)) == 8
    assert (len(sketch("落实")), len(sketch(""))) == (1, 0)
    assert sketch(ALL).dtype == "uint64"
    assert int(sketch(ALL).max()) < 1 << 63


@given(st.text(alphabet="县委政府会议，。 aA１2𠮷", max_size=80), st.integers(1, 20))
def test_a_long_text_hashed_in_blocks_has_the_same_sketch_and_samples(text: str, block: int) -> None:
    """Where the blocks are cut makes no difference, nor do characters of two units."""
    spans = [(0, len(text) // 2), (len(text) // 2, len(text))]
    whole, samples = sketch_and_samples(text, spans)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "BLOCK", block)
        patch.setattr(shingles, "RATE", 2)
        patch.setattr(shingles, "LEAST", 1)
        patch.setattr(shingles, "SKETCH", 4)
        small, _ = sketch_and_samples(text, spans)
        assert small.tolist() == shingle_hashes(text, SHINGLE)[:4].tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "BLOCK", block)
        again, parts = sketch_and_samples(text, spans)
    assert again.tolist() == whole.tolist()
    assert [part.tolist() for part in parts] == [sample.tolist() for sample in samples]


def test_a_sample_is_the_same_in_every_copy() -> None:
    """A passage is sampled alike wherever it stands but for the shingles at its end, and a short one is sampled too."""
    start = ALL.index(PETITION)
    inside = sketch_and_samples(ALL, [(start, start + len(PETITION))])[1][0]
    alone = sketch_and_samples(PETITION, [(0, len(PETITION))])[1][0]
    assert len(alone) == pytest.approx(len(PETITION) / RATE, rel=0.5)
    assert shared(inside, alone) >= len(alone) - 2
    assert len(sketch_and_samples(PETITION, [(0, 40)])[1][0]) == LEAST
    assert [len(sample) for sample in sketch_and_samples("，。", [(0, 1), (1, 1)])[1]] == [0, 0]
