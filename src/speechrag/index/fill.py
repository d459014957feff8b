"""From stored passages to a complete generation: postings, vectors, manifest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.index import layout
from speechrag.index.lexical import LexicalIndex, facet_token
from speechrag.index.store import OWN_KEYS, TAKEN_IN, CorpusStore, LedgerEntry, SpeechFacts, facet_values
from speechrag.index.vector_cache import VectorCache
from speechrag.index.vectors import EXACT_BELOW, VectorStore
from speechrag.records import IndexManifest, Passage
from speechrag.text import segmenter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechrag.config import Settings
    from speechrag.embedding import Encoder, Vectors

    Rows = NDArray[np.floating[Any]]

Progress = Callable[[str, int, int], None]  # stage, done, total
EMBED_BATCH = 512
PROBES = 200
_CLAUSE_END = re.compile("[，。；：？！、…\\s]")


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
            vectors=len(vectors),
            sha256={name: layout.sha256_of(path) for name, path in files.items()},
            bytes={name: path.stat().st_size for name, path in files.items()},
            vector_search=asdict(vectors.precision) if vectors.precision else {},
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

    def _write_vectors(self) -> VectorStore:
        import numpy as np

        # A large store keeps half precision; to hold more until then would cost a gigabyte for a million passages.
        kind = np.float32 if self._total < EXACT_BELOW else np.float16
        vectors = np.zeros((self._total, self._encoder.dim), dtype=kind)
        digests = [_digest(stored.passage) for stored in self._store.iter_passages()]
        missing = self._take_over(vectors, digests, list(range(self._total)))
        cache = VectorCache(layout.vector_cache_of(self._staging), self._encoder.fingerprint, self._encoder.dim)
        with cache:
            missing = _take_cached(vectors, digests, missing, cache)
            self._embed_all(vectors, digests, set(missing), cache)
        store = VectorStore.fill(vectors, self._probes())
        store.save(self._staging / layout.VECTORS)
        return store

    def _embed_all(self, vectors: Rows, digests: Sequence[bytes], missing: set[int], cache: VectorCache) -> None:
        wanted = ((s.ordinal, embedding_text(s.passage)) for s in self._store.iter_passages() if s.ordinal in missing)
        while batch := list(islice(wanted, EMBED_BATCH)):
            ordinals = [ordinal for ordinal, _ in batch]
            found = self._encoder.encode_documents([text for _, text in batch])
            vectors[ordinals] = found
            cache.add([digests[ordinal] for ordinal in ordinals], found)
            self._progress("embedding", ordinals[-1] + 1, self._total)
        self._progress("embedding", self._total, self._total)

    def _probes(self) -> Vectors | None:
        """Return the vectors of clauses of passages spread evenly over the corpus, which stand in for questions."""
        if self._total < EXACT_BELOW:
            return None
        chosen = list(range(0, self._total, max(1, self._total // PROBES)))
        clauses = [_clause(stored.passage.text) for stored in self._store.passages_at(chosen)]
        return self._encoder.encode_queries(clauses)

    def _take_over(self, vectors: Rows, digests: Sequence[bytes], missing: list[int]) -> list[int]:
        """Copy the vectors of passages that the earlier generation holds too; return those of ``missing`` it does not.

        The text decides and not the id, so the untouched passages of a changed file keep their vectors.
        """
        if self._reuse is None:
            return missing
        old = VectorStore.open(self._reuse.vectors)
        if old.rounded and self._total < EXACT_BELOW:
            return missing  # the index has shrunk, and rounded rows are not what a build from nothing would store
        earlier = {_digest(stored.passage): stored.ordinal for stored in self._reuse.texts.iter_passages()}
        pairs = [(new, earlier[digests[new]]) for new in missing if digests[new] in earlier]
        if pairs:
            vectors[[new for new, _ in pairs]] = old.rows([before for _, before in pairs])
        taken = {new for new, _ in pairs}
        return [ordinal for ordinal in missing if ordinal not in taken]


def _take_cached(vectors: Rows, digests: Sequence[bytes], missing: list[int], cache: VectorCache) -> list[int]:
    """Copy the vectors that an unfinished build computed; return those of ``missing`` it did not come to."""
    taken = set()
    for ordinal, vector in cache.take((ordinal, digests[ordinal]) for ordinal in missing):
        vectors[ordinal] = vector
        taken.add(ordinal)
    return [ordinal for ordinal in missing if ordinal not in taken]


def _clause(text: str) -> str:
    """Return the middle one of the clauses of ``text`` that are as long as a question, else its beginning."""
    clauses = [clause for part in _CLAUSE_END.split(text) if 6 <= len(clause := part.strip()) <= 30]
    return clauses[len(clauses) // 2] if clauses else text[:30]
