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
from itertools import product
from math import exp

from speechrag.cleaning.edits import Edit
from speechrag.cleaning.gbk import MARKS, Damage, canonical, decode_pair, encode, encodings
from speechrag.cleaning.likelihood import Likelihood
from speechrag.cleaning.pinyin import strip_glosses
from speechrag.text import to_simplified

RULE = "byteshift"
CONTEXT = 12  # characters of context on each side that a reading is judged in
MAX_SPAN = 60  # displayed characters before a shift that finds no end is given up
MAX_CHOICES = 48  # most common characters tried for a lost byte
MIN_CONFIDENCE = 0.5
MISSING = "?"  # stands in a reading where a digit may have been swallowed

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
        self.damage = Damage(readings)
        self.notes: list[str] = []
        self.by_reading: dict[str, list[bytes]] = {}
        for char, reading in readings.items():
            self.by_reading.setdefault(reading, []).append(encode(char))
        self._likelihood: Likelihood | None = None

    @property
    def likelihood(self) -> Likelihood:
        """Made on first use: most documents need none."""
        if self._likelihood is None:
            self._likelihood = Likelihood(self._plain(self.text))
        return self._likelihood

    def run(self) -> tuple[list[Edit], list[str]]:
        edits: list[Edit] = []
        position = self.text.find("?")
        while position >= 0:
            edit = self._repair_at(position, edits)
            if edit:
                edits.append(edit)
            position = self.text.find("?", edit.end if edit else position + 1)
        return edits, self.notes

    def _repair_at(self, start: int, done: list[Edit]) -> Edit | None:
        paths = list(self._paths(start))
        if not paths:
            return None
        candidates: dict[tuple[int, str], float] = {}
        left = self._left_context(start, done)
        for path in paths:
            right = self._right_context(path.position)
            for reading in self._fill(path.items):
                candidates[path.position, reading] = self.likelihood.score(left + self._plain(reading) + right)
        ranked = sorted(candidates, key=lambda c: (-candidates[c], c))
        proved = [c for c in ranked if self._proved(start, *c)]
        if not proved:
            return None
        best = candidates[proved[0]]
        confidence = 1 / sum(exp(candidates[c] - best) for c in proved)
        end, reading = proved[0]
        if confidence < MIN_CONFIDENCE:
            self.notes.append(f"unsure byte-shifted text at {start}: {self.text[start:end]!r}")
            return None
        return Edit(start, end, reading, RULE, round(confidence, 4))

    # -- reading one byte off ---------------------------------------------------------------------------------------

    def _paths(self, start: int) -> Iterator[Path]:
        """Yield every reading that starts at the hidden byte at ``start`` and comes back into step."""
        before = encode(self.text[start - 1]) if start else b""
        open_paths = [Path(start, None, before[-1] if before else 0, ())]
        limit = min(len(self.text), start + MAX_SPAN)
        while open_paths:
            path = open_paths.pop()
            for step in self._steps(path):
                if step.pending is None:
                    yield step
                elif step.position < limit:
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
            if char.isalnum():
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
                # Some readers take the digit along, so one may be missing here: the mark stays to say so.
                yield Path(path.position + 1, None, 0, (*path.items, lost, MISSING))
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
            if pending is None:
                if byte < 0x81:
                    return
                pending = byte
                continue
            char = decode_pair(pending, byte)
            if not char or "\ue000" <= char <= "\uf8ff":
                return
            items = (*items, char)
            pending = None
        end = path.position + consumed
        if pending is None and end > 0 and self.text[end - 1].isascii():
            end += self._gloss_length(str(items[-1]), end)  # 業(yè) split before its last byte shows as I(yè)
        yield Path(end, pending, data[-1], items)

    def _gloss_length(self, char: str, position: int) -> int:
        gloss = f"({self.readings[char]})" if char in self.readings else ""
        return len(gloss) if gloss and self.text.startswith(gloss, position) else 0

    # -- choosing and proving ---------------------------------------------------------------------------------------

    def _fill(self, items: tuple[str | Hole, ...]) -> Iterator[str]:
        for choice in product(*(self._choices(item) for item in items)):
            yield "".join(choice)

    def _choices(self, item: str | Hole) -> list[str]:
        if isinstance(item, str):
            return [item]
        pairs = (
            (item.first if item.first is not None else byte, item.second if item.second is not None else byte)
            for byte in range(0x81, 0xFF)
        )
        chars = [char for pair in pairs if (char := decode_pair(*pair)) and not "\ue000" <= char <= "\uf8ff"]
        chars.sort(key=lambda char: (-self.likelihood.frequency(self._plain(char)), char))
        return chars[:MAX_CHOICES]

    def _proved(self, start: int, end: int, reading: str) -> bool:
        """Tell whether the site would have shown ``reading``, between its neighbours, as the damaged text."""
        before = self.text[max(0, start - 1) : start]
        if before == ")":
            before = ""
        return canonical(self.text[start - len(before) : end]) in self.damage.displays(
            before + reading.removesuffix(MISSING)
        )

    def _plain(self, text: str) -> str:
        """Return ``text`` as the likelihood sees it: no readings, simplified, marks full-width."""
        return to_simplified(strip_glosses(text, self.readings)).translate(_WIDE)

    def _left_context(self, start: int, done: list[Edit]) -> str:
        window = max(0, start - 6 * CONTEXT)
        pieces: list[str] = []
        position = window
        for edit in done:
            if edit.start >= window:
                pieces += [self.text[position : edit.start], edit.after]
                position = edit.end
        pieces.append(self.text[position:start])
        return self._plain("".join(pieces))[-CONTEXT:]

    def _right_context(self, end: int) -> str:
        window = self.text[end : end + 6 * CONTEXT]
        return self._plain(window.split("\n")[0].split("?")[0])[:CONTEXT]


_WIDE = {ord(mark): wide.decode("gbk") for mark, wide in MARKS.items()}
