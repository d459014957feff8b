"""How much of its wording an answer shares with a reference answer: ROUGE-L and BLEU-1 to BLEU-4, from 0 to 1.

Both compare tokens, those of Chinese being jieba's words (CRUD-RAG, Lyu et al. 2024). They count wording, not truth: a
right answer in other words is low, a wrong figure in the same words high.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from speechrag.evaluation.provenance import library_versions
from speechrag.text import fold
from speechrag.writing.outlines.tagging import tokenizer

LONGEST = 4  # n-grams of BLEU
NAMES = ("rouge_l", *(f"bleu_{n}" for n in range(1, LONGEST + 1)))

Tokens = Sequence[str]


def tokens(text: str) -> list[str]:
    """Return jieba's words of the folded text, punctuation too, white space left out."""
    return [word for word in tokenizer().cut(fold(text)) if word.strip()]


def dictionary() -> str:
    """Return the version of jieba and the SHA-256 of its dictionary, on which the figures depend."""
    with tokenizer().get_dict_file() as file:
        return f"jieba {library_versions()['jieba']}, dictionary {sha256(file.read()).hexdigest()[:12]}"


def rouge_l(candidate: Tokens, reference: Tokens) -> float:
    """Return 2PR / (P + R), P and R the longest common subsequence over the tokens of candidate and reference.

    Source: ROUGE-L of Lin (2004), both texts taken as one sequence, beta 1. 0 where they share nothing.
    """
    common = _common_subsequence(candidate, reference)
    return 2 * common / (len(candidate) + len(reference)) if common else 0.0


def _common_subsequence(left: Tokens, right: Tokens) -> int:
    row = [0] * (len(right) + 1)
    for one in left:
        before = row
        row = [0]
        for at, other in enumerate(right):
            row.append(before[at] + 1 if one == other else max(before[at + 1], row[at]))
    return row[-1]


def bleu(candidate: Tokens, reference: Tokens, longest: int = LONGEST) -> float:
    """Return the brevity penalty times the geometric mean of the clipped precisions of 1- to ``longest``-grams.

    Source: BLEU of Papineni et al. (2002) with one reference, on one answer and not smoothed: a candidate that has no
    n-gram of some length in common gets 0. The penalty is exp(1 - r/c) for a candidate of c tokens, less than r.
    """
    precisions = [clipped_precision(candidate, reference, n) for n in range(1, longest + 1)]
    if not all(precisions):
        return 0.0
    penalty = min(0.0, 1 - len(reference) / len(candidate))
    return math.exp(penalty + math.fsum(map(math.log, precisions)) / longest)


def clipped_precision(candidate: Tokens, reference: Tokens, n: int) -> float:
    """Return the share of the candidate's n-grams that the reference has, each as often as it has it; 0 for none."""
    ours, theirs = _grams(candidate, n), _grams(reference, n)
    return (ours & theirs).total() / ours.total() if ours else 0.0


def _grams(sequence: Tokens, n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(sequence[at : at + n]) for at in range(len(sequence) - n + 1))


def overlap(answer: str, reference: str) -> dict[str, float]:
    """Return ``NAMES`` -> value of an answer against its reference."""
    ours, theirs = tokens(answer), tokens(reference)
    values = (rouge_l(ours, theirs), *(bleu(ours, theirs, n) for n in range(1, LONGEST + 1)))
    return dict(zip(NAMES, values, strict=True))
