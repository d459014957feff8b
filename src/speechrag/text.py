"""The one answer to "what is a word, a sentence, an equal string" in Chinese.

Indexing, querying, quoting and highlighting all come here, so that both sides of a search see the same text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol

from speechrag.registry import SEGMENTERS, resolve

# Longest run handed to a segmenter at once: jieba is quadratic on long Latin runs (2 MB took 37 s).
SEGMENT_RUN = 2_000
MAX_QUERY_CHARS = 2_000

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]")
_TOKEN_RUN = re.compile(rf"[{HAN}〇]+|[a-z0-9]+(?:[.%‰][0-9]*)*", re.ASCII)
_HAN_RUN = re.compile(f"[{HAN}〇]+")

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
    return to_simplified(unicodedata.normalize("NFKC", displayable(text))).lower()


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

    def __hash__(self) -> int:
        """Segmenters are compared by identity, so that their results can be cached."""
        ...


class JiebaSegmenter:
    """jieba's search-engine mode, its dictionary private to this process."""

    name = "jieba"

    def __init__(self, user_dictionary: str = "") -> None:
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        self._initialize()
        if user_dictionary:
            with open(user_dictionary, encoding="utf-8") as file:  # noqa: PTH123 - jieba wants the open file
                self._tokenizer.load_userdict(file)

    def _initialize(self) -> None:
        """Load the dictionary without jieba's cache, which is a marshal file under a guessable name in /tmp."""
        freq, total = self._tokenizer.gen_pfdict(self._tokenizer.get_dict_file())
        self._tokenizer.FREQ, self._tokenizer.total = freq, total
        self._tokenizer.initialized = True

    def cut(self, run: str) -> Iterable[str]:
        return self._tokenizer.cut_for_search(run)  # type: ignore[no-any-return]


class RjiebaSegmenter:
    """The same algorithm in Rust, about twenty times faster; equal to jieba on Chinese."""

    name = "rjieba"

    def __init__(self, user_dictionary: str = "") -> None:
        import rjieba

        self._module = rjieba.Jieba()
        if user_dictionary:
            for line in _lines(user_dictionary):
                word, *rest = line.split()
                self._module.add_word(word, int(rest[0]) if rest and rest[0].isdigit() else None)

    def cut(self, run: str) -> Iterable[str]:
        return self._module.cut_for_search(run)  # type: ignore[no-any-return]


class CharacterSegmenter:
    """No dictionary: every character is a word. For tests and comparisons."""

    name = "characters"

    def __init__(self, user_dictionary: str = "") -> None:
        del user_dictionary

    def cut(self, run: str) -> Iterable[str]:
        return iter(run)


def _lines(path: str) -> list[str]:
    from pathlib import Path

    return [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


@lru_cache(maxsize=8)
def segmenter(name: str, user_dictionary: str = "") -> Segmenter:
    """Return the segmenter registered as ``name``; loaded once per process."""
    return resolve(SEGMENTERS, name)(user_dictionary)  # type: ignore[no-any-return]


def runs(folded: str) -> Iterator[str]:
    """Yield the runs of a folded text that can hold words: Chinese, or Latin letters and digits."""
    for match in _TOKEN_RUN.finditer(folded):
        run = match.group()
        for offset in range(0, len(run), SEGMENT_RUN):
            yield run[offset : offset + SEGMENT_RUN]


def words(text: str, cutter: Segmenter) -> list[str]:
    """Return the words of ``text``, folded, in order, punctuation left out.

    >>> words("２０２３年，县政协。", segmenter("characters"))
    ['2023', '年', '县', '政', '协']
    """
    found: list[str] = []
    for run in runs(fold(text)):
        if is_han(run[0]) or run[0] == "〇":
            found.extend(cutter.cut(run))
        else:
            found.append(run)
    return found


def characters(text: str) -> list[str]:
    """Return the single characters of ``text``, folded; a run of Latin letters or digits counts as one."""
    found: list[str] = []
    for run in runs(fold(text)):
        if is_han(run[0]) or run[0] == "〇":
            found.extend(run)
        else:
            found.append(run)
    return found


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring Chinese characters of ``text``, folded.

    >>> bigrams("县政协，好")
    ['县政', '政协']
    """
    return [run[i : i + 2] for run in _HAN_RUN.findall(fold(text)) for i in range(len(run) - 1)]


def pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring Chinese characters, and every run of Latin letters or digits whole.

    >>> pairs("2009年县政协")
    ['2009', '年县', '县政', '政协']
    """
    found: list[str] = []
    for run in runs(fold(text)):
        if is_han(run[0]) or run[0] == "〇":
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(run)
    return found


def shingles(text: str, size: int = 4) -> set[str]:
    """Return the character ``size``-grams of the folded text without punctuation and white space."""
    bare = "".join(_TOKEN_RUN.findall(fold(text)))
    if len(bare) <= size:
        return {bare} if bare else set()
    return {bare[i : i + size] for i in range(len(bare) - size + 1)}


def jaccard(left: set[str], right: set[str]) -> float:
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
