"""A cross-encoder of the usual architecture loads from a folder and scores pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_models import bert_reranker

from speechrag.embedding.reranker import load_reranker
from speechrag.errors import ModelError

TEXTS = ["重要信息一小时内报", "全县政协会议", "反映社情民意" * 40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert_reranker(tmp_path_factory.mktemp("reranker") / "tiny")


def test_every_text_gets_a_score(folder: Path) -> None:
    """Shape and type hold, for texts longer than the model reads as well; no texts give no scores."""
    reranker = load_reranker(str(folder))
    scores = reranker.scores("重大信息多少时间内报", TEXTS)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert reranker.scores("信息", []).shape == (0,)


def test_scores_depend_on_the_pair_and_not_on_its_company(folder: Path) -> None:
    """A text alone and among others scores the same; another question scores otherwise."""
    reranker = load_reranker(str(folder))
    together = reranker.scores("信息工作", TEXTS)
    alone = np.concatenate([reranker.scores("信息工作", [text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)
    assert not np.allclose(together, reranker.scores("社情民意", TEXTS), atol=1e-4)


def test_scores_equal_the_plain_model(folder: Path) -> None:
    """They are the sigmoid of the logit that transformers gives for the pair."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = model(**tokenizer("信息工作", TEXTS[0], return_tensors="pt")).logits
    expected = float(torch.sigmoid(logits)[0, 0])
    assert load_reranker(str(folder)).scores("信息工作", TEXTS[:1])[0] == pytest.approx(expected, abs=1e-5)


def test_a_missing_model_is_named() -> None:
    """Neither a folder nor a name is looked for on the network."""
    with pytest.raises(ModelError, match="no such folder"):
        load_reranker("./nowhere")
    with pytest.raises(ModelError, match="cannot be loaded from this machine"):
        load_reranker("nobody/no-such-reranker")


def test_a_classifier_is_not_taken_for_a_reranker(tmp_path: Path) -> None:
    """A model with three outputs has no single relevance score."""
    with pytest.raises(ModelError, match="3 outputs"):
        load_reranker(str(bert_reranker(tmp_path / "classes", labels=3)))
