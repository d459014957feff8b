"""Train the reader that tells whether a candidate answers a question.

    python training/train_reader.py PAIRS_DIR WORK_DIR INDEX=QUESTIONS.jsonl ... [--write]

``PAIRS_DIR`` and ``WORK_DIR`` are those of ``train_ranker.py``: questions on encyclopaedia paragraphs, each asked as
it is and once more with the right paragraph taken out of the results. ``INDEX=QUESTIONS.jsonl`` names questions that
were labelled by hand about an index; of these only the ``dev`` split is used. A question is a bag of candidates.

Prints how nets trained without a fold of the questions decide about it. The point at which answers are given is where
the final nets refuse ``REFUSED`` of the unanswerable questions labelled by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from train_confidence import auc
from train_ranker import collection, indexed

from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.answers import LabelledQuestion, read_questions
from speechrag.index.opened import open_index
from speechrag.records import Hit
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.reader import GATE, MATCH, MODEL, WHOLE, Seen

SOURCE = "encyclopaedia"
QUESTIONS = 1_000
NETS, EPOCHS, BATCH, RATE, DECAY = 3, 8, 16, 1e-2, 1e-3
LABELLED = 4  # times that a question labelled by hand is shown
ORDERED, ORDERED_AUTOMATIC = 0.5, 0.25  # weight of the order of candidates beside refusing
EMPTY = 0.15  # weight of the best candidate that holds nothing of the answer
HIDDEN_WORD, HIDDEN_WHOLE, SUMMARY = 10, 14, 4
FOLDS = 4
REFUSED = 0.87  # with those that lack what the question names, which need no reader, nearly nine in ten of all
FOUND = 0.5  # share of the key phrases that a candidate must hold for the answer to count as found


@dataclass(frozen=True)
class Bag:
    """The candidates of one question; ``held`` is the share of the key phrases that each holds."""

    answerable: bool
    gates: Tensor
    matches: Tensor
    wholes: Tensor
    held: Tensor
    by_hand: bool

    @classmethod
    def of(cls, seen: Seen, held: Sequence[float], *, answerable: bool, by_hand: bool) -> Bag:
        parts = (torch.tensor(part, dtype=torch.float32) for part in (seen.gates, seen.matches, seen.wholes))
        return cls(answerable, *parts, torch.tensor(held, dtype=torch.float32), by_hand)


class Net(nn.Module):
    """The networks of ``speechrag.writing.reader.Net``, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.match = _deep(len(MATCH), HIDDEN_WORD)
        self.gate = _deep(len(GATE), HIDDEN_WORD)
        self.whole = _deep(len(WHOLE) + SUMMARY, HIDDEN_WHOLE)
        self.straight = nn.Linear(len(WHOLE) + SUMMARY, 1)

    def forward(self, bag: Bag) -> Tensor:
        gate = nn.functional.softplus(self.gate(bag.gates))[:, 0]
        met = torch.sigmoid(self.match(bag.matches))[..., 0]
        total = gate.sum() + 1e-6
        lost = (1 - met) * gate
        worst = lost.max(dim=1).values if lost.shape[1] else lost.sum(dim=1)
        told = torch.stack([(met * gate).sum(1) / total, lost.sum(1), worst, total.expand(len(met))], dim=1)
        inputs = torch.cat([bag.wholes, told], dim=1)
        return (self.whole(inputs) + self.straight(inputs))[:, 0]

    def told(self) -> dict[str, Any]:
        """Return the weights as ``speechrag.writing.reader`` reads them."""
        deep = {name: [_layer(part[0]), _layer(part[-1])] for name, part in self.named_children() if name != "straight"}
        return {**deep, "straight": _layer(self.straight)}


def _deep(size: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def _layer(linear: Any) -> dict[str, Any]:
    return {name: np.round(getattr(linear, name).detach().numpy(), 4).tolist() for name in ("weight", "bias")}


def loss_of(net: Net, bag: Bag) -> Tensor:
    """Return the loss of one bag.

    Of an answerable question the best candidate that holds half of what the best one holds must answer, the best that
    holds nothing rather not, and candidates come in the order of what they hold. Nothing answers an unanswerable one,
    nor one whose answer the search did not bring.
    """
    logits = net(bag)
    if not bag.answerable or bag.held.max() <= 0:
        return _judged(logits, 0.0)
    good, empty = bag.held >= 0.5 * bag.held.max(), bag.held == 0
    loss = _judged(logits[good], 1.0)
    if bag.by_hand and empty.any():
        loss = loss + EMPTY * _judged(logits[empty], 0.0)
    wanted = bag.held**2 * good
    weight = ORDERED if bag.by_hand else ORDERED_AUTOMATIC
    return loss - weight * (wanted / wanted.sum() * torch.log_softmax(logits, 0)).sum()


def _judged(logits: Tensor, answers: float) -> Tensor:
    return nn.functional.binary_cross_entropy_with_logits(logits.max(), torch.tensor(answers))


def train(bags: Sequence[Bag], seed: int) -> Net:
    """Return a net trained with fixed seeds on one thread: the same bags give the same net."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    order = random.Random(seed)
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    shown = [bag for bag in bags for _ in range(LABELLED if bag.by_hand else 1)]
    steps, step = EPOCHS * -(-len(shown) // BATCH), 0
    for _ in range(EPOCHS):
        order.shuffle(shown)
        for start in range(0, len(shown), BATCH):
            step += 1
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, step / 50) * (1 - step / (steps + 1))
            optimiser.zero_grad()
            batch = shown[start : start + BATCH]
            (torch.stack([loss_of(net, bag) for bag in batch]).sum() / BATCH).backward()
            optimiser.step()
    return net.eval()


def best_logits(nets: Sequence[Net], bags: Sequence[Bag]) -> np.ndarray:
    """Return the logit of the best candidate of each bag, the nets' mean."""
    with torch.no_grad():
        return np.array([float(torch.stack([net(bag) for net in nets]).mean(0).max()) for bag in bags])


def automatic(pairs: Path, work: Path) -> Iterator[Bag]:
    """Yield the bags of the encyclopaedia questions, with and without the right paragraph."""
    source = collection(pairs, SOURCE)
    search = Engine(indexed(work, SOURCE, source), Settings()).asking()
    for text, right in source.questions[:QUESTIONS]:
        reading = search.read(text)
        held = [float(candidate.speech.speech_id in right) for candidate in reading.able]
        if reading.seen is not None and any(held):
            yield Bag.of(reading.seen, held, answerable=True, by_hand=False)
        reading = search.read(text, dropped=partial(_of_speech, right))
        if reading.seen is not None:
            yield Bag.of(reading.seen, [0.0] * len(reading.able), answerable=False, by_hand=False)


def _of_speech(speeches: Container[str], hit: Hit) -> bool:
    return hit.passage.speech_id in speeches


def labelled(index: Path, questions: Path) -> Iterator[Bag]:
    """Yield the bags of the development questions of one file."""
    search = Engine(open_index(index), Settings()).asking()
    for question in read_questions(questions):
        if question.split == "dev" and (reading := search.read(question.text)).seen is not None:
            held = [_held(question, candidate) for candidate in reading.able]
            yield Bag.of(reading.seen, held, answerable=question.answerable, by_hand=True)


def _held(question: LabelledQuestion, candidate: Candidate) -> float:
    quoted = "".join(candidate.speech.text[a:b] for a, b in candidate.spans)
    return sum(any(way in quoted for way in ways) for ways in question.nuggets) / max(1, len(question.nuggets))


def judge(by_hand: Sequence[Bag], others: Sequence[Bag]) -> None:
    """Print how well nets decide about questions that they never saw, over ``FOLDS``."""
    logits = np.zeros(len(by_hand))
    for fold in range(FOLDS):
        kept = [bag for place, bag in enumerate(by_hand) if place % FOLDS != fold]
        judged = [place for place in range(len(by_hand)) if place % FOLDS == fold]
        logits[judged] = best_logits([train([*others, *kept], 100 + fold)], [by_hand[place] for place in judged])
    found = np.array([bag.answerable and bool(bag.held.max() >= FOUND) for bag in by_hand])
    unanswerable = ~np.array([bag.answerable for bag in by_hand])
    print(f"{found.sum()} questions whose answer is found, {unanswerable.sum()} without one")
    kept = found | unanswerable
    print(f"AUC over folds {auc(logits[kept], found[kept]):.3f}")
    for point in np.arange(-1.5, 2.0, 0.5):
        refused, lost = (logits[unanswerable] <= point).mean(), (logits[found] <= point).mean()
        print(f"at {point:.1f}: {refused:.1%} of the unanswerable refused, {lost:.1%} of the others")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("labelled", nargs="+")
    parser.add_argument("--write", action="store_true", help="write the weights; without it they are only judged")
    arguments = parser.parse_args()
    by_hand = [bag for pair in arguments.labelled for bag in labelled(*map(Path, pair.split("=", 1)))]
    others = list(automatic(arguments.pairs, arguments.work))
    judge(by_hand, others)
    nets = [train([*others, *by_hand], seed) for seed in range(NETS)]
    even = float(np.quantile(best_logits(nets, [bag for bag in by_hand if not bag.answerable]), REFUSED))
    print(f"{len(others)} automatic bags, {len(by_hand)} by hand; answers from {even:.2f} on")
    told = {"match": MATCH, "gate": GATE, "whole": WHOLE, "even": round(even, 3), "nets": [net.told() for net in nets]}
    if arguments.write:
        MODEL.parent.mkdir(exist_ok=True)
        MODEL.write_text(json.dumps(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
