"""A question is taken apart: what kind of answer fits, which words count, what must be there."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.writing.answer_lists import series_of
from speechrag.writing.answer_types import deficit, enumerated, gives_reason, members, parallel, values
from speechrag.writing.question_kinds import Kind, kind_of
from speechrag.writing.question_words import synonyms
from speechrag.writing.questions import MOST_TERMS, Question, analyse

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, document_frequency


def taken(question: str) -> Question:
    return analyse(question, CUTTER, document_frequency)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("去年引进了多少个项目", Kind.NUMBER),
        ("到位资金占多大比例", Kind.NUMBER),
        ("险情多久之内要报告", Kind.DURATION),
        ("多长时间会商一次", Kind.DURATION),
        ("什么时候开工", Kind.DATE),
        ("谁负总责", Kind.PERSON),
        ("在哪里召开", Kind.PLACE),
        ("存在哪些问题", Kind.LIST),
        ("要当好哪四种角色", Kind.LIST),
        ("“三个一批”是什么", Kind.LIST),
        ("为什么形势不容乐观", Kind.WHY),
        ("怎么落实责任", Kind.HOW),
        ("什么是预警喇叭", Kind.WHAT),
        ("防汛物资储备", Kind.TOPIC),
        ("险情最晚什么时候报告", Kind.DURATION),
        ("最迟几月几号建成", Kind.DATE),
        ("“两高两难”是什么意思", Kind.WHAT),
        ("“两高两难”是哪些", Kind.LIST),
        ("水从多远引来", Kind.NUMBER),
        ("早班会每天几点开", Kind.DATE),
        ("讲了几点要求", Kind.LIST),
        ("这座水闸有什么毛病", Kind.WHAT),
        ("这一轮凭什么说不是周期波动", Kind.WHY),
        ("获奖的稿子叫什么名字", Kind.WHAT),
        ("镇长叫什么名字", Kind.PERSON),
        ("垫钱的人姓什么叫什么", Kind.PERSON),
        ("问题出在哪", Kind.WHAT),
        ("今年的重点是哪一项", Kind.WHAT),
        ("溢洪道挖多深", Kind.NUMBER),
        ("护林队做到哪“六有”", Kind.LIST),
        ("护林员 聘期", Kind.DURATION),
        ("修渠 开工时间", Kind.DATE),
        ("青河县 预警喇叭 覆盖率", Kind.NUMBER),
        ("护林简报 期数", Kind.NUMBER),
        ("护林标兵 名单", Kind.LIST),
        ("开闸放水 流程", Kind.HOW),
        ("“九口渠” 含义", Kind.WHAT),
    ],
)
def test_the_question_word_tells_the_kind(question: str, kind: Kind) -> None:
    """Each kind of answer is recognised by its question words, the narrower before the wider."""
    assert taken(question).kind is kind


def test_traditional_and_full_width_questions_are_the_same_question() -> None:
    """Folding comes first, so script and width make no difference."""
    assert taken("險情多久之內要報告？") == taken("险情多久之内要报告?")


def test_stop_words_and_question_words_do_not_count() -> None:
    """Only content words are left, and the measure goes with the question word."""
    assert [term.text for term in taken("请问去年一共引进了多少个项目").terms] == ["去年", "引进", "项目"]


@pytest.mark.parametrize(
    "question",
    [
        "那阵子险情多久报告一次",
        "险情好像多久报告一次",
        "险情多久报告一次来着",
        "我记得险情多久报告一次",
        "险情多久报告一次，讲话里提过一句吧",
        "听说险情多久报告一次",
    ],
)
def test_what_is_said_about_the_asking_does_not_count(question: str) -> None:
    """那阵子, 好像, 来着, 讲话里提过一句吧 tell of who asks, and not of the thing."""
    assert [term.text for term in taken(question).terms] == [term.text for term in taken("险情多久报告一次").terms]


def test_numbers_in_words_are_met_by_digits() -> None:
    """七十 and 70 are one number; 一 and names with numerals in them are no numbers."""
    assert "70" in synonyms("七十") and "1200" in synonyms("一千二百")
    assert not any(other.isdigit() for word in ("一", "三农", "十全十美") for other in synonyms(word))


def test_the_asked_thing_is_found_on_either_side() -> None:
    """多少单位 asks for what follows, 手机号是多少 for what goes before."""
    assert taken("有多少行政村建了预警喇叭").asked == ("行政村",)
    assert taken("县水务局局长的手机号是多少").asked == ("手机号",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("防汛分几个阶段", ["防汛", "阶段"]),
        ("在全省评比中排第几", ["全省", "评比", "排"]),
        ("每月几号到几号会商", ["每月", "会商"]),
    ],
)
def test_what_asks_is_no_word_to_be_found(question: str, words: list[str]) -> None:
    """几个阶段 is no phrase of its own though the table of everyday wording has it, 中排 no word."""
    found = [term.text for term in taken(question).terms]
    assert [word for word in found if word != "分"] == words


def test_forbidden_is_no_law() -> None:
    """非法 ends like the name of a law and is none."""
    assert all("非法" not in term.text or len(term.text) == 2 for term in taken("举报非法采砂奖多少钱").terms)


def test_measure_count_and_names_are_read() -> None:
    """几名 gives the measure, 哪四种 the count, quotation marks and titles the names."""
    assert taken("转移了几名群众").measure == "名"
    assert taken("要当好哪四种角色").count == 4
    assert taken("《防汛预案》里的“三个一批”").names == ("防汛预案", "三个一批")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("社保卡怎么补办", ("补办",)),
        ("怎样把项目引进来", ("引进",)),
        ("怎样抓好防汛", ()),
        ("防汛要抓什么", ("抓",)),
        ("重大险情多久之内要报告", ("报告",)),
        ("谁在会议上作讲话", ("作",)),
    ],
)
def test_the_asked_act_is_found(question: str, asked: tuple[str, ...]) -> None:
    """怎么补办 asks about 补办; 抓好 names no act of its own; where and within what do not count."""
    assert taken(question).asked == asked


@pytest.mark.parametrize(
    ("question", "named"),
    [("水务局局长是谁", True), ("矿主叫什么名字", True), ("谁负总责", False), ("第一责任人是谁", False)],
)
def test_a_persons_own_name_is_asked_for(question: str, named: bool) -> None:
    """An office asks for the name of who holds it, a duty for whoever has it."""
    assert taken(question).named is named


def test_a_role_is_no_answer_to_who_holds_it() -> None:
    """A name beside the office is a value; the office alone, or its deputy, is none."""
    who = taken("水务局局长是谁")
    assert values(who, "县水务局局长韩立群负总责") and not values(who, "局长要到现场，王强副局长带队")


@pytest.mark.parametrize("told", ["党委书记、董事长宋春来介绍", "董事长宋春来透露", "矿长宋春来坦言"])
def test_a_name_stands_before_whatever_verb_of_saying(told: str) -> None:
    """What a report says behind a name does not hide the name."""
    assert any("宋春来" in value for value in values(taken("董事长是谁"), told))


def test_a_day_of_every_month_is_a_date() -> None:
    """几号 is answered by days without a month, 哪年 is not."""
    told = "每月5日至20日为检查期。"
    assert values(taken("检查期是每月几号到几号"), told) == {"5日", "20日"}
    assert not values(taken("检查期是哪年定的"), told)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("因为水库正在加固。", True),
        ("这是保下游安全的需要。", True),
        ("只有早报，才能早处置。", True),
        ("否则就要误事。", True),
        ("各乡镇都要建台账。", False),
        ("会议开了两天。", False),
    ],
)
def test_a_reason_is_told_from_what_is_only_said(text: str, given: bool) -> None:
    """A cause, a purpose, what depends on it."""
    assert gives_reason(text) is given


def test_a_limit_is_not_a_frequency() -> None:
    """多久之内 is answered by hours or minutes within, not by how often something is done."""
    assert values(taken("险情多久之内要报告"), "一小时内报告，每半年总结一次") == {"一小时内"}


def test_the_name_of_a_law_is_one_word() -> None:
    """数据安全法 is not answered by data, safety and laws."""
    assert "数据安全法" in [term.text for term in taken("数据安全法什么时候实施").terms]


def test_words_of_every_passage_keep_a_little_weight() -> None:
    """What stands in all passages, as the title of a collection does, is still what the question may be about."""
    assert all(term.weight >= 0.03 for term in analyse("防汛怎么加强", CUTTER, lambda _: 1.0).terms)


def test_a_pasted_page_is_read_for_its_rarest_words() -> None:
    """What is looked for in every candidate is bounded, however many unlike words a question has."""
    page = "".join(map(chr, range(0x4E00, 0x4E00 + 1_900))) + "险情"
    found = taken(page)
    assert len(found.terms) == MOST_TERMS and len(found.pairs) <= MOST_TERMS
    assert max(t.weight for t in found.terms) == 1.0


def test_rare_words_weigh_more() -> None:
    """A word in one passage outweighs one in many; a single character keeps less than half."""
    weights = {term.text: term.weight for term in taken("喇叭和全县").terms}
    assert weights["喇叭"] > weights["全县"]


@given(st.text(max_size=80))
def test_any_text_can_be_taken_apart(text: str) -> None:
    """No input breaks the analysis; weights stay between 0 and 1."""
    assert all(0 < term.weight <= 1 for term in taken(text).terms)
    assert isinstance(kind_of(text), Kind)


def test_values_are_those_of_the_right_measure() -> None:
    """Of several figures only those with the asked measure are values."""
    assert values(taken("转移了多少人"), "加固堤防37公里，转移群众1260人") == {"1260"}
    assert values(taken("险情多久上报"), "30分钟内电话报告，1小时内书面报告") == {"30分钟内", "1小时内"}


@pytest.mark.parametrize(
    ("text", "count"),
    [("腿勤、眼勤、嘴勤", 3), ("安全、质量和进度", 3), ("没有顿号", 0), ("紧扣安全和质量两个字眼", 2),
     ("要看三样东西：承诺书，付款凭证，回访录音。", 3), ("概括为“讲得实，抓得紧，落得快”三句话", 3)],
)  # fmt: skip
def test_members_of_a_run(text: str, count: int) -> None:
    """Members between 、 are counted, the one after 和 included, and what is counted in so many words."""
    assert members(text) == count


def test_parallel_members_share_a_character() -> None:
    """当学生、当助手、当领导 share 当; unlike members share nothing."""
    assert parallel("要当学生、当助手、当领导。") == {"当"}
    assert parallel("抓安全、保质量、促进度。") == set()
    assert enumerated("一是抓安全；二是保质量。") == 2


def points(text: str) -> list[list[str]]:
    return [[text[a:b] for a, b in series.points] for series in series_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("做到两点：一是抓紧；二是抓好。", [["一是抓紧", "二是抓好。"]]),
        ("第一，抓好学习教育。这很重要。第二，抓好落实。", [["第一，抓好学习教育。", "第二，抓好落实。"]]),
        ("一是清楚。要摸准底数。二是关注。要盯住舆情。", [["一是清楚。要摸准底数。", "二是关注。要盯住舆情。"]]),
        ("（一）统一思想\n正文。\n（二）狠抓落实\n正文。", [["（一）统一思想", "（二）狠抓落实"]]),
        ("首先，要想到。其次，要做到。", [["首先，要想到。", "其次，要做到。"]]),
        (
            "（一）快。接报一小时内必须上报。\n（二）准。数字要有出处。",
            [["（一）快。接报一小时内必须上报。", "（二）准。数字要有出处。"]],
        ),
        ("（一）快。怎样才能快？\n（二）准。", [["（一）快。", "（二）准。"]]),
        ("搞清楚资产。\n搞清楚边界。\n搞清楚后手。", [["搞清楚资产。", "搞清楚边界。", "搞清楚后手。"]]),
        ("第一句，心里有人。\n第二句，手里有活。", [["第一句，心里有人。", "第二句，手里有活。"]]),
        ("统一要求，万一是真的。", []),
        ("一是只有一点。", []),
        ("一是甲事。三是丙事。", []),
    ],
)
def test_series_of_points(text: str, expected: list[list[str]]) -> None:
    """Run-in and numbered points are gathered in order; a gap or a single point makes no series."""
    assert points(text) == expected


def test_an_inner_series_does_not_break_the_outer_one() -> None:
    """Points inside a point are a series of their own."""
    text = "（一）抓思想。一是学；二是用。\n（二）抓作风。一是严；二是实。"
    assert points(text) == [["（一）抓思想。", "（二）抓作风。"], ["一是学", "二是用。"], ["一是严", "二是实。"]]


@given(st.text(alphabet="一二三是要、，。；（）1.2\n第首先其次甲乙", max_size=120))
def test_series_spans_lie_in_the_text_in_order(text: str) -> None:
    """Whatever the text, points are non-empty, in order and inside it."""
    for series in series_of(text):
        spans = series.points
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert all(left[0] < right[0] for left, right in pairwise(spans))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "第一，管好闸门。钥匙由两人分管。第二，管好账本。每月公开一次。",
            ["第一，管好闸门。钥匙由两人分管。", "第二，管好账本。每月公开一次。"],
        ),
        ("一是人手不够；二是办法不多。此外，经费也紧。", ["一是人手不够", "二是办法不多。"]),
        (
            "两块短板很刺眼。一块短板是渠道老化。漏水三成。又一块短板是管护缺人。三个村没有管水员。",
            ["一块短板是渠道老化。漏水三成。", "又一块短板是管护缺人。三个村没有管水员。"],
        ),
        (
            "归纳起来有三种“躲法”：\n遇到难事往上推。说是权限不够，其实是怕担责任。\n"
            "遇到矛盾往外推。说是别家的事，一推就是半年。\n遇到检查往后推。说是材料没齐，年年都没齐。\n散会。",
            [
                "遇到难事往上推。说是权限不够，其实是怕担责任。",
                "遇到矛盾往外推。说是别家的事，一推就是半年。",
                "遇到检查往后推。说是材料没齐，年年都没齐。",
            ],
        ),
        (
            "毛病还不少。有的村水管修了没人看；有的站夜里没人值班；还有的人台账是抄来的。",
            ["有的村水管修了没人看", "有的站夜里没人值班", "还有的人台账是抄来的。"],
        ),
    ],
)
def test_points_without_numbers_and_the_bodies_of_bare_headings(text: str, expected: list[str]) -> None:
    """A bare heading brings what is said under it; 又一块, 有的 and counted paragraphs are series too."""
    assert expected in points(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("台账更新滞后，管水员不足。", True),
        ("个别站把值班当成摆设。", True),
        ("要进一步加强渠道管护。", False),
        ("全县建成渠道三百公里。", False),
    ],
)
def test_what_is_wrong_is_told_from_the_remedy(text: str, wrong: bool) -> None:
    """A shortcoming is what is said to be amiss, not what is to be done about it."""
    assert deficit(text) is wrong


@pytest.mark.parametrize(
    ("question", "inside", "outside"),
    [("信访工作有哪些硬性时限", "信访", "硬性"), ("护林队伍建设有哪些要求", "要求", "求")],
)
def test_subjects_lose_what_every_task_is_called(question: str, inside: str, outside: str) -> None:
    """信访工作 is looked for as 信访, 队伍建设 as 队伍; 要求 is not torn."""
    terms = {term.text for term in analyse(question, CUTTER, lambda word: 0.1).terms}
    assert inside in terms and outside not in terms


@pytest.mark.parametrize("question", ["社情民意信息有什么作用", "信息工作有什么重要意义", "办信息中心有啥好处"])
def test_what_something_is_good_for_is_asked_like_a_reason(question: str) -> None:
    """The answer stands where the reasons stand, and need not say 作用 itself; 有哪些作用 still wants a list."""
    asked, listed = taken(question), taken("社情民意信息有哪些作用")
    assert asked.worth and asked.kind is Kind.WHY and not asked.asked
    assert not {"作用", "意义", "好处"} & {term.text for term in asked.terms}
    assert listed.kind is Kind.LIST and not listed.worth


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("护林队做到哪“六有”", 6),
        ("“三联”机制怎么个联法", 3),
        ("“两会”在哪里开", 2),
        ("“一线”是什么", 0),
        ("护林站的“三告知”是什么", 3),
        ("“三江源”有多大", 0),
        ("“十四五”的目标是什么", 0),
    ],
)
def test_a_slogan_of_a_number_and_one_character_has_so_many_members(question: str, members: int) -> None:
    """“六有” are six; “一线” is a word."""
    assert taken(question).count == members


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("护林队做到哪“六有”", "有"),
        ("护林队的三个“给”是哪些", "给"),
        ("护林队要做到哪几个“有”", "有"),
        ("上山以前要问自己哪三问", "问"),
        ("“三农”政策有哪些", ""),
        ("护林队有哪几个点", ""),
    ],
)
def test_the_character_that_all_members_bear_is_known(question: str, each: str) -> None:
    """Quoted or not, with or without its slogan; 三农 is a word and 点 a measure."""
    assert taken(question).each == each


@pytest.mark.parametrize(("question", "members"), [("护林要守住的五道关口", 5), ("护林的三样工具有哪些", 3)])
def test_keywords_with_a_counted_noun_ask_for_a_list(question: str, members: int) -> None:
    """五道关口 without a question word wants the five."""
    assert taken(question).kind is Kind.LIST and taken(question).count == members


@pytest.mark.parametrize(
    "question", ["请逐项说出护林员的职责", "能列一下护林员的职责吗", "护林员的职责，讲讲", "护林员职责的完整内容"]
)
def test_what_the_asker_wants_done_is_not_looked_for(question: str) -> None:
    """说出, 列一下 and 完整内容 speak of the answer, not of the matter."""
    assert {term.text for term in taken(question).terms} <= {"护林员", "护林", "职责", "员"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("渠边做到有灯，有路，有人管", 2),
        ("做到了有灯，有路，有水，有人管", 4),
        ("不该问的不问，不该看的不看，不该说的不说", 3),
        ("正处在积累实力的追赶期，爬坡过坎的攻坚期，厚积薄发的释放期", 3),
        ("去年雨水多，今年雨水少，渠要早修", 0),
    ],
)
def test_like_clauses_are_members(text: str, found: int) -> None:
    """Three and more neighbouring clauses that begin or end with one character are a list; two are none."""
    assert enumerated(text) == (found if found > 2 else 0)
