"""Figures in one form: 百分之六十二点五 and 62.5%, 十一人 and 11人, 18.6亿 and 1860000000 are the same figure.

Official prose writes numbers in both scripts, and one text freely takes over the other's. Both sides of a comparison
go through ``canonical``; then figures are equal where their digits and their measure words are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "廿": 20}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_CN = "零〇一二三四五六七八九十百千万亿两"
# A single spelled numeral is a figure only before one of these; 一般, 三农, 四面 are words.
_COUNTED = (
    "年月日号天倍成届期次个名条篇项处所家座台部份起件位户间元岁亩米吨人点种类公小分周季级层册本张批车辆盏句万亿块斤里"
    "笔场镇乡村市县区省省组支门口套道班站轮步关盘头章角词字年"
)
# Words made of numerals that count nothing.
_WORDS = re.compile(
    r"十分(?!钟|之|[零一二三])|(?<![一二三四五六七八九十百千两])万一(?![千百十])|千万(?![元吨亩人字条户只])|万万|一一|百般|千方百计|百姓|百花|千家万户|千头万绪|十足|万分|"
    r"百尺竿头|百炼|万众|十全十美|三三两两|一个(?=[是要])|一点(?!五)|一部分|一次性|一级|一类|一方面|一年一度|一家人|"
    r"[一两](?=(?:些|般|定|直|样|起|切|边|旦|律|致|贯|体|同|并|时|味|面|手|流|把|系列|心|大批|批|段|道|点|下|部分|线|会|条心))"
)
_SPELLED = re.compile(
    rf"百分之(?P<share>[{_CN}]{{1,16}}(?:点[{_CN}]{{1,16}})?)|(?P<year>[〇零一二三四五六七八九]{{4}})(?=年)|"
    rf"(?P<run>[{_CN}]{{0,16}}[十百千万亿][{_CN}]{{0,16}}(?:点[{_CN}]{{1,16}})?|"
    rf"[一二三四五六七八九两]点[一二三四五六七八九零]{{1,16}})|"
    rf"(?P<one>(?<=第)[一二三四五六七八九]|[一二三四五六七八九两十](?=[{_COUNTED}]))"
)
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_SCALED = re.compile(r"(?<!\d)(\d{1,20}(?:\.\d{1,12})?)([万亿]{1,3})")
UNIT = (
    r"(?:人次|个人|个月|个小时|个钟头|小时|钟头|分钟|秒钟?|平方公里|平方米|公里|公斤|工作日|季度|百分点|人|个|名|条|篇|期|次|项|处|所|家|座|台|部|份|起|件|"
    r"位|户|间|种|类|点|字|册|本|张|批|倍|岁|届|亩|米|吨|天|日|号|周|月|年|时|元|块|级|层|方面|盏|辆|句|里|斤|笔|场|成|g|m|kg)"
)
FIGURE = re.compile(rf"(?P<ordinal>第)?(?P<value>\d+(?:\.\d+)?)(?P<share>[%‰])?(?P<more>[余多几来])?(?P<unit>{UNIT})?")
# Measure words that say the same of the same thing; all others must agree.
_ALIKE = (
    {"人", "个人", "名", "位", "个", "人次"}, {"条", "篇", "件", "个", "项", "份", "起", "点"},
    {"家", "户", "所", "个", "处", "座"}, {"小时", "个小时", "钟头", "个钟头"}, {"天", "日", "号"},
    {"月", "个月"}, {"元", "块"}, {"次", "回", "个"},
    {"种", "个", "类", "项"}, {"台", "辆", "部", "个"}, {"方面", "个", "点"},
)  # fmt: skip


def _value(spelled: str) -> Decimal | None:
    """Return the value of a spelled numeral; None for what is none, such as 万 alone or 一十一十.

    >>> [str(_value(s)) for s in ("十一", "一千二百六十", "三万五", "四亿三千万", "六十二点五")]
    ['11', '1260', '35000', '430000000', '62.5']
    """
    whole, point, decimals = spelled.partition("点")
    total, section, digit, last = 0, 0, 0, 1
    for char in whole:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit, last = 0, _SMALL[char]
        else:
            if not section and not digit:
                if not total:
                    return None
                total *= _LARGE[char]  # 万亿
            total += (section + digit) * _LARGE[char]
            section, digit, last = 0, 0, _LARGE[char]
    # 三万五 is 35,000, 一百二 is 120; 一百零二 is 102.
    tail = digit * (last // 10) if last > 10 and "零〇".find(whole[-2:-1]) < 0 and digit else digit
    value = Decimal(total + section + tail)
    return value + Decimal("0." + "".join(str(_DIGITS[c]) for c in decimals if c in _DIGITS)) if point else value


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _spelled(match: re.Match[str]) -> str:
    if year := match["year"]:
        return "".join(str(_DIGITS[c]) for c in year)
    body = match["share"] or match["run"] or match["one"]
    value = _value(body)
    if value is None:
        return match.group()
    return _plain(value) + ("%" if match["share"] else "")


@cache
def _scale(marks: str) -> int:
    product = 1
    for mark in marks:
        product *= _LARGE[mark]
    return product


def canonical(folded: str) -> str:
    """Return a folded text with its figures in digits, without thousands separators, 万 and 亿 written out.

    >>> canonical("十一人，三成，第二十届，百分之六十二点五，18.6亿元，十分重要")
    '11人，3成，第20届，62.5%，1860000000元，十分重要'
    """
    parts, position = [], 0
    for word in [*_WORDS.finditer(folded), None]:
        end = word.start() if word else len(folded)
        parts.append(_SPELLED.sub(_spelled, folded[position:end]))
        if word:
            parts.append(word.group())
            position = word.end()
    text = _THOUSANDS.sub("", "".join(parts))
    return _SCALED.sub(lambda m: _plain(Decimal(m[1]) * _scale(m[2])), text)


def figures(text: str) -> Iterator[re.Match[str]]:
    """Yield the figures of a canonical text with their groups: value, share, more, unit, ordinal."""
    yield from FIGURE.finditer(text)


def same_measure(left: str, right: str) -> bool:
    """Tell whether two measure words may stand for each other; none fits any."""
    return not left or left == right or any(left in group and right in group for group in _ALIKE)
