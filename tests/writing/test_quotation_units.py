"""Figures of dates are told from figures of lengths of time."""

from __future__ import annotations

import pytest

from speechrag.writing.quotation_alignment import bare, units


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("为期三年的行动", ["number"]),
        ("连续五年增长", ["number"]),
        ("15日内办结", ["number"]),
        ("近20年来", ["number"]),
        ("2024年3月15日", ["date", "date", "date"]),
        ("二〇二五年", ["date"]),
    ],
)
def test_lengths_of_time_are_no_dates(text: str, kinds: list[str]) -> None:
    """为期三年 changed to 为期五年 is another number, 2024年 changed to 2025年 another date."""
    assert [unit.kind for unit in units(bare(text)) if unit.kind] == kinds


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("规划（2011—2015年）", ["2011", "2015"]),
        ("“十一”二十天", ["十一", "二十"]),
        ("收入1,260元、支出12，600元", ["1260", "12600"]),
        ("罚了172万元", ["172"]),
    ],
)
def test_a_mark_ends_a_figure_and_a_thousands_separator_does_not(text: str, figures: list[str]) -> None:
    """Years with a dash between them are two figures, and 万 behind digits is no figure of its own."""
    assert [unit.text for unit in units(bare(text)) if unit.kind] == figures
