"""Train the built-in encoder: vectors of words, summed, for Chinese office text.

    python training/train_static.py --data DATA --out DIR

``DATA`` holds the files that ``corpora`` names. The vocabulary is counted, first vectors come from co-occurrence, then
questions and passages are contrasted in batches (``contrastive``). The result is a sentence-transformers folder:
``StaticEmbedding`` and ``Normalize``, half precision. All seeds are fixed, and nothing depends on timing when one
thread computes (OPENBLAS_NUM_THREADS=1).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import contrastive
import corpora
import numpy as np
import vocabulary
from contrastive import Matrix, Plan, Source
from examples import Bags, Batch, Sentences, bags, united

from speechrag.embedding.grams import GramTable

CLOZE, EVERYDAY = 0.5, 0.1  # shares of a batch; question-passage pairs fill the rest
NEIGHBOURS = 5  # sentences that illustrate an official wording
LEVELLED = 20  # every so many sentences the principal directions are taken from
VOCABULARY_CHARACTERS = 5_000_000  # of each corpus


def log(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def everyday(sentences: Sentences, table: GramTable, weights: Matrix) -> Source:
    """Return a source of (everyday wording, official wording, or a sentence that uses it, or both)."""
    rows = corpora.colloquial()
    questions = bags([left for left, _ in rows], table)
    answers = bags([right for _, right in rows], table)
    close = _closest(answers, sentences, weights)

    def draw(count: int, rng: np.random.Generator) -> Batch:
        chosen, luck = rng.integers(len(rows), size=count), rng.random(count)
        use = sentences.bags.take(close[chosen, rng.integers(NEIGHBOURS, size=count)])
        answer = answers.take(chosen)
        passages = united([answer.where((luck < 0.9)[answer.rows]), use.where((luck >= 0.5)[use.rows])])
        return questions.take(chosen), passages

    return draw


def _closest(answers: Bags, sentences: Sentences, weights: Matrix) -> np.ndarray:
    """Return the numbers of the sentences that share most with each answer, rare words counting more."""
    size = len(weights)
    pick = np.flatnonzero((sentences.length >= 20) & (sentences.length <= 150))[::3]
    table = sentences.bags.take(pick).matrix(size)
    damping = np.sqrt(np.diff(table.indptr) + 20)
    turned = table.T.tocsr()
    wanted = answers.matrix(size)
    wanted.data[:] = weights[wanted.indices]
    found = []
    for row in range(len(answers)):
        scores = wanted[row] @ turned
        best = np.lexsort((scores.indices, -scores.data / damping[scores.indices]))[:NEIGHBOURS]
        found.append(np.resize(pick[scores.indices[best]], NEIGHBOURS))
    return np.array(found)


def spelling(tokens: list[str]) -> Any:
    """Return the share of every character in every Chinese token, sparse ``float32[tokens, characters]``."""
    from scipy.sparse import csr_matrix

    number: dict[str, int] = {}
    rows, columns, shares = [], [], []
    for row, token in enumerate(tokens):
        for character in token if token[0] > "\u3000" else "":
            rows.append(row)
            columns.append(number.setdefault(character, len(number)))
            shares.append(1 / len(token))
    return csr_matrix((np.array(shares, dtype=np.float32), (rows, columns)), shape=(len(tokens), len(number)))


@dataclass(frozen=True)
class Material:
    """Everything read from the data folder, as token numbers."""

    tokens: list[str]
    sentences: Sentences
    questions: Bags
    passages: Bags
    times: np.ndarray  # how often each pair is seen in one pass
    synonyms: Bags  # of every token


def read(data: Path) -> Material:
    """Choose the vocabulary and turn all texts and pairs into token numbers."""
    texts = {corpus.name: list(corpora.documents(corpus, data)) for corpus in corpora.CORPORA}
    pairs = [(source, corpora.pairs(source, data)) for source in corpora.PAIRS]
    for name, documents in texts.items():
        log(f"{name}: {len(documents)} documents, {sum(map(len, documents))} characters")
    for source, rows in pairs:
        log(f"{source.file}: {len(rows)} pairs")
    tokens = vocabulary.choose(_sample(texts, [row for _, rows in pairs for row in rows]))
    table = GramTable({token: number for number, token in enumerate(tokens)})
    return Material(
        tokens,
        Sentences.of(chain.from_iterable(texts.values()), table),
        bags([left for _, rows in pairs for left, _ in rows], table),
        bags([right for _, rows in pairs for _, right in rows], table),
        np.array([source.times for source, rows in pairs for _ in rows]),
        corpora.synonyms(tokens, data),
    )


def learn(material: Material, plan: Plan) -> Matrix:
    """Return the trained vectors of the vocabulary."""
    tokens, sentences = material.tokens, material.sentences
    log(f"{len(tokens)} tokens, {len(sentences.bags)} sentences, {len(material.passages)} pairs")
    log(f"{np.count_nonzero(np.diff(material.synonyms.starts))} tokens with synonyms")
    table = GramTable({token: number for number, token in enumerate(tokens)})
    weights = contrastive.rarity(sentences.bags, len(tokens))
    meaning = contrastive.latent(sentences.bags, weights, plan.dim)
    draw = contrastive.mixed([
        (CLOZE, sentences.cloze),
        (EVERYDAY, everyday(sentences, table, weights)),
        (1.0, contrastive.rounds(material.questions, material.passages, material.times)),
    ])  # fmt: skip
    first = contrastive.start(weights, meaning, spelling(tokens), plan.seed)
    vectors = contrastive.train(first, draw, material.synonyms, plan, log)
    sample = sentences.bags.take(np.arange(0, len(sentences.bags), LEVELLED))
    return contrastive.levelled(vectors, sample, plan.levelling)


def _sample(texts: dict[str, list[str]], pairs: list[tuple[str, str]]) -> list[str]:
    """Return the documents the vocabulary is counted on: at most so many characters of each corpus, spread over it."""
    from speechrag.text import fold

    chosen = [fold(f"{left}\n{right}") for left, right in pairs]
    for documents in texts.values():
        share = min(1.0, VOCABULARY_CHARACTERS / sum(map(len, documents)))
        chosen += [documents[at] for at in contrastive.evenly(len(documents), int(len(documents) * share))]
    return chosen


def save(tokens: list[str], vectors: Matrix, folder: Path) -> None:
    """Write a sentence-transformers folder: what ``StaticEncoder.features`` gives, joined by spaces, is its input.

    The tokenizer looks up whole features first; on plain text it falls back on the longest words from the left.
    """
    from safetensors.numpy import load_file, save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    model = models.WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]")
    model.continuing_subword_prefix = ""
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\w.]+"), "removed")  # the point belongs to 3.5
    static = StaticEmbedding(tokenizer, embedding_weights=np.asarray(vectors, dtype=np.float32))
    whole = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    whole.save_pretrained(str(folder), create_model_card=False)
    weights = folder / "model.safetensors"
    halves = {name: value.astype(np.float16) for name, value in load_file(weights).items()}
    save_file(halves, weights, metadata={"format": "pt"})
    weights.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the corpora and pairs")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model")
    parser.add_argument("--steps", type=int, default=Plan.steps)
    arguments = parser.parse_args()
    began = time.time()
    material = read(arguments.data)
    vectors = learn(material, Plan(steps=arguments.steps))
    save(material.tokens, vectors, arguments.out)
    log(f"{len(material.tokens)} x {vectors.shape[1]} written to {arguments.out} after {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
