"""A draft as a file: versioned JSON, read back strictly. What does not fit is refused with one clear error."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from speechrag.errors import UsageError
from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outlines.draft import Draft

FORMAT, VERSION = "speechrag-draft", 1  # bump the version when the records below change their meaning
LARGEST = 50_000_000  # bytes of a file that is read
DEEPEST = 6  # levels of points


def save_draft(draft: Draft) -> bytes:
    """Return the draft with its versions as JSON in UTF-8."""
    body = {"format": FORMAT, "version": VERSION, "draft": asdict(draft)}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def open_draft(data: bytes, name: str = "草稿文件") -> Draft:
    """Return a saved draft. Raises UsageError naming the file, the place in it and what was expected there."""
    if len(data) > LARGEST:
        raise UsageError(f"{name}：文件超过{LARGEST // 1_000_000}MB，不是本程序存的草稿。")
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise UsageError(f"{name}：不是完整的 JSON 文件，请换一份存好的草稿。") from exc
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise UsageError(f"{name}：不是本程序存的草稿（缺少 format: {FORMAT}）。")
    if body.get("version") != VERSION:
        raise UsageError(f"{name}：草稿格式是第{body.get('version')!r}版，这里能打开的是第{VERSION}版。")
    try:
        draft: Draft = _decoded(Draft, body.get("draft"), "draft")
        for version in (draft.outline, *(v.outline for v in (*draft.past, *draft.ahead, *draft.aside))):
            _check(version)
    except RecursionError as exc:
        raise UsageError(f"{name}：嵌套太深，不是本程序存的草稿。") from exc
    except _Unfit as exc:
        raise UsageError(f"{name}：{exc}") from exc
    return draft


class _Unfit(Exception):
    """What stands where something else was expected."""


def _decoded(kind: Any, value: Any, where: str) -> Any:
    """Return ``value`` as a record, tuple, mapping or plain value of type ``kind``."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _record(kind, value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise _Unfit(f"{where} 应当是列表。")
        return tuple(_decoded(inner[0], item, f"{where}[{position}]") for position, item in enumerate(value))
    if origin in (Union, types.UnionType):
        return None if value is None else _decoded(next(i for i in inner if i is not type(None)), value, where)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise _Unfit(f"{where} 应当是一组键值。")
        return value
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _Unfit(f"{where} 应当是{_NAMES.get(kind, kind.__name__)}。")
    return value


_NAMES = {str: "文字", int: "整数", bool: "true 或 false", float: "数"}


def _record(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise _Unfit(f"{where} 应当是一组键值。")
    hints, known = get_type_hints(kind), {field.name: field for field in fields(kind)}
    for key in value:
        if key not in known:
            raise _Unfit(f"{where} 里有不认识的项“{key}”。")
    for key, field in known.items():
        if key not in value and field.default is MISSING and field.default_factory is MISSING:
            raise _Unfit(f"{where} 缺少“{key}”。")
    return kind(**{key: _decoded(hints[key], item, f"{where}.{key}") for key, item in value.items()})


def _check(outline: Outline) -> None:
    """Raise _Unfit where an outline cites what it does not list, or its levels are out of order."""
    numbers = [citation.number for citation in outline.citations]
    if len(set(numbers)) != len(numbers):
        raise _Unfit("有两条来源的编号相同。")
    for point in outline.points:
        _check_point(point, set(numbers), 1)


def _check_point(point: OutlinePoint, numbers: set[int], level: int) -> None:
    if point.level != level or level > DEEPEST:
        raise _Unfit(f"要点“{point.heading[:20]}”的层级是{point.level}，应当是{level}。")
    cited = {*point.citations, *(n for paragraph in point.paragraphs for n in paragraph.citations)}
    for number in sorted(cited - numbers):
        raise _Unfit(f"要点“{point.heading[:20]}”引用了不存在的来源[{number}]。")
    for below in point.points:
        _check_point(below, numbers, level + 1)
