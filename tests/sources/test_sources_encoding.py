"""Encodings: the same text in any of them reads the same, and nothing is lost silently."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from speechrag.errors import SourceError
from speechrag.sources import find_sources, read_source
from speechrag.sources.encoding import decode, is_destroyed

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


def destroyed(text: str) -> str:
    """Return what is left of a GBK text that was read as UTF-8 and saved: U+FFFD where Chinese stood."""
    return text.encode("gbk").decode("utf-8", "replace")


@pytest.mark.parametrize("again", [False, True], ids=["replacement marks", "read as GBK once more"])
def test_a_text_that_was_lost_before_it_was_saved_is_refused(tmp_path: Path, again: bool) -> None:
    """The reason goes to the ledger."""
    left = destroyed(SIMPLIFIED * 3)
    (tmp_path / "a.txt").write_text(left.encode().decode("gbk", "replace") if again else left, encoding="utf-8")
    with pytest.raises(SourceError, match="was lost before it was saved"):
        read_source(find_sources([tmp_path])[0][0])


def test_a_lost_line_of_a_list_does_not_lose_the_others(tmp_path: Path) -> None:
    """Each line of a JSON list is refused by itself."""
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in (destroyed(SIMPLIFIED * 3), SIMPLIFIED)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    found = read_source(find_sources([tmp_path])[0][0])
    assert len(found.documents) == 1
    assert "was lost before it was saved" in found.skipped[0].reason


def test_a_damaged_passage_does_not_make_a_text_a_lost_one() -> None:
    """A third of the characters must be gone, and twenty at least."""
    assert not is_destroyed(SIMPLIFIED * 3 + "锟斤拷" * 10)
    assert not is_destroyed("\ufffd" * 5)


def test_a_file_put_together_from_two_encodings_is_read_line_by_line() -> None:
    """Every line is UTF-8 or else reads as ordinary Chinese in GB18030; the note tells."""
    found = decode((SIMPLIFIED * 3).encode("gb18030") + (SIMPLIFIED * 3).encode("utf-8"))
    assert (found.text, found.lost) == (SIMPLIFIED * 6, 0)
    assert "6 of 13 lines were in GB18030" in found.notes[0]


def test_broken_lines_are_not_taken_for_another_encoding() -> None:
    """UTF-8 with a byte missing in every line decodes as GB18030 too, to characters that nobody writes."""
    broken = b"".join(line.encode()[:-4] + line.encode()[-3:] + b"\n" for line in SIMPLIFIED.split("\n") * 3 if line)
    with pytest.raises(SourceError, match="fits no encoding"):
        decode(broken + SIMPLIFIED.encode())
