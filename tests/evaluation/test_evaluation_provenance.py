"""A result names the program that made it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from small_corpus import QUICK
from speechrag import __version__
from speechrag.evaluation.formats import write_beir
from speechrag.evaluation.provenance import LIBRARIES, library_versions, program, source_commit
from speechrag.evaluation.records import CollectionDocument, Qrel, Topic
from speechrag.evaluation.run import Task, compare_runs, evaluate
from speechrag.evaluation.statistics import SEED

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def checkout(tree: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(content, encoding="utf-8")
    return tree


@pytest.mark.parametrize(
    "files",
    [
        {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": f"{COMMIT}\n"},
        {".git/HEAD": f"{COMMIT}\n"},
        {".git/HEAD": "ref: refs/heads/a/b\n",
         ".git/packed-refs": f"# pack-refs\n{'f' * 40} refs/b\n{COMMIT} refs/heads/a/b\n"},
        {".git": "gitdir: other/linked\n", "other/linked/HEAD": "ref: refs/heads/x\n",
         "other/linked/commondir": "../main\n", "other/main/refs/heads/x": f"{COMMIT}\n"},
    ],
    ids=["branch", "detached", "packed", "linked work tree"],
)  # fmt: skip
def test_the_commit_of_a_source_tree_is_read_from_its_files(tmp_path: Path, files: dict[str, str]) -> None:
    """Wherever git has put it."""
    assert source_commit(checkout(tmp_path, files)) == COMMIT


@pytest.mark.parametrize("files", [{}, {".git/HEAD": "ref: refs/heads/new\n"}, {".git": "nothing of git's"}])
def test_without_a_commit_there_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    """An installed package, a tree before its first commit."""
    assert source_commit(checkout(tmp_path, files)) is None


def test_the_program_names_its_libraries() -> None:
    """Versions as they are installed, without importing them; None for what is absent."""
    found = program()
    assert found["version"] == __version__ and found["versions"] == library_versions()
    assert list(library_versions()) == list(LIBRARIES)
    assert library_versions()["numpy"] == version("numpy")


def test_a_measured_set_and_a_finished_run_tell_the_program(tmp_path: Path) -> None:
    """Commit, seed and versions stand beside the figures."""
    documents = [CollectionDocument(f"d{n}", "", f"第{n}条：加强领导，落实责任。") for n in range(3)]
    write_beir(tmp_path, documents, [Topic("q0", "加强领导")], [Qrel("q0", "d0", 1)])
    found = evaluate(QUICK, Task(dataset=str(tmp_path), run_out=str(tmp_path / "a.run")))
    runs = compare_runs(str(tmp_path / "qrels" / "test.tsv"), [str(tmp_path / "a.run")])
    for report in (found, runs):
        assert program().items() <= report.settings.items() and report.settings["seed"] == SEED
