"""Listing, checking and carrying models."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from tiny_models import bert_encoder, bert_reranker

from speechrag.embedding import load_encoder
from speechrag.embedding.loading import token_limit
from speechrag.embedding.models import (
    MANIFEST,
    ModelCheck,
    RerankerCheck,
    check_model,
    list_models,
    pack_model,
    unpack_model,
)
from speechrag.embedding.reranker import load_reranker
from speechrag.embedding.static import MODELS
from speechrag.errors import ModelError, UsageError


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
    assert isinstance(report, ModelCheck)
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


@pytest.fixture(scope="module")
def ranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert_reranker(tmp_path_factory.mktemp("rankers") / "ranker")


def _cut(folder: Path, copy: Path) -> Path:
    """Copy a model folder, the last bytes of its weights missing."""
    shutil.copytree(folder, copy)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    return copy


def test_a_static_model_reads_texts_of_any_length(tmp_path: Path) -> None:
    """sentence-transformers gives infinity for its limit, also after it was packed and unpacked."""
    arrived = unpack_model(pack_model(str(MODELS / "static-zh"), tmp_path / "static.zip"), tmp_path / "static")
    report = check_model(str(arrived), texts=2)
    assert isinstance(report, ModelCheck)
    assert (report.max_length, report.kind) == (None, "encoder")


@pytest.mark.parametrize(("length", "limit"), [(float("inf"), None), (10**30, None), (None, None), (512, 512)])
def test_a_limit_beyond_all_texts_is_none(length: float | None, limit: int | None) -> None:
    """Infinity, and the 10^30 of a tokenizer that was saved without a limit, are no numbers to print."""
    assert token_limit(length) == limit


def test_a_reranker_is_checked_as_one(ranker: Path) -> None:
    """The report comes from scoring pairs, not from taking the cross-encoder for an encoder."""
    report = check_model(str(ranker), texts=4)
    assert isinstance(report, RerankerCheck)
    assert (report.kind, report.max_length) == ("reranker", 64)
    assert report.fingerprint == load_reranker(str(ranker)).fingerprint
    assert report.pairs_per_second > 0


def test_a_model_is_not_taken_for_the_other_kind(tiny: Path, ranker: Path) -> None:
    """A cross-encoder loaded as an encoder, or an encoder as a reranker, would run with parts that nobody trained."""
    with pytest.raises(ModelError, match="is a cross-encoder"):
        load_encoder(str(ranker))
    with pytest.raises(ModelError, match="is an encoder"):
        load_reranker(str(tiny))


def test_rerankers_classifiers_and_encoders_are_told_apart(tiny: Path, ranker: Path, tmp_path: Path) -> None:
    """One output makes a reranker, several a classifier, whose check says what is wrong with it."""
    classifier = bert_reranker(tmp_path / "classes", labels=3)
    kinds = [model.kind for folder in (tiny, ranker, classifier) for model in list_models([folder])[-1:]]
    assert kinds == ["encoder", "reranker", "classifier"]
    with pytest.raises(ModelError, match="3 outputs"):
        check_model(str(classifier))


def test_a_folder_of_models_is_no_model(ranker: Path, tmp_path: Path) -> None:
    """It is neither listed as one nor packed as one; named itself, its models are listed."""
    shelf = tmp_path / "shelf"
    shutil.copytree(ranker, shelf / "ranker")
    assert not [model for model in list_models([tmp_path]) if model.where != "package"]
    assert [model.name for model in list_models([shelf]) if model.where != "package"] == [str(shelf / "ranker")]
    with pytest.raises(ModelError, match="the folder of one model"):
        pack_model(str(shelf), tmp_path / "shelf.zip")


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_weights_cut_short_are_not_packed(name: str, tiny: Path, tmp_path: Path) -> None:
    """The file is named and no archive is left, not even half of one."""
    damaged = _cut(tiny, tmp_path / "damaged")
    if name.endswith(".bin"):
        (damaged / "model.safetensors").unlink()
        with zipfile.ZipFile(damaged / name, "w") as target:
            target.writestr("archive/data.pkl", b"weights" * 100)
        (damaged / name).write_bytes((damaged / name).read_bytes()[:-30])
    with pytest.raises(ModelError, match=rf"{name}: the weights are damaged"):
        pack_model(str(damaged), tmp_path / "x.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["damaged"]


def test_an_archive_is_named_zip(tiny: Path, tmp_path: Path) -> None:
    """Another ending would promise another format."""
    with pytest.raises(UsageError, match=r"ends in \.zip"):
        pack_model(str(tiny), tmp_path / "x.tar")
    assert not list(tmp_path.iterdir())


def test_what_comes_with_the_package_is_not_packed(tmp_path: Path) -> None:
    """The built-in encoder and reranker are there wherever the program is."""
    for name in ("builtin", "reader"):
        with pytest.raises(UsageError, match="comes with speechrag"):
            pack_model(name, tmp_path / "x.zip")


def test_the_built_in_reranker_is_listed_and_measured_over_an_index() -> None:
    """It can be named like another, and asked to read pairs alone it says what measures it."""
    found = {model.name: model for model in list_models([])}["reader"]
    assert (found.kind, found.where) == ("reranker", "package") and found.bytes > 100_000
    with pytest.raises(UsageError, match="speechrag evaluate --set reranker=reader"):
        check_model("reader")
