"""The damage that document sites do to a text, run forward, with the truth kept.

Clean simplified text goes in; out comes what a reader of the site would save: words deleted and advertising put in,
traditional script, readings in brackets behind characters, marks made ASCII by replacing bytes in GBK (which splits
characters where a pattern matches across a boundary), page counters in mid-sentence, the site's own lines around it.
Each damaged character knows the characters of the truth it was made from. Written apart from the cleaner, so that the
two check each other. Everything is decided by the arguments; nothing is random but through ``seed``.

    python eval/damage.py clean.txt > damaged.txt
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MARKS = {"！": "!", "（": "(", "）": ")", "，": ",", "：": ":", "；": ";", "？": "?"}
EATEN = {b"(", *(str(digit).encode() for digit in range(10))}
READINGS = {
    "協": "xié", "發": "fā", "設": "shè", "務": "wù", "業": "yè", "導": "dǎo", "統": "tǒng", "領": "lǐng",
    "經": "jīng", "區": "qū", "關": "guān", "現": "xiàn", "創": "chuàng", "應": "yīng", "網": "wǎng", "質": "zhì",
    "產": "chǎn", "結": "jié", "規": "guī", "優": "yōu", "內": "nèi", "聯": "lián", "鎮": "zhèn", "數": "shù",
    "礎": "chǔ", "絡": "luò", "態": "tài", "轉": "zhuǎn", "據": "jù", "環": "huán", "鄉": "xiāng", "術": "shù",
    "構": "gòu", "農": "nóng", "戰": "zhàn", "穩": "wěn", "監": "jiān", "續": "xù", "預": "yù", "節": "jié",
    "調": "diào", "復": "fù", "權": "quán", "執": "zhí", "災": "zāi", "養": "yǎng", "衛": "wèi", "貿": "mào",
    "驅": "qū", "醫": "yī", "側": "cè",
}  # fmt: skip
# Viewers that cut pages annotate some characters more.
VIEWER_READINGS = READINGS | {
    "責": "zé", "認": "rèn", "學": "xué", "當": "dāng", "負": "fù", "訓": "xùn", "習": "xí", "風": "fēng",
    "遠": "yuǎn", "準": "zhǔn", "擔": "dān",
}  # fmt: skip
HEADER = "{title}\n\n格式：DOC 上传日期：2021-03-05 10:20:30\n{title}\n时间：2021-03-05 10:20:30     小编：某某\n\n"
FOOTER = "\n\n【本文地址：http://www.example.com/doc/{number}.html】\n\n全文阅读已结束，如果需要下载本文请点击\n\n下载此文档\n"
ADVERTISING = ("滤布", "压滤机滤布", "筛网")
MOST_ADVERTISING = 1  # in one text
HOLE_EVERY = 4000  # characters of text for each deleted word
PAGE_CHARS = 450  # of a page of a viewer

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_NAMED = re.compile(r"[\u4e00-\u9fff]{2,3}(?=同志)")
_CLAUSE = re.compile(r"(?<=[，、；])(?=[\u4e00-\u9fff]{4})")
_INSIDE = re.compile(r"(?<=[\u4e00-\u9fff]{4})(?=[\u4e00-\u9fff]{4})")

SITE = -1  # in place of a character of the truth: the site's own


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of damage and the characters of the truth it fell on (none for what was put in between two)."""

    kind: str  # script, reading, mark, shift, page, advertising, hole
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged text and the truth a repair can reach: the clean text without the words that are gone for good.

    ``origins[i]`` is the span of the truth that ``text[i]`` was made from; (-1, -1) for what the site put in.
    """

    text: str
    truth: str
    origins: tuple[tuple[int, int], ...] = ()
    spans: tuple[Span, ...] = ()


Traced = list[tuple[str, int]]  # characters, each with its place in the truth or SITE


def damage(text: str, title: str = "", seed: int = 0, comma: bool = True) -> Damaged:
    """Return ``text`` as saved from a site, its ``title`` with the site's lines around it when one is given."""
    truth = f"{title}\n{text}" if title else text
    traced = spread_lines(_traced(truth, len(truth) - len(text)))
    return _shown(_framed(traced, title, random.Random(seed)), truth, [], READINGS, "," if comma else "")


def damage_all(text: str, title: str, seed: int) -> Damaged:
    """Return ``text`` with every kind of damage: which words, places and habits of the site is decided by ``seed``.

    Every second site is a viewer that cuts pages; such sites drop the paragraphs, and half of them set a space behind
    each comma. One site in four leaves the commas alone.
    """
    rng = random.Random(seed)
    body, holes = delete_words(text, rng)
    truth = f"{title}\n{body}"
    shift = len(truth) - len(body)
    spans = [Span("hole", place + shift, place + shift + length) for place, length in holes]
    traced = _traced(truth, shift)
    habit = rng.choice(("lines", "lines", "pages", "pages, spaced"))
    if habit == "lines":
        readings, comma = READINGS, rng.choice((",", ",", ""))
        traced = spread_lines(traced)
    else:
        readings, comma = VIEWER_READINGS, ", " if "spaced" in habit else ","
        traced, cuts = _cut(traced, PAGE_CHARS)
        spans += [Span("page", cut, cut) for cut in cuts]
    traced, places = _with_advertising(traced, rng)
    spans += [Span("advertising", place, place) for place in places]
    return _shown(_framed(traced, title, rng), truth, spans, readings, comma)


# -- on the clean text ------------------------------------------------------------------------------------------------


def delete_words(text: str, rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """Return ``text`` with words deleted for good, and the places (in what is returned) and lengths of the marks left.

    Years become 20xx, names become dashes, other words leave a star or nothing at all.
    """
    found = [(m.start(), m.end(), rng.choice(("20xx", "20××", "*"))) for m in _YEAR.finditer(text)]
    found += [(m.start(), m.end(), "--") for m in _NAMED.finditer(text)]
    found += [(m.start(), m.start() + 2, rng.choice(("*", ""))) for m in _INSIDE.finditer(text)]
    wanted = 1 + len(text) // HOLE_EVERY
    pieces: list[str] = []
    holes: list[tuple[int, int]] = []
    position = length = 0
    for start, end, mark in sorted(rng.sample(found, min(wanted, len(found)))):
        if start < position:
            continue
        pieces += [text[position:start], mark]
        length += start - position
        holes.append((length, len(mark)))
        length += len(mark)
        position = end
    return "".join([*pieces, text[position:]]), holes


def _traced(text: str, start: int) -> Traced:
    return [(char, place) for place, char in enumerate(text) if place >= start]


def _put_in(words: str) -> Traced:
    return [(char, SITE) for char in words]


def spread_lines(text: Traced) -> Traced:
    """Return ``text`` with an empty line between paragraphs, as sites have it."""
    blank = ("\n", SITE)
    return [pair for own in text for pair in ((own, blank) if own[0] == "\n" else (own,))]


def cut_pages(text: str, chars: int) -> str:
    """Return ``text`` cut into pages of about ``chars`` characters, "N、" before each, wherever the cut falls."""
    return "".join(char for char, _ in _cut(_traced(text, 0), chars)[0])


def _cut(text: Traced, chars: int) -> tuple[Traced, list[int]]:
    """Return the pages with their counters, and the places of the truth where they were cut."""
    bare = [pair for pair in text if pair[0] != "\n"]
    out: Traced = []
    cuts: list[int] = []
    for number, start in enumerate(range(0, len(bare), chars), 1):
        out += _put_in(f"\n\n{number}、" if start else f"{number}、") + bare[start : start + chars]
        cuts += [bare[start][1]] if start else []
    return out, cuts


def _with_advertising(text: Traced, rng: random.Random) -> tuple[Traced, list[int]]:
    """Return ``text`` with words of a shop put at the head of some of its clauses."""
    shown = "".join(char for char, _ in text)
    inside = [m.start() for m in _CLAUSE.finditer(shown)]
    places = sorted(rng.sample(inside, min(rng.randint(0, MOST_ADVERTISING), len(inside))), reverse=True)
    out = list(text)
    for place in places:
        out[place:place] = _put_in(rng.choice(ADVERTISING))
    return out, [text[place][1] for place in reversed(places)]


def _framed(text: Traced, title: str, rng: random.Random) -> Traced:
    number = rng.randrange(10**6, 10**7)
    if not title:
        return text
    first, rest = HEADER.split("{title}", 1)
    header = _put_in(first) + _traced(title, 0) + _put_in(rest.format(title=title))
    return header + text + _put_in(FOOTER.format(number=number))


# -- on the bytes -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2tw")


def traditional(text: str) -> str:
    """Return ``text`` in the traditional forms that such sites use; one character for each."""
    converted = str(_converter().convert(text))
    return converted if len(converted) == len(text) else "".join(map(_converter().convert, text))


@dataclass(frozen=True, slots=True)
class _Byte:
    """A byte of the page: its value and the characters it stands for, as indices; empty when it was put in."""

    value: int
    first: int
    last: int  # end exclusive


def replace_bytes(text: str, readings: Mapping[str, str] = READINGS, comma: bool = True) -> str:
    """Return ``text`` (traditional) after the site's byte replacements; characters outside GBK are passed by."""
    return "".join(shown for shown, _, _ in _units(text, readings, "," if comma else ""))


def _units(text: str, readings: Mapping[str, str], comma: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is shown, unit by unit, with the span of ``text`` each was made from."""
    glosses = {char.encode("gbk"): f"({reading})".encode("gbk") for char, reading in readings.items()}
    marks = {mark.encode("gbk"): plain.encode() for mark, plain in (MARKS | {"，": comma}).items() if plain}
    for start, run, encodable in _gbk_runs(text):
        if encodable:
            data = [_Byte(b, start + i, start + i + 1) for i, char in enumerate(run) for b in char.encode("gbk")]
            yield from _show(_with_marks(_with_glosses(data, glosses), marks))
        else:
            yield from ((char, start + i, start + i + 1) for i, char in enumerate(run))


def show_gbk(data: bytes) -> str:
    """Return what is seen of GBK bytes with split characters."""
    return "".join(shown for shown, _, _ in _show([_Byte(value, 0, 0) for value in data]))


def _show(data: Sequence[_Byte]) -> Iterator[tuple[str, int, int]]:
    """Yield the characters seen.

    A lead byte before ``(`` or a digit is one ``?`` and takes it along; before any other byte that cannot follow, the
    ``?`` stands and the byte stays. Full-width Latin letters and digits appear as ASCII.
    """
    i = 0
    while i < len(data):
        lead, pair = data[i], data[i : i + 2]
        raw = bytes(byte.value for byte in pair)
        char = _pair(raw)
        if lead.value <= 0x80:
            yield "€" if lead.value == 0x80 else chr(lead.value), lead.first, lead.last
            i += 1
        elif char:
            yield chr(raw[1] - 0x80) if raw[0] == 0xA3 and raw[1] > 0xA0 else char, *_hull(pair)
            i += 2
        else:
            eats = raw[1:] in EATEN
            yield "?", *_hull(pair if eats else pair[:1])
            i += 2 if eats else 1


@lru_cache(maxsize=65536)
def _pair(raw: bytes) -> str:
    try:
        return raw.decode("gb18030") if len(raw) == 2 and raw[0] > 0x80 and raw[1] >= 0x40 else ""
    except UnicodeDecodeError:
        return ""


def _hull(data: Sequence[_Byte]) -> tuple[int, int]:
    own = [byte for byte in data if byte.last > byte.first]
    return (min(byte.first for byte in own), max(byte.last for byte in own)) if own else (0, 0)


def _with_glosses(data: Sequence[_Byte], glosses: Mapping[bytes, bytes]) -> list[_Byte]:
    """Return the bytes with a reading behind each annotated code, wherever its two bytes stand."""
    out: list[_Byte] = []
    i = 0
    while i < len(data):
        reading = glosses.get(bytes(byte.value for byte in data[i : i + 2]))
        out += data[i : i + 2] if reading else data[i : i + 1]
        out += [_Byte(value, 0, 0) for value in reading or b""]
        i += 2 if reading else 1
    return out


def _with_marks(data: Sequence[_Byte], marks: Mapping[bytes, bytes]) -> list[_Byte]:
    """Return the bytes with each mark made ASCII, wherever its two bytes stand."""
    out: list[_Byte] = []
    i = 0
    while i < len(data):
        plain = marks.get(bytes(byte.value for byte in data[i : i + 2]))
        out += [_Byte(value, *_hull(data[i : i + 2])) for value in plain] if plain else data[i : i + 1]
        i += 2 if plain else 1
    return out


def _gbk_runs(text: str) -> list[tuple[int, str, bool]]:
    """Return the runs of characters that GBK holds or does not, with their places."""
    runs: list[tuple[int, str, bool]] = []
    for place, char in enumerate(text):
        try:
            encodable = len(char.encode("gbk")) <= 2
        except UnicodeEncodeError:
            encodable = False
        if runs and runs[-1][2] == encodable:
            runs[-1] = (runs[-1][0], runs[-1][1] + char, encodable)
        else:
            runs.append((place, char, encodable))
    return runs


def _shown(text: Traced, truth: str, spans: list[Span], readings: Mapping[str, str], comma: str) -> Damaged:
    """Return the site's view of ``text`` with the origin of each character, and the spans that the bytes add."""
    plain = "".join(char for char, _ in text)
    page = traditional(plain)
    places = [place for _, place in text]
    units = list(_units(page, readings, comma))
    origins = [_origin(places[first:last]) for _, first, last in units]
    split = _split(page, units)
    found = [Span("script", p, p + 1) for p, a, b in zip(places, plain, page, strict=True) if p >= 0 and a != b]
    found += [Span("reading", p, p + 1) for p, c in zip(places, page, strict=True) if p >= 0 and c in readings]
    replaced = set(MARKS) if comma else set(MARKS) - {"，"}
    found += [Span("mark", p, p + 1) for p, c in zip(places, page, strict=True) if p >= 0 and c in replaced]
    found += [Span("shift", *_origin(places[first:last])) for first, last in split]
    spread = [(char, origin) for (shown, _, _), origin in zip(units, origins, strict=True) for char in shown]
    kept = sorted({s for s in (*spans, *found) if s.start >= 0}, key=lambda s: (s.start, s.end, s.kind))
    return Damaged("".join(c for c, _ in spread), truth, tuple(o for _, o in spread), tuple(kept))


def _origin(places: Sequence[int]) -> tuple[int, int]:
    own = [place for place in places if place >= 0]
    return (min(own), max(own) + 1) if own else (SITE, SITE)


def _split(page: str, units: Sequence[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """Return the runs of characters that no unit shows whole and alone."""
    whole = {first for shown, first, last in units if last == first + 1 and _shows(shown, page[first])}
    runs: list[tuple[int, int]] = []
    for place in range(len(page)):
        if place in whole:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _shows(shown: str, char: str) -> bool:
    """Tell whether a unit is the character itself or its ASCII twin, not a piece of it."""
    wide = 0xFF01 <= ord(char) <= 0xFF5E and shown == chr(ord(char) - 0xFEE0)
    return shown == char or wide or MARKS.get(char, "") == shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the damaged form of a file to standard output."""
    parser = argparse.ArgumentParser(description="Show a clean text as a document site would have it.")
    parser.add_argument("file", type=Path, help="clean simplified text, UTF-8")
    parser.add_argument("--title", default="", help="put the site's lines with this title around it")
    parser.add_argument("--all", action="store_true", help="every kind of damage, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    source = options.file.read_text(encoding="utf-8").strip()
    hurt = damage_all if options.all else damage
    sys.stdout.write(hurt(source, title=options.title, seed=options.seed).text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
