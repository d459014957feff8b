"""What stands in an outline makes sense at its place: reasons are reasons, tasks are tasks, names are names."""

from __future__ import annotations

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Outline, Speech
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import Adapter, read_source
from speechrag.writing.outlines.clauses import best_clause
from speechrag.writing.outlines.facts import fill_slots, find_facts
from speechrag.writing.outlines.headings import clean_heading
from speechrag.writing.outlines.leaves import _ACHIEVING, _worth
from speechrag.writing.outlines.mine import section_unit
from speechrag.writing.outlines.pieces import standing_pieces
from speechrag.writing.outlines.plan import Plan, read_plan
from speechrag.writing.outlines.results import aftermath, maxim, results
from speechrag.writing.outlines.sentences import carried_sentence
from speechrag.writing.outlines.skeleton import wanted_parts
from speechrag.writing.outlines.units import Unit

FLU = """同志们：
一、看清形势
流感来得快、传得急，麻痹是最大的敌人。
二、守住关口
（一）守住校门。学校要落实晨检制度，缺课的学生当天追访到家。
（二）守住院门。医院要设好发热门诊，首诊负责，不准推诿病人。
三、落实责任
（一）领导要到位。各乡镇主要领导要亲自抓，每天碰头一次。
（二）保障要到位。口罩和药品要提前备足，一线人员的补助要发到手里。
"""
FLAT = """同志们：
一、在服务中心中找准位置
档案工作要跟着全县的重点工程走，工程到哪里，档案就归集到哪里。
二、在查阅利用中多出实招
档案工作要方便群众查阅，能网上查的一律网上查，不让群众多跑路。
三、在安全保管中绷紧神经
档案工作要把库房的防火防潮抓在手上，涉密档案要专人专柜。
四、在业务指导中敢讲真话
对不合规的，谁也不护短。
五、在自身建设中树好形象
档案工作要有专门队伍，档案员要懂业务、守保密纪律。
"""


def draft(brief: str, *held: tuple[str, str]) -> Outline:
    corpus = Corpus([speech(f"s{n}-1", title, text) for n, (title, text) in enumerate(held)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def everything(outline: Outline) -> str:
    return "\n".join(f"{p.heading}。{p.text}" for one in outline.points for p in (one, *one.points))


def test_a_speech_on_one_kind_of_a_wide_field_is_on_that_kind() -> None:
    """流感防治 is 疫情防控, and no reform of hospitals."""
    held = speech("f-1", "在全县流感防治工作会议上的讲话", FLU)
    assert read_source(held, read_plan("县长在全县疫情防控工作会议上的讲话")).first
    assert not read_source(held, read_plan("县长在全县医改工作会议上的讲话")).on_theme


def test_an_outbreak_is_drafted_from_what_was_said_of_another_one() -> None:
    """Its gates are guarded the same way."""
    told = everything(draft("县长在全县疫情防控工作会议上的讲话", ("在全县流感防治工作会议上的讲话", FLU)))
    assert "守住校门" in told
    assert "守住院门" in told


def test_every_section_of_a_speech_without_deeper_ones_is_a_point() -> None:
    """A section of level one is worth more there than where it is one of the main parts of its speech."""
    plan = read_plan("县长在全县档案工作会议上的讲话")
    deep = FLAT.replace("跟着全县", "跟着走。\n（一）归集要早。档案工作要跟着全县")
    worths = []
    for text in (FLAT, deep):
        unit, adapter = unit_of(speech("f-1", "在全县档案工作会议上的讲话", text), "在业务指导", plan)
        worths.append(_worth(unit, unit.role, 0, adapter))
    assert worths[0] > worths[1] > 0


def test_a_narrow_field_is_known_by_its_short_names_too() -> None:
    """Speeches on 信访 speak for 矛盾纠纷; those on 教育 of whatever kind not for 义务教育."""
    assert "信访" in read_plan("镇长在全镇矛盾纠纷排查化解动员会上的讲话").names
    assert "教师" not in read_plan("县长在全县义务教育工作会议上的讲话").names
    assert "卫生" not in read_plan("县长在全县疫情防控工作会议上的讲话").names


def test_a_second_part_on_tasks_does_not_crowd_out_the_reasons() -> None:
    """As many parts as functions, where the brief names no number."""
    plan = read_plan("县长在全县信访工作会议上的讲话")
    assert wanted_parts(plan) == len(plan.roles())
    assert wanted_parts(read_plan("县长在全县信访工作会议上的讲话，讲四点")) == 4


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        ("加强业务指导，基层人员素质进一步提升，台账质量不断提高。", True),
        ("在全省参评的单位中名列前茅。", True),
        ("要加强业务指导，使基层人员素质进一步提升。", False),
        ("进一步提升服务水平，不断完善各项制度。", False),
    ],
)
def test_how_things_turned_out_is_no_task(sentence: str, outcome: bool) -> None:
    """What came of the work is told as a merit, unless it is what is aimed at."""
    assert results(sentence) is outcome


def test_the_victims_of_an_accident_are_spoken_of_only_after_one() -> None:
    """A month of safety opens without funerals."""
    sentence = "伤员要请最好的大夫救治。"
    assert aftermath(sentence, "总经理在“安全生产月”启动仪式上的讲话")
    assert not aftermath(sentence, "矿难事故之后的安全生产会议，市长讲话")


@pytest.mark.parametrize("sentence", ["麻痹，是最大的敌人。", "没有安全，就没有一切。", "宁可备而不用，不可用时无备。"])
def test_a_maxim_is_a_reason(sentence: str) -> None:
    """Short as it is, it says why."""
    assert maxim(sentence)


def test_a_proverb_stands_alone() -> None:
    """What comes before and behind it may hold facts."""
    sentence = "去年有人说31号不会下雨，宁可十次白转移，不可一次没防备，36户都搬了出来。"
    pieces = standing_pieces(sentence, lambda clause: not any(char.isdigit() for char in clause))
    assert pieces == ["宁可十次白转移，不可一次没防备。"]


@pytest.mark.parametrize(
    "sentence",
    [
        "建设平安校园，首先得让流感防治走在前面。",
        "提高流感防治能力，才能让群众安心。",
        "加强流感防治，是全县的头等大事。",
    ],
)
def test_a_premise_heads_no_task(sentence: str) -> None:
    """What follows is said of it; it is no order of its own."""
    plan = read_plan("县长在全县流感防治工作会议上的讲话")
    held = speech("f-1", "在全县流感防治工作会议上的讲话", FLU)
    adapter = Adapter(read_source(held, plan), plan)
    found = best_clause(sentence, plan, adapter, least=0)
    assert found is None or found[1] == "significance" or not sentence.startswith(found[0])


def test_a_pair_of_four_keeps_its_adverb() -> None:
    """积极创新 is one word of the pair, and 创新 alone is none."""
    assert clean_heading("积极创新，不断提高办事效率") == "积极创新，不断提高办事效率"
    assert clean_heading("积极推进制度创新，提高办事效率") == "推进制度创新，提高办事效率"


def unit_of(held: Speech, heading: str, plan: Plan) -> tuple[Unit, Adapter]:
    source = read_source(held, plan)
    adapter = Adapter(source, plan)
    section = next(section for section in held.sections if section.heading.startswith(heading))
    unit = section_unit(section, source, plan, adapter)
    assert unit is not None
    return unit, adapter


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("比如晨检，学校要每天按时登记，一天一报。", "晨检，学校要每天按时登记，一天一报。"),
        ("这个《要点》对流感防治作了具体安排，各学校要认真落实好。", ""),
        ("以学校名义发布流感疫情通报的格式问题。", ""),
        ("最要紧的一条是：提高认识！", ""),
        ("流感防治的晨检登记质量进一步提升，缺课学生追访率不断提高。", ""),
        ("流感的伤员和遇难者家属要有专人陪护。", ""),
    ],
)
def test_what_points_elsewhere_or_says_nothing_is_not_told(sentence: str, told: str) -> None:
    """An example loses its 例如; a bare matter, a named document and a call that names itself stay out."""
    plan = read_plan("县长在全县流感防治工作会议上的讲话")
    held = speech("f-1", "在全县流感防治工作会议上的讲话", FLU)
    unit, adapter = unit_of(held, "守住校门", plan)
    assert carried_sentence(sentence, unit.heading, unit, plan, adapter) == told


@pytest.mark.parametrize(
    ("heading", "kept"),
    [
        ("完善档案管理，查阅水平得到提升", "完善档案管理"),
        ("推进流程再造，办事步伐加快", "推进流程再造"),
        ("完善档案管理，不断提升查阅水平", "完善档案管理，不断提升查阅水平"),
    ],
)
def test_a_task_is_headed_by_what_to_do_and_not_by_what_came_of_it(heading: str, kept: str) -> None:
    """完善档案管理, without 查阅水平得到提升."""
    assert _ACHIEVING.sub("", heading) == kept


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("在自身建设中树好形象", "在自身建设中树好形象"),
        ("全局45周岁以下人员都要参加", "全局【待补：数字】周岁以下人员都要参加"),
        ("要以“练兵日”为契机抓好培训", "要以【待补：活动名称】为契机抓好培训"),
    ],
)
def test_facts_are_told_from_words(text: str, filled: str) -> None:
    """What is cut like a place is none, an age is no time limit, a campaign has a name of its own."""
    assert fill_slots(text, find_facts(text)) == filled
