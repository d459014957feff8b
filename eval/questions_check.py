"""The labelled questions held against the speeches they ask about.

    python eval/questions_check.py --index INDEX [--by-family] FILE ...

Every key phrase of an answer stands word for word (after folding of scripts and widths) in a speech that the question
names, or in one and the same speech where it names none; no id and no question comes twice; with ``--by-family`` no
family of near-copies is asked about in both halves; the test halves are those whose SHA-256 is written down in
``eval/questions/frozen.json``. Prints what each half holds, and the share of character pairs that paraphrases have in
common with the text around their answer. Exits with 1 and the reasons when a rule is broken. ``--freeze`` writes the
sums anew: a change of a test half, to be told in the change log.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from speechrag.evaluation.slices import letters, overlap
from speechrag.index.opened import open_store
from speechrag.text import fold

FROZEN = Path(__file__).resolve().parent / "questions" / "frozen.json"
PARAPHRASE = "paraphrase"
AROUND = 200  # characters on either side of an answer that count as its text
FEW_SHARED = 0.3  # of the character pairs of a paraphrase
HALVES = ("dev", "test")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Speeches:
    """The folded texts of an index by speech id, the ids that share a title (the collection's own), their families."""

    texts: Mapping[str, str]
    titled: Mapping[str, Sequence[str]]
    family: Mapping[str, str]


def read_speeches(index: Path) -> Speeches:
    _, store = open_store(index)
    found = list(store.speeches())
    titled: dict[str, list[str]] = defaultdict(list)
    for speech in found:
        titled[str(speech.quality.get("part", speech.title))].append(speech.speech_id)
    return Speeches(
        {speech.speech_id: fold(speech.text) for speech in found},
        titled,
        {speech.speech_id: speech.family or speech.speech_id for speech in found},
    )


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def repeated(files: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield the ids and questions that come twice, over all files."""
    for key in ("qid", "question"):
        counts = Counter(row[key] for rows in files.values() for row in rows)
        yield from (f"{key} {value!r} comes {times} times" for value, times in counts.items() if times > 1)


def unproved(rows: Iterable[Row], speeches: Speeches) -> Iterator[str]:
    """Yield the answers that are not said, and answers of questions that are called unanswerable."""
    for row in rows:
        if row["answerable"] != bool(row["answer"]):
            yield f"{row['qid']}: answerable is {row['answerable']} with {len(row['answer'])} key phrases"
        unknown = [title for title in row.get("speech", ()) if title not in speeches.titled]
        if unknown:
            yield f"{row['qid']}: no speech is called {unknown[0]!r}"
        elif row["answerable"] and not _said(row, speeches):
            yield f"{row['qid']}: {row['answer']} does not stand in the speech"


def _said(row: Row, speeches: Speeches) -> bool:
    if "speech" not in row:
        return any(all(_place(phrase, text) >= 0 for phrase in row["answer"]) for text in speeches.texts.values())
    texts = [speeches.texts[key] for title in row["speech"] for key in speeches.titled[title]]
    return all(any(_place(phrase, text) >= 0 for text in texts) for phrase in row["answer"])


def _place(phrase: str, text: str) -> int:
    """Return where one of the ways to say a phrase (``a|b``) stands, -1 where none does."""
    return next((at for way in phrase.split("|") if (at := text.find(fold(way))) >= 0), -1)


def in_both_halves(rows: Iterable[Row], speeches: Speeches) -> Iterator[str]:
    """Yield the families that both halves ask about."""
    halves: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for title in row.get("speech", ()):
            for key in speeches.titled.get(title, ()):
                halves[speeches.family[key]].add(row["split"])
    yield from (f"family {family} is in both halves" for family, found in halves.items() if found >= set(HALVES))


def shared_pairs(row: Row, speeches: Speeches) -> float:
    """Return the share (0..1) of a question's character pairs found around its answer, in the nearest speech."""
    shares = []
    for title in row["speech"]:
        for key in speeches.titled[title]:
            text = speeches.texts[key]
            places = [at for phrase in row["answer"] if (at := _place(phrase, text)) >= 0]
            if places:
                around = text[max(0, min(places) - AROUND) : max(places) + AROUND]
                shares.append(overlap(letters(row["question"]), letters(around)))
    return max(shares, default=0.0)


def digest(rows: Iterable[Row]) -> str:
    """Return the SHA-256 of a test half: its rows as JSON with sorted keys, by id."""
    half = sorted((row for row in rows if row["split"] == "test"), key=lambda row: str(row["qid"]))
    text = "\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in half)
    return hashlib.sha256(text.encode()).hexdigest()


def thawed(files: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield the files whose test half is not the one that was written down."""
    known = json.loads(FROZEN.read_text("utf-8"))
    for name, rows in files.items():
        # A file that is all development has none to freeze.
        if known.get(name, digest(())) != digest(rows):
            yield f"{name}: its test half is not the frozen one"


def table(files: Mapping[str, Sequence[Row]], speeches: Speeches) -> Iterator[str]:
    yield "| questions | half | answerable | unanswerable | paraphrases | pairs they share (median) |"
    yield "|---|---|---|---|---|---|"
    for name, rows in files.items():
        for half in sorted({str(row["split"]) for row in rows}):
            own = [row for row in rows if row["split"] == half]
            answerable = sum(row["answerable"] for row in own)
            reworded = [row for row in own if row["kind"] == PARAPHRASE]
            shares = [shared_pairs(row, speeches) for row in reworded if row.get("speech")]
            few = sum(share < FEW_SHARED for share in shares)
            told = f"{median(shares):.2f}, {few} of {len(shares)} below {FEW_SHARED}" if shares else ""
            yield f"| {name} | {half} | {answerable} | {len(own) - answerable} | {len(reworded)} | {told} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--index", required=True, type=Path, help="an index of the speeches asked about")
    parser.add_argument("--by-family", action="store_true", help="the halves must have no family of speeches in common")
    parser.add_argument("--freeze", action="store_true", help="write the sums of the test halves anew")
    options = parser.parse_args()
    files = {path.stem: read_rows(path) for path in options.files}
    speeches = read_speeches(options.index)
    if options.freeze:
        known = json.loads(FROZEN.read_text("utf-8")) if FROZEN.exists() else {}
        known |= {name: digest(rows) for name, rows in files.items()}
        FROZEN.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    every = [row for rows in files.values() for row in rows]
    broken = [*repeated(files), *unproved(every, speeches), *thawed(files)]
    if options.by_family:
        broken += in_both_halves(every, speeches)
    sys.stdout.writelines(f"{line}\n" for line in table(files, speeches))
    sys.stderr.writelines(f"broken: {reason}\n" for reason in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
