"""Take the README's screenshots: python docs/screenshots.py PORT (with `speechrag serve --port PORT` running).

Needs the system's Chromium; writes docs/screenshots/{ask,search,draft}.png, 1366 px wide.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).resolve().parent / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUESTIONS = ("深圳地铁有几条线？", "合作医疗每人交多少钱？", "发生网络安全事件后多长时间内报告？")
BRIEF = "县委宣传部部长在全县网络与信息安全工作会议上的讲话，对象是各单位分管领导"


def settle(page: Page) -> None:
    """Leave nothing hovered or focused; wait for the layout to come to rest."""
    page.mouse.move(700, 20)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)


def ask(page: Page) -> None:
    for question in QUESTIONS:
        page.fill("#ask-input textarea", question)
        page.press("#ask-input textarea", "Enter")
        page.wait_for_selector(f".turn:has-text('{question}') .answer > p:not(.busy)")
    page.evaluate("document.querySelectorAll('.turn')[1].scrollIntoView()")
    page.locator(".turn").nth(1).locator(".cite").first.click()
    page.wait_for_selector("mark.current")


def search(page: Page) -> None:
    page.click("#desk-search-button")
    page.wait_for_selector("#search-go")
    page.fill("#search-input textarea, #search-input input", "主要负责人是第一责任人")
    page.click("#search-go")
    page.wait_for_selector(".hit")
    page.click(".hit >> nth=0 >> text=打开")
    page.wait_for_selector("#search-reading mark.current")


def draft(page: Page) -> None:
    page.click("#desk-draft-button")
    page.wait_for_selector("#draft-go")
    page.fill("#draft-input textarea", BRIEF)
    page.click("#draft-go")
    page.wait_for_selector(".point-row")
    page.click(".point-row .count >> nth=0")
    page.wait_for_selector(".evidence blockquote")


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 860}, locale="zh-CN")
        page.goto(f"http://127.0.0.1:{int(sys.argv[1])}/")
        page.wait_for_selector(".welcome .quiet")
        for name, visit in (("ask", ask), ("search", search), ("draft", draft)):
            visit(page)
            settle(page)
            page.screenshot(path=OUT / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
