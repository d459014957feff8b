"""The documents of a build on their way into the corpus file, each stored once whatever number of sources holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechrag.cleaning.alignment import Alignment
from speechrag.index.copies import find_copies
from speechrag.index.families import group
from speechrag.index.shingles import unpacked
from speechrag.index.store import LedgerEntry
from speechrag.index.writer import CorpusWriter
from speechrag.records import CleanDocument, Passage, Speech


@dataclass(frozen=True, slots=True)
class PreparedSpeech:
    """A speech with its passages, its near-duplicate sketch and a sample of the shingles of each passage."""

    speech: Speech
    passages: tuple[Passage, ...]
    sketch: bytes  # packed, as are the samples
    samples: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cleaned document with all that was made of it."""

    document: CleanDocument
    speeches: tuple[PreparedSpeech, ...]


class TextFiller:
    """Writes documents, speeches and passages; call ``finish`` once."""

    def __init__(self, path: Path) -> None:
        self.writer = CorpusWriter(path)
        self._owners: dict[str, str] = {}  # doc_id -> the source it is stored under
        self._copies: dict[str, list[str]] = {}  # doc_id -> the other sources with the same bytes
        self._sketches: dict[str, bytes] = {}
        self._ranks: dict[str, tuple[float, ...]] = {}
        self._samples: list[bytes] = []  # of each passage
        self._speech_of: list[int] = []  # of each passage: the position of its speech

    @property
    def speeches(self) -> int:
        """The number of speeches written so far."""
        return self.writer.speeches

    def add(self, prepared: Prepared, also: Sequence[str]) -> str:
        """Write a document that stands under the names ``also`` too; return the source it is stored under.

        That is another one than its own where the same bytes came before.
        """
        doc_id, source = prepared.document.document.doc_id, prepared.document.document.source
        owner = self._owners.setdefault(doc_id, source)
        copies = self._copies.setdefault(doc_id, [])
        if owner == source:
            self._write(prepared)
        else:
            copies.append(source)
        copies.extend(also)
        return owner

    def named(self) -> dict[str, str]:
        """Return the document that stands under each source name."""
        names = {copy: doc_id for doc_id, copies in self._copies.items() for copy in copies}
        return names | {source: doc_id for doc_id, source in self._owners.items()}

    def owners(self) -> set[str]:
        """Return the names under which documents are stored."""
        return set(self._owners.values())

    def finish(self, ledger: Sequence[LedgerEntry]) -> None:
        """Name the copies, of files, speeches and passages, and complete the file with the ledger."""
        self.writer.set_copies({doc_id: copies for doc_id, copies in self._copies.items() if copies})
        sketches = {speech_id: unpacked(sketch) for speech_id, sketch in self._sketches.items()}
        self.writer.set_families(group(sketches, self._ranks, self.writer.text_of_speech))
        samples = [unpacked(sample) for sample in self._samples]
        ranks = [(*rank, speech_id) for speech_id, rank in self._ranks.items()]
        self.writer.add_copies(find_copies(samples, self._speech_of, ranks, self.writer.text_of_passage))
        self.writer.add_ledger(ledger)
        self.writer.finish()

    def _write(self, prepared: Prepared) -> None:
        document = prepared.document
        self.writer.add_document(document)
        alignment = Alignment(len(document.document.text), document.repairs)
        repaired = len(document.repairs) / max(1, len(document.document.text))
        for part in prepared.speeches:
            # A speech taken over from the live index names the copies there were then.
            metadata = {k: v for k, v in part.speech.metadata.items() if k != "also_in"}
            speech = replace(part.speech, metadata=metadata)
            self._sketches[speech.speech_id] = part.sketch
            counted = (float(speech.quality.get(key, 0)) for key in ("damage", "holes"))
            flaws = sum(counted) + len(speech.quality.get("gaps", ()))
            # Of two equally whole copies the one that needed less repair is the safer to show.
            self._ranks[speech.speech_id] = (flaws, repaired, -float(len(speech.text)))
            self._samples.extend(part.samples)
            self._speech_of.extend([self.writer.speeches] * len(part.passages))
            self.writer.add_speech(speech)
            for passage in part.passages:
                start, end = speech.doc_start + passage.start, speech.doc_start + passage.end
                self.writer.add_passage(passage, alignment.original_span(start, end))
