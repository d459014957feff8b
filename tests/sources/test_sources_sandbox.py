"""The worker: a reader that hangs, crashes or eats memory costs one file and nothing more."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from source_files import docx, paragraph

from speechrag.errors import SourceError
from speechrag.registry import READERS, Entry
from speechrag.sources import sandbox
from speechrag.sources.encoding import Decoded
from speechrag.sources.sandbox import Limits, read_apart

GOOD = docx(paragraph("好文件。"))
limited = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on memory and processor time")


def hang(data: bytes) -> Decoded:
    signal.pause()
    return Decoded("", "")


def spin(data: bytes) -> Decoded:
    while True:
        pass


def crash(data: bytes) -> Decoded:
    os.kill(os.getpid(), signal.SIGSEGV)
    return Decoded("", "")


def leave(data: bytes) -> Decoded:
    os._exit(3)


def hoard(data: bytes) -> Decoded:
    return Decoded(str(len(b"x" * (1 << 40))), "")


def stumble(data: bytes) -> Decoded:
    raise ZeroDivisionError("in the parser")


def chatter(data: bytes) -> Decoded:
    print("library noise")
    os.write(1, b"more noise")
    return Decoded("文", "utf-8", 2, ("注",))


def where(data: bytes) -> Decoded:
    gc.collect()
    Path("litter.txt").write_bytes(b"x")
    return Decoded(f"{os.getpid()} {Path.cwd()}", "utf-8")


READERS_HERE = ("hang", "spin", "crash", "leave", "hoard", "stumble", "chatter", "where")


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the misbehaving readers above, in the worker too, and give them little."""
    folder, module = str(Path(__file__).parent), Path(__file__).stem
    added = {name: Entry(f"{module}:{name}") for name in READERS_HERE}
    start = (
        f"import sys; sys.path.append({folder!r}); sys.path.append(sys.argv[1]); import speechrag.registry as r;"
        f"r.READERS.update({{n: r.Entry('{module}:' + n) for n in {READERS_HERE!r}}});"
        "from speechrag.sources.worker import serve; serve()"
    )
    sandbox._close()
    monkeypatch.setattr(sandbox, "_START", start)
    for name, entry in added.items():
        monkeypatch.setitem(READERS, name, entry)  # type: ignore[arg-type]
        monkeypatch.setitem(sandbox.LIMITS, name, Limits(20, 1024))
    monkeypatch.setitem(sandbox.LIMITS, "hang", Limits(0.5, 1024))
    monkeypatch.setitem(sandbox.LIMITS, "spin", Limits(0.5, 1024))
    yield
    sandbox._close()


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        ("hang", r"stopped after its 0.5 seconds \(timeout\)"),
        ("spin", r"stopped after its 0.5 seconds \(timeout\)"),
        ("crash", r"crashed \(SIGSEGV\)"),
        ("leave", r"ended without an answer \(exit status 3\)"),
        ("hoard", "more than 1024 MB of memory"),
        ("stumble", r"gave up on it \(ZeroDivisionError: in the parser\)"),
    ],
)
@limited
def test_a_reader_that_fails_is_a_reason_and_the_next_file_is_read(reader: str, reason: str) -> None:
    """Whatever state the worker was in, the file behind gets a good one."""
    assert read_apart("docx", GOOD).text == "好文件。"
    for _ in range(2):
        with pytest.raises(SourceError, match=reason):
            read_apart(reader, b"x")
        assert read_apart("docx", GOOD).text == "好文件。"


def test_one_worker_serves_many_files_in_a_folder_that_goes_with_it() -> None:
    """Starting it is paid once; what a reader leaves behind is removed."""
    first, second = (read_apart("where", b"x").text.split(" ", 1) for _ in range(2))
    assert first == second
    assert (Path(first[1]) / "litter.txt").exists()
    sandbox._close()
    assert not Path(first[1]).exists()
    assert read_apart("where", b"x").text.split(" ", 1)[0] != first[0]


def test_what_a_library_prints_does_not_disturb_the_replies() -> None:
    """Standard output of the worker is not the channel it answers on."""
    for _ in range(3):
        assert read_apart("chatter", b"x") == Decoded("文", "utf-8", 2, ("注",))


def test_a_worker_that_was_killed_from_outside_is_replaced() -> None:
    """A file in good order is not blamed for it."""
    pid = int(read_apart("where", b"x").text.split(" ")[0])
    os.kill(pid, signal.SIGKILL)
    assert read_apart("docx", GOOD).text == "好文件。"


def test_a_module_planted_in_the_current_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corpus folder may hold a file called lxml.py."""
    (tmp_path / "lxml.py").write_text("raise SystemExit('planted')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_apart("docx", GOOD).text == "好文件。"


def test_a_large_file_goes_through_whole() -> None:
    """Requests and replies far beyond the size of a pipe."""
    text = "这是一个很长的段落，用来说明大的文件也能完整地读进来。" * 20_000
    assert read_apart("html", f"<html><body><p>{text}</p></body></html>".encode()).text == text
