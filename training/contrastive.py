"""Token vectors from co-occurrence, then from contrast: a question's own passage against all others of its batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from examples import Bags, Batch
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Source = Callable[[int, np.random.Generator], Batch]  # so many examples


@dataclass(frozen=True)
class Plan:
    """The settings of one training run."""

    dim: int = 256
    steps: int = 1500
    batch: int = 1024
    learning_rate: float = 0.005  # relative to a gradient of unit size per coordinate
    temperature: float = 0.1
    hidden: float = 0.3  # share of questions that lose most of the tokens their passage shares
    replaced: float = 0.5  # share of the tokens so lost that a synonym stands for, where one is known
    thinned: float = 0.2  # share of questions that lose tokens at random
    levelling: float = -0.4  # power of the variance that every principal direction is scaled by at the end
    warm_up: float = 0.05
    decay: float = 0.99
    seed: int = 7


class Rates:
    """Divides the gradient of every row by its running root mean square, one number a row (as RMSprop does)."""

    def __init__(self, rows: int, decay: float) -> None:
        self._squares, self._seen, self._decay = np.zeros(rows), np.zeros(rows), decay

    def moves(self, rows: Any, gradient: Matrix, rate: float) -> Matrix:
        self._seen[rows] += 1
        new = np.einsum("ij,ij->i", gradient, gradient) / gradient.shape[1]
        self._squares[rows] = self._decay * self._squares[rows] + (1 - self._decay) * new
        size = np.sqrt(self._squares[rows] / (1 - self._decay ** self._seen[rows])) + 1e-9
        return gradient * (rate / size).astype(np.float32)[:, None]  # type: ignore[no-any-return]


@dataclass
class Vectors:
    """Token vectors while they are learnt: one of the token's own plus the mean of its characters'.

    Characters carry over to words that are too rare to learn much themselves (Bojanowski et al. 2017,
    arXiv:1607.04606). ``spelling`` is a sparse matrix of tokens × characters, its rows summing to one or nothing.
    """

    own: Matrix
    characters: Matrix
    spelling: Any

    def rows(self, used: Any) -> Matrix:
        return self.own[used] + self.spelling[used] @ self.characters  # type: ignore[no-any-return]

    def whole(self) -> Matrix:
        return self.own + self.spelling @ self.characters  # type: ignore[no-any-return]


def rarity(bags: Bags, size: int) -> Matrix:
    """Return the inverse document frequency of every token, ``float32[size]``, at least 0.1."""
    count = np.bincount(bags.ids, minlength=size)
    return np.maximum(np.log(len(bags) / (count + 1)), 0.1).astype(np.float32)  # type: ignore[no-any-return]


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
    return _unit(vectors).astype(np.float32)  # type: ignore[no-any-return]


def start(weights: Matrix, meaning: Matrix, spelling: Any, seed: int) -> Vectors:
    """Return first vectors: a random one of its own for every token plus its co-occurrence vector, scaled by rarity,
    and a random one for every character.

    The random parts keep different words apart, the other brings related ones together.
    """
    rng = np.random.default_rng(seed)
    own = 0.7 * _unit(rng.standard_normal(meaning.shape).astype(np.float32))
    characters = _unit(rng.standard_normal((spelling.shape[1], meaning.shape[1])).astype(np.float32))
    return Vectors(((own + meaning) * (weights / weights.mean())[:, None]).astype(np.float32), characters, spelling)


def train(vectors: Vectors, examples: Source, synonyms: Bags, plan: Plan, log: Callable[[str], None]) -> Matrix:
    """Return ``vectors`` trained, as one matrix, with the symmetric contrastive loss over batches (van den Oord et al.
    2018, arXiv:1807.03748): scores are cosines of summed token vectors, divided by the temperature.

    Only the tokens of a batch move. The learning rate rises over the first steps and falls to zero at the last.
    """
    rng = np.random.default_rng(plan.seed)
    own, characters = Rates(len(vectors.own), plan.decay), Rates(len(vectors.characters), plan.decay)
    began = time.time()
    for step in range(1, plan.steps + 1):
        questions, passages = examples(plan.batch, rng)
        both = Bags.joined([hide(questions, passages, synonyms, plan, rng), passages])
        used, table = _compact(both, len(vectors.own))
        loss, gradient = contrast(table, vectors.rows(used), plan.temperature)
        rate = plan.learning_rate * min(step / (plan.warm_up * plan.steps), 1.0) * (1 - step / (plan.steps + 1))
        vectors.own[used] -= own.moves(used, gradient, rate)
        spread = vectors.spelling[used].T @ gradient
        moved = np.flatnonzero(spread.any(axis=1))
        vectors.characters[moved] -= characters.moves(moved, spread[moved], rate)
        if step % 100 == 0:
            log(f"step {step}/{plan.steps} loss {loss:.3f} {time.time() - began:.0f} s")
    return vectors.whole()


def levelled(vectors: Matrix, texts: Bags, power: float) -> Matrix:
    """Return ``vectors`` turned to the principal directions of ``texts``, each scaled by its variance to ``power``.

    A power below zero holds back the few directions in which all texts of an office differ (partial whitening: Su et
    al. 2021, arXiv:2103.15316), 0 leaves all cosines as they are.
    """
    sums = texts.matrix(len(vectors)) @ vectors
    units = _unit(sums)
    variances, directions = np.linalg.eigh(units.T @ units / len(units))
    scales = np.maximum(variances, variances[-1] * 1e-4) ** power
    return ((vectors @ directions) * (scales / scales.mean())).astype(np.float32)  # type: ignore[no-any-return]


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


def mixed(parts: list[tuple[float, Source]]) -> Source:
    """Return a source that draws the given shares of a batch from ``parts``; the last part fills up the rest."""

    def draw(count: int, rng: np.random.Generator) -> Batch:
        counts = [int(count * share) for share, _ in parts[:-1]]
        counts.append(count - sum(counts))
        drawn = [part(number, rng) for number, (_, part) in zip(counts, parts, strict=True)]
        return Bags.joined([questions for questions, _ in drawn]), Bags.joined([passages for _, passages in drawn])

    return draw


def rounds(questions: Bags, passages: Bags, times: NDArray[np.int64]) -> Source:
    """Return a source that goes through all pairs again and again, each pass in a new order."""
    pool = np.repeat(np.arange(len(questions)), times)
    queue = pool[:0]

    def draw(count: int, rng: np.random.Generator) -> Batch:
        nonlocal queue
        while len(queue) < count:
            queue = np.concatenate([queue, rng.permutation(pool)])
        chosen, queue = queue[:count], queue[count:]
        return questions.take(chosen), passages.take(chosen)

    return draw


def hide(questions: Bags, passages: Bags, synonyms: Bags, plan: Plan, rng: np.random.Generator) -> Bags:
    """Return the questions, some without most of the words they share with their passage, or with synonyms for them.

    Word for word matches are what the lexical half of the search is for; what is left must be found by meaning. At
    least three tokens of a question stay.
    """
    rows, count = questions.rows, len(questions)
    luck, leak = rng.random(count)[rows], 0.6 * rng.random(count)[rows]
    chance = rng.random(len(rows))
    bare = luck < plan.hidden
    thin = ~bare & (luck < plan.hidden + plan.thinned)
    kept = np.where(bare, ~_shared(questions, passages) | (chance < leak), ~thin | (chance < 0.6))
    kept |= (np.bincount(rows[kept], minlength=count) < 3)[rows]
    lost = np.flatnonzero(~kept & (np.diff(synonyms.starts)[questions.ids] > 0))
    lost = lost[rng.random(len(lost)) < plan.replaced]
    first, stop = synonyms.starts[questions.ids[lost]], synonyms.starts[questions.ids[lost] + 1]
    instead = synonyms.ids[rng.integers(first, stop)]
    return Bags.of(np.r_[rows[kept], rows[lost]], np.r_[questions.ids[kept], instead], count)


def _compact(texts: Bags, size: int) -> tuple[Any, Any]:
    """Return the tokens in use, and the texts as a sparse matrix over them."""
    number = np.zeros(size, dtype=np.int64)
    number[texts.ids] = 1
    used = np.flatnonzero(number)
    number[used] = np.arange(len(used))
    return used, Bags(number[texts.ids], texts.starts).matrix(len(used))


def _shared(questions: Bags, passages: Bags) -> NDArray[np.bool_]:
    """Return which tokens of the questions their own passages hold too."""
    size = max(questions.ids.max(initial=0), passages.ids.max(initial=0)) + 1
    wanted, held = questions.rows * size + questions.ids, np.sort(passages.rows * size + passages.ids)
    if not len(held):
        return np.zeros(len(wanted), dtype=bool)
    return held[np.minimum(np.searchsorted(held, wanted), len(held) - 1)] == wanted  # type: ignore[no-any-return]


def _softmax(scores: Matrix, axis: int) -> Matrix:
    raised = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)  # type: ignore[no-any-return]


def _unit(vectors: Any) -> Any:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def evenly(total: int, count: int) -> Iterator[int]:
    """Yield ``count`` whole numbers spread over ``range(total)``."""
    return (total * number // count for number in range(count))
