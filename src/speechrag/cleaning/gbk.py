"""Text as the bytes of a GBK page, and what a careless replacement of bytes in such a page makes of it.

Some sites convert pages by replacing byte patterns: a traditional character gets its reading in brackets behind it, a
full-width mark becomes its ASCII twin. A pattern that matches across a character boundary splits two characters; the
bytes that follow pair up one off until a byte in the ASCII range puts them back in step. ``display`` runs that forward,
so that a repair can be proved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

# Full-width marks by their ASCII twin, which is what such sites show.
MARKS: Mapping[str, bytes] = {
    "!": b"\xa3\xa1",
    "(": b"\xa3\xa8",
    ")": b"\xa3\xa9",
    ",": b"\xa3\xac",
    ":": b"\xa3\xba",
    ";": b"\xa3\xbb",
    "?": b"\xa3\xbf",
}
_WIDE_ROW = 0xA3  # the row of full-width ASCII
_ASCII_OFFSET = 0x80  # second byte of that row minus the ASCII code


@lru_cache(maxsize=32768)
def encode(char: str) -> bytes:
    """Return the one or two bytes of ``char`` in GBK as Windows has it, empty when it has none there.

    Private-use characters go back to GBK's user-defined rows; the euro sign is the single byte 80.
    """
    if char == "€":
        return b"\x80"
    try:
        raw = char.encode("gb18030")
    except UnicodeEncodeError:
        return b""
    return raw if len(raw) <= 2 else b""


# Characters shown for a code in another way than Python decodes it: five ideographs that GBK holds twice, and codes
# that Windows shows as private use because they got their characters only later.
_LATER = {0xE76C: (0xA2E3,), 0xE7C8: (0xA8BF,), 0xE7E7: range(0xA989, 0xA996), 0xE815: range(0xFE50, 0xFEA1)}


def _other_forms() -> dict[str, bytes]:
    twins = (bytes((0xFD, second)) for second in range(0x9C, 0xA1))
    forms = {unicodedata.normalize("NFC", code.decode("gbk")): code for code in twins}
    for first, codes in _LATER.items():
        seconds = (code for code in codes if code & 0xFF != 0x7F)
        forms |= {chr(first + offset): code.to_bytes(2, "big") for offset, code in enumerate(seconds)}
    return forms


_FORMS = _other_forms()


def encodings(char: str) -> tuple[bytes, ...]:
    """Return the codes that may stand behind a displayed character."""
    return tuple(code for code in (encode(char), _FORMS.get(char, b"")) if code)


def canonical(shown: str) -> str:
    """Return a displayed text with each code in the form ``display`` gives it."""
    return shown.translate(_CANONICAL)


@lru_cache(maxsize=65536)
def decode_pair(first: int, second: int) -> str:
    """Return the character of a two-byte code, empty when there is none."""
    if not (0x81 <= first <= 0xFE and 0x40 <= second <= 0xFE and second != 0x7F):
        return ""
    try:
        return unicodedata.normalize("NFC", bytes((first, second)).decode("gb18030"))
    except UnicodeDecodeError:
        return ""


def encode_text(text: str) -> bytes | None:
    """Return the GBK bytes of ``text``, None when a character has none."""
    parts = [encode(char) for char in text]
    return b"".join(parts) if all(parts) else None


def display(data: bytes, eaten: bytes = b"(") -> str:
    """Return what the site's reader shows for ``data``.

    A lead byte before a byte of ``eaten`` shows as one ``?`` and takes that byte with it; before any other byte that
    cannot follow it, it shows as ``?`` and the other byte stays. Full-width letters and digits are folded to ASCII.
    """
    shown: list[str] = []
    position = 0
    while position < len(data):
        byte = data[position]
        if byte <= 0x80:
            shown.append("€" if byte == 0x80 else chr(byte))
            position += 1
            continue
        follower = data[position + 1] if position + 1 < len(data) else 0
        char = decode_pair(byte, follower)
        if char:
            shown.append(chr(follower - _ASCII_OFFSET) if byte == _WIDE_ROW and follower > 0xA0 else char)
        else:
            shown.append("?")
        position += 2 if char or follower in eaten or follower >= 0x80 else 1
    return "".join(shown)


_CANONICAL = {ord(char): decode_pair(code[0], code[1]) for char, code in _FORMS.items() if "\ue000" <= char <= "\uf8ff"}


class Damage:
    """The site's replacement of bytes: first the readings put behind characters, then the marks made ASCII.

    Pages differ, even within themselves, in whether the comma was replaced too; ``displays`` gives every form.
    ``comma`` is what then stands for it.
    """

    def __init__(self, readings: Mapping[str, str], comma: str = ",") -> None:
        self._glosses: dict[bytes, bytes] = {}
        for char, reading in readings.items():
            code, gloss = encode(char), encode_text(f"({reading})")
            if len(code) == 2 and gloss:
                self._glosses[code] = code + gloss
        self._marks = {wide: (comma if mark == "," else mark).encode() for mark, wide in MARKS.items()}
        self._gloss_regex = _alternatives(self._glosses)
        self._mark_regexes = (_alternatives(self._marks), _alternatives(w for w in self._marks if w != MARKS[","]))

    def displays(self, text: str) -> set[str]:
        """Return the forms in which the damaged page may show ``text``; none when GBK cannot hold it."""
        data = encode_text(text)
        if data is None:
            return set()
        if self._glosses:
            data = self._gloss_regex.sub(lambda match: self._glosses[match.group()], data)
        variants = {regex.sub(lambda match: self._marks[match.group()], data) for regex in self._mark_regexes}
        return {display(variant, eaten) for variant in variants for eaten in (b"(", b"(,")}


def _alternatives(patterns: Iterable[bytes]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(p) for p in patterns), re.DOTALL)
