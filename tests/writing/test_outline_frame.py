"""What a brief says of its meeting is read as it is meant: name, theme, audience, and an opening that fits both."""

from __future__ import annotations

import pytest

from speechrag.writing.outlines import compose
from speechrag.writing.outlines.plan import read_plan


@pytest.mark.parametrize(
    ("brief", "title"),
    [
        ("全市城市更新工作推进会，市长讲话，2026年", "在全市城市更新工作推进会上的讲话"),
        ("给市委党校进修班开班式写一篇讲话，组织部部长讲", "在市委党校进修班开班式上的讲话"),
        ("县长，教师节座谈会，全县", "在全县教师节座谈会上的讲话"),
        ("镇党委书记在“七一”表彰大会上的讲话", "在“七一”表彰大会上的讲话"),
        ("副县长在第二届桃花节开幕式上的致辞", "在第二届桃花节开幕式上的致辞"),
        ("县长讲消防安全，对象是乡镇长", "在全县消防安全工作会议上的讲话"),
        ("讲消防安全，对象是物业经理", "在消防安全工作会议上的讲话"),
    ],
)
def test_a_title_keeps_the_name_of_the_meeting(brief: str, title: str) -> None:
    """The level, the kind of meeting and its quotation marks stay, whether or not 在…上 is said."""
    assert compose.titles(read_plan(brief), ())[0] == title


@pytest.mark.parametrize(
    ("brief", "theme"),
    [
        ("县委书记在全县党校春季进修班开班式上的讲话", "干部教育培训"),
        ("区长在全区医师节表彰大会上的讲话", "卫生健康"),
        ("县委书记在县政协九届四次会议闭幕会上的讲话", "政协工作"),
        ("县人大常委会主任在县十七届人大三次会议上的讲话", "人大工作"),
        ("县长在县政府全体会议暨廉政工作会议上的讲话", "廉政"),
        ("县长在全县国庆节期间森林防火紧急会议上的讲话", "森林防火"),
        ("县长在全县重大项目集中签约仪式上的讲话", "重大项目"),
        ("社区书记在居民代表会议上讲楼道消防", "楼道消防"),
    ],
)
def test_the_theme_is_what_the_meeting_is_about(brief: str, theme: str) -> None:
    """Numbers of sessions, seasons, the form of a ceremony and the other of two meetings are no themes."""
    assert read_plan(brief).theme == theme


@pytest.mark.parametrize(
    ("brief", "greeting"),
    [
        ("县委书记在全县党校进修班开班式上的讲话", "各位学员、同志们："),
        ("区长在全区教师节座谈会上的讲话", "各位老师、同志们："),
        ("书记在劳动模范表彰大会上的讲话", "各位劳动模范、同志们："),
        ("县委书记在离退休干部迎春茶话会上的讲话", "各位老领导、老同志："),
        ("县委书记在县政协九届四次会议上的讲话", "各位委员、同志们："),
        ("县长在县安全生产委员会会议上的讲话", "同志们："),
        ("村支书在村民代表会议上的讲话", "各位村民代表、同志们："),
    ],
)
def test_the_audience_of_the_occasion_is_greeted(brief: str, greeting: str) -> None:
    """Learners, teachers, members and old comrades by what they are; a commission is no gathering of members."""
    assert compose.salutation(read_plan(brief)) == greeting


def test_only_a_meeting_that_commends_thanks_the_commended() -> None:
    """A meeting that sums up without prizes praises no one, and has no prizes among its aims."""
    plain = compose.opening(read_plan("区委书记在全区主题教育总结大会上的讲话"), ())
    prized = compose.opening(read_plan("区委书记在全区教育总结表彰大会上的讲话"), ())
    assert "受到表彰" in prized and "表彰先进" in prized
    assert "表彰" not in plain and "衷心的感谢" in plain


@pytest.mark.parametrize(
    ("brief", "verb"),
    [
        ("县长在全县水库除险加固工程开工仪式上的讲话", "今天我们举行全县水库除险加固工程开工仪式"),
        ("县长在全县校长培训班上的讲话", "今天我们举办全县校长培训班"),
        ("县长在全县营商环境大会上的讲话", "今天我们召开全县营商环境大会"),
    ],
)
def test_a_ceremony_is_held_by_its_own_verb(brief: str, verb: str) -> None:
    """举行 for ceremonies, 举办 for courses, 召开 for meetings."""
    assert verb in compose.opening(read_plan(brief), ())


def test_a_closing_names_the_kind_of_meeting() -> None:
    """A course is no 会议; a theme that is a post becomes a line of work."""
    plan = read_plan("县教育局局长在全县校长培训班上的讲话")
    assert plan.work == "校长队伍建设"
    assert "以这次培训为新的起点" in compose.closing(plan)


def test_the_form_of_a_meeting_goes_before_a_word_of_its_theme() -> None:
    """换届 in the theme makes no congress of a meeting that mobilises."""
    assert read_plan("乡党委书记在全乡村级组织换届动员会上的讲话").occasion.name == "动员会"
