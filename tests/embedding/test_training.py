"""The parts of the training script that a wrong sign would spoil without a word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechrag.embedding.grams import GramTable

if TYPE_CHECKING:
    from contrastive import Vectors
    from examples import Bags

pytestmark = pytest.mark.usefixtures("training_scripts")

DOCUMENTS = [
    "全县信息工作会议召开。会议要求及时报送重要情况。各单位要加强信息队伍建设。",
    "防汛抗旱形势严峻。水库调度要科学。各地做好群众转移安置工作。",
]


def _bags(*rows: list[int]) -> Bags:
    from examples import Bags

    return Bags(np.array([number for row in rows for number in row]), np.cumsum([0, *map(len, rows)]))


def _table() -> GramTable:
    return GramTable({char: number for number, char in enumerate(sorted(set("".join(DOCUMENTS))))})


def test_the_gradient_is_that_of_the_loss() -> None:
    """Against central differences, for every coordinate of a small batch."""
    from contrastive import contrast

    rng = np.random.default_rng(5)
    table = _bags([0, 1], [2], [3, 4], [1, 5], [2, 6], [0, 4]).matrix(7)
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
    questions, passages = sentences.cloze(20, np.random.default_rng(1))
    assert len(questions) == len(passages) == 20
    for row in range(20):
        both = {*questions[row].tolist(), *passages[row].tolist()}
        assert sum(both <= owner for owner in owners) == 1


def test_a_cloze_passage_is_the_text_around_its_question() -> None:
    """Without the question itself, and no longer than a passage by more than a sentence at each end."""
    from examples import LONGEST, PASSAGE, Bags, Sentences

    count = 300
    alone = Bags(np.arange(count * 10), np.arange(0, count * 10 + 1, 10))  # every token in one sentence only
    sentences = Sentences(alone, np.repeat([0, 1], count // 2), np.full(count, 40))
    questions, passages = sentences.cloze(200, np.random.default_rng(2))
    for row in range(200):
        own, around = int(questions[row][0]) // 10, np.unique(passages[row] // 10)
        assert own not in around
        whole = np.union1d(around, own)
        assert whole.tolist() == list(range(whole[0], whole[-1] + 1))
        assert whole[-1] // (count // 2) == whole[0] // (count // 2)
        assert len(whole) * 40 < PASSAGE[1] + 2 * LONGEST


def test_training_is_repeatable_and_learns() -> None:
    """Two runs give the same bits; a question ends nearer to its own passage than it began."""
    from contrastive import Plan, contrast, rarity, rounds, start, train
    from examples import Bags, bags
    from train_static import spelling

    table = _table()
    questions, passages = bags([d[:6] for d in DOCUMENTS], table), bags([d[11:] for d in DOCUMENTS], table)
    size = table.size
    batch = Bags.joined([questions, passages]).matrix(size)
    plan = Plan(dim=8, steps=30, batch=2)
    synonyms = Bags(np.zeros(0, dtype=np.int64), np.zeros(size + 1, dtype=np.int64))
    letters = spelling(sorted(set("".join(DOCUMENTS))))

    def first() -> Vectors:
        return start(rarity(passages, size), np.zeros((size, 8), dtype=np.float32), letters, 3)

    def run() -> np.ndarray:
        return train(first(), rounds(questions, passages, np.array([1, 1])), synonyms, plan, lambda _: None)

    assert (run() == run()).all()
    assert contrast(batch, run(), 0.05)[0] < contrast(batch, first().whole(), 0.05)[0]


def test_hidden_words_leave_the_question_or_become_synonyms() -> None:
    """Of words that the passage holds too; the others stay, and so do three of every question."""
    from contrastive import Plan, hide

    questions, passages = _bags([0, 1, 2, 3, 4, 5], [0, 1]), _bags([3, 4, 5, 9], [0, 1])
    synonyms = _bags([], [], [], [7], [], [], [], [], [], [])
    for replaced, possible in ((0.0, {0, 1, 2, 3, 4, 5}), (1.0, {0, 1, 2, 3, 4, 5, 7})):
        seen = set()
        for seed in range(50):
            plan = Plan(hidden=1.0, thinned=0.0, replaced=replaced)
            found = hide(questions, passages, synonyms, plan, np.random.default_rng(seed))
            assert {0, 1, 2} <= set(found[0].tolist()) <= possible
            assert found[1].tolist() == [0, 1]
            seen |= {*found[0].tolist()}
        assert seen == possible


def test_levelling_turns_the_vectors_and_holds_the_widest_direction_back() -> None:
    """Power 0 keeps every cosine; below, the first principal direction of the texts loses its lead."""
    from contrastive import levelled

    rng = np.random.default_rng(3)
    vectors = (rng.standard_normal((30, 4)) * [4, 1, 1, 0.5]).astype(np.float32)
    texts = _bags(*(rng.choice(30, 5, replace=False).tolist() for _ in range(200)))

    def unit(table: np.ndarray) -> np.ndarray:
        return table / np.linalg.norm(table, axis=1, keepdims=True)

    def lead(table: np.ndarray) -> float:
        variances = np.linalg.svd(unit(texts.matrix(30) @ table), compute_uv=False) ** 2
        return float(variances[0] / variances.sum())

    plain, level = unit(vectors), unit(levelled(vectors, texts, 0.0))
    assert level @ level.T == pytest.approx(plain @ plain.T, abs=1e-5)
    assert lead(levelled(vectors, texts, -0.25)) < lead(vectors) - 0.1


def test_a_token_is_spelt_with_its_characters_in_equal_shares() -> None:
    """Latin runs have none."""
    from train_static import spelling

    assert spelling(["水", "水水库", "gdp"]).toarray() == pytest.approx(np.array([[1, 0], [2 / 3, 1 / 3], [0, 0]]))


def test_synonyms_are_words_of_one_synset(tmp_path: Path) -> None:
    """Known words only, in both directions, never a word with itself."""
    import corpora

    lines = ["# head", "1-n\tcmn:lemma\t百姓", "1-n\tcmn:lemma\t群众", "1-n\tcmn:lemma\t黎民", "2-n\tcmn:lemma\t水库"]
    (tmp_path / corpora.WORDNET).write_text("\n".join(lines), encoding="utf-8")
    found = corpora.synonyms(["百姓", "水库", "群众"], tmp_path)
    assert [row.tolist() for row in found] == [[2], [], [0]]


def test_pairs_written_by_hand_have_two_sides() -> None:
    """Everyday wording and official wording, both there, none twice, and never the same."""
    import corpora

    pairs = corpora.colloquial()
    assert len(pairs) > 450
    assert all(left.strip() and right.strip() and left != right for left, right in pairs)
    written = [left for left, _ in corpora._columns(corpora.COLLOQUIAL)]
    assert len(written) == len(set(written))
