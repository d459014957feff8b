"""Words that the source lost without a mark: cut years, empty quotation marks, dropped names, headings that are gone.

A page that deletes words leaves traces: a mark with nothing before it, a measure without its number, a list that begins
with its second point. Each trace is told by its kind and its place, and nothing is ever put there. Every rule asks for
something that whole Chinese prose does not write, so that a mark is true.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from speechrag.records import Section
from speechrag.text import parse_chinese_number

_NUMERAL = "0-9０-９〇零○一二两三四五六七八九十百千万亿几数半多余"
_UNIT = "平方米|平方公里|立方米|公里|公顷|万亩|万元|亿元|万人|人次"
_EDGE = "。！？；\n"
# Each pattern begins with a literal, which the engine finds fastest; what stands before it is a look-behind over it.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("quotation", re.compile("‘’")),
    ("quotation", re.compile("《》")),
    # 20，在全市……; 2010月至2016年10月; 对年全区……提出; 确保底完成
    *(("date", re.compile(rf"{century}(?<![^。！？\n]..)(?=，[\u4e00-\u9fff])")) for century in (19, 20)),
    *(("date", re.compile(rf"{century}(?<![\d.]..)\d\d(?=月(?!\d))")) for century in (19, 20)),
    ("date", re.compile(r"年(?<=[《对]年)(?=全[国省市县区州镇乡街])")),
    ("date", re.compile(r"底(?<=(?:确保|力争|争取)底)(?=前|[完建竣达实全])")),
    ("date", re.compile(r"\n年[ \u3000]*月[ \u3000]*日[ \u3000]*(?=\n|\Z)")),
    ("number", re.compile(rf"余(?<![{_NUMERAL}剩其多盈富结业残节空 \t)）%％]余)(?={_UNIT})")),
    *(("number", re.compile(rf"{sign}(?<=[\u4e00-\u9fff].)(?<![百几].)")) for sign in "%％"),
    ("number", re.compile(r"个百分点(?<=[占达长降高低升加少]个百分点)")),
    ("number", re.compile(r"世纪头(?<=[新本]世纪头)(?![一二两三四五六七八九十\d几])")),
    ("number", re.compile(r"第(?=届[\u4e00-\u9fff]{0,6}[次全]|个五年)")),
    # 党的以来，以同志为核心; 指出：“……”
    ("name", re.compile("党的(?=以来|[召闭][开幕][，。、的以]|[胜顺隆][利重]召开|届[一二三四五六七]|大(?:精神|以来))")),
    *(("name", re.compile(f"{words}(?=核心的)")) for words in ("以同志为", "以为")),
    *(("name", re.compile(rf"{verb}：“(?<=[{_EDGE}]....)")) for verb in ("指出", "强调")),
    ("name", re.compile(r"同志(?<=[。\n，]同志)(?:指出|强调|要求|在会上|传达了|宣读了|通报了|作了)")),
    ("name", re.compile(r"精神(?<=(?:贯彻|落实|领会)精神)(?=[，。的])")),
    # ，服务业增加值达到……: whose, or when, is gone; 是特殊的一年
    ("start", re.compile(r"，(?<![^。；\n]，)(?=[\u4e00-\u9fff])")),
    ("start", re.compile(rf"是(?<=[{_EDGE}]是)(?=[^，。\n]{{2,24}}(?:之年|的一年)[，。])")),
    ("start", re.compile(r"\n\d{1,5}(?:余|多)?(?:条|名|人|篇|件|项|家|户|份|期|次|个|亩)[，；、]")),
    ("end", re.compile(r"各[项类种级]。")),
)
_EMPTY = re.compile("“”")
_LAST_QUOTE = re.compile("([“”])[^“”。！？\n]*$")
_NEXT_QUOTE = re.compile("[^“”。！？\n]{0,80}([“”])")
_REPEATED = re.compile(rf"多次(?<=[{_EDGE}]..)(?:强调|指出|要求)")
_SUBJECT = re.compile("同志|总书记|主席|总理|书记|中央|国务院|会议|委员会|他")  # who 多次强调 may go on about
_BEFORE = 80  # characters in which such a subject, or the other mark of a quotation, stands

# The marks of a list by family, and what else may have been its first point: 首先 before 第二, 一方面 before 二是.
_FAMILIES = re.compile(
    r"(?P<han>[一二三四五六七八九十]{1,3})\s?[、．.]|[(（]\s?(?P<paren>[一二三四五六七八九十]{1,3})\s?[)）]"
    r"|(?P<digit>\d{1,2})\s?[、．.]|[(（]\s?(?P<inner>\d{1,2})\s?[)）]"
    r"|第(?P<ordinal>[一二三四五六七八九十]{1,3})|(?P<run>[一二三四五六七八九十]{1,3})[是要]"
)
_STRUCTURAL = ("han", "paren", "digit", "inner")
_FIRST_POINT = re.compile("[一先首1１①]")
_FIRST_SAID = re.compile("[第其]一|一[是要个条方]|首先|[1１①]")  # the same where a third point comes first
_LINE_NUMBER = re.compile(
    r"^(?P<mark>第|[（(【]?)(?:(?P<han>[一二三四五六七八九十]{1,3})|(?P<digit>\d{1,2}))(?![\d%％])", re.MULTILINE
)
_MAIN = ("han", "第han")
_ANNOUNCED = re.compile("[讲谈提调][^。！？，\n]{0,6}[两二三四五六七八][个点](?:意见|要求|问题|看法|希望|想法|方面)")
_CUT = re.compile("(?:，[\u4e00-\u9fff]|以及|并且|和|与|及)$")
_REACH = 20_000  # characters before a number in which the one before it is looked for
_NOT_HEADING = 60  # characters: a longer line under a number is its text, not a heading


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where words are gone; ``start:end`` is what shows it. Kinds: see ``KINDS``."""

    kind: str
    start: int
    end: int


# What is missing: the words of an empty quotation, a year, a figure, a name, the beginning or the end of a sentence,
# words of a heading, a heading or point as the numbers tell.
KINDS = ("quotation", "date", "number", "name", "start", "end", "heading", "numbering")


def find_gaps(text: str, body: int, sections: Sequence[Section]) -> tuple[Gap, ...]:
    """Return the places of ``text`` where words are gone, in order; headings are looked at from ``body`` on."""
    found = {Gap(kind, *match.span()) for kind, pattern in _PATTERNS for match in pattern.finditer(text)}
    found.update(_empty_quotations(text))
    found.update(_spoken_by_nobody(text))
    found.update(_cut_headings(text, sections))
    found.update(_first_missing(text, body, sections))
    found.update(list(_counted_anew(text, sections, tuple(found))))
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.end, gap.kind)))


def _empty_quotations(text: str) -> Iterator[Gap]:
    """Yield each “” that is none of the marks of a quotation around it, set the wrong way (“以人民为中心“”的)."""
    for match in _EMPTY.finditer(text):
        before = _LAST_QUOTE.search(text[max(0, match.start() - _BEFORE) : match.start()])
        after = _NEXT_QUOTE.match(text, match.end())
        if not (before and before[1] == "“") and not (after and after[1] == "”"):
            yield Gap("quotation", *match.span())


def _spoken_by_nobody(text: str) -> Iterator[Gap]:
    """Yield 多次强调 at the beginning of a sentence where the one before it names nobody who could have."""
    for match in _REPEATED.finditer(text):
        if not _SUBJECT.search(text, max(0, match.start() - _BEFORE), match.start()):
            yield Gap("name", *match.span())


def _cut_headings(text: str, sections: Sequence[Section]) -> Iterator[Gap]:
    """Yield the headings on lines of their own that break off in mid-phrase: 一、保持清醒忧患，提."""
    for section in sections:
        stop = text.find("\n", section.start, section.start + _NOT_HEADING)
        line = text[section.start : max(stop, section.start)].rstrip()
        if _number(section.label)[0] in _STRUCTURAL and _CUT.search(line):
            yield Gap("heading", section.start, section.start + len(line))


def _first_missing(text: str, body: int, sections: Sequence[Section]) -> Iterator[Gap]:
    """Yield the numbers before which one is gone: 二、 in a text without 一、, 二是 under a heading without 一是."""
    seen: dict[tuple[str, int], int] = {}  # number -> its level
    since = body  # where the main heading begins under which a point stands
    for section in sections:
        family, number = _number(section.label)
        known = seen.keys() & {(family, number - 1), (family, number)}
        mixed = any(other == number - 1 and level == section.level for (_, other), level in seen.items())
        fresh = number > 1 and not (known or mixed) and _opens_line(text, section.start)
        if fresh and not _stands(text, family, number, since, section.start):
            yield _numbered(section)
        if family == "han":
            since = section.start + len(section.label)
            # Its own points are still to come; those on its level (一是 二是 三、 四是) belong to one list with it.
            seen = {key: level for key, level in seen.items() if key[0] in _STRUCTURAL or level <= section.level}
        seen[family, number] = section.level


def _opens_line(text: str, position: int) -> bool:
    """Tell whether a number opens a line; where a page lost its line breaks the one before may stand anywhere."""
    while position and text[position - 1] in " \t\u3000":
        position -= 1
    return position == 0 or text[position - 1] == "\n"


def _number(label: str) -> tuple[str, int]:
    """Return the family of a number and its value; "" and 0 for 首先 and the like."""
    match = _FAMILIES.match(label)
    family = (match.lastgroup or "") if match else ""
    return family, (parse_chinese_number(match.group(family)) or 0) if match and family else 0


def _stands(text: str, family: str, number: int, since: int, end: int) -> bool:
    """Tell whether what should stand before ``number`` does so all the same, in a form that heads nothing.

    ``1、`` or （一） in the place of 一、 counts where no ``2、`` or （二） shows that it belongs to a list below.
    """
    if family not in _STRUCTURAL:
        return bool((_FIRST_POINT if number == 2 else _FIRST_SAID).search(text, since, end))
    forms: dict[str, set[int]] = {}
    for match in _LINE_NUMBER.finditer(text, max(0, end - _REACH), end):
        value = parse_chinese_number(match.group(match.lastgroup or "")) or 0
        forms.setdefault(match.group("mark") + (match.lastgroup or ""), set()).add(value)
    return any(
        number - 1 in numbers and (family != "han" or form in _MAIN or number not in numbers)
        for form, numbers in forms.items()
    )


def _counted_anew(text: str, sections: Sequence[Section], gaps: Collection[Gap]) -> Iterator[Gap]:
    """Yield the （一） that follows a （三） of its own level, where other damage shows that a heading is gone between.

    Many a whole text counts anew under headings without number: so a list before a lost number, a torn paragraph
    between the lists, or announced points of which none is left must bear it out.
    """
    torn = sorted(gap.start for gap in gaps if gap.kind == "start")
    lost = max((gap.start for gap in gaps if gap.kind == "numbering"), default=-1)
    headless: bool | None = None
    last: dict[int, tuple[str, int, int]] = {}  # level -> family, number, place
    for section in sections:
        family, number = _number(section.label)
        last = {level: known for level, known in last.items() if level <= section.level}
        before = last.get(section.level)
        if family in _STRUCTURAL and number == 1 and before and before[0] == family and before[1] > 1:
            between = bisect_right(torn, before[2]) < bisect_right(torn, section.start)
            if headless is None:
                headless = _lost_its_mains(text, sections)
            if between or lost > section.start or headless:
                yield _numbered(section)
        last[section.level] = (family, number, section.start)


def _lost_its_mains(text: str, sections: Sequence[Section]) -> bool:
    """Tell whether a speech announces its points (我讲三点意见) and has no main heading."""
    return not any(_number(section.label)[0] == "han" for section in sections) and bool(_ANNOUNCED.search(text))


def _numbered(section: Section) -> Gap:
    return Gap("numbering", section.start, section.start + len(section.label))
