"""Precision and recall of the metadata rules against hand labels: python eval/metadata_check.py [--real DIR] [--half H]

`eval/metadata/labels.jsonl` holds what a reader found in each speech (see `eval/metadata/README.md`). Prints every
disagreement with the words that the rules took as proof, then a table per set and half.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from speechrag.cleaning import clean
from speechrag.records import Speech
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure

ROOT = Path(__file__).resolve().parent.parent
LABELS = ROOT / "eval" / "metadata" / "labels.jsonl"
FIELDS = ("organ", "level", "region", "year", "session", "occasion", "genre", "speaker_role", "topics")
_NUMERAL = re.compile("第?([一二三四五六七八九十]+)(届|次)")


def key_of(name: str) -> str:
    """Return the key of a source: names of shared files are not stored."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def half_of(key: str) -> str:
    """Return the half a source belongs to; the rules were tuned on ``dev`` alone."""
    return "dev" if int(key, 16) % 2 else "held-out"


def speeches(folder: Path) -> Iterator[Speech]:
    files, _ = find_sources([folder])
    for file in files:
        for document in read_source(file).documents:
            yield from structure(clean(document))


@dataclass
class Counts:
    """Per field: values given, values right, values a reader could prove, of those found."""

    given: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def note(self, name: str, value: Any, accepted: list[Any]) -> bool:
        """Count one field of one speech and tell whether it is right."""
        good = value in accepted
        self.given[name] += value != ""
        self.right[name] += value != "" and good
        self.wanted[name] += "" not in accepted
        self.found[name] += "" not in accepted and good
        return good

    def table(self) -> str:
        rows = ["| field | filled | precision | provable | recall |", "|---|---|---|---|---|"]
        for name in FIELDS:
            rows.append(
                f"| {name} | {self.given[name]} | {_ratio(self.right[name], self.given[name])} "
                f"| {self.wanted[name] or '-'} | {_ratio(self.found[name], self.wanted[name])} |"
            )
        return "\n".join(rows)


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def plain(name: str, value: Any) -> Any:
    """Return a value as it is compared: a session by its numbers alone."""
    if name == "session" and isinstance(value, str) and value:
        return "".join("".join(match) for match in _NUMERAL.findall(value)) or value
    return value


def judge(speech: Speech, label: dict[str, Any], counts: Counts) -> list[str]:
    wrong = []
    for name in FIELDS:
        value = speech.metadata.get(name, "")
        accepted = label.get(name, "")
        if name == "topics":
            for topic in value or ():
                if not counts.note(name, topic, ["", *accepted]):
                    wrong.append(f"topics: {topic!r} is not among {accepted}")
            continue
        choices = [plain(name, item) for item in (accepted if isinstance(accepted, list) else [accepted])]
        if not counts.note(name, plain(name, value), choices):
            span = speech.evidence.get(name)
            proof = speech.text[max(0, span.start - 12) : span.end + 12].replace("\n", "⏎") if span else ""
            wrong.append(f"{name}: {value!r} where a reader finds {accepted!r}   {proof}")
    return wrong


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, action="append", default=[], help="an unpacked folder of real speeches")
    parser.add_argument("--seeds", type=Path, default=ROOT.parent / "shared" / "seeds")
    parser.add_argument("--half", choices=("dev", "held-out"), help="list the disagreements of one half only")
    options = parser.parse_args()
    labels = {(row["key"], row["ordinal"]): row for row in map(json.loads, LABELS.read_text("utf-8").splitlines())}
    counts: dict[str, Counts] = {}
    for folder in (options.seeds, ROOT / "corpus", *options.real):
        for speech in speeches(folder) if folder.is_dir() else ():
            label = labels.get((key_of(speech.source), speech.ordinal))
            if label is None:
                continue
            group = f"{label['set']}, {half_of(label['key'])}" if label["set"] != "seeds" else "seeds"
            wrong = judge(speech, label, counts.setdefault(group, Counts()))
            if options.half in (None, half_of(label["key"])) or group == "seeds":
                for line in wrong:
                    say(f"{label['set']} {speech.source[:40]} #{speech.ordinal}  {line}")
    for group, figures in sorted(counts.items()):
        say(f"\n{group}\n\n{figures.table()}")


if __name__ == "__main__":
    main()
