"""What a borrowed sentence brings along of its own place and year is taken out, and what is left reads as Chinese."""

from __future__ import annotations

import pytest

from speechrag.records import OutlinePoint, Speech
from speechrag.writing.outlines.adapt import Adapter, Source
from speechrag.writing.outlines.facts import fill_slots, find_facts
from speechrag.writing.outlines.lint import warnings
from speechrag.writing.outlines.plan import read_plan


def filled(text: str, brief: str = "") -> str:
    return fill_slots(text, find_facts(text, allowed=brief, year=2026))


def carried(text: str, level: str, brief: str) -> str:
    """Return ``text`` of a speech of ``level`` as the speech of ``brief`` may say it."""
    speech = Speech("s", "d", "x.txt", 1, "", text, 0, len(text))
    return Adapter(Source(speech, level, (), (), (), True, True, 1.0), read_plan(brief)).carry(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新建四个农产品冷库", "新建【待补：数字】个农产品冷库"),
        ("连续两次垫底的村", "连续【待补：数字】次垫底的村"),
        ("缺口将近五万斤", "缺口将近【待补：数字】斤"),
        ("纳入管理的不到六成", "纳入管理的不到【待补：数字】成"),
        ("第三次土地调查已经铺开", "第【待补：数字】次土地调查已经铺开"),
        ("比计划提高两个百分点", "比计划提高【待补：数字】个百分点"),
        ("占三分之一", "占【待补：数字】"),
        ("拨付4.6亿元，每户300元", "拨付【待补：数字】元，每户【待补：数字】元"),
        ("纪念建校五十周年", "纪念建校【待补：数字】周年"),
        ("总局第16号令讲得清楚", "总局第【待补：数字】号令讲得清楚"),
        ("写一份不少于两千字的体会", "写一份不少于【待补：数字】字的体会"),
    ],
)
def test_a_slot_leaves_the_words_that_the_sentence_needs(text: str, expected: str) -> None:
    """Measure words, 第 and 不到 stay; 万 and 亿 go with the figure."""
    assert filled(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "抓好“五个一”活动以外的工作，做到四个不摆、三个到位",
        "抓两件大事，提三点希望",
        "市县乡三级联动，不搞两张皮",
        "治山治水，坚持山水林田湖草沙一体治理",
        "这是百年大计、千年大计",
        "三分建、七分管，干十天半个月就松劲不行",
        "捍卫“两个确立”，守住两条线",
        "十年树木，百年树人",
    ],
)
def test_figures_of_fixed_phrases_stay(text: str) -> None:
    """They count ideas or nothing, and belong to no place."""
    assert "数字" not in filled(text) and "时限" not in filled(text) and "姓名" not in filled(text)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("上周三到村里看了一趟", "时间"),
        ("中秋节前全部建成", "时间"),
        ("议事会放在晚上八点半以后开", "时间"),
        ("前不久召开的大会作了部署", "时间"),
        ("刚刚出台的办法要学透", "时间"),
        ("把“老杨”调解室的做法推开", "活动名称"),
        ("办好“田埂夜校”", "活动名称"),
        ("服务雄安新区建设", "地名"),
        ("融入成渝地区双城经济圈", "地名"),
        ("云门寨的路要修通", "地名"),
        ("部里只审程序，不定名单", "单位"),
        ("集团纪委要跟进监督", "单位"),
        ("食堂三菜一汤，自己洗碗", "用餐标准"),
        ("考核从第七升到第四，值得肯定", "名次变化"),
    ],
)
def test_what_is_true_of_the_source_only_becomes_a_slot(text: str, slot: str) -> None:
    """Days near its own, what it founded and named, parts of the country with a policy of their own, its own bodies."""
    assert f"【待补：{slot}】" in filled(text)


def test_a_body_that_the_brief_is_of_may_stand() -> None:
    """The brief's own company is nobody else's."""
    brief = "集团纪委书记在集团纪委全会上的讲话"
    assert filled("集团纪委要跟进监督", brief) == "集团纪委要跟进监督"


COUNTY, TOWN = "县长在全县安全生产工作会议上的讲话", "镇长在全镇安全生产工作会议上的讲话"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市防汛指挥部统一调度，市长是总指挥", "县防汛指挥部统一调度，县长是总指挥"),
        ("县区长是第一责任人", "乡镇长是第一责任人"),
        ("各县区党政主要负责人要到岗", "各乡镇党政主要负责人要到岗"),
        ("县（区）委书记要亲自抓", "乡镇党委书记要亲自抓"),
        ("市安委办每周通报", "县安委办每周通报"),
        ("市级库存要补齐", "县级库存要补齐"),
        ("市场主体要负责，市民要参与，市区道路要畅通", "市场主体要负责，市民要参与，市区道路要畅通"),
        ("省市两级都有要求", "省市两级都有要求"),
    ],
)
def test_a_city_s_organs_become_the_county_s(text: str, expected: str) -> None:
    """Organs, posts and units of the source's level by those of the new one; other words with 市 stay."""
    assert carried(text, "市", COUNTY) == expected


def test_every_office_of_a_list_changes_its_level() -> None:
    """Commissions and centres too: no list is left half the city's and half the county's."""
    told = carried("市卫健委、市教育局、市公积金中心年底前脱敏", "市", COUNTY)
    assert told == "县卫健委、县教育局、县公积金中心年底前脱敏"


def test_a_town_gets_no_offices_that_it_lacks() -> None:
    """Committee and government carry over under the town's names; what only a higher level has stays above it."""
    assert carried("市委、市政府要求，市应急管理局负责", "市", TOWN) == "镇党委、镇政府要求，市应急管理局负责"
    assert carried("市安委办每周通报", "市", TOWN) == "上级安委办每周通报"
    assert carried("县区长是第一责任人", "市", TOWN) == "村（社区）主要负责人是第一责任人"


def told(text: str, year: int | None = 2026) -> list[str]:
    """Return what is said of wordings in a point that says ``text`` in a speech of ``year``."""
    plan = read_plan("县长在全县工作会议上的讲话", {"year": str(year or "")})
    found = warnings((OutlinePoint("抓好落实", 1, "task", text, ()),), (), plan, _no_speech)
    return [warning.text for warning in found if warning.kind == "stale"]


def _no_speech(speech_id: str) -> Speech:
    raise AssertionError(f"no speech is cited here, {speech_id} least")


@pytest.mark.parametrize(
    "text",
    [
        "要同扶贫任务一起考核",
        "抓好建档立卡",
        "深入学习系列重要讲话精神",
        "加强和创新社会管理",
        "构建社会主义和谐社会",
        "五年过渡期内政策不变",
        "环保局要牵头",
        "原县国土局负责",
        "监察局要问责",
        "银保监局要配合",
        "计生办要摸底",
        "公安消防大队要检查",
        "当前非典防治任务很重",
        "做好疫情防控常态化各项工作",
        "今年是“十四五”收官之年",
    ],
)
def test_wordings_of_other_years_are_named(text: str) -> None:
    """Policies that ended, bodies that were renamed, events that are over, the wrong year of a plan."""
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "县文化和旅游局、生态环境局、自然资源和规划局要配合",
        "市场监管部门、应急管理部门、税务部门要到位",
        "弘扬脱贫攻坚精神",
        "工作局面焕然一新，公共卫生局面平稳",
        "对整改给予合理过渡期",
        "纪检监察机关要跟进",
        "今年是“十五五”开局之年",
        "贯彻党的二十大精神",
    ],
)
def test_present_names_and_wordings_are_not_flagged(text: str) -> None:
    """A present body whose name holds an old one, and what is in force in the year of the speech."""
    assert told(text) == []


def test_the_first_year_of_a_plan_is_told_from_the_last() -> None:
    """开局之年 fits 2026 and 2031, 收官之年 fits 2025 and 2030; without a year both are to be checked."""
    assert not told("开局之年要开好局", 2031) and told("开局之年要开好局", 2027)
    assert not told("收官之年要收好官", 2030) and told("收官之年要收好官", 2026)
    assert told("开局之年要开好局", None)


def test_a_warning_names_every_old_word_once_and_what_is_said_now() -> None:
    """Two old names of one reform are two things to mend; what took a wording's place is told."""
    assert len(told("环保局、环境保护局和环保局")) == 2
    assert "社会治理" in told("加强社会管理")[0]
    assert "市场监管部门" in told("工商局要检查")[0]
