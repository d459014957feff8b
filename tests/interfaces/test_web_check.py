"""核对: a pasted text sentence by sentence, in a real browser."""

from __future__ import annotations

from fake_engine import FakeEngine
from web_visit import Visit

from speechrag.config import Settings
from speechrag.interfaces.check_views import check_view
from speechrag.interfaces.desk import LONGEST_TEXT, Desk

SAME = "选题会每两周开一次，由办公室主任主持。"
CHANGED = "上半年全区共报送信息一千二百六十条，被市里采用二百一十四条，采用量居全市第三位。"
ELSEWHERE = "火星探测器已经着陆并传回第一批照片。"


def test_each_sentence_has_its_verdict(visit: Visit) -> None:
    """一致, 有出入 and 未找到 stand beside the sentences in their order, with the counts above."""
    visit.check(SAME + CHANGED + ELSEWHERE)
    assert visit.page.locator(".checked .verdict").all_inner_texts() == ["一致", "有出入", "未找到"]
    assert "共 3 句：一致 1 句，有出入 1 句，未找到 1 句" in visit.page.inner_text(".checks .summary")


def test_a_changed_figure_is_named_and_marked(visit: Visit) -> None:
    """What the source says and what the text says stand side by side; the differing words are marked."""
    visit.check(CHANGED)
    assert visit.page.inner_text(".checked .fact").startswith("数字不符：原文")
    assert "二百零四条" in visit.page.inner_text(".checked .source-text")
    assert "二百一十四" in "".join(visit.page.locator(".checked mark.differs").all_inner_texts())


def test_a_source_opens_at_the_sentence(visit: Visit) -> None:
    """The place named leads to the words in the speech."""
    visit.check(SAME)
    visit.page.click(".checked .source")
    mark = visit.page.locator("#check-reading mark.current")
    mark.first.wait_for()
    assert "".join(mark.all_inner_texts()) == SAME


def test_each_part_of_a_splice_stands_over_its_own_place(visit: Visit) -> None:
    """Two speeches are never mixed up: first words and place of the one, then of the other."""
    visit.check("选题会每两周开一次，由办公室主任主持，首次办理的单位要一办到底，六十日内办结。")
    visit.page.wait_for_selector(".checked.spliced")
    told = visit.page.locator(".checked-body > p:not(.said)").all_inner_texts()
    assert ["选题会" in told[0], "信息工作" in told[1], "一办到底" in told[2], "信访工作" in told[3]] == [True] * 4


def test_only_what_needs_a_look_can_be_shown(visit: Visit) -> None:
    """只看要留意的 hides the sentences that are the same."""
    visit.check(SAME + CHANGED)
    visit.page.click("text=只看要留意的")
    assert [item.is_visible() for item in visit.page.locator(".checks > ol > li").all()] == [False, True]


def test_enter_starts_a_line_in_a_text_to_be_checked(visit: Visit) -> None:
    """A pasted text has paragraphs, so Enter sends nothing here."""
    visit.open_desk("check")
    visit.page.fill("#check-input textarea", "第一段")
    visit.page.press("#check-input textarea", "Enter")
    assert visit.page.input_value("#check-input textarea") == "第一段\n"
    assert visit.page.locator(".checks .busy").count() == 0


def test_a_text_too_long_is_refused_in_one_sentence() -> None:
    """The limit holds for every client and is named."""
    desk = Desk(FakeEngine(), Settings())  # type: ignore[arg-type]
    (key,) = desk.check("长" * (LONGEST_TEXT + 1))
    found = desk.results.get(key)
    assert found is not None
    assert found.view["text"] == f"写得太长了：最多 {LONGEST_TEXT} 字，请缩短后再试。"


def test_differences_stand_at_their_place_in_the_sentence() -> None:
    """Offsets count from the beginning of the sentence they belong to."""
    view = check_view(FakeEngine().check(SAME + CHANGED))
    item = view["items"][1]
    told = [(item["text"][d["start"] : d["end"]], d["said"]) for d in item["differences"] if d["said"]]
    assert told
    assert all(at_place == said for at_place, said in told)
