"""The kind of value a question asks for tells which of the figures, dates and names beside each other is meant."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from speechrag.text import fold
from speechrag.writing.answer_types import spots
from speechrag.writing.question_kinds import Kind, kind_of
from speechrag.writing.questions import Question, analyse

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, document_frequency


def taken(question: str) -> Question:
    return analyse(question, CUTTER, document_frequency)


def best(question: str, text: str) -> list[str]:
    """Return the stretches of ``text`` that fit the question best, in their order."""
    folded = fold(text)
    found = list(spots(taken(question), folded))
    return [folded[a:b] for a, b, strength in found if strength == max(s for *_, s in found)]


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("交流会是几月几号召开的", "1958年定下来，每到4月准备，3月12日召开", "3月12日"),
        ("交流会是哪一天召开的", "1958年定下来，每到4月准备，3月12日召开", "3月12日"),
        ("交流会在几月份召开", "1958年定下来，每到4月召开", "4月"),
        ("交流会是哪一年定下来的", "1958年定下来，每到4月召开", "1958年"),
    ],
)
def test_a_date_has_the_fineness_that_is_asked_for(question: str, text: str, value: str) -> None:
    """几号 and 哪一天 want a day, 几月份 a month, 哪一年 a year; other dates beside it do not fit as well."""
    assert best(question, text) == [value]


def test_this_year_says_little_beside_a_year_by_name() -> None:
    """Asked when, a report's 今年 fits less than a dated event."""
    assert best("什么时候建成的水库", "今年加固水库，水库1958年建成") == ["1958年"]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("水浇地占百分之多少", "百分之六十"),
        ("水浇地占几分之几", "三分之二"),
        ("引进资金多少万元", "300万"),
        ("引进资金多少钱", "300万"),
        ("专线带宽是多少兆", "达到100"),
    ],
)
def test_a_figure_has_the_unit_that_is_asked_for(question: str, value: str) -> None:
    """A share is no amount and an amount no share; 万元 is money and 兆 may be written M."""
    told = {
        "百分之六十": "涉及3个乡，水浇地占百分之六十",
        "三分之二": "共有4万亩，水浇地占三分之二",
        "300万": "项目42个，资金300万元，比上年增长12%",
        "达到100": "共20个点，带宽达到100M",
    }[value]
    assert best(question, told) == [value]


def test_growth_is_no_amount() -> None:
    """By how much money grew does not answer how much it is."""
    folded = "比上年增长12%"
    assert all(strength <= 0.5 for *_, strength in spots(taken("引进资金多少钱"), folded))


def test_a_book_is_known_by_its_title() -> None:
    """哪本书 is answered by what stands in title marks."""
    assert best("要读哪本书", "要读《矛盾论》，每人写3篇心得") == [fold("《矛盾论》")]


@pytest.mark.parametrize(
    ("question", "text", "organ"),
    [
        ("由哪个部门牵头", "这项工作由县水务局牵头", "水务局"),
        ("修路的钱由谁出", "修路的钱由县财政局承担", "财政局"),
        ("盖房的钱谁出", "盖房的钱农户自筹", "农户"),
    ],
)
def test_an_organ_or_a_group_may_be_who_is_asked_for(question: str, text: str, organ: str) -> None:
    """谁 and 哪个部门 are answered by a body that leads or pays, not by persons only."""
    assert any(organ in value for value in best(question, text))


@pytest.mark.parametrize("question", ["症结在哪里", "差距究竟在哪里", "从哪里入手", "钱花在了哪里"])
def test_where_may_ask_for_no_place(question: str) -> None:
    """症结在哪里 asks what it is, 从哪里入手 how to begin."""
    assert kind_of(question) is not Kind.PLACE


def test_where_something_takes_place_asks_for_a_place() -> None:
    """The words that tell the one from the other leave the plain question alone."""
    assert kind_of("交流会在哪里召开") is Kind.PLACE


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("98年的洪水有多大", "1998"),
        ("八四年的产量是多少", "1984"),
        ("一九八四年的产量是多少", "1984"),
        ("08年的雪灾", "2008"),
    ],
)
def test_a_year_may_be_said_in_short_or_in_words(said: str, year: str) -> None:
    """98年 and 一九九八年 are the year as speeches write it."""
    assert f"{year}年" in taken(said).text


@pytest.mark.parametrize("said", ["干了七八年有什么成绩", "60年代的水库", "用了三年"])
def test_a_length_of_time_is_no_year(said: str) -> None:
    """七八年, 60年代 and 三年 stay as they are."""
    assert taken(said).text == said


def test_a_year_that_is_only_told_by_relation_is_no_year() -> None:
    """哪一年 wants its number: 今年, which ends like one, does not fit as well."""
    assert best("研究会是哪一年成立的", "今年换届，1998年成立") == ["1998年"]


@pytest.mark.parametrize(
    ("question", "value"),
    [("水田占百分之多少", "38%"), ("水田面积增长百分之多少", "12%")],
)
def test_a_rate_of_growth_is_no_share(question: str, value: str) -> None:
    """What something takes up of a whole is not by how much it grew, unless growth is asked for."""
    assert value in best(question, "水田面积增长12%，占38%")
    assert ("12%" in best(question, "水田面积增长12%，占38%")) == ("增长" in question)


def test_at_once_is_no_length_of_time_where_another_sentence_tells_one() -> None:
    """第一时间 answers 多久 less well than a figure does."""
    question = taken("险情多久内要上报")
    vague, told = (list(spots(question, fold(text))) for text in ("险情要在第一时间上报。", "险情要在2小时内上报。"))
    assert max(strength for *_, strength in vague) < max(strength for *_, strength in told)


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("支部党员从几名发展到几名", "党员由5人发展到18人", "18"),
        ("安置区要住多少人", "涉及4个乡，要安置2.7万多名移民", "2.7万"),
        ("当护林员要多少年工龄", "护林员须有六年以上工龄", "六"),
        ("水利工作的权重提到多少", "考核里水利工作的权重提到3.5分", "3.5"),
        ("矿长的抵押金交多少钱", "矿长六万，副矿长四万", "六万"),
        ("巡护员和林地面积按什么比例配", "巡护员按1∶300的比例配备", "1:300"),
        ("封顶用了多长时间", "用1200小时实现封顶", "1200小时"),
        ("早班会每天几点开", "3月12日起早班会每天7∶40开", "7:40"),
        ("早班会每天几点开", "3月12日起早班会每天七点半开", "七点半"),
        ("是谁主动请缨攻关的", "老党员岑石主动请缨", "党员"),
        ("在册渔船有多少艘", "4月5日出海，四千一百艘在册渔船要清点", "四千一百"),
        ("全县晒课多少节", "2015年全县晒课2680节", "2680"),
    ],
)
def test_what_is_told_in_another_measure_or_form_of_the_same_thing_fits(question: str, text: str, value: str) -> None:
    """名 and 人 count alike, 多 behind a figure changes nothing, points, ratios and hours of the clock are values."""
    folded = fold(text).replace("∶", ":")
    fitting = [folded[a:b] for a, b, strength in spots(taken(question), fold(text)) if strength >= 0.7]
    assert any(value in found for found in fitting), list(spots(taken(question), fold(text)))


def test_a_clock_time_is_told_before_a_date_where_the_hour_is_asked_for() -> None:
    """几点 wants an hour, not a day."""
    assert best("早班会每天几点开", "3月12日起早班会每天七点半开") == ["七点半"]


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("民工被派到哪个国家修路", "工友们被派往巴基斯坦修建公路", "巴基斯坦"),
        ("代表对报告里哪个数据印象深", "代表说印象最深的是贫困发生率降到4%以下", "4%"),
    ],
)
def test_a_country_and_a_figure_may_be_asked_for_by_their_noun(question: str, text: str, value: str) -> None:
    """哪个国家 is answered by its name, 哪个数据 by a figure."""
    assert best(question, text) == [value]


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("水温超过多少度要停机", "每小时记一次，水温超过三十八度的当场停机", "超过三十八"),
        ("老人为补助来回跑了多少回", "三年里为补助跑了四十多趟", "四十多"),
        ("考核综合排名第几", "去年考核综合排名第一，首次受到表彰", "第一"),
        ("工作群要砍掉几成", "工作群九月底前减掉一半", "一半"),
        ("一年另外能拿几个钱", "去年6亩地入了股，每年另拿3000多元", "3000多"),
        ("渠道什么时候交付", "清淤37公里，20日以前交付", "20日"),
        ("参合费收到哪一天截止", "从今天起开始收，到腊月二十截止", "腊月二十"),
        ("水库哪天竣工的", "一九六四年十月十六日竣工的水库", "一九六四年十月十六日"),
        ("活动日定在每月哪一天", "把每月第一个星期五定为活动日", "每月第一个星期五"),
        ("社长在哪里调研", "社长在青河日报社调研", "在青河日报社"),
        ("捐钱修桥的老板叫什么", "修桥的钱由陈老板捐了二十万", "陈老板"),
    ],
)
def test_values_are_known_in_the_forms_that_speeches_give_them(question: str, text: str, value: str) -> None:
    """Degrees, 趟 for 回, 一半 for a share, days without a month, of the farmer's calendar and of the week."""
    assert value in best(question, text)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("商砼公司登记了几个名字", Kind.NUMBER),
        ("上半年几次险情都报得及时，表扬的是哪个区", Kind.WHAT),
        ("老伯在每周的哪个钟点去谈事", Kind.DATE),
    ],
)
def test_what_is_asked_for_is_told_from_what_is_mentioned(question: str, kind: Kind) -> None:
    """几个名字 asks how many, 几次…都…，哪个区 asks which, 哪个钟点 when."""
    assert taken(question).kind is kind
