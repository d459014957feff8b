"""Put chosen parts into an outline: citations that hold verbatim, opening, closing, titles, slots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from speechrag.records import Alternative, Citation, OutlinePoint, Passage, Query, Slot, Speech
from speechrag.text import chinese_number, numerals, trim, unique
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.leaves import UNTOLD, Leaf
from speechrag.writing.outlines.mine import Retrieve
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.select import Part
from speechrag.writing.outlines.units import Pool, Unit, theme_score
from speechrag.writing.outlines.variants import Others, like_leaf, like_part, occurrences

QUOTE_CHARS = 260  # a longer way from heading to sentence is quoted in two pieces

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
        return OutlinePoint(part.heading, 1, part.role, UNTOLD, own)
    if len(part.leaves) == 1:
        only = _leaf_point(part.leaves[0], citations)
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
                    r"刚才|今天|近.?年|取得了|发挥了|[一二三四五六]是|下面|以下|会议|[“”：？]|^(?:这|此|其|对)", text
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
    text = leaf.text + "".join(told.text for told in leaf.further)
    return OutlinePoint(leaf.heading, 2, leaf.unit.role, text, tuple(dict.fromkeys(numbers)))


def _short_end(unit: Unit) -> int:
    """Return where a supporting quotation ends: after the heading's first sentence of body."""
    ends = [end for _, end in unit.sentences if end > unit.head_end]
    return ends[0] if ends and ends[0] - unit.start <= QUOTE_CHARS else unit.head_end


# ---------------------------------------------------------------------------------------------------------------- #
# Frame: titles, salutation, opening, closing


def titles(plan: Plan, parts: Sequence[Part]) -> tuple[str, ...]:
    """Return title candidates, the formal one first."""
    formal = f"在{plan.event}上的{plan.genre}" if plan.event else f"在{plan.work or '有关工作'}会议上的讲话"
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


def salutation(plan: Plan) -> str:
    """Return how the audience is addressed."""
    audience = plan.audience + plan.event
    for word, opening in (
        ("委员", "各位委员、同志们："),
        ("代表大会", "各位代表、同志们："),
        ("企业家", "各位企业家朋友、同志们："),
        ("学员", "各位学员、同志们："),
        ("教师", "各位老师、同志们："),
        ("客商", "各位来宾、朋友们："),
    ):
        if word in audience:
            return opening
    return "同志们："


def opening(plan: Plan, parts: Sequence[Part]) -> str:
    """Return the opening: why the meeting, what it is for, and how many points follow."""
    meeting = plan.event or f"{plan.work}会议"
    count = "两" if len(parts) == 2 else chinese_number(max(len(parts), 1))
    kind = {"讲": "意见", "谈": "意见", "提": "要求"}[plan.occasion.verb]
    school = plan.occasion.name == "培训班"
    purpose = f"{'举办' if school else '召开'}{meeting}，{'目的' if school else '主要任务'}是{plan.occasion.aims}"
    first = f"经【待补：批准单位】研究同意，今天我们{purpose}，推动{plan.work}再上新台阶。"
    middle = "刚才，【待补：姓名】同志【待补：传达、通报或发言内容】，讲得都很好，请大家认真学习、抓好落实。"
    if school:
        middle = "这次培训【待补：课程与师资安排】，希望大家珍惜机会、学有所获。"
    if plan.occasion.thanks:
        middle += "借此机会，向受到表彰的先进集体和先进个人表示热烈的祝贺，向长期奋战在一线的同志们表示衷心的感谢！"
    return f"{first}{middle}下面，我{plan.occasion.verb}{count}点{kind}。"


def closing(plan: Plan) -> str:
    """Return the closing: the weight of the task and the call."""
    region = f"全{plan.level}" if plan.level else "本地"
    return (
        f"同志们，做好{plan.work}，责任重大、任务艰巨。希望大家以这次会议为新的起点，振奋精神、真抓实干，"
        f"把各项任务一件一件落到实处，为{region}【待补：当前发展目标】作出新的更大的贡献！谢谢大家。"
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
