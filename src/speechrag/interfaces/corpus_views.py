"""The corpus as the page shows it: a table of speeches, what became of every file, and a text beside its original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speechrag.cleaning import NORMALISATIONS
from speechrag.index.store import COPY, CORRECTIONS, INDEXED, PART_SKIPPED, SKIPPED, LedgerEntry
from speechrag.interfaces import reasons, views
from speechrag.interfaces.report import is_doubted, rule_name
from speechrag.interfaces.report_page import RULES
from speechrag.records import CleanDocument, Repair, Speech
from speechrag.text import fold

if TYPE_CHECKING:
    from speechrag.engine import Engine

PAGE_LENGTH = 50
SOUND = "完整"
STATES: Mapping[str, str] = {
    INDEXED: "已收录",
    COPY: "内容相同",
    SKIPPED: "未收录",
    PART_SKIPPED: "部分未收录",
    CORRECTIONS: "订正表",
}
FILTERS = ("level", "organ", "year", "occasion", "genre", "topics")


@dataclass(frozen=True, slots=True)
class Row:
    """One speech of the table, without its text."""

    speech_id: str
    title: str
    source: str
    family: str
    characters: int
    quality: tuple[str, ...]
    metadata: Mapping[str, Any]
    folded: str  # what the search field looks through

    def has(self, key: str, wanted: str) -> bool:
        """Tell whether the speech has the value ``wanted`` for a filter."""
        if key == "quality":
            return wanted in (self.quality or (SOUND,))
        if key == "family":
            return self.family == wanted
        value = self.metadata.get(key)
        return wanted in map(str, value) if isinstance(value, (list, tuple)) else str(value) == wanted


class CorpusTable:
    """The speeches and the ledger of one index, read once."""

    def __init__(self, engine: Engine) -> None:
        self.rows = [_row(speech) for speech in engine.speeches()]
        self.ledger = engine.store.ledger()
        self._families = Counter(row.family for row in self.rows if row.family)

    def speeches(self, wanted: Mapping[str, str], offset: int) -> views.View:
        """Return one page of the speeches that fit ``wanted`` (filter -> value; ``text``: part of title or file)."""
        text = fold(wanted.get("text", "")).strip()
        chosen = [(key, wanted[key]) for key in (*FILTERS, "quality", "family") if wanted.get(key)]
        found = [row for row in self.rows if text in row.folded and all(row.has(k, v) for k, v in chosen)]
        shown = found[offset : offset + PAGE_LENGTH]
        return {"total": len(found), "offset": offset, "rows": [self._row_view(row) for row in shown]}

    def files(self, state: str, offset: int) -> views.View:
        """Return one page of the files in a state (all for an empty one), those that were left out first."""
        order = {SKIPPED: 0, PART_SKIPPED: 1, CORRECTIONS: 2, COPY: 3, INDEXED: 4}
        found = [entry for entry in self.ledger if not state or entry.state == state]
        found.sort(key=lambda entry: (order.get(entry.state, 0), entry.source))
        rows = [_file_view(entry) for entry in found[offset : offset + PAGE_LENGTH]]
        return {"total": len(found), "offset": offset, "rows": rows}

    def overview(self) -> views.View:
        """Return the filters with their values, and how many files are in each state."""
        states = Counter(entry.state for entry in self.ledger)
        quality = Counter(word for row in self.rows for word in (row.quality or (SOUND,)))
        words = [word for word in (SOUND, *views.QUALITY.values()) if quality[word]]
        filters = [{"key": "quality", "label": "完好程度", "values": [[word, quality[word]] for word in words]}]
        filters += [{"key": k, "label": views.LABELS[k], "values": v} for k in FILTERS if len(v := self._values(k)) > 1]
        return {
            "speeches": len(self.rows),
            "files": sum(states[state] for state in (INDEXED, COPY, SKIPPED)),
            "filters": filters,
            "states": [[state, label, states[state]] for state, label in STATES.items() if states[state]],
        }

    def _values(self, key: str) -> list[list[Any]]:
        counts: Counter[str] = Counter()
        for row in self.rows:
            value = row.metadata.get(key)
            values = value if isinstance(value, (list, tuple)) else [value]
            counts.update(str(v) for v in values if v not in (None, ""))
        if key == "year":
            return [[value, counts[value]] for value in sorted(counts, reverse=True)]
        return [[value, count] for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]

    def _row_view(self, row: Row) -> views.View:
        return {
            "speech_id": row.speech_id,
            "title": row.title,
            "source": row.source,
            "facts": views.facts(row.metadata),
            "quality": list(row.quality),
            "characters": row.characters,
            "family": row.family,
            "alike": max(0, self._families[row.family] - 1),
        }


def _row(speech: Speech) -> Row:
    quality = tuple(views.quality_words(speech.quality))
    folded = fold(f"{speech.title}\n{speech.source}")
    size = int(speech.quality.get("chars", len(speech.text)))
    return Row(speech.speech_id, speech.title, speech.source, speech.family, size, quality, speech.metadata, folded)


def _file_view(entry: LedgerEntry) -> views.View:
    if entry.state == INDEXED:
        detail = ""
    elif entry.state == COPY:
        detail = f"与“{entry.detail}”内容相同"
    elif entry.state == CORRECTIONS:
        detail = entry.detail
    else:
        detail = reasons.told(entry.detail)
    return {
        "source": entry.source,
        "state": entry.state,
        "label": STATES.get(entry.state, entry.state),
        "detail": detail,
    }


def changes_view(document: CleanDocument, speech: Speech) -> views.View:
    """Return a speech line by line beside its original, every repair of the original marked.

    A row is ``{"start", "end", "text", "pieces"}``: the cleaned line with its offsets, and its original as pieces: text
    left as it was, or ``{"before", "after", "rule", "plain", "doubted"}``; ``plain`` ones only unify the writing.
    """
    rows = list(_rows(_pieces(document, speech)))
    count = sum(1 for row in rows for piece in row["pieces"] if not isinstance(piece, str) and not piece["plain"])
    return {"rows": rows, "repairs": count}


def _pieces(document: CleanDocument, speech: Speech) -> Iterator[str | Repair]:
    """Yield the cleaned text of a speech cut at the repairs: text left as it was, and repairs, in order."""
    done, growth = speech.doc_start, 0
    for repair in document.repairs:
        start = repair.start + growth
        end = start + len(repair.after)
        growth += len(repair.after) - len(repair.before)
        if end < speech.doc_start or start < done or end > speech.doc_end:
            continue
        yield document.text[done:start]
        yield repair
        done = end
    yield document.text[done : speech.doc_end]


def _rows(pieces: Iterator[str | Repair]) -> Iterator[views.View]:
    """Yield the rows; a repair belongs to the line it begins in, an empty line to the one before it."""
    text, position = "", 0
    kept: list[str | views.View] = []
    for piece in pieces:
        for clean, shown in _lines(piece):
            text += clean
            kept.append(shown)
            if "\n" in clean and text.strip():
                yield _row_view(text, kept, position)
                text, kept, position = "", [], position + len(text)
    if text.strip() or any(not isinstance(piece, str) for piece in kept):
        yield _row_view(text, kept, position)


def _lines(piece: str | Repair) -> Iterator[tuple[str, str | views.View]]:
    """Yield (cleaned text, what its original shows) line by line; a repair is never cut."""
    if isinstance(piece, Repair):
        yield piece.after, _repair_view(piece)
        return
    *whole, last = piece.split("\n")
    for line in [*(f"{line}\n" for line in whole), last]:
        if line:
            yield line, line


def _row_view(text: str, pieces: Sequence[str | views.View], start: int) -> views.View:
    """Return a row; white space around its line is not shown, a row is a line of its own."""
    shown = list(pieces)
    while shown and _is_blank(shown[0]):
        del shown[0]
    while shown and _is_blank(shown[-1]):
        del shown[-1]
    if shown and isinstance(shown[-1], str):
        shown[-1] = shown[-1].rstrip()
    return {"start": start, "end": start + len(text), "text": text.strip(), "pieces": shown}


def _is_blank(piece: str | views.View) -> bool:
    return not (piece if isinstance(piece, str) else piece["before"] + piece["after"]).strip()


def _repair_view(repair: Repair) -> views.View:
    rule = rule_name(repair)
    return {
        "before": repair.before,
        "after": repair.after,
        "rule": RULES.get(rule, rule),
        "plain": rule in NORMALISATIONS,
        "doubted": is_doubted(repair),
    }
