"""Finding source files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from speechrag.errors import SourceError
from speechrag.sources import find_sources
from speechrag.sources.walk import display_name


def names(root: Path) -> list[str]:
    return [file.name for file in find_sources([root])[0]]


def test_files_come_sorted_with_names_relative_to_their_root(tmp_path: Path) -> None:
    """Order and names do not depend on the file system."""
    for name in ("b.txt", "a.md", "sub/c.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("文", encoding="utf-8")
    assert names(tmp_path) == ["a.md", "b.txt", "sub/c.html"]


def test_a_root_that_is_a_file_is_named_by_itself(tmp_path: Path) -> None:
    """A single file can be given instead of a folder."""
    (tmp_path / "讲话.txt").write_text("文", encoding="utf-8")
    assert names(tmp_path / "讲话.txt") == ["讲话.txt"]


def test_a_missing_root_is_an_error_that_names_it(tmp_path: Path) -> None:
    """A typo in a path must not look like an empty corpus."""
    with pytest.raises(SourceError, match="nowhere"):
        find_sources([tmp_path / "nowhere"])


def test_a_file_reached_twice_is_listed_once(tmp_path: Path) -> None:
    """Roots may overlap."""
    (tmp_path / "a.txt").write_text("文", encoding="utf-8")
    assert len(find_sources([tmp_path, tmp_path / "a.txt"])[0]) == 1


def test_links_pipes_and_unknown_formats_are_skipped_with_a_reason(tmp_path: Path) -> None:
    """Nothing outside the root is read, nothing hangs, and the user is told."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("秘密", encoding="utf-8")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.txt").symlink_to(outside / "secret.txt")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.txt")
    (root / "table.xyz").write_bytes(b"x")
    found, skipped = find_sources([root])
    assert found == []
    reasons = {entry.source: entry.reason for entry in skipped}
    assert set(reasons) == {"link.txt", "loop", "pipe.txt", "table.xyz"}
    assert "link" in reasons["link.txt"]
    assert reasons["pipe.txt"] == "not a regular file"
    assert ".xyz" in reasons["table.xyz"]


def test_hidden_files_and_readmes_are_passed_over_silently(tmp_path: Path) -> None:
    """What stands in every folder of texts is neither a source nor worth a warning."""
    for name in (".git/config", ".hidden.txt", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert find_sources([tmp_path]) == ([], [])


def test_a_name_in_gbk_bytes_is_shown_in_chinese(tmp_path: Path) -> None:
    """Names made on a Chinese Windows stay readable, and can be stored as UTF-8."""
    raw = os.fsencode(tmp_path) + b"/" + "报告.txt".encode("gbk")
    with open(raw, "wb") as file:  # noqa: PTH123 - a name in raw bytes
        file.write("文".encode())
    assert names(tmp_path) == ["报告.txt"]


@pytest.mark.parametrize(("raw", "shown"), [("a\u202eb.txt", "ab.txt"), ("a\nb.txt", "a b.txt")])
def test_a_shown_name_holds_nothing_that_reorders_or_breaks_it(raw: str, shown: str) -> None:
    """Bidirectional controls and line ends do not reach the screen."""
    assert display_name(raw) == shown


@pytest.mark.parametrize(
    "name", ["讲话.docx", "旧.DOC", "红头.wps", "扫描.pdf", "全年.zip", "库.jsonl", "2019.12 讲话", "第1.2版"]
)
def test_every_format_that_is_read_is_found(tmp_path: Path, name: str) -> None:
    """A dot in a Chinese name begins no extension."""
    (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == [name]
