"""Saved web pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from source_files import read_as

from speechrag.sources.html import extract, read_html

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>在防汛会议上的讲话_某县政府网</title>
<script>var a = "不要";</script><style>p {{}}</style></head><body><div class="nav"><a href="/">首页</a></div>
<div id="content"><p>同志们：</p><p>汛期<b>马上</b>就到，要把各项准备<br>做在前面。</p>
<p style="display:none">看不见的字</p><ul><li>一要查堤防；</li><li>二要备物资。</li></ul></div>
<div class="footer">版权所有</div></body></html>"""


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("big5", "utf-8")])
def test_the_main_text_comes_as_lines_without_the_sites_own_parts(charset: str, encoding: str) -> None:
    """Paragraphs, breaks and list items are lines; menus, scripts, footers and hidden text are gone."""
    found = read_html(PAGE.format(charset=charset).encode(encoding))
    assert found.text.split("\n") == [
        "在防汛会议上的讲话",
        "同志们：",
        "汛期马上就到，要把各项准备",
        "做在前面。",
        "一要查堤防；",
        "二要备物资。",
    ]


def test_a_title_that_the_text_has_already_is_not_repeated() -> None:
    """The page's title is put first only where it is missing."""
    page = "<html><head><title>工作要点</title></head><body><h1>工作要点</h1><p>今年要办好三件事。</p></body></html>"
    assert extract(page) == "工作要点\n今年要办好三件事。"


@pytest.mark.parametrize(
    ("title", "shown", "expected"),
    [
        ("县防汛会议上的讲话-某县水利局", "县防汛会议上的讲话", "县防汛会议上的讲话"),
        ("A-B级工地讲话", "", "A-B级工地讲话"),
    ],
)
def test_the_sites_name_goes_from_a_title_that_the_page_shows_without_it(title: str, shown: str, expected: str) -> None:
    """Many sites join the two by a bare hyphen, which a title may also hold itself."""
    body = "<p>同志们：</p>" + "<p>汛期马上就到，要把各项准备做在前面，一刻也不能放松。</p>" * 3
    page = f"<html><head><title>{title}</title></head><body><div>{shown}</div><div>{body}</div></body></html>"
    assert extract(page).split("\n")[0] == expected


def test_deep_nesting_neither_crashes_nor_loses_the_page() -> None:
    """A hundred thousand open elements are one more bad file."""
    text = extract("<html><body><p>开头的话。</p>" + "<div>" * 100_000 + "深处" + "</body></html>")
    assert "开头的话。" in text


@pytest.mark.parametrize("junk", ["<a ", "<!--", "</p", "&#x", "<![CDATA["])
def test_unclosed_markup_is_read_in_linear_time(junk: str) -> None:
    """Patterns that made other parsers hang give a result."""
    assert "正文" in extract("<html><body><p>正文</p>" + junk * 20_000)


def test_the_short_cells_of_a_row_stand_on_one_line() -> None:
    """A table of figures keeps its rows; cells that lay out a page come as lines of their own."""
    rows = "<tr><td>青石镇</td> <td>1200</td></tr><tr><td></td><td>800</td></tr>"
    side = "右边一栏是本县水利建设的大事记。"
    page = f"<table><tr><td><p>任务如下。</p><table>{rows}</table></td><td><p>{side}</p></td></tr></table>"
    lines = extract(f"<html><body>{page}</body></html>").split("\n")
    assert lines == ["任务如下。", "青石镇\t1200", "\t800", side]


def test_lines_copied_from_between_the_tags_of_a_page_are_a_page(tmp_path: Path) -> None:
    """A .txt file most of whose lines carry tags is read as the page it was; a few tags in a text stay."""
    lines = [f"第{number}项工作已经完成。" for number in "一二三四五六七八九"]
    found = read_as(tmp_path, "<br/>\n&nbsp;".join(lines).encode(), "讲话.txt").documents[0]
    assert (found.media, found.text.split("\n")) == ("html", lines)
    text = "\n".join([*lines * 3, "注：<br>是换行。"])
    assert read_as(tmp_path, text.encode(), "说明.txt").documents[0].text == text
