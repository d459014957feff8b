"""What a build will do with each file: which are read, which are copies, which are left out and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path, PurePosixPath

from speechrag.building.sidecar import SIDECAR_NAME, Sidecar, find_sidecars
from speechrag.errors import SourceError
from speechrag.index.store import PART_SKIPPED, LedgerEntry
from speechrag.records import Skipped
from speechrag.sources import SourceFile, find_sources
from speechrag.sources.walk import display_name, refusal_by_name


@dataclass(slots=True)
class Plan:
    """The files in order of source name, and the sidecar files that correct what is found in them."""

    take: list[tuple[SourceFile, str]] = field(default_factory=list)  # file, sha256
    copies: dict[str, list[str]] = field(default_factory=dict)  # sha256 -> further sources with the same bytes
    skipped: list[Skipped] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)  # source -> sha256
    sidecars: list[Sidecar] = field(default_factory=list)

    def same_as(self, entries: Mapping[str, LedgerEntry]) -> bool:
        """Tell whether the files are those of an earlier build."""
        known = {source: entry.sha256 for source, entry in entries.items() if entry.state != PART_SKIPPED}
        unreadable = {s.source: "" for s in self.skipped}
        beside = {sidecar.name: sidecar.sha256 for sidecar in self.sidecars}
        return known == {**unreadable, **self.hashes, **beside}


def make_plan(sources: Sequence[Path], index: Path) -> Plan:
    """Look at every file below ``sources`` except what lies in the index itself. Raises SourceError for a bad root."""
    sidecars = find_sidecars(sources)
    files, skipped = _outside(index, sources, *find_sources(sources))
    taken: set[str] = set()
    plan = Plan()
    first: dict[str, str] = {}
    names: dict[Path, str] = {}
    for file in files:
        file = replace(file, name=_distinct(file, taken))
        names[file.path] = file.name
        try:
            digest = _sha256_of(file)
        except SourceError as exc:
            plan.skipped.append(Skipped(file.name, str(exc)))
            continue
        plan.hashes[file.name] = digest
        if digest in first:
            plan.copies.setdefault(digest, []).append(file.name)
        else:
            first[digest] = file.name
            plan.take.append((file, digest))
    plan.sidecars = [sidecar.named(numbered(sidecar.name, taken), names) for sidecar in sidecars]
    beside = Skipped(SIDECAR_NAME, refusal_by_name(SIDECAR_NAME))  # read already, and listed as what it is
    for entry in skipped:
        if entry != beside:
            plan.skipped.append(Skipped(numbered(entry.source, taken), entry.reason))
    return plan


def numbered(name: str, taken: set[str]) -> str:
    """Return ``name``, with a number behind it where another entry has that name; it is taken from then on."""
    found = next(f for n in count(1) if (f := f"{name} ({n})" if n > 1 else name) not in taken)
    taken.add(found)
    return found


def _sha256_of(file: SourceFile) -> str:
    """Return the hash of a file. Raises SourceError where it cannot be read."""
    try:
        with file.opened() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as exc:
        raise SourceError(f"cannot be read ({exc.strerror})") from exc


def _outside(
    index: Path, sources: Sequence[Path], files: Sequence[SourceFile], skipped: Sequence[Skipped]
) -> tuple[list[SourceFile], list[Skipped]]:
    """Leave out what lies in the index itself, which may stand in a source folder and is never the same twice."""
    home = index.resolve()
    roots = [root.resolve() for root in sources]
    own = tuple(f"{home.relative_to(root).as_posix()}/" for root in roots if root in home.parents)
    kept = [file for file in files if home not in file.path.resolve().parents]
    return kept, [entry for entry in skipped if not entry.source.startswith(own)]


def _distinct(file: SourceFile, taken: set[str]) -> str:
    """Return the file's name; where another root has a file of that name, with as many folders as tell them apart."""
    name, parts = file.name, file.path.resolve().parts
    length = len(PurePosixPath(name).parts)
    while name in taken and length < len(parts):
        length += 1
        name = display_name("/".join(parts[-length:]))
    taken.add(name)
    return name
