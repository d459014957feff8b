"""Tiny random models with the architectures people use, saved as their makers save them."""

from __future__ import annotations

import json
from pathlib import Path

LETTERS = sorted(set("全县政协信息工作会议要把反映社情民意作为经常性来抓查询文档：重时间内报多少小"))


def _bert_tokenizer(folder: Path) -> int:
    from transformers import BertTokenizerFast

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS]
    BertTokenizerFast(vocab={token: i for i, token in enumerate(vocabulary)}).save_pretrained(folder)
    return len(vocabulary)


def bert_encoder(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """Save a two-layer BERT encoder with mean pooling, as bge and gte are saved; return its folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel

    plain = folder.with_name(folder.name + "-plain")
    size = _bert_tokenizer(plain)
    config = BertConfig(
        vocab_size=size, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(plain)
    model = SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=64), Pooling(32, pooling_mode="mean"), Normalize()],
        prompts=prompts,
        device="cpu",
    )
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def qwen_encoder(folder: Path) -> Path:
    """Save a two-layer Qwen3 encoder in half precision: left padding, last token, an instruction before queries."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3Model

    plain = folder.with_name(folder.name + "-plain")
    vocabulary = ["<|endoftext|>", "[UNK]", *LETTERS, *"InstructQery: \n"]
    tokenizer = Tokenizer(models.WordLevel({t: i for i, t in enumerate(dict.fromkeys(vocabulary))}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <|endoftext|>", special_tokens=[("<|endoftext|>", 0)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|endoftext|>", padding_side="left"
    ).save_pretrained(plain)
    config = Qwen3Config(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=16, max_position_embeddings=128,
    )  # fmt: skip
    Qwen3Model(config).to(torch.bfloat16).save_pretrained(plain)
    model = SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=96), Pooling(32, pooling_mode="lasttoken"), Normalize()],
        prompts={"query": "Instruct: \nQuery:", "document": ""},
        device="cpu",
    )
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def bert_reranker(folder: Path, labels: int = 1) -> Path:
    """Save a two-layer BERT cross-encoder; return its folder."""
    from transformers import BertConfig, BertForSequenceClassification

    size = _bert_tokenizer(folder)
    config = BertConfig(
        vocab_size=size, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        num_labels=labels, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    settings = folder / "tokenizer_config.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"model_max_length": 64}))
    return folder
