"""Points that no heading marks: short orders, paragraphs that open with one, clauses of a sentence on the theme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from speechrag.records import Passage, Section, Speech
from speechrag.text import sentence_spans
from speechrag.writing.outlines.adapt import Adapter, Source
from speechrag.writing.outlines.headings import ADVERBS, CLAUSE_END, SUBJECT, clean_heading, usable_heading
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.roles import STATEMENT, directive, role_of
from speechrag.writing.outlines.tagging import tagged
from speechrag.writing.outlines.units import CLAUSE, TOPIC, Unit, closing_of, theme_score, weight_of

# 要把账算清楚。 anywhere, or a short sentence that opens a paragraph: 严在制度。
_TOPIC = re.compile(
    r"(?:还|更|也|就)?要[^，,：“]{4,14}。"
    r"|(?:(?<=\n)|^)(?:第[一二三四五六七八][句条件点项]，)?(?!.{0,12}(?:[也还先再已]|一样|例子|然后|其实|不是|有人|今天|同志|谢谢|大家|话|[一二三四]靠|吗|呢))"
    r"[^，,：:“”？！\d]{4,14}。"
)
_OPENS = re.compile(
    r"(?:(?<=\n)|^)(?P<order>[\u4e00-\u9fff、“”]{4,18})[，：](?=重点|主要|关键|核心|就是|着重|一是|首先|就要)", re.M
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
RUN_IN = 5  # level of points inside a paragraph (一是, 二要)
_WITH = re.compile(r"^(?:深入|广泛|扎实|大力|积极|全面|严格)+")
_WAITING = re.compile(r"抓住|把握|围绕|针对|凡|对|把|将")
# A clause that says what is amiss: 信息报送质量不高.
_AMISS = re.compile(
    r"(?:不够[\u4e00-\u9fff]{0,2}|不[高强足畅严实深紧快均]|不到位|不平衡|不均衡|不完善|不健全|不规范|薄弱|滞后|淡薄|缺失|偏低|偏慢|落后|脱节|走过场)$"
)
_NOT_AMISS = re.compile(
    r"^(?:如果|凡|对|因|由于|解决|克服|针对|防止|避免|改变|纠正|着力|切实|不|绝不|决不|谁|要|有的|还|而|但|也|就|那|这|它|只|即使|虽)|[了？“”]|因.{1,8}而"
)
# What makes the clause before it a premise: 建设和谐社会，首先得让人平平安安回家.
_PREMISE = re.compile(r"首先|唯独|才能|才会|就得|就要先|更要看|是[^，；。]{0,8}(?:头等大事|第一件大事)")
_TOLD = re.compile(r"[了过着]|[我你他她它这那]|[有是没][\u4e00-\u9fff]|看|说|讲|听|想|觉得|认为|希望|感谢|祝|记得|知道")
_NO_REASON = re.compile(r"[我你他她？?“”了这那]|[说问讲][到：]")


def clause_units(passages: Sequence[Passage], source: Source, plan: Plan, adapter: Adapter) -> Iterable[Unit]:
    """Yield one unit for each sentence on the theme: its best directive or statement clause is the heading.

    The sentences are those of the passages found, and of a speech on the theme all those of parts without points.
    """
    text = source.speech.text
    plain = _plain_parts(source.speech) if source.first else []
    looked_at = [*plain, *((passage.start, passage.end) for passage in passages)]
    for start, end in dict.fromkeys(span for a, b in looked_at for span in sentence_spans(text, a, b)):
        sentence = text[start:end]
        inside = any(a <= start < b for a, b in plain)  # of a part on the theme every order is on the theme
        telling = source.first and any(_gives_reason(piece) or _amiss(piece) for piece in _clauses(sentence))
        inside = inside or telling
        if not 16 <= len(sentence) <= 160 or theme_score(sentence, plan) < (0 if inside else 2):
            continue
        best = best_clause(sentence, plan, adapter, least=0 if inside else 1)
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
            aside=adapter.aside(sentence),
        )


def topic_units(section: Section, source: Source, plan: Plan, adapter: Adapter) -> Iterable[Unit]:
    """Yield the points that a section without numbers makes: a short order (要把账算清楚。) and what follows it."""
    text = source.speech.text
    inner = [other for other in source.speech.sections if section.start < other.start < section.end]
    if any(other.level < RUN_IN for other in inner):
        return
    spans = sentence_spans(text, max(section.body, section.start), min(section.end, closing_of(text)))
    told = [(other.start, _paragraph_end(text, other)) for other in inner]
    if not inner:
        yield from _paragraph_units(section, source, plan, adapter)
    marks = [i for i, (start, end) in enumerate(spans) if _TOPIC.fullmatch(text, start, end)]
    for i, following in zip(marks, [*marks[1:], len(spans)][: len(marks)], strict=True):
        body = _of_paragraph(text, spans[i + 1 : min(following, i + 4)])
        last = body[-1][1] if body else spans[i][1]
        if any(a < last and spans[i][0] < b for a, b in told):
            continue
        heading = clean_heading(adapter.carry(text[spans[i][0] : spans[i][1]]))
        if body and heading:
            own = text[body[0][0] : body[-1][1]]
            yield _ordered(section, source, plan, adapter, heading, spans[i], body, own)


def _of_paragraph(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the spans that stand in the paragraph of the first one."""
    stop = text.find("\n", spans[0][1]) if spans else -1
    return tuple(span for span in spans if stop < 0 or span[0] < stop)


def _paragraph_end(text: str, section: Section) -> int:
    """Return where the paragraph ends in which a run-in point begins: what follows is no part of it."""
    stop = text.find("\n", section.start, section.end)
    return stop if stop >= 0 else section.end


def _paragraph_units(section: Section, source: Source, plan: Plan, adapter: Adapter) -> Iterable[Unit]:
    """Yield the points of paragraphs that open with an order and then tell what it is: 强化舆论引导力，重点是…"""
    text = source.speech.text
    for match in _OPENS.finditer(text, max(section.body, section.start), section.end):
        stop = text.find("\n", match.end(), section.end)
        end = stop if stop >= 0 else section.end
        heading = clean_heading(adapter.carry(match["order"]))
        if len(heading) >= 4 and directive().match(heading):
            body, own = tuple(sentence_spans(text, match.end(), end)), text[match.end() : end]
            yield replace(_ordered(section, source, plan, adapter, heading, match.span("order"), body, own), end=end)


def _ordered(
    section: Section,
    source: Source,
    plan: Plan,
    adapter: Adapter,
    heading: str,
    head: tuple[int, int],
    body: tuple[tuple[int, int], ...],
    own: str,
) -> Unit:
    """Return the point that the order at ``head`` names and the sentences ``body``, the text ``own``, tell."""
    return Unit(
        source=source,
        heading=heading,
        full=heading,
        swapped=False,
        level=TOPIC,
        role=role_of(heading, None, section, source),
        start=head[0],
        head_end=head[1],
        end=body[-1][1] if body else head[1],
        sentences=body,
        theme=weight_of(heading, own, source, plan),
        place=head[0] / max(len(source.speech.text), 1),
        rank=0.0,
        parted=False,
        parent=section.start,
        aside=adapter.aside(heading, own),
    )


def _plain_parts(speech: Speech) -> list[tuple[int, int]]:
    """Return the spans of the main parts of a speech that have no numbered points; all of a speech without parts."""
    mains = [s for s in speech.sections if s.level == 1]
    closing = closing_of(speech.text)
    if not mains:
        return [(0, closing)]
    plain = [s for s in mains if not any(s.start < other.start < s.end for other in speech.sections)]
    return [(s.body or s.start, min(s.end, closing)) for s in plain]


def _parent(speech: Speech, position: int) -> int:
    inside = [s.start for s in speech.sections if s.start <= position < s.end]
    return max(inside, default=-1)


def _gives_reason(clause: str) -> bool:
    fits = 6 <= len(clause) <= 20 and re.fullmatch(r"[\u4e00-\u9fff、]+", clause)
    return bool(fits and _REASON.search(clause) and not _NO_REASON.search(clause) and not _WAITING.match(clause))


def _amiss(clause: str) -> bool:
    fits = 6 <= len(clause) <= 16 and re.fullmatch(r"[\u4e00-\u9fff、]+", clause)
    return bool(fits and _AMISS.search(clause) and not _NOT_AMISS.search(clause))


def _clauses(sentence: str) -> list[str]:
    return re.split(rf"[{CLAUSE_END}]", sentence)


def _does(clause: str) -> bool:
    """Tell whether a clause names something to do: a verb of two characters, then what it is done to."""
    words = tagged(clause)
    acts = words[0][1].startswith("v") and len(words[0][0]) == 2 and words[-1][1].startswith(("n", "vn", "j", "l"))
    return acts and len(words) >= 2 and not _TOLD.search(clause)


def best_clause(sentence: str, plan: Plan, adapter: Adapter, *, least: int) -> tuple[str, str, float] | None:
    """Return the clause of ``sentence`` that makes the best heading, its role and its theme score."""
    found: list[tuple[float, int, str, str]] = []
    verbs = directive()
    pieces = _clauses(sentence)
    for order, (piece, following) in enumerate(zip(pieces, [*pieces[1:], ""], strict=True)):
        if _PREMISE.match(following):
            continue
        clause = ADVERBS.sub("", SUBJECT.sub("", adapter.carry(piece).strip()))
        if not 6 <= len(clause) <= 20 or theme_score(piece, plan) < least or adapter.swaps(piece):
            continue
        situation = _SITUATION.search(clause) and not verbs.match(clause)
        if STATEMENT.search(clause) or _gives_reason(clause) or situation:
            role = "significance"
        elif adapter.source.first and _amiss(clause):
            role = "problem"
        elif verbs.match(_WITH.sub("", clause)) or (order == 0 and least == 0 and _does(clause)):
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
