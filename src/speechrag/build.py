"""Sources to index: the one place that knows the order of the stages on the way in."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from speechrag.cleaning import CLEANER_VERSION, clean
from speechrag.config import PACKAGE
from speechrag.embedding import load_encoder
from speechrag.errors import IndexError_, SourceError, UsageError
from speechrag.index import layout
from speechrag.index.fill import IndexFiller, Progress, Reuse
from speechrag.index.lexical import segmenter_fingerprint
from speechrag.index.store import COPY, INDEXED, PART_SKIPPED, SKIPPED, TAKEN_IN, CorpusStore, CorpusWriter, LedgerEntry
from speechrag.index.texts import TextFiller
from speechrag.records import BuildReport, CleanDocument, Document, IndexManifest, Skipped, Speech
from speechrag.registry import CHUNKERS, resolve
from speechrag.sources import SourceFile, find_sources, member_of, read_source, readers_fingerprint
from speechrag.sources.walk import display_name
from speechrag.structure import STRUCTURE_VERSION, structure
from speechrag.text import displayable

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.embedding import Encoder


@dataclass(frozen=True, slots=True)
class Previous:
    """The live generation, and which of its work a build may take over unchanged."""

    manifest: IndexManifest
    folder: Path
    texts: CorpusStore
    same_text: bool  # cleaned, structured and chunked as now
    same_vectors: bool  # the same encoder

    def vectors(self) -> Reuse | None:
        """Return the vectors that may be taken over: those by the same encoder."""
        return Reuse(self.texts, self.folder / layout.VECTORS) if self.same_vectors else None

    def entries(self) -> dict[str, LedgerEntry]:
        return {e.source: e for e in self.texts.ledger()}


@dataclass(slots=True)
class Plan:
    """What a build will do with each file, in order of source name."""

    take: list[tuple[SourceFile, str]] = field(default_factory=list)  # file, sha256
    copies: dict[str, list[str]] = field(default_factory=dict)  # sha256 -> further sources with the same bytes
    skipped: list[Skipped] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)  # source -> sha256

    def same_as(self, entries: Mapping[str, LedgerEntry]) -> bool:
        known = {source: entry.sha256 for source, entry in entries.items() if entry.state != PART_SKIPPED}
        unreadable = {s.source: "" for s in self.skipped}
        return known == {**unreadable, **self.hashes}


def build_index(
    sources: Sequence[Path], index: Path, settings: Settings, progress: Progress | None = None
) -> BuildReport:
    """Read every file below ``sources`` and publish the index; only what changed is read and embedded again.

    The live index stays in service until the new one is complete. Raises SourceError where no file could be read (the
    live index is then left as it was), IndexBusy where another build runs, IndexError_ where the index cannot be
    written, UnknownBackend or ModelError for a backend, UsageError for a passage size below 1.
    """
    began = time.monotonic()
    if settings.passage_chars < 1:
        raise UsageError(f"passage_chars is {settings.passage_chars}; expected a number of at least 1")
    report = progress or (lambda stage, done, total: None)
    chunker = resolve(CHUNKERS, settings.chunker)(settings.passage_chars)
    stages = _stages(settings, chunker.name)
    encoder = load_encoder(settings.embedder or _embedder_of(index) or "builtin")
    with layout.build_lock(index):
        layout.sweep(index)
        previous = _previous(index, stages, encoder)
        plan = _plan(sources, index)
        before = previous.entries() if previous else {}
        if previous and previous.same_text and previous.same_vectors and plan.same_as(before):
            return _unchanged(previous, plan, before, began)
        with _staging(index) as staging:
            job = _Job(staging, settings, stages, encoder, chunker, previous, report)
            manifest, ledger = job.run(plan)
            layout.publish(index, staging, manifest.generation)
        layout.sweep(index)
    return _report(manifest, ledger, before, began)


@contextlib.contextmanager
def _staging(index: Path) -> Iterator[Path]:
    """Give a new folder to fill and publish; what is left of it when the build fails is removed.

    Raises IndexError_ where the disk is full or fails.
    """
    folder = index / layout.GENERATIONS / f"{layout.STAGING}{secrets.token_hex(4)}"
    try:
        folder.mkdir()
        yield folder
    except (OSError, sqlite3.OperationalError) as exc:
        raise IndexError_(
            f"{index}: the index cannot be written ({exc}); check the room on that disk and build again"
        ) from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stages(settings: Settings, chunker: str) -> dict[str, str]:
    cut = segmenter_fingerprint(settings.segmenter, settings.user_dictionary)
    cleaner = f"{readers_fingerprint()}/{CLEANER_VERSION}/{STRUCTURE_VERSION}+{_code_fingerprint()}"
    return {"cleaner": cleaner, "chunker": chunker, "segmenter": cut}


def _code_fingerprint() -> str:
    """Return a short hash of the code and tables that turn files into passages.

    A version number is forgotten sooner or later, and an index would then keep text that the rules no longer give.
    """
    files = [PACKAGE / "text.py"]
    for pattern in ("sources/*.py", "cleaning/*.py", "structure/*.py", "passages/*.py", "data/[cs]*.*"):
        files.extend(sorted(PACKAGE.glob(pattern)))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


def _embedder_of(index: Path) -> str:
    """Return the encoder of the live index, which a build keeps unless told otherwise; empty where there is none."""
    try:
        return layout.read_manifest(layout.current_generation(index)).embedder
    except IndexError_:
        return ""


def _previous(index: Path, stages: Mapping[str, str], encoder: Encoder) -> Previous | None:
    """Return the live generation, None where there is none or it is damaged (then everything is built afresh)."""
    try:
        folder = layout.current_generation(index)
        manifest = layout.read_manifest(folder)
        layout.verify(folder, manifest)
        texts = CorpusStore(folder / layout.CORPUS)
    except IndexError_:
        return None
    now = {name: getattr(manifest, name) for name in stages}
    same_text = now == dict(stages)
    same_vectors = (manifest.embedder, manifest.embedder_fingerprint) == (encoder.name, encoder.fingerprint)
    return Previous(manifest, folder, texts, same_text, same_vectors)


def _plan(sources: Sequence[Path], index: Path) -> Plan:
    files, skipped = _outside(index, sources, *find_sources(sources))
    taken: set[str] = set()
    plan = Plan()
    first: dict[str, str] = {}
    for file in files:
        file = SourceFile(file.path, _distinct(file, taken))
        try:
            digest = _sha256(file.path)
        except SourceError as exc:
            plan.skipped.append(Skipped(file.name, str(exc)))
            continue
        plan.hashes[file.name] = digest
        if digest in first:
            plan.copies.setdefault(digest, []).append(file.name)
        else:
            first[digest] = file.name
            plan.take.append((file, digest))
    for entry in skipped:
        plan.skipped.append(Skipped(_numbered(entry.source, taken), entry.reason))
    return plan


def _numbered(name: str, taken: set[str]) -> str:
    """Return the name of a file left out, with a number where another file has that name."""
    found = next(f for n in count(1) if (f := f"{name} ({n})" if n > 1 else name) not in taken)
    taken.add(found)
    return found


def _outside(
    index: Path, sources: Sequence[Path], files: Sequence[SourceFile], skipped: Sequence[Skipped]
) -> tuple[list[SourceFile], list[Skipped]]:
    """Leave out what lies in the index itself, which may stand in a source folder and is never the same twice."""
    home = index.resolve()
    roots = [root.resolve() for root in sources]
    own = tuple(f"{home.relative_to(root).as_posix()}/" for root in roots if root in home.parents)
    kept = [file for file in files if home not in file.path.resolve().parents]
    return kept, [entry for entry in skipped if not entry.source.startswith(own)]


def _distinct(file: SourceFile, taken: set[str]) -> str:
    """Return the file's name; where another root has a file of that name, with as many folders as tell them apart."""
    name, parts = file.name, file.path.resolve().parts
    length = len(PurePosixPath(name).parts)
    while name in taken and length < len(parts):
        length += 1
        name = display_name("/".join(parts[-length:]))
    taken.add(name)
    return name


def _sha256(path: Path) -> str:
    try:
        return layout.sha256_of(path)
    except OSError as exc:
        raise SourceError(f"cannot be read ({exc.strerror})") from exc


def _unchanged(previous: Previous, plan: Plan, before: Mapping[str, LedgerEntry], began: float) -> BuildReport:
    manifest = previous.manifest
    skipped = tuple(Skipped(e.source, e.detail) for e in before.values() if e.state not in TAKEN_IN)
    return BuildReport(
        files=manifest.files,
        skipped=skipped,
        speeches=manifest.speeches,
        passages=manifest.passages,
        added=0,
        changed=0,
        removed=0,
        unchanged=manifest.files,
        seconds=round(time.monotonic() - began, 3),
        published=False,
    )


def _report(
    manifest: IndexManifest, ledger: Sequence[LedgerEntry], before: Mapping[str, LedgerEntry], began: float
) -> BuildReport:
    now = {e.source: e for e in ledger if e.state in TAKEN_IN}
    then = {s: e for s, e in before.items() if e.state in TAKEN_IN}
    both = [s for s in now if s in then]
    changed = sum(now[s].sha256 != then[s].sha256 for s in both)
    return BuildReport(
        files=len(now),
        skipped=tuple(Skipped(e.source, e.detail) for e in ledger if e.state not in TAKEN_IN),
        speeches=manifest.speeches,
        passages=manifest.passages,
        added=len(now) - len(both),
        changed=changed,
        removed=len(then) - len(both),
        unchanged=len(both) - changed,
        seconds=round(time.monotonic() - began, 3),
    )


_Taken = tuple[CleanDocument, list[Speech]]


class _Job:
    """One run through the stages into a staging folder."""

    def __init__(
        self,
        staging: Path,
        settings: Settings,
        stages: Mapping[str, str],
        encoder: Encoder,
        chunker: Any,
        previous: Previous | None,
        progress: Progress,
    ) -> None:
        self._staging = staging
        self._settings = settings
        self._stages = stages
        self._encoder = encoder
        self._chunker = chunker
        self._previous = previous
        self._progress = progress
        self._known: dict[str, LedgerEntry] = {}
        self._members: dict[str, list[LedgerEntry]] = {}  # sha256 of a file -> its members left out
        for entry in previous.texts.ledger() if previous and previous.same_text else ():
            if entry.state == INDEXED:
                self._known[entry.sha256] = entry
            elif entry.state == PART_SKIPPED:
                self._members.setdefault(entry.sha256, []).append(entry)

    def run(self, plan: Plan) -> tuple[IndexManifest, list[LedgerEntry]]:
        ledger = self._write_texts(plan)
        reuse = self._previous.vectors() if self._previous else None
        filler = IndexFiller(self._staging, self._settings, self._stages, self._encoder, self._progress, reuse)
        return filler.finish(ledger), ledger

    def _write_texts(self, plan: Plan) -> list[LedgerEntry]:
        ledger = [LedgerEntry(s.source, plan.hashes.get(s.source, ""), SKIPPED, s.reason) for s in plan.skipped]
        texts = TextFiller(self._staging / layout.CORPUS, self._chunker)
        for done, (file, digest) in enumerate(plan.take):
            self._progress("reading", done, len(plan.take))
            ledger.extend(self._write_file(texts, file, digest, plan.copies.get(digest, [])))
        self._progress("reading", len(plan.take), len(plan.take))
        ledger = _named_once(ledger)
        if not texts.speeches:
            raise SourceError(_nothing_read(plan, ledger))
        texts.finish(ledger)
        return sorted(ledger, key=lambda entry: entry.source)

    def _write_file(
        self, texts: TextFiller, file: SourceFile, digest: str, also: Sequence[str]
    ) -> Iterator[LedgerEntry]:
        """Write what a file holds; yield its ledger entry, those of its skipped members and of its copies."""
        names = [file.name, *also]
        try:
            taken, refused = self._contents(file, digest)
        except SourceError as exc:
            yield from (LedgerEntry(name, digest, SKIPPED, str(exc)) for name in names)
            return
        for entry in refused:
            member = entry.source.removeprefix(file.name)
            yield from (LedgerEntry(name + member, digest, PART_SKIPPED, entry.reason) for name in names)
        if not taken:
            reason = f"none of its {len(refused)} members could be read; the reason of each is listed"
            yield from (LedgerEntry(name, digest, SKIPPED, reason) for name in names)
            return
        owners = []
        for document, speeches in taken:
            member = member_of(file.name, document.document.source) or ""
            owners.append(texts.add(document, speeches, [name + member for name in also]))
        same = owners[0]  # the source that had these bytes before, where the file is one document
        if len(owners) == 1 and taken[0][0].document.source == file.name and same != file.name:
            yield from (LedgerEntry(name, digest, COPY, same) for name in names)
            return
        ids = " ".join(document.document.doc_id for document, _ in taken)
        yield LedgerEntry(file.name, digest, INDEXED, ids)
        yield from (LedgerEntry(name, digest, COPY, file.name) for name in also)

    def _contents(self, file: SourceFile, digest: str) -> tuple[list[_Taken], Sequence[Skipped]]:
        """Return the documents of a file with their speeches, and the members left out. Raises SourceError."""
        stored = self._stored(file, digest)
        if stored is not None:
            return stored
        reading = read_source(file)
        taken: list[_Taken] = []
        refused = list(reading.skipped)
        for document in reading.documents:
            try:
                taken.append(_processed(document))
            except SourceError as exc:
                if document.source == file.name:
                    raise
                refused.append(Skipped(document.source, str(exc)))
        if _sha256(file.path) != digest:
            raise SourceError("changed while it was read; build again when it is complete")
        return taken, refused

    def _stored(self, file: SourceFile, digest: str) -> tuple[list[_Taken], Sequence[Skipped]] | None:
        """Return what the live index has of a file with these bytes, None where the file must be read."""
        known = self._known.get(digest)
        # The extension has a say in how a file is read.
        if not known or not self._previous or PurePosixPath(known.source).suffix != PurePosixPath(file.name).suffix:
            return None
        texts, ids = self._previous.texts, known.detail.split()
        distinct = len(set(ids)) == len(ids)
        taken: list[_Taken] = []
        for doc_id in ids:
            stored = texts.document(doc_id)
            member = member_of(known.source, stored.document.source)
            if member is None or not distinct:  # stored under another name that has the same bytes
                return None
            if known.source == file.name:
                taken.append((stored, texts.speeches_of(doc_id)))
                continue
            renamed = replace(stored, document=replace(stored.document, source=file.name + member))
            taken.append((renamed, list(structure(renamed))))  # a title may come from the file's name
        refused = ((member_of(known.source, e.source), e.detail) for e in self._members.get(digest, ()))
        return taken, [Skipped(file.name + member, reason) for member, reason in refused if member]


def _named_once(ledger: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """Return the ledger with a number behind the name of a member that another entry has already."""
    taken = {entry.source for entry in ledger if entry.state != PART_SKIPPED}
    return [
        replace(entry, source=_numbered(entry.source, taken)) if entry.state == PART_SKIPPED else entry
        for entry in ledger
    ]


def _nothing_read(plan: Plan, ledger: Sequence[LedgerEntry]) -> str:
    reasons = [f"{e.source}: {e.detail}" for e in ledger if e.state not in TAKEN_IN]
    if not plan.take and not reasons:
        return "no files were found below the sources; put texts, Word, PDF or web pages there and build again"
    shown = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
    files = sum(e.state == SKIPPED for e in ledger)
    return f"no speech could be read from {files} file(s), so the index was left as it was ({shown})"


def build_collection(documents: Iterable[tuple[str, str, str]], index: Path, settings: Settings) -> IndexManifest:
    """Index ``(id, title, text)`` documents as they stand: no repair, no structure, one passage a document.

    For test collections, whose judgements name whole documents; ``speech_id`` is the document's id.
    """
    encoder = load_encoder(settings.embedder or "builtin")
    chunker = resolve(CHUNKERS, "document")(settings.passage_chars)
    cut = segmenter_fingerprint(settings.segmenter, settings.user_dictionary)
    stages = {"cleaner": "none", "chunker": chunker.name, "segmenter": cut}
    with layout.build_lock(index), _staging(index) as staging:
        writer = CorpusWriter(staging / layout.CORPUS)
        for doc_id, title, text in documents:
            body = displayable(text)
            digest = hashlib.sha256(body.encode("utf-8")).hexdigest()
            document = CleanDocument(Document(doc_id, doc_id, body, digest), body)
            speech = Speech(doc_id, doc_id, doc_id, 1, title, body, 0, len(body))
            writer.add_document(document)
            writer.add_speech(speech, [])
            for passage in chunker.chunk(speech):
                writer.add_passage(passage, (passage.start, passage.end))
        writer.finish()
        filler = IndexFiller(staging, settings, stages, encoder, lambda stage, done, total: None)
        manifest = filler.finish([])
        layout.publish(index, staging, manifest.generation)
    return manifest


def _processed(document: Document) -> _Taken:
    """Return a document cleaned and taken apart. Raises SourceError whatever goes wrong in it."""
    try:
        cleaned = clean(document)
        if document.notes:
            cleaned = replace(cleaned, notes=document.notes + cleaned.notes)
        return cleaned, list(structure(cleaned))
    except Exception as exc:  # a fault of ours in one text must not cost the other thousand files
        raise SourceError(f"could not be processed ({type(exc).__name__}: {exc}); please report this file") from exc
