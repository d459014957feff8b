"""``speechrag models``: what it lists, checks, packs and unpacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechrag.embedding import load_encoder
from speechrag.embedding.static import MODELS
from speechrag.interfaces.cli import main


def test_the_built_in_encoder_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With its size, as text and as JSON lines."""
    assert main(["models"]) == 0
    assert "builtin  encoder" in capsys.readouterr().out
    assert main(["models", "list", "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    sizes = {row["name"]: row["bytes"] for row in rows}
    assert 1_000_000 < sizes["builtin"] <= 40_000_000


def test_a_check_names_dimensions_and_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name the built-in encoder is checked."""
    assert main(["models", "check", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    encoder = load_encoder("builtin")
    assert (report["dim"], report["fingerprint"]) == (encoder.dim, encoder.fingerprint)
    assert main(["models", "check"]) == 0
    assert encoder.fingerprint in capsys.readouterr().out


def test_a_model_is_packed_and_unpacked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The two paths are printed; the weights arrive unchanged."""
    archive, folder = tmp_path / "model.zip", tmp_path / "model"
    assert main(["models", "pack", str(MODELS / "static-zh"), "--out", str(archive)]) == 0
    assert main(["models", "unpack", str(archive), "--out", str(folder)]) == 0
    assert capsys.readouterr().out.split() == [str(archive), str(folder)]
    name = "model.safetensors"
    assert (folder / name).read_bytes() == (MODELS / "static-zh" / name).read_bytes()


@pytest.mark.parametrize("arguments", [["pack", "builtin"], ["pack", "--out", "x.zip"], ["unpack", "a.zip"]])
def test_a_missing_argument_is_misuse(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Code 2 and one line that says what is expected."""
    assert main(["models", *arguments]) == 2
    assert "--out" in capsys.readouterr().err


def test_an_unknown_model_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Code 1, and nothing on stdout."""
    assert main(["models", "check", "./nowhere"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no such folder" in err
