"""Search the corpus for a plan and take its speeches apart into units: headings and directive clauses, with bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from speechrag.records import Hit, Passage, Query, Section, Speech
from speechrag.stopping import check
from speechrag.text import sentence_spans, trim
from speechrag.writing.outlines.adapt import Adapter, Source, read_source
from speechrag.writing.outlines.clauses import best_clause, clause_units, topic_units
from speechrag.writing.outlines.headings import FULL_CHARS, clean_heading, short_heading, usable_heading
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.roles import role_of
from speechrag.writing.outlines.units import Pool, Unit, closing_of, theme_score, weight_of

Retrieve = Callable[[Query], Sequence[Hit]]
SPEECHES = 24  # speeches taken apart for one outline
HITS = 30  # passages asked for by each query
NEAR = 0.25  # share of the nearest speech's density in words of the theme that a speech on it has at least
NEAREST = 0.6  # the same, of the nearest ones, where no speech is on the theme before all others
UNITS = 60  # sections taken from one speech
NAMED = 2.0  # theme of a heading that speaks of it by a name
NAMED_ASIDE = 1.0  # weight of another theme's words in a heading from which on it is that one's
UNDER = 3.0  # theme that the points of such a section have at least
INNER = 8  # sentences of its sub-points that speak for a section without any of its own
_ASPECTS = (
    "",
    "重要意义 形势 认识 责任感 紧迫感",
    "重点任务 主要措施 工作重点",
    "存在的问题 不足 差距",
    "组织领导 责任 保障 考核 督查 队伍",
)
_GENERAL = (
    "加强组织领导 主要领导亲自抓 分管领导具体抓",
    "落实责任 责任到人 责任追究",
    "强化督查 督促检查 考核奖惩",
    "统一思想 提高认识 增强责任感紧迫感",
    "突出重点 抓住关键 创新方法 讲求实效",
)
_GATE = re.compile(r"(?!把|过|守|要|闯|严)[\u4e00-\u9fff]{2,3}关")
_FIT = re.compile(r"(?:任务|要求|需要|责任|考题|使命|前提|基础|保证|保障|关键|大事|桥|纽带|手段|渠道|途径|职责|底线)$")


def mine(
    plan: Plan,
    retrieve: Retrieve,
    speech: Callable[[str], Speech],
    filters: Mapping[str, tuple[str, ...]],
    *,
    wide: bool = False,
) -> Pool:
    """Return the units of the speeches that search finds for the plan; an empty pool where it finds none.

    ``wide`` searches for what any speech says of its functions too, so that a part the theme leaves empty can borrow.
    """
    merit: dict[str, float] = {}
    passages: dict[str, dict[str, Passage]] = {}
    rank: dict[str, float] = {}
    for query in [*queries(plan), *(_GENERAL if wide else ())]:
        for hit in retrieve(Query(query, top_k=HITS, filters=filters)):
            passage = hit.passage
            merit[passage.speech_id] = merit.get(passage.speech_id, 0.0) + 1 / (10 + hit.rank)
            passages.setdefault(passage.speech_id, {})[passage.passage_id] = passage
            rank[passage.passage_id] = rank.get(passage.passage_id, 0.0) + 1 / (1 + hit.rank)
    best = sorted(merit, key=lambda speech_id: (-merit[speech_id], speech_id))[:SPEECHES]
    sources = _near(_distinct([read_source(speech(speech_id), plan) for speech_id in best]), plan)
    kept = {s.speech.speech_id: tuple(passages[s.speech.speech_id].values()) for s in sources}
    top = max(rank.values(), default=1.0)
    units = [unit for source in sources for unit in _units(source, plan, kept[source.speech.speech_id], rank, top)]
    return Pool(tuple(sources), kept, tuple(units))


def queries(plan: Plan) -> list[str]:
    """Return what to search for: the theme alone, and with each function a part of the speech has."""
    if not plan.theme:
        return []
    asked = [f"{plan.work} {aspect}".strip() for aspect in _ASPECTS]
    trade = " ".join((*plan.names[:4], *plan.terms[:10]))
    wished = [f"{plan.theme} {matter}" for matter in plan.focus]
    return [plan.theme, *asked, trade, *wished, *([" ".join(plan.titles)] if plan.titles else [])]


def _near(sources: Sequence[Source], plan: Plan) -> list[Source]:
    """Return the sources; one of the same field that hardly says the theme's own words is not first of all on it."""
    if plan.field and not plan.matter:  # the words of the brief may not be those of its field
        return list(sources)
    top = max((source.close for source in sources if source.on_theme), default=0.0)
    broad = not any(source.first for source in sources)
    least = (NEAREST if broad else NEAR) * top
    return [source if source.titled else _judged(source, plan, least, broad=broad) for source in sources]


def _judged(source: Source, plan: Plan, least: float, *, broad: bool) -> Source:
    """Return a source on the theme as first of all on it, or not: by how dense the theme's own words are in it.

    A broad theme (经济) is the first matter of few speeches; then the nearest ones speak for it.
    """
    near = source.on_theme and source.close >= least
    if near and not source.first and broad and source.whole:
        return replace(source, first=True, theme=plan.theme)
    return source if near else replace(source, first=False, theme="")


def _distinct(sources: Sequence[Source]) -> list[Source]:
    """Leave out further copies of a speech: one source of a family speaks for all."""
    kept: dict[str, Source] = {}
    for source in sources:
        kept.setdefault(source.speech.family or source.speech.speech_id, source)
    return list(kept.values())


def _units(
    source: Source, plan: Plan, passages: Sequence[Passage], rank: Mapping[str, float], top: float
) -> Iterable[Unit]:
    check()
    adapter = Adapter(source, plan)
    sections = source.speech.sections
    wanted = [s for s in sections if source.on_theme or any(p.start < s.end and s.start < p.end for p in passages)]
    for section in wanted[:UNITS]:
        points = list(topic_units(section, source, plan, adapter)) if source.on_theme else []
        unit = section_unit(section, source, plan, adapter)
        if unit is not None:
            whole = _headed(replace(unit, parted=unit.parted or bool(points)), plan, adapter)
            yield _ranked(whole, passages, rank, top)
        yield from (_ranked(point, passages, rank, top) for point in points)
    for unit in clause_units(passages, source, plan, adapter):
        yield _ranked(unit, passages, rank, top)


def _ranked(unit: Unit, passages: Sequence[Passage], rank: Mapping[str, float], top: float) -> Unit:
    near = [rank[p.passage_id] for p in passages if p.start < unit.end and unit.start < p.end]
    return replace(unit, rank=max(near, default=0.0) / top)


def section_unit(section: Section, source: Source, plan: Plan, adapter: Adapter) -> Unit | None:
    """Return the unit of a section, None where it has no heading that could be used."""
    text = source.speech.text
    body = max(section.body or section.start, section.start)
    inner = min((s.start for s in source.speech.sections if section.start < s.start < section.end), default=section.end)
    spans = sentence_spans(text, body, max(inner, body)) or sentence_spans(text, body, section.end)[:INNER]
    spans = [span for span in spans if span[0] < closing_of(text)]
    head_start, head_end = _heading_span(text, section, body)
    raw = text[head_start:head_end]
    full = clean_heading(_named(adapter.carry(raw), source, plan), limit=FULL_CHARS)
    heading = _of_gates(short_heading(full), source.speech)
    if len(heading) < 2:
        return None
    parents = [s for s in source.speech.sections if s.level < section.level and s.start < section.start < s.end]
    parent = max(parents, key=lambda s: (s.level, s.start), default=None)
    own = "".join(text[a:b] for a, b in spans[:3])
    weight = weight_of(raw, own, source, plan)
    under = parent is not None and theme_score(parent.heading, plan) >= NAMED
    weight = max(weight, UNDER) if under else weight
    return Unit(
        source=source,
        heading=heading,
        full=full,
        swapped=adapter.swaps(raw),
        level=section.level,
        role=role_of(heading.replace(plan.work, "工作") if plan.work else heading, section, parent, source),
        start=section.start,
        head_end=head_end,
        end=section.end,
        sentences=tuple(spans),
        theme=weight,
        place=section.start / max(len(text), 1),
        rank=0.0,
        parted=inner < section.end,
        parent=parent.start if parent else -1,
        aside=adapter.aside(raw, own) or adapter.aside(raw, least=NAMED_ASIDE),
        under=under,
    )


def _headed(unit: Unit, plan: Plan, adapter: Adapter) -> Unit:
    """Return a unit whose heading cannot be used with an order of its body in its stead, where it has one."""
    if not unit.source.on_theme or unit.level == 1 or usable_heading(unit.heading, adapter):
        return unit
    for start, end in unit.sentences[:INNER]:
        found = best_clause(unit.speech.text[start:end], plan, adapter, least=0)
        if found and found[1] in {"task", "safeguard"}:
            return replace(unit, heading=found[0], full=f"{unit.full}，{found[0]}")
    return unit


def _of_gates(heading: str, speech: Speech) -> str:
    """Return one of a row of gates (种子关, 农机关) with its verb: alone it reads as a word (农 机关)."""
    gates = [section for section in speech.sections if _GATE.fullmatch(section.heading)]
    return f"把好{heading}" if len(gates) > 1 and _GATE.fullmatch(heading) else heading


def _named(heading: str, source: Source, plan: Plan) -> str:
    """Return a heading with the theme where one on it only points there: 它是连心桥 -> 信息工作是连心桥."""
    if not source.titled:
        return heading
    subject = plan.work if heading.startswith("它") else f"做好{plan.work}"
    named = re.sub(r"^[它这](?:[也就还]?是)(?=[\u4e00-\u9fff]{4})(?!一[个件])", f"{subject}是", heading)
    return named if _FIT.search(named) else heading


def _heading_span(text: str, section: Section, body: int) -> tuple[int, int]:
    """Return where the heading's words stand in the text, without its number."""
    found = text.find(
        section.heading, section.start, max(body, section.start + len(section.label) + len(section.heading) + 4)
    )
    if found < 0:
        return trim(text, section.start + len(section.label), max(body, section.start + len(section.label)))
    return found, found + len(section.heading)
