"""评测: the question sets on offer, and evaluations that run beside the page as ``speechrag evaluate`` runs them."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from speechrag.errors import UsageError
from speechrag.evaluation.formats import CORPUS, QRELS, QUERIES, read_qrels
from speechrag.interfaces import jobs
from speechrag.interfaces.evaluation_views import evaluation_view
from speechrag.interfaces.jobs import Job

if TYPE_CHECKING:
    from speechrag.config import Settings
    from speechrag.engine import Engine
    from speechrag.interfaces.marks import Marks
    from speechrag.interfaces.views import View

KEPT = 8  # evaluations whose results can still be seen
MARKED, OWN, MADE, FOLDER = "marks", "own", "made:", "folder:"
# Sets that `speechrag evaluate --make-set` makes: what each is called, and whether it asks the index as it stands or
# a corpus of its own (headings taken out, speeches left out).
MADE_SETS: Mapping[str, tuple[str, bool]] = {
    "headings-removed": ("按小标题出题，原文中遮去小标题", False),
    "unanswerable": ("一半问题没有答案，看该不该拒答", False),
    "cloze": ("按“一是、二是”的要点出题", True),
    "cross-script": ("用繁体字提问", True),
}
# What the present settings may be compared with: a name, and the settings that differ.
VARIANTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "plain": ("只按词语检索", ("dense_weight=0", "understanding=off", "ranker=off")),
    "no-meaning": ("不用语义检索", ("dense_weight=0",)),
    "no-understanding": ("不把口语换成公文用语", ("understanding=off",)),
    "no-ranker": ("不重新排序", ("ranker=off",)),
    "no-paraphrases": ("不为换了说法的问题另排", ("paraphrases=off",)),
}
BUSY = "另一份评测正在进行，请等它完成。"
GONE = "这份评测已经不在了，请重新开始。"
FAILED = "这次评测没有完成，请告诉管理员查看运行记录。"
_FAILURES = (
    ("no judged id is a speech", "题集里评判的编号在这个语料中都找不到，请换一套题集。"),
    ("no query id in common", "问题和评判的编号对不上，请检查两份文件。"),
    ("no heading of this corpus", "语料里没有可以出题的小标题，请用自己的题集。"),
    ("no topics", "问题文件是空的。"),
    ("cannot be read", "语料太小，出不了这种题，请换一套题集。"),
)
_LINE = re.compile(r"(queries|topics|qrels|test|own)[^:]*:(\d+): ")


@dataclass(frozen=True, slots=True)
class _Plan:
    """The commands of one evaluation, and the file of its judgements, which the first of them may have to write."""

    commands: Sequence[Sequence[str]]
    qrels: Path


class _Evaluation:
    """One evaluation: its folder, its commands at work, and what came out."""

    def __init__(self, title: str, plan: _Plan, folder: TemporaryDirectory[str]) -> None:
        self.title, self.plan, self.folder = title, plan, folder
        self.job = Job(plan.commands)
        self.result: View | None = None


class Evaluations:
    """The evaluations of one page: one at a time, the latest results kept by unguessable id."""

    def __init__(self, settings: Settings, marks: Marks) -> None:
        self._index, self._marks = settings.index, marks
        self._sets = Path(settings.sets) if settings.sets else None
        self._kept: OrderedDict[str, _Evaluation] = OrderedDict()
        self._lock = threading.Lock()

    def offer(self) -> View:
        """Return what can be chosen: question sets and the settings to compare with."""
        questions = len(self._marks.judgements()[0])
        sets = [{"key": f"{FOLDER}{name}", "label": f"题集“{name}”"} for name in self._folders()]
        sets += [{"key": f"{MADE}{name}", "label": f"自动出题：{label}"} for name, (label, _) in MADE_SETS.items()]
        if questions:
            sets.append({"key": MARKED, "label": f"读者评价过的 {questions} 个问题"})
        sets.append({"key": OWN, "label": "自己的题集（选择文件）"})
        return {"sets": sets, "variants": [{"key": key, "label": label} for key, (label, _) in VARIANTS.items()]}

    def _folders(self) -> list[str]:
        if self._sets is None or not self._sets.is_dir():
            return []
        return sorted(path.name for path in self._sets.iterdir() if (path / QUERIES).is_file())

    def start(self, choice: Mapping[str, Any]) -> str:
        """Begin ``{"set": key, "variant": key or "", "topics": text, "qrels": text}``; return the evaluation's id.

        Raises UsageError, with a sentence for the visitor, for an unknown choice and while another one runs.
        """
        with self._lock:
            if any(kept.job.state == jobs.RUNNING for kept in self._kept.values()):
                raise UsageError(BUSY)
            titles = {row["key"]: row["label"] for row in self.offer()["sets"]}
            chosen, variant = str(choice.get("set", "")), str(choice.get("variant") or "")
            if chosen not in titles or (variant and variant not in VARIANTS):
                raise UsageError("没有这套题集，请重新选择。")
            folder = TemporaryDirectory(prefix="speechrag-", ignore_cleanup_errors=True)
            plan = self._plan(chosen, variant, choice, Path(folder.name))
            title = titles[chosen] + (f"，与“{VARIANTS[variant][0]}”比较" if variant else "")
            key = secrets.token_hex(16)
            self._kept[key] = _Evaluation(title, plan, folder)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)[1].folder.cleanup()
        return key

    def _plan(self, chosen: str, variant: str, choice: Mapping[str, Any], folder: Path) -> _Plan:
        first: list[list[str]] = []
        if chosen.startswith(MADE):
            name = chosen.removeprefix(MADE)
            first.append(["evaluate", "--make-set", str(folder), "--index", self._index])
            qrels = folder / name / QRELS / "test.tsv"
            what = ["--dataset", str(folder / name), *(["--index", self._index] if MADE_SETS[name][1] else [])]
        elif chosen.startswith(FOLDER) and self._sets is not None:
            what, qrels = _of_folder(self._sets / chosen.removeprefix(FOLDER), self._index)
        else:
            if chosen == OWN:
                _write_own(choice, folder)
            else:
                self._marks.write_set(folder)
            qrels = folder / "qrels.tsv"
            what = ["--topics", str(folder / QUERIES), "--qrels", str(qrels), "--index", self._index]
        against: list[str] = []
        if variant:
            baseline = str(folder / "baseline.run")
            changes = VARIANTS[variant][1]
            first.append(["evaluate", *what, "--progress", "lines", "--run-out", baseline, "--set", *changes])
            against = ["--baseline", baseline]
        told = ["--format", "json", "--progress", "lines", "--report", str(folder / "report.html")]
        return _Plan([*first, ["evaluate", *what, *against, *told]], qrels)

    def stop(self, key: str) -> None:
        """End one; nothing happens where it has ended."""
        if kept := self._kept.get(key):
            kept.job.stop()

    def view(self, key: str, engine: Engine) -> View | None:
        """Return how an evaluation stands, with its results once it is done; None for an unknown one."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        job = kept.job
        standing: View = {"id": key, "title": kept.title, "state": job.state, "seconds": round(job.seconds)}
        standing |= {"done": job.done, "total": job.total}
        if job.state == jobs.FAILED:
            return {**standing, "text": _failure(job.complaint)}
        if job.state != jobs.DONE:
            return standing
        if kept.result is None:
            kept.result = evaluation_view(json.loads(job.output), read_qrels(kept.plan.qrels), engine)
        return {**standing, **kept.result}

    def report(self, key: str) -> str | None:
        """Return the report as an HTML page that needs nothing beside itself; None where there is none."""
        kept = self._kept.get(key)
        path = Path(kept.folder.name) / "report.html" if kept and kept.job.state == jobs.DONE else None
        return path.read_text(encoding="utf-8") if path else None


def _of_folder(folder: Path, index: str) -> tuple[list[str], Path]:
    """Return the arguments for a folder in BEIR form; one without a corpus of its own asks the index."""
    found = sorted((folder / QRELS).glob("*.tsv"))
    if not found:
        raise UsageError(f"题集“{folder.name}”里没有评判文件。")
    qrels = next((path for path in found if path.stem == "test"), found[0])
    if (folder / CORPUS).is_file():
        return ["--dataset", str(folder), "--split", qrels.stem], qrels
    return ["--topics", str(folder / QUERIES), "--qrels", str(qrels), "--index", index], qrels


def _write_own(choice: Mapping[str, Any], folder: Path) -> None:
    topics, qrels = choice.get("topics"), choice.get("qrels")
    if not (isinstance(topics, str) and isinstance(qrels, str) and topics.strip() and qrels.strip()):
        raise UsageError("请选择两个文件：问题和评判。")
    for name, text in ((QUERIES, topics), ("qrels.tsv", qrels)):
        (folder / name).write_text(text, encoding="utf-8", errors="replace")


def _failure(complaint: str) -> str:
    """Return what went wrong in the words of the page; no path of this machine is told."""
    known = next((sentence for part, sentence in _FAILURES if part in complaint), "")
    line = _LINE.search(complaint)
    if known or not line:
        return known or FAILED
    where = "问题" if line[1] in {"queries", "topics"} else "评判"
    return f"{where}文件第 {line[2]} 行看不懂，请检查格式后再试。"
