"""What the page's server refuses, asked over the wire; and the page after its corpus was built again."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_engine import SPEECHES, FakeEngine
from web_visit import Served, Visit, serving

from small_corpus import QUICK, build, write_texts
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.errors import IndexDamaged
from speechrag.interfaces.guard import CLIENTS, LARGEST_BODY, HostNames, Pace, PageGuard
from speechrag.interfaces.live import Live, PerGeneration, watched


def ask(served: Served, host: str, path: str = "/api/corpus/live") -> int:
    """Return the status of a request that calls the server ``host``."""
    connection = http.client.HTTPConnection(served.address.removeprefix("http://"), timeout=30)
    connection.putrequest("GET", path, skip_host=True)
    if host:
        connection.putheader("Host", host)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "[::1", "", "x@localhost:1/"]
)
@pytest.mark.parametrize("path", ["/", "/config", "/api/welcome", "/page/app.js"])
def test_a_foreign_name_for_this_server_is_refused(served: Served, host: str, path: str) -> None:
    """A page elsewhere cannot point its own name at this machine and read what is here."""
    assert ask(served, host, path) == 400


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:80", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(served: Served, host: str) -> None:
    """Loopback by any of its names."""
    assert ask(served, host) == 200


def test_configured_names_are_known() -> None:
    """The address listened on and those of a proxy; on all addresses, any address but no foreign name."""
    assert "shujuku.example:80" in HostNames(Settings(host="shujuku.example"))
    assert "b.example" in HostNames(Settings(hosts="a.example, b.example"))
    assert "192.0.2.7:7860" not in HostNames(Settings())
    everywhere = HostNames(Settings(host="0.0.0.0"))
    assert "192.0.2.7:7860" in everywhere
    assert "[2001:db8::1]:7860" in everywhere
    assert "evil.example" not in everywhere


def test_a_body_that_nobody_types_is_refused(served: Served, browser: Any) -> None:
    """A megabyte for a field of a few lines is turned away before it is read."""
    response = browser.request.post(served.address + "/gradio_api/queue/join", data="x" * (LARGEST_BODY + 1))
    assert response.status == 413
    assert response.json()["error"].endswith("。")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "http://127.0.0.1:7860.evil.example"])
def test_a_write_from_elsewhere_is_refused(origin: str) -> None:
    """Also where the sender's name is no address at all."""
    headers = ("Host", "127.0.0.1:7860"), ("Origin", origin)
    assert guarded(PageGuard(answering), "POST", "/api/drafts", *headers) == 403
    assert guarded(PageGuard(answering), "POST", "/api/drafts", headers[0], ("Origin", "http://127.0.0.1:7860")) == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "upload"), ("GET", "upload_progress?upload_id=1"), ("GET", "openapi.json"), ("POST", "run/other"),
        ("POST", "call/ask"), ("POST", "call/v2/ask"), ("POST", "api/predict"), ("POST", "reset"), ("GET", "file=x"),
        ("GET", "proxy=http://127.0.0.1:9/"), ("POST", "process_recording"), ("POST", "vibe-edit"), ("GET", "token"),
        ("GET", "deep_link?session_hash=1"), ("POST", "component_server"), ("POST", "stream/1"), ("GET", "user"),
    ],
)  # fmt: skip
def test_what_the_page_does_not_use_of_gradio_is_not_there(
    served: Served, browser: Any, method: str, path: str
) -> None:
    """Its upload would keep whatever anybody sends; its direct calls would pass the queue and the count by."""
    response = browser.request.fetch(f"{served.address}/gradio_api/{path}", method=method)
    assert (response.status, response.json()["error"]) == (404, "没有这个地址。")


def test_no_question_passes_the_queue_by(served: Served, browser: Any) -> None:
    """Gradio would run a handler for whoever calls it by number, uncounted and with as many at once as come."""
    events = browser.request.get(served.address + "/config").json()["dependencies"]
    queued = [event for event in events if event["queue"]]
    for event in queued:
        body = {"fn_index": event["id"], "data": ["信息"] + [[]] * (len(event["inputs"]) - 1), "session_hash": "x"}
        assert browser.request.post(served.address + "/gradio_api/run/predict", data=body).status == 404
    assert len(queued) == 4


@pytest.mark.parametrize("path", ["queue/join", "run/predict"])
@pytest.mark.parametrize(
    "changed",
    [
        {"fn_index": -1}, {"fn_index": 99_999}, {"fn_index": None}, {"fn_index": True}, {"fn_index": "0"},
        {"fn_index": 1},  # 停止, which has no handler
        {"data": []}, {"data": ["信息"] * 99}, {"data": None}, {"data": {"0": "信息"}},
        {"session_hash": "x" * 1_000}, {"session_hash": None}, {"session_hash": ["x"]}, {"trigger_id": "a"},
    ],
)  # fmt: skip
def test_a_call_that_the_page_would_not_make_is_refused(
    served: Served, browser: Any, path: str, changed: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    """An event there is none of, inputs it has not, an endless visit: a refusal, no traceback, no failure."""
    events = browser.request.get(served.address + "/config").json()["dependencies"]
    count = len(events[0]["inputs"])
    body = {"fn_index": 0, "data": ["信息"] + [[]] * (count - 1), "session_hash": "x"} | changed
    response = browser.request.post(f"{served.address}/gradio_api/{path}", data=body)
    assert response.status in {400, 422}
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("body", ["", "[]", "{", '{"fn_index": 0, "data": ' + "[" * 50_000, '{"fn_index": 1e400}'])
def test_a_call_that_is_no_call_is_one_line_in_the_log(
    served: Served, browser: Any, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence for whoever sent it, one line for the administrator."""
    response = browser.request.post(served.address + "/gradio_api/run/predict", data=body.encode())
    assert (response.status, response.json()["error"][-1]) == (400, "。")
    told = [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}]
    assert len(told) == 1 and told[0].exc_info is None and "run/predict" in told[0].message


def test_more_at_once_than_can_be_served_is_told_to_come_back() -> None:
    """Beyond the limit a request waits nowhere: 503, a sentence, and when to ask again; then all is as before."""
    release = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def statuses() -> list[int]:
        guard = PageGuard(slow, at_once=2)
        found: list[int] = []

        async def one() -> None:
            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    found.append(message["status"])

            await guard({"type": "http", "method": "GET", "path": "/api/x", "headers": []}, None, send)  # type: ignore[arg-type]

        waiting = [asyncio.create_task(one()) for _ in range(3)]
        while not found:
            await asyncio.sleep(0)
        release.set()
        await asyncio.gather(*waiting)
        await one()
        return found

    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests has a loop in this thread
        assert elsewhere.submit(lambda: asyncio.run(statuses())).result() == [503, 200, 200, 200]


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/api/drafts", ("Content-Length", str(LARGEST_BODY + 1)), 200),
        ("/api/drafts", ("Content-Length", "20000001"), 413),
        ("/api/files", ("Content-Length", str(50 * 1024**2)), 200),
        ("/api/files", ("Content-Length", "9" * 5_000), 413),
        ("/api/x", ("Content-Length", str(LARGEST_BODY + 1)), 413),
        ("/api/x", ("Content-Length", "-1"), 413),
        ("/api/x", ("Transfer-Encoding", "chunked"), 413),
    ],
)
def test_how_long_a_body_may_be_depends_on_what_it_is(path: str, header: tuple[str, str], status: int) -> None:
    """A saved draft and a file may be long; a body that does not say how long it is comes from no browser."""
    assert guarded(PageGuard(answering), "POST", path, header) == status


def guarded(
    guard: PageGuard, method: str, path: str, *headers: tuple[str, str], address: str = "192.0.2.7", body: bytes = b""
) -> int:
    """Return the status of one request through ``guard``."""
    found: list[int] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs, "client": (address, 1)}
    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests has a loop in this thread
        elsewhere.submit(lambda: asyncio.run(guard(scope, receive, send))).result()  # type: ignore[func-returns-value]
    return found[0]


async def answering(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_an_address_asks_so_often_and_no_oftener() -> None:
    """A minute's worth at once, then evenly; each address for itself; 0 means any number."""
    now = [0.0]
    pace = Pace(6, lambda: now[0])
    assert [pace.wait("a") for _ in range(8)] == [0, 0, 0, 0, 0, 0, 10, 10]
    assert pace.wait("b") == 0
    now[0] = 9.0
    assert pace.wait("a") == 1
    now[0] = 10.5
    assert [pace.wait("a"), pace.wait("a")] == [0, 10]
    now[0] = 1e6
    assert [pace.wait("a") for _ in range(7)][-1] == 10
    assert {Pace(0).wait("a") for _ in range(1_000)} == {0}


def test_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    """The one not seen longest goes first."""
    pace = Pace(1, lambda: 0.0)
    for number in range(CLIENTS + 5):
        pace.wait(str(number))
    assert len(pace._left) == CLIENTS
    assert (pace.wait("0"), pace.wait(str(CLIENTS))) == (0, 60)


def test_only_what_sets_work_going_is_counted() -> None:
    """Reading and 停止 are always answered; questions and changes wait their turn."""
    guard = PageGuard(answering, pace=Pace(1))
    assert guarded(guard, "POST", "/gradio_api/queue/join") == 200
    assert guarded(guard, "POST", "/gradio_api/queue/join") == 429
    assert guarded(guard, "POST", "/api/results/x/changes") == 429
    assert guarded(guard, "POST", "/api/results/x/stop") == 200
    assert guarded(guard, "GET", "/api/corpus") == 200
    assert guarded(guard, "POST", "/api/files") == 200
    assert guarded(guard, "POST", "/gradio_api/queue/join", address="192.0.2.8") == 200


def test_too_many_questions_are_told_when_to_come_back(browser: Any) -> None:
    """The page shows the server's own sentence with the seconds, and the field keeps what was typed."""
    from speechrag.interfaces.web import create_app

    engine = FakeEngine()
    with serving(create_app(engine, Settings(per_minute=1)), engine) as served:  # type: ignore[arg-type]
        visitor = Visit(browser, served, 1366)
        page = visitor.page
        visitor.ask("重大突发事件多久内要上报？")
        page.wait_for_selector("body:not([data-busyask])")
        page.fill("#ask-input textarea", "信访工作谁负责？")
        page.press("#ask-input textarea", "Enter")
        page.wait_for_selector(".answer .failure:has-text('秒再试')")
        assert page.input_value("#ask-input textarea") == "信访工作谁负责？"
        page.close()


def opened() -> None:
    """Wait until an index that is being opened is open."""
    for thread in threading.enumerate():
        if thread.name == "reopen-index":
            thread.join(60)


def live_over(engine: FakeEngine, reopen: Callable[[], Any], name: list[str]) -> Live:
    return Live(engine, lambda: name[0], reopen, look_every=0)  # type: ignore[arg-type]


def test_an_index_built_again_is_served_without_a_restart() -> None:
    """The page begins with the new one as soon as it is open, and what was made of the old is made again."""
    name = ["g1"]
    live = live_over(FakeEngine(), lambda: FakeEngine(SPEECHES[:2], "g2"), name)
    counted = PerGeneration(live, lambda engine: len(list(engine.speeches())))
    assert counted.get() == 4
    name[0] = "g2"
    live.current()
    opened()
    assert live.current().manifest.generation == "g2"
    assert counted.get() == 2


def test_an_index_that_cannot_be_opened_leaves_the_old_one() -> None:
    """One try, one line in the log; the page goes on."""
    tries = []

    def damaged() -> Any:
        tries.append(1)
        raise IndexDamaged("a file is missing")

    live = live_over(FakeEngine(), damaged, ["g2"])
    for _ in range(3):
        live.current()
        opened()
    assert live.current().manifest.generation == "g1"
    assert tries == [1]


def test_a_real_index_is_followed(tmp_path: Path) -> None:
    """A build that publishes another generation is seen at the next look."""
    corpus, settings = write_texts(tmp_path / "corpus"), replace(QUICK, index=str(tmp_path / "index"))
    build(corpus, tmp_path / "index")
    live = watched(Engine.open(tmp_path / "index", settings), settings)
    before = live.current().manifest
    (corpus / "信访.txt").unlink()
    build(corpus, tmp_path / "index")
    again = watched(live.current(), settings)
    again.current()
    opened()
    assert again.current().manifest.speeches == before.speeches - 1


def test_a_page_left_open_follows_the_corpus(browser: Any) -> None:
    """Counts, facets and table are those of the new index once the page is looked at again."""
    from speechrag.interfaces.web import create_app

    name = ["g1"]
    engine = FakeEngine()
    live = live_over(engine, lambda: FakeEngine(SPEECHES[:2], "g2"), name)
    with serving(create_app(live, Settings()), engine) as served:
        visitor = Visit(browser, served, 1366)
        page = visitor.page
        visitor.corpus()
        visitor.search("信息工作")
        assert page.locator("#search-facets label:has-text('市（1）')").count() == 1
        page.check("#search-facets label:has-text('区（1）') input")
        name[0] = "g2"
        live.current()
        opened()
        page.evaluate("() => window.dispatchEvent(new Event('focus'))")
        page.wait_for_selector("#corpus-line:has-text('2 篇')")
        page.wait_for_selector("#search-facets:not(:has(label:has-text('市（1）')))")
        assert page.locator("#search-facets label:has-text('区（1）') input").is_checked()
        page.click("#desk-corpus-button")
        page.wait_for_selector(".corpus .quiet:has-text('2 篇讲话')")
        page.close()


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/run/predict"])
@pytest.mark.parametrize(
    "hidden",
    [
        {"url": "http://198.51.100.7/x", "path": "http://198.51.100.7/x", "meta": {"_type": "gradio.FileData"}},
        [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}],
        [["信息"]],
        7,
    ],
)
def test_what_gradio_would_take_for_a_file_reaches_no_field(path: str, hidden: Any) -> None:
    """Gradio looks for files in whatever a field is given, and fetches those that name an address."""
    for data in (["信息", hidden], {"0": hidden}):
        body = json.dumps({"data": data, "fn_index": 0, "session_hash": "x"}).encode()
        length = ("Content-Length", str(len(body)))
        assert guarded(PageGuard(answering), "POST", path, length, body=body) == 400
    body = json.dumps({"data": ["信息", None, True, [], ["安全生产"]], "fn_index": 0, "session_hash": "x"}).encode()
    assert guarded(PageGuard(answering), "POST", path, ("Content-Length", str(len(body))), body=body) == 200


def test_bodies_that_never_end_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short one takes no place until it is here, long ones have places of their own; either is given up on."""
    monkeypatch.setattr("speechrag.interfaces.bodies.PATIENCE", 0.2)
    monkeypatch.setattr("speechrag.interfaces.bodies.SLOWEST", 10**12)

    async def reading(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        status = 200 if message["type"] == "http.request" else 400
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def statuses() -> tuple[int, list[int]]:
        guard = PageGuard(reading, at_once=2)

        async def one(length: int, body: bytes) -> int:
            found: list[int] = []
            waiting = [{"type": "http.request", "body": body, "more_body": len(body) < length}]

            async def receive() -> Any:
                return waiting.pop() if waiting else await asyncio.Event().wait()

            async def send(message: Any) -> None:
                found.extend([message["status"]] if message["type"] == "http.response.start" else [])

            headers = [(b"content-length", str(length).encode())]
            await guard({"type": "http", "method": "POST", "path": "/api/drafts", "headers": headers}, receive, send)
            return found[0]

        slow = [asyncio.create_task(one(length, b"{")) for length in (9, 9, 9, 9, 200_000, 200_000, 200_000)]
        await asyncio.sleep(0.05)
        quick = await one(2, b"{}")
        return quick, await asyncio.gather(*slow)

    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests has a loop in this thread
        found = elsewhere.submit(lambda: asyncio.run(statuses())).result()
    assert found == (200, [408] * 4 + [400] * 3)
