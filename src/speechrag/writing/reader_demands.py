"""What the form of a question demands, and what a candidate therefore lacks: a name, a denial, a deed, one clause.

哪三个市 wants three names, and “有三个市” gives none; 还有谁没交 is not answered by who did; what was done is not
answered by what is planned. Words of the question that stand scattered over a long sentence say less than those that
stand in one clause of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_types import CLAUSE, TITLED, enumerated, members
from speechrag.writing.modality import DONE, WISH, denies
from speechrag.writing.names import COUNTRY, TITLE, bears_name, called_persons, persons, places
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question
from speechrag.writing.reader_checks import part

# What ``demands`` returns for a candidate.
DEMANDS = (
    "name_asked", "unnamed_kind", "indefinite", "short_of", "undenied", "planned", "clause_share", "clauses_share",
    "clause_words", "rival", "listed_thing", "replies",
)  # fmt: skip
_COUNTS = r"一二两三四五六七八九十几\d"
_WHICH = re.compile(
    rf"哪(?:[{_COUNTS}]{{1,3}}|些)?(?P<measure>[个家座位所条名处支款本部篇份起块片])?(?P<noun>[\u4e00-\u9fff]{{0,6}})"
)
_CALLED = re.compile(
    r"(?P<noun>[\u4e00-\u9fff]{1,6}?)(?:的名字|名字|全名|分别|都|究竟|到底|具体)*"
    r"(?:叫什么|叫啥|是什么名字|姓什么|姓啥|是谁|都?有谁)"
)
_WHO = re.compile(r"谁|哪位|何人|哪个人|哪些人|哪几[位人个]")
# 组长是谁, 作者是谁, 哪位 want a name; 谁牵头, 由谁审 may be answered by an organ or an office.
_NAME_WANTED = re.compile(
    r"(?:[长员记席任理师人者手]|老板|冠军|教授|委员|代表|作家|亲戚|爱人|丈夫|妻子|[儿女]子?|同志|领导|主犯|主持|发言|讲话|致辞)的?(?:都|分别|究竟|到底)?[是有]谁"
    r"|哪[一几]?位|派谁|谁(?:来|去)?(?:当的?|接任|担任|写的|说的|主持|致辞|讲话|发言|作报告|当选|获奖|得了)|(?:给|奖|颁)了?谁"
)
_WHOM = re.compile(r"领导|同志|干部|委员|书记|民警|信息员|村民")
_OFFICE = re.compile(r"长$|书记|主席|主任|同志|老师|师傅|[人员]$")
_MOSTLY = 0.9  # of a word that a clause holds for it to be there
_BEHIND = re.compile(r"[的是在了被把有没用由从做给对要]")
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("place", ("省", "市", "县", "区", "镇", "乡", "村", "街道", "社区", "城市", "乡镇", "县区", "区县", "市县", "省份",
               "地方", "地区", "镇街", "国家", "景区", "园区", "农场", "学校", "大学", "医院")),
    ("organ", ("单位", "部门", "科室", "机构", "企业", "公司", "机关", "组织", "局", "厂", "店", "银行", "协会", "媒体",
               "报社", "报纸", "网站", "饭店", "酒楼", "酒店", "合作社", "工厂", "家")),
    ("print", ("书", "文章", "刊物", "杂志", "节目", "栏目", "报纸", "文件", "条例", "论文", "电影", "歌曲", "品牌",
               "软件", "平台", "作品", "奖", "系统", "工程", "项目", "活动", "会议", "信息", "提案")),
)  # fmt: skip
_IN_OFFICE = re.compile(
    r"[\u4e00-\u9fff]{0,4}(?:书记|[市县区省镇乡局部处院校组队厅科]长|主席|主任|负责人|责任人|一把手|正职|专家|党员|干部|代表|委员|群众|村民|职工|企业|老师|医生|民警)"
)
_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{1,8}?(?:局(?![面势部限])|厅|委员会|政府|办公室|部门|单位|公司|集团|银行|学校|大学|小组|中心|派出所|公安|法院|检察院|工会|妇联|财政|"
    r"[团党纪县市区省]委|办(?=[、，负牵督审将要]))"
)
_DEPARTMENT = re.compile(
    r"(?!有关|相关|职能|责任|主管|分管|个别|一些|部分|所有|其[他它]|上级|下级|各级|不同|以上|.?[各这该每个几多直些])[\u4e00-\u9fff]{2}部门"
)
_OLD = re.compile(r"(?<![\u4e00-\u9fff])老[\u4e00-\u9fff](?![\u4e00-\u9fff]{2})")
# What speaks of a thing or of somebody without naming it.
_INDEFINITE = (
    r"(?:有|某|一|几|多|两|[二三四五六七八九十百\d]{1,4}|个别|部分|一些|有些|有的|少数|不少|许多|另外?|其他|其它|该|这)"
    r"[个家名位座所条处支本篇起项]?[\u4e00-\u9fff]{0,5}?"
)
_SOMEBODY = re.compile(
    r"有人|有的人|某人|一[名位个][\u4e00-\u9fff]{0,4}(?:干部|同志|人|员|长|师|工|民|生)|有[位名个][\u4e00-\u9fff]|"
    r"有(?:的|些)?同志|有关人员|个别(?:人|同志|干部)|当事人|[二两三四五六七八九十\d]{1,4}[名位]"
)
_LACKS = re.compile("缺|少|差|低|难|弱|滞后|落后|空白|问题|未|没|不")
_DENIED = re.compile("[没未不无]")
# 有没有, 能不能 and the like ask; 不足, 不同 are words of their own.
_NO_DENIAL = re.compile(
    r"有没有|是不是|能不能|可不可以|会不会|要不要|该不该|是否|不少于|不足|不同|不断|不仅|不良|不稳定|不久"
)
_TO_COME = re.compile(WISH + r"|要(?!求|点|素|闻)|将|应|必须|确保|今后|下一步|到\d{4}年")
_DONE = re.compile(DONE)
_PAST_ASKED = re.compile(r"了(?!解)|(?<![通超经])过(?![程去渡])|已经|目前|现在|实际|截至|截止到|当时|后来|结果|曾")
_PLAN_ASKED = re.compile(
    r"目标|计划|打算|争取|力争|将|准备|今后|下一步|明年|要(?=[达做建完实搞办抓把在])|应该|必须|规划"
)


_SPEAKER_ASKS = re.compile("哪|怎|为什么|为何|为啥|什么|谁|如何|何[在以]|咋|多少|几")


class Clauses(NamedTuple):
    """A candidate's own text in clauses: the fullest of the question's words, and what shares they hold."""

    best: str
    held: tuple[bool, ...]  # for each word of the question whether the fullest clause has it
    share: float  # of the words, by rarity, in the fullest clause
    two: float  # in the fullest two neighbours
    all: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demanded:
    """What a question demands by its form; see ``demanded_by``."""

    # What is asked for by its name: place, organ, print, person, who (a person, an organ, an office), other; empty
    # where no name is.
    kind: str
    noun: str  # as the question has it
    denied: bool  # who or what did not
    past: bool  # what came about, not what is planned
    names: frozenset[str]  # places and titles that the question itself names


def demanded_by(question: Question) -> Demanded:
    """Return what ``question`` demands.

    >>> from speechrag.text import segmenter
    >>> from speechrag.writing.questions import analyse
    >>> asked = analyse("哪三个市没有完成任务", segmenter("characters"), lambda word: 0.1)
    >>> found = demanded_by(asked)
    >>> found.kind, found.noun, found.denied
    ('place', '市', True)
    """
    text = question.text
    kind, noun = _named_thing(text)
    past, plan = bool(_PAST_ASKED.search(text)), bool(_PLAN_ASKED.search(text))
    names = {text[a:b] for a, b in places(text)} | {match[1] for match in TITLE.finditer(text)}
    denied = bool(_DENIED.search(_NO_DENIAL.sub("", text)))
    return Demanded(kind, noun, denied, past and not plan, frozenset(names))


def _named_thing(text: str) -> tuple[str, str]:
    """Return the kind and the noun of what is asked for by its name, both empty where nothing is."""
    if match := _WHICH.search(text):
        return _which(text, match)
    if _WHO.search(text):
        return ("person", "人") if _NAME_WANTED.search(text) else ("who", "人")
    if match := _CALLED.search(text):
        return ("person", "人") if _OFFICE.search(match["noun"]) else ("other", match["noun"][-2:])
    return "", ""


def _which(text: str, match: re.Match[str]) -> tuple[str, str]:
    measure, noun = match["measure"] or "", _BEHIND.split(match["noun"])[0]
    if measure in {"位", "名"} or noun[:1] == "人" or _WHOM.match(noun):
        return "person", noun or "人"
    if (not measure and match.group()[1:2] and match.group()[1] in "里儿年天月日方") or noun[:1] in {"月", "年", "星"}:
        return "", ""
    # 哪家软件公司 asks for a firm, though it begins with what is printed.
    kinds = [told for told in _KINDS if told[0] == "organ"] if measure == "家" else _KINDS
    for kind, nouns in kinds:
        if found := next((word for word in nouns if noun.startswith(word) or noun.endswith(word)), ""):
            return kind, found
    # The noun, and what is said of it: 软件公司一起开发.
    inside = [(noun.find(word) + len(word), kind, word) for kind, nouns in kinds for word in nouns if word in noun]
    if inside:
        return max(inside)[1:]
    if measure == "家":
        return "organ", noun[:2] or "家"
    if measure and measure in "本篇部":
        return "print", noun[:2]
    if measure and noun:
        return "other", noun[:4]
    # 是哪家的: the noun stands before.
    before = re.search(r"([\u4e00-\u9fff]{2})(?:分别|都)?是$", text[: match.start()]) if measure else None
    return ("other", before[1]) if before else ("", "")


def clauses_of(own: str, words: Sequence[str], rarities: Sequence[float]) -> Clauses:
    """Return the clauses of a candidate's ``own`` text and which of the question's ``words`` they hold.

    ``rarities`` are those of the words, 0..1.
    """
    clauses = tuple(clause for clause in CLAUSE.split(own) if clause) or ("",)
    held = [tuple(part(word, clause) >= _MOSTLY for word in words) for clause in clauses]
    total = sum(rarities) + 1e-6

    def share(row: Sequence[bool]) -> float:
        return sum(rarity for rarity, has in zip(rarities, row, strict=True) if has) / total

    shares = [share(row) for row in held]
    best = shares.index(max(shares))
    pairs = [share([a or b for a, b in zip(left, right, strict=True)]) for left, right in pairwise(held)]
    return Clauses(clauses[best], held[best], shares[best], max(pairs, default=shares[best]), clauses)


def demands(
    question: Question, demanded: Demanded, candidate: Candidate, own: str, found: Clauses
) -> tuple[float, ...]:
    """Return what ``DEMANDS`` names, each 0..1; ``found`` is ``clauses_of(own, …)``."""
    layers = candidate.window.layers
    near = layers[3][0] + own + layers[4][0]
    return (
        float(bool(demanded.kind)), *_names(question, demanded, own, near, found.best),
        _undenied(demanded, own, found.best), _planned(demanded, found.best), found.share, found.two,
        sum(found.held) / max(1, len(found.held)), _rival(demanded, own, found.best),
        _listed_thing(question, layers[1][0], found.all),
        0.0 if candidate.listed else _replies(question, layers[3][0]),
    )  # fmt: skip


def _names(question: Question, demanded: Demanded, own: str, near: str, best: str) -> tuple[float, float, float]:
    """Return whether no name of the kind is there, whether the thing is spoken of without one, how many are short."""
    if not demanded.kind:
        return 0.0, 0.0, 0.0
    told = named_in(own, demanded, question.text)
    wanted = question.count or (2 if question.kind is Kind.LIST else 1)
    count = max(len(told), _in_a_row(demanded, own, best) if wanted > 1 else 0)
    lacking = 0.0 if count else 0.5 if named_in(near, demanded, question.text) else 1.0
    return lacking, _indefinite(demanded, own, best), max(0.0, 1 - count / wanted)


def _in_a_row(demanded: Demanded, own: str, best: str) -> int:
    """Return how many things stand in a row where several are asked for, named or not: 大路湾、后街等4个村.

    Of what has no names of its own (哪四个关系) any row or series of points counts.
    """
    if demanded.kind in {"other", "print"}:
        return enumerated(own)
    if demanded.kind in {"person", "who"} or demanded.noun[-1:] in best:
        return members(best)
    return 0


def named_in(text: str, demanded: Demanded, question: str) -> set[str]:
    """Return the names of the kind ``demanded`` in the folded ``text`` that are not the question's own."""
    kind, noun = demanded.kind, demanded.noun
    if kind in {"person", "who"}:
        found = {match[1] for match in persons(text)} | {match.group() for match in _OLD.finditer(text)}
        found |= {match.group() for match in called_persons(text)}
        if kind == "who":
            found |= {match.group() for pattern in (_ORGAN, _IN_OFFICE) for match in pattern.finditer(text)}
    else:
        found = set() if kind == "print" else {text[a:b] for a, b in places(text)}
        if noun == "国家":
            found |= {match.group() for match in COUNTRY.finditer(text)}
        if noun == "部门":
            found |= {match.group() for match in _DEPARTMENT.finditer(text)}
        if kind != "place":
            found |= {match.group() for match in TITLED.finditer(text)}
        if len(noun) > 1 and bears_name(noun, text, question):
            found.add(noun)
    return {name for name in found if name == noun or name.strip('“”"《》') not in question}


def _indefinite(demanded: Demanded, own: str, best: str) -> float:
    if demanded.kind in {"person", "who"}:
        return float(bool(_SOMEBODY.search(own)))
    if not demanded.noun:
        return 0.0
    whole, last = re.escape(demanded.noun[-2:]), re.escape(demanded.noun[-1:])
    return float(bool(re.search(_INDEFINITE + whole, own) or re.search(_INDEFINITE + last, best)))


def _undenied(demanded: Demanded, own: str, best: str) -> float:
    """Return 1 where the question denies and the candidate does not, half where only its fullest clause does not."""
    if not demanded.denied:
        return 0.0
    if denies(best) or _LACKS.search(best):
        return 0.0
    return 0.5 if denies(own) or _LACKS.search(own) else 1.0


def _planned(demanded: Demanded, best: str) -> float:
    """Return 1 where it is asked what came about, and the clause that speaks of it only wishes it."""
    return float(demanded.past and bool(_TO_COME.search(best)) and not _DONE.search(best))


def _rival(demanded: Demanded, own: str, best: str) -> float:
    """Return 1 where another name than the question's stands last before the end of the fullest clause, hers beside.

    Half where hers is not there at all.
    """
    if not demanded.names:
        return 0.0
    named = [(a, own[a:b]) for a, b in places(own)] + [(match.start(), match[1]) for match in TITLE.finditer(own)]
    end = own.find(best) + len(best)
    before = [name for at, name in sorted(named) if at < end]
    if not before or any(before[-1] in name or name in before[-1] for name in demanded.names):
        return 0.0
    return 1.0 if any(name in own for name in demanded.names) else 0.5


def _replies(question: Question, before: str) -> float:
    """Return at least half where the sentence before is a question of the speaker's own, more if it is this one."""
    if not before.endswith(("?", "？")) or not _SPEAKER_ASKS.search(before):
        return 0.0
    total = sum(term.weight for term in question.terms)
    said = sum(term.weight for term in question.terms if term.text in before)
    return 0.5 + 0.5 * (said / total if total else 0.0)


def _listed_thing(question: Question, head: str, clauses: Sequence[str]) -> float:
    """Return 1 where what is asked for is said of the longest series of members, half where its last character is."""
    if question.kind is not Kind.LIST or not question.asked:
        return 0.0
    run = max(clauses, key=lambda clause: clause.count("、"))
    place = clauses.index(run)
    told = (clauses[place - 1] if place else head) + run
    if any(word in told for word in question.asked):
        return 1.0
    return 0.5 if any(word[-1:] in told for word in question.asked) else 0.0
