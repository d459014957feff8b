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
from speechrag.cleaning.alignment import Alignment
from speechrag.embedding import load_encoder
from speechrag.errors import IndexError_, SourceError
from speechrag.index import families, layout
from speechrag.index.fill import IndexFiller, Progress, Reuse
from speechrag.index.lexical import segmenter_fingerprint
from speechrag.index.store import COPY, INDEXED, SKIPPED, CorpusStore, CorpusWriter, LedgerEntry
from speechrag.records import BuildReport, CleanDocument, Document, IndexManifest, Skipped, Speech
from speechrag.registry import CHUNKERS, resolve
from speechrag.sources import SourceFile, find_sources, read_source
from speechrag.sources.walk import display_name
from speechrag.structure import STRUCTURE_VERSION, structure
from speechrag.text import displayable

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.embedding import Encoder


@dataclass(frozen=True, slots=True)
class Previous:
    """The live generation a build may take unchanged work from; ``texts`` is None where its text may not be reused."""

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
        known = {source: entry.sha256 for source, entry in entries.items()}
        unreadable = {s.source: "" for s in self.skipped}
        return known == {**unreadable, **self.hashes}


def build_index(
    sources: Sequence[Path], index: Path, settings: Settings, progress: Progress | None = None
) -> BuildReport:
    """Read every file below ``sources`` and publish the index; only what changed is read and embedded again.

    The live index stays in service until the new one is complete. Raises SourceError where no file could be read (the
    live index is then left as it was), IndexBusy where another build runs, IndexError_ where the index cannot be
    written, UnknownBackend or ModelError for a backend.
    """
    began = time.monotonic()
    report = progress or (lambda stage, done, total: None)
    encoder = load_encoder(settings.embedder or "builtin")
    chunker = resolve(CHUNKERS, settings.chunker)(settings.passage_chars)
    stages = _stages(settings, chunker.name)
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
    return {"cleaner": f"{CLEANER_VERSION}/{STRUCTURE_VERSION}", "chunker": chunker, "segmenter": cut}


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
    skipped = tuple(Skipped(e.source, e.detail) for e in before.values() if e.state == SKIPPED)
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
    now = {e.source: e for e in ledger if e.state != SKIPPED}
    then = {s: e for s, e in before.items() if e.state != SKIPPED}
    both = [s for s in now if s in then]
    changed = sum(now[s].sha256 != then[s].sha256 for s in both)
    return BuildReport(
        files=len(now),
        skipped=tuple(Skipped(e.source, e.detail) for e in ledger if e.state == SKIPPED),
        speeches=manifest.speeches,
        passages=manifest.passages,
        added=len(now) - len(both),
        changed=changed,
        removed=len(then) - len(both),
        unchanged=len(both) - changed,
        seconds=round(time.monotonic() - began, 3),
    )


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
        if previous and previous.same_text:
            self._known = {e.sha256: e for e in previous.texts.ledger() if e.state == INDEXED}

    def run(self, plan: Plan) -> tuple[IndexManifest, list[LedgerEntry]]:
        ledger = self._write_texts(plan)
        reuse = self._previous.vectors() if self._previous else None
        filler = IndexFiller(self._staging, self._settings, self._stages, self._encoder, self._progress, reuse)
        return filler.finish(ledger), ledger

    def _write_texts(self, plan: Plan) -> list[LedgerEntry]:
        writer = CorpusWriter(self._staging / layout.CORPUS)
        ledger = [LedgerEntry(s.source, plan.hashes.get(s.source, ""), SKIPPED, s.reason) for s in plan.skipped]
        sketches: dict[str, list[int]] = {}
        ranks: dict[str, tuple[float, ...]] = {}
        for done, (file, digest) in enumerate(plan.take):
            self._progress("reading", done, len(plan.take))
            also = plan.copies.get(digest, [])
            try:
                taken = list(self._documents(file, digest))
            except SourceError as exc:
                reasons = [(file.name, str(exc)), *((name, str(exc)) for name in also)]
                ledger.extend(LedgerEntry(name, digest, SKIPPED, reason) for name, reason in reasons)
                continue
            for document, speeches in taken:
                self._write_document(writer, document, speeches, also, sketches, ranks)
            ids = " ".join(document.document.doc_id for document, _ in taken)
            ledger.append(LedgerEntry(file.name, digest, INDEXED, ids))
            ledger.extend(LedgerEntry(name, digest, COPY, file.name) for name in also)
        self._progress("reading", len(plan.take), len(plan.take))
        if not writer.speeches:
            raise SourceError(_nothing_read(plan, ledger))
        writer.set_families(families.group(sketches, ranks))
        writer.add_ledger(ledger)
        writer.finish()
        return sorted(ledger, key=lambda entry: entry.source)

    def _documents(self, file: SourceFile, digest: str) -> Iterator[tuple[CleanDocument, list[Speech]]]:
        known = self._known.get(digest)
        # The extension has a say in how a file is read.
        if known and self._previous and PurePosixPath(known.source).suffix == PurePosixPath(file.name).suffix:
            for doc_id in known.detail.split():
                stored = self._previous.texts.document(doc_id)
                if known.source == file.name:
                    yield stored, self._previous.texts.speeches_of(doc_id)
                    continue
                source = file.name + stored.document.source.removeprefix(known.source)
                renamed = replace(stored, document=replace(stored.document, source=source))
                yield renamed, list(structure(renamed))  # a title may come from the file's name
            return
        for document in read_source(file):
            cleaned = clean(document)
            yield cleaned, list(structure(cleaned))
        if _sha256(file.path) != digest:
            raise SourceError("changed while it was read; build again when it is complete")

    def _write_document(
        self,
        writer: CorpusWriter,
        document: CleanDocument,
        speeches: Iterable[Speech],
        also: Sequence[str],
        sketches: dict[str, list[int]],
        ranks: dict[str, tuple[float, ...]],
    ) -> None:
        writer.add_document(document)
        alignment = Alignment(len(document.document.text), document.repairs)
        for speech in speeches:
            metadata = {k: v for k, v in speech.metadata.items() if k != "also_in"}
            speech = replace(speech, metadata=metadata | ({"also_in": list(also)} if also else {}))
            sketches[speech.speech_id] = families.sketch(speech.text)
            flaws = float(speech.quality.get("damage", 0)) + float(speech.quality.get("holes", 0))
            ranks[speech.speech_id] = (flaws, -float(len(speech.text)))
            writer.add_speech(speech, sketches[speech.speech_id])
            for passage in self._chunker.chunk(speech):
                start, end = speech.doc_start + passage.start, speech.doc_start + passage.end
                writer.add_passage(passage, alignment.original_span(start, end))


def _nothing_read(plan: Plan, ledger: Sequence[LedgerEntry]) -> str:
    reasons = [f"{e.source}: {e.detail}" for e in ledger if e.state == SKIPPED]
    if not plan.take and not reasons:
        return "no files were found below the sources; put .txt or .html files there and build again"
    shown = "; ".join(reasons[:3]) + (f"; and {len(reasons) - 3} more" if len(reasons) > 3 else "")
    return f"no speech could be read from {len(reasons)} file(s), so the index was left as it was ({shown})"


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
