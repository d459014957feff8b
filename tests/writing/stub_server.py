"""A loopback OpenAI-compatible server whose faults are chosen by the path: ``http://…/<mode>/v1/chat/completions``."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html><body><form>login</form></body></html>"


def _chunk(text: str | None, finish: str | None = None) -> dict[str, object]:
    delta = {"role": "assistant", "content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


class Handler(BaseHTTPRequestHandler):
    """Answers every POST in the way of the first part of its path."""

    server: Stub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = self.path.split("/")[1]
        self.server.requests.append((mode, json.loads(body)))
        try:
            getattr(self, f"mode_{mode}")()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up, as the test wants it to

    def reply(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()

    def event(self, data: object) -> None:
        line = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        self.wfile.write(f"data: {line}\n\n".encode())
        self.wfile.flush()

    def stream(self, *pieces: str, finish: str | None = "stop", done: bool = True) -> None:
        self.start()
        for piece in pieces:
            self.event(_chunk(piece))
        if finish:
            self.event(_chunk(None, finish))
        if done:
            self.event("[DONE]")

    def wait(self) -> None:
        """Block until the server is told to stop; no clock is involved."""
        self.server.stopping.wait()

    def mode_good(self) -> None:
        self.stream(*self.server.pieces)

    def mode_nodone(self) -> None:
        self.stream(*self.server.pieces, done=False)

    def mode_split(self) -> None:
        """Send one event in two writes that cut a character in half."""
        self.start()
        raw = f"data: {json.dumps(_chunk('政务内网。[1]'), ensure_ascii=False)}\n\n".encode()
        cut = raw.index("政".encode()) + 1
        self.wfile.write(raw[:cut])
        self.wfile.flush()
        self.wfile.write(raw[cut:])
        self.event(_chunk(None, "stop"))
        self.event("[DONE]")

    def mode_hang(self) -> None:
        self.wait()

    def mode_stall(self) -> None:
        self.start()
        self.event(_chunk("水利"))
        self.wait()

    def mode_error500(self) -> None:
        self.reply(500, "text/html", PAGE)

    def mode_error503(self) -> None:
        self.reply(503, "text/html", PAGE)

    def mode_busy(self) -> None:
        self.reply(429, "application/json", b'{"error": {"message": "slow down"}}', Retry_After="3600")

    def mode_denied(self) -> None:
        self.reply(401, "application/json", b'{"error": {"message": "bad key sk-secret"}}')

    def mode_nomodel(self) -> None:
        self.reply(404, "application/json", b'{"error": {"message": "no such model"}}')

    def mode_malformed(self) -> None:
        self.start()
        self.event("{not json")

    def mode_loginpage(self) -> None:
        self.reply(200, "text/html", PAGE)

    def mode_jsonreply(self) -> None:
        message = {"role": "assistant", "content": "好"}
        body = {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        self.reply(200, "application/json", json.dumps(body).encode())

    def mode_nochoices(self) -> None:
        self.start()
        self.event({**_chunk("x"), "choices": []})
        self.event("[DONE]")

    def mode_null(self) -> None:
        self.start()
        self.event({**_chunk(None), "choices": [{"index": 0, "delta": {"content": None}, "finish_reason": "stop"}]})
        self.event("[DONE]")

    def mode_streamerror(self) -> None:
        self.start()
        self.event(_chunk("水利"))
        self.event({"error": {"message": "out of memory", "type": "server_error"}})

    def mode_lengthstop(self) -> None:
        """Say that the text was cut, and then that it was not."""
        self.start()
        self.event(_chunk("水利部门。[1]", "length"))
        self.event(_chunk(None, "stop"))

    def mode_tool(self) -> None:
        """Call a tool nobody offered, with arguments that take a minute to complete; then answer."""
        self.start()
        call = {"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": "{" * 60_000}}
        self.event({**_chunk(None), "choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]})
        self.event(_chunk("水利部门。[1]"))
        self.event(_chunk(None, "stop"))

    def mode_packed(self) -> None:
        """Answer in gzip, which nobody asked for: two megabytes on the wire, a gigabyte in memory."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(100):
            self.wfile.write(packer.compress(b"x" * 10_000_000))

    def mode_lineless(self) -> None:
        """Begin an event and never end its line."""
        self.start()
        while not self.server.stopping.is_set():
            self.wfile.write(b"data: x" * 100_000)

    def mode_errorpage(self) -> None:
        """Send an error page without an end."""
        self.send_response(400)
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        while not self.server.stopping.is_set():
            self.wfile.write(PAGE * 10_000)

    def mode_later(self) -> None:
        self.reply(429, "application/json", b"{}", Retry_After="50")

    def mode_redirect(self) -> None:
        self.reply(307, "text/html", b"", Location=self.server.url("good") + "/chat/completions")

    def mode_noise(self) -> None:
        """Answer in another protocol."""
        self.wfile.write(b"SSH-2.0-x\r\n\r\n")
        self.close_connection = True

    def mode_surrogate(self) -> None:
        """Send half characters and invisible ones."""
        self.start()
        self.wfile.write(b"data: " + json.dumps(_chunk("\ud800水利\u202e部门\u200b。[1]")).encode() + b"\n\n")
        self.event(_chunk(None, "stop"))

    def mode_length(self) -> None:
        self.stream("水利部门", finish="length")

    def mode_nofinish(self) -> None:
        self.stream("水利部门", finish=None)

    def mode_cut(self) -> None:
        self.stream("水利部门", finish=None, done=False)

    def mode_abort(self) -> None:
        """Promise more than is sent, then hang up."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.event(_chunk("水利"))
        self.close_connection = True

    def mode_endless(self) -> None:
        self.start()
        while not self.server.stopping.is_set():
            self.event(_chunk("水" * 50))


class Stub(ThreadingHTTPServer):
    """The server with what it was asked and what it is to say."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, object]]] = []
        self.pieces: tuple[str, ...] = ("水利", "部门。[1]")
        self.stopping = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""

    def url(self, mode: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{mode}/v1"


@contextmanager
def stub() -> Iterator[Stub]:
    """A running stub server."""
    server = Stub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
