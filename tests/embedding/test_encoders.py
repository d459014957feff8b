"""One contract over every encoder, and the built-in one held against sentence-transformers' own arithmetic."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from speechrag.embedding import Encoder, load_encoder
from speechrag.embedding.static import MODELS
from speechrag.errors import ModelError

TEXTS = ["全县政协信息工作会议", "", "要把反映社情民意信息作为经常性工作来抓", "a b c", ""]


def tiny_bert(folder: Path) -> Path:
    """Make a random two-layer BERT with a character vocabulary, as a sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, BertTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("".join(TEXTS) + "查询：文档"))]
    tokenizer = BertTokenizerFast(vocab={token: i for i, token in enumerate(vocabulary)})
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    plain = folder / "plain"
    BertModel(config).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    model = SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=64), Pooling(32, pooling_mode="mean"), Normalize()],
        prompts={"query": "查询：", "document": ""},
        device="cpu",
    )
    target = folder / "tiny"
    model.save_pretrained(str(target), create_model_card=False)
    return target


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("model"))


@pytest.fixture(params=["builtin", "hash", "path"])
def encoder(request: pytest.FixtureRequest, tiny: Path) -> Encoder:
    return load_encoder(str(tiny) if request.param == "path" else request.param)


def test_every_text_gets_a_unit_vector(encoder: Encoder) -> None:
    """Shape, type and length hold for all texts, empty ones included (those may be all zeros)."""
    vectors = encoder.encode_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dim)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(abs(n - 1) < 1e-3 or n == 0 for n in lengths)
    assert abs(lengths[0] - 1) < 1e-3


def test_vectors_do_not_depend_on_the_batch(encoder: Encoder) -> None:
    """A text alone and in company has the same vector, so incremental builds equal full ones."""
    together = encoder.encode_documents(TEXTS)
    alone = np.concatenate([encoder.encode_documents([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    """An empty corpus is not an error."""
    assert encoder.encode_documents([]).shape == (0, encoder.dim)


def test_loading_again_gives_the_same_fingerprint(encoder: Encoder) -> None:
    """The fingerprint names the model, not the process."""
    assert load_encoder(encoder.name).fingerprint == encoder.fingerprint


def test_builtin_equals_sentence_transformers() -> None:
    """Reading the folder without torch gives the vectors that sentence-transformers gives (half precision apart)."""
    from sentence_transformers import SentenceTransformer

    from speechrag.text import fold

    texts = [text for text in TEXTS if text]
    reference = SentenceTransformer(str(MODELS / "static-zh"), device="cpu", local_files_only=True)
    theirs = reference.encode([fold(text) for text in texts], convert_to_numpy=True).astype(np.float32)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    ours = load_encoder("builtin").encode_documents(texts)
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_related_office_texts_are_nearer_than_unrelated_ones() -> None:
    """The built-in encoder has learned something."""
    encoder = load_encoder("builtin")
    query, near, far = encoder.encode_documents(["防汛抗旱工作", "做好洪水防御和水库调度", "教师节表彰优秀教师"])
    assert query @ near > query @ far


def test_query_prompts_are_applied(tiny: Path) -> None:
    """A model's own query prompt makes query and document vectors of one text differ."""
    encoder = load_encoder(str(tiny))
    assert not np.allclose(encoder.encode_queries(TEXTS[:1]), encoder.encode_documents(TEXTS[:1]))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A path that does not exist is not looked up on a hub."""
    with pytest.raises(ModelError, match="no such folder"):
        load_encoder(str(tmp_path / "nothing"))


def test_an_unknown_name_fails_at_once_without_the_network() -> None:
    """A hub name that is not on this machine is refused with what to do."""
    with pytest.raises(ModelError, match="cannot be loaded from this machine") as caught:
        load_encoder("nobody/no-such-model")
    assert "builtin" in caught.value.hint


def test_damaged_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    """NaN weights load without an error in the library; the probe refuses them."""
    from safetensors.numpy import load_file, save_file

    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    weights = next(broken.rglob("*.safetensors"))
    tensors = {name: np.full_like(value, np.nan) for name, value in load_file(weights).items()}
    save_file(tensors, weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match="unusable vectors"):
        load_encoder(str(broken))
