"""What a question names must be what the cited sentence is about: year, place, person, post, organ, figure."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from speechrag.records import Answer, Hit, Passage, Query, Section, Speech
from speechrag.text import bigrams, fold, segmenter
from speechrag.writing.answer_constraints import called, constraints, unmet, without_years
from speechrag.writing.answer_features import Window
from speechrag.writing.asking import Asking
from speechrag.writing.questions import analyse

CUTTER = segmenter("jieba")
TEXTS = {
    "s1-1": (
        "在宁河县信息工作会议上的讲话",
        2010,
        "去年全县报送信息320条，被县委书记周明远批示9次。今年计划培训信息员45名。2008年全县只报送信息110条。",
        "各乡镇要在30分钟内报告突发事件。县委组织部采用干部信息12条，县长赵立新同志看了材料。",
    ),
    "s2-1": (
        "在柳林镇防汛会议上的讲话",
        0,
        "20xx年全镇加固堤防4公里，转移群众230人。",
        "市水务局王局长要求加强值守。",
    ),
}  # fmt: skip


def _speech(speech_id: str) -> Speech:
    title, year, *lines = TEXTS[speech_id]
    text = "\n".join(str(line) for line in lines)
    metadata = {"year": year} if year else {}
    section = Section("总体情况", 1, 0, len(text), "一、")
    return Speech(speech_id, speech_id[:2], f"{speech_id}.txt", 1, str(title), text, 0, len(text), (section,), metadata)


SPEECHES = {key: _speech(key) for key in TEXTS}


def _passages(found: Speech) -> list[Passage]:
    passages, start = [], 0
    for number, line in enumerate(found.text.split("\n"), 1):
        name = f"{found.speech_id}.{number}"
        passages.append(Passage(name, found.speech_id, ("一、总体情况",), line, start, start + len(line)))
        start += len(line) + 1
    return passages


PASSAGES = [passage for found in SPEECHES.values() for passage in _passages(found)]


def frequency(term: str) -> float:
    return sum(term in fold(p.text) for p in PASSAGES) / len(PASSAGES)


def retrieve(query: Query) -> Sequence[Hit]:
    wanted = set(bigrams(query.text))
    scored = [(len(wanted & set(bigrams(SPEECHES[p.speech_id].title + "，" + p.text))), p) for p in PASSAGES]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].passage_id))
    return [
        Hit(n, float(s), p, SPEECHES[p.speech_id].source, SPEECHES[p.speech_id].title, p.text)
        for n, (s, p) in enumerate(ranked, 1)
    ]


def ask(question: str) -> Answer:
    return Asking(
        retrieve=retrieve,
        speech=SPEECHES.__getitem__,
        document_frequency=frequency,
        segmenter=CUTTER,
    ).ask(question)


def named(question: str) -> list[tuple[str, str]]:
    return [(c.kind, c.name) for c in constraints(analyse(question, CUTTER, frequency))]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("2009年报送信息多少条", [("year", "2009")]),
        ("大连市报送信息多少条", [("place", "大连")]),
        ("县委书记是谁", [("post", "书记")]),
        ("市委宣传部部长叫什么名字", [("post", "部长")]),
        ("宁海、奉化的信息员有多少名", [("place", "宁海"), ("place", "奉化")]),
        ("跟绥中两个县的要求一样吗", [("place", "绥中")]),
        ("满城装摄像头要多久", []),
        ("推广信息技术以什么为重点", []),
        ("王市长对防汛有什么要求", [("person", "王")]),
        ("县教育局报送信息多少条", [("organ", "教育局")]),
        ("45名信息员怎么培训", [("figure", "45")]),
        ("《2009年工作要点》讲了什么", []),
        ("要当好哪四种角色", []),
        ("服务大厅有哪些规定", []),
        ("电话报告县委有什么规定", []),
        ("重大信息多久内要上报", []),
        ("梧桐苑小区有多少户", []),
        ("高新园区有几家企业", []),
        ("国家级示范区怎么建", []),
        ("全县有几个行政村", []),
    ],
)
def test_what_a_question_names_is_recognised(question: str, found: list[tuple[str, str]]) -> None:
    """Each kind of name is read from the question, common words and quoted titles are none."""
    assert named(question) == found


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("2009年报送信息多少条", "320条"),
        ("2010年计划培训信息员多少名", "45名"),
        ("2008年报送信息多少条", "110条"),
        ("宁河县去年报送信息多少条", "320条"),
        ("县长是谁", "赵立新"),
        ("30分钟内要报告什么", "突发事件"),
        ("县委组织部采用信息多少条", "12条"),
    ],
)
def test_what_is_named_and_there_is_answered(question: str, phrase: str) -> None:
    """A year may be told by 去年 and 今年 of the year of the speech; a holder stands beside the post."""
    answer = ask(question)
    assert answer.supported and phrase in answer.text, answer.text


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("2011年报送信息多少条", "2011年"),
        ("2008年培训信息员多少名", "2008年"),
        ("大连市去年报送信息多少条", "大连"),
        ("绥中去年报送信息多少条", "绥中"),
        ("县教育局采用信息多少条", "县教育局"),
        ("副县长是谁", "副县长"),
        ("25分钟内要报告什么", "25分钟"),
        ("张局长要求什么", "张局长"),
    ],
)
def test_a_near_miss_is_refused_and_says_why(question: str, lacking: str) -> None:
    """The topic is there, the year, place, post or figure is not: refused, and named in the refusal."""
    answer = ask(question)
    assert not answer.supported and answer.nearest
    assert f"“{lacking}”" in answer.text


HOLDERS = "党委书记、总经理冯海川介绍了情况。国家粮食局副局长秦立夫作出批示。"


@pytest.mark.parametrize(
    ("question", "met"),
    [("党委书记是谁", True), ("总经理是谁", True), ("粮食局局长叫什么名字", False), ("粮食局副局长是谁", True)],
)
def test_a_name_goes_with_the_post_it_stands_at(question: str, met: bool) -> None:
    """With each of several posts in a row; the deputy of an office does not hold the office."""
    asked = analyse(question, CUTTER, frequency)
    window = Window.of(HOLDERS, "", "", "", "", HOLDERS, HOLDERS)
    posts = [c for c in constraints(asked) if c.kind == "post"]
    assert posts and (unmet(asked, posts, window, 0) == ()) is met


def test_a_speech_of_another_place_does_not_answer() -> None:
    """A question may call a place without 市 or 县; a retrieved title with the name says that it is one."""
    asked = analyse("泸岑防汛排第几", CUTTER, lambda _: 0.1)
    assert [c.name for c in called(asked, ["在泸岑市防汛会议上的讲话", "在别处的讲话"])] == ["泸岑"]
    assert called(asked, ["在别处的讲话"]) == ()
    assert called(analyse("防汛物资怎么储备", CUTTER, lambda _: 0.1), ["在防汛物资储备会上的讲话"]) == ()


def test_a_hole_in_the_source_is_said_to_be_one() -> None:
    """Where the source has 20xx年, no year can be told, and the refusal says so."""
    answer = ask("2015年柳林镇加固堤防多少公里")
    assert not answer.supported
    assert "原文此处空缺（20xx年）" in answer.text
    assert ask("柳林镇加固堤防多少公里").supported


def test_years_are_no_words_to_be_found() -> None:
    """A year is held against the speech's own year, so the digits need not stand in the text; in a title they must."""
    asked = without_years(analyse("2009年报送信息多少条", CUTTER, frequency))
    assert "2009" not in asked.names and all("2009" not in t.text for t in asked.terms)
    assert "2009年工作要点" in without_years(analyse("《2009年工作要点》讲了什么", CUTTER, frequency)).names


def test_two_years_are_compared_part_by_part() -> None:
    """Each year has its own sentence and citation, numbered through."""
    answer = Asking(retrieve, SPEECHES.__getitem__, frequency, CUTTER, {}).ask("2008年和2009年报送信息多少条有什么不同")
    assert answer.supported and answer.kind == "comparison"
    assert "110条" in answer.text and "320条" in answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for c in answer.citations:
        assert SPEECHES[c.speech_id].text[c.start : c.end] == c.quote


@pytest.mark.parametrize(("question", "met"), [("2013到2015年投资多少", True), ("2014年投资多少", False)])
def test_a_span_of_years_names_both_its_ends(question: str, met: bool) -> None:
    """2013—2015年 speaks of 2013 as of 2015, and of no year between by name."""
    told = "2013—2015年，投资24亿元修渠。"
    window = Window.of(told, "", "", "", "", told, told)
    asked = analyse(question, CUTTER, frequency)
    years = [c for c in constraints(asked) if c.kind == "year"]
    assert years and (unmet(asked, years, window, 0) == ()) is met


YEARS = "修渠方面，全年衬砌渠道87公里，与2017年相比翻了一番。"


@pytest.mark.parametrize(
    ("said", "question", "met"),
    [
        ("2018年，水利工作成绩显著。", "2018年衬砌渠道多少公里", True),
        ("2018年，水利工作成绩显著。2019年又上台阶。", "2018年衬砌渠道多少公里", False),
        ("2018年，水利工作成绩显著。", "2017年衬砌渠道多少公里", False),
        ("", "2018年衬砌渠道多少公里", False),
    ],
)
def test_the_year_that_a_paragraph_named_last_holds_until_another_is_named(said: str, question: str, met: bool) -> None:
    """A report names the year once; the year that it compares with is not the one it speaks of."""
    asked = analyse(question, CUTTER, frequency)
    window = Window.of(YEARS, "", "", "", "", YEARS, YEARS)
    years = [c for c in constraints(asked) if c.kind == "year"]
    assert years and (unmet(asked, years, window, 0, said) == ()) is met


@pytest.mark.parametrize(
    "question",
    [
        "2017年起村支书的报酬是多少",
        "以前得过省上表彰没有",
        "经营户罢市以前谁听到了风声",
        "疫情封村那阵谁送菜",
        "党建经费每村不低于多少万",
        "还要再报市委办公室吗",
        "政府决定实行街道包联是为什么",
        "大夫要不要下乡坐诊",
        "试点灌区有几个",
        "干部会不会当天跑回镇上",
        "一共定了多少个软弱涣散村",
    ],
)
def test_a_verb_or_a_year_before_a_rank_is_no_name_of_a_place(question: str) -> None:
    """年起村, 户罢市 and 情封村 are no places: a word goes on before them or official prose has it everywhere."""
    assert not [c for c in constraints(analyse(question, CUTTER, frequency)) if c.kind == "place"]


@pytest.mark.parametrize(
    "question", ["柳沟乡为什么没有伤亡", "在白鹤塘村办了什么厂", "凤凰寨村有多少户", "景德镇有几家窑"]
)
def test_a_village_that_no_list_has_is_a_place(question: str) -> None:
    """What cannot be looked up stays binding: its name is no word, or ends as names of villages do."""
    assert [c for c in constraints(analyse(question, CUTTER, frequency)) if c.kind == "place"]


def test_a_name_ends_before_the_verb_behind_it() -> None:
    """市委书记陆平怎么评价 asks of 陆平."""
    assert ("person", "陆平") in named("市委书记陆平怎么评价新商场")


@pytest.mark.parametrize("question", ["哪个局建的主场馆", "我们局能不能另开网站", "警察局的网站后来怎么样"])
def test_an_organ_without_a_name_binds_nothing(question: str) -> None:
    """哪个局 is asked for, 我们局 is whoever asks."""
    assert not [c for c in constraints(analyse(question, CUTTER, frequency)) if c.kind == "organ"]


@pytest.mark.parametrize(
    ("question", "met"),
    [("那三百多户是怎么安置的", True), ("那三百户是怎么安置的", False), ("那四百多户是怎么安置的", False)],
)
def test_a_round_figure_stands_for_what_it_rounds(question: str, met: bool) -> None:
    """三百多 may be 343; 三百 may not, nor 四百多."""
    told = "旧城改造牵涉343户居民，先安置后拆迁。"
    asked = analyse(question, CUTTER, frequency)
    wanted = [c for c in constraints(asked) if c.kind == "figure"]
    window = Window.of(told, "", "", "", "", told, told)
    assert wanted and (unmet(asked, wanted, window, 0) == ()) is met


@pytest.mark.parametrize(
    ("told", "met"),
    [
        ("去年全省政协系统会议上，冯海川副主席讲过防汛的事。", True),
        ("去年全省水利系统会议上，冯海川副主席讲过防汛的事。", False),
    ],
)
def test_an_officer_may_be_called_by_office_where_the_body_is_spoken_of(told: str, met: bool) -> None:
    """政协会议上，宋某某副主席 is the 政协's; another body's meeting has other officers."""
    asked = analyse("政协副主席是谁", CUTTER, frequency)
    posts = [c for c in constraints(asked) if c.kind == "post"]
    assert posts and (unmet(asked, posts, Window.of(told, "", "", "", "", told, told), 0) == ()) is met


def test_the_capital_may_be_named_by_its_short_name() -> None:
    """跑北京 is 赴京 in official prose; other words with 京 name no place."""
    asked = analyse("跑北京告状的怎么办", CUTTER, frequency)
    wanted = [c for c in constraints(asked) if c.kind == "place"]
    for told, met in (("对赴京上访的要劝返。", True), ("京剧进校园。", False)):
        assert wanted and (unmet(asked, wanted, Window.of(told, "", "", "", "", told, told), 0) == ()) is met
