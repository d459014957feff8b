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

# Words that join, point back or only carry the verb behind them: whoever rewords puts them in freely.
_LIGHT = re.compile(
    r"尽管|虽然|但是|不过|而且|并且|以及|同时|它们?|他们|她们|他(?=们|的|手|自|在|还|也)|其中|予以|得到|受到|遭到|加以|进行|得以|方面|"
    r"也就是|例如|包括|需要|已经|这些|这个|这一|该|被认为|认为|做法|属于|算是|讲话[人者]|被"
)

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
        told = _LIGHT.sub(" ", clause.text)
        content = pairs(told) or clause.pairs
        covered = len(content & everything) / len(content)
        found.append(Aligned(clause, theirs[at], window, (covered + _characters_met(told, window)) / 2))
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
    for other, right in theirs:
        only, elsewhere = left - right, right - left
        kept, lost, gained = mine & only, its & only, its & elsewhere
        if not (kept and lost and gained):
            continue
        if mine & elsewhere:
            return True
        sole = {pair for pair in kept if often[pair] == 1}
        if min(len(sole), len(lost), len(gained)) < _TAKEN or not _leads(sole, lost, told):
            continue
        # A clause without a subject of its own goes on with that of the one before, and may be joined to its rest.
        left_over = _said(other) - its
        if len(left_over) >= _TAKEN and _leads(gained, left_over, other):
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


_TO_WHOM = re.compile(r"[由向归报送给请找](?=[\u4e00-\u9fff])")


def refilled(aligned: Sequence[Aligned], sentence: str, source: str) -> Iterator[str]:
    """Yield who stands in another's place: 由门卫负责 for 由班主任负责, where 门卫 does something else."""
    for each in aligned:
        for match in _TO_WHOM.finditer(each.clause.text):
            behind = each.clause.text[match.end() :]
            for size in range(2, min(9, len(behind))):
                ours, verb = behind[:size], re.escape(behind[size : size + 2])
                theirs = re.search(
                    rf"{match.group()}([\u4e00-\u9fff]{{2,8}}?){verb}{'' if size + 1 < len(behind) else '$'}",
                    each.best.text,
                )
                other = theirs[1] if theirs else ""
                if not other or other[-1] == ours[-1] or pairs(ours) & pairs(other):
                    continue
                if ours in source and other not in sentence:
                    yield ours


_ITEM = re.compile(r"[^、,，。；;：:\n]+")


def mixed(sentence: str, source: str) -> Iterator[str]:
    """Yield the part of ``sentence`` that gives one of a list the thing of another: 甲的鱼、乙的茶 told as 甲种茶."""
    said = pairs(sentence)
    for clause in _STOP.split(source):
        owned = [tuple(map(pairs, item.split("的", 1))) for item in clause.split("、") if "的" in item[1:-1]]
        for (owner, thing), (other, its) in permutations(owned, 2):
            only, others = thing - its, its - thing
            if not only or not other or only & said or other & said:
                continue
            for part in _ITEM.findall(sentence):
                own = pairs(part)
                if min(len(owner & own), len(others & own)) >= _TAKEN and part not in source:
                    yield part


def _said(text: str) -> frozenset[str]:
    return _bound(Clause(text, pairs(text)))


_SUBJECT = range(2, 15)  # characters
_NO_SUBJECT = re.compile(r"(?:我|你|他|她|它)们?|大家|这|那|同[时样]|必须|各级|要|会议|其|也|还|都|并|就")
_PREDICATE = 6


def subjects_replaced(aligned: Sequence[Aligned], sentence: str, source: str) -> Iterator[str]:
    """Yield the subject that ``sentence`` gives a predicate which the source's clause has of another subject.

    Both begin a clause of the source; what points back (会议, 这) is left alone by its length.
    """
    starts = {clause.text for clause in clauses(source)}
    for each in aligned:
        if each.clause.text in source:
            continue
        ours, theirs = each.clause.text, each.best.text
        for size in _SUBJECT:
            subject, predicate = ours[:size], ours[size:]
            at = theirs.find(predicate[:_PREDICATE]) if len(predicate) >= _PREDICATE else -1
            if at not in _SUBJECT or _NO_SUBJECT.match(theirs) or theirs[:4] in sentence:
                continue
            shared = (set(subject) & set(theirs[:at])) - _FUNCTION
            if shared and (size < 4 or _said(subject) & _said(theirs[:at])):
                continue
            if any(start.startswith(subject) for start in starts):
                yield subject
                break


_CASE = re.compile(r"的$|^(?:凡|如果?|一旦)")


def misjoined(sentence: str, source: str) -> Iterator[str]:
    """Yield the consequence that ``sentence`` tells of a case and the source of a later one: 登记的从宽,查出的免职.

    A case is a clause that ends in 的 or begins with 凡, 如; what the source has right behind the case is left out.
    """
    theirs, ours = clauses(source), clauses(sentence)
    at = [_most_like(clause, theirs) for clause in ours] if theirs else []
    for (case, told), clause in zip(pairwise(at), ours[1:], strict=False):
        if not _CASE.search(theirs[case].text) or told <= case + 1:
            continue
        between = any(_CASE.search(other.text) for other in theirs[case + 1 : told])
        if between and case + 1 not in at and len(clause.pairs & theirs[told].pairs) >= _TAKEN:
            yield clause.text
