"""Brief to outline, without an LLM: the points are mined from the corpus, and every one says where it was found.

The order of work: read the brief (``outlines.plan``), search and take speeches apart (``outlines.mine``), choose points
(``outlines.select``), put them together with citations (``outlines.compose``), and say what to look at
(``outlines.lint``). Nothing is random: the same index and brief give the same outline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from speechrag.records import Hit, Outline, OutlinePoint, Phrase, Query, Speech, Warning_
from speechrag.text import numerals
from speechrag.writing.outlines import compose
from speechrag.writing.outlines.leaves import Leaf
from speechrag.writing.outlines.lint import warnings
from speechrag.writing.outlines.local import local_warnings
from speechrag.writing.outlines.mine import mine
from speechrag.writing.outlines.phrases import phrase_bank, select_phrases
from speechrag.writing.outlines.plan import NOTHING, Plan, broader_themes, read_plan
from speechrag.writing.outlines.select import SHARE, Part, about_theme, choose_parts
from speechrag.writing.outlines.sentences import borrowed
from speechrag.writing.outlines.skeleton import with_found
from speechrag.writing.outlines.units import Pool
from speechrag.writing.outlines.used import family
from speechrag.writing.outlines.vocabulary import other_names

NO_FILTERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
FRAME_ROLES = ("opening", "call", "transition")  # functions that speeches on any theme lend
PHRASES, PER_ROLE = 32, 4  # wordings offered with an outline, and of one function
SELDOM = 1.5  # words of the theme in a thousand characters, below which no speech tells of it in particular
ON_THEME = 2  # sub-points that must speak of the theme; general safeguards alone make no speech

_ROLE_NAMES = {
    "significance": "认识与形势",
    "achievement": "成绩",
    "problem": "问题与差距",
    "task": "任务与措施",
    "safeguard": "责任与保障",
    "call": "号召",
}

Rephrase = Callable[[Outline], Outline]


def draft_outline(
    brief: str,
    *,
    retrieve: Callable[[Query], Sequence[Hit]],
    speech: Callable[[str], Speech],
    filters: Mapping[str, tuple[str, ...]] = NO_FILTERS,
    rephrase: Rephrase | None = None,
    overrides: Mapping[str, str] = NOTHING,
) -> Outline:
    """Return an outline for the speech that ``brief`` asks for.

    ``retrieve`` answers a query with ranked hits and ``speech`` gives a speech by its id. Every point cites verbatim
    quotations (``speech.text[start:end] == quote``). Facts of the sources stand as slots 【待补：…】, listed in
    ``slots``. ``overrides`` correct what is read from the brief (see ``outlines.plan.read_plan``). Where the corpus
    holds nothing on the theme, ``points`` is empty and ``notes`` says so. ``rephrase`` may reword the finished outline
    (an LLM does); citations and slots are its duty to keep.
    """
    plan = read_plan(brief, overrides)
    outline = _drafted(brief, plan, retrieve, speech, filters)
    for theme in () if outline.points or overrides.get("theme") else broader_themes(plan):
        wider = _drafted(brief, read_plan(brief, {**overrides, "theme": theme}), retrieve, speech, filters)
        if wider.points:
            outline = replace(wider, notes=(*wider.notes, _from_field(plan.theme, theme)))
            break
    return rephrase(outline) if rephrase and outline.points else outline


def empty_outline(brief: str, note: str, overrides: Mapping[str, str] = NOTHING) -> Outline:
    """Return an outline without points for ``brief``; ``note`` says why."""
    return _empty(brief, read_plan(brief, overrides), note)


def _drafted(
    brief: str,
    plan: Plan,
    retrieve: Callable[[Query], Sequence[Hit]],
    speech: Callable[[str], Speech],
    filters: Mapping[str, tuple[str, ...]],
) -> Outline:
    pool = mine(plan, retrieve, speech, filters)
    plan = with_found(plan, pool)
    parts = choose_parts(pool, plan)
    if not _holds(pool, parts, plan):
        return _nothing(brief, plan, pool)
    if Counter(plan.roles()) - _present(parts) or any(len(part.leaves) < ON_THEME for part in parts):
        wide = mine(plan, retrieve, speech, filters, wide=True)
        lent = choose_parts(wide, plan, lend=True)
        pool, parts = (wide, lent) if len(lent) >= len(parts) else (pool, parts)
    if not any(leaf.unit.source.on_theme for leaf in _leaves(parts)) and _about(parts) < ON_THEME:
        return _nothing(brief, plan, pool)
    citations = compose.Citations(pool, retrieve, filters)
    points = compose.points(parts, plan, citations)
    frame = {"opening": compose.opening(plan, parts), "closing": compose.closing(plan)}
    return Outline(
        brief=brief,
        titles=compose.titles(plan, parts),
        salutation=compose.salutation(plan),
        opening=frame["opening"],
        points=points,
        closing=frame["closing"],
        citations=citations.all(),
        slots=compose.slots(points, frame),
        warnings=(
            *warnings(points, citations.all(), plan, speech),
            *local_warnings(points, citations.all(), plan, speech),
            *_lent(parts),
            *_concentrated(parts),
        ),
        plan={**plan.as_mapping(), "points": plan.points if plan.points_given else len(points)},
        notes=(*_notes(parts, plan, points), *_of_field(pool, plan)),
        phrases=_phrases(pool, plan),
    )


def _phrases(pool: Pool, plan: Plan) -> tuple[Phrase, ...]:
    """Return wordings of the speeches found that may serve: those on the theme first, a few of each function."""
    on_theme = [source.speech for source in pool.sources if source.on_theme]
    others = [source.speech for source in pool.sources if not source.on_theme]
    foreign = other_names(plan.rows, plan.brief)
    lent = (
        phrase
        for phrase in phrase_bank(others)
        if (phrase.role in FRAME_ROLES and phrase.kind != "set") or phrase.kind == "quotation"
        if not any(name in phrase.text for name in foreign)
    )
    places = {place for source in pool.sources for place in source.places}
    above = () if plan.level == "国" else ("国务院",)
    bank = [*phrase_bank(on_theme), *lent]
    return select_phrases(bank, avoid=(*plan.rivals, *sorted(places), *above), limit=PHRASES, per_role=PER_ROLE)


def _concentrated(parts: Sequence[Part]) -> Iterator[Warning_]:
    """Yield a warning where one family gives more than its share of the sub-points: the others had too little."""
    units = [leaf.unit for leaf in _leaves(parts)] + [part.found[0] for part in parts if not part.leaves]
    given = Counter(family(unit) for unit in units)
    total, most = sum(given.values()), max(given.values(), default=0)
    if most > max(SHARE * total, 1):
        yield Warning_(
            "concentration", f"{total}个要点中有{most}个出自同一篇讲话，其他讲话这方面材料不足，请补充。", "全篇"
        )


def _lent(parts: Sequence[Part]) -> Iterator[Warning_]:
    """Yield a warning for each part that takes points from speeches on other themes."""
    for number, part in enumerate(parts, 1):
        if not part.leaves:
            text = "语料里没有可用的内容，这一部分只按同类讲话的结构搭了框架，请补写。"
            yield Warning_("skeleton", text, numerals(1, number))
        strange = [numerals(2, i) for i, leaf in enumerate(part.leaves, 1) if borrowed(leaf.unit)]
        if strange and len(strange) == len(part.leaves):
            yield Warning_("borrowed", "这一部分的要点借自其他主题的讲话，请结合本次主题充实。", numerals(1, number))
        elif strange:
            text = f"要点{'、'.join(strange)}借自其他主题的讲话，请结合本次主题核改。"
            yield Warning_("borrowed", text, numerals(1, number))


def _holds(pool: Pool, parts: Sequence[Part], plan: Plan) -> bool:
    """Tell whether the corpus speaks of the theme at all: a speech on it, or sub-points that do."""
    if plan.matter and not any(source.on_theme for source in pool.sources):
        return False  # speeches of its field that never name it do not speak of it
    if plan.theme and any(source.first for source in pool.sources):
        return True
    return bool(plan.theme) and _about(parts) >= ON_THEME


def _present(parts: Sequence[Part]) -> Counter[str]:
    """Return the functions that the parts fulfil; 成绩 and 问题 may be one part."""
    return Counter([*(part.role for part in parts), *("problem" for part in parts if part.joined)])


def _leaves(parts: Sequence[Part]) -> list[Leaf]:
    return [leaf for part in parts for leaf in part.leaves]


def _about(parts: Sequence[Part]) -> int:
    """Return how many sub-points speak of the theme."""
    return sum(map(about_theme, _leaves(parts)))


def _nothing(brief: str, plan: Plan, pool: Pool) -> Outline:
    if not plan.theme:
        note = "从这句要求里读不出讲话的主题。请写明会议名称或主题，例如“在全县安全生产工作会议上的讲话”。"
    elif pool.sources:
        looked = f"已检索{len(pool.sources)}篇讲话"
        note = f"语料库里没有关于“{plan.theme}”的材料，不足以列出要点；{looked}。请补充这方面的讲话后再试。"
    else:
        note = f"语料库里没有检索到与“{plan.theme}”有关的讲话。请补充这方面的讲话后再试。"
    return _empty(brief, plan, note)


def _empty(brief: str, plan: Plan, note: str) -> Outline:
    return Outline(
        brief=brief,
        titles=compose.titles(plan, ()),
        salutation=compose.salutation(plan),
        opening="",
        points=(),
        closing="",
        plan=plan.as_mapping(),
        notes=(note,),
    )


def _of_field(pool: Pool, plan: Plan) -> tuple[str, ...]:
    """Return a note where no speech is on the theme itself, only on the field that it is a matter or a kind of."""
    kinds = [(row, kind) for row in plan.rows for kind in row.kinds if re.search(kind, plan.theme)]
    if kinds and not any(re.search(kind, source.speech.text) for _, kind in kinds for source in pool.sources):
        return (_from_field(plan.theme, kinds[0][0].names[0]),)
    covering = next((row for row in plan.rows if row.covers and plan.theme not in row.names[0]), None)
    if covering and max((source.close for source in pool.sources if source.on_theme), default=SELDOM) < SELDOM:
        return (_from_field(plan.theme, covering.names[0]),)  # 招商引资, of which a speech on 经济 says a word or two
    if not plan.field or any(source.titled for source in pool.sources):
        return ()
    return (_from_field(plan.theme, plan.field),)


def _from_field(theme: str, field: str) -> str:
    return f"语料库里没有专讲“{theme}”的讲话，要点取自“{field}”方面的讲话，请逐条核对是否切题。"


def _notes(parts: Sequence[Part], plan: Plan, points: Sequence[OutlinePoint]) -> tuple[str, ...]:
    """Return what the reader should know of how the outline came about."""
    speeches = {leaf.unit.speech.speech_id for part in parts for leaf in part.leaves}
    notes = [f"要点取自{len(speeches)}篇讲话的实际标题和段落；地名、人名、数字、时间等已换成【待补】。"]
    missing = [role for role in dict.fromkeys(plan.roles()) if role not in _present(parts)]
    if missing:
        names = "、".join(_ROLE_NAMES[role] for role in missing)
        notes.append(f"语料库里“{plan.theme}”的{names}方面材料不足，没有列出，请自行补充。")
    if plan.points_given and len(points) < plan.points:
        notes.append(f"要求{plan.points}个部分，现有材料只够列出{len(points)}个。")
    return tuple(notes)
