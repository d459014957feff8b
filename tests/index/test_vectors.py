"""The vector store: against numpy, exact and by shortlist, filtered, written and read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import build, write_texts
from speechrag.errors import IndexDamaged
from speechrag.index import fill
from speechrag.index import vectors as module
from speechrag.index.layout import VECTORS, current_generation
from speechrag.index.opened import open_index
from speechrag.index.vectors import DEPTH, FLAT, HALF, MIN_RECALL, SHORTLIST, Precision, VectorStore


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


def clustered(count: int, dim: int = 32, seed: int = 3) -> np.ndarray:
    """Unit vectors around sixty centres, as the passages of a corpus lie around its subjects."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(1).standard_normal((60, dim))
    rows = centres[draw.integers(0, 60, count)] + 0.7 * draw.standard_normal((count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def large() -> Iterator[tuple[np.ndarray, VectorStore]]:
    """Three thousand rows, treated as a large store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "EXACT_BELOW", 1000)
        rows = clustered(3000)
        yield rows, VectorStore.fill(rows, clustered(80, seed=4))


def test_large_stores_keep_half_precision_and_stay_nearly_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the threshold vectors are stored as float16: same best rows, cosines within a thousandth."""
    monkeypatch.setattr(module, "EXACT_BELOW", 10)
    halved = VectorStore.fill(ROWS)
    query = unit(1, seed=21)[0]
    exact = STORE.search(query, 10)
    assert halved.precision == Precision(HALF)
    assert (halved.rounded, STORE.rounded) == (True, False)
    assert [o for o, _ in halved.search(query, 10)] == [o for o, _ in exact]
    assert [s for _, s in halved.search(query, 10)] == pytest.approx([s for _, s in exact], abs=1e-3)
    assert [o for o, _ in halved.search(query, 3, [1, 2])] == [o for o, _ in STORE.search(query, 3, [1, 2])]


def test_a_shortlist_finds_what_comparing_every_row_finds(large: tuple[np.ndarray, VectorStore]) -> None:
    """The recall in the record was measured on one set of questions and holds on another one."""
    rows, store = large
    assert store.precision is not None
    assert store.precision.kind == SHORTLIST
    assert store.precision.recall >= MIN_RECALL
    found = true = 0
    for query in clustered(60, seed=5):
        best = np.argsort(-(rows @ query), kind="stable")[:DEPTH]
        hits = dict(store.search(query, DEPTH))
        assert all(score == pytest.approx(float(rows[o] @ query), abs=1e-3) for o, score in hits.items())
        found, true = found + len(set(hits) & set(best.tolist())), true + len(best)
    assert found / true >= MIN_RECALL - 0.01


@pytest.mark.parametrize("limit", [1, 100, 2999, 3000, 9000])
def test_a_shortlist_gives_as_many_results_as_were_asked_for(large: tuple[np.ndarray, VectorStore], limit: int) -> None:
    """However long the list, no row comes twice and none is missing."""
    rows, store = large
    found = [ordinal for ordinal, _ in store.search(rows[17], limit)]
    assert found[0] == 17
    assert len(found) == len(set(found)) == min(limit, len(rows))


@given(allowed=st.sets(st.integers(0, 2999), max_size=299), limit=st.integers(1, 50), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_a_search_of_a_large_store_under_a_narrow_filter_is_exact(
    large: tuple[np.ndarray, VectorStore], allowed: set[int], limit: int, seed: int
) -> None:
    """The best of the allowed rows, given as ordinals or as a mask, and never another one."""
    rows, store = large
    query = clustered(1, seed=seed)[0]
    mask = np.zeros(len(rows), dtype=bool)
    mask[list(allowed)] = True
    found = store.search(query, limit, sorted(allowed))
    assert found == store.search(query, limit, mask)
    best = sorted((float(row @ query) for row in rows[mask]), reverse=True)[:limit]
    assert {ordinal for ordinal, _ in found} <= allowed
    assert [score for _, score in found] == pytest.approx(best, abs=2e-3)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("limit", [100, 2999])
def test_a_wide_filter_of_a_large_store_finds_nearly_all_and_as_many_as_wanted(
    large: tuple[np.ndarray, VectorStore], share: float, limit: int
) -> None:
    """Scattered or all in one place: allowed rows only, best first, as many as there are, almost all of the best."""
    rows, store = large
    count = int(share * len(rows))
    for allowed in (range(count), np.random.default_rng(3).permutation(len(rows))[:count].tolist()):
        mask = np.zeros(len(rows), dtype=bool)
        mask[list(allowed)] = True
        found = true = 0
        for query in clustered(20, seed=5):
            hits = store.search(query, limit, mask)
            assert len(hits) == min(limit, count)
            assert all(mask[ordinal] for ordinal, _ in hits)
            assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
            least = np.sort(rows[mask] @ query)[-len(hits)]
            found, true = found + sum(score >= least - 2e-3 for _, score in hits), true + len(hits)
        assert found / true >= MIN_RECALL - 0.01


def test_a_large_store_is_the_same_after_every_build_and_saving(
    large: tuple[np.ndarray, VectorStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled again, or from its own rounded rows as an incremental build does, it is the same file to the last byte."""
    rows, store = large
    monkeypatch.setattr(module, "EXACT_BELOW", 1000)
    store.save(tmp_path / "a")
    VectorStore.fill(rows, clustered(80, seed=4)).save(tmp_path / "b")
    VectorStore.fill(store.rows(range(len(rows))), clustered(80, seed=4)).save(tmp_path / "c")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    opened = VectorStore.open(tmp_path / "a")
    assert opened.search(rows[5], 25) == store.search(rows[5], 25)
    assert opened.search(rows[5], 25, [9, 2]) == store.search(rows[5], 25, [9, 2])
    assert opened.scores(rows[5], [5, 9]) == store.scores(rows[5], [5, 9])


def test_where_no_shortlist_is_good_enough_every_row_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows without any likeness to each other: the store says that it is exact, and is."""
    monkeypatch.setattr(module, "EXACT_BELOW", 1000)
    monkeypatch.setattr(module, "SHORTLISTS", (1,))
    rows = unit(2000, dim=48)
    store = VectorStore.fill(rows, unit(50, dim=48, seed=8))
    assert store.precision == Precision(HALF)
    best = np.argsort(-(rows @ rows[3]), kind="stable")[:10]
    assert [ordinal for ordinal, _ in store.search(rows[3], 10)] == best.tolist()


def test_the_manifest_says_how_vectors_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact, or the length of the shortlist with the recall measured when the index was built."""
    sources = write_texts(tmp_path / "来源")
    build(sources, tmp_path / "small")
    for part in (module, fill):
        monkeypatch.setattr(part, "EXACT_BELOW", 10)
    build(sources, tmp_path / "large")
    small, large = (open_index(tmp_path / name).manifest.vector_search for name in ("small", "large"))
    assert small == {"kind": FLAT, "shortlist": 0, "recall": 1.0, "probes": 0}
    assert large["kind"] == SHORTLIST
    assert large["probes"] > 0
    assert large["recall"] >= MIN_RECALL


def test_an_index_that_shrank_holds_what_a_build_from_nothing_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rounded vectors are not taken over into a store that keeps full precision."""
    sources = write_texts(tmp_path / "来源")
    for part in (module, fill):
        monkeypatch.setattr(part, "EXACT_BELOW", 10)
    build(sources, tmp_path / "index")
    monkeypatch.undo()
    (sources / "教师.txt").unlink()
    build(sources, tmp_path / "index")
    build(sources, tmp_path / "fresh")
    shrunk, fresh = (current_generation(tmp_path / name) / VECTORS for name in ("index", "fresh"))
    assert shrunk.read_bytes() == fresh.read_bytes()
