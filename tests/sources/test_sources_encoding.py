"""Encodings: the same text in any of them reads the same, and nothing is lost silently."""

from __future__ import annotations

import codecs

import pytest

from speechrag.errors import SourceError
from speechrag.sources.encoding import decode

SIMPLIFIED = "同志们：\n今天召开全县水利工作会议，主要任务是总结去年的工作，安排今年的重点。下面我讲三点意见。\n"
TRADITIONAL = "各位代表：\n今天召開全市工作會議，主要是總結經驗，研究問題，部署下一個階段的任務。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_simplified_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    """With or without a byte order mark, in every encoding an office uses."""
    assert decode(SIMPLIFIED.encode(encoding)).text == SIMPLIFIED


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030", "utf-16-le", "utf-32"])
def test_a_traditional_text_reads_the_same_in_every_encoding(encoding: str) -> None:
    """Big5 and GB18030 share their bytes; the common characters tell them apart."""
    found = decode(TRADITIONAL.encode(encoding))
    assert found.text == TRADITIONAL
    assert found.lost == 0


def test_the_encoding_is_recorded_by_its_usual_name() -> None:
    """The ledger says how a file was read."""
    read = {name: decode(text.encode(name)).encoding for name, text in (("gb18030", SIMPLIFIED), ("big5", TRADITIONAL))}
    assert read == {"gb18030": "gb18030", "big5": "big5"}


def test_ascii_in_utf16_without_a_mark_is_recognised() -> None:
    """Zero bytes on one side of the pairs are UTF-16, not a binary file."""
    assert decode("Report 2021, part 1.".encode("utf-16-le")).text == "Report 2021, part 1."


def test_a_few_damaged_bytes_stay_visible_and_are_counted() -> None:
    """One bad byte in a long text must not lose the text, and must not vanish."""
    data = (SIMPLIFIED * 50).encode()
    first_line = len("同志们：\n".encode())
    found = decode(data[:first_line] + b"\xff" + data[first_line:])
    assert found.lost == found.text.count("\ufffd") == 1
    assert found.text.replace("\ufffd", "") == SIMPLIFIED * 50


def test_bytes_in_no_encoding_are_refused_with_the_offset() -> None:
    """Guessing would put nonsense into the index."""
    with pytest.raises(SourceError, match=r"byte \d+ fits no encoding"):
        decode("工作".encode() + b"\x81\x20\xff\x81\x20\x9f" * 41)


def test_a_broken_text_with_a_byte_order_mark_names_the_place_in_the_file() -> None:
    """The offset counts the mark too."""
    with pytest.raises(SourceError, match="byte 3 "):
        decode(codecs.BOM_UTF8 + b"\xff\xfe\xff\xfe" * 10)
