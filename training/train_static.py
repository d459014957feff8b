"""Train the built-in encoder: a static (bag of sub-words) sentence-transformers model for Chinese office text.

    python training/train_static.py PAIRS_DIR OUTPUT_DIR

``PAIRS_DIR`` holds ``*.jsonl.gz`` files of ``{"q", "p"}`` pairs; ``SOURCES`` names the ones used and why they may be.
The tokenizer is a byte-pair encoding learned on the passages; the weights are trained with in-batch negatives (multiple
negatives ranking loss, Henderson et al. 2017, arXiv:1705.00652) at the sizes of ``EMBEDDING_DIM`` and its halves
(Matryoshka, Kusupati et al. 2022, arXiv:2205.13147). Seeds are fixed; one run takes about a minute on two cores.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from pathlib import Path

VOCABULARY = 16_000
EMBEDDING_DIM = 256
MATRYOSHKA = (256, 128, 64)
BATCH = 1024
EPOCHS = 6
LEARNING_RATE = 0.05
SCALE = 20.0
MAX_CHARS = 400
SEED = 20261122

# file name -> (licence, weight: how often a pair is seen in one epoch)
SOURCES = {
    "xwlb_title_body_2022_2025.jsonl.gz": ("MIT", 1),
    "laws_title_chapter.jsonl.gz": ("official texts, PRC copyright law art. 5", 1),
    "state_council_title_body.jsonl.gz": ("official texts, PRC copyright law art. 5", 1),
    "csl_title_abstract.jsonl.gz": ("Apache-2.0", 1),
    "lawyer_llama_question_to_article.jsonl.gz": ("Apache-2.0", 1),
    "lawyer_llama_question_to_chatgpt_answer.jsonl.gz": ("Apache-2.0", 1),
    "crud_lead_sentence_pseudo.jsonl.gz": ("Apache-2.0", 1),
}


def read_pairs(folder: Path) -> list[tuple[str, str]]:
    """Return the pairs of every permitted file, folded as queries and passages are at run time."""
    from speechrag.text import fold

    pairs: list[tuple[str, str]] = []
    for name, (_, weight) in sorted(SOURCES.items()):
        path = folder / name
        if not path.is_file():
            print(f"{name}: not there, left out", file=sys.stderr)
            continue
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        found = [(fold(r["q"])[:MAX_CHARS], fold(r["p"])[:MAX_CHARS]) for r in rows]
        pairs.extend(found * weight)
        print(f"{name}: {len(found)} pairs", file=sys.stderr)
    return pairs


def train_tokenizer(texts: list[str]):
    """Return a BPE tokenizer over folded text; pieces are at most six characters."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits()])
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["[PAD]", "[UNK]"], max_token_length=6, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train(pairs: list[tuple[str, str]], tokenizer, torch):
    """Return the embedding matrix, float32[vocabulary, EMBEDDING_DIM]."""
    torch.manual_seed(SEED)
    bag = torch.nn.EmbeddingBag(tokenizer.get_vocab_size(), EMBEDDING_DIM, mode="mean")
    torch.nn.init.normal_(bag.weight, std=1.0)
    optimiser = torch.optim.Adam(bag.parameters(), lr=LEARNING_RATE)
    order = random.Random(SEED)
    steps = EPOCHS * (len(pairs) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), max(0.0, (steps - s) / (0.9 * steps)))
    )
    left = [e.ids for e in tokenizer.encode_batch_fast([q for q, _ in pairs], add_special_tokens=False)]
    right = [e.ids for e in tokenizer.encode_batch_fast([p for _, p in pairs], add_special_tokens=False)]
    step, began = 0, time.time()

    def embed(rows: list[list[int]]):
        flat = torch.tensor([i for row in rows for i in (row or [1])])
        lengths = torch.tensor([0] + [len(row) or 1 for row in rows[:-1]])
        return bag(flat, torch.cumsum(lengths, 0))

    for epoch in range(EPOCHS):
        index = list(range(len(pairs)))
        order.shuffle(index)
        for at in range(0, len(index) - BATCH + 1, BATCH):
            chosen = index[at : at + BATCH]
            q, p = embed([left[i] for i in chosen]), embed([right[i] for i in chosen])
            target = torch.arange(len(chosen))
            loss = torch.zeros(())
            for dim in MATRYOSHKA:
                a = torch.nn.functional.normalize(q[:, :dim])
                b = torch.nn.functional.normalize(p[:, :dim])
                scores = a @ b.T * SCALE
                loss = loss + torch.nn.functional.cross_entropy(scores, target)
                loss = loss + torch.nn.functional.cross_entropy(scores.T, target)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
            if step % 20 == 0:
                took = time.time() - began
                print(f"epoch {epoch + 1} step {step}/{steps} loss {loss.item():.3f} {took:.0f} s", flush=True)
    return bag.weight.detach()


def halve(path: Path) -> None:
    """Rewrite the weights in half precision: half the package, cosine to the float32 vectors above 0.9999."""
    import numpy
    from safetensors.numpy import load_file, save_file

    tensors = {name: value.astype(numpy.float16) for name, value in load_file(path).items()}
    save_file(tensors, path, metadata={"format": "pt"})
    path.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()

    import numpy
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    pairs = read_pairs(arguments.pairs)
    tokenizer = train_tokenizer([p for _, p in pairs])
    weights = train(pairs, tokenizer, torch)
    module = StaticEmbedding(tokenizer, embedding_weights=numpy.asarray(weights, dtype=numpy.float32))
    model = SentenceTransformer(modules=[module, Normalize()], device="cpu")
    model.save_pretrained(str(arguments.output), create_model_card=False)
    halve(arguments.output / "model.safetensors")


if __name__ == "__main__":
    main()
