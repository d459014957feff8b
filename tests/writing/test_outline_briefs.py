"""Forty briefs and what must be read from each; corrections; and where a plan refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from speechrag.errors import UsageError
from speechrag.writing.outlines.plan import plan_of, read_plan

BRIEFS = Path(__file__).resolve().parents[2] / "eval" / "outlines" / "briefs.jsonl"
ROWS = [json.loads(line) for line in BRIEFS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", [row for row in ROWS if "plan" in row], ids=lambda row: row["bid"])
def test_what_a_brief_says_is_read(row: dict[str, Any]) -> None:
    """Occasion, theme, level, year, points, length and who speaks, as far as the brief says them."""
    plan = read_plan(row["brief"]).as_mapping()
    assert {key: plan[key] for key in row["plan"]} == row["plan"]


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("3000字", 3000),
        ("约两千字", 2000),
        ("两千五百字左右", 2500),
        ("八百字", 800),
        ("讲二十分钟", 4000),
        ("半小时", 6000),
    ],
)
def test_length_is_read_in_characters_or_minutes(words: str, length: int) -> None:
    """Two hundred characters are read aloud in a minute."""
    assert read_plan(f"在全县安全生产工作会议上的讲话，{words}").length == length


def test_a_gathering_has_the_theme_it_is_mostly_about_unless_the_brief_names_one() -> None:
    """Villagers' representatives meet about the village; what the brief adds goes before."""
    assert read_plan("在村民代表会议上的讲话").theme == "农村工作"
    assert read_plan("在村民代表会议上的讲话，主题是移风易俗").theme == "移风易俗"


def test_what_was_read_can_be_corrected() -> None:
    """Each correction goes before the reading, and what hangs on it follows."""
    plan = read_plan(
        "在全县安全生产工作会议上的讲话",
        {"points": "5", "year": "2026", "occasion": "动员会", "theme": "消防安全", "level": "镇", "speaker": "镇长"},
    )
    assert (plan.points, plan.year, plan.level, plan.speaker) == (5, 2026, "镇", "镇长")
    assert plan.occasion.name == "动员会"
    assert plan.work.startswith("消防安全")
    assert len(plan.roles()) == 5


def test_an_empty_correction_takes_back_what_was_read() -> None:
    """The year of the brief is gone, nothing else."""
    assert read_plan("在全县安全生产工作会议上的讲话，2026年", {"year": ""}).year is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"colour": "red"}, "可以改的有"),
        ({"points": "9"}, "3到6"),
        ({"year": "明年"}, "应当是一个数"),
        ({"occasion": "茶会"}, "可以选"),
    ],
)
def test_a_plan_refuses_what_it_cannot_have(wrong: dict[str, str], says: str) -> None:
    """The error names what can be had instead."""
    with pytest.raises(UsageError, match=says):
        read_plan("在全县安全生产工作会议上的讲话", wrong)


@pytest.mark.parametrize("row", ROWS[:12], ids=lambda row: row["bid"])
def test_a_plan_shown_back_reads_as_the_same_plan(row: dict[str, Any]) -> None:
    """What an outline shows of its plan is enough to go on with it."""
    from speechrag.records import Outline

    plan = read_plan(row["brief"])
    again = plan_of(Outline(plan.brief, (), "", "", (), "", plan=plan.as_mapping()))
    assert again.as_mapping() == plan.as_mapping()
