"""The section tree: levels, headings, bodies, ends, roles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.records import Section
from speechrag.structure.roles import role_of
from speechrag.structure.sections import find_sections

SPEECH = """同志们：
今天开个短会。下面，我讲两点意见：一、认清形势，增强防汛工作的紧迫感
入汛以来雨水偏多。这里要说明三点。
（一）水位高。水库已经超过汛限水位。
（二）隐患多。一是涵闸老化。去年修过两处。二是堤段单薄。还有三处没有加固。
二、落实责任，确保安全度汛
1.守土有责。各村书记是第一责任人。
2.值守有岗。
（1）白天巡堤。每两小时一次。
（2）夜间值班。每班两人。
同志们，汛情就是命令。让我们同心协力，为夺取防汛工作的全面胜利而努力奋斗！"""


def sections(text: str) -> tuple[Section, ...]:
    return find_sections(text, 0, len(text))


def outline(text: str) -> list[tuple[int, str, str]]:
    return [(section.level, section.label, section.heading) for section in sections(text)]


def test_the_four_marks_and_points_give_their_levels() -> None:
    """一、 is 1, （一） 2, 1. 3, （1） 4, run-in points 5, in reading order with parents first."""
    assert outline(SPEECH) == [
        (1, "一、", "认清形势，增强防汛工作的紧迫感"),
        (2, "（一）", "水位高"),
        (2, "（二）", "隐患多"),
        (5, "一是", "涵闸老化"),
        (5, "二是", "堤段单薄"),
        (1, "二、", "落实责任，确保安全度汛"),
        (3, "1.", "守土有责"),
        (3, "2.", "值守有岗"),
        (4, "（1）", "白天巡堤"),
        (4, "（2）", "夜间值班"),
    ]


def test_bodies_start_after_the_heading_and_ends_cover_sub_sections() -> None:
    """``body`` is the first character of the text, ``end`` lies behind the last sub-section."""
    found = {section.label: section for section in sections(SPEECH)}
    assert SPEECH[found["（一）"].body :].startswith("水库已经")
    assert SPEECH[found["二、"].body :].startswith("1.守土")
    assert SPEECH[found["一、"].start : found["一、"].end].endswith("没有加固。")
    assert found["二、"].end == found["（2）"].end


def test_the_closing_belongs_to_no_section() -> None:
    """The call at the end stands outside the last main section."""
    assert SPEECH[sections(SPEECH)[5].end :].lstrip().startswith("同志们，汛情就是命令")


def test_mixed_marks_of_one_series_share_the_highest_level() -> None:
    """一是 …, 三. …, 四是 … is one series of main parts."""
    text = "一是要认识到位。\n讲认识。\n二是要措施到位。\n讲措施。\n三.要督查到位\n讲督查。\n四是要奖惩到位。\n讲奖惩。"
    assert [section.level for section in sections(text)] == [1, 1, 1, 1]


def test_points_that_carry_a_whole_speech_are_its_main_parts() -> None:
    """第一，第二， stand at level 1 where nothing stands above them."""
    text = "我讲两点。\n第一，早谋划。\n春耕要早。\n第二，早动手。\n备耕要早。"
    assert outline(text) == [(1, "第一，", "早谋划"), (1, "第二，", "早动手")]


def test_a_point_that_holds_numbered_parts_stands_above_them() -> None:
    """第一， is level 2 where 1. 2. stand below it inside a main section."""
    text = "一、抓好春灌\n第一，修好渠道。\n1.查渗漏。逐段查。\n2.清淤泥。逐段清。\n第二，管好水闸。\n专人管。"
    assert [section.level for section in sections(text)] == [1, 2, 3, 3, 2]


def test_points_inside_points_are_one_level_deeper() -> None:
    """一要 二要 inside 一是 nest, and the outer series goes on after them."""
    text = "一、建好队伍\n一是选好人。标准要高。一要看品行。群众公认。二要看本领。能干成事。\n二是用好人。让能者上。"
    assert [(section.level, section.label) for section in sections(text)] == [
        (1, "一、"),
        (5, "一是"),
        (6, "一要"),
        (6, "二要"),
        (5, "二是"),
    ]


def test_two_series_in_one_section_stay_side_by_side() -> None:
    """Problems (一是 二是) and measures (一要 二要) are siblings, and the announcing sentence belongs to neither."""
    text = "一、正视问题\n一是面不广。去的少。二是力不足。钱不够。下一步要做到：一要扩面。多走。二要加力。多投。"
    found = sections(text)
    assert [section.level for section in found] == [1, 5, 5, 5, 5]
    assert text[found[2].start : found[2].end] == "二是力不足。钱不够。"


def test_restarts_gaps_and_repeats_are_tolerated() -> None:
    """Lost or repeated numbers leave the order of the text."""
    text = (
        "二、先说做法\n做法。\n二、再说问题\n问题。\n五、再说打算\n打算。\n（三）先易。逐步来。\n（一）后难。集中攻。"
    )
    assert [section.level for section in sections(text)] == [1, 1, 1, 2, 2]


def test_a_list_inside_a_main_section_does_not_end_it() -> None:
    """一、二、 under 二、（一） is a list of that part; 三、 goes on above it."""
    text = (
        "一、形势\n甲。\n二、任务\n（一）水利。要做两件事：\n一、修渠。\n二、打井。\n（二）林业。乙。\n三、纪律\n丙。"
    )
    assert [(section.level, section.heading) for section in sections(text)] == [
        (1, "形势"),
        (1, "任务"),
        (2, "水利"),
        (3, "修渠"),
        (3, "打井"),
        (2, "林业"),
        (1, "纪律"),
    ]


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        (
            "要把护林防火工作作为头等大事来抓护林防火工作关系千家万户，关系生态安全，关系发展大局，任何时候都不能松懈。",
            "要把护林防火工作作为头等大事来抓",
        ),
        (
            "抓好护林防火要做到“三个到位”各村做好护林防火，首先是把认识统一到镇里的部署上来，这是前提。",
            "抓好护林防火要做到“三个到位”",
        ),
        (
            "要健全护林防火工作机制各村护林防火工作是一项长期任务，点多面广线长，必须依靠制度来管人管山管火。",
            "要健全护林防火工作机制",
        ),
        (
            "统一思想，切实增强护林防火的责任感当前，天干物燥，野外用火增多，稍有不慎就会酿成大祸，必须高度警惕。",
            "统一思想，切实增强护林防火的责任感",
        ),
    ],
)
def test_a_heading_fused_with_its_body_is_cut_at_the_seam(body: str, heading: str) -> None:
    """The theme taken up again, a closing quotation mark, or a sentence opener shows where the body starts."""
    text = f"一、{body}这件事要天天抓、人人抓，一刻也松不得。\n二、另一部分\n内容。"
    first = sections(text)[0]
    assert first.heading == heading
    assert text[first.body :].startswith(body[len(heading) :][:6])


def test_a_run_in_heading_ends_at_its_full_stop() -> None:
    """一、标题。正文 keeps the body out of the heading."""
    text = "一、认识要再提高。思想是行动的先导。\n二、措施要再细化。细节决定成败。"
    assert outline(text) == [(1, "一、", "认识要再提高"), (1, "二、", "措施要再细化")]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("提高认识，统一思想", "significance"),
        ("过去一年的主要成绩", "achievement"),
        ("清醒看到存在的问题和差距", "problem"),
        ("突出重点，狠抓落实", "task"),
        ("加强领导，强化保障", "safeguard"),
        ("针对问题，精准施策", "task"),
        ("春种秋收", ""),
    ],
)
def test_roles_follow_the_cue_words(heading: str, role: str) -> None:
    """A heading's first cue word tells what its section does."""
    assert role_of(heading) == role


def test_points_inherit_what_their_section_is_about() -> None:
    """Under 存在的问题, a point is a problem though it does not say so."""
    text = "一、存在的主要问题\n一是人手紧。两个人管三个村。\n二是路途远。来回一整天。"
    assert [section.role for section in sections(text)] == ["problem"] * 3


PIECES = st.lists(
    st.sampled_from(
        ["一、", "二、", "（一）", "（二）", "1.", "2、", "（1）", "第一，", "第二，", "一是", "二是", "一要", "首先，",
         "其次，", "抓好落实", "，", "。", "：", "；", "\n", "“", "”", "同志们，", "为目标而奋斗！", "2024年", "3.5"]
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_sections_always_form_a_tree(pieces: list[str]) -> None:
    """Pre-order, bodies inside, children inside parents and deeper than they, siblings apart."""
    text = "".join(pieces)
    found = sections(text)
    assert [section.start for section in found] == sorted({section.start for section in found})
    open_sections: list[Section] = []
    for section in found:
        assert section.start < section.body <= section.end <= len(text)
        assert text[section.start :].startswith(section.label)
        while open_sections and open_sections[-1].end <= section.start:
            open_sections.pop()
        if open_sections:
            assert section.end <= open_sections[-1].end
            assert section.level > open_sections[-1].level
        open_sections.append(section)


@pytest.mark.parametrize(
    ("heading", "body"),
    [
        ("严明纪律，压实护林防火责任", "今年的防火期比往年长"),
        ("提高认识，打牢护林防火基础", "基础不牢，山火一来就手忙脚乱"),
        ("突出重点，守住进山入林防线", "各村要在路口设卡登记"),
    ],
)
def test_a_heading_in_a_text_without_line_breaks_ends_before_its_body(heading: str, body: str) -> None:
    """Where the number stands in mid-line, a usual first word or the theme behind a closing noun marks the seam."""
    text = f"下面讲两点。一、{heading}{body}，一点也大意不得，必须天天讲、人人抓。二、抓好落实。说到做到。"
    first = sections(text)[0]
    assert first.heading == heading
    assert text[first.body :].startswith(body)


def test_a_first_point_that_ran_into_its_heading_is_told_apart() -> None:
    """三、……队伍一是…… keeps the heading, and the point gets a section of its own."""
    text = "讲两条。一、抓好宣传。家喻户晓。二、从严管理，建好护林队伍一是选好人。公道正派。二是管好人。奖惩分明。"
    assert outline(text)[1:] == [(1, "二、", "从严管理，建好护林队伍"), (5, "一是", "选好人"), (5, "二是", "管好人")]


def test_a_list_is_about_what_its_announcement_says() -> None:
    """Under a heading of achievements, a list of shortcomings is one of problems; a list of tasks is not."""
    text = (
        "一、肯定成绩，看清形势\n去年火灾少了一半。但工作中还存在不少问题：一是责任不实。只挂名。二是认识不到位。嘴上说。\n"
        "二、抓好落实\n针对这些问题，要抓好两件事：一要查隐患。逐户查。二要备物资。备足。"
    )
    assert [section.role for section in sections(text)] == [
        "achievement",
        "problem",
        "problem",
        "task",
        "task",
        "task",
    ]


LONG = "各村要把这件事放在心上，落到人头，写进账本，一月一查，一季一评，查出问题马上改，改完再回头看。"


@pytest.mark.parametrize(
    ("leads", "headings"),
    [
        (
            ("强化山林管护力，重点是", "强化火源管控力，主要是", "强化队伍保障力，关键是"),
            ["强化山林管护力", "强化火源管控力", "强化队伍保障力"],
        ),
        (
            ("体现广泛性，多渠道收集意见。", "提高及时性，全天候报送火情。", "突出实用性，多方面解决难题。"),
            ["体现广泛性，多渠道收集意见", "提高及时性，全天候报送火情", "突出实用性，多方面解决难题"],
        ),
    ],
    ids=["one verb, one end", "clauses of one length"],
)
def test_paragraphs_that_open_in_one_pattern_have_headings(leads: tuple[str, ...], headings: list[str]) -> None:
    """Without a number, three in a row: at the top of a text, and one level below the section that holds them."""
    block = "\n".join(lead + LONG for lead in leads)
    assert outline(f"山林是家底。\n{block}\n以上请各村照办。") == [(1, "", heading) for heading in headings]
    below = outline(f"一、提高认识\n{LONG}\n二、落实措施\n{block}")
    assert below[2:] == [(2, "", heading) for heading in headings]


@pytest.mark.parametrize(
    "block",
    [
        f"强化山林管护力，重点是{LONG}\n强化火源管控力，主要是{LONG}",
        f"强化山林管护力，重点是{LONG}\n{LONG}\n强化火源管控力，主要是{LONG}\n{LONG}\n强化队伍保障力，关键是{LONG}",
        "\n".join(f"会议指出，{LONG}" for _ in range(4)),
        "\n".join(
            f"2012年{month}月5日，{rest}。{LONG}"
            for month, rest in ((1, "山下起了火"), (2, "山上落了雪"), (3, "山里发了芽"))
        ),
    ],
    ids=["two", "not side by side", "the same words", "dates"],
)
def test_paragraphs_that_look_alike_by_chance_have_none(block: str) -> None:
    """Two are no pattern, nor are words that repeat, nor the dates of a story."""
    assert sections(block) == ()


LEADS = (
    ("管网漏损明显下降", "经过两轮更换老旧管道，全县管网漏损由两成降到一成，一年省下水四十万吨。"),
    ("水质检测做到全覆盖", "三个水质检测站建成以后，每个村的水每月都要检测一次，结果贴在村口让大家看。"),
    ("收费制度得到群众认可", "新的收费制度由各村上门听意见，群众点头以后才定下来，半年没有一起水费纠纷。"),
    ("管护队伍稳定下来", "每村选一名懂技术的管护员，管护队伍的工资由镇里统一发，两年没有一人离开。"),
)


def test_paragraphs_that_tell_of_their_first_sentence_have_it_for_a_heading() -> None:
    """Four in a row that say again what a short first sentence names are headed by it."""
    text = "\n".join(f"{lead}。{rest}" for lead, rest in LEADS)
    assert [section.heading for section in sections(text)] == [lead for lead, _ in LEADS]


@pytest.mark.parametrize("number", range(4))
def test_three_such_paragraphs_or_a_statement_among_them_prove_nothing(number: int) -> None:
    """Fewer are chance, and a sentence such as 这是…… is the text's own."""
    told = [f"{lead}。{rest}" for lead, rest in LEADS]
    assert sections("\n".join(told[:number] + told[number + 1 :])) == ()
    told[number] = f"这是{told[number]}"
    assert sections("\n".join(told)) == ()


def test_headings_under_a_lost_first_heading_stand_below_its_level() -> None:
    """Where 二、 comes first, what stands before it is the body of the part whose heading is gone."""
    before = "\n".join(f"{lead}。{rest}" for lead, rest in LEADS)
    found = outline(f"同志们：\n{before}\n二、下一步打算\n还要再抓一年。\n三、保障措施\n要有钱有人。")
    assert found == [*((2, "", lead) for lead, _ in LEADS), (1, "二、", "下一步打算"), (1, "三、", "保障措施")]
    assert [
        level for level, _, _ in outline(f"同志们：\n{before}\n一、下一步打算\n还要再抓。\n二、保障\n要有钱。")
    ] == [1, 1]


def test_numbers_in_the_rows_of_a_table_head_nothing() -> None:
    """1.青石镇<tab>1200 is a row; a tab right behind the number is an indent."""
    rows = "序号镇名\t亩数\n1.青石镇\t1200\n2.红柳镇\t800\n"
    assert outline(f"一、任务\n{rows}二、要求\n抓紧。") == [(1, "一、", "任务"), (1, "二、", "要求")]
    assert outline("1.\t抓紧\n今天就办。\n2.\t抓实\n办就办好。") == [(3, "1.", "抓紧"), (3, "2.", "抓实")]


def test_an_announcement_that_says_what_the_parts_are_gives_their_role() -> None:
    """成绩主要表现在三个方面：（一）……, 挑战主要来自两头。一是……"""
    text = "一年来工作有进展，成绩主要表现在两件事上：\n（一）深入调研\n跑遍了各村。\n（二）网络完善\n村村都通了。"
    assert [section.role for section in sections(text)] == ["achievement"] * 2
    text = "当前要看清形势，挑战主要来自两个方面。一是资金紧张。缺口两成。二是人手不齐。还差三人。"
    assert [section.role for section in sections(text)] == ["problem"] * 2


@pytest.mark.parametrize("heading", ["加大路口整治力度，消除乱停乱放问题", "要把各村的经验学到手"])
def test_a_heading_that_says_what_to_do_sets_a_task_whatever_it_names(heading: str) -> None:
    """The verb it opens with decides."""
    assert role_of(heading) == "task"
