"""Repairs, their composition, and the map between the two layers of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.cleaning.alignment import Alignment, apply, restore
from speechrag.cleaning.edits import Draft, Edit
from speechrag.records import Repair


@st.composite
def passes(draw: st.DrawFn) -> tuple[str, list[list[tuple[int, int, str]]]]:
    """A text and, for a few rules in turn, gaps, widths and replacements that make up their edits."""
    text = draw(st.text("甲乙丙丁,;", max_size=30))
    step = st.tuples(st.integers(0, 4), st.integers(0, 4), st.text("子丑寅", max_size=3))
    return text, draw(st.lists(st.lists(step, max_size=6), max_size=4))


def edited(draft: Draft, steps: list[tuple[int, int, str]], rule: str) -> tuple[list[Edit], str]:
    """Return the edits that the steps stand for, and the text they lead to, worked out the plain way."""
    edits: list[Edit] = []
    position = 0
    for gap, width, after in steps:
        start, end = position + gap, position + gap + width
        if end > len(draft.text):
            break
        edits.append(Edit(start, end, after, rule))
        position = end + 1
    expected = draft.text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.after + expected[edit.end :]
    return edits, expected


@given(passes())
def test_composed_repairs_lead_there_and_back(case: tuple[str, list[list[tuple[int, int, str]]]]) -> None:
    """However rules overlay each other, the repairs are sorted, do not overlap, and restore the original exactly."""
    original, rules = case
    draft = Draft(original)
    for number, steps in enumerate(rules):
        edits, expected = edited(draft, steps, f"rule{number}")
        draft.apply(edits)
        assert draft.text == expected
    assert apply(original, draft.repairs) == draft.text
    assert restore(draft.text, draft.repairs) == original
    position = 0
    for repair in draft.repairs:
        assert position <= repair.start <= repair.end
        assert repair.before == original[repair.start : repair.end] != repair.after
        position = repair.end


@given(passes())
def test_spans_map_to_what_they_were_made_from(case: tuple[str, list[list[tuple[int, int, str]]]]) -> None:
    """Each cleaned character outside a repair maps to the same original character, and spans grow with their ends."""
    original, rules = case
    draft = Draft(original)
    for number, steps in enumerate(rules):
        draft.apply(edited(draft, steps, f"rule{number}")[0])
    alignment = Alignment(len(original), draft.repairs)
    assert alignment.clean_length == len(draft.text)
    touched = {i for r in draft.repairs for i in range(r.start, r.end)}
    for i in range(len(draft.text)):
        start, end = alignment.original_span(i, i + 1)
        if end == start + 1 and start not in touched:
            assert original[start] == draft.text[i]
    for i, char in enumerate(original):
        if i not in touched:
            start, end = alignment.clean_span(i, i + 1)
            assert draft.text[start:end] == char
            assert alignment.original_span(start, end) == (i, i + 1)


def test_a_repair_that_keeps_the_length_maps_character_by_character() -> None:
    """A quotation may begin inside a converted word."""
    alignment = Alignment(4, [Repair("simplified", 1, 3, "領導", "领导")])
    assert alignment.original_span(2, 3) == (2, 3)


def test_deleted_text_at_the_edges_is_left_out_of_a_span() -> None:
    """協(xié)會: the bracket belongs to neither neighbour alone, but to a span over both."""
    alignment = Alignment(7, [Repair("pinyin", 1, 6, "(xié)", "")])
    assert alignment.original_span(0, 1) == (0, 1)
    assert alignment.original_span(1, 2) == (6, 7)
    assert alignment.original_span(0, 2) == (0, 7)
    assert alignment.clean_span(1, 6) == (1, 1)


def test_rules_that_change_one_span_in_turn_are_named_together() -> None:
    """The ledger shows every rule that had a hand in a change."""
    draft = Draft("協(xié)會,好")
    draft.apply([Edit(1, 6, "", "pinyin")])
    draft.apply([Edit(0, 2, "协会", "simplified")])
    assert [(r.rule, r.before, r.after) for r in draft.repairs] == [("pinyin+simplified", "協(xié)會", "协会")]


def test_a_deletion_over_earlier_changes_is_only_a_deletion() -> None:
    """What was converted in a line that is then dropped no longer matters."""
    draft = Draft("下載本文檔\n正文")
    draft.apply([Edit(1, 2, "载", "simplified"), Edit(4, 5, "档", "simplified")])
    draft.apply([Edit(0, 6, "", "site-litter")])
    assert [(r.rule, r.before, r.after) for r in draft.repairs] == [("site-litter", "下載本文檔\n", "")]


@pytest.mark.parametrize("span", [(-1, 2), (3, 2), (0, 9)])
def test_a_span_outside_the_text_is_refused(span: tuple[int, int]) -> None:
    """An offset that drifted must not give a wrong quotation."""
    with pytest.raises(ValueError, match="not inside"):
        Alignment(5, []).original_span(*span)
