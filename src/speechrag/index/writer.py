"""Writes the text part of an index: the corpus file and those beside it, which ``store`` reads."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from speechrag.index.copies import Copy
from speechrag.index.flat import FlatWriter, Placed, Span
from speechrag.index.rows import Row, RowWriter
from speechrag.index.store import PASSAGES, TEXTS, FoundFacts, LedgerEntry
from speechrag.records import CleanDocument, Evidence, Passage, Section, Speech

_SCHEMA = """
CREATE TABLE documents (doc_id TEXT PRIMARY KEY, source TEXT, sha256 TEXT, encoding TEXT, media TEXT,
    original_at INTEGER, original_units INTEGER, original_chars INTEGER, clean_at INTEGER, clean_units INTEGER,
    repairs BLOB, notes TEXT) STRICT;
CREATE TABLE speeches (position INTEGER PRIMARY KEY, speech_id TEXT UNIQUE, doc_id TEXT, source TEXT, ordinal INTEGER,
    title TEXT, text_at INTEGER, text_units INTEGER, doc_start INTEGER, doc_end INTEGER, sections TEXT, metadata TEXT,
    evidence TEXT, family TEXT, quality TEXT) STRICT;
CREATE TABLE copies (ordinal INTEGER PRIMARY KEY, of INTEGER, kind INTEGER) STRICT;
CREATE INDEX speeches_by_document ON speeches (doc_id);
CREATE TABLE found (speech_id TEXT PRIMARY KEY, title TEXT, metadata TEXT, evidence TEXT) STRICT;
CREATE TABLE ledger (source TEXT PRIMARY KEY, sha256 TEXT, state TEXT, detail TEXT) STRICT;
"""


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _marks(row: Sequence[Any]) -> str:
    return ",".join("?" * len(row))


def _fields(record: Section | Evidence) -> dict[str, Any]:
    """Return a flat record as a dictionary: not by asdict, which looks for what to copy at every turn."""
    return {name: getattr(record, name) for name in record.__slots__}


class CorpusWriter:
    """Fills a new corpus file and those beside it; call ``finish`` once, then they are complete."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        # The generation is synced as a whole before it is published, so SQLite need not do it row by row.
        self._database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self._texts = FlatWriter(path.with_suffix(TEXTS))
        self._rows = RowWriter(path.with_suffix(PASSAGES))
        self._document: tuple[str, Placed] | None = None  # the last one, by its id
        self._speech: tuple[str, Placed] | None = None
        self._headings: dict[str, Span] = {}  # of the last speech
        self.speeches = 0

    @property
    def passages(self) -> int:
        """The number of passages written so far."""
        return len(self._rows)

    def add_document(self, clean: CleanDocument) -> None:
        document = clean.document
        placed = self._texts.add(clean.text)
        self._document = document.doc_id, placed
        original = placed if document.text == clean.text else self._texts.add(document.text)
        repairs = [[r.rule, r.start, r.end, r.before, r.after, r.confidence] for r in clean.repairs]
        row = (
            *(document.doc_id, document.source, document.sha256, document.encoding, document.media),
            *(*original.whole, len(document.text), *placed.whole),
            *(zlib.compress(_dump(repairs).encode("utf-8"), 6), _dump(clean.notes)),
        )
        self._database.execute(f"INSERT INTO documents VALUES ({_marks(row)})", row)

    def add_speech(self, speech: Speech) -> None:
        """Write a speech; one of the document written last takes no room of its own."""
        placed = self._part(self._document, speech.doc_id, speech.text, speech.doc_start)
        self._speech = speech.speech_id, placed
        self._headings = {}
        row = (
            *(self.speeches, speech.speech_id, speech.doc_id, speech.source, speech.ordinal, speech.title),
            *(*placed.whole, speech.doc_start, speech.doc_end, _dump([_fields(s) for s in speech.sections])),
            *(_dump(dict(speech.metadata)), _dump({k: _fields(v) for k, v in speech.evidence.items()})),
            *(speech.family, _dump(dict(speech.quality))),
        )
        self._database.execute(f"INSERT INTO speeches VALUES ({_marks(row)})", row)
        self.speeches += 1

    def add_passage(self, passage: Passage, original: tuple[int, int]) -> None:
        """Write a passage of the speech written last. Raises ValueError for one of another speech."""
        speech_id, _, number = passage.passage_id.rpartition(".")
        if self._speech is None or not speech_id == passage.speech_id == self._speech[0]:
            raise ValueError(f"{passage.passage_id!r} is not the id of a passage of the speech written last")
        text = self._part(self._speech, speech_id, passage.text, passage.start).whole
        headings, span = self._placed_headings(passage.headings), (passage.start, passage.end)
        self._rows.add(Row(self.speeches - 1, int(number), *text, *headings, *span, *original))

    def _placed_headings(self, headings: Sequence[str]) -> Span:
        """Return where the headings stand as JSON, written once for a speech; an empty span for none."""
        if not headings:
            return Span(0, 0)
        path = _dump(list(headings))
        if path not in self._headings:
            self._headings[path] = self._texts.add(path).whole
        return self._headings[path]

    def _part(self, within: tuple[str, Placed] | None, name: str, text: str, start: int) -> Placed:
        """Return where ``text`` stands: in the text called ``name`` if that was the last one, else by itself."""
        part = within[1].part(text, start) if within and within[0] == name else None
        return part or self._texts.add(text)

    def set_copies(self, copies: Mapping[str, Sequence[str]]) -> None:
        """Name, in the metadata of a document's speeches, the other sources that hold the same bytes."""
        for doc_id, sources in sorted(copies.items()):
            rows = self._database.execute(
                "SELECT speech_id, metadata FROM speeches WHERE doc_id=?", (doc_id,)
            ).fetchall()
            for speech_id, metadata in rows:
                changed = _dump(json.loads(metadata) | {"also_in": list(sources)})
                self._database.execute("UPDATE speeches SET metadata=? WHERE speech_id=?", (changed, speech_id))

    def text_of_speech(self, speech_id: str) -> str:
        """Return the text of a speech written before."""
        statement = "SELECT text_at, text_units FROM speeches WHERE speech_id=?"
        return self._texts.read(*self._database.execute(statement, (speech_id,)).fetchone())

    def text_of_passage(self, ordinal: int) -> str:
        """Return the text of a passage written before."""
        return self._texts.read(*self._rows.text(ordinal))

    def set_families(self, families: Mapping[str, str]) -> None:
        pairs = [(family, speech_id) for speech_id, family in families.items()]
        self._database.executemany("UPDATE speeches SET family=? WHERE speech_id=?", pairs)

    def add_copies(self, copies: Iterable[Copy]) -> None:
        rows = [(copy.ordinal, copy.of, int(copy.kind)) for copy in copies]
        self._database.executemany("INSERT INTO copies VALUES (?,?,?)", rows)

    def facts_of(self, doc_id: str) -> list[FoundFacts]:
        """Return what the rules found of the speeches of a document, in order."""
        columns = "speech_id, ordinal, title, metadata, evidence, quality"
        rows = self._database.execute(f"SELECT {columns} FROM speeches WHERE doc_id=? ORDER BY ordinal", (doc_id,))
        return [
            FoundFacts(name, ordinal, title, *(json.loads(column) for column in rest))
            for name, ordinal, title, *rest in rows
        ]

    def correct(self, found: FoundFacts, corrected: FoundFacts) -> None:
        """Put ``corrected`` in the place of what the rules found, which is kept for the next build."""
        kept = (found.speech_id, found.title, _dump(dict(found.metadata)), _dump(dict(found.evidence)))
        self._database.execute("INSERT INTO found VALUES (?,?,?,?)", kept)
        columns = (_dump(dict(c)) for c in (corrected.metadata, corrected.evidence, corrected.quality))
        self._database.execute(
            "UPDATE speeches SET title=?, metadata=?, evidence=?, quality=? WHERE speech_id=?",
            (corrected.title, *columns, found.speech_id),
        )

    def add_ledger(self, entries: Iterable[LedgerEntry]) -> None:
        rows = [(e.source, e.sha256, e.state, e.detail) for e in entries]
        self._database.executemany("INSERT INTO ledger VALUES (?,?,?,?)", rows)

    def finish(self) -> None:
        self._texts.close()
        self._rows.close()
        self._database.commit()
        self._database.close()
