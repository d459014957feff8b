"""Putting what the sidecar files say in the place of what the rules found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from speechrag.building.sidecar import HEADERS, Correction, Sidecar
from speechrag.index.store import CORRECTIONS, METADATA_FROM, PART_SKIPPED, SKIPPED, FoundFacts, LedgerEntry
from speechrag.index.texts import TextFiller

SIDECAR = "sidecar"
LISTED = 200  # problems of one sidecar file that are listed one by one


@dataclass(slots=True)
class _Sheet:
    """A sidecar file while its lines are matched."""

    sidecar: Sidecar
    problems: list[tuple[int, str]]
    speeches: set[str] = field(default_factory=set)
    values: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """What one cell says of one speech; the lower ``order`` wins: the nearer to the speech, then the earlier line."""

    order: tuple[bool, bool, int, int]
    value: Any
    sheet: _Sheet
    line: int


def apply_sidecars(
    sidecars: Sequence[Sidecar], texts: TextFiller, ledger: Sequence[LedgerEntry]
) -> Iterator[LedgerEntry]:
    """Correct the speeches written so far; yield an entry for each sidecar file and for each line that says nothing.

    A line for one speech goes before a line for its whole file, and a line that names the file a speech is stored
    under before one that names a copy. Of two lines that contradict each other the first counts.
    """
    sheets = [_Sheet(sidecar, list(sidecar.problems)) for sidecar in sidecars]
    matcher = _Matcher(texts, ledger)
    for place, sheet in enumerate(sheets):
        for line in sheet.sidecar.corrections:
            matcher.match(sheet, place, line)
    matcher.correct()
    for sheet in sheets:
        yield from _entries(sheet)


class _Matcher:
    """Finds the speeches that lines are about, and gathers what is said of each."""

    def __init__(self, texts: TextFiller, ledger: Sequence[LedgerEntry]) -> None:
        self._writer = texts.writer
        self._names = texts.named()
        self._owners = texts.owners()
        self._left_out = {entry.source: entry.detail for entry in ledger if entry.state in (SKIPPED, PART_SKIPPED)}
        self._inside: dict[str, list[str]] = defaultdict(list)  # archive -> the names of its members
        for name in sorted(self._names):
            for place, char in enumerate(name):
                if char == "!":
                    self._inside[name[:place]].append(name)
        self._found: dict[str, list[FoundFacts]] = {}
        self._said: dict[str, dict[str, _Said]] = defaultdict(dict)

    def match(self, sheet: _Sheet, place: int, line: Correction) -> None:
        """Note what a line says of the speeches it names, or why it names none."""
        names = self._named(line.source, sheet.sidecar.files)
        speeches = [(name, facts) for name in names for facts in self._facts(self._names[name])]
        chosen = [(name, facts) for name, facts in speeches if line.ordinal in (0, facts.ordinal)]
        if line.ordinal and len(names) > 1:
            reason = f"`{HEADERS['ordinal']}` counts within one document, {line.source} holds {len(names)}; name one"
            sheet.problems.append((line.line, f"{reason}; the line is not used"))
        elif not chosen:
            sheet.problems.append((line.line, self._nothing(line, sheet, len(speeches))))
        elif "title" in line.values and len(chosen) > 1:
            reason = f"gives {len(chosen)} speeches one title; say which in `{HEADERS['ordinal']}`"
            sheet.problems.append((line.line, f"{reason}; the title is not used"))
            self._note(sheet, place, line, chosen, {k: v for k, v in line.values.items() if k != "title"})
        else:
            self._note(sheet, place, line, chosen, line.values)

    def correct(self) -> None:
        """Write what was said where it differs from what was found."""
        facts = {f.speech_id: f for found in self._found.values() for f in found}
        for speech_id, values in self._said.items():
            found = facts[speech_id]
            known = {"title": found.title, **found.metadata}
            different = {key: said for key, said in values.items() if known.get(key) != said.value}
            if different:
                self._writer.correct(found, _corrected(found, different))
            for said in different.values():
                said.sheet.speeches.add(speech_id)
                said.sheet.values += 1

    def _named(self, source: str, files: Mapping[str, str]) -> list[str]:
        """Return the names of the documents a line names: a file, a member of an archive, or all of an archive.

        It may be the name below the folder of the sidecar file, or the one the index shows.
        """
        file, mark, member = source.partition("!")
        for name in (files.get(source, source), files.get(file, file) + mark + member, source):
            if name in self._names:
                return [name]
            if name in self._inside:
                return self._inside[name]
        return []

    def _facts(self, doc_id: str) -> list[FoundFacts]:
        if doc_id not in self._found:
            self._found[doc_id] = self._writer.facts_of(doc_id)
        return self._found[doc_id]

    def _nothing(self, line: Correction, sheet: _Sheet, speeches: int) -> str:
        if speeches:
            return f"{line.source} holds {speeches} speech(es) and no number {line.ordinal}; the line is not used"
        name = sheet.sidecar.files.get(line.source, line.source)
        if name in self._left_out:
            return f"{line.source} was skipped ({self._left_out[name]}); the line is not used"
        return f"there is no file {line.source!r} here; the line is not used"

    def _note(
        self,
        sheet: _Sheet,
        place: int,
        line: Correction,
        chosen: Sequence[tuple[str, FoundFacts]],
        values: Mapping[str, Any],
    ) -> None:
        for name, facts in chosen:
            order = (not line.ordinal, name not in self._owners, place, line.line)
            for key, value in values.items():
                said = _Said(order, value, sheet, line.line)
                self._said[facts.speech_id][key] = self._agreed(self._said[facts.speech_id].get(key), said, key)

    def _agreed(self, before: _Said | None, now: _Said, key: str) -> _Said:
        """Return which of two cells counts; that two of the same standing contradict each other is a problem."""
        if before is None:
            return now
        if before.order[:2] == now.order[:2] and before.value != now.value:
            where = f"line {before.line} of {before.sheet.sidecar.name}"
            now.sheet.problems.append((now.line, f"`{HEADERS[key]}` is another one in {where}, which counts"))
        return min(before, now, key=lambda said: said.order)


def _corrected(found: FoundFacts, values: Mapping[str, _Said]) -> FoundFacts:
    """Return the facts with the values said; what a person says has no evidence in the text."""
    metadata = {k: v for k, v in found.metadata.items() if k not in values}
    metadata |= {k: s.value for k, s in sorted(values.items()) if k != "title" and s.value is not None}
    return replace(
        found,
        title=values["title"].value if "title" in values else found.title,
        metadata=metadata,
        evidence={k: v for k, v in found.evidence.items() if k.partition(":")[0] not in values},
        quality={**found.quality, METADATA_FROM: dict.fromkeys(sorted(values), SIDECAR)},
    )


def _entries(sheet: _Sheet) -> Iterator[LedgerEntry]:
    name, digest = sheet.sidecar.name, sheet.sidecar.sha256
    if sheet.sidecar.fault:
        yield LedgerEntry(name, digest, SKIPPED, sheet.sidecar.fault)
        return
    detail = f"{sheet.values} values of {len(sheet.speeches)} speeches corrected"
    yield LedgerEntry(name, digest, CORRECTIONS, detail)
    problems = sorted(sheet.problems)
    for line, reason in problems[:LISTED]:
        yield LedgerEntry(f"{name}!line {line}", digest, PART_SKIPPED, reason)
    if len(problems) > LISTED:
        yield LedgerEntry(f"{name}!further lines", digest, PART_SKIPPED, f"{len(problems) - LISTED} more such lines")
