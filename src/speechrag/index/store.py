"""The text part of an index: documents, speeches, passages and the ledger of files.

One SQLite file for what is looked up by name, and beside it two plain ones, which are mapped into memory: the texts,
each of which stands there once (``flat``), and the passages as spans of them (``rows``).
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from speechrag.errors import IndexDamaged, UsageError
from speechrag.index.copies import Copy, Kind
from speechrag.index.flat import FlatReader
from speechrag.index.rows import Rows
from speechrag.records import CleanDocument, Document, Evidence, Passage, Repair, Section, Speech

TEXTS, PASSAGES = ".texts", ".passages"  # suffixes of the files beside the database
CACHED_ORIGINALS = 16  # texts as received, with characters beyond the first plane, that are kept at hand
CACHED_PLACES = 1 << 12  # documents of which it is kept at hand where they stand
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
    """A passage as it is stored, with its ordinal and the span of the original text it was cleaned from.

    A search reads forty of them and shows ten: this is cheap, ``passage`` is made when it is asked for.
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
    return tuple(json.loads(stored)) if stored else ()


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


class CorpusStore:
    """Reads a verified corpus file; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        # One connection for all threads, opened now: a thread that asks for the first time after two more generations
        # were published would find the file gone. immutable: the file is never changed in place, so SQLite needs no
        # lock files beside it and the folder may be read-only.
        self._lock = Lock()
        self._wide_original = lru_cache(maxsize=CACHED_ORIGINALS)(lambda at, units: self._texts.read(at, units))
        self._original_place = lru_cache(maxsize=CACHED_PLACES)(self._find_original)
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._rows("SELECT count(*) FROM ledger")
        except sqlite3.DatabaseError as exc:
            raise IndexDamaged(f"{path}: not a corpus file ({exc})", hint="run `speechrag build` again") from exc
        self._texts = FlatReader(path.with_suffix(TEXTS))
        self._passages = Rows(path.with_suffix(PASSAGES))

    def _rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock, closing(self._database.execute(statement, parameters)) as cursor:
            return cursor.fetchall()  # type: ignore[no-any-return]

    def count(self, table: str) -> int:
        """Return the number of rows of ``documents``, ``speeches`` or ``passages``."""
        if table == "passages":
            return len(self._passages)
        return int(self._rows(f"SELECT count(*) FROM {table}")[0][0])

    def ledger(self) -> list[LedgerEntry]:
        """Return what became of every file, by source name."""
        return [LedgerEntry(*row) for row in self._rows("SELECT * FROM ledger ORDER BY source")]

    def document(self, doc_id: str) -> CleanDocument:
        """Return a document with both its layers and its repairs. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT * FROM documents WHERE doc_id=?", (doc_id,))
        if not rows:
            raise UsageError(f"there is no document {doc_id!r} in this index")
        _, source, sha256, encoding, media, *places, repairs, notes = rows[0]
        original_at, original_units, _, clean_at, clean_units = places
        found = tuple(Repair(*r) for r in json.loads(zlib.decompress(repairs)))
        document = Document(doc_id, source, self._texts.read(original_at, original_units), sha256, encoding, media)
        return CleanDocument(document, self._texts.read(clean_at, clean_units), found, tuple(json.loads(notes)))

    def speech(self, speech_id: str) -> Speech:
        """Return a speech. Raises UsageError for an unknown id."""
        rows = self._rows("SELECT * FROM speeches WHERE speech_id=?", (speech_id,))
        if not rows:
            raise UsageError(f"there is no speech {speech_id!r} in this index")
        return self._speech(rows[0])

    def speeches(self) -> Iterator[Speech]:
        """Yield all speeches in the order of the corpus."""
        for (position,) in self._rows("SELECT position FROM speeches ORDER BY position"):
            yield self._speech(self._rows("SELECT * FROM speeches WHERE position=?", (position,))[0])

    def speeches_of(self, doc_id: str) -> list[Speech]:
        """Return the speeches of a document, in order."""
        return [
            self._speech(r) for r in self._rows("SELECT * FROM speeches WHERE doc_id=? ORDER BY position", (doc_id,))
        ]

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

    def copies(self) -> list[Copy]:
        """Return the passages that say what another one says, by ordinal."""
        return [Copy(ordinal, of, Kind(kind)) for ordinal, of, kind in self._rows("SELECT * FROM copies")]

    def passage(self, passage_id: str) -> StoredPassage:
        """Return a passage by its id. Raises UsageError for an unknown id."""
        speech_id = passage_id.rpartition(".")[0]
        found = next((stored for stored in self.passages_of(speech_id) if stored.passage_id == passage_id), None)
        if found is None:
            raise UsageError(f"there is no passage {passage_id!r} in this index")
        return found

    def passages_at(self, ordinals: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these ordinals, in the order given."""
        names, read = self._speech_ids, self._texts.read
        found = []
        # Every search comes here for forty passages: taking a row apart is faster than asking for its fields.
        for ordinal, row in zip(ordinals, self._passages.at(ordinals), strict=True):
            speech, number, at, units, headings_at, headings_units, start, end, original_start, original_end = row
            headings = read(headings_at, headings_units) if headings_units else ""
            spans = (start, end, original_start, original_end)
            name = names[speech]
            found.append(StoredPassage(ordinal, f"{name}.{number}", name, headings, read(at, units), *spans))
        return found

    def names_of(self, ordinals: Sequence[int]) -> list[tuple[str, str]]:
        """Return the ids of these passages and of their speeches, in the order given."""
        names = self._speech_ids
        return [(f"{names[row.speech]}.{row.number}", names[row.speech]) for row in self._passages.at(ordinals)]

    def passages_of(self, speech_id: str) -> list[StoredPassage]:
        """Return the passages of a speech, in order; none for an unknown id."""
        rows = self._rows("SELECT position FROM speeches WHERE speech_id=?", (speech_id,))
        return self.passages_at(self._passages.of_speech(rows[0][0])) if rows else []

    def passage_ids(self) -> list[str]:
        """Return the ids of all passages; the position is the ordinal."""
        return [name for name, _ in self.names_of(range(len(self._passages)))]

    def iter_passages(self, batch: int = 2_000) -> Iterator[StoredPassage]:
        """Yield all passages in ordinal order, reading ``batch`` of them at a time."""
        total = len(self._passages)
        for first in range(0, total, batch):
            yield from self.passages_at(range(first, min(total, first + batch)))

    @cached_property
    def _speech_ids(self) -> list[str]:
        """The ids of all speeches; the index is the position."""
        return [row[0] for row in self._rows("SELECT speech_id FROM speeches ORDER BY position")]

    def original(self, doc_id: str, start: int, stop: int) -> str:
        """Return ``original[start:stop]`` of a document as received; nothing of an unknown one."""
        at, units, chars = self._original_place(doc_id)
        if units != chars:  # some characters take two units: only reading all of them tells where one stands
            return self._wide_original(at, units)[start:stop]
        return self._texts.read(at + start, max(0, min(stop, chars) - start))

    def _find_original(self, doc_id: str) -> tuple[int, int, int]:
        statement = "SELECT original_at, original_units, original_chars FROM documents WHERE doc_id=?"
        return next(iter(self._rows(statement, (doc_id,))), (0, 0, 0))

    def passage_spans(self) -> dict[str, tuple[int, int]]:
        """Return speech id -> first ordinal and end: the passages of a speech are written one after the other.

        A speech without passages is left out.
        """
        import numpy as np

        positions, firsts, counts = np.unique(self._passages.owners, return_index=True, return_counts=True)
        spans = zip(positions.tolist(), firsts.tolist(), (firsts + counts).tolist(), strict=True)
        return {self._speech_ids[position]: (first, end) for position, first, end in spans}

    def _speech(self, row: Sequence[Any]) -> Speech:
        _, speech_id, doc_id, source, ordinal, title, at, units, *rest = row
        start, end, sections, metadata, evidence, family, quality = rest
        return Speech(
            speech_id=speech_id,
            doc_id=doc_id,
            source=source,
            ordinal=ordinal,
            title=title,
            text=self._texts.read(at, units),
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
