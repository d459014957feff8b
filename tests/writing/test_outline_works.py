"""Roads, firms and lanes of another place do not carry over into the new speech, words of their shape do."""

from __future__ import annotations

import pytest

from speechrag.writing.outlines.adapt import local_names
from speechrag.writing.outlines.facts import fill_slots, find_facts
from speechrag.writing.outlines.works import named_works


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("抓紧砚岫高速、岫坞线等工程", "抓紧【待补：项目名称】等工程"),
        ("加快砚岫大道拓宽", "加快【待补：项目名称】拓宽"),
        ("扶持长虹、春笋等企业做大", "扶持【待补：企业名称】等企业做大"),
        ("引进海尔等知名企业", "引进【待补：企业名称】等知名企业"),
        ("挖掘古岫文化", "挖掘【待补：地名】文化"),
    ],
)
def test_what_a_place_built_and_owns_gives_way_to_a_slot(text: str, expected: str) -> None:
    """The tagger takes them for one word and no dictionary knows them, or one of a row is a proper name."""
    assert fill_slots(text, find_facts(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "推进高速公路建设",
        "经济正由高速转向高质量",
        "坚守第一线、生产线、输电线，不碰红线",
        "支持纺织、化工等企业技改",
        "扶持国有、民营等重点企业",
        "做好古建筑保护",
        "打通沿江大道",
    ],
)
def test_words_of_the_same_shape_are_no_names(text: str) -> None:
    """Trades, kinds of ownership, common roads and figures of speech stay."""
    assert list(named_works(text)) == []


def test_the_bare_name_of_a_lane_is_known_where_the_speech_gives_it_twice() -> None:
    """苔井巷 once and 苔井历史 once: both are of that place. A word before a lane is none."""
    assert local_names("打造苔井巷街区，讲好苔井历史。走进大街，大街小巷都要整治。") == {"苔井"}
