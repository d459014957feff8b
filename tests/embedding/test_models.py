"""Listing, checking and carrying models."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tiny_models import bert_encoder, bert_reranker

from speechrag.embedding import load_encoder
from speechrag.embedding.models import MANIFEST, check_model, list_models, pack_model, unpack_model
from speechrag.errors import ModelError


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert_encoder(tmp_path_factory.mktemp("models") / "tiny", {"query": "查询：", "document": ""})


def test_models_are_listed_with_their_kind(tiny: Path) -> None:
    """The built-in ones come first; a folder that is no model is left out."""
    bert_reranker(tiny.parent / "ranker")
    (tiny.parent / "notes").mkdir(exist_ok=True)
    found = {model.name: model for model in list_models([tiny.parent])}
    assert found["builtin"].where == "package"
    assert found[str(tiny)].kind == "encoder"
    assert found[str(tiny)].bytes > 1_000
    assert str(tiny.parent / "notes") not in found


def test_a_check_reports_what_a_user_needs_to_know(tiny: Path) -> None:
    """Dimensions, length limit, prompts and size come from the model; speeds are positive."""
    report = check_model(str(tiny), texts=4)
    assert (report.dim, report.max_length) == (32, 64)
    assert (report.query_prompt, report.document_prompt) == ("查询：", "")
    assert report.fingerprint == load_encoder(str(tiny)).fingerprint
    assert report.passages_per_second > 0
    assert report.bytes > 1_000


def test_a_packed_model_arrives_whole(tiny: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere it has the same fingerprint; packing twice gives the same bytes."""
    archive = pack_model(str(tiny), tmp_path / "tiny.zip")
    again = pack_model(str(tiny), tmp_path / "again.zip")
    assert archive.read_bytes() == again.read_bytes()
    arrived = unpack_model(archive, tmp_path / "elsewhere")
    assert load_encoder(str(arrived)).fingerprint == load_encoder(str(tiny)).fingerprint


def test_a_changed_archive_is_refused(tiny: Path, tmp_path: Path) -> None:
    """A file that is not the one packed is named, and nothing is left behind."""
    archive = pack_model(str(tiny), tmp_path / "tiny.zip")
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"{}" if name == "modules.json" else source.read(name))
    with pytest.raises(ModelError, match=r"modules\.json is not the file that was packed"):
        unpack_model(changed, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.part").exists()


@pytest.mark.parametrize("name", ["../outside.json", "/etc/model.json", "a/../../b.json", "C:x.json", "a\\b.json"])
def test_an_archive_cannot_write_outside_its_folder(name: str, tmp_path: Path) -> None:
    """File names that lead out of the folder are refused before anything is written."""
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(MANIFEST, json.dumps({"format_version": 1, "name": "x", "sha256": {name: "0" * 64}}))
        target.writestr(name, b"x")
    with pytest.raises(ModelError, match="leads out of the folder"):
        unpack_model(archive, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.zip"]


def test_other_archives_and_folders_are_refused(tiny: Path, tmp_path: Path) -> None:
    """No manifest, another format, no archive at all, a folder without weights, a target that exists."""
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as target:
        target.writestr("config.json", "{}")
    with pytest.raises(ModelError, match="no readable"):
        unpack_model(empty, tmp_path / "out")
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(newer, "w") as target:
        target.writestr(MANIFEST, json.dumps({"format_version": 9, "sha256": {}}))
    with pytest.raises(ModelError, match="format 9"):
        unpack_model(newer, tmp_path / "out")
    plain = tmp_path / "plain.zip"
    plain.write_bytes(b"not a zip file")
    with pytest.raises(ModelError, match="cannot be unpacked"):
        unpack_model(plain, tmp_path / "out")
    with pytest.raises(ModelError, match="no weights"):
        pack_model(str(tmp_path), tmp_path / "x.zip")
    with pytest.raises(ModelError, match="exists already"):
        unpack_model(pack_model(str(tiny), tmp_path / "tiny.zip"), tiny)
