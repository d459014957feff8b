"""Query sets made from a corpus itself, without a model and without judging by hand.

Known items: a heading asks for its body, once with the headings left in the texts and once with them taken out.
Cloze: the lead of a run-in point (一是要…) asks for what follows it. Cross-script: the headings in traditional
characters. Unanswerable: headings of speeches taken out of the collection, and headings with another year or place.
Only headings that one family of near-copies has are used, and a family is wholly in ``dev`` or wholly in ``test``.
Such sets rank systems; their figures are higher than those of questions people write, as the leak guards show.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speechrag.errors import EvaluationError
from speechrag.evaluation.formats import QRELS, write_beir, write_qrels
from speechrag.evaluation.leaks import leak_guards
from speechrag.evaluation.records import CollectionDocument, Qrel, Topic
from speechrag.evaluation.report import aligned
from speechrag.evaluation.slices import letters
from speechrag.index.opened import open_store
from speechrag.records import Passage, Section, Speech
from speechrag.text import converter

RUN_IN = 5  # level of a run-in point
SHORTEST = 5  # letters of a heading that can be asked for
LONGEST = 40
LEAST_BODY = 30  # letters below a heading, or there is nothing to find
DEV = 0.4  # share of the families
REMOVED = 0.2  # share of the families taken out for the unanswerable set
SPLITS = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Item:
    """A heading that can be asked for, its speech, and the passages that hold its body."""

    heading: str
    run_in: bool
    speech: Speech
    passages: tuple[str, ...]

    @property
    def family(self) -> str:
        return self.speech.family or self.speech.speech_id


@dataclass(slots=True)
class QuerySet:
    """One set on its way to disk; ``split`` of a topic stands in its metadata."""

    name: str
    documents: Mapping[str, CollectionDocument]
    topics: list[Topic] = field(default_factory=list)
    qrels: list[Qrel] = field(default_factory=list)

    def add(self, text: str, item: Item, kind: str, *, answerable: bool = True) -> None:
        """Ask for an item; without an answer there are no judgements."""
        query_id = f"{self.name}-{len(self.topics) + 1:05d}"
        split = "dev" if share_of(item.family, "split") < DEV else "test"
        self.topics.append(Topic(query_id, text, {"kind": kind, "answerable": answerable, "split": split}))
        if answerable:
            self.qrels += [Qrel(query_id, doc_id, 1) for doc_id in item.passages if doc_id in self.documents]


def share_of(name: str, purpose: str) -> float:
    """Return a number from 0 to 1 that is always the same for a name, another for each purpose."""
    return int.from_bytes(hashlib.sha256(f"{purpose} {name}".encode()).digest()[:6], "big") / 2**48


def make_sets(index: Path, folder: Path) -> list[dict[str, Any]]:
    """Write the query sets of an index below ``folder``, each in BEIR form; return a row about each.

    A row has the set's name, its documents, its queries by split and its leak guards. The same index gives the same
    files. Raises EvaluationError where no heading of the corpus can be asked for.
    """
    _, store = open_store(index)
    speeches = list(store.speeches())
    passages = {s.speech_id: [stored.passage for stored in store.passages_of(s.speech_id)] for s in speeches}
    items = unique_items(speeches, passages)
    if not items:
        raise EvaluationError(f"{index}: no heading of this corpus can be asked for; write the questions by hand")
    sets = [
        *_known_items([i for i in items if not i.run_in], speeches, passages),
        _cloze([i for i in items if i.run_in], speeches, passages),
        _cross_script([i for i in items if not i.run_in], speeches, passages),
        _unanswerable([i for i in items if not i.run_in], speeches, passages),
    ]
    return [_written(made, folder) for made in sets if made.qrels]


def unique_items(speeches: Sequence[Speech], passages: Mapping[str, Sequence[Passage]]) -> list[Item]:
    """Return the headings that only one family has, in the order of the corpus, each once."""
    families: dict[str, set[str]] = defaultdict(set)
    merged: dict[str, Item] = {}
    for speech in speeches:
        for item in _items(speech, passages[speech.speech_id]):
            key = letters(item.heading)
            families[key].add(item.family)
            known = merged.get(key)
            both = (*known.passages, *item.passages) if known else item.passages
            merged[key] = Item(item.heading, item.run_in, known.speech if known else speech, tuple(dict.fromkeys(both)))
    return [item for key, item in merged.items() if len(families[key]) == 1]


def _items(speech: Speech, passages: Sequence[Passage]) -> Iterator[Item]:
    for section in speech.sections:
        body = letters(speech.text[section.body or section.start : section.end].replace(section.heading, ""))
        found = tuple(p.passage_id for p in passages if _holds(p, section))
        if SHORTEST <= len(letters(section.heading)) <= LONGEST and len(body) >= LEAST_BODY and found:
            yield Item(section.heading, section.level >= RUN_IN, speech, found)


def _holds(passage: Passage, section: Section) -> bool:
    """Tell whether a passage has at least half of its text, or half of the section's, inside the section."""
    common = min(passage.end, section.end) - max(passage.start, section.start)
    return 2 * common >= min(passage.end - passage.start, section.end - section.start) > 0


def _documents(
    speeches: Iterable[Speech],
    passages: Mapping[str, Sequence[Passage]],
    hidden: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, CollectionDocument]:
    """Return the passages as documents; with ``hidden`` (passage id -> headings) without any heading."""
    found = {}
    for speech in speeches:
        for passage in passages[speech.speech_id]:
            title, text = " ".join((speech.title, *passage.headings)), passage.text
            if hidden is not None:
                title = speech.title
                for heading in hidden.get(passage.passage_id, ()):
                    text = text.replace(heading, "")
            found[passage.passage_id] = CollectionDocument(passage.passage_id, title, text)
    return found


def _hidden(items: Iterable[Item]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        for passage_id in item.passages:
            found[passage_id].append(item.heading)
    return found


def _known_items(
    items: Sequence[Item], speeches: Sequence[Speech], passages: Mapping[str, Sequence[Passage]]
) -> Iterator[QuerySet]:
    kept = QuerySet("headings-kept", _documents(speeches, passages))
    removed = QuerySet("headings-removed", _documents(speeches, passages, _hidden(items)))
    for made in (kept, removed):
        for item in items:
            made.add(item.heading, item, made.name)
        yield made


def _cloze(items: Sequence[Item], speeches: Sequence[Speech], passages: Mapping[str, Sequence[Passage]]) -> QuerySet:
    made = QuerySet("cloze", _documents(speeches, passages, _hidden(items)))
    for item in items:
        made.add(item.heading, item, made.name)
    return made


def _cross_script(
    items: Sequence[Item], speeches: Sequence[Speech], passages: Mapping[str, Sequence[Passage]]
) -> QuerySet:
    made = QuerySet("cross-script", _documents(speeches, passages))
    for item in items:
        traditional = converter("s2t").convert(item.heading)
        if traditional != item.heading:
            made.add(traditional, item, made.name)
    return made


def _unanswerable(
    items: Sequence[Item], speeches: Sequence[Speech], passages: Mapping[str, Sequence[Passage]]
) -> QuerySet:
    def gone(family: str) -> bool:
        return share_of(family, "removed") < REMOVED

    kept = [s for s in speeches if not gone(s.family or s.speech_id)]
    made = QuerySet("unanswerable", _documents(kept, passages))
    for item in items:
        if gone(item.family):
            made.add(item.heading, item, "topic removed", answerable=False)
        else:
            made.add(item.heading, item, "answerable")
            for kind, key in (("another year", "year"), ("another place", "region")):
                other = _other(key, item.speech, kept)
                if other:
                    suffix = "年" if key == "year" and not other.endswith("年") else ""
                    made.add(f"{other}{suffix}的要求：{item.heading}", item, kind, answerable=False)
    return made


def _other(key: str, speech: Speech, speeches: Sequence[Speech]) -> str:
    """Return another speech's year or place that this one, which has its own, never names; empty without one."""
    own = str(speech.metadata.get(key) or "")
    values = sorted({str(s.metadata.get(key) or "") for s in speeches} - {"", own})
    free = [value for value in values if value not in speech.text and value not in speech.title]
    return free[int(share_of(speech.speech_id, key) * len(free))] if own and free else ""


def _written(made: QuerySet, folder: Path) -> dict[str, Any]:
    place = folder / made.name
    split_of = {topic.query_id: str(topic.metadata["split"]) for topic in made.topics}
    judged = {split: [q for q in made.qrels if split_of[q.query_id] == split] for split in SPLITS}
    filled = [split for split in SPLITS if judged[split]]
    write_beir(place, made.documents.values(), made.topics, judged[filled[0]], split=filled[0])
    for split in filled[1:]:
        write_qrels(place / QRELS / f"{split}.tsv", judged[split])
    relevant: dict[str, list[str]] = defaultdict(list)
    for qrel in made.qrels:
        relevant[qrel.query_id].append(qrel.doc_id)
    guards = leak_guards(made.topics, relevant, lambda d: made.documents[d].text, lambda d: made.documents[d].title)
    counts = {split: sum(own == split for own in split_of.values()) for split in SPLITS}
    unanswerable = sum(not topic.metadata["answerable"] for topic in made.topics)
    return {"set": made.name, "documents": len(made.documents), **counts, "unanswerable": unanswerable, **guards}


def to_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows of ``make_sets`` as a table for people."""
    names = list(rows[0])
    cells = [[f"{v:.2f}" if isinstance(v, float) else str(v) for v in row.values()] for row in rows]
    return aligned([names, *cells])
