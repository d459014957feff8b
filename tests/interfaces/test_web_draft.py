"""拟稿 in a real browser: every change is kept by the server, can be undone, saved and opened again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_engine import FakeEngine
from web_visit import BRIEF, Served, Visit

from speechrag.config import Settings
from speechrag.errors import UsageError
from speechrag.interfaces.desk import Desk
from speechrag.interfaces.draft_routes import FILES
from speechrag.interfaces.drafting import draft_view
from speechrag.writing.outlines.draft import Draft
from speechrag.writing.outlines.saved import save_draft


def choose(visit: Visit, heading: str) -> None:
    """Select a point, so that its column is shown."""
    visit.page.click(f".point-row:has-text({heading!r}) .count")
    visit.page.wait_for_selector(f".evidence h2:has-text({heading!r})")


def act(visit: Visit, label: str) -> None:
    """Press a button that changes the draft, and wait until the server has."""
    with visit.page.expect_response("**/changes"):
        visit.page.click(f"#desk-draft button:text-is({label!r})")


def test_a_point_shows_how_common_it_is_and_what_else_it_may_be(visit: Visit) -> None:
    """Frequency, years, other headings and wordings stand beside the evidence."""
    visit.draft()
    choose(visit, "紧扣中心选题")
    column = visit.page.inner_text(".evidence")
    assert "语料中有 4 份讲话这样讲（2016—2023年）" in column
    assert "其他写法" in column
    assert "5 份，2019—2023年" in column
    assert "可用语句" in column


def test_another_heading_takes_the_place_and_can_be_undone(visit: Visit) -> None:
    """A click on an alternative puts it into the outline; 撤销 brings the old one back, 恢复 the new one."""
    visit.draft()
    choose(visit, "紧扣中心选题")
    with visit.page.expect_response("**/changes"):
        visit.page.click(".evidence .choice")
    visit.page.wait_for_selector(".point .heading:has-text('紧盯<b>重点</b>选题')")
    act(visit, "撤销")
    visit.page.wait_for_selector(".point .heading:has-text('紧扣中心选题')")
    act(visit, "恢复")
    visit.page.wait_for_selector(".point .heading:has-text('紧盯<b>重点</b>选题')")


def test_a_locked_point_offers_no_change(visit: Visit) -> None:
    """锁定 is shown at the point and takes away what would change it; 解锁 gives it back."""
    visit.draft()
    choose(visit, "紧扣中心选题")
    act(visit, "锁定")
    visit.page.wait_for_selector(".point-row:has-text('紧扣中心选题') .locked")
    assert visit.page.locator(".evidence >> text=其他写法").count() == 0
    assert visit.page.locator(".point-tools button").all_inner_texts() == ["解锁", "下移"]
    act(visit, "解锁")
    visit.page.wait_for_selector(".evidence >> text=其他写法")


def test_a_point_that_was_removed_can_not_be_worked_on(visit: Visit) -> None:
    """Its column goes with it, or the next point would be changed under its name."""
    visit.draft()
    visit.page.click(".point-row:has-text('注重调查研究') .count")
    with visit.page.expect_response("**/changes"):
        visit.page.click(".point-tools >> text=删除")
    visit.page.wait_for_selector(".evidence .hint")
    assert visit.page.locator(".point-tools").count() == 0
    assert visit.page.locator(".point.level-2").count() == 2


def test_the_checklist_stands_by_place_and_the_warnings_by_kind(visit: Visit) -> None:
    """Gaps of one point stand on one line; a kind of warning is named once."""
    visit.draft()
    text = visit.page.locator(".point-row:has-text('严格报送时限') .point-text")
    text.fill("最迟不得晚于【待补：时限】上报，由【待补：单位】汇总。")
    with visit.page.expect_response("**/changes"):
        text.blur()
    visit.page.wait_for_selector(".foot:has-text('还有 5 处待补')")
    line = visit.page.locator(".checklist li:has-text('单位')")
    assert line.locator("button").all_inner_texts() == ["【待补：时限】", "【待补：单位】"]
    kinds = visit.page.locator(".warnings b").all_inner_texts()
    assert kinds and len(kinds) == len(set(kinds))


def test_points_change_places_and_numbers(visit: Visit) -> None:
    """下移 moves a part with all below it; the numbers follow."""
    visit.draft()
    choose(visit, "提高认识")
    act(visit, "下移")
    visit.page.wait_for_selector(".point.level-1:has-text('二、提高认识')")
    assert visit.page.inner_text(".evidence h2").startswith("二、提高认识")


def test_a_point_is_written_out_from_its_sources(visit: Visit) -> None:
    """展开 gives paragraphs, which can be typed over and go into the files."""
    visit.draft()
    choose(visit, "加强领导")
    act(visit, "展开")
    text = visit.page.locator(".point-row:has-text('加强领导') .point-text")
    text.locator("p").first.wait_for()
    text.fill("主要负责同志每月听一次汇报。")
    with visit.page.expect_response("**/changes"):
        text.blur()
    with visit.page.expect_download() as download:
        visit.page.click("text=导出")
        visit.page.click("text=纯文本")
    assert "主要负责同志每月听一次汇报。" in Path(download.value.path()).read_text(encoding="utf-8")


def test_the_plan_is_shown_and_can_be_corrected(visit: Visit, served: Served) -> None:
    """修改 opens what was read from the brief line by line; 按此重拟 drafts for it, and can be undone."""
    visit.draft()
    assert "讲话人 县委宣传部部长" in visit.page.inner_text(".plan")
    visit.page.click(".plan >> text=修改")
    wide = "() => [...document.querySelectorAll('.outline')].map((o) => o.scrollWidth - o.clientWidth)"
    assert visit.page.evaluate(wide) == [0]
    visit.page.fill(".plan-form [name=speaker]", "县委副书记")
    act(visit, "按此重拟")
    visit.page.wait_for_selector(".plan:has-text('县委副书记')")
    act(visit, "撤销")
    visit.page.wait_for_selector(".plan:has-text('县委宣传部部长')")


def test_work_on_an_outline_is_not_lost_to_a_second_one(visit: Visit) -> None:
    """Whoever asks for another outline goes back to the one that was worked on, and forth again."""
    visit.draft()
    text = visit.page.locator(".sheet .closing")
    text.fill("让我们把功夫下在平时。")
    with visit.page.expect_response("**/changes"):
        text.blur()
    visit.page.click("#draft-go")
    visit.page.wait_for_selector(".outline-tools >> text=回到上一份")
    assert "功夫下在平时" not in visit.page.inner_text(".sheet")
    visit.page.click(".outline-tools >> text=回到上一份")
    visit.page.wait_for_selector(".sheet .closing:has-text('功夫下在平时')")
    with visit.page.expect_response("**/changes"):
        visit.page.click(".steps >> text=撤销")
    visit.page.wait_for_selector(".sheet .closing:has-text('开创全县信息工作新局面')")


def test_the_browser_asks_before_unsaved_work_is_left(visit: Visit) -> None:
    """Only where something was changed and not yet exported."""
    leaving = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    visit.draft()
    assert not visit.page.evaluate(leaving)
    text = visit.page.locator(".sheet .closing")
    text.fill("让我们把功夫下在平时。")
    with visit.page.expect_response("**/changes"):
        text.blur()
    visit.page.wait_for_selector(".steps >> text=撤销")
    assert visit.page.evaluate(leaving)
    visit.page.click(".exports summary")
    with visit.page.expect_download():
        visit.page.click(".exports a:has-text('草稿')")
    assert not visit.page.evaluate(leaving)


def test_a_draft_is_saved_and_opened_again(visit: Visit, tmp_path: Path) -> None:
    """The file holds the draft as it stands with its versions; opened, everything is as it was."""
    visit.draft()
    choose(visit, "提高认识")
    act(visit, "下移")
    visit.page.wait_for_selector(".point.level-1:has-text('二、提高认识')")
    visit.save_and_reopen(tmp_path / "草稿.json")
    visit.page.wait_for_selector(".point.level-1:has-text('二、提高认识')")
    act(visit, "撤销")
    visit.page.wait_for_selector(".point.level-1:has-text('一、提高认识')")


def test_a_file_that_is_no_draft_is_refused_in_one_sentence(visit: Visit, tmp_path: Path) -> None:
    """Whatever is opened, the page stays and says what is wrong."""
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"format": "<img src=x onerror=window.__pwn=12>"}', encoding="utf-8")
    visit.open_desk("draft")
    visit.page.set_input_files("#desk-draft input[type=file]", wrong)
    visit.page.wait_for_selector(".outline .failure:has-text('不是本程序存的草稿')")
    assert visit.page.evaluate("() => window.__pwn === undefined")


def test_half_a_character_in_a_draft_stops_nothing(served: Served, browser: Any) -> None:
    """JSON can name what no text can hold; a draft with it is opened, changed and written out all the same."""
    saved = json.loads(save_draft(Draft(FakeEngine().outline(BRIEF))))
    saved["draft"]["outline"]["opening"] = "同志们\ud800：\U00020bb7"
    opened = browser.request.post(served.address + "/api/drafts", data=json.dumps(saved).encode())
    assert (opened.status, opened.json()["opening"]) == (200, "同志们\ufffd：\U00020bb7")
    place = f"{served.address}/api/results/{opened.json()['id']}"
    change = {"act": "edit", "path": [], "field": "closing", "text": "\udfff谢谢大家"}
    changed = browser.request.post(place + "/changes", data=json.dumps(change).encode())
    assert (changed.status, changed.json()["closing"]) == (200, "\ufffd谢谢大家")
    written = [browser.request.get(f"{place}/{name}").status for name in FILES]
    assert written == [200] * len(FILES)


def desk_with_draft() -> tuple[Desk, str]:
    desk = Desk(FakeEngine(), Settings())  # type: ignore[arg-type]
    *_, key = desk.draft(BRIEF)
    return desk, key


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"act": "nonsense"},
        {"act": "remove"},
        {"act": "remove", "path": [9]},
        {"act": "remove", "path": "abc"},
        {"act": "move", "path": [0], "to": 99},
        {"act": "choose", "path": [0], "number": 5},
        {"act": "edit", "path": [0], "field": "citations", "text": "x"},
        {"act": "edit", "path": [0], "field": "text"},
        {"act": "edit", "path": [0], "field": "text", "text": "长" * 20_001},
        {"act": "undo"},
        {"act": "plan"},
        {"act": "plan", "plan": []},
        {"act": "plan", "plan": {"speaker": "长" * 300}},
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(change: dict[str, Any]) -> None:
    """Whatever a client sends, the answer is one sentence and the draft stays."""
    desk, key = desk_with_draft()
    before = desk.results.get(key)
    with pytest.raises(UsageError, match=r"。$"):
        desk.change(key, change)
    assert desk.results.get(key) is before


def test_two_changes_at_once_do_not_overwrite_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The later one to finish is told to try again."""
    desk, key = desk_with_draft()
    expand = desk.engine.expand

    def meanwhile(*args: Any) -> Any:
        desk.change(key, {"act": "lock", "path": [0], "on": True})
        return expand(*args)

    monkeypatch.setattr(desk.engine, "expand", meanwhile)
    with pytest.raises(UsageError, match="别的改动"):
        desk.change(key, {"act": "expand", "path": []})
    found = desk.results.get(key)
    assert found is not None
    assert found.view["points"][0]["locked"]


def test_every_state_of_a_draft_survives_json() -> None:
    """The view of a draft is plain JSON after each kind of change."""
    desk, key = desk_with_draft()
    for change in (
        {"act": "choose", "path": [1, 0], "number": 0},
        {"act": "expand", "path": []},
        {"act": "compress", "path": [1, 1]},
        {"act": "regenerate", "path": [1, 0]},
        {"act": "remove", "path": [0]},
        {"act": "undo"},
    ):
        view = desk.change(key, change)
        assert json.loads(json.dumps(view)) == view
    found = desk.results.get(key)
    assert found is not None
    assert found.draft is not None
    assert found.view == draft_view(found.draft)
