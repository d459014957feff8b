"""The documents of a build on their way into the corpus file, each stored once whatever number of sources holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from speechrag.cleaning.alignment import Alignment
from speechrag.index import families
from speechrag.index.store import CorpusWriter, LedgerEntry
from speechrag.records import CleanDocument, Speech


class TextFiller:
    """Writes documents, speeches and passages; call ``finish`` once."""

    def __init__(self, path: Path, chunker: Any) -> None:
        self._writer = CorpusWriter(path)
        self._chunker = chunker
        self._owners: dict[str, str] = {}  # doc_id -> the source it is stored under
        self._copies: dict[str, list[str]] = {}  # doc_id -> the other sources with the same bytes
        self._sketches: dict[str, list[int]] = {}
        self._ranks: dict[str, tuple[float, ...]] = {}

    @property
    def speeches(self) -> int:
        """The number of speeches written so far."""
        return self._writer.speeches

    def add(self, document: CleanDocument, speeches: Iterable[Speech], also: Sequence[str]) -> str:
        """Write a document that stands under the names ``also`` too; return the source it is stored under.

        That is another one than its own where the same bytes came before.
        """
        doc_id, source = document.document.doc_id, document.document.source
        owner = self._owners.setdefault(doc_id, source)
        copies = self._copies.setdefault(doc_id, [])
        if owner == source:
            self._write(document, speeches)
        else:
            copies.append(source)
        copies.extend(also)
        return owner

    def finish(self, ledger: Sequence[LedgerEntry]) -> None:
        """Name the copies, group the families, and complete the file with the ledger."""
        self._writer.set_copies({doc_id: copies for doc_id, copies in self._copies.items() if copies})
        self._writer.set_families(families.group(self._sketches, self._ranks))
        self._writer.add_ledger(ledger)
        self._writer.finish()

    def _write(self, document: CleanDocument, speeches: Iterable[Speech]) -> None:
        self._writer.add_document(document)
        alignment = Alignment(len(document.document.text), document.repairs)
        repaired = len(document.repairs) / max(1, len(document.document.text))
        for speech in speeches:
            # A speech taken over from the live index names the copies there were then.
            speech = replace(speech, metadata={k: v for k, v in speech.metadata.items() if k != "also_in"})
            self._sketches[speech.speech_id] = families.sketch(speech.text)
            flaws = float(speech.quality.get("damage", 0)) + float(speech.quality.get("holes", 0))
            # Of two equally whole copies the one that needed less repair is the safer to show.
            self._ranks[speech.speech_id] = (flaws, repaired, -float(len(speech.text)))
            self._writer.add_speech(speech, self._sketches[speech.speech_id])
            for passage in self._chunker.chunk(speech):
                start, end = speech.doc_start + passage.start, speech.doc_start + passage.end
                self._writer.add_passage(passage, alignment.original_span(start, end))
