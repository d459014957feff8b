"""Which numbers head a part and which belong to a sentence."""

from __future__ import annotations

import pytest

from speechrag.structure.labels import find_labels


def labels(text: str) -> list[str]:
    return [label.text for label in find_labels(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、加强领导\n内容。\n二、落实责任\n内容。", ["一、", "二、"]),
        ("（一）摸清底数。内容。\n（二）建立台账。内容。", ["（一）", "（二）"]),
        ("1.抓源头。内容。\n2.抓过程。内容。", ["1.", "2."]),
        ("1、抓源头。内容。\n2、抓过程。内容。", ["1、", "2、"]),
        ("（1）登记。内容。\n（2）核查。内容。", ["（1）", "（2）"]),
        ("第一，要讲政治。内容。第二，要讲实效。内容。", ["第一，", "第二，"]),
        ("目标有两个。一是增产。内容。二是增收。内容。", ["一是", "二是"]),
        ("一要抓早。内容。二要抓小。内容。", ["一要", "二要"]),
        ("首先，要学深。内容。其次，要做实。内容。最后，要见效。内容。", ["首先，", "其次，", "最后，"]),
        ("一. 认清形势\n内容。\n二. 明确任务\n内容。", ["一.", "二."]),
    ],
)
def test_every_numbering_style_is_found(text: str, expected: list[str]) -> None:
    """The marks in official use, and their common misspellings, head parts."""
    assert labels(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "产量是去年的1.5倍，居全省第一，创历史新高。",
        "2011年开工，12月竣工。",
        "统筹一、二、三产业协调发展。\n一、二季度运行平稳。",
        "存在三方面不足：一是人手少；二是经费紧；三是底子薄。",
        "要做到一是一、二是二，不搞变通。",
        "首先，我代表乡党委向大家问好。",
        "依照第三条（二）款办理。",
        "会议开到3、4点钟才结束。",
    ],
)
def test_numbers_inside_sentences_head_nothing(text: str) -> None:
    """Decimals, years, enumerations and semicolon lists are part of their sentences."""
    assert labels(text) == []


def test_a_page_counter_in_mid_sentence_is_no_heading() -> None:
    """A counter that a page break put after a long unfinished line does not open a part."""
    line = "各村要按照镇里的统一安排，" * 6 + "把巡河制度落实到人、落实到岗，做到责任"
    assert labels(f"{line}\n\n2、到位，不留空白。") == []


def test_a_first_point_after_a_comma_counts_when_its_series_goes_on() -> None:
    """The first of a series may be announced inside a sentence."""
    assert labels("要把握两个环节，一是排查。逐户走访。二是整改。限期销号。") == ["一是", "二是"]


def test_a_lone_point_in_mid_paragraph_is_part_of_its_sentence() -> None:
    """Without a neighbour in the series, 一是 proves nothing."""
    assert labels("我们商量过。一是时间来得及。大家意见一致。") == []


def test_points_lost_before_it_do_not_hide_a_point_on_its_own_line() -> None:
    """Scraped text loses paragraphs; the third point is a point even when the first two are gone."""
    assert labels("前文缺失。\n三要抓好管护，明确专人负责。内容。") == ["三要"]


def test_footnote_marks_are_no_headings() -> None:
    """Circled digits inside a line are references, and their notes at the end are sources."""
    assert labels("这是一条规律。①毫无疑义。\n① 某某：《论述选编》，第12页") == []


def test_a_mostly_separate_series_is_kept_whole() -> None:
    """A single semicolon does not break a series whose other members are sentences."""
    text = "这里有三层意思。第一层意思是要报得准；第二层意思是要报得快。说清楚。第三层意思是要报得全。说完了。"
    assert len(labels(text)) == 3
