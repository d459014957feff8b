"""What is read from a brief."""

from __future__ import annotations

import pytest

from speechrag.writing.outlines.plan import read_plan


@pytest.mark.parametrize(
    ("brief", "theme", "occasion", "level"),
    [
        ("县委宣传部部长在全县网络与信息安全工作会议上的讲话", "网络与信息安全", "部署会", "县"),
        ("县长在全县防汛抗旱工作会议上的讲话", "防汛抗旱", "专题会", "县"),
        ("水利局局长在全市水利信息化工作会议上的讲话", "水利信息化", "部署会", "市"),
        ("政协主席在社情民意信息培训班开班式上的讲话", "社情民意信息", "培训班", ""),
        ("局长在全局保密工作座谈会上的讲话", "保密", "座谈会", "局"),
        ("镇党委书记在全镇平安建设暨社会治安综合治理工作会议上的讲话", "平安建设暨社会治安综合治理", "专题会", "镇"),
        ("县长在全县教育系统总结表彰大会上的讲话", "教育", "总结表彰会", "县"),
        ("县委书记在县委经济工作会议上的讲话", "经济", "部署会", "县"),
        ("街道党工委书记在街道党建工作推进会上的讲话", "党建", "推进会", "街道"),
        ("写一篇关于优化营商环境的讲话", "优化营商环境", "部署会", ""),
        ("縣長在全縣安全生產工作會議上的講話", "安全生产", "专题会", "县"),
    ],
)
def test_theme_occasion_and_level_are_read(brief: str, theme: str, occasion: str, level: str) -> None:
    """The theme is the meeting's name without year, place, level and kind of meeting."""
    plan = read_plan(brief)
    assert (plan.theme, plan.occasion.name, plan.level) == (theme, occasion, level)


def test_speaker_audience_points_year_and_length_are_read() -> None:
    """All that a brief says is in the plan, as plain values."""
    plan = read_plan("副县长在2026年全县统计工作会议上的讲话，对象是各乡镇分管领导，讲四点意见，3000字，重点讲数据质量")
    shown = plan.as_mapping()
    assert shown["speaker"] == "副县长"
    assert shown["audience"] == "各乡镇分管领导"
    assert (shown["points"], shown["year"], shown["length"]) == (4, 2026, 3000)
    assert shown["focus"] == ["数据质量"]
    assert shown["theme"] == "统计"


@pytest.mark.parametrize("count", ["三", "五", "6", "两", "十", "九"])
def test_numbers_of_points_outside_three_to_six_are_not_taken(count: str) -> None:
    """Three to six main points; anything else falls back to the usual number."""
    plan = read_plan(f"县长在全县信访工作会议上的讲话，讲{count}点意见")
    assert plan.points == {"三": 3, "五": 5, "6": 6}.get(count, 3)
    assert len(plan.roles()) == plan.points


def test_an_ordinal_is_not_a_number_of_points() -> None:
    """第五次会议 asks for no five points."""
    assert read_plan("县长在全县第五次信访工作会议上的讲话").points == 3


def test_a_longer_name_hides_a_shorter_theme() -> None:
    """水利信息化 is its own theme, not 信息化 and not 水利."""
    assert read_plan("局长在水利信息化工作会议上的讲话").rows[0].names[0] == "水利信息化"


@pytest.mark.parametrize(
    ("event", "theme"),
    [
        ("全市乡村振兴推进会", "乡村振兴"),
        ("全镇美丽乡村建设推进会", "美丽乡村建设"),
        ("清溪县城乡建设工作会议", "城乡建设"),
        ("泽川市市场监管工作会议", "市场监管"),
        ("县域经济发展工作会议", "县域经济发展"),
        ("临江县委经济工作会议", "经济"),
    ],
)
def test_a_place_is_taken_off_but_no_part_of_the_theme(event: str, theme: str) -> None:
    """乡 of 乡村振兴 and 市 of 市场监管 are no levels."""
    assert read_plan(f"主要领导在{event}上的讲话").theme == theme
