"""Files that visitors add to the corpus, and the build that takes them in.

Off unless the page was started with ``--allow-upload FOLDER``, where FOLDER is what the index was built from. Files go
into one folder of their own below it, under names that lead nowhere else; none is overwritten, opened or served.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from speechrag.errors import UsageError
from speechrag.index.store import TAKEN_IN
from speechrag.interfaces import jobs, reasons
from speechrag.interfaces.jobs import Job
from speechrag.sources.walk import is_companion

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine
    from speechrag.interfaces.views import View

FOLDER = "网页添加"  # below the sources: what came through the page
ACCEPTED = (".txt", ".docx", ".pdf", ".html", ".htm", ".zip")
LARGEST_FILE = 50 * 1024 * 1024  # bytes; the guard refuses longer bodies before they are read
MOST_FILES = 2_000  # in the folder
MOST_BYTES = 1024**3  # of all of them
LONGEST_NAME = 200  # bytes in UTF-8; file systems allow 255
PARTIAL = ".part-"  # a hidden file is no source
SHOWN_REASONS = 20  # files left out that are named after a build
STAGES = {"reading": "读取与整理", "indexing": "建立索引", "embedding": "计算语义向量"}
OFF = "这里没有开放添加文件，请联系管理员。"
BUILDING = "语料正在更新，请等它完成。"
_DROPPED = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})  # cannot be seen, or turn the order of what is


class Uploads:
    """The folder that takes files from the page, and the one build at a time that brings them into the index."""

    def __init__(self, settings: Settings) -> None:
        self._sources = Path(settings.uploads) if settings.uploads else None
        self._index = settings.index
        self._lock = threading.Lock()
        self._job: Job | None = None

    @property
    def allowed(self) -> bool:
        """Whether the page takes files at all."""
        return self._sources is not None

    @contextlib.contextmanager
    def incoming(self, given: str) -> Iterator[Incoming]:
        """Give a file to write to; it stands in the folder once its ``keep`` is called, and nowhere without that.

        Raises UsageError, with a sentence for the visitor, where no files are taken, the name will not do, a file of
        that name is there, or the folder is full or cannot be written.
        """
        folder, name = self._folder(), safe_name(given)
        path = folder / f"{PARTIAL}{secrets.token_hex(8)}"
        try:
            folder.mkdir(exist_ok=True)
            _check_room(folder, name)
            with path.open("xb") as stream:
                yield Incoming(stream, path, folder / name)
        except OSError as exc:
            raise UsageError(f"“{name}”没有存下来：{exc.strerror or exc}。请告诉管理员。") from exc
        finally:
            path.unlink(missing_ok=True)

    def _folder(self) -> Path:
        if self._sources is None:
            raise UsageError(OFF)
        return self._sources / FOLDER

    def build(self) -> None:
        """Begin to take the files in. Raises UsageError where no files are taken or a build is under way."""
        self._folder()
        with self._lock:
            if self._job is not None and self._job.state == jobs.RUNNING:
                raise UsageError(BUILDING)
            command = ("build", str(self._sources), "--index", self._index, "--format", "json", "--progress", "lines")
            self._job = Job([command])

    def stop(self) -> None:
        """End the build under way; the index stays as it was."""
        if self._job is not None:
            self._job.stop()

    def view(self) -> View:
        """Return whether files are taken, and how the latest build stands."""
        offer = {"allowed": self.allowed, "accepted": list(ACCEPTED), "megabytes": LARGEST_FILE // 1024**2}
        job = self._job
        if job is None:
            return {**offer, "state": "idle"}
        standing = {"state": job.state, "seconds": round(job.seconds), "done": job.done, "total": job.total}
        return {**offer, **standing, "stage": STAGES.get(job.stage, "正在准备"), **_outcome(job)}


class Incoming:
    """A file on its way in."""

    def __init__(self, stream: BinaryIO, path: Path, target: Path) -> None:
        self._stream, self._path, self._target = stream, path, target
        self._written = 0

    def write(self, data: bytes) -> None:
        """Append ``data``. Raises UsageError beyond the largest size a file may have."""
        self._written += len(data)
        if self._written > LARGEST_FILE:
            raise UsageError(f"“{self._target.name}”太大了：最多 {LARGEST_FILE // 1024**2} MB，请拆成几份。")
        self._stream.write(data)

    def keep(self) -> str:
        """Put the whole file in its place and return its name. Raises UsageError for an empty one or a name taken."""
        if not self._written:
            raise UsageError(f"“{self._target.name}”是空的。")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        try:
            self._target.touch(exist_ok=False)  # takes the name: a renaming alone would replace somebody's file
        except FileExistsError:
            raise UsageError(_taken(self._target.name)) from None
        self._path.replace(self._target)
        return self._target.name


def safe_name(given: str) -> str:
    """Return the name to store a file under: its last part, without what cannot be seen.

    Raises UsageError for a kind of file that is not taken, a name without a stem or one that no build reads.
    """
    last = PurePosixPath(given.replace("\\", "/")).name
    kept = "".join(char for char in last if unicodedata.category(char) not in _DROPPED and char not in '<>:"|?*')
    name = unicodedata.normalize("NFC", kept).strip(" .")
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    if ending not in ACCEPTED:
        raise UsageError(f"“{name[:80]}”不是可以收录的文件：请用 {'、'.join(e[1:] for e in ACCEPTED)} 格式。")
    while len((stem + ending).encode()) > LONGEST_NAME:
        stem = stem[:-1]
    if not stem or is_companion(stem + ending):
        raise UsageError(f"“{name[:80]}”这个文件名不会被收录，请改名后再添加。")
    return stem + ending


def _check_room(folder: Path, name: str) -> None:
    with os.scandir(folder) as entries:
        sizes = [entry.stat(follow_symlinks=False).st_size for entry in entries]
    if len(sizes) >= MOST_FILES or sum(sizes) >= MOST_BYTES:
        raise UsageError("添加的文件已经太多了，请管理员整理后再添加。")
    if (folder / name).exists():
        raise UsageError(_taken(name))


def _taken(name: str) -> str:
    return f"已经有一份“{name}”了，请改名后再添加。"


def _outcome(job: Job) -> View:
    """Return what a build that has ended says: one sentence, the files left out, and whether there is a new index."""
    if job.state == jobs.STOPPED:
        return {"text": "已停止，语料没有变化；添加的文件留着，下次更新时收录。"}
    if job.state == jobs.FAILED:
        return {"text": _failure(job.complaint)}
    if job.state != jobs.DONE:
        return {}
    report: dict[str, Any] = json.loads(job.output)
    left_out = [{"source": row["source"], "detail": reasons.told(row["reason"])} for row in report["skipped"]]
    counted = (("新增", "added"), ("改动", "changed"), ("移除", "removed"))
    counts = "，".join(f"{word} {report[key]} 个文件" for word, key in counted if report[key])
    told = "没有新的内容。"
    if report["published"]:
        told = f"更新完成：{f'{counts}，' if counts else ''}共 {report['speeches']} 篇讲话。"
    return {"text": told, "published": report["published"], "skipped": left_out[:SHOWN_REASONS]}


def _failure(complaint: str) -> str:
    busy = "is building this index" in complaint
    return "另一次更新正在进行，请稍后再试。" if busy else "这次没有更新成，语料没有受影响。请告诉管理员查看运行记录。"


def check_sources(engine: Engine, folder: Path) -> None:
    """Raise UsageError where ``folder`` is not what the index was built from: a build from it would empty the index."""
    if not folder.is_dir():
        raise UsageError(f"--allow-upload {folder}: no such folder; name the one that `speechrag build` was given")
    names = [entry.source for entry in engine.store.ledger() if entry.state in TAKEN_IN]
    missing = [name for name in names if not (folder / name.partition("!")[0]).exists()]
    if 2 * len(missing) > len(names):
        raise UsageError(
            f"--allow-upload {folder}: {len(missing)} of the {len(names)} files of this index are not there "
            f"(such as {missing[0]}); name the folder that `speechrag build` was given"
        )
