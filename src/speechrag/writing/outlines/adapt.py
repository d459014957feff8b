"""Carry a sentence of one speech over to another: level, theme and sector give way, facts become slots."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import log

from speechrag.records import Speech
from speechrag.text import bigrams
from speechrag.writing.outlines.breadth import SPREAD, spread, theme_words, trade_of
from speechrag.writing.outlines.facts import Fact, fill_slots, find_facts
from speechrag.writing.outlines.genre import Theme, by_length, genre, themes
from speechrag.writing.outlines.levels import at_level
from speechrag.writing.outlines.meetings import GOVERNED
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.tagging import tagged, tokenizer
from speechrag.writing.outlines.vocabulary import WEAK

_OWN = re.compile(rf"[全我本]([{GOVERNED}])(?![级域际])")
_BEFORE = re.compile(
    r"(?:做好|抓好|搞好|做|抓|管|加强|推进|推动|开展|重视|促进|改进|对|把|将|从事|支持|关心|分管|过问|研究|解决|了解|部署|领导|列入|纳入"
    r"|负责|保障|保证|认识|配合|参与|关注)(?:了|着|好)?$"
)
_AFTER = re.compile(
    r"的?(?:组织领导|领导|队伍|工作者|人员|同志|责任|列入|纳入|摆|作为|当作|投入|检查|督|考核|落实|领导小组|创造|提供)"
)
_BOUNDARY = re.compile(
    r"$|[，。；、的]|各项|摆|上|中|快速|健康|顺利|深入|扎实|有序|全面|取得|落|再|不断|向|发展|提|进行|给予|予以"
)
_GAP = "\ue000"  # holds the place of what gives way; sources with private-use characters count as damaged
_AREA_NAME = re.compile(
    rf"([\u4e00-\u9fff]{{2,3}}?)(?:[{GOVERNED}]|街道)(?:委|政府|政协|人大|局|教育|公安|[\u4e00-\u9fff]{{0,4}}会|-)"
)
_NOT_AREA = re.compile(r"[全我本各在的省市县区镇乡与和及到于向]|政协|信息|网络|工作|领导")
_TRAIL = re.compile(
    r"(?P<object>[\u4e00-\u9fff]{2,12}?)(?P<noun>工作|建设)(?!者|人员|队伍|组|站|室|用地|单位|会议|报告)"
)
_SIDE_WORK = re.compile(
    r"队伍|作风|系统|工程|项目|环境|制度|机制|平台|网络$|中心$|能力|基础|人才|设施|体系|数据库|班子|本职|实际|业务|指导|日常|具体|各项|重点|准备"
)
_NOMINAL = ("n", "vn", "l", "j", "b", "i", "an")
_DANGLING = re.compile(
    r"^(?:同志们|[\u4e00-\u9fff]{0,4}朋友们|各位[\u4e00-\u9fff]{2,4}(?=[，,])|各位|可以(?:这样|这么)?[讲说]|需要说明的是|提醒一句|今后统一这样办：|对此|为此|(?:因此|所以|可以|应该|总的来|一般来|具体来)说|因此|所以|同时|其次|此外|另外|总之|但是|但|而且|并且|然而|于是|首先|再次|最后|特别是|尤其是|也就是说|这就|这样|只有这样)[，,]?|^(?:主要是|具体是|主要措施是)[：:]|^[也还](?=要)"
)


BESIDE = 2  # themes that a speech may be about
BESIDE_SHARE = 0.3  # how often the other theme is named at least, of how often the brief's is
ASIDE = 2.0  # weight of another theme's words from which on a piece may belong to it
SPOKEN_OF = 2  # times that a speech of its field names the matter of a brief
TITLED = 0.3  # names of the theme in a thousand characters of a speech whose title names it
_COLLECTED = re.compile(r"篇[一二三四五六七八九十\d]|[一二三四五六七八九十\d]篇|范文|汇编|精选|合集|集锦|模板")


@dataclass(frozen=True, slots=True)
class Source:
    """A speech with what must give way in its sentences."""

    speech: Speech
    level: str  # 市, where the speech says 我市, 全市
    themes: tuple[str, ...]  # what it calls its own theme: 政务信息工作
    sectors: tuple[str, ...]  # its field: 水利
    places: tuple[str, ...]  # names of places in its title, file name and metadata
    on_theme: bool  # the speech is about the theme of the brief
    first: bool  # and about nothing else as much
    density: float  # names of the theme in a thousand characters
    titled: bool = False  # its title names the theme
    theme: str = ""  # the theme of the brief, where the speech is on it
    close: float = 0.0  # words of the theme itself in a thousand characters
    beside: tuple[Theme, ...] = ()  # other themes that it speaks of as much
    trade: tuple[str, ...] = ()  # the words of the theme it speaks of most, where that is not the brief's: 平安
    whole: bool = True  # it speaks of the theme all through, not in a few places of a report on everything

    @property
    def flat(self) -> bool:
        """Whether all sections of the speech are of one level: each is a point, none a main part."""
        return len({section.level for section in self.speech.sections}) == 1


def read_source(speech: Speech, plan: Plan) -> Source:
    """Return what is known of ``speech`` in view of ``plan``."""
    text = speech.text
    bare = text
    for decoy in (decoy for row in plan.rows for decoy in row.decoys):
        bare = bare.replace(decoy, "|")
    density = 1000 * sum(bare.count(name) for name in plan.names) / max(len(text), 1)
    # The title of a collection (…讲话篇三) stands over speeches on other themes too: it proves nothing.
    collected = _COLLECTED.search(speech.title)
    whole = (len(plan.theme) >= 4 and plan.theme in speech.title) or any(word in speech.title for word in plan.titles)
    whole = whole or _of_a_kind(speech.title, plan)
    titled = not collected and (whole or (density >= TITLED and _titled(speech.title, plan)))
    spoken_of = density >= 1.0 and (_leads(bare, plan) if plan.rows else density >= 3.0)
    if plan.field and not plan.matter:  # the words of the brief may not be those of its field
        spoken_of = spoken_of or _ranking(bare)[0] in plan.rows
    on_theme = bool(plan.theme) and (titled or spoken_of)
    if plan.matter and text.count(plan.matter) < SPOKEN_OF:
        on_theme = False
    known = str(speech.metadata.get("level") or "-")
    levels = Counter(match.group(1) for match in _OWN.finditer(text))
    level = min(levels, key=lambda char: (-levels[char], char)) if levels else ""
    if sum(levels.values()) < 2:
        level = {"乡镇": "镇"}.get(known, known if known in GOVERNED else "") or level
    sectors = _sectors(text, plan, strict=on_theme)
    whole = titled or spread(bare, plan) >= SPREAD or any(row.covers for row in plan.rows)
    on_theme = on_theme and whole
    first = on_theme and (titled or not plan.rows or _ranking(bare)[0] in plan.rows)
    words = [word for word in (plan.theme, *plan.own) if word]
    return Source(
        speech,
        level,
        _themes(text, plan),
        sectors,
        _places(speech),
        on_theme,
        first,
        density,
        titled,
        plan.theme if first else "",
        1000 * sum(bare.count(word) for word in words) / max(len(text), 1),
        _beside(speech, plan, bare, titled=titled) if on_theme else (),
        () if on_theme else trade_of(_ranking(bare)[0], plan),
        whole,
    )


def _beside(speech: Speech, plan: Plan, text: str, *, titled: bool) -> tuple[Theme, ...]:
    """Return the other themes of a speech; of one whose title names the brief's, those that its headings name too."""
    found = tuple(row for row in _ranking(text)[:BESIDE] if _stands_beside(row, plan, text))
    if not titled:
        return found
    headed = "\n".join((speech.title, *(section.heading for section in speech.sections)))
    return tuple(row for row in found if any(name in headed for name in row.names))


def _titled(title: str, plan: Plan) -> bool:
    """Tell whether a title names the brief's theme, as it stands or with words of the meeting inside (系统, 工作)."""

    def bare(words: str) -> str:
        return re.sub(r"系统|工作|建设|[与和及暨、]", "", words)

    for decoy in (decoy for row in plan.rows for decoy in row.decoys):
        title = title.replace(decoy, "|")
    akin = set(bigrams(plan.theme))
    for name in (name for name in (plan.theme, *plan.names) if akin & set(bigrams(name))):
        if len(bare(name)) >= 4 and bare(name) in bare(title):
            return True
        # A short name must be what the meeting is called by: 经济工作会议, not 经济普查.
        meeting = "工作|建设|会|系统|暨|和|与|、|表彰|节|突出问题|大检查|动员|推进"
        if name and name in plan.theme and re.search(rf"{re.escape(name)}(?:{meeting})", title):
            return True
    return False


def _of_a_kind(title: str, plan: Plan) -> bool:
    """Tell whether a title names the kind of its field that the brief's theme is: 流感防治 for 疫情防控."""
    kinds = (kind for row in plan.rows for kind in row.kinds if re.search(kind, plan.theme))
    return any(re.search(kind, title) for kind in kinds)


def _leads(text: str, plan: Plan) -> bool:
    """Tell whether the brief's theme is one of the two that ``text`` speaks of most."""
    ranking = _ranking(text)
    return any(row in plan.rows for row in ranking[:2])


@lru_cache(maxsize=1024)
def _ranking(text: str) -> tuple[Theme, ...]:
    """Return the known themes, the one that ``text`` speaks of most first; a theme's names count double."""

    def weight(row: Theme) -> float:
        terms = (word for word in row.terms if word not in genre().common)
        names = sum(log(1 + text.count(name)) for name in row.names)
        return (2 * names + sum(log(1 + text.count(word)) for word in terms)) / (8 + len(row.names) + len(row.terms))

    return tuple(sorted(themes(), key=lambda row: (-weight(row), row.names)))


def _sectors(text: str, plan: Plan, *, strict: bool) -> tuple[str, ...]:
    """Return the fields that a speech is from; ``strict`` asks for one that it names all the time (水利信息化)."""
    own = plan.brief + "".join(plan.terms)
    floor = max(8, len(text) // 250) if strict else max(5, len(text) // 500)
    counts = {name: text.count(name) - text.count("人" + name) for name in genre().sectors}  # 人民政府 holds no 民政
    return tuple(name for name, count in counts.items() if count >= floor and name not in own)


def _themes(text: str, plan: Plan) -> tuple[str, ...]:
    """Return the phrases in which the speech names its own theme, longest first: 政务信息工作, 信息工作.

    Only what it speaks of nearly as often as of its first theme counts: 队伍建设 in passing is no theme.
    """
    found: Counter[str] = Counter()
    for match in _TRAIL.finditer(text):
        phrase = re.sub(rf"^[全我本各][{GOVERNED}国]", "", _nominal_tail(match.group("object")))
        if len(phrase) >= 2 and not _SIDE_WORK.search(phrase):
            found[phrase + match.group("noun")] += 1
    floor = max(3, 0.3 * max(found.values(), default=0))
    own = (*plan.names, plan.theme)
    keep = [
        p for p, n in found.items() if n >= floor and not any(name and name in p for name in own) and p not in plan.work
    ]
    return tuple(sorted(keep, key=lambda phrase: (-len(phrase), phrase)))


def _nominal_tail(phrase: str) -> str:
    """Return the nouns that ``phrase`` ends with: 做好政务信息 -> 政务信息."""
    tail: list[str] = []
    for word, flag in reversed(tagged(phrase)):
        if not flag.startswith(_NOMINAL):
            break
        tail.append(word)
    return "".join(reversed(tail))


def _places(speech: Speech) -> tuple[str, ...]:
    """Return the bare place names that the speech's title, file and metadata give away."""
    known = [str(speech.metadata.get(key) or "") for key in ("region", "organ")]
    names = {re.sub(rf"(?:[{GOVERNED}]|街道)$", "", known[0])}
    for text in (*known, speech.title, speech.source.rsplit("/", 1)[-1]):
        for match in _AREA_NAME.finditer(re.sub(r"[0-9年月日\-—_（）()]+", "|", text)):
            names.add(match.group(1))
    named = {name for name in names if len(name) >= 2 and not _NOT_AREA.search(name)}
    return tuple(sorted(named | local_names(f"{speech.title}\n{speech.text}")))


_NAMED = re.compile(
    r"(?P<before>[^\u4e00-\u9fff]|[在到是对和与从县市区乡镇日年去])(?P<name>[\u4e00-\u9fff]{2})"
    r"(?=省|市(?![场民])|县(?![域级])|区(?![域级])|镇(?!化|乡|村|街)|乡(?![村镇])|村(?![民级庄组屯])|矿|街道|社区|集团|水库|灌区|河|公司|路)"
)
# 打造苔井巷: lanes and old towns need nothing before them to be told from a word.
_QUARTER = re.compile(r"(?P<name>[\u4e00-\u9fff]{2})(?=巷|胡同|古镇|古城|大街)")
_NOT_NAME = frozenset(
    "城代业强域各全我本的有和与及到一二三四五六七八九十几两个该乡镇村县市区农山新老大小不把被让给向从为是要在了写跑"
)


@lru_cache(maxsize=512)
def local_names(text: str) -> frozenset[str]:
    """Return the names of places that ``text`` gives twice or more and no dictionary knows: 东岫 of 东岫矿.

    What stands before 县, 矿 or 集团 so is a name; one mention may be chance. A word may be one too, where the
    dictionary has it as a place with what follows (山亭 of 山亭区).
    """
    known = tokenizer().FREQ
    matches = chain(_NAMED.finditer(text), _QUARTER.finditer(text))
    found = Counter((match["name"], text[match.end("name")]) for match in matches)
    return frozenset(
        name
        for (name, suffix), count in found.items()
        if max(count, text.count(name)) >= 2
        and (_is_area(name, suffix) if known.get(name) else not _NOT_NAME & set(name))
    )


def _is_area(name: str, suffix: str) -> bool:
    """Tell whether the dictionary knows ``name`` with its suffix as a place."""
    return (
        suffix in "县市区旗"
        and name[0] not in "各全我本该"
        and name not in genre().not_names
        and tagged(name + suffix) == ((name + suffix, "ns"),)
    )


_Weighed = tuple[tuple[str, float], ...]


def _rival(row: Theme, plan: Plan) -> tuple[_Weighed, _Weighed]:
    """Return the words that only ``row`` has and those that only the brief's theme has, with what each counts."""
    own, other = "|".join((*plan.names, *plan.terms, plan.brief)), "|".join((*row.names, *row.terms))
    pieces = {word for name in row.names for word, _ in tagged(name) if len(word) >= 2} - WEAK
    words = [*((name, 2.0) for name in row.names), *((word, 1.0) for word in row.terms if word not in genre().common)]
    words += [(word, 1.0) for word in sorted(pieces)]
    mine = [*((name, 2.0) for name in plan.names), *((word, 1.0) for word in plan.terms)]
    return (
        tuple({word: value for word, value in words if word not in own}.items()),
        tuple((word, value) for word, value in mine if word not in other),
    )


def _stands_beside(row: Theme, plan: Plan, text: str) -> bool:
    """Tell whether ``text`` is on ``row`` too, a theme other than the brief's.

    政协信息 is a part of 政协宣传信息, not beside it, as towns are of 经济; and what is named seldom is only mentioned.
    """
    if not plan.rows or row in plan.rows or any(own.covers for own in plan.rows):
        return False
    own, other = (sum(text.count(name) for name in names) for names in (plan.names, row.names))
    if other < BESIDE_SHARE * own:
        return False
    return not any(len(name) >= 3 and all(word in plan.theme for word, _ in tagged(name)) for name in row.names)


def _bodies(match: re.Match[str]) -> str:
    """Return 各级部门 for 各级水利部门, 有关部门 for 水利部门."""
    return match.group(1) + "部门" if match.group(1) else "有关部门"


class Adapter:
    """Rewrites pieces of one source for the new speech. Only names of level, theme and sector change."""

    def __init__(self, source: Source, plan: Plan) -> None:
        self.source, self.plan = source, plan
        # Only where the sector qualifies something that is there without it too: 水利部门, 水利网络与信息安全.
        bodies = r"工作|部门|系统|机构|单位|干部|职工|队伍|行业|重要|政务|信息|网络|[部厅局委](?!门|分)"
        after = rf"(?={bodies}|{by_length((*plan.names, *plan.terms)) or bodies})"
        self._sector = re.compile(rf"(?<!人)(?:{by_length(source.sectors)}){after}") if source.sectors else None
        foreign = () if source.on_theme else source.themes
        bare = by_length(tuple(theme[:-2] for theme in foreign if len(theme) >= 6 or theme[:-2].endswith("化")))
        # 信息化 stands for 信息化工作; 政务信息 only where it is the whole object: 抓好政务信息各项工作.
        ends = r"(?=各项|的重要|的重大|的责任|的组织|的保障|[，。；、]|$)"
        whole = rf"(?:人民|各级)?(?:{by_length(foreign)})"
        self._theme = re.compile(rf"{whole}|(?:{bare})(?:(?<=化)|{ends})" if bare else whole) if foreign else None
        self._nouns = theme_words(foreign)
        own = plan.brief + "".join(plan.names)
        self._words = tuple(word for word in self._nouns if word not in own)
        self._rivals = tuple(_rival(row, plan) for row in source.beside)

    def carry(self, text: str) -> str:
        """Return ``text`` with level, theme and sector of the new speech; facts still stand."""
        text = _DANGLING.sub("", text.replace("\n", ""))
        if self._theme:
            text = self._swap(text)
        if self._sector:
            text = self._sector.sub(_GAP, text)
            # 水利部 is a body of its own, not a field of work.
            text = re.sub(rf"{_GAP}(?=[部厅局委](?!门|分))", "×", text)
            text = re.sub(rf"{_GAP}(?=工作)", "本职", text)
            text = re.sub(rf"(各级|各|有关|全)?{_GAP}(?:部门|系统|机构|单位)", _bodies, text).replace(_GAP, "")
        return at_level(text, self.source.level, self.plan.level)

    def _swap(self, text: str) -> str:
        """Put the new theme where the source names its own: in full the first time, then as 这项工作."""
        text = self._theme.sub(_GAP, text) if self._theme else text
        text = re.sub(rf"{_GAP}(?:的?(?:{_GAP}|工作|建设))*", _GAP, text)
        text = re.sub(rf"(?:加快推进|加快|推进){_GAP}(?!的)", f"抓好{_GAP}", text)
        text = re.sub(rf"(?:加快推进|加快){_GAP}", f"加强{_GAP}", text)
        text = text.replace(f"{_GAP}各项工作", f"{self.plan.theme}各项工作")
        first, mark, rest = text.partition(_GAP)
        return first + (self.plan.work if mark else "") + rest.replace(_GAP, "这项工作")

    def swaps(self, text: str) -> bool:
        """Tell whether ``text``, as it stands in the source, speaks of the source's theme by name."""
        return bool(self._theme and self._theme.search(text))

    def facts(self, text: str) -> list[Fact]:
        """Return the foreign facts in a carried ``text``."""
        return find_facts(text, allowed=self.plan.brief, names=self.source.places, year=self.plan.year)

    def filled(self, text: str) -> str:
        """Return a carried ``text`` with slots for its facts."""
        return fill_slots(text, self.facts(text))

    def residue(self, text: str) -> int:
        """Return how many terms of another theme a carried ``text`` still holds."""
        if self.source.on_theme:
            return 0
        return sum(word in text for word in {*self.plan.rivals, *self._words, *self.source.sectors})

    def aside(self, *texts: str, least: float = ASIDE) -> bool:
        """Tell whether ``texts`` speak more of a theme that stands beside the brief's in the speech than of that.

        What both themes share tells nothing: of 政协宣传 and 社情民意信息 only 宣传 here and 社情民意 there.
        """
        for words, own in self._rivals:
            weight = sum(value for text in texts for word, value in words if word in text)
            if weight >= least and weight > sum(value for text in texts for word, value in own if word in text):
                return True
        return False

    def leftover(self, text: str) -> bool:
        """Tell whether a carried ``text`` still speaks of the source's own theme: 信息奖惩 of 政务信息工作."""
        bare = re.sub(by_length((self.plan.work, *self.plan.names, *self.plan.terms)), "|", text)
        return any(word in bare for word in (*self._nouns, *self.source.trade))

    def swapped_well(self, text: str) -> bool:
        """Tell whether the new theme stands in a carried ``text`` only where any theme could: 把…摆上重要位置."""
        spots = [match.span() for match in re.finditer(rf"{re.escape(self.plan.work)}|这项工作", text)]
        return all(
            _AFTER.match(text[end:]) or (_BEFORE.search(text[:start]) and _BOUNDARY.match(text[end:]))
            for start, end in spots
        )
