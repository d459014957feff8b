"""The texts the built-in encoder learns from, each with the licence that allows it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from examples import Bags

from speechrag.config import PACKAGE
from speechrag.text import fold

OFFICIAL = "official texts, no copyright (PRC copyright law, art. 5)"


@dataclass(frozen=True)
class Corpus:
    """Running text: ``pattern`` below the data folder; at most ``characters`` of it are read."""

    name: str
    pattern: str
    licence: str
    characters: int


@dataclass(frozen=True)
class Pairs:
    """Gzipped JSON lines {"q", "p"}; ``times`` is how often a pair is seen in one pass."""

    file: str
    licence: str
    times: int = 1


# The national work reports are left out: they are the documents of an evaluation set.
CORPORA = (
    Corpus("news", "scale_news.jsonl", "Apache-2.0", 50_000_000),
    Corpus("evening news", "xwlb_items.jsonl", "MIT", 9_000_000),
    Corpus("laws", "laws_regulations/*.txt", OFFICIAL, 25_000_000),
    Corpus("State Council documents", "state_council_policies/*.txt", OFFICIAL, 1_000_000),
    Corpus("party congress reports", "cpc_congress_reports/*.txt", OFFICIAL, 1_000_000),
)
PAIRS = (
    Pairs("xwlb_title_body_2022_2025.jsonl.gz", "MIT"),
    Pairs("laws_title_chapter.jsonl.gz", OFFICIAL),
    Pairs("state_council_title_body.jsonl.gz", OFFICIAL),
    Pairs("csl_title_abstract.jsonl.gz", "Apache-2.0"),
    Pairs("lawyer_llama_question_to_article.jsonl.gz", "Apache-2.0", times=2),
    Pairs("lawyer_llama_question_to_chatgpt_answer.jsonl.gz", "Apache-2.0", times=2),
    Pairs("crud_lead_sentence_pseudo.jsonl.gz", "Apache-2.0"),
    Pairs("drcd_dev_question_context.jsonl.gz", "CC BY-SA 3.0", times=2),
)
COLLOQUIAL = Path(__file__).with_name("colloquial.tsv")
EVERYDAY = Path(__file__).with_name("everyday.jsonl")
THESAURUS = PACKAGE / "data" / "thesaurus.tsv"
WORDNET = "wn-data-cmn.tab"  # Chinese Open Wordnet (Wang & Bond 2013), free for any purpose under its own licence


def documents(corpus: Corpus, data: Path) -> Iterator[str]:
    """Yield the folded documents of ``corpus`` in the order of their names or lines."""
    read = 0
    for text in _texts(corpus, data):
        if read > corpus.characters:
            return
        read += len(text)
        yield fold(text)


def _texts(corpus: Corpus, data: Path) -> Iterator[str]:
    paths = sorted(data.glob(corpus.pattern))
    if not paths:
        raise SystemExit(f"{data / corpus.pattern}: not there; see training/README.md for the data")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".jsonl":
            yield text
            continue
        for line in text.splitlines():
            row = json.loads(line)
            yield "\n".join(filter(None, (row.get("title"), row["text"])))


def pairs(source: Pairs, data: Path) -> list[tuple[str, str]]:
    """Return the (question or title, passage) pairs of ``source``, cut to 300 and 500 characters."""
    with gzip.open(data / source.file, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [(row["q"][:300], row["p"][:500]) for row in rows]


def colloquial() -> list[tuple[str, str]]:
    """Return (everyday wording, official wording): written sentences and questions, every form of the thesaurus."""
    found = [(everyday, official) for everyday, official in _columns(COLLOQUIAL)]
    found += [(row["q"], row["p"]) for row in map(json.loads, EVERYDAY.read_text(encoding="utf-8").splitlines())]
    for everyday, official in _columns(THESAURUS):
        found += [(form, official) for form in everyday.split()]
    return found


def synonyms(tokens: Sequence[str], data: Path) -> Bags:
    """Return for every token the tokens that stand with it in a synset of the Chinese Open Wordnet."""
    number = {token: at for at, token in enumerate(tokens)}
    synsets: dict[str, set[int]] = {}
    for synset, _, word in _columns(data / WORDNET):
        if (at := number.get(fold(word))) is not None:
            synsets.setdefault(synset, set()).add(at)
    found = sorted({(one, two) for words in synsets.values() for one in words for two in words if one != two})
    rows, ids = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return Bags.of(rows, ids, len(tokens))


def _columns(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
