"""The leaderboard: a page that holds what the results hold, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from repository import scripts_of
from small_corpus import QUICK
from speechrag.evaluation.formats import write_beir
from speechrag.evaluation.provenance import source_commit
from speechrag.evaluation.records import CollectionDocument, Qrel, Topic

ABOUT = {"set": "one", "corpus": "c0ffee", "documents": 3, "date": "2026-01-01", "machine": "m", "p50_ms": 1.0}
PLAIN_ROW = ABOUT | {"system": "", "settings": "k1 and b", "values": [0.5] * 30, "nDCG@10": 0.5, "p95_ms": 2.0}


@pytest.fixture(scope="module")
def board() -> Iterator[ModuleType]:
    """The script that measures and writes."""
    with scripts_of("benchmarks"):
        import leaderboard  # type: ignore[import-not-found,unused-ignore]

        yield leaderboard


@pytest.fixture
def rows(board: ModuleType) -> list[dict[str, object]]:
    """Plain BM25 and a better system on one set."""
    values = [0.9 if n % 3 else 0.5 for n in range(30)]
    better = {"system": "ours: whole", "settings": "as shipped", "values": values, "nDCG@10": 0.7667, "index_mb": 1.5}
    return [PLAIN_ROW | {"system": board.PLAIN}, PLAIN_ROW | better | {"RR@10": 0.8, "R@10": 0.9, "R@100": 1.0}]


def test_the_page_in_the_repository_is_the_one_the_results_give(board: ModuleType) -> None:
    """Page and plots, to the letter: nobody has written into them."""
    rows = board.read_rows()
    assert {row["system"] for row in rows} >= {board.PLAIN, *board.OWN}
    assert board.PAGE.read_text("utf-8") == board.page(rows)
    for name, drawing in board.plots(rows).items():
        assert (board.PAGE.parent / name).read_text("utf-8") == drawing


def test_a_row_tells_its_figures_with_their_uncertainty(board: ModuleType, rows: list[dict[str, object]]) -> None:
    """The best first; interval, difference, corrected p, milliseconds, size and date; a dash for what is not known."""
    page = board.page(rows)
    best, plain = [line for line in page.splitlines() if line.startswith("| ") and "settings" not in line]
    assert "ours: whole | as shipped | 0.7667 | 0.8000 | 0.9000 | 1.0000 |" in best
    assert "| +0.2667 |" in best and "| 0.0001 |" in best and "| 1.5 | 2026-01-01 |" in best
    assert "| 0.5000 | - | - | - | 0.5000 to 0.5000 |  |  |  | 1.0 / 2.0 | - |" in plain
    assert plain.endswith("| 2026-01-01 | - | - | - | - |")
    assert "30 queries, 3 documents, corpus c0ffee" in page and "over the 1 comparisons" in page


def test_a_row_measured_now_tells_its_commit_index_judged_share_and_memory(
    board: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small set, no peers: the four columns are filled, and the index is named alike when it is built again."""
    monkeypatch.setattr(board, "installed", lambda: iter(()))
    monkeypatch.setattr(board, "OWN", {"speechrag, default": {}})
    monkeypatch.setattr(board, "Settings", lambda: QUICK)
    documents = [CollectionDocument(f"d{n}", "", f"第{n}条：加强领导，落实责任。") for n in range(12)]
    write_beir(
        tmp_path, documents, [Topic("q0", "加强领导"), Topic("q1", "第3条")], [Qrel("q0", "d0", 1), Qrel("q1", "d3", 1)]
    )
    found, again = board.measure(tmp_path, board.OWN), board.measure(tmp_path, board.OWN)
    ours = next(row for row in found if row["system"] != board.PLAIN)
    assert 0 < ours["Judged@10"] <= 1 and ours["index"] == again[-1]["index"]
    assert ours["commit"] == ((source_commit() or "")[:12] or None)
    assert ours["peak_mb"] is None or ours["peak_mb"] > 10
    line = next(line for line in board.page(found).splitlines() if line.startswith("| speechrag"))
    assert line.split(" | ")[-3:-1] == [str(ours["peak_mb"]), ours["index"]]


def test_the_plots_stand_alone(board: ModuleType, rows: list[dict[str, object]]) -> None:
    """Drawings of their own with a background, one a set, readable as XML."""
    ((name, drawing),) = board.plots(rows).items()
    assert name == "leaderboard-one.svg"
    root = ElementTree.fromstring(drawing)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert any(element.text == "ours" for element in root.iter())
