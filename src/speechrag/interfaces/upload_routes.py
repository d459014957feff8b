"""The routes of adding files: one file in, a build begun, watched and stopped."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.interfaces.draft_routes import answered

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from speechrag.interfaces.uploads import Uploads

log = logging.getLogger(__name__)


def add_upload_routes(app: FastAPI, uploads: Uploads) -> None:
    """Register them on ``app``."""

    async def add(request: Request) -> Response:
        return await add_file(request, uploads)

    def build(request: Request) -> Response:
        try:
            uploads.build()
        except UsageError as exc:
            return answered({"error": str(exc)}, 409)
        return answered(uploads.view())

    def stop(request: Request) -> Response:
        uploads.stop()
        return answered(uploads.view())

    app.add_route("/api/files", add, methods=["POST"])
    app.add_route("/api/build", lambda request: answered(uploads.view()), methods=["GET"])
    app.add_route("/api/build", build, methods=["POST"])
    app.add_route("/api/build/stop", stop, methods=["POST"])


async def add_file(request: Request, uploads: Uploads) -> Response:
    """Store the body as the file ``?name=``; 403 where none are taken, 400 with one sentence where this one is not."""
    from starlette.requests import ClientDisconnect

    try:
        with uploads.incoming(request.query_params.get("name", "")) as incoming:
            async for chunk in request.stream():
                incoming.write(chunk)
            name = incoming.keep()
    except UsageError as exc:
        return answered({"error": str(exc)}, 400 if uploads.allowed else 403)
    except ClientDisconnect:
        return answered({"error": "文件没有传完。"}, 400)
    log.info("added %s", name)
    return answered({"name": name})
