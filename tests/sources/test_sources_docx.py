"""Word documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_files import W, docx, level, numbering, paragraph, read_as, run, table, zipped

from speechrag.errors import SourceError
from speechrag.sources import sandbox, word
from speechrag.sources.word import read_docx
from speechrag.sources.word_numbers import number_text

OFFICIAL = (
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
)


def lines(body: str, **parts: str) -> list[str]:
    return read_docx(docx(body, {f"{name}.xml": text for name, text in parts.items()})).text.split("\n")


def test_paragraphs_and_tables_come_in_the_order_of_the_document() -> None:
    """A table stands where it stood, a row a line."""
    facts = table([paragraph("乡镇"), paragraph("报送条数")], [paragraph("柳林镇"), paragraph("128")])
    assert lines(paragraph("表前。") + facts + paragraph("表后。")) == [
        "表前。",
        "乡镇\t报送条数",
        "柳林镇\t128",
        "表后。",
    ]


def test_a_table_used_for_layout_is_read_cell_by_cell() -> None:
    """Long texts side by side would make no sense joined into one line."""
    long = "要" * 40
    body = table([paragraph(long + "一。") + paragraph(long + "二。"), paragraph("右边。")])
    assert lines(body) == [long + "一。", long + "二。", "右边。"]


def test_official_numbering_is_written_out_at_every_level() -> None:
    """The four levels of official papers, deeper ones starting again under each new higher one."""
    levels = (0, 1, 1, 2, 2, 3, 0, 1, 2)
    body = "".join(paragraph(f"第{n}段", "1", at) for n, at in enumerate(levels))
    shown = [line.split("第")[0] for line in lines(body, numbering=numbering({"5": OFFICIAL}, {"1": ("5", "")}))]
    assert shown == ["一、", "（一）", "（二）", "1.", "2.", "（1）", "二、", "（一）", "1."]


def test_a_list_that_is_interrupted_goes_on_counting() -> None:
    """Unnumbered paragraphs between the points of a list do not restart it, and empty numbered ones count."""
    body = paragraph("甲", "1") + paragraph("说明。") + paragraph("乙", "1") + paragraph("", "1") + paragraph("丁", "1")
    shown = lines(body, numbering=numbering({"0": OFFICIAL}, {"1": ("0", "")}))
    assert shown == ["一、甲", "说明。", "二、乙", "四、丁"]


def test_two_lists_of_one_kind_count_together_unless_one_restarts() -> None:
    """A num of its own over the same abstract list goes on; a start override begins again."""
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    parts = numbering({"0": OFFICIAL}, {"1": ("0", ""), "2": ("0", ""), "3": ("0", again)})
    body = "".join(paragraph(text, num) for text, num in (("甲", "1"), ("乙", "2"), ("丙", "3"), ("丁", "3")))
    assert lines(body, numbering=parts) == ["一、甲", "二、乙", "一、丙", "二、丁"]


def test_an_override_may_change_how_a_level_looks() -> None:
    """The num's own definition of a level wins over the list's."""
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "decimal", "第%1条", start=5)}</w:lvlOverride>'
    shown = lines(paragraph("范围", "1"), numbering=numbering({"0": OFFICIAL}, {"1": ("0", own)}))
    assert shown == ["第5条 范围"]


def test_a_level_that_never_restarts_counts_through_the_document() -> None:
    """Articles are numbered through all chapters (lvlRestart 0)."""
    levels = (level(0, "chineseCounting", "第%1章"), level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>'))
    body = "".join(paragraph("文", "1", at) for at in (0, 1, 1, 0, 1))
    shown = lines(body, numbering=numbering({"0": levels}, {"1": ("0", "")}))
    assert shown == ["第一章 文", "第一条 文", "第二条 文", "第二章 文", "第三条 文"]


def test_legal_numbering_shows_all_levels_in_decimals() -> None:
    """A label such as 2.1 below 二、 (isLgl)."""
    levels = (level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    body = "".join(paragraph("文", "1", at) for at in (0, 0, 1))
    assert lines(body, numbering=numbering({"0": levels}, {"1": ("0", "")}))[-1] == "2.1 文"


def test_numbering_comes_from_the_paragraph_style_and_those_it_is_based_on() -> None:
    """Headings are numbered by their style; a paragraph can take its number away again."""
    styles = (
        f'<w:styles xmlns:w="{W}">'
        '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:ilvl w:val="1"/>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H2"/></w:style>'
        "</w:styles>"
    )
    body = paragraph("甲", style="H2") + paragraph("乙", style="Mine") + paragraph("无号", "0", style="Mine")
    shown = lines(body, numbering=numbering({"0": OFFICIAL}, {"1": ("0", "")}), styles=styles)
    assert shown == ["（一）甲", "（二）乙", "无号"]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("chineseCounting", "一 十 十一 二十 九十九 一〇一"),
        ("chineseCountingThousand", "一 十 十一 二十 九十九 一百零一"),
        ("ideographDigital", "一 一〇 一一 二〇 九九 一〇一"),
        ("chineseLegalSimplified", "壹 壹拾 壹拾壹 贰拾 玖拾玖 壹佰零壹"),
        ("ideographTraditional", "甲 癸 甲 癸 壬 甲"),
        ("decimalEnclosedCircleChinese", "① ⑩ ⑪ ⑳ 99 101"),
        ("decimalFullWidth", "１ １０ １１ ２０ ９９ １０１"),
        ("upperRoman", "I X XI XX XCIX CI"),
        ("lowerLetter", "a j k t uuuu wwww"),
        ("somethingNew", "1 10 11 20 99 101"),
    ],
)
def test_numbers_are_written_as_word_writes_them(style: str, expected: str) -> None:
    """Each format as the standard lists it."""
    assert " ".join(number_text(n, style) for n in (1, 10, 11, 20, 99, 101)) == expected


def test_bullets_leave_no_mark() -> None:
    """A dot in a symbol font is not text."""
    parts = numbering({"0": [level(0, "bullet", "\uf0b7")]}, {"1": ("0", "")})
    assert lines(paragraph("要点", "1"), numbering=parts) == ["要点"]


def test_tracked_deletions_hidden_text_and_pinyin_guides_are_left_out() -> None:
    """What the reader of the final document does not see is not read; insertions are."""
    body = (
        "<w:p>"
        + run("要")
        + f"<w:ins>{run('全面')}</w:ins><w:del><w:r><w:delText>部分</w:delText></w:r></w:del>"
        + run("秘密", "<w:vanish/>")
        + "<w:r><w:ruby><w:rt>"
        + run("luò shí")
        + "</w:rt><w:rubyBase>"
        + run("落实")
        + "</w:rubyBase></w:ruby></w:r></w:p>"
    )
    assert lines(body) == ["要全面落实"]


def test_a_paragraph_whose_end_was_deleted_runs_on_into_the_next() -> None:
    """The deleted end of a paragraph joins two into one."""
    joined = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("前半，") + "</w:p>"
    assert lines(joined + paragraph("后半。")) == ["前半，后半。"]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    """Word stores a box twice, for new and old programs."""
    box = f"<w:txbxContent>{paragraph('框里的话。')}</w:txbxContent>"
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert lines(paragraph("正文。", extra=both)) == ["正文。", "框里的话。"]


def test_headers_and_the_table_of_contents_are_no_part_of_the_text() -> None:
    """They would repeat the headings, and stand on every page."""
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('一、总体要求 1')}</w:sdtContent></w:sdt>"
    )
    header = f'<w:hdr xmlns:w="{W}">{paragraph("内部资料")}</w:hdr>'
    assert lines(contents + paragraph("正文。"), header1=header) == ["正文。"]


def test_breaks_tabs_and_fields_become_their_text() -> None:
    """A line break is a line; the code of a field is not its result."""
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("7")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert lines(paragraph("甲", extra=f"<w:r><w:br/></w:r>{run('乙')}<w:r><w:tab/></w:r>{field}")) == ["甲", "乙\t7"]


def called(kind: str, number: int) -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def notes(kind: str, inside: str) -> str:
    return f'<w:{kind}s xmlns:w="{W}">{inside}</w:{kind}s>'


def test_footnotes_and_endnotes_stand_behind_the_paragraph_that_calls_them() -> None:
    """In brackets on lines of their own, the sentence unbroken; Word's drawn lines are no notes."""
    body = paragraph("抓好“三项整治”", extra=called("footnote", 2) + called("endnote", 2)) + paragraph("第二段。")
    drawn = f'<w:footnote w:type="separator" w:id="-1">{paragraph("横线")}</w:footnote>'
    feet = notes("footnote", drawn + f'<w:footnote w:id="2">{paragraph("指路面、")}{paragraph("水面。")}</w:footnote>')
    ends = notes("endnote", f'<w:endnote w:id="2">{paragraph("见县委一号文件。")}</w:endnote>')
    found = read_docx(docx(body, {"footnotes.xml": feet, "endnotes.xml": ends}))
    assert found.text.split("\n") == [
        "抓好“三项整治”",
        "（注：指路面、 水面。）",
        "（注：见县委一号文件。）",
        "第二段。",
    ]
    assert found.notes == ("2 footnotes stand in brackets behind their paragraphs",)


def test_a_footnote_that_calls_itself_or_is_missing_does_no_harm() -> None:
    """Every note is read once; one that the file lacks is said to be missing."""
    body = paragraph("正文", extra=called("footnote", 2) + called("footnote", 3))
    feet = notes("footnote", f'<w:footnote w:id="2">{paragraph("注文", extra=called("footnote", 2))}</w:footnote>')
    found = read_docx(docx(body, {"footnotes.xml": feet}))
    assert found.text.split("\n") == ["正文", "（注：注文）"]
    assert found.notes == (
        "1 footnotes stand in brackets behind their paragraphs",
        "2 footnotes are missing in the file",
    )


def test_damaged_footnotes_do_not_cost_the_speech() -> None:
    """The body is read, and the ledger says what of the file was not."""
    found = read_docx(docx(paragraph("正文"), {"footnotes.xml": "<w:footnotes"}))
    assert found.text == "正文"
    assert "the footnotes were left out: the Word document is damaged in word/footnotes.xml" in found.notes[0]


def test_an_external_entity_is_neither_read_nor_fetched(tmp_path: Path) -> None:
    """A document that declares a document type is refused before any of it is resolved."""
    canary = tmp_path / "canary.txt"
    canary.write_text("机密内容", encoding="utf-8")
    prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{canary.as_uri()}">]>'
    with pytest.raises(SourceError, match="document type"):
        read_docx(docx("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", prolog=prolog))


def test_billion_laughs_are_refused() -> None:
    """So are entities that multiply, in whatever encoding they are declared."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = "<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>"
    plain = docx(body, prolog=f'<!DOCTYPE d [<!ENTITY l0 "哈">{laughs}]>')
    with pytest.raises(SourceError, match="document type"):
        read_docx(plain)
    wide = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [{laughs}]><d/>'.encode("utf-16")
    with pytest.raises(SourceError, match="document type"):
        read_docx(zipped({"word/document.xml": wide}))


def test_a_decompression_bomb_is_refused_by_what_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is unpacked."""
    monkeypatch.setattr(word, "unpack", lambda *args: pytest.fail("the bomb was unpacked"))
    bomb = zipped({"word/document.xml": b"<w>" + b" " * (40 << 20) + b"</w>"})
    with pytest.raises(SourceError, match="unpacked size"):
        read_docx(bomb)


def test_elements_nested_without_end_are_a_reason_and_not_a_crash(tmp_path: Path) -> None:
    """The parser's own limit holds, or the worker's."""
    deep = "<w:smartTag>" * 50_000 + "</w:smartTag>" * 50_000
    with pytest.raises(SourceError, match=r"damaged|gave up"):
        read_as(tmp_path, docx(f"<w:p>{deep}</w:p>"), "深.docx")


@pytest.mark.parametrize("name", ["讲话.docx", "讲话.doc", "讲话.txt", "讲话", "讲话.zip"])
def test_a_word_document_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    """Content decides."""
    document = read_as(tmp_path, docx(paragraph("同志们：")), name).documents[0]
    assert (document.media, document.text, document.source) == ("docx", "同志们：", name)


def test_what_python_docx_writes_is_read(tmp_path: Path) -> None:
    """A document by another program, with its styles and its automatic numbers."""
    import docx as python_docx

    made = python_docx.Document()
    made.sections[0].header.paragraphs[0].text = "页眉"
    made.add_heading("在座谈会上的讲话", 0)
    for text in ("提高认识", "狠抓落实"):
        made.add_paragraph(text, style="List Number")
    made.add_table(1, 2).rows[0].cells[1].text = "右"
    made.save(str(tmp_path / "made.docx"))
    found = read_as(tmp_path, (tmp_path / "made.docx").read_bytes(), "made.docx").documents[0]
    assert found.text.split("\n") == ["在座谈会上的讲话", "1.提高认识", "2.狠抓落实", "右"]


def test_an_empty_document_holds_no_text(tmp_path: Path) -> None:
    """An empty document is never indexed silently."""
    with pytest.raises(SourceError, match="no text"):
        read_as(tmp_path, docx(paragraph("")), "空.docx")


def test_the_risky_readers_run_in_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word, PDF and web pages are never parsed in the process that builds the index."""
    seen: list[str] = []
    real = sandbox._answer
    monkeypatch.setattr(
        sandbox, "_answer", lambda media, data, limits: (seen.append(media), real(media, data, limits))[1]
    )
    read_as(tmp_path, docx(paragraph("文。")), "a.docx")
    read_as(tmp_path, b"<html><body><p>text</p></body></html>", "a.html")
    read_as(tmp_path, "文。".encode(), "a.txt")
    assert seen == ["docx", "html"]


def test_a_list_style_lends_its_levels_to_the_lists_that_name_it() -> None:
    """A list may be defined once as a style and linked to (numStyleLink)."""
    parts = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="Lists"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="2"><w:styleLink w:val="Lists"/>{"".join(OFFICIAL)}</w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="9"><w:abstractNumId w:val="2"/></w:num>'
        "</w:numbering>"
    )
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="numbering" w:styleId="Lists"><w:pPr><w:numPr><w:numId w:val="9"/>'
        "</w:numPr></w:pPr></w:style></w:styles>"
    )
    assert lines(paragraph("甲", "7") + paragraph("乙", "7", 1), numbering=parts, styles=styles) == [
        "一、甲",
        "（一）乙",
    ]
