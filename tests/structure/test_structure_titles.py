"""A title broken inside a word by the width of a page is whole again; two lines of their own stay two."""

from __future__ import annotations

import pytest

from speechrag.structure.titles import find_title


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("政府工作报\n告", "政府工作报告"),
        ("在全镇防汛工\n作会议上的讲话", "在全镇防汛工作会议上的讲话"),
        ("在全镇防汛工作会议上的讲\n话", "在全镇防汛工作会议上的讲话"),
        ("柳河县水利局\n工作报告", "柳河县水利局"),
        ("在全镇防汛会上的讲话\n镇长的报告", "在全镇防汛会上的讲话"),
    ],
)
def test_a_title_is_joined_only_over_a_broken_word(lines: str, title: str) -> None:
    """One word must reach over the break, and only both lines together may end as a title does."""
    text = f"{lines}\n同志们：\n今天我们开会研究防汛。"
    assert find_title(text, 0, len(text), "1.txt")[0] == title
