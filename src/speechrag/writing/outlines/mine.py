"""Search the corpus for a plan and take its speeches apart into units: headings and directive clauses, with bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from speechrag.records import Hit, Passage, Query, Section, Speech
from speechrag.text import sentence_spans, trim
from speechrag.writing.outlines.adapt import Adapter, Source, read_source
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.headings import (
    ADVERBS,
    CLAUSE_END,
    FULL_CHARS,
    clean_heading,
    short_heading,
    usable_heading,
)
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.roles import STATEMENT, directive, role_of

Retrieve = Callable[[Query], Sequence[Hit]]

SPEECHES = 24  # speeches taken apart for one outline
HITS = 30  # passages asked for by each query
UNITS = 60  # sections taken from one speech
TOPIC = 8  # level of a point that a section makes in an unnumbered short sentence
CLAUSE = 9  # level of a point that is a clause inside a sentence

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
# 要把账算清楚。 anywhere, or a short sentence that opens a paragraph: 严在制度。
_TOPIC = re.compile(
    r"(?:还|更|也|就)?要[^，,：“]{4,14}。"
    r"|(?:(?<=\n)|^)(?:第[一二三四五六]句，)?(?!.{0,12}(?:[也还先再已]|一样|例子|然后|其实|不是|有人|今天|同志|谢谢|大家|话|[一二三四]靠|吗|呢))"
    r"[^，,：:“”？！\d]{4,14}。"
)
_FINISHED = re.compile(r"[\u4e00-\u9fff]了(?!解|结|不)")
_SITUATION = re.compile(
    r"^(?!在|当|面对|随|为|对|由于|如果|一旦|就|也|还|更|又|从|有|使|让|但|而).*(?:严峻|防不胜防|不容乐观|日益突出|日趋复杂|更加复杂|复杂多变|多发|易发|高发|"
    r"频发|任务艰巨|任重道远|责任重大|形势逼人|压力加大|风险加大)$"
)


# A clause that gives a reason without an order: 关键在落实, 防汛责任重于泰山.
_REASON = re.compile(
    r"关键在|重于泰山|事关|关乎|关系到?|离不开|不再是|绝不是|没有.{2,8}就没有|面临.{2,10}(?:挑战|机遇|考验|风险)|形势.{0,4}(?:严峻|复杂|逼人)"
    r"|是.{1,8}(?:根本|基础|前提|底线|红线|责任|大事|使命|要求|需要|保障|保证|根基|命脉|关键|要害|职责|优势|支撑)$"
)
_NO_REASON = re.compile(r"[我你他她？?“”了这那]|[说问讲][到：]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A point that a real speech makes: its heading as written, its body, and what it is worth here.

    ``start``/``end`` span the whole point in the speech's text, ``head_end`` ends its heading; ``sentences`` are the
    spans of its own sentences (not of its sub-points).
    """

    source: Source
    heading: str  # cleaned, carried over to the new speech
    full: str  # the same, not cut to length
    swapped: bool  # the heading names the source's own theme, for which the new one stands
    level: int  # 1-6 as in Section, then TOPIC and CLAUSE
    role: str
    start: int
    head_end: int
    end: int
    sentences: tuple[tuple[int, int], ...]
    theme: float  # how much it is about the theme, 0..8
    place: float  # where in its speech it stands, 0..1
    rank: float  # how high search ranked it, 0..1
    parted: bool  # it has sub-points of its own
    parent: int  # start of the section it stands in, -1 for none

    @property
    def speech(self) -> Speech:
        """The speech the unit comes from."""
        return self.source.speech


@dataclass(frozen=True, slots=True)
class Pool:
    """What the search brought: sources in order of merit, their passages, and the units mined."""

    sources: tuple[Source, ...]
    passages: Mapping[str, tuple[Passage, ...]]
    units: tuple[Unit, ...]


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
    sources = _distinct([read_source(speech(speech_id), plan) for speech_id in best])
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
    return [plan.theme, *asked, trade, *plan.focus, *([" ".join(plan.titles)] if plan.titles else [])]


def _distinct(sources: Sequence[Source]) -> list[Source]:
    """Leave out further copies of a speech: one source of a family speaks for all."""
    kept: dict[str, Source] = {}
    for source in sources:
        kept.setdefault(source.speech.family or source.speech.speech_id, source)
    return list(kept.values())


def theme_score(text: str, plan: Plan, *, common: float = 1.0) -> float:
    """Return how much ``text`` is about the theme: 3 for its name, 2 for another name, 1 for a term; at most 8.

    ``common`` is what a term counts that is at home in every theme, such as 考核.
    """
    for decoy in (decoy for row in plan.rows for decoy in row.decoys):
        text = text.replace(decoy, "|")
    score = 3.0 if plan.theme and plan.theme in text else 0.0
    rest = text.replace(plan.theme, "|") if plan.theme else text
    for words, value in ((plan.names[1:], 2.0), (plan.terms, 1.0)):
        for word in words:
            if word in rest:
                score += value if common == 1.0 or word not in genre().common else common
                rest = rest.replace(word, "|")
    return min(score, 8.0)


def _units(
    source: Source, plan: Plan, passages: Sequence[Passage], rank: Mapping[str, float], top: float
) -> Iterable[Unit]:
    adapter = Adapter(source, plan)
    sections = source.speech.sections
    wanted = [s for s in sections if source.on_theme or any(p.start < s.end and s.start < p.end for p in passages)]
    for section in wanted[:UNITS]:
        unit = section_unit(section, source, plan, adapter)
        if unit is not None:
            yield _ranked(unit, passages, rank, top)
    for section in wanted[:UNITS] if source.on_theme else ():
        for unit in _topic_units(section, source, plan, adapter):
            yield _ranked(unit, passages, rank, top)
    for passage in passages:
        for unit in _clause_units(passage, source, plan, adapter):
            yield _ranked(unit, passages, rank, top)


def _ranked(unit: Unit, passages: Sequence[Passage], rank: Mapping[str, float], top: float) -> Unit:
    near = [rank[p.passage_id] for p in passages if p.start < unit.end and unit.start < p.end]
    return replace(unit, rank=max(near, default=0.0) / top)


def section_unit(section: Section, source: Source, plan: Plan, adapter: Adapter) -> Unit | None:
    """Return the unit of a section, None where it has no heading that could be used."""
    text = source.speech.text
    body = max(section.body or section.start, section.start)
    inner = min((s.start for s in source.speech.sections if section.start < s.start < section.end), default=section.end)
    spans = sentence_spans(text, body, max(inner, body))
    head_start, head_end = _heading_span(text, section, body)
    raw = text[head_start:head_end]
    full = clean_heading(_named(adapter.carry(raw), source, plan), limit=FULL_CHARS)
    heading = short_heading(full)
    if len(heading) < 2:
        return None
    parents = [s for s in source.speech.sections if s.level < section.level and s.start < section.start < s.end]
    parent = max(parents, key=lambda s: (s.level, s.start), default=None)
    own = "".join(text[a:b] for a, b in spans[:3])
    weight = theme_score(raw, plan) * 1.5 + theme_score(own, plan)
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
        theme=min(weight, 8.0),
        place=section.start / max(len(text), 1),
        rank=0.0,
        parted=inner < section.end,
        parent=parent.start if parent else -1,
    )


def _named(heading: str, source: Source, plan: Plan) -> str:
    """Return a heading with the theme where one on it only points there: 它是连心桥 -> 信息工作是连心桥."""
    if not source.titled:
        return heading
    subject = plan.work if heading.startswith("它") else f"做好{plan.work}"
    return re.sub(r"^[它这](?:[也就还]?是)(?=[\u4e00-\u9fff]{4})(?!一[个件])", f"{subject}是", heading)


def _heading_span(text: str, section: Section, body: int) -> tuple[int, int]:
    """Return where the heading's words stand in the text, without its number."""
    found = text.find(
        section.heading, section.start, max(body, section.start + len(section.label) + len(section.heading) + 4)
    )
    if found < 0:
        return trim(text, section.start + len(section.label), max(body, section.start + len(section.label)))
    return found, found + len(section.heading)


def _clause_units(passage: Passage, source: Source, plan: Plan, adapter: Adapter) -> Iterable[Unit]:
    """Yield one unit for each sentence on the theme: its best directive or statement clause is the heading."""
    text = source.speech.text
    plain = _plain_parts(source.speech) if source.first else []
    for start, end in sentence_spans(text, passage.start, passage.end):
        sentence = text[start:end]
        inside = any(a <= start < b for a, b in plain)  # of a part on the theme every order is on the theme
        inside = inside or (source.first and any(_gives_reason(piece) for piece in _clauses(sentence)))
        if not 16 <= len(sentence) <= 160 or theme_score(sentence, plan) < (0 if inside else 2):
            continue
        best = _best_clause(sentence, plan, adapter, least=0 if inside else 1)
        if best is None:
            continue
        heading, role, weight = best
        yield Unit(
            source=source,
            heading=heading,
            full=heading,
            swapped=False,
            level=CLAUSE,
            role=role,
            start=start,
            head_end=start,
            end=end,
            sentences=((start, end),),
            theme=min(weight + 0.5 * theme_score(sentence, plan), 8.0),
            place=start / max(len(text), 1),
            rank=0.0,
            parted=False,
            parent=_parent(source.speech, start),
        )


def _topic_units(section: Section, source: Source, plan: Plan, adapter: Adapter) -> Iterable[Unit]:
    """Yield the points that a section without numbers makes: a short order (要把账算清楚。) and what follows it."""
    text = source.speech.text
    if any(section.start < other.start < section.end for other in source.speech.sections):
        return
    spans = sentence_spans(text, max(section.body, section.start), section.end)
    marks = [i for i, (start, end) in enumerate(spans) if _TOPIC.fullmatch(text, start, end)]
    for i, following in zip(marks, [*marks[1:], len(spans)][: len(marks)], strict=True):
        body = tuple(spans[i + 1 : min(following, i + 4)])
        heading = clean_heading(adapter.carry(text[spans[i][0] : spans[i][1]]))
        if body and heading:
            own = text[body[0][0] : body[-1][1]]
            yield Unit(
                source=source,
                heading=heading,
                full=heading,
                swapped=False,
                level=TOPIC,
                role=role_of(heading, None, section, source),
                start=spans[i][0],
                head_end=spans[i][1],
                end=body[-1][1],
                sentences=body,
                theme=min(theme_score(heading, plan) * 1.5 + theme_score(own, plan), 8.0),
                place=spans[i][0] / max(len(text), 1),
                rank=0.0,
                parted=False,
                parent=section.start,
            )


def _plain_parts(speech: Speech) -> list[tuple[int, int]]:
    """Return the spans of the main parts of a speech that have no numbered points."""
    mains = [s for s in speech.sections if s.level == 1]
    return [(s.body or s.start, s.end) for s in mains if not any(s.start < o.start < s.end for o in speech.sections)]


def _parent(speech: Speech, position: int) -> int:
    inside = [s.start for s in speech.sections if s.start <= position < s.end]
    return max(inside, default=-1)


def _gives_reason(clause: str) -> bool:
    fits = 6 <= len(clause) <= 20 and re.fullmatch(r"[\u4e00-\u9fff、]+", clause)
    return bool(fits and _REASON.search(clause) and not _NO_REASON.search(clause))


def _clauses(sentence: str) -> list[str]:
    return re.split(rf"[{CLAUSE_END}]", sentence)


def _best_clause(sentence: str, plan: Plan, adapter: Adapter, *, least: int) -> tuple[str, str, float] | None:
    """Return the clause of ``sentence`` that makes the best heading, its role and its theme score."""
    found: list[tuple[float, int, str, str]] = []
    verbs = directive()
    for order, piece in enumerate(_clauses(sentence)):
        clause = ADVERBS.sub("", adapter.carry(piece).strip())
        if not 6 <= len(clause) <= 20 or theme_score(piece, plan) < least or adapter.swaps(piece):
            continue
        situation = _SITUATION.search(clause) and not verbs.match(clause)
        if STATEMENT.search(clause) or _gives_reason(clause) or situation:
            role = "significance"
        elif verbs.match(clause):
            clause = re.sub(rf"^({verbs.pattern})了", r"\1", clause)
            role = role_of(clause, None, None, adapter.source)
            if len(_FINISHED.findall(sentence)) >= 2 and role in {"task", "safeguard"} and "了" in clause:
                continue
        else:
            continue
        found.append((-theme_score(clause, plan), order, clause, role))
    for score, _, clause, role in sorted(found):
        if usable_heading(clause, adapter):
            return clause, role, -score
    return None
