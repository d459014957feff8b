"""Saved web pages."""

from __future__ import annotations

import pytest

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
