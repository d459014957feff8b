"""The text store: what goes in comes out, from any thread, and as the file had it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from speechrag.errors import IndexDamaged, UsageError
from speechrag.index.copies import Copy, Kind
from speechrag.index.store import (
    COPY,
    INDEXED,
    METADATA_FROM,
    CorpusStore,
    LedgerEntry,
    SpeechFacts,
    facet_values,
)
from speechrag.index.writer import CorpusWriter
from speechrag.records import CleanDocument, Document, Evidence, Passage, Repair, Section, Speech

ORIGINAL = "題目\x00：\n全縣信息（xìn xī）工作𠀀會議"
CLEAN = "题目：\n全县信息工作𠀀会议"
REPAIRS = (Repair("control", 2, 3, "\x00", ""), Repair("pinyin", 9, 17, "（xìn xī）", "", 0.9))


def speech(number: int = 1, **changes: object) -> Speech:
    fields: dict[str, object] = {
        "speech_id": f"abc-{number}",
        "doc_id": "abc",
        "source": "甲/乙 丙.txt",
        "ordinal": number,
        "title": "题目",
        "text": CLEAN,
        "doc_start": 0,
        "doc_end": len(CLEAN),
        "sections": (Section("题目", 1, 0, 3, "一、", "opening", 2),),
        "metadata": {"year": 2009, "topics": ["信息", "安全"], "organ": ""},
        "evidence": {"year": Evidence(0, 2)},
        "family": "abc-1",
        "quality": {"damage": 0.25},
    }
    return Speech(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> CorpusStore:
    folder = tmp_path / "语料 库"
    folder.mkdir()
    writer = CorpusWriter(folder / "corpus.sqlite")
    writer.add_document(CleanDocument(Document("abc", "甲/乙 丙.txt", ORIGINAL, "0" * 64), CLEAN, REPAIRS, ("note",)))
    writer.add_speech(speech())
    writer.add_passage(Passage("abc-1.1", "abc-1", ("一、题目",), CLEAN[:3], 0, 3), (0, 4))
    writer.add_passage(Passage("abc-1.2", "abc-1", (), CLEAN[4:], 4, len(CLEAN)), (5, len(ORIGINAL)))
    assert (writer.text_of_speech("abc-1"), writer.text_of_passage(1)) == (CLEAN, CLEAN[4:])
    writer.add_copies([Copy(1, 0, Kind.WITHIN)])
    writer.add_ledger([LedgerEntry("乙", "1", COPY, "甲"), LedgerEntry("甲", "1", INDEXED, "abc")])
    writer.finish()
    return CorpusStore(folder / "corpus.sqlite")


def test_records_come_back_equal(store: CorpusStore) -> None:
    """Documents with both layers and all repairs, speeches with sections and evidence, passages with offsets."""
    assert store.document("abc") == CleanDocument(
        Document("abc", "甲/乙 丙.txt", ORIGINAL, "0" * 64), CLEAN, REPAIRS, ("note",)
    )
    assert store.speech("abc-1") == speech()
    assert list(store.speeches()) == store.speeches_of("abc") == [speech()]
    assert [s.passage.text for s in store.iter_passages(batch=1)] == [CLEAN[:3], CLEAN[4:]]
    assert [s.ordinal for s in store.passages_at([1, 0])] == [1, 0]
    assert store.passages_at([]) == []
    assert store.passage("abc-1.2").passage.start == 4
    assert [s.passage.passage_id for s in store.passages_of("abc-1")] == store.passage_ids() == ["abc-1.1", "abc-1.2"]
    assert store.passage_spans() == {"abc-1": (0, 2)}
    assert [entry.source for entry in store.ledger()] == ["乙", "甲"]
    assert store.copies() == [Copy(1, 0, Kind.WITHIN)]
    assert store.names_of([0, 1]) == [("abc-1.1", "abc-1"), ("abc-1.2", "abc-1")]
    assert store.names_of([]) == []


def test_the_original_is_cut_by_characters_whatever_they_are(store: CorpusStore) -> None:
    """A NUL before or inside the span, a character beyond the first plane: the span is the same as in Python."""
    for start, stop in ((0, 4), (2, 3), (5, len(ORIGINAL)), (9, 17), (0, 0)):
        assert store.original("abc", start, stop) == ORIGINAL[start:stop]
    assert store.original("nobody", 0, 5) == ""


def test_unknown_ids_are_named(store: CorpusStore) -> None:
    """Each look-up by id says which id there is none of."""
    for look_up in (store.document, store.speech, store.passage):
        with pytest.raises(UsageError, match="'x-9'"):
            look_up("x-9")


def test_a_thread_that_starts_after_the_file_is_gone_can_read(store: CorpusStore, tmp_path: Path) -> None:
    """A server outlives the generation it opened: threads it starts later read on."""
    (tmp_path / "语料 库" / "corpus.sqlite").unlink()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(store.speech("abc-1"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [speech()] * 4


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Rubbish and a missing file are errors that name the file and the rebuild command."""
    (tmp_path / "corpus.sqlite").write_bytes(b"\x00rubbish" * 400)
    for name in ("corpus.sqlite", "missing.sqlite"):
        with pytest.raises(IndexDamaged, match=name) as caught:
            CorpusStore(tmp_path / name)
        assert "speechrag build" in caught.value.hint


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("year", ["2009"]),
        ("topics", ["信息", "安全"]),
        ("organ", []),
        ("nothing", []),
        ("source", ["甲"]),
        ("title", []),
    ],
)
def test_filter_values_are_strings(key: str, values: list[str]) -> None:
    """Numbers are written out, lists give each member, empty and absent values give none."""
    facts = SpeechFacts("s", "d", "甲", "", {"year": 2009, "topics": ["信息", "安全"], "organ": ""}, "s")
    assert facet_values(facts, key) == values


def test_a_correction_keeps_what_the_rules_found(tmp_path: Path) -> None:
    """Readers get the corrected speech; the next build gets the one that was found, every part of it."""
    writer = CorpusWriter(tmp_path / "corpus.sqlite")
    writer.add_document(CleanDocument(Document("abc", "甲.txt", ORIGINAL, "0" * 64), CLEAN, REPAIRS))
    for number in (1, 2):
        writer.add_speech(speech(number))
    found = writer.facts_of("abc")
    assert [(facts.ordinal, facts.title) for facts in found] == [(1, "题目"), (2, "题目")]
    quality = {**found[0].quality, METADATA_FROM: {"year": "sidecar"}}
    writer.correct(found[0], replace(found[0], title="新题", metadata={"year": 2011}, evidence={}, quality=quality))
    writer.finish()
    store = CorpusStore(tmp_path / "corpus.sqlite")
    corrected = store.speech("abc-1")
    assert (corrected.title, corrected.metadata, corrected.evidence) == ("新题", {"year": 2011}, {})
    assert corrected.quality[METADATA_FROM] == {"year": "sidecar"}
    assert store.found_speeches_of("abc") == [speech(1), speech(2)]
    assert store.speeches_of("abc") == [corrected, speech(2)]
    assert store.source_of("abc") == "甲.txt"
    with pytest.raises(UsageError, match="no document 'x'"):
        store.source_of("x")
