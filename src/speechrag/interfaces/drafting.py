"""What a drafter does to an outline on the page, applied to the draft behind it so that exports carry it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.interfaces import views
from speechrag.interfaces.edits import edit_label, edited, supported
from speechrag.interfaces.version_views import length_view, versions_view
from speechrag.records import Alternative, OutlinePoint, Phrase
from speechrag.writing.export import PHRASE_ROLES
from speechrag.writing.outlines import draft as drafts
from speechrag.writing.outlines import versions
from speechrag.writing.outlines.draft import Draft
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.plan import POINTS, SETTABLE

if TYPE_CHECKING:
    from speechrag.engine import Engine

LONGEST_VALUE = 200  # characters of one line of the plan
PHRASES = 60  # sent to the page
UNCLEAR = "这处修改没有看懂，请刷新页面再试。"


def draft_view(draft: Draft) -> views.View:
    """Return a draft for the page: the outline, what each point may become, and what can be undone."""
    outline = draft.outline
    return {
        **views.outline_view(outline),
        "points": _points(views.outline_view(outline)["points"], outline.points),
        "plan": plan_fields(outline.plan),
        "phrases": [_phrase(phrase) for phrase in outline.phrases[:PHRASES]],
        "length": length_view(outline),
        "versions": versions_view(draft),
        "undo": draft.past[-1].label if draft.past else "",
        "redo": draft.ahead[0].label if draft.ahead else "",
    }


def _points(shown: Sequence[views.View], points: Sequence[OutlinePoint]) -> list[views.View]:
    return [
        {
            **view,
            "role": point.role,
            "locked": point.locked,
            "frequency": point.frequency,
            "years": _span(point.years),
            "paragraphs": [{"text": p.text, "citations": list(p.citations)} for p in point.paragraphs],
            "alternatives": [_alternative(other) for other in point.alternatives],
            "points": _points(view["points"], point.points),
        }
        for view, point in zip(shown, points, strict=True)
    ]


def _alternative(other: Alternative) -> views.View:
    years = _span(other.years)
    return {"heading": other.heading, "text": other.text, "frequency": other.frequency, "years": years}


def _phrase(phrase: Phrase) -> views.View:
    label = PHRASE_ROLES.get(phrase.role, phrase.role)
    source = views.citation_view(phrase.citation)
    return {"role": phrase.role, "label": label, "text": phrase.text, "count": phrase.count, "source": source}


def _span(years: Sequence[int]) -> str:
    """Return years as people write them: 2008—2023年, nothing without any."""
    if not years:
        return ""
    return f"{min(years)}年" if min(years) == max(years) else f"{min(years)}—{max(years)}年"


def plan_fields(plan: Mapping[str, Any]) -> list[views.View]:
    """Return the lines of the plan that can be corrected, with the values to choose from where they are given."""
    choices = {"occasion": [row.name for row in genre().occasions], "points": [str(count) for count in POINTS]}
    return [
        {"key": key, "label": views.PLAN_LABELS[key], "value": _value(plan.get(key)), "choices": choices.get(key, [])}
        for key in SETTABLE
    ]


def _value(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def overrides(change: Mapping[str, Any]) -> dict[str, str]:
    """Return the plan as corrected on the page. Raises UsageError for what is no plan."""
    given = change.get("plan")
    if not isinstance(given, dict) or any(len(str(value)) > LONGEST_VALUE for value in given.values()):
        raise UsageError(UNCLEAR)
    return {str(key): str(value).strip() for key, value in given.items()}


def acted(draft: Draft, change: Mapping[str, Any], engine: Engine, llm: str = "") -> Draft:
    """Return the draft after one change: ``{"act": name, "path": [position, ..], ..}``.

    Acts are edit (field, text), lock (on), move (to), remove, choose (number), regenerate, compress, expand, cite
    (passage_id), undo, redo, go (version, of) and name (version, of, name). Raises UsageError where there is no such
    act, part or version, or the part is locked.
    """
    try:
        act, path = str(change["act"]), [int(position) for position in change.get("path", ())]
        return _acted(draft, act, path, change, engine, llm)
    except (KeyError, TypeError, ValueError) as exc:
        raise UsageError(UNCLEAR) from exc


def _acted(draft: Draft, act: str, path: list[int], change: Mapping[str, Any], engine: Engine, llm: str) -> Draft:
    if act == "edit":
        field = str(change["field"])
        outline = edited(draft.outline, path, field, str(change["text"]))
        return drafts.changed(draft, edit_label(draft.outline, path, field), outline)
    if act == "expand":
        label = f"展开“{drafts.point_at(draft.outline, path).heading}”" if path else "展开全文"
        return drafts.changed(draft, label, engine.warned(engine.expand(draft.outline, path, llm)))
    if act == "undo":
        return drafts.undo(draft)
    if act == "redo":
        return drafts.redo(draft)
    if act == "go":
        return versions.go(draft, _version(draft, change))
    if act == "name":
        return versions.named(draft, _version(draft, change), str(change["name"]))
    if not path:
        raise UsageError(UNCLEAR)
    if act == "cite":
        passage = engine.passage(str(change["passage_id"]))
        outline = supported(draft.outline, path, passage, engine.speech(passage.speech_id))
        label = f"给“{drafts.point_at(outline, path).heading}”补充依据"
        return drafts.changed(draft, label, engine.warned(outline))
    if act == "lock":
        return drafts.lock(draft, path, locked=bool(change["on"]))
    if act == "move":
        return drafts.move(draft, path, int(change["to"]))
    if act == "remove":
        return drafts.remove(draft, path)
    if act == "choose":
        return drafts.choose(draft, path, int(change["number"]))
    if act == "regenerate":
        return drafts.regenerate(draft, path)
    if act == "compress":
        return drafts.compress(draft, path)
    raise UsageError(UNCLEAR)


def _version(draft: Draft, change: Mapping[str, Any]) -> int:
    """Return the version meant, a position among ``of``. Raises UsageError where there are not as many any more."""
    if len(versions.states(draft)) != int(change["of"]):
        raise UsageError("版本刚有变动，请再选一次。")
    return int(change["version"])
