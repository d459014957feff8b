"""Web pages saved as one file."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from pathlib import Path

import pytest
from source_files import read_as

from speechrag.errors import SourceError

PAGE = "<html><head><title>讲话</title></head><body><p>同志们：</p><p>要把准备做在前面。</p></body></html>"


def saved(charset: str) -> bytes:
    """Return the page as a browser saves it, with a picture behind it."""
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message["Subject"] = "page"
    message.set_content(PAGE, subtype="html", charset=charset, cte="base64")
    message.make_related()
    message.add_attachment(base64.b64encode(b"\x89PNG" * 50), maintype="image", subtype="png")
    return message.as_bytes()


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["页.mht", "讲话.doc", "页.txt"])
def test_the_page_inside_is_read_in_its_own_encoding(tmp_path: Path, charset: str, name: str) -> None:
    """Under whatever name; the packed picture is no text."""
    document = read_as(tmp_path, saved(charset), name).documents[0]
    assert document.text.split("\n") == ["讲话", "同志们：", "要把准备做在前面。"]
    assert (document.media, document.encoding) == ("mht", charset)


def test_a_saved_page_without_a_page_has_a_reason(tmp_path: Path) -> None:
    """A cut file is not read as text full of litter."""
    with pytest.raises(SourceError, match="holds no page"):
        read_as(tmp_path, b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n', "a.mht")


def test_a_text_that_quotes_a_header_stays_a_text(tmp_path: Path) -> None:
    """Only a file that begins with headers is a saved page."""
    text = "会议纪要\nMIME-Version: 1.0\nContent-Type: text/html\n"
    assert read_as(tmp_path, text.encode(), "a.txt").documents[0].media == "text"
