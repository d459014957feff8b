"""The models this machine can use: list them, check one, carry one into a network without the internet."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from speechrag.embedding import load_encoder
from speechrag.embedding.loading import (
    BASE,
    CLASSIFIER,
    ENCODER,
    RERANKER,
    WEIGHTS,
    cached_folder,
    check_weights,
    folder_kind,
    found_folder,
    is_model,
    model_files,
    model_folder,
)
from speechrag.embedding.reranker import load_reranker
from speechrag.errors import ModelError, UsageError
from speechrag.registry import EMBEDDERS, READER

MANIFEST = "speechrag-model.json"
FORMAT_VERSION = 1
EXTRA_FILES = ("README.md", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE")
MAX_MANIFEST_BYTES = 1 << 20
_SHIPPED = {"builtin": "static-zh", READER: "reader"}  # name -> its folder among the package's models
_SAMPLE = "要畅通社情民意反映渠道，完善信息报送制度，做到重要情况及时报、综合情况系统报。" * 10  # about 400 characters
_QUESTION = "重要情况多长时间内要报上来"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that can be named in ``--embedder`` or as the reranker; ``bytes`` is the size on disk."""

    name: str
    kind: str  # "encoder", "reranker", "classifier" (of no use here), or "model" where its folder does not say
    where: str  # "package", or the folder
    bytes: int


_NO_ENCODER = (
    "a base model: nothing says that it was taught to compare sentences; as an encoder it averages its tokens, and it "
    "is no reranker"
)


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What loading and trying an encoder showed."""

    name: str
    fingerprint: str
    dim: int
    max_length: int | None  # tokens; None: no limit
    query_prompt: str
    document_prompt: str
    bytes: int
    load_seconds: float
    passages_per_second: float  # of about 400 characters, processor time
    query_milliseconds: float
    kind: str = ENCODER
    note: str = ""  # what to know before it is used


@dataclass(frozen=True, slots=True)
class RerankerCheck:
    """What loading and trying a reranker showed."""

    name: str
    fingerprint: str
    max_length: int | None  # tokens of question and passage together; None: no limit
    bytes: int
    load_seconds: float
    pairs_per_second: float  # of a question and about 400 characters, processor time
    kind: str = RERANKER


def list_models(folders: Sequence[Path] = ()) -> list[ModelInfo]:
    """Return the built-in encoders and reranker, the models in the local cache, and those that ``folders`` are or hold.

    A folder that is no model itself is looked into one level deep.
    """
    found = [ModelInfo(name, "encoder", "package", _bytes_of(name)) for name in sorted(_built_in())]
    found.append(ModelInfo(READER, RERANKER, "package", _bytes_of(READER)))
    found += [_info(name, path) for name, path in _cached()]
    for folder in folders:
        if not folder.is_dir():
            raise ModelError(f"{folder}: there is no such folder")
        here = [folder] if is_model(folder) else sorted(path for path in folder.iterdir() if is_model(path))
        found += [_info(str(path), path) for path in here]
    return found


def check_model(name: str, *, texts: int = 64) -> ModelCheck | RerankerCheck:
    """Load the encoder or reranker called ``name``, try it on ``texts`` passages of about 400 characters, and report.

    Raises ModelError where it cannot be loaded or gives unusable vectors or scores, UsageError for the built-in reader.
    """
    if name == READER:
        raise UsageError(
            f"the reranker {READER!r} comes with speechrag and reads over an index: `speechrag evaluate --set "
            f"reranker={READER}` measures it"
        )
    folder = _folder(name)
    ranks = folder is not None and folder_kind(folder) in (RERANKER, CLASSIFIER)
    return _check_reranker(name, texts) if ranks else _check_encoder(name, texts)


def _check_reranker(name: str, texts: int) -> RerankerCheck:
    started = time.process_time()
    reranker = load_reranker(name)
    loaded = time.process_time()
    reranker.scores(_QUESTION, [f"{number} {_SAMPLE}" for number in range(texts)])
    scored = time.process_time()
    return RerankerCheck(
        name=name,
        fingerprint=reranker.fingerprint,
        max_length=getattr(reranker, "max_length", None),
        bytes=_bytes_of(name),
        load_seconds=loaded - started,
        pairs_per_second=texts / max(scored - loaded, 1e-9),
    )


def _check_encoder(name: str, texts: int) -> ModelCheck:
    import numpy as np

    started = time.process_time()
    encoder = load_encoder(name)
    loaded = time.process_time()
    vectors = encoder.encode_documents([f"{number} {_SAMPLE}" for number in range(texts)])
    embedded = time.process_time()
    question = encoder.encode_queries([_QUESTION])
    asked = time.process_time()
    for rows in (vectors, question):
        if not np.isfinite(rows).all() or np.abs(np.linalg.norm(rows, axis=1) - 1.0).max() > 1e-3:
            raise ModelError(f"encoder {name!r} gives vectors that are not of unit length; copy the model again")
    prompts = getattr(encoder, "prompts", {})
    return ModelCheck(
        name=name,
        fingerprint=encoder.fingerprint,
        dim=encoder.dim,
        max_length=getattr(encoder, "max_length", None),
        query_prompt=prompts.get("query", ""),
        document_prompt=prompts.get("document", ""),
        bytes=_bytes_of(name),
        load_seconds=loaded - started,
        passages_per_second=texts / max(embedded - loaded, 1e-9),
        query_milliseconds=1000 * (asked - embedded),
        note=_NO_ENCODER if (folder := _folder(name)) and folder_kind(folder) == BASE else "",
    )


def pack_model(name: str, archive: Path) -> Path:
    """Write the model called ``name`` (a path, or a name in the local cache) to one zip file; return its path.

    The archive holds a list of its files with their SHA-256 and is the same, byte for byte, every time. Raises
    UsageError for a built-in encoder and for an archive of another name than *.zip, and ModelError where there is no
    such model, its weights are cut short or the archive cannot be written; nothing is left behind then.
    """
    if archive.suffix.lower() != ".zip":
        raise UsageError(f"{archive}: a model is packed into a zip file; give a name that ends in .zip")
    if name in {*_built_in(), READER}:
        raise UsageError(
            f"{name!r} comes with speechrag and is there wherever speechrag is installed; there is nothing to carry"
        )
    folder = _folder(name)
    if folder is None:
        raise ModelError(
            f"model {name!r} is neither a folder nor in this machine's model cache; there is nothing to pack"
        )
    files = _carried(folder)
    if not any(path.suffix in WEIGHTS for path in files):
        raise ModelError(f"{folder}: no weights (*.safetensors, *.bin); this is not a model folder")
    if not is_model(folder):
        raise ModelError(f"{folder}: no modules.json or config.json beside the weights; give the folder of one model")
    check_weights(folder)
    manifest = {
        "format_version": FORMAT_VERSION,
        "name": name if model_folder(name) is None else folder.name,
        "sha256": {path.relative_to(folder).as_posix(): _sha256(path) for path in files},
    }
    beside = archive.with_name(archive.name + ".part")
    try:
        with zipfile.ZipFile(beside, "w") as target:
            target.writestr(_entry(MANIFEST), json.dumps(manifest, ensure_ascii=False, indent=1))
            for path in files:
                with path.open("rb") as source, target.open(_entry(path.relative_to(folder).as_posix()), "w") as out:
                    shutil.copyfileobj(source, out, 1 << 22)
        beside.replace(archive)
    except OSError as exc:
        raise ModelError(f"{archive}: cannot be written ({exc.strerror}); choose another place") from exc
    finally:
        beside.unlink(missing_ok=True)
    return archive


def unpack_model(archive: Path, folder: Path) -> Path:
    """Unpack what ``pack_model`` wrote into the new folder ``folder``, every file checked; return the folder.

    Raises ModelError for an archive that is damaged, was changed, or was not made by ``pack_model``, and for a folder
    that exists; nothing is left behind then.
    """
    if folder.exists():
        raise ModelError(f"{folder}: exists already; give a folder that is not there yet")
    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as source:
            expected = _read_manifest(source, archive)
            for name, digest in expected.items():
                with source.open(name) as stream:
                    _write_checked(stream, beside / name, digest, f"{archive}: {name}")
        beside.replace(folder)
    except (OSError, zipfile.BadZipFile, KeyError, EOFError) as exc:
        raise ModelError(f"{archive}: cannot be unpacked ({exc}); copy the archive again") from exc
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _built_in() -> set[str]:
    return set(EMBEDDERS) - {"sentence-transformers"}


def _folder(name: str) -> Path | None:
    """Return where the model ``name`` lies; None for a built-in one and for a name that the local cache lacks."""
    return None if name in _built_in() else found_folder(name)


def _cached() -> Iterator[tuple[str, Path]]:
    """Yield (name, folder) of every model in the local cache."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    for name in sorted(repo.repo_id for repo in repositories if repo.repo_type == "model"):
        if (folder := cached_folder(name)) is not None and is_model(folder):
            yield name, folder


def _info(name: str, folder: Path) -> ModelInfo:
    return ModelInfo(name, folder_kind(folder), str(folder), sum(path.stat().st_size for path in model_files(folder)))


def _bytes_of(name: str) -> int:
    if name in _SHIPPED:
        from speechrag.embedding.static import MODELS

        folder: Path | None = MODELS / _SHIPPED[name]
    else:
        folder = _folder(name)
    return 0 if folder is None else sum(path.stat().st_size for path in model_files(folder))


def _carried(folder: Path) -> list[Path]:
    extra = [folder / name for name in EXTRA_FILES if (folder / name).is_file()]
    return sorted({*model_files(folder), *extra})


def _entry(name: str) -> zipfile.ZipInfo:
    """Return a zip entry with a fixed date; weights do not shrink and are stored as they are."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(WEIGHTS) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_manifest(source: zipfile.ZipFile, archive: Path) -> dict[str, str]:
    """Return file name -> SHA-256; every name is a plain relative path."""
    try:
        with source.open(MANIFEST) as file:
            manifest: Any = json.loads(file.read(MAX_MANIFEST_BYTES))
        version, expected = manifest["format_version"], dict(manifest["sha256"])
    except (KeyError, ValueError, TypeError) as exc:
        raise ModelError(
            f"{archive}: no readable {MANIFEST}; this is not an archive of `speechrag models pack`"
        ) from exc
    if version != FORMAT_VERSION:
        raise ModelError(f"{archive}: format {version}; this program reads format {FORMAT_VERSION}")
    for name in expected:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or path.as_posix() != name:
            raise ModelError(f"{archive}: the file name {name!r} leads out of the folder; do not use this archive")
    return expected


def _write_checked(stream: IO[bytes], path: Path, expected: str, what: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        while block := stream.read(1 << 22):
            digest.update(block)
            file.write(block)
    if digest.hexdigest() != expected:
        raise ModelError(f"{what} is not the file that was packed; copy the archive again")
