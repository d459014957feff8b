"""What the form of a question demands is seen to be there or lacking: a name, a denial, a deed, one full clause."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.embedding.static import builtin_encoder
from speechrag.records import Query
from speechrag.text import fold
from speechrag.writing.answer_evidence import Evidence
from speechrag.writing.answer_features import Window
from speechrag.writing.questions import Question, analyse
from speechrag.writing.reader_demands import DEMANDS, clauses_of, demanded_by, demands
from speechrag.writing.reader_vectors import Vectors, free, soft

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import CUTTER, retrieve, speech


def taken(question: str) -> Question:
    return analyse(question, CUTTER, lambda word: 0.1)


def told(question: str, own: str, head: str = "", before: str = "") -> dict[str, float]:
    """Return what the demands of ``question`` say of a candidate ``own`` under ``head`` and behind ``before``."""
    asked, own = taken(question), fold(own)
    candidate = replace(
        Evidence(asked, retrieve(Query("加固堤防")), speech).candidates()[0],
        listed=False,
        window=Window.of(own, head, "", fold(before), "", own, own),
    )
    words = [term.text for term in asked.terms]
    found = clauses_of(own, words, [1.0] * len(words))
    return dict(zip(DEMANDS, demands(asked, demanded_by(asked), candidate, own, found), strict=True))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("哪三个县没有报送", "place"),
        ("是哪家企业签的协议", "organ"),
        ("是哪家软件公司一起开发的", "organ"),
        ("推荐的是哪本书", "print"),
        ("谁垫的钱", "who"),
        ("防汛组长是谁", "person"),
        ("最年轻的队员是什么人", ""),
        ("哪几位同志发了言", "person"),
        ("水利局局长叫什么", "person"),
        ("三座水库叫什么名字", "other"),
        ("从哪里开始", ""),
        ("加固堤防多少公里", ""),
    ],
)
def test_what_is_asked_for_by_its_name_is_told_by_the_question(question: str, kind: str) -> None:
    """哪 with a noun or a measure word, 谁 and 叫什么 ask for names; 哪里 and figures do not."""
    assert demanded_by(taken(question)).kind == kind


@pytest.mark.parametrize(
    ("question", "own", "lacking", "indefinite"),
    [
        ("哪三个县没有完成", "有三个县没有完成清淤任务", 1.0, 1.0),
        ("哪三个县没有完成", "青河县、白岭县、柳溪县没有完成清淤任务", 0.0, 0.0),
        ("谁把名单发到群里", "名单被人发到群里，有人因此受了处分", 1.0, 1.0),
        ("谁签的字", "最后由局长韩立群签的字", 0.0, 0.0),
        ("整改由谁牵头", "整改由水务局牵头", 0.0, 0.0),
        ("整改小组组长是谁", "整改由水务局牵头", 1.0, 0.0),
        ("哪位领导作了批示", "有3篇被市领导韩立群、秦立夫、冯海川批示", 0.0, 0.0),
        ("谁作的总结", "会上，立夫同志作了总结", 0.0, 0.0),
        ("哪位主任作的通报", "会上，砚舟主任作了通报", 0.0, 0.0),
        ("作通报的两位主任叫什么", "会上，砚舟和景坪两位主任作了通报", 0.0, 1.0),
        ("哪位主任作的通报", "会上，各位主任作了通报", 1.0, 0.0),
        ("这话是谁说的", "有一次，韩立群先生说过这话", 0.0, 0.0),
        ("欠税由谁去追", "欠下的税款由公安、法院跟着追", 0.0, 0.0),
        ("方案由哪个部门牵头起草", "要求水利部门牵头，各相关部门配合", 0.0, 0.0),
        ("方案由哪个部门牵头起草", "要求有关部门牵头，各相关部门配合", 1.0, 1.0),
        ("哪三个村评上了先进", "共有大路湾、柳溪、后街等3个村评上先进", 0.0, 1.0),
        ("四个关系是哪四个关系", "要处理好快与慢、量与质、破与立、人与钱的关系", 0.0, 0.0),
    ],
)
def test_a_thing_spoken_of_without_its_name_names_nothing(
    question: str, own: str, lacking: float, indefinite: float
) -> None:
    """有三个县 and 有人 stand where names are asked for."""
    found = told(question, own)
    assert (found["unnamed_kind"], found["indefinite"]) == (lacking, indefinite)


def test_fewer_names_than_asked_for_are_seen() -> None:
    """Of three one is there: two thirds are short."""
    found = told("哪三个县没有完成", "青河县没有完成清淤任务")
    assert found["short_of"] == pytest.approx(2 / 3) and found["name_asked"] == 1.0


@pytest.mark.parametrize(
    ("question", "own", "expected"),
    [
        ("哪些乡镇没有报送", "十八个乡镇先后报送了方案", 1.0),
        ("哪些乡镇没有报送", "青山镇报送了方案，另有两镇迟迟未动", 0.5),
        ("哪些乡镇没有报送", "青山镇至今未报送", 0.0),
        ("有没有报送", "十八个乡镇报送了方案", 0.0),
        ("不少于几篇", "每月三篇", 0.0),
    ],
)
def test_who_did_does_not_tell_who_did_not(question: str, own: str, expected: float) -> None:
    """A question that denies wants a denial in the clause that speaks of it; 有没有 denies nothing."""
    assert told(question, own)["undenied"] == expected


@pytest.mark.parametrize(
    ("question", "own", "expected"),
    [
        ("渠道修了多少公里", "力争修渠道三十公里", 1.0),
        ("渠道修了多少公里", "已修渠道三十公里", 0.0),
        ("渠道计划修多少公里", "力争修渠道三十公里", 0.0),
    ],
)
def test_a_plan_is_no_deed(question: str, own: str, expected: float) -> None:
    """What came about is not answered by what is wished."""
    assert told(question, own)["planned"] == expected


def test_words_in_one_clause_say_more_than_words_scattered() -> None:
    """The fullest clause holds all of the question, or a part of it; its neighbour adds to it."""
    close, far = (
        told("青河县渠道清淤", text)["clause_share"]
        for text in ("青河县渠道清淤早", "青河县雨水多，渠道长，今年冬天清淤要抓紧")
    )
    assert close == pytest.approx(1.0, abs=1e-3) and far < close
    assert told("渠道清淤", "渠道长，清淤难")["clauses_share"] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("青河县报送八篇，白岭县全省排名第七", 1.0),
        ("白岭县排名第七", 0.5),
        ("青河县排名第七", 0.0),
    ],
)
def test_a_value_beside_another_name_is_anothers(own: str, expected: float) -> None:
    """The name that stands last before what is told; half where the one asked about is not there at all."""
    assert told("青河县全省排名第几", own)["rival"] == expected


def test_a_series_is_of_what_stands_before_it() -> None:
    """The thing asked for in the clause of the series, the one before or the heading over it."""
    assert told("有哪些栏目", "网站开设栏目：要闻、公告、访谈")["listed_thing"] == 1.0
    assert told("有哪些栏目", "要闻、公告、访谈", "栏目")["listed_thing"] == 1.0
    assert told("有哪些栏目", "学校：一小、二小、三小")["listed_thing"] == 0.0


@given(
    st.text("青河县白岭有没哪谁三个、，。修渠《》“”0123", max_size=60),
    st.sampled_from(["哪三个县没修渠", "谁修的渠", "修渠"]),
)
def test_every_demand_is_a_share(own: str, question: str) -> None:
    """Whatever stands there, each is a number from 0 to 1."""
    found = told(question, own)
    assert len(found) == len(DEMANDS) and all(0.0 <= value <= 1.0 + 1e-6 for value in found.values())


def test_a_word_is_not_met_by_what_another_word_of_the_question_is_met_by() -> None:
    """With 堤坝 taken out nothing is left that is near to 大堤; a word that is there is met by itself."""
    words, owns = ["堤坝", "大堤"], ["堤坝修好了"]
    vectors = Vectors(builtin_encoder())
    near, left = soft(words, owns, vectors)[0, :, 0], free(words, owns, vectors)[0, :, 0]
    assert left[0] == 1.0 and left[1] < near[1]


@pytest.mark.parametrize(
    ("before", "low", "high"),
    [("火是从哪里来的？", 0.5, 1.0), ("这样做行吗？", 0.0, 0.0), ("火是上坟的人点的。", 0.0, 0.0)],
)
def test_what_stands_behind_the_speakers_own_question_replies(before: str, low: float, high: float) -> None:
    """The more his question is the reader's the better; 行吗 asks for nothing."""
    assert low <= told("山火是从哪里来的", "查下来是烟头", before=before)["replies"] <= high
