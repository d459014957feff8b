"""The report page: what it says is what the index holds, and nothing in a text becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html as parser

from small_corpus import FLOOD, INFORMATION, QUICK, SAFETY, build, write_texts
from speechrag.index.opened import open_store
from speechrag.interfaces import report_page
from speechrag.interfaces.cli import main
from speechrag.interfaces.reasons import told
from speechrag.interfaces.report import CONTEXT, describe_document, gather, is_doubted, rule_name
from speechrag.interfaces.report_page import pages, shown
from speechrag.records import CleanDocument, Document, Repair, Speech

ATTACK = "<script>window.pwned=1</script><img src=x onerror=alert(1)>'&</details></style>"
TRADITIONAL = (
    "在全縣會議上的講話\n同志們：\n一、備足物資\n各縣\u202e要儲\u200b備\ue123編織袋五萬條以上。\n"
    + "要落實責任，抓好生產。\n" * 9
)
INTRODUCTION = "工作会议讲话稿有多种写法，写好这类讲话稿要下功夫，以下三篇各有长处。"
ANTHOLOGY = f"讲话稿大全(3篇)\n{INTRODUCTION}\n篇一\n{SAFETY}\n篇二\n{FLOOD}"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    texts = {
        "安全.txt": SAFETY,
        "繁.txt": TRADITIONAL,
        "合集.txt": ANTHOLOGY,
        "抄.txt": SAFETY,
        "空.txt": "",
        "表.xls": "x",
        "断.txt": INFORMATION + "会后各单位要认真贯彻落实今天会议的精神，进一步做好信息报送工作，确保，",
        "<b>攻.txt": "同志们：\n召开会议（x＜script＞）。<script>window.pwned=1</script>\n",
    }
    write_texts(folder / "来源", texts)
    (folder / "来源" / "speeches.csv").write_text(
        f"文件,年份,标题\n安全.txt,2011\n没有<i>.txt,2012\n<b>攻.txt,,{ATTACK}\n", encoding="utf-8"
    )
    build(folder / "来源", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def page(index: Path) -> str:
    return "".join(pages(gather(*open_store(index))))


def visible(page: str) -> str:
    return " ".join(parser.fromstring(page).text_content().split())


def test_the_overview_counts_what_the_index_holds(index: Path, page: str) -> None:
    """Files, speeches, repairs, what was left out and why, the promised and found parts of a collection."""
    manifest, store = open_store(index)
    text = visible(page)
    assert f"{manifest.files} 个文件" in text and f"{manifest.speeches} 篇" in text
    for entry in store.ledger():
        if entry.state in ("skipped", "part skipped"):
            assert entry.source in text and told(entry.detail) in text
    assert "篇数不符" in text
    assert "结尾中断" in text
    assert "年份 2011（人工）" in text
    assert "内容相同的文件 1 个" in text


def test_every_document_is_there_with_its_speeches_and_examples(index: Path, page: str) -> None:
    """Titles of all speeches, the rules that changed the text, a change with what it was before."""
    text = visible(page)
    for speech in open_store(index)[1].speeches():
        assert visible(f"<p>{shown(speech.title)}</p>") in text
    assert "繁体转简体" in text
    struck = parser.fromstring(page).xpath("//del")
    assert any("縣" in (element.text or "") for element in struck)
    assert "不属于任何一篇，未收入" in text


def test_nothing_of_a_text_becomes_markup(page: str) -> None:
    """No element, attribute or style comes from a document; invisible characters are named."""
    tree = parser.fromstring(page)
    assert not tree.xpath("//script|//img|//iframe|//form|//link|//object|//svg|//a[not(starts-with(@href,'#'))]")
    assert not [a for e in tree.iter() for a in e.attrib if a.startswith("on") or a in ("src", "srcset", "action")]
    assert len(tree.xpath("//style")) == 1 and len(tree.xpath("//details[@class='file']")) == page.count(
        "<details class=file>"
    )
    assert "<script" not in page and "window.pwned" in visible(page)
    assert "\u202e" not in page and "\u200b" not in page and "\ue123" not in page
    assert "⟨U+202E⟩" in page


def test_the_page_needs_nothing_beside_itself(page: str) -> None:
    """No address to load from, and a policy that forbids it."""
    assert "default-src 'none'" in page
    assert not re.search(r"(?:https?:)?//[a-z]|url\(|@import|@font-face", page.partition("</style>")[0])


def test_a_big_corpus_shows_what_needs_looking_at_and_says_so(
    index: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents with most to check come first into a bounded page, which names the rest."""
    monkeypatch.setattr(report_page, "FILES", 3)
    report = gather(*open_store(index))
    small = "".join(pages(report))
    assert small.count("<details class=file>") == 3
    assert f"共 {report.totals.documents} 份" in visible(small)
    assert "断.txt" in small.partition('id="files"')[2]
    assert len(small) < len(page)


def repair(rule: str, before: str, after: str, confidence: float = 1.0, start: int = 0) -> Repair:
    return Repair(rule, start, start + len(before), before, after, confidence)


@pytest.mark.parametrize(
    ("made", "name", "doubted"),
    [
        (repair("pinyin+simplified", "（xìn）", ""), "pinyin", False),
        (repair("simplified+full-width", "會,", "会，"), "simplified", False),
        (repair("byteshift", "?", "□"), "byteshift", True),
        (repair("byteshift", "?", "的", 0.95), "byteshift", True),
        (repair("byteshift", "?", "的", 0.999), "byteshift", False),
    ],
)
def test_a_change_is_named_after_the_repair_in_it(made: Repair, name: str, doubted: bool) -> None:
    """Of several rules the one that mends damage counts; what stays unknown or unsure is doubted."""
    assert (rule_name(made), is_doubted(made)) == (name, doubted)


def test_unknown_places_come_first_and_examples_show_the_text_around(index: Path) -> None:
    """Among the doubts what cannot be known precedes what is merely unsure."""
    text = "甲" * 30 + "？" + "乙" * 30 + "？？" + "丙" * 30
    repairs = (repair("byteshift", "？", "的", 0.7, 30), repair("byteshift", "？？", "□□", 0.9, 61))
    clean = CleanDocument(Document("d", "d.txt", text, "0"), text.replace("？？", "□□").replace("？", "的"), repairs)
    described = describe_document(clean, [])
    assert [(e.new, e.confidence) for e in described.doubts] == [("□□", 0.9), ("的", 0.7)]
    assert (described.doubts[0].before, described.doubts[0].after) == ("乙" * CONTEXT, "丙" * CONTEXT)
    assert described.doubted == 2


def test_text_outside_every_speech_is_shown_as_left_out() -> None:
    """An introduction that belongs to no part of a collection is not lost from sight."""
    text = "开头的介绍文字一二三四五六七八九十一二三四五\n正文。\n结尾"
    clean = CleanDocument(Document("d", "d.txt", text, "0"), text)
    start = text.index("正文")
    speech = Speech("d-1", "d", "d.txt", 1, "题", "正文。", start, start + 3)
    assert describe_document(clean, [speech]).left_out == [text[: start - 1]]
    assert describe_document(clean, [replace(speech, doc_start=0)]).left_out == []


def test_the_command_writes_the_page_and_the_table(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--report`` and ``--out`` name files; stdout stays empty; the table to stdout is the same."""
    report, table = tmp_path / "报告.html", tmp_path / "speeches.csv"
    assert main(["corpus", "--index", str(index), "--report", str(report)]) == 0
    assert main(["corpus", "--index", str(index), "--format", "csv", "--out", str(table)]) == 0
    assert capsys.readouterr().out == ""
    assert report.read_text("utf-8").startswith("<!doctype html>")
    assert main(["corpus", "--index", str(index), "--format", "csv"]) == 0
    assert capsys.readouterr().out == table.read_text("utf-8")
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    assert main(["corpus", "--index", str(index), "--out", str(table)]) == 2
    assert "--out is for the table" in capsys.readouterr().err
    assert main(["corpus", "--index", str(index), "--report", str(tmp_path / "没有" / "x.html")]) == 1
    assert "choose another --report" in capsys.readouterr().err
    assert QUICK.workers == 0
