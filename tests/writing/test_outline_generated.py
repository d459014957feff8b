"""With an LLM an outline gets better words, never other points, facts or sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stub_server import Stub, stub
from test_generate_faults import FAULTS, KEY, SHORT

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.records import Citation, Outline, OutlinePoint
from speechrag.writing.generate import ChatGenerator
from speechrag.writing.outline_generated import reworded_outline

QUOTE = "要落实网络安全责任制，各单位主要负责同志是第一责任人。"
LEAF = OutlinePoint("落实网络安全责任制", 2, "safeguard", "各单位主要负责同志是第一责任人。", (1,))
OUTLINE = Outline(
    brief="在全县网络安全工作会议上的讲话",
    titles=("在全县网络安全工作会议上的讲话",),
    salutation="同志们：",
    opening="",
    points=(OutlinePoint("加强领导", 1, "safeguard", "", (1,), (LEAF,)),),
    closing="",
    citations=(Citation(1, "d-1.1", "d-1", "a.txt", "讲话", QUOTE, 0, len(QUOTE)),),
)


class Says:
    prompts: Path = Settings().prompts_dir()

    def __init__(self, text: str) -> None:
        self.text = text

    def generate(self, system: str, user: str) -> str:
        return self.text


class Fails(Says):
    def generate(self, system: str, user: str) -> str:
        raise GenerationError("模型服务没有应答")


def headings(outline: Outline) -> list[str]:
    return [outline.points[0].heading, outline.points[0].points[0].heading]


def test_a_faithful_rewording_is_taken() -> None:
    """A heading that keeps to the words of its source replaces the mined one; nothing else changes."""
    better = reworded_outline(OUTLINE, Says("1 加强领导\n1.1 压实网络安全责任[1]"))
    assert headings(better) == ["加强领导", "压实网络安全责任"]
    assert better.citations == OUTLINE.citations
    assert better.points[0].points[0].citations == (1,)


def test_new_facts_numbers_and_markup_never_get_in() -> None:
    """Figures, places, names, links and unrelated words of the model's own leave the mined heading in place."""
    for line in (
        "落实30项网络安全责任",
        "落实青岛市网络安全责任制",
        "学习张伟同志网络安全责任",
        "大力发展旅游产业经济",
        "见 http://127.0.0.1/x",
        "落",
        "落实网络安全责任制" * 4,
    ):
        assert headings(reworded_outline(OUTLINE, Says(f"1.1 {line}[1]"))) == headings(OUTLINE), line


def test_unknown_numbers_and_missing_lines_change_nothing() -> None:
    """A model that renumbers, adds or forgets points cannot change the structure."""
    outline = reworded_outline(OUTLINE, Says("7 增加一个要点\n说明：以上为提纲"))
    assert outline.points == OUTLINE.points


def test_a_failing_server_leaves_the_outline_and_a_note() -> None:
    """The outline never depends on the model."""
    outline = reworded_outline(OUTLINE, Fails(""))
    assert outline.points == OUTLINE.points
    assert "模型服务没有应答" in outline.notes[-1]


@pytest.fixture(scope="module")
def server() -> Iterator[Stub]:
    with stub() as running:
        yield running


@pytest.mark.parametrize("mode", FAULTS)
def test_every_server_fault_leaves_the_outline_and_a_note(mode: str, server: Stub) -> None:
    """Whatever a real server does wrong on the wire, the points stand as mined and the key is told to nobody."""
    outline = reworded_outline(OUTLINE, ChatGenerator("m", server.url(mode), KEY, Says.prompts, SHORT))
    assert (outline.points, outline.citations) == (OUTLINE.points, OUTLINE.citations)
    assert outline.notes[-1].startswith("未使用大模型：")
    assert KEY not in str(outline)
