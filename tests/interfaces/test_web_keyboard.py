"""The page without a mouse: where the keyboard stands after something was opened, changed or closed."""

from __future__ import annotations

from web_visit import Visit

QUESTION = "重大突发事件多久内要上报？"
POINT = ".point-row:has-text('注重调查研究')"


def standing(visit: Visit, inside: str) -> bool:
    """Tell whether what has the keyboard stands inside ``inside``."""
    return bool(visit.page.evaluate("(inside) => Boolean(document.activeElement.closest(inside))", inside))


def focused(visit: Visit) -> str:
    return str(visit.page.evaluate("document.activeElement.textContent"))


def test_the_drawer_takes_the_keyboard_and_gives_it_back(phone: Visit) -> None:
    """On a narrow or much enlarged page Tab stays in what covers the rest; Escape leads back to the mark."""
    phone.ask(QUESTION)
    phone.page.wait_for_selector("body:not([data-busyask])")
    phone.page.focus(".sources .cite >> nth=0")
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_selector("#ask-reading mark.current")
    assert standing(phone, "#ask-reading")
    reached = []
    for _ in range(12):
        phone.page.keyboard.press("Tab")
        if phone.page.evaluate("document.activeElement !== document.body"):  # not between the page's end and its start
            assert standing(phone, "#ask-reading")
            reached.append(focused(phone))
    assert "关闭" in reached
    phone.page.keyboard.press("Escape")
    assert not phone.page.locator("#ask-reading").is_visible()
    assert standing(phone, ".sources .cite")


def test_tabbing_over_points_opens_no_drawer_and_choosing_one_does(phone: Visit) -> None:
    """What covers the page is opened by a choice, as often as it is chosen."""
    phone.draft()
    phone.page.focus(f"{POINT} .count")
    assert not phone.page.locator("#draft-reading").is_visible()
    for _ in range(2):
        phone.page.click(f"{POINT} .count")
        phone.page.wait_for_selector("#draft-reading .evidence h2:has-text('注重调查研究')", state="visible")
        phone.page.click("#draft-reading .drawer-close >> visible=true")
        assert not phone.page.locator("#draft-reading").is_visible()


def test_a_point_is_changed_by_keyboard(visit: Visit) -> None:
    """Enter on its sources goes to its tools, each change keeps the place there, Escape leads back to the point."""
    visit.draft()
    visit.page.focus(f"{POINT} .count")
    visit.page.keyboard.press("Enter")
    assert standing(visit, ".evidence") and "注重调查研究" in focused(visit)
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Tab")
    assert focused(visit) == "上移"
    with visit.page.expect_response("**/changes"):
        visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector(f"{POINT}[aria-current] .number:has-text('（一）')")
    assert standing(visit, ".evidence")
    visit.page.keyboard.press("Escape")
    assert standing(visit, ".point-row[aria-current] .count")


def test_the_exports_close_with_escape(visit: Visit) -> None:
    """The list of files folds away and the keyboard stays at its button."""
    visit.draft()
    visit.page.focus(".exports summary")
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert focused(visit) == "Word 正式稿"
    visit.page.keyboard.press("Escape")
    assert not visit.page.locator(".exports a >> nth=0").is_visible()
    assert focused(visit) == "导出"


def test_the_arrows_go_from_desk_to_desk(visit: Visit) -> None:
    """As in any row of tabs, round its ends."""
    visit.page.focus("#desk-ask-button")
    walked = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowRight"):
        visit.page.keyboard.press(key)
        walked.append(focused(visit))
    assert walked == ["检索", "问答", "评测", "问答"]
