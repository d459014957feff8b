"""The checker holds natural faults of language models: roles of figures, scope, exceptions, times, who does what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from repository import ROOT, scripts_of
from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.writing.check import check_sentence

NATURAL = ROOT / "eval" / "support" / "natural.jsonl"


@pytest.fixture(scope="module")
def support() -> Iterator[ModuleType]:
    """``eval/support_check.py``, which is a script and no part of the package."""
    with scripts_of("eval"):
        import support_check as script  # type: ignore[import-not-found,unused-ignore]

        yield script


def judged(support: ModuleType, corpus: str, sources: Path, index: Path, half: str) -> tuple[float, float]:
    """Return the shares of false sentences flagged and of true ones flagged, of one half over one corpus."""
    build_index([sources], index, Settings(embedder="hash"))
    engine = Engine.open(index)
    found = support.agreement(support.read_pairs(NATURAL, {corpus: lambda key: engine.speech(key).text}, half))
    wrong, right = ({key: n for key, n in found.total.items() if key[0] is label} for label in (False, True))
    caught = sum(found.right[key] for key in wrong) / sum(wrong.values())
    return caught, 1 - sum(found.right[key] for key in right) / sum(right.values())


def test_natural_faults_over_the_sample_speeches(support: ModuleType, tmp_path: Path) -> None:
    """Nine tenths of the false sentences that the rules were made with, and few of the true ones beside them."""
    caught, taken = judged(support, "corpus", ROOT / "corpus", tmp_path / "index", "dev")
    assert caught >= 0.85 and taken <= 0.04


def test_natural_faults_over_scraped_speeches(support: ModuleType, seeds: Path, tmp_path: Path) -> None:
    """The closed half, which no rule was made with: the floor is what was reached when it was first measured."""
    caught, taken = judged(support, "seeds", seeds, tmp_path / "index", "closed")
    assert caught >= 0.6 and taken <= 0.15


SOURCE = (
    "全镇受灾农户去年有三百四十户，比前年少了二十六户，占农户总数的百分之四。大部分合作社按时还了贷款，有些至今没有动静。"
    "除特困户以外的农户每亩交水费八元，特困户免交。林场由镇里管，渔场由村委会管。"
    "柳溪水库今年三月动工，石桥水库去年十月建成。我们要从靠天吃饭走向旱涝保收，反对乱垦乱挖的老办法。"
    "一是修渠，二是打井。全县十二个镇推开了节水灌溉。早上六点开闸，晚上九点关闸。"
)

FALSE = {
    "a change told as a level": "去年全镇受灾农户有二十六户。",
    "a change turned round": "去年全镇受灾农户三百四十户，比前年多了二十六户。",
    "a wider place": "全县受灾农户去年有三百四十户。",
    "all for most": "合作社全部按时还了贷款。",
    "an exception lost": "特困户每亩交水费八元。",
    "a beginning told as the end": "柳溪水库今年三月建成。",
    "another one's year": "石桥水库今年三月建成。",
    "a way gone backwards": "我们要从旱涝保收走向靠天吃饭。",
    "a stand dropped": "要坚持乱垦乱挖的老办法。",
    "another part of the day": "早上九点开闸，晚上六点关闸。",
    "a superlative": "全镇节水灌溉水平最高，十二个镇都推开了。",
    "a reason nobody gave": "因为连年暴雨冲毁堤坝，全镇受灾农户去年有三百四十户。",
    "a record": "全镇受灾农户去年有三百四十户，创历史上最低。",
    "percentage points": "受灾农户占农户总数的四个百分点。",
    "another country": "法国合作社按时还了贷款。",
}
TRUE = [
    "去年全镇有三百四十户农户受灾。",
    "受灾农户比前年少了二十六户。",
    "水库里，石桥水库去年十月就建成了，柳溪水库今年三月动工。",
    "大部分合作社的贷款被按时还上了。",
    "特困户不用交水费，其他农户每亩八元。",
    "镇里管林场，村委会管渔场。",
    "第二是打井，第一是修渠。",
    "节水灌溉在全县十二个镇推开了。",
    "乱垦乱挖的老办法要反对。",
    "从靠天吃饭走向旱涝保收。",
    "晚上九点关闸，早上六点开闸。",
]


@pytest.mark.parametrize("sentence", FALSE.values(), ids=FALSE.keys())
def test_a_natural_fault_is_flagged(sentence: str) -> None:
    """Each with words and figures that stand in the source, put together so that they say something else."""
    assert not check_sentence(sentence, [SOURCE]).supported


@pytest.mark.parametrize("sentence", TRUE)
def test_what_is_only_reworded_is_kept(sentence: str) -> None:
    """In another order, in the passive, with the pronoun resolved, points counted as ordinals."""
    verdict = check_sentence(sentence, [SOURCE])
    assert verdict.supported, verdict
