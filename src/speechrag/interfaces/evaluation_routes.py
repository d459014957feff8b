"""The routes of 评测 and of the marks on answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.interfaces import evaluating
from speechrag.interfaces.draft_routes import GONE, answered, body_of, to_save

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from speechrag.interfaces.desk import Desk

UNCLEAR = "这个请求没有看懂，请刷新页面再试。"


def add_evaluation_routes(app: FastAPI, desk: Desk) -> None:
    """Register them on ``app``."""

    async def start(request: Request) -> Response:
        return await start_evaluation(request, desk)

    async def mark(request: Request) -> Response:
        return await mark_answer(request, desk)

    def stop(request: Request) -> Response:
        desk.evaluations.stop(request.path_params["key"])
        return answered({})

    app.add_route("/api/evaluations", lambda request: answered(desk.evaluations.offer()), methods=["GET"])
    app.add_route("/api/evaluations", start, methods=["POST"])
    app.add_route("/api/evaluations/{key}", lambda request: evaluation(request, desk), methods=["GET"])
    app.add_route("/api/evaluations/{key}/stop", stop, methods=["POST"])
    app.add_route("/api/evaluations/{key}/report.html", lambda request: report(request, desk), methods=["GET"])
    app.add_route("/api/results/{key}/mark", mark, methods=["POST"])
    app.add_route("/api/marks.zip", lambda request: marks(desk), methods=["GET"])


async def _object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body. Raises UsageError for any other body."""
    try:
        body = json.loads(await body_of(request))
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise UsageError(UNCLEAR)
    return body


async def start_evaluation(request: Request, desk: Desk) -> Response:
    """Begin an evaluation (see ``Evaluations.start``) and return how it stands; 400 with one sentence otherwise."""
    from starlette.concurrency import run_in_threadpool

    try:
        key = await run_in_threadpool(desk.evaluations.start, await _object(request))
    except UsageError as exc:
        return answered({"error": str(exc)}, 400)
    return answered(await run_in_threadpool(desk.evaluations.view, key, desk.engine))


def evaluation(request: Request, desk: Desk) -> Response:
    """Return how an evaluation stands and what came out; 404 with one sentence for an unknown one."""
    found = desk.evaluations.view(request.path_params["key"], desk.engine)
    return answered(found) if found else answered({"error": evaluating.GONE}, 404)


def report(request: Request, desk: Desk) -> Response:
    """Return the report as a page of its own: no script in it, and this server's policy allows none."""
    from starlette.responses import Response

    page = desk.evaluations.report(request.path_params["key"])
    if page is None:
        return answered({"error": evaluating.GONE}, 404)
    headers = {"Cache-Control": "no-store"}
    if "save" in request.query_params:
        headers = to_save("评测报告.html", "evaluation.html")
    return Response(page, media_type="text/html", headers=headers)


async def mark_answer(request: Request, desk: Desk) -> Response:
    """Keep what a reader said of an answer (see ``Marks.add``); 404 where the answer is forgotten."""
    from starlette.concurrency import run_in_threadpool

    found = desk.results.get(request.path_params["key"])
    if found is None:
        return answered({"error": GONE}, 404)
    try:
        said = await _object(request)
        await run_in_threadpool(desk.marks.add, found.view, said, desk.engine.manifest.generation)
    except UsageError as exc:
        return answered({"error": str(exc)}, 400)
    return answered({})


def marks(desk: Desk) -> Response:
    """Return all marks with the judgements they give, as a file to save."""
    from starlette.responses import Response

    return Response(desk.marks.archive(), media_type="application/zip", headers=to_save("读者评价.zip", "marks.zip"))
