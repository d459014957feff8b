"""A visitor at the page: a server on a free port of this machine and a real browser that looks at it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fake_engine import FakeEngine

BRIEF = "县委宣传部部长在全县信息工作会议上的讲话，对象是各单位分管领导"


class Served:
    """A running page: its address and the engine behind it."""

    def __init__(self, address: str, engine: FakeEngine) -> None:
        self.address = address
        self.engine = engine
        self.marks = Path()  # where marks on answers are kept


@contextmanager
def serving(app: Any, engine: FakeEngine) -> Iterator[Served]:
    """Serve ``app`` on a free port of this machine."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", engine)
    server.should_exit = True
    thread.join(10)


class Visit:
    """One visitor: the page, and what went over the wire and into the console."""

    def __init__(self, browser: Any, served: Served, width: int) -> None:
        self.context = browser
        self.page = browser.new_page()
        self.page.set_viewport_size({"width": width, "height": 800})
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(served.address)
        self.page.wait_for_selector("#ask-input textarea")
        self.page.wait_for_selector(".welcome .example")

    def ask(self, question: str) -> None:
        self.page.fill("#ask-input textarea", question)
        self.page.press("#ask-input textarea", "Enter")
        self.page.wait_for_selector(f".turn:has-text({question!r}) .answer > p:not(.busy)")

    def open_desk(self, desk: str) -> None:
        self.page.click(f"#desk-{desk}-button")
        self.page.wait_for_selector(f"#{desk}-go")

    def search(self, query: str) -> None:
        self.open_desk("search")
        self.page.fill("#search-input textarea, #search-input input", query)
        self.page.click("#search-go")
        self.page.wait_for_selector(f".hits .quiet:has-text({query!r})")

    def check(self, text: str) -> None:
        self.open_desk("check")
        self.page.fill("#check-input textarea", text)
        self.page.click("#check-go")
        self.page.wait_for_selector(".checks .summary")

    def corpus(self) -> None:
        self.page.click("#desk-corpus-button")
        self.page.wait_for_selector(".corpus tbody tr")

    def save_and_reopen(self, file: Path) -> None:
        """Save the draft as ``file``, visit the page anew and open it there; the caller waits for what it expects."""
        with self.page.expect_download() as download:
            self.page.click("text=导出")
            self.page.click("text=草稿（可再打开）")
        download.value.save_as(file)
        self.page.reload()
        self.page.wait_for_selector(".welcome .example")
        self.open_desk("draft")
        self.page.set_input_files("#desk-draft input[type=file]", file)

    def draft(self) -> None:
        self.open_desk("draft")
        self.page.fill("#draft-input textarea", BRIEF)
        self.page.click("#draft-go")
        self.page.wait_for_selector(".sheet .point")
