"""Sources to index: the one place that knows the order of the stages on the way in."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from speechrag.building.plan import make_plan
from speechrag.building.preparing import prepared_speech
from speechrag.building.previous import Previous, embedder_of, open_previous, stages_of
from speechrag.building.stage import TextStage
from speechrag.config import Settings
from speechrag.embedding import load_encoder
from speechrag.errors import IndexError_, UsageError
from speechrag.index import layout
from speechrag.index.fill import IndexFiller, Progress
from speechrag.index.lexical import segmenter_fingerprint
from speechrag.index.store import CORRECTIONS, INDEXED, NOT_SKIPPED, TAKEN_IN, LedgerEntry
from speechrag.index.texts import Prepared, TextFiller
from speechrag.records import BuildReport, CleanDocument, Document, IndexManifest, Skipped, Speech
from speechrag.registry import CHUNKERS, resolve
from speechrag.structure.metadata import title_year
from speechrag.text import displayable


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
    stages = stages_of(settings, chunker.name)
    encoder = load_encoder(settings.embedder or embedder_of(index) or "builtin")
    with layout.build_lock(index):
        layout.sweep(index)
        previous = open_previous(index, stages, encoder)
        plan = make_plan(sources, index)
        before = previous.entries() if previous else {}
        if previous and previous.same_text and previous.same_vectors and plan.same_as(before):
            return _unchanged(previous, before, began)
        with _staging(index) as staging:
            texts = TextStage(chunker, settings.chunker, settings.workers, previous)
            ledger = texts.write(plan, staging / layout.CORPUS, report)
            reuse = previous.vectors() if previous else None
            manifest = IndexFiller(staging, settings, stages, encoder, report, reuse).finish(ledger)
            layout.publish(index, staging, manifest.generation)
        done = _report(manifest, ledger, before, began)
        # The generation before this one stays for readers that are just opening it, but not with text that was taken
        # away: such a reader opens the new one, and one that has it open keeps it open.
        layout.sweep(index, keep=1 if done.removed or done.changed else layout.KEEP)
    return done


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


def _skipped(ledger: Iterable[LedgerEntry]) -> tuple[Skipped, ...]:
    return tuple(Skipped(e.source, e.detail) for e in ledger if e.state not in NOT_SKIPPED)


def _notes(ledger: Iterable[LedgerEntry]) -> tuple[str, ...]:
    return tuple(f"{e.source}: {e.detail}" for e in ledger if e.state == CORRECTIONS)


def _unchanged(previous: Previous, before: Mapping[str, LedgerEntry], began: float) -> BuildReport:
    manifest = previous.manifest
    return BuildReport(
        files=manifest.files,
        skipped=_skipped(before.values()),
        speeches=manifest.speeches,
        passages=manifest.passages,
        added=0,
        changed=0,
        removed=0,
        unchanged=manifest.files,
        seconds=round(time.monotonic() - began, 3),
        published=False,
        notes=_notes(before.values()),
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
        skipped=_skipped(ledger),
        speeches=manifest.speeches,
        passages=manifest.passages,
        added=len(now) - len(both),
        changed=changed,
        removed=len(then) - len(both),
        unchanged=len(both) - changed,
        seconds=round(time.monotonic() - began, 3),
        notes=_notes(ledger),
    )


def build_collection(documents: Iterable[tuple[str, str, str]], index: Path, settings: Settings) -> IndexManifest:
    """Index ``(id, title, text)`` documents as they stand: no repair, no structure, one passage a document.

    For test collections, whose judgements name whole documents; ``speech_id`` is the document's id.
    """
    encoder = load_encoder(settings.embedder or "builtin")
    chunker = resolve(CHUNKERS, "document")(settings.passage_chars)
    cut = segmenter_fingerprint(settings.segmenter, settings.user_dictionary)
    stages = {"cleaner": "none", "chunker": chunker.name, "segmenter": cut}
    with layout.build_lock(index), _staging(index) as staging:
        texts = TextFiller(staging / layout.CORPUS)
        ledger = []
        for doc_id, title, text in documents:
            body = displayable(text)
            digest = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
            document = CleanDocument(Document(doc_id, doc_id, body, digest), body)
            year = title_year(title)  # as a speech's own title tells it when files are read
            known = {} if year is None else {"year": year}
            speech = Speech(doc_id, doc_id, doc_id, 1, title, body, 0, len(body), metadata=known)
            texts.add(Prepared(document, (prepared_speech(speech, chunker),)), ())
            ledger.append(LedgerEntry(doc_id, digest, INDEXED, doc_id))
        texts.finish(ledger)
        filler = IndexFiller(staging, settings, stages, encoder, lambda stage, done, total: None)
        manifest = filler.finish(ledger)
        layout.publish(index, staging, manifest.generation)
    return manifest
