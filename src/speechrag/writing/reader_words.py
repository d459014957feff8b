"""The words of a question that the reader looks for around a candidate."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from speechrag.retrieval.thesaurus import builtin_thesaurus
from speechrag.text import is_han, unique
from speechrag.writing.question_words import lexicon, pair_frequency, unusual, without_question_words
from speechrag.writing.questions import Question

_WORD = re.compile(r"\w")
_JOINED = 0.4  # of the passages with the rarer character that have both of a name
_RARE = 1_300  # how often, at most, official prose at large has that character
_LEVELS = frozenset("省市县区镇乡村")
_IN_NO_NAME = frozenset("省市县区镇乡村由是在和与及的把被从对给向")


def everyday(question: Question) -> list[str]:
    """Return the everyday phrases of the question that the table of the search has."""
    bare = without_question_words(question.text)
    return [form for form, _ in builtin_thesaurus().expand(bare)]


def question_words(
    question: Question, grams: Callable[[str], Sequence[str]], document_frequency: Callable[[str], float] | None = None
) -> list[str]:
    """Return the words of the question that the encoder knows, the unknown ones as characters, stop words out.

    An everyday phrase that the search's table has is one word, and so are two characters that only the speeches have
    beside each other: a name. No segmenter is asked: one that guesses (工信|部来作|专题报告) makes words that no speech
    holds.
    """
    stop = lexicon()["stop_words"]
    bare = without_question_words(question.text)
    forms = everyday(question)
    for form in forms:
        bare = bare.replace(form, "，")
    words = unique(grams(bare))
    if document_frequency is not None:
        words = [_stem(word, document_frequency) for word in words]
        words = [word for word in words if not _straddles(word, question.text, document_frequency)]
        words = [*words, *_unlisted_names(bare, words, document_frequency)]
    found = forms + [word for word in words if word not in stop and _WORD.match(word)]
    found = sorted(unique(found), key=question.text.find)
    return [word for word in found if not any(word != other and word in other for other in found)]


def _stem(word: str, document_frequency: Callable[[str], float]) -> str:
    """Return ``word``, a place without its 市 or 县 where the speeches only have it so."""
    stem = word[:-1]
    bare = len(stem) > 1 and word[-1] in _LEVELS and not document_frequency(word) and document_frequency(stem) > 0
    return stem if bare else word


def _straddles(word: str, text: str, document_frequency: Callable[[str], float]) -> bool:
    """Tell whether two characters that the speeches never join are each joined to their other neighbour there.

    会上受到 holds 上受, which is no word though the encoder's vocabulary has it.
    """
    at = text.find(word)
    if len(word) != 2 or at < 1 or document_frequency(word):
        return False
    sides = text[at - 1 : at + 1], text[at + 1 : at + 3]
    return all(len(pair) == 2 and all(map(is_han, pair)) and document_frequency(pair) > 0 for pair in sides)


def _unlisted_names(bare: str, words: Sequence[str], document_frequency: Callable[[str], float]) -> list[str]:
    """Return the pairs of characters, both without a longer word, that only the speeches join, as in a name.

    One of the two hardly ever stands there without the other.
    """
    single = {word for word in words if len(word) == 1 and is_han(word) and word not in _IN_NO_NAME}
    found: list[str] = []
    place = 0
    while place < len(bare) - 1:
        pair = bare[place : place + 2]
        rare = single.issuperset(pair) and min(map(pair_frequency, pair)) <= _RARE and unusual(pair)
        together = document_frequency(pair) if rare else 0.0
        named = together > 0 and together >= _JOINED * min(map(document_frequency, pair))
        found += [pair] * named
        place += 1 + named
    return found
