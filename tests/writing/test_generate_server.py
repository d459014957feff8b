"""The contract with an OpenAI-compatible server, held against a real one that runs a tiny random model.

The model has two layers and knows nothing; what it writes is noise. The point is the protocol: a real server streams, a
real stream ends as servers end it, and an answer made with it is never less true than without it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.writing.asking import Asking
from speechrag.writing.generate import ChatGenerator, Limits, pieces

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, CUTTER, document_frequency, retrieve, speech

NEEDED = ("torch", "transformers", "tokenizers", "accelerate", "fastapi", "uvicorn")
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PATIENCE = 180.0  # seconds for the server to start on a busy machine
LIMITS = Limits(total=60.0, first=40.0, stall=30.0, retries=0, tokens=24)
QUESTION = "去年加固堤防多少公里"


def _tiny_model(folder: Path) -> None:
    """Write a random Qwen2 of two layers with a byte-level vocabulary."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(7)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    raw = Tokenizer(models.BPE(vocab={token: n for n, token in enumerate([*special, *letters])}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(special)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    # Tied embeddings make a random model repeat one token for ever.
    config = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=8192, tie_word_embeddings=False,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as reply:
            return reply.status == 200  # type: ignore[no-any-return]
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, model name) of a running ``transformers serve``; skips where its packages are absent."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    command = shutil.which("transformers", path=os.pathsep.join([str(Path(sys.executable).parent), os.defpath]))
    if missing or command is None:
        pytest.skip(f"transformers serve needs {', '.join(missing) or 'its command'}, not installed here")
    folder = tmp_path_factory.mktemp("server")
    model, cache, port = folder / "model", folder / "hub", _free_port()
    cache.mkdir()
    _tiny_model(model)
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    line = [command, "serve", str(model), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(line, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            end = time.monotonic() + PATIENCE
            while not _healthy(port):
                if running.poll() is not None or time.monotonic() > end:
                    tail = (folder / "log").read_text("utf-8", "replace")[-300:]
                    # Its packages are here: a server that does not come up is a failure, not a missing tool.
                    pytest.fail(f"transformers serve did not come up: {tail}")
            yield f"http://127.0.0.1:{port}/v1", str(model)
        finally:
            running.terminate()
            running.wait(timeout=20)


def generator(server: tuple[str, str], limits: Limits = LIMITS) -> ChatGenerator:
    address, model = server
    return ChatGenerator(model, address, "none", Settings().prompts_dir(), limits)


def test_a_real_stream_is_read_to_its_end(server: tuple[str, str]) -> None:
    """Pieces arrive; a text cut at the token limit is told as cut, one that ends by itself is taken."""
    found = []
    try:
        for piece in pieces(generator(server), "规矩", "问题"):
            found.append(piece)
    except GenerationError as fault:
        assert "截断" in str(fault) or "没有给出内容" in str(fault), fault
    assert found, "the server streamed nothing"


def test_an_answer_with_a_model_of_noise_is_the_extract(server: tuple[str, str]) -> None:
    """What a random model writes is supported by nothing: the reader gets the extract, and a note."""

    def ask(model: ChatGenerator | None) -> object:
        return Asking(
            retrieve=retrieve,
            speech=speech,
            document_frequency=document_frequency,
            segmenter=CUTTER,
        ).ask(QUESTION, generator=model)

    with_model, without = ask(generator(server)), ask(None)
    assert (with_model.text, with_model.citations) == (without.text, without.citations)  # type: ignore[attr-defined]
    assert with_model.notes  # type: ignore[attr-defined]
    assert all(BY_ID[c.speech_id].text[c.start : c.end] == c.quote for c in with_model.citations)  # type: ignore[attr-defined]


def test_a_wrong_model_name_is_a_generation_error(server: tuple[str, str]) -> None:
    """A real server's refusal reads as one sentence, without its own words."""
    address, _ = server
    wrong = ChatGenerator("no-such-model", address, "none", Settings().prompts_dir(), LIMITS)
    with pytest.raises(GenerationError, match="大模型"):
        wrong.generate("规矩", "问题")
