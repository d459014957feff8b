"""Passages that follow a speech's sections and never cut a sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from speechrag.records import Passage, Section, Speech
from speechrag.structure.titles import shown_title
from speechrag.text import clip, sentence_spans

VERSION = "1"
_HEADING = 60  # characters of a heading kept in a passage's path
_SMALL = 0.5  # share of the target below which a passage looks for company
_OVER = 1.15  # share of the target up to which a passage may grow rather than leave a scrap behind
_TINY = 0.25  # share of the target below which even two main sections may share a passage
_MAIN = 2  # sections of this level and above keep their passages to themselves
_LONGEST_HELD = 1_000  # characters that headings and lists without full stops may hold together
_POINT = 5
_STOPS = "。！？!?…"
_CLOSERS = "”’」』）)】》 "


@dataclass(frozen=True, slots=True)
class _Unit:
    """A run of text that stays together: a sentence, or a heading with the sentence that follows it."""

    start: int
    end: int
    path: tuple[int, ...]  # indices of the sections that hold it, outermost first


class SectionChunker:
    """Cuts a speech at its sections, packing sentences to about ``passage_chars`` characters.

    The passages of a speech are in order, do not overlap and together hold every character of it that is not white
    space, except a title on a line of its own. A boundary is always the end of a sentence or line or the start of a
    section; a sentence longer than ``passage_chars`` stays whole. A heading is never the end of a passage unless its
    section is empty. Main sections (levels 1 and 2) share a passage only when they are tiny.
    """

    def __init__(self, passage_chars: int = 400) -> None:
        self.passage_chars = passage_chars
        self.name = f"section-{passage_chars}/{VERSION}"

    def chunk(self, speech: Speech) -> list[Passage]:
        """Return the passages of ``speech``; ``headings`` holds the path of the sections that a passage lies in."""
        units = _units(speech, _body_start(speech))
        groups = [group for stretch in _stretches(units, speech.sections) for group in self._fill(stretch)]
        passages = []
        for ordinal, group in enumerate(self._joined(groups, speech.sections), 1):
            start, end = group[0].start, group[-1].end
            path = _common_path(self._inside(group))
            passages.append(
                Passage(
                    passage_id=f"{speech.speech_id}.{ordinal}",
                    speech_id=speech.speech_id,
                    headings=tuple(
                        clip(speech.sections[index].label + speech.sections[index].heading, _HEADING) for index in path
                    ),
                    text=speech.text[start:end],
                    start=start,
                    end=end,
                )
            )
        return passages

    def _fill(self, stretch: Sequence[_Unit]) -> list[list[_Unit]]:
        """Cut one stretch into passages of about equal size, smaller sections whole where they fit."""
        aim = _size(stretch) / max(1, -(-_size(stretch) // self.passage_chars))
        groups: list[list[_Unit]] = [[]]
        for block in _blocks(stretch, self.passage_chars):
            have, grown = _size(groups[-1]), block[-1].end - (groups[-1] or block)[0].start
            full = grown > self.passage_chars and have >= _SMALL * self.passage_chars
            if groups[-1] and (full or have >= aim or grown > _OVER * self.passage_chars):
                groups.append([])
            groups[-1].extend(block)
        if len(groups) > 1 and _size(groups[-1]) < _SMALL * self.passage_chars:
            scrap = groups.pop()
            if scrap[-1].end - groups[-1][0].start <= _OVER * self.passage_chars:
                groups[-1].extend(scrap)
            else:
                groups.append(scrap)
        return [group for group in groups if group]

    def _joined(self, groups: Sequence[list[_Unit]], sections: Sequence[Section]) -> list[list[_Unit]]:
        """Join scraps to their neighbours: within one main section, outside any section, or where both are tiny."""
        joined: list[list[_Unit]] = []
        for group in groups:
            if joined and self._may_join(joined[-1], group, sections):
                joined[-1] = [*joined[-1], *group]
            else:
                joined.append(list(group))
        return joined

    def _inside(self, group: Sequence[_Unit]) -> Sequence[_Unit]:
        """Return the units that lie in sections; a few words before or after them do not change where a passage is."""
        inside = [unit for unit in group if unit.path]
        outside = sum(unit.end - unit.start for unit in group if not unit.path)
        return inside if inside and outside < _TINY * self.passage_chars else group

    def _may_join(self, left: Sequence[_Unit], right: Sequence[_Unit], sections: Sequence[Section]) -> bool:
        if right[-1].end - left[0].start > self.passage_chars:
            return False
        tiny = _TINY * self.passage_chars
        if any(not _common_path(group) and _size(group) < tiny for group in (left, right)):
            return True
        before, after = _main(_common_path(left), sections), _main(_common_path(right), sections)
        if before and after[: len(before)] == before and min(_size(left), _size(right)) < _SMALL * self.passage_chars:
            return True
        return _size(left) < tiny and _size(right) < tiny


def _body_start(speech: Speech) -> int:
    """Return where the text goes on after a title on a line of its own.

    0 where the title is all there is, or is the first heading because the text has no better.
    """
    line, _, rest = speech.text.partition("\n")
    named = line.rstrip(" \t\u3000:：")
    title = speech.quality.get("part", speech.title)  # a part of a collection opens with the line that says which
    if not title or shown_title(named) != title or _starting(speech.sections, 0, len(named)):
        return 0
    return len(named) if rest.strip() else 0


def _units(speech: Speech, start: int) -> list[_Unit]:
    """Return the units of the speech from ``start`` on, in order: headings glued to what they head."""
    units: list[_Unit] = []
    held: int | None = None  # where a run of headings and announcements without text of their own started
    for low, high, path in _sentences(speech, start):
        begin = low if held is None else held
        held = begin if _needs_more(speech, high) and high - begin < _LONGEST_HELD else None
        if held is None:
            units.append(_Unit(begin, high, path))
    if held is not None:
        units.append(_Unit(held, len(speech.text.rstrip()), ()))
    return units


def _sentences(speech: Speech, start: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield the sentences from ``start`` on with the sections each lies in, cut also where a section may start."""
    text, sections = speech.text, speech.sections
    starts = [section.start for section in sections if section.start > start and _may_cut(text, section)]
    edges = [start, *starts, len(text)]
    path: list[int] = []
    following = 0
    for left, right in pairwise(edges):
        for low, high in sentence_spans(text, left, right):
            while following < len(sections) and sections[following].start <= low:
                path.append(following)
                following += 1
            path = [index for index in path if sections[index].end > low]
            yield low, high, tuple(path)


def _may_cut(text: str, section: Section) -> bool:
    """Tell whether a passage may end right before ``section``: never in mid-sentence, so not before a run-in point
    that a colon or comma announces."""
    before = text[max(0, section.start - 20) : section.start].rstrip(" \t\u3000")
    return section.level < _POINT or before.endswith("\n") or before.rstrip(_CLOSERS).endswith(tuple(_STOPS))


def _needs_more(speech: Speech, high: int) -> bool:
    """Tell whether the next sentence must stay with the one that ends at ``high``.

    So it is where that one is a heading, announces what follows, or stands on a line that breaks off in mid-sentence.
    """
    started = bisect_left(speech.sections, high, key=lambda section: section.start)
    newest = speech.sections[started - 1] if started else None
    if newest and high <= newest.body < newest.end:
        return True
    last, rest = speech.text[high - 1], speech.text[high : high + 40]
    if not rest.strip():
        return False
    begins = high + len(rest) - len(rest.lstrip())
    return last in "：:" or (last in "；;，,、" and not _starting(speech.sections, begins, begins + 1))


def _starting(sections: Sequence[Section], low: int, high: int) -> Sequence[Section]:
    left = bisect_left(sections, low, key=lambda section: section.start)
    return sections[left : bisect_left(sections, high, key=lambda section: section.start)]


def _stretches(units: Sequence[_Unit], sections: Sequence[Section]) -> Iterator[list[_Unit]]:
    """Yield the runs of units that lie under the same main section."""
    for _, run in groupby(units, key=lambda unit: _main(unit.path, sections)):
        yield list(run)


def _main(path: Sequence[int], sections: Sequence[Section]) -> tuple[int, ...]:
    """Return the part of ``path`` that passages keep apart: levels 1 and 2, and whatever stands at the top."""
    top = path[:1] if path and sections[path[0]].level < _POINT else ()
    return tuple(index for index in path if sections[index].level <= _MAIN or index in top)


def _blocks(stretch: Sequence[_Unit], target: int) -> Iterator[list[_Unit]]:
    """Yield the smaller sections that fit into a passage whole, and the sentences of those that do not."""
    for _, run in groupby(stretch, key=lambda unit: unit.path):
        block = list(run)
        if _size(block) <= target:
            yield block
        else:
            yield from ([unit] for unit in block)


def _size(units: Sequence[_Unit]) -> int:
    return units[-1].end - units[0].start if units else 0


def _common_path(units: Sequence[_Unit]) -> tuple[int, ...]:
    shared = units[0].path
    for unit in units[1:]:
        shared = tuple(one for one, other in zip(shared, unit.path, strict=False) if one == other)
    return shared
