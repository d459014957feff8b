"""The one answer to "what is a word, a sentence, an equal string" in Chinese.

Indexing, querying, quoting and highlighting all come here, so that both sides of a search see the same text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from operator import add
from pathlib import Path
from typing import Any, Protocol

from speechrag.dictionary import read_dictionary
from speechrag.registry import SEGMENTERS, resolve

# Longest run handed to a segmenter at once: jieba is quadratic on long Latin runs (2 MB took 37 s).
SEGMENT_RUN = 2_000
MAX_QUERY_CHARS = 2_000

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]")
_TOKEN_RUN = re.compile(rf"[{HAN}〇]+|[a-z0-9]+(?:[.%‰][0-9]*)*", re.ASCII)
_HAN_RUN = re.compile(f"[{HAN}〇]+")
_BEYOND_JIEBA = re.compile("([^\u4e00-\u9fd5])")  # jieba knows no ideograph outside this block
_BEYOND_JIEBA_IN_LINES = re.compile("[^\u4e00-\u9fd5\n]")
# The wide marks of Chinese print; nearly all text is in the form NFKC once they are narrow.
_WIDE = (
    *(("，", ","), ("：", ":"), ("；", ";"), ("？", "?"), ("！", "!"), ("（", "("), ("）", ")"), ("…", "...")),
    *(("\u3000", " "), ("\xa0", " ")),
)

# Bidi controls, zero-width characters, soft hyphen, variation selectors, the tag block: they carry nothing a reader
# sees and are used to smuggle instructions (OWASP LLM01:2026) or to reorder file names.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_SENTENCE_END = "。！？!?…"
_CLOSERS = "”’\"'」』）)】》〉］]"
_SENTENCE = re.compile(rf"[^{_SENTENCE_END}\n]*(?:[{_SENTENCE_END}]+[{re.escape(_CLOSERS)}]*|\n|$)")


def is_han(char: str) -> bool:
    """Tell whether ``char`` is a Chinese ideograph."""
    return bool(_HAN.match(char))


def displayable(text: str) -> str:
    """Return ``text`` without what no reader can see: controls, invisible marks; lone surrogates become U+FFFD."""
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


@lru_cache(maxsize=4)
def converter(profile: str) -> Any:
    """Return the OpenCC converter for ``profile`` (``t2s``, ``s2tw``); made once."""
    from opencc import OpenCC

    return OpenCC(profile)


def to_simplified(text: str) -> str:
    """Return ``text`` in simplified script. The length may change only where OpenCC has a phrase rule."""
    return str(converter("t2s").convert(text))


def fold(text: str) -> str:
    """Return the form two strings are compared in: NFKC, simplified, lower case, invisible characters gone.

    >>> fold("２０２３年領導講話")
    '2023年领导讲话'
    """
    return to_simplified(_compatible(displayable(text))).lower()


def _compatible(text: str) -> str:
    """Return the NFKC form of ``text``; to compute it takes ten times as long as to see that it is there already."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the spans of the sentences of ``text[start:end]``, white space trimmed, empty ones left out.

    A sentence ends at 。！？… (or their ASCII twins between Chinese), closing quotes and brackets included, or at a
    line end. A quoted sentence inside a longer one ("他说：“好。”大家……") ends where its closing quote ends.

    >>> [("今天开会。大家好！")[a:b] for a, b in sentence_spans("今天开会。大家好！")]
    ['今天开会。', '大家好！']
    """
    stop = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    position = start
    while position < stop:
        match = _SENTENCE.match(text, position, stop)
        if match is None or match.end() == position:  # pragma: no cover - the pattern always consumes something
            break
        left, right = trim(text, match.start(), match.end())
        if left < right:
            spans.append((left, right))
        position = match.end()
    return spans


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without the white space (full-width space included) at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


class Segmenter(Protocol):
    """Cuts a folded run of Chinese into words."""

    name: str

    def cut(self, run: str) -> Iterable[str]:
        """Return the words of ``run``, search granularity: long words come with the shorter words inside them."""
        ...

    def cut_all(self, runs: Sequence[str]) -> list[str]:
        """Return the words of every run, one run after the other."""
        ...

    def __hash__(self) -> int:
        """Segmenters are compared by identity, so that their results can be cached."""
        ...


class JiebaSegmenter:
    """jieba's search-engine mode: by rjieba where it is installed, else by jieba itself, with the same words.

    rjieba is the same algorithm and dictionary in Rust, about ten times faster. A user dictionary is jieba's business:
    it alone reads that format whole.
    """

    name = "jieba"

    def __init__(self, user_dictionary: str = "", *, fast: bool = True) -> None:
        self._user_dictionary = user_dictionary
        self._fast: Callable[[str], list[str]] | None = None
        if fast and not user_dictionary and find_spec("rjieba"):
            import rjieba

            self._fast = rjieba.Jieba().cut_for_search
        else:
            _ = self._tokenizer  # loaded now and not by the first query

    @cached_property
    def _tokenizer(self) -> Any:
        """jieba's own tokenizer, its dictionary private to this process.

        Filled by hand: jieba would read a cache, which is a marshal file under a guessable name in /tmp.
        """
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        if self._user_dictionary:
            tokenizer.load_userdict(read_dictionary(Path(self._user_dictionary)))
        return tokenizer

    def cut(self, run: str) -> Iterable[str]:
        if self._fast is None:
            return self._tokenizer.cut_for_search(run)  # type: ignore[no-any-return]
        if _BEYOND_JIEBA.search(run) is None:
            return self._fast(run)
        # jieba takes each of these characters for a word, rjieba joins neighbours of them.
        return [word for part in _BEYOND_JIEBA.split(run) if part for word in self._fast(part)]

    def cut_all(self, runs: Sequence[str]) -> list[str]:
        lines = "\n".join(runs)
        if self._fast is None or _BEYOND_JIEBA_IN_LINES.search(lines):
            return [word for run in runs for word in self.cut(run)]
        # One call: a line end is no part of any word, and a call for each of forty runs takes half as long again.
        return [word for word in self._fast(lines) if word != "\n"]


class CharacterSegmenter:
    """No dictionary: every character is a word. For tests and comparisons."""

    name = "characters"

    def __init__(self, user_dictionary: str = "") -> None:
        del user_dictionary

    def cut(self, run: str) -> Iterable[str]:
        return iter(run)

    def cut_all(self, runs: Sequence[str]) -> list[str]:
        return list("".join(runs))


@lru_cache(maxsize=8)
def segmenter(name: str, user_dictionary: str = "") -> Segmenter:
    """Return the segmenter registered as ``name``; loaded once per process."""
    return resolve(SEGMENTERS, name)(user_dictionary)  # type: ignore[no-any-return]


def runs(folded: str) -> Iterator[str]:
    """Iterate over the runs of a folded text that can hold words: Chinese, or Latin letters and digits."""
    found = _TOKEN_RUN.findall(folded)
    return iter(found) if len(folded) <= SEGMENT_RUN else _shortened(found)


def _shortened(found: Iterable[str]) -> Iterator[str]:
    for run in found:
        for offset in range(0, len(run), SEGMENT_RUN):
            yield run[offset : offset + SEGMENT_RUN]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is found by: its words, its single characters, its pairs of neighbouring characters.

    All folded, in order, punctuation left out; a run of Latin letters or digits is one member of each.
    """

    words: list[str]
    characters: list[str]
    pairs: list[str]


def terms(text: str, cutter: Segmenter) -> Terms:
    """Return all terms of ``text`` from one pass over it.

    >>> terms("２００９年县政协", segmenter("characters")).pairs
    ['2009', '年县', '县政', '政协']
    """
    found = Terms([], [], [])
    for run in runs(fold(text)):
        if run[0].isascii():
            found.words.append(run)
            found.characters.append(run)
            found.pairs.append(run)
        else:
            found.words.extend(cutter.cut(run))
            found.characters.extend(run)
            found.pairs.extend(map(add, run, run[1:]))
    return found


@dataclass(frozen=True, slots=True)
class JoinedTerms:
    """The members of ``Terms``, each kind as one string with white space between them, in no order to rely on."""

    words: str
    characters: str
    pairs: str


def joined_terms(text: str, cutter: Segmenter) -> JoinedTerms:
    """Return all terms of ``text`` as an index takes them, in a third of the time that joining ``terms`` would need.

    >>> joined_terms("２００９年县政协", segmenter("characters")).pairs.split()
    ['年县', '县政', '政协', '2009']
    """
    found = list(runs(fold(text)))
    chinese = [run for run in found if not run[0].isascii()]
    latin = " ".join(run for run in found if run[0].isascii())
    lines = "\n".join(chinese)
    return JoinedTerms(
        words=f"{' '.join(cutter.cut_all(chinese))} {latin}",
        characters=f"{' '.join(lines)} {latin}",
        pairs=f"{_spaced_pairs(lines)} {latin}",
    )


def _spaced_pairs(lines: str) -> str:
    """Return the pairs of neighbouring characters on one line, with white space between them."""
    import numpy as np

    codes = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32)
    if len(codes) < 2:
        return ""
    table = np.full((len(codes) - 1, 3), ord(" "), dtype=np.uint32)
    table[:, 0], table[:, 1] = codes[:-1], codes[1:]
    ends = np.flatnonzero(codes == ord("\n"))
    table[ends[ends < len(table)], 1] = ord("\n")
    table[ends[ends > 0] - 1, 0] = ord("\n")
    return table.tobytes().decode("utf-32-le")


def words(text: str, cutter: Segmenter) -> list[str]:
    """Return the words of ``text``, folded, in order, punctuation left out.

    >>> words("２０２３年，县政协。", segmenter("characters"))
    ['2023', '年', '县', '政', '协']
    """
    return terms(text, cutter).words


def characters(text: str) -> list[str]:
    """Return the single characters of ``text``, folded; a run of Latin letters or digits counts as one."""
    found: list[str] = []
    for run in runs(fold(text)):
        found.extend([run] if run[0].isascii() else run)
    return found


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring Chinese characters of ``text``, folded.

    >>> bigrams("县政协，好")
    ['县政', '政协']
    """
    return [run[i : i + 2] for run in _HAN_RUN.findall(fold(text)) for i in range(len(run) - 1)]


def shingles(text: str, size: int = 4) -> set[str]:
    """Return the character ``size``-grams of the folded text without punctuation and white space."""
    bare = "".join(_TOKEN_RUN.findall(fold(text)))
    if len(bare) <= size:
        return {bare} if bare else set()
    return {bare[i : i + size] for i in range(len(bare) - size + 1)}


def jaccard(left: Set[object], right: Set[object]) -> float:
    """Return the share of common members, 0 for two empty sets."""
    union = len(left | right)
    return len(left & right) / union if union else 0.0


def clip(text: str, limit: int, tail: str = "……") -> str:
    """Return ``text`` cut to at most ``limit`` characters, marked when cut."""
    return text if len(text) <= limit else text[: limit - len(tail)] + tail


def numerals(level: int, ordinal: int) -> str:
    """Return the official numbering of ``ordinal`` (from 1) at ``level``: 一、 （一） 1. （1）."""
    spelled = chinese_number(ordinal)
    return {1: f"{spelled}、", 2: f"（{spelled}）", 3: f"{ordinal}."}.get(level, f"（{ordinal}）")


_DIGITS = "零一二三四五六七八九"


def chinese_number(value: int) -> str:
    """Return ``value`` (1..99) in Chinese numerals.

    >>> [chinese_number(n) for n in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    if not 0 < value < 100:
        raise ValueError(f"{value} is outside 1..99")
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones or not head else "")


def parse_chinese_number(numeral: str) -> int | None:
    """Return the value of a Chinese or Arabic numeral below 100, None when it is not one.

    >>> [parse_chinese_number(n) for n in ("三", "十九", "二十", "廿一", "12", "甲")]
    [3, 19, 20, 21, 12, None]
    """
    numeral = unicodedata.normalize("NFKC", numeral).replace("两", "二").replace("〇", "零").replace("廿", "二十")
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    match = re.fullmatch(r"(?:([一二三四五六七八九])?(十))?([一二三四五六七八九零])?", numeral)
    if not match or not numeral:
        return None
    tens, ten, ones = match.groups()
    value = (_DIGITS.index(tens) if tens else 1) * 10 if ten else 0
    return value + (_DIGITS.index(ones) if ones else 0)


def unique(items: Sequence[str] | Iterable[str]) -> list[str]:
    """Return the items without repetitions, first occurrence kept."""
    return list(dict.fromkeys(items))
