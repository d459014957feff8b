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
from functools import cache

from speechrag.text import chinese_number, fold, sentence_spans, shingles
from speechrag.writing.questions import lexicon

# Calibrated on sentences of real speeches, quoted, shortened and reworded, against sentences of other speeches.
MIN_COVERAGE = 0.30
MIN_RUN = 12
# The words around a figure must be found around that figure in the source, so that figures are not swapped.
_MIN_AROUND = 0.25
_AROUND = 45

_CN = "零〇一二三四五六七八九十百千万亿两"
_UNIT = (
    r"(?:万亿|亿|万)?(?:元|人次|人|个|名|条|篇|期|次|项|处|所|家|座|台|部|份|起|件|位|户|间|种|类|点|字|册|本|张|批|倍|岁|届|亩|米|"
    r"公里|平方|吨|小时|分钟|天|日|周|月|季度|年|时|%|‰|g|m|级|层|方面|盏|辆|余|多|以上)?"
)
_FIGURE = re.compile(
    rf"\d[\d,]*(?:\.\d+)?{_UNIT}|百分之[{_CN}点]+|第[{_CN}]+|[{_CN}]{{2,}}{_UNIT}|[{_CN}](?:年|月|日|天|倍|成|届)"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_QUOTED = re.compile(r"[“「『\"']([^”」』\"']{2,80})[”」』\"']|《([^》]{1,80})》")
_ROLE = (
    r"副?(?:总书记|书记|省长|市长|县长|区长|镇长|乡长|主席|部长|厅长|局长|处长|科长|主任|秘书长|委员|组长|会长|院长|校长|"
    r"同志|教授|总理)"
)
_PLACE = re.compile(r"([\u4e00-\u9fff]{2,8}?)(省|市|县|区|镇|乡|街道|村|局|厅|公司|大学|协会|银行|报|集团)")
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


@cache
def _person() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a name before its office (周明远书记) and behind it (书记周明远)."""
    surname = "".join(sorted(lexicon()["surnames"]))
    before = re.compile(rf"(?:^|[，。、；：！？\s]|{_ROLE})([{surname}][\u4e00-\u9fff]{{1,2}}?)(?={_ROLE})")
    behind = re.compile(rf"{_ROLE}([{surname}][\u4e00-\u9fff]{{1,2}})")
    return before, behind


def _persons_missing(sentence: str, source: str) -> list[str]:
    before, behind = _person()
    missing = [name for name in before.findall(sentence) if name not in source]
    for name in behind.findall(sentence):
        # Three characters may be a name of two and the verb behind it.
        short = rf"{re.escape(name[:2])}(?![\u4e00-\u9fff])|{re.escape(name[:2])}{_ROLE}"
        if name not in source and not re.search(short, source):
            missing.append(name)
    return missing


def _bare(text: str) -> str:
    """Return the folded text without white space and punctuation, figures kept whole (62.5% stays)."""
    return re.sub(r"[^\w.%‰]|(?<!\d)\.|\.(?!\d)|_", "", fold(text))


def _figure_found(figure: str, sentence: str, place: int, source: str) -> bool:
    """Tell whether the source holds this figure, as a whole figure, among some of the same words."""
    before, after = sentence[max(0, place - 14) : place], sentence[place + len(figure) : place + len(figure) + 14]
    around = _pairs(before) | _pairs(after)
    wanted = re.escape(figure.replace(",", ""))
    left = r"(?<![\d.])" if figure[0].isdigit() else rf"(?<![{_CN}])"
    right = r"(?!\d|\.\d)" if figure[-1].isdigit() else ""
    pattern = left + wanted + right
    for match in re.finditer(pattern, source):
        near = source[max(0, match.start() - _AROUND) : match.end() + _AROUND]
        if not around or len(around & _pairs(near)) >= _MIN_AROUND * len(around):
            return True
    return False


def _pairs(text: str) -> set[str]:
    bare = re.sub(r"[^\w]", "", text)
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


def _alternatives(figure: str) -> list[str]:
    """Return the ways a figure may stand in the source: 百分之五 as 5%, and without 余 or 多."""
    ways = [figure]
    if match := re.fullmatch(r"(\d+)%", figure):
        value = int(match.group(1))
        ways += [f"百分之{chinese_number(value)}"] if 0 < value < 100 else []
    if figure.endswith(("余", "多", "以上")):
        ways.append(re.sub(r"(?:余|多|以上)$", "", figure))
    return ways


def _figures_missing(sentence: str, source: str) -> list[str]:
    plain = _THOUSANDS.sub("", source)
    missing = []
    for match in _FIGURE.finditer(sentence):
        ways = _alternatives(match.group().replace(",", ""))
        if not any(_figure_found(way, sentence, match.start(), plain) for way in ways):
            missing.append(match.group())
    return missing


def _places_missing(sentence: str, source: str) -> list[str]:
    missing = []
    for match in _PLACE.finditer(sentence):
        name, suffix = match.groups()
        if set(name[-2:]) & lexicon()["not_in_names"]:
            continue
        if name[-2:] + suffix not in source and name[-2:] not in source:
            missing.append(name[-2:] + suffix)
    return missing


def _negation_changed(sentence: str, source: str) -> list[str]:
    """Return the negations that stand on one side only, with the same three characters before and behind."""
    changed = []
    for one, other in ((sentence, source), (source, sentence)):
        for match in _NEGATION.finditer(one):
            left, right = one[max(0, match.start() - 3) : match.start()], one[match.end() : match.end() + 3]
            if len(left) == 3 and len(right) == 3 and left + right in other and left + match.group() not in other:
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
    missing = _figures_missing(folded, source)
    quoted = [left or right for left, right in _QUOTED.findall(folded)]
    missing += [words for words in quoted if _bare(words) not in bare_source]
    missing += _persons_missing(folded, source) + _places_missing(folded, source)
    missing += _negation_changed(bare, bare_source)
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
