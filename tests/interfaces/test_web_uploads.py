"""Files added on the page: what may come in, where it goes, and that the corpus follows."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect
from web_visit import Served, Visit, serving

from small_corpus import QUICK, build, write_texts
from speechrag.engine import Engine
from speechrag.errors import UsageError
from speechrag.interfaces import uploads
from speechrag.interfaces.live import watched
from speechrag.interfaces.uploads import ACCEPTED, FOLDER, Uploads, check_sources, safe_name

WATER = """在全市水利工作会议上的讲话
同志们：
今天召开全市水利工作会议，下面我讲两点意见。
一、抓住冬春
今冬明春要完成渠道清淤八百公里，每个乡镇不少于二十公里。
二、加强领导
各县主要负责人每月到工地不少于两次。
"""


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("讲话.txt", "讲话.txt"),
        ("../../etc/讲话.TXT", "讲话.txt"),
        ("C:\\文件\\讲话.docx", "讲话.docx"),
        ("报告\u202etxt.pdf", "报告txt.pdf"),
        (" .隐藏.html ", "隐藏.html"),
        ("甲\x00乙\n丙.zip", "甲乙丙.zip"),
        ("a<b>:c|d?.htm", "abcd.htm"),
    ],
)
def test_a_name_leads_nowhere_else(given_name: str, stored: str) -> None:
    """The last part of a name, without what cannot be seen or what a file system reads otherwise."""
    assert safe_name(given_name) == stored


@pytest.mark.parametrize(
    "name", ["", ".txt", "..", "讲话", "坏.exe", "speeches.csv", "readme.txt", "a.txt.sh", "...html"]
)
def test_a_file_no_build_would_read_is_refused(name: str) -> None:
    """Other kinds, names without a stem, files that stand beside texts: each with a sentence."""
    with pytest.raises(UsageError, match=r"。$"):
        safe_name(name)


@given(st.text(max_size=300), st.sampled_from(ACCEPTED))
def test_any_name_becomes_one_name_in_the_folder(stem: str, ending: str) -> None:
    """Whatever is given, what is stored is a plain visible name that a file system takes, or nothing."""
    try:
        name = safe_name(stem + ending)
    except UsageError:
        return
    assert Path(name).name == name and not name.startswith(".") and name.endswith(ending)
    assert len(name.encode()) <= uploads.LONGEST_NAME


def shelf(folder: Path) -> Uploads:
    folder.mkdir(exist_ok=True)
    return Uploads(replace(QUICK, uploads=str(folder), index=str(folder.parent / "index")))


def put(taken: Uploads, name: str, data: bytes) -> None:
    with taken.incoming(name) as incoming:
        incoming.write(data)
        incoming.keep()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """The second of a name is refused and leaves the first as it was, with no litter beside it."""
    taken = shelf(tmp_path / "corpus")
    put(taken, "讲话.txt", b"one")
    with pytest.raises(UsageError, match="已经有一份"):
        put(taken, "讲话.txt", b"two")
    folder = tmp_path / "corpus" / FOLDER
    assert [path.name for path in folder.iterdir()] == ["讲话.txt"]
    assert (folder / "讲话.txt").read_bytes() == b"one"


def test_a_file_cut_off_on_its_way_is_not_there(tmp_path: Path) -> None:
    """A visitor who leaves, an empty file and one too large leave nothing behind."""
    taken = shelf(tmp_path / "corpus")
    with pytest.raises(ClientDisconnect), taken.incoming("一.txt") as incoming:
        incoming.write(b"half")
        raise ClientDisconnect
    with pytest.raises(UsageError, match="空的"):
        put(taken, "二.txt", b"")
    with pytest.raises(UsageError, match="太大"), taken.incoming("三.txt") as incoming:
        for _ in range(51):
            incoming.write(b"x" * 1024**2)
    assert list((tmp_path / "corpus" / FOLDER).iterdir()) == []


def test_a_full_folder_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By count and by size."""
    taken = shelf(tmp_path / "corpus")
    put(taken, "一.txt", b"text")
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    with pytest.raises(UsageError, match="太多"):
        put(taken, "二.txt", b"text")
    monkeypatch.setattr(uploads, "MOST_FILES", 10)
    monkeypatch.setattr(uploads, "MOST_BYTES", 4)
    with pytest.raises(UsageError, match="太多"):
        put(taken, "二.txt", b"text")


def post(served: Served, path: str, body: bytes = b"") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(served.address.removeprefix("http://"), timeout=60)
    connection.request("POST", path, body)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_a_page_that_was_not_told_to_takes_no_files(served: Served) -> None:
    """Neither a file nor a build, and the desk offers nothing."""
    status, said = post(served, "/api/files?name=a.txt", b"x")
    assert (status, said["error"]) == (403, uploads.OFF)
    assert post(served, "/api/build")[0] == 409


def test_a_folder_the_index_was_not_built_from_is_refused(tmp_path: Path) -> None:
    """A build from it would empty the index, so the page does not start."""
    with pytest.raises(UsageError, match="no such folder"):
        check_sources(FakeEngine(), tmp_path / "none")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="name the folder"):
        check_sources(FakeEngine(), tmp_path)  # type: ignore[arg-type]
    for number in range(1, 5):
        (tmp_path / f"d{number:03d}.txt").write_text("x", encoding="utf-8")
    check_sources(FakeEngine(), tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page over five real speeches that takes files; its builds need no model."""
    from speechrag.interfaces.web import create_app

    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "hash")
    monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")
    monkeypatch.setenv("SPEECHRAG_PASSAGE_CHARS", "80")
    corpus, index = write_texts(tmp_path / "corpus"), tmp_path / "index"
    build(corpus, index)
    settings = replace(QUICK, index=str(index), uploads=str(corpus), per_minute=0)
    engine = watched(Engine.open(index, settings), settings)
    with serving(create_app(engine, settings), engine) as running:  # type: ignore[arg-type]
        yield running


def test_a_file_over_the_wire_is_stored_under_its_name(filled: Served, tmp_path: Path) -> None:
    """The name comes in the address and may be any; a second one of it is refused."""
    address = f"/api/files?name={quote('../水利 & 讲话.txt')}"
    assert post(filled, address, WATER.encode()) == (200, {"name": "水利 & 讲话.txt"})
    assert (tmp_path / "corpus" / FOLDER / "水利 & 讲话.txt").read_text("utf-8") == WATER
    status, said = post(filled, address, b"other")
    assert status == 400 and "已经有一份" in said["error"]


def test_added_files_are_searched_without_a_restart(filled: Served, browser: Any) -> None:
    """Chosen, sent, taken in with what was left out said; counts and search follow while the page stays open."""
    visitor = Visit(browser, filled, 1366)
    page = visitor.page
    try:
        visitor.corpus()
        files = [("水利.txt", WATER.encode()), ("坏.exe", b"x"), ("坏.pdf", b"%PDF-1.4 cut off")]
        chosen = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
        page.set_input_files(".uploader input", chosen)
        page.wait_for_selector(".uploaded li:has-text('已存下 2 个文件：水利.txt、坏.pdf')")
        assert "不是可以收录的文件" in page.inner_text(".uploaded li:has-text('坏.exe') .failure")
        first = page.inner_text(".uploader > .uploaded li >> nth=0")
        assert first.count("坏.exe") == 1, "what was refused stands on top, named once"
        page.wait_for_selector(".standing:has-text('更新完成：新增 1 个文件')")
        page.wait_for_selector(".standing li:has-text('坏.pdf') .failure")
        page.wait_for_selector("#corpus-line:has-text('6 篇')")
        page.wait_for_selector(".corpus td:has-text('水利工作会议')")
        visitor.search("渠道清淤八百公里")
        page.wait_for_selector(".hit:has-text('水利工作会议')")
        assert [error for error in visitor.errors if "400" not in error] == []
    finally:
        page.close()
