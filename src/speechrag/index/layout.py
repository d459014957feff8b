"""File names of an index folder, the pointer to the live generation, and the lock of a build."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from io import FileIO
from pathlib import Path

from speechrag.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, SpeechragError
from speechrag.files import WRITABLE, open_own, open_regular
from speechrag.records import IndexManifest

FORMAT_VERSION = 5  # bump when the schema of corpus.sqlite, the lexical fields or the layout changes
CURRENT = "CURRENT"
GENERATIONS = "generations"
MANIFEST = "manifest.json"
CORPUS = "corpus.sqlite"
LEXICAL = "lexical"
VECTORS = "vectors.faiss"
LOCK = "build.lock"
VECTOR_CACHE = "unfinished.vectors"  # what a build has embedded so far; see vector_cache
LOCKED_BYTE = 1 << 30  # far behind the owner's note: Windows forbids others to read a locked byte
OWN_SHA256 = "manifest_sha256"
STAGING = "staging-"
GENERATION_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
LONGEST_POINTER = 1_000  # bytes
KEEP = 2  # generations kept: a reader that opened the previous one goes on reading it
REBUILD = "run `speechrag build` again with the same --index"


def current_generation(index: Path) -> Path:
    """Return the folder of the live generation. Raises IndexMissing or IndexDamaged."""
    name = _pointed_at(index)
    while True:
        folder = index / GENERATIONS / name
        try:
            if name and Path(name).name == name and folder.is_dir():
                return folder
        except OSError as exc:  # a folder closed to this user; a name longer than names can be
            raise IndexDamaged(f"{folder}: cannot be read ({exc.strerror})", hint=REBUILD) from exc
        # A build may have published, and swept this generation away, between the two looks.
        before, name = name, _pointed_at(index)
        if name == before:
            raise IndexDamaged(f"{index / CURRENT}: names the generation {name!r}, which is not there", hint=REBUILD)


def _pointed_at(index: Path) -> str:
    pointer = index / CURRENT
    try:
        with open_regular(pointer) as file:
            return file.read(LONGEST_POINTER).decode("ascii").strip()
    except FileNotFoundError as exc:
        raise IndexMissing(
            f"{index}: there is no index here", hint=f"speechrag build SOURCE ... --index {index}"
        ) from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise IndexDamaged(f"{pointer}: cannot be read ({exc})", hint=REBUILD) from exc


def read_manifest(folder: Path) -> IndexManifest:
    """Return the manifest of a generation. Raises IndexDamaged or IndexMismatch (another format version)."""
    path = folder / MANIFEST
    try:
        with open_regular(path) as file:
            raw = file.read()
        data = json.loads(raw)
        version = data["format_version"]
        if version != FORMAT_VERSION:
            raise IndexMismatch(
                f"{folder}: index format {version}, this speechrag reads format {FORMAT_VERSION}", hint=REBUILD
            )
        data.pop(OWN_SHA256, None)
        manifest = IndexManifest(**data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise IndexDamaged(f"{path}: cannot be read ({exc})", hint=REBUILD) from exc
    if raw != _rendered(manifest):
        raise IndexDamaged(f"{path}: this file was changed after the index was built", hint=REBUILD)
    if manifest.generation != folder.name:
        raise IndexDamaged(f"{path}: belongs to another generation, {manifest.generation}", hint=REBUILD)
    return manifest


def write_manifest(folder: Path, manifest: IndexManifest) -> None:
    """Write the manifest last of all files of a generation."""
    (folder / MANIFEST).write_bytes(_rendered(manifest))


def _rendered(manifest: IndexManifest) -> bytes:
    """Return the only bytes that say what ``manifest`` says, their own checksum among them."""
    body = asdict(manifest)
    own = hashlib.sha256(json.dumps(body, sort_keys=True).encode("ascii")).hexdigest()
    text = json.dumps(body | {OWN_SHA256: own}, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")


def files_of(folder: Path) -> dict[str, Path]:
    """Return every file of a generation except the manifest, by its name within the folder.

    tantivy leaves an empty hidden lock file behind whenever a folder is opened; it holds nothing and is not counted.
    """
    found = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {n: p for n, p in found.items() if n != MANIFEST and not (p.name.startswith(".") and p.suffix == ".lock")}


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(folder: Path, manifest: IndexManifest) -> None:
    """Check that the generation holds exactly the files of its manifest, unchanged. Raises IndexDamaged."""
    try:
        found = files_of(folder)
    except OSError as exc:
        raise IndexDamaged(f"{folder}: cannot be listed ({exc.strerror})", hint=REBUILD) from exc
    for name in sorted(set(manifest.sha256) | set(found)):
        if name not in found:
            raise IndexDamaged(f"{folder / name}: this file of the index is missing", hint=REBUILD)
        if name not in manifest.sha256:
            raise IndexDamaged(f"{folder / name}: this file does not belong to the index", hint=REBUILD)
        try:
            same = sha256_of(found[name]) == manifest.sha256[name]
        except OSError as exc:
            raise IndexDamaged(f"{folder / name}: cannot be read ({exc.strerror})", hint=REBUILD) from exc
        if not same:
            raise IndexDamaged(f"{folder / name}: this file was changed after the index was built", hint=REBUILD)


def publish(index: Path, staging: Path, name: str) -> Path:
    """Make the finished generation in ``staging`` the live one: sync, rename, swap the pointer.

    A crash at any point leaves either the old or the new generation live and whole.
    """
    _sync_tree(staging)
    final = index / GENERATIONS / name
    staging.rename(final)
    _sync_folder(final.parent)
    pointer = index / f"{CURRENT}.new"
    pointer.unlink(missing_ok=True)  # of a build that crashed, or a link that was put there
    with open_own(pointer, WRITABLE | os.O_EXCL) as file:
        file.write(f"{name}\n".encode("ascii"))
        os.fsync(file.fileno())
    pointer.replace(index / CURRENT)
    _sync_folder(index)
    return final


def sweep(index: Path, keep: int = KEEP) -> None:
    """Remove what crashed builds left and all but the newest ``keep`` generations; never the live one.

    Folders with other names are not ours and stay.
    """
    folder = index / GENERATIONS
    if not folder.is_dir():
        return
    try:
        live = current_generation(index).name
    except IndexMissing:
        live = ""
    except IndexDamaged:
        return  # what is left may be all there is: keep it until a build has published a whole one
    try:
        names = sorted((p.name for p in folder.iterdir() if p.is_dir()), reverse=True)
    except OSError:
        return  # the next build will try again; what it writes itself will tell what is wrong with the disk
    for stale in [name for name in names if name.startswith(STAGING)]:
        shutil.rmtree(folder / stale, ignore_errors=True)
    published = [name for name in names if GENERATION_NAME.fullmatch(name)]
    kept = {live, *[n for n in published if n != live][: keep - 1]}
    for name in published:
        if name not in kept:
            shutil.rmtree(folder / name, ignore_errors=True)


@contextlib.contextmanager
def build_lock(index: Path) -> Iterator[None]:
    """Hold the index for one build. Raises IndexBusy naming the process that holds it.

    An operating-system lock, so it ends with its process, whatever ended that. A build that fails leaves the vectors it
    has computed to the next; one that ends well leaves none.
    """
    try:
        (index / GENERATIONS).mkdir(parents=True, exist_ok=True)
        handle = open_own(index / LOCK)
    except OSError as exc:
        raise _unwritable(index, exc) from exc
    with handle:
        try:
            owner = _claim(handle)
        except OSError as exc:
            raise _unwritable(index, exc) from exc
        if owner:
            raise IndexBusy(f"{index}: {owner} is building this index; wait for it to finish")
        yield
        with contextlib.suppress(OSError):  # the index is published, and the next build will try again
            (index / VECTOR_CACHE).unlink(missing_ok=True)


def vector_cache_of(staging: Path) -> Path:
    """Return where a build that fills ``staging`` keeps the vectors it has computed."""
    return staging.parent.parent / VECTOR_CACHE


def _unwritable(index: Path, error: OSError) -> SpeechragError:
    return SpeechragError(f"{index}: the index cannot be written here ({error.strerror}); choose another --index")


def _claim(handle: FileIO) -> str:
    """Lock the file and note in it who did; return who holds it already, empty where nobody did."""
    if not _try_lock(handle.fileno()):
        handle.seek(0)
        return handle.read().decode("utf-8", "replace").strip() or "another process"
    handle.truncate(0)
    handle.seek(0)
    handle.write(f"process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M:%S')},".encode())
    return ""


def _try_lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)  # it locks from where the file stands
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; its rename is journalled
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
