"""One contract over every encoder, and the built-in one held against sentence-transformers' own arithmetic."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_models import bert_encoder, qwen_encoder

from speechrag.embedding import Encoder, load_encoder
from speechrag.embedding.static import MODELS, StaticEncoder
from speechrag.embedding.transformer import KNOWN_PROMPTS, TransformerEncoder
from speechrag.errors import ModelError

TEXTS = ["全县政协信息工作会议", "", "要把反映社情民意信息作为经常性工作来抓", "a b c", ""]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bert_encoder(tmp_path_factory.mktemp("model") / "tiny", {"query": "查询：", "document": ""})


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return qwen_encoder(tmp_path_factory.mktemp("model") / "qwen")


@pytest.fixture(params=["builtin", "hash", "bert", "qwen"])
def encoder(request: pytest.FixtureRequest, tiny: Path, qwen: Path) -> Encoder:
    return load_encoder({"bert": str(tiny), "qwen": str(qwen)}.get(request.param, request.param))


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

    texts = [*(text for text in TEXTS if text), "2023年同比增长3.5%，5G基站、县政協提案（一）"]
    encoder = StaticEncoder(MODELS / "static-zh", "builtin")
    reference = SentenceTransformer(str(MODELS / "static-zh"), device="cpu", local_files_only=True)
    features = [" ".join(encoder.features(text)) for text in texts]
    theirs = reference.encode(features, convert_to_numpy=True).astype(np.float32)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    ours = encoder.encode_documents(texts)
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


def test_query_vectors_are_those_of_prompt_and_text(tiny: Path, qwen: Path) -> None:
    """The prompt stands before the query exactly as the configuration spells it, and before nothing else."""
    for folder, prompt in ((tiny, "查询："), (qwen, "Instruct: \nQuery:")):
        encoder = TransformerEncoder(str(folder))
        assert encoder.prompts == {"query": prompt, "document": ""}
        asked = encoder.encode_queries(["社情民意"])
        assert np.allclose(asked, encoder.encode_documents([prompt + "社情民意"]), atol=1e-6)


def test_a_document_prompt_is_applied(tmp_path: Path) -> None:
    """Models that mark passages as well get both marks."""
    encoder = TransformerEncoder(str(bert_encoder(tmp_path / "both", {"query": "查询：", "document": "文档："})))
    plain = TransformerEncoder(str(tmp_path / "both"))
    plain._model.prompts = {}
    marked = encoder.encode_documents(["社情民意"])
    assert np.allclose(marked, plain.encode_documents(["文档：社情民意"]), atol=1e-6)
    assert not np.allclose(marked, plain.encode_documents(["社情民意"]), atol=1e-3)


def test_prompts_that_a_maker_prescribes_are_supplied(tmp_path: Path) -> None:
    """A bge folder saved without prompts gets the one on its card; one with prompts of its own keeps them."""
    bare = TransformerEncoder(str(bert_encoder(tmp_path / "bge-small-zh-v1.5")))
    assert bare.prompts["query"] == KNOWN_PROMPTS[r"bge-(small|base|large)-zh"]["query"]
    assert not np.allclose(bare.encode_queries(["信息"]), bare.encode_documents(["信息"]), atol=1e-3)
    own = TransformerEncoder(str(bert_encoder(tmp_path / "bge-base-zh", {"query": "查询："})))
    assert own.prompts["query"] == "查询："
    other = TransformerEncoder(str(bert_encoder(tmp_path / "another")))
    assert other.prompts == {"query": "", "document": ""}


def test_text_beyond_the_length_limit_is_cut(tiny: Path) -> None:
    """The model's own limit holds: 64 tokens, two of them marks."""
    encoder = TransformerEncoder(str(tiny))
    assert encoder.max_length == 64
    short, long = encoder.encode_documents(["信息" * 31, "信息" * 31 + "会议" * 40])
    assert np.allclose(short, long, atol=1e-6)


def test_half_precision_weights_are_read_as_single(qwen: Path) -> None:
    """Saved as bfloat16, run as float32: otherwise the padding of a batch shows in the vectors."""
    import torch

    encoder = TransformerEncoder(str(qwen))
    assert {parameter.dtype for parameter in encoder._model.parameters()} == {torch.float32}


def test_fingerprints_follow_weights_and_prompts(tmp_path: Path) -> None:
    """Changing either changes the fingerprint; a card or a log beside them does not."""
    folder = bert_encoder(tmp_path / "one", {"query": "查询："})
    first = load_encoder(str(folder)).fingerprint
    (folder / "README.md").write_text("card", encoding="utf-8")
    assert load_encoder(str(folder)).fingerprint == first
    settings = folder / "config_sentence_transformers.json"
    saved = json.loads(settings.read_text(encoding="utf-8"))
    settings.write_text(json.dumps(saved | {"prompts": {"query": "问："}}), encoding="utf-8")
    assert load_encoder(str(folder)).fingerprint != first


def test_cut_off_weights_are_refused(tiny: Path, tmp_path: Path) -> None:
    """A copy that stopped half way is named, not half used."""
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    weights = next(broken.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:5_000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(str(broken))


def test_code_that_comes_with_a_model_is_not_run(tiny: Path, tmp_path: Path) -> None:
    """A model whose modules are its own Python files is refused, and the file is not imported."""
    evil = tmp_path / "evil"
    shutil.copytree(tiny, evil)
    (evil / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Module: ...\n", encoding="utf-8")
    modules = json.loads((evil / "modules.json").read_text(encoding="utf-8"))
    modules[0]["type"] = "own.Module"
    (evil / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(str(evil))
    assert not (tmp_path / "ran").exists()


def test_the_shipped_model_is_small_and_complete() -> None:
    """At most 40 MB with its card, half precision, one vector a token, the same vectors on every loading."""
    from safetensors.numpy import load_file

    folder = MODELS / "static-zh"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 40_000_000
    assert (folder / "README.md").is_file()
    weights = load_file(folder / "model.safetensors")["embedding.weight"]
    assert weights.dtype == np.float16
    assert np.isfinite(weights).all()
    first, second = (load_encoder("builtin").encode_documents(TEXTS) for _ in range(2))
    assert (first == second).all()


def test_builtin_vectors_are_the_same_alone_and_in_company() -> None:
    """To the last bit, so that an index grown in steps equals one built at once."""
    encoder = load_encoder("builtin")
    together = encoder.encode_documents([*TEXTS, *TEXTS])
    assert (together[: len(TEXTS)] == np.concatenate([encoder.encode_documents([text]) for text in TEXTS])).all()


def test_a_static_folder_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Missing files, unreadable ones, and a vocabulary of another size are named."""
    with pytest.raises(ModelError, match=r"no tokenizer\.json"):
        StaticEncoder(tmp_path, "x")
    (tmp_path / "tokenizer.json").write_text('{"model": {"vocab": {"信息": 0}}}', encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(ModelError, match="cannot be read"):
        StaticEncoder(tmp_path, "x")
    shutil.copy(MODELS / "static-zh" / "model.safetensors", tmp_path)
    with pytest.raises(ModelError, match="1 tokens but"):
        StaticEncoder(tmp_path, "x")
