"""Facts of a source are found and give way to slots; words that only look like facts stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.writing.outlines.facts import fill_slots, find_facts


def filled(text: str, **options: object) -> str:
    return fill_slots(text, find_facts(text, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全年共报送信息3146条", "全年共报送信息【待补：数字】条"),
        ("完成率达到百分之六十五", "完成率达到【待补：数字】"),
        ("六十三家单位签订了责任书", "【待补：数字】家单位签订了责任书"),
        ("11月15日前完成整改", "【待补：时间】完成整改"),
        ("2016年以来成效明显", "【待补：时间】成效明显"),
        ("20xx年成效明显", "【待补：时间】成效明显"),
        ("今年要抓好落实", "【待补：时间】要抓好落实"),
        ("七天内整改到位", "【待补：时限】整改到位"),
        ("深入贯彻党的十七大精神", "深入贯彻【待补：会议精神】精神"),
        ("认真落实市委五届二次全会部署", "认真落实市委【待补：会议名称】部署"),
        ("实现“十一五”规划目标", "实现【待补：规划】目标"),
        ("按照《关于加强政务信息工作的意见》执行", "按照【待补：文件名称】执行"),
        ("陈市长多次作出批示", "【待补：姓名】多次作出批示"),
        ("xx同志宣读了决定", "【待补：姓名】宣读了决定"),
        ("开展“三力提升”活动", "开展【待补：活动名称】"),
    ],
)
def test_facts_become_slots(text: str, expected: str) -> None:
    """Numbers, dates, limits, sessions, plans, papers, persons, masks and campaigns do not carry over."""
    assert filled(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "坚持第一责任人制度，一级抓一级，层层抓落实",
        "抓好三个方面的工作",
        "增强“四个意识”，做到“两个维护”",
        "千方百计为千家万户服务",
        "落实一岗双责和24小时值班制度",
        "各级各部门、各乡镇、城市社区都要行动起来",
        "把安全放在第一位，做到万无一失",
        "全面落实《网络安全法》",
        "习近平总书记高度重视这项工作",
        "我国的信息化水平不断提高",
    ],
)
def test_general_wording_is_no_fact(text: str) -> None:
    """Idioms, counted ideas, general places, national laws and national leaders' titles stay."""
    assert filled(text) == text


def test_what_the_brief_says_is_not_foreign() -> None:
    """The new speech's own year and place may stand."""
    assert filled("2026年清溪市的任务", allowed="清溪市市长在2026年会议上的讲话") == "2026年清溪市的任务"


def test_the_names_of_the_source_are_found() -> None:
    """A place that no dictionary holds is known from the speech's title."""
    assert filled("柳河的经验值得推广", names=("柳河",)) == "【待补：地名】的经验值得推广"


def test_a_congress_in_force_in_the_brief_s_year_may_stand() -> None:
    """In a speech of 2010 the seventeenth congress is current."""
    assert filled("贯彻党的十七大精神", year=2010) == "贯彻党的十七大精神"
    assert "【待补：会议精神】" in filled("贯彻党的十七大精神", year=2026)


@given(st.text(alphabet="一二三十百第年月日个家条3年0xX×*《》“”（），。市县张王局长同志今去", max_size=60))
def test_facts_lie_in_order_without_overlap(text: str) -> None:
    """Spans are within the text, sorted and disjoint, so that filling loses nothing else."""
    position = 0
    for fact in find_facts(text):
        assert position <= fact.start < fact.end <= len(text)
        position = fact.end
