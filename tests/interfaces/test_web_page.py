"""The page in a real browser: drawn without any other host, safe against what scraped files contain."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from fake_engine import MALICIOUS_TITLE, FakeEngine
from web_visit import Served, Visit

from speechrag.config import Settings
from speechrag.errors import SpeechragError
from speechrag.records import Outline, Query

QUESTION = "重大突发事件多久内要上报？"
QUOTE = "重大突发事件最迟不得晚于事发后两小时上报；特别紧急的情况应当先用电话报告，半小时内补报文字材料。"


def test_the_page_loads_from_this_machine_only_and_without_errors(visit: Visit, served: Served) -> None:
    """Every request goes to our own server and the console stays clean, policy included."""
    visit.ask(QUESTION)
    assert {url for url in visit.requests if not url.startswith((served.address, "data:", "blob:"))} == set()
    assert visit.errors == []


def test_the_interface_speaks_chinese(visit: Visit) -> None:
    """Desks and top bar as a clerk expects them."""
    assert visit.page.locator("#desks [role=tablist] [role=tab]").all_inner_texts() == [
        "问答",
        "检索",
        "拟稿",
        "核对",
        "语料",
        "评测",
    ]
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


def test_a_list_of_near_meanings_alone_says_so(visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passages that hold none of the words are not passed off as found."""
    hits = served.engine.search(Query("信息工作"))
    monkeypatch.setattr(served.engine, "search", lambda _, read: hits)
    visit.search("量子纠缠")
    assert visit.page.inner_text(".hits > .quiet").startswith("没有一处写着“量子纠缠”里的词语")
    visit.search("信息工作")
    assert visit.page.inner_text(".hits > .quiet").startswith("与“信息工作”相关的")


def test_each_speech_is_listed_once_on_demand(visit: Visit) -> None:
    """每篇只列一处 leaves the best place of each speech, at once."""
    visit.search("信息工作的第一责任人")
    titles = visit.page.locator(".hit .hit-title")
    before = titles.all_inner_texts()
    assert len(before) > len(set(before))
    visit.page.check("#search-once input")
    visit.page.wait_for_selector(f".hits > ol:not(:has(> li:nth-child({len(before)})))")
    assert sorted(titles.all_inner_texts()) == sorted(set(before))


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


def test_an_outline_without_points_says_why_at_its_head(
    visit: Visit, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A brief without a theme gets its one sentence where the outline would be, not at the foot."""
    empty = Outline("讲话", ("在会议上的讲话",), "同志们：", "", (), "", notes=("从这句要求里读不出讲话的主题。",))
    monkeypatch.setattr(served.engine, "outline", lambda *_: empty)
    visit.open_desk("draft")
    visit.page.fill("#draft-input textarea", "讲话")
    visit.page.click("#draft-go")
    visit.page.wait_for_selector(".sheet")
    assert visit.page.inner_text(".sheet > :first-child") == "从这句要求里读不出讲话的主题。"
    assert "读不出" not in visit.page.inner_text(".foot")


def test_an_outline_is_saved_as_word_with_the_edits_made(visit: Visit) -> None:
    """One click gives a file named after the chosen title; what was typed over is in it."""
    import docx

    visit.draft()
    visit.page.click(".other-titles button >> nth=0")
    heading = visit.page.locator(".point .heading >> nth=0")
    heading.fill("统一思想，认清信息工作的分量")
    with visit.page.expect_response("**/changes"):
        heading.blur()
    with visit.page.expect_download() as download:
        visit.page.click("text=导出")
        visit.page.click("text=Word 正式稿")
    assert download.value.suggested_filename == "提高站位，狠抓落实，推动全县信息工作再上新台阶.docx"
    text = "\n".join(paragraph.text for paragraph in docx.Document(download.value.path()).paragraphs)
    assert "统一思想，认清信息工作的分量" in text


def test_filling_a_gap_shortens_the_checklist(visit: Visit) -> None:
    """The count of 待补 follows what is typed."""
    visit.draft()
    part = visit.page.locator(".sheet .opening")
    part.fill("今天召开全县信息工作会议。")
    with visit.page.expect_response("**/changes"):
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
    page.wait_for_selector(".suggestions .example:has-text('<img src=x onerror')")
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
    visit.check(
        "<b onmouseover=window.__pwn=10>严防</b>网页木马传播，<iframe src=javascript:window.__pwn=11></iframe>不要点。"
    )
    page.click(".checked .source >> nth=0")
    page.wait_for_selector("#check-reading .paper")
    visit.corpus()
    assert MALICIOUS_TITLE in page.inner_text(".corpus")
    page.click(".row-title:has-text('网络安全')")
    page.wait_for_selector("#corpus-reading .comparison .pair")
    page.click(".corpus-bar button:has-text('文件')")
    page.wait_for_selector(".corpus td:has-text('<img src=x onerror')")
    visit.draft()
    page.locator(".sheet .closing").fill("<img src=x onerror=window.__pwn=7>")
    with page.expect_response("**/changes"):
        page.locator(".sheet .closing").blur()
    page.click(".point-row:has-text('紧扣中心选题') .count")
    assert "紧盯<b>重点</b>选题" in page.inner_text(".evidence")
    assert "抓住<i>牛鼻子</i>" in page.inner_text(".evidence")
    assert page.evaluate("() => window.__pwn === undefined")
    ours = ".thread, .reading, .hits, .outline, .evidence, #search-facets, .checks, .corpus"
    for bad in ("img", "script", "form", "iframe", "svg:not([class])", "b", "i", "a[href^='javascript']"):
        inside = ", ".join(f"{scope.strip()} {bad}" for scope in ours.split(","))
        allowed = ".plan b, .warnings b, .fact b" if bad == "b" else "#never"
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
    phone.check("重大突发事件最迟不得晚于事发后三小时上报。")
    assert overflow() <= 0
    phone.corpus()
    page.click(".corpus .row-title >> nth=0")
    page.wait_for_selector("#corpus-reading .comparison .pair")
    assert overflow() <= 0


def test_a_long_word_without_a_break_stays_in_its_column(phone: Visit) -> None:
    """File names and pasted addresses have no place to break; they break anyway."""
    phone.ask("https:" + "x" * 300)
    width = "() => document.querySelector('.thread').scrollWidth - document.querySelector('.thread').clientWidth"
    assert phone.page.evaluate(width) <= 0
    phone.search("信息" + "x" * 300)
    width = "() => document.querySelector('.hits').scrollWidth - document.querySelector('.hits').clientWidth"
    assert phone.page.evaluate(width) <= 0


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
