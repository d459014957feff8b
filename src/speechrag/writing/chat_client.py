"""What lies between us and a chat server: a client that takes so many bytes and no more, a model that takes text alone.

The SDK reads an error page to its end however long it is, unpacks a compressed stream a thousandfold, and langchain
completes the arguments of a tool call in time that grows with the square of their length, in a thread nobody can stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING, Any

from speechrag.errors import GenerationError

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 16 << 20  # a token comes in about 300 bytes, a model that thinks sends twenty thousand of them
BUSY = "大模型服务器繁忙（429），请稍后再试"


def bounded_client(timeout: httpx.Timeout, patience: float, stopped: Event, most: int = MAX_BYTES) -> httpx.Client:
    """Return a client for one request: no packed answers, no more than ``most`` bytes, nothing after ``stopped``.

    A server that asks to be left alone for longer than ``patience`` seconds is not asked again.
    """
    import httpx

    class Counted(httpx.SyncByteStream):
        def __init__(self, stream: httpx.SyncByteStream) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            taken = 0
            for part in self._stream:
                taken += len(part)
                if stopped.is_set():
                    raise GenerationError("已停止")
                if taken > most:
                    raise GenerationError("大模型服务器的回答大得不合理，没有读完")
                yield part

        def close(self) -> None:
            self._stream.close()

    def watch(response: httpx.Response) -> None:
        # It was not asked for, and what it unpacks to is known only once it is unpacked.
        if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise GenerationError("大模型服务器的回答是压缩过的，本系统不接收，请管理员核对")
        if _asked_to_wait(response.headers.get("retry-after", "")) > patience:
            response.headers["x-should-retry"] = "false"  # the SDK's own sign
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = Counted(response.stream)

    return httpx.Client(timeout=timeout, headers={"Accept-Encoding": "identity"}, event_hooks={"response": [watch]})


def _asked_to_wait(value: str) -> float:
    """Return the seconds of a Retry-After header, 0 for what is no number (a date the SDK judges by itself)."""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0.0


def text_model() -> Any:
    """Return langchain's chat model for such servers, which of each piece takes the text and the reason it ended."""
    from langchain_openai import ChatOpenAI

    class TextOnly(ChatOpenAI):  # type: ignore[misc, unused-ignore]
        def _convert_chunk_to_generation_chunk(self, chunk: dict[str, Any], *args: Any) -> Any:
            for choice in chunk.get("choices") or ():
                delta = choice.get("delta") or {}
                choice["delta"] = {"role": "assistant", "content": delta.get("content")}
            return super()._convert_chunk_to_generation_chunk(chunk, *args)

    return TextOnly
