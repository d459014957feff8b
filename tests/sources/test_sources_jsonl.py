"""JSON Lines."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from source_files import read_as


def line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def test_every_line_is_a_document_named_by_its_own_source(tmp_path: Path) -> None:
    """By its source, else its id, else its line; the id is that of the line's bytes."""
    rows = [
        line(text="甲文。", source="甲.txt", id=1),
        line(text="乙文。", id="乙"),
        line(text="丙文。"),
        line(text="丁", id="乙"),
    ]
    found = read_as(tmp_path, b"\n".join(rows) + b"\r\n\n", "a.jsonl")
    assert [d.source for d in found.documents] == ["a.jsonl!甲.txt", "a.jsonl!乙", "a.jsonl!line 3", "a.jsonl!line 4"]
    assert [d.text for d in found.documents] == ["甲文。", "乙文。", "丙文。", "丁"]
    assert found.documents[0].sha256 == hashlib.sha256(rows[0]).hexdigest()
    assert {d.media for d in found.documents} == {"jsonl"}


def test_a_title_stands_before_the_text_unless_it_does_already(tmp_path: Path) -> None:
    """The title is part of what was received."""
    rows = line(title="在会上的讲话", text="同志们：") + b"\n" + line(title="要点", text="要点\n第一。")
    assert [d.text for d in read_as(tmp_path, rows, "a.jsonl").documents] == ["在会上的讲话\n同志们：", "要点\n第一。"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"text": "a', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"title": "a"}', "`text` is missing"),
        (b'{"text": 5}', "`text` is int"),
        (b'{"text": " "}', "`text` is empty"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, bad: bytes, reason: str) -> None:
    """The reason says which line and what is wrong with it."""
    found = read_as(tmp_path, line(text="好。") + b"\n" + bad + b"\n" + line(text="也好。"), "a.jsonl")
    assert [d.text for d in found.documents] == ["好。", "也好。"]
    (entry,) = found.skipped
    assert entry.source == "a.jsonl!line 2" and entry.reason.startswith("line 2: ") and reason in entry.reason


def test_content_decides_also_here(tmp_path: Path) -> None:
    """JSON Lines under another name are found; a text that begins with a brace is a text."""
    assert read_as(tmp_path, line(text="甲。") + b"\n" + line(text="乙。"), "a.txt").documents[1].text == "乙。"
    assert read_as(tmp_path, "{注} 这是正文。".encode(), "b.txt").documents[0].media == "text"
    assert read_as(tmp_path, line(title="没有正文"), "c.txt").documents[0].media == "text"


def test_lone_surrogates_become_marks_of_loss(tmp_path: Path) -> None:
    """An escape can name half a character; nothing behind the reader can store that."""
    found = read_as(tmp_path, b'{"text": "\\ud800\\u5f00\\u4f1a"}', "a.jsonl")
    assert found.documents[0].text == "\ufffd开会"


def test_other_encodings_are_recognised(tmp_path: Path) -> None:
    """JSON should be UTF-8, exports from Chinese programs often are not."""
    data = json.dumps({"text": "同志们，今天的会议很重要。"}, ensure_ascii=False).encode("gb18030")
    document = read_as(tmp_path, data, "a.jsonl").documents[0]
    assert (document.text, document.encoding) == ("同志们，今天的会议很重要。", "gb18030")
