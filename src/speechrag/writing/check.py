"""Does a written sentence say only what its cited texts say? Deterministic: no model judges.

A sentence is supported when every figure, date, share, sum, quoted string, 《title》 and name in it occurs in the cited
texts after one shared fold, no negation was slipped in or out, and enough of its wording is found there: coverage of
character 4-grams, or one long common run (ALCE's structure with CRUD-RAG's key facts in place of an entailment model).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from speechrag.text import fold, sentence_spans, shingles
from speechrag.writing.figures import FIGURE, canonical, figures, same_measure
from speechrag.writing.names import persons_missing, places_missing

# Calibrated on sentences of real speeches, quoted, shortened and reworded, against sentences of other speeches.
MIN_COVERAGE = 0.30
MIN_RUN = 12
# The words around a figure must be found around that figure in the source, so that figures are not swapped.
_MIN_AROUND = 0.25
_AROUND = 45

_QUOTED = re.compile(r"[“「『\"']([^”」』\"']{2,80})[”」』\"']|《([^》]{1,80})》")
# Words that turn a claim round; source words that merely differ are a matter of wording.
_OPPOSITES = (
    ("增长", "下降"), ("增加", "减少"), ("提高", "降低"), ("上升", "下降"), ("以上", "以下"), ("以内", "以外"),
    ("高于", "低于"), ("超过", "不足"), ("至少", "至多"), ("最多", "最少"), ("最高", "最低"), ("之前", "之后"),
    ("提前", "推迟"), ("扩大", "缩小"), ("必须", "可以"), ("严禁", "允许"), ("不得", "可以"), ("上半年", "下半年"),
    ("去年", "今年"), ("今年", "明年"), ("去年", "明年"),
)  # fmt: skip
_NEGATION = re.compile(r"不再|不|未|没有|没|无需|禁止|严禁|并非|非")


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one sentence; ``missing`` names what the cited texts lack."""

    supported: bool
    missing: tuple[str, ...]
    coverage: float  # share of the sentence's character 4-grams found in the cited texts
    run: int  # length of the longest common run, characters without punctuation


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence without its citation marks, the known numbers it cites, and how many unknown ones were dropped."""

    text: str
    numbers: tuple[int, ...]
    unknown: int = 0


def _bare(text: str) -> str:
    """Return the folded text without white space and punctuation, figures kept whole (62.5% stays)."""
    return re.sub(r"[^\w.%‰]|(?<!\d)\.|\.(?!\d)|_", "", fold(text))


def _figure_found(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the source has this figure, of this measure, among some of the same words; both are canonical."""
    before, after = sentence[max(0, figure.start() - 14) : figure.start()], sentence[figure.end() : figure.end() + 14]
    around = _pairs(before) | _pairs(after)
    for match in re.finditer(rf"(?<![\d.]){re.escape(figure['value'])}(?!\d|\.\d)", source):
        if not _same_kind(figure, source, match):
            continue
        near = source[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        if not around or len(around & _pairs(near)) >= _MIN_AROUND * len(around):
            return True
    return False


def _same_kind(figure: re.Match[str], source: str, match: re.Match[str]) -> bool:
    """Tell whether the source counts the same there: a share, an ordinal, a measure word that may stand for ours."""
    other = FIGURE.match(source, match.start())
    if other is None or (figure["share"] or "") != (other["share"] or ""):
        return False
    if figure["ordinal"] and source[match.start() - 1 : match.start()] != "第":
        return False
    return same_measure(figure["unit"] or "", other["unit"] or "")


def _exchanged(figure: re.Match[str], sentence: str, source: str) -> bool:
    """Tell whether the words right before the figure stand in the source before other figures only.

    That is how two figures of one passage are exchanged: both are there, each beside the other's words.
    """
    lead = re.search(r"[\u4e00-\u9fff][》”]?[\u4e00-\u9fff》”]{2,5}$", sentence[: figure.start()])
    if not lead or not re.search(r"[\u4e00-\u9fff]{2}", lead[0]):
        return False
    words = lead[0][-4:]
    beside = [m["value"] for m in re.finditer(rf"{re.escape(words)}(?P<value>\d+(?:\.\d+)?)", source)]
    return bool(beside) and figure["value"] not in beside


def _pairs(text: str) -> set[str]:
    bare = re.sub(r"[^\w]", "", text)
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


def _figures_missing(sentence: str, source: str) -> list[str]:
    """Return the figures of ``sentence`` that ``source`` does not have in that place."""
    ours, theirs = canonical(sentence), canonical(source)
    return [
        match.group()
        for match in figures(ours)
        if not _figure_found(match, ours, theirs) or _exchanged(match, ours, theirs)
    ]


def _negation_changed(sentence: str, source: str) -> list[str]:
    """Return the negations that stand on one side only, with the same characters before (3) and behind (2 or 3)."""
    changed = []
    for one, other in ((sentence, source), (source, sentence)):
        for match in _NEGATION.finditer(one):
            left, right = one[max(0, match.start() - 3) : match.start()], one[match.end() : match.end() + 3]
            if len(left) == 3 and len(right) > 1 and left + right in other and left + match.group() not in other:
                changed.append(match.group() + right)
    return changed


def _reversed(sentence: str, source: str) -> list[str]:
    """Return the words in whose place the source has the opposite: 增长 for 下降, 以下 for 以上."""
    found = []
    for pair in _OPPOSITES:
        for word, opposite in (pair, pair[::-1]):
            for match in re.finditer(word, sentence):
                left = sentence[max(0, match.start() - 3) : match.start()]
                if len(left) == 3 and left + opposite in source and left + word not in source:
                    found.append(word)
    return found


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
    missing = _figures_missing(folded, source)
    quoted = [left or right for left, right in _QUOTED.findall(folded)]
    figured = _bare(canonical(source))
    missing += [words for words in quoted if _bare(words) not in bare_source and _bare(canonical(words)) not in figured]
    missing += persons_missing(folded, source) + places_missing(folded, source)
    missing += _negation_changed(bare, bare_source) + _reversed(bare, bare_source)
    grams = shingles(bare)
    coverage = len(grams & shingles(bare_source)) / len(grams)
    run = longest_run(bare, bare_source)
    worded = coverage >= MIN_COVERAGE or run >= min(MIN_RUN, len(bare))
    return Support(worded and not missing, tuple(dict.fromkeys(missing)), coverage, run)


_CIRCLED = {chr(0x2460 + n): n + 1 for n in range(20)}
_LISTED = r"\s*\^?-?\d{1,4}\s*(?:[,，、;；\-–—~～至]\s*\^?\d{1,4}\s*)*"
_MARK = re.compile(
    rf"[\[［【〔]({_LISTED})[\]］】〕]|([{''.join(_CIRCLED)}])|[（(]\s*(?:来源|资料|引用|见)\s*[:：]?\s*({_LISTED})[）)]"
)


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
    """Take the citation marks out of ``text``: [1] [1,2] [1、2] [1-3] 【1】 ［1］ [^1] ①; unknown numbers are counted.

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
    text = re.sub(rf"([。！？!?；;]+[”’」』]?)((?:\s*(?:{_MARK.pattern}))+)", lambda m: m.group(2) + m.group(1), text)
    found = [parse_citations(text[a:b], known) for a, b in sentence_spans(text)]
    return [cited for cited in found if cited.text]
