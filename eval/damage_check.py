"""Measure the cleaner on clean documents that were damaged on purpose.

Each document is cut to size, damaged with every kind of damage (``damage_all``), cleaned, and compared with the truth
character by character. White space and the width of characters do not count: those are declared normalisation.

    python eval/damage_check.py shared/laws news.jsonl --documents 200 --seed 7
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain, islice, zip_longest
from pathlib import Path

from damage import VIEWER_READINGS, Damaged, damage_all

from speechrag.cleaning import Alignment, clean, restore
from speechrag.passages.section import SectionChunker
from speechrag.records import CleanDocument, Document
from speechrag.structure import structure

LENGTHS = range(1500, 20001)
TITLE_CHARS = range(8, 41)
TITLE = "在全县工作会议上的讲话"  # of a text whose first line is none
LOST = "□"
ANCHOR = 8  # characters that must agree for two texts to be in step again
REACH = 3000  # characters looked ahead for that
WORST = 20
UNFIT = re.compile("[\ufffd□?\ue000-\uf8ff]")
TRADITIONAL = re.compile("[" + "".join(VIEWER_READINGS) + "]")
KINDS = ("script", "reading", "mark", "shift", "page", "advertising", "hole")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where the cleaned text is not the truth; offsets into both."""

    start: int
    end: int
    found_start: int
    found_end: int

    def marked(self, found: str) -> bool:
        """Tell whether the cleaner says itself that something is lost here, and puts nothing else."""
        here = found[self.found_start : self.found_end]
        return LOST in here and not here.strip(LOST)


@dataclass(slots=True)
class Tally:
    """Counts over documents; characters are those of the truth without white space."""

    documents: int = 0
    characters: int = 0
    right: int = 0
    marked: int = 0
    wrong: int = 0  # missing or replaced, unmarked
    invented: int = 0  # characters of the cleaned text that are in no truth, unmarked
    passages: int = 0
    passages_exact: int = 0
    inverse: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    worst: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the counts of ``other``."""
        for name in ("documents", "characters", "right", "marked", "wrong", "invented", "passages", "passages_exact"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.inverse += other.inverse
        for kind, counts in other.kinds.items():
            self.kinds[kind].update(counts)
        self.worst += other.worst


# -- the texts -------------------------------------------------------------------------------------------------------


def read_texts(sources: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the name and text of every document: text files of folders, lines of jsonl files (``text``)."""
    for source in sources:
        if source.suffix == ".jsonl":
            with source.open(encoding="utf-8") as lines:
                yield from ((f"{source.name}:{n}", json.loads(line)["text"]) for n, line in enumerate(lines, 1))
        else:
            paths = sorted(source.rglob("*.txt")) if source.is_dir() else [source]
            yield from ((path.name, path.read_text(encoding="utf-8", errors="replace")) for path in paths)


def choose(sources: Sequence[Path], documents: int, seed: int) -> list[tuple[str, str]]:
    """Return so many documents of a fitting length, the same number from each source as far as it has them.

    Texts that are damaged already or in traditional script are passed over; the sources take turns.
    """
    rng = random.Random(seed)
    pools = []
    for source in sources:
        pool = list(read_texts([source]))
        rng.shuffle(pool)
        pools.append(((name, fitting) for name, text in pool if (fitting := fit(text))))
    turns = chain.from_iterable(zip_longest(*pools))
    return list(islice((text for text in turns if text), documents))


def fit(text: str) -> str:
    """Return ``text`` cut at a paragraph to the greatest length, stripped; empty when it is unfit."""
    lines = [line.strip(" \t\u3000#*") for line in text.replace("\r", "\n").split("\n")]
    kept: list[str] = []
    size = 0
    for line in filter(None, lines):
        size += len(line) + 1
        if size > LENGTHS.stop:
            break
        kept.append(line)
    fitting = "\n".join(kept)
    # What the cleaner does to clean text is no question here: the litter of these sources is none of the damage.
    fitting = clean(Document("0", "", fitting, "")).text if len(fitting) in LENGTHS else ""
    old_forms = len(TRADITIONAL.findall(fitting))
    unfit = len(fitting) not in LENGTHS or UNFIT.search(fitting) or old_forms > len(fitting) / 1000
    return "" if unfit else fitting


# -- one document ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without white space, width folded, and the place of each of its characters in the text."""

    text: str
    places: list[int]


def fold(text: str) -> Folded:
    """Return ``text`` as it is compared."""
    pairs = [(c, i) for i, char in enumerate(text) for c in unicodedata.normalize("NFKC", char) if not c.isspace()]
    return Folded("".join(c for c, _ in pairs), [i for _, i in pairs])


def differences(truth: str, found: str) -> list[Difference]:
    """Return where the texts differ; they are kept in step by runs of characters that agree."""
    out: list[Difference] = []
    i = j = 0
    while i < len(truth) or j < len(found):
        same = _common(truth, i, found, j)
        i, j = i + same, j + same
        if i == len(truth) and j == len(found):
            break
        di, dj = _in_step(truth, i, found, j)
        matcher = SequenceMatcher(None, truth[i : i + di], found[j : j + dj], autojunk=False)
        blocks = (o for o in matcher.get_opcodes() if o[0] != "equal")
        out += [Difference(i + a, i + b, j + c, j + d) for _, a, b, c, d in blocks]
        i, j = i + di, j + dj
    return out


def _common(left: str, i: int, right: str, j: int) -> int:
    length = 0
    while i + length < len(left) and j + length < len(right) and left[i + length] == right[j + length]:
        length += 1
    return length


def _in_step(truth: str, i: int, found: str, j: int) -> tuple[int, int]:
    """Return how far to go in both texts until they agree again."""
    for distance in range(1, REACH):
        for di in range(max(0, distance + j - len(found)), min(distance, len(truth) - i) + 1):
            anchor = truth[i + di : i + di + ANCHOR]
            if len(anchor) == ANCHOR and found.startswith(anchor, j + distance - di):
                return di, distance - di
    return len(truth) - i, len(found) - j


def check(name: str, text: str, seed: int) -> Tally:
    """Damage ``text``, clean it and count what became of it."""
    first, _, body = text.partition("\n")
    title = first if len(first) in TITLE_CHARS and first[-1] not in "，。：；！、" else TITLE
    hurt = damage_all(body if title == first else text, title, seed)
    found = clean(Document("0", name, hurt.text, ""))
    truth, cleaned = fold(hurt.truth), fold(found.text)
    blocks = differences(truth.text, cleaned.text)
    tally = Tally(documents=1, characters=len(truth.text), inverse=restore(found.text, found.repairs) == hurt.text)
    for block in blocks:
        marked = block.marked(cleaned.text)
        missing, extra = block.end - block.start, block.found_end - block.found_start
        tally.marked += missing if marked else 0
        tally.wrong += 0 if marked else missing
        tally.invented += 0 if marked else max(0, extra - missing)
        if not marked:
            tally.worst.append((max(missing, extra), _shown(name, block, truth, cleaned, hurt, found)))
    tally.right = tally.characters - sum(block.end - block.start for block in blocks)
    _count_kinds(tally, hurt, truth, cleaned, blocks, found.text)
    _count_passages(tally, hurt, found, truth, cleaned, blocks)
    return tally


def _shown(name: str, block: Difference, truth: Folded, cleaned: Folded, hurt: Damaged, found: CleanDocument) -> str:
    """Return the place in words: truth, cleaned, and the damaged text around it."""
    near = [
        cleaned.places[min(max(0, i), len(cleaned.places) - 1)] for i in (block.found_start - 6, block.found_end + 6)
    ]
    low, high = Alignment(len(hurt.text), found.repairs).original_span(near[0], max(near))
    left = truth.text[max(0, block.start - 8) : block.start]
    right = truth.text[block.end : block.end + 8]
    was, now = truth.text[block.start : block.end][:60], cleaned.text[block.found_start : block.found_end][:60]
    return f"{name}: {left}[{was} -> {now}]{right}   from {hurt.text[low:high][:120]!r}"


def _count_kinds(
    tally: Tally, hurt: Damaged, truth: Folded, cleaned: Folded, blocks: Sequence[Difference], found: str
) -> None:
    """Count the spans of each kind as restored, marked or wrong."""
    state: dict[int, str] = {}  # of a place in the truth; half a place lower stands for what is put in before it
    ends = [*truth.places, len(hurt.truth)]
    for block in blocks:
        verdict = "marked" if block.marked(cleaned.text) else "wrong"
        for place in range(block.start, block.end):
            state[2 * ends[place]] = verdict
        if block.start == block.end:
            state[2 * ends[block.start] - 1] = verdict
    for span in hurt.spans:
        verdicts = {state[p] for p in range(2 * span.start - 1, 2 * span.end) if p in state}
        verdict = "wrong" if "wrong" in verdicts else "marked" if verdicts else "restored"
        if span.kind == "page" and verdict == "restored" and not _joined(span.start, truth, cleaned, blocks, found):
            verdict = "not joined"
        tally.kinds[span.kind][verdict] += 1


def _joined(place: int, truth: Folded, cleaned: Folded, blocks: Sequence[Difference], found: str) -> bool:
    """Tell whether no line ends in the cleaned text where a page was cut in mid-sentence."""
    index = next((i for i, p in enumerate(truth.places) if p >= place), 0)
    if not index or truth.text[index - 1] in "。!?;:”…)":
        return True
    moved = index + sum((b.found_end - b.found_start) - (b.end - b.start) for b in blocks if b.end <= index)
    return "\n" not in found[cleaned.places[moved - 1] : cleaned.places[moved]]


def _count_passages(
    tally: Tally,
    hurt: Damaged,
    found: CleanDocument,
    truth: Folded,
    cleaned: Folded,
    blocks: Sequence[Difference],
) -> None:
    """Count the passages whose span in the file is made from just the truth that the passage says.

    A repair over the edge of a passage is taken whole: bytes that were shifted together do not come apart.
    """
    alignment = Alignment(len(hurt.text), found.repairs)
    split = {p for s in hurt.spans if s.kind == "shift" for p in range(s.start, s.end)}
    differing = {truth.places[p] for b in blocks for p in range(b.start, b.end)}
    to_truth = _truth_places(truth, cleaned, blocks)
    for speech in structure(found):
        for passage in SectionChunker().chunk(speech):
            tally.passages += 1
            start, end = speech.doc_start + passage.start, speech.doc_start + passage.end
            low, high = alignment.original_span(start, end)
            said = {to_truth[p] for p in range(start, end) if p in to_truth}
            covered = _truth_of(hurt, low, high)
            whole = found.text[start:end] == passage.text == speech.text[passage.start : passage.end]
            over = {p for a, b in _over_edges(found, alignment, start, end) for p in _truth_of(hurt, a, b)}
            extra = covered - said - split - differing - over
            tally.passages_exact += whole and said <= covered | differing and not extra


def _truth_of(hurt: Damaged, low: int, high: int) -> set[int]:
    """Return the places of the truth, white space left out, that a span of the damaged text was made from."""
    return {p for a, b in hurt.origins[low:high] for p in range(a, b) if not hurt.truth[p].isspace()}


def _over_edges(found: CleanDocument, alignment: Alignment, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans in the file of the repairs that lie partly inside ``start:end`` of the cleaned text."""
    low, high = alignment.original_span(start, end)
    for repair in found.repairs:
        if repair.start >= high:
            return
        if repair.end > low:
            left, right = alignment.clean_span(repair.start, repair.end)
            if left < start < right or left < end < right:
                yield repair.start, repair.end


def _truth_places(truth: Folded, cleaned: Folded, blocks: Sequence[Difference]) -> dict[int, int]:
    """Return the place in the truth of each character of the cleaned text that agrees with it."""
    places: dict[int, int] = {}
    i = j = 0
    for block in [*blocks, Difference(len(truth.text), len(truth.text), len(cleaned.text), len(cleaned.text))]:
        for offset in range(block.start - i):
            places[cleaned.places[j + offset]] = truth.places[i + offset]
        i, j = block.end, block.found_end
    return places


# -- the report ------------------------------------------------------------------------------------------------------


def report(tally: Tally) -> str:
    """Return the figures as text."""
    per_100k = 100_000 / max(1, tally.characters)
    lines = [
        f"{tally.documents} documents, {tally.characters} characters",
        f"right {100 * tally.right / max(1, tally.characters):.4f} %",
        f"marked as lost {tally.marked} ({tally.marked * per_100k:.2f} in 100,000)",
        f"wrong and unmarked {tally.wrong} ({tally.wrong * per_100k:.2f} in 100,000)",
        f"invented or left over {tally.invented} ({tally.invented * per_100k:.2f} in 100,000)",
        f"passages with exact offsets {tally.passages_exact} of {tally.passages}",
        f"documents restored byte for byte {tally.inverse} of {tally.documents}",
    ]
    for kind, counts in tally.kinds.items():
        found = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts))
        lines.append(f"{kind}: {found or 'none'}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures and the worst differences."""
    parser = argparse.ArgumentParser(description="Measure the cleaner on documents damaged on purpose.")
    parser.add_argument("sources", nargs="+", type=Path, help="folders of .txt files, files, or .jsonl with `text`")
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="chooses the documents and the damage")
    parser.add_argument("--worst", type=int, default=WORST, help="differences shown")
    options = parser.parse_args(arguments)
    total = Tally()
    for number, (name, text) in enumerate(choose(options.sources, options.documents, options.seed)):
        total.add(check(name, text, options.seed * 1_000_003 + number))
    sys.stdout.write(report(total) + "\n")
    for _, line in sorted(total.worst, reverse=True)[: options.worst]:
        sys.stdout.write(f"  {line}\n")
    return 0 if total.documents else 1


if __name__ == "__main__":
    raise SystemExit(main())
