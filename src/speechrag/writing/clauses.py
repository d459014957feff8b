"""The clauses of a written sentence beside those of its source: which stands for which, and who is said to do what.

All texts here are folded and ``canonical`` (figures in digits). A clause ends at any stop but the enumeration comma.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, permutations

_STOP = re.compile(r"(?<!\d)[,:]|[,:](?!\d)|[，。；：;！？!?\n]|——")
_WORD = re.compile(r"\w+")
# Who speaks, before what is said; of the cited text itself, not of somebody in it.
_LEAD_IN = re.compile(
    r"^(?:(?:据|按照?|根据)?(?:该|本次|这次|此次)?(?:讲话|发言|报告|材料|文中|会上)(?:中|里)?(?:还|也|曾)?"
    r"(?:介绍|说|提到|指出|强调|要求|提出|明确|认为)?|据介绍|其中|此外|同时|另外)[,，:：]"
)
# Characters that say how and not what; pairs of them bind nobody to anything.
_FUNCTION = frozenset("的了是在和与及对要有就都也还又被把从到由为于以并或之其")


# Pairs that each part must have before a part is said to have gone over to another clause: chance makes one.
_TAKEN = 2


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two stops, and the pairs of neighbouring characters in it."""

    text: str
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A clause of the sentence, the source's clause most like it, and that one with its neighbours as text."""

    clause: Clause
    best: Clause
    window: str
    met: float  # mean of the share of its pairs met in the source, wherever, and of its characters in the window


def without_lead_in(sentence: str) -> str:
    """Return a folded sentence without the words that only say where it is from.

    >>> without_lead_in("据讲话,一般信息3五百字")
    '一般信息3五百字'
    """
    return _LEAD_IN.sub("", sentence)


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of ``text``, over no punctuation; a run of digits is one character.

    >>> sorted(pairs("编发48期,好"))
    ['48期', '发48', '编发']
    """
    found = set[str]()
    for run in _WORD.findall(text):
        characters = re.findall(r"[a-z0-9.%]+|.", run)
        found.update(a + b for a, b in pairwise(characters))
    return frozenset(found)


@lru_cache(maxsize=256)
def clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of ``text`` that hold a pair at least."""
    found = (Clause(part.strip(), pairs(part)) for part in _STOP.split(text))
    return tuple(clause for clause in found if clause.pairs)


def align(sentence: str, source: str) -> list[Aligned]:
    """Return every clause of ``sentence`` with the source's clause that shares most pairs with it."""
    theirs = clauses(source)
    everything = frozenset[str]().union(*(clause.pairs for clause in theirs))
    found = []
    for clause in clauses(sentence):
        if not theirs:
            break
        at = _most_like(clause, theirs)
        window = ",".join(other.text for other in theirs[max(0, at - 1) : at + 2])
        covered = len(clause.pairs & everything) / len(clause.pairs)
        found.append(Aligned(clause, theirs[at], window, (covered + _characters_met(clause.text, window)) / 2))
    return found


def _characters_met(clause: str, window: str) -> float:
    """Return the share of the characters that say something: 拖欠 and 拖, 客人 and 客 have one of two in common."""
    characters = [char for char in clause if char.isalnum() and char not in _FUNCTION]
    return sum(char in window for char in characters) / max(1, len(characters))


def _most_like(clause: Clause, others: Sequence[Clause]) -> int:
    """Return the number of the clause that shares most pairs with ``clause``, the first of equals."""
    return max(range(len(others)), key=lambda i: (len(clause.pairs & others[i].pairs), -i))


def _bound(clause: Clause) -> frozenset[str]:
    return frozenset(pair for pair in clause.pairs if not set(pair) & _FUNCTION)


def exchanged(sentence: str, source: str) -> Iterator[str]:
    """Yield the clauses of ``sentence`` whose parts the source tells of one another's partners.

    The source says A of B and C of D; the sentence, in two clauses, A of D and C of B, or it only gives B to C. Parts
    that stand in both of the source's clauses tell nothing; what is put in another order keeps its partners.
    """
    ours = [(clause.text, _bound(clause)) for clause in clauses(sentence)]
    held = frozenset[str]().union(*(bound for _, bound in ours))
    theirs = [(clause.text, _bound(clause) & held) for clause in clauses(source) if _bound(clause) & held]
    often = Counter(pair for _, bound in theirs for pair in bound)
    verbatim = {clause.text for clause in clauses(source)}
    for (text, one), (other_text, other) in permutations(ours, 2):
        if text in verbatim and other_text in verbatim:
            continue
        mine, its = one - other, other - one
        torn = [(told, left) for told, left in theirs if left & mine and left & its]
        if any(_given_away(mine, its, told, left, theirs, often) for told, left in torn):
            yield text


def _given_away(
    mine: frozenset[str],
    its: frozenset[str],
    told: str,
    left: frozenset[str],
    theirs: Sequence[tuple[str, frozenset[str]]],
    often: Mapping[str, int],
) -> bool:
    """Tell whether the source's clause ``told``, pairs ``left``, says of ``mine`` what the sentence says of ``its``."""
    for _, right in theirs:
        only, elsewhere = left - right, right - left
        kept, lost, gained = mine & only, its & only, its & elsewhere
        if not (kept and lost and gained):
            continue
        if mine & elsewhere:
            return True
        sole = {pair for pair in kept if often[pair] == 1}
        if min(len(sole), len(lost), len(gained)) >= _TAKEN and _leads(sole, lost, told):
            return True
    return False


def _leads(subject: Collection[str], predicate: Collection[str], clause: str) -> bool:
    """Tell whether all of ``subject`` stands before all of ``predicate``, where a subject stands in Chinese."""
    return max(map(clause.find, subject)) < min(map(clause.find, predicate))


def rejoined(sentence: str, source: str) -> Iterator[str]:
    """Yield the clauses of ``sentence`` put behind another case than in the source: 连续两次的约谈, 连续三次的免职.

    The two cases are clauses of the source that are worded alike; the sentence has both, and the consequence of the
    one follows the other.
    """
    theirs = clauses(source)
    at = [_most_like(clause, theirs) for clause in clauses(sentence)] if theirs else []
    for (case, consequence), clause in zip(pairwise(at), clauses(sentence)[1:], strict=False):
        own = consequence - 1
        if own not in {case, -1} and consequence != case and own in at and theirs[own].pairs & theirs[case].pairs:
            yield clause.text
