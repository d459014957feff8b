"""From stored passages to a complete generation: postings, vectors, manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.index import layout
from speechrag.index.lexical import LexicalIndex, facet_token
from speechrag.index.store import OWN_KEYS, TAKEN_IN, CorpusStore, LedgerEntry, SpeechFacts, facet_values
from speechrag.index.vectors import VectorStore
from speechrag.records import IndexManifest, Passage
from speechrag.text import segmenter

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.embedding import Encoder, Vectors

Progress = Callable[[str, int, int], None]  # stage, done, total
EMBED_BATCH = 512


@dataclass(frozen=True, slots=True)
class Reuse:
    """The vectors of an earlier generation by the same encoder, and the passages they belong to."""

    texts: CorpusStore
    vectors: Path


def facet_tokens(facts: SpeechFacts) -> list[str]:
    """Return the tokens under which the passages of a speech can be filtered."""
    keys = (*OWN_KEYS, *facts.metadata)
    return [facet_token(key, value) for key in keys for value in facet_values(facts, key)]


def heading_text(facts: SpeechFacts, passage: Passage) -> str:
    """Return the title and heading path a passage stands under, one a line."""
    return "\n".join((facts.title, *passage.headings))


def embedding_text(passage: Passage) -> str:
    """Return what the encoder sees of a passage: its innermost headings and its text.

    Not the title: "…讲话篇七" says nothing and would pull all parts of an anthology together.
    """
    return "\n".join((*passage.headings[-2:], passage.text))


def _digest(passage: Passage) -> bytes:
    return hashlib.sha256(embedding_text(passage).encode("utf-8")).digest()


class IndexFiller:
    """Adds everything but the texts to a staging folder that already holds ``corpus.sqlite``."""

    def __init__(
        self,
        staging: Path,
        settings: Settings,
        stages: Mapping[str, str],
        encoder: Encoder,
        progress: Progress,
        reuse: Reuse | None = None,
    ) -> None:
        self._staging = staging
        self._settings = settings
        self._stages = stages
        self._encoder = encoder
        self._progress = progress
        self._reuse = reuse
        self._store = CorpusStore(staging / layout.CORPUS)
        self._total = self._store.count("passages")

    def finish(self, ledger: Sequence[LedgerEntry]) -> IndexManifest:
        """Write postings, vectors and, last, the manifest; return it."""
        self._write_lexical()
        vectors = self._write_vectors()
        files = layout.files_of(self._staging)
        stamp = datetime.now(UTC)
        corpus = hashlib.sha256("\n".join(sorted(f"{e.source} {e.sha256}" for e in ledger)).encode()).hexdigest()
        manifest = IndexManifest(
            format_version=layout.FORMAT_VERSION,
            generation=f"{stamp:%Y%m%dT%H%M%S%f}-{corpus[:8]}",
            built=stamp.isoformat(timespec="seconds"),
            corpus_sha256=corpus,
            **self._stages,
            embedder=self._encoder.name,
            embedder_fingerprint=self._encoder.fingerprint,
            dim=self._encoder.dim,
            metric="inner_product",
            files=sum(e.state in TAKEN_IN for e in ledger),
            speeches=self._store.count("speeches"),
            passages=self._total,
            vectors=vectors,
            sha256={name: layout.sha256_of(path) for name, path in files.items()},
            bytes={name: path.stat().st_size for name, path in files.items()},
        )
        layout.write_manifest(self._staging, manifest)
        return manifest

    def _write_lexical(self) -> None:
        facts = {f.speech_id: f for f in self._store.facts()}
        facets = {speech_id: facet_tokens(f) for speech_id, f in facts.items()}
        cutter = segmenter(self._settings.segmenter, self._settings.user_dictionary)

        def entries() -> Iterator[tuple[str, str, Sequence[str]]]:
            for stored in self._store.iter_passages():
                if stored.ordinal % 200 == 0:
                    self._progress("indexing", stored.ordinal, self._total)
                passage = stored.passage
                yield passage.text, heading_text(facts[passage.speech_id], passage), facets[passage.speech_id]

        LexicalIndex.fill(self._staging / layout.LEXICAL, entries(), cutter)
        self._progress("indexing", self._total, self._total)

    def _write_vectors(self) -> int:
        import numpy as np

        vectors = np.zeros((self._total, self._encoder.dim), dtype=np.float32)
        kept = self._take_over(vectors)
        batch: list[tuple[int, str]] = []
        for stored in self._store.iter_passages():
            if stored.ordinal not in kept:
                batch.append((stored.ordinal, embedding_text(stored.passage)))
            if len(batch) == EMBED_BATCH:
                self._embed(batch, vectors)
        self._embed(batch, vectors)
        self._progress("embedding", self._total, self._total)
        store = VectorStore.fill(vectors)
        store.save(self._staging / layout.VECTORS)
        return len(store)

    def _embed(self, batch: list[tuple[int, str]], vectors: Vectors) -> None:
        if not batch:
            return
        vectors[[ordinal for ordinal, _ in batch]] = self._encoder.encode_documents([text for _, text in batch])
        self._progress("embedding", batch[-1][0] + 1, self._total)
        batch.clear()

    def _take_over(self, vectors: Vectors) -> set[int]:
        """Copy the vectors of passages that the earlier generation holds too; return their ordinals.

        The text decides and not the id, so the untouched passages of a changed file keep their vectors.
        """
        if self._reuse is None:
            return set()
        earlier = {_digest(stored.passage): stored.ordinal for stored in self._reuse.texts.iter_passages()}
        found = ((stored.ordinal, earlier.get(_digest(stored.passage))) for stored in self._store.iter_passages())
        pairs = [(new, before) for new, before in found if before is not None]
        if pairs:
            old = VectorStore.open(self._reuse.vectors)
            vectors[[new for new, _ in pairs]] = old.rows([before for _, before in pairs])
        return {new for new, _ in pairs}
