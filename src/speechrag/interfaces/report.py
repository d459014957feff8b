"""What a build made of the files, gathered for the report: counts, and what was done to each file, with examples.

One document is in memory at a time, and examples are bounded, so a report costs no more than its largest file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from speechrag.cleaning import NORMALISATIONS
from speechrag.index.store import METADATA_FROM, METADATA_KEYS, CorpusStore, LedgerEntry
from speechrag.records import CleanDocument, IndexManifest, Repair, Speech

EXAMPLES = 4  # shown of each rule in a document
DOUBTS = 30  # shown of the doubtful places of a document
SPEECHES = 100  # listed of a document
SURE = 0.99  # a repair of less confidence is doubted
UNKNOWN = ("□", "\ufffd")
CONTEXT = 14  # characters shown before and after a repair
LEFT_OUT = 20  # characters from which text between the speeches of a document is worth showing


@dataclass(frozen=True, slots=True)
class Example:
    """One repair with the text around it, as received."""

    before: str
    old: str
    new: str
    after: str
    confidence: float


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule did: how often, to how many characters, and examples."""

    rule: str
    repairs: int
    characters: int
    examples: tuple[Example, ...]


@dataclass(slots=True)
class DocumentReport:
    """What was made of one document."""

    source: str
    encoding: str
    media: str
    characters: int
    copies: tuple[str, ...]
    speeches: list[Speech]
    rules: list[RuleReport]
    doubts: list[Example]
    doubted: int
    left_out: list[str]  # text that no speech took in
    notes: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much of it a person should look at: doubtful places, damage, words gone, broken ends, missing parts."""
        flaws = sum(
            int(s.quality.get("damage", 0)) + len(s.quality.get("gaps", ())) + 5 * bool(s.quality.get("truncated"))
            for s in self.speeches
        )
        promised = max((int(s.quality.get("promised", 0)) for s in self.speeches), default=0)
        found = max((int(s.quality.get("found", 0)) for s in self.speeches), default=0)
        return self.doubted + flaws + 10 * (promised not in (0, found)) + len(self.notes) + len(self.left_out)


@dataclass(slots=True)
class Totals:
    """The figures of the overview."""

    documents: int = 0
    speeches: int = 0
    characters: int = 0
    truncated: int = 0
    holes: int = 0
    damage: int = 0
    gaps: int = 0
    doubted: int = 0
    corrected: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    rule_documents: Counter[str] = field(default_factory=Counter)
    metadata: Counter[str] = field(default_factory=Counter)
    anthologies: list[tuple[str, int, int]] = field(default_factory=list)  # source, promised, found
    families: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    weights: dict[str, int] = field(default_factory=dict)  # doc_id -> how much of it to look at
    ledger: list[LedgerEntry] = field(default_factory=list)

    def of_state(self, *states: str) -> list[LedgerEntry]:
        return [entry for entry in self.ledger if entry.state in states]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows; ``documents`` reads them again, in order of source name."""

    manifest: IndexManifest
    totals: Totals
    store: CorpusStore

    def documents(self, chosen: set[str]) -> Iterator[DocumentReport]:
        """Yield the documents with these ids."""
        for doc_id in _document_ids(self.store):
            if doc_id in chosen:
                yield describe_document(self.store.document(doc_id), self.store.speeches_of(doc_id))


def gather(manifest: IndexManifest, store: CorpusStore) -> Report:
    """Return the figures of an index; its texts are looked through once."""
    totals = Totals(ledger=store.ledger())
    for doc_id in _document_ids(store):
        document, speeches = store.document(doc_id), store.speeches_of(doc_id)
        _count(totals, document, speeches)
        totals.weights[doc_id] = describe_document(document, speeches).weight
    return Report(manifest, totals, store)


def _document_ids(store: CorpusStore) -> list[str]:
    """Return the documents by the name of their source."""
    sources = {facts.doc_id: facts.source for facts in store.facts()}
    return sorted(sources, key=lambda doc_id: (sources[doc_id], doc_id))


def _count(totals: Totals, document: CleanDocument, speeches: Sequence[Speech]) -> None:
    totals.documents += 1
    rules = Counter(rule_name(repair) for repair in document.repairs)
    totals.rules.update(rules)
    totals.rule_documents.update(rules.keys())
    totals.doubted += sum(is_doubted(repair) for repair in document.repairs)
    for speech in speeches:
        totals.speeches += 1
        totals.characters += int(speech.quality.get("chars", len(speech.text)))
        totals.truncated += bool(speech.quality.get("truncated"))
        totals.holes += int(speech.quality.get("holes", 0))
        totals.damage += int(speech.quality.get("damage", 0))
        totals.gaps += len(speech.quality.get("gaps", ()))
        totals.corrected += METADATA_FROM in speech.quality
        totals.metadata.update(key for key in METADATA_KEYS if speech.metadata.get(key) not in (None, "", [], ()))
        totals.families[speech.family].append(speech.speech_id)
        if "found" in speech.quality:
            promised, found = int(speech.quality.get("promised", 0)), int(speech.quality["found"])
            totals.anthologies.append((speech.source, promised, found))


def rule_name(repair: Repair) -> str:
    """Return the one rule that says most about a change several rules had a part in: the repair, not the spelling."""
    parts = repair.rule.split("+")
    return next((part for part in parts if part not in NORMALISATIONS), parts[0])


def is_doubted(repair: Repair) -> bool:
    """Tell whether a repair is a reading rather than a proof: something stays unknown, or the rule was not sure."""
    return repair.confidence < SURE or any(mark in repair.after for mark in UNKNOWN)


def describe_document(document: CleanDocument, speeches: Sequence[Speech]) -> DocumentReport:
    """Return what was made of a document, with examples from its text."""
    original = document.document.text
    by_rule: dict[str, list[Repair]] = defaultdict(list)
    for repair in document.repairs:
        by_rule[rule_name(repair)].append(repair)
    doubted = [repair for repair in document.repairs if is_doubted(repair)]
    # What stays unknown before what is merely unsure, the least sure first.
    doubted.sort(key=lambda r: (not any(mark in r.after for mark in UNKNOWN), r.confidence, r.start))
    rules = [
        RuleReport(
            rule,
            len(repairs),
            sum(len(repair.before) for repair in repairs),
            tuple(_example(original, repair) for repair in _telling(repairs)),
        )
        for rule, repairs in sorted(
            by_rule.items(), key=lambda item: (item[0] in NORMALISATIONS, -len(item[1]), item[0])
        )
    ]
    first = speeches[0] if speeches else None
    return DocumentReport(
        source=document.document.source,
        encoding=document.document.encoding,
        media=document.document.media,
        characters=len(original),
        copies=tuple(first.metadata.get("also_in", ())) if first else (),
        speeches=list(speeches),
        rules=rules,
        doubts=[_example(original, repair) for repair in doubted[:DOUBTS]],
        doubted=len(doubted),
        left_out=_left_out(document.text, speeches),
        notes=document.notes,
    )


def _telling(repairs: Sequence[Repair]) -> list[Repair]:
    """Return the first few of a rule's repairs, no change shown twice; the longest of all is one of them."""
    distinct = list({(repair.before, repair.after): repair for repair in reversed(repairs)}.values())[::-1]
    longest = max(distinct, key=lambda repair: len(repair.before))
    chosen = [repair for repair in distinct if repair is not longest][: EXAMPLES - 1]
    return sorted([*chosen, longest], key=lambda repair: repair.start)


def _example(original: str, repair: Repair) -> Example:
    return Example(
        original[max(0, repair.start - CONTEXT) : repair.start],
        repair.before,
        repair.after,
        original[repair.end : repair.end + CONTEXT],
        repair.confidence,
    )


def _left_out(text: str, speeches: Sequence[Speech]) -> list[str]:
    """Return the stretches of the cleaned text that belong to no speech, such as a collection's introduction."""
    edges = [(0, 0), *((s.doc_start, s.doc_end) for s in speeches), (len(text), len(text))]
    gaps = (text[end:start].strip() for (_, end), (start, _) in pairwise(edges))
    return [gap for gap in gaps if len(gap) >= LEFT_OUT]
