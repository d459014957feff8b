"""语料: what there is, in which state, and every text beside its original."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from fake_engine import LEDGER, FakeEngine
from hypothesis import given
from hypothesis import strategies as st
from web_visit import Served, Visit

from small_corpus import QUICK, build, write_texts
from speechrag.config import PACKAGE
from speechrag.engine import Engine
from speechrag.interfaces import reasons
from speechrag.interfaces.corpus_views import CorpusTable, changes_view
from speechrag.interfaces.desk import Desk
from speechrag.interfaces.routes import report
from speechrag.records import CleanDocument, Document, Repair, Speech


def test_speeches_are_listed_with_their_state(visit: Visit) -> None:
    """Title, length and state of every speech; one that is damaged is told apart in words."""
    visit.corpus()
    assert visit.page.locator(".corpus tbody tr").count() == 4
    assert visit.page.inner_text(".corpus tr:has-text('信访工作座谈会') .flawed") == "疑似残缺"
    assert visit.page.inner_text(".corpus tr:has-text('信息工作会议') td >> nth=2") == "完整"


def test_filters_narrow_the_table(visit: Visit) -> None:
    """A choice or typed words leave the speeches that fit; none is told in a sentence."""
    visit.corpus()
    visit.page.select_option(".corpus-filters select[aria-label='完好程度']", "疑似残缺")
    visit.page.wait_for_selector(".corpus .quiet:has-text('1 篇讲话')")
    visit.page.select_option(".corpus-filters select[aria-label='完好程度']", "")
    visit.page.wait_for_selector(".corpus .quiet:has-text('4 篇讲话')")
    visit.page.fill(".corpus-filters input", "安全生产")
    visit.page.wait_for_selector(".corpus .quiet:has-text('1 篇讲话')")
    visit.page.wait_for_selector(".corpus tbody tr:has-text('安全生产')")
    assert visit.page.locator(".corpus tbody tr").count() == 1
    visit.page.fill(".corpus-filters input", "没有这样的标题")
    visit.page.wait_for_selector(".corpus .hint:has-text('没有符合条件的')")


def test_a_speech_opens_beside_its_original(visit: Visit) -> None:
    """Both texts line by line; what was taken out is struck through, one repair after another can be visited."""
    visit.corpus()
    visit.page.click(".row-title:has-text('信息工作会议')")
    row = visit.page.locator("#corpus-reading .pairs .pair:has-text('一、认清形势')")
    row.wait_for()
    assert row.locator(".cleaned").inner_text() == "一、认清形势，增强做好信息工作的责任感"
    assert "信息（xìn xī）" in row.locator(".received").inner_text()
    assert row.locator("del").all_inner_texts() == ["（xìn xī）"]
    assert "修复" in visit.page.inner_text("#corpus-reading .steps")
    visit.page.click("#corpus-reading .steps >> text=下一处")
    visit.page.wait_for_selector("#corpus-reading .repair.current")
    assert visit.page.locator("#corpus-reading .repair.current").count() == 1


def test_a_line_chosen_is_marked_in_both_texts(visit: Visit) -> None:
    """A click on a line shows which part of the original it comes from."""
    visit.corpus()
    visit.page.click(".row-title:has-text('信息工作会议')")
    visit.page.click("#corpus-reading .pairs .cleaned:has-text('信息是领导决策的依据')")
    assert "信息（xìn xī）是领导决策" in visit.page.inner_text("#corpus-reading .pairs .pair[aria-current] .received")


def test_files_left_out_come_first_with_the_reason(visit: Visit) -> None:
    """What was not read is not hidden: file, state, and what to do."""
    visit.corpus()
    visit.page.click(".corpus-bar button:has-text('文件')")
    first = visit.page.locator(".corpus tbody tr >> nth=0")
    visit.page.wait_for_selector(".corpus td:has-text('未收录')")
    assert "需要 LibreOffice 才能读旧版文档" in first.inner_text()
    assert visit.page.locator(".corpus tbody tr").count() == len(LEDGER)


def test_the_table_is_reached_with_the_keyboard(visit: Visit) -> None:
    """Tab leads from field to table, Enter opens, and the focus can be seen."""
    visit.corpus()
    visit.page.focus(".corpus .row-title >> nth=0")
    visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("Tab")
    outline = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert visit.page.evaluate("() => document.activeElement.className") == "row-title"
    assert visit.page.evaluate(outline) == "solid"
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#corpus-reading .comparison .pair")


@pytest.mark.parametrize(
    "query",
    ["offset=-1", "offset=x", "offset=99999999999", "quality=<b>", "text=%00", "state=../../x", "year=2023&year="],
)
def test_odd_wishes_get_an_answer(served: Served, browser: Any, query: str) -> None:
    """Whatever stands in the address, the table answers with a page of itself."""
    for kind in ("speeches", "files"):
        response = browser.request.get(f"{served.address}/api/corpus/{kind}?{query}")
        assert response.status == 200
        assert response.json()["total"] >= len(response.json()["rows"])


def test_pages_of_the_table_join_to_all_of_it() -> None:
    """Nothing is lost between two pages, and nothing shown twice."""
    table = CorpusTable(FakeEngine())  # type: ignore[arg-type]
    table.rows = [row for row in table.rows for _ in range(30)]
    pages = [table.speeches({}, offset) for offset in (0, 50, 100, 150)]
    assert [len(page["rows"]) for page in pages] == [50, 50, 20, 0]
    assert {page["total"] for page in pages} == {120}


@given(st.data())
def test_a_comparison_loses_nothing_of_either_text(data: st.DataObject) -> None:
    """Joined, the lines give the cleaned text, and their pieces the original, but for white space around lines."""
    kept = st.text(alphabet="信息工作，。\n", max_size=12)
    pieces = data.draw(st.lists(st.tuples(kept, kept, kept), min_size=1, max_size=8))
    clean, original, repairs = "", "", []
    for same, before, after in pieces:
        clean, original = clean + same, original + same
        if before != after:
            repairs.append(Repair("pinyin", len(original), len(original) + len(before), before, after))
        clean, original = clean + after, original + before
    document = CleanDocument(Document("d", "d.txt", original, "0"), clean, tuple(repairs))
    speech = Speech("d-1", "d", "d.txt", 1, "", clean, 0, len(clean))
    rows = changes_view(document, speech)["rows"]
    assert all(clean[row["start"] : row["end"]].strip() == row["text"] for row in rows)
    assert "".join("".join(row["text"] for row in rows).split()) == "".join(clean.split())
    shown = "".join(p if isinstance(p, str) else p["before"] for row in rows for p in row["pieces"])
    assert "".join(shown.split()) == "".join(original.split())


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("encrypted with a password; save the document without one", "文件有密码"),
        ("larger than 50 MB; split it into smaller files", "文件太大"),
        ("the file holds no text", "没有文字"),
        ("the PDF (3 pages) holds no text layer; it needs OCR first", "扫描件，请先做文字识别"),
        ("no text layer on 2 pages (3, 7); they need OCR", "第 3, 7 页是扫描件"),
        ("no reader takes .jpg files; txt, md and zip are read", "不读 .jpg 文件；能读的有 txt, md and zip"),
        ("none of its 2 members could be read; the reason of each is listed", "里面的 2 个文件"),
        ("unpacked size 9 bytes from 1 packed: a decompression bomb, not read", "大得不正常"),
        ("there is no column `县`; it is not read (known: 文件、标题)", "表头里没有“县”这一列"),
        ("a.txt was skipped (the file holds no text); the line is not used", "“a.txt”没有读进来，这一行没有采用"),
        ("`年份` is '12345'; expected a year; this cell is not used", "“年份”填的是 '12345'，不合规定"),
        ("3 values of 2 speeches corrected", "订正了 2 篇讲话的 3 处"),
        ("2 footnotes stand in brackets behind their paragraphs", "脚注放在"),
        ("something never seen", "没有读进来（something never seen）"),
        ("内容不完整", "内容不完整"),
    ],
)
def test_reasons_are_told_in_chinese(reason: str, said: str) -> None:
    """A clerk reads why and what to do; a reason without words of ours is still shown."""
    assert said in reasons.told(reason)


def test_every_reason_of_the_readers_has_words_of_ours() -> None:
    """A sentence that a reader learns to say must be told in Chinese too."""
    said = []
    for path in sorted((*PACKAGE.glob("sources/*.py"), *PACKAGE.glob("building/*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"SourceError", "Skipped"} and node.args:
                message = node.args[-1]
                if isinstance(message, ast.Constant):
                    said.append(str(message.value))
                elif isinstance(message, ast.JoinedStr):
                    parts = (str(p.value) if isinstance(p, ast.Constant) else "7" for p in message.values)
                    said.append("".join(parts))
    assert len(said) > 40
    assert [reason for reason in said if "没有读进来（" in reasons.told(reason)] == []


def test_the_report_can_be_saved(tmp_path: Path) -> None:
    """下载整理报告 is the report of the command line, as a file with a Chinese name."""
    build(write_texts(tmp_path / "corpus"), tmp_path / "index")
    desk = Desk(Engine.open(tmp_path / "index", QUICK), QUICK)
    response = report(desk)
    assert response.headers["content-disposition"].startswith("attachment")
    assert "全县安全生产工作会议" in bytes(response.body).decode()
    speech = next(iter(desk.engine.speeches()))
    rows = changes_view(desk.engine.store.document(speech.doc_id), speech)["rows"]
    assert "".join(rows[0]["text"].split()) in "".join(speech.text.split())
