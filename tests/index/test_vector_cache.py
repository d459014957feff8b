"""Vectors of an unfinished build: kept through a kill, dropped when torn or of another encoder, gone in the end."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import QUICK, TEXTS, build, write_texts
from speechrag.embedding.hashing import HashingEncoder
from speechrag.engine import Engine
from speechrag.errors import IndexError_
from speechrag.index import fill, layout
from speechrag.index.vector_cache import VectorCache
from speechrag.records import Query

DIM = 8
DIGESTS = [bytes([i]) * 32 for i in range(6)]
ROWS = np.arange(6 * DIM, dtype=np.float32).reshape(6, DIM)


def filled(path: Path) -> bytes:
    """Write two batches of three and return the bytes of the file."""
    with VectorCache(path, "encoder-1", DIM) as cache:
        cache.add(DIGESTS[:3], ROWS[:3])
        cache.add(DIGESTS[3:], ROWS[3:])
    return path.read_bytes()


def held(path: Path, fingerprint: str = "encoder-1", dim: int = DIM) -> dict[int, list[float]]:
    with VectorCache(path, fingerprint, dim) as cache:
        return {key: list(vector) for key, vector in cache.take(enumerate(DIGESTS))}


def test_what_was_added_is_there_for_the_next_build(tmp_path: Path) -> None:
    """Every vector comes back to the last bit, under its own hash; an unknown hash gives none."""
    filled(tmp_path / "cache")
    assert held(tmp_path / "cache") == {key: list(ROWS[key]) for key in range(6)}
    with VectorCache(tmp_path / "cache", "encoder-1", DIM) as cache:
        assert len(cache) == 6
        assert list(cache.take([(0, b"?" * 32)])) == []


@pytest.mark.parametrize(("fingerprint", "dim"), [("encoder-2", DIM), ("encoder-1", DIM + 1)])
def test_vectors_of_another_encoder_are_dropped(tmp_path: Path, fingerprint: str, dim: int) -> None:
    """Another model, or another width: the file starts afresh."""
    filled(tmp_path / "cache")
    assert held(tmp_path / "cache", fingerprint, dim) == {}
    assert held(tmp_path / "cache") == {}


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 700), tail=st.binary(max_size=40))
def test_a_torn_file_gives_whole_batches_and_can_be_written_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int, tail: bytes
) -> None:
    """Cut anywhere, with anything behind the cut: what is whole is kept and right, and later batches follow it."""
    path = tmp_path_factory.mktemp("torn") / "cache"
    whole = filled(path)
    path.write_bytes(whole[:cut] + tail)
    found = held(path)
    assert set(found) in ({*()}, {0, 1, 2}, set(range(6)))
    assert all(found[key] == list(ROWS[key]) for key in found)
    with VectorCache(path, "encoder-1", DIM) as cache:
        cache.add(DIGESTS[5:], ROWS[5:])
    assert held(path)[5] == list(ROWS[5])


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_a_flipped_bit_never_gives_a_wrong_vector(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    """The checksum of a batch covers hashes and vectors."""
    path = tmp_path_factory.mktemp("flipped") / "cache"
    damaged = bytearray(filled(path))
    damaged[at % len(damaged)] ^= 1 << bit
    path.write_bytes(bytes(damaged))
    assert all(vector == list(ROWS[key]) for key, vector in held(path).items())


KILLED = """
import os, signal, sys
from pathlib import Path
from small_corpus import build
from speechrag.embedding.hashing import HashingEncoder
from speechrag.index import fill

fill.EMBED_BATCH, encode, calls = 2, HashingEncoder.encode_documents, []

def encode_some(self, texts):
    calls.append(texts)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return encode(self, texts)

HashingEncoder.encode_documents = encode_some
build(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_build_leaves_its_vectors_to_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real process, killed in its third batch: the next build embeds only the rest, and its index is the same."""
    sources = write_texts(tmp_path / "来源")
    command = [sys.executable, "-c", KILLED, str(sources), str(tmp_path / "index")]
    done = subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "index" / layout.VECTOR_CACHE).is_file()

    embedded: list[str] = []
    encode = HashingEncoder.encode_documents
    monkeypatch.setattr(
        HashingEncoder, "encode_documents", lambda self, texts: embedded.extend(texts) or encode(self, texts)
    )
    build(sources, tmp_path / "index")
    total = Engine.open(tmp_path / "index", QUICK).manifest.passages
    assert len(embedded) == total - 4
    assert not (tmp_path / "index" / layout.VECTOR_CACHE).exists()

    monkeypatch.undo()
    build(sources, tmp_path / "fresh")
    resumed, fresh = (layout.current_generation(tmp_path / name) / layout.VECTORS for name in ("index", "fresh"))
    assert resumed.read_bytes() == fresh.read_bytes()


def test_the_text_of_a_file_removed_after_a_failed_build_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vectors kept hold no text while they are there, and are gone once a build has ended well."""
    sources = write_texts(tmp_path / "来源")
    build(sources, tmp_path / "index")
    write_texts(sources, {"密.txt": "在动员会上的讲话\n同志们：\n这一句谁也不该再看见。\n"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fill.VectorStore, "save", full)
    with pytest.raises(IndexError_, match="No space left"):
        build(sources, tmp_path / "index")
    monkeypatch.undo()
    cache = tmp_path / "index" / layout.VECTOR_CACHE
    assert "谁也不该".encode() not in cache.read_bytes()
    (sources / "密.txt").unlink()
    assert not build(sources, tmp_path / "index").published
    assert not cache.exists()
    assert all(
        "谁也不该" not in h.passage.text for h in Engine.open(tmp_path / "index", QUICK).search(Query("不该", 9))
    )


def test_an_unchanged_passage_is_taken_over_and_not_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second build of the same texts and one more embeds that one alone."""
    sources = write_texts(tmp_path / "来源")
    build(sources, tmp_path / "index")
    write_texts(sources, {"新.txt": "在动员会上的讲话\n同志们：\n要把工作做实做细。\n"})
    embedded: list[str] = []
    encode = HashingEncoder.encode_documents
    monkeypatch.setattr(
        HashingEncoder, "encode_documents", lambda self, texts: embedded.extend(texts) or encode(self, texts)
    )
    build(sources, tmp_path / "index")
    assert len(TEXTS) > 1
    assert all("做实做细" in text or "同志们" in text for text in embedded)
    assert len(embedded) <= 2
