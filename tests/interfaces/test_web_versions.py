"""版本 and the running length in a real browser, and what the server answers about them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_engine import FakeEngine
from web_visit import BRIEF, Served, Visit

from speechrag.config import Settings
from speechrag.errors import UsageError
from speechrag.interfaces.desk import Desk
from speechrag.interfaces.version_views import FIRST, differences_view, time_of_day
from speechrag.records import Outline
from speechrag.writing.outlines.draft import Draft, changed


def change(visit: Visit, selector: str) -> None:
    """Press something that changes the draft, and wait until the server has."""
    with visit.page.expect_response("**/changes"):
        visit.page.click(selector)


def rewrite(visit: Visit, part: str, text: str) -> None:
    """Type over a part of the sheet, and wait until the page has taken in what the server makes of it."""
    field = visit.page.locator(f".sheet {part} >> nth=0")
    field.fill(text)
    with visit.page.expect_response("**/changes"):
        field.blur()
    visit.page.wait_for_selector(".steps [title^='改写']")


def versions(visit: Visit) -> list[str]:
    """Open 版本; return its rows, newest first."""
    visit.page.click(".outline-tools >> text=版本")
    visit.page.wait_for_selector(".versions .version")
    return rows(visit)


def rows(visit: Visit) -> list[str]:
    return [text.replace("\n", " ") for text in visit.page.locator(".versions .label").all_inner_texts()]


def changed_draft(visit: Visit) -> None:
    """Draft an outline, move its first part down, and write another closing."""
    visit.draft()
    visit.page.click(".point-row:has-text('提高认识') .count")
    change(visit, ".point-tools >> text=下移")
    visit.page.wait_for_selector(".steps [title^='移动']")
    rewrite(visit, ".closing", "同志们，让我们扎实工作，谢谢大家！")


def test_versions_are_listed_by_their_changes_newest_first(visit: Visit) -> None:
    """The present one is marked, and those undone say so."""
    changed_draft(visit)
    moved = "移动“提高认识，增强做好信息工作的责任感”"
    assert versions(visit) == ["改写结尾", moved, FIRST]
    assert "现在" in visit.page.inner_text(".version button[aria-current]")
    change(visit, ".steps >> text=撤销")
    visit.page.wait_for_selector(".version:has-text('改写结尾') >> text=已撤销")
    assert visit.page.inner_text(".version button[aria-current] .label") == moved


def test_a_version_shows_how_it_differs_and_can_be_gone_back_to(visit: Visit) -> None:
    """Place by place with the words marked; 回到这一版 goes there, and the list leads back again."""
    changed_draft(visit)
    versions(visit)
    visit.page.click(f".version >> text={FIRST}")
    visit.page.wait_for_selector(".versions .repair")
    places = visit.page.locator(".versions .where").all_inner_texts()
    assert places == ["二、（原为一）提高认识，增强做好信息工作的责任感", "结尾"]
    assert visit.page.locator(".versions del").all_inner_texts() == [
        "在【待补：党委】的坚强领导下，",
        "开创全县信息工作新局面",
    ]
    assert visit.page.locator(".versions ins").all_inner_texts() == ["谢谢大家"]
    change(visit, ".versions >> text=回到这一版")
    visit.page.wait_for_selector(f".version button[aria-current]:has-text('{FIRST}')")
    assert "已回到" in visit.page.inner_text(".versions [role=status]")
    assert visit.page.inner_text(".point.level-1 >> nth=0").startswith("一、提高认识")
    visit.page.click(".version >> text=改写结尾")
    change(visit, ".versions >> text=回到这一版")
    visit.page.wait_for_selector(".point.level-1:has-text('二、提高认识')")
    assert "谢谢大家" in visit.page.inner_text(".sheet .closing")
    assert visit.page.locator(".steps button").all_inner_texts() == ["撤销"]


def test_any_two_versions_are_compared(visit: Visit) -> None:
    """The field beside the name chooses the other version; the older one is always the one corrected."""
    changed_draft(visit)
    versions(visit)
    visit.page.click(f".version >> text={FIRST}")
    visit.page.wait_for_selector(".versions .repair")
    visit.page.select_option(".versions select", label="移动“提高认识，增强做好信息工作的责任感”")
    visit.page.wait_for_selector(".versions [role=status]:has-text('1 处不同')")
    assert visit.page.locator(".versions :is(del, ins)").count() == 0


def test_what_was_undone_before_another_change_stays_within_reach(visit: Visit) -> None:
    """After 撤销 and a new change the old state stands under 其他版本, and comes back from there."""
    changed_draft(visit)
    change(visit, ".steps >> text=撤销")
    rewrite(visit, ".salutation", "各位代表：")
    versions(visit)
    assert "其他版本" in visit.page.inner_text(".versions")
    visit.page.click(".versions h3 + ol .version >> text=改写结尾")
    change(visit, ".versions >> text=回到这一版")
    visit.page.wait_for_selector(".sheet .closing:has-text('谢谢大家')")
    assert rows(visit)[0] == "取回：改写结尾"
    change(visit, ".steps >> text=撤销")
    visit.page.wait_for_selector(".sheet .salutation:has-text('各位代表')")


def test_a_version_is_named_and_the_name_is_in_the_file(visit: Visit, tmp_path: Path) -> None:
    """存为一版 names the present state; saved and opened again it still has its name."""
    changed_draft(visit)
    versions(visit)
    visit.page.fill(".versions input", "送审稿<b>")
    with visit.page.expect_response("**/changes"):
        visit.page.press(".versions input", "Enter")
    visit.page.wait_for_selector(".version .name")
    assert rows(visit)[0] == "送审稿<b>改写结尾"
    visit.save_and_reopen(tmp_path / "草稿.json")
    visit.page.wait_for_selector(".sheet .point")
    assert versions(visit)[0] == "送审稿<b>改写结尾"
    assert visit.page.locator(".versions b").count() == 0


def test_versions_work_by_keyboard(visit: Visit) -> None:
    """Tab and Enter open the list, a version in it, and go back to it; the focus never falls to the page."""
    changed_draft(visit)
    page = visit.page
    page.focus(".outline-tools >> text=版本")
    page.keyboard.press("Enter")
    page.wait_for_selector(".versions .version")
    for _ in range(5):  # the name, its button, three versions
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".versions h2:has-text('{FIRST}')")
    assert page.evaluate("() => document.activeElement.tagName") == "H2"
    for _ in range(2):  # what it is compared with, 回到这一版
        page.keyboard.press("Tab")
    with page.expect_response("**/changes"):
        page.keyboard.press("Enter")
    page.wait_for_selector(".versions [role=status]:has-text('已回到')")
    assert page.evaluate("() => document.activeElement.tagName") == "H2"


def test_the_length_follows_every_change_and_edit(visit: Visit) -> None:
    """The count stands beside the plan with what was asked; typing and undoing change it at once."""
    visit.draft()
    length = visit.page.locator(".outline-bar .length")
    assert "要求" not in length.inner_text()
    visit.page.click(".plan >> text=修改")
    visit.page.fill(".plan-form [name=length]", "3000")
    change(visit, "text=按此重拟")
    visit.page.wait_for_selector(".length:has-text('字，要求 3,000 字')")
    before = int(length.inner_text().split(" 字")[0].removeprefix("全文约 ").replace(",", ""))
    rewrite(visit, ".salutation", "同志们、朋友 们：")
    visit.page.wait_for_selector(f".length:has-text('全文约 {before + 4} 字')")
    change(visit, ".steps >> text=撤销")
    visit.page.wait_for_selector(f".length:has-text('全文约 {before} 字')")
    parts, frame = visit.page.inner_text(".length span >> nth=1").split("，首尾共 ")
    counts = [int(count.replace(",", "")) for count in parts.removeprefix("各部分 ").removesuffix(" 字").split("、")]
    assert len(counts) == visit.page.locator(".point.level-1").count()
    assert sum(counts) + int(frame.removesuffix(" 字")) == before


def test_versions_fit_a_phone(phone: Visit) -> None:
    """The list and the differences open as a drawer without sideways scrolling, and close."""
    phone.draft()
    rewrite(phone, ".closing", "谢谢大家！")
    versions(phone)
    overflow = "() => document.documentElement.scrollWidth - window.innerWidth"
    assert phone.page.evaluate(overflow) <= 0
    phone.page.click(f".version >> text={FIRST}")
    phone.page.wait_for_selector(".versions .repair")
    assert phone.page.evaluate(overflow) <= 0
    wide = "() => document.querySelector('.versions').scrollWidth - document.querySelector('.versions').clientWidth"
    assert phone.page.evaluate(wide) <= 0
    phone.page.click("#draft-reading .drawer-close >> visible=true")
    assert not phone.page.locator("#draft-reading").is_visible()


# ---------------------------------------------------------------------------------------------------------------- #
# The server


def desk_with_draft() -> tuple[Desk, str]:
    desk = Desk(FakeEngine(), Settings())  # type: ignore[arg-type]
    *_, key = desk.draft(BRIEF)
    assert desk.change(key, {"act": "edit", "path": [], "field": "closing", "text": "谢谢大家。"})
    return desk, key


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "go"},
        {"act": "go", "version": 0},
        {"act": "go", "version": 9, "of": 2},
        {"act": "go", "version": -1, "of": 2},
        {"act": "go", "version": 0, "of": 3},
        {"act": "go", "version": "x", "of": 2},
        {"act": "name", "version": 0, "of": 2},
        {"act": "name", "version": 0, "of": 2, "name": "长" * 41},
    ],
)
def test_a_version_that_cannot_be_had_changes_nothing(wrong: dict[str, Any]) -> None:
    """Whatever a client sends, even a list that has grown since, the answer is one sentence and the draft stays."""
    desk, key = desk_with_draft()
    before = desk.results.get(key)
    with pytest.raises(UsageError, match=r"。$"):
        desk.change(key, wrong)
    assert desk.results.get(key) is before


@pytest.mark.parametrize(
    "asked", ["", "before=0", "before=0&after=9", "before=-1&after=0", f"before=0&after={'9' * 5000}"]
)
def test_versions_that_are_not_there_are_not_compared(served: Served, browser: Any, asked: str) -> None:
    """A draft that is gone gives 404, a version that is not there 400, both with one sentence."""
    gone = browser.request.get(f"{served.address}/api/results/{'0' * 32}/differences?before=0&after=0")
    assert gone.status == 404
    visitor = Visit(browser, served, 1366)
    try:
        visitor.draft()
        key = visitor.page.get_attribute("a.export", "href").split("/")[3]
        response = browser.request.get(f"{served.address}/api/results/{key}/differences?{asked}")
    finally:
        visitor.page.close()
    assert response.status == 400
    assert response.json()["error"].endswith("。")


def two_versions(before: str, after: str, **plan: Any) -> Draft:
    one = Outline("要求", ("题",), "同志们：", before, (), "完。", plan={"speaker": "县长", "year": 2025})
    other = Outline("要求", ("题",), "同志们：", after, (), "完。", plan={"speaker": "县长", "year": 2025, **plan})
    return changed(Draft(one), "改写开头", other)


def test_a_corrected_plan_is_told_line_by_line() -> None:
    """Each line of the plan that was corrected is a place, the others are not."""
    found = differences_view(two_versions("起。", "起。", year=2026, length=3000), 0, 1)["differences"]
    assert [(one["where"], one["pieces"]) for one in found] == [
        ("要求：年份", [["removed", "2025"], ["added", "2026"], ["same", "年"]]),
        ("要求：字数", [["added", "3000 字"]]),
    ]


def test_what_stayed_the_same_is_left_out_between_its_nearest_clauses() -> None:
    """Of a long text only what stands beside a change is shown, in whole clauses."""
    clauses = "".join(f"第{number}项任务要落实到单位和个人，" for number in "一二三四五六七八九")
    (found,) = differences_view(two_versions(f"甲方牵头，{clauses}乙方配合。", f"丙方牵头，{clauses}丁方配合。"), 0, 1)[
        "differences"
    ]
    (kind, text) = found["pieces"][2]
    assert kind == "same"
    head, tail = text.split("……")
    assert head.endswith("，")
    assert head in f"方牵头，{clauses}"
    assert tail.startswith("第")
    assert f"{clauses}".endswith(tail)
    assert len(text) < len(clauses) / 2


def test_the_same_version_has_no_differences() -> None:
    """That two versions are the same altogether is told apart from a change that shows in no word."""
    draft = two_versions("起。", "承。")
    assert differences_view(draft, 1, 1) == {"differences": [], "equal": True}


@pytest.mark.parametrize(
    ("edit", "label"),
    [
        ({"path": [], "field": "opening"}, "改写开头"),
        ({"path": [1], "field": "title"}, "改写标题"),
        ({"path": [1, 0], "field": "text"}, "改写“紧扣中心选题”"),
        ({"path": [1, 0], "field": "heading"}, "改写“紧扣中心选题”"),
    ],
)
def test_an_edit_is_named_after_its_place(edit: dict[str, Any], label: str) -> None:
    """So that a list of versions, and 撤销, say what was rewritten."""
    desk, key = desk_with_draft()
    view = desk.change(key, {"act": "edit", "text": "另一种说法", **edit})
    assert view is not None
    assert view["undo"] == view["versions"][-1]["label"] == label


def test_an_outline_without_other_versions_says_so(visit: Visit) -> None:
    """Right after drafting there is one version, and nothing to compare it with."""
    visit.draft()
    assert versions(visit) == [FIRST]
    visit.page.click(f".version >> text={FIRST}")
    visit.page.wait_for_selector(".versions [role=status]:has-text('还没有别的版本')")
    assert visit.page.locator(".versions select").count() == 0


def test_the_view_of_versions_is_plain_json() -> None:
    """Every state carries its change, its name, where it stands and its length."""
    desk, key = desk_with_draft()
    view = desk.change(key, {"act": "name", "version": 0, "of": 2, "name": "初稿"})
    assert view is not None
    assert json.loads(json.dumps(view["versions"])) == view["versions"]
    assert [(one["position"], one["label"], one["name"], one["standing"]) for one in view["versions"]] == [
        (0, FIRST, "初稿", "past"),
        (1, "改写结尾", "", "present"),
    ]
    assert view["versions"][1]["characters"] == view["length"]["characters"]


def test_versions_are_shown_with_their_time_of_day() -> None:
    """The clock handed to the page tells it, day and minute; a state of a file without times shows none."""
    hours = iter(datetime(2026, 3, 2, hour, 5, tzinfo=UTC) for hour in (9, 14))
    desk = Desk(FakeEngine(), Settings(), lambda: next(hours))  # type: ignore[arg-type]
    *_, key = desk.draft(BRIEF)
    view = desk.change(key, {"act": "edit", "path": [], "field": "closing", "text": "谢谢大家。"})
    assert view is not None
    assert [version["time"] for version in view["versions"]] == ["3月2日 09:05", "3月2日 14:05"]
    assert [time_of_day(at) for at in ("", "昨天")] == ["", ""]


def test_a_row_of_the_list_tells_when(visit: Visit) -> None:
    """版本 shows the time beside the length."""
    visit.draft()
    visit.page.click(".outline-tools >> text=版本")
    visit.page.wait_for_selector(".versions .version .quiet")
    assert re.search(r"\d+月\d+日 \d\d:\d\d · [\d,]+ 字", visit.page.inner_text(".versions .version .quiet"))
