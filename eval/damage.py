"""The damage that document sites do to a text, run forward, with the truth kept.

Clean simplified text goes in; out comes what a reader of the site would save: traditional script, readings in brackets
behind characters, marks made ASCII by replacing bytes in GBK (which splits characters where a pattern matches across a
boundary), page counters in mid-sentence, the site's own lines around it. Written apart from the cleaner, so that the
two check each other. Everything is decided by the arguments; nothing is random but through ``seed``.

    python eval/damage.py clean.txt > damaged.txt
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MARKS = {"！": "!", "（": "(", "）": ")", "，": ",", "：": ":", "；": ";", "？": "?"}
EATEN = {b"(", *(str(digit).encode() for digit in range(10))}
READINGS = {
    "協": "xié", "發": "fā", "設": "shè", "務": "wù", "業": "yè", "導": "dǎo", "統": "tǒng", "領": "lǐng",
    "經": "jīng", "區": "qū", "關": "guān", "現": "xiàn", "創": "chuàng", "應": "yīng", "網": "wǎng", "質": "zhì",
    "產": "chǎn", "結": "jié", "規": "guī", "優": "yōu", "內": "nèi", "聯": "lián", "鎮": "zhèn", "數": "shù",
    "礎": "chǔ", "絡": "luò", "態": "tài", "轉": "zhuǎn", "據": "jù", "環": "huán", "鄉": "xiāng", "術": "shù",
    "構": "gòu", "農": "nóng", "戰": "zhàn", "穩": "wěn", "監": "jiān", "續": "xù", "預": "yù", "節": "jié",
}  # fmt: skip
HEADER = "{title}\n\n格式：DOC 上传日期：2021-03-05 10:20:30\n{title}\n时间：2021-03-05 10:20:30     小编：某某\n\n"
FOOTER = "\n\n【本文地址：http://www.example.com/doc/{number}.html】\n\n全文阅读已结束，如果需要下载本文请点击\n\n下载此文档\n"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged text and the clean text it was made from."""

    text: str
    truth: str


def traditional(text: str) -> str:
    """Return ``text`` in the traditional forms that such sites use."""
    from opencc import OpenCC

    return str(OpenCC("s2tw").convert(text))


def show_gbk(data: bytes) -> str:
    """Return what is seen of GBK bytes with split characters.

    A lead byte before ``(`` or a digit is one ``?`` and takes it along; before any other byte that cannot follow, the
    ``?`` stands and the byte stays. Full-width Latin letters and digits appear as ASCII.
    """
    out: list[str] = []
    i = 0
    while i < len(data):
        lead = data[i]
        if lead < 0x80:
            out.append(chr(lead))
            i += 1
            continue
        if lead == 0x80:
            out.append("€")
            i += 1
            continue
        pair = data[i : i + 2]
        try:
            char = pair.decode("gb18030") if len(pair) == 2 and pair[1] >= 0x40 else ""
        except UnicodeDecodeError:
            char = ""
        if char:
            out.append(chr(pair[1] - 0x80) if lead == 0xA3 and pair[1] > 0xA0 else char)
            i += 2
        else:
            out.append("?")
            i += 2 if pair[1:] in EATEN else 1
    return "".join(out)


def replace_bytes(text: str, readings: Mapping[str, str] = READINGS, comma: bool = True) -> str:
    """Return ``text`` (traditional) after the site's byte replacements; characters outside GBK are passed by."""
    glosses = {char.encode("gbk"): f"{char}({reading})".encode("gbk") for char, reading in readings.items()}
    marks = {mark.encode("gbk"): plain.encode() for mark, plain in MARKS.items() if comma or mark != "，"}
    out: list[str] = []
    for run, encodable in _gbk_runs(text):
        if not encodable:
            out.append(run)
            continue
        data = run.encode("gbk")
        out.append(show_gbk(_replace(_replace(data, glosses), marks)))
    return "".join(out)


def _replace(data: bytes, table: Mapping[bytes, bytes]) -> bytes:
    """Return ``data`` with every pattern replaced wherever its bytes stand, read once from left to right."""
    out = bytearray()
    i = 0
    while i < len(data):
        new = table.get(data[i : i + 2])
        out += new if new is not None else data[i : i + 1]
        i += 2 if new is not None else 1
    return bytes(out)


def _gbk_runs(text: str) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for char in text:
        try:
            encodable = len(char.encode("gbk")) <= 2
        except UnicodeEncodeError:
            encodable = False
        if runs and runs[-1][1] == encodable:
            runs[-1] = (runs[-1][0] + char, encodable)
        else:
            runs.append((char, encodable))
    return runs


def cut_pages(text: str, chars: int) -> str:
    """Return ``text`` cut into pages of about ``chars`` characters, "N、" before each, wherever the cut falls."""
    bare = text.replace("\n", "")
    pages = [bare[i : i + chars] for i in range(0, len(bare), chars)]
    return "\n\n".join(f"{number}、{page}" for number, page in enumerate(pages, 1))


def spread_lines(text: str) -> str:
    """Return ``text`` with an empty line between paragraphs, as sites have it."""
    return "\n\n".join(text.split("\n"))


def damage(text: str, title: str = "", seed: int = 0, comma: bool = True) -> Damaged:
    """Return ``text`` as saved from a site, its ``title`` with the site's lines around it when one is given."""
    number = random.Random(seed).randrange(10**6, 10**7)
    framed = spread_lines(text)
    if title:
        framed = HEADER.format(title=title) + framed + FOOTER.format(number=number)
    return Damaged(replace_bytes(traditional(framed), comma=comma), f"{title}\n{text}" if title else text)


if __name__ == "__main__":
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    sys.stdout.write(damage(source.strip()).text)
