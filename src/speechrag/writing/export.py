"""An outline as a Word file in the layout of official documents, as Markdown, and as plain text.

Layout: GB/T 9704-2012 as commonly applied to speeches. Numbers of headings are text, not Word lists, so that they
survive copying. A font is named by its official name; a machine that lacks it substitutes its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from speechrag.records import Citation, Outline, OutlinePoint, Paragraph, Phrase
from speechrag.text import displayable, numerals
from speechrag.writing.title_lines import title_lines

if TYPE_CHECKING:
    from docx.document import Document as Word

TITLE_FONT, BODY_FONT, HEAD_FONT, SUB_FONT, NUMBER_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
LATIN_FONT = "Times New Roman"
TITLE_POINTS, BODY_POINTS, NOTE_POINTS, NUMBER_POINTS = 22, 16, 12, 14  # 2号, 3号, 小4号, 4号
LINE_POINTS = 28  # fixed line spacing: 22 lines a page
TITLE_LINE_POINTS = 36
TITLE_WIDTH = 20  # characters of 2号 on a line of the type area
PAGE_MM = (210, 297)
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}

_ILLEGAL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")
# What a program should take where the official font is missing; w:altName of the font table.
SUBSTITUTES = {
    TITLE_FONT: "FZXiaoBiaoSong-B05S,方正小标宋_GBK,华文中宋,STZhongsong,Source Han Serif SC Heavy,宋体,SimSun",
    BODY_FONT: "仿宋,FangSong,华文仿宋,STFangsong,FangSong_GB2312,Noto Serif CJK SC",
    SUB_FONT: "楷体,KaiTi,华文楷体,STKaiti,KaiTi_GB2312,Noto Serif CJK SC",
    HEAD_FONT: "SimHei,华文黑体,STHeiti,Source Han Sans SC,思源黑体,Noto Sans CJK SC",
    NUMBER_FONT: "SimSun,华文宋体,STSong,Noto Serif CJK SC",
}
_FONT_FAMILIES = {HEAD_FONT: "modern"}  # others are "roman", so that a substitute of the right kind is chosen
PHRASE_ROLES = {
    "opening": "开场",
    "achievement": "成绩",
    "problem": "问题",
    "significance": "意义",
    "task": "部署",
    "safeguard": "保障",
    "call": "号召",
    "transition": "过渡",
}
_LEVEL_FONTS = {1: (HEAD_FONT, False), 2: (SUB_FONT, False), 3: (BODY_FONT, True)}


def printable(text: str) -> str:
    """Return ``text`` without what XML forbids and no reader sees: controls, lone surrogates, bidi marks."""
    return _ILLEGAL.sub("", displayable(text))


def outline_docx(outline: Outline, *, sources: bool = False) -> bytes:
    """Return the outline as a docx file; with ``sources`` each point has a source note and an appendix of evidence."""
    from docx import Document

    word: Word = Document()
    _page(word)
    _defaults(word)
    _substitutes(word)
    _properties(word, outline)
    title, *_ = (*outline.titles, "讲话提纲")
    title = "\n".join(title_lines(printable(title), TITLE_WIDTH))
    _paragraph(word, title, TITLE_FONT, TITLE_POINTS, align="center", indent=False, line=TITLE_LINE_POINTS, outline=0)
    _paragraph(word, "（【待补：讲话时间】）", SUB_FONT, BODY_POINTS, align="center", indent=False)
    _paragraph(word, "", BODY_FONT, BODY_POINTS)
    if outline.salutation:
        _paragraph(word, outline.salutation, BODY_FONT, BODY_POINTS, indent=False)
    _body(word, outline.opening)
    _points(word, outline.points, sources)
    _body(word, outline.closing)
    if sources:
        _appendix(word, outline)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def outline_markdown(outline: Outline) -> str:
    """Return the outline as Markdown: points with numbers of their sources, then slots, warnings and sources."""
    lines = [f"# {_escape(title)}" for title in outline.titles[:1]]
    if outline.titles[1:]:
        lines.append("备选标题：" + "；".join(_escape(title) for title in outline.titles[1:]))
    lines += [_escape(text) for text in (outline.salutation, outline.opening) if text]
    for label, point in _numbered(outline.points):
        lines.append(f"{'#' * (point.level + 1)} {label}{_escape(point.heading)}{_marks(point)}")
        lines += [_escape(text) + marks for text, marks in _told(point)]
    lines += [_escape(outline.closing)] if outline.closing else []
    lines += _listed("## 待补事项", [f"{slot.text}（{slot.where}）" for slot in outline.slots])
    lines += _listed("## 提醒", [f"{warning.where}　{warning.text}" for warning in outline.warnings])
    lines += _listed("## 可用语句", [_phrase_line(phrase) for phrase in outline.phrases])
    lines += _listed("## 说明", outline.notes)
    lines += _listed("## 来源", [_source_line(citation) for citation in outline.citations])
    return "\n\n".join(line for line in lines if line) + "\n"


def outline_text(outline: Outline) -> str:
    """Return the outline as plain text, numbered as in the Word file, with the sources at the end."""
    lines = [printable(title) for title in outline.titles[:1]]
    lines += ["", printable(outline.salutation), printable(outline.opening)]
    for label, point in _numbered(outline.points):
        lines.append(f"{label}{printable(point.heading)}{_marks(point)}")
        lines += [printable(text) + marks for text, marks in _told(point)]
    lines.append(printable(outline.closing))
    for heading, items in (
        ("可用语句：", [_phrase_line(phrase) for phrase in outline.phrases]),
        ("待补事项：", [f"{slot.text}（{slot.where}）" for slot in outline.slots]),
        ("提醒：", [f"{warning.where}　{warning.text}" for warning in outline.warnings]),
        ("说明：", list(outline.notes)),
        ("来源：", [_source_line(citation) for citation in outline.citations]),
    ):
        if items:
            lines += ["", heading, *(printable(item) for item in items)]
    return "\n".join(lines).strip() + "\n"


def _numbered(points: tuple[OutlinePoint, ...], level: int = 1) -> Iterator[tuple[str, OutlinePoint]]:
    """Yield every point with its number as text, in reading order."""
    for ordinal, point in enumerate(points, 1):
        yield numerals(level, ordinal), point
        yield from _numbered(point.points, level + 1)


def _marks(point: OutlinePoint | Paragraph) -> str:
    return "".join(f"[{number}]" for number in point.citations)


def _told(point: OutlinePoint) -> list[tuple[str, str]]:
    """Return what is said under a point: its paragraphs with their marks, else its text."""
    if point.paragraphs:
        return [(paragraph.text, _marks(paragraph)) for paragraph in point.paragraphs]
    return [(point.text, "")] if point.text else []


def _phrase_line(phrase: Phrase) -> str:
    name = PHRASE_ROLES.get(phrase.role, phrase.role)
    return f"{name}　{phrase.text}（{phrase.count}篇，见{phrase.citation.title or phrase.citation.source}）"


def _source_line(citation: Citation) -> str:
    title = citation.title if citation.title and citation.title not in citation.source else ""
    return f"[{citation.number}] {citation.source}{'　' + title if title else ''}：“{citation.quote}”"


def _listed(heading: str, items: Any) -> list[str]:
    return [heading, "\n".join(f"- {_escape(item)}" for item in items)] if items else []


def _escape(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", printable(text)).replace("\n", " ")


# ---------------------------------------------------------------------------------------------------------------- #
# Word


def _page(word: Word) -> None:
    from docx.shared import Mm

    section = word.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS_MM["top"]), Mm(MARGINS_MM["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS_MM["left"]), Mm(MARGINS_MM["right"])
    section.footer_distance = Mm(28)
    word.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer.paragraphs[0], "right")
    _page_number(section.even_page_footer.paragraphs[0], "left")


def _page_number(paragraph: Any, align: str) -> None:
    """Write — N — as a field: odd pages right, even pages left, one character from the edge of the type area."""
    from docx.shared import Pt

    _align(paragraph, align)
    edge = Pt(NUMBER_POINTS)
    if align == "right":
        paragraph.paragraph_format.right_indent = edge
    else:
        paragraph.paragraph_format.left_indent = edge
    _font(paragraph.add_run("— "), NUMBER_FONT, NUMBER_POINTS, latin=NUMBER_FONT)
    run = paragraph.add_run()
    _font(run, NUMBER_FONT, NUMBER_POINTS, latin=NUMBER_FONT)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        run._r.append(_field(kind, text))
    _font(paragraph.add_run(" —"), NUMBER_FONT, NUMBER_POINTS, latin=NUMBER_FONT)


def _field(kind: str, text: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if kind == "text":
        element = OxmlElement("w:t")
        element.text = text
    elif kind:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
    else:
        element = OxmlElement("w:instrText")
        element.set(qn("xml:space"), "preserve")
        element.text = f" {text} "
    return element


def _defaults(word: Word) -> None:
    """Set the Normal style, so that text added later in Word looks like the body."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = word.styles["Normal"]
    style.font.name, style.font.size = LATIN_FONT, Pt(BODY_POINTS)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _substitutes(word: Word) -> None:
    """Name substitutes for the official fonts in the font table; the document itself keeps the official names."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{_FONT_FAMILIES.get(name, "roman")}"/><w:pitch w:val="variable"/></w:font>'
        for name, others in SUBSTITUTES.items()
    )
    declared = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{main}">{fonts}</w:fonts>'
    for part in word.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = declared.encode("utf-8")


def _properties(word: Word, outline: Outline) -> None:
    properties = word.core_properties
    properties.title = printable(outline.titles[0]) if outline.titles else "讲话提纲"
    properties.subject = printable(outline.brief)[:200]
    properties.author, properties.comments, properties.language = "", "", "zh-CN"


def _paragraph(
    word: Word,
    text: str,
    font: str,
    points: int,
    *,
    align: str = "both",
    indent: bool = True,
    bold: bool = False,
    line: int = LINE_POINTS,
    outline: int | None = None,
) -> Any:
    """Add a paragraph; ``outline`` is its level in Word's navigation pane (0 for the title)."""
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt

    paragraph = word.add_paragraph()
    _align(paragraph, align)
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    form.space_before = form.space_after = Pt(0)
    if indent:
        _indent(paragraph, points)
    if outline is not None:
        form.keep_with_next = True
        _navigation(paragraph, outline)
    if text:
        _font(paragraph.add_run(printable(text)), font, points, bold=bold)
    return paragraph


def _indent(paragraph: Any, points: int) -> None:
    """Indent the first line by two characters: in characters for Word, in points for programs that read only those."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph.paragraph_format.first_line_indent = Pt(2 * points)
    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")


def _navigation(paragraph: Any, level: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement("w:outlineLvl")
    element.set(qn("w:val"), str(level))
    # The schema wants outlineLvl last among the properties written here.
    paragraph._p.get_or_add_pPr().append(element)


def _align(paragraph: Any, align: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    paragraph.alignment = {
        "left": ALIGN.LEFT,
        "right": ALIGN.RIGHT,
        "center": ALIGN.CENTER,
        "both": ALIGN.JUSTIFY,
    }[align]


def _font(run: Any, font: str, points: int, *, bold: bool = False, latin: str = LATIN_FONT) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name, run.font.size, run.font.bold = latin, Pt(points), bold
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")  # curved quotation marks and dashes take the Chinese font


def _body(word: Word, text: str) -> None:
    for line in text.split("\n"):
        if line.strip():
            _paragraph(word, line.strip(), BODY_FONT, BODY_POINTS)


def _points(word: Word, points: tuple[OutlinePoint, ...], sources: bool) -> None:
    for label, point in _numbered(points):
        font, bold = _LEVEL_FONTS.get(point.level, (BODY_FONT, False))
        _paragraph(word, label + point.heading, font, BODY_POINTS, bold=bold, outline=point.level)
        for text, _ in _told(point):
            _body(word, text)
        said = word.paragraphs[-1]
        cited = dict.fromkeys((*point.citations, *(n for p in point.paragraphs for n in p.citations)))
        if sources and cited:
            # In the paragraph that it belongs to: one of its own would stand alone at the top of a page.
            numbers = "、".join(f"〔{number}〕" for number in cited)
            _font(said.add_run(f"（来源：{numbers}）"), SUB_FONT, NOTE_POINTS)


def _appendix(word: Word, outline: Outline) -> None:
    """Add what the clean version leaves out: facts to fill in, warnings, and the evidence for each number."""
    _paragraph(word, "附件", HEAD_FONT, BODY_POINTS, indent=False, outline=1).paragraph_format.page_break_before = True
    gaps = groupby(outline.slots, lambda slot: slot.where)
    _list(word, "待补事项", [f"{where}　{''.join(slot.text for slot in found)}" for where, found in gaps])
    _list(word, "提醒", [f"{warning.where}　{warning.text}" for warning in outline.warnings])
    _list(word, "说明", list(outline.notes))
    if outline.citations:
        heading = _paragraph(word, "依据表", HEAD_FONT, BODY_POINTS, indent=False)
        heading.paragraph_format.keep_with_next = True
        _evidence(word, outline)


def _list(word: Word, heading: str, items: list[str]) -> None:
    if not items:
        return
    _paragraph(word, heading, HEAD_FONT, BODY_POINTS, indent=False).paragraph_format.keep_with_next = True
    for item in items:
        _paragraph(word, item, BODY_FONT, NOTE_POINTS, line=20)


def _evidence(word: Word, outline: Outline) -> None:
    from docx.shared import Mm

    table = word.add_table(rows=1, cols=3, style="Table Grid")
    table.autofit = False
    widths = (Mm(12), Mm(48), Mm(96))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table.rows[0], ("序号", "出处", "原文"), widths, HEAD_FONT)
    _repeat(table.rows[0])
    first: dict[str, int] = {}
    for citation in outline.citations:
        place = _place(citation, first.setdefault(citation.speech_id, citation.number))
        _row(table.add_row(), (str(citation.number), place, citation.quote), widths, BODY_FONT)


def _place(citation: Citation, first: int) -> str:
    """Return where a quotation stands; a speech that is named under number ``first`` already is not named again."""
    if first == citation.number:
        return "，".join(unique_parts(citation))
    return "，".join(part for part in (f"同〔{first}〕", " > ".join(citation.headings)) if part)


def unique_parts(citation: Citation) -> list[str]:
    """Return file, speech and heading path of a citation, without saying the same twice."""
    parts = [citation.source, citation.title, " > ".join(citation.headings)]
    return list(dict.fromkeys(part for part in parts if part))


def _row(row: Any, texts: tuple[str, ...], widths: tuple[Any, ...], font: str) -> None:
    from docx.shared import Pt

    _mark(row, "w:cantSplit")
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing = Pt(18)
        _font(paragraph.add_run(printable(text)), font, 10)


def _repeat(row: Any) -> None:
    """Repeat a table's head row on every page."""
    _mark(row, "w:tblHeader")


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)
