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
    rf"|(?P<word>首先|其次|再次|最后)[，,要是]|[\u4e00-\u9fff]{{1,8}}(?P<first>首先)[，,要是])",
    re.MULTILINE,
)
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}
_STOPS = frozenset("。！？!?\n　 ")
# What begins so remarks on the point, or looks back on all of them.
_LOOKS_BACK = re.compile(r"这(?!次|里|样|几|两|三)|总之|此外|以上|上述|综上|针对|同时|同志们")
HEADINGS = frozenset({"bracket", "comma", "digit"})
MAX_POINTS = 20
# How far before the first mark an introduction, and behind a mark its leading sentence, is looked for.
_INTRO_CHARS, _POINT_CHARS = 400, 600
_LEAD_CHARS = 220  # before an introduction
# A point shorter than this ("一是清楚。") is only a label: the sentence behind it belongs to it.
_LABEL_CHARS = 6
# A heading up to this size, with its text on the same line, is quoted with the sentences behind it, up to so many
# characters of them; a longer heading with no pause in it is one too.
_HEADING_CHARS, _BODY_CHARS = 26, 160


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one enumeration; spans are offsets into the speech. ``intro`` may be empty (start == end)."""

    intro: tuple[int, int]
    points: tuple[tuple[int, int], ...]  # the leading sentence or clause of each point
    style: str

    @property
    def start(self) -> int:
        return self.points[0][0]

    def lead(self, text: str) -> tuple[int, int]:
        """Return the span before the introduction that may say what the points are about, within their paragraph."""
        start, _ = self.intro
        before = [(a, b) for a, b in sentence_spans(text, max(0, start - _LEAD_CHARS), start)][-2:]
        line = text.rfind("\n", 0, start) + 1
        first = min((a for a, _ in before if a >= line), default=start)
        return first, start


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
            # 首先, 其次, 第三 go together.
            found.append(_Mark("nth" if numeral in _WORDS else style, ordinal, match.start(), match.end()))
    return found


def _follows(text: str, chain: Sequence[_Mark], mark: _Mark) -> bool:
    """Tell whether ``mark`` goes on with ``chain``.

    Behind two points of a paragraph a number may be left out or, miscounted, come again: 四是…。三是…。
    """
    last = chain[-1]
    if mark.ordinal == last.ordinal + 1:
        return True
    near = len(chain) > 1 and "\n" not in text[last.start : mark.start] and mark.start - last.start <= _POINT_CHARS
    return near and mark.style in {"run", "nth"} and 1 < mark.ordinal <= last.ordinal + 2


def _chains(text: str) -> list[list[_Mark]]:
    """Group marks into chains 1, 2, 3 …; a new 1 closes the open chain of its style and of every style inside it."""
    chains: list[list[_Mark]] = []
    open_: dict[str, list[_Mark]] = {}
    for mark in _marks(text):
        chain = open_.get(mark.style)
        if mark.ordinal == 1:
            open_[mark.style] = [mark]
            chains.append(open_[mark.style])
        elif chain and _follows(text, chain, mark):
            chain.append(mark)
            # Chains opened inside the previous point end with it.
            for style in [s for s, c in open_.items() if s != mark.style and c[0].start > chain[0].start]:
                del open_[style]
    return [chain for chain in chains if 2 <= len(chain) <= MAX_POINTS]


def _lead(text: str, mark: _Mark, stop: int, *, bodied: bool) -> tuple[int, int]:
    """Return the span of the leading sentence of a point; a bare label takes the next sentence along.

    ``bodied`` says that the points of the series are sentences apart, not clauses of one: 一是…；二是….
    """
    spans = sentence_spans(text, mark.start, min(stop, mark.start + _POINT_CHARS))
    if not spans:
        return mark.start, mark.start
    start, end = spans[0]
    label = end - mark.end < _LABEL_CHARS and mark.style not in HEADINGS
    if label and len(spans) > 1 and "\n" not in text[end : spans[1][0]] and not _LOOKS_BACK.match(text, spans[1][0]):
        end = spans[1][1]
    elif bodied and len(spans) > 1:
        end = _with_body(text, mark.end, spans)
    while end > start and text[end - 1] in "；;，,、：:":
        end -= 1
    return trim(text, start, end)


def _with_body(text: str, label: int, spans: Sequence[tuple[int, int]]) -> int:
    """Return where a point ends that begins at ``label``: behind its heading, or behind what is said under a bare one.

    That is the first sentence of it, and the second where both are short.
    """
    end = spans[0][1]
    heading = text[label:end].strip()
    if len(heading) > _HEADING_CHARS or heading[-1:] not in "。" or "\n" in heading:
        return end
    body = end
    for start, stop in spans[1:3]:
        nested = _MARKER.match(text, start) or _LOOKS_BACK.match(text, start) or "\n" in text[body:start]
        nested = nested or text[stop - 1] in "？?：:"
        if nested or stop - end > _BODY_CHARS:
            break
        body = stop
    return body


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


# What an announcement counts: 归出五种“变着法子”：, 三块短板十分扎眼。 Its numeral says how many points are to follow.
_ANNOUNCED = re.compile(
    rf"(?<![第十\d{_CN}])(?P<count>[两{_CN[1:]}])(?:个|种|条|点|块|件|方面|大|项|句|类|招|关|道)[^。！？!?；;\n]{{0,24}}[：:。]\Z"
)
_MEMBER = re.compile(
    r"(?:^|(?<=[。；;：:，,\n]))(?P<next>又|再|另有?|还有|最后)?一(?:块|个|种|条|类|方面|大|项|件)(?P<noun>[^，。；\n]{0,6})(?:是|在于|[，,：:])"
)


_SOME = re.compile(r"(?:^|(?<=[。；;：:，,\n]))(?:也|还)?(?:有的(?!放矢)|有些|个别|少数)")
_SOME_CHARS = 160
_LEAST_CHARS = 20  # of a paragraph that is a point


def _paragraphs(text: str) -> list[Series]:
    """Return the paragraphs that an announcement at the end of the one before counts: 归出五种： and five of them."""
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text)]
    found: list[Series] = []
    for place, (start, end) in enumerate(lines):
        match = _ANNOUNCED.search(text, max(start, end - 60), end)
        count = (parse_chinese_number(match["count"]) or 0) if match else 0
        run = lines[place + 1 : place + 1 + count]
        if count < 2 or len(run) < count or any(_MARKER.match(text, a) for a, _ in run):
            continue
        # A shorter line is a heading, whose points are told elsewhere.
        if all(b - a >= _LEAST_CHARS for a, b in run) and (text[end - 1] in "：:" or count > 2):
            points = tuple(_opening(text, a, b) for a, b in run)
            found.append(Series(_intro(text, run[0][0]), points, "paragraph"))
    return found


def _opening(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the first sentence of a paragraph, with what is said under it where it is bare."""
    spans = sentence_spans(text, start, end)
    return spans[0][0], _with_body(text, spans[0][0], spans) if len(spans) > 1 else spans[0][1]


def _members(text: str) -> list[Series]:
    """Return the runs 一块短板是…。又一块短板是…。还有一块短板是…。, each with the sentences up to the next."""
    marks = [m for m in _MEMBER.finditer(text) if m["noun"]]
    found: list[Series] = []
    for place, first in enumerate(marks):
        run = [first]
        if first["next"]:
            continue
        for mark in marks[place + 1 :]:
            if not mark["next"] or mark["noun"] != first["noun"] or mark.start() - run[-1].end() > _POINT_CHARS:
                break
            run.append(mark)
        if len(run) > 1:
            stops = [mark.start() for mark in run[1:]] + [min(len(text), run[-1].end() + _POINT_CHARS)]
            points = tuple(_opening(text, m.start(), stop) for m, stop in zip(run, stops, strict=True))
            found.append(Series(_intro(text, first.start()), points, "member"))
    return found


def _some(text: str) -> list[Series]:
    """Return the runs 有的…；有的…；还有的… within a paragraph: what is wrong is told of some, without names."""
    found: list[Series] = []
    run: list[re.Match[str]] = []
    for mark in [*_SOME.finditer(text), None]:
        between = text[run[-1].end() : mark.start()] if run and mark else ""
        # 一是有的…二是有的… is a series of its own.
        if run and (mark is None or len(between) > _SOME_CHARS or "\n" in between or _MARKER.search(between)):
            if 2 <= len(run) <= MAX_POINTS:
                stops = [m.start() for m in run[1:]] + [min(len(text), run[-1].end() + _SOME_CHARS)]
                points = tuple(_clause(text, m.start(), stop) for m, stop in zip(run, stops, strict=True))
                found.append(Series(_intro(text, run[0].start()), points, "some"))
            run = []
        if mark is not None:
            run.append(mark)
    return found


_PART_CHARS = 12  # of a clause that is a point


def _clauses(text: str) -> list[Series]:
    """Return the sentences that are lists of clauses: 五条渠道一齐走：转岗三千人；内退二千人；…。"""
    found: list[Series] = []
    for start, end in sentence_spans(text):
        colon = max(text.find("：", start, end), text.find(":", start, end))
        first = colon + 1 if 0 <= colon < start + (end - start) // 2 else start
        parts = [span for span in _parts(text, first, end) if span[1] - span[0] >= 4]
        if (
            len(parts) < 3
            or _MARKER.search(text, first, end)
            or sum(b - a for a, b in parts) < len(parts) * _PART_CHARS
        ):
            continue
        intro = (start, first) if first > start else (start, start)
        found.append(Series(intro, tuple(parts[:MAX_POINTS]), "clause"))
    return found


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of ``text[start:end]`` between semicolons, the semicolons left out."""
    parts, left = [], start
    for place in [*(at for at in range(start, end) if text[at] in "；;"), end]:
        parts.append(trim(text, left, place))
        left = place + 1
    return parts


# “广”就是要广泛发动，“深”就是要深入基层: what stands behind each head explains it.
_HEAD = re.compile(
    r"(?:^|(?<=[。；;：:！？!?，,、\n]))[“\"](?P<head>[^”\"，。]{1,6})[”\"](?=[，,：:]|就是|就要|是指|即)"
)


def _heads(text: str) -> list[Series]:
    """Return the runs within a paragraph of quoted heads that are explained one after the other."""
    found: list[Series] = []
    run: list[re.Match[str]] = []
    for mark in [*_HEAD.finditer(text), None]:
        apart = run and (
            mark is None or mark.start() - run[-1].end() > _SOME_CHARS or "\n" in text[run[-1].end() : mark.start()]
        )
        if apart:
            if 3 <= len(run) <= MAX_POINTS:
                stops = [m.start() for m in run[1:]] + [min(len(text), run[-1].end() + _SOME_CHARS)]
                points = tuple(_clause(text, m.start(), stop) for m, stop in zip(run, stops, strict=True))
                found.append(Series(_intro(text, run[0].start()), points, "head"))
            run = []
        if mark is not None:
            run.append(mark)
    return found


def _clause(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return ``text[start:stop]`` up to the end of its first sentence, without the comma or semicolon at its end."""
    spans = sentence_spans(text, start, stop)
    end = spans[0][1] if spans else stop
    while end > start and text[end - 1] in "；;，,、":
        end -= 1
    return trim(text, start, end)


def series_of(text: str, near: Sequence[tuple[int, int]] | None = None) -> list[Series]:
    """Return the enumerations of ``text`` in the order of their first points; with ``near`` those that touch one of it.

    >>> text = "做到两点：一是抓紧时间；二是抓好质量。"
    >>> [[text[a:b] for a, b in s.points] for s in series_of(text)]
    [['一是抓紧时间', '二是抓好质量。']]
    """
    found = []
    for chain in _chains(text):
        first, last = max(0, chain[0].start - _INTRO_CHARS), min(len(text), chain[-1].start + _POINT_CHARS)
        if near is not None and not any(first < b and a < last for a, b in near):
            continue
        stops = [mark.start for mark in chain[1:]] + [last]
        bodied = all(text[mark.start - 1] in _STOPS for mark in chain[1:])
        points = tuple(_lead(text, mark, stop, bodied=bodied) for mark, stop in zip(chain, stops, strict=True))
        if all(a < b for a, b in points):
            found.append(Series(_intro(text, chain[0].start), points, chain[0].style))
    runs = (_parallel, _paragraphs, _members, _some, _clauses, _heads)
    for series in (series for find in runs for series in find(text)):
        if near is None or any(series.intro[0] < b and a < series.points[-1][1] for a, b in near):
            found.append(series)
    return sorted(found, key=lambda s: (s.start, len(s.points)))
