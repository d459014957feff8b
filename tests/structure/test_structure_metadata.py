"""Facts about a speech come with their proof, and what nothing proves stays out."""

from __future__ import annotations

import pytest

from speechrag.records import CleanDocument, Document, Speech
from speechrag.structure import structure


def speech(text: str) -> Speech:
    return structure(CleanDocument(Document("doc", "0001.txt", text, ""), text))[0]


TAIL = "\n一、抓紧\n要抓紧。\n二、抓实\n要抓实。"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("同志们：\n经县委同意，今天召开全县信访工作座谈会。", {"organ": "党委", "level": "县", "occasion": "座谈会"}),
        ("同志们：\n这次全市防汛工作会议由市政府召开。", {"organ": "政府", "level": "市", "occasion": "工作会议"}),
        ("各位委员：\n今天，区政协举办提案工作培训班。", {"organ": "政协", "level": "县", "occasion": "培训班"}),
        ("各位代表：\n我代表国务院，向大会报告政府工作。", {"organ": "政府", "level": "国家", "genre": "工作报告"}),
        ("同志们：\n今天召开街道环境整治动员会。", {"level": "乡镇", "occasion": "动员会", "genre": "讲话"}),
        ("同志们：\n今天开表彰大会。我公司今年效益好，我公司明年要更好。", {"organ": "企业", "level": "企业"}),
        ("在全省审计工作会议上的讲话\n（2016年2月18日）\n同志们：\n今天开会。", {"year": 2016, "occasion": "工作会议"}),
        ("在全镇春耕动员会上的讲话\n二〇〇九年三月二日\n同志们：\n今天开会。", {"year": 2009, "occasion": "动员会"}),
        ("县委书记在全县三级干部会议上的讲话\n同志们：\n今天开会。", {"speaker_role": "县委书记"}),
        ("同志们：\n今天，我们举办十三届市政协首期委员培训班。", {"session": "十三届市政协"}),
        ("本报讯 昨天，县里开会。会议要求，抓好春播。会议强调，不误农时。", {"genre": "信息"}),
    ],
)  # fmt: skip
def test_facts_are_read_from_what_the_speech_says(text: str, facts: dict[str, object]) -> None:
    """Organ, level, occasion, year, role and genre stand in the title, the date line and the opening."""
    found = speech(text + TAIL)
    assert {name: found.metadata.get(name) for name in facts} == facts


def test_every_fact_has_a_span_that_proves_it() -> None:
    """The evidence lies in the speech and names the thing."""
    found = speech("同志们：\n经县委研究同意，今天召开全县信访工作座谈会。" + TAIL)
    assert set(found.metadata) <= set(found.evidence)
    span = found.evidence["occasion"]
    assert found.text[span.start : span.end] == "座谈会"


@pytest.mark.parametrize(
    "text",
    [
        "同志们：\n20xx年，我们取得了好成绩。",
        "同志们：\n2019年以来，我们连续三年丰收，2021年再创新高。",
        "同志们：\n到2035年，我们要基本实现目标。",
        "关于2017年工作总结和2018年工作安排的报告\n同志们：\n今天开会。",
    ],
)
def test_no_year_is_guessed(text: str) -> None:
    """A masked year, a year spoken of, and two years in a title date nothing."""
    assert "year" not in speech(text + TAIL).metadata


def test_another_meeting_is_not_the_occasion() -> None:
    """A meeting whose spirit is passed on is not the one that is held."""
    found = speech("同志们：\n现在传达省委召开的经济工作座谈会精神。" + TAIL)
    assert "occasion" not in found.metadata
    assert found.metadata.get("level") != "省"


def test_the_common_title_of_a_collection_proves_nothing() -> None:
    """篇一 of a collection of CPPCC speeches may be anything."""
    parts = [f"政协座谈会讲话篇{number}\n各村民：\n大家把门前打扫干净。按户包干。{TAIL}" for number in "一二"]
    text = "\n".join(parts)
    for part in structure(CleanDocument(Document("doc", "0001.txt", text, ""), text)):
        assert "organ" not in part.metadata
        assert "occasion" not in part.metadata


def test_topics_are_the_frequent_ones() -> None:
    """A topic needs more than a passing mention."""
    text = "同志们：\n" + "信访件要当天登记。信访人要当面接谈。" * 3 + "顺便说一句消防。" + TAIL
    assert speech(text).metadata["topics"] == ["信访"]


def test_a_street_is_not_the_province_it_is_named_after() -> None:
    """河南街道 lies in no province by its name."""
    text = "同志们：\n河南街道今天召开座谈会。河南街道的同志来了，河南街道的代表发了言。" + TAIL
    assert "region" not in speech(text).metadata


def test_a_speechs_own_title_decides_its_level() -> None:
    """A county speech that quotes a national meeting of the same name is a county speech."""
    text = (
        "在全县网络安全工作会议上的讲话\n同志们：\n今天我们召开会议。今年7月召开的全国网络安全工作会议作了部署。"
        "下面我讲三点意见。\n一、提高认识\n全国的形势逼人。"
    )
    found = speech(text)
    assert found.metadata["level"] == "县"
    assert found.text[found.evidence["level"].start : found.evidence["level"].end] == "全县"
