"""What every answer of the page's server carries and what it refuses: headers, inline scripts, foreign writes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>.*?</script>", re.DOTALL)
_SHARING_META = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class PageGuard:
    """ASGI middleware: security headers on every answer, no inline script in the page, no writing from other sites."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _foreign(scope):
            await _refuse(send)
        else:
            await self.app(scope, receive, _guarded(send, scope["path"] == "/"))


def _foreign(scope: Scope) -> bool:
    """Tell whether another site's page sends this request and it could change something."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    own = headers.get(b"host", b"").decode("latin-1")
    return scope["method"] not in {"GET", "HEAD", "OPTIONS"} and bool(origin) and urlsplit(origin).netloc != own


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": list(SECURITY_HEADERS)})
    await send({"type": "http.response.body", "body": b"requests from other sites are refused\n"})


def _guarded(send: Send, is_page: bool) -> Send:
    """Return ``send`` with the security headers added and, for the page itself, its inline scripts taken out."""
    started: list[Message] = []
    body: list[bytes] = []

    async def passing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            if is_page:
                started.append(message)
                return
        elif is_page and message["type"] == "http.response.body":
            body.append(message.get("body", b""))
            if not message.get("more_body"):
                await _send_page(send, started[0], b"".join(body))
            return
        await send(message)

    return passing


async def _send_page(send: Send, start: Message, html: bytes) -> None:
    html = _SHARING_META.sub(b"", _INLINE_SCRIPT.sub(b"", html)).replace(b'lang="en"', b'lang="zh-CN"', 1)
    headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
    start["headers"] = [*headers, (b"content-length", str(len(html)).encode())]
    await send(start)
    await send({"type": "http.response.body", "body": html})
