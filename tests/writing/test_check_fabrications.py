"""Made-up facts put into true sentences are flagged, true sentences are not; sentences are drawn from the corpora."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from repository import ROOT, scripts_of
from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.engine import Engine


@pytest.fixture(scope="module")
def fabrications() -> Iterator[ModuleType]:
    """``eval/fabrications.py``, which is a script and no part of the package."""
    with scripts_of("eval"):
        import fabrications as script  # type: ignore[import-not-found,unused-ignore]

        yield script


def judged(module: ModuleType, sources: Path, index: Path, seed: int) -> None:
    """Build an index without an encoder's help and hold the checker to its promise on 100 and 500 sentences."""
    build_index([sources], index, Settings(embedder="hash"))
    total, stopped, wrong = module.measure(Engine.open(index), seed, 100, 500)
    false = [claim for claim in wrong if claim.kind != "true"]
    assert sum(total.values()) - total["true"] == 100 and total["true"] == 500
    assert len(false) <= 2, [claim.text for claim in false]
    assert stopped["true"] <= 10, [claim.text for claim in wrong if claim.kind == "true"]


def test_fabrications_in_the_sample_speeches_are_flagged(fabrications: ModuleType, tmp_path: Path) -> None:
    """At least 98 of 100 false figures, names, dates, quotations and citations; at most 2 % of 500 true sentences."""
    judged(fabrications, ROOT / "corpus" / "texts", tmp_path / "index", 11)


def test_fabrications_in_scraped_speeches_are_flagged(fabrications: ModuleType, seeds: Path, tmp_path: Path) -> None:
    """The same on the two real files."""
    judged(fabrications, seeds, tmp_path / "index", 12)


def test_the_same_seed_gives_the_same_claims(fabrications: ModuleType) -> None:
    """A measurement can be made again."""
    texts = [("s1", f"第{n}次会议通报了{n}5个单位的情况。" * 3 + "会议还讨论了下一步的工作安排。") for n in range(8)]
    first, second = (list(fabrications.claims(texts, 3, 5, 5)) for _ in range(2))
    assert first == second and len(first) == 10
