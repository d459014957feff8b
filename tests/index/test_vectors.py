"""The vector store: exact against numpy, filtered, written and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.errors import IndexDamaged
from speechrag.index import vectors as module
from speechrag.index.vectors import VectorStore


def unit(count: int, dim: int = 24, seed: int = 7) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ROWS = unit(300)
STORE = VectorStore.fill(ROWS)


@given(seed=st.integers(0, 10_000), limit=st.integers(1, 320))
@settings(max_examples=30, deadline=None)
def test_search_is_exact(seed: int, limit: int) -> None:
    """Order and scores are those of the full matrix product."""
    query = unit(1, seed=seed)[0]
    expected = ROWS @ query
    found = STORE.search(query, limit)
    assert len(found) == min(limit, len(ROWS))
    assert [score for _, score in found] == pytest.approx(sorted(expected, reverse=True)[: len(found)], abs=1e-6)
    assert all(score == pytest.approx(expected[ordinal], abs=1e-6) for ordinal, score in found)


@given(allowed=st.sets(st.integers(0, 299), max_size=40), limit=st.integers(1, 50))
@settings(max_examples=40, deadline=None)
def test_a_filter_gives_the_best_of_those_allowed(allowed: set[int], limit: int) -> None:
    """As many results come back as are allowed and wanted, and they are the best of the allowed ones."""
    query = unit(1, seed=99)[0]
    found = STORE.search(query, limit, sorted(allowed))
    best = sorted(allowed, key=lambda i: -float(ROWS[i] @ query))[:limit]
    assert [ordinal for ordinal, _ in found] == best


def test_equal_vectors_come_in_the_order_of_the_corpus() -> None:
    """Ties are broken by ordinal."""
    store = VectorStore.fill(np.repeat(unit(1), 50, axis=0))
    assert [ordinal for ordinal, _ in store.search(unit(1)[0], 50)] == list(range(50))


def test_scores_of_named_rows_agree_with_the_search() -> None:
    """The score of a row is the same whether it was found or asked for."""
    query = unit(1, seed=3)[0]
    found = STORE.search(query, 20)
    asked = STORE.scores(query, [ordinal for ordinal, _ in found])
    assert asked == pytest.approx([score for _, score in found], abs=1e-6)
    assert STORE.scores(query, []) == []


def test_rows_come_back_as_they_were_stored() -> None:
    """Reconstruction is exact, in the order asked for; no rows make an empty matrix of the right width."""
    assert np.array_equal(STORE.rows([5, 0, 299]), ROWS[[5, 0, 299]])
    assert STORE.rows([]).shape == (0, 24)


def test_a_store_is_the_same_after_saving_below_a_chinese_path(tmp_path: Path) -> None:
    """Bytes go through a Python file, so any folder name will do; results are equal to the last bit."""
    folder = tmp_path / "索引 目录 甲乙"
    folder.mkdir()
    STORE.save(folder / "向量.faiss")
    opened = VectorStore.open(folder / "向量.faiss")
    query = unit(1, seed=11)[0]
    assert (len(opened), opened.dim) == (300, 24)
    assert opened.search(query, 25) == STORE.search(query, 25)


@pytest.mark.parametrize("data", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"IxFI" + bytes(40)])
def test_bytes_that_are_no_index_are_refused(tmp_path: Path, data: bytes) -> None:
    """An empty file, an LFS pointer and a cut-off header are errors that name the file and the rebuild command."""
    path = tmp_path / "vectors.faiss"
    path.write_bytes(data)
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss: not a vector index") as caught:
        VectorStore.open(path)
    assert "speechrag build" in caught.value.hint


def test_a_query_of_another_width_is_an_error_and_not_an_empty_result() -> None:
    """A vector of another encoder must never look like "nothing found"."""
    with pytest.raises(ValueError, match="expected \\(24,\\)"):
        STORE.search(unit(1, dim=25)[0], 5)


@pytest.mark.parametrize("limit", [0, -3])
def test_no_limit_no_results(limit: int) -> None:
    """A limit below one gives nothing, and so does an empty store."""
    assert STORE.search(ROWS[0], limit) == []
    assert VectorStore.fill(np.zeros((0, 24), dtype=np.float32)).search(ROWS[0], 5) == []


def test_large_stores_keep_half_precision_and_stay_nearly_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the threshold vectors are stored as float16: same best rows, cosines within a thousandth."""
    monkeypatch.setattr(module, "EXACT_BELOW", 10)
    halved = VectorStore.fill(ROWS)
    query = unit(1, seed=21)[0]
    exact = STORE.search(query, 10)
    assert [o for o, _ in halved.search(query, 10)] == [o for o, _ in exact]
    assert [s for _, s in halved.search(query, 10)] == pytest.approx([s for _, s in exact], abs=1e-3)
    assert [o for o, _ in halved.search(query, 3, [1, 2])] == [o for o, _ in STORE.search(query, 3, [1, 2])]
