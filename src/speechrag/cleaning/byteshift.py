"""Text whose GBK bytes were split by a careless replacement: rebuilt byte by byte, and proved by doing it forward.

At a ``?`` that hides a byte the displayed text is turned back into bytes, read one byte off and followed until it is
in step again. Every reading found is put through the site's replacement (``gbk.Damage``): only one that gives the
damaged text character for character is accepted. Where a byte is truly lost several readings may remain; then the more
plausible one is taken, with its share as the confidence, or the place is left as it is and noted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, takewhile
from math import exp

from speechrag.cleaning.edits import Edit
from speechrag.cleaning.gbk import MARKS, Damage, canonical, decode_pair, encode, encodings
from speechrag.cleaning.holes import LOST, Hole, choices, consensus, counted_digit, is_known
from speechrag.cleaning.likelihood import Likelihood
from speechrag.cleaning.pages import repair_page_counters
from speechrag.cleaning.pinyin import SYLLABLE, strip_glosses
from speechrag.text import is_han, to_simplified

RULE = "byteshift"
CONTEXT = 12  # characters of context on each side that a reading is judged in
MAX_SPAN = 60  # displayed characters before a shift that finds no end is given up
LINE = 3000  # characters looked back on for an open quotation
BRACKETED = 200  # characters looked ahead for the other bracket
EARLIER = 20  # repairs looked back on
LONGEST_RUN = 3  # question marks in a row
MAX_PATHS = 64  # ways of reading one place
MAX_HOLES = 3  # lost bytes in one place
MIN_WORK = 60_000  # readings weighed in one document, a few seconds; real damage needs a few hundred a place
WORK_PER_CHAR = 0.5  # the same for each character
BEAM = 6  # fillings of earlier lost bytes kept while a later one is filled
NEGLIGIBLE = 12.0  # nats below the best reading: a share under one in a hundred thousand
ORDINARY_CHAR = 5.0  # nats that a character of ordinary text costs
ANNOTATED_PAGE = 6.0  # nats in favour of damage where the page shows that its bytes were meddled with

_MARK_RUN = re.compile(r"\?+")
_BRACKET = re.compile(rf"[(（](?![{SYLLABLE}]{{1,7}}[)）])|(?<![{SYLLABLE}])[)）]")
_GARBLED = re.compile(r"\?.{0,20}")
# What a garbled character becomes: anything but ASCII and the marks that sentences have.
_GARBLED_TO = re.compile(r"[^\x00-\x7f\s“”‘’，。！？、；：（）《》…—]")
_HIDDEN_GLOSS = re.compile(rf"\?([{SYLLABLE}]{{1,7}})\)")


@dataclass(frozen=True, slots=True)
class Path:
    """A reading under way: ``items`` read so far, ``pending`` the lead byte still without its second byte."""

    position: int
    pending: int | None
    last: int  # the last byte of the page before ``position``
    items: tuple[str | Hole, ...]


def repair_byteshifts(text: str, readings: Mapping[str, str]) -> tuple[list[Edit], list[str]]:
    """Return the repairs of byte-shifted spans and notes on those left alone.

    ``readings`` are the characters the page annotates and what it puts behind them.
    """
    if "?" not in text:
        return [], []
    return _Repairer(text, readings).run()


class _Repairer:
    """The search over one document."""

    def __init__(self, text: str, readings: Mapping[str, str]) -> None:
        self.text = text
        self.readings = readings
        # A character that the page never shows whole may be annotated there or not: both are tried.
        shown = {char: reading for char, reading in readings.items() if f"{char}({reading})" in text}
        self.comma = ", " if 2 * text.count(", ") > text.count(",") else ","  # some sites put a space in, too
        kinds = [dict(readings), shown] if shown != dict(readings) else [shown]
        self.damages = [Damage(kind, self.comma) for kind in kinds]
        self._shown = frozenset(shown)
        self._by_place: dict[frozenset[str], Damage] = {}
        self.notes: list[str] = []
        self.by_reading: dict[str, list[bytes]] = {}
        for char, reading in readings.items():
            self.by_reading.setdefault(reading, []).append(encode(char))
        self._likelihood: Likelihood | None = None
        self._work = 0

    @cached_property
    def cuts(self) -> list[tuple[int, int]]:
        """The page counters with the white space before them: a sentence may go on across them."""
        return [(_trimmed(self.text, edit.start), edit.end) for edit in repair_page_counters(self.text)]

    @property
    def likelihood(self) -> Likelihood:
        """Made on first use: most documents need none."""
        if self._likelihood is None:
            # What a hidden byte has garbled is no witness to how the document writes.
            self._likelihood = Likelihood(self._plain(_GARBLED.sub("\0", self.text)))
        return self._likelihood

    def run(self) -> tuple[list[Edit], list[str]]:
        edits: list[Edit] = []
        position = self._next_mark(0)
        while position >= 0:
            edit = self._repair_at(position, edits)
            if edit:
                edits.append(edit)
            position = self._next_mark(edit.end if edit else position + 1)
            if self._work > max(MIN_WORK, WORK_PER_CHAR * len(self.text)) and position >= 0:
                self.notes.append(f"too much byte-shifted text; what stands from {position} on is left as it is")
                break
        return edits, self.notes

    def _next_mark(self, position: int) -> int:
        """Return the next ``?`` that may hide a byte; a row of more than three is no damage of this kind."""
        for match in _MARK_RUN.finditer(self.text, position):
            if len(match.group()) <= LONGEST_RUN:
                return match.start()
        return -1

    def _repair_at(self, start: int, done: list[Edit]) -> Edit | None:
        scores: dict[tuple[int, tuple[str, ...]], float] = {}
        paths = list(islice(self._paths(start), MAX_PATHS))
        if not paths:
            return None
        left = self._left_context(start, done)
        # All are judged up to the same place: a reading that stops early must bear the litter it leaves behind it, up
        # to the next hidden byte, from where another repair will go on.
        last = max(path.position for path in paths)
        beyond = self._right_context(last)
        follows = self.likelihood.score(beyond)
        for path in paths:
            left_over, hidden, rest = self.text[path.position : last].partition("?")
            right = self._plain(left_over) + ("" if hidden else beyond)
            cost = ORDINARY_CHAR * len(hidden + self._plain(rest)) - follows if hidden else 0.0
            for reading, score in self._readings(path.items, left, right):
                scores[path.position, reading] = score - cost
        proved = self._proved_ones(start, scores)
        if not proved:
            return None
        (end, best), top = next(iter(proved.items()))
        if not self._better(left, start, end, best):
            return None
        # Where a page annotates nothing, a "?" in Latin letters is an accent that was lost or part of an address, and
        # more of them than garbled characters are what somebody asks.
        garbled = len(_GARBLED_TO.findall(self.text, start, end))
        if not self.readings and garbled < self.text.count("?", start, end):
            return None
        read, confidence = consensus(best, end, {c: exp(score - top) for c, score in proved.items()})
        if read.endswith(LOST):
            line = strip_glosses(self._line_before(start, done), self.readings)
            read = read[:-1] + (counted_digit(line + read[:-1], self.text[end : end + 4]) or LOST)
        if not self.readings and 2 * read.count(LOST) > len(read):
            return None  # more lost than read proves nothing
        if LOST in read:
            self.notes.append(f"{start}: {self.text[start:end]!r} is read as {read!r}; the rest cannot be known")
        return Edit(start, end, read, RULE, round(confidence, 4))

    def _better(self, left: str, start: int, end: int, reading: tuple[str, ...]) -> bool:
        """Tell whether the reading is better Chinese than the text as it stands: a genuine "??" is no damage."""
        right = self._right_context(end)
        as_is = left + self._plain(self.text[start:end]) + right
        gain = self.likelihood.plain_score(left + _plain_reading(reading) + right) - self.likelihood.plain_score(as_is)
        return gain > (-ANNOTATED_PAGE if self.readings else 0.0)

    def _proved_ones(
        self, start: int, scores: Mapping[tuple[int, tuple[str, ...]], float]
    ) -> dict[tuple[int, tuple[str, ...]], float]:
        """Return the readings that the damage turns into the text at ``start``, best first, with their scores.

        Those too unlikely to change the shares of the others are left out.
        """
        proved: dict[tuple[int, tuple[str, ...]], float] = {}
        floor = float("-inf")
        for candidate in sorted(scores, key=lambda c: (-scores[c], c)):
            if scores[candidate] < floor:
                break
            if self._proved(start, *candidate):
                floor = max(floor, scores[candidate] - NEGLIGIBLE)
                proved[candidate] = scores[candidate]
        return proved

    # -- reading one byte off ---------------------------------------------------------------------------------------

    def _paths(self, start: int) -> Iterator[Path]:
        """Yield every reading that starts at the hidden byte at ``start`` and comes back into step."""
        before = encode(self.text[start - 1]) if start else b""
        open_paths = [Path(start, None, before[-1] if before else 0, ())]
        limit = min(len(self.text), start + MAX_SPAN)
        for _ in range(MAX_PATHS * MAX_SPAN):
            if not open_paths:
                break
            path = open_paths.pop()
            for step in self._steps(path):
                if step.pending is None:
                    yield step
                    if not self.text.startswith("?", step.position):
                        continue  # else the next hidden byte follows at once: the two are read as one place
                if step.position < limit and sum(isinstance(i, Hole) for i in step.items) < MAX_HOLES:
                    open_paths.append(step)

    def _steps(self, path: Path) -> Iterator[Path]:
        char = self.text[path.position]
        if char == "?":
            yield from self._hidden(path)
        elif path.pending is None:
            return
        elif char in MARKS:
            yield from self._feed(path, MARKS[char], self._mark_length(path.position))
        elif char.isascii():
            if 0x40 <= ord(char) <= 0x7E:
                yield from self._feed(path, char.encode(), 1)
            if char.isprintable() and char != " ":
                yield from self._feed(path, bytes((0xA3, ord(char) + 0x80)), 1)
        else:
            for code in encodings(char):
                yield from self._feed(path, code, 1 + self._gloss_length(char, path.position + 1))

    def _hidden(self, path: Path) -> Iterator[Path]:
        """A ``?``: a lead byte cut off by a reading, by a mark, or by other ASCII."""
        gloss = _HIDDEN_GLOSS.match(self.text, path.position)
        if gloss:
            for code in self.by_reading.get(gloss[1], ()):
                if code[0] == path.last:
                    yield from self._feed(path, code[1:], len(gloss.group()))
            return
        follower = self.text[path.position + 1 : path.position + 2]
        if path.pending is not None:
            yield from self._feed(path, MARKS["?"], 1)
            yield from self._cut_short(path, follower)
        elif follower in MARKS:
            wide_byte = MARKS[follower][1]
            end = path.position + 1 + self._mark_length(path.position + 1)
            yield Path(end, wide_byte, wide_byte, (*path.items, Hole(None, 0xA3)))
        elif follower and decode_pair(MARKS["("][1], ord(follower[0]) & 0xFF) and follower.isascii():
            # The bracket was swallowed together with the lead byte; its second byte goes on with an ASCII letter.
            yield Path(path.position + 1, MARKS["("][1], MARKS["("][1], (*path.items, Hole(None, 0xA3)))

    def _cut_short(self, path: Path, follower: str) -> Iterator[Path]:
        """The reading ends with a character whose second byte is the ``?``."""
        items = (*path.items, Hole(path.pending, None))
        if follower in MARKS:
            end = path.position + 1 + self._mark_length(path.position + 1)
            yield Path(end, None, 0, (*items, *self.text[path.position + 1 : end]))
        elif follower == " " and self.comma != "," and self.text[path.position + 2 : path.position + 3] != " ":
            yield Path(path.position + 1, None, 0, (*items, ","))
        elif follower and not follower.isascii() and self._closes(path.position + 1):
            yield Path(path.position + 1, None, 0, (*items, "("))
        elif follower.isdigit() or is_han(follower):
            # A digit goes the way of the bracket: swallowed together with the lead byte.
            yield Path(path.position + 1, None, 0, (*items, LOST))
        else:
            yield Path(path.position + 1, None, 0, items)

    def _closes(self, position: int) -> bool:
        """Tell whether the next bracket is a closing one, whose opening one must have been swallowed."""
        bracket = _BRACKET.search(self.text, position, position + BRACKETED)
        return bracket is not None and bracket.group() in ")）"

    def _mark_length(self, position: int) -> int:
        return len(self.comma) if self.text.startswith(self.comma, position) else 1

    def _feed(self, path: Path, data: bytes, consumed: int) -> Iterator[Path]:
        if not data:
            return
        pending, items = path.pending, path.items
        for byte in data:
            if pending is None and byte < 0x80:  # an ASCII letter taken for the second byte of a split character
                items = (*items, chr(byte))
                continue
            if pending is None:
                if byte == 0x80:
                    return
                pending = byte
                continue
            char = decode_pair(pending, byte)
            if not char or "\ue000" <= char <= "\uf8ff":
                return
            items = (*items, char)
            pending = None
        end = path.position + consumed
        if pending is None:  # 業(yè) split before its last byte shows as I(yè)
            end += self._gloss_length(str(items[-1]), end)
        yield Path(end, pending, data[-1], items)

    def _gloss_length(self, char: str, position: int) -> int:
        gloss = f"({self.readings[char]})" if char in self.readings else ""
        return len(gloss) if gloss and self.text.startswith(gloss, position) else 0

    # -- choosing and proving ---------------------------------------------------------------------------------------

    def _readings(
        self, items: tuple[str | Hole, ...], left: str, right: str
    ) -> Iterator[tuple[tuple[str, ...], float]]:
        """Yield the ways to fill the lost bytes with their scores.

        All are tried for the last lost character, the likeliest for earlier ones.
        """
        last = max((i for i, item in enumerate(items) if isinstance(item, Hole)), default=len(items) - 1)
        beam: list[tuple[str, ...]] = [()]
        for place, item in enumerate(items[:last]):
            if isinstance(item, Hole):
                known = tuple(str(i) for i in takewhile(is_known, items[place + 1 : place + 1 + CONTEXT]))
                tried = (
                    (-score, (*chars, char))
                    for chars in beam
                    for char, score in self._fillings(item, left, chars, _plain_reading(known))
                )
                beam = [chars for _, chars in sorted(tried)[:BEAM]]
            else:
                beam = [(*chars, item) for chars in beam]
        rest = tuple(str(item) for item in items[last + 1 :])
        for chars in beam:
            for char, score in self._fillings(items[last], left, chars, _plain_reading(rest) + right):
                yield (*chars, char, *rest), score

    def _fillings(self, item: str | Hole, left: str, chars: tuple[str, ...], right: str) -> Iterable[tuple[str, float]]:
        tried = choices(item)
        self._work += len(tried)
        scores = self.likelihood.scores(left + _plain_reading(chars), [_plain_reading((c,)) for c in tried], right)
        return zip(tried, scores, strict=True)

    def _proved(self, start: int, end: int, chars: tuple[str, ...]) -> bool:
        """Tell whether the site would have shown these characters, behind their neighbour, as the damaged text."""
        reading = "".join(chars)
        before = self.text[max(0, start - 1) : start]
        if before == ")":
            before = ""
        shown = canonical(self.text[start - len(before) : end])
        damages = (*self.damages, self._damage_of(shown))
        return any(shown in damage.displays(before + reading.removesuffix(LOST)) for damage in damages)

    def _damage_of(self, span: str) -> Damage:
        """Return the damage of a page that annotates what it shows annotated, and what ``span`` shows to be so."""
        seen = frozenset(
            char for char, reading in self.readings.items() if char in self._shown or f"{reading})" in span
        )
        if seen not in self._by_place:
            self._by_place[seen] = Damage({c: r for c, r in self.readings.items() if c in seen}, self.comma)
        return self._by_place[seen]

    def _plain(self, text: str) -> str:
        """Return ``text`` as the likelihood sees it: no readings, simplified, marks full-width."""
        return to_simplified(strip_glosses(text, self.readings)).translate(_WIDE)

    def _line_before(self, start: int, done: list[Edit]) -> str:
        """Return what stands before ``start`` on its line, repaired."""
        window = max(self.text.rfind("\n", 0, start) + 1, start - LINE)
        pieces: list[str] = []
        position = window
        for edit in done[-EARLIER:]:
            if edit.start >= window:
                pieces += [self.text[position : edit.start], edit.after]
                position = edit.end
        return "".join([*pieces, self.text[position:start]])

    def _left_context(self, start: int, done: list[Edit]) -> str:
        """Return the end of the line before ``start``; a quotation opened further back is kept open."""
        line = self._line_before(start, done)
        near = self._plain(line[-6 * CONTEXT :])[-CONTEXT:]
        opened = line.rfind("“") > line.rfind("”") and "“" not in near
        return ("“" if opened else "") + near

    def _right_context(self, end: int) -> str:
        """Return what follows ``end`` up to the next hidden byte, the line's end included: it tells a full stop."""
        stop = end + 6 * CONTEXT
        cut = bisect_left(self.cuts, (end, 0))
        window = self.text[end:stop]
        if cut < len(self.cuts) and self.cuts[cut][0] < stop:
            window = self.text[end : self.cuts[cut][0]] + self.text[self.cuts[cut][1] : stop]
        window = window.split("?")[0]
        line, mark, _ = window.partition("\n")
        return (self._plain(line) + mark)[:CONTEXT]


_WIDE = {ord(mark): wide.decode("gbk") for mark, wide in MARKS.items()}


def _trimmed(text: str, end: int) -> int:
    """Return the end of what stands before the white space before ``end``."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


@lru_cache(maxsize=16384)
def _plain_char(char: str) -> str:
    return to_simplified(char).translate(_WIDE)


def _plain_reading(chars: tuple[str, ...]) -> str:
    """Return a reading as the likelihood sees it, without the mark for what cannot be known and the page's spaces."""
    return "".join(_plain_char(char) for char in chars if char not in (LOST, " "))
