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


def test_a_single_finished_run_is_measured_without_a_comparison(
    tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its means, and nothing to compare them with."""
    assert main(["evaluate", "--runs", run_file(tmp_path / "a", 15), "--qrels", qrels, "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["measures"]["nDCG@10"] == 0.5 and row["queries"] == 30
    assert row["comparison"] is None and row["notes"][0] == str(tmp_path / "a")


@pytest.mark.parametrize("fused", [(), ("--fuse", "rrf")])
def test_every_query_of_finished_runs_has_its_values_in_the_file(
    fused: tuple[str, ...], tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of a search: measure, query, value; of the first run, or of the fused one."""
    runs = ["--runs", run_file(tmp_path / "a", 15), run_file(tmp_path / "b", 30), "--qrels", qrels]
    assert main(["evaluate", *runs, *fused, "--scores-out", str(tmp_path / "scores.tsv")]) == 0
    rows = [line.split("\t") for line in (tmp_path / "scores.tsv").read_text(encoding="utf-8").splitlines()]
    found = {query: float(value) for measure, query, value in rows if measure == "R@10"}
    assert len(found) == 30 and sum(found.values()) == (30 if fused else 15)


def test_finished_runs_are_looked_at_and_gated_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the topics: a loss on a hundred queries of one kind is seen although the others gained more."""
    names = [f"q{n:03d}" for n in range(300)]
    (tmp_path / "qrels").write_text("".join(f"{q} 0 d{q} 1\n" for q in names), encoding="utf-8")
    rows = [{"_id": q, "text": f"第{q}问怎么办", "metadata": {"kind": "少" if q < "q100" else "多"}} for q in names]
    (tmp_path / "topics").write_text("".join(f"{json.dumps(row)}\n" for row in rows[:-1]), encoding="utf-8")
    for name, found in (("new", names[50:]), ("old", names[:100] + names[200:])):
        lines = [f"{q} Q0 {f'd{q}' if q in found else 'x'} 1 1 t\n" for q in names]
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    given = ["--runs", str(tmp_path / "new"), str(tmp_path / "old"), "--qrels", str(tmp_path / "qrels"), "--gate"]
    assert main(["evaluate", *given]) == 0
    capsys.readouterr()
    assert main(["evaluate", *given, "--topics", str(tmp_path / "topics"), "--format", "json"]) == 1
    out, err = capsys.readouterr()
    row = json.loads(out)
    assert row["slices"]["kind: 少"]["queries"] == 100 and row["topics"]["q000"] == "第q000问怎么办"
    assert any("without a topic, measured and in no kind: 1" in note for note in row["notes"])
    assert not {"auto: low overlap", "auto: exact phrase", "auto: typo"} & row["slices"].keys()
    assert "gate: kind: 少 (100): nDCG@10 -0.5000" in err and "all queries" not in err


def test_a_baseline_of_another_set_is_refused(tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]) -> None:
    """None of its queries is judged: every run would gain over it."""
    (tmp_path / "foreign").write_text("x1 Q0 z1 1 1 t\n", encoding="utf-8")
    runs = ["--runs", run_file(tmp_path / "a", 20), str(tmp_path / "foreign"), "--qrels", qrels]
    assert main(["evaluate", *runs]) == 1
    out, err = capsys.readouterr()
    assert out == "" and "foreign: none of the 30 judged queries is in it" in err


def test_the_gate_does_not_pass_on_queries_that_the_baseline_lacks(
    tmp_path: Path, qrels: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are told in a note and stop the gate; what both runs lack is no gain and stops nothing."""
    whole = run_file(tmp_path / "a", 30)
    half = tmp_path / "half"
    half.write_text("".join(Path(whole).read_text("utf-8").splitlines(keepends=True)[:18]), encoding="utf-8")
    assert main(["evaluate", "--runs", whole, str(half), "--qrels", qrels, "--gate"]) == 1
    out, err = capsys.readouterr()
    assert "note: baseline lacks 12 of 30 judged queries" in out
    assert err.splitlines() == ["gate: the baseline lacks 12 of 30 judged queries; measure both on one set"]
    assert main(["evaluate", "--runs", str(half), str(half), "--qrels", qrels, "--gate"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--runs", "a", "b"], "give --qrels FILE"),
        (["--runs", "a", "--qrels", "q", "--fuse", "rrf"], "1 runs; expected two"),
        (["--runs", "a", "--qrels", "q", "--gate"], "--gate needs a run to compare with"),
        (["--runs", "a", "b", "c", "--qrels", "q"], "3 runs; expected two"),
        (["--runs", "a", "b", "--qrels", "q", "--dataset", "d"], "--runs goes with --qrels alone"),
        (["--runs", "a", "b", "--qrels", "q", "--families", "on"], "not with --families on"),
        (["--runs", "a", "b", "--qrels", "q", "--set", "ranker=off"], "not with --set"),
        (["--runs", "a", "b", "--qrels", "q", "--split", "dev", "--index", "i"], "not with --split, --index"),
        (["--runs", "a", "b", "--qrels", "q", "--embedder", "hash"], "not with --embedder"),
        (["--runs", "a", "b", "--qrels", "q", "--baseline", "c"], "not with --baseline"),
        (["--fuse", "rrf", "--dataset", "d"], "--fuse needs the runs"),
        (["--gate", "--dataset", "d"], "--gate needs a run"),
        (["--dataset", "d", "--set", "passage_chars=3"], "--set 'passage_chars=3'"),
        (["--dataset", "d", "--set", "ranker"], "--set 'ranker'"),
        (["--dataset", "d", "--set", "dense_weight=abc"], "--set 'dense_weight=abc': expected a number from 0 to 1"),
        (["--dataset", "d", "--search", "dense_weight=0,2"], "expected a number from 0 to 1"),
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
