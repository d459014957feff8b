"""Titles of several lines: broken by meaning, nothing lost, no last character alone."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.records import Outline
from speechrag.writing.export import outline_docx
from speechrag.writing.title_lines import title_lines

LONG = "在全市政协反映社情民意信息工作会议上的讲话"


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("在全县网络安全工作会议上的讲话", ["在全县网络安全工作会议上的讲话"]),
        (LONG, ["在全市政协反映社情民意", "信息工作会议上的讲话"]),
        (
            "肯定成绩　统一思想　切实做好全市信息工作再上新台阶",
            ["肯定成绩　统一思想", "切实做好全市信息工作再上新台阶"],
        ),
        (
            "在全省贯彻《关于加强新时代信访工作的若干意见》会上的讲话",
            ["在全省贯彻", "《关于加强新时代信访工作的若干意见》会上的讲话"],
        ),
        ("", [""]),
    ],
)
def test_a_title_breaks_by_meaning(title: str, lines: list[str]) -> None:
    """At its own spaces first; never within a word or a pair of brackets."""
    assert title_lines(title, 24 if "《" in title else 20) == lines


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="在全县政协信息工作会议上的讲话《》 　和2026a", max_size=60), st.integers(6, 24))
def test_a_broken_title_keeps_every_character(title: str, width: int) -> None:
    """Only the spaces at the breaks go."""
    lines = title_lines(title, width)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", title)


def test_the_title_of_a_word_file_is_balanced() -> None:
    """Both lines stand in one centred paragraph, so that the file still has one title."""
    document = Document(io.BytesIO(outline_docx(Outline("", (LONG,), "", "", (), ""))))
    assert document.paragraphs[0].text.split("\n") == title_lines(LONG, 20)
