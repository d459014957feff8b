"""The JSON and file routes beside Gradio: results by id, speeches, and the two exports of an outline."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from speechrag.errors import SpeechragError, UsageError
from speechrag.interfaces import views
from speechrag.records import Outline

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from speechrag.interfaces.desk import Desk

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARKDOWN = "text/markdown; charset=utf-8"
MARKS_AT_MOST = 50
LARGEST_EDIT = 100_000  # bytes
_MARKS = re.compile(r"\d{1,9}-\d{1,9}(?:,\d{1,9}-\d{1,9})*")
_NO_FILE_NAME = re.compile(r'[\x00-\x1f\\/:*?"<>|\s]+')
_GONE = "这条结果已经不在了，请重新生成。"
_NO_SPEECH = "语料中没有这篇讲话，可能已经更新，请重新检索。"


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Register our routes on ``app``; they must stand before Gradio is mounted, which answers everything else."""
    routes: dict[str, Callable[[Request], Response]] = {
        "/api/results/{key}": lambda request: result(request, desk),
        "/api/results/{key}/outline.docx": lambda request: outline_file(request, desk, "docx"),
        "/api/results/{key}/outline.md": lambda request: outline_file(request, desk, "md"),
        "/api/speeches/{speech_id}": lambda request: speech(request, desk),
        "/api/speeches/{speech_id}/original": lambda request: original(request, desk),
        "/api/welcome": lambda request: _json(desk.welcome()),
    }
    for path, endpoint in routes.items():
        app.add_route(path, endpoint, methods=["GET"])

    async def edit_outline(request: Request) -> Response:
        return await edit(request, desk)

    app.add_route("/api/results/{key}/edits", edit_outline, methods=["POST"])


def _json(content: object, status: int = 200) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


def _missing(sentence: str) -> Response:
    return _json({"error": sentence}, 404)


def result(request: Request, desk: Desk) -> Response:
    """Return a stored result; 404 with one sentence when it is unknown or forgotten."""
    key = request.path_params["key"]
    found = desk.results.get(key)
    return _json({"id": key, **found.view}) if found else _missing(_GONE)


def speech(request: Request, desk: Desk) -> Response:
    """Return one whole speech; 404 with one sentence when the corpus has none of that id."""
    try:
        return _json(views.speech_view(desk.engine.speech(request.path_params["speech_id"])))
    except (SpeechragError, KeyError):
        return _missing(_NO_SPEECH)


def original(request: Request, desk: Desk) -> Response:
    """Return a speech as its file has it, cut at ``?marks=START-END,...`` (offsets into the cleaned text)."""
    try:
        found = desk.engine.speech(request.path_params["speech_id"])
    except (SpeechragError, KeyError):
        return _missing(_NO_SPEECH)
    marks = parse_marks(request.query_params.get("marks", ""), len(found.text))
    return _json({"segments": views.original_segments(desk.engine, found, marks)})


def parse_marks(text: str, length: int) -> list[tuple[int, int]]:
    """Return the spans written as ``12-34,50-60`` that lie within ``length``; nothing for anything else."""
    if not _MARKS.fullmatch(text):
        return []
    pairs = [tuple(map(int, part.split("-"))) for part in text.split(",")[:MARKS_AT_MOST]]
    return [(start, end) for start, end in pairs if start < end <= length]


async def edit(request: Request, desk: Desk) -> Response:
    """Rewrite one part of an outline: ``{"path": [n, ..], "field", "text"}`` in, the outline's new view out."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_EDIT:
            return _json({"error": "这一处写得太长了。"}, 413)
    try:
        change = json.loads(body)
        path, field, text = list(map(int, change["path"])), str(change["field"]), str(change["text"])
        view = desk.edit(request.path_params["key"], path, field, text)
    except UsageError as exc:
        return _json({"error": str(exc)}, 400)
    except (ValueError, KeyError, TypeError):
        return _json({"error": "这处修改没有看懂，请刷新页面再试。"}, 400)
    return _json({"id": request.path_params["key"], **view}) if view else _missing(_GONE)


def outline_file(request: Request, desk: Desk, kind: str) -> Response:
    """Return an outline as a file to save, under its title; ``?title=N`` chooses one of the titles offered."""
    from starlette.responses import Response

    from speechrag.writing.export import outline_docx, outline_markdown

    found = desk.results.get(request.path_params["key"])
    if found is None or found.outline is None:
        return _missing(_GONE)
    outline = with_title(found.outline, request.query_params.get("title", "0"))
    content = outline_docx(outline) if kind == "docx" else outline_markdown(outline).encode()
    name = _NO_FILE_NAME.sub("_", outline.titles[0] if outline.titles else "讲话提纲")[:80]
    disposition = f"attachment; filename=\"outline.{kind}\"; filename*=UTF-8''{quote(f'{name}.{kind}')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type=WORD if kind == "docx" else MARKDOWN, headers=headers)


def with_title(outline: Outline, chosen: str) -> Outline:
    """Return the outline with the chosen title (a position in ``titles``) first; unchanged when there is none such."""
    if not (chosen.isascii() and chosen.isdigit() and int(chosen[:4]) < len(outline.titles)):
        return outline
    first = outline.titles[int(chosen[:4])]
    return replace(outline, titles=(first, *(title for title in outline.titles if title != first)))
