"""Train the ranker of paraphrases on questions that were labelled by hand.

    python training/train_paraphrase.py INDEX=QUESTIONS.jsonl ... [--epochs 16] [--write]

``INDEX=QUESTIONS.jsonl`` names questions about an index; their ``test`` split is left out, and so are those without an
answer. Relevant is what ``eval/questions_as_topics.py`` judges so. A question is the list of passages that the ranker
looked at; the loss is that of a list of which any relevant one may come first (Cao et al. 2007), a passage is as good
as its best window. Questions in the words of their answer are trained on too, at half the weight.

Prints R@10 and RR@10 of each author's paraphrases and other questions, ranked by nets that saw no question of that
author's fold, beside the ranker alone. ``--write`` then trains ``NETS`` nets on all and writes
``src/speechrag/models/ranker/paraphrase.json``.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from train_reader import AUTHORS, PARAPHRASE

sys.path.append(str(Path(__file__).resolve().parent.parent / "eval"))
from questions_as_topics import passages, relevant
from questions_check import read_rows

from speechrag.index.opened import open_index
from speechrag.retrieval.paraphrase import FILE, LAYOUT, LEAST_GAP, SEEN
from speechrag.retrieval.softmatch import DIRECTIONS, GATE, HELD, MATCH, Met
from speechrag.retrieval.stages import Pipeline, Stages
from speechrag.text import displayable

NETS, FOLDS, BATCH, RATE, DECAY = 5, 3, 16, 3e-3, 1e-3
HIDDEN_GATE, HIDDEN_MATCH, HIDDEN_WINDOW, DROPPED = 12, 14, 16, 0.2
ORDINARY = 0.5  # weight of a question that is no paraphrase
DEPTH = 100  # candidates of each channel, as in a search
WINDOW = 3 + len(HELD) + len(SEEN) + 4  # what is seen of a window, its passage and the query, and how the words are met
TOP, NETS_JUDGED = 10, 2
LEAST_DEVIATION = 1e-2


@dataclass(frozen=True)
class Example:
    """The passages of one question as the ranker of paraphrases sees them; half precision keeps thousands of them."""

    gates: Tensor
    matches: Tensor
    windows: Tensor
    seen: Tensor
    passage: Tensor
    right: Tensor  # [passages]: relevant
    author: str
    kind: str

    @classmethod
    def of(cls, met: Met, seen: np.ndarray, right: Sequence[bool], author: str, kind: str) -> Example:
        floats = (torch.tensor(part, dtype=torch.float32) for part in (met.gates, met.windows, seen))
        gates, windows, table = floats
        matches = torch.tensor(met.matches, dtype=torch.float16)
        return cls(gates, matches, windows, table, torch.tensor(met.passage), torch.tensor(right), author, kind)

    @property
    def gap(self) -> float:
        return float(self.seen[0, SEEN.index("gap")])


class Watched(Pipeline):
    """A pipeline that keeps what the ranker of paraphrases would see, however small the gap, and leaves it unranked."""

    kept: tuple[list[str], tuple[Met, np.ndarray] | None] = ([], None)

    def looked_at(self, asked: Any, head: Any, table: Any, least: float = LEAST_GAP) -> None:
        self.kept = [s.passage_id for s in head], super().looked_at(asked, head, table, least=0.0)


def examples(index: Path, questions: Path) -> Iterator[Example]:
    """Yield the development questions of one file."""
    opened = open_index(index)
    pipeline = Watched(opened, {f.speech_id: f for f in opened.store.facts()}, Stages())
    every, author = passages(opened.store), AUTHORS.get(questions.stem, questions.stem)
    for row in read_rows(questions):
        if row["split"] == "test" or not row["answerable"] or not (right := set(relevant(row, every))):
            continue
        pipeline.kept = [], None
        pipeline.rank(displayable(row["question"]).strip(), DEPTH, [], None)
        ids, found = pipeline.kept
        if found is not None:
            yield Example.of(*found, [each in right for each in ids], author, row["kind"])


class Trained(nn.Module):
    """The net of ``speechrag.retrieval.paraphrase`` with dropout while it is trained."""

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        words = len(MATCH) + len(GATE) - 1
        self.gate = nn.Sequential(nn.Linear(len(GATE) + DIRECTIONS, HIDDEN_GATE), nn.ReLU(), nn.Linear(HIDDEN_GATE, 1))
        self.match = nn.Sequential(nn.Linear(words, HIDDEN_MATCH), nn.ReLU(), nn.Linear(HIDDEN_MATCH, 1))
        self.window = nn.Sequential(
            nn.Linear(WINDOW, HIDDEN_WINDOW), nn.ReLU(), nn.Dropout(DROPPED), nn.Linear(HIDDEN_WINDOW, 1)
        )
        self.straight = nn.Linear(WINDOW, 1)
        nn.init.zeros_(self.straight.weight)
        self.ranked = nn.Parameter(torch.tensor(1.0))
        self.mean, self.deviation = mean, deviation

    def forward(self, example: Example) -> Tensor:
        gate = nn.functional.softplus(self.gate(example.gates))[:, 0]
        matches = example.matches.float()
        words = example.gates[:, : len(GATE) - 1].expand(*matches.shape[:2], -1)
        found = torch.sigmoid(self.match(torch.cat([matches, words], dim=2)))[..., 0]
        total = gate.sum() + 1e-6
        lost = (1 - found) * gate
        told = [(found * gate).sum(1) / total, lost.sum(1), lost.max(1).values, total.expand(len(found))]
        inputs = torch.cat([example.windows, example.seen[example.passage], torch.stack(told, 1)], 1)
        inputs = (inputs - self.mean) / self.deviation
        each = (self.window(inputs) + self.straight(inputs))[:, 0]
        best = torch.full((len(example.seen),), -torch.inf)
        best = best.scatter_reduce(0, example.passage, each, "amax", include_self=False)
        return self.ranked * example.seen[:, SEEN.index("odds")] + best

    def told(self) -> dict[str, Any]:
        """Return the net as the package reads it: the scaling of the inputs is folded into the first layers."""
        return {
            "gate": [_layer(self.gate[0]), _layer(self.gate[2])],
            "match": [_layer(self.match[0]), _layer(self.match[2])],
            "window": [self._scaled(self.window[0]), _layer(self.window[3])],
            "straight": self._scaled(self.straight),
            "ranked": round(self.ranked.item(), 4),
        }

    def _scaled(self, layer: nn.Linear) -> dict[str, Any]:
        weight = layer.weight / self.deviation
        return _rounded(weight, layer.bias - weight @ self.mean)


def _layer(layer: nn.Linear) -> dict[str, Any]:
    return _rounded(layer.weight, layer.bias)


def _rounded(weight: Tensor, bias: Tensor) -> dict[str, Any]:
    return {
        "weight": [[float(f"{x:.5g}") for x in row] for row in weight.tolist()],
        "bias": [float(f"{x:.5g}") for x in bias.tolist()],
    }


def train(rows: Sequence[Example], seed: int, epochs: int) -> Trained:
    """Return a net trained on the questions of which a relevant passage was looked at."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    rows = [row for row in rows if row.right.any()]
    net = Trained(*scales(rows))
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * (len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(epochs):
        rng.shuffle(rows)
        for first in range(0, len(rows) - BATCH + 1, BATCH):
            optimiser.zero_grad()
            losses = [_loss(net, row) for row in rows[first : first + BATCH]]
            (torch.stack(losses).sum() / BATCH).backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def _loss(net: Trained, row: Example) -> Tensor:
    weight = 1.0 if row.kind == PARAPHRASE else ORDINARY
    return -weight * torch.logsumexp(torch.log_softmax(net(row), 0)[row.right], 0)


def scales(rows: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Return mean and deviation of what is seen of windows; of how words are met, 0 and 1."""
    seen = torch.cat([row.seen for row in rows])
    windows = torch.cat([row.windows[::10] for row in rows])
    mean = torch.cat([windows.mean(0), seen.mean(0), torch.zeros(4)])
    deviation = torch.cat([windows.std(0), seen.std(0), torch.ones(4)])
    return mean, deviation.clamp(min=LEAST_DEVIATION)


def orders(nets: Sequence[Trained], row: Example) -> np.ndarray:
    """Return the scores of a question's passages."""
    with torch.no_grad():
        return torch.stack([net(row) for net in nets]).mean(0).numpy()


def told(rows: Sequence[Example], scores: Sequence[np.ndarray]) -> str:
    """Return R@10 (of any relevant passage) and RR@10."""
    places = []
    for row, score in zip(rows, scores, strict=True):
        right = np.flatnonzero(row.right.numpy()[np.argsort(-score, kind="stable")[:TOP]])
        places.append(right[0] + 1 if len(right) else 0)
    return f"{np.mean([p > 0 for p in places]):.3f} {np.mean([1 / p if p else 0 for p in places]):.3f}"


def report(rows: Sequence[Example], epochs: int) -> None:
    """Print how nets do on the authors that they have not seen, beside the ranker."""
    authors = sorted({row.author for row in rows})
    random.Random(1).shuffle(authors)
    judged: list[tuple[Example, np.ndarray]] = []
    for fold in range(FOLDS):
        out = set(authors[fold::FOLDS])
        nets = [train([row for row in rows if row.author not in out], seed, epochs) for seed in range(NETS_JUDGED)]
        judged += [(row, orders(nets, row)) for row in rows if row.author in out]
    print("questions: R@10, RR@10 of the ranker -> of the nets where the gap is large enough")
    for author in (*sorted(authors), ""):
        for name, of_kind in (("paraphrases", True), ("others", False)):
            own = [
                (row, score)
                for row, score in judged
                if author in ("", row.author) and (row.kind == PARAPHRASE) is of_kind
            ]
            if own:
                kept = [row for row, _ in own]
                before = [row.seen[:, SEEN.index("odds")].numpy() for row in kept]
                after = [new if row.gap >= LEAST_GAP else old for (row, new), old in zip(own, before, strict=True)]
                gaps = np.mean([row.gap >= LEAST_GAP for row in kept])
                print(
                    f"{author or 'all'}: {len(own)} {name}: {told(kept, before)} -> {told(kept, after)}"
                    f" (gap in {gaps:.0%})"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", help="INDEX=QUESTIONS.jsonl")
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--write", action="store_true", help="train on all and write the weights")
    parser.add_argument("--keep", type=Path, help="a folder where what is seen of each file is kept")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows: list[Example] = []
    pairs = [pair.partition("=") for pair in options.labelled]
    for index, _, questions in sorted(pairs, key=lambda pair: Path(pair[2]).stem):  # in whatever order they are named
        rows += kept(Path(index), Path(questions), options.keep)
    report(rows, options.epochs)
    if options.write:
        nets = [train(rows, seed, options.epochs).told() for seed in range(NETS)]
        FILE.write_text(json.dumps({"layout": LAYOUT, "nets": nets}, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(index: Path, questions: Path, folder: Path | None) -> list[Example]:
    """Return the examples of a file, made once where a folder keeps them."""
    if folder is None:
        return list(examples(index, questions))
    place = folder / f"{questions.stem}.pickle"
    if not place.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pickle.dumps(list(examples(index, questions))))
    print(questions.stem, file=sys.stderr, flush=True)
    return pickle.loads(place.read_bytes())  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
