"""PDF documents with a text layer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_files import LOCKED_PDF, Placed, pdf, read_as, set_page

from speechrag.errors import SourceError
from speechrag.sources.pdf import read_pdf, whole_characters
from speechrag.sources.pdf_lines import Line, Page, paragraphs

WIDTH = 28  # characters a line: 72 + 28 * 16 points is the right margin
FILLER = "要把思想和行动统一到会议的要求上来，加强领导，明确责任，细化措施，狠抓落实，推动各项工作取得新的成效"


def wrapped(*texts: str, indent: int = 2) -> list[str]:
    """Return paragraphs as printed lines of ``WIDTH`` characters, each first one moved in."""
    lines = []
    for text in texts:
        text = "\u3000" * indent + text
        lines += [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    return lines


def read(*pages: list[Placed]) -> list[str]:
    return read_pdf(pdf(pages)).text.split("\n")


TEXTS = (FILLER + "。", FILLER + "，" + FILLER + "。", "同志们，时间不等人。", "各地要抓紧抓实，" + FILLER + "！")


@pytest.mark.parametrize("indent", [0, 2])
def test_wrapped_lines_become_the_paragraphs_they_were(indent: int) -> None:
    """Whether paragraphs begin two characters in or at the margin."""
    assert tuple(read(set_page(wrapped(*TEXTS, indent=indent)))) == TEXTS


def test_a_sentence_that_ends_at_the_margin_inside_a_paragraph_does_not_end_it() -> None:
    """Where paragraphs are moved in, a line at the margin goes on, whatever mark the last one ended with."""
    first = "会" * (WIDTH - 3) + "。"
    text = first + "接着讲第二句话，把要求说清楚。"
    assert read(set_page(wrapped(text, "下一段。", FILLER + "。"))) == [text, "下一段。", FILLER + "。"]


def test_a_centred_title_of_two_lines_is_one() -> None:
    """What did not fit on the first line goes on; the line below in smaller characters does not."""
    title = "在全市推进供给侧结构性改革暨化解过剩产能工作会议上的讲话"
    first, rest = title[:20], title[20:]
    head = [
        (72.0, 780.0, 22.0, first),
        (72.0 + 11 * (20 - len(rest)), 744.0, 22.0, rest),
        (248.0, 716.0, 16.0, "某市市长"),
    ]
    assert read([*head, *set_page(wrapped(*TEXTS), top=660)]) == [title, "某市市长", *TEXTS]


def test_a_line_left_short_by_a_number_that_did_not_fit_goes_on() -> None:
    """A number is never broken, so that the line before it may end well before the margin."""
    lines = wrapped(*TEXTS)
    short = ["\u3000\u3000" + "会" * (WIDTH - 5), "11.3%，比上年多。"]
    assert read(set_page([*lines, *short])) == [*TEXTS, short[0].strip() + short[1]]


def test_the_distance_that_setting_leaves_around_a_number_is_no_space() -> None:
    """Word and LibreOffice set a quarter of a character between Chinese and Latin; a typed space stays."""
    row = [(72.0, 740.0, 16.0, "会议于"), (124.0, 740.0, 16.0, "2011"), (160.0, 740.0, 16.0, "年召开，写作 A 类。")]
    assert read(row) == ["会议于2011年召开，写作 A 类。"]


def test_paragraphs_set_apart_by_space_are_kept_apart() -> None:
    """Pages printed from a browser have no first line moved in."""
    page: list[Placed] = []
    top = 780.0
    for text in TEXTS:
        block = set_page(wrapped(text, indent=0), top=top)
        page += block
        top = block[-1][1] - 50
    assert tuple(read(page)) == TEXTS


def test_a_paragraph_goes_on_over_the_page() -> None:
    """Running heads and page numbers between its halves are gone."""
    lines = wrapped(*(TEXTS * 4))
    pages = []
    for number, at in enumerate(range(0, len(lines), 9), 1):
        head, foot = (72.0, 800.0, 10.0, "全县工作会议材料"), (280.0, 40.0, 12.0, f"— {number} —")
        pages.append([head, *set_page(lines[at : at + 9]), foot])
    assert tuple(read(*pages)) == TEXTS * 4


@pytest.mark.parametrize("number", ["- 1 -", "— 1 —", "第1页", "第 1 页 共 9 页", "1/9", "第一页", "Page 1 of 9", "1"])
def test_a_page_number_of_a_single_page_goes(number: str) -> None:
    """In all the forms that office programs print."""
    assert read([*set_page(wrapped(FILLER + "。")), (290, 40, 12, number)]) == [FILLER + "。"]


def test_a_line_of_the_text_at_the_foot_of_a_page_stays() -> None:
    """Only what repeats or counts is taken for a running line."""
    shown = read([(72, 60, 16, "谢谢大家！"), (72, 90, 16, "我的讲话完了。")])
    assert set(shown) == {"谢谢大家！", "我的讲话完了。"}


def test_lines_drawn_out_of_order_are_put_in_order() -> None:
    """Some programs draw the end of a page first."""
    page = set_page(wrapped(*TEXTS))
    assert tuple(read(page[::-1])) == TEXTS


def test_two_columns_are_read_one_after_the_other() -> None:
    """A line of the left column never runs on into the right one."""
    left = [(60.0, 740.0 - 28 * n, 12.0, f"左栏第{n}行的文字说明。") for n in range(6)]
    right = [(320.0, 740.0 - 28 * n, 12.0, f"右栏第{n}行的文字说明。") for n in range(6)]
    assert read(left + right) == [line[3] for line in left + right]
    assert read(right + left) == [line[3] for line in left + right]


def test_wrapped_lines_of_a_column_are_joined_to_its_own_margin() -> None:
    """The left column's lines end in the middle of the page, and its last runs on at the top of the right one."""
    text = "今年全县水利冬修任务很重，各镇要把人手和机械早早排好，一处一处地修，修好一处验收一处，不留尾巴。" * 3
    lines = [text[start : start + 17] for start in range(0, len(text), 17)]
    half = (len(lines) + 1) // 2
    page = [
        (60.0 if number < half else 320.0, 740.0 - 22 * (number % half), 12.0, line)
        for number, line in enumerate(lines)
    ]
    assert read(page) == [text]


def test_the_cells_of_a_table_row_stay_on_one_line() -> None:
    """Pieces at one height belong together."""
    page = [(72.0, 700.0, 12.0, "柳林镇"), (300.0, 700.0, 12.0, "128条"), (72.0, 660.0, 12.0, "河口镇")]
    assert [line.split() for line in read(page)] == [["柳林镇", "128条"], ["河口镇"]]


def test_a_title_in_large_type_does_not_run_into_the_text() -> None:
    """A full line of another size is another paragraph."""
    title = "关于进一步加强全县水利工程管护工作的讲"
    page = [(60.0, 780.0, 24.0, title), *set_page(wrapped(FILLER + "。"))]
    assert read(page) == [title, FILLER + "。"]


def test_latin_words_keep_their_space_over_a_line_end() -> None:
    """Only Chinese is joined without one."""
    page = Page(842, (Line("the whole of", 72, 520, 700, 716, 0), Line("government", 72, 200, 672, 688, 0)))
    assert paragraphs([page]) == ["the whole of government"]


def test_radicals_become_the_characters_they_are_drawn_like() -> None:
    """Fonts with one glyph for both come out as radicals, and no query would find them."""
    kangxi = "".join(chr(0x2F00 + n) for n in range(214))
    assert not any("\u2e80" <= char <= "\u2fdf" for char in whole_characters(kangxi))
    assert read([(72, 700, 16, "\u2f42件\u2ea0政\u2ed3期⻔⻚")]) == ["文件民政长期门页"]
    assert whole_characters("（全角），：ＡＢ①") == "（全角），：ＡＢ①"


def test_a_scan_is_refused_as_needing_ocr() -> None:
    """A picture of a text, even with a stamp on it, is not read as an empty document."""
    scan = pdf([[(500, 20, 8, "扫描")]] * 3, picture=True)
    with pytest.raises(SourceError, match=r"\(3 pages\) holds no text layer; it needs OCR first"):
        read_pdf(scan)


def test_pages_without_a_text_layer_are_noted_beside_those_with_one() -> None:
    """A scan bound into a document is not lost silently."""
    found = read_pdf(pdf([set_page(wrapped(FILLER + "。")), []], picture=True))
    assert found.text == FILLER + "。"
    assert found.notes == ("no text layer on 1 pages (2); they need OCR",)


def test_a_text_layer_of_private_characters_is_no_text() -> None:
    """Fonts without a table of characters give signs that say nothing."""
    with pytest.raises(SourceError, match="needs OCR"):
        read_pdf(pdf([[(72, 700, 16, "\ue001\ue002\ue003\ue004\ue005" * 5)]]))


def test_an_encrypted_pdf_says_so() -> None:
    """A password is not guessed."""
    with pytest.raises(SourceError, match="encrypted with a password"):
        read_pdf(pdf([set_page(["文"])], trailer=LOCKED_PDF))


@pytest.mark.parametrize("name", ["讲话.pdf", "讲话.doc", "讲话.txt"])
def test_a_pdf_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    """Content decides, also behind litter at the start of the file."""
    for data in (pdf([set_page(wrapped(FILLER + "。"))]), b"\r\n\r\n" + pdf([set_page(wrapped(FILLER + "。"))])):
        document = read_as(tmp_path, data, name).documents[0]
        assert (document.media, document.text) == ("pdf", FILLER + "。")


@given(st.lists(st.text("会议要求。，各县\n", min_size=1, max_size=90), min_size=1, max_size=6))
def test_no_character_is_lost_or_invented(texts: list[str]) -> None:
    """Whatever the layout, the body holds the characters that were set."""
    lines = [line for text in texts for part in text.split("\n") if part for line in wrapped(part)]
    pages = [
        Page(
            842,
            tuple(
                Line(
                    t.strip("\u3000"),
                    72 + 16 * (len(t) - len(t.lstrip("\u3000"))),
                    72 + 16 * len(t),
                    700 - 28 * n,
                    716 - 28 * n,
                    16,
                )
                for n, t in enumerate(lines[at : at + 15])
            ),
        )
        for at in range(0, len(lines), 15)
    ]
    assert "".join(paragraphs(pages)) == "".join(line.strip("\u3000") for line in lines)
