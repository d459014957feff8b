"""Characters structured a second on one core: python benchmarks/structure.py SOURCE [SOURCE ...]

Reads and cleans every file below the sources first; only `structure` is timed, in process time, the best of three.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from speechrag.cleaning import clean
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure


def main() -> None:
    files, _ = find_sources([Path(name) for name in sys.argv[1:]])
    texts = [clean(document) for file in files for document in read_source(file).documents]
    size = sum(len(text.text) for text in texts)
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for text in texts:
            structure(text)
        best = min(best, time.process_time() - began)
    print(f"{len(texts)} documents, {size:,} characters, {best:.2f} s: {size / best / 1e6:.2f} M characters/s")


if __name__ == "__main__":
    main()
