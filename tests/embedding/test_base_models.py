"""A base model without a classification head is no reranker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechrag.embedding.loading import BASE, folder_kind
from speechrag.embedding.reranker import load_reranker
from speechrag.errors import ModelError


def test_a_base_model_is_refused_as_reranker(tmp_path: Path) -> None:
    """Its head would be made up of random numbers."""
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertModel"]}), encoding="utf-8")
    assert folder_kind(tmp_path) == BASE
    with pytest.raises(ModelError, match="base model without a classification head"):
        load_reranker(str(tmp_path))
