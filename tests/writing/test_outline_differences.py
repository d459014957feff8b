"""Where two versions differ: every place once, by its number, the words themselves marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speechrag.records import Outline, OutlinePoint, Paragraph
from speechrag.writing.outlines.differences import Difference, differences, pieces


def point(heading: str, text: str = "", *below: OutlinePoint, level: int = 1) -> OutlinePoint:
    return OutlinePoint(heading, level, "task", text, (), below)


def outline(*points: OutlinePoint, opening: str = "开头。", titles: Sequence[str] = ("题",)) -> Outline:
    return Outline("要求", tuple(titles), "同志们：", opening, points, "结尾。")


FIRST = point("提高认识", "信息是决策的依据，要看到差距。")
SECOND = point(
    "突出重点", "", point("紧扣选题", "围绕重点找题目。", level=2), point("严守时限", "迟报要追究。", level=2)
)
THIRD = point("加强领导", "主要负责同志负总责。")
WHOLE = outline(FIRST, SECOND, THIRD)


def test_a_number_that_changed_alone_is_no_difference() -> None:
    """Without its first part the others move up; only what is gone is told, at its old number."""
    assert differences(WHOLE, outline(SECOND, THIRD)) == (
        Difference("一、", "提高认识\n信息是决策的依据，要看到差距。", ""),
    )
    assert differences(outline(SECOND, THIRD), WHOLE) == (
        Difference("一、", "", "提高认识\n信息是决策的依据，要看到差距。"),
    )


def test_a_part_that_is_gone_is_told_with_all_below_it() -> None:
    """Its sub-points are gone too, and stand where they stood in reading order."""
    found = differences(WHOLE, replace(outline(FIRST, THIRD), closing="完。"))
    assert [(d.where, d.before.split("\n")[0]) for d in found] == [
        ("二、", "突出重点"),
        ("二、（一）", "紧扣选题"),
        ("二、（二）", "严守时限"),
        ("结尾", "结尾。"),
    ]
    assert all(not d.after for d in found[:3])


def test_a_part_that_changed_places_is_told_once_with_both() -> None:
    """One part moved over two others is one difference, not three."""
    (found,) = differences(WHOLE, outline(SECOND, THIRD, FIRST))
    assert (found.where, found.heading) == ("三、（原为一）", "提高认识")
    assert found.before == found.after == FIRST.text


def test_a_reworded_heading_keeps_its_place_though_another_went() -> None:
    """What says nearly the same is the same point, even where numbers have shifted."""
    reworded = replace(THIRD, heading="强化领导")
    found = differences(WHOLE, outline(SECOND, reworded))
    assert [(d.where, d.before, d.after) for d in found] == [
        ("一、", "提高认识\n信息是决策的依据，要看到差距。", ""),
        ("二、", "加强领导\n主要负责同志负总责。", "强化领导\n主要负责同志负总责。"),
    ]


def test_another_point_in_the_same_place_replaces_it() -> None:
    """Where nothing is alike the place tells what became of what."""
    other = point("摸清底数", "逐村逐户登记造册。")
    assert differences(WHOLE, outline(FIRST, SECOND, other)) == (
        Difference("三、", "加强领导\n主要负责同志负总责。", "摸清底数\n逐村逐户登记造册。"),
    )


def test_a_point_written_out_shows_its_paragraphs_under_its_heading() -> None:
    """The heading, as it is the same, names the place; the texts are what is said."""
    longer = replace(FIRST, paragraphs=(Paragraph(FIRST.text, ()), Paragraph("差距不小。", ())))
    assert differences(WHOLE, outline(longer, SECOND, THIRD)) == (
        Difference("一、", FIRST.text, f"{FIRST.text}\n差距不小。", "提高认识"),
    )


def test_titles_and_frame_are_places_too() -> None:
    """The title, those offered beside it, the opening."""
    found = differences(WHOLE, replace(WHOLE, titles=("题", "又一题"), opening="起。", salutation="各位："))
    assert [(d.where, d.before, d.after) for d in found] == [
        ("备选标题", "", "又一题"),
        ("称谓", "同志们：", "各位："),
        ("开头", "开头。", "起。"),
    ]


HEADINGS = st.sampled_from(["提高认识", "提高思想认识", "突出重点", "加强领导"])
TEXTS = st.sampled_from(["", "要看到差距。", "要看到差距，奋起直追。", "逐村登记造册。"])


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    def row(level: int) -> list[OutlinePoint]:
        count = draw(st.integers(0, 4 if level == 1 else 2))
        return [point(draw(HEADINGS), draw(TEXTS), *(row(2) if level == 1 else ()), level=level) for _ in range(count)]

    return outline(*row(1), opening=draw(TEXTS))


def read(points: Sequence[OutlinePoint]) -> list[object]:
    return [(p.heading, p.text, read(p.points)) for p in points]


@given(outlines(), outlines())
def test_versions_differ_exactly_where_they_read_differently(before: Outline, after: Outline) -> None:
    """No difference is told of versions that read the same, and one at least of all others, either way round."""
    same = (before.opening, read(before.points)) == (after.opening, read(after.points))
    assert (differences(before, after) == ()) == same
    assert (differences(after, before) == ()) == same


@given(outlines(), outlines())
def test_every_point_that_came_or_went_is_told(before: Outline, after: Outline) -> None:
    """The numbers of points agree: what there was, less what went, and what came, is what there is."""
    found = differences(before, after)
    gone = sum(not d.after and not d.heading and d.where != "开头" for d in found)
    come = sum(not d.before and not d.heading and d.where != "开头" for d in found)
    count = [sum(1 + len(p.points) for p in version.points) for version in (before, after)]
    assert count[0] - gone + come == count[1]


WORDS = st.text(alphabet="要狠抓落实效提高认识，。；\n12【待补：】县", max_size=60)


@given(WORDS, WORDS)
@example("", "")
@example("狠抓落实。", "")
@example("甲。" * 2_000, "乙。" * 2_000)
@example("要" * 990 + "。", "要" * 980 + "！")
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    """Same and removed is the text before, same and added the one after; no piece is empty, neighbours differ."""
    found = pieces(before, after)
    assert "".join(text for kind, text in found if kind != "added") == before
    assert "".join(text for kind, text in found if kind != "removed") == after
    assert all(text for _, text in found)
    assert all(one.kind != next_.kind for one, next_ in pairwise(found))


@given(WORDS)
def test_a_text_is_one_piece_of_itself(text: str) -> None:
    """Nothing is marked where nothing changed."""
    assert pieces(text, text) == ((("same", text),) if text else ())


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("2小时内上报。", "12小时内上报。", "[2|12]小时内上报。"),
        ("增长3.5%。", "增长3.8%。", "增长[3.5%|3.8%]。"),
        ("要狠抓落实。", "要狠抓实效。", "要狠抓[落实|实效]。"),
        ("由【待补：单位】牵头。", "由【待补：部门】牵头。", "由[【待补：单位】|【待补：部门】]牵头。"),
        ("一要摸清底数。二要落实责任。", "二要落实责任。", "[一要摸清底数。|]二要落实责任。"),
        ("迟报的，通报批评。", "信息员专人专岗。", "[迟报的，通报批评。|信息员专人专岗。]"),
        ("要提高认识。", "要进一步提高认识。", "要[|进一步]提高认识。"),
        ("要狠抓落实。", "要狠抓实效。定期通报情况，严格奖惩。", "要狠抓[落实|实效]。[|定期通报情况，严格奖惩。]"),
    ],
)
def test_changed_words_are_marked_whole(before: str, after: str, marked: str) -> None:
    """Figures, slots and words are not cut; sentences with little in common replace each other."""
    shown, open_ = "", False
    kinds = [*pieces(before, after), ("same", "")]
    for (kind, text), (following, _) in pairwise(kinds):
        if kind == "same":
            shown += text
        elif kind == "removed":
            open_ = following == "added"
            shown += f"[{text}|" + ("" if open_ else "]")
        else:
            shown += f"{text}]" if open_ else f"[|{text}]"
            open_ = False
    assert shown == marked
