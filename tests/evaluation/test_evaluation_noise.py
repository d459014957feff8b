"""Noise robustness: what is shown to an answerer, and that the script measures both ends of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from small_corpus import build, write_texts
from speechrag.evaluation.noise import SHARES, SHOWN, mixed
from speechrag.records import Hit, Passage

SCRIPT = Path(__file__).resolve().parents[2] / "eval" / "noise_robustness.py"


def make_hits(telling: list[bool]) -> list[Hit]:
    return [
        Hit(rank, 1 / rank, Passage(f"s.{rank}", "s", (), "有" if told else "无", 0, 1), "s.txt", "题", "", {}, {})
        for rank, told in enumerate(telling, 1)
    ]


def told(hit: Hit) -> bool:
    return hit.passage.text == "有"


@given(st.lists(st.booleans(), max_size=30), st.sampled_from(SHARES))
def test_the_places_of_noise_are_what_was_asked_and_the_order_is_kept(telling: list[bool], share: float) -> None:
    """As many of each as there are places and hits, the first of each, numbered from 1."""
    hits = make_hits(telling)
    shown = mixed(hits, told, share)
    noise = round(share * SHOWN)
    assert sum(told(hit) for hit in shown) == min(SHOWN - noise, sum(telling))
    assert sum(not told(hit) for hit in shown) == min(noise, len(telling) - sum(telling))
    ids = [hit.passage.passage_id for hit in shown]
    assert ids == [hit.passage.passage_id for hit in hits if hit.passage.passage_id in ids]
    assert [hit.rank for hit in shown] == list(range(1, len(shown) + 1))


def test_the_script_finds_the_answer_until_all_is_noise(tmp_path: Path) -> None:
    """A row a share: found with one passage that answers, never with none."""
    build(write_texts(tmp_path / "src"), tmp_path / "index")
    question = {"qid": "q1", "question": "重大突发事件最迟多久内上报", "kind": "number", "answerable": True}
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(question | {"answer": ["两小时"], "split": "dev"}, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, str(SCRIPT), "--index", str(tmp_path / "index"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1:4] for line in done.stdout.splitlines() if line.startswith(("| 0", "| 1"))]
    found = {float(share): float(recall) for share, recall, _ in rows}
    assert found == {0.0: 1.0, 0.2: 1.0, 0.4: 1.0, 0.6: 1.0, 0.8: 1.0, 1.0: 0.0}
