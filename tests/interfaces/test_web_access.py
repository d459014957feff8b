"""The page for everybody: names on every control, contrast, the keyboard alone, paper, and addresses to hand on."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from web_visit import Served, Visit

QUESTION = "重大突发事件多久内要上报？"
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, [role=tab]")]
  .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden=true]"))
  .filter((node) => {
    const labelled = node.getAttribute("aria-label") || node.getAttribute("title") || node.placeholder;
    const text = node.textContent.trim() || [...(node.labels || [])].map((label) => label.textContent.trim()).join("");
    return !labelled && !text;
  })
  .map((node) => node.outerHTML.slice(0, 200))"""
# WCAG 2: relative luminance of sRGB colours, and the ratio of the lighter to the darker, each with .05 added.
FAINT = """() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const linear = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const solid = (node) => {
    for (; node; node = node.parentElement) {
      const found = parts(getComputedStyle(node).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("#masthead *, [role=tab], .tabitem *")].filter(
    (node) => node.checkVisibility() && !node.disabled
      && [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()),
  );
  return texts.filter((node) => !node.closest(".result-id, .offscreen")).flatMap((node) => {
    const [one, other] = [light(parts(getComputedStyle(node).color)), light(solid(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    return ratio < 4.5 ? [`${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 30)}`] : [];
  });
}"""

# The same of the edges of fields against what they stand on: 3 to 1 (WCAG 1.4.11).
UNSEEN = (
    FAINT.partition("const texts")[0]
    + """
  const fields = [...document.querySelectorAll("textarea, select, input:not([type=checkbox], [type=file])")];
  return fields.filter((node) => node.checkVisibility()).flatMap((node) => {
    const edge = getComputedStyle(node).borderTopColor;
    const [one, other] = [light(parts(edge)), light(solid(node.parentElement))].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05) < 3 ? [`${edge} ${node.outerHTML.slice(0, 80)}`] : [];
  });
}"""
)


def all_desks(visit: Visit) -> None:
    """Put something on every desk."""
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.click(".answer .cite >> nth=0")
    visit.search("信息工作")
    visit.draft()
    visit.check("重大突发事件最迟不得晚于事发后三小时上报。")
    visit.corpus()
    visit.page.click("#desk-evaluate-button")
    visit.page.wait_for_selector(".evaluation-form select")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_has_a_name_and_every_text_its_contrast(visit: Visit, scheme: str) -> None:
    """What a screen reader would announce, and 4.5 to 1 at least, on all six desks."""
    all_desks(visit)
    visit.page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", scheme == "dark")
    for desk in ("ask", "search", "draft", "check", "corpus", "evaluate"):
        visit.page.click(f"#desk-{desk}-button")
        visit.page.wait_for_selector(f"#desk-{desk}-button.selected")
        visit.page.mouse.move(0, 0)
        assert visit.page.evaluate(NAMELESS) == [], desk
        assert visit.page.evaluate(FAINT) == [], desk
        assert visit.page.evaluate(UNSEEN) == [], desk


def test_a_question_is_asked_read_and_marked_without_a_mouse(visit: Visit) -> None:
    """From the field through the answer to the speech: Tab reaches everything in the order it is read."""
    page = visit.page
    page.focus("#ask-input textarea")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer .cite")
    page.wait_for_selector("body:not([data-busyask])")
    page.focus("#desk-evaluate-button")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className + ' ' + document.activeElement.textContent"))
        if reached[-1].startswith("cite"):
            break
    assert reached[-1].startswith("cite"), reached
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask-reading mark.current")
    order = page.evaluate(
        "() => [...document.querySelectorAll('.answer button')].filter((b) => b.checkVisibility())"
        ".map((b) => b.textContent).filter((t) => ['复制（带出处）', '复制链接', '打印', '有用', '没用'].includes(t))"
    )
    assert order == ["复制（带出处）", "复制链接", "打印", "有用", "没用"]


SMALL = """() => [...document.querySelectorAll("button, a[href], select, textarea, summary, label, [role=tab]")]
  .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden=true], .offscreen"))
  .map((node) => [node.getBoundingClientRect(), node])
  .filter(([box]) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < 23.9)
  .map(([box, node]) => `${node.className} ${node.textContent} ${box.width} x ${box.height}`)"""


def test_what_can_be_touched_is_large_enough_for_a_finger(visit: Visit) -> None:
    """24 by 24 at least (WCAG 2.5.8) on every desk, and the lines of an answer stay as far apart as without marks."""
    all_desks(visit)
    visit.page.evaluate("() => delete document.body.dataset.reading")
    visit.page.set_viewport_size({"width": 390, "height": 844})
    for desk in ("ask", "search", "draft", "check", "corpus", "evaluate"):
        visit.page.click(f"#desk-{desk}-button")
        visit.page.wait_for_selector(f"#desk-{desk}-button.selected")
        if desk == "search":
            visit.page.click(".facets-button")
        assert visit.page.evaluate(SMALL) == [], desk
    visit.page.click("#desk-ask-button")
    line = "(p) => [p.getBoundingClientRect().height, parseFloat(getComputedStyle(p).lineHeight)]"
    height, spacing = visit.page.locator(".answer > p:has(.cite)").first.evaluate(line)
    assert abs(height / spacing - round(height / spacing)) < 0.01


def test_an_enlarged_page_leaves_room_for_the_answer(visit: Visit) -> None:
    """At 200 % a small screen is 640 by 400: what is read has nearly half of it, and nothing runs off sideways."""
    visit.page.set_viewport_size({"width": 640, "height": 400})
    visit.ask(QUESTION)
    assert visit.page.locator(".thread").bounding_box()["height"] >= 190
    for desk in ("search", "draft", "check", "corpus", "evaluate"):
        visit.page.click(f"#desk-{desk}-button")
        visit.page.wait_for_selector(f"#desk-{desk}-button.selected")
        assert visit.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0, desk


def test_the_facts_of_a_place_found_break_between_words(phone: Visit) -> None:
    """On a phone a line under a place ends behind a fact, never inside one."""
    phone.search("信息工作")
    facts = phone.page.locator(".hit .facts > span").first
    lines = facts.evaluate(
        """(node) => Array.from({ length: 12 }, (_, more) => {
          node.textContent = `20${"2".repeat(more)} · 党委办 · 工作会议 · 工作讲话`;
          return [...node.textContent.matchAll(/工作讲话|工作会议|党委办/g)].map((found) => {
            const range = document.createRange();
            range.setStart(node.firstChild, found.index);
            range.setEnd(node.firstChild, found.index + found[0].length);
            return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
          });
        })"""
    )
    assert lines == [[1, 1, 1]] * 12


def test_a_search_emptied_by_its_filters_leads_back_to_them(phone: Visit) -> None:
    """On a phone, where the filters are folded away, an empty list has their button too."""
    phone.open_desk("search")
    phone.page.fill("#search-input textarea, #search-input input", "量子纠缠")
    phone.page.click("#search-go")
    phone.page.click(".refusal .facets-button")
    assert phone.page.locator("#search-facets").is_visible()
    phone.page.click(".refusal .facets-button")


def test_the_counts_beside_a_search_say_what_they_count(visit: Visit) -> None:
    """They are speeches of the corpus, not places found."""
    visit.search("信息工作")
    assert "括号内是语料中的篇数" in visit.page.inner_text("#search-facets")


def test_the_desks_are_walked_with_arrows_or_tab(visit: Visit) -> None:
    """Every desk's tab can be focused and opened from the keyboard."""
    for desk in ("search", "draft", "check", "corpus", "evaluate", "ask"):
        visit.page.focus(f"#desk-{desk}-button")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector(f"#desk-{desk}-button.selected")


def test_all_desks_are_there_on_a_phone(phone: Visit) -> None:
    """No desk is put away where the screen is narrow."""
    assert phone.page.locator("#desks [role=tablist] [role=tab]").count() == 6
    phone.page.click("#desk-evaluate-button")
    phone.page.wait_for_selector(".evaluation-form select")
    assert phone.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_an_address_asks_its_question(visit: Visit, served: Served) -> None:
    """A colleague's link is asked when it is opened, and the address keeps nothing of it."""
    before = len(served.engine.asked)
    visit.page.goto(f"{served.address}/#ask={quote(QUESTION)}")
    visit.page.wait_for_selector(f".turn:has-text('{QUESTION}') .answer .cite")
    assert served.engine.asked[before:] == [QUESTION]
    assert visit.page.url == f"{served.address}/"
    visit.page.goto(f"{served.address}/#search={quote('信访工作')}")
    visit.page.wait_for_selector(".hits .quiet:has-text('信访工作')")
    assert visit.errors == []


@pytest.mark.parametrize("address", ["#ask=%E4%BD", "#ask=", "#nonsense=1", "#ask=%20"])
def test_an_address_that_asks_nothing_leaves_the_page_as_it_is(visit: Visit, served: Served, address: str) -> None:
    """Cut off or empty: the first page, and no error."""
    visit.page.goto(f"{served.address}/{address}")
    visit.page.reload()
    visit.page.wait_for_selector(".welcome .example")
    assert visit.page.locator(".turn").count() == 0
    assert visit.errors == []


def test_a_link_to_an_answer_is_copied(visit: Visit) -> None:
    """复制链接 gives the address that asks the same again; a follow-up has none, alone it would mean nothing."""
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.ask(QUESTION)
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.click("text=复制链接")
    visit.page.wait_for_selector("text=已复制")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"/#ask={quote(QUESTION)}")
    visit.ask("首次办理的单位多久办结信访件？")
    visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.wait_for_selector("text=复制链接")  # the button takes its name back after a moment
    assert visit.page.locator(".answer-tools").count() == 2
    assert visit.page.locator("text=复制链接").count() == 1


def test_the_printed_page_is_the_whole_answer_and_nothing_else(visit: Visit) -> None:
    """On paper the thread is not cut at the window; fields, tools and the other pane stay on the screen."""
    for question in (QUESTION, "六十日内办结的是什么工作？首次办理的单位", "县级领导每月接访几天？"):
        visit.ask(question)
        visit.page.wait_for_selector("body:not([data-busyask])")
    visit.page.emulate_media(media="print")
    shown = "(name) => [...document.querySelectorAll(name)].some((node) => node.checkVisibility())"
    assert visit.page.evaluate(shown, ".answer")
    for hidden in ("#ask-composer", "#ask-reading", ".answer-tools", "[role=tab]", "#desk-search .pane"):
        assert not visit.page.evaluate(shown, hidden), hidden
    whole = "() => [document.querySelector('.thread').scrollHeight, document.querySelector('.thread').clientHeight]"
    wanted, given = visit.page.evaluate(whole)
    assert given >= wanted
    visit.page.emulate_media(media="screen")


def test_a_place_found_becomes_a_source_of_the_outline(visit: Visit) -> None:
    """加入提纲 names the points of the outline at work; the passage becomes a source of that point, undoably."""
    page = visit.page
    visit.search("信访工作第一责任人")
    page.click(".hit >> nth=0 >> text=加入提纲")
    page.wait_for_selector(".chooser:has-text('还没有提纲')")
    visit.draft()
    page.click(".point-row:has-text('注重调查研究') .count")
    assert page.locator(".evidence blockquote").count() == 1
    page.click("#desk-search-button")
    page.click(".hit >> nth=0 >> text=加入提纲")
    page.click(".hit >> nth=0 >> text=加入提纲")
    quoted = page.inner_text(".hit .excerpt >> nth=0").strip("…")
    with page.expect_response("**/changes"):
        page.click(".chooser button:has-text('注重调查研究')")
    page.wait_for_selector(".chooser:has-text('已列入')")
    page.click("#desk-draft-button")
    page.wait_for_selector(".point-row[aria-current]:has-text('注重调查研究')")
    assert page.locator(".evidence blockquote").count() == 2
    assert quoted[:20] in page.locator(".evidence blockquote").nth(1).inner_text()
    page.click(".steps button[title='给“注重调查研究”补充依据']")
    page.wait_for_selector(".steps button:has-text('恢复')")
    assert page.locator(".evidence blockquote").count() == 1
