"""Texts prepared by worker processes: the index is that of a serial build, whatever happens to a worker."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_corpus import FLOOD, INFORMATION, QUICK, SAFETY, TEXTS, write_texts
from speechrag.build import build_index
from speechrag.building import pool, previous, stage, wire
from speechrag.building.plan import make_plan
from speechrag.building.pool import InOrder, Work, Workers, in_order
from speechrag.building.preparing import Made, prepare
from speechrag.building.stage import TextStage
from speechrag.config import PACKAGE
from speechrag.errors import SourceError
from speechrag.index import layout
from speechrag.index import store as corpus_store
from speechrag.passages.section import SectionChunker
from speechrag.records import Document

ROOT = Path(__file__).resolve().parent.parent
CHUNKER = SectionChunker(80)
PARALLEL = replace(QUICK, workers=2)
SERIAL = replace(QUICK, workers=1)


def document(text: str, name: str = "甲.txt") -> Document:
    return Document(f"{abs(hash(name)) % 16**6:012x}", name, text, "0" * 64, "utf-8", "text", ("一条说明",))


def tables(index: Path) -> list[list[tuple[object, ...]]]:
    return rows_of(layout.current_generation(index) / layout.CORPUS)


def rows_of(corpus: Path) -> list[list[tuple[object, ...]]]:
    """Return every row of the corpus file, documents, speeches, families, ledger, and the bytes of those beside it."""
    with sqlite3.connect(corpus) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        rows = [database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names]
    return [
        *rows,
        [(corpus.with_suffix(suffix).read_bytes(),) for suffix in (corpus_store.TEXTS, corpus_store.PASSAGES)],
    ]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    """Two workers for all tests that leave them in order; starting them takes most of a second."""
    started = Workers(2, CHUNKER, "section")
    yield started
    started.close()


def test_the_sample_corpus_is_the_same_with_and_without_workers(tmp_path: Path) -> None:
    """Every row of the corpus file is equal: ids, texts, repairs, families and the ledger."""
    plan = make_plan([ROOT / "corpus"], tmp_path)
    ledgers = []
    for count in (1, 2):
        stage = TextStage(SectionChunker(400), "section", count, None)
        ledgers.append(stage.write(plan, tmp_path / f"{count}.sqlite", lambda stage, done, total: None))
    assert ledgers[0] == ledgers[1]
    assert rows_of(tmp_path / "1.sqlite") == rows_of(tmp_path / "2.sqlite")


def test_files_bad_files_and_records_are_the_same_with_and_without_workers(tmp_path: Path) -> None:
    """Copies, empty files, broken lines and damaged pages come out in the same order with the same reasons."""
    folder = write_texts(tmp_path / "sources", {**TEXTS, "空.txt": "", "抄.txt": FLOOD, "页.html": "<p>网页一段。</p>"})
    rows = [json.dumps({"text": text, "id": name}) for name, text in TEXTS.items()]
    (folder / "库.jsonl").write_text("\n".join([*rows, "{", json.dumps({"text": FLOOD + "另。"})]), encoding="utf-8")
    for name, settings in (("serial", SERIAL), ("parallel", PARALLEL)):
        build_index([folder], tmp_path / name, settings)
    assert tables(tmp_path / "serial") == tables(tmp_path / "parallel")


TEXT = st.text(
    alphabet=st.sampled_from("县政府工作會議一二（）xìn、。\n \x00\u200b２０１９年?\ue000𠀀a,"), max_size=200
)


@given(TEXT)
def test_what_a_worker_sends_back_is_what_it_made(text: str) -> None:
    """A prepared document survives the way through JSON, texts left out and spans put back."""
    made = prepare(document(text), CHUNKER)
    [request] = wire.load(wire.dump([wire.pack_document(made.document.document)]))
    [reply] = wire.load(wire.dump([wire.pack(made)]))
    assert wire.unpack(wire.unpack_document(request), reply) == made


def test_documents_come_back_in_the_order_they_went_out(workers: Workers) -> None:
    """Long and short ones mixed; works without a document keep their place."""
    works = [Work(n, document(SAFETY * (40 if n % 3 == 0 else 1), f"{n}.txt") if n % 4 else None) for n in range(20)]
    done = [
        (work.file, outcome().document.document.source if outcome else "") for work, outcome in in_order(works, workers)
    ]
    assert done == [(n, f"{n}.txt" if n % 4 else "") for n in range(20)]


def test_no_more_text_is_under_way_than_the_window_holds() -> None:
    """A document larger than the window goes alone."""

    class Counting(InOrder):
        window = 100
        under_way: list[int] = []  # noqa: RUF012

        def start(self, document: Document) -> pool.Outcome:
            self.under_way.append(len(document.text))
            return super().start(document)

    counting = Counting(CHUNKER)
    sizes = [40, 40, 40, 500, 10, 10, 90, 100, 1]
    taken: list[int] = []
    for work, _ in in_order((Work(n, document("字" * size, str(n))) for n, size in enumerate(sizes)), counting):
        waiting = counting.under_way[len(taken) :]
        assert len(waiting) == 1 or sum(waiting) <= 100
        taken.append(work.chars)
    assert taken == sizes


def test_a_killed_worker_costs_nothing(workers: Workers) -> None:
    """A worker that is killed once is replaced and its document prepared again."""
    first = workers.start(document(SAFETY))()
    for worker in list(workers._all):
        worker.kill()
    assert workers.start(document(SAFETY))() == first
    assert workers.start(document(FLOOD))().document.text


def let_die_of_it(monkeypatch: pytest.MonkeyPatch, signal_number: int) -> list[list[str]]:
    """Have workers die of documents with 致命 in them; return the list that every message's sources will be put on."""
    ask = pool._Worker.ask
    messages: list[list[str]] = []

    def deadly(self: pool._Worker, given: Sequence[Document]) -> list[Made]:
        messages.append([document.source for document in given])
        if any("致命" in document.text for document in given):
            os.kill(self._process.pid, signal_number)
        return ask(self, given)

    monkeypatch.setattr(pool._Worker, "ask", deadly)
    return messages


def test_a_document_that_kills_every_worker_is_named_and_the_others_go_on(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason says how the process ended; the pool is as good as before."""
    let_die_of_it(monkeypatch, signal.SIGSEGV)
    outcomes = [workers.start(document(text)) for text in (SAFETY, "致命" * 9, FLOOD)]
    assert outcomes[0]().document.text and outcomes[2]().document.text
    with pytest.raises(SourceError, match="ended without an answer"):
        outcomes[1]()


def test_small_documents_travel_together_and_a_large_one_alone(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message holds no more characters than a batch, and what is asked for goes without waiting for more."""
    messages = let_die_of_it(monkeypatch, signal.SIGKILL)
    monkeypatch.setattr(pool, "BATCH", 100)
    sizes = {"a": 40, "b": 60, "c": 40, "d": 500, "e": 90, "f": 20, "g": 20}
    outcomes = [workers.start(document("字" * size, name)) for name, size in sizes.items()]
    assert [outcome().document.document.source for outcome in outcomes] == list(sizes)
    assert sorted(messages) == [["a", "b"], ["c"], ["d"], ["e"], ["f", "g"]]


def test_a_batch_that_a_worker_dies_of_is_tried_one_by_one(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its other documents come out as they do here, in their places."""
    messages = let_die_of_it(monkeypatch, signal.SIGKILL)
    given = [document(text, name) for name, text in {**TEXTS, "坏.txt": "致命" * 9, "后.txt": SAFETY}.items()]
    outcomes = [workers.start(each) for each in given]
    for each, outcome in zip(given, outcomes, strict=True):
        if each.source == "坏.txt":
            with pytest.raises(SourceError, match="ended without an answer"):
                outcome()
        else:
            assert outcome() == prepare(each, CHUNKER)
    names = [each.source for each in given]
    assert messages == [names, *([name] for name in names for _ in range(2 if name == "坏.txt" else 1))]


def test_a_batch_that_takes_too_long_is_tried_one_by_one(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document is given up for the time it takes by itself, not for that of its neighbours."""
    ask = pool._Worker.ask

    def late(self: pool._Worker, given: Sequence[Document]) -> list[Made]:
        if len(given) > 1 or given[0].text == FLOOD:
            self._give_up()
        return ask(self, given)

    monkeypatch.setattr(pool._Worker, "ask", late)
    outcomes = [workers.start(document(text)) for text in (SAFETY, FLOOD, INFORMATION)]
    assert outcomes[0]() == prepare(document(SAFETY), CHUNKER)
    with pytest.raises(SourceError, match="timeout"):
        outcomes[1]()
    assert outcomes[2]() == prepare(document(INFORMATION), CHUNKER)


def test_a_document_that_cannot_be_prepared_leaves_the_others_of_its_batch(workers: Workers) -> None:
    """The reason is the one it has without workers, and no worker is lost for it."""
    workers.start(document(SAFETY))()
    fault, before, reasons = document("字", 7), set(workers._all), []  # type: ignore[arg-type]
    for start in (InOrder(CHUNKER).start, workers.start):
        first, bad, last = (start(each) for each in (document(SAFETY), fault, document(FLOOD)))
        assert first().speeches and last().speeches
        with pytest.raises(SourceError) as caught:
            bad()
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[1]
    assert before <= workers._all


def test_a_crash_in_the_build_skips_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger has the reason, the other files are indexed."""
    let_die_of_it(monkeypatch, signal.SIGKILL)
    report = build_index([write_texts(tmp_path / "s", {**TEXTS, "坏.txt": "致命" * 9})], tmp_path / "i", PARALLEL)
    assert [s.source for s in report.skipped] == ["坏.txt"]
    assert report.files == len(TEXTS)


def test_a_document_that_takes_too_long_is_given_up(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on the clock, and the worker is replaced."""
    monkeypatch.setattr(pool, "_SECONDS", 0.0)
    monkeypatch.setattr(pool, "_CHARS_A_SECOND", 10**9)
    with pytest.raises(SourceError, match="timeout"):
        workers.start(document(SAFETY * 2000))()
    monkeypatch.undo()
    assert workers.start(document(INFORMATION))().document.text


def test_without_room_for_processes_the_texts_are_prepared_here(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that refuses another process makes the build slower and loses nothing."""

    def refuse(*_: object, **__: object) -> object:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(pool.subprocess, "Popen", refuse)
    assert workers.start(document(SAFETY))() == prepare(document(SAFETY), CHUNKER)


def test_closing_ends_every_worker_at_once() -> None:
    """Whatever they are doing: nothing is left running, and what was under way has a reason."""
    workers = Workers(2, CHUNKER, "section")
    outcomes = [workers.start(document(SAFETY * 3000, str(n))) for n in range(4)]
    while len(workers._all) != 2:
        threading.Event().wait(0.01)
    processes = [worker._process for worker in workers._all]
    workers.close()
    assert all(process.poll() is not None for process in processes)
    for outcome in outcomes[:2]:
        with pytest.raises(SourceError):
            outcome()


def test_a_stopped_build_leaves_no_process_and_no_litter(tmp_path: Path) -> None:
    """An interrupt while the texts are read ends the workers and removes the half-filled generation."""
    folder = write_texts(tmp_path / "s", TEXTS)

    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        build_index([folder], tmp_path / "i", PARALLEL, interrupt)
    assert not list((tmp_path / "i" / layout.GENERATIONS).iterdir())
    assert set(threading.enumerate()) <= before


LOADED = """
import sys
from speechrag.building import worker
from speechrag.building.preparing import prepare
from speechrag.passages.section import SectionChunker
from speechrag.records import Document
prepare(Document("1", "甲.txt", "在全縣會議上的講話（luò shí）。", "0"), SectionChunker(80))
print([m for m in ("torch", "faiss", "tantivy", "gradio", "lxml", "transformers") if m in sys.modules])
print(*(m.__file__ for name, m in sys.modules.items() if name.startswith("speechrag") and m.__file__))
"""
# What a worker loads that decides nothing about the texts; how they lie in the index has a format number of its own.
NEUTRAL = {
    "__init__.py", "config.py", "errors.py", "records.py", "registry.py", "worker.py",
    "flat.py", "rows.py", "store.py", "writer.py",
}  # fmt: skip


def test_workers_load_nothing_heavy_and_nothing_that_the_fingerprint_leaves_out() -> None:
    """Neither torch nor faiss nor tantivy for cleaning; an index is out of date when any of that code changes."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    heavy, _, loaded = done.stdout.partition("\n")
    assert heavy == "[]"
    covered = {path for pattern in previous.TEXT_STAGES for path in PACKAGE.glob(pattern)}
    assert {Path(name) for name in loaded.split()} - covered <= {
        path for path in PACKAGE.rglob("*.py") if path.name in NEUTRAL
    }


def test_a_small_corpus_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting workers takes longer than reading a few files."""
    monkeypatch.setattr(pool, "cores", lambda: 8)
    monkeypatch.setattr(pool.subprocess, "Popen", None)
    assert build_index([write_texts(tmp_path / "s", TEXTS)], tmp_path / "i", QUICK).files == len(TEXTS)


def test_no_more_workers_are_started_unasked_than_the_parent_keeps_busy(tmp_path: Path) -> None:
    """What is asked for is started, on a machine of any size."""
    plan = make_plan([write_texts(tmp_path / "s", TEXTS)], tmp_path / "i")
    started = {}
    for asked in (0, 2, 9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pool, "cores", lambda: 64)
            patch.setattr(pool, "WORTH_IT", 0)
            preparer = TextStage(CHUNKER, "section", asked, None)._preparer(plan)
            assert isinstance(preparer, Workers)
            started[asked] = preparer._threads._max_workers
            preparer.close()
    assert started == {0: pool.MOST, 2: 2, 9: 9}


@pytest.mark.parametrize(("available", "size"), [(1, 10**9), (8, pool.WORTH_IT)])
def test_one_core_or_little_to_read_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, available: int, size: int
) -> None:
    """There processes would only wait for one another, or take longer to start than the reading takes."""
    monkeypatch.setattr(pool, "cores", lambda: available)
    monkeypatch.setattr(stage, "_size", lambda path: size)
    plan = make_plan([write_texts(tmp_path / "s", {"安全.txt": SAFETY})], tmp_path / "i")
    assert isinstance(TextStage(CHUNKER, "section", 0, None)._preparer(plan), InOrder)
