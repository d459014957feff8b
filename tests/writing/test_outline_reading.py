"""What a drafter stumbles over when reading an outline aloud: twice the same, off the theme, a subject left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import Adapter, read_source
from speechrag.writing.outlines.breadth import PARAGRAPH, REPORT
from speechrag.writing.outlines.compose import titles
from speechrag.writing.outlines.leaves import _misplaced
from speechrag.writing.outlines.levels import at_level
from speechrag.writing.outlines.local import _common
from speechrag.writing.outlines.mine import section_unit
from speechrag.writing.outlines.plan import read_plan
from speechrag.writing.outlines.roles import STATEMENT
from speechrag.writing.outlines.sentences import _POINTING, _SUBJECTLESS
from speechrag.writing.outlines.units import CLAUSE

SCHOOLS = """同志们：
一、提高认识，增强做好义务教育工作的责任感
（一）义务教育是国民素质的基础。义务教育办得好不好，关系千家万户，也关系一个地方的将来。
（二）义务教育是最大的民生工程。孩子上学的事办好了，群众的心就安了，城乡发展才有后劲。
二、突出重点，推动义务教育均衡发展
（一）加强教师队伍建设。要加强教师队伍建设，完善城乡教师交流轮岗办法，让好老师在乡村学校留得住。
（二）改善学校办学条件。要把新增教育经费更多投向乡村学校，教室、宿舍、食堂一项一项补齐。
（三）规范学校办学行为。严禁违规补课，作业总量要管住，校外培训要同步治理。
三、加强领导，确保义务教育工作落到实处
（一）落实政府责任。各级政府对义务教育负总责，每个学期专题研究一次教育工作。
（二）严格督导考核。要把义务教育均衡发展纳入考核，对落实不力的学校和部门通报批评。
"""
BRIEF = "县长在全县义务教育工作会议上的讲话"


def draft(brief: str, *texts: tuple[str, str]) -> Outline:
    corpus = Corpus([speech(f"s{n}-1", title, text) for n, (title, text) in enumerate(texts)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in (point.points or (point,))]


def report() -> str:
    """Return a long report in which one paragraph of forty is on schools, the others on trade and harvests."""
    others = [
        f"（{n}）国内贸易和粮食收购的第{n}项安排，要求各地稳住市场、管好价格，保证城乡供应不断档。" for n in range(120)
    ]
    body = "\n".join(f"{line}{'各地要根据实际情况抓紧落实。' * 5}" for line in others)
    dense = "义务教育、教师、学校。" * 12
    return f"同志们：\n{body}\n教育要优先发展，学校的教室和教师的待遇都要改善。{dense}"


def test_a_sub_point_does_not_say_its_heading_again() -> None:
    """加强教师队伍建设 once: the sentence goes on with the next order."""
    told = next(
        leaf for leaf in leaves(draft(BRIEF, ("在全县义务教育工作会议上的讲话", SCHOOLS))) if "教师队伍" in leaf.heading
    )
    assert told.text.startswith("完善城乡教师交流轮岗办法")


def test_a_report_on_everything_is_not_on_a_theme_that_a_paragraph_names() -> None:
    """However dense the words stand in it: its reasons and safeguards belong to other matters."""
    plan = read_plan(BRIEF)
    held = read_source(speech("r-1", "工作报告", report()), plan)
    assert len(held.speech.text) > REPORT and not held.on_theme and not held.first
    assert read_source(speech("s-1", "在全县义务教育工作会议上的讲话", SCHOOLS), plan).first


def test_short_lines_do_not_count_as_paragraphs() -> None:
    """A list of headings and names does not make a speech one on everything."""
    listed = "\n".join("各单位负责人" for _ in range(40))
    assert len("各单位负责人") < PARAGRAPH
    assert read_source(speech("s-1", "讲话", SCHOOLS + listed), read_plan(BRIEF)).first


def test_the_gates_of_a_row_keep_their_verb() -> None:
    """农机关 alone reads as an office."""
    text = SCHOOLS.replace("（一）加强教师队伍建设。", "（一）入学关。").replace(
        "（二）改善学校办学条件。", "（二）师德关。"
    )
    headings = [leaf.heading for leaf in leaves(draft(BRIEF, ("在全县义务教育工作会议上的讲话", text)))]
    gates = [heading for heading in headings if heading.endswith("关")]
    assert gates and all(heading.startswith("把好") for heading in gates)


@pytest.mark.parametrize("words", ["开发区政协工作室", "示范区管委会", "高新区领导小组", "工业集聚区委员会"])
def test_a_zone_is_no_district(words: str) -> None:
    """开发区 stays what it is where a district's speech becomes a city's."""
    assert at_level(words, "区", "市") == words


@pytest.mark.parametrize("sentence", ["才能真正把事情办好。", "同样，敢担当的干部要重用。"])
def test_a_sentence_whose_condition_is_gone_is_not_told(sentence: str) -> None:
    """才能… answers to what stood before it."""
    assert _SUBJECTLESS.match(sentence)


def test_a_member_of_a_series_does_not_follow_other_sentences() -> None:
    """求新，就是… belongs to 求实 and 求深."""
    assert _POINTING.match("求新，就是要换办法。") and not _POINTING.match("创新就是换办法。")


def test_the_opening_of_a_class_is_a_ceremony() -> None:
    """在…培训班开班上 is no meeting."""
    formal = titles(read_plan("全县信息员培训班开班讲话，县委办主任"), ())[0]
    assert "开班式上" in formal


NAMED_PLACE = """同志们：
一、把平安建设抓在手上
平安建设搞得好不好，群众最有发言权，各级书记要亲自抓，把平安摆在前面。综治和社会治安是平安建设的两条腿。
二、压实平安建设责任
（一）领导责任要清。一把手对平安建设负总责，分管领导负直接责任，其他成员对分管领域的平安负责。
（二）严格督查考核。要把综治和平安建设纳入考核，通报批评，严肃追究责任。
同志们，社会治安一天也不能松，平安建设任务艰巨，让我们共同努力！
"""


def test_a_borrowed_sentence_leaves_the_words_of_its_own_theme_behind() -> None:
    """分管领域的平安 is no matter of schools; what is left of the sentence fits any theme."""
    thin = SCHOOLS.split("三、")[0]
    outline = draft(
        BRIEF,
        ("在全县义务教育工作会议上的讲话", thin),
        ("在全县平安建设工作会议上的讲话", NAMED_PLACE),
    )
    lent = [leaf for leaf in leaves(outline) if leaf.heading == "领导责任要清"]
    assert all("平安" not in leaf.text for leaf in leaves(outline))
    assert not lent or "分管领导负直接责任" in lent[0].text
    assert all("平安" not in phrase.text for phrase in outline.phrases)


@pytest.mark.parametrize(
    ("role", "heading", "text", "misplaced"),
    [
        ("significance", "健全协商机制", "要健全协商机制，消除歧视。", True),
        ("significance", "强化责任意识", "义务教育是各级政府的责任。", False),
        ("problem", "改善薄弱学校条件", "改善薄弱学校条件，提高教师待遇。", True),
        ("significance", "全面深化教育改革", "深化办学改革，优化学校布局。", True),
        ("problem", "落实政策不到位", "一些学校落实政策不到位。", False),
        ("achievement", "把责任压到校长身上", "每名校长联系一个班。", True),
        ("achievement", "加强校舍建设", "新建了一批校舍。", False),
        ("task", "健全协商机制", "要健全协商机制。", False),
    ],
)
def test_an_order_is_no_reason_no_fault_and_no_merit(role: str, heading: str, text: str, misplaced: bool) -> None:
    """Only under tasks and safeguards does a point say what to do."""
    held = speech("s-1", "在全县义务教育工作会议上的讲话", SCHOOLS)
    plan = read_plan(BRIEF)
    source = read_source(held, plan)
    unit = section_unit(held.sections[1], source, plan, Adapter(source, plan))
    assert unit is not None
    assert _misplaced(replace(unit, role=role, level=CLAUSE), heading, text) == misplaced


def test_a_part_without_words_asks_for_what_belongs_there() -> None:
    """Why is told by orders from above and the state at home: only the drafter has both."""
    text = SCHOOLS.replace("（一）义务教育是国民素质的基础。", "").split("二、")
    outline = draft(BRIEF, ("在全县义务教育工作会议上的讲话", "同志们：\n一、统一思想，看清形势\n\n二、" + text[1]))
    bare = [point for point in outline.points if point.role == "significance" and not point.points]
    assert all("结合本地实际" not in point.text for point in bare)


def test_a_theme_that_a_wide_field_covers_is_named_as_taken_from_it() -> None:
    """A speech on the economy that names 招商引资 once is not on it; the outline says so."""
    economy = """同志们：
一、把握形势，增强做好经济工作的信心
经济形势总体向好，工业企业订单增加，但投资后劲不足，招商引资还要加力。
二、突出重点，推动经济高质量发展
（一）抓好项目建设。要盯住重点项目，一个项目一名领导，协调解决用地和资金问题。
（二）做强工业经济。要帮扶企业技术改造，培育产业龙头，扩大工业投资。
（三）发展服务业。要发展现代物流和商贸，扩大消费，活跃市场。
三、加强领导，确保经济工作落到实处
（一）落实责任。各部门要把经济发展任务分解到人，按月调度。
（二）严格考核。要把项目和产业发展纳入考核，奖优罚劣。
"""
    padded = economy + "各级各部门要结合实际，一项一项抓好落实，确保全年经济发展目标如期完成。\n" * 70
    outline = draft("全市招商引资工作动员大会上的讲话", ("在全市经济工作会议上的讲话", padded))
    assert outline.points and any("经济工作" in note for note in outline.notes)


@pytest.mark.parametrize("word", ["谁主管、谁负责", "谁投资、谁所有、谁受益"])
def test_a_maxim_is_no_word_of_one_place(word: str) -> None:
    """谁…谁… is a rule that every place has."""
    assert _common(word, read_plan(BRIEF), {"a": word, "b": "", "c": ""})


def test_cliches_alone_head_no_part() -> None:
    """突出重点，强化措施 gives way to a heading that names the theme."""
    text = SCHOOLS.replace("二、突出重点，推动义务教育均衡发展", "二、突出重点，强化措施")
    outline = draft(BRIEF, ("在全县义务教育工作会议上的讲话", text))
    assert "突出重点，强化措施" not in [point.heading for point in outline.points]


@pytest.mark.parametrize("heading", ["抓好安全就是保护生产力", "信用是一座城市的竞争力"])
def test_what_makes_strength_is_a_reason(heading: str) -> None:
    """解放生产力 says why, as 是…的基础 does."""
    assert STATEMENT.search(heading)
