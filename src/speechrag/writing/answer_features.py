"""What speaks for a candidate: how it covers the question, and whether it holds the type of answer asked for.

Coverage is weighted by the words' inverse passage frequency; a word counts fully in the candidate itself, less in its
headings, the title of its speech, its neighbours, its passage and the rest of its speech.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from speechrag.records import Hit
from speechrag.text import is_han
from speechrag.writing.answer_types import manner, spots
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, related, synonyms
from speechrag.writing.questions import Question, Term

# How much a word counts that stands in the candidate itself, its headings, the title and name of its speech (what the
# whole speech is about), the sentence before, the one behind, the passage, the speech.
LAYERS = 1.0, 0.9, 0.8, 0.75, 0.55, 0.5, 0.4
PASSAGE, SPEECH = LAYERS[-2:]
OWN, NEIGHBOURS, INSIDE = 3, 5, 6  # how many layers count as own, near, inside the passage
# A word the speech keeps coming back to (its place, its subject) need not be repeated in every sentence.
_SUBJECT, _SUBJECT_TIMES = 0.65, 2
_SYNONYM, _RELATED = 0.8, 0.6
_PARTIAL = 0.6
# 工信 is written out as 工业和信息化: its characters in order, so many characters between them.
_SHORTENED, _SHORTENED_GAP = 0.5, 3
# 当好 is said as 当, 分为 as 分: the verb may stand without its complement.
_COMPLEMENTS = frozenset("为到成出好于过完起掉")
# 澄阳市 is called 澄阳 just as often.
_REGIONS = frozenset("省市县区镇乡")
# Figures and the words they belong to stand within so many characters of each other.
_NEAR = 28


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a candidate, each 0..1. ``support`` turns them into one number."""

    covered: float  # question words covered, discounted by distance
    own: float  # covered by the candidate, its headings and the title of its speech
    alone: float  # covered by the candidate and its headings, without the title
    pairs: float  # neighbouring characters of the question covered by candidate, headings and neighbours
    asked: float  # the asked-for thing is there; 1 where the question names none
    typed: float  # the type of answer is there, near covered words
    names: float  # quoted strings and figures of the question are there; 1 where it has none
    missing: float  # weight of the heaviest word found nowhere in the speech
    absent: float  # weight of the heaviest word found nowhere in the passage
    lacking: float  # share of the question that the passage lacks, heavy words counting more than in proportion
    rank: float  # 1 / rank of the passage
    ranked: float  # score of the passage in the search's ranker
    alike: float  # its likeness to the question as a share of the best passage's
    words: float  # logarithm of one more than the number of question words, that taken as ``_WORDS`` has it
    hard: float  # 1 where the answer type can be recognised (a figure, a time, a person, a place), else 0
    act: float  # 1 where the question asks how to do a named thing (怎么补办), else 0
    strength: float  # how well the best figure, time, person or place of the candidate fits; 1 where none is asked for
    around: float  # question words covered close to one that fits
    bears: float  # the asked-for thing is in the candidate itself


@dataclass(frozen=True, slots=True)
class Window:
    """The folded texts around a candidate, each with its weight, in the order of ``LAYERS``."""

    layers: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, *texts: str) -> Window:
        """Return the window over one text for each of ``LAYERS``."""
        return cls(tuple(zip(texts, LAYERS, strict=True)))

    @property
    def own(self) -> str:
        return self.layers[0][0]

    def credit(self, word: str) -> float:
        """Return how well ``word`` is covered: the best layer it occurs in, itself, as a synonym or in part."""
        best = 0.0
        for text, weight in self.layers:
            if weight > best:
                best = max(best, weight * presence(word, text))
        if best == SPEECH and self.layers[-1][0].count(word) >= _SUBJECT_TIMES:
            return _SUBJECT
        return best


# About one question's worth: the same few words are looked up in the same texts many times over.
@lru_cache(maxsize=8_192)
def presence(word: str, text: str) -> float:
    """Return 1 if the folded ``text`` holds ``word``, less for a synonym or most of its character pairs, else 0."""
    if word in text or (len(word) > 2 and word[-1] in _REGIONS and word[:-1] in text):
        return 1.0
    if any(other in text for other in synonyms(word)):
        return _SYNONYM
    if any(other in text for other in related(word)):
        return _RELATED
    if len(word) == 2 and word[1] in _COMPLEMENTS and word[0] in text:
        return _PARTIAL
    if len(word) < 3:
        return _SHORTENED if len(word) == 2 and _shortens(word, text) else 0.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    share = sum(pair in text for pair in pairs) / len(pairs)
    return _PARTIAL * share if share >= 0.5 else 0.0


def _shortens(word: str, text: str) -> bool:
    """Tell whether ``text`` writes out the two characters of ``word``, its words next to each other."""
    at = text.find(word[0])
    while at >= 0:
        behind = text[at + 2 : at + 3 + _SHORTENED_GAP]
        place = behind.find(word[1])
        if place >= 0 and all(map(is_han, text[at + 1 : at + 2 + place])):
            return True
        at = text.find(word[0], at + 1)
    return False


def _weighted(terms: Sequence[Term], credit: Callable[[str], float]) -> float:
    total = sum(term.weight for term in terms)
    return sum(term.weight * credit(term.text) for term in terms) / total if total else 0.0


def best_credit(asked: Sequence[str], window: Window) -> float:
    """Return the best credit of the asked words, 0 where there are none."""
    return max((window.credit(word) for word in asked), default=0.0)


_FITS = 0.7  # from this strength on a figure or a date is of the kind asked for


def _typed(question: Question, window: Window) -> tuple[float, float, float]:
    """Return the fit of the answer type: strength of the best spot times the coverage of the words near it.

    Behind it that strength and the best coverage near a spot that fits.
    """
    own = window.own
    if question.kind in {Kind.LIST, Kind.HOW, Kind.WHAT} and not question.which:
        return manner(question, own), 1.0, 1.0
    if question.kind is Kind.TOPIC:
        return 1.0, 1.0, 1.0
    best = fits = covered = 0.0
    for start, end, strength in spots(question, own):
        near = own[max(0, start - _NEAR) : end + _NEAR]
        around = Window(((near, 1.0), *((t, w * 0.7) for t, w in window.layers)))
        held = _weighted(question.terms, around.credit)
        best, fits = max(best, strength * (0.4 + 0.6 * held)), max(fits, strength)
        if strength >= _FITS:
            covered = max(covered, _weighted(question.terms, Window(((near, 1.0),)).credit))
    return best, fits, covered


def _asked(question: Question, window: Window) -> float:
    """Return the credit of the asked-for thing within sentence, headings and neighbours."""
    if all(word in lexicon()["categories"] for word in question.asked):
        return 1.0
    near = window.layers[:2] + window.layers[3:NEIGHBOURS]  # a title names the subject, not what is said of it
    return best_credit(question.asked, Window(near))


def _lost(term: Term, window: Window, inside: Window) -> float:
    """Return what part (0..1) of a word the passage lacks; what its speech keeps coming back to, it does not lack."""
    if window.credit(term.text) == _SUBJECT:
        return 0.0
    return 1 - min(1.0, inside.credit(term.text) / PASSAGE)


def _lacking(question: Question, lost: Sequence[float]) -> float:
    weights = [term.weight**2 for term in question.terms]
    total = sum(weights)
    return sum(w * share for w, share in zip(weights, lost, strict=True)) / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the search places a passage: its rank from 1, and what ``Features`` calls ``ranked`` and ``alike``."""

    rank: int
    ranked: float
    alike: float


# What stands for a channel that the search does not have: somewhat less than the mean of passages that answer.
_RANKED, _ALIKE = 0.25, 0.6
_WORDS = 4, 5  # the least and the most words that a question counts for
_ALIKE_LEAST = 0.05  # a likeness that is none, so that nothing is divided by it


def standings(hits: Sequence[Hit]) -> dict[str, Standing]:
    """Return passage id -> standing of every hit."""
    dense = [hit.parts["dense"].score for hit in hits if "dense" in hit.parts]
    best = max(dense, default=0.0) + _ALIKE_LEAST
    found = {}
    for hit in hits:
        ranked = hit.parts["ranker"].score if "ranker" in hit.parts else _RANKED
        alike = hit.parts["dense"].score / best if "dense" in hit.parts else 0.0 if dense else _ALIKE
        found[hit.passage.passage_id] = Standing(hit.rank, ranked, alike)
    return found


def features(question: Question, window: Window, standing: Standing) -> Features:
    """Return the features of a candidate whose folded surroundings are ``window``."""
    credits = [(term, window.credit(term.text)) for term in question.terms]
    near, inside = Window(window.layers[:NEIGHBOURS]), Window(window.layers[:INSIDE])
    lost = [_lost(term, window, inside) for term in question.terms]
    typed, strength, around = _typed(question, window)
    everything = "\n".join(text for text, _ in window.layers)
    return Features(
        covered=_weighted(question.terms, window.credit),
        own=_weighted(question.terms, Window(window.layers[:OWN]).credit),
        alone=_weighted(question.terms, Window(window.layers[:2]).credit),
        pairs=_weighted(question.pairs, near.credit),
        asked=_asked(question, window),
        typed=typed,
        names=sum(name in everything for name in question.names) / len(question.names) if question.names else 1.0,
        missing=max((t.weight * (1 - min(1.0, c / SPEECH)) for t, c in credits), default=1.0),
        absent=max((t.weight * share for t, share in zip(question.terms, lost, strict=True)), default=1.0),
        lacking=_lacking(question, lost),
        rank=1 / standing.rank,
        ranked=standing.ranked,
        alike=standing.alike,
        words=math.log(1 + min(max(len(question.terms), _WORDS[0]), _WORDS[1])),
        hard=float(question.hard),
        act=float(question.kind is Kind.HOW and bool(question.asked)),
        strength=strength,
        around=around,
        bears=best_credit(question.asked, Window(window.layers[:1])),
    )


# Fitted by hand on the development half of eval/questions/seeds.jsonl: only the order of candidates depends on it.
ORDER = {"covered": 1.0, "own": 0.6, "alone": 0.6, "pairs": 0.9, "asked": 0.6, "typed": 1.0, "names": 0.3, "rank": 0.12}
_HARD_TYPED = 0.6


def score(found: Features) -> float:
    total = sum(weight * float(getattr(found, name)) for name, weight in ORDER.items())
    return total + _HARD_TYPED * found.hard * found.typed
