"""How fast files become stored texts, and in how much memory: python benchmarks/reading.py SOURCE [SOURCE ...]

The text stage of a build alone: read, clean, split, structure, cut into passages, tell copies, write; no search index.
The texts below the sources are laid out as a folder of files, as one JSON Lines file and, one after another until it
has 50 MB, as a single text and a single web page; each form is read by one process and by two workers. Characters a
second are those of the files as received. Every row is a process of its own, so that its peak memory is its own; the
largest process is named. A line before the table says what reading, cleaning and structure take by themselves, in this
process.
"""

from __future__ import annotations

import argparse
import html
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from speechrag.building.plan import make_plan
from speechrag.building.stage import TextStage
from speechrag.cleaning import clean
from speechrag.config import Settings
from speechrag.records import CleanDocument, Speech
from speechrag.registry import CHUNKERS, resolve
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure

SINGLE = 50_000_000  # bytes


def texts_of(sources: Sequence[Path], characters: int) -> Iterator[str]:
    """Yield the texts below ``sources`` until there are ``characters``."""
    taken = 0
    for file in find_sources(sources)[0]:
        for document in read_source(file).documents:
            if taken >= characters:
                return
            taken += len(document.text)
            yield document.text


def lay_out(texts: Sequence[str], folder: Path) -> dict[str, Path]:
    """Write the texts in three forms below ``folder``; return name -> source folder."""
    forms = {name: folder / name for name in ("files", "one jsonl", "one text of 50 MB", "one page of 50 MB")}
    for path in forms.values():
        path.mkdir()
    for number, text in enumerate(texts):
        (forms["files"] / f"{number:06}.txt").write_text(text, encoding="utf-8")
    rows = (json.dumps({"id": str(number), "text": text}, ensure_ascii=False) for number, text in enumerate(texts))
    (forms["one jsonl"] / "all.jsonl").write_text("\n".join(rows), encoding="utf-8")
    with (forms["one text of 50 MB"] / "all.txt").open("wb") as file:
        for text in cycle(texts):
            if file.tell() >= SINGLE:
                break
            file.write(text.encode("utf-8") + b"\n\n")
    with (forms["one page of 50 MB"] / "all.html").open("wb") as file:
        file.write(b"<html><body><div>")
        for text in cycle(texts):
            if file.tell() >= SINGLE:
                break
            file.write("".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines()).encode())
        file.write(b"</div></body></html>")
    return forms


def measure(source: Path, workers: int, results: Any) -> None:
    """Run the text stage over one folder and put what it took into ``results``."""
    settings = Settings(workers=workers)
    chunker = resolve(CHUNKERS, settings.chunker)(settings.passage_chars)
    with tempfile.TemporaryDirectory() as folder:
        plan = make_plan([source], Path(folder) / "index")
        began = time.perf_counter()
        path = Path(folder) / "corpus.sqlite"
        TextStage(chunker, settings.chunker, workers, None).write(plan, path, lambda stage, done, total: None)
        wall = time.perf_counter() - began
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in (own, others))
    results.put((wall, cpu, own.ru_maxrss / 1024, others.ru_maxrss / 1024))


def structured(document: CleanDocument) -> list[Speech]:
    """Return the speeches of a document, all of them."""
    return list(structure(document))


def stages(sources: Sequence[Path]) -> str:
    """Return what reading, cleaning and structure of the files take, one after the other in this process."""
    spent = dict.fromkeys(("read", "clean", "structure"), 0.0)
    characters = 0

    def timed(stage: str, done: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = done()
        spent[stage] += time.process_time() - began
        return result

    for file in find_sources(sources)[0]:
        for document in timed("read", partial(read_source, file)).documents:
            characters += len(document.text)
            cleaned = timed("clean", partial(clean, document))
            timed("structure", partial(structured, cleaned))
    each = ", ".join(f"{stage} {characters / seconds / 1e6:.1f}" for stage, seconds in spent.items())
    together = characters / sum(spent.values()) / 1e6
    return (
        f"{characters / 1e6:.1f} M characters, one core, M a second of processor time: {each}; together {together:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--characters", type=int, default=5_000_000, help="of the folder and the list (default: 5 M)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print(stages(options.sources), flush=True)
    spawn = multiprocessing.get_context("spawn")
    print("| form | characters | workers | wall | M characters/s | processor | parent | largest worker |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        forms = lay_out(list(texts_of(options.sources, options.characters)), Path(folder))
        for name, source in forms.items():
            characters = sum(len(path.read_text("utf-8")) for path in source.iterdir())
            for workers in options.workers:
                results = spawn.Queue()
                process = spawn.Process(target=measure, args=(source, workers, results))
                process.start()
                wall, cpu, parent, child = results.get()
                process.join()
                row = f"| {name} | {characters / 1e6:.1f} M | {workers} | {wall:.1f} s | {characters / wall / 1e6:.2f} "
                print(
                    row + f"| {cpu:.1f} s | {parent:.0f} MB | {f'{child:.0f} MB' if workers > 1 else ''} |", flush=True
                )


if __name__ == "__main__":
    main()
