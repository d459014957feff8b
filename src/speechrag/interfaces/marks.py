"""有用 and 没用: what readers say of answers, kept as JSON lines beside the index, and given out as judgements."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from speechrag.errors import UsageError
from speechrag.evaluation.formats import write_qrels, write_topics
from speechrag.evaluation.records import Qrel, Topic

# What can be wrong with an answer; only the first two say that its passages do not answer the question.
REASONS: Mapping[str, str] = {
    "off": "答非所问",
    "source": "出处不对",
    "missing": "内容不全",
    "refused": "语料里有，却说没有",
    "other": "其他",
}
_AGAINST = frozenset({"off", "source"})
LONGEST_NOTE = 500  # characters
LARGEST = 50_000_000  # bytes of the file; more is no longer read by anybody
UNCLEAR = "这条评价没有看懂，请刷新页面再试。"


def marks_path(index: str) -> Path:
    """Return where the marks on answers from an index are kept: beside its folder, which a build may replace."""
    folder = Path(index)
    return folder.with_name(f"{folder.name}.marks.jsonl")


class Marks:
    """The file of marks; several threads may add to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, view: Mapping[str, Any], said: Mapping[str, Any], generation: str) -> None:
        """Keep what a reader said of the answer in ``view``: ``{"useful": bool, "reason": key, "note": text}``.

        Raises UsageError, with a sentence for the reader, where that makes no sense or cannot be written.
        """
        useful, reason, note = said.get("useful"), said.get("reason", ""), said.get("note", "")
        known = isinstance(useful, bool) and (reason in REASONS or not reason) and isinstance(note, str)
        if view.get("kind") != "answer" or not known:
            raise UsageError(UNCLEAR)
        row = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "question": view["question"],
            "follows": bool(view.get("follows")),
            "useful": useful,
            "reason": reason,
            "note": note[:LONGEST_NOTE],
            "supported": view["supported"],
            "passages": list(dict.fromkeys(citation["passage_id"] for citation in view["citations"])),
            "generation": generation,
        }
        self._append(json.dumps(row, ensure_ascii=False) + "\n")

    def _append(self, line: str) -> None:
        try:
            with self._lock, self._path.open("ab") as file:
                if file.tell() > LARGEST:
                    raise UsageError("评价已经存满，请告诉管理员。")
                file.write(line.encode())
        except OSError as exc:
            raise UsageError(f"评价没有存下来（{exc.strerror}），请告诉管理员。") from exc

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the marks, oldest first; none where there is no file. A line cut short by a crash is passed over."""
        if not self._path.is_file():
            return
        for line in self._path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def judgements(self) -> tuple[list[Topic], list[Qrel]]:
        """Return the questions with at least one passage found useful, and the judgements of their passages.

        Each mark is a vote on the passages an answer cited: for them where it was useful, against them where it missed
        the question or its source was wrong; more votes for than against make a passage relevant. Questions that follow
        on others mean nothing alone and are left out.
        """
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows():
            weight = 1 if row["useful"] else -1 if row["reason"] in _AGAINST else 0
            for passage_id in row["passages"] if weight and not row["follows"] else ():
                votes[row["question"]][passage_id] += weight
        topics, qrels = [], []
        for question, counted in votes.items():
            if not any(count > 0 for count in counted.values()):
                continue
            query_id = f"m{hashlib.sha256(question.encode()).hexdigest()[:12]}"
            topics.append(Topic(query_id, question))
            qrels += [Qrel(query_id, passage_id, int(count > 0)) for passage_id, count in sorted(counted.items())]
        return topics, qrels

    def write_set(self, folder: Path) -> int:
        """Write the judgements as ``queries.jsonl`` and ``qrels.tsv`` below ``folder``; return how many questions."""
        topics, qrels = self.judgements()
        write_topics(folder / "queries.jsonl", topics)
        write_qrels(folder / "qrels.tsv", qrels)
        return len(topics)

    def archive(self) -> bytes:
        """Return a zip with the marks as they were made and the judgements they give."""
        packed = io.BytesIO()
        with TemporaryDirectory(prefix="speechrag-") as name, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            self.write_set(Path(name))
            for path in sorted(Path(name).iterdir()):
                out.write(path, path.name)
            lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows())
            out.writestr("marks.jsonl", lines)
        return packed.getvalue()
