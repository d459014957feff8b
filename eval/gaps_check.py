"""Where sources are marked as having lost words: python eval/gaps_check.py SOURCE [SOURCE ...] [--show N]

Reads, cleans and structures every file below the sources and counts the places that the quality records mark as gaps
(``speechrag.structure.gaps``), by kind and per million characters. In texts known to be whole every mark is a mistake;
``--show`` prints the first N with what stands around them, to be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from speechrag.cleaning import clean
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure

CONTEXT = 18  # characters shown on each side


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    kinds: Counter[str] = Counter()
    characters = documents = 0
    for file in find_sources(options.sources)[0]:
        for document in read_source(file).documents:
            documents += 1
            characters += len(document.text)
            for speech in structure(clean(document)):
                for gap in speech.quality.get("gaps", ()):
                    if sum(kinds.values()) < options.show:
                        before = speech.text[max(0, gap["start"] - CONTEXT) : gap["start"]]
                        after = speech.text[gap["end"] : gap["end"] + CONTEXT]
                        shown = f"{before}⟦{speech.text[gap['start'] : gap['end']]}⟧{after}"
                        say(f"{gap['kind']}\t{speech.source} #{speech.ordinal}\t{shown!r}")
                    kinds[gap["kind"]] += 1
    total = sum(kinds.values())
    rate = 1e6 * total / max(1, characters)
    say(f"{documents} documents, {characters:,} characters: {total} gaps, {rate:.2f} a million")
    for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
        say(f"  {kind} {count}")


if __name__ == "__main__":
    main()
