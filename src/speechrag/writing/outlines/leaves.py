"""Turn mined units into sub-points: what each is worth, and under which heading it can stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from speechrag.stopping import check
from speechrag.text import sentence_spans
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import genre, wordings
from speechrag.writing.outlines.headings import ADVERBS, HEADING_CHARS, SUBJECT, cut_clauses, usable_heading
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.results import maxim
from speechrag.writing.outlines.roles import directive
from speechrag.writing.outlines.sentences import (
    NATIONAL,
    borrowed,
    foreign_organ,
    foreign_trade,
    loose_sentence,
    other_kind,
    told_under,
)
from speechrag.writing.outlines.tagging import tagged
from speechrag.writing.outlines.units import CLAUSE, TOPIC, Pool, Unit, closing_of, statements, theme_score, year_of
from speechrag.writing.outlines.wording import bare_length, shape, similar

SHORTLIST = 40  # units of one function looked at closely
ENOUGH = 0.8  # a sub-point worth less than this is filler
SCANT = 0.45  # what it must be worth at least where a part would stay empty
STRANGE = 3  # nouns of its own trade that a borrowed sub-point may hold at most
OLD, AGED = 20, 0.01  # years after which a speech lends nothing, twice as many on its own theme; what a year costs
FEW = 8  # speeches from which on a word's absence says something
DENSE = 2.0  # names of the theme in a thousand characters of a speech of which every point is on it
PASSING = 0.6  # what a fault is worth less that a clause names in passing
UNTOLD = "【待补：结合本地实际展开】"  # under a heading of whose body nothing carries over
WORTH_FRAMING = 0.0  # what such a sentence must be worth
FRAME_CHARS = 160  # what a part without sub-points says together
MAXIM = 0.4  # what a maxim may be worth less, as a reason
FRAMED = 24  # sentences of a main section looked at for a part without sub-points
BARE = -0.7  # worth of such a body
BARE_SECTION, SECTION = -0.35, 3  # the same, where the heading is that of a section of this level or above
POINT = 0.25  # worth of the level of a section in a speech that has no deeper ones
SAYS_ENOUGH = 6  # characters of a heading that may stand without its body
# What a function's heading never is: an order is no reason, a subject no shortcoming, why it matters no task.
_UNFIT = {
    "significance": re.compile(r"^(?:严禁|必须|不得|坚决|要(?!求|素|害)|杜绝)"),
    "problem": re.compile(r"热点|难点|焦点|^(?!.*(?:不|差距|薄弱|滞后|乱|难|突出|存在|浪费|形式|缺|少)).*问题$"),
    "task": re.compile(r"(?:认识|重要性|意义)$|^[\u4e00-\u9fff]{1,4}了(?!解|结)"),
    "safeguard": re.compile(r"^[\u4e00-\u9fff]{1,4}了(?!解|结)"),
}
_NOTHING = re.compile(r"(?!)")
# What makes an order a reason, a shortcoming or a merit all the same: 增强紧迫感, 落实不到位, 加强了监管.
_NO_ORDER = {
    "significance": re.compile(
        r"认识|意识|[感性]$|责任感|使命感|紧迫|自觉|站位|忧患|形势|机遇|挑战|需要|要求|大局|思想|是|关键|事关"
    ),
    "problem": re.compile(
        r"(?:不[\u4e00-\u9fff]{1,4}|薄弱|滞后|淡薄|缺失|偏[低慢弱]|落后|乏力|脱节|差距|问题|不足|短板|难)(?:突出|严重|明显)?$"
    ),
    "achievement": re.compile(r"了(?!解|结)|成效|成绩|显著|明显|增强|提升|提高|完善|健全|进展|取得|实现"),
}
# What came of it is no part of what to do: 完善平台，应用能力得到增强.
_ACHIEVING = re.compile(
    r"(?<=[\u4e00-\u9fff]{4})，[^，]{2,}(?:步伐加快|(?:得到|明显|显著|不断|进一步|稳步|日益)(?:增强|提高|提升|加强|改善|优化|完善)"
    r"|成[效果](?:明显|显著|丰硕)|稳步推进|走在前列)$"
)
_STRESS = re.compile(r"^(?:坚定不移|持续|全面|深入|扎实|大力|着力|不断|进一步|切实|加快)+")
_BIDS = re.compile(r"把|让|保持|维护|支持|做到|注重|精准")
_ACHIEVED = re.compile(r"了(?!解|结|不)|取得|明显|显著|成效|达到|荣获|位居")
_MAIN_WORDS = re.compile(r"责任感|紧迫感|重要意义|重大意义|重要性")
# The line that greets the hearers: what a speech says begins after it.
_GREETED = re.compile(r"(?:^|\n)[^\n。]{2,40}[：:]\s*\n")
_SHOULD = re.compile(r"[\u4e00-\u9fff]{2,4}要(?!求)[\u4e00-\u9fff]{1,3}")  # 领导责任要清


class Told(NamedTuple):
    """What is said under a heading, and the span of the sentences it was made of."""

    text: str
    start: int
    end: int


class Further(NamedTuple):
    """A sentence of ``unit`` that stands after the gist: as told, and the span it was made of."""

    unit: Unit
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sub-point ready to stand in the outline. ``start``/``end`` span the sentences its ``text`` was made of."""

    unit: Unit
    heading: str
    text: str
    start: int
    end: int
    score: float
    also: tuple[Unit, ...] = ()  # like points of other speeches
    second: Told | None = None  # what else its body says, where that is taken
    further: tuple[Further, ...] = ()  # sentences that stand after ``text``


def candidates(
    units: Iterable[Unit], role: str, plan: Plan, adapters: dict[str, Adapter], commons: Commons, *, lend: bool = False
) -> list[Leaf]:
    """Return the sub-points for a function, best first, like ones of several speeches joined.

    With ``lend``, units of the function from speeches on other themes count too where nothing in them is their own.
    """
    known = list(units)
    now = max((year_of(unit.speech) for unit in known), default=0)
    worths = ((unit, _worth(unit, role, now, adapters[unit.speech.speech_id], lend=lend)) for unit in known)
    rough = [(unit, worth) for unit, worth in worths if unit.role == role]
    rough = [pair for pair in rough if pair[1] > 0.0]
    rough.sort(key=lambda pair: (-pair[1], pair[0].speech.speech_id, pair[0].start, pair[0].level))
    leaves: list[Leaf] = []
    for unit, worth in rough[:SHORTLIST]:
        check()
        leaf = _leaf(unit, worth, plan, adapters[unit.speech.speech_id])
        if leaf is not None and borrowed(unit):
            strange = commons.strange(leaf.heading + "。" + leaf.text.replace(plan.work, "这项工作"))
            if strange > STRANGE and commons.telling:
                continue
            strange = strange if commons.telling else min(strange, 2)
            odd = commons.strange(leaf.heading.replace(plan.work, "这项工作"))
            leaf = replace(leaf, score=leaf.score - 0.18 * strange - 0.8 * odd)
        if leaf is not None and leaf.score >= (SCANT if lend or unit.source.first else ENOUGH):
            leaves.append(leaf)
    return _merged(leaves)


def _worth(unit: Unit, role: str, now: int, adapter: Adapter, *, lend: bool = False) -> float:
    """Return what a unit is worth before its text is looked at; 0 or less where it does not belong.

    ``now`` is the year of the newest speech found; 0 where none is known.
    """
    theme = unit.theme
    age = max(now - year_of(unit.speech), 0) if year_of(unit.speech) else 0
    if unit.aside or age > (2 * OLD if unit.source.on_theme else OLD):
        return 0.0
    if unit.source.on_theme:
        base = 0.6 + 0.6 * min(unit.source.density / 8, 1.0)
        base += 0.3 if unit.source.first else 0.0
        if not unit.source.first and theme < 2:  # a speech that has another theme beside this one
            return 0.0
        if not unit.source.titled and unit.source.density < DENSE and theme < 1:  # a report on everything
            return 0.0
    elif theme >= 3.0 and not unit.swapped:
        base = 0.6
    elif (role == "safeguard" or (lend and role != "problem")) and unit.level >= 2:
        base, theme = 0.75, 0.0
    else:
        return 0.0
    residue = adapter.residue(unit.heading) - int(unit.theme // 3)
    if residue > 0:
        return 0.0
    if role == "significance" and unit.swapped:  # what is true of another theme is no reason for this one
        return 0.0
    if unit.level == 1 and unit.parted:  # a main part of its speech is no sub-point
        return 0.0
    if role == "problem" and unit.level == CLAUSE:
        base -= PASSING
    level = {1: -0.3, 2: 0.45, 3: 0.25, 4: 0.1, 5: 0.25, 6: 0.1, TOPIC: 0.1, CLAUSE: -0.3}.get(unit.level, 0.0)
    if unit.level == 1 and unit.source.flat:
        level = POINT
    return base + 0.22 * theme + 0.4 * unit.rank + level - AGED * age


def _leaf(unit: Unit, worth: float, plan: Plan, adapter: Adapter) -> Leaf | None:
    heading = unit.heading
    if borrowed(unit) and "要" in heading.replace("重要", "").replace("要求", "") and not _SHOULD.fullmatch(heading):
        return None
    if (
        foreign_organ(heading, plan)
        or "本职工作" in heading
        or (borrowed(unit) and "“" in heading)  # 抓“重点” is one of a row of its own speech
        or any(sector in heading for sector in unit.source.sectors)
    ):
        return None  # its own field was the point of it
    if _UNFIT.get(unit.role, _NOTHING).search(heading):
        return None
    if other_kind(heading, plan) or (borrowed(unit) and foreign_trade(heading, plan)):
        return None
    heading = _neutral(heading, plan, adapter)
    if unit.role in {"task", "safeguard"}:
        heading = _ACHIEVING.sub("", heading)
    if len(heading) > HEADING_CHARS or not usable_heading(heading, adapter) or _is_about_other(heading, unit, plan):
        options = (other for other in _shorter(heading, unit) if len(other) <= HEADING_CHARS)
        heading = next((other for other in options if usable_heading(other, adapter)), "")
        if not heading:
            return None
    told = told_under(unit, heading, plan, adapter)
    bare = BARE_SECTION if unit.level <= SECTION else BARE
    alone = _bare_point(unit) and len(heading) >= SAYS_ENOUGH
    named = worth + _heading_worth(heading, unit, plan)
    if told is not None and alone and named + told[3] < SCANT:  # what is said there would cost the point
        told = None
    told = told or (_loosely_told(unit, heading, plan, adapter) if alone else None)
    if told is None and not alone:
        return None
    text, start, end, quality = told or (UNTOLD, unit.start, unit.head_end, bare)
    if _misplaced(unit, heading, text):
        return None
    rest = tuple(span for span in unit.sentences if told and not start <= span[0] < end)
    other = told_under(replace(unit, sentences=rest), heading, plan, adapter) if rest else None
    second = Told(*other[:3]) if other else None
    return Leaf(unit, heading, text, start, end, named + quality, (), second)


def _misplaced(unit: Unit, heading: str, text: str) -> bool:
    """Tell whether a point gives an order where its function is to say why, what is amiss or what was done.

    A section that its speech puts among the reasons (把弦绷紧) is one.
    """
    role = unit.role
    if role not in _NO_ORDER or not (directive().match(_STRESS.sub("", heading)) or _BIDS.match(heading)):
        return False
    if role == "significance" and unit.source.first and unit.level < TOPIC:
        return False
    return not (_NO_ORDER[role].search(heading) or (role == "achievement" and _ACHIEVED.search(text)))


def _loosely_told(unit: Unit, heading: str, plan: Plan, adapter: Adapter) -> tuple[str, int, int, float] | None:
    """Return what may stand under a heading that is worth its place alone, where nothing good is told under it."""
    bare = BARE_SECTION if unit.level <= SECTION else BARE
    for start, end in statements(unit):
        text = loose_sentence(unit.speech.text[start:end], heading, unit, plan, adapter)
        if text:
            return text, start, end, bare
    return None


def _neutral(heading: str, plan: Plan, adapter: Adapter) -> str:
    """Return a heading in which places of the source are 本地, where it holds no other fact.

    把青河的事情研究透 stands for any place, and so does 把本地的事情研究透.
    """
    facts = adapter.facts(heading)
    if not facts or any(fact.slot != "地名" for fact in facts):
        return heading
    for fact in reversed(facts):
        heading = heading[: fact.start] + "本地" + heading[fact.end :]
    return heading


def _shorter(heading: str, unit: Unit) -> Iterator[str]:
    """Yield what may stand for a heading that cannot: its opening clauses, then any clause that gives an order."""
    clauses = cut_clauses(heading, 12)
    if len(clauses) >= 4 and clauses != heading:
        yield clauses
    if unit.source.on_theme:
        yield re.sub(r"^[先再还]", "", heading)
        for clause in SUBJECT.sub("", unit.full).split("，"):
            bare = ADVERBS.sub("", clause)
            if 4 <= len(bare) <= HEADING_CHARS and shape(bare) == "directive":
                yield bare


def _bare_point(unit: Unit) -> bool:
    """Tell whether a heading may stand without its body: of a section in a speech on the theme and nothing else."""
    return unit.source.first and unit.level < TOPIC and unit.head_end > unit.start


def _heading_worth(heading: str, unit: Unit, plan: Plan) -> float:
    """Return how well a heading serves: short, a directive where one is due, on the theme, at home at this level."""
    theme = theme_score(heading, plan)
    worth = -0.06 * max(0, len(heading) - 14) - 0.1 * max(0, 5 - len(heading))
    worth += 0.2 if shape(heading) == "directive" and unit.role in {"task", "safeguard"} else 0.0
    worth -= 0.6 * foreign_organ(heading, plan)
    worth -= 1.2 * (
        bool(plan.work) and plan.work in heading and bare_length(heading, plan) == 0
    )  # says the theme alone
    worth -= 0.8 * any(w.last and w.pattern.search(heading) and not w.in_force(plan.year) for w in wordings())
    if unit.role == "significance" and _MAIN_WORDS.search(heading):
        worth -= 0.8  # that is what the main heading says
    elif unit.role == "significance" and theme == 0 and bare_length(heading, plan) == 0:
        worth -= 0.6
    if unit.source.on_theme:
        worth -= 0.3 * min(sum(word in heading for word in plan.rivals), 2)
    elif unit.role == "task" and theme < 1:
        worth -= 0.3
    if plan.level and not unit.source.level and NATIONAL.search(heading):
        worth -= 0.5
    worth -= 0.5 * (heading in genre().cliches)  # 高度重视 says nothing
    return worth


class Commons:
    """Tells words that many speeches share from words at home in one: a borrowed safeguard may hold only the former."""

    def __init__(self, pool: Pool) -> None:
        self._texts = [source.speech.text for source in pool.sources]
        self._known: dict[str, bool] = {}
        self.telling = len(self._texts) >= FEW  # in a handful of speeches any word may be missing

    def strange(self, text: str) -> int:
        """Return how many nouns of ``text`` occur in fewer than a quarter of the speeches at hand."""
        return sum(
            not self._common(word) for word, flag in tagged(text) if len(word) >= 2 and flag.startswith(("n", "v", "j"))
        )

    def _common(self, word: str) -> bool:
        if word not in self._known:
            have = sum(word in text for text in self._texts)
            self._known[word] = have >= max(2, len(self._texts) / 4)
        return self._known[word]


def _is_about_other(heading: str, unit: Unit, plan: Plan) -> bool:
    return not unit.source.on_theme and unit.swapped and unit.role in {"achievement", "problem"}


def framed(unit: Unit, role: str, plan: Plan, adapter: Adapter, taken: Callable[[int, int], bool]) -> Leaf | None:
    """Return what a main section says for a part that has no sub-points: its best sentence fit for the function.

    A reason may stand in the opening or the closing of its speech too. None where none is, or where all that are have
    been ``taken`` by other points.
    """
    inside = _framing(unit, role, unit.head_end, unit.end, plan, adapter, taken)
    told = inside or next(
        (told for span in _around(unit, role) if (told := _framing(unit, role, *span, plan, adapter, taken))), None
    )
    if told is None or (role == "significance" and not (unit.source.on_theme or theme_score(told[0], plan) >= 1)):
        return None
    if role == "safeguard" and not any(word in told[0] for word in genre().safeguard_order):
        return None
    text, start, end, quality = told
    named = inside and unit.heading not in text and usable_heading(unit.heading, adapter)
    heading = unit.heading if named else ""
    return Leaf(replace(unit, role=role), heading, text, start, end, quality)


def joined(first: Leaf, other: Leaf | None) -> Leaf:
    """Return what one main section says for a part with what another one says behind it, where there is room."""
    if other is None or other.text == first.text or len(first.text + other.text) > FRAME_CHARS:
        return first
    return replace(first, further=(Further(other.unit, other.text, other.start, other.end),))


def _around(unit: Unit, role: str) -> list[tuple[int, int]]:
    """Return where else a speech gives its reasons: before its first section, and where it closes."""
    text = unit.speech.text
    first = min((section.start for section in unit.speech.sections), default=0)
    greeted = _GREETED.search(text, 0, first)
    if role != "significance":
        return []
    return [*([(greeted.end(), first)] if greeted else []), (closing_of(text), len(text))]


def _framing(
    unit: Unit, role: str, start: int, end: int, plan: Plan, adapter: Adapter, taken: Callable[[int, int], bool]
) -> tuple[str, int, int, float] | None:
    """Return what the text from ``start`` to ``end`` says for a function, where that is worth a part's place."""
    spans = tuple(span for span in sentence_spans(unit.speech.text, start, end)[:FRAMED] if not taken(*span))
    inner = replace(unit, role=role, sentences=spans, head_end=min(unit.head_end, start))
    told = told_under(inner, unit.heading, plan, adapter)
    least = WORTH_FRAMING - MAXIM * bool(told and role == "significance" and maxim(told[0]))
    return told if told and told[3] >= least else None


def _merged(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Join like points of several speeches: the best stands for them and names the others."""
    ranked = sorted(leaves, key=lambda leaf: (-leaf.score, leaf.unit.speech.speech_id, leaf.start))
    kept: list[tuple[Leaf, list[Unit]]] = []
    for leaf in ranked:
        for first, others in kept:
            if similar(first.heading, leaf.heading):
                if leaf.unit.speech.speech_id not in {
                    first.unit.speech.speech_id,
                    *(u.speech.speech_id for u in others),
                }:
                    others.append(leaf.unit)
                break
        else:
            kept.append((leaf, []))
    return [
        Leaf(
            leaf.unit,
            leaf.heading,
            leaf.text,
            leaf.start,
            leaf.end,
            leaf.score + 0.3 * min(len(others), 3),
            tuple(others[:2]),
            leaf.second,
        )
        for leaf, others in kept
    ]
