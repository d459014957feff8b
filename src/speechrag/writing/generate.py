"""Text from an OpenAI-compatible server through langchain, within our own deadlines; every fault is a GenerationError.

langchain and the SDK below it wait ten minutes by default, take a cut stream for a whole one and an HTML page for an
empty answer. So the stream is read in a thread of its own and judged here: time to the first token, time between
tokens, total time, total length, and an explicit ``finish_reason`` "stop".
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.stopping import check
from speechrag.text import displayable
from speechrag.writing.chat_client import BUSY, bounded_client, text_model

if TYPE_CHECKING:
    import httpx


class Generator(Protocol):
    """Something that writes: where its prompts lie, and one call from messages to a whole text."""

    prompts: Path

    def generate(self, system: str, user: str) -> str:
        """Return the whole text. Raises GenerationError for anything less."""
        ...


def pieces(generator: Generator, system: str, user: str) -> Iterator[str]:
    """Yield the text as it is written, from a generator that can; the whole text at once from another.

    Raises GenerationError at the end of what is no whole text, so what came before is to be thrown away.
    """
    stream = getattr(generator, "stream", None)
    if stream is None:
        yield generator.generate(system, user)
    else:
        yield from stream(system, user)


FIRST = 20.0  # seconds to wait for the first token
STOP_WITHIN = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines in seconds, sizes as named. ``total`` covers retries and waiting."""

    total: float = 60.0
    first: float = FIRST
    stall: float = 10.0
    connect: float = 5.0
    retries: int = 1
    tokens: int = 1_500  # asked of the server
    characters: int = 8_000  # taken from it; a server that ignores `tokens` is cut off here


_DONE = object()


class ChatGenerator:
    """A chat model behind an OpenAI-compatible address."""

    def __init__(self, model: str, base_url: str, api_key: str, prompts: Path, limits: Limits | None = None) -> None:
        self.prompts = prompts
        self._model, self._base_url, self._api_key = model, base_url, api_key
        self._limits = limits or Limits()

    def generate(self, system: str, user: str) -> str:
        """Return the whole text the model wrote. Raises GenerationError (a sentence fit to be shown)."""
        return displayable("".join(self.stream(system, user))).strip()

    def stream(self, system: str, user: str) -> Iterator[str]:
        """Yield the text piece by piece. Raises GenerationError, at the end too where the text was cut or is empty."""
        import httpx

        limits = self._limits
        arrived: queue.Queue[Any] = queue.Queue()
        stopped = threading.Event()
        # No read waits longer than we do: one that hangs in the other thread ends by its own time or by the next byte.
        timeout = httpx.Timeout(max(limits.first, limits.stall), connect=limits.connect)
        client = bounded_client(timeout, limits.first, stopped)
        # Made here, so that importing langchain does not count against the first token.
        chat = self._chat(client, timeout)
        reader = threading.Thread(target=self._read, args=(chat, system, user, arrived, stopped), daemon=True)
        reader.start()
        try:
            yield from _texts(_within(arrived, limits), limits)
        finally:
            stopped.set()
            # Closing under a running read may complain in either thread; there is nobody left to tell.
            with suppress(Exception):
                client.close()

    def _read(self, chat: Any, system: str, user: str, pieces: queue.Queue[Any], stopped: threading.Event) -> None:
        """Put the chunks of the stream on the queue, then _DONE, or the GenerationError that ended it."""
        begun = False
        try:
            for chunk in chat.stream([("system", system), ("human", user)]):
                begun = True
                if stopped.is_set():
                    return
                pieces.put(chunk)
            pieces.put(_DONE)
        # The edge of three libraries: whatever they raise on a broken answer (openai, httpx, json, KeyError,
        # IndexError, TypeError, AttributeError were all seen) means the same to us.
        except Exception as exc:
            pieces.put(_translated(exc, self._base_url, begun=begun))

    def _chat(self, client: httpx.Client, timeout: httpx.Timeout) -> Any:
        return text_model()(
            model=self._model,
            base_url=self._base_url,
            api_key=self._api_key or "none",
            temperature=0,
            timeout=timeout,  # the client's own counts for nothing
            max_retries=self._limits.retries,
            http_client=client,
            # `max_tokens=` goes out as max_completion_tokens, which some servers ignore.
            extra_body={"max_tokens": self._limits.tokens},
        )


def open_generator(name: str, settings: Settings) -> Generator:
    """Return the generator for the model ``name`` at the configured address; nothing is contacted yet."""
    limits = Limits(total=settings.llm_timeout, first=min(FIRST, settings.llm_timeout))
    return ChatGenerator(name, settings.llm_base_url, settings.llm_api_key, settings.prompts_dir(), limits)


def _within(pieces: queue.Queue[Any], limits: Limits) -> Iterator[Any]:
    """Yield what comes within the deadlines. Raises GenerationError on a missed one or on a reported fault."""
    end = time.monotonic() + limits.total
    patience, begun = limits.first, False
    while True:
        left = end - time.monotonic()
        try:
            piece = _next(pieces, min(patience, left))
        except queue.Empty:
            if begun and left < patience:
                raise GenerationError(f"大模型在 {limits.total:g} 秒内没有写完") from None
            seconds = f"{min(patience, limits.total):g} 秒"
            told = f"大模型写到一半停住，之后 {seconds}没有回应" if begun else f"大模型在 {seconds}内没有回应"
            raise GenerationError(told) from None
        if piece is _DONE:
            return
        if isinstance(piece, GenerationError):
            raise piece
        if time.monotonic() >= end:
            raise GenerationError(f"大模型在 {limits.total:g} 秒内没有写完")
        patience, begun = limits.stall, True
        yield piece


def _next(pieces: queue.Queue[Any], seconds: float) -> Any:
    """Return the next piece. Raises queue.Empty after ``seconds``, Stopped soon after the work was stopped."""
    end = time.monotonic() + seconds
    while True:
        check()
        left = end - time.monotonic()
        try:
            return pieces.get(timeout=max(0.0, min(STOP_WITHIN, left)))
        except queue.Empty:
            if left <= STOP_WITHIN:
                raise


def _texts(chunks: Iterator[Any], limits: Limits) -> Iterator[str]:
    """Yield the texts of a stream. Raises GenerationError for a cut, endless or empty one."""
    size, finish, blank = 0, "", True
    for chunk in chunks:
        text = chunk.text if isinstance(getattr(chunk, "text", None), str) else ""
        size += len(text)
        finish = finish or (getattr(chunk, "response_metadata", None) or {}).get("finish_reason") or ""
        if size > limits.characters:
            raise GenerationError(f"大模型的回答超过 {limits.characters} 字仍未结束")
        blank = blank and not text.strip()
        if text:
            yield text
    if blank:
        raise GenerationError("大模型没有给出内容")
    if finish == "length":
        raise GenerationError("大模型的回答因长度限制被截断")
    if finish != "stop":
        raise GenerationError("大模型的回答中途断开，不完整")


def _translated(exc: Exception, base_url: str, *, begun: bool) -> GenerationError:
    """Return the fault as a sentence; the server's own words are left out, they may hold markup or a key.

    ``begun`` tells whether anything had come before it.
    """
    import httpx
    import openai

    causes = list(_causes(exc))
    for fault in causes:
        if isinstance(fault, GenerationError):
            return fault
    if isinstance(exc, openai.APITimeoutError):
        return GenerationError("大模型服务器超时")
    if isinstance(exc, openai.APIConnectionError):
        # An address may carry a name and a password before the @; who reads this need not know them.
        shown = re.sub(r"//[^/@]{0,500}@", "//", base_url)
        if begun:
            return GenerationError("大模型写到一半，与服务器的连接断了")
        if any(isinstance(cause, httpx.ProtocolError) for cause in causes):
            return GenerationError(f"大模型服务器 {shown} 没有按协议回答")
        return GenerationError(f"连接不上大模型服务器 {shown}")
    if isinstance(exc, openai.RateLimitError):
        return GenerationError(BUSY)
    if isinstance(exc, openai.AuthenticationError | openai.PermissionDeniedError):
        return GenerationError("大模型服务器拒绝了访问密钥，请管理员核对密钥")
    if isinstance(exc, openai.NotFoundError):
        return GenerationError("大模型服务器上没有这个模型或地址（404），请管理员核对")
    if isinstance(exc, openai.APIStatusError):
        return GenerationError(f"大模型服务器出错（{exc.status_code}）")
    if isinstance(exc, openai.APIError):
        return GenerationError("大模型服务器在回答途中报错")
    return GenerationError("大模型服务器的回答无法识别，不是对话接口的格式，请管理员核对地址")


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Iterate over ``exc`` and what it was raised from; each library wraps the error of the one below it."""
    cause: BaseException | None = exc
    while cause is not None:
        yield cause
        cause = cause.__cause__
