"""What a brief asks for beside its theme, and the place that each of its matters gets."""

from __future__ import annotations

import threading

import pytest
from outline_corpus import Corpus, speech

from speechrag.records import Citation, Outline, OutlinePoint
from speechrag.stopping import Stopped, stoppable
from speechrag.writing.outline import draft_outline
from speechrag.writing.outlines.adapt import local_names
from speechrag.writing.outlines.asks import asked, speaks_of
from speechrag.writing.outlines.facts import find_facts
from speechrag.writing.outlines.local import local_warnings
from speechrag.writing.outlines.plan import read_plan

FIRE = """同志们：
一、提高认识，做好消防安全工作
消防安全关系到群众的生命财产安全，是各级党委政府的重要责任。消防安全形势依然严峻，任何侥幸都可能酿成大祸。
二、突出重点，落实消防安全措施
（一）排查消防隐患。各单位要对仓库、商场、学校逐个排查消防隐患，建立台账。发现的隐患要限期整改，整改一处销号一处。高层建筑要配齐消防器材，定期检查维护。
（二）加强消防宣传。要利用广播、标语和宣传栏普及消防知识。中小学要把消防演练列入课程，让孩子懂得怎样逃生。
（三）管好用火用电。农村要管住野外用火，城镇要查清私拉电线，做到人走火灭、人走电断。推行“楼道哨兵”的办法，把责任落到每个单元。
三、加强领导，落实消防安全责任
（一）强化组织领导。各级各部门主要负责同志要亲自抓消防安全工作，分管领导具体抓。
（二）严格督查考核。要把消防安全工作纳入年度考核，对不整改的单位通报批评，严肃追究责任。
（三）建强消防队伍。要充实专职消防队员，配好装备，加强训练，做到召之即来。
"""
SECOND = """同志们：
一、认清消防安全形势
火灾事故多发，消防安全是重要的民生大事，关系到社会稳定，各级各部门要增强做好消防安全工作的责任感。
二、消防安全工作存在的问题
（一）消防意识不强。有的单位对消防安全工作重视不够，存在麻痹思想，消防知识宣传不到位。
（二）消防设施不足。一些地方消防设施缺乏，消防器材陈旧，维护保养不及时。
三、抓好消防安全工作
（一）落实单位责任。各单位要落实消防安全主体责任，确定消防安全责任人，签订消防安全责任书。
（二）完善消防预案。要完善灭火救援预案，组织消防演练，提高处置能力。
"""
BRIEF = "县长在全县消防安全工作会议上的讲话"


def draft(brief: str, *texts: str) -> Outline:
    corpus = Corpus([speech(f"m{n}-1", "在全县消防安全工作会议上的讲话", text) for n, text in enumerate(texts)])
    return draft_outline(brief, retrieve=corpus.retrieve, speech=corpus.speech)


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [leaf for point in outline.points for leaf in point.points or (point,)]


@pytest.mark.parametrize(
    ("words", "roles", "matters"),
    [
        ("讲成绩和不足、下一步怎么干", ("achievement", "problem", "task"), ()),
        ("总结去年，部署今年，重点是消防宣传和隐患排查", ("achievement", "task"), ("消防宣传", "隐患排查")),
        ("讲怎么排查、怎么整改", (), ("排查", "整改")),
        ("重点解决设施不足、演练少的问题", (), ("设施不足", "演练少")),
        ("语气硬一点，讲三点，三千字左右", (), ()),
        ("谈数字政府、智慧消防，四千字", (), ("数字政府", "智慧消防")),
    ],
)
def test_functions_and_matters_are_read_from_a_brief(
    words: str, roles: tuple[str, ...], matters: tuple[str, ...]
) -> None:
    """What names a part of a speech is a function, what names a thing is a matter; tone and length are neither."""
    assert asked(f"{BRIEF}，{words}", "全县消防安全工作会议", "消防安全") == (roles, matters)


def test_a_text_speaks_of_a_matter_in_most_of_its_words() -> None:
    """基层统计建设 is spoken of where 基层 and 统计 are, not where one word of it is."""
    assert speaks_of("基层统计建设", "加强基层统计力量")
    assert not speaks_of("基层统计建设", "加强队伍建设")
    assert speaks_of("普查", "做好经济普查")


def test_both_looks_back_are_parts_where_the_brief_asks_for_them() -> None:
    """成绩 and 不足 come with the usual parts; with three parts asked for they share one."""
    both = f"{BRIEF}，总结成绩、指出不足、安排任务"
    assert read_plan(both).roles() == ("achievement", "significance", "problem", "task", "safeguard")
    assert read_plan(f"{both}，讲三点").roles() == ("achievement", "task", "safeguard")


@pytest.mark.parametrize(
    ("brief", "theme"),
    [
        ("给区里写一个社情民意信息员培训班开班讲话", "社情民意信息"),
        ("全县办公室主任会议讲话", "办公室"),
        ("局长在全市水利信息化工作会上讲话，主题是智慧水利、数据共享", "水利信息化"),
        ("在全县干部大会上的讲话，主题是作风建设", "作风建设"),
    ],
)
def test_who_comes_and_several_subjects_are_not_the_theme(brief: str, theme: str) -> None:
    """A meeting of 主任 is on their field, and subjects of a meeting that names its field are matters of it."""
    assert read_plan(brief).theme == theme


def test_what_the_speeches_look_back_on_becomes_a_part_unless_the_number_is_given() -> None:
    """The second speech has a part on problems; three points asked for stay three."""
    assert "problem" in [point.role for point in draft(BRIEF, FIRE, SECOND).points]
    assert [p.role for p in draft(f"{BRIEF}，讲三点", FIRE, SECOND).points] == ["significance", "task", "safeguard"]


def test_a_matter_of_the_brief_gets_a_place() -> None:
    """消防队伍 is spoken of where it is asked for."""
    said = "".join(
        leaf.heading + leaf.text for leaf in leaves(draft(f"{BRIEF}，重点讲消防队伍、用火用电", FIRE, SECOND))
    )
    assert "消防队" in said and "用电" in said


def test_a_sub_point_says_more_of_its_section_each_sentence_cited_and_none_twice() -> None:
    """The sentences after the gist stand in quotations of the point, and no other point says them."""
    outline = draft(f"{BRIEF}，重点讲高层建筑、限期整改", FIRE, SECOND)
    quotes = {citation.number: citation.quote for citation in outline.citations}
    point = next(leaf for leaf in leaves(outline) if "高层建筑" in leaf.text)
    sentences = [sentence for sentence in point.text.split("。") if sentence]
    assert len(sentences) >= 2
    assert all(any(sentence in quotes[n] for n in point.citations) for sentence in sentences)
    every = [sentence for leaf in leaves(outline) for sentence in leaf.text.split("。") if len(sentence) > 5]
    assert len(every) == len(set(every))


def test_a_coined_word_of_one_family_is_pointed_out() -> None:
    """“楼道哨兵” is one place's own; with too few families at hand nothing is said of any."""
    texts = (FIRE, SECOND, SECOND.replace("消防意识不强", "消防常识欠缺，“一岗双责”没有落实"))
    held = {f"m{n}-1": speech(f"m{n}-1", "在全县消防安全工作会议上的讲话", text) for n, text in enumerate(texts)}
    cited = [Citation(n, "", key, "", "", "", 0, 0) for n, key in enumerate(held, 1)]
    points = (OutlinePoint("管好用火用电", 1, "task", "推行“楼道哨兵”的办法，落实“一岗双责”。", (1,)),)
    (warning,) = local_warnings(points, cited, read_plan(BRIEF), held.__getitem__)
    assert (warning.kind, warning.where) == ("local", "一、")
    assert "“楼道哨兵”" in warning.text and "一岗双责" not in warning.text
    assert not list(local_warnings(points, cited[:2], read_plan(BRIEF), held.__getitem__))


def test_districts_of_the_public_list_become_slots_and_plain_words_do_not() -> None:
    """麦积区 is a place whatever the tagger makes of it, 城区 and 各县区 are words."""
    assert [fact.slot for fact in find_facts("麦积区代表全省接受检查")] == ["地名"]
    assert find_facts("各县区要抓好城区的消防工作") == []


def test_a_word_that_names_a_district_with_its_suffix_is_a_name_without() -> None:
    """A speech that says 山亭区 means the place by 山亭 too."""
    assert "山亭" in local_names("我们山亭发展很快。山亭区的工作要抓好，山亭区的同志要努力。")


def test_computing_an_outline_stops_when_it_is_told_to() -> None:
    """No stage runs to its end for a reader who has gone."""
    event = threading.Event()
    event.set()
    with pytest.raises(Stopped), stoppable(event):
        draft(BRIEF, FIRE, SECOND)


def test_what_is_amiss_stands_behind_the_reasons() -> None:
    """Where no part of its own tells the faults that speeches on the theme name, the reasons end with one or two."""
    outline = draft(f"{BRIEF}，不超过2000字", FIRE, SECOND)
    reasons = outline.points[0]
    assert "认识" in reasons.heading or "形势" in reasons.heading
    assert [point.heading for point in reasons.points[-2:]] == ["消防意识不强", "消防设施不足"]
    asked_for = draft(f"{BRIEF}，指出不足", FIRE, SECOND)
    assert "消防意识不强" not in [leaf.heading for leaf in asked_for.points[0].points]
