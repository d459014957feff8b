"""Every fault of an LLM server ends in a GenerationError within our own deadline; only a whole answer is taken."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.writing.generate import ChatGenerator, Limits, open_generator

sys.path.insert(0, str(Path(__file__).parent))
from stub_server import Stub, stub

# Long enough that a busy machine answers in time, short enough to wait for where the server never answers.
SHORT = Limits(total=8.0, first=3.0, stall=1.5, retries=0, characters=400)
PATIENT = Limits(retries=0)
KEY = "sk-secret"


@pytest.fixture(scope="module")
def server() -> Iterator[Stub]:
    with stub() as running:
        yield running


def generator(server: Stub, mode: str, limits: Limits = SHORT) -> ChatGenerator:
    return ChatGenerator("m", server.url(mode), KEY, Path("prompts"), limits)


@pytest.mark.parametrize("mode", ["good", "nodone"])
def test_a_whole_stream_becomes_its_text(server: Stub, mode: str) -> None:
    """A stream that says "stop" is taken, whether or not the server sends [DONE]."""
    assert generator(server, mode, PATIENT).generate("规矩", "问题") == "水利部门。[1]"


def test_a_character_cut_in_half_by_the_network_arrives_whole(server: Stub) -> None:
    """UTF-8 split across packets is put together again."""
    assert generator(server, "split", PATIENT).generate("规矩", "问题") == "政务内网。[1]"


FAULTS = {
    "hang": "没有回应",
    "stall": "没有回应",
    "error500": "500",
    "error503": "503",
    "busy": "429",
    "denied": "密钥",
    "nomodel": "404",
    "malformed": "无法识别",
    "loginpage": "没有给出内容|无法识别",
    "jsonreply": "没有给出内容|无法识别",
    "nochoices": "没有给出内容|无法识别",
    "null": "没有给出内容|无法识别",
    "streamerror": "大模型",
    "length": "截断",
    "nofinish": "中途断开",
    "cut": "中途断开",
    "abort": "大模型",
    "endless": "仍未结束",
    "lengthstop": "截断",
    "packed": "压缩",
    "lineless": "大得不合理",
    "errorpage": "大得不合理",
    "redirect": "307",
    "noise": "没有按协议回答",
}


@pytest.mark.parametrize("mode", FAULTS)
def test_a_fault_becomes_a_generation_error(server: Stub, mode: str) -> None:
    """Whatever the server does wrong, the caller sees one kind of error with a Chinese sentence."""
    with pytest.raises(GenerationError, match=FAULTS[mode]) as caught:
        generator(server, mode).generate("规矩", "问题")
    assert KEY not in str(caught.value) and "<html" not in str(caught.value)


def test_a_server_that_is_not_there_is_named(server: Stub) -> None:
    """A refused connection says which address was tried, without the password that may stand in it."""
    for address in ("http://127.0.0.1:9/v1", f"http://office:{KEY}@127.0.0.1:9/v1"):
        with pytest.raises(GenerationError, match=r"连接不上大模型服务器 http://127\.0\.0\.1:9/"):
            ChatGenerator("m", address, KEY, Path("prompts"), SHORT).generate("规矩", "问题")


def test_slow_but_steady_tokens_end_at_the_total_deadline(server: Stub) -> None:
    """A stream that never pauses is still cut off by the total time."""
    limits = Limits(total=0.4, first=0.3, stall=0.3, retries=0, characters=10**9)
    with pytest.raises(GenerationError, match=r"没有写完|没有回应"):
        generator(server, "endless", limits).generate("规矩", "问题")


def test_a_server_that_asks_for_patience_is_called_busy_at_once(server: Stub) -> None:
    """To wait longer than a reader does is no use: no second request, and the reason is told."""
    server.requests.clear()
    with pytest.raises(GenerationError, match="429"):
        generator(server, "later", Limits(total=8.0, first=3.0, retries=1)).generate("规矩", "问题")
    assert len(server.requests) == 1


def test_of_an_answer_only_the_text_is_taken(server: Stub) -> None:
    """A tool call that nobody offered is not read: its arguments cost the square of their length."""
    assert generator(server, "tool").generate("规矩", "问题") == "水利部门。[1]"


def test_an_answer_holds_no_half_or_invisible_character(server: Stub) -> None:
    """What a model wrote goes to a search or a screen."""
    assert generator(server, "surrogate", PATIENT).generate("规矩", "问题") == "\ufffd水利部门。[1]"


def test_nothing_is_read_once_a_request_is_over(server: Stub) -> None:
    """The thread that reads ends soon after the request does, whatever the server goes on sending."""
    for mode in ("endless", "lineless", "tool", "errorpage"):
        with suppress(GenerationError):
            generator(server, mode, Limits(total=2.0, first=1.0, stall=1.0, retries=0)).generate("规矩", "问题")
    deadline = time.monotonic() + 5
    while (reading := [t for t in threading.enumerate() if "_read" in t.name]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not reading


def test_one_failure_is_tried_at_most_once_more(server: Stub) -> None:
    """No retry storm: with one retry allowed the server is asked twice."""
    server.requests.clear()
    with pytest.raises(GenerationError):
        generator(server, "error500", Limits(total=20.0, first=20.0, retries=1)).generate("规矩", "问题")
    assert len(server.requests) <= 2


def test_the_request_carries_both_messages_and_a_size_limit(server: Stub) -> None:
    """The server is sent the system and user messages, temperature 0 and max_tokens under its plain name."""
    server.requests.clear()
    generator(server, "good", PATIENT).generate("规矩", "问题")
    _, body = server.requests[-1]
    assert [m["content"] for m in body["messages"]] == ["规矩", "问题"]  # type: ignore[attr-defined]
    assert body["max_tokens"] == PATIENT.tokens and body["temperature"] == 0 and body["stream"] is True


def test_settings_choose_address_deadline_and_prompts() -> None:
    """``open_generator`` contacts nothing and takes its deadline and prompt folder from the settings."""
    made = open_generator("m", Settings(llm_timeout=7.0, prompts="elsewhere"))
    assert made.prompts == Path("elsewhere")
