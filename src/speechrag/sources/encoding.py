"""Which encoding the bytes of a text are in, and the text; nothing is ever replaced silently."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from speechrag.decoding import strictly
from speechrag.errors import SourceError
from speechrag.text import HAN

# Characters that make up a third of any Chinese prose, in both scripts; a wrong decoding gives rare ones.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已"
    "市县委府党会议务政协信息领导設為這時來們產種學經進當業應開還機體與關實現點從說發動對過會國個務協領導統訊縣黨議區鎮"
)
_MARKS = frozenset("，。、；：？！“”‘’（）《》　\n\r\t ")
_HAN = re.compile(f"[{HAN}]")
_SAMPLE = 200_000
_TINY_DAMAGE = 0.001  # share of undecodable bytes that is kept as U+FFFD and noted, rather than refused
_DESTROYED, _DESTROYED_FROM = 1 / 3, 20  # share and number of lost characters that leave nothing to read
_ORDINARY = 0.1  # plausibility of a line in ordinary Chinese
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text; ``lost`` counts the places where bytes that no encoding explains became U+FFFD.

    ``notes`` say what of the file did not become text: pages without a text layer, footnotes.
    """

    text: str
    encoding: str
    lost: int = 0
    notes: tuple[str, ...] = ()


def decode(data: bytes, declared: str = "") -> Decoded:
    """Return the text of ``data``.

    A byte order mark decides; then strict UTF-8; then ``declared`` (a page's own charset) if it decodes strictly; then
    UTF-16 without a mark; then GB18030 against Big5, whichever gives more of the common characters. A text that is
    UTF-8 or GB18030 but for a thousandth of its bytes keeps U+FFFD in their place, one of lines in either is read line
    by line. Raises SourceError with the offset of the first byte that fits no encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict_or_tiny_damage(data[len(bom) :], encoding, len(bom))
    for encoding in ("utf-8", *([declared] if declared else [])):
        text = strictly(data, encoding)
        if text is not None and not (encoding == "utf-8" and _is_wide(data)):
            return Decoded(text, _canonical(encoding))
    return _guess(data)


def _guess(data: bytes) -> Decoded:
    wide = _wide_encoding(data)
    if wide:
        return _strict_or_tiny_damage(data, wide, 0)
    candidates = [(text, name) for name in ("gb18030", "big5hkscs") if (text := strictly(data, name)) is not None]
    if candidates:
        text, name = max(candidates, key=lambda c: (plausibility(c[0]), c[1] == "gb18030"))
        if plausibility(text) > 0.15 or not _HAN.search(text):
            return Decoded(text, _canonical(name))
    try:
        return _strict_or_tiny_damage(data, _nearest(data), 0)
    except SourceError:
        mixed = _by_line(data)
        if mixed is None:
            raise
        return mixed


def _by_line(data: bytes) -> Decoded | None:
    """Return the text of a file put together from others, each line of which is UTF-8 or else GB18030; None if not so.

    UTF-8 read as GB18030 gives rare characters: so what is not UTF-8 has to read as ordinary Chinese.
    """
    lines = data.split(b"\n")
    read = [strictly(line, "utf-8") for line in lines]
    others = [strictly(line, "gb18030") for line, text in zip(lines, read, strict=True) if text is None]
    known = [text for text in others if text is not None]
    if len(known) < len(others) or min(map(plausibility, known), default=0.0) < _ORDINARY:
        return None
    rest = iter(known)
    text = "\n".join(next(rest) if line is None else line for line in read)
    return Decoded(text, "utf-8", notes=(f"{len(known)} of {len(lines)} lines were in GB18030, the others in UTF-8",))


def plausibility(text: str) -> float:
    """Return the share of common characters and marks among the non-ASCII characters of ``text`` (0..1)."""
    beyond = [char for char in text[:_SAMPLE] if not char.isascii()]
    if not beyond:
        return 1.0
    return sum(char in _COMMON or char in _MARKS for char in beyond) / len(beyond)


def is_destroyed(text: str) -> bool:
    """Tell whether most of a text was lost in an earlier conversion: U+FFFD, or 锟斤拷, its bytes read as GBK."""
    lost = text.count("\ufffd") + 2 * text.count("锟斤拷")  # of the characters before
    return lost >= _DESTROYED_FROM and lost > _DESTROYED * len(text)


def _nearest(data: bytes) -> str:
    """Return the encoding that explains most of ``data``."""

    def losses(encoding: str) -> int:
        return data[:_SAMPLE].decode(encoding, "replace").count("\ufffd")

    return min(("utf-8", "gb18030", "big5hkscs"), key=losses)


def _strict_or_tiny_damage(data: bytes, encoding: str, skipped: int) -> Decoded:
    text = strictly(data, encoding)
    if text is not None:
        return Decoded(text, _canonical(encoding))
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost <= max(1, _TINY_DAMAGE * len(data)) and plausibility(text) > 0.15:
        return Decoded(text, _canonical(encoding), lost)
    try:
        data.decode(encoding)
    except UnicodeDecodeError as exc:
        where = skipped + exc.start
        raise SourceError(f"byte {where} fits no encoding known here (nearest: {encoding}); save it as UTF-8") from exc
    raise AssertionError("unreachable: strict decoding failed before")  # pragma: no cover


def _wide_encoding(data: bytes) -> str:
    """Return "utf-16-le" or "utf-16-be" for UTF-16 without a mark, else empty.

    ASCII in UTF-16 shows as zero bytes on one side; without any, the decoding that gives common characters tells.
    """
    if len(data) < 4 or len(data) % 2:
        return ""
    sample = data[:_SAMPLE]
    scores = {name: plausibility(text) for name in ("utf-16-le", "utf-16-be") if (text := strictly(sample, name))}
    best = max(sorted(scores), key=lambda name: scores[name], default="")
    wide = bool(best) and scores[best] > 0.3 and scores[best] == max(scores.values())
    rival = strictly(sample, "gb18030")
    if wide and rival is not None and not _is_wide(data) and plausibility(rival) >= scores[best]:
        return ""
    return best if wide or (best and _is_wide(data)) else ""


def _is_wide(data: bytes) -> bool:
    """Tell whether the zero bytes of ``data`` lie as in UTF-16: many, and nearly all on one side of the pairs."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return even + odd >= max(1, len(sample) // 200) and min(even, odd) * 10 <= max(even, odd)


def _canonical(encoding: str) -> str:
    return {"big5hkscs": "big5", "utf-8-sig": "utf-8"}.get(encoding, codecs.lookup(encoding).name)
