"""The text part of an index: documents, speeches, passages and the ledger of files, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from speechrag.errors import IndexDamaged, UsageError
from speechrag.records import CleanDocument, Document, Evidence, Passage, Repair, Section, Speech

_SCHEMA = """
CREATE TABLE documents (doc_id TEXT PRIMARY KEY, source TEXT, sha256 TEXT, encoding TEXT, media TEXT,
    original TEXT, clean TEXT, repairs BLOB, notes TEXT) STRICT;
CREATE TABLE speeches (position INTEGER PRIMARY KEY, speech_id TEXT UNIQUE, doc_id TEXT, source TEXT, ordinal INTEGER,
    title TEXT, text TEXT, doc_start INTEGER, doc_end INTEGER, sections TEXT, metadata TEXT, evidence TEXT,
    family TEXT, quality TEXT, sketch TEXT) STRICT;
CREATE TABLE passages (ordinal INTEGER PRIMARY KEY, passage_id TEXT UNIQUE, speech_id TEXT, headings TEXT, text TEXT,
    start INTEGER, stop INTEGER, original_start INTEGER, original_stop INTEGER) STRICT;
CREATE INDEX passages_by_speech ON passages (speech_id);
CREATE INDEX speeches_by_document ON speeches (doc_id);
CREATE TABLE found (speech_id TEXT PRIMARY KEY, title TEXT, metadata TEXT, evidence TEXT) STRICT;
CREATE TABLE ledger (source TEXT PRIMARY KEY, sha256 TEXT, state TEXT, detail TEXT) STRICT;
"""

CACHED_ORIGINALS = 16  # documents whose text as received is kept at hand: the hits of one query share them
INDEXED, COPY, SKIPPED, PART_SKIPPED = "indexed", "copy", "skipped", "part skipped"
CORRECTIONS = "corrections"
TAKEN_IN = (INDEXED, COPY)  # the states of files whose text is in the index
NOT_SKIPPED = (*TAKEN_IN, CORRECTIONS)
METADATA_FROM = "metadata_from"  # in the quality of a speech: what a person set, such as {"year": "sidecar"}


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What became of one file: ``indexed`` (detail: doc_ids), ``copy`` (of that source) or ``skipped`` (the reason).

    ``corrections`` is a sidecar file (detail: what it corrected).
    ``part skipped`` is a part left out of a file (the reason), such as a damaged member of an archive; its hash is
    that of the whole file, which has an entry of its own.
    """

    source: str
    sha256: str
    state: str
    detail: str


class StoredPassage(NamedTuple):
    """A passage as its row holds it, with its ordinal and the span of the original text it was cleaned from.

    A search reads sixty of them and shows ten: the row is cheap, ``passage`` is made when it is asked for.
    """

    ordinal: int
    passage_id: str
    speech_id: str
    headings_json: str
    text: str
    start: int
    end: int
    original_start: int
    original_stop: int

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading path, outermost first."""
        return _headings(self.headings_json)

    @property
    def passage(self) -> Passage:
        """The passage itself."""
        return Passage(self.passage_id, self.speech_id, self.headings, self.text, self.start, self.end)


@lru_cache(maxsize=1 << 12)
def _headings(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


@dataclass(frozen=True, slots=True)
class SpeechFacts:
    """What a result list needs of a speech, without its text."""

    speech_id: str
    doc_id: str
    source: str
    title: str
    metadata: Mapping[str, Any]
    family: str


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """What is known about a speech beside its text, as the corpus file stores it."""

    speech_id: str
    ordinal: int
    title: str
    metadata: Mapping[str, Any]
    evidence: Mapping[str, Any]
    quality: Mapping[str, Any]


OWN_KEYS = ("source", "speech_id", "title")  # filters beside the metadata keys
# The metadata a speech may have; a filter may name them even where no speech of the index has any.
METADATA_KEYS = ("organ", "level", "region", "year", "occasion", "genre", "speaker_role", "topics")


def facet_values(facts: SpeechFacts, key: str) -> list[str]:
    """Return the values of a filter key for a speech, as strings; none for a key it does not have."""
    value: Any = getattr(facts, key) if key in OWN_KEYS else facts.metadata.get(key)
    if value is None or value == "":
        return []
    return [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class CorpusWriter:
    """Fills a new corpus file; call ``finish`` once, then the file is complete."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        # The generation is synced as a whole before it is published, so SQLite need not do it row by row.
        self._database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        self.speeches = 0
        self.passages = 0

    def add_document(self, clean: CleanDocument) -> None:
        document = clean.document
        repairs = [[r.rule, r.start, r.end, r.before, r.after, r.confidence] for r in clean.repairs]
        row = (
            *(document.doc_id, document.source, document.sha256, document.encoding, document.media, document.text),
            *(clean.text, zlib.compress(_dump(repairs).encode("utf-8"), 6), _dump(clean.notes)),
        )
        self._database.execute("INSERT INTO documents VALUES (?,?,?,?,?,?,?,?,?)", row)

    def add_speech(self, speech: Speech, sketch: Sequence[int]) -> None:
        row = (
            *(self.speeches, speech.speech_id, speech.doc_id, speech.source, speech.ordinal, speech.title, speech.text),
            *(speech.doc_start, speech.doc_end, _dump([asdict(s) for s in speech.sections])),
            *(_dump(dict(speech.metadata)), _dump({k: asdict(v) for k, v in speech.evidence.items()})),
            *(speech.family, _dump(dict(speech.quality)), _dump(list(sketch))),
        )
        self._database.execute("INSERT INTO speeches VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
        self.speeches += 1

    def add_passage(self, passage: Passage, original: tuple[int, int]) -> None:
        row = (
            *(self.passages, passage.passage_id, passage.speech_id, _dump(list(passage.headings)), passage.text),
            *(passage.start, passage.end, *original),
        )
        self._database.execute("INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?)", row)
        self.passages += 1

    def set_copies(self, copies: Mapping[str, Sequence[str]]) -> None:
        """Name, in the metadata of a document's speeches, the other sources that hold the same bytes."""
        for doc_id, sources in sorted(copies.items()):
            rows = self._database.execute(
                "SELECT speech_id, metadata FROM speeches WHERE doc_id=?", (doc_id,)
            ).fetchall()
            for speech_id, metadata in rows:
                changed = _dump(json.loads(metadata) | {"also_in": list(sources)})
                self._database.execute("UPDATE speeches SET metadata=? WHERE speech_id=?", (changed, speech_id))

    def set_families(self, families: Mapping[str, str]) -> None:
        pairs = [(family, speech_id) for speech_id, family in families.items()]
        self._database.executemany("UPDATE speeches SET family=? WHERE speech_id=?", pairs)

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
        self._database.commit()
        self._database.close()


class CorpusStore:
    """Reads a verified corpus file; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        # One connection for all threads, opened now: a thread that asks for the first time after two more generations
        # were published would find the file gone. immutable: the file is never changed in place, so SQLite needs no
        # lock files beside it and the folder may be read-only.
        self._lock = Lock()
        self._original = lru_cache(maxsize=CACHED_ORIGINALS)(self._read_original)
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._rows("SELECT count(*) FROM ledger")
        except sqlite3.DatabaseError as exc:
            raise IndexDamaged(f"{path}: not a corpus file ({exc})", hint="run `speechrag build` again") from exc

    def _rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock, closing(self._database.execute(statement, parameters)) as cursor:
            return cursor.fetchall()  # type: ignore[no-any-return]

    def count(self, table: str) -> int:
        """Return the number of rows of ``documents``, ``speeches`` or ``passages``."""
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    def ledger(self) -> list[LedgerEntry]:
        """Return what became of every file, by source name."""
        return [LedgerEntry(*row) for row in self._rows("SELECT * FROM ledger ORDER BY source")]

    def document(self, doc_id: str) -> CleanDocument:
        """Return a document with both its layers and its repairs. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT * FROM documents WHERE doc_id=?", (doc_id,))
        if not rows:
            raise UsageError(f"there is no document {doc_id!r} in this index")
        _, source, sha256, encoding, media, original, text, repairs, notes = rows[0]
        found = tuple(Repair(*r) for r in json.loads(zlib.decompress(repairs)))
        document = Document(doc_id, source, original, sha256, encoding, media)
        return CleanDocument(document, text, found, tuple(json.loads(notes)))

    def speech(self, speech_id: str) -> Speech:
        """Return a speech. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT * FROM speeches WHERE speech_id=?", (speech_id,))
        if not rows:
            raise UsageError(f"there is no speech {speech_id!r} in this index")
        return _speech(rows[0])

    def speeches(self) -> Iterator[Speech]:
        """Yield all speeches in the order of the corpus."""
        for (position,) in self._rows("SELECT position FROM speeches ORDER BY position"):
            yield _speech(self._rows("SELECT * FROM speeches WHERE position=?", (position,))[0])

    def speeches_of(self, doc_id: str) -> list[Speech]:
        """Return the speeches of a document, in order."""
        return [_speech(r) for r in self._rows("SELECT * FROM speeches WHERE doc_id=? ORDER BY position", (doc_id,))]

    def found_speeches_of(self, doc_id: str) -> list[Speech]:
        """Return the speeches of a document as the rules found them, without what a sidecar file corrected."""
        rows = self._rows("SELECT f.* FROM found f JOIN speeches s USING (speech_id) WHERE s.doc_id=?", (doc_id,))
        found = {speech_id: rest for speech_id, *rest in rows}
        return [_restored(s, *found[s.speech_id]) if s.speech_id in found else s for s in self.speeches_of(doc_id)]

    def source_of(self, doc_id: str) -> str:
        """Return the name a document is stored under. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT source FROM documents WHERE doc_id=?", (doc_id,))
        if not rows:
            raise UsageError(f"there is no document {doc_id!r} in this index")
        return str(rows[0][0])

    def facts(self) -> list[SpeechFacts]:
        """Return the facts of all speeches, in the order of the corpus."""
        columns = "speech_id, doc_id, source, title, metadata, family"
        rows = self._rows(f"SELECT {columns} FROM speeches ORDER BY position")
        return [
            SpeechFacts(s, d, source, t, json.loads(metadata), family) for s, d, source, t, metadata, family in rows
        ]

    def sketch(self, speech_id: str) -> list[int]:
        """Return the near-duplicate sketch stored with a speech."""
        return json.loads(self._rows("SELECT sketch FROM speeches WHERE speech_id=?", (speech_id,))[0][0])  # type: ignore[no-any-return]

    def passage(self, passage_id: str) -> StoredPassage:
        """Return a passage by its id. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT * FROM passages WHERE passage_id=?", (passage_id,))
        if not rows:
            raise UsageError(f"there is no passage {passage_id!r} in this index")
        return StoredPassage(*rows[0])

    def passages_at(self, ordinals: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these ordinals, in the order given."""
        marks = ",".join("?" * len(ordinals))
        rows = self._rows(f"SELECT * FROM passages WHERE ordinal IN ({marks})", ordinals)
        found = {row[0]: row for row in rows}
        return [StoredPassage._make(found[o]) for o in ordinals]

    def passages_of(self, speech_id: str) -> list[StoredPassage]:
        """Return the passages of a speech, in order."""
        rows = self._rows("SELECT * FROM passages WHERE speech_id=? ORDER BY ordinal", (speech_id,))
        return [StoredPassage._make(row) for row in rows]

    def passage_ids(self) -> list[str]:
        """Return the ids of all passages; the position is the ordinal."""
        return [row[0] for row in self._rows("SELECT passage_id FROM passages ORDER BY ordinal")]

    def iter_passages(self, batch: int = 2_000) -> Iterator[StoredPassage]:
        """Yield all passages in ordinal order, reading ``batch`` rows at a time."""
        for first in range(0, self.count("passages"), batch):
            span = (first, first + batch)
            for row in self._rows("SELECT * FROM passages WHERE ordinal>=? AND ordinal<? ORDER BY ordinal", span):
                yield StoredPassage._make(row)

    def original(self, doc_id: str, start: int, stop: int) -> str:
        """Return ``original[start:stop]`` of a document as received."""
        return self._original(doc_id)[start:stop]

    def _read_original(self, doc_id: str) -> str:
        # Cut here and not by SQLite, whose substr ends at a NUL character: a damaged file may hold one.
        rows = self._rows("SELECT original FROM documents WHERE doc_id=?", (doc_id,))
        return str(rows[0][0]) if rows else ""

    def passage_spans(self) -> dict[str, tuple[int, int]]:
        """Return speech id -> first ordinal and end: the passages of a speech are written one after the other.

        A speech without passages is left out.
        """
        statement = "SELECT speech_id, min(ordinal), max(ordinal) + 1 FROM passages GROUP BY speech_id"
        return {speech_id: (first, end) for speech_id, first, end in self._rows(statement)}


def _speech(row: Sequence[Any]) -> Speech:
    _, speech_id, doc_id, source, ordinal, title, text, start, end, sections, metadata, evidence, family, quality, _ = (
        row
    )
    return Speech(
        speech_id=speech_id,
        doc_id=doc_id,
        source=source,
        ordinal=ordinal,
        title=title,
        text=text,
        doc_start=start,
        doc_end=end,
        sections=tuple(Section(**s) for s in json.loads(sections)),
        metadata=json.loads(metadata),
        evidence={k: Evidence(**v) for k, v in json.loads(evidence).items()},
        family=family,
        quality=json.loads(quality),
    )


def _restored(speech: Speech, title: str, metadata: str, evidence: str) -> Speech:
    quality = {key: value for key, value in speech.quality.items() if key != METADATA_FROM}
    spans = {key: Evidence(**span) for key, span in json.loads(evidence).items()}
    return replace(speech, title=title, metadata=json.loads(metadata), evidence=spans, quality=quality)
