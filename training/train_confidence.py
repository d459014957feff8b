"""Fit and judge the probability that the best hits answer a question.

    python training/train_confidence.py PAIRS_DIR WORK_DIR INDEX=QUESTIONS.jsonl ... [--write] [--split dev]

``PAIRS_DIR`` and ``WORK_DIR`` are those of ``train_ranker.py``; every question of these is asked
as it is (answerable where the right passage is among the first three) and once more with the right passage taken out of
the results (not answerable). ``INDEX=QUESTIONS.jsonl`` adds questions labelled by hand about an index; they count
``LABELLED`` times as much and alone decide the calibration. Prints AUC and the refusal curve of every set.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from train_ranker import collection, indexed

from speechrag.index.opened import open_index
from speechrag.records import Query
from speechrag.retrieval.confidence import LOOKED_AT, SIGNALS
from speechrag.retrieval.ranker import MODEL
from speechrag.retrieval.search import Retriever

GENERATED = ("titles", "advice", "encyclopaedia")
QUESTIONS = 250
LABELLED = 4.0
RIDGE = 0.05
REFUSED_OF_ANSWERABLE = (0.01, 0.02, 0.05, 0.1, 0.2)

Rows = list[tuple[list[float], bool]]


def generated(pairs: Path, work: Path, name: str) -> Rows:
    """Return signals and whether there is an answer, for a source with and without its right passages."""
    source = collection(pairs, name)
    retriever = Retriever(indexed(work, name, source))
    rows: Rows = []
    for text, right in source.questions[:QUESTIONS]:
        query = Query(text, 10)
        hits = retriever.search(query)
        if any(hit.passage.speech_id in right for hit in hits[:LOOKED_AT]):
            rows.append((_vector(retriever, query, hits), True))
        others = [hit for hit in hits if hit.passage.speech_id not in right]
        rows.append((_vector(retriever, query, others), False))
    return rows


def labelled(index: Path, questions: Path, split: str) -> Rows:
    """Return signals and whether there is an answer, for questions labelled by hand."""
    retriever = Retriever(open_index(index))
    rows: Rows = []
    for line in questions.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] == split:
            query = Query(row["question"], 10)
            rows.append((_vector(retriever, query, retriever.search(query)), bool(row["answerable"])))
    return rows


def _vector(retriever: Retriever, query: Query, hits: list) -> list[float]:  # type: ignore[type-arg]
    found = retriever.signals(query, hits)
    return [found[name] for name in SIGNALS]


def fit(rows: Rows, weights: np.ndarray) -> np.ndarray:
    """Return bias and weights of a ridge logistic regression (Newton's method)."""
    x = np.array([[1.0, *vector] for vector, _ in rows])
    y = np.array([float(label) for _, label in rows])
    ridge = RIDGE * weights.sum() / len(x) * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    theta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ theta))
        gradient = x.T @ (weights * (p - y)) + ridge @ theta
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + ridge
        theta -= np.linalg.solve(hessian, gradient)
    return theta


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the probability that an answerable question scores above one that is not, ties half."""
    right, wrong = scores[labels], scores[~labels]
    return float(((right[:, None] > wrong).mean() + (right[:, None] >= wrong).mean()) / 2)


def report(name: str, rows: Rows, theta: np.ndarray) -> None:
    scores = np.array([theta[0] + np.dot(theta[1:], vector) for vector, _ in rows])
    labels = np.array([label for _, label in rows])
    curve = []
    for share in REFUSED_OF_ANSWERABLE:
        threshold = np.quantile(scores[labels], share)
        refused = float((scores[~labels] < threshold).mean())
        curve.append(f"{share:.0%} -> {refused:.0%} (at {1 / (1 + np.exp(-threshold)):.2f})")
    print(
        f"{name}: {len(rows)} questions, AUC {auc(scores, labels):.3f}; "
        f"answerable refused -> others refused: {', '.join(curve)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("labelled", nargs="*")
    parser.add_argument("--split", default="dev")
    parser.add_argument(
        "--write", action="store_true", help="fit and write the weights; without it, judge those there are"
    )
    arguments = parser.parse_args()
    sets = {}
    for pair in arguments.labelled:
        index, _, questions = pair.partition("=")
        sets[pair] = labelled(Path(index), Path(questions), arguments.split)
    by_hand = [row for rows in sets.values() for row in rows]
    target = MODEL / "confidence.json"
    if arguments.write:
        made = {name: generated(arguments.pairs, arguments.work, name) for name in GENERATED}
        automatic = [row for rows in made.values() for row in rows]
        weights = np.array([1.0] * len(automatic) + [LABELLED] * len(by_hand))
        theta = fit(automatic + by_hand, weights)
        # The shares of answerable questions differ between the sets: the bias alone is set on those labelled by hand.
        line = np.array([[np.dot(theta[1:], vector)] for vector, _ in by_hand])
        slope = fit([(list(v), label) for v, (_, label) in zip(line, by_hand, strict=True)], np.ones(len(by_hand)))
        theta = np.array([slope[0], *(slope[1] * theta[1:])])
        model = {name: round(float(value), 4) for name, value in zip(("bias", *SIGNALS), theta, strict=True)}
        target.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
        sets = {**made, **sets}
    model = json.loads(target.read_text(encoding="utf-8"))
    theta = np.array([model[name] for name in ("bias", *SIGNALS)])
    for name, rows in sets.items():
        report(name, rows, theta)


if __name__ == "__main__":
    sys.exit(main())
