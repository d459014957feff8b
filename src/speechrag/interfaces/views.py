"""Records as the page wants them: plain dictionaries of text, numbers and offsets, ready for JSON.

Nothing here is markup. The page's script puts every string into a text node, so a view never escapes or decorates.
Offsets stay character offsets (code points); the script counts the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from speechrag.records import Answer, Citation, Hit, IndexManifest, Outline, OutlinePoint, Passage, Place, Speech
from speechrag.text import fold, numerals, words
from speechrag.writing.answer import closing_mark

if TYPE_CHECKING:
    from speechrag.engine import Engine
    from speechrag.text import Segmenter

View = dict[str, Any]

NEAREST = 3  # places shown beside a refusal
LABELS: Mapping[str, str] = {
    "year": "年份",
    "level": "级别",
    "organ": "机关",
    "occasion": "场合",
    "genre": "文种",
    "topics": "主题",
    "region": "地区",
    "speaker_role": "讲话人",
}
PLAN_LABELS: Mapping[str, str] = {
    "occasion": "场合",
    "event": "会议",
    "speaker": "讲话人",
    "audience": "对象",
    "theme": "主题",
    "level": "级别",
    "year": "年份",
    "points": "部分",
    "length": "字数",
    "focus": "重点",
}
_PLAN_UNITS: Mapping[str, str] = {"year": "年", "points": " 个", "length": " 字"}
WARNING_LABELS: Mapping[str, str] = {
    "stale": "表述可能过时",
    "single_source": "只有一处依据",
    "borrowed": "借自其他主题",
    "local": "当地提法",
    "copied": "与原稿雷同较多",
    "damaged_source": "来源有缺损",
    "cliche": "套话较多",
    "skeleton": "结构与原稿雷同",
    "concentration": "来源集中",
}
QUALITY: Mapping[str, str] = {"truncated": "疑似残缺", "holes": "有缺字", "gaps": "有脱漏", "damage": "有损坏"}
_SKIPPED_FACTS = frozenset({"topics", "region", "speaker_role"})  # too long for the thin line under a result
# Words of a question that say what kind of answer is wanted; marking them in a passage would only distract.
_ASKING = (
    "的 了 和 与 及 在 是 有 要 对 为 把 被 等 也 都 就 从 到 中 上 下 个 吗 呢 什么 哪些 哪几 哪里 哪 如何 怎样 怎么 "
    "多少 几 谁 何时 多久 为什么 是否 应当 应该 需要 可以 进行 关于 以及 一个 多 少"
)


def manifest_line(manifest: IndexManifest) -> str:
    """Return the corpus in one line: ``20 篇 · 310 段 · 11月20日更新`` (the day in local time)."""
    line = f"{manifest.speeches:,} 篇 · {manifest.passages:,} 段"
    try:
        built = datetime.fromisoformat(manifest.built.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return line
    return f"{line} · {built.month}月{built.day}日更新"


def facts(metadata: Mapping[str, Any]) -> list[str]:
    """Return what is known about a speech as short words, in the order people look for them."""
    found: list[str] = []
    for key in LABELS:
        value = metadata.get(key)
        if key not in _SKIPPED_FACTS and value not in (None, "", [], ()):
            found.append(str(value))
    return found


def citation_view(citation: Citation) -> View:
    """Return one citation: where it stands and the words it quotes."""
    return {
        "number": citation.number,
        "passage_id": citation.passage_id,
        "speech_id": citation.speech_id,
        "source": citation.source,
        "title": citation.title,
        "headings": list(citation.headings),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "copies": citation.copies,
        "others": [_other_view(place) for place in citation.others],
    }


def _other_view(place: Place) -> View:
    """Return another place that says the same, as one line to show."""
    return {"passage_id": place.passage_id, "speech_id": place.speech_id, "source": place.source, "title": place.title}


def place_view(passage: Passage, speech: Speech) -> View:
    """Return a passage with the speech it stands in, as one place to open."""
    return {
        "passage_id": passage.passage_id,
        "speech_id": passage.speech_id,
        "source": speech.source,
        "title": speech.title,
        "headings": list(passage.headings),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "facts": facts(speech.metadata),
    }


def answer_view(answer: Answer, engine: Engine) -> View:
    """Return an answer with its citations, or a refusal with the nearest places."""
    nearest: list[View] = []
    if not answer.supported:
        for passage_id in answer.nearest[:NEAREST]:
            passage = engine.passage(passage_id)
            nearest.append(place_view(passage, engine.speech(passage.speech_id)))
    return {
        "kind": "answer",
        "question": answer.question,
        "supported": answer.supported,
        "text": answer.text,
        "sentences": _sentences(answer),
        "citations": [citation_view(c) for c in answer.citations],
        "nearest": nearest,
        "suggestions": list(answer.suggestions),
        "notes": list(answer.notes),
    }


def terms(query: str, cutter: Segmenter) -> list[str]:
    """Return the words of ``query`` worth marking, longest first, each once.

    Single characters count only where the query has nothing longer.
    """
    asking = set(_ASKING.split())
    found = [word for word in dict.fromkeys(words(query, cutter)) if word not in asking]
    longer = [word for word in found if len(word) > 1]
    return sorted(longer or found, key=lambda word: (-len(word), word))


def matched(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of ``text`` that hold a wanted word; sorted, overlapping ones joined.

    Full-width and capital letters match their plain forms as long as folding keeps the length of the text.
    """
    folded = fold(text)
    haystack = folded if len(folded) == len(text) else text.lower()
    spans = sorted(m.span() for word in wanted for m in re.finditer(re.escape(word), haystack))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def hits_view(query: str, hits: Sequence[Hit], cutter: Segmenter, *, excluded: bool = False) -> View:
    """Return a result list, the words of the query marked in the passages.

    ``literal`` tells whether any title or passage holds one of them; where none does, the list is of like meanings.
    ``excluded`` tells that the filters leave no speech to search.
    """
    wanted = terms(query, cutter)
    listed = [_hit_view(hit, wanted) for hit in hits]
    literal = any(hit["marks"] or matched(hit["title"], wanted) for hit in listed)
    return {"kind": "hits", "query": query, "literal": literal, "hits": listed, "excluded": excluded}


def _hit_view(hit: Hit, wanted: Sequence[str]) -> View:
    passage = hit.passage
    return {
        "rank": hit.rank,
        "passage_id": passage.passage_id,
        "speech_id": passage.speech_id,
        "source": hit.source,
        "title": hit.title,
        "headings": list(passage.headings),
        "text": passage.text,
        "marks": matched(passage.text, wanted),
        "start": passage.start,
        "end": passage.end,
        "facts": facts(hit.metadata),
        "copies": hit.copies,
        "others": [_other_view(place) for place in hit.others],
    }


def outline_view(outline: Outline) -> View:
    """Return an outline as a numbered document with its citations, slots and warnings."""
    return {
        "kind": "outline",
        "brief": outline.brief,
        "titles": list(outline.titles),
        "salutation": outline.salutation,
        "opening": outline.opening,
        "points": _point_views(outline.points),
        "closing": outline.closing,
        "citations": [citation_view(c) for c in outline.citations],
        "slots": [{"text": s.text, "where": s.where} for s in outline.slots],
        "warnings": [
            {"kind": WARNING_LABELS.get(w.kind, w.kind), "text": w.text, "where": w.where} for w in outline.warnings
        ],
        "plan": plan_view(outline.plan),
        "notes": list(outline.notes),
    }


def _point_views(points: Sequence[OutlinePoint], depth: int = 1) -> list[View]:
    return [
        {
            "number": numerals(depth, ordinal),
            "heading": point.heading,
            "level": depth,
            "text": point.text,
            "citations": list(point.citations),
            "points": _point_views(point.points, depth + 1),
        }
        for ordinal, point in enumerate(points, start=1)
    ]


def plan_view(plan: Mapping[str, Any]) -> list[list[str]]:
    """Return what was read from a brief as pairs of a label and a value; keys without a label stay out."""
    pairs: list[list[str]] = []
    for key, value in plan.items():
        shown = "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value or "")
        shown += _PLAN_UNITS.get(key, "") if shown else ""
        if key in PLAN_LABELS and shown:
            pairs.append([PLAN_LABELS[key], shown])
    return pairs


def speech_view(speech: Speech) -> View:
    """Return a whole speech for the reading view: cleaned text, sections and what is known about it."""
    return {
        "speech_id": speech.speech_id,
        "title": speech.title,
        "source": speech.source,
        "text": speech.text,
        "facts": facts(speech.metadata),
        "quality": quality_words(speech.quality),
        "sections": [
            {"heading": s.heading, "label": s.label, "level": s.level, "start": s.start, "end": s.end, "body": s.body}
            for s in speech.sections
        ],
    }


def quality_words(quality: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know about the state of a text; nothing for a sound one."""
    return [word for key, word in QUALITY.items() if quality.get(key)]


def original_segments(engine: Engine, speech: Speech, spans: Sequence[tuple[int, int]]) -> list[View]:
    """Return the speech as its file has it, cut at the ends of ``spans`` so that each can be marked there.

    A segment is ``{"text", "mark"}``; ``mark`` is the index of the span it came from, -1 for the text between.
    The segments joined give the original; where a repair straddles an end, the span is looked up in it instead.
    """
    whole = engine.original(speech.speech_id, 0, len(speech.text))
    order = sorted(range(len(spans)), key=lambda i: (spans[i][0], spans[i][1]))
    segments: list[View] = []
    done = 0
    for index in order:
        start, end = spans[index]
        quoted = engine.original(speech.speech_id, start, end)
        lead = engine.original(speech.speech_id, 0, start)
        at = len(lead) if whole.startswith(quoted, len(lead)) else whole.find(quoted, done)
        if not quoted or at < done:  # overlaps a span already marked, or cannot be placed
            continue
        segments += [{"text": whole[done:at], "mark": -1}, {"text": quoted, "mark": index}]
        done = at + len(quoted)
    segments.append({"text": whole[done:], "mark": -1})
    return [segment for segment in segments if segment["text"]]


def _sentences(answer: Answer) -> list[View]:
    """Return the sentences with their citation numbers and the mark to print behind each."""
    count = len(answer.sentences)
    return [
        {"text": s.text, "citations": list(s.citations), "stop": closing_mark(s.text, last=place == count)}
        for place, s in enumerate(answer.sentences, 1)
    ]
