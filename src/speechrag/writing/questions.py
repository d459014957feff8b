"""What a question asks for: its kind, its content terms, the asked-for thing, and the names that must be there.

Everything is read from the folded question (``text.fold``), so traditional and full-width questions come out the same.
No part-of-speech tagger is needed: Chinese question words are a small closed class and say which kind of answer fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from speechrag.retrieval.thesaurus import builtin_thesaurus
from speechrag.text import MAX_QUERY_CHARS, Segmenter, bigrams, fold, unique
from speechrag.writing.question_kinds import (
    DUE,
    KEYWORDS,
    KINDS,
    MEANING,
    NAMED,
    NUMBER_ASKED,
    WORTH,
    WORTH_WORDS,
    Kind,
    expected_count,
    kind_of,
)
from speechrag.writing.question_words import (
    COUNTING,
    NUMERALS,
    content_words,
    lexicon,
    synonyms,
    without_question_words,
)

_HARD = frozenset({Kind.NUMBER, Kind.DURATION, Kind.DATE, Kind.PERSON, Kind.PLACE})


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of the question; ``weight`` is its normalised inverse passage frequency, 0..1."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. ``asked`` and ``names`` are folded strings, outermost evidence of what must be found."""

    text: str
    kind: Kind
    terms: tuple[Term, ...]
    asked: tuple[str, ...] = ()  # the asked-for thing: 手机号, 单位, 线
    measure: str = ""  # the measure word or noun right after 多少 or 几: 篇, 期, 个
    names: tuple[str, ...] = ()  # quoted strings, 《titles》 and numbers that the question itself holds
    which: bool = False  # one thing of the asked kind is wanted by its name: 哪个码头, 哪家公司
    named: bool = False  # a person's own name is asked for: 县委书记是谁, not 由谁负责
    count: int = 0  # how many members a list question expects: 哪四种 -> 4
    pairs: tuple[Term, ...] = ()  # neighbouring characters of the question that the corpus knows: 息月 in 信息月
    each: str = ""  # the character that all members of an asked list bear: 哪三给, 哪几个有
    worth: bool = False  # asks what something is good for: 有什么作用

    @property
    def hard(self) -> bool:
        """Whether what answers it can be recognised: a figure, a time, a person, a place, a name."""
        return self.which or self.kind in _HARD


# What is said about the asking, and not about the thing: 那阵子…, 好像…, …来着, …，讲话里提过一句吧.
_ASIDE = re.compile(
    r"[那这前](?:一?阵子|会儿|会子|时候|[年回次](?=[^头来里前后]))|(?:我|依稀|隐约|大概|好像)*(?:还)?记得|印象[中里]|(?<![不很友])好像(?!样)|"
    r"(?:^|(?<=[，,。]))(?:听说|据说)|来着(?=[，,。？?]|$)|"
    r"[，,]?(?:讲话|稿子|文件|材料|文章|发言|报告)[里中](?:好像|应该|大概|有没有)?[提说讲写点念][过到了](?:一句|一嘴|一下|名)?[吧吗呢的]*(?=[，,。？?]|$)"
)
# 几次重大信息都报得及时，表扬的是哪个区: 几 does not ask.
_SEVERAL_TIMES = re.compile("几(?=[次回件个][^，。？?几]{2,16}都[^，。？?]{1,14}[，,、][^。]{0,20}(?:哪|谁|什么|啥))")
_QUOTED = re.compile(r"[“\"「『‘']([^”\"」』’']{2,30})[”\"」』’']|《([^》]{2,40})》")
# The name of a law or regulation is one thing: 数据安全法 is not answered by what is said of data, safety and laws.
_LAW = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,12}(?:(?<![办方做想看说写手用执司立政依违合书非无普守犯枉讲提打玩])法|条例)(?![\u4e00-\u9fff]{0,1}[律院制规治官])"
)
_FIGURE = re.compile(r"(?<![a-z0-9])\d[\d.]*%?")
_EACH = re.compile(
    r"哪[几两三四五六七八九十]个?[“\"]?((?![个条点项种位方])[\u4e00-\u9fff])[”\"]?(?:上|是|指|$|[，。？?])|"
    r"[两三四五六七八九十]个?[“\"]([\u4e00-\u9fff])[”\"]|[“\"][两三四五六七八九十](?!农)([\u4e00-\u9fff])[”\"]"
)
# 谁在工作会议上 作报告: where it happens is not what is asked about.
_WHERE = re.compile(r"^在[^，。]{1,14}?(?:会上|会议上|上|中|里)(?:要|曾|将)?")
# 要抓什么, 要做到什么 ask for tasks; 做到 and 注意 name no act of their own.
_TASK = re.compile(r"(抓|做|干|注意|把握|落实|强调|突出|防范)[好住到]?(?:什么|啥)")
# 占百分之多少, 是几个百分点: what stands before it is what the share is of.
_SHARE = re.compile(r"(?:达?到|占|为|是|了|有)?(?:百分之(?:多少|几)|百分比|几个百分点|多少个百分点|多大比例|多大比重)")
# 多久之内要 上报: what stands between the question word and what is asked about.
_WITHIN = re.compile(r"^(?:之内|以内|内|之前|以前|前)?(?:就?要|得|必须|应该?|能|可以)?")


def _head(folded: str, kind: Kind, content: Callable[[str], list[str]]) -> tuple[tuple[str, ...], str]:
    """Return the asked-for thing and the measure right after the question word.

    多少单位 asks for 单位, 手机号是多少 for 手机号; a question of time, place or person for what happens: 什么时候开业.
    """
    if kind in {Kind.DATE, Kind.DURATION, Kind.PLACE, Kind.PERSON}:
        match = dict(KINDS)[kind].search(folded)
        tail, lead = (folded[match.end() :], folded[: match.start()]) if match else ("", folded)
        tail = _WHERE.sub("", _WITHIN.sub("", tail)).removeprefix("么")
        found = content(tail)[:1] or content(lead)[-1:]
        return tuple(word for word in found if word not in {"工作", "建设"} | lexicon()["light"]), ""
    if kind is Kind.HOW:
        return _act(folded, content), ""
    if kind is Kind.NUMBER and not NUMBER_ASKED.search(folded) and (named := dict(KEYWORDS)[kind].search(folded)):
        return (), named["of"] or ""
    if share := _SHARE.search(folded):
        return tuple(content(folded[: share.start()])[-1:]), "%"
    if task := _TASK.search(folded):
        return tuple(content(task[1])[:1]), ""
    after = re.search(
        rf"(多少|多大|(?<![那这前头])几|哪[{NUMERALS}几]?些?|什么|何种|啥)([^，。？?！,的是]{{1,8}})", folded
    )
    if after:
        tail = after.group(2)
        for category in sorted(lexicon()["categories"]):
            if tail.startswith(category):
                return (category,), category
        counted = COUNTING.match(tail) if after.group(1) not in {"什么", "啥"} else None
        measure = counted.group() if counted else ""
        rest = tail.removeprefix(measure)
        following = content(rest)
        if following and rest.startswith(following[0][:2]) and following[0] not in _MEMBERS:
            following[0] = re.sub(r"(?<=.)[上里中内]$", "", following[0])
            whole = _whole(following, rest)
            return (whole,), measure or whole
    else:
        measure = ""
    before = re.search(
        r"([^，。？?！,的是有]{1,8})(?:大概|一共|总共|分别|应该)?(?:是|有|为|叫|在|达到|达|占)?(?:多少|几|什么|谁|哪|啥)",
        folded,
    )
    nearest = content(before.group(1).removesuffix("为"))[-1:] if before else []
    return tuple(word for word in nearest if word not in lexicon()["light"] and not _NO_THING.fullmatch(word)), measure


# What stands before a question word and names nothing that is asked for.
_NO_THING = re.compile(r"[一二三四五六七八九十两几\d]+个?|自己|这么|那么|这样|那样|他们|它们|我们|咱们|大家")
# 哪几个词 asks for the words themselves.
_MEMBERS = frozenset(["字", "字眼", "词", "词语", "样", "句话", "话"])


def _whole(following: Sequence[str], rest: str) -> str:
    """Return the first of the words behind a question word, whole where the segmenter cut it: 副主席, not 副."""
    first, second = following[0], following[1] if len(following) > 1 else ""
    return first + second if len(first) == 1 and second and rest.startswith(first + second) else first


_WHICH = re.compile(r"哪(?:一)?[个座家条间所处位篇部本款支]|哪(?=[市县区镇乡村])")


# 怎样把故事讲活 asks how to 讲活; 怎么办, 怎么样 and 怎么做 name no act of their own.
_ACT = re.compile(
    r"(?:怎么样?|怎样|如何|咋样?)(?:才能?|来|去|能|可以|要|该)?(?P<object>[把将给让对](?=[^，。？?！,]))?(?P<act>[^，。？?！,]{1,9})"
)


def _act(folded: str, content: Callable[[str], list[str]]) -> tuple[str, ...]:
    """Return the act a how question asks about, empty where it names none."""
    match = _ACT.search(folded)
    if not match:
        return ()
    act, found = match["act"], content(match["act"])
    if len(act) == 2 and found and found != [act]:
        return (act,)  # 怎么上牌: the cut 上, 牌 would find any 牌
    named = found[-1:] if match["object"] else found[:1]
    return tuple(word for word in named if word not in lexicon()["plain_acts"])


def _share(word: str) -> float:
    """Return what part of its weight a word keeps: a single character or the name of a category says little."""
    if word in lexicon()["categories"] or word in lexicon()["plain_acts"]:
        return 0.3
    return 0.4 if len(word) == 1 else 1.0


_LEAST = 0.12
_PHRASED = 0.7  # weight of an everyday phrase whose words alone say little


_ASKS = re.compile("几|多少|什么|啥|哪")


def _phrased(terms: Sequence[Term], folded: str) -> list[Term]:
    """Return ``terms`` with the words of an everyday phrase of the table as one: 老百姓的心里话, said as 社情民意."""
    found = list(terms)
    for form, _ in builtin_thesaurus().expand(folded):
        if _ASKS.search(form):
            continue  # 几个阶段, 补多少: the question itself
        inside = [t for t in found if t.text in form]
        if inside and all(t.text != form for t in inside):
            at = found.index(inside[0])
            found = [t for t in found if t not in inside]
            found.insert(at, Term(form, max(_PHRASED, *(t.weight for t in inside))))
    return found


MOST_TERMS = 80  # of a question; each is looked for in every candidate


def _weightiest(terms: Sequence[Term]) -> tuple[Term, ...]:
    """Return at most ``MOST_TERMS`` of ``terms``, the rarest, in their order: a pasted page is no question."""
    least = sorted((term.weight for term in terms), reverse=True)[MOST_TERMS - 1 : MOST_TERMS]
    return tuple([term for term in terms if not least or term.weight >= least[0]][:MOST_TERMS])


_FLOOR = 0.002

_DIGITS = "〇一二三四五六七八九"
# 98年, 08年, 八四年; not 20年来, 60年, 干了七八年.
_SHORT_YEAR = re.compile(
    rf"(?<![\d{_DIGITS}十百千万第了用过要近满])(?:(?P<digits>[5-9][1-9]|0\d)|(?P<han>[五六七八九][{_DIGITS}零]|[〇零][{_DIGITS}零]))"
    r"(?=年(?![代级龄以来间内后前多期之]))"
)
_LONG_YEAR = re.compile(rf"(?<![\d{_DIGITS}十百千万])([一二][{_DIGITS}零]{{3}})(?=年)")
_CENTURY = 30  # 29年 is 2029, 30年 is 1930


def _full_years(folded: str) -> str:
    """Return the question with its years as four digits.

    >>> _full_years("98年和八四年"), _full_years("一九八四年"), _full_years("用了三年")
    ('1998年和1984年', '1984年', '用了三年')
    """
    folded = _LONG_YEAR.sub(lambda match: _as_digits(match[1]), folded)
    return _SHORT_YEAR.sub(lambda match: _with_century(match["digits"] or _as_digits(match["han"])), folded)


def _as_digits(han: str) -> str:
    return "".join(str(_DIGITS.index(char)) for char in han.replace("零", "〇"))


def _with_century(digits: str) -> str:
    return ("20" if int(digits) < _CENTURY else "19") + digits


# 哪5个 asks as 哪五个 does.
_WHICH_MANY = re.compile(r"(?<=哪)([2-9]|10)(?![\d年月日号天届])")
_SPELLED = "零一二三四五六七八九十"


def rarity(share: float) -> float:
    """Return the inverse passage frequency, 0..1, of a word in ``share`` of the passages; 1 at ``_FLOOR`` and below."""
    return math.log(1 / min(1.0, max(share, _FLOOR))) / math.log(1 / _FLOOR)


def analyse(question: str, cutter: Segmenter, document_frequency: Callable[[str], float]) -> Question:
    """Take ``question`` apart. ``document_frequency`` maps a word to the share of passages that hold it, 0..1.

    A word in at most ``_FLOOR`` of the passages weighs 1, a word in all of them still a little: the title of a
    collection stands over all its passages, and the question may be about nothing else. A single character counts
    0.4 of that.
    """
    folded = _full_years(fold(question[:MAX_QUERY_CHARS]).strip())
    folded = _SEVERAL_TIMES.sub("多", _ASIDE.sub("", folded).strip("，,") or folded)
    folded = _WHICH_MANY.sub(lambda match: _SPELLED[int(match[1])], folded)
    quoted = tuple(a or b for a, b in _QUOTED.findall(folded))
    names = unique([*quoted, *_FIGURE.findall(folded)])

    def weigh(word: str) -> float:
        return max(_LEAST, rarity(document_frequency(word)))

    def content(text: str) -> list[str]:
        return content_words(text, cutter, document_frequency)

    terms = [Term(w, weigh(w) * _share(w)) for w in content(folded)]
    laws = [law for law in _LAW.findall(without_question_words(folded)) if all(law not in name for name in quoted)]
    terms = [t for t in terms if all(t.text not in law for law in laws)] + [Term(law, 1.0) for law in laws]
    terms = _phrased(terms, folded)
    terms += [Term(name, 1.0) for name in quoted if all(name != t.text for t in terms)]
    terms = [*_weightiest(terms)]
    if worth := bool(re.search(WORTH, folded)):
        terms = [t for t in terms if t.text not in WORTH_WORDS]
    known = (p for p in unique(bigrams(without_question_words(folded))) if document_frequency(p) > 0)
    kind = kind_of(folded)
    count = expected_count(folded, quoted)
    if count and kind in {Kind.TOPIC, Kind.WHAT}:
        kind = Kind.LIST
    asked, measure = ((), "") if worth else _head(folded, kind, content)
    return Question(
        text=folded,
        kind=kind,
        terms=tuple(t for t in terms if t.weight > 0),
        asked=asked,
        measure=measure,
        names=tuple(names),
        which=kind is Kind.WHAT
        and bool(asked)
        and bool(_WHICH.search(folded))
        and not lexicon()["categories"] & {*asked},
        named=kind is Kind.PERSON and bool(NAMED.search(folded)) and "责任人" not in folded,
        count=count,
        worth=worth,
        pairs=_weightiest([Term(p, weigh(p)) for p in known]),
        each=borne[borne.lastindex or 0] if kind is Kind.LIST and (borne := _EACH.search(folded)) else "",
    )


_SEVERAL = re.compile("哪些|各地|各县|各单位|分别|不同|区别|差别|异同|比较")


def several(question: Question) -> bool:
    """Tell whether the question asks for all values there are, or for how they differ: 有哪些时限, 时限有什么不同."""
    return bool(_SEVERAL.search(question.text))


def due_asked(question: Question) -> bool:
    """Tell whether the question asks why something is to be done: 为什么要重组, not why it happened."""
    return bool(DUE.search(question.text))


def meaning_asked(question: Question) -> bool:
    """Tell whether the question asks what something means: 什么是, 是什么意思, 指什么."""
    return bool(MEANING.search(question.text))


def expansions(question: Question) -> tuple[str, ...]:
    """Return the official words for the everyday words of the question, for a second, wider search."""
    return tuple(unique(other for term in question.terms for other in synonyms(term.text) if len(other) > 1))
