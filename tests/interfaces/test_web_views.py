"""Records as the page receives them, edits of an outline, and the store between an event and the page."""

from __future__ import annotations

import ast
import json
from itertools import pairwise
from pathlib import Path

import pytest
from fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st

import speechrag
from speechrag.config import Settings
from speechrag.errors import SpeechragError, UsageError
from speechrag.interfaces import views
from speechrag.interfaces.desk import FAILED, Desk
from speechrag.interfaces.draft_routes import with_title
from speechrag.interfaces.drafting import acted
from speechrag.interfaces.results import Result, ResultStore
from speechrag.interfaces.routes import parse_marks
from speechrag.records import Outline, Query
from speechrag.text import segmenter
from speechrag.writing.outlines.draft import Draft


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def test_the_corpus_line_counts_and_dates(engine: FakeEngine) -> None:
    """The top bar says how much there is and since when."""
    assert views.manifest_line(engine.manifest).startswith("4 篇 · ")
    assert views.manifest_line(engine.manifest).endswith("11月20日更新")


def test_every_view_survives_json(engine: FakeEngine) -> None:
    """What the page fetches is plain JSON, and a second trip changes nothing."""
    hits = engine.search(Query("信息报送时限"))
    for view in (
        views.answer_view(engine.ask("重大突发事件多久内上报"), engine),
        views.answer_view(engine.ask("月球上有几家医院"), engine),
        views.hits_view("信息报送时限", hits, segmenter("jieba")),
        views.outline_view(engine.outline("全县信息工作会议")),
        views.speech_view(engine.speech("d001-1")),
    ):
        once = json.loads(json.dumps(view))
        assert json.loads(json.dumps(once)) == once


def test_a_refusal_brings_at_most_three_near_places(engine: FakeEngine) -> None:
    """A refusal is shown beside places that come near."""
    view = views.answer_view(engine.ask("打印设备花了多少信访经费"), engine)
    assert not view["supported"]
    assert 1 <= len(view["nearest"]) <= 3
    assert all(place["title"] and place["text"] for place in view["nearest"])


def test_question_words_are_not_marked() -> None:
    """Only the words a reader looks for are marked, not those that ask."""
    assert "多少" not in views.terms("上半年报送了多少信息", segmenter("jieba"))
    assert "信息" in views.terms("上半年报送了多少信息", segmenter("jieba"))


def test_marks_cover_the_words_in_any_width() -> None:
    """Full-width digits in the text match plain ones in the query."""
    assert views.matched("２０２３年信息", ["2023", "信息"]) == [(0, 4), (5, 7)]


@given(st.text(alphabet="信息报送工作，。", max_size=40), st.lists(st.sampled_from(["信息", "报送", "工作", "息报"])))
def test_marks_are_sorted_disjoint_and_inside(text: str, wanted: list[str]) -> None:
    """Whatever the words, their marks can be drawn from left to right."""
    spans = views.matched(text, wanted)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_the_original_is_whole_however_it_is_cut(engine: FakeEngine) -> None:
    """Cutting the original at the marked places loses and adds nothing."""
    speech = engine.speech("d001-1")
    spans = [(speech.text.index("重大突发"), speech.text.index("；特别紧急")), (0, 3)]
    segments = views.original_segments(engine, speech, spans)  # type: ignore[arg-type]
    assert "".join(segment["text"] for segment in segments) == engine.original("d001-1", 0, len(speech.text))
    assert {segment["mark"] for segment in segments} == {-1, 0, 1}
    assert next(s["text"] for s in segments if s["mark"] == 0).startswith("重大突发事件")


def test_points_are_numbered_the_official_way(engine: FakeEngine) -> None:
    """Level one counts 一、二、三、 and level two （一）（二）."""
    points = views.outline_view(engine.outline("x"))["points"]
    assert [point["number"] for point in points] == ["一、", "二、", "三、"]
    assert [point["number"] for point in points[1]["points"]] == ["（一）", "（二）", "（三）"]


def edited(outline: Outline, path: list[int], field: str, text: str) -> Outline:
    """Return the outline after a drafter has typed over one part."""
    change = {"act": "edit", "path": path, "field": field, "text": text}
    return acted(Draft(outline), change, FakeEngine()).outline  # type: ignore[arg-type]


def test_an_edit_reaches_the_record_and_fills_its_slot(engine: FakeEngine) -> None:
    """A gap that was filled in leaves the checklist; everything else stays."""
    outline = engine.outline("x")
    after = edited(outline, [1, 0], "text", "围绕生态立县找题目。")
    assert after.points[1].points[0].text == "围绕生态立县找题目。"
    assert len(after.slots) == len(outline.slots) - 1
    assert after.points[0] == outline.points[0]
    assert edited(outline, [1], "title", "新标题").titles == (outline.titles[0], "新标题")
    assert edited(outline, [], "closing", "谢谢大家！").closing == "谢谢大家！"


def test_a_gap_typed_in_joins_the_checklist(engine: FakeEngine) -> None:
    """The checklist follows the text: gaps that read the same are told apart, new ones are added."""
    after = edited(engine.outline("x"), [2], "text", "由【待补：时限】起，请【待核：单位】负责。")
    assert [slot.text for slot in after.slots].count("【待补：时限】") == 2
    assert "【待核：单位】" in [slot.text for slot in after.slots]
    filled = edited(after, [1, 2], "text", "两小时内上报。")
    assert [slot.text for slot in filled.slots].count("【待补：时限】") == 1
    assert "严格报送时限" not in "".join(slot.where for slot in filled.slots)


@pytest.mark.parametrize(
    ("path", "field"),
    [([9], "heading"), ([-1], "text"), ([], "heading"), ([0], "level"), ([], "citations"), ([5], "title")],
)
def test_an_edit_of_nothing_is_refused(engine: FakeEngine, path: list[int], field: str) -> None:
    """Only the parts a drafter may write can be written."""
    with pytest.raises(UsageError, match="没有这一处"):
        edited(engine.outline("x"), path, field, "改")


def test_a_chosen_title_comes_first(engine: FakeEngine) -> None:
    """Exports carry the title chosen on the page; nonsense changes nothing."""
    outline = engine.outline("x")
    assert with_title(outline, "1").titles == (outline.titles[1], outline.titles[0])
    assert all(with_title(outline, odd) is outline for odd in ("7", "-1", "", "x", "²"))


def test_marks_in_an_address_are_checked() -> None:
    """Only spans within the speech are taken from an address."""
    assert parse_marks("2-5,7-9", 8) == [(2, 5)]
    assert parse_marks("5-2", 8) == []
    assert parse_marks("1-2;drop", 8) == []


def test_the_store_forgets_the_oldest() -> None:
    """The store is bounded and its ids cannot be guessed from one another."""
    store = ResultStore(limit=2)
    keys = [store.put(Result({"kind": "hits", "n": n})) for n in range(3)]
    assert store.get(keys[0]) is None
    assert store.get(keys[2]) is not None
    assert len(set(keys)) == 3
    assert all(len(key) == 32 for key in keys)


def test_examples_are_questions_the_corpus_answers(engine: FakeEngine) -> None:
    """A first visitor never clicks an example that is then refused."""
    desk = Desk(engine, Settings())  # type: ignore[arg-type]
    questions = desk.welcome()["questions"]
    assert questions
    assert all(engine.ask(question).supported for question in questions)


@pytest.mark.parametrize("broken", ["ask", "search"])
def test_a_first_visitor_is_shown_plain_examples_where_trying_them_fails(
    engine: FakeEngine, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that raises leaves the first page neither empty nor without its brief."""

    def fail(*_: object) -> None:
        raise RuntimeError("key=secret")

    monkeypatch.setattr(engine, broken, fail)
    shown = Desk(engine, Settings()).welcome()  # type: ignore[arg-type]
    assert len(shown["questions"]) == 3
    assert shown["brief"]


@pytest.mark.parametrize("error", [SpeechragError("/srv/index broken"), RuntimeError("key=secret")])
def test_what_goes_wrong_is_told_in_one_sentence_without_details(
    engine: FakeEngine, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths and keys of an exception stay in the log."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(engine, "search", fail)
    desk = Desk(engine, Settings())  # type: ignore[arg-type]
    *_, key = desk.search("信息")
    found = desk.results.get(key)
    assert found is not None
    assert found.view == {"kind": "failure", "text": FAILED}


@pytest.mark.parametrize("typed", ["", "  \n", "长" * 2001])
def test_unusable_questions_do_not_reach_the_engine(engine: FakeEngine, typed: str) -> None:
    """Blank and overlong questions are answered by the page itself, whatever a client sends."""
    desk = Desk(engine, Settings())  # type: ignore[arg-type]
    *_, (key, history) = desk.ask(typed)
    found = desk.results.get(key)
    assert history == []
    assert found is not None
    assert found.view["kind"] == "failure"
    assert engine.asked == []


def test_what_cannot_be_seen_in_a_question_goes_no_further(engine: FakeEngine) -> None:
    """Half a character, marks that turn the order of letters and hidden letters are shown to nobody again."""
    desk = Desk(engine, Settings(segmenter="characters"))  # type: ignore[arg-type]
    typed = "信息\ud800报\u202e送\U000e0041谁\x00负责"
    *_, (answered, history) = desk.ask(typed)
    *_, searched = desk.search(typed)
    *_, drafted = desk.draft(typed)
    found = [desk.results.get(key) for key in (answered, searched, drafted)]
    shown = json.dumps([result.view for result in found if result], ensure_ascii=False)
    assert history == engine.asked == ["信息\ufffd报送谁负责"]
    assert None not in found and not set(shown) & set(typed) - set(history[0])
    shown.encode("utf-8")


def test_chosen_facets_become_filters(engine: FakeEngine) -> None:
    """Ticks narrow the search to their values."""
    desk = Desk(engine, Settings(segmenter="characters"))  # type: ignore[arg-type]
    chosen = [["县"] if key == "level" else [] for key, _ in desk.facets]
    *_, key = desk.search("信息工作", False, *chosen)
    found = desk.results.get(key)
    assert found is not None
    assert {"县"} == {hit["facts"][1] for hit in found.view["hits"]}


def test_the_search_desk_has_its_best_hits_read(engine: FakeEngine) -> None:
    """Whoever types a question there finds what answers it first."""
    desk = Desk(engine, Settings(segmenter="characters"))  # type: ignore[arg-type]
    assert list(desk.search("信息工作有哪些要求")) and engine.reads[-1] == ("信息工作有哪些要求", True)


def test_a_list_left_empty_by_the_filters_says_so(engine: FakeEngine) -> None:
    """The page names the filter, not the query, where no speech passes it, and the query where speeches do."""
    desk = Desk(engine, Settings())  # type: ignore[arg-type]
    keys = [key for key, _ in desk.facets]

    def excluded(query: str, **chosen: str) -> object:
        *_, shown = desk.search(query, False, *([chosen[key]] if key in chosen else [] for key in keys))
        found = desk.results.get(shown)
        assert found is not None and found.view["hits"] == []
        return found.view["excluded"]

    assert excluded("信息工作", year="2023", level="镇") is True
    assert excluded("量子纠缠", year="2023") is False


def test_every_warning_of_an_outline_has_a_label_a_drafter_can_read() -> None:
    """The kinds that the package writes are those that the page has words for."""
    written = {
        node.args[0].value
        for path in Path(speechrag.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Warning_"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(written) > 5
    assert written == set(views.WARNING_LABELS)
