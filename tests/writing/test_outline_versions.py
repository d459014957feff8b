"""The versions of a draft: all can be had back, going to one loses none, and names stay with them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.errors import UsageError
from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outlines.draft import KEPT, Draft, changed, redo, undo
from speechrag.writing.outlines.saved import open_draft, save_draft
from speechrag.writing.outlines.versions import LONGEST_NAME, MOST_NAMED, go, named, stamped, state_at, states

START = Outline("要求", ("题",), "同志们：", "起", (OutlinePoint("甲", 1, "task", "", ()),), "完")


def written(draft: Draft, opening: str) -> Draft:
    """Return the draft with another opening, the change called by it."""
    return changed(draft, opening, replace(draft.outline, opening=opening))


def draft_of(*openings: str) -> Draft:
    draft = Draft(START)
    for opening in openings:
        draft = written(draft, opening)
    return draft


def listed(draft: Draft) -> list[tuple[str, str, str]]:
    return [(state.label, state.outline.opening, state.standing) for state in states(draft)]


def test_every_state_is_listed_under_the_change_that_led_to_it() -> None:
    """Past, present and undone states in the order in which they came about."""
    assert listed(undo(draft_of("一", "二", "三"))) == [
        ("", "起", "past"),
        ("一", "一", "past"),
        ("二", "二", "present"),
        ("三", "三", "undone"),
    ]


def test_what_was_undone_before_another_change_is_put_aside() -> None:
    """A change after 撤销 loses nothing: the states undone are listed last."""
    draft = written(undo(undo(draft_of("一", "二", "三"))), "四")
    assert listed(draft) == [
        ("", "起", "past"),
        ("一", "一", "past"),
        ("四", "四", "present"),
        ("二", "二", "aside"),
        ("三", "三", "aside"),
    ]
    assert draft.ahead == ()


def test_a_state_put_aside_comes_back_as_a_change() -> None:
    """Fetched, it is the present state with its name; 撤销 gives the one before, and it can be made again."""
    draft = written(undo(named(draft_of("一", "二"), 2, "送审稿")), "三")
    position = len(states(draft)) - 1
    back = go(draft, position)
    assert (back.outline.opening, back.name, back.aside) == ("二", "送审稿", ())
    assert states(back)[-1].label == "取回：送审稿"
    assert undo(back).outline == draft.outline
    assert redo(undo(back)) == back
    again = go(written(undo(back), "四"), 4)
    assert states(again)[-1].label == "取回：送审稿"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 5)),
        st.tuples(st.just("go"), st.integers(0, 30)),
        st.tuples(st.just("name"), st.integers(0, 30)),
    ),
    max_size=25,
)


def taken(draft: Draft, steps: list[tuple[str, int]]) -> list[Draft]:
    """Return the draft after each of the steps."""
    passed = [draft]
    for number, (step, value) in enumerate(steps):
        present, position = passed[-1], value % len(states(passed[-1]))
        if step == "write":
            passed.append(written(present, f"第{value}种"))
        elif step == "go":
            passed.append(go(present, position))
        else:
            passed.append(named(present, position, f"稿{number}"))
    return passed


@given(STEPS)
def test_going_to_a_version_and_back_gives_the_same_draft(steps: list[tuple[str, int]]) -> None:
    """From every draft to every state and back, by the list or by 撤销: nothing has changed."""
    draft = taken(Draft(START), steps)[-1]
    here = len(draft.past)
    for position, state in enumerate(states(draft)):
        there = go(draft, position)
        assert there.outline == state.outline
        assert there.name == state.name
        if state.standing == "aside":
            assert undo(there).outline == draft.outline
        else:
            assert go(there, here) == draft


@given(STEPS)
def test_no_step_loses_a_state_or_a_name(steps: list[tuple[str, int]]) -> None:
    """Whatever is done, all outlines that could be had back still can, and every name given is there once."""
    passed = taken(Draft(START), steps)
    for before, after in pairwise(passed):
        openings = [Counter(state.outline.opening for state in states(draft)) for draft in (before, after)]
        assert openings[0] <= openings[1]
        names = [{state.name for state in states(draft)} for draft in (before, after)]
        assert len(names[0] - names[1]) <= int(len(states(before)) == len(states(after)))  # renamed at most


@given(STEPS)
def test_versions_and_names_survive_the_file(steps: list[tuple[str, int]]) -> None:
    """A saved draft opens with the same states."""
    draft = taken(Draft(START), steps)[-1]
    assert open_draft(save_draft(draft)) == draft


def test_a_file_saved_without_names_opens() -> None:
    """Files of the time before versions had names lack the fields; they stand for no name and nothing put aside."""
    draft = undo(draft_of("一", "二"))
    body = json.loads(save_draft(draft))
    for record in (body["draft"], *body["draft"]["past"], *body["draft"]["ahead"]):
        del record["name"]
    del body["draft"]["aside"]
    assert open_draft(json.dumps(body).encode()) == draft


def test_what_is_put_aside_is_checked_when_a_file_is_opened() -> None:
    """A version that cites what it does not list is refused there too."""
    body = json.loads(save_draft(written(undo(draft_of("一")), "二")))
    body["draft"]["aside"][0]["outline"]["points"][0]["citations"] = [7]
    with pytest.raises(UsageError, match=r"不存在的来源\[7\]"):
        open_draft(json.dumps(body).encode())


def test_old_states_go_but_named_ones_stay() -> None:
    """Beyond the states kept only those with a name remain, however many follow; so the draft does not grow."""
    draft = named(draft_of("一"), 1, "初稿")
    for number in range(3 * KEPT):
        draft = written(draft, f"第{number}次")
        if number % 3 == 0:
            draft = written(undo(draft), f"另{number}次")
    assert len(draft.past) == KEPT
    assert sum(not version.name for version in draft.aside) == KEPT
    (kept,) = (state for state in states(draft) if state.name)
    assert (kept.name, kept.outline.opening, kept.standing) == ("初稿", "一", "aside")


def test_a_name_stays_with_its_state() -> None:
    """Undone and made again the state has its name; without a name it has none again."""
    draft = named(draft_of("一", "二"), 2, "  送审　稿 ")
    assert draft.name == "送审 稿"
    assert undo(draft).name == ""
    assert redo(undo(draft)).name == "送审 稿"
    assert named(undo(draft), 2, "").ahead[0].name == ""


@pytest.mark.parametrize("position", [-1, 3, 99])
def test_a_version_that_is_not_there_is_refused(position: int) -> None:
    """One sentence, for going, naming and looking alike."""
    draft = draft_of("一", "二")
    for step in (go, state_at, lambda d, p: named(d, p, "稿")):
        with pytest.raises(UsageError, match="没有这一版"):
            step(draft, position)


def test_names_are_bounded() -> None:
    """Neither a name without end nor names without end; one that has a name may get another."""
    with pytest.raises(UsageError, match="最多 40 字"):
        named(draft_of("一"), 0, "长" * (LONGEST_NAME + 1))
    draft = Draft(START)
    for number in range(MOST_NAMED):
        draft = named(written(draft, f"第{number}次"), min(number + 1, KEPT), f"稿{number}")
    with pytest.raises(UsageError, match="最多给 50 版起名"):
        named(draft, 0, "又一稿")
    assert named(draft, 1, "改名").past[1].name == "改名"


MORNING, NOON = (datetime(2026, 3, 2, hour, 5, tzinfo=timezone(timedelta(hours=8))) for hour in (9, 12))


def times(draft: Draft) -> list[str]:
    return [state.at[11:16] for state in states(draft)]


def test_every_state_keeps_the_time_at_which_it_came_about() -> None:
    """A new state gets the time of the clock; undoing, redoing and going back change no time."""
    first = stamped(None, Draft(START), MORNING)
    second = stamped(first, written(first, "二"), NOON)
    assert times(second) == ["09:05", "12:05"]
    back = stamped(second, undo(second), NOON)
    assert times(back) == ["09:05", "12:05"]
    assert times(stamped(back, redo(back), MORNING)) == ["09:05", "12:05"]
    assert times(stamped(second, named(second, 0, "初稿"), NOON)) == ["09:05", "12:05"]
    assert stamped(second, second, NOON) is second


def test_what_is_fetched_from_aside_is_a_state_of_now() -> None:
    """It came about when it was fetched; the state that was put aside before keeps its own time."""
    first = stamped(None, Draft(START), MORNING)
    changed_once = stamped(first, written(first, "二"), MORNING)
    other = stamped(undo(changed_once), written(undo(changed_once), "三"), MORNING)
    fetched = stamped(other, go(other, 2), NOON)
    assert fetched.outline.opening == "二"
    assert times(fetched) == ["09:05", "09:05", "12:05"]


def test_times_are_saved_and_a_file_without_them_opens() -> None:
    """A draft saved before there were times has none, and is opened all the same."""
    draft = stamped(None, Draft(START), MORNING)
    assert open_draft(save_draft(draft)).at == "2026-03-02T09:05:00+08:00"
    body = json.loads(save_draft(draft))
    del body["draft"]["at"]
    assert open_draft(json.dumps(body).encode()).at == ""
