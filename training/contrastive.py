"""Token vectors from co-occurrence, then from contrast: a question's own passage against all others of its batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from examples import Bags, Example, stacked
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Plan:
    """The settings of one training run."""

    dim: int = 256
    steps: int = 1200
    batch: int = 1024
    learning_rate: float = 0.005  # relative to a gradient of unit size per coordinate
    temperature: float = 0.05
    hidden: float = 0.3  # share of questions that lose most of the tokens their passage shares
    thinned: float = 0.2  # share of questions that lose tokens at random
    warm_up: float = 0.05
    decay: float = 0.99
    seed: int = 7


def rarity(bags: Bags, size: int) -> Matrix:
    """Return the inverse document frequency of every token, ``float32[size]``, at least 0.1."""
    count = np.bincount(bags.ids, minlength=size)
    return np.maximum(np.log(len(bags) / (count + 1)), 0.1).astype(np.float32)


def latent(bags: Bags, weights: Matrix, dim: int, *, window: int = 3, rounds: int = 2, seed: int = 1) -> Matrix:
    """Return unit vectors of the tokens from the singular vectors of (passages of ``window`` sentences × tokens).

    Randomised subspace iteration (Halko, Martinsson & Tropp 2011, arXiv:0909.4061), tokens weighted by rarity and
    passages brought to unit length; singular values enter with the power 0.3.
    """
    from scipy.sparse import diags

    kept = len(bags) // window * window
    starts = bags.starts[: kept + 1 : window]
    table = Bags(bags.ids[: starts[-1]], starts).matrix(len(weights))
    table.sum_duplicates()
    table.data[:] = weights[table.indices]
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table = diags((1 / np.maximum(lengths, 1e-6)).astype(np.float32)) @ table
    turned = table.T.tocsr()
    basis = np.random.default_rng(seed).standard_normal((len(weights), dim + 24)).astype(np.float32)
    for _ in range(rounds):
        basis = np.linalg.qr(turned @ (table @ basis))[0]
    values, rotation = np.linalg.eigh((image := table @ basis).T @ image)
    order = np.argsort(-values)[:dim]
    vectors = basis @ rotation[:, order] * np.maximum(values[order], 0) ** 0.15
    return _unit(vectors).astype(np.float32)


def start(weights: Matrix, meaning: Matrix, seed: int) -> Matrix:
    """Return first vectors: a random one of its own for every token plus its co-occurrence vector, scaled by rarity.

    The random part keeps different words apart, the other brings related ones together.
    """
    own = _unit(np.random.default_rng(seed).standard_normal(meaning.shape).astype(np.float32))
    return ((own + meaning) * (weights / weights.mean())[:, None]).astype(np.float32)


def train(
    vectors: Matrix,
    examples: Callable[[int, np.random.Generator], list[Example]],
    plan: Plan,
    log: Callable[[str], None],
) -> Matrix:
    """Return ``vectors`` trained with the symmetric contrastive loss over batches (van den Oord et al. 2018,
    arXiv:1807.03748): scores are cosines of summed token vectors, divided by the temperature.

    Rows move by their gradient divided by its running root mean square, one number a row; only the tokens of a batch
    move. The learning rate rises over the first steps and falls to zero at the last.
    """
    rng = np.random.default_rng(plan.seed)
    squares, seen = np.zeros(len(vectors)), np.zeros(len(vectors))
    mark = np.zeros(len(vectors), dtype=bool)
    began = time.time()
    for step in range(1, plan.steps + 1):
        batch = [
            (_hide(question, passage, mark, plan, rng), passage) for question, passage in examples(plan.batch, rng)
        ]
        table, used = _compact(batch, len(vectors))
        rows = vectors[used]
        loss, gradient = contrast(table, rows, plan.temperature)
        seen[used] += 1
        squares[used] = (
            plan.decay * squares[used] + (1 - plan.decay) * np.einsum("ij,ij->i", gradient, gradient) / plan.dim
        )
        size = np.sqrt(squares[used] / (1 - plan.decay ** seen[used])) + 1e-9
        rate = plan.learning_rate * min(step / (plan.warm_up * plan.steps), 1.0) * (1 - step / (plan.steps + 1))
        gradient *= (rate / size).astype(np.float32)[:, None]
        vectors[used] = rows - gradient
        if step % 100 == 0:
            log(f"step {step}/{plan.steps} loss {loss:.3f} {time.time() - began:.0f} s")
    return vectors


def contrast(table: Any, rows: Matrix, temperature: float) -> tuple[float, Matrix]:
    """Return the loss and its gradient by ``rows`` for a batch: the first half of ``table`` are questions.

    ``table`` is a sparse matrix of texts × tokens; text ``i`` of the first half belongs to text ``i`` of the second.
    """
    sums = table @ rows
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-6))
    units = sums / lengths
    half = len(units) // 2
    questions, passages = units[:half], units[half:]
    scores = (questions @ passages.T) / np.float32(temperature)
    forth, back = _softmax(scores, 1), _softmax(scores, 0)
    own = np.arange(half)
    loss = -(np.log(forth[own, own] + 1e-12).mean() + np.log(back[own, own] + 1e-12).mean()) / 2
    error = (forth + back) / 2
    error[own, own] -= 1
    error /= np.float32(half * temperature)
    by_unit = np.concatenate([error @ passages, error.T @ questions])
    by_sum = (by_unit - units * (by_unit * units).sum(axis=1, keepdims=True)) / lengths
    return float(loss), table.T.tocsr() @ by_sum


def mixed(
    parts: list[tuple[float, Callable[[int, np.random.Generator], list[Example]]]],
) -> Callable[..., list[Example]]:
    """Return a source that draws the given shares of a batch from ``parts``; the last part fills up the rest."""

    def draw(count: int, rng: np.random.Generator) -> list[Example]:
        found: list[Example] = []
        for share, part in parts[:-1]:
            found += part(int(count * share), rng)
        return found + parts[-1][1](count - len(found), rng)

    return draw


def rounds(
    questions: Bags, passages: Bags, times: NDArray[np.int64]
) -> Callable[[int, np.random.Generator], list[Example]]:
    """Return a source that goes through all pairs again and again, each pass in a new order."""
    pool = np.repeat(np.arange(len(questions)), times)
    queue: list[int] = []

    def draw(count: int, rng: np.random.Generator) -> list[Example]:
        while len(queue) < count:
            queue.extend(int(row) for row in rng.permutation(pool))
        chosen = queue[:count]
        del queue[:count]
        return [(questions[row], passages[row]) for row in chosen]

    return draw


def _hide(question: Any, passage: Any, mark: NDArray[np.bool_], plan: Plan, rng: np.random.Generator) -> Any:
    """Return the question, sometimes without the words it shares with its passage.

    Word for word matches are what the lexical half of the search is for; what is left must be found by meaning.
    """
    luck = rng.random()
    if luck < plan.hidden:
        mark[passage] = True
        keep = ~mark[question] | (rng.random(len(question)) < 0.6 * rng.random())
        mark[passage] = False
    elif luck < plan.hidden + plan.thinned:
        keep = rng.random(len(question)) < 0.6
    else:
        return question
    return question[keep] if keep.sum() >= 3 else question


def _compact(batch: list[Example], size: int) -> tuple[Any, Any]:
    """Return the batch as a sparse matrix over the tokens in use, and those tokens."""
    from scipy.sparse import csr_matrix

    table = stacked([question for question, _ in batch] + [passage for _, passage in batch], size)
    used, places = np.unique(table.indices, return_inverse=True)
    return csr_matrix((table.data, places, table.indptr), shape=(table.shape[0], len(used))), used


def _softmax(scores: Matrix, axis: int) -> Matrix:
    raised = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _unit(vectors: Any) -> Any:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def evenly(total: int, count: int) -> Iterator[int]:
    """Yield ``count`` whole numbers spread over ``range(total)``."""
    return (total * number // count for number in range(count))
