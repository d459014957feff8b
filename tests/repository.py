"""Where the tests find the repository around them, and how they import its scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@contextmanager
def scripts_of(folder: str) -> Iterator[None]:
    """The scripts of a folder of the repository can be imported; skips where the tests came without it."""
    place = ROOT / folder
    if not place.is_dir():
        pytest.skip(f"the source distribution carries the tests without {folder}/, whose scripts are tested here")
    sys.path.insert(0, str(place))
    try:
        yield
    finally:
        sys.path.remove(str(place))
