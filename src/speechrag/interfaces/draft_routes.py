"""The routes of 拟稿: changes to a draft, its versions compared, its files to save, a saved draft opened again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from speechrag.errors import UsageError
from speechrag.interfaces.bodies import legible
from speechrag.interfaces.version_views import differences_view
from speechrag.records import Outline
from speechrag.writing.outlines.draft import Draft
from speechrag.writing.outlines.saved import save_draft

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from speechrag.interfaces.desk import Desk

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GONE = "这条结果已经不在了，请重新生成。"
_NO_FILE_NAME = re.compile(r'[\x00-\x1f\\/:*?"<>|\s]')


def add_draft_routes(app: FastAPI, desk: Desk) -> None:
    """Register them on ``app``."""

    async def change(request: Request) -> Response:
        return await change_draft(request, desk)

    async def reopen(request: Request) -> Response:
        return await open_saved(request, desk)

    app.add_route("/api/results/{key}/changes", change, methods=["POST"])
    app.add_route("/api/results/{key}/differences", lambda request: compare(request, desk), methods=["GET"])
    app.add_route("/api/drafts", reopen, methods=["POST"])
    for name in FILES:
        app.add_route(f"/api/results/{{key}}/{name}", _file_endpoint(desk, name), methods=["GET"])


def _file_endpoint(desk: Desk, name: str) -> Callable[[Request], Response]:
    return lambda request: outline_file(request, desk, name)


def answered(content: object, status: int = 200) -> Response:
    """Return ``content`` as JSON that no browser keeps."""
    from starlette.responses import JSONResponse

    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


def to_save(name: str, plain: str) -> dict[str, str]:
    """Return the headers of a file to save under ``name``, ``plain`` where a browser knows no Chinese."""
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return {"Content-Disposition": disposition, "Cache-Control": "no-store"}


async def body_of(request: Request) -> bytes:
    """Return the body of a request, JSON. Raises UsageError for one that broke off."""
    from starlette.requests import ClientDisconnect

    try:
        return legible(await request.body())
    except ClientDisconnect as exc:
        raise UsageError("内容没有传完，请再试一次。") from exc


async def change_draft(request: Request, desk: Desk) -> Response:
    """Make one change to a draft: ``{"act", "path", ..}`` in (see ``drafting.acted``), the draft's new view out."""
    from starlette.concurrency import run_in_threadpool

    key = request.path_params["key"]
    try:
        change = json.loads(await body_of(request))
        if not isinstance(change, dict):
            raise ValueError
        view = await run_in_threadpool(desk.change, key, change)
    except UsageError as exc:
        return answered({"error": str(exc)}, 400)
    except (ValueError, RecursionError):
        return answered({"error": "这处修改没有看懂，请刷新页面再试。"}, 400)
    return answered({"id": key, **view}) if view else answered({"error": GONE}, 404)


async def open_saved(request: Request, desk: Desk) -> Response:
    """Take in a saved draft, as the file has it; its view out. 400 with one sentence for anything else."""
    from starlette.concurrency import run_in_threadpool

    try:
        key, view = await run_in_threadpool(desk.reopen, await body_of(request))
    except UsageError as exc:
        return answered({"error": str(exc)}, 400)
    return answered({"id": key, **view})


def compare(request: Request, desk: Desk) -> Response:
    """Return how two versions of a draft differ: ``?before=N&after=N``, positions as its view lists them."""
    found = desk.results.get(request.path_params["key"])
    if found is None or found.draft is None:
        return answered({"error": GONE}, 404)
    asked = [request.query_params.get(key, "") for key in ("before", "after")]
    try:
        before, after = (int(number) if number.isdecimal() and len(number) < 6 else -1 for number in asked)
        return answered(differences_view(found.draft, before, after))
    except UsageError as exc:
        return answered({"error": str(exc)}, 400)


def _word(draft: Draft, sources: bool = False) -> bytes:
    from speechrag.writing.export import outline_docx

    return outline_docx(draft.outline, sources=sources)


def _markdown(draft: Draft) -> bytes:
    from speechrag.writing.export import outline_markdown

    return outline_markdown(draft.outline).encode()


def _text(draft: Draft) -> bytes:
    from speechrag.writing.export import outline_text

    return outline_text(draft.outline).encode()


# File name in the address -> (what the saved file's name ends in, media type, writer).
FILES: Mapping[str, tuple[str, str, Callable[[Draft], bytes]]] = {
    "outline.docx": (".docx", WORD, _word),
    "sources.docx": ("（附出处）.docx", WORD, partial(_word, sources=True)),
    "outline.md": (".md", "text/markdown; charset=utf-8", _markdown),
    "outline.txt": (".txt", "text/plain; charset=utf-8", _text),
    "draft.json": (".草稿.json", "application/json", save_draft),
}


def outline_file(request: Request, desk: Desk, name: str) -> Response:
    """Return a draft as a file to save, under its title; ``?title=N`` chooses one of the titles offered."""
    from starlette.responses import Response

    found = desk.results.get(request.path_params["key"])
    if found is None or found.draft is None:
        return answered({"error": GONE}, 404)
    outline = with_title(found.draft.outline, request.query_params.get("title", "0"))
    ending, media, write = FILES[name]
    content = write(replace(found.draft, outline=outline))
    title = _NO_FILE_NAME.sub("_", outline.titles[0] if outline.titles else "讲话提纲")[:80]
    return Response(content, media_type=media, headers=to_save(f"{title}{ending}", name))


def with_title(outline: Outline, chosen: str) -> Outline:
    """Return the outline with the chosen title (a position in ``titles``) first; unchanged when there is none such."""
    if not (chosen.isascii() and chosen.isdigit() and int(chosen[:4]) < len(outline.titles)):
        return outline
    first = outline.titles[int(chosen[:4])]
    return replace(outline, titles=(first, *(title for title in outline.titles if title != first)))
