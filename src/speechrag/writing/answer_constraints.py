"""What a question names and an answer must therefore be about: a year, a place, a person, a post, an organ, a figure.

A near miss asks of something the corpus speaks about, but of another year, place, post. Shared words then say nothing:
the constraint is met by the cited sentence and what tells its subject (headings, title, file, metadata, neighbours), or
the sentence is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from speechrag.structure.places import counties
from speechrag.structure.tables import alternation, table
from speechrag.text import is_han
from speechrag.writing.answer_features import INSIDE, NEIGHBOURS, Window
from speechrag.writing.figures import canonical, figures, same_measure
from speechrag.writing.names import OFFICE, persons, places, surnames
from speechrag.writing.question_words import lexicon, pair_frequency, unusual
from speechrag.writing.questions import Question

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?:年|$|(?=[\u4e00-\u9fff]))")
_LEVEL = "中共|中央|全国|国家|省|市|县|区|镇|乡|街道"
_BODIES = r"委(?!员|托|派)|纪委|政府|人大|政协|党委|党工委|政法委|法院|检察院"
_ORGAN = re.compile(
    rf"(?P<level>(?<![省市县区乡镇])(?:{_LEVEL})(?![省市县区乡镇]))?(?P<body>(?:{_BODIES})(?:办公室|办公厅)?|"
    r"(?:组织|宣传|统战|教育|公安|水利|财政|交通|农业|民政|司法|人社|住建|科技|商务|文化)部(?!门|分|署|队|位|委|长|部长)|"
    r"[\u4e00-\u9fff]{2}(?<![大全格布结定骗危时破残])局(?!面|部|势|限|长|局长)|[\u4e00-\u9fff]{2}(?<![大客餐舞歌])厅(?!长|厅长))"
)
_POST = re.compile(
    r"(?P<unit>总|省委|市委|县委|区委|党工委|党委|纪委|政法委|政协|人大|(?:组织|宣传|统战)(?=部长)|(?:(?![位副个名的哪])[\u4e00-\u9fff]){2}(?=局长)|信息中心|办公室)?"
    r"(?P<deputy>副)?(?P<post>书记|省长|市长|县长|区长|镇长|乡长|村长|主席|部长|厅长|局长|处长|科长|主任|秘书长|院长|校长|"
    r"所长|站长|会长|总理|矿长|董事长|总经理)"
)
_NO_PERSON = re.compile("[省市县区镇乡委局部厅院校长]")  # 滕州市长 is no 滕州市, 长
# A kind of place and no name of one: 金桂苑小区 is not the district 苑小, 行政村 not the village 行政.
_SITE = re.compile(
    "[小园厂矿校库景灾林牧湖港营战军特片辖赛疫辟禁灌病控染户空]区$|[罢上入开休股楼车菜超夜]市$|[下返回还离进]乡$|[移建]镇$|"
    "[进驻包封回入出联强弱富穷整本]村$|(?:开发|保护|示范|试验|实验|自治|居民|住宅|生活|办公|服务|旅游|隔离|贫困|功能|"
    "集聚|聚集|边境|沿海|产粮|主产|中心|重点|试点|特色|文明|卫生|行政|自然|空心|专业|薄弱|先进|后进|落后|移民|两个|超大|特大)[市县区镇乡村]$"
)
# What ends so stands before a 县 or 市 and is no name of one: 再报|市委, 跑回|镇上, 电话跟|区领导.
_NO_NAME_BEFORE = re.compile(
    "[报搞评每跟往找去抓管叫派选让比回到在进给把由向将被没副某拿绕][省市县区镇乡村街]|(?<=[绕避躲])开[省市县区镇乡村]"
)
# From how often on two characters are a word of official prose at large, or inside one: 实行|街道, 疫情|封村.
_COMMON_PAIR, _GLUED_PAIR = 200, 60
# In which names of three characters end: 白鹤塘村, 凤凰寨村.
_NAMED_AFTER = frozenset("寨塘架湾沟坪岭坝桥店庄屯沱洲岛港口河江湖泉坡岗山峰溪坑岩林堡营集圩浦埠渡潭井冲垭坳台家")
_NAMED_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—―–－~至到]{1,2}(?:19|20)\d\d年)")  # 2013—2015年 names both
_HOLE = re.compile(r"(?:19|20)(?:[x×*╳—-]{2}|\d[x×*]|[x×*])年?|(?<!\d)[x×*]{1,4}年")
_LAST, _THIS, _NEXT = (re.compile(p) for p in ("去年|上年|上一年度", "今年|本年|当年", "明年|来年|下一年度"))
_COMPARED = re.compile(
    r"[与和同]\d{4}年(?:同期)?(?:相比|比较)|[比较]\d{4}年(?:同期)?"
)  # 与2017年相比 tells of another year
_LOOKS_BACK = re.compile("去年|上年|过去(?:的)?一年|一年来|年末|年底")
_BEHIND_A_NAME = frozenset("怎是在说对讲为谈认要提把给批作做有去到曾又也都就被让请用什何哪几向跟和与的")
_CAPITAL = re.compile("[进赴来到在返驻离]京")  # how 北京 is named as well
_GENERIC_ORGAN = re.compile("[哪那这各每某]个|[我你他咱]们|警察|[市县区州]局|[省市县区]厅")
_OFTEN = 3
_LONG_NAME = 4  # characters, from which on a word is no plain name
_RANKS = frozenset("省市县区镇乡")
# Where a county is named by its bare name: between these, 新泰、宁阳政协; 满城装 is none.
_BEFORE_COUNTY, _BEHIND_COUNTY = (
    r"(?:^|(?<=[、，。,？?和与跟同及在]))",
    r"(?=[、和与跟同及两各县市区政党的这那去今明每])",
)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that a question names. ``kind`` is year, place, person, post, organ or figure; ``text`` as asked."""

    kind: str
    text: str
    name: str  # what must be found: the year, the name without its suffix, the post
    extra: str = ""  # of a post its unit, of a figure its measure word, of an organ its level


def constraints(question: Question) -> tuple[Constraint, ...]:
    """Return what ``question`` names, in the order of the kinds; nothing inside quotation marks or 《》.

    >>> from speechrag.text import segmenter
    >>> from speechrag.writing.questions import analyse
    >>> asked = analyse("2009年丹东市教育局的局长是谁", segmenter("characters"), lambda word: 0.1)
    >>> [(c.kind, c.name) for c in constraints(asked)]
    [('year', '2009'), ('place', '丹东'), ('post', '局长'), ('organ', '教育局')]
    """
    text = re.sub(r"《[^》]*》|“[^”]*”|\"[^\"]*\"", "，", question.text)
    found = [Constraint("year", m[0], m[1]) for m in _YEAR.finditer(_COMPARED.sub("", text))]
    found += _places(text)
    found += [Constraint("person", name, name) for m in persons(text) if not _NO_PERSON.search(name := _bare(m[1]))]
    found += _addressed(text)
    found += _posts(question, text)
    found += _organs(text)
    found += _figures(question, text)
    return tuple(dict.fromkeys(found))


def called(question: Question, topics: Iterable[str]) -> tuple[Constraint, ...]:
    """Return the words of ``question`` that are names by which one of the ``topics`` (title, file, region) is called.

    泊阳排第几 names no 市, but a speech of 泊阳 is among those found: what another city says of itself is no answer.
    """
    names = (t.text for t in question.terms if 1 < len(t.text) < _LONG_NAME and all(map(is_han, t.text)))
    told = "\n".join(topics)
    return tuple(Constraint("place", name, name) for name in names if name in told and unusual(name))


@cache
def _common() -> frozenset[str]:
    """Return words that stand before 县 or 市 without being a name: 报告县委, 推进市场."""
    lists = lexicon()
    official = {word for words in lists["synonyms"].values() for word in words}
    return frozenset({*lists["plain_acts"], *lists["categories"], *lists["stop_words"], *lists["synonyms"], *official})


@cache
def _bare_county() -> re.Pattern[str]:
    """Return the pattern of the bare names of counties and districts that are no other word: 宁阳 of 宁阳县."""
    names = alternation(name for name in counties() if unusual(name))
    return re.compile(f"{_BEFORE_COUNTY}(?:{names}){_BEHIND_COUNTY}")


def _places(text: str) -> list[Constraint]:
    found: list[Constraint] = []
    for start, end in places(text):
        name = text[start:end]
        if name[-1] in "局厅报" or name.endswith(("公司", "大学", "协会", "银行", "集团")):
            continue  # organs are held to another measure
        if _SITE.search(name) or _no_name(text, start, name):
            continue
        stem = re.sub(r"(?:省|市|县|区|镇|乡|村|街道)$", "", name) if len(name) > 2 else name
        if stem not in _common() and not any(stem in other.name or other.name in stem for other in found):
            found.append(Constraint("place", name, stem))
    named = [match.group() for match in _bare_county().finditer(text)]
    found += [Constraint("place", name, name) for name in named if all(name not in other.text for other in found)]
    return found


@cache
def _known_places() -> frozenset[str]:
    return frozenset({*counties(), *table("structure_places")["provinces"], *table("structure_places")["cities"]})


def _no_name(text: str, start: int, name: str) -> bool:
    """Tell whether what stands before 市 or 村 in ``text`` is no name: 经营户罢市, 党建经费每村, 软弱涣散村."""
    pair = name[:2]
    if len(name) < 3 or not _known_places().isdisjoint((pair, name, name[:-1])):
        return False
    if _NO_NAME_BEFORE.match(name, 1) or pair_frequency(pair) >= _COMMON_PAIR:
        return True
    before = pair_frequency(text[start - 1] + pair[0]) if start > 0 else 0.0
    # 软弱涣散村: the pair hardly stands without what is before it.
    if not unusual(pair) and before >= pair_frequency(pair) / 2:
        return True
    return before >= _GLUED_PAIR and unusual(pair) and pair[1] not in _NAMED_AFTER


def _bare(name: str) -> str:
    """Return a name without the verb or question word behind it that stands for its third character: 陆平怎|么评价."""
    return name[:2] if len(name) == 3 and name[2] in _BEHIND_A_NAME else name


def _addressed(text: str) -> list[Constraint]:
    """Return the persons called by surname and office: 王市长, 张书记; not 县委书记, where 委 is no surname."""
    pattern = re.compile(
        rf"(?:^|[，。、,的和与请问])([{surnames()}])(书记|省长|市长|县长|区长|镇长|主席|部长|厅长|局长|主任|总理|校长)"
    )
    return [Constraint("person", m[1] + m[2], m[1], m[2]) for m in pattern.finditer(text)]


def _single(text: str) -> str:
    """Return ``text`` with 宣传部部长 written as 宣传部长, as it is said."""
    return re.sub(r"([部局厅])\1长", r"\1长", text)


def _posts(question: Question, text: str) -> list[Constraint]:
    """Return the posts whose holder is asked for, or who are said to have done something."""
    found = []
    for match in _POST.finditer(_single(text)):
        post = (match["deputy"] or "") + match["post"]
        found.append(Constraint("post", match.group(), post, match["unit"] or ""))
    return found if question.named or (found and found[0].extra) else []


def _organs(text: str) -> list[Constraint]:
    found = []
    for match in _ORGAN.finditer(text):
        body = match["body"]
        if re.match(OFFICE, text[match.end() :]) or body == "委":
            continue  # 县委书记 is a post; 县委 alone stands for whoever speaks
        if _GENERIC_ORGAN.search(body):
            continue
        found.append(Constraint("organ", match.group(), body, match["level"] or ""))
    return found


def _figures(question: Question, text: str) -> list[Constraint]:
    """Return the figures that the question takes for granted; not the number of members it asks for."""
    found = []
    for match in figures(_YEAR.sub("，", canonical(text))):
        telling = match["share"] or (match["unit"] and len(match["value"]) > 1)
        if telling and match["value"] != str(question.count) and not match["ordinal"]:
            found.append(Constraint("figure", match.group(), match["value"], match["share"] or match["unit"] or ""))
    return found


def without_years(question: Question) -> Question:
    """Return ``question`` without its years among the words to be found: a speech of 2009 may say 今年 and 去年."""
    years = {m[1] for m in _YEAR.finditer(question.text)} - {
        n for n in question.names if f"《{n}" in question.text or f"“{n}" in question.text
    }
    terms = tuple(t for t in question.terms if t.text not in years and t.text.rstrip("年") not in years)
    return replace(question, terms=terms, names=tuple(n for n in question.names if n not in years))


def unmet(
    question: Question, wanted: Sequence[Constraint], window: Window, year: int, said: str = ""
) -> tuple[Constraint, ...]:
    """Return the constraints that a candidate does not meet; ``year`` is that of its speech, 0 where it is unknown.

    ``said`` is what stands before the candidate in its paragraph.
    """
    return tuple(c for c in wanted if not _met(question, c, window, year, said))


def _met(question: Question, wanted: Constraint, window: Window, year: int, said: str) -> bool:
    texts = [text for text, _ in window.layers]
    near = "\n".join(texts[:NEIGHBOURS])
    inside, whole = "\n".join(texts[:INSIDE]), texts[-1]
    name = wanted.name
    if wanted.kind == "year":
        return _in_year(int(name), texts[0], near, inside, year, said)
    if wanted.kind == "place":
        # A speaker at home names the place once, if at all.
        return name in whole or (name == "北京" and bool(_CAPITAL.search(whole)))
    if wanted.kind == "person":
        return _person_there(wanted, inside)
    if wanted.kind == "organ":
        return _organ_there(wanted, inside, whole)
    if wanted.kind == "post":
        return _post_there(question, wanted, near, inside)
    return _figure_there(wanted, canonical(inside))


def _last_year(said: str) -> str:
    """Return the year that a paragraph named last, empty where it named none: it holds until another is named."""
    return next(iter(reversed(_YEAR.findall(_COMPARED.sub("", said)))), "")


def _in_year(wanted: int, own: str, near: str, inside: str, year: int, said: str) -> bool:
    """Tell whether the sentence speaks of that year: by its number, or by 去年, 今年, 明年 of the speech.

    A sentence that says neither speaks of the year that its paragraph named last.
    """
    own, near, inside = (_COMPARED.sub("", text) for text in (own, near, inside))
    relative = {y for y, p in ((year - 1, _LAST), (year, _THIS), (year + 1, _NEXT)) if year and p.search(own)}
    named = {int(y) for y in _NAMED_YEAR.findall(own)}
    if relative or named:
        return wanted in relative | named
    if f"{wanted}年" in near or _last_year(said) == str(wanted):
        return True
    # A report looks back on the year before without naming it in every sentence.
    looks_back = wanted == year - 1 and bool(_LOOKS_BACK.search(inside))
    return wanted == year or looks_back or f"{wanted}年" in inside


def _person_there(wanted: Constraint, inside: str) -> bool:
    if not wanted.extra:
        return wanted.name in inside
    surname, office = wanted.name, wanted.extra
    return bool(re.search(rf"{surname}[\u4e00-\u9fff]{{0,2}}{office}|{office}{surname}", inside))


def _organ_there(wanted: Constraint, inside: str, whole: str) -> bool:
    """Tell whether the organ is spoken of, of the level asked for where the passage names one of another level."""
    body = _plain_organ(wanted.name)
    ending = body[-1]
    form = re.escape(body[:-1]) + "(?:局|部|厅|委|部门|机关|系统)" if ending in "局厅" else re.escape(body) + "(?!门)"
    around = _plain_organ(inside)
    found = list(re.finditer(form, around))
    if not found:
        # A bureau that speaks of itself says 我局.
        itself = bool(re.search(f"[我全]{ending}", whole)) and whole.count(body[:-1]) >= _OFTEN
        return itself or len(re.findall(form, _plain_organ(whole))) >= _OFTEN
    if wanted.extra not in _RANKS or re.search(wanted.extra + form, _plain_organ(whole)):
        return True
    return not any(m.start() and around[m.start() - 1] in _RANKS for m in found)


def _plain_organ(text: str) -> str:
    return re.sub(r"办公[室厅]", "办", text)


def _post_there(question: Question, wanted: Constraint, near: str, inside: str) -> bool:
    """Tell whether the post is spoken of, and its holder named beside it where the question asks who that is."""
    near, inside, unit = _single(near), _single(inside), wanted.extra
    deputy = "" if wanted.name.startswith("副") else "(?<!副)"
    if not question.named:
        return bool(re.search(deputy + wanted.name, near)) and (not unit or unit in inside)
    person = rf"[{surnames()}](?![委纪县市区省局部])[\u4e00-\u9fff]{{1,2}}"
    title = rf"{unit}[^，。；、\n]{{0,4}}?{deputy}{wanted.name}" if unit else deputy + wanted.name
    # 党委书记、董事长宋某: a name stands behind the last of its offices.
    named = rf"{title}(?:[、兼][\u4e00-\u9fff]{{2,10}}?)?[　\s]*(?:同志)?{person}|{person}{title}"
    if re.search(named, near):
        return True
    # 全省政协会议上，宋某某副主席…: where the body is spoken of its officers are called by their offices.
    return bool(unit) and unit in near and bool(re.search(rf"[，。；、：,;:]{person}{deputy}{wanted.name}", near))


def _figure_there(wanted: Constraint, text: str) -> bool:
    for match in figures(text):
        share = match["share"] or ""
        if _as_many(match["value"], wanted) and (
            share == wanted.extra or same_measure(wanted.extra, match["unit"] or "")
        ):
            return True
    return False


def _as_many(value: str, wanted: Constraint) -> bool:
    """Tell whether ``value`` is the figure wanted, or one that 三百多 may stand for: 343."""
    rounded = re.match(r"[\d.]+[多余几]", wanted.text) and wanted.name.isdigit()
    if not rounded:
        return value == wanted.name
    least, zeros = int(wanted.name), len(wanted.name) - len(wanted.name.rstrip("0"))
    return least <= float(value) < least + int("1" + zeros * "0")


def hole(wanted: Sequence[Constraint], texts: Sequence[str]) -> str:
    """Return how the source leaves open what the question names (20xx年), empty where it does not."""
    if not any(c.kind == "year" for c in wanted):
        return ""
    found = next((m for text in texts if (m := _HOLE.search(text))), None)
    return found.group() if found else ""
