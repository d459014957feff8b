"""The two commands: their help, and when the environment is made anew. Nothing is installed here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@pytest.mark.parametrize("name", ["run", "test"])
def test_help_explains_the_command_and_makes_nothing(name: str, tmp_path: Path) -> None:
    """``--help`` prints the usage at once, from any folder."""
    command = [sys.executable, str(SCRIPTS / name), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert f"scripts/{name} [" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["run", "test", "environment.py"])
def test_scripts_need_the_standard_library_only(name: str) -> None:
    """They run before anything is installed: isolated from site-packages they still import."""
    code = f"import runpy; runpy.run_path({str(SCRIPTS / name)!r}, run_name='checked')"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``scripts/environment.py`` over an empty checkout, whose pip only pretends."""
    spec = spec_from_file_location("environment_under_test", SCRIPTS / "environment.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return module


@pytest.fixture
def done(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What ``prepare`` did: "venv" or the pip target, in order."""
    steps: list[str] = []

    def create(folder: Path, with_pip: bool) -> None:
        assert with_pip
        steps.append("venv")
        environment.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        environment.PYTHON.write_text("with pip", encoding="ascii")

    def call(command: list[str], **_: object) -> int:
        steps.append(command[-1])
        return 0

    monkeypatch.setattr(environment.venv, "create", create)
    monkeypatch.setattr(environment.subprocess, "call", call)
    monkeypatch.setattr(environment, "_has_pip", lambda: _reads(environment.PYTHON) == "with pip")
    return steps


def _reads(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.is_file() else ""


def test_a_second_start_does_nothing(environment: ModuleType, done: list[str]) -> None:
    """The first start makes and installs; the next finds the stamp."""
    root = str(environment.ROOT)
    assert environment.prepare() == environment.PYTHON
    assert done == ["venv", root]
    environment.prepare()
    assert done == ["venv", root]


def test_new_requirements_are_installed_into_the_old_environment(environment: ModuleType, done: list[str]) -> None:
    """A changed pyproject.toml asks pip again and keeps the environment; extras have a stamp of their own."""
    root = environment.ROOT
    environment.prepare()
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    environment.prepare()
    environment.prepare("test")
    environment.prepare("test")
    assert done == ["venv", str(root), str(root), f"{root}[test]"]


def test_an_interrupted_first_start_is_repaired(environment: ModuleType, done: list[str]) -> None:
    """A Python without pip, left by Ctrl+C, is completed and not kept."""
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.write_text("without", encoding="ascii")
    environment.prepare()
    assert done == ["venv", str(environment.ROOT)]


def test_a_failed_installation_is_tried_again(
    environment: ModuleType, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and no stamp, so that the next start installs."""
    call: Callable[..., int] = environment.subprocess.call
    monkeypatch.setattr(environment.subprocess, "call", lambda command, **_: call(command) + 1)
    with pytest.raises(SystemExit, match="The installation failed"):
        environment.prepare()
    monkeypatch.setattr(environment.subprocess, "call", call)
    environment.prepare()
    assert done == ["venv", str(environment.ROOT), str(environment.ROOT)]


def test_an_old_python_is_told_what_is_needed(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version found and the one needed."""
    monkeypatch.setattr(environment, "NEEDED", (99, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is "):
        environment.prepare()


def test_a_python_without_pip_is_noticed(environment: ModuleType) -> None:
    """The real check: no Python, one that cannot start, and this one."""
    assert not environment._has_pip()
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    environment.PYTHON.chmod(0o755)
    assert not environment._has_pip()
