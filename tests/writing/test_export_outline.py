"""The exports open, keep the layout of official documents and lose nothing of the outline."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.records import Citation, Outline, OutlinePoint, Slot, Warning_
from speechrag.writing.export import outline_docx, outline_markdown, outline_text, printable

LEAF = OutlinePoint("完善应急预案", 2, "task", "各单位要在【待补：时限】内完成预案修订。", (1,))
PART = OutlinePoint(
    "突出重点，强化措施", 1, "task", "", (2,), (LEAF, replace(LEAF, heading="加强数据备份", citations=(1, 2)))
)
OUTLINE = Outline(
    brief="县长在全县网络安全工作会议上的讲话",
    titles=("在全县网络安全工作会议上的讲话", "筑牢防线"),
    salutation="同志们：",
    opening="今天召开全县网络安全工作会议。",
    points=(PART,),
    closing="谢谢大家。",
    citations=(
        Citation(
            1, "a-1.1", "a-1", "a.txt", "在会议上的讲话", "各单位要在七天内完成预案修订。", 10, 26, ("二、突出重点",)
        ),
        Citation(2, "b-1.1", "b-1", "b.txt", "动员讲话", "二、突出重点，强化措施", 3, 14),
    ),
    slots=(Slot("【待补：时限】", "一、（一）"),),
    warnings=(Warning_("single_source", "只有一个来源。", "一、"),),
    notes=("要点取自2篇讲话。",),
)


def opened(data: bytes) -> Document:
    return Document(io.BytesIO(data))


def find(document: Document, text: str):  # type: ignore[no-untyped-def]
    return next(paragraph for paragraph in document.paragraphs if text in paragraph.text)


def east_asia(paragraph) -> str:  # type: ignore[no-untyped-def]
    return str(paragraph.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")))


def test_the_page_has_the_official_size_and_margins() -> None:
    """A4, 37/35/28/26 mm."""
    section = opened(outline_docx(OUTLINE)).sections[0]
    near = 360  # Word stores twentieths of a point
    for value, wanted in (
        (section.page_width, Mm(210)),
        (section.page_height, Mm(297)),
        (section.top_margin, Mm(37)),
        (section.bottom_margin, Mm(35)),
        (section.left_margin, Mm(28)),
        (section.right_margin, Mm(26)),
    ):
        assert abs(value - wanted) <= near * 2


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("在全县网络安全工作会议上的讲话", "方正小标宋简体", 22),
        ("今天召开全县网络安全工作会议。", "仿宋_GB2312", 16),
        ("一、突出重点，强化措施", "黑体", 16),
        ("（一）完善应急预案", "楷体_GB2312", 16),
        ("完成预案修订。", "仿宋_GB2312", 16),
    ],
)
def test_each_kind_of_paragraph_names_its_official_font(text: str, font: str, size: int) -> None:
    """The Chinese font is named for East Asian text, Times New Roman for the rest."""
    paragraph = find(opened(outline_docx(OUTLINE)), text)
    assert east_asia(paragraph) == font
    assert paragraph.runs[0].font.size == Pt(size)
    assert paragraph.runs[0].font.name == "Times New Roman"


def test_body_lines_are_fixed_and_indented_by_two_characters() -> None:
    """28 points a line; two characters, in characters and in points."""
    body = find(opened(outline_docx(OUTLINE)), "今天召开")
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)
    assert body._p.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_numbers_are_text_and_no_word_lists() -> None:
    """Headings keep their numbers when they are copied elsewhere."""
    data = outline_docx(OUTLINE)
    texts = [paragraph.text for paragraph in opened(data).paragraphs]
    assert "一、突出重点，强化措施" in texts and "（二）加强数据备份" in texts
    assert "w:numPr" not in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()


def test_the_page_number_is_a_field_between_dashes() -> None:
    """— N —, odd pages right, even pages left."""
    section = opened(outline_docx(OUTLINE)).sections[0]
    for footer in (section.footer, section.even_page_footer):
        paragraph = footer.paragraphs[0]
        assert paragraph.text.replace("1", "N") == "— N —"
        assert "PAGE" in paragraph._p.xml
    assert section.footer.paragraphs[0].alignment != section.even_page_footer.paragraphs[0].alignment


def test_the_clean_version_names_no_source() -> None:
    """What is read aloud carries no notes."""
    text = "\n".join(paragraph.text for paragraph in opened(outline_docx(OUTLINE)).paragraphs)
    assert "来源" not in text and "a.txt" not in text


def test_the_version_with_sources_has_notes_and_evidence() -> None:
    """Every point with citations has a note; every citation is a row of the evidence table, quoted in full."""
    document = opened(outline_docx(OUTLINE, sources=True))
    notes = [p.runs[-1].text for p in document.paragraphs if p.text.endswith("）") and "（来源：" in p.text]
    assert notes == ["（来源：〔2〕）", "（来源：〔1〕）", "（来源：〔1〕、〔2〕）"]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert [row[0] for row in rows] == ["序号", "1", "2"]
    assert rows[1][2] == OUTLINE.citations[0].quote


def test_gaps_of_one_place_stand_on_one_line() -> None:
    """The list of what is to be filled in goes by place, as a drafter does."""
    gaps = (*OUTLINE.slots, Slot("【待补：单位】", "一、（一）"), Slot("【待补：党委】", "结尾"))
    document = opened(outline_docx(replace(OUTLINE, slots=gaps), sources=True))
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text.endswith("】")]
    assert lines[-2:] == ["一、（一）　【待补：时限】【待补：单位】", "结尾　【待补：党委】"]


def test_markdown_and_text_hold_every_point_slot_warning_and_source() -> None:
    """Nothing of the outline is lost on the way out."""
    for written in (outline_markdown(OUTLINE), outline_text(OUTLINE)):
        for part in (
            "突出重点，强化措施",
            "（二）加强数据备份",
            "【待补：时限】",
            "只有一个来源",
            "a.txt",
            "七天内",
            "谢谢大家",
        ):
            assert part in written.replace("\\", "")


def test_markup_in_a_source_stays_text() -> None:
    """A quotation with Markdown or HTML in it is shown, not obeyed."""
    leaf = replace(LEAF, text="![x](http://example.org) <b>粗</b> # 标题")
    written = outline_markdown(replace(OUTLINE, points=(replace(PART, points=(leaf,)),)))
    assert "![x](" not in written and "<b>" not in written


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40))
def test_any_characters_can_be_exported(text: str) -> None:
    """Control characters and lone surrogates never make a file that Word must repair."""
    dirty = text + "\x00\x0b\ud800\u202e"
    outline = replace(OUTLINE, titles=(dirty,), opening=dirty, points=(replace(PART, heading=dirty, text=dirty),))
    assert opened(outline_docx(outline, sources=True)).paragraphs
    for written in (outline_markdown(outline), outline_text(outline)):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", written)


def test_an_outline_without_points_is_exported() -> None:
    """An honest empty outline opens too and shows its note."""
    empty = Outline("领导讲话", (), "", "", (), "", notes=("读不出主题。",))
    assert opened(outline_docx(empty, sources=True)).paragraphs
    assert "读不出主题" in outline_markdown(empty) and "读不出主题" in outline_text(empty)


def test_printable_keeps_what_a_reader_sees() -> None:
    """Line ends and rare ideographs stay, controls go."""
    assert printable("甲\n乙\x07\U00020000\ufffe") == "甲\n乙\U00020000"
