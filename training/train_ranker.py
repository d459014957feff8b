"""Fit the weights of the learned ranker on question-passage pairs whose licences allow it.

    python training/train_ranker.py PAIRS_DIR WORK_DIR [OUTPUT_DIR]

``PAIRS_DIR`` holds gzipped JSON lines of ``{"q", "p"}``; ``SOURCES`` names the files used and why they may be. Three
steps, all with fixed seeds, about five minutes on two cores:

1. ``recall.json``: for every character and pair of the training questions, the share of questions whose passage holds
   it too (smoothed), the questions of step 2 left out;
2. 800 questions of each source are searched among all its passages (indexes are kept in ``WORK_DIR``) and the features
   of the best sixty are written down by the product's own code;
3. the weights of the lexical features are fitted by a listwise softmax loss (Cao et al. 2007) with Adam.

The dense features cannot be fitted here: the encoder was trained on the same pairs and looks better on them than it is.
Their weights, and those of official terms, figures and facets, which these pairs hardly call for, are the constants of
``CHOSEN``, set by hand on development sets that no model was trained on (see benchmarks/README.md).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speechrag.build import build_collection
from speechrag.config import Settings
from speechrag.errors import IndexMismatch, IndexMissing
from speechrag.index.opened import OpenIndex, open_index
from speechrag.retrieval.ranker import FEATURES, MODEL, UNSEEN_RECALL
from speechrag.retrieval.stages import Pipeline, Stages
from speechrag.retrieval.understanding import Understood
from speechrag.text import fold, segmenter, terms

# name -> (file, licence, characters of a passage that are kept)
SOURCES = {
    "titles": ("xwlb_title_body_2022_2025.jsonl.gz", "MIT", 500),
    "leads": ("crud_lead_sentence_pseudo.jsonl.gz", "Apache-2.0", 500),
    "abstracts": ("csl_title_abstract.jsonl.gz", "Apache-2.0", 500),
    "articles": ("lawyer_llama_question_to_article.jsonl.gz", "Apache-2.0", 500),
    "advice": ("lawyer_llama_question_to_chatgpt_answer.jsonl.gz", "Apache-2.0", 500),
    "chapters": ("laws_title_chapter.jsonl.gz", "official texts, PRC copyright law art. 5", 500),
    "named chapters": ("laws_title_chapter.jsonl.gz", "official texts, PRC copyright law art. 5", 500),
    "encyclopaedia": ("drcd_dev_question_context.jsonl.gz", "CC BY-SA 3.0", 900),
}
TITLED = "named chapters"  # the same pairs, the law's name as the title of the passage
NO_RECALL = ("chapters", "named chapters")  # headings, not questions
QUESTIONS = 800
DEPTH = 60  # candidates of a question
PASSAGES = 7_000
SEED = 7

LEAST_SEEN = 10  # questions a term must occur in to be listed in recall.json
PRIOR = 8.0  # questions' worth of UNSEEN_RECALL that every term starts with

EPOCHS, RATE, RIDGE = 60, 0.02, 1e-4
CHOSEN = {
    "dense": 0.05,
    "dense_gap": 9.0,
    "expansion": 14.0,
    "told": 10.0,
    "figure": 2.0,
    "dated": 8.0,
    "named": 8.0,
    "facets": 0.3,
}
OFFSET_QUANTILE = 0.5  # the median score of right passages stands for 0.5


@dataclass(frozen=True, slots=True)
class Collection:
    """One source as a test collection: documents (id, title, text), questions, and the right documents of each."""

    documents: list[tuple[str, str, str]]
    questions: list[tuple[str, frozenset[str]]]


def read_rows(folder: Path, name: str) -> list[tuple[str, str]]:
    """Return the (question, passage) pairs of a source in a fixed random order."""
    file, _, _ = SOURCES[name]
    with gzip.open(folder / file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found = [(row["q"], row["p"]) for row in rows]
    random.Random(SEED).shuffle(found)
    return found


def collection(folder: Path, name: str) -> Collection:
    """Return a source as a collection; passages that differ in script only are one."""
    kept = SOURCES[name][2]
    ids: dict[str, str] = {}
    documents: list[tuple[str, str, str]] = []
    right: dict[str, set[str]] = {}
    for question, passage in read_rows(folder, name)[:PASSAGES]:
        text = passage[:kept]
        key = fold(text)
        if key not in ids:
            ids[key] = f"d{len(ids)}"
            documents.append((ids[key], question.rpartition(" ")[0] if name == TITLED else "", text))
        right.setdefault(question, set()).add(ids[key])
    questions = sorted(right)
    random.Random(SEED).shuffle(questions)
    return Collection(documents, [(q, frozenset(right[q])) for q in questions[:QUESTIONS]])


def term_recall(folder: Path, left_out: set[str]) -> dict[str, float]:
    """Return term -> smoothed share of the questions holding it whose passage holds it too."""
    asked: Counter[str] = Counter()
    came_back: Counter[str] = Counter()
    for name in SOURCES:
        if name in NO_RECALL:
            continue
        for question, passage in dict(read_rows(folder, name)).items():
            if question in left_out:
                continue
            text = fold(passage[:1500])
            found = terms(question, segmenter("characters"))
            held = {*found.characters, *found.pairs}
            asked.update(held)
            came_back.update(term for term in held if term in text)
    return {
        term: round((came_back[term] + PRIOR * UNSEEN_RECALL) / (times + PRIOR), 3)
        for term, times in sorted(asked.items())
        if times >= LEAST_SEEN
    }


def indexed(work: Path, name: str, source: Collection) -> OpenIndex:
    """Return the index of a source, built where there is none yet or the encoder has changed since."""
    place = work / name.replace(" ", "-")
    try:
        return open_index(place)
    except (IndexMissing, IndexMismatch):
        build_collection(source.documents, place, Settings())
        return open_index(place)


def feature_tables(work: Path, name: str, source: Collection) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each question the features of its best candidates and which of them are right."""
    index = indexed(work, name, source)
    facts = {f.speech_id: f for f in index.store.facts()}
    pipeline = Pipeline(index, facts, Stages())
    tables = []
    for question, right in source.questions:
        asked = Understood(fold(question))
        lexical = dict(index.lexical.search(asked.text, DEPTH, (), pipeline.weigh))
        stored = index.store.passages_at(list(lexical))
        if stored:
            table = pipeline.features(asked, stored, lexical, None)  # without cosines: see above
            tables.append((table, np.array([s.passage.speech_id in right for s in stored])))
    print(f"{name}: {len(source.documents)} passages, {len(tables)} questions", file=sys.stderr)
    return tables


def fit(tables: list[tuple[np.ndarray, np.ndarray]], columns: list[int]) -> np.ndarray:
    """Return one weight for each column, by listwise softmax over the candidates of each question."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    useful = [(table[:, columns], right) for table, right in tables if right.any()]
    spread = np.concatenate([table for table, _ in useful]).std(axis=0) + 1e-6
    widest = max(len(right) for _, right in useful)
    values = np.zeros((len(useful), widest, len(columns)), dtype=np.float32)
    wanted = np.zeros((len(useful), widest), dtype=np.float32)
    absent = np.ones((len(useful), widest), dtype=bool)
    for at, (table, right) in enumerate(useful):
        values[at, : len(table)] = table / spread
        wanted[at, : len(table)] = right / right.sum()
        absent[at, : len(table)] = False
    x, y, mask = torch.tensor(values), torch.tensor(wanted), torch.tensor(absent)
    weights = torch.zeros(len(columns), requires_grad=True)
    adam = torch.optim.Adam([weights], lr=RATE)
    order = torch.Generator().manual_seed(SEED)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(useful), generator=order).split(512):
            logits = (x[batch] @ weights).masked_fill(mask[batch], -1e9)
            loss = -(y[batch] * torch.log_softmax(logits, dim=1)).sum(dim=1).mean() + RIDGE * (weights**2).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
        adam.param_groups[0]["lr"] = RATE * (1 - (epoch + 1) / EPOCHS) + 1e-4
    return weights.detach().numpy() / spread


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("output", type=Path, nargs="?", default=MODEL)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    sources = {name: collection(arguments.pairs, name) for name in SOURCES}
    held = {question for source in sources.values() for question, _ in source.questions}
    recall = term_recall(arguments.pairs, held)
    compact = json.dumps(recall, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (arguments.output / "recall.json").write_text(compact + "\n", encoding="utf-8")
    weights_file = arguments.output / "weights.json"
    if not weights_file.is_file():  # the pipeline wants some weights to load; none of them is used here
        weights_file.write_text(json.dumps({"weights": dict.fromkeys(FEATURES, 0.0), "offset": 0.0}), encoding="utf-8")
    tables = [table for name, source in sources.items() for table in feature_tables(arguments.work, name, source)]
    columns = [at for at, name in enumerate(FEATURES) if name not in CHOSEN]
    fitted = fit(tables, columns)
    weights = {**{FEATURES[at]: float(w) for at, w in zip(columns, fitted, strict=True)}, **CHOSEN}
    scores = [float((table[:, columns] @ fitted)[right].max()) for table, right in tables if right.any()]
    offset = float(np.quantile(scores, OFFSET_QUANTILE))
    model = {"weights": {name: round(weights[name], 4) for name in FEATURES}, "offset": round(offset, 3)}
    weights_file.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(model, indent=1))


if __name__ == "__main__":
    sys.exit(main())
