"""The flat file of texts and the rows of passages: every span comes back, each text takes its room once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechrag.errors import IndexDamaged
from speechrag.index.flat import UNIT, FlatReader, FlatWriter, Placed
from speechrag.index.rows import Row, Rows, RowWriter
from speechrag.index.store import PASSAGES, TEXTS, CorpusStore
from speechrag.index.writer import CorpusWriter
from speechrag.records import CleanDocument, Document, Passage, Repair, Speech

TEXT = st.text(alphabet="政协a\n\x00𠮷\u0301", max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, max_size=5), st.data())
def test_every_span_of_every_text_comes_back(tmp_path: Path, texts: list[str], data: st.DataObject) -> None:
    """Whatever a span of characters holds, the file has it, while it is written and afterwards; so have the parts."""
    writer = FlatWriter(tmp_path / "t")
    spans = []
    for text in texts:
        placed = writer.add(text)
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        spans.append((text[start:end], placed.span(start, end)))
        part = placed.part(text[start:end], start)
        assert part is not None
        spans.append((text[start:end], part.whole))
    assert [writer.read(*span) for _, span in spans] == [text for text, _ in spans]
    writer.close()
    reader = FlatReader(tmp_path / "t")
    assert [reader.read(*span) for _, span in spans] == [text for text, _ in spans]


def test_a_text_that_stands_elsewhere_is_no_part() -> None:
    """A text is part of another one only where it is said to begin."""
    whole = Placed("全县信息工作", 7, wide=False)
    assert whole.part("信息", 1) is None
    part = whole.part("信息", 2)
    assert part is not None
    assert part.whole == (9, 2)


def test_rows_come_back_and_tell_the_passages_of_a_speech(tmp_path: Path) -> None:
    """A speech without passages has none; a file that is cut short is damaged."""
    writer = RowWriter(tmp_path / "rows")
    rows = [Row(speech, n, 2**33 + n, 5, 3, 2, n, n + 5, n + 1, n + 7) for n, speech in enumerate((0, 0, 2))]
    for row in rows:
        writer.add(row)
    assert (len(writer), writer.text(1)) == (3, (2**33 + 1, 5))
    writer.close()
    read = Rows(tmp_path / "rows")
    assert read.at([2, 0]) == [rows[2], rows[0]]
    assert [list(read.of_speech(position)) for position in range(4)] == [[0, 1], [], [2], []]
    data = (tmp_path / "rows").read_bytes()
    (tmp_path / "rows").write_bytes(data[:-1])
    with pytest.raises(IndexDamaged, match="rows: not a list of passages"):
        Rows(tmp_path / "rows")


def test_a_text_that_cleaning_left_alone_is_stored_once(tmp_path: Path) -> None:
    """The document as received and as cleaned, its speech and its passages take the room of one text."""
    body = "全县信息工作会议" * 50
    writer = CorpusWriter(tmp_path / "one.sqlite")
    writer.add_document(CleanDocument(Document("d", "甲.txt", body, "0" * 64), body))
    writer.add_speech(Speech("d-1", "d", "甲.txt", 1, "题目", body[8:], 8, len(body)))
    writer.add_passage(Passage("d-1.1", "d-1", ("一、总体",), body[16:80], 8, 72), (16, 80))
    writer.add_passage(Passage("d-1.2", "d-1", ("一、总体",), body[80:120], 72, 112), (80, 120))
    writer.finish()
    headings = len('["一、总体"]')
    assert (tmp_path / "one.texts").stat().st_size == UNIT * (len(body) + headings)
    store = CorpusStore(tmp_path / "one.sqlite")
    assert [stored.text for stored in store.iter_passages()] == [body[16:80], body[80:120]]
    assert store.speech("d-1").text == body[8:]


def test_texts_that_are_no_parts_are_stored_by_themselves(tmp_path: Path) -> None:
    """A repaired document keeps both layers; a speech or passage that stands in no text before it loses nothing."""
    writer = CorpusWriter(tmp_path / "two.sqlite")
    repaired = (Repair("mark", 0, 1, "？", ""),)
    writer.add_document(CleanDocument(Document("d", "甲.txt", "？政协", "0" * 64), "政协", repaired))
    writer.add_speech(Speech("d-1", "d", "甲.txt", 1, "题目", "别的话", 0, 3))
    writer.add_passage(Passage("d-1.1", "d-1", (), "又一段", 0, 3), (0, 3))
    writer.finish()
    store = CorpusStore(tmp_path / "two.sqlite")
    assert (store.document("d").text, store.document("d").document.text) == ("政协", "？政协")
    assert store.original("d", 0, 2) == "？政"
    assert (store.speech("d-1").text, store.passage("d-1.1").text) == ("别的话", "又一段")


@pytest.mark.parametrize(("passage_id", "speech_id"), [("d-1.1", "d-2"), ("d-2.1", "d-2"), ("d-1", "d-1")])
def test_a_passage_of_another_speech_is_refused(tmp_path: Path, passage_id: str, speech_id: str) -> None:
    """Passages follow their speech and are named after it."""
    writer = CorpusWriter(tmp_path / "three.sqlite")
    writer.add_speech(Speech("d-1", "d", "甲.txt", 1, "题目", "一二", 0, 2))
    with pytest.raises(ValueError, match="not the id of a passage of the speech written last"):
        writer.add_passage(Passage(passage_id, speech_id, (), "一二", 0, 2), (0, 2))
    writer.finish()


@pytest.mark.parametrize("suffix", [TEXTS, PASSAGES])
def test_a_missing_file_is_named(tmp_path: Path, suffix: str) -> None:
    """An index whose texts or passages are gone says which file is missing and what to do."""
    CorpusWriter(tmp_path / "four.sqlite").finish()
    CorpusStore(tmp_path / "four.sqlite")
    (tmp_path / "four.sqlite").with_suffix(suffix).unlink()
    with pytest.raises(IndexDamaged, match=suffix) as caught:
        CorpusStore(tmp_path / "four.sqlite")
    assert "speechrag build" in caught.value.hint
