"""Take the README's screenshots: python docs/screenshots.py PORT (with `speechrag serve --port PORT` running).

The page must serve an index over corpus/. Needs the system's Chromium; writes docs/screenshots/NAME.png, 1366 px wide,
for the desks ask, search, draft, check, corpus and evaluate.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "interfaces"))
from chromium import CHROMIUM, FLAGS  # noqa: E402

OUT = HERE / "screenshots"
QUESTIONS = ("深圳地铁有几条线？", "合作医疗每人交多少钱？", "发生网络安全事件后多长时间内报告？")
BRIEF = "县委宣传部部长在全县网络与信息安全工作会议上的讲话，对象是各单位分管领导"
PASTED = (
    "宁可十防九空，不可一次失防，转移出来没有下雨，是老百姓的福气，不是干部的笑话。"
    "全市三轮排查共发现隐患368处，目前整改到位的291处，余下95处，全都附在会议材料后面，一处一行，写着责任单位和日期。"
    "月球上的水库也要派人值守，随时向地面指挥中心报告。"
)


def settle(page: Page) -> None:
    """Leave nothing hovered or focused; wait for the layout to come to rest."""
    page.mouse.move(700, 20)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)


def desk(page: Page, name: str) -> None:
    page.click(f"#desk-{name}-button")


def ask(page: Page) -> None:
    for question in QUESTIONS:
        page.fill("#ask-input textarea", question)
        page.press("#ask-input textarea", "Enter")
        page.wait_for_selector(f".turn:has-text('{question}') .answer > p:not(.busy)")
        page.wait_for_selector("body:not([data-busyask])")
    page.evaluate("document.querySelectorAll('.turn')[1].scrollIntoView()")
    page.locator(".turn").nth(1).locator(".cite").first.click()
    page.wait_for_selector("mark.current")


def search(page: Page) -> None:
    desk(page, "search")
    page.wait_for_selector("#search-go")
    page.fill("#search-input textarea, #search-input input", "主要负责人是第一责任人")
    page.click("#search-go")
    page.wait_for_selector(".hit")
    page.click(".hit >> nth=0 >> text=打开")
    page.wait_for_selector("#search-reading mark.current")


def draft(page: Page) -> None:
    desk(page, "draft")
    page.wait_for_selector("#draft-go")
    page.fill("#draft-input textarea", BRIEF)
    page.click("#draft-go")
    page.wait_for_selector(".point-row")
    page.click(".point-row .count >> nth=0")
    page.wait_for_selector(".evidence blockquote")


def check(page: Page) -> None:
    desk(page, "check")
    page.wait_for_selector("#check-go")
    page.fill("#check-input textarea", PASTED)
    page.click("#check-go")
    page.wait_for_selector(".checked .source")
    page.click(".checked.near .source >> nth=0")
    page.wait_for_selector("#check-reading mark.current")


def corpus(page: Page) -> None:
    desk(page, "corpus")
    page.click(".row-title:has-text('平安建设')")
    page.wait_for_selector("#corpus-reading .repair")


def evaluate(page: Page) -> None:
    desk(page, "evaluate")
    page.wait_for_selector(".evaluation-form select")
    page.select_option(".evaluation-form select >> nth=0", "made:unanswerable")
    page.select_option(".evaluation-form select >> nth=1", "plain")
    page.click("text=开始评测")
    page.wait_for_selector(".evaluation table", timeout=120_000)
    page.click(".evaluation .row-title >> nth=0")
    page.wait_for_selector("#evaluate-reading mark.current")
    page.evaluate("document.querySelector('.evaluation-list').scrollTop = 0")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.goto(f"http://127.0.0.1:{int(sys.argv[1])}/")
        page.wait_for_selector(".welcome .quiet")
        for visit in (ask, search, draft, check, corpus, evaluate):
            visit(page)
            settle(page)
            page.screenshot(path=OUT / f"{visit.__name__}.png")
        browser.close()


if __name__ == "__main__":
    main()
