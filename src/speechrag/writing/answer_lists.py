"""Run-in and numbered points of a speech as series: 一是…二是…, 第一，…第二，…, （一）…（二）…, 1、…2、….

Officials put lists into running text, so a list question is answered by the points of one series, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.text import parse_chinese_number, sentence_spans, trim

_CN = "一二三四五六七八九十"
_BREAK = r"(?:^|(?<=[。；;：:！？!?，,、\n\s）)“]))"
# Named groups tell the style; the order of the alternatives is the order of trial.
_MARKER = re.compile(
    rf"{_BREAK}(?:(?P<run>[{_CN}]{{1,2}})(?:是|要(?!求|素|点|闻)|靠(?!近|拢)|抓(?!手)|在于)"
    rf"|第(?P<nth>[{_CN}]{{1,3}})(?:[，,、：:]|是|要|(?=层)|(?:个|件|句|条)[^，。\n]{{0,4}}[，,：:])"
    rf"|[（(](?P<bracket>[{_CN}]{{1,3}})[）)]"
    rf"|(?P<comma>[{_CN}]{{1,3}})[、.．]"
    rf"|(?P<digit>\d{{1,2}})[、.．](?!\d)"
    rf"|(?P<word>首先|其次|再次|最后)[，,要是])",
    re.MULTILINE,
)
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}
HEADINGS = frozenset({"bracket", "comma", "digit"})
MAX_POINTS = 20
# How far before the first mark an introduction, and behind a mark its leading sentence, is looked for.
_INTRO_CHARS, _POINT_CHARS = 400, 600
# A point shorter than this ("一是清楚。") is only a label: the sentence behind it belongs to it.
_LABEL_CHARS = 6
# A heading up to this size, with its text on the same line, is quoted with the first sentence of that text if short.
_HEADING_CHARS, _BODY_CHARS = 13, 110


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one enumeration; spans are offsets into the speech. ``intro`` may be empty (start == end)."""

    intro: tuple[int, int]
    points: tuple[tuple[int, int], ...]  # the leading sentence or clause of each point
    style: str

    @property
    def start(self) -> int:
        return self.points[0][0]


@dataclass(frozen=True, slots=True)
class _Mark:
    style: str
    ordinal: int
    start: int
    end: int


def _marks(text: str) -> list[_Mark]:
    found = []
    for match in _MARKER.finditer(text):
        style = match.lastgroup or ""
        numeral = match.group(style)
        ordinal = _WORDS.get(numeral) or parse_chinese_number(numeral)
        if ordinal:
            found.append(_Mark(style, ordinal, match.start(), match.end()))
    return found


def _chains(marks: Sequence[_Mark]) -> list[list[_Mark]]:
    """Group marks into chains 1, 2, 3 …; a new 1 closes the open chain of its style and of every style inside it."""
    chains: list[list[_Mark]] = []
    open_: dict[str, list[_Mark]] = {}
    for mark in marks:
        chain = open_.get(mark.style)
        if mark.ordinal == 1:
            open_[mark.style] = [mark]
            chains.append(open_[mark.style])
        elif chain and chain[-1].ordinal + 1 == mark.ordinal:
            chain.append(mark)
            # Chains opened inside the previous point end with it.
            for style in [s for s, c in open_.items() if s != mark.style and c[0].start > chain[0].start]:
                del open_[style]
    return [chain for chain in chains if 2 <= len(chain) <= MAX_POINTS]


def _lead(text: str, mark: _Mark, stop: int) -> tuple[int, int]:
    """Return the span of the leading sentence of a point; a bare label takes the next sentence along."""
    spans = sentence_spans(text, mark.start, min(stop, mark.start + _POINT_CHARS))
    if not spans:
        return mark.start, mark.start
    start, end = spans[0]
    label = end - mark.end < _LABEL_CHARS and mark.style not in HEADINGS
    if label and len(spans) > 1 and "\n" not in text[end : spans[1][0]]:
        end = spans[1][1]
    elif mark.style in HEADINGS and len(spans) > 1:
        end = _with_body(text, mark.end, spans)
    while end > start and text[end - 1] in "；;，,、：:":
        end -= 1
    return trim(text, start, end)


def _with_body(text: str, label: int, spans: Sequence[tuple[int, int]]) -> int:
    """Return where a point ends that begins at ``label``: behind its heading, or behind the sentence following it."""
    end, (start, stop) = spans[0][1], spans[1]
    bare = end - label <= _HEADING_CHARS and "\n" not in text[end:start] and stop - start <= _BODY_CHARS
    return stop if bare and not _MARKER.match(text, start) and text[stop - 1] not in "？?：:" else end


def _intro(text: str, first: int) -> tuple[int, int]:
    """Return the span of what leads into the first point: the rest of its sentence, or the sentence before it."""
    window = max(0, first - _INTRO_CHARS)
    before = sentence_spans(text, window, first)
    if not before:
        return first, first
    start, end = before[-1]
    # 怎么做到？ says what it is about in the sentence before.
    if end - start < _LABEL_CHARS + 2 and len(before) > 1 and "\n" not in text[before[-2][1] : start]:
        start = before[-2][0]
    # A window that begins inside a sentence would quote a torn one.
    return (start, end) if start > window or window == 0 else (first, first)


def _parallel(text: str) -> list[Series]:
    """Return the runs of three or more paragraphs that begin alike: 搞清楚资产。… 搞清楚边界。… 搞清楚供应链。…"""
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text) if not _MARKER.match(text, m.start())]
    found: list[Series] = []
    run: list[tuple[int, int]] = []
    for line in [*lines, (len(text), len(text))]:
        alike = run and text[line[0] : line[0] + 2] == text[run[-1][0] : run[-1][0] + 2] and line[0] == run[-1][1] + 1
        if not alike:
            if len(run) > 2:
                spans = [sentence_spans(text, a, b) for a, b in run[:MAX_POINTS]]
                points = tuple((s[0][0], _with_body(text, s[0][0], s) if len(s) > 1 else s[0][1]) for s in spans)
                found.append(Series(_intro(text, run[0][0]), points, "parallel"))
            run = []
        if line[1] - line[0] > 2:
            run.append(line)
    return found


def series_of(text: str, near: Sequence[tuple[int, int]] | None = None) -> list[Series]:
    """Return the enumerations of ``text`` in the order of their first points; with ``near`` those that touch one of it.

    >>> text = "做到两点：一是抓紧时间；二是抓好质量。"
    >>> [[text[a:b] for a, b in s.points] for s in series_of(text)]
    [['一是抓紧时间', '二是抓好质量。']]
    """
    found = []
    for chain in _chains(_marks(text)):
        first, last = max(0, chain[0].start - _INTRO_CHARS), min(len(text), chain[-1].start + _POINT_CHARS)
        if near is not None and not any(first < b and a < last for a, b in near):
            continue
        stops = [mark.start for mark in chain[1:]] + [last]
        points = tuple(_lead(text, mark, stop) for mark, stop in zip(chain, stops, strict=True))
        if all(a < b for a, b in points):
            found.append(Series(_intro(text, chain[0].start), points, chain[0].style))
    for series in _parallel(text):
        if near is None or any(series.intro[0] < b and a < series.points[-1][1] for a, b in near):
            found.append(series)
    return sorted(found, key=lambda s: (s.start, len(s.points)))
