"""What every answer of the page's server carries and what it refuses.

Added: security headers. Taken out: inline scripts. Refused: names that are not this server's (a foreign page may point
its own name at this machine), writes from other sites, bodies nobody types or that never come to an end, more requests
at once than can be served, more questions from one address than a person asks, routes of Gradio that the page has no
use for, and what would have Gradio fetch a file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from speechrag.interfaces.bodies import Message, Receive, arrived, hurried, is_of_page, patience, replayed

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.interfaces.calls import Calls

log = logging.getLogger(__name__)

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
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]{0,500}\bsrc=)[^>]{0,500}>.*?</script>", re.DOTALL)
_SHARING_META = re.compile(rb"<meta\s{1,9}(?:property=\"og:|name=\"twitter:)[^>]{0,500}>")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # addresses that mean: listen on all of this machine's
LARGEST_BODY = 1_000_000  # bytes
LARGEST = {
    "/api/drafts": 20_000_000,  # a draft with its versions
    "/api/files": 50 * 1024 * 1024,  # a file to add
    "/gradio_api/run/predict": 100_000,  # what is ticked
}
# What the page uses of Gradio. The rest keeps files that nobody deletes, or runs handlers past the queue.
GRADIO = "/gradio_api/"
GRADIO_USED = frozenset(
    {"queue/join", "queue/data", "run/predict", "cancel", "info", "startup-events", "app_id", "theme.css"}
)
GRADIO_CALLS = frozenset({GRADIO + "queue/join", GRADIO + "run/predict"})  # of a page's events, by their numbers
GRADIO_OPEN = "heartbeat/"  # the id of the visit follows
AT_ONCE = 64  # requests for our own data worked on side by side
SHORT = 100_000  # bytes of a body that is read before its request takes one of these places
LONG_AT_ONCE = 16  # requests with longer bodies, whose places are their own: they come in slowly and hold up nobody
BUSY = "服务忙，请稍等片刻再试。"
CLIENTS = 10_000  # addresses whose requests are counted; beyond it the one not seen longest is forgotten
MINUTE = 60.0  # seconds

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class HostNames:
    """The names this server answers to: those of loopback, the configured ones, and its addresses if it listens to all.

    An address cannot be pointed elsewhere by anybody, a name can, so names are listed and addresses are not.
    """

    def __init__(self, settings: Settings) -> None:
        self._everywhere = settings.host in EVERYWHERE
        named = [settings.host, *settings.hosts.split(","), *([socket.gethostname()] if self._everywhere else [])]
        self._names = LOOPBACK | {name.strip().strip("[]").lower() for name in named if name.strip()}

    def __contains__(self, host: str) -> bool:
        """Tell whether ``host``, as in a Host header (with or without a port), is one of them."""
        try:
            name = "" if set(host) & set("@/\\?#") else urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name in self._names or (self._everywhere and _is_address(name))


class Pace:
    """How many requests a minute one address may make: a bucket that fills evenly and holds a minute's worth."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._now = per_minute, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> (requests left, since when)
        self._lock = threading.Lock()

    def wait(self, address: str) -> int:
        """Count a request of ``address``; return 0, or the seconds it has to wait where it has made too many."""
        if self._per_minute <= 0:
            return 0
        with self._lock:
            now = self._now()
            left, since = self._left.pop(address, (float(self._per_minute), now))
            left = min(self._per_minute, left + (now - since) * self._per_minute / MINUTE)
            self._left[address] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > CLIENTS:
                self._left.popitem(last=False)
        return 0 if left >= 1 else math.ceil((1 - left) * MINUTE / self._per_minute)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class PageGuard:
    """ASGI middleware: security headers on every answer, no inline script in the page, refusals as said above."""

    def __init__(
        self,
        app: Callable[[Scope, Receive, Send], Awaitable[None]],
        hosts: HostNames | None = None,
        at_once: int = AT_ONCE,
        pace: Pace | None = None,
        calls: Calls | None = None,
    ) -> None:
        self.app = app
        self._hosts, self._at_once, self._pace, self._calls = hosts, at_once, pace or Pace(0), calls
        self._working = {True: 0, False: 0}  # with a long body, and others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # The server ends, and this visitor did not in the time given: no fault that a log should tell line by line.
        with suppress(asyncio.CancelledError):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if self._hosts is not None and headers.get(b"host", "") not in self._hosts:
            await _refuse(send, 400, "这个地址不是本服务的名称，请用启动时显示的地址打开。")
        elif _foreign(scope, headers):
            await _refuse(send, 403, "不接受其他网站发来的请求。")
        elif _is_unused(scope):
            await _refuse(send, 404, "没有这个地址。")
        elif _too_long(scope, headers):
            await _refuse(send, 413, "内容太长了，请分几次提交。")
        elif _is_work(scope) and (seconds := self._pace.wait(_address(scope))):
            await _refuse(send, 429, f"这一分钟内的提问和修改太多了，请等 {seconds} 秒再试。", seconds)
        elif not scope["path"].startswith("/api/") and scope["path"] not in GRADIO_CALLS:
            await self.app(scope, receive, _guarded(send, scope["path"] == "/"))
        elif (length := _length(headers)) > SHORT and scope["path"] not in GRADIO_CALLS:
            await self._counted(scope, hurried(receive, patience(length)), send, long=True)
        elif (body := await arrived(receive, patience(length)) if length else b"") is None:
            await _refuse(send, 408, "内容没有传完，请再试一次。")
        elif scope["path"].startswith("/api/"):
            await self._counted(scope, replayed(body, receive), send)
        elif not is_of_page(body):
            await _refuse_call(scope, "no values that its fields give", send)
        elif self._calls is not None and scope["method"] == "POST":
            await self._called(self._calls, scope, body, receive, send)
        else:
            await self.app(scope, replayed(body, receive), _guarded(send, is_page=False))

    async def _counted(self, scope: Scope, receive: Receive, send: Send, *, long: bool = False) -> None:
        if self._working[long] >= (LONG_AT_ONCE if long else self._at_once):
            await _refuse(send, 503, BUSY)
            return
        self._working[long] += 1
        try:
            await self.app(scope, receive, _guarded(send, is_page=False))
        finally:
            self._working[long] -= 1

    async def _called(self, calls: Calls, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Pass on a call of an event; at one that the page would not make Gradio would stumble with a 500."""
        passed: list[Message] = []

        async def unless_broken(message: Message) -> None:
            if passed or message.get("status", 500) < 500:  # the body of what is held back has no status
                passed.append(message)
                await send(message)

        problem = calls.problem(body)
        if not problem:
            try:
                await self.app(scope, replayed(body, receive), _guarded(unless_broken, is_page=False))
            except Exception as exc:
                problem = f"{type(exc).__name__}: {exc}"
        if not passed:
            await _refuse_call(scope, problem or "it failed", send)


def _foreign(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    """Tell whether another site's page sends this request and it could change something."""
    origin = headers.get(b"origin", "")
    if scope["method"] in {"GET", "HEAD", "OPTIONS"} or not origin:
        return False
    try:
        return urlsplit(origin).netloc != headers.get(b"host", "")
    except ValueError:  # no address at all, such as http://[
        return True


def _is_unused(scope: Scope) -> bool:
    """Tell whether a request is for a part of Gradio that the page does not use, such as its own taking of files."""
    path = str(scope["path"])
    if not path.startswith(GRADIO):
        return False
    rest = path.removeprefix(GRADIO)
    return rest not in GRADIO_USED and not rest.startswith(GRADIO_OPEN)


def _is_work(scope: Scope) -> bool:
    """Tell whether a request sets something going: a question through Gradio's queue, or a change.

    停止 never does; files to add come by the hundred and have bounds of their own.
    """
    path = str(scope["path"])
    if scope["method"] != "POST" or path.endswith("/stop") or path == "/api/files":
        return False
    return path.startswith("/api/") or path.endswith("/queue/join")


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _too_long(scope: Scope, headers: Mapping[bytes, str]) -> bool:
    """Tell whether a body is longer than anybody types, or does not say how long it is; browsers always say."""
    length = headers.get(b"content-length", "0")
    limit = LARGEST.get(scope["path"], LARGEST_BODY)
    return b"transfer-encoding" in headers or not length.isdecimal() or _length(headers) > limit


def _length(headers: Mapping[bytes, str]) -> int:
    """Return how long a body says that it is; a number of any length is none too long for a comparison."""
    return int(headers.get(b"content-length", "0")[:12])


async def _refuse(send: Send, status: int, sentence: str, wait: int = 2) -> None:
    body = json.dumps({"error": sentence, "detail": sentence}, ensure_ascii=False).encode()  # Gradio reads `detail`
    headers = [*SECURITY_HEADERS, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if status == 408:  # the rest of the body is not waited for, and would be taken for another request
        headers.append((b"connection", b"close"))
    if status in {429, 503}:
        headers.append((b"retry-after", b"%d" % wait))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse_call(scope: Scope, problem: str, send: Send) -> None:
    log.warning("a call of %s was refused (%s)", scope["path"].removeprefix(GRADIO), problem)
    await _refuse(send, 400, "这不是页面会发出的请求，请刷新页面后再试。")


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
