"""The text stage of a build: files to documents, speeches and passages in the corpus file, with a ledger of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from speechrag.building import pool
from speechrag.building.overrides import apply_sidecars
from speechrag.building.plan import Plan, numbered
from speechrag.building.pool import InOrder, Work, Workers, in_order
from speechrag.building.preparing import prepared_speech
from speechrag.building.previous import Previous
from speechrag.errors import SourceError
from speechrag.index.fill import Progress
from speechrag.index.store import COPY, INDEXED, NOT_SKIPPED, PART_SKIPPED, SKIPPED, CorpusStore, LedgerEntry
from speechrag.index.texts import Prepared, TextFiller
from speechrag.records import Skipped
from speechrag.sources import SourceFile, member_of, read_source
from speechrag.structure import structure


@dataclass(slots=True)
class _Taking:
    """A file on its way in, and what has become of it so far."""

    file: SourceFile
    digest: str
    also: Sequence[str]  # sources with the same bytes
    refused: list[Skipped] = field(default_factory=list)  # its members left out
    fault: str = ""  # why the file as a whole is left out
    ids: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)  # the source each of its documents is stored under
    alone: bool = False  # its one document is the file itself, not a member

    def entries(self) -> Iterator[LedgerEntry]:
        """Yield the ledger entry of the file, those of its skipped members and of its copies."""
        name, names = self.file.name, [self.file.name, *self.also]
        for entry in self.refused if not self.fault else ():
            member = entry.source.removeprefix(name)
            yield from (LedgerEntry(n + member, self.digest, PART_SKIPPED, entry.reason) for n in names)
        if self.fault or not self.ids:
            reason = f"none of its {len(self.refused)} members could be read; the reason of each is listed"
            yield from (LedgerEntry(n, self.digest, SKIPPED, self.fault or reason) for n in names)
        elif self.alone and self.owners != [name]:  # another source had these bytes before
            yield from (LedgerEntry(n, self.digest, COPY, self.owners[0]) for n in names)
        else:
            yield LedgerEntry(name, self.digest, INDEXED, " ".join(self.ids))
            yield from (LedgerEntry(n, self.digest, COPY, name) for n in self.also)


class TextStage:
    """Fills the corpus file of a new generation, taking over what the live one has of files that did not change."""

    def __init__(self, chunker: Any, chunker_name: str, workers: int, previous: Previous | None) -> None:
        self._chunker = chunker
        self._chunker_name = chunker_name
        self._workers = workers
        self._texts: CorpusStore | None = previous.texts if previous and previous.same_text else None
        self._known: dict[str, LedgerEntry] = {}
        self._members: dict[str, list[LedgerEntry]] = {}  # sha256 of a file -> its members left out
        for entry in self._texts.ledger() if self._texts else ():
            if entry.state == INDEXED:
                self._known[entry.sha256] = entry
            elif entry.state == PART_SKIPPED:
                self._members.setdefault(entry.sha256, []).append(entry)

    def write(self, plan: Plan, path: Path, progress: Progress) -> list[LedgerEntry]:
        """Write the texts of ``plan`` to ``path``; return the ledger. Raises SourceError where there is no speech."""
        ledger = [LedgerEntry(s.source, plan.hashes.get(s.source, ""), SKIPPED, s.reason) for s in plan.skipped]
        texts = TextFiller(path)
        preparer = self._preparer(plan)
        done, total = 0, len(plan.take)
        try:
            for work, outcome in in_order(self._works(plan), preparer):
                progress("reading", done, total)
                if work.document or work.stored:
                    further = bool(work.file.ids)  # of an archive or list: its documents are counted one by one
                    total, done = total + further, done + further
                    _take(texts, work, outcome)
                    continue
                ledger.extend(work.file.entries())
                done += 1
        finally:
            preparer.close()
        progress("reading", total, total)
        if not texts.speeches:
            raise SourceError(_nothing_read(plan, _named_once(ledger)))
        ledger = _named_once([*ledger, *apply_sidecars(plan.sidecars, texts, ledger)])
        texts.finish(ledger)
        return sorted(ledger, key=lambda entry: entry.source)

    def _preparer(self, plan: Plan) -> InOrder | Workers:
        """Return worker processes where they were asked for, or where there is enough to read for them to pay."""
        count = self._workers or min(pool.cores(), pool.MOST)
        unread = sum(_size(file.path) for file, digest in plan.take if digest not in self._known)
        if count > 1 and (self._workers or unread > pool.WORTH_IT):
            return Workers(count, self._chunker, self._chunker_name)
        return InOrder(self._chunker)

    def _works(self, plan: Plan) -> Iterator[Work]:
        for file, digest in plan.take:
            taking = _Taking(file, digest, plan.copies.get(digest, ()))
            try:
                yield from self._stored(taking) or self._read(taking)
            except SourceError as exc:
                taking.fault = str(exc)
            yield Work(taking)

    def _read(self, taking: _Taking) -> Iterator[Work]:
        reading = read_source(taking.file)
        if reading.sha256 != taking.digest:
            raise SourceError("changed while it was read; build again when it is complete")
        taking.refused.extend(reading.skipped)
        for document in reading.documents:
            yield Work(taking, document)

    def _stored(self, taking: _Taking) -> Iterator[Work] | None:
        """Return what the live index has of a file with these bytes, None where the file must be read."""
        known = self._known.get(taking.digest)
        name = taking.file.name
        # The extension has a say in how a file is read.
        if not known or not self._texts or PurePosixPath(known.source).suffix != PurePosixPath(name).suffix:
            return None
        ids = known.detail.split()
        sources = [self._texts.source_of(doc_id) for doc_id in ids]
        members = [member_of(known.source, source) for source in sources]
        if len(set(ids)) < len(ids) or None in members:  # stored under another name that has the same bytes
            return None
        refused = ((member_of(known.source, e.source), e.detail) for e in self._members.get(taking.digest, ()))
        taking.refused.extend(Skipped(name + member, reason) for member, reason in refused if member)
        names = [name + str(member) for member in members]
        return (Work(taking, stored=self._taken_over(*pair)) for pair in zip(ids, names, strict=True))

    def _taken_over(self, doc_id: str, source: str) -> Prepared:
        """Return a document of the live index under the name it has now."""
        assert self._texts
        stored = self._texts.document(doc_id)
        if stored.document.source != source:  # a title may come from the file's name
            stored = replace(stored, document=replace(stored.document, source=source))
            speeches = list(structure(stored))
        else:
            speeches = self._texts.found_speeches_of(doc_id)
        return Prepared(stored, tuple(prepared_speech(speech, self._chunker) for speech in speeches))


def _take(texts: TextFiller, work: Work, outcome: pool.Outcome | None) -> None:
    """Write one document of a file, or note why it is left out."""
    taking: _Taking = work.file
    try:
        prepared = work.stored or (outcome() if outcome else None)
    except SourceError as exc:
        source = work.document.source if work.document else ""
        if source == taking.file.name:
            taking.fault = str(exc)
        else:
            taking.refused.append(Skipped(source, str(exc)))
        return
    assert prepared
    document = prepared.document.document
    member = member_of(taking.file.name, document.source) or ""
    taking.alone = not member
    taking.ids.append(document.doc_id)
    taking.owners.append(texts.add(prepared, [name + member for name in taking.also]))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # gone meanwhile: reading it will say so


def _named_once(ledger: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Return the ledger with a number behind the name of a member that another entry has already."""
    taken = {entry.source for entry in ledger if entry.state != PART_SKIPPED}
    return [
        replace(entry, source=numbered(entry.source, taken)) if entry.state == PART_SKIPPED else entry
        for entry in ledger
    ]


def _nothing_read(plan: Plan, ledger: Sequence[LedgerEntry]) -> str:
    reasons = [f"{e.source}: {e.detail}" for e in ledger if e.state not in NOT_SKIPPED]
    if not plan.take and not reasons:
        return "no files were found below the sources; put texts, Word, PDF or web pages there and build again"
    shown = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
    files = sum(e.state == SKIPPED for e in ledger)
    return f"no speech could be read from {files} file(s), so the index was left as it was ({shown})"
