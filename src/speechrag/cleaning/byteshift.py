"""Text whose GBK bytes were split by a careless replacement: rebuilt byte by byte, and proved by doing it forward.

At a ``?`` that hides a byte the displayed text is turned back into bytes, read one byte off and followed until it is
in step again. Every reading found is put through the site's replacement (``gbk.Damage``): only one that gives the
damaged text character for character is accepted. Where a byte is truly lost several readings may remain; then the more
plausible one is taken, with its share as the confidence, or the place is left as it is and noted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import exp

from speechrag.cleaning.edits import Edit
from speechrag.cleaning.gbk import MARKS, Damage, canonical, decode_pair, encode, encodings
from speechrag.cleaning.likelihood import Likelihood
from speechrag.cleaning.pinyin import strip_glosses
from speechrag.text import to_simplified

RULE = "byteshift"
CONTEXT = 12  # characters of context on each side that a reading is judged in
MAX_SPAN = 60  # displayed characters before a shift that finds no end is given up
LINE = 600  # characters looked back on for an open quotation
EARLIER = 20  # repairs looked back on
LONGEST_RUN = 3  # question marks in a row
MAX_PATHS = 64  # ways of reading one place
MAX_HOLES = 3  # lost bytes in one place
MIN_WORK = 20_000  # readings weighed in one document, a few seconds; real damage needs under two hundred a place
WORK_PER_CHAR = 0.25  # the same for each character: real damage needs a third of that
BEAM = 6  # fillings of earlier lost bytes kept while a later one is filled
NEGLIGIBLE = 12.0  # nats below the best reading: a share under one in a hundred thousand
MIN_SHARE = 0.7  # of a character whose byte is lost; below it the character is marked as lost
MIN_NEIGHBOUR = 0.95  # the same where the character beside it has lost a byte too
LOST = "□"  # how an illegible character is printed in Chinese

_MARK_RUN = re.compile(r"\?+")
_HIDDEN_GLOSS = re.compile(r"\?([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7})\)")


@dataclass(frozen=True, slots=True)
class Hole:
    """A character of which one byte is lost: ``first`` or ``second`` is None."""

    first: int | None
    second: int | None


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
        self.damages = [Damage(readings), Damage(shown)] if shown != dict(readings) else [Damage(readings)]
        self.notes: list[str] = []
        self.by_reading: dict[str, list[bytes]] = {}
        for char, reading in readings.items():
            self.by_reading.setdefault(reading, []).append(encode(char))
        self._likelihood: Likelihood | None = None
        self._work = 0

    @property
    def likelihood(self) -> Likelihood:
        """Made on first use: most documents need none."""
        if self._likelihood is None:
            self._likelihood = Likelihood(self._plain(self.text))
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
        left = ""
        for path in islice(self._paths(start), MAX_PATHS):
            left = left or self._left_context(start, done)
            right = self._right_context(path.position)
            readings = self._readings(path.items, left)
            self._work += len(readings)
            for reading in readings:
                scores[path.position, reading] = self.likelihood.score(left + _plain_reading(reading) + right)
        proved = self._proved_ones(start, scores)
        if not proved:
            return None
        (end, best), top = next(iter(proved.items()))
        if not self._better(left, start, end, best):
            return None
        after, confidence = _consensus(best, end, {c: exp(score - top) for c, score in proved.items()})
        if LOST in after:
            self.notes.append(f"{start}: {self.text[start:end]!r} is read as {after!r}; the rest cannot be known")
        return Edit(start, end, after, RULE, round(confidence, 4))

    def _better(self, left: str, start: int, end: int, reading: tuple[str, ...]) -> bool:
        """Tell whether the reading is better Chinese than the text as it stands: a genuine "??" is no damage."""
        right = self._right_context(end)
        as_is = left + self._plain(self.text[start:end]) + right
        return self.likelihood.plain_score(left + _plain_reading(reading) + right) > self.likelihood.plain_score(as_is)

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
                elif step.position < limit and sum(isinstance(i, Hole) for i in step.items) < MAX_HOLES:
                    open_paths.append(step)

    def _steps(self, path: Path) -> Iterator[Path]:
        char = self.text[path.position]
        if char == "?":
            yield from self._hidden(path)
        elif path.pending is None:
            return
        elif char in MARKS:
            yield from self._feed(path, MARKS[char], 1)
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
            lost = Hole(path.pending, None)
            if follower in MARKS:
                yield Path(path.position + 2, None, 0, (*path.items, lost, follower))
            elif follower == " " and self.text[path.position + 2 : path.position + 3] != " ":
                yield Path(path.position + 1, None, 0, (*path.items, lost, ","))
            elif follower.isdigit():
                # A digit goes the way of the bracket: swallowed together with the lead byte.
                yield Path(path.position + 1, None, 0, (*path.items, lost, LOST))
            else:
                yield Path(path.position + 1, None, 0, (*path.items, lost))
        elif follower and follower in MARKS:
            wide_byte = MARKS[follower][1]
            yield Path(path.position + 2, wide_byte, wide_byte, (*path.items, Hole(None, 0xA3)))

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

    def _readings(self, items: tuple[str | Hole, ...], left: str) -> list[tuple[str, ...]]:
        """Return the ways to fill the lost bytes, all for the last lost character, the likeliest for earlier ones."""
        beam: list[tuple[str, ...]] = [()]
        for item in items:
            if isinstance(item, Hole) and len(beam) > BEAM:
                beam.sort(key=lambda chars: (-self.likelihood.score(left + _plain_reading(chars)), chars))
                beam = beam[:BEAM]
            beam = [(*chars, char) for chars in beam for char in _choices(item)]
        return beam

    def _proved(self, start: int, end: int, chars: tuple[str, ...]) -> bool:
        """Tell whether the site would have shown these characters, behind their neighbour, as the damaged text."""
        reading = "".join(chars)
        before = self.text[max(0, start - 1) : start]
        if before == ")":
            before = ""
        shown = canonical(self.text[start - len(before) : end])
        return any(shown in damage.displays(before + reading.removesuffix(LOST)) for damage in self.damages)

    def _plain(self, text: str) -> str:
        """Return ``text`` as the likelihood sees it: no readings, simplified, marks full-width."""
        return to_simplified(strip_glosses(text, self.readings)).translate(_WIDE)

    def _left_context(self, start: int, done: list[Edit]) -> str:
        """Return what stands before ``start`` on its line, repaired; a quotation opened further back is kept open."""
        window = max(self.text.rfind("\n", 0, start) + 1, start - LINE)
        pieces: list[str] = []
        position = window
        for edit in done[-EARLIER:]:
            if edit.start >= window:
                pieces += [self.text[position : edit.start], edit.after]
                position = edit.end
        line = self._plain("".join([*pieces, self.text[position:start]]))
        near = line[-CONTEXT:]
        opened = line.rfind("“") > line.rfind("”") and "“" not in near
        return ("“" if opened else "") + near

    def _right_context(self, end: int) -> str:
        """Return what follows ``end`` up to the next hidden byte, the line's end included: it tells a full stop."""
        window = self.text[end : end + 6 * CONTEXT].split("?")[0]
        line, mark, _ = window.partition("\n")
        return (self._plain(line) + mark)[:CONTEXT]


_WIDE = {ord(mark): wide.decode("gbk") for mark, wide in MARKS.items()}


@lru_cache(maxsize=16384)
def _plain_char(char: str) -> str:
    return to_simplified(char).translate(_WIDE)


def _plain_reading(chars: tuple[str, ...]) -> str:
    """Return a reading as the likelihood sees it, without the mark for what cannot be known."""
    return "".join(_plain_char(char) for char in chars if char != LOST)


@lru_cache(maxsize=1024)
def _choices(item: str | Hole) -> tuple[str, ...]:
    """Return the characters that an item may be."""
    if isinstance(item, str):
        return (item,)
    lost = range(0x81, 0xFF)
    pairs = [(item.first, byte) for byte in lost] if item.first is not None else [(b, item.second or 0) for b in lost]
    chars = (decode_pair(first, second) for first, second in pairs)
    return tuple(char for char in chars if char and char != LOST and not "\ue000" <= char <= "\uf8ff")


def _consensus(
    best: tuple[str, ...], end: int, weights: Mapping[tuple[int, tuple[str, ...]], float]
) -> tuple[str, float]:
    """Return the best reading with its unsure characters marked as lost, and the share of the least sure one kept.

    A character's share is the weight of all proved readings that agree on it, among those that end at the same place.
    """
    rivals = {chars: weight for (stop, chars), weight in weights.items() if stop == end and len(chars) == len(best)}
    total = sum(weights.values())
    shares = [sum(w for chars, w in rivals.items() if chars[i] == char) / total for i, char in enumerate(best)]
    lost = [len({chars[i] for chars in rivals}) > 1 for i in range(len(best))]
    sure = [
        not hidden or share >= (MIN_NEIGHBOUR if True in (lost[max(0, i - 1) : i] + lost[i + 1 : i + 2]) else MIN_SHARE)
        for i, (hidden, share) in enumerate(zip(lost, shares, strict=True))
    ]
    kept = [char if known else LOST for char, known in zip(best, sure, strict=True)]
    return "".join(kept), min((share for share, known in zip(shares, sure, strict=True) if known), default=0.0)
