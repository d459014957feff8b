"""The live generation, and which of its work a build may take over unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.cleaning import CLEANER_VERSION
from speechrag.config import PACKAGE, Settings
from speechrag.errors import IndexError_
from speechrag.index import layout
from speechrag.index.fill import Reuse
from speechrag.index.lexical import segmenter_fingerprint
from speechrag.index.store import CorpusStore, LedgerEntry
from speechrag.records import IndexManifest
from speechrag.sources import readers_fingerprint
from speechrag.structure import STRUCTURE_VERSION

if TYPE_CHECKING:
    from speechrag.embedding import Encoder

# The code and tables that turn files into stored texts.
TEXT_STAGES = (
    "text.py",
    "decoding.py",
    "dictionary.py",
    "sources/*.py",
    "cleaning/*.py",
    "structure/*.py",
    "passages/*.py",
    "data/[cs]*.*",
    "building/overrides.py",
    "building/preparing.py",
    "building/sidecar.py",
    "building/wire.py",
    "index/codes.py",
    "index/copies.py",
    "index/families.py",
    "index/shingles.py",
    "index/similar.py",
    "index/texts.py",
)


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


def stages_of(settings: Settings, chunker: str) -> dict[str, str]:
    """Return what the manifest says of the stages: an index built by the same ones has the same texts."""
    cut = segmenter_fingerprint(settings.segmenter, settings.user_dictionary)
    cleaner = f"{readers_fingerprint()}/{CLEANER_VERSION}/{STRUCTURE_VERSION}+{_code_fingerprint()}"
    return {"cleaner": cleaner, "chunker": chunker, "segmenter": cut}


def open_previous(index: Path, stages: Mapping[str, str], encoder: Encoder) -> Previous | None:
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


def embedder_of(index: Path) -> str:
    """Return the encoder of the live index, which a build keeps unless told otherwise; empty where there is none."""
    try:
        return layout.read_manifest(layout.current_generation(index)).embedder
    except IndexError_:
        return ""


def _code_fingerprint() -> str:
    """Return a short hash of the code and tables that turn files into passages.

    A version number is forgotten sooner or later, and an index would then keep text that the rules no longer give.
    """
    digest = hashlib.sha256()
    for pattern in TEXT_STAGES:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]
