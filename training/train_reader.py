"""Train the reader that tells whether a candidate answers a question.

    python training/train_reader.py INDEX=QUESTIONS.jsonl ... [--strange INDEX=QUESTIONS.jsonl ...] [--write]

``INDEX=QUESTIONS.jsonl`` names questions that were labelled by hand about an index; of these the ``test`` split is
left out. A question is a bag of candidates. ``--strange`` names questions about other texts, of which the index says
nothing: none of them can be answered.

Prints how nets trained without the questions of one author decide about them, at several points of refusal.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from train_confidence import auc

from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.evaluation.answers import LabelledQuestion, nugget_recall, read_questions
from speechrag.index.opened import open_index
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.reader import GATE, MATCH, MODEL, WHOLE, Seen

NETS, EPOCHS, BATCH, RATE, DECAY = 20, 6, 16, 1e-2, 1e-3
SHOWN = 4  # times that a question is shown in an epoch; one about other texts once
ORDERED = 0.5  # weight of the order of candidates beside refusing
EMPTY = 0.15  # weight of the best candidate that holds nothing of the answer
HIDDEN_WORD, HIDDEN_WHOLE, SUMMARY = 16, 24, 4
LOOKED_AT = 40  # candidates of a question that are trained on
# The log-odds at which an answer is as good as none, chosen by hand on what `report` says of authors left out.
EVEN = -0.6
FOUND = 0.5  # share of the key phrases that a candidate must hold for the answer to count as found
PARAPHRASE, ORDINARY = "paraphrase", "ordinary"
NOTHING = -30.0  # the log-odds of a candidate that is none
STRANGE = "strange"
NEAR, OFF = "near", "off"  # the two kinds of questions without an answer; all further kinds have one
POINTS = (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)  # of refusal, that nets are judged at
WRONG_REFUSALS = (0.03, 0.05, 0.08)  # shares of ordinary questions, at which the curve of all authors is told
# Who wrote the questions of a file, where several are by one author.
AUTHORS = {
    "corpus": "first", "seeds": "first", "corpus_more": "second", "seeds_more": "second", "reports": "third",
    "seeds_train": "third", "corpus_blind": "fourth", "seeds_blind": "fourth", "corpus_third": "fifth",
    "reports_more": "fifth", "gwr": "fifth", "corpus_pairs": "sixth", "reports_pairs": "sixth", "party": "seventh",
    "seeds_staff": "eighth", "seeds_fourth": "ninth", "corpus_fourth": "tenth", "gwr_more": "eleventh",
    "seeds_fifth": "twelfth", "seeds_sixth": "thirteenth", "corpus_fifth": "fourteenth",
    "seeds_seventh": "fifteenth", "seeds_eighth": "sixteenth", "seeds_ninth": "seventeenth",
    "corpus_sixth": "eighteenth", "party_more": "nineteenth", "seeds_tenth": "twentieth",
    "seeds_eleventh": "twenty-first", "party_third": "twenty-second", "seeds_twelfth": "twenty-third",
    "seeds_thirteenth": "twenty-fourth", "corpus_seventh": "twenty-fifth", "seeds_fourteenth": "twenty-sixth",
    "seeds_fifteenth": "twenty-seventh", "party_fourth": "twenty-eighth",
}  # fmt: skip


@dataclass(frozen=True)
class Bag:
    """The candidates of one question, the likeliest by the rules first; ``held`` is the share of the key phrases."""

    answerable: bool
    gates: Tensor
    matches: Tensor
    wholes: Tensor
    held: Tensor
    author: str = ""
    kind: str = ""

    @classmethod
    def of(cls, seen: Seen, held: Sequence[float], *, answerable: bool, author: str = "", kind: str = "") -> Bag:
        parts = (torch.tensor(part, dtype=torch.float32) for part in (seen.gates, seen.matches, seen.wholes))
        return cls(answerable, *parts, torch.tensor(held, dtype=torch.float32), author, kind)

    @property
    def found(self) -> bool:
        return self.answerable and bool(self.held.max() >= FOUND)

    def first(self) -> Bag:
        """Return the bag with the candidates that are trained on; the best of the others stands for the last."""
        keep = list(range(min(LOOKED_AT, len(self.held))))
        if self.held.max() > self.held[keep].max():
            keep[-1] = int(self.held.argmax())
        return Bag(self.answerable, self.gates, self.matches[keep], self.wholes[keep], self.held[keep])


@dataclass(frozen=True)
class Batch:
    """Bags side by side, filled up with nothing; ``words`` and ``there`` say which words and candidates are real."""

    gates: Tensor  # [bags, words, GATE]
    matches: Tensor  # [bags, candidates, words, MATCH]
    wholes: Tensor  # [bags, candidates, WHOLE]
    words: Tensor  # [bags, words]
    there: Tensor  # [bags, candidates]
    held: Tensor  # [bags, candidates]
    answerable: Tensor  # [bags]

    @classmethod
    def of(cls, bags: Sequence[Bag]) -> Batch:
        count, words = max(len(bag.held) for bag in bags), max(1, *(len(bag.gates) for bag in bags))
        made = cls(
            torch.zeros(len(bags), words, len(GATE)),
            torch.zeros(len(bags), count, words, len(MATCH)),
            torch.zeros(len(bags), count, len(WHOLE)),
            torch.zeros(len(bags), words),
            torch.zeros(len(bags), count, dtype=torch.bool),
            torch.zeros(len(bags), count),
            torch.tensor([bag.answerable for bag in bags]),
        )
        for place, bag in enumerate(bags):
            size, held = len(bag.gates), len(bag.held)
            made.gates[place, :size] = bag.gates
            made.matches[place, :held, :size] = bag.matches
            made.wholes[place, :held] = bag.wholes
            made.words[place, :size] = 1.0
            made.there[place, :held] = True
            made.held[place, :held] = bag.held
        return made


class Net(nn.Module):
    """The networks of ``speechrag.writing.reader.Net``, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.match = _deep(len(MATCH), HIDDEN_WORD)
        self.gate = _deep(len(GATE), HIDDEN_WORD)
        self.whole = _deep(len(WHOLE) + SUMMARY, HIDDEN_WHOLE)
        self.straight = nn.Linear(len(WHOLE) + SUMMARY, 1)

    def forward(self, batch: Batch) -> Tensor:
        """Return ``float[bags, candidates]``: the log-odds, ``NOTHING`` where there is no candidate."""
        gate = nn.functional.softplus(self.gate(batch.gates))[..., 0] * batch.words
        met = torch.sigmoid(self.match(batch.matches))[..., 0]
        total = gate.sum(1, keepdim=True) + 1e-6
        lost = (1 - met) * gate[:, None]
        sums = [(met * gate[:, None]).sum(2) / total, lost.sum(2), lost.max(2).values, total.expand_as(batch.held)]
        inputs = torch.cat([batch.wholes, torch.stack(sums, dim=2)], dim=2)
        return (self.whole(inputs) + self.straight(inputs))[..., 0].masked_fill(~batch.there, NOTHING)

    def told(self) -> dict[str, Any]:
        """Return the weights as ``speechrag.writing.reader`` reads them."""
        deep = {name: [_layer(part[0]), _layer(part[-1])] for name, part in self.named_children() if name != "straight"}
        return {**deep, "straight": _layer(self.straight)}


def _deep(size: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def _layer(linear: Any) -> dict[str, Any]:
    # As doubles: rounded singles print with all their digits.
    parts = ((name, getattr(linear, name).detach().double().numpy()) for name in ("weight", "bias"))
    return {name: np.round(part, 4).tolist() for name, part in parts}


def loss_of(net: Net, batch: Batch) -> Tensor:
    """Return the sum of the losses of the bags.

    Of an answerable question the best candidate that holds half of what the best one holds must answer, the best that
    holds nothing rather not, and candidates come in the order of what they hold. Nothing answers an unanswerable one,
    nor one whose answer the search did not bring.
    """
    logits, held = net(batch), batch.held
    most = held.max(1, keepdim=True).values
    right = batch.answerable & (most[:, 0] > 0)
    good, empty = (held >= 0.5 * most) & (most > 0), (held == 0) & batch.there
    wanted = held**2 * good
    wanted = wanted / (wanted.sum(1, keepdim=True) + 1e-9)
    loss = _judged(logits, good, 1.0) + EMPTY * _judged(logits, empty, 0.0) * empty.any(1)
    loss = loss - ORDERED * (wanted * torch.log_softmax(logits, 1)).sum(1)
    return torch.where(right, loss, _judged(logits, batch.there, 0.0)).sum()


def _judged(logits: Tensor, among: Tensor, answers: float) -> Tensor:
    """Return the loss of the best candidate ``among`` those of each bag, which answers or does not."""
    best = logits.masked_fill(~among, NOTHING).max(1).values
    return nn.functional.binary_cross_entropy_with_logits(best, torch.full_like(best, answers), reduction="none")


def train(bags: Sequence[Bag], seed: int) -> Net:
    """Return a net trained with fixed seeds on one thread: the same bags give the same net."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    order = random.Random(seed)
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    shown = [bag.first() for bag in bags for _ in range(1 if bag.kind == STRANGE else SHOWN)]
    steps, step = EPOCHS * -(-len(shown) // BATCH), 0
    for _ in range(EPOCHS):
        order.shuffle(shown)
        for start in range(0, len(shown), BATCH):
            step += 1
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, step / 50) * (1 - step / (steps + 1))
            optimiser.zero_grad()
            (loss_of(net, Batch.of(shown[start : start + BATCH])) / BATCH).backward()
            optimiser.step()
    return net.eval()


def best_logits(nets: Sequence[Net], bags: Sequence[Bag]) -> np.ndarray:
    """Return the logit of the best candidate of each bag, the nets' mean."""
    with torch.no_grad():
        batches = [Batch.of([bag]) for bag in bags]
        return np.array([float(torch.stack([net(batch) for net in nets]).mean(0).max()) for batch in batches])


def labelled(index: Path, questions: Path, *, strange: bool = False) -> Iterator[Bag]:
    """Yield the bags of the development questions of one file; ``strange``: none has its answer in the index."""
    search = Engine(open_index(index), Settings()).asking()
    author = AUTHORS.get(questions.stem, questions.stem)
    for question in read_questions(questions):
        if strange:
            question = replace(question, answerable=False, kind=STRANGE)
        if question.split != "test" and (reading := search.read(question.text)).seen is not None:
            held = [_held(question, candidate) for candidate in reading.able]
            yield Bag.of(reading.seen, held, answerable=question.answerable, author=author, kind=question.kind)


def _held(question: LabelledQuestion, candidate: Candidate) -> float:
    if not question.answerable:
        return 0.0
    return nugget_recall(question.nuggets, " ".join(candidate.speech.text[a:b] for a, b in candidate.spans))


def useful(bags: Sequence[Bag]) -> list[Bag]:
    """Return the bags to train on: those without an answer and those whose answer was found."""
    return [bag for bag in bags if bag.found or not bag.answerable]


def judged(bags: Sequence[Bag]) -> dict[str, tuple[list[Bag], np.ndarray]]:
    """Return for each author the bags and their best logits by nets that saw none of that author's."""
    found = {}
    for author in sorted({bag.author for bag in bags}):
        others = useful([bag for bag in bags if bag.author != author])
        own = [bag for bag in bags if bag.author == author]
        found[author] = own, best_logits([train(others, 100 + seed) for seed in range(2)], own)
    return found


def report(told: Mapping[str, tuple[list[Bag], np.ndarray]]) -> None:
    """Print what nets decide about the questions of an author whom they do not know, and of all such authors."""
    for author, (bags, logits) in told.items():
        kinds = _kinds(bags)
        print(f"{author}: {len(bags)} questions, AUC {_auc(kinds, logits):.3f}; refused:")
        for point in POINTS:
            print(f"  at {point}: {_refused(kinds, logits, point)}")
    kinds = np.concatenate([_kinds(bags) for bags, _ in told.values()])
    logits = np.concatenate([found for _, found in told.values()])
    print(f"all: AUC {_auc(kinds, logits):.3f}; refused:")
    for share in WRONG_REFUSALS:
        point = float(np.quantile(logits[kinds == ORDINARY], share))
        print(f"  at {point:.2f}: {_refused(kinds, logits, point)}")


def _kinds(bags: Sequence[Bag]) -> np.ndarray:
    """Return the kind of each bag, all that are answerable and not reworded as one."""
    return np.array([b.kind if b.kind in (PARAPHRASE, STRANGE, NEAR, OFF) else ORDINARY for b in bags], dtype=str)


def _auc(kinds: np.ndarray, logits: np.ndarray) -> float:
    """Return the AUC over all but the reworded questions and those about other texts."""
    plain = np.isin(kinds, (ORDINARY, NEAR, OFF))
    return auc(logits[plain], kinds[plain] == ORDINARY) if len({*kinds[plain]}) > 1 else float("nan")


def _refused(kinds: np.ndarray, logits: np.ndarray, point: float) -> str:
    shares = [(kind, logits[kinds == kind] <= point) for kind in (ORDINARY, PARAPHRASE, NEAR, OFF, STRANGE)]
    return ", ".join(f"{kind} {refused.mean():.1%}" for kind, refused in shares if len(refused))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", metavar="INDEX=QUESTIONS.jsonl")
    parser.add_argument("--strange", nargs="+", default=[], metavar="INDEX=QUESTIONS.jsonl")
    parser.add_argument("--write", action="store_true", help="write the weights; without it they are only judged")
    arguments = parser.parse_args()
    bags = [bag for pair in arguments.labelled for bag in labelled(*map(Path, pair.split("=", 1)))]
    for pair in arguments.strange:
        bags += labelled(*map(Path, pair.split("=", 1)), strange=True)
    report(judged(bags))
    nets = [train(useful(bags), seed) for seed in range(NETS)]
    weights = {
        "match": MATCH,
        "gate": GATE,
        "whole": WHOLE,
        "even": EVEN,
        "nets": [net.told() for net in nets],
    }
    if arguments.write:
        MODEL.parent.mkdir(exist_ok=True)
        MODEL.write_text(json.dumps(weights) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
