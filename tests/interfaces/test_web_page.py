"""The page in a real browser: drawn without any other host, safe against what scraped files contain."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fake_engine import MALICIOUS_TITLE, FakeEngine

from speechrag.config import Settings
from speechrag.errors import SpeechragError

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUESTION = "重大突发事件多久内要上报？"
QUOTE = "重大突发事件最迟不得晚于事发后两小时上报；特别紧急的情况应当先用电话报告，半小时内补报文字材料。"
BRIEF = "县委宣传部部长在全县信息工作会议上的讲话，对象是各单位分管领导"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Served:
    """A running page: its address and the engine behind it."""

    def __init__(self, address: str, engine: FakeEngine) -> None:
        self.address = address
        self.engine = engine


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The page over the fake engine on a free port of this machine."""
    uvicorn = pytest.importorskip("uvicorn")
    pytest.importorskip("gradio")
    from speechrag.interfaces.web import create_app

    engine = FakeEngine()
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(engine, Settings())  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", engine)
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine, so the page cannot be looked at")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened.new_context(locale="zh-CN")  # one for all, so that Gradio's own files are loaded once
        opened.close()


class Visit:
    """One visitor: the page, and what went over the wire and into the console."""

    def __init__(self, browser: Any, served: Served, width: int) -> None:
        self.context = browser
        self.page = browser.new_page()
        self.page.set_viewport_size({"width": width, "height": 800})
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(served.address)
        self.page.wait_for_selector("#ask-input textarea")
        self.page.wait_for_selector(".welcome .example")

    def ask(self, question: str) -> None:
        self.page.fill("#ask-input textarea", question)
        self.page.press("#ask-input textarea", "Enter")
        self.page.wait_for_selector(f".turn:has-text({question!r}) .answer > p:not(.busy)")

    def open_desk(self, desk: str) -> None:
        self.page.click(f"#desk-{desk}-button")
        self.page.wait_for_selector(f"#{desk}-go")

    def search(self, query: str) -> None:
        self.open_desk("search")
        self.page.fill("#search-input textarea, #search-input input", query)
        self.page.click("#search-go")
        self.page.wait_for_selector(f".hits .quiet:has-text({query!r})")

    def draft(self) -> None:
        self.open_desk("draft")
        self.page.fill("#draft-input textarea", BRIEF)
        self.page.click("#draft-go")
        self.page.wait_for_selector(".sheet .point")


@pytest.fixture
def visit(browser: Any, served: Served) -> Iterator[Visit]:
    """A visitor at an office screen."""
    visitor = Visit(browser, served, 1366)
    yield visitor
    visitor.page.close()


@pytest.fixture
def phone(browser: Any, served: Served) -> Iterator[Visit]:
    """A visitor with a phone."""
    visitor = Visit(browser, served, 390)
    yield visitor
    visitor.page.close()


def test_the_page_loads_from_this_machine_only_and_without_errors(visit: Visit, served: Served) -> None:
    """Every request goes to our own server and the console stays clean, policy included."""
    visit.ask(QUESTION)
    assert {url for url in visit.requests if not url.startswith((served.address, "data:", "blob:"))} == set()
    assert visit.errors == []


def test_the_interface_speaks_chinese(visit: Visit) -> None:
    """Desks and top bar as a clerk expects them."""
    assert visit.page.locator("#desks [role=tablist] [role=tab]").all_inner_texts() == ["问答", "检索", "拟稿"]
    assert "篇" in visit.page.inner_text("#corpus-line")
    assert visit.page.get_attribute("html", "lang") == "zh-CN"


def test_a_citation_opens_its_exact_words_in_the_speech(visit: Visit) -> None:
    """The red number leads to the quoted sentence, marked and in view, in both layers of the text."""
    visit.ask(QUESTION)
    assert QUOTE in visit.page.inner_text(".answer")
    visit.page.click(".answer .cite >> nth=0")
    mark = visit.page.locator("#ask-reading mark.current")
    mark.first.wait_for()
    assert "".join(mark.all_inner_texts()) == QUOTE
    box, pane = mark.first.bounding_box(), visit.page.locator("#ask-reading .paper").bounding_box()
    assert pane["y"] <= box["y"] <= pane["y"] + pane["height"]
    visit.page.click("#ask-reading .layers button:text('原文')")
    visit.page.wait_for_selector("#ask-reading .as-received mark.current")
    assert "".join(mark.all_inner_texts()) == QUOTE
    assert "第 2 页 共 3 页" in visit.page.inner_text("#ask-reading .paper")


def test_the_headings_lead_to_their_sections(visit: Visit) -> None:
    """目录 lists the speech's headings; a click brings the section to the top."""
    visit.ask(QUESTION)
    visit.page.click(".answer .cite >> nth=0")
    visit.page.click("#ask-reading .contents button:has-text('一、认清形势')")
    heading = visit.page.locator("#ask-reading .paper h3:has-text('一、认清形势')").bounding_box()
    pane = visit.page.locator("#ask-reading .paper").bounding_box()
    assert abs(heading["y"] - pane["y"]) < 60


def test_a_refusal_offers_near_places(visit: Visit) -> None:
    """Without support there is no citation, but there are places to read."""
    visit.ask("打印设备花了多少信访经费")
    answer = visit.page.locator(".answer")
    assert "语料中没有找到" in answer.inner_text()
    assert "相近但不足以回答" in answer.inner_text()
    assert answer.locator(".cite").count() == 0
    answer.locator(".nearest .source").first.click()
    visit.page.wait_for_selector("#ask-reading mark.place")


def test_an_example_is_one_click_from_its_answer(visit: Visit) -> None:
    """First visitors need not type."""
    visit.page.click(".welcome .example >> nth=0")
    visit.page.wait_for_selector(".answer .cite")
    assert visit.page.locator(".welcome").count() == 0


def test_search_marks_the_words_and_opens_the_place(visit: Visit) -> None:
    """The reading list shows why a place was found, and 打开 leads to it."""
    visit.search("信访工作第一责任人")
    assert "信访工作" in "".join(visit.page.locator(".hit mark.word").all_inner_texts())
    assert "另有 2 份相同" in visit.page.inner_text(".hit >> nth=0")
    visit.page.click(".hit >> nth=0 >> text=打开")
    visit.page.wait_for_selector("#search-reading mark")


def test_facets_narrow_the_list(visit: Visit) -> None:
    """A tick shows only speeches of that value, at once."""
    visit.search("信息工作")
    visit.page.click("#search-facets label:has-text('区（1）')")
    visit.page.wait_for_selector(".hits:not(:has(.hit .facts:has-text('信访局')))")
    assert all("区" in text for text in visit.page.locator(".hit .facts").all_inner_texts())


def test_an_outline_shows_sources_gaps_and_warnings(visit: Visit) -> None:
    """Numbered headings, evidence for the point selected, and the checklist at the foot."""
    visit.draft()
    assert "（三）严格报送时限" in visit.page.inner_text(".sheet")
    assert "还有 4 处待补" in visit.page.inner_text(".foot")
    assert "只有一处依据" in visit.page.inner_text(".foot")
    visit.page.click(".point-row:has-text('严格报送时限') .count")
    assert visit.page.locator(".evidence blockquote").count() == 2
    visit.page.click(".evidence li >> nth=0 >> text=打开")
    visit.page.wait_for_selector("#draft-reading mark.current")


def test_an_outline_is_saved_as_word_with_the_edits_made(visit: Visit) -> None:
    """One click gives a file named after the chosen title; what was typed over is in it."""
    docx = pytest.importorskip("docx")
    pytest.importorskip("speechrag.writing.export")
    visit.draft()
    visit.page.click(".other-titles button >> nth=0")
    heading = visit.page.locator(".point .heading >> nth=0")
    heading.fill("统一思想，认清信息工作的分量")
    with visit.page.expect_response("**/edits"):
        heading.blur()
    with visit.page.expect_download() as download:
        visit.page.click("text=导出 Word")
    assert download.value.suggested_filename == "提高站位，狠抓落实，推动全县信息工作再上新台阶.docx"
    text = "\n".join(paragraph.text for paragraph in docx.Document(download.value.path()).paragraphs)
    assert "统一思想，认清信息工作的分量" in text


def test_filling_a_gap_shortens_the_checklist(visit: Visit) -> None:
    """The count of 待补 follows what is typed."""
    visit.draft()
    part = visit.page.locator(".sheet .opening")
    part.fill("今天召开全县信息工作会议。")
    with visit.page.expect_response("**/edits"):
        part.blur()
    visit.page.wait_for_selector(".foot:has-text('还有 3 处待补')")


def test_enter_during_composition_does_not_send(visit: Visit, served: Served) -> None:
    """The Enter that picks a word in an input method must not ask the half-typed question."""
    before = len(served.engine.asked)
    visit.page.focus("#ask-input textarea")
    keyboard = visit.context.new_cdp_session(visit.page)
    keyboard.send("Input.imeSetComposition", {"text": "zhongda", "selectionStart": 7, "selectionEnd": 7})
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229})
    visit.page.locator("#ask-input textarea").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True}
    )
    visit.page.locator("#ask-input textarea").dispatch_event("keydown", {"key": "Enter", "keyCode": 229})
    keyboard.send("Input.insertText", {"text": "重大"})
    assert visit.page.locator(".turn").count() == 0
    visit.ask(QUESTION)
    assert served.engine.asked[before:] == [QUESTION]


def test_shift_enter_starts_a_line(visit: Visit) -> None:
    """Shift and Enter write a second line instead of asking."""
    visit.page.fill("#ask-input textarea", "第一行")
    visit.page.press("#ask-input textarea", "Shift+Enter")
    assert visit.page.input_value("#ask-input textarea") == "第一行\n"
    assert visit.page.locator(".turn").count() == 0


def test_markup_in_speeches_stays_text_on_every_surface(visit: Visit, served: Served) -> None:
    """Nothing a file contains becomes an element, runs, or leaves the machine."""
    page = visit.page
    visit.ask("网页木马常藏在什么代码里，点开领取补贴链接会怎样？")
    assert "<img src=x onerror" in page.inner_text(".answer")
    page.click(".answer .cite >> nth=0")
    page.wait_for_selector("#ask-reading mark.current")
    assert MALICIOUS_TITLE in page.inner_text("#ask-reading h2")
    page.click("#ask-reading .layers button:text('原文')")
    page.wait_for_selector("#ask-reading .as-received mark")
    assert "<form action=" in page.inner_text("#ask-reading .paper")
    visit.search("不信图片诱饵 网页木马传播")
    assert MALICIOUS_TITLE in page.inner_text(".hits")
    assert "<i>网信办</i>" in page.inner_text("#search-facets")
    page.click(".hit >> nth=0 >> text=打开")
    page.wait_for_selector("#search-reading mark")
    visit.draft()
    page.locator(".sheet .closing").fill("<img src=x onerror=window.__pwn=7>")
    with page.expect_response("**/edits"):
        page.locator(".sheet .closing").blur()
    assert page.evaluate("() => window.__pwn === undefined")
    ours = ".thread, .reading, .hits, .outline, .evidence, #search-facets"
    for bad in ("img", "script", "form", "iframe", "svg:not([class])", "b", "i", "a[href^='javascript']"):
        inside = ", ".join(f"{scope.strip()} {bad}" for scope in ours.split(","))
        allowed = ".plan b, .warnings b" if bad == "b" else "#never"
        assert page.locator(inside).count() == page.locator(allowed).count(), bad
    assert not any(url.startswith("http://198.51.100.7") for url in visit.requests)


def test_nothing_is_kept_in_the_browser(visit: Visit) -> None:
    """A shared office machine remembers no question."""
    visit.ask(QUESTION)
    kept = visit.page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "突发" not in kept


def test_stop_frees_the_desk(browser: Any, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """While an answer takes long the page says so, and 停止 ends the waiting."""
    release = threading.Event()
    answer = served.engine.ask

    def slow(question: str, *rest: Any) -> Any:
        release.wait(20)
        return answer(question, *rest)

    visitor = Visit(browser, served, 1366)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(served.engine, "ask", slow)
            visitor.page.fill("#ask-input textarea", QUESTION)
            visitor.page.click("#ask-go")
            visitor.page.wait_for_selector(".busy:has-text('正在语料中查找')")
            visitor.page.click("#ask-stop")
            visitor.page.wait_for_selector(".answer:has-text('已停止')")
            release.set()
        visitor.ask("六十日内办结的是什么工作？首次办理的单位")
        assert visitor.page.locator(".answer .cite").count() > 0
    finally:
        release.set()
        visitor.page.close()


def test_a_phone_shows_one_column_without_sideways_scrolling(phone: Visit) -> None:
    """At 390 pixels every desk fits, and the reading view is a drawer that closes."""
    page = phone.page

    def overflow() -> int:
        return int(page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))

    assert overflow() <= 0
    phone.ask(QUESTION)
    page.click(".answer .cite >> nth=0")
    page.wait_for_selector("#ask-reading mark.current")
    assert overflow() <= 0
    page.click("#ask-reading .drawer-close")
    assert not page.locator("#ask-reading").is_visible()
    phone.search("信息工作")
    assert overflow() <= 0
    phone.draft()
    assert overflow() <= 0


def test_every_answer_of_the_server_carries_the_security_headers(served: Served, browser: Any) -> None:
    """Policy, nosniff and referrer policy stand on pages, data, files and errors alike."""
    for path in ("/", "/config", "/page/app.js", "/api/welcome", "/api/results/none", "/gradio_api/info", "/nowhere"):
        headers = browser.request.get(served.address + path).headers
        assert "script-src 'self';" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
    assert "<script>" not in browser.request.get(served.address + "/").text()


def test_other_sites_cannot_send_anything(served: Served, browser: Any) -> None:
    """A write that comes from another site's page is refused before Gradio sees it."""
    foreign = browser.request.post(
        served.address + "/gradio_api/queue/join", data={}, headers={"Origin": "http://evil.example"}
    )
    assert foreign.status == 403


@pytest.mark.parametrize("path", ["/api/results/" + "0" * 32, "/api/speeches/none", "/api/results/x/outline.docx"])
def test_what_is_gone_is_said_in_one_sentence(served: Served, browser: Any, path: str) -> None:
    """Unknown ids give 404 and a sentence to show."""
    pytest.importorskip("speechrag.writing.export")
    response = browser.request.get(served.address + path)
    assert response.status == 404
    assert response.json()["error"].endswith("。")


def test_a_busy_port_is_one_clear_line() -> None:
    """Starting twice on one port names the port and the way out."""
    from speechrag.interfaces.web import serve

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SpeechragError, match=str(port)) as caught:
            serve(FakeEngine(), Settings(port=port))  # type: ignore[arg-type]
    assert "--port" in caught.value.hint
