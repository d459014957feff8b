"""The parts of the training script that a wrong sign would spoil without a word."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from speechrag.embedding.grams import GramTable

TRAINING = Path(__file__).resolve().parents[2] / "training"
pytest.importorskip("scipy", reason="scipy is not installed (extra `train` or `test`)")

DOCUMENTS = [
    "全县信息工作会议召开。会议要求及时报送重要情况。各单位要加强信息队伍建设。",
    "防汛抗旱形势严峻。水库调度要科学。各地做好群众转移安置工作。",
]


@pytest.fixture(scope="module", autouse=True)
def _scripts(request: pytest.FixtureRequest) -> None:
    if not TRAINING.is_dir():
        pytest.skip("the source distribution carries the tests without training/, so there is nothing to train with")
    sys.path.insert(0, str(TRAINING))
    request.addfinalizer(lambda: sys.path.remove(str(TRAINING)))


def _table() -> GramTable:
    return GramTable({char: number for number, char in enumerate(sorted(set("".join(DOCUMENTS))))})


def test_the_gradient_is_that_of_the_loss() -> None:
    """Against central differences, for every coordinate of a small batch."""
    from contrastive import contrast
    from examples import stacked

    rng = np.random.default_rng(5)
    table = stacked([np.array(row) for row in ([0, 1], [2], [3, 4], [1, 5], [2, 6], [0, 4])], 7)
    rows = rng.standard_normal((7, 3))
    _, gradient = contrast(table, rows, 0.2)
    for place in np.ndindex(rows.shape):
        step = np.zeros_like(rows)
        step[place] = 1e-5
        slope = (contrast(table, rows + step, 0.2)[0] - contrast(table, rows - step, 0.2)[0]) / 2e-5
        assert gradient[place] == pytest.approx(slope, abs=1e-4)


def test_a_cloze_question_is_a_sentence_of_another_place_than_its_passage() -> None:
    """Question and passage come from one document, and never from two."""
    from examples import Sentences

    table = _table()
    sentences = Sentences.of(["".join([document] * 3) for document in DOCUMENTS], table)
    owners = [set(table.find([document])[0].tolist()) for document in DOCUMENTS]
    for question, passage in sentences.cloze(20, np.random.default_rng(1)):
        assert any({*question.tolist(), *passage.tolist()} <= owner for owner in owners)


def test_training_is_repeatable_and_learns() -> None:
    """Two runs give the same bits; a question ends nearer to its own passage than it began."""
    from contrastive import Plan, contrast, rarity, rounds, start, train
    from examples import bags, stacked

    table = _table()
    questions, passages = bags([d[:6] for d in DOCUMENTS], table), bags([d[11:] for d in DOCUMENTS], table)
    size = table.size
    first = start(rarity(passages, size), np.zeros((size, 8), dtype=np.float32), 3)
    batch = stacked([questions[0], questions[1], passages[0], passages[1]], size)
    plan = Plan(dim=8, steps=30, batch=2)

    def run() -> np.ndarray:
        return train(first.copy(), rounds(questions, passages, np.array([1, 1])), plan, lambda _: None)

    assert (run() == run()).all()
    assert contrast(batch, run(), 0.05)[0] < contrast(batch, first, 0.05)[0]


def test_pairs_written_by_hand_have_two_sides() -> None:
    """Everyday wording and official wording, both there, none twice, and never the same."""
    import corpora

    pairs = corpora.colloquial()
    assert len(pairs) > 450
    assert all(left.strip() and right.strip() and left != right for left, right in pairs)
    written = [left for left, _ in corpora._columns(corpora.COLLOQUIAL)]
    assert len(written) == len(set(written))
