"""Splitting a collection (…大全(19篇)) into its parts by their titles: 篇一, 【篇1】, 范文一, 第N篇, ……稿（一）."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from speechrag.structure.endings import salutation_pattern
from speechrag.structure.titles import NUMBERED_TITLE
from speechrag.text import parse_chinese_number

_N = r"(?:[一二三四五六七八九十]{1,3}|\d{1,3})"
# A part's title stands on its own line, or was glued to the end of the paragraph before it; the line may in turn have
# been glued to the salutation that follows.
_EDGE = r"(?:^|(?<=[。！？!?；;…”]))[ \t\u3000#*]*+"
_AFTER = r"[ \t\u3000*]*+[:：]?[ \t\u3000]*+(?=$|(?:同志们|各位|尊敬的)[^\n]{0,40}[:：])"
_MODELS = ("范文", "例文", "范例", "模板", "样本", "范本")
_WORD = f"(?:篇|{'|'.join(_MODELS)})"
_ENDS = "讲话|发言|致辞|稿|词|报告|总结|材料|体会|汇报|范文"
_MARKED = re.compile(
    rf"{_EDGE}(?P<title>(?:[【\[（(<《](?:第?\s*(?P<a>{_N})\s*篇|{_WORD}\s*(?P<b>{_N}))[】\]）)>》]"
    rf"|(?:第\s*(?P<c>{_N})\s*篇|{_WORD}\s*(?P<d>{_N}))(?=\s|[:：、]|$))[:：、]?(?P<rest>[^\n。！？]{{0,60}}))$",
    re.MULTILINE,
)
# 之二, 【例2】, 2、在……会上的讲话: too little to part a text by themselves, enough right above a salutation.
_GREETED = re.compile(
    rf"^[ \t\u3000#*]*+(?:(?P<label>[【\[（(<《]?(?:之|其|例)\s?(?P<n>{_N})[】\]）)>》]?[:：、]?)|{NUMBERED_TITLE})"
    r"[ \t\u3000*]*+\n\s*+(?=(?:[^\n]{0,40}\n){0,2}?(?:同志们|各位|尊敬的)[^\n]{0,40}[:：])",
    re.MULTILINE,
)
_BARE = re.compile(rf"[之其例]\s?{_N}[】\]）)>》:：、\s]|上的?(?:讲话|发言|致辞|致词|主持词)稿?[ \t\u3000*]*\n")
# ……讲话篇一, ……讲话（篇一）, ……讲话第一篇, 【……讲话 篇1】, 《……讲话》（范文一）
_OF_STEM = (
    rf"(?:[（(【\[]\s?(?:精选|经典|优秀)?(?:{_WORD}\s{{0,2}}(?P<n>{_N})|第\s?(?P<o>{_N})\s?篇)\s?[）)】\]]"
    rf"|{_WORD}\s{{0,2}}(?P<m>{_N})|第\s?(?P<p>{_N})\s?篇)"
)
_STEMMED = re.compile(
    rf"{_EDGE}(?P<title>[【\[]?(?P<stem>[^\n。！？!?；;：:]{{2,50}}?)[\s\-—•·]{{0,3}}{_OF_STEM}[】\]]?){_AFTER}",
    re.MULTILINE,
)
_SUFFIXED = re.compile(
    rf"^[ \t\u3000#*]*+(?P<title>(?P<stem>[^\n。！？!?；;：:]{{4,50}}?"
    rf"(?:{_ENDS}))"
    rf"\s{{0,2}}(?:[（(]\s{{0,2}}(?P<n>{_N})\s{{0,2}}[)）]|之?(?P<m>{_N}))){_AFTER}",
    re.MULTILINE,
)
_LISTED = re.compile(r"^\d{1,2}\s?[.、．]\s?")
_NEXT = r"[\s（(【\[〔之第一二三四五六七八九十\d]"
_COUNTED = r"(?=\s*[一二三四五六七八九十\d])"
_LABELLED = re.compile(
    rf"篇(?:{_COUNTED}|(?<=[一二三四五六七八九十\d\s]篇))|" + "|".join(f"{word}{_COUNTED}" for word in _MODELS)
)
_ENDED = re.compile("|".join(rf"{word}(?={_NEXT})" for word in _ENDS.split("|")))
_TITLE = 40  # characters of a collection's title
_SHORTEST = 4  # characters of a title behind a label
_LABEL_END = " \t\u3000：:、.．-—]】)）>》"
_BRACKETS = "【】[]（）()《》<>"
_PROMISE = re.compile(rf"[（(【]?[共精选通用最新合集汇总优秀热门\s]{{0,30}}(?P<n>{_N})\s{{0,2}}篇[）)】]?")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: its title ("" for a single speech) and where title and text stand.

    ``own`` tells a title that belongs to this part alone (篇一：在……会上的讲话, without 篇一：) from one that says only
    which part of the collection it is; ``start`` is where such an own title, or else the label, stands.
    """

    title: str
    start: int
    body: int  # the first character after the title
    end: int
    own: bool = False
    number: int = 0  # 0 for what no label announces


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a document, and the number of parts its own title promises (0 where it promises none)."""

    parts: tuple[Part, ...]
    promised: int = 0

    @property
    def anthology(self) -> bool:
        """Whether the document is a collection."""
        return bool(self.parts) and bool(self.parts[0].title or len(self.parts) > 1)


@dataclass(frozen=True, slots=True)
class _Mark:
    stem: str
    number: int
    title: str
    start: int
    end: int
    own: int = -1  # where the part's own title starts behind the label


def split_anthology(text: str) -> Split:
    """Return the parts of ``text``; a document that is no collection is one part without a title.

    What stands before the first part (a site's spun introduction) belongs to no part, unless a salutation shows that
    it is a speech of its own.
    """
    marks = _best(_marks(text))
    if not marks:
        return Split((Part("", 0, 0, len(text)),))
    parts: list[Part] = []
    intro = text[: marks[0].start]
    if salutation_pattern().search(intro):
        parts.append(Part("", 0, 0, marks[0].start))
    for index, mark in enumerate(marks):
        end = marks[index + 1].start if index + 1 < len(marks) else len(text)
        parts.append(_part(mark, end, intro))
    return Split(tuple(parts), _promised(intro))


def _part(mark: _Mark, end: int, intro: str) -> Part:
    if mark.own >= 0:
        return Part(mark.title, mark.own, mark.end, end, own=True, number=mark.number)
    if mark.stem:
        return Part(mark.title, mark.start, mark.end, end, number=mark.number)
    # A bare 【篇1】 tells a reader nothing without the name of the collection.
    return Part(f"{_collection(intro)}{mark.title.strip(_BRACKETS)}", mark.end, mark.end, end, number=mark.number)


def _collection(intro: str) -> str:
    """Return the collection's own title, its promise left out, with a space behind it; "" without a title line."""
    line = intro.strip().partition("\n")[0].strip(" \t\u3000#*")
    title = _PROMISE.sub("", line).strip()
    return f"{title} " if 4 <= len(title) <= _TITLE and title[-1] not in "。！？；：，" else ""


def _has_two(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a series can be there at all: most texts hold none, and the patterns of titles are slow."""
    return sum(1 for _ in islice(pattern.finditer(text), 2)) == 2


def _marks(text: str) -> Iterable[list[_Mark]]:
    """Yield the candidate title series, one a pattern (and, for titles with a common stem, one a stem)."""
    labelled = _has_two(_LABELLED, text)
    if labelled:
        yield [_marked(match) for match in _MARKED.finditer(text)]
    if _has_two(_BARE, text):
        greeted = list(_GREETED.finditer(text))
        for group in ("label", "title"):
            yield [_greeted(match, group) for match in greeted if match.group(group)]
    for form in (_STEMMED, _SUFFIXED):
        if not (labelled if form is _STEMMED else _has_two(_ENDED, text)):
            continue
        groups = ("n", "o", "m", "p") if form is _STEMMED else ("n", "m")
        found = [
            _Mark(_clean(m.group("stem")), _number(m, *groups), _clean(m.group("title")), m.start("title"), m.end())
            for m in form.finditer(text)
        ]
        for stem in dict.fromkeys(mark.stem for mark in found):
            yield [mark for mark in found if mark.stem == stem]
        if form is _STEMMED and found:
            common = Counter(mark.stem for mark in found).most_common(1)[0][1]
            # Stems that differ from part to part are the parts' own titles.
            own = 2 * common <= len(found)
            yield [replace(mark, title=_LISTED.sub("", mark.stem), own=mark.start) for mark in found] if own else found


def _greeted(match: re.Match[str], group: str) -> _Mark:
    """Return the mark of a bare label, or of a numbered title, above a salutation."""
    own = match.start(group) if group == "title" else -1
    number = _number(match, "n", "digits", "han")
    return _Mark("", number, _clean(match.group(group)), match.start(), match.end(group), own=own)


def _marked(match: re.Match[str]) -> _Mark:
    """Return the mark of a label and of the title behind it: 篇一：在全县……会上的讲话."""
    number = _number(match, "a", "b", "c", "d")
    rest = match.group("rest").lstrip(_LABEL_END)
    title = _clean(rest)
    if len(title) < _SHORTEST:
        return _Mark("", number, _clean(match.group("title")), match.start(), match.end())
    return _Mark("", number, title, match.start(), match.end(), own=match.end("rest") - len(rest))


def _number(match: re.Match[str], *groups: str) -> int:
    return next((parse_chinese_number(match.group(group)) or 0 for group in groups if match.group(group)), 0)


def _clean(title: str) -> str:
    return title.strip(" \t\u3000#*").strip("：:、")


def _best(series: Iterable[list[_Mark]]) -> list[_Mark]:
    """Return the longest series that counts upwards from one; at least two members."""
    best: list[_Mark] = []
    for candidates in series:
        rising = _rising(candidates)
        if len(rising) > max(len(best), 1):
            best = rising
    return best


def _rising(candidates: Sequence[_Mark]) -> list[_Mark]:
    rising: list[_Mark] = []
    for mark in candidates:
        last = rising[-1].number if rising else 0
        # A number may be missing where the scraper dropped a title; it never goes back, except in a table of
        # contents before the first part, which starts over.
        if last < mark.number <= last + 3:
            rising.append(mark)
        elif mark.number == 1 and rising and mark.start - rising[0].start < 60 * len(rising) + 200:
            rising = [mark]
    return rising


def _promised(intro: str) -> int:
    for line in intro.split("\n"):
        match = _PROMISE.search(line) if len(line) <= 80 else None
        if match:
            return parse_chinese_number(match.group("n")) or 0
    return 0
