"""Does a written sentence say only what its cited texts say? Deterministic: no model judges.

A sentence is supported when every figure, date, share, sum, quoted string, 《title》 and name in it occurs in the cited
texts after one shared fold, it goes no further than they do (negation, duty, deeds for plans, causes, all for some,
facts exchanged between two subjects), and enough of its wording is found there, in each of its clauses and on the
whole (ALCE's structure with CRUD-RAG's key facts in place of an entailment model).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from speechrag.text import fold, sentence_spans
from speechrag.writing.clauses import (
    Aligned,
    align,
    exchanged,
    misjoined,
    mixed,
    pairs,
    refilled,
    rejoined,
    subjects_replaced,
    without_lead_in,
)
from speechrag.writing.figure_check import figures_missing, measured
from speechrag.writing.figures import canonical
from speechrag.writing.modality import overstatements
from speechrag.writing.names import (
    bodies_missing,
    countries_missing,
    laws_missing,
    names_moved,
    parts_moved,
    persons_missing,
    places_missing,
    ranks_missing,
)
from speechrag.writing.scope_check import reaching_further

# Calibrated on eval/support/pairs.jsonl: sentences quoted, shortened and reworded, against made-up ones. So much of
# the whole must be met, and so much of each clause of some length, or that clause was added to the rest.
MIN_MET = 0.47
MIN_CLAUSE_MET = 0.45
CLAUSE_PAIRS = 5
# Of a handful of pairs chance meets half, so those of a heading-like scrap must nearly all be met.
SHORT_PAIRS = 6
MIN_SHORT_COVERAGE = 0.75
MIN_RUN = 12

_QUOTED = re.compile(r"[“「『\"']([^”」』\"']{2,80})[”」』\"']|《([^》]{1,80})》")
_NEGATION = re.compile(r"不再|不|未|没有|没|无需|禁止|严禁|并非|非")
_ORDERS = ("", "要", "应", "应当", "须", "必须", "一律")


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one sentence; ``missing`` names what the cited texts lack."""

    supported: bool
    missing: tuple[str, ...]
    coverage: float  # share of the sentence's pairs of neighbouring characters found in the cited texts
    run: int  # length of the longest common run, characters without punctuation
    beyond: tuple[str, ...] = ()  # words by which the sentence goes further than the texts do


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence without its citation marks, the known numbers it cites, and how many unknown ones were dropped."""

    text: str
    numbers: tuple[int, ...]
    unknown: int = 0


def _bare(text: str) -> str:
    """Return the folded text without white space and punctuation, figures kept whole (62.5% stays)."""
    return re.sub(r"[^\w.%‰]|(?<!\d)\.|\.(?!\d)|_", "", fold(text))


def _negation_changed(sentence: str, source: str) -> list[str]:
    """Return the negations that stand on one side only, with the same characters before (3) and behind (2 or 3).

    In their place the other side has nothing or an order: 要按照, 不按照.
    """
    changed = []
    for one, other in ((sentence, source), (source, sentence)):
        for match in _NEGATION.finditer(one):
            left, right = one[max(0, match.start() - 3) : match.start()], one[match.end() : match.end() + 3]
            if len(left) < 3 or len(right) < 2 or left + match.group() in other:
                continue
            if any(left + order + right in other for order in _ORDERS):
                changed.append(match.group() + right)
    return changed


def longest_run(left: str, right: str) -> int:
    """Return the length of the longest common substring; grown from 4-grams, so runs below 4 count as 0."""
    best, start = 0, 0
    while start + max(best, 3) < len(left):
        size = max(best + 1, 4)
        if left[start : start + size] not in right:
            start += 1
            continue
        while start + size <= len(left) and left[start : start + size] in right:
            size += 1
        best = size - 1
        start += 1
    return best


def check_sentence(sentence: str, cited_texts: Sequence[str]) -> Support:
    """Check ``sentence`` (citation marks removed) against the texts it cites; without any text it is unsupported."""
    folded, source = fold(sentence), fold("\n".join(cited_texts))
    bare, bare_source = _bare(sentence), _bare("\n".join(cited_texts))
    if not bare or not bare_source:
        return Support(False, (), 0.0, 0)
    ours, theirs = measured(without_lead_in(folded)), measured(source)
    missing = figures_missing(measured(folded), theirs)
    missing += _quotations_missing(folded, bare_source, _bare(canonical(source)))
    missing += persons_missing(folded, source) + places_missing(folded, source)
    missing += countries_missing(folded, source) + laws_missing(folded, source)
    missing += parts_moved(folded, source)
    missing += bodies_missing(folded, source) + ranks_missing(ours, source)
    missing += _negation_changed(bare, bare_source)
    aligned = align(ours, theirs)
    for each in aligned:
        missing += names_moved(each.clause.text, each.best.text, each.window, ours)
    beyond = [*overstatements(aligned, theirs), *reaching_further(aligned, ours, theirs)]
    beyond += [
        *exchanged(ours, theirs),
        *rejoined(ours, theirs),
        *refilled(aligned, ours, theirs),
        *mixed(ours, theirs),
    ]
    beyond += [*subjects_replaced(aligned, ours, theirs), *misjoined(ours, theirs)]
    coverage, run = _coverage(ours, theirs), longest_run(bare, bare_source)
    worded = _worded(aligned, coverage) or run >= min(MIN_RUN, len(bare))
    added = any(_added(each, theirs) for each in aligned)
    return Support(
        worded and not added and not missing and not beyond,
        tuple(dict.fromkeys(missing)),
        coverage,
        run,
        tuple(dict.fromkeys(beyond)),
    )


def _added(each: Aligned, source: str) -> bool:
    """Tell whether a clause was added: too little of a long one is met, or nothing of what a short one tells."""
    if len(each.clause.pairs) >= CLAUSE_PAIRS:
        return each.met < MIN_CLAUSE_MET
    return _DONE_TO.search(each.clause.text) is not None and not each.clause.pairs & pairs(source)


def _quotations_missing(folded: str, source: str, figured: str) -> list[str]:
    quoted = [left or right for left, right in _QUOTED.findall(folded)]
    return [words for words in quoted if _bare(words) not in source and _bare(canonical(words)) not in figured]


def _worded(aligned: Sequence[Aligned], coverage: float) -> bool:
    """Tell whether enough of the sentence is met in the cited texts, its clauses weighed by their length."""
    size = sum(len(each.clause.pairs) for each in aligned)
    if size < SHORT_PAIRS:
        return coverage >= MIN_SHORT_COVERAGE
    return sum(each.met * len(each.clause.pairs) for each in aligned) >= MIN_MET * size


def _coverage(sentence: str, source: str) -> float:
    own = pairs(sentence)
    return len(own & pairs(source)) / len(own) if own else float(sentence in source)


_CIRCLED = {chr(0x2460 + n): n + 1 for n in range(20)}
# What befell somebody fits in three characters: 被免职.
_DONE_TO = re.compile(r"^(?:已|已经|均|都|也|随后|后)?[被遭受获][\u4e00-\u9fff]{2}")
_WORD = r"(?:资料|材料|来源|引用|文献|依据|见|source|ref)"
_LISTED = r"\s*\^?-?\d{1,4}\s*(?:[,，、;；\-–—~～至]\s*\^?\d{1,4}\s*)*"
_MARK = re.compile(
    rf"[\[［【〔〖]{{1,2}}(?:{_WORD}\s?[:：]?)?({_LISTED})(?:†[^\]］】〕〗\n]{{0,40}})?[\]］】〕〗]{{1,2}}|([{''.join(_CIRCLED)}])|"
    rf"[（(]\s*{_WORD}\s*[:：]?\s*({_LISTED})[）)]",
    re.I,
)

# Marks behind a full stop; a row of full stops is looked at once, from its first.
_BEHIND = re.compile(rf"((?<![。！？!?；;])[。！？!?；;]++[”’」』]?)((?:\s*(?:{_MARK.pattern}))+)", re.I)


def _numbers(listed: str) -> Iterator[int]:
    for part in re.split(r"[,，、;；]", unicodedata.normalize("NFKC", listed).replace("^", "")):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        if part.strip().startswith("-"):
            yield -1
        elif len(ends) == 2 and 0 < ends[1] - ends[0] < 50:
            yield from range(ends[0], ends[1] + 1)
        else:
            yield from ends


def parse_citations(text: str, known: Collection[int]) -> Cited:
    """Take the citation marks out of ``text``, counting unknown numbers.

    They may be written [1] [1,2] [1、2] [1-3] 【1】 ［1］ [[1]] [资料1] 【1†source】 [^1] ①.

    >>> parse_citations("已编发125期【1、9】。", {1, 2})
    Cited(text='已编发125期。', numbers=(1,), unknown=1)
    """
    found: list[int] = []
    for match in _MARK.finditer(text):
        listed, circled, worded = match.groups()
        found.extend([_CIRCLED[circled]] if circled else _numbers(listed or worded))
    numbers = tuple(dict.fromkeys(n for n in found if n in known))
    return Cited(_MARK.sub("", text).strip(), numbers, sum(n not in known for n in found))


def cited_sentences(text: str, known: Collection[int]) -> list[Cited]:
    """Split generated text into sentences with their citations; marks behind a full stop belong to what they follow."""
    text = _BEHIND.sub(lambda m: m.group(2) + m.group(1), text)
    found = [parse_citations(text[a:b], known) for a, b in sentence_spans(text)]
    return [cited for cited in found if cited.text]
