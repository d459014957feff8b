"""An index opened for reading: one verified generation with its encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import IndexDamaged, IndexMismatch
from speechrag.index import layout
from speechrag.index.lexical import LexicalIndex
from speechrag.index.store import CorpusStore
from speechrag.index.vectors import VectorStore
from speechrag.records import IndexManifest
from speechrag.text import Segmenter, segmenter

if TYPE_CHECKING:
    from speechrag.embedding import Encoder


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """All that retrieval needs; immutable, shared by all threads."""

    folder: Path
    manifest: IndexManifest
    store: CorpusStore
    lexical: LexicalIndex
    vectors: VectorStore
    encoder: Encoder
    cutter: Segmenter


def open_store(index: Path) -> tuple[IndexManifest, CorpusStore]:
    """Verify the live generation and open its texts alone. Raises IndexMissing, IndexDamaged, IndexMismatch."""
    folder = layout.current_generation(index)
    manifest = layout.read_manifest(folder)
    layout.verify(folder, manifest)
    store = CorpusStore(folder / layout.CORPUS)
    for table, expected in (("speeches", manifest.speeches), ("passages", manifest.passages)):
        found = store.count(table)
        if found != expected:
            raise IndexDamaged(f"{folder}: {found} {table}, the manifest says {expected}", hint=layout.REBUILD)
    return manifest, store


def open_index(index: Path, *, embedder: str = "", user_dictionary: str = "") -> OpenIndex:
    """Verify and open the live generation of ``index``.

    ``embedder`` empty means the one the index was built with. Raises IndexMissing, IndexDamaged, ModelError, or
    IndexMismatch where the encoder asked for (or found on this machine) is not the one the vectors came from.
    """
    from speechrag.embedding import load_encoder

    manifest, store = open_store(index)
    folder = layout.current_generation(index)
    if embedder and embedder != manifest.embedder:
        raise IndexMismatch(
            f"{index}: built with the encoder {manifest.embedder!r}, asked to search with {embedder!r}",
            hint=f"leave the encoder out, or run `speechrag build --index {index} --embedder {embedder}` again",
        )
    encoder = load_encoder(manifest.embedder)
    if encoder.fingerprint != manifest.embedder_fingerprint:
        raise IndexMismatch(
            f"{index}: the encoder {manifest.embedder!r} is {encoder.fingerprint} here, "
            f"the index was built with {manifest.embedder_fingerprint}",
            hint=layout.REBUILD,
        )
    cutter = segmenter(manifest.segmenter.partition("+")[0], user_dictionary)
    lexical = LexicalIndex.open(folder / layout.LEXICAL, cutter)
    vectors = VectorStore.open(folder / layout.VECTORS)
    if not len(vectors) == len(lexical) == manifest.passages:
        raise IndexDamaged(
            f"{folder}: {manifest.passages} passages, {len(vectors)} vectors, {len(lexical)} postings",
            hint=layout.REBUILD,
        )
    return OpenIndex(folder, manifest, store, lexical, vectors, encoder, cutter)
