"""Commands that run beside the page: followed, stopped, and told from each other when they fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from small_corpus import build, write_texts
from speechrag.interfaces import jobs
from speechrag.interfaces.jobs import Job

LONG = 120.0  # seconds a test would wait for what ends by itself


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five texts; commands started from here build and search without models."""
    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "hash")
    monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")
    return write_texts(tmp_path / "corpus")


def test_a_build_is_followed_to_its_report(corpus: Path, tmp_path: Path) -> None:
    """The progress lines give stage and count, what is printed is kept whole."""
    index = str(tmp_path / "index")
    job = Job([("build", str(corpus), "--index", index, "--format", "json", "--progress", "lines")])
    job.wait(LONG)
    assert (job.state, job.complaint) == (jobs.DONE, "")
    assert json.loads(job.output)["speeches"] == 5
    assert job.stage and job.done == job.total > 0
    assert job.seconds > 0


def test_the_first_command_that_fails_ends_the_job(corpus: Path, tmp_path: Path) -> None:
    """What it said is kept; the next one is not begun."""
    missing = str(tmp_path / "missing")
    job = Job([("search", "信息", "--index", missing), ("build", str(corpus), "--index", missing)])
    job.wait(LONG)
    assert job.state == jobs.FAILED
    assert "there is no index here" in job.complaint
    assert not Path(missing).exists()


def test_a_stopped_command_ends_and_the_next_is_not_begun(corpus: Path, tmp_path: Path) -> None:
    """A server would run for ever; stopping it twice does no more."""
    index, other = tmp_path / "index", tmp_path / "other"
    build(corpus, index)
    job = Job([("serve", "--index", str(index), "--port", "0"), ("build", str(corpus), "--index", str(other))])
    job.stop()
    job.stop()
    job.wait(LONG)
    assert job.state == jobs.STOPPED
    assert not other.exists()


@pytest.mark.parametrize("line", ["", "note: x\n", "{}", "[1]", '{"stage": "a", "done": "x", "total": 1}', "1"])
def test_other_lines_are_no_progress(line: str) -> None:
    """Notes and warnings of a command stay what they are."""
    assert jobs._progress(line) is None
