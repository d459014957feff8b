"""A short form of ``benchmarks/kill_sweep.py``: a rebuild killed, or failed, at points spread over all its steps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent.parent / "benchmarks"


def can_trace() -> bool:
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", "/dev/null", sys.executable, "-c", ""], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_trace(), reason="strace is not installed or may not trace here")
@pytest.mark.parametrize(("faults", "tries"), [(["KILL"], 10), (["ENOSPC", "EIO"], 6)])
def test_a_rebuild_stopped_anywhere_leaves_a_whole_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: list[str], tries: int
) -> None:
    """Old or new and nothing between, a clear error where there was one, and a later build that cleans up."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from kill_sweep import Sweep, sample

    sweep = Sweep(tmp_path)
    points = sample(sweep.points(faults), tries)
    outcomes = list(sweep.run(points))
    assert len(outcomes) == tries
    assert [outcome for outcome in outcomes if outcome.trouble] == []
    assert {outcome.live for outcome in outcomes} <= {"old", "new"}
