"""问答 as a conversation: follow-ups, next questions, answers that grow, and 停止 that really stops."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_engine import SUGGESTIONS, FakeEngine
from web_visit import Served, Visit

from small_corpus import QUICK, build, write_texts
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.interfaces.desk import STOPPED, Desk
from speechrag.records import Answer, AnswerSentence, Citation
from speechrag.stopping import Stopped, check, stoppable
from speechrag.writing.generate import ChatGenerator

QUESTION = "重大突发事件多久内要上报？"
ANNOUNCED = "body[data-busyask]:not([data-busyask=''])"  # the page knows by which id to stop it
FURTHER = "首次办理的单位多久办结信访件？"


def test_a_question_is_asked_after_those_before_it(visit: Visit, served: Served) -> None:
    """The engine gets the questions of this conversation, oldest first."""
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.ask(FURTHER)
    assert served.engine.histories[-2:] == [(), (QUESTION,)]


def test_a_new_conversation_forgets_the_one_before(visit: Visit, served: Served) -> None:
    """新对话 empties the thread and the history; it is offered only once something was asked."""
    assert not visit.page.locator("#ask-new").is_visible()
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    with visit.page.expect_response(lambda response: "/gradio_api/" in response.url) as forgotten:
        visit.page.click("#ask-new")
    forgotten.value.finished()
    visit.page.wait_for_selector(".welcome")
    assert visit.page.locator(".turn").count() == 0
    visit.ask(FURTHER)
    assert served.engine.histories[-1] == ()


def test_conversations_of_two_visitors_are_apart(visit: Visit, phone: Visit, served: Served) -> None:
    """What one asked is no history of the other."""
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    phone.ask(FURTHER)
    assert served.engine.histories[-1] == ()


@pytest.mark.parametrize("desk", ["ask", "search", "draft", "check"])
def test_both_buttons_stay_in_sight_while_the_work_runs(visit: Visit, phone: Visit, desk: str) -> None:
    """停止 appears beside the button that began it, which stays where it was; nothing is cut off, on a phone either."""
    for page in (visit.page, phone.page):
        page.click(f"#desk-{desk}-button")
        page.wait_for_selector(f"#{desk}-go")
        before = page.locator(f"#{desk}-go").bounding_box()
        page.evaluate(f"document.body.dataset.busy{desk} = 'x'")
        page.wait_for_selector(f"#{desk}-stop")
        stop, go = (page.locator(f"#{desk}-{name}").bounding_box() for name in ("stop", "go"))
        page.evaluate(f"delete document.body.dataset.busy{desk}")
        assert before and stop and go == before
        assert stop["x"] >= 0 and stop["x"] + stop["width"] <= go["x"]


def test_a_suggested_question_is_one_click_away(visit: Visit, served: Served) -> None:
    """你还可以问 lists what the engine suggests; a click asks it."""
    visit.ask(QUESTION)
    visit.page.wait_for_selector(".suggestions")
    assert visit.page.locator(".suggestions .example").all_inner_texts() == list(SUGGESTIONS)
    visit.page.click(".suggestions .example >> nth=0")
    visit.page.wait_for_selector(f".turn .question:has-text({SUGGESTIONS[0]!r})")
    visit.page.wait_for_selector("body:not([data-busyask])")
    assert served.engine.asked[-1] == SUGGESTIONS[0]


def test_copies_of_a_citation_are_counted(visit: Visit) -> None:
    """A place that other speeches repeat is listed once, with their number."""
    visit.ask(QUESTION)
    assert "另有 2 份相同" in visit.page.inner_text(".answer .sources")


def test_a_long_answer_stands_line_by_line_under_the_titles_of_its_speeches(
    visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four sentences, three of one speech and one of another: six lines, two of them titles."""
    first, second = served.engine.ask(QUESTION).citations[0], served.engine.ask(FURTHER).citations[0]
    citations = tuple(replace(first if number < 4 else second, number=number) for number in range(1, 5))
    sentences = tuple(AnswerSentence(f"第{c.number}点", (c.number,)) for c in citations)
    answer = Answer(QUESTION, True, "", sentences, citations)
    monkeypatch.setattr(served.engine, "ask_stream", lambda *_: iter([answer]))
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    assert visit.page.locator(".answer > p").evaluate_all("lines => lines.map((line) => line.className)") == [
        *("from", "", "", ""),
        *("from", ""),
    ]
    assert visit.page.locator(".answer > p.from").all_inner_texts() == [f"《{c.title}》" for c in (first, second)]


@pytest.fixture
def told(served: Served, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the engine answer with these sentences, each cited from the place named."""

    def tell(*said: tuple[str, Citation], notes: tuple[str, ...] = ()) -> None:
        citations = tuple(replace(place, number=number) for number, (_, place) in enumerate(said, 1))
        sentences = tuple(AnswerSentence(text, (number,)) for number, (text, _) in enumerate(said, 1))
        answer = Answer(QUESTION, True, "", sentences, citations, notes=notes)
        monkeypatch.setattr(served.engine, "ask_stream", lambda *_: iter([answer]))

    return tell


def test_the_points_of_a_list_open_with_their_heads_set_off(
    visit: Visit, served: Served, told: Callable[..., None]
) -> None:
    """Number and heading of a point are strong where more follows; a line that is all heading stays plain."""
    place = replace(served.engine.ask(QUESTION).citations[0], headings=("二、抓落实", "严明责任"))
    said = ("要做到以下几点：", "一是严明责任。主要领导是第一责任人。", "（二）严明责任", "责任要严。")
    told(*((text, place) for text in said))
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    assert visit.page.locator(".answer > p b").all_inner_texts() == ["一是严明责任"]
    lines = visit.page.locator(".answer > p").all_inner_texts()
    assert [line.rstrip("1234") for line in lines] == list(said)  # no joining mark behind a line


def test_a_citation_mark_never_begins_a_line(phone: Visit, served: Served, told: Callable[..., None]) -> None:
    """Wherever a sentence breaks, its last character stands in one line with the mark behind it."""
    place = served.engine.ask(QUESTION).citations[0]
    told(*(("责" * length + "。", place) for length in range(16, 40)))
    phone.ask(QUESTION)
    heights = phone.page.locator(".answer .tail").evaluate_all(
        "tails => tails.map((tail) => tail.getClientRects().length)"
    )
    assert heights == [1] * 24


def test_sources_of_one_speech_stand_under_its_title_once(
    visit: Visit, served: Served, told: Callable[..., None]
) -> None:
    """The title and the headings shared stand above, each place below by what tells it apart; a click opens it."""
    place = served.engine.ask(QUESTION).citations[0]
    paths = (("二、抓落实",), ("二、抓落实", "严明责任"), ("二、抓落实", "严格时限"))
    other = served.engine.ask(FURTHER).citations[0]
    told(*(("第一句。", replace(place, headings=path)) for path in paths), ("第二句。", other))
    visit.ask(QUESTION)
    sources = visit.page.locator(".answer .sources")
    assert sources.inner_text().count(place.title) == 1
    assert sources.locator(".source-speech .source-path").inner_text() == "二、抓落实"
    rows = sources.locator("li .source").all_inner_texts()
    assert rows[1:3] == ["严明责任", "严格时限"] and other.title in rows[3]
    sources.locator("li .source >> nth=2").click()
    visit.page.wait_for_selector("#ask-reading mark.current")


def test_a_speech_without_line_ends_is_read_in_paragraphs(
    visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page scraped into one line is parted at its headings; the words, and the sentence cited, stay as they are."""
    speech = served.engine.speech(served.engine.ask(QUESTION).citations[0].speech_id)
    joined = replace(speech, text=speech.text.replace("\n", " "))
    monkeypatch.setattr(served.engine, "speech", lambda _: joined)
    visit.ask(QUESTION)
    visit.page.click(".answer .cite >> nth=0")
    visit.page.wait_for_selector("#ask-reading mark.current")
    heads = visit.page.locator("#ask-reading .paper h3").all_inner_texts()
    assert [head.strip() for head in heads] == [s.label + s.heading for s in speech.sections if s.level == 1]
    shown = visit.page.locator("#ask-reading .paper").evaluate("paper => paper.textContent")
    assert "".join(shown.split()) == "".join(joined.text.split())


def test_of_two_overlapping_citations_each_can_be_shown(
    visit: Visit, served: Served, told: Callable[..., None]
) -> None:
    """A sentence cited within a cited paragraph is marked when its number is opened."""
    place = served.engine.ask(QUESTION).citations[0]
    told(("整段。", place), ("其中一句。", replace(place, start=place.start + 4, end=place.end - 2)))
    visit.ask(QUESTION)
    visit.page.click(".answer > p .cite >> nth=1")
    visit.page.wait_for_selector("#ask-reading mark.current")
    marked = "".join(visit.page.locator("#ask-reading mark.current").all_inner_texts())
    assert marked == served.engine.speech(place.speech_id).text[place.start + 4 : place.end - 2]


def test_short_answers_of_several_speeches_name_each(visit: Visit, served: Served, told: Callable[..., None]) -> None:
    """Who says what is seen at once where two are compared; an answer going to and fro is left without titles."""
    first, second = served.engine.ask(QUESTION).citations[0], served.engine.ask(FURTHER).citations[0]
    told(("甲。", first), ("乙。", second))
    visit.ask(QUESTION)
    assert visit.page.locator(".answer > p.from").all_inner_texts() == [f"《{c.title}》" for c in (first, second)]
    visit.page.wait_for_selector("body:not([data-busyask])")
    told(("甲。", first), ("乙。", second), ("丙。", first))
    visit.ask(FURTHER)
    assert visit.page.locator(".turn >> nth=1").locator("p.from").count() == 0


def test_how_a_question_was_taken_stands_before_the_answer(
    visit: Visit, served: Served, told: Callable[..., None]
) -> None:
    """A follow-up read in another way than meant is noticed before its answer is believed."""
    told(("甲。", served.engine.ask(QUESTION).citations[0]), notes=("接上文，按“信息迟报怎么追究”理解",))
    visit.ask(QUESTION)
    assert visit.page.locator(".answer > :first-child").inner_text() == "接上文，按“信息迟报怎么追究”理解"


def test_a_long_question_is_folded(visit: Visit) -> None:
    """A page pasted as a question does not push its answer out of sight; 显示全文 shows it."""
    question = "各位领导，现将有关情况说明如下。" * 40 + QUESTION
    visit.ask(question)
    heading = visit.page.locator(".turn .question")
    folded = heading.bounding_box()["height"]
    assert folded < 120
    visit.page.click("text=显示全文")
    assert heading.bounding_box()["height"] > 3 * folded
    assert visit.page.get_attribute(".unfold button", "aria-expanded") == "true"


def test_filters_in_force_show_while_they_are_folded(visit: Visit) -> None:
    """A tick keeps narrowing the answers after the panel is closed; the panel says so."""
    panel = visit.page.locator("#ask-composer .filters > button")
    assert panel.get_attribute("data-ticked") is None
    panel.click()
    visit.page.check("#ask-composer input[type=checkbox] >> nth=0")
    visit.page.wait_for_selector("#ask-composer .filters > button[data-ticked='1']")
    panel.click()
    assert panel.evaluate("node => getComputedStyle(node, '::after').content") == '"已选 1 项 ▾"'
    overlap = "node => node.getBoundingClientRect().right"
    visit.ask(QUESTION)
    assert panel.evaluate(overlap) <= visit.page.locator("#ask-new").evaluate(
        "node => node.getBoundingClientRect().left"
    )
    panel.click()
    visit.page.uncheck("#ask-composer input[type=checkbox] >> nth=0")
    visit.page.wait_for_selector("#ask-composer .filters > button:not([data-ticked])")


def test_an_answer_shows_while_it_is_written(visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first sentence can be read before the last is there."""
    more = threading.Event()
    first = served.engine.ask(QUESTION)
    second = served.engine.ask(FURTHER).citations[0]
    citations = (first.citations[0], replace(second, number=2))
    sentences = tuple(AnswerSentence(c.quote, (c.number,)) for c in citations)

    def growing(*_: Any) -> Iterator[Answer]:
        yield Answer(QUESTION, True, sentences[0].text, sentences[:1], citations[:1])
        assert more.wait(30)
        yield Answer(QUESTION, True, "".join(s.text for s in sentences), sentences, citations)

    monkeypatch.setattr(served.engine, "ask_stream", growing)
    visit.page.fill("#ask-input textarea", QUESTION)
    visit.page.click("#ask-go")
    visit.page.wait_for_selector(".answer .cite")
    assert visit.page.locator(".busy").is_visible()
    assert visit.page.locator(".answer .sources li").count() == 1
    more.set()
    visit.page.wait_for_selector("body:not([data-busyask])")
    assert visit.page.locator(".answer .sources li").count() == 2
    assert not visit.page.locator(".busy").is_visible()


class Endless:
    """An answer that is never done; tells when it began and when it ended."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()

    def __call__(self, *_: Any) -> Iterator[Answer]:
        self.begun.set()
        try:
            while not self.ended.wait(0.01):
                check()
        finally:
            self.ended.set()
        yield Answer("", False, "")


def test_stop_ends_the_work_on_the_server(visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """停止 reaches the stages behind the page: they look between their steps, and none goes on."""
    endless = Endless()
    monkeypatch.setattr(served.engine, "ask_stream", endless)
    visit.page.fill("#ask-input textarea", QUESTION)
    visit.page.click("#ask-go")
    assert endless.begun.wait(30)
    visit.page.wait_for_selector(ANNOUNCED)
    visit.page.click("#ask-stop")
    assert endless.ended.wait(10)
    visit.page.wait_for_selector(".answer:has-text('已停止')")


def test_leaving_the_page_ends_its_work(browser: Any, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab that is closed leaves nobody waiting, so its work stops."""
    endless = Endless()
    monkeypatch.setattr(served.engine, "ask_stream", endless)
    visitor = Visit(browser, served, 1366)
    visitor.page.fill("#ask-input textarea", QUESTION)
    visitor.page.click("#ask-go")
    visitor.page.wait_for_selector(ANNOUNCED)
    visitor.page.goto("about:blank")
    visitor.page.close()
    assert endless.ended.wait(10)


def test_stopped_work_leaves_one_sentence() -> None:
    """The result of stopped work says so, and only the one who started it can stop it."""
    desk = Desk(Waiting(), Settings())  # type: ignore[arg-type]
    steps = desk.ask("信访")
    first, history = next(steps)
    key, _, number = first.partition("-")
    assert (number, history) == ("0", [])
    desk.stop("0" * 32)
    desk.stop(key)
    *_, (last, history) = steps
    assert (last, history) == (key, [])
    found = desk.results.get(key)
    assert found is not None
    assert found.view == {"kind": "failure", "text": STOPPED}


class Waiting(FakeEngine):
    """An engine whose answers look once whether anybody still waits."""

    def ask_stream(self, *_: Any) -> Iterator[Answer]:  # type: ignore[override]
        check()
        yield Answer("", False, "")


def test_searching_and_drafting_stop_between_their_steps(tmp_path: Path) -> None:
    """The stages of a real engine look whether they are still wanted."""
    build(write_texts(tmp_path / "corpus"), tmp_path / "index")
    engine = Engine.open(tmp_path / "index", QUICK)
    event = threading.Event()
    event.set()
    for work in (engine.ask, engine.outline, engine.check):
        with stoppable(event), pytest.raises(Stopped):
            work("在全县安全生产工作会议上的讲话")  # type: ignore[operator]
        assert work("在全县安全生产工作会议上的讲话")  # type: ignore[operator]


def test_history_is_bounded_and_only_questions_that_were_answered_join_it() -> None:
    """A client may send any history; a question that failed is not carried on."""
    engine = FakeEngine()
    desk = Desk(engine, Settings())  # type: ignore[arg-type]
    *_, (_, kept) = desk.ask(QUESTION, ["长" * 5000] * 50)
    assert len(kept) == 13
    assert {len(question) for question in engine.histories[-1]} == {2000}
    assert kept[-1] == QUESTION
    *_, (_, kept) = desk.ask("", [QUESTION])
    assert kept == [QUESTION]


def test_a_model_that_does_not_answer_is_cut_off_when_the_work_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first token too: the connection is closed, not waited for."""
    clients: list[Any] = []
    silent = threading.Event()

    class Silent:
        def stream(self, _: Sequence[Any]) -> Iterator[Any]:
            silent.wait(30)
            return iter(())

    def chat(_: ChatGenerator, client: Any, __: object) -> Silent:
        clients.append(client)
        return Silent()

    monkeypatch.setattr(ChatGenerator, "_chat", chat)
    event = threading.Event()
    event.set()
    with stoppable(event), pytest.raises(Stopped):
        ChatGenerator("m", "http://127.0.0.1:9/v1", "none", Path()).generate("s", "u")
    assert [client.is_closed for client in clients] == [True]
    silent.set()
