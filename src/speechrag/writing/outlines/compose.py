"""Put chosen parts into an outline: citations that hold verbatim, opening, closing, titles, slots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from speechrag.records import Alternative, Citation, OutlinePoint, Passage, Query, Slot, Speech
from speechrag.text import chinese_number, numerals, trim, unique
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import HEARD, genre
from speechrag.writing.outlines.leaves import UNTOLD, Leaf
from speechrag.writing.outlines.meetings import GOVERNED, session_as_assembly
from speechrag.writing.outlines.mine import Retrieve
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.roles import directive
from speechrag.writing.outlines.select import Part
from speechrag.writing.outlines.units import Pool, Unit, theme_score
from speechrag.writing.outlines.variants import Others, like_leaf, like_part, occurrences

REST_CHARS = 9  # characters of what is left, at least
_ORDERED = ("task", "safeguard")
_DETAIL = re.compile(
    r"(?:重点|主要|关键|核心)是|就是要|首先要|将|把"
    r"|(?:积极|努力|切实)?(?:促进|推动|支持|鼓励|引导|帮扶|扶持|确保|保障|维护|出台|实施|配备)"
)
_WITH = re.compile(r"^(?:要|必须)?(?:进一步|切实|大力|着力|深入|广泛|扎实|积极|全面|不断|努力|认真)*")
QUOTE_CHARS = 260  # a longer way from heading to sentence is quoted in two pieces

# The kinds of meeting that a brief may name without a name for the meeting, and those that a closing calls by theirs.
_KINDS = ("座谈会", "表彰大会", "培训班", "推进会", "现场会", "动员会", "动员大会", "启动仪式", "紧急会议", "专题会议")
_ENDINGS = ("座谈会", "茶话会", "现场会", "推进会", "动员会", "仪式", "典礼", "活动", "大会")
_SCHOOL = re.compile(r"培训班|研讨班|进修班|轮训|主体班|中青班|开班|党校")
_PRAISED = re.compile(r"表彰|颁奖|先进|庆功|授奖|劳模|劳动模范")
# What a part for which nothing carries over waits for: only the drafter knows it.
_OPEN = {
    "significance": "【待补：上级部署要求、本地形势和风险】。",
    "achievement": "【待补：主要工作和成效】。",
    "problem": "【待补：本地存在的突出问题】。",
    "safeguard": "【待补：责任分工和督查要求】。",
}
SLOT = re.compile(r"【待[补核]：[^】]*】")


class Citations:
    """Numbers quotations as they are first used and finds the passage each stands in."""

    def __init__(self, pool: Pool, retrieve: Retrieve, filters: Mapping[str, tuple[str, ...]]) -> None:
        self._pool, self._retrieve, self._filters = pool, retrieve, filters
        self._made: dict[tuple[str, int, int], Citation] = {}
        self.units = pool.units

    def cite(self, speech: Speech, start: int, end: int) -> int:
        """Return the number of the quotation ``speech.text[start:end]``, white space at its ends left out."""
        start, end = trim(speech.text, start, end)
        key = (speech.speech_id, start, end)
        if key not in self._made:
            self._made[key] = self.loose(speech, start, end, len(self._made) + 1)
        return self._made[key].number

    def loose(self, speech: Speech, start: int, end: int, number: int = 0) -> Citation:
        """Return the quotation ``speech.text[start:end]`` with ``number``, without taking it into the outline."""
        start, end = trim(speech.text, start, end)
        passage = self._passage(speech, start, end, search=bool(number))
        return Citation(
            number=number,
            passage_id=passage.passage_id if passage else "",
            speech_id=speech.speech_id,
            source=speech.source,
            title=speech.title,
            quote=speech.text[start:end],
            start=start,
            end=end,
            headings=passage.headings if passage else (),
        )

    def all(self) -> tuple[Citation, ...]:
        """Return the citations made so far, in the order of their numbers."""
        return tuple(self._made.values())

    def _passage(self, speech: Speech, start: int, end: int, *, search: bool) -> Passage | None:
        """Return the passage that holds most of a span: one already found, else one found by the quotation itself."""
        known = list(self._pool.passages.get(speech.speech_id, ()))
        best = _nearest(known, start, end)
        if search and (best is None or _overlap(best, start, end) < end - start):
            hits = self._retrieve(Query(speech.text[start : start + 80], top_k=5, filters=self._filters))
            known += [hit.passage for hit in hits if hit.passage.speech_id == speech.speech_id]
            best = _nearest(known, start, end)
        return best


def _overlap(passage: Passage, start: int, end: int) -> int:
    return max(0, min(passage.end, end) - max(passage.start, start))


def _nearest(passages: Sequence[Passage], start: int, end: int) -> Passage | None:
    return max(passages, key=lambda p: (_overlap(p, start, end), -abs(p.start - start), p.passage_id), default=None)


def points(parts: Sequence[Part], plan: Plan, citations: Citations) -> tuple[OutlinePoint, ...]:
    """Return the outline's main points with their sub-points; every one of them cites where it was found."""
    units = citations.units
    others = Others(units, citations.loose)
    told = "\n".join(f"{leaf.heading}。{leaf.text}" for part in parts for leaf in part.leaves)
    found = []
    for part in parts:
        point = _point(part, plan, citations, told)
        below = tuple(
            _common(leaf_point, others.of_leaf(leaf, part), like_leaf(leaf, units))
            for leaf_point, leaf in zip(point.points, part.leaves, strict=False)
        )
        point = replace(point, points=below) if point.points else point
        found.append(_common(point, others.of_part(part), like_part(part, units)))
    return tuple(found)


def _common(point: OutlinePoint, others: tuple[Alternative, ...], like: Sequence[Unit]) -> OutlinePoint:
    """Return a point with its alternatives and with how often and when real speeches make it."""
    frequency, years = occurrences(like)
    return replace(point, alternatives=others, frequency=frequency, years=years)


def _point(part: Part, plan: Plan, citations: Citations, told_below: str) -> OutlinePoint:
    own = tuple(citations.cite(unit.speech, unit.start, unit.head_end) for unit in part.found[:2])
    if not part.leaves:
        return OutlinePoint(part.heading, 1, part.role, _OPEN.get(part.role, UNTOLD), own)
    if len(part.leaves) == 1:
        only = _leaf_point(part.leaves[0], citations)
        only = replace(only, text=_OPEN.get(part.role, UNTOLD)) if only.text == UNTOLD else only
        named = only.heading and not only.text.startswith(only.heading)
        told = f"{only.heading}。{only.text}" if named else only.text
        return OutlinePoint(part.heading, 1, part.role, told, tuple(dict.fromkeys((*own, *only.citations))))
    lead, lead_citation = _lead(part, plan, citations, told_below)
    below = tuple(_leaf_point(leaf, citations) for leaf in part.leaves)
    numbers = (*own, *lead_citation) or tuple(point.citations[0] for point in below)
    return OutlinePoint(part.heading, 1, part.role, lead, tuple(dict.fromkeys(numbers)), below)


def _lead(part: Part, plan: Plan, citations: Citations, told: str) -> tuple[str, tuple[int, ...]]:
    """Return a sentence that leads from a heading to its sub-points, where its source has one that carries over.

    It is none of those in ``told``, what the sub-points of the outline say.
    """
    for unit in part.found[:1]:
        for start, end in unit.sentences[:1]:
            if end <= unit.head_end or any(u.start <= start < u.end for u in _units_below(part, unit)):
                continue
            adapter = Adapter(unit.source, plan)
            text = adapter.carry(unit.speech.text[max(start, unit.head_end) : end]).strip("。，：: ")
            if adapter.swaps(unit.speech.text[start:end]) and not adapter.swapped_well(text):
                continue
            if text in told:
                continue
            good = 12 <= len(text) <= 70 and not adapter.facts(text) and not adapter.residue(text)
            about = unit.source.on_theme or plan.work in text or theme_score(text, plan) >= 2
            if (
                good
                and about
                and not re.search(
                    r"刚才|今天|近.?年|取得了|发挥了|[一二三四五六]是|下面|以下|会议|[“”：？]|^(?:这|此|其|对|（)", text
                )
            ):
                return text + "。", (citations.cite(unit.speech, max(start, unit.head_end), end),)
    return "", ()


def _units_below(part: Part, unit: Unit) -> Iterator[Unit]:
    return (
        leaf.unit
        for leaf in part.leaves
        if leaf.unit.speech.speech_id == unit.speech.speech_id and leaf.unit is not unit
    )


def _leaf_point(leaf: Leaf, citations: Citations) -> OutlinePoint:
    unit = leaf.unit
    if leaf.end - unit.start <= QUOTE_CHARS and unit.start <= leaf.start:
        numbers = [citations.cite(unit.speech, unit.start, leaf.end)]
    else:
        numbers = [citations.cite(unit.speech, leaf.start, leaf.end)]
        numbers.append(citations.cite(unit.speech, unit.start, unit.head_end))
    numbers += [citations.cite(other.speech, other.start, _short_end(other)) for other in leaf.also]
    numbers += [citations.cite(told.unit.speech, told.start, told.end) for told in leaf.further]
    text = _unrepeated(leaf) + "".join(told.text for told in leaf.further)
    return OutlinePoint(leaf.heading, 2, leaf.unit.role, text, tuple(dict.fromkeys(numbers)))


def _unrepeated(leaf: Leaf) -> str:
    """Return what a sub-point says without the order that is its heading, where the sentence goes on with another.

    加强师德建设，完善考核办法。 under 加强师德建设 says it twice; 师德是立身之本，… keeps its subject.
    """
    opened = re.match(
        rf"(?:各级各部门|我们)?(?:要|必须)?(?:进一步|切实|大力|着力)*{re.escape(leaf.heading)}，", leaf.text
    )
    if opened is None or leaf.unit.role not in _ORDERED:
        return leaf.text
    rest = leaf.text[opened.end() :]
    first = rest.split("。")[0]
    goes_on = _DETAIL.match(first) or directive().match(_WITH.sub("", first))
    of_both = re.search(r"，[都就也]?是(?!否)", first)  # 加强师德建设，完善考核办法，是立校之本
    return rest if len(first) >= REST_CHARS and goes_on and not of_both else leaf.text


def _short_end(unit: Unit) -> int:
    """Return where a supporting quotation ends: after the heading's first sentence of body."""
    ends = [end for _, end in unit.sentences if end > unit.head_end]
    return ends[0] if ends and ends[0] - unit.start <= QUOTE_CHARS else unit.head_end


# ---------------------------------------------------------------------------------------------------------------- #
# Frame: titles, salutation, opening, closing


def titles(plan: Plan, parts: Sequence[Part]) -> tuple[str, ...]:
    """Return title candidates, the formal one first."""
    formal = f"在{_meeting(plan)}上的{plan.genre}"
    return tuple(unique([formal, *_themed_titles(plan, parts)]))


def _themed_titles(plan: Plan, parts: Sequence[Part]) -> Iterator[str]:
    if not plan.work or not parts:
        return
    clauses = [re.split(r"[，、]", part.heading)[0] for part in parts]
    pairs = [clause for clause in clauses if len(clause) == 4][:2]
    region = f"全{plan.level}" if plan.level and f"全{plan.level}" in plan.event else ""
    if len(pairs) == 2:
        yield f"{pairs[0]}　{pairs[1]}　切实做好{region}{plan.work}"
    yield f"以更实的举措做好{region}{plan.work}"


def _meeting(plan: Plan) -> str:
    """Return what the meeting is called: as in the brief, else after its level, work and kind."""
    if plan.event:
        return f"{plan.event}式" if plan.event.endswith("开班") else plan.event
    region = f"全{plan.level}" if plan.level and plan.level in GOVERNED else ""
    kind = next((word for word in _KINDS if word in plan.brief), "会议")
    return f"{region}{plan.work or '有关工作'}{kind}"


def salutation(plan: Plan) -> str:
    """Return how the audience is addressed."""
    called = session_as_assembly(plan.audience + (plan.event or plan.brief))
    rows = genre().salutations
    return next((opening for words, opening in rows if any(word in called for word in words)), "同志们：")


def opening(plan: Plan, parts: Sequence[Part]) -> str:
    """Return the opening: why the meeting, what it is for, and how many points follow."""
    occasion, meeting = plan.occasion, _meeting(plan)
    count = "两" if len(parts) == 2 else chinese_number(max(len(parts), 1))
    kind = {"讲": "意见", "谈": "意见", "提": "要求"}[occasion.verb]
    held = "举行" if meeting.endswith(("式", "典礼")) else occasion.held
    purpose = "目的" if held == "举办" or _SCHOOL.search(meeting) else "主要任务"
    praised = _PRAISED.search(plan.event or plan.brief)
    aims = occasion.aims if praised else occasion.aims.replace("、表彰先进", "")
    agreed = "经【待补：批准单位】研究同意，" if occasion.approved else ""
    goal = occasion.goal.format(work=plan.work or "各项工作")
    first = f"{agreed}今天我们{held}{meeting}，{purpose}是{aims}，{goal}。"
    middle = occasion.heard
    if occasion.thanks and praised:
        middle += "借此机会，向受到表彰的先进集体和先进个人表示热烈的祝贺，向长期奋战在一线的同志们表示衷心的感谢！"
    elif occasion.thanks:
        middle = f"{HEARD}借此机会，向长期奋战在一线的同志们表示衷心的感谢！"
    return f"{first}{middle}下面，我{occasion.verb}{count}点{kind}。"


def closing(plan: Plan) -> str:
    """Return the closing: the weight of the task and the call."""
    region = f"全{plan.level}" if plan.level else "本地"
    met = _meeting(plan)
    kind = "培训" if _SCHOOL.search(met) else next((word for word in _ENDINGS if met.endswith(word)), "会议")
    return (
        f"同志们，做好{plan.work or '各项工作'}，责任重大、任务艰巨。希望大家以这次{kind}为新的起点，"
        f"振奋精神、真抓实干，把各项任务一件一件落到实处，为{region}【待补：当前发展目标】作出新的更大的贡献！谢谢大家。"
    )


def places(outline_points: Sequence[OutlinePoint], frame: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every text of an outline with the place it stands at: 开头, 一、, 一、（二）, 结尾."""
    if "opening" in frame:
        yield "开头", frame["opening"]
    yield from _point_places(outline_points, "")
    if "closing" in frame:
        yield "结尾", frame["closing"]


def _point_places(points: Sequence[OutlinePoint], above: str, level: int = 1) -> Iterator[tuple[str, str]]:
    for number, point in enumerate(points, 1):
        label = above + numerals(level, number)
        yield label, f"{point.heading}。{told(point)}"
        yield from _point_places(point.points, label, level + 1)


def told(point: OutlinePoint) -> str:
    """Return what is said under a point: its paragraphs once it is written out, before that its sentence or two."""
    return "\n".join(paragraph.text for paragraph in point.paragraphs) or point.text


def slots(outline_points: Sequence[OutlinePoint], frame: Mapping[str, str]) -> tuple[Slot, ...]:
    """Return the facts the drafter must fill in, in reading order."""
    return tuple(Slot(match, where) for where, text in places(outline_points, frame) for match in SLOT.findall(text))
