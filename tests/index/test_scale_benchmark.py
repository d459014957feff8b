"""The growth benchmark: its endless corpus is always the same, and its table and plot show what was measured."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import pytest

from small_corpus import TEXTS, write_texts
from speechrag.index.store import CorpusStore

BENCHMARKS = Path(__file__).resolve().parent.parent.parent / "benchmarks"
ROW = {
    "postings": 5.0,
    "vectors": 4.0,
    "build": 9.0,
    "clock": 9.5,
    "peak": 400.0,
    "peak_asking": 180.0,
    "text_mb": 50.0,
    "postings_mb": 9.0,
    "vectors_mb": 10.0,
    "search": "exact float32",
    "recall": 1.0,
    "lexical": [0.4, 0.9],
    "dense": [0.3, 0.5],
    "hybrid": [3.0, 5.0],
    "filtered": [4.0, 6.0],
    "hybrid_clock": [3.1, 5.5],
}


def test_the_corpus_goes_on_when_the_texts_run_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences of two texts shuffled into a new one: as many passages as asked for, the same every time."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import scale

    documents = list(scale.read_texts([write_texts(tmp_path / "texts")]))
    assert [title for title, _ in documents] == sorted(Path(name).stem for name in TEXTS)
    first = list(islice(scale.endless(documents), 40))
    assert first == list(islice(scale.endless(documents), 40))
    assert len({text for _, text in first}) == len(first)
    for name in ("a", "b"):
        scale.write_passages([tmp_path / "texts"], 60, tmp_path / name)
    texts = [[s.passage for s in CorpusStore(tmp_path / name).iter_passages()] for name in ("a", "b")]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 60


def test_the_table_and_the_plot_show_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """One row a size; the plot is well-formed and has a point for each size in each of its four panels."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import scale

    rows = [{**ROW, "passages": size} for size in (10_000, 30_000, 100_000)]
    table = scale.table(rows).splitlines()
    assert len({line.count("|") for line in table}) == 1
    assert [line.split("|")[1].strip() for line in table[2:]] == ["10,000", "30,000", "100,000"]
    drawing = ElementTree.fromstring(scale.plot(rows))
    assert len(drawing.findall("{http://www.w3.org/2000/svg}circle")) == 4 * len(rows)
