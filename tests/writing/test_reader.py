"""The learned reader: what it sees of a candidate, and that numpy says what torch was taught."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import answer_corpus
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.embedding.static import BuiltinEncoder
from speechrag.errors import ModelError
from speechrag.retrieval.thesaurus import builtin_thesaurus
from speechrag.writing import reader
from speechrag.writing.questions import analyse
from speechrag.writing.reader import GATE, MATCH, WHOLE, Seen, builtin_reader
from speechrag.writing.reader_words import question_words

ENCODER = BuiltinEncoder()


@pytest.fixture(scope="module")
def training(training_scripts: None) -> Any:
    """Return the training script as a module."""
    import train_reader

    return train_reader


def _seen(seed: int, candidates: int, words: int) -> Seen:
    draw = np.random.default_rng(seed)
    return Seen(
        draw.random((words, len(GATE)), dtype=np.float32),
        draw.random((candidates, words, len(MATCH)), dtype=np.float32),
        draw.random((candidates, len(WHOLE)), dtype=np.float32),
        np.zeros(candidates, dtype=np.float32),
    )


def test_words_that_a_segmenter_glues_are_read_as_the_encoder_knows_them() -> None:
    """部来作 is no word: the question's words are those of the encoder's vocabulary, question words left out."""
    asked = analyse("工信部来作专题报告的副部长叫什么", answer_corpus.CUTTER, lambda word: 0.1)
    found = question_words(asked, ENCODER.features)
    assert {"专题报告", "部长"} <= {*found}
    assert not {"部来作", "什么"} & {*found}


@pytest.mark.parametrize(
    ("shares", "word"),
    [
        ({"岑": 0.1, "泸": 0.1, "泸岑": 0.1}, "泸岑"),
        ({"岑": 0.1, "泸": 0.1}, "泸"),
        ({"岑": 0.5, "泸": 0.5, "泸岑": 0.1}, "泸"),
    ],
)
def test_a_name_that_only_the_speeches_have_is_one_word(shares: dict[str, float], word: str) -> None:
    """Neither of its characters stands there without the other; at large they are no word."""
    asked = analyse("泸岑防汛排第几", answer_corpus.CUTTER, lambda word: 0.1)
    assert word in question_words(asked, ENCODER.features, lambda text: shares.get(text, 0.0))


@pytest.mark.parametrize(("shares", "there"), [({"会上": 0.1, "受到": 0.1}, False), ({"会上": 0.1}, True)])
def test_two_characters_that_only_their_neighbours_join_are_no_word(shares: dict[str, float], there: bool) -> None:
    """会上受到 holds 上受, which the vocabulary has: where the speeches have 会上 and 受到, nobody asks for it."""
    asked = analyse("沅北在会上受到什么表扬", answer_corpus.CUTTER, lambda word: 0.1)
    assert "上受" in ENCODER.features(asked.text)
    assert ("上受" in question_words(asked, ENCODER.features, lambda text: shares.get(text, 0.0))) is there


@pytest.mark.parametrize(
    ("shares", "word"), [({"阜阳": 0.1}, "阜阳"), ({"阜阳": 0.1, "阜阳市": 0.1}, "阜阳市"), ({}, "阜阳市")]
)
def test_a_place_is_looked_for_as_the_speeches_have_it(shares: dict[str, float], word: str) -> None:
    """阜阳市 in the question is 阜阳 where no speech says it otherwise."""
    asked = analyse("阜阳市编几份刊物", answer_corpus.CUTTER, lambda word: 0.1)
    assert word in question_words(asked, ENCODER.features, lambda text: shares.get(text, 0.0))


def test_an_everyday_phrase_of_the_table_is_one_word() -> None:
    """What the search's table says in official terms is looked for as a whole."""
    form = next(form for form in sorted(builtin_thesaurus().terms) if len(form) == 4)
    asked = analyse(f"{form}怎么办", answer_corpus.CUTTER, lambda word: 0.1)
    assert form in question_words(asked, ENCODER.features)


@given(st.integers(0, 2**16), st.integers(1, 6), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_numpy_reads_as_torch_was_taught(training: Any, seed: int, candidates: int, words: int) -> None:
    """The weights as written give the same log-odds as the net they were taken from, whatever else is in its batch."""
    import torch

    torch.manual_seed(seed)
    net, seen = training.Net(), _seen(seed, candidates, words)
    bag = training.Bag.of(seen, [0.0] * candidates, answerable=False)
    larger = training.Bag.of(_seen(1, 9, 8), [0.0] * 9, answerable=False)
    with torch.no_grad():
        taught = net(training.Batch.of([bag, larger]))[0, :candidates].numpy()
    assert reader._net(json.loads(json.dumps(net.told()))).logits(seen) == pytest.approx(taught, abs=5e-3)


def test_the_same_bags_train_the_same_net(training: Any) -> None:
    """Seeds are fixed: a second run over the same bags gives the same weights."""
    bags = [
        training.Bag.of(_seen(n, 4, 3), [1.0, 0.0, 0.5, 0.0] if n % 2 else [0.0] * 4, answerable=bool(n % 2))
        for n in range(6)
    ]
    assert training.train(bags, 3).told() == training.train(bags, 3).told()


def test_training_lifts_what_holds_the_answer(training: Any) -> None:
    """After training on bags where one feature tells the answer, a candidate with it has the higher odds."""
    bags = []
    for n in range(40):
        seen = _seen(n, 3, 2)
        seen.wholes[:, 0] = [1.0, 0.0, 0.0] if n % 2 else 0.0
        bags.append(training.Bag.of(seen, [1.0, 0.0, 0.0] if n % 2 else [0.0] * 3, answerable=bool(n % 2)))
    net = training.train(bags, 1)
    seen = _seen(99, 2, 2)
    seen.wholes[:, 0] = [1.0, 0.0]
    logits = reader._net(net.told()).logits(seen)
    assert logits[0] > logits[1]


def test_the_odds_do_not_hang_on_the_other_candidates() -> None:
    """What else was found changes nothing about a candidate: the odds of a part are the part of the odds."""
    seen = _seen(5, 6, 4)
    whole = builtin_reader().logits(seen)
    part = builtin_reader().logits(Seen(seen.gates, seen.matches[:2], seen.wholes[:2], seen.lacks[:2]))
    assert part == pytest.approx(whole[:2])


@pytest.mark.parametrize("told", ["", "{}", '{"match": [], "gate": [], "whole": [], "nets": [], "even": 0}'])
def test_a_damaged_reader_is_refused_in_one_sentence(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is no reader, or one made for other features, says so and what to do."""
    path = tmp_path / "weights.json"
    path.write_text(told, encoding="utf-8")
    monkeypatch.setattr(reader, "MODEL", path)
    builtin_reader.cache_clear()
    try:
        with pytest.raises(ModelError, match="install speechrag again"):
            builtin_reader()
    finally:
        builtin_reader.cache_clear()
