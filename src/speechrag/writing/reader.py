"""The learned reader: how likely a candidate answers a question, from how each of its words is met around it.

Words that a rule would have to know one by one (晒 for 展示, 垫的钱 for 垫资) are matched softly by the word vectors of
the built-in encoder, and how much a word matters is learned from what it is, not only from how rare it is: term gating
over match signals as in DRMM (Guo et al. 2016), with a handful of features in place of its histograms. Trained by
``training/train_reader.py`` on bags of candidates of which the best must answer (multiple-instance learning); the
weights are ``speechrag/models/reader/weights.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.errors import ModelError
from speechrag.retrieval.ranker import load_ranker
from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_types import enumerated, members
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, related, synonyms
from speechrag.writing.questions import Question, rarity
from speechrag.writing.reader_checks import (
    APART,
    CHECKS,
    apart,
    asked_for,
    behind,
    differs,
    nearness,
    part,
    replaced,
    value_clause,
)
from speechrag.writing.reader_demands import DEMANDS, Clauses, Demanded, clauses_of, demanded_by, demands
from speechrag.writing.reader_lacks import SIGNS, Signs, taken_off
from speechrag.writing.reader_turns import TURNS, after, turns
from speechrag.writing.reader_vectors import Vectors, free, soft
from speechrag.writing.reader_words import everyday, question_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Layer = tuple[Floats, Floats]  # weights [out, in], bias [out]

MODEL = Path(__file__).resolve().parent.parent / "models" / "reader" / "weights.json"

# What is seen of one word of the question around one candidate, each 0..1.
MATCH = (
    "own", "own_part", "near", "heading", "title", "passage", "passage_part", "speech", "often",
    "other_own", "other_near", "other_head", "other_passage", "clause", "clause_part", "other_clause",
    "replaced", "soft_own", "soft_near", "soft_head", "soft_passage", "soft_clause", "best_clause", "soft_free",
)  # fmt: skip
# What a word of the question is.
GATE = (
    "rarity", "unseen", "single", "long", "digit", "latin", "category", "plain_act", "asked", "quoted", "position",
    "recall", "everyday", "beside", "behind", *(f"vector_{n}" for n in range(8)),
)  # fmt: skip
# What is seen of a candidate as a whole.
WHOLE = (
    "covered", "own", "alone", "pairs", "asked", "typed", "names", "missing", "absent", "lacking", "rank", "ranked",
    "alike", "words", "order", "listed", "cosine_own", "cosine_passage", "length", "short", "points",
    "retrieved", "hard", "list", "how", "what", "topic", "astray", "unnamed", "unmet", "figure", "time", "person",
    "everyday", "strange", "cosine_near", "count", "fits", "first",
    "strength", "around", "bears", "act", *CHECKS, *APART, *DEMANDS, *TURNS,
)  # fmt: skip
_OFTEN = 5  # times a word stands in a speech to be its subject
_RELATED = 0.7
_SOFT = 7  # of ``MATCH``: those that are not told by ``_matches``
# A word of at least this weight that the passage lacks is its subject, unless most of the rest is there.
_ABSENT, _BARELY = 0.4, 0.8
_USUAL_SCORE, _LONG, _SHORT, _MANY = 5.0, 100, 12, 8  # bring scores, characters and points to about 0..1


@dataclass(frozen=True, slots=True)
class Net:
    """One trained reader: two small networks for a word, a third for the candidate as a whole."""

    match: tuple[Layer, Layer]
    gate: tuple[Layer, Layer]
    whole: tuple[Layer, Layer]
    straight: Layer  # the same inputs, unbent: what a linear model would say

    def logits(self, seen: Seen) -> Floats:
        """Return one number a candidate: the log-odds that it answers."""
        import numpy as np

        gate = np.logaddexp(0.0, _deep(self.gate, seen.gates)[:, 0])
        met = 1 / (1 + np.exp(-_deep(self.match, seen.matches)[..., 0]))
        total = gate.sum() + 1e-6
        lost = (1 - met) * gate
        worst = lost.max(axis=1, initial=0.0)
        told = np.stack([(met * gate).sum(axis=1) / total, lost.sum(axis=1), worst, np.full(len(met), total)], axis=1)
        inputs = np.concatenate([seen.wholes, told], axis=1)
        return (_deep(self.whole, inputs) + _flat(self.straight, inputs))[:, 0]


def _flat(layer: Layer, x: Floats) -> Floats:
    weights, bias = layer
    return x @ weights.T + bias


def _deep(layers: tuple[Layer, Layer], x: Floats) -> Floats:
    import numpy as np

    return _flat(layers[1], np.maximum(_flat(layers[0], x), 0.0))


@dataclass(frozen=True, slots=True)
class Reader:
    """The mean of several nets; ``even`` is the log-odds at which an answer is as good as none."""

    nets: tuple[Net, ...]
    even: float

    def logits(self, seen: Seen) -> Floats:
        """Return ``float64[candidates]``: the log-odds, 0 where answering and refusing are equally right."""
        import numpy as np

        told = np.mean([net.logits(seen) for net in self.nets], axis=0)
        return told - self.even - seen.lacks  # type: ignore[no-any-return]


def _net(told: Mapping[str, Any]) -> Net:
    deep = {name: (_layer(told[name][0]), _layer(told[name][1])) for name in ("match", "gate", "whole")}
    return Net(**deep, straight=_layer(told["straight"]))


def _layer(told: Mapping[str, Any]) -> Layer:
    import numpy as np

    return np.array(told["weight"], dtype=np.float64), np.array(told["bias"], dtype=np.float64)


@cache
def builtin_reader() -> Reader:
    """Return the reader that comes inside the package. Raises ModelError where its file cannot be read."""
    try:
        told = json.loads(MODEL.read_text(encoding="utf-8"))
        if (told["match"], told["gate"], told["whole"]) != (list(MATCH), list(GATE), list(WHOLE)):
            raise ModelError(f"{MODEL}: made for other features; install speechrag again")
        nets = tuple(_net(net) for net in told["nets"])
        return Reader(nets, float(told["even"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as exc:
        raise ModelError(f"{MODEL}: the reader cannot be read ({exc}); install speechrag again") from exc


@dataclass(frozen=True, slots=True)
class Seen:
    """The features of all candidates of one question."""

    gates: Floats  # [words, len(GATE)]
    matches: Floats  # [candidates, words, len(MATCH)]
    wholes: Floats  # [candidates, len(WHOLE)]
    lacks: Floats  # [candidates]: log-odds taken off for what the question cannot do without


def _other(word: str, text: str) -> float:
    if any(other in text for other in synonyms(word)):
        return 1.0
    return _RELATED if any(other in text for other in related(word)) else 0.0


def _recall(word: str) -> float:
    """Return how likely the word comes back in an answer: the mean over its pairs, or over itself."""
    known = load_ranker().recall
    parts = [word[i : i + 2] for i in range(len(word) - 1)] or [word]
    return sum(known(part) for part in parts) / len(parts)


def _gates(
    question: Question, words: Sequence[str], document_frequency: Callable[[str], float], vectors: Vectors
) -> Floats:
    import numpy as np

    lists, last = lexicon(), max(1, len(words) - 1)
    quoted = "".join(question.names)
    forms = frozenset(everyday(question))
    directions = [
        tuple((4 * held.mean(axis=0)[:8]).tolist()) if len(held) else (0.0,) * 8 for held in vectors.words(words)
    ]
    rows = [
        (
            rarity(document_frequency(word)), document_frequency(word) == 0, len(word) == 1, len(word) > 2,
            any(c.isdigit() for c in word), word[0].isascii() and word[0].isalpha(), word in lists["categories"],
            word in lists["plain_acts"], any(word in a or a in word for a in question.asked), word in quoted,
            place / last, _recall(word), word in forms, nearness(question.text, word), behind(question.text, word),
            *directions[place],
        )
        for place, word in enumerate(words)
    ]  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(words), len(GATE))


def look(
    question: Question,
    candidates: Sequence[Candidate],
    retrieved: float,
    document_frequency: Callable[[str], float],
) -> Seen:
    """Return the features of ``candidates``, at least one.

    ``retrieved`` is the retriever's probability, 0..1, that its hits answer.
    """
    import numpy as np

    from speechrag.embedding.static import builtin_encoder

    encoder = builtin_encoder()
    words, vectors = question_words(question, encoder.features, document_frequency), Vectors(encoder)
    asked = vectors.texts([question.text])[0]
    owns = [_own(candidate) for candidate in candidates]
    nears = [_near(candidate, own) for candidate, own in zip(candidates, owns, strict=True)]
    heads = [candidate.window.layers[1][0] for candidate in candidates]
    passages = [candidate.window.layers[5][0] for candidate in candidates]
    clauses = [value_clause(question, candidate.window.own, words) for candidate in candidates]
    matches = np.array(
        [_matches(question.text, words, *texts) for texts in zip(owns, passages, clauses, candidates, strict=True)],
        dtype=np.float32,
    ).reshape(len(candidates), len(words), len(MATCH) - _SOFT)
    softly = [soft(words, texts, vectors) for texts in (owns, nears, heads, passages, clauses)]
    cosines = [(vectors.texts(texts) @ asked).tolist() for texts in (owns, passages, nears)]
    told, asked_thing = _question(question, words, document_frequency), asked_for(question, document_frequency)
    checked = [differs(question, asked_thing, *texts) for texts in zip(candidates, owns, clauses, strict=True)]
    wholes = [
        (*_whole(question, candidate, own, retrieved, inside, passage), *told, near, *_fit(question, candidate))
        for candidate, own, inside, passage, near in zip(candidates, owns, *cosines, strict=True)
    ]
    rarities = [rarity(document_frequency(word)) for word in words]
    scattered = apart(list(zip(words, rarities, strict=True)), passages, owns)
    found, demanded = [clauses_of(own, words, rarities) for own in owns], demanded_by(question)
    formal = [demands(question, demanded, *texts) for texts in zip(candidates, owns, found, strict=True)]
    sought = after(question)
    turned = [turns(sought, own, clauses.best) for own, clauses in zip(owns, found, strict=True)]
    seen = np.array(
        [sum(parts, ()) for parts in zip(wholes, checked, scattered, formal, turned, strict=True)], dtype=np.float32
    )
    return Seen(
        _gates(question, words, document_frequency, vectors),
        np.concatenate([matches, *softly, _inside(words, found), free(words, owns, vectors)], axis=2),
        seen,
        _lacks(question, demanded, candidates, seen),
    )


def _lacks(question: Question, demanded: Demanded, candidates: Sequence[Candidate], wholes: Floats) -> Floats:
    import numpy as np

    signs = wholes[:, [WHOLE.index(name) for name in SIGNS]].tolist()
    told = zip(candidates, signs, strict=True)
    return np.array([taken_off(question, demanded, candidate, Signs(*sign)) for candidate, sign in told])


def _inside(words: Sequence[str], found: Sequence[Clauses]) -> Floats:
    """Return ``float32[texts, words, 1]``: whether the fullest clause of each text has the word."""
    import numpy as np

    return np.array([clauses.held for clauses in found], dtype=np.float32).reshape(len(found), len(words), 1)


def _own(candidate: Candidate) -> str:
    """Return the candidate's own words, folded; the points of a series are its own words too."""
    own, *_ = candidate.window.layers[0]
    return own + candidate.window.layers[3][0] if candidate.listed else own


def _near(candidate: Candidate, own: str) -> str:
    """Return the candidate's own text between its neighbours."""
    layers = candidate.window.layers
    return layers[3][0] + own + layers[4][0]


def _matches(
    text: str, words: Sequence[str], own: str, passage: str, clause: str, candidate: Candidate
) -> list[tuple[float, ...]]:
    """Return for each word what ``MATCH`` names, but for the last seven; ``text`` is the question."""
    _, (head, _), (title, _), (before, _), (after, _), _, (speech, _) = candidate.window.layers
    near = before + own + after
    return [
        (
            word in own, part(word, own), word in near, word in head, word in title, word in passage,
            part(word, passage), word in speech, min(1.0, speech.count(word) / _OFTEN),
            _other(word, own), _other(word, near), _other(word, head), _other(word, passage),
            word in clause, part(word, clause), _other(word, clause), replaced(text, word, own),
        )
        for word in words
    ]  # fmt: skip


def _question(
    question: Question, words: Sequence[str], document_frequency: Callable[[str], float]
) -> tuple[float, ...]:
    """Return what is seen of the question itself, the same for every candidate."""
    kind = question.kind
    phrased = sum(map(len, everyday(question))) / max(1, len(question.text))
    strange = sum(document_frequency(word) == 0 for word in words) / max(1, len(words))
    return (
        float(kind is Kind.NUMBER), float(kind in {Kind.DATE, Kind.DURATION}),
        float(kind is Kind.PERSON), phrased, strange,
    )  # fmt: skip


def _fit(question: Question, candidate: Candidate) -> tuple[float, ...]:
    """Return how well the candidate has the form of what is asked for."""
    found = candidate.features
    return (
        float(question.count > 0), _counts(question, candidate), 1 / candidate.hit.rank,
        found.strength, found.around, found.bears, found.act,
    )  # fmt: skip


def _counts(question: Question, candidate: Candidate) -> float:
    """Return 1 where the candidate has as many members as are asked for, half for more, 0 for fewer or any number."""
    if not question.count:
        return 0.0
    own = candidate.window.own
    points = len(candidate.spans)
    # The first span of a series may be its introduction.
    sizes = {members(own), enumerated(own), *((points, points - 1) if candidate.listed else ())}
    return 1.0 if question.count in sizes else 0.5 if max(sizes) > question.count else 0.0


def _unnamed(asked: Question, candidate: Candidate) -> bool:
    """Tell whether a named quantity is asked for (库容多少, not 多少座) that stands nowhere near the candidate."""
    named = asked.kind is Kind.NUMBER and bool(asked.asked) and not asked.measure
    return named and candidate.features.asked == 0


def _astray(asked: Question, candidate: Candidate) -> bool:
    """Tell whether the points of a series stand in a passage that lacks the subject of the question."""
    features = candidate.features
    lacking = features.absent >= _ABSENT and features.covered < _BARELY
    return candidate.listed and not asked.hard and lacking


def _whole(
    question: Question, candidate: Candidate, own: str, retrieved: float, cosine: float, passage: float
) -> tuple[float, ...]:
    found, kind = candidate.features, question.kind
    return (
        found.covered, found.own, found.alone, found.pairs, found.asked, found.typed, found.names, found.missing,
        found.absent, found.lacking, found.rank, found.ranked, found.alike, found.words / 3,
        candidate.score / _USUAL_SCORE, float(candidate.listed), cosine, passage,
        min(1.0, len(own) / _LONG), float(len(own) < _SHORT), min(1.0, len(candidate.spans) / _MANY), retrieved,
        float(question.hard), float(kind is Kind.LIST), float(kind in {Kind.HOW, Kind.WHY}), float(kind is Kind.WHAT),
        float(kind is Kind.TOPIC), float(_astray(question, candidate)), float(_unnamed(question, candidate)),
        float(candidate.unmet),
    )  # fmt: skip
