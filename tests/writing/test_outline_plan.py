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


@pytest.mark.parametrize(
    ("brief", "theme"),
    [
        ("在透水事故之后的全市安全生产会议上的讲话", "安全生产"),
        ("县长在开春前全县造林绿化动员会上的讲话", "造林绿化"),
        ("副市长在全市岁末年初消防安全工作会议上的讲话", "消防安全"),
        ("镇长在汛期到来之前防汛工作会议上的讲话", "防汛"),
        ("总经理在“安全生产月”启动仪式上的讲话", "安全生产"),
        ("局长在“宪法宣传周”启动仪式上的讲话", "宪法"),
        ("区长在全区政府系统档案工作会议上的讲话", "档案"),
        ("书记在全县信访工作责任制落实推进会上的讲话", "信访"),
        ("主任在全市机关党建（含离退休支部）工作会议上的讲话", "机关党建"),
        ("主任在全区统计系统务虚会上的讲话", "统计"),
        ("副省长在全省大气污染防治攻坚战推进会上的讲话", "大气污染防治"),
        ("开年第一会：全县招商引资大会，县长致辞式讲话", "招商引资"),
        ("街道党委书记年初信访工作会议讲话", "信访"),
    ],
)
def test_when_a_meeting_is_held_and_how_is_no_part_of_its_theme(brief: str, theme: str) -> None:
    """Neither its season nor what it follows, its campaign month, its speaker or what is explained in brackets."""
    assert read_plan(brief).theme == theme


def test_a_course_named_after_who_attends_is_on_what_the_brief_says_it_teaches() -> None:
    """A course for village cadres on 党建 is on that; one that names its own field stays with it."""
    course = "副部长在村干部培训班上的讲话，讲抓党建促乡村振兴，两千字"
    assert read_plan(course).theme == "党建促乡村振兴"
    assert read_plan("副部长在信访干部培训班上的讲话，讲党建").theme == "信访干部"
    assert read_plan("副部长在村干部培训班上的讲话").work == "村干部队伍建设"


def test_a_sentence_is_no_theme_where_it_names_one() -> None:
    """What is asked of whom stays out of the headings."""
    assert read_plan("写一篇讲话，就提高信访办理质量、坚持依法信访对各部门和乡镇提要求").theme == "信访"


@pytest.mark.parametrize("words", ["2000字", "约2000多字", "2000 字左右"])
def test_a_number_of_characters_is_no_year(words: str) -> None:
    """2000字 is a length."""
    plan = read_plan(f"县长在全县信访工作会议上的讲话，{words}")
    assert plan.year is None
    assert read_plan(f"县长在全县信访工作会议上的讲话，2026年，{words}").year == 2026
