"""Characters of which one byte is lost: what they may be, and which of them are sure enough to be printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from speechrag.cleaning.gbk import decode_pair
from speechrag.text import is_han

MIN_SHARE = 0.9  # of a character whose byte is lost; below it the character is marked as lost
MIN_NEIGHBOUR = 0.98  # the same where the character beside it has lost a byte too
LOST = "□"  # how an illegible character is printed in Chinese

_QUOTED = re.compile("“(?P<quoted>[^“”]{8,200})”[这的等]{0,2}“?$")
_COUNT = re.compile(r"(?P<rest>\d{1,2})个?字")


@dataclass(frozen=True, slots=True)
class Hole:
    """A character of which one byte is lost: ``first`` or ``second`` is None."""

    first: int | None
    second: int | None


def is_known(item: str | Hole) -> bool:
    """Tell whether both bytes of a character are there."""
    return isinstance(item, str)


@lru_cache(maxsize=1024)
def choices(item: str | Hole) -> tuple[str, ...]:
    """Return the characters that an item may be."""
    if isinstance(item, str):
        return (item,)
    lost = range(0x81, 0xFF)
    pairs = [(item.first, byte) for byte in lost] if item.first is not None else [(b, item.second or 0) for b in lost]
    chars = (decode_pair(first, second) for first, second in pairs)
    return tuple(char for char in chars if char and char != LOST and not "\ue000" <= char <= "\uf8ff")


def consensus(
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
    # Beside a character that cannot be known the context is too thin to know another by.
    thin = [hidden and False in sure[max(0, i - 1) : i + 2] for i, hidden in enumerate(lost)]
    sure = [known and not unsure for known, unsure in zip(sure, thin, strict=True)]
    kept = [char if known else LOST for char, known in zip(best, sure, strict=True)]
    return "".join(kept), min((share for share, known in zip(shares, sure, strict=True) if known), default=0.0)


def counted_digit(before: str, after: str) -> str:
    """Return the lost digit between ``before`` and ``after`` that the length of a quotation proves, "" for none.

    Marks do not count. The other digits of the number have to agree, so the proof is more than a guess.

    >>> counted_digit("“真抓实干；常抓不懈，久久为功。”的“", "2字”要求")
    '1'
    """
    quotation, count = _QUOTED.search(before), _COUNT.match(after)
    if not quotation or not count:
        return ""
    length = str(sum(map(is_han, quotation["quoted"])))
    return length[0] if length[1:] == count["rest"] else ""
