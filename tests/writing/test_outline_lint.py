"""Warnings stand where the drafter must look."""

from __future__ import annotations

import pytest

from speechrag.records import Citation, OutlinePoint, Speech, Warning_
from speechrag.writing.outlines.lint import longest_run, warnings
from speechrag.writing.outlines.plan import read_plan


def cited(number: int, quote: str, speech_id: str = "a-1") -> Citation:
    return Citation(number, f"{speech_id}.1", speech_id, "a.txt", "讲话", quote, 0, len(quote))


def of(heading: str, text: str, quote: str, *, year: str = "") -> tuple[Warning_, ...]:
    leaf = OutlinePoint(heading, 2, "task", text, (1,))
    part = OutlinePoint("抓好重点任务落实", 1, "task", "", (1,), (leaf,))
    plan = read_plan(f"县长在{year}全县信访工作会议上的讲话")
    return warnings((part,), (cited(1, quote),), plan, lambda _: Speech("a-1", "a", "a.txt", 1, "讲话", quote, 0, 1))


@pytest.mark.parametrize(
    ("text", "year", "hit"),
    [
        ("为全面建设小康社会作贡献。", "2026年", True),
        ("为全面建设小康社会作贡献。", "2010年", False),
        ("由安监局牵头负责。", "2026年", True),
        ("由安监局牵头负责。", "2012年", False),
        ("以中国式现代化为引领。", "2010年", True),
        ("以中国式现代化为引领。", "2026年", False),
        ("以中国式现代化为引领。", "", False),
        ("落实“两学一做”学习教育要求。", "", True),
    ],
)
def test_stale_wording_depends_on_the_year(text: str, year: str, hit: bool) -> None:
    """A wording is stale before and after its years; without a year only what has ended is marked."""
    found = [warning for warning in of("抓好落实工作", text, text, year=year) if warning.kind == "stale"]
    assert bool(found) is hit
    assert all(warning.where == "一、（一）" for warning in found)


def test_a_renamed_department_is_told_with_its_present_name() -> None:
    """The drafter reads what the body is called now."""
    found = of("抓好落实工作", "由国土资源局负责。", "由国土资源局负责。", year="2026年")
    assert any("自然资源" in warning.text for warning in found)


def test_a_long_copied_heading_is_marked() -> None:
    """More than twenty characters in one run are the source's words, not the drafter's."""
    heading = "进一步加强和改进新形势下全县信访工作努力维护社会稳定"
    kinds = [warning.kind for warning in of(heading, "要抓落实。", heading + "。")]
    assert "copied" in kinds
    assert "copied" not in [warning.kind for warning in of("加强信访工作", "要抓落实。", heading)]


def test_a_quotation_with_holes_is_marked() -> None:
    """A source that lost characters must be checked against the original."""
    assert any(warning.kind == "damaged_source" for warning in of("抓好落实", "要抓落实。", "20xx年要抓落实。"))


def test_longest_run_counts_neighbouring_characters() -> None:
    """Worked by hand."""
    assert longest_run("甲乙丙丁", "丙丁甲乙") == 2
    assert longest_run("", "甲") == 0
