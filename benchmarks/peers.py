"""Side by side with what a user would otherwise put together: python benchmarks/peers.py --seeds DIR --dataset FOLDER

Every system gets the same built-in encoder and nothing from the network. On the raw files of ``--seeds`` (with
``--questions``, labelled key phrases) a hit counts when it holds every key phrase of the answer: R@10 is the share of
questions with such a hit among the first ten, RR@10 the mean of 1 / its rank, both after folding of scripts, widths and
figures; ``readable`` asks for the phrases as written. On a folder in BEIR form documents are searched whole, and
R@10 and RR@10 are the usual ones. Queries a second: one at a time, one thread, processor time, after a first one.

Peers, each with the settings of its own documentation: LangChain (recursive splitter 400/50 with Chinese full stops,
BM25 over jieba words, FAISS, ensemble of equal weights), LlamaIndex (sentence splitter, BM25, vectors, fusion by
reciprocal rank) and txtai (hybrid). A peer that is not installed is left out, and its pip command is printed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from speechrag.build import build_collection, build_index
from speechrag.config import Settings
from speechrag.embedding import load_encoder
from speechrag.engine import Engine
from speechrag.evaluation.answers import LabelledQuestion, nugget_recall, read_questions
from speechrag.evaluation.formats import read_beir, read_corpus
from speechrag.evaluation.harness import judged_topics, run_topics
from speechrag.evaluation.measures import evaluate_run
from speechrag.records import Query

ROOT = Path(__file__).resolve().parent.parent
CHUNK, OVERLAP, TOP = 400, 50, 10
SEPARATORS = ["\n\n", "\n", "。", "！", "？", "；", "，", ""]

Found = list[tuple[str, str]]  # (id, text), best first
Search = Callable[[str], Found]


@dataclass(frozen=True)
class Peer:
    """A system: its name, the pip command that brings it, and how it is built over (id, text); ``split`` cuts texts."""

    name: str
    install: str
    build: Callable[[Sequence[tuple[str, str]], bool], Search]


@lru_cache(maxsize=1)
def encoder() -> Any:
    return load_encoder("builtin")


def vectors(texts: Sequence[str], *, query: bool = False) -> list[list[float]]:
    encode = encoder().encode_queries if query else encoder().encode_documents
    return [[float(value) for value in row] for row in encode(list(texts))]


def langchain(documents: Sequence[tuple[str, str]], split: bool) -> Search:
    import jieba
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Builtin(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return vectors(texts)

        def embed_query(self, text: str) -> list[float]:
            return vectors([text], query=True)[0]

    cut = [Document(page_content=text, metadata={"id": key}) for key, text in documents if text.strip()]
    if split:
        cut = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK, chunk_overlap=OVERLAP, separators=SEPARATORS
        ).split_documents(cut)
    lexical = BM25Retriever.from_documents(cut, preprocess_func=jieba.lcut, k=TOP)
    dense = FAISS.from_documents(cut, Builtin()).as_retriever(search_kwargs={"k": TOP})
    both = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5])
    return lambda query: [(d.metadata["id"], d.page_content) for d in both.invoke(query)]


def llamaindex(documents: Sequence[tuple[str, str]], split: bool) -> Search:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.schema import Document, TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    class Builtin(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            return vectors([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return vectors([query], query=True)[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    nodes: Any = [TextNode(text=text, metadata={"id": key}) for key, text in documents if text.strip()]
    if split:
        texts = [Document(text=node.text, metadata=node.metadata) for node in nodes]
        nodes = SentenceSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP).get_nodes_from_documents(texts)
    dense = VectorStoreIndex(nodes, embed_model=Builtin()).as_retriever(similarity_top_k=TOP)
    lexical = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=TOP)
    both = QueryFusionRetriever(
        [dense, lexical], llm=MockLLM(), similarity_top_k=TOP, num_queries=1, mode="reciprocal_rerank", use_async=False
    )
    return lambda query: [(hit.node.metadata["id"], hit.node.text) for hit in both.retrieve(query)]


def txtai(documents: Sequence[tuple[str, str]], split: bool) -> Search:
    import numpy as np
    from txtai import Embeddings

    cut = [(key, part) for key, text in documents for part in (_paragraphs(text) if split else [text])]

    def transform(texts: Any) -> Any:
        # txtai divides by the length: a text without a word would become NaN.
        return np.array(vectors(list(texts)), dtype=np.float32) + np.float32(1e-9)

    index = Embeddings(method="external", hybrid=True, transform=transform)
    index.index([(number, text, None) for number, (_, text) in enumerate(cut)])
    return lambda query: [cut[int(number)] for number, _ in index.search(query, TOP)]


def _paragraphs(text: str) -> list[str]:
    """Cut as txtai's examples do, by paragraphs, long ones at the passage size."""
    parts = [part.strip() for part in re.split(r"\n+", text) if part.strip()]
    return [part[at : at + CHUNK] for part in parts for at in range(0, len(part), CHUNK - OVERLAP)]


PEERS = (
    Peer(
        "LangChain: splitter + jieba BM25 + FAISS + ensemble",
        "pip install langchain-text-splitters langchain-community langchain-classic rank_bm25 jieba faiss-cpu",
        langchain,
    ),
    Peer("LlamaIndex: BM25 + vectors, fused", "pip install llama-index-core llama-index-retrievers-bm25", llamaindex),
    Peer("txtai: hybrid", "pip install txtai", txtai),
)


def raw_texts(folder: Path) -> list[tuple[str, str]]:
    """Return the files as a user would read them: UTF-8, or else GB 18030 with marks where that fails."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", "replace")
        found.append((path.name, text))
    return found


def per_second(search: Search, queries: Sequence[str]) -> tuple[list[Found], float]:
    search(queries[0])
    began = time.process_time()
    found = [search(query) for query in queries]
    return found, len(queries) / max(1e-9, time.process_time() - began)


def question_row(name: str, search: Search, questions: Sequence[LabelledQuestion]) -> str:
    found, rate = per_second(search, [question.text for question in questions])
    recall = reciprocal = readable = 0.0
    for question, hits in zip(questions, found, strict=True):
        texts = [text for _, text in hits[:TOP]]
        rank = next((n for n, text in enumerate(texts, 1) if nugget_recall(question.nuggets, text) == 1), 0)
        recall += rank > 0
        reciprocal += 1 / rank if rank else 0
        readable += any(all(any(way in text for way in ways) for ways in question.nuggets) for text in texts)
    values = " | ".join(f"{value / len(questions):.3f}" for value in (recall, reciprocal, readable))
    return f"| {name} | {values} | {rate:.0f} |"


def seeds_table(folder: Path, questions: Sequence[LabelledQuestion]) -> Iterator[str]:
    yield f"\n{len(questions)} questions about the raw files\n"
    yield "| system | R@10 | RR@10 | readable | queries a second |\n|---|---|---|---|---|"
    texts = raw_texts(folder)
    for name, build in installed():
        yield question_row(name, build(texts, True), questions)
    with tempfile.TemporaryDirectory() as place:
        build_index([folder], Path(place), Settings())
        engine = Engine.open(place)
        yield question_row(
            "speechrag", lambda q: [(h.passage.passage_id, h.passage.text) for h in engine.search(Query(q))], questions
        )


def dataset_table(folder: Path) -> Iterator[str]:
    data = read_beir(folder)
    topics, documents = judged_topics(data.topics, data.qrels), list(read_corpus(data.corpus))
    yield f"\n{folder.name}: {len(topics)} queries, {len(documents)} documents\n"
    yield "| system | R@10 | RR@10 | queries a second |\n|---|---|---|---|"

    def row(name: str, search: Search) -> str:
        _, rate = per_second(search, [topic.text for topic in topics])
        run = run_topics(lambda text, depth: [(key, -float(n)) for n, (key, _) in enumerate(search(text))], topics, TOP)
        means, _ = evaluate_run(data.qrels, run, ["R@10", "RR@10"])
        return f"| {name} | {means['R@10']:.3f} | {means['RR@10']:.3f} | {rate:.0f} |"

    for name, build in installed():
        yield row(name, build([(d.doc_id, f"{d.title}\n{d.text}") for d in documents], False))
    with tempfile.TemporaryDirectory() as place:
        build_collection(((d.doc_id, d.title, d.text) for d in documents), Path(place), Settings())
        engine = Engine.open(place)
        yield row("speechrag", lambda q: [(p.speech_id, p.text) for p, _ in engine.rank(q, TOP)])


def installed() -> Iterator[tuple[str, Callable[[Sequence[tuple[str, str]], bool], Search]]]:
    """Yield the peers that can be imported; the others are named with their command on stderr."""
    for peer in PEERS:
        try:
            peer.build([("a", "甲乙丙丁。"), ("b", "戊己庚辛。")], False)
        except ImportError as exc:
            print(f"{peer.name}: left out ({exc}); {peer.install}", file=sys.stderr)
            continue
        yield peer.name, peer.build


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, help="a folder of raw files")
    parser.add_argument("--questions", type=Path, default=ROOT / "eval" / "questions" / "seeds.jsonl")
    parser.add_argument("--dataset", type=Path, action="append", default=[], help="a folder in BEIR form")
    options = parser.parse_args()
    if options.seeds:
        questions = [question for question in read_questions(options.questions) if question.answerable]
        for line in seeds_table(options.seeds, questions):
            print(line, flush=True)
    for folder in options.dataset:
        for line in dataset_table(folder):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
