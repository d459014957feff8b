"""How Word writes an automatic number, format by format (ECMA-376 part 1, 17.18.59 ST_NumberFormat)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_DIGITS = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def number_text(value: int, style: str) -> str:
    """Return ``value`` as Word shows it in number format ``style``; an unknown format counts in decimals.

    >>> number_text(12, "chineseCounting"), number_text(3, "lowerRoman"), number_text(5, "bullet")
    ('十二', 'iii', '')
    """
    if style in ("none", "bullet"):
        return ""
    if not 0 < value < 10_000:
        return str(value)
    return _FORMATS.get(style, str)(value)


def _counting(value: int) -> str:
    return _spelled(value, _DIGITS, "十百千", "十")


def _spelled(value: int, digits: str, units: str, ten: str = "") -> str:
    """Return 1..9999 in words: 101 is 一百零一; with ``ten``, 10..19 begin with it alone: 十二."""
    if ten and 10 <= value < 20:
        return ten + (digits[value - 10] if value > 10 else "")
    written, gap = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if not digit:
            gap = bool(written)
            continue
        written += (digits[0] if gap else "") + digits[digit] + (units[power - 1] if power else "")
        gap = False
    return written


def _digit_by_digit(value: int) -> str:
    return "".join("〇一二三四五六七八九"[int(d)] for d in str(value))


def _chinese_counting(value: int) -> str:
    """Word's chineseCounting spells numbers out up to 99 and lists digits from 100 on."""
    return _counting(value) if value < 100 else _digit_by_digit(value)


def _roman(value: int) -> str:
    written = ""
    for worth, sign in _ROMAN:
        written += sign * (value // worth)
        value %= worth
    return written


def _letters(value: int) -> str:
    """A..Z, then AA..ZZ: the letter repeated."""
    return chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)


def _from(first: str, last: int, beyond: Callable[[int], str] = str) -> Callable[[int], str]:
    """Return a format whose sign for 1 is ``first``, its followers following in Unicode up to ``last``."""
    return lambda value: chr(ord(first) + value - 1) if value <= last else beyond(value)


def _wide(value: int) -> str:
    return "".join(chr(ord(d) + 0xFEE0) for d in str(value))


_circled = _from("①", 20)
_FORMATS: Mapping[str, Callable[[int], str]] = {
    "chineseCounting": _chinese_counting,
    "chineseCountingThousand": _counting,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counting,
    "japaneseCounting": _counting,
    "japaneseDigitalTenThousand": _digit_by_digit,
    "taiwaneseDigital": _digit_by_digit,
    "ideographDigital": _digit_by_digit,
    "chineseLegalSimplified": lambda value: _spelled(value, _LEGAL, "拾佰仟"),
    "ideographLegalTraditional": lambda value: _spelled(value, _LEGAL_TRADITIONAL, "拾佰仟"),
    "ideographTraditional": lambda value: _STEMS[(value - 1) % 10],
    "ideographZodiac": lambda value: _BRANCHES[(value - 1) % 12],
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _from("⒈", 20, lambda value: f"{value}."),
    "decimalEnclosedParen": _from("⑴", 20, lambda value: f"({value})"),
    "ideographEnclosedCircle": _from("㊀", 10),
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalZero": lambda value: f"{value:02d}",
    "upperRoman": _roman,
    "lowerRoman": lambda value: _roman(value).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda value: _letters(value).lower(),
}
