"""The tree of a speech's sections, from the numbers found in it.

Levels follow the marks (一、 1, （一） 2, 1. 3, （1） 4, run-in points 5 and, inside another point, 6) except where the
speech itself says otherwise: a series of mixed marks takes the highest level among them, a point that holds numbered
parts stands above them, and points that carry a whole speech without any other number are its main parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from speechrag.records import Section
from speechrag.structure.endings import closing_start
from speechrag.structure.headings import Heading, read_heading
from speechrag.structure.labels import POINT_LEVEL, Label, find_labels
from speechrag.structure.parallel import parallel_leads
from speechrag.structure.roles import announced_role, role_of

_FINISHED = 1_000  # a number that no list reaches: the inner list is over
_AHEAD = 200  # labels looked at to see whether a series goes on; keeps the work linear in the length of the text
_LISTS = 12  # lists that may stand between two members of a series with the same marks
_SENTENCE = 160  # characters before a list in which it is announced
_SHOWN = re.compile("(?:表现|体现|反映|来自)[^。，]{0,12}$")
_DEEPEST = 12  # open series; text that nests deeper is not a speech


@dataclass(eq=False, slots=True)
class _Node:
    label: Label
    heading: Heading
    line_end: int
    level: int
    end: int = 0
    children: list[_Series] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.label.start


@dataclass(eq=False, slots=True)
class _Series:
    """Numbered siblings: 一、 二、 三、."""

    nodes: list[_Node]
    families: set[str]
    nests: bool = False  # a member holds another series of points

    @property
    def last(self) -> _Node:
        return self.nodes[-1]

    @property
    def point(self) -> bool:
        return self.nodes[0].label.level == POINT_LEVEL and self.last.level == POINT_LEVEL


def find_sections(text: str, start: int, end: int) -> tuple[Section, ...]:
    """Return the sections of ``text[start:end]`` in reading order, parents before children; offsets into ``text``."""
    labels = find_labels(text, start, end)
    if not labels:
        return tuple(_unnumbered(text, start, closing_start(text, start, end), 1, ""))
    end = _body_end(text, labels[-1], end)
    roots = _Tree(text, labels, end).build()
    _set_levels(roots, parent=0)
    _set_ends(text, roots, end)
    _promote(roots, end - start)
    return (*_under_lost(text, start, roots[0].nodes[0]), *_with_unnumbered(text, list(_flatten(text, roots, ""))))


def _under_lost(text: str, start: int, first: _Node) -> Iterator[Section]:
    """Yield the headings without numbers of the first part, where the source lost its own (二、 comes first)."""
    if first.label.number > 1 and first.label.level < POINT_LEVEL:
        yield from _unnumbered(text, start, first.start, first.level + 1, "")


def _with_unnumbered(text: str, sections: list[Section]) -> Iterator[Section]:
    """Yield the sections, and below those that hold no other the headings without numbers."""
    for section, following in zip_longest(sections, sections[1:]):
        yield section
        holds_none = following is None or following.start >= section.end
        if holds_none and section.level < POINT_LEVEL and text.find("\n", section.body, section.end) >= 0:
            yield from _unnumbered(text, section.body, section.end, section.level + 1, section.role)


def _unnumbered(text: str, start: int, end: int, level: int, role: str) -> Iterator[Section]:
    for run in parallel_leads(text, start, end):
        for lead, following in zip_longest(run, run[1:]):
            stop = following.start if following else lead.end
            heading = text[lead.start : lead.stop]
            last = len(text[:stop].rstrip())
            yield Section(heading, level, lead.start, last, "", role_of(heading, role), min(lead.stop + 1, last))


def _body_end(text: str, last: Label, end: int) -> int:
    """Return where the closing begins; a closing that is all that stands under the last heading is its body."""
    closing = closing_start(text, last.end, end)
    if closing == end or text[last.end : closing].strip().find("\n") >= 0:
        return closing
    heading = read_heading(text, last.end, len(text[:closing].rstrip()), point=last.level == POINT_LEVEL)
    return end if heading.own_line else closing


class _Tree:
    """Places each label into the series it continues or opens."""

    def __init__(self, text: str, labels: Sequence[Label], end: int) -> None:
        self._text = text
        self._labels = labels
        self._end = end
        self._roots: list[_Series] = []
        self._stack: list[_Series] = []
        self._index = 0  # of the label at hand

    def build(self) -> list[_Series]:
        for index in range(len(self._labels)):
            self._index = index
            node = self._node(index)
            depth = self._sibling(node.label)
            if depth is not None:
                self._append(depth, node)
                continue
            restart = self._restarted(node.label)
            if restart is not None:
                del self._stack[restart:]
            elif not self._interrupts(node.label):
                self._leave(node.label)
            self._open(node)
        return self._roots

    def _append(self, depth: int, node: _Node) -> None:
        del self._stack[depth + 1 :]
        series = self._stack[depth]
        series.families.add(node.label.family)
        node.level = min(node.level, series.nodes[0].level)
        series.nodes.append(node)

    def _node(self, index: int) -> _Node:
        label = self._labels[index]
        following = self._labels[index + 1].start if index + 1 < len(self._labels) else self._end
        begin = label.end
        while begin < following and self._text[begin].isspace():  # a number may stand on a line of its own
            begin += 1
        line_end = self._text.find("\n", begin, self._end)
        line_end = self._end if line_end < 0 else line_end
        heading = read_heading(
            self._text,
            begin,
            min(line_end, following),
            point=label.level == POINT_LEVEL,
            flowing=label.lead != "line" and label.family in ("han", "han_paren"),
        )
        return _Node(label, heading, line_end, label.level)

    def _sibling(self, label: Label) -> int | None:
        """Return the depth of the series that ``label`` continues, None where it opens its own."""
        deepest = range(len(self._stack) - 1, -1, -1)
        for depth in deepest:
            if self._continues(self._stack[depth], label):
                return depth
        if self._restarted(label) is not None:
            return None
        for depth in deepest:
            series = self._stack[depth]
            if 1 < label.number == series.last.label.number + 1 and not self._comes_back(series, label):
                return depth
        return None

    def _continues(self, series: _Series, label: Label) -> bool:
        if label.number == 0:
            return "order" in series.families
        if label.family not in series.families or label.number <= 1:
            return False
        gap = label.number - series.last.label.number
        if label.level == POINT_LEVEL:
            same_place = (label.lead == "line") == (series.nodes[0].label.lead == "line")
            return gap == 1 or (-1 <= gap <= 2 and same_place)
        return gap == 1 or (gap > 0 and series.families == {label.family})

    def _restarted(self, label: Label) -> int | None:
        """Return the depth of an open series that ``label`` replaces: same marks, counting anew.

        Structural numbers restart where a heading above them was lost, points where the same place counts twice.
        """
        for depth in range(len(self._stack) - 1, -1, -1):
            series = self._stack[depth]
            if series.families != {label.family}:
                continue
            same_place = (label.lead == "line") == (series.nodes[0].label.lead == "line")
            if (label.level < POINT_LEVEL or same_place) and not self._comes_back(series, label):
                return depth
        return None

    def _interrupts(self, label: Label) -> bool:
        """Tell whether a list with the marks of an open heading (一、 under 三、（一）) starts inside it."""
        return label.level < POINT_LEVEL and any(series.families == {label.family} for series in self._stack)

    def _leave(self, label: Label) -> None:
        while self._stack and not self._holds(self._stack[-1], label):
            self._stack.pop()

    def _open(self, node: _Node) -> None:
        del self._stack[_DEEPEST:]
        series = _Series([node], {node.label.family})
        if self._stack:
            self._stack[-1].nests = True
            self._stack[-1].last.children.append(series)
        else:
            self._roots.append(series)
        self._stack.append(series)

    def _holds(self, series: _Series, label: Label) -> bool:
        """Tell whether a new series that starts at ``label`` belongs inside the open member of ``series``."""
        same_paragraph = label.start < series.last.line_end
        if not series.point:
            if series.last.level >= label.level:
                return False
            return same_paragraph or label.level < POINT_LEVEL or not self._is_over(series, label)
        if self._comes_back(series, label) or series.nests:
            return True
        if label.level < POINT_LEVEL or not same_paragraph:
            return False
        return series.last.label.lead == "line" or label.number > 1

    def _is_over(self, series: _Series, label: Label) -> bool:
        """Tell whether a series of one-paragraph parts ended before the paragraph of ``label``."""
        run_in = series.last.level > 1 and not series.last.heading.own_line
        if not run_in or len(series.nodes) == 1 or self._comes_back(series, label):
            return False
        gaps = zip(series.nodes, series.nodes[1:], strict=False)
        return all(not self._text[node.line_end : after.start].strip() for node, after in gaps)

    def _comes_back(self, series: _Series, label: Label) -> bool:
        """Tell whether ``series`` goes on after ``label``, before a heading that stands above both."""
        wanted = series.last.label.number + 1
        above = min(series.nodes[0].level, label.level, POINT_LEVEL)
        deeper = self._stack[self._stack.index(series) + 1 :]
        inner, lists = (label.number if label.family in series.families else None), 0
        for later in self._labels[self._index + 1 : self._index + 1 + _AHEAD]:
            if later.level < above:
                return False
            if inner is not None and any(_goes_on(open_series, later) for open_series in deeper):
                inner = _FINISHED
            if later.family not in series.families:
                continue
            if inner is not None and later.number in (1, inner + 1):
                inner, lists = later.number, lists + (later.number == 1)
                if lists > _LISTS:
                    return False
            elif later.number == wanted:
                return True
            elif later.number <= series.last.label.number:
                return False
        return False


def _goes_on(series: _Series, label: Label) -> bool:
    return label.family in series.families and label.number == series.last.label.number + 1


def _set_ends(text: str, series: Sequence[_Series], limit: int) -> None:
    """Give each node its end: the next sibling, the next series beside it, or the end of what holds it."""
    for index, group in enumerate(series):
        bound = limit
        if index + 1 < len(series):
            bound = _lead_in(text, series[index + 1].nodes[0].label, group.last.label.end)
        for position, node in enumerate(group.nodes):
            last = position + 1 == len(group.nodes)
            node.end = bound if last else group.nodes[position + 1].start
            _set_ends(text, node.children, node.end)
            if last:
                node.end = _last_end(group, bound)
        for node in group.nodes:
            while node.end > node.label.end and text[node.end - 1].isspace():
                node.end -= 1


def _lead_in(text: str, label: Label, floor: int) -> int:
    """Return where the sentence that announces ``label`` (……主要表现在：) starts, the label itself without one."""
    if label.lead not in ("colon", "weak"):
        return label.start
    stops = [text.rfind(stop, floor, label.start) for stop in "。！？!?\n"]
    return max(floor, max(stops) + 1)


def _last_end(group: _Series, bound: int) -> int:
    """Return where the last of a series ends: with its paragraph, where its siblings are one paragraph each."""
    node = group.last
    if node.level == 1 or node.heading.own_line:
        return bound
    if len(group.nodes) == 1:
        return _extent(node, bound) if node.label.level == POINT_LEVEL else bound
    tight = all(_extent(earlier, earlier.end) + 2 >= earlier.end for earlier in group.nodes[:-1])
    return _extent(node, bound) if tight else bound


def _extent(node: _Node, bound: int) -> int:
    """Return the end of the node's own paragraph or of its last child, whichever is later."""
    inner = max((child.last.end for child in node.children), default=0)
    return min(bound, max(node.line_end, inner))


def _set_levels(series: Sequence[_Series], parent: int) -> None:
    """Make every level deeper than its parent's, lifting points that hold numbered parts."""
    for group in series:
        natural = min(node.level for node in group.nodes)
        below = [node.level for member in group.nodes for child in member.children for node in child.nodes]
        structural = [level for level in below if level < POINT_LEVEL]
        if structural and natural >= min(structural):
            natural = min(structural) - 1
        level = max(natural, parent + 1)
        for node in group.nodes:
            node.level = level
            _set_levels(node.children, level)


def _promote(roots: Sequence[_Series], length: int) -> None:
    """Lift points to the main level in a speech that has no other numbers and is mostly made of them."""
    if any(node.level < POINT_LEVEL for group in roots for node in group.nodes):
        return
    widest = max(roots, key=lambda group: group.last.end - group.nodes[0].start)
    if len(roots) == 1 and 2 * (widest.last.end - widest.nodes[0].start) >= length:
        for node in widest.nodes:
            node.level = 1


def _flatten(text: str, series: Sequence[_Series], role: str) -> Iterator[Section]:
    for group in series:
        above = _announced(text, group, role)
        for node in group.nodes:
            own = role_of(node.heading.text, above)
            body = min(max(node.heading.body, node.label.end), node.end)
            yield Section(node.heading.text, node.level, node.start, node.end, node.label.text, own, body)
            yield from _flatten(text, node.children, own)


def _announced(text: str, group: _Series, role: str) -> str:
    """Return what a list is about: what its announcement says, else what the section that holds it does."""
    first = group.nodes[0].label
    if first.text.endswith("要"):  # 一要 sets a task whatever went before
        return role
    sentence = _announcement(text, first.start)
    if not group.point and not _SHOWN.search(sentence):  # a sentence before 一、 seldom tells what the parts are
        return role
    told = announced_role(sentence)
    return told if told == "problem" or (told and not role) else role


def _announcement(text: str, start: int) -> str:
    """Return the end of the sentence before ``start``: ……主要表现在："""
    before = text[max(0, start - _SENTENCE) : start].rstrip().rstrip("：:。，,；;")
    return before[max(before.rfind(mark) for mark in "。！？!?\n") + 1 :]
