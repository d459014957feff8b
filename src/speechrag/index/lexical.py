"""The lexical part of an index: BM25 over words, single characters and character pairs (tantivy).

Text is segmented by ``speechrag.text`` and handed over as tokens joined by spaces; tantivy's own tokenizers make a
Chinese clause one token. Body and headings are separate fields. Scores are BM25 with k1 = 1.2, b = 0.75
(Robertson & Zaragoza 2009), summed over the fields with the weights below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from speechrag.errors import IndexDamaged
from speechrag.text import Segmenter, bigrams, characters, words

# Weights of the fields in the sum; chosen on the development sets named in benchmarks/README.md.
WEIGHTS: Mapping[str, float] = {
    "words": 0.5,
    "characters": 1.0,
    "pairs": 1.0,
    "heading_words": 0.3,
    "heading_pairs": 0.3,
}
MAX_TERMS = 400  # distinct query terms per field, rarest first: a pasted page must not become a ten-second query
HEAP = 256_000_000


def tokens(text: str, headings: str, cutter: Segmenter) -> dict[str, list[str]]:
    """Return the tokens of each field for a body and its title and heading path."""
    return {
        "words": words(text, cutter),
        "characters": characters(text),
        "pairs": bigrams(text),
        "heading_words": words(headings, cutter),
        "heading_pairs": bigrams(headings),
    }


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


class LexicalIndex:
    """Postings of all passages in one tantivy segment."""

    def __init__(self, index: Any, cutter: Segmenter) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._cutter = cutter

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @classmethod
    def fill(cls, folder: Path, entries: Iterable[tuple[str, str, Sequence[str]]], cutter: Segmenter) -> int:
        """Write postings for ``(body, headings, facet tokens)`` entries in ordinal order; return how many."""
        import tantivy

        folder.mkdir(parents=True)
        index = tantivy.Index(_schema(), path=str(folder))
        # One thread and one commit: the segment layout, and with it every score, is the same after every build.
        writer = index.writer(heap_size=HEAP, num_threads=1)
        count = 0
        for body, headings, facets in entries:
            fields = {name: " ".join(found) for name, found in tokens(body, headings, cutter).items()}
            writer.add_document(tantivy.Document(ordinal=count, facets=" ".join(facets), **fields))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
        for litter in folder.glob(".*lock"):  # tantivy's own lock files; ours is the build lock
            litter.unlink()
        return count

    @classmethod
    def open(cls, folder: Path, cutter: Segmenter) -> LexicalIndex:
        """Open postings whose bytes were verified before. Raises IndexDamaged."""
        import tantivy

        try:
            return cls(tantivy.Index.open(str(folder)), cutter)
        except (ValueError, OSError) as exc:
            raise IndexDamaged(f"{folder}: not a lexical index ({exc})", hint="run `speechrag build` again") from exc

    def search(self, text: str, limit: int, facets: Sequence[Sequence[str]] = ()) -> list[tuple[int, float]]:
        """Return (ordinal, score) of the best ``limit`` passages, best first, ties by ordinal; scores are > 0.

        ``facets`` is a conjunction of alternatives: of every inner sequence at least one token must be present.
        """
        import tantivy

        clauses = self._clauses(text)
        if not clauses or limit <= 0:
            return []
        query = tantivy.Query.boolean_query(clauses)
        if facets:
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), *[(tantivy.Occur.Must, self._any_facet(group)) for group in facets]]
            )
        hits = self._searcher.search(query, limit, count=False).hits
        ordinals = self._searcher.fast_field_values("ordinal", [address for _, address in hits]) if hits else []
        found = [(int(o), float(score)) for o, (score, _) in zip(ordinals, hits, strict=True) if score > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def document_frequency(self, term: str) -> float:
        """Return the share (0..1) of passages whose body holds ``term``: a word, a character or a character pair."""
        if not len(self):
            return 0.0
        folded = next(iter(words(term, self._cutter)), "")
        fields = [("words", term)]
        if len(term) == 1:
            fields.append(("characters", term))
        elif len(term) == 2:
            fields.append(("pairs", term))
        count = max(self._searcher.doc_freq(name, value) for name, value in fields)
        if not count and folded and folded != term:
            count = self._searcher.doc_freq("words", folded)
        return float(count / len(self))

    def _clauses(self, text: str) -> list[Any]:
        import tantivy

        body = {"words": words(text, self._cutter), "characters": characters(text), "pairs": bigrams(text)}
        body |= {"heading_words": body["words"], "heading_pairs": body["pairs"]}
        clauses = []
        for name, found in body.items():
            weight = WEIGHTS[name]
            if not weight:
                continue
            for term, times in self._rarest(name, Counter(found)):
                query = tantivy.Query.term_query(self._schema, name, term, "freq")
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight * times)))
        return clauses

    def _rarest(self, name: str, counts: Counter[str]) -> list[tuple[str, int]]:
        if len(counts) <= MAX_TERMS:
            return list(counts.items())
        by_rarity = sorted(counts, key=lambda term: (self._searcher.doc_freq(name, term), term))
        return [(term, counts[term]) for term in by_rarity[:MAX_TERMS]]

    def _any_facet(self, group: Sequence[str]) -> Any:
        import tantivy

        choices = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "facets", token, "basic")) for token in group
        ]
        return tantivy.Query.const_score_query(tantivy.Query.boolean_query(choices), 0.0)
