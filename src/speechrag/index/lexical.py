"""The lexical part of an index: BM25 over words, single characters and character pairs (tantivy).

Text is segmented by ``speechrag.text`` and handed over as tokens joined by spaces; tantivy's own tokenizers make a
Chinese clause one token. Scores are BM25 with k1 = 1.2, b = 0.75 (Robertson & Zaragoza 2009), summed over the fields
with the weights below. The main fields hold title and headings together with the body, so that a point is found
through its heading and a word that stands in every title counts as the common word it is; the heading fields hold
title and headings alone and lift a passage whose heading answers the query.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from speechrag.dictionary import read_dictionary
from speechrag.errors import IndexDamaged, IndexError_
from speechrag.text import JoinedTerms, Segmenter, bigrams, fold, joined_terms, terms, words

# Weights of the fields in the sum; chosen on the development sets named in benchmarks/README.md.
WEIGHTS: Mapping[str, float] = {
    "words": 0.5,
    "characters": 1.0,
    "pairs": 1.0,
    "heading_words": 0.5,
    "heading_pairs": 0.5,
}
MAX_TERMS = 400  # distinct query terms per field, rarest first: a pasted page must not become a ten-second query
LARGE = 50_000  # passages from which on terms in more than the share COMMON of them are left out of a query
COMMON = 0.2
CACHED_TERMS = 1 << 16
HEAP = 512_000_000


def tokens(text: str, headings: str, cutter: Segmenter) -> dict[str, str]:
    """Return the tokens of each field for a body and its title and heading path, white space between them."""
    # The passages of a section share their headings; a line end separates runs, so the parts may be cut apart.
    above, below = _heading_terms(headings, cutter), joined_terms(text, cutter)
    return {
        "words": f"{above.words} {below.words}",
        "characters": f"{above.characters} {below.characters}",
        "pairs": f"{above.pairs} {below.pairs}",
        "heading_words": above.words,
        "heading_pairs": above.pairs,
    }


@lru_cache(maxsize=64)
def _heading_terms(headings: str, cutter: Segmenter) -> JoinedTerms:
    return joined_terms(headings, cutter)


def segmenter_fingerprint(name: str, user_dictionary: str = "") -> str:
    """Return what an index records of its segmenter: the name, and the user dictionary by its content.

    rjieba and jieba give the same words (a test compares them), so an index built with one is searched with the other.
    Raises ConfigError for a dictionary that cannot be read or has a line that is no entry.
    """
    name = "jieba" if name == "rjieba" else name
    if not user_dictionary:
        return name
    read_dictionary(Path(user_dictionary))  # what is wrong with it is said now, not after an hour of reading texts
    return f"{name}+{hashlib.sha256(Path(user_dictionary).read_bytes()).hexdigest()[:12]}"


def facet_token(key: str, value: object) -> str:
    """Return the one token that stands for a metadata value."""
    return f"{key}={value}".encode().hex()


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for name in WEIGHTS:
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("facets", stored=False, tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field("ordinal", stored=False, indexed=False, fast=True)
    return builder.build()


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Translate the errors of tantivy, which reports a full disk as a ValueError."""
    try:
        yield
    except (ValueError, OSError) as exc:
        raise IndexError_(f"{folder}: the postings cannot be written ({exc}); make room there and build again") from exc


@contextlib.contextmanager
def _named_in_utf8(folder: Path) -> Iterator[Path]:
    """Give ``folder`` under a name that tantivy can be told, which takes any for UTF-8: a link where its own is not."""
    try:
        if os.fsencode(folder) == str(folder).encode("utf-8"):
            yield folder
            return
    except UnicodeEncodeError:
        pass
    with tempfile.TemporaryDirectory(prefix="speechrag-") as links:
        link = Path(links, "folder")
        link.symlink_to(folder.resolve(), target_is_directory=True)
        yield link


@contextlib.contextmanager
def _readable(folder: Path) -> Iterator[Path]:
    """Give a folder of links to the files of ``folder``, for the moment of opening.

    tantivy makes a lock file where it opens an index, which fails in a read-only folder and, in a shared one, for every
    user but the first. Where links cannot be made (Windows without the right to), the folder itself must do.
    """
    try:
        links = Path(tempfile.mkdtemp(prefix="speechrag-"))
    except OSError:
        yield folder
        return
    try:
        if _link_all(folder, links):
            yield links
        else:
            with _named_in_utf8(folder) as place:
                yield place
    finally:
        for _ in range(5):  # tantivy's watcher, a thread, may make its lock file while the folder is being removed
            shutil.rmtree(links, ignore_errors=True)
            if not links.exists():
                break


def _link_all(folder: Path, links: Path) -> bool:
    try:
        for file in folder.iterdir():
            (links / file.name).symlink_to(file.resolve())
    except OSError:
        return False
    return True


class LexicalIndex:
    """Postings of all passages in one tantivy index."""

    def __init__(self, index: Any, cutter: Segmenter) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._doc_freq = lru_cache(maxsize=CACHED_TERMS)(self._searcher.doc_freq)
        self._cutter = cutter

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @classmethod
    def fill(cls, folder: Path, entries: Iterable[tuple[str, str, Sequence[str]]], cutter: Segmenter) -> int:
        """Write postings for ``(body, headings, facet tokens)`` entries in ordinal order; return how many."""
        folder.mkdir(parents=True)
        with _named_in_utf8(folder) as place:
            count = cls._fill(place, folder, entries, cutter)
        for litter in folder.glob(".*lock"):  # tantivy's own lock files; ours is the build lock
            litter.unlink()
        return count

    @staticmethod
    def _fill(place: Path, folder: Path, entries: Iterable[tuple[str, str, Sequence[str]]], cutter: Segmenter) -> int:
        import tantivy

        with _writing(folder):
            index = tantivy.Index(_schema(), path=str(place))
            # One thread: up to about 80,000 passages the index is one segment, in the order of the corpus.
            writer = index.writer(heap_size=HEAP, num_threads=1)
        count = 0
        for body, headings, facets in entries:
            document = tantivy.Document(ordinal=count, facets=" ".join(facets), **tokens(body, headings, cutter))
            with _writing(folder):
                writer.add_document(document)
            count += 1
        with _writing(folder):
            writer.commit()
            writer.wait_merging_threads()
        return count

    @classmethod
    def open(cls, folder: Path, cutter: Segmenter) -> LexicalIndex:
        """Open postings whose bytes were verified before. Raises IndexDamaged."""
        import tantivy

        try:
            with _readable(folder) as place:
                return cls(tantivy.Index.open(str(place)), cutter)
        except (ValueError, OSError) as exc:
            raise IndexDamaged(f"{folder}: not a lexical index ({exc})", hint="run `speechrag build` again") from exc

    def search(
        self,
        text: str,
        limit: int,
        facets: Sequence[Sequence[str]] = (),
        weigh: Callable[[str], float] | None = None,
    ) -> list[tuple[int, float]]:
        """Return (ordinal, score) of the best ``limit`` passages, best first, ties by ordinal; scores are > 0.

        ``facets`` is a conjunction of alternatives: of every inner sequence at least one token must be present.
        ``weigh`` says how much a term of the query counts beside the others; all alike where it is left out.
        """
        import tantivy

        clauses = self._clauses(text, weigh)
        if not clauses or limit <= 0:
            return []
        query = tantivy.Query.boolean_query(clauses)
        if facets:
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), *[(tantivy.Occur.Must, self._any_facet(group)) for group in facets]]
            )
        hits = self._best(query, limit)
        ordinals = self._searcher.fast_field_values("ordinal", [address for _, address in hits]) if hits else []
        found = [(int(o), float(score)) for o, (score, _) in zip(ordinals, hits, strict=True) if score > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _best(self, query: Any, limit: int) -> list[Any]:
        """Return the best ``limit`` hits and all that tie with the last of them.

        tantivy orders ties by segment, and a large index has several whose order changes with every build.
        """
        wanted = limit + 1
        while True:
            hits = self._searcher.search(query, wanted, count=False).hits
            if len(hits) < wanted or hits[-1][0] < hits[limit - 1][0]:
                return list(hits)
            wanted *= 2

    def document_frequency(self, term: str) -> float:
        """Return the share (0..1) of passages whose body or headings hold ``term``, in any script or width.

        ``term`` is a word, a character or a character pair; of a longer phrase, the share of its rarest word, or of its
        rarest pair: 电话会议 is no word of a text that the segmenter gives 电视电话会议 whole.
        """
        if not len(self):
            return 0.0
        folded = fold(term).strip()
        fields = ("words", *{1: ("characters",), 2: ("pairs",)}.get(len(folded), ()))
        count = max(self._doc_freq(name, folded) for name in fields)
        if not count:
            count = min((self._doc_freq("words", word) for word in words(term, self._cutter)), default=0)
        if not count and len(folded) > 2:
            count = min(map(self.holders, bigrams(folded)), default=0)
        return float(count / len(self))

    def holders(self, term: str) -> int:
        """Return how many passages hold ``term``, a folded character or pair of Chinese characters."""
        return int(self._doc_freq("characters" if len(term) == 1 else "pairs", term))

    def _clauses(self, text: str, weigh: Callable[[str], float] | None = None) -> list[Any]:
        import tantivy

        asked = terms(text, self._cutter)
        body = {"words": asked.words, "characters": asked.characters, "pairs": asked.pairs}
        body |= {"heading_words": asked.words, "heading_pairs": asked.pairs}
        clauses = []
        for name, found in body.items():
            weight = WEIGHTS[name]
            if not weight or not found:
                continue
            for term, times in self._telling(name, Counter(found)):
                query = tantivy.Query.term_query(self._schema, name, term, "freq")
                boost = weight * times * (weigh(term) if weigh else 1.0)
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, boost)))
        return clauses

    def _telling(self, name: str, counts: Counter[str]) -> list[tuple[str, int]]:
        """Return the terms worth asking for: the rarest, and of a large index none that every few passages hold.

        Single characters take most of the time of a search there, and the common ones say next to nothing.
        """
        if len(self) < LARGE and len(counts) <= MAX_TERMS:
            return list(counts.items())
        frequency = {term: self._doc_freq(name, term) for term in counts}
        by_rarity = sorted(counts, key=lambda term: (frequency[term], term))[:MAX_TERMS]
        if len(self) >= LARGE and frequency[by_rarity[0]] <= COMMON * len(self):
            by_rarity = [term for term in by_rarity if frequency[term] <= COMMON * len(self)]
        return [(term, counts[term]) for term in by_rarity]

    def _any_facet(self, group: Sequence[str]) -> Any:
        import tantivy

        choices = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "facets", token, "basic")) for token in group
        ]
        return tantivy.Query.const_score_query(tantivy.Query.boolean_query(choices), 0.0)
