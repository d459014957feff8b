"""What loading an encoder and a cross-encoder have in common: from this machine only, on the CPU, in float32."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from speechrag.config import forbid_downloads
from speechrag.errors import ModelError

# Everything that shapes a model's numbers; cards, training logs and other weights formats do not.
WEIGHTS = (".safetensors", ".bin")
FILES = (*WEIGHTS, ".json", ".jinja", ".txt", ".model")
ENCODER, RERANKER, CLASSIFIER, BASE, UNKNOWN = "encoder", "reranker", "classifier", "base model", "model"
UNLIMITED = 1e9  # tokens; a static model gives infinity for its limit, a tokenizer saved without one 10^30


def model_folder(name: str) -> Path | None:
    """Return the folder ``name`` stands for, None for a name that is no path.

    Raises ModelError for a path that does not exist: libraries would look it up on a hub.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path.resolve()
    if path.is_absolute() or name.startswith((".", "~")) or "\\" in name:
        raise ModelError(f"model {name!r}: there is no such folder", hint="give the folder of a saved model")
    return None


def found_folder(name: str) -> Path | None:
    """Return where the model ``name`` lies, by its path or in the local model cache; None where it is in neither.

    Raises ModelError for a path that does not exist.
    """
    return model_folder(name) or cached_folder(name)


def cached_folder(name: str) -> Path | None:
    """Return where the local model cache keeps ``name``, None where it does not."""
    forbid_downloads()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        return None


def is_model(folder: Path) -> bool:
    """Tell whether ``folder`` is one model: its configuration lies at its top, its weights there or below."""
    top = any((folder / name).is_file() for name in ("modules.json", "config.json"))
    return top and any(path.suffix in WEIGHTS for path in model_files(folder))


def folder_kind(folder: Path) -> str:
    """Tell what the model in ``folder`` is for, by what was saved beside its weights.

    A cross-encoder of one output is a "reranker", one of several a "classifier"; a "base model" was saved without
    layers for either and not as an encoder; "model" where nothing says.
    """
    config = _saved(folder / "config.json")
    if (folder / "modules.json").is_file():
        kind = _saved(folder / "config_sentence_transformers.json").get("model_type", "SentenceTransformer")
        return {"SentenceTransformer": ENCODER, "CrossEncoder": RERANKER}.get(str(kind), UNKNOWN)
    architectures = config.get("architectures")
    if isinstance(architectures, list) and any(str(a).endswith("ForSequenceClassification") for a in architectures):
        labels = config.get("id2label")
        outputs = len(labels) if isinstance(labels, dict) else config.get("num_labels")
        return RERANKER if outputs == 1 else CLASSIFIER
    return BASE if isinstance(architectures, list) and architectures else UNKNOWN


def _saved(path: Path) -> dict[str, Any]:
    """Return the settings in a JSON file; none where it is missing or damaged, which loading the model reports."""
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def token_limit(length: float | None) -> int | None:
    """Return how many tokens a model reads of a text, None where what it gives for that is no limit."""
    return int(length) if length and length < UNLIMITED else None


def check_weights(folder: Path) -> None:
    """Look at the ends of the weights without loading them. Raises ModelError where a file is cut short or no weights.

    A safetensors file lists its tensors and where they end, which must be its size; a .bin is a zip file, whose
    directory lies at its end.
    """
    from safetensors import SafetensorError, safe_open

    for path in (path for path in model_files(folder) if path.suffix in WEIGHTS):
        try:
            if path.suffix == ".safetensors":
                with safe_open(path, framework="numpy"):
                    continue
            reason = "" if is_zipfile(path) or _is_old_form(path) else "it is cut short, or no weights"
        except (OSError, SafetensorError) as exc:
            reason = str(exc).splitlines()[0]
        if reason:
            raise ModelError(f"{path}: the weights are damaged ({reason}); copy the model's folder here again")


def _is_old_form(path: Path) -> bool:
    """Tell weights in the form before torch 1.6: nothing but loading them shows whether they are whole."""
    with path.open("rb") as file:
        return file.read(1) == b"\x80"


def model_files(folder: Path) -> list[Path]:
    """Return the files that make up the model in ``folder``, sorted.

    Where weights come in two formats, only the safetensors count: they are what is loaded.
    """
    found = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix in FILES)
    safe = {f.parent for f in found if f.suffix == ".safetensors"}
    return [f for f in found if f.suffix != ".bin" or f.parent not in safe]


def folder_fingerprint(folder: Path, setting: str = "") -> str:
    """Return a short SHA-256 over ``setting`` and the relative paths and bytes of the model's files.

    ``setting`` is for whatever shapes the vectors and stands in no file of the folder.
    """
    digest = hashlib.sha256(setting.encode())
    for path in model_files(folder):
        digest.update(path.relative_to(folder).as_posix().encode())
        for block in _blocks(path):
            digest.update(block)
    return digest.hexdigest()[:16]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            yield block


def load_local(kind: Callable[..., Any], folder: Path, what: str) -> Any:
    """Return ``kind(folder)``, a sentence-transformers class made to use this machine alone.

    Weights are read as float32 whatever they were saved in: in half precision a text's vector depends on the texts that
    share its batch. Code that comes with a model is never run. Raises ModelError.
    """
    forbid_downloads()
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return kind(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": "float32"},
        )
    except (
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        AttributeError,
        ImportError,
        SafetensorError,
    ) as exc:
        reason = str(exc).strip().splitlines()[0][:200] if str(exc).strip() else type(exc).__name__
        raise ModelError(
            f"{what} {str(folder)!r} cannot be loaded from this machine ({reason})",
            hint="copy the model's folder here again and give its path",
        ) from exc
