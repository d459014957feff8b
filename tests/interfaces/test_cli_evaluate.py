"""``speechrag evaluate``: runs on disk, the page, the gate and generated sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from small_corpus import build, write_texts
from speechrag.interfaces.cli import main

QRELS = "".join(f"q{n} 0 d{n} 1\n" for n in range(1, 31))


def run_file(path: Path, found: int, tag: str = "t") -> str:
    """Write a run that finds the judged document of the first ``found`` queries and nothing of use for the others."""
    rows = [f"q{n} Q0 {f'd{n}' if n <= found else 'd99'} 1 1.0 {tag}\n" for n in range(1, 31)]
    path.write_text("".join(rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def qrels(tmp_path: Path) -> str:
    """Thirty judged queries."""
    (tmp_path / "qrels").write_text(QRELS, encoding="utf-8")
    return str(tmp_path / "qrels")


def test_two_runs_are_compared(tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first against the second, as a table and as JSON."""
    runs = ("--runs", run_file(tmp_path / "a", 30), run_file(tmp_path / "b", 15), "--qrels", qrels)
    assert main(["evaluate", *runs, "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["comparison"]["nDCG@10"]["difference"] == 0.5
    assert row["comparison"]["nDCG@10"]["p_value"] < 0.001
    assert main(["evaluate", *runs]) == 0
    assert "compared with the baseline" in capsys.readouterr().out


def test_runs_are_fused_and_the_fused_run_written(
    tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three runs by rank, measured against the first of them."""
    files = [run_file(tmp_path / name, found) for name, found in (("a", 10), ("b", 30), ("c", 30))]
    out = tmp_path / "fused"
    arguments = ["--runs", *files, "--fuse", "rrf", "--qrels", qrels, "--run-out", str(out), "--format", "json"]
    assert main(["evaluate", *arguments]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["measures"]["R@10"] == row["measures"]["RR@10"] == 1.0
    assert row["comparison"]["R@10"]["baseline"] == pytest.approx(1 / 3)
    assert out.read_text(encoding="utf-8").startswith("q1 Q0 d1 1 ")


def test_the_gate_passes_what_is_no_worse(tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, nothing on stderr."""
    runs = ["--runs", run_file(tmp_path / "a", 20), run_file(tmp_path / "b", 20), "--qrels", qrels]
    assert main(["evaluate", *runs, "--gate"]) == 0
    assert capsys.readouterr().err == ""


def test_the_gate_stops_what_lost(tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1, the reasons on stderr, the report on stdout all the same."""
    runs = ["--runs", run_file(tmp_path / "a", 10), run_file(tmp_path / "b", 20), "--qrels", qrels]
    assert main(["evaluate", *runs, "--gate", "--format", "json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["queries"] == 30
    assert [line.split(": ")[0] for line in err.splitlines()] == ["gate", "gate"]
    assert "all queries (30): nDCG@10 -0.3333" in err and "R@100" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--runs", "a", "b"], "give --qrels FILE"),
        (["--runs", "a", "--qrels", "q"], "1 runs; expected two"),
        (["--runs", "a", "b", "c", "--qrels", "q"], "3 runs; expected two"),
        (["--runs", "a", "b", "--qrels", "q", "--dataset", "d"], "--runs goes with --qrels alone"),
        (["--fuse", "rrf", "--dataset", "d"], "--fuse needs the runs"),
        (["--gate", "--dataset", "d"], "--gate needs a run"),
        (["--dataset", "d", "--set", "passage_chars=3"], "--set 'passage_chars=3'"),
        (["--dataset", "d", "--set", "ranker"], "--set 'ranker'"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that says what is missing, exit 2."""
    assert main(["evaluate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and said in err.splitlines()[0]


def test_sets_are_made_and_measured_into_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From an index to query sets, from a set to the page, the scores and the JSON keys that were added."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "hash")
    monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")
    build(write_texts(tmp_path / "texts"), tmp_path / "index")
    assert main(["evaluate", "--make-set", "sets", "--index", "index", "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made[0]["set"] == "headings-kept" and made[0]["dev"] + made[0]["test"] > 5
    chosen = ["--dataset", "sets/headings-kept", "--split", "dev" if made[0]["dev"] else "test"]
    written = ["--report", "报告.html", "--scores-out", "scores.tsv"]
    assert main(["evaluate", *chosen, *written, "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)
    added = {
        "slices",
        "recall_curve",
        "latency",
        "index",
        "settings",
        "refusal",
        "leaks",
        "topics",
        "coverage",
        "power",
    }
    assert added <= row.keys()
    assert row["slices"]["auto: exact phrase"]["queries"] == len(row["slices"]["auto: exact phrase"]["query_ids"])
    assert "检索评测" in (tmp_path / "报告.html").read_text(encoding="utf-8")
    assert (tmp_path / "scores.tsv").read_text(encoding="utf-8").startswith("nDCG@10\theadings-kept-")
