"""The JSON routes beside Gradio: results by id, speeches, and the corpus with its report."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from speechrag.errors import SpeechragError
from speechrag.interfaces import corpus_views, views
from speechrag.interfaces.draft_routes import GONE, add_draft_routes, answered, to_save
from speechrag.interfaces.evaluation_routes import add_evaluation_routes
from speechrag.interfaces.upload_routes import add_upload_routes

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from speechrag.interfaces.desk import Desk

MARKS_AT_MOST = 50
_MARKS = re.compile(r"\d{1,9}-\d{1,9}(?:,\d{1,9}-\d{1,9})*")
_reporting = threading.Lock()
_NO_SPEECH = "语料中没有这篇讲话，可能已经更新，请重新检索。"


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Register our routes on ``app``; they must stand before Gradio is mounted, which answers everything else."""
    routes: dict[str, Callable[[Request], Response]] = {
        "/api/results/{key}": lambda request: result(request, desk),
        "/api/speeches/{speech_id}": lambda request: speech(request, desk),
        "/api/speeches/{speech_id}/original": lambda request: original(request, desk),
        "/api/speeches/{speech_id}/changes": lambda request: changes(request, desk),
        "/api/welcome": lambda request: answered({**desk.welcome(), "uploads": desk.uploads.allowed}),
        "/api/corpus": lambda request: answered({**live(desk), **desk.corpus.overview()}),
        "/api/corpus/live": lambda request: answered(live(desk)),
        "/api/corpus/speeches": lambda request: answered(desk.corpus.speeches(request.query_params, offset(request))),
        "/api/corpus/files": lambda request: answered(
            desk.corpus.files(request.query_params.get("state", ""), offset(request))
        ),
        "/api/corpus/report.html": lambda request: report(desk),
    }
    for path, endpoint in routes.items():
        app.add_route(path, endpoint, methods=["GET"])

    def stop(request: Request) -> Response:
        desk.stop(request.path_params["key"])
        return answered({})

    app.add_route("/api/results/{key}/stop", stop, methods=["POST"])
    add_draft_routes(app, desk)
    add_evaluation_routes(app, desk)
    add_upload_routes(app, desk.uploads)


def _missing(sentence: str) -> Response:
    return answered({"error": sentence}, 404)


def result(request: Request, desk: Desk) -> Response:
    """Return a stored result; 404 with one sentence when it is unknown or forgotten."""
    key = request.path_params["key"]
    found = desk.results.get(key)
    return answered({"id": key, **found.view}) if found else _missing(GONE)


def speech(request: Request, desk: Desk) -> Response:
    """Return one whole speech; 404 with one sentence when the corpus has none of that id."""
    try:
        return answered(views.speech_view(desk.engine.speech(request.path_params["speech_id"])))
    except (SpeechragError, KeyError):
        return _missing(_NO_SPEECH)


def original(request: Request, desk: Desk) -> Response:
    """Return a speech as its file has it, cut at ``?marks=START-END,...`` (offsets into the cleaned text)."""
    try:
        found = desk.engine.speech(request.path_params["speech_id"])
    except (SpeechragError, KeyError):
        return _missing(_NO_SPEECH)
    marks = parse_marks(request.query_params.get("marks", ""), len(found.text))
    return answered({"segments": views.original_segments(desk.engine, found, marks)})


def changes(request: Request, desk: Desk) -> Response:
    """Return a speech line by line beside its original, repairs marked; 404 when the corpus has none of that id."""
    engine = desk.engine
    try:
        found = engine.speech(request.path_params["speech_id"])
    except (SpeechragError, KeyError):
        return _missing(_NO_SPEECH)
    return answered(corpus_views.changes_view(engine.store.document(found.doc_id), found))


def live(desk: Desk) -> views.View:
    """Return which index is served, so that a page left open can tell that it has changed."""
    manifest = desk.engine.manifest
    return {"generation": manifest.generation, "line": views.manifest_line(manifest)}


def offset(request: Request) -> int:
    """Return ``?offset=N``, 0 for anything that is no number."""
    text = request.query_params.get("offset", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def report(desk: Desk) -> Response:
    """Return the report on the corpus as a file to save; one at a time, as it reads all texts."""
    from starlette.responses import Response

    from speechrag.interfaces.report import gather
    from speechrag.interfaces.report_page import pages

    if not _reporting.acquire(blocking=False):
        return answered({"error": "另一份整理报告正在生成，请稍等片刻再试。"}, 503)
    try:
        engine = desk.engine
        page = "".join(pages(gather(engine.manifest, engine.store)))
    finally:
        _reporting.release()
    return Response(page, media_type="text/html", headers=to_save("整理报告.html", "report.html"))


def parse_marks(text: str, length: int) -> list[tuple[int, int]]:
    """Return the spans written as ``12-34,50-60`` that lie within ``length``; nothing for anything else."""
    if not _MARKS.fullmatch(text):
        return []
    pairs = [tuple(map(int, part.split("-"))) for part in text.split(",")[:MARKS_AT_MOST]]
    return [(start, end) for start, end in pairs if start < end <= length]
