"""What measured: the program's version and commit, the libraries that shape a ranking, the index."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag import __version__

if TYPE_CHECKING:
    from speechrag.records import IndexManifest

SHAPING = (
    "format_version",
    "corpus_sha256",
    "cleaner",
    "chunker",
    "segmenter",
    "embedder_fingerprint",
    "dim",
    "metric",
)
LIBRARIES = ("numpy", "faiss-cpu", "jieba", "rjieba", "tantivy", "sentence-transformers")
_TREE = Path(__file__).resolve().parents[3]  # above src/speechrag/evaluation, in a checkout


def program() -> dict[str, object]:
    """Return ``version``, ``commit`` (None outside a checkout) and ``versions`` of libraries (None where absent)."""
    return {"version": __version__, "commit": source_commit(), "versions": library_versions()}


def index_fingerprint(manifest: IndexManifest) -> str:
    """Return the first twelve digits of a SHA-256 of all that shapes an index, not of when and where it was built."""
    shaped = {name: getattr(manifest, name) for name in SHAPING}
    return sha256(json.dumps(shaped, sort_keys=True).encode("utf-8")).hexdigest()[:12]


def library_versions() -> dict[str, str | None]:
    """Return the installed versions of ``LIBRARIES``, without importing them."""
    return {name: _version(name) for name in LIBRARIES}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def source_commit(tree: Path = _TREE) -> str | None:
    """Return the commit that a source tree has checked out, from its ``.git`` alone; None where there is none.

    What was changed since that commit is not seen.
    """
    folder = _git_folder(tree / ".git")
    head = _read(folder / "HEAD")
    if not head.startswith("ref: "):
        return head or None
    name = head.removeprefix("ref: ")
    common = folder / (_read(folder / "commondir") or ".")  # a linked work tree shares the branches of the first
    return _read(folder / name) or _read(common / name) or _packed(common, name)


def _git_folder(place: Path) -> Path:
    """Return the folder itself, or the one that a ``.git`` file of a linked work tree names."""
    pointer = _read(place)
    return place.parent / pointer.removeprefix("gitdir: ") if pointer.startswith("gitdir: ") else place


def _packed(folder: Path, name: str) -> str | None:
    rows = (line.split(" ") for line in _read(folder / "packed-refs").splitlines())
    return next((row[0] for row in rows if row[1:] == [name]), None)


def _read(path: Path) -> str:
    """Return the text of a file, stripped; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
