"""An index opened for reading: one verified generation with its encoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from speechrag.errors import IndexDamaged, IndexMismatch
from speechrag.index import layout
from speechrag.index.lexical import LexicalIndex, segmenter_fingerprint
from speechrag.index.store import CorpusStore
from speechrag.index.vectors import VectorStore
from speechrag.records import IndexManifest
from speechrag.text import Segmenter, segmenter

if TYPE_CHECKING:
    from speechrag.embedding import Encoder

T = TypeVar("T")


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
    return _live(index, _texts)


def _live(index: Path, read: Callable[[Path], T]) -> T:
    """Return what ``read`` makes of the live generation; all of it comes from that one generation.

    A reader may be so slow that its generation is swept while it opens: then it takes the one that is live by now.
    """
    while True:
        folder = layout.current_generation(index)
        try:
            return read(folder)
        except IndexDamaged:
            if layout.current_generation(index) == folder:
                raise


def _texts(folder: Path) -> tuple[IndexManifest, CorpusStore]:
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
    return _live(index, lambda folder: _open(index, folder, embedder, user_dictionary))


def _open(index: Path, folder: Path, embedder: str, user_dictionary: str) -> OpenIndex:
    manifest, store = _texts(folder)
    encoder = _encoder(index, manifest, embedder)
    cutter = _cutter(index, manifest, user_dictionary)
    lexical = LexicalIndex.open(folder / layout.LEXICAL, cutter)
    vectors = VectorStore.open(folder / layout.VECTORS)
    if not len(vectors) == len(lexical) == manifest.passages:
        raise IndexDamaged(
            f"{folder}: {manifest.passages} passages, {len(vectors)} vectors, {len(lexical)} postings",
            hint=layout.REBUILD,
        )
    return OpenIndex(folder, manifest, store, lexical, vectors, encoder, cutter)


def _encoder(index: Path, manifest: IndexManifest, asked: str) -> Encoder:
    """Return the encoder of the index; the one asked for will do where it is the same under another name or path."""
    from speechrag.embedding import load_encoder

    name = asked or manifest.embedder
    encoder = load_encoder(name)
    if encoder.fingerprint == manifest.embedder_fingerprint:
        return encoder
    built = f"{index}: built with the encoder {manifest.embedder!r} ({manifest.embedder_fingerprint})"
    if name == manifest.embedder:
        raise IndexMismatch(f"{built}, which is another one here ({encoder.fingerprint})", hint=layout.REBUILD)
    raise IndexMismatch(
        f"{built}, asked to search with {asked!r} ({encoder.fingerprint})",
        hint=f"leave the encoder out, or run `speechrag build --index {index} --embedder {asked}` again",
    )


def _cutter(index: Path, manifest: IndexManifest, user_dictionary: str) -> Segmenter:
    name = manifest.segmenter.partition("+")[0]
    here = segmenter_fingerprint(name, user_dictionary)
    if here != manifest.segmenter:
        raise IndexMismatch(
            f"{index}: built with the segmenter {manifest.segmenter!r}, the settings here give {here!r}",
            hint="set user_dictionary to the file the index was built with, or " + layout.REBUILD,
        )
    return segmenter(name, user_dictionary)
