"""The word lists of the structure stage, read from the data folder and compiled once.

They are data, not code, so that a word the genre takes up next year is one line in a TOML file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).resolve().parent.parent / "data"


@lru_cache(maxsize=8)
def table(name: str) -> Mapping[str, Any]:
    """Return the data file ``<name>.toml``."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


def alternation(words: Iterable[str]) -> str:
    """Return a pattern that matches any of ``words`` literally, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@lru_cache(maxsize=64)
def pattern(name: str, *path: str) -> re.Pattern[str]:
    """Return the compiled alternation of the word list at ``path`` in the data file ``<name>.toml``."""
    node: Any = table(name)
    for key in path:
        node = node[key]
    return re.compile(alternation(node))
