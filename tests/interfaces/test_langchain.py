"""The langchain retriever passes langchain's own suite and hands over what the engine found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_tests.integration_tests import RetrieversIntegrationTests

from speechrag.interfaces.langchain import SpeechRetriever
from speechrag.records import Hit, Passage, Query

TEXTS = (
    "重大信息两小时内上报。",
    "每月通报一次采用情况。",
    "年底评选优秀信息员。",
    "建立信息直报点。",
    "严格值班制度。",
)


class SmallEngine:
    """Five passages, always found in the same order; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Query] = []

    def search(self, query: Query) -> Sequence[Hit]:
        self.asked.append(query)
        return [
            Hit(
                rank=n,
                score=1 / n,
                passage=Passage(f"a-1.{n}", "a-1", ("一、信息报送",), text, n * 20, n * 20 + len(text)),
                source="讲话.txt",
                title="信息工作会议讲话",
                original=text,
                metadata={"year": "2021"},
            )
            for n, text in enumerate(TEXTS[: query.top_k], 1)
        ]


# The suite's one coroutine needs the mark, which a class can only give to all its tests.
@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:.*is marked with '@pytest.mark.asyncio'")
class TestSpeechRetriever(RetrieversIntegrationTests):
    """The public contract of langchain retrievers, ``k`` at construction and at the call included."""

    @property
    def retriever_constructor(self) -> type[SpeechRetriever]:
        return SpeechRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"engine": SmallEngine()}

    @property
    def retriever_query_example(self) -> str:
        return "信息报送时限"


def test_documents_name_their_place_in_the_speech() -> None:
    """The document holds the passage text; its metadata says where the passage stands."""
    found = SpeechRetriever(engine=SmallEngine(), k=1).invoke("时限")[0]
    assert found.page_content == TEXTS[0]
    assert found.id == found.metadata["passage_id"] == "a-1.1"
    assert found.metadata["headings"] == ["一、信息报送"]
    assert (found.metadata["start"], found.metadata["end"]) == (20, 20 + len(TEXTS[0]))
    assert found.metadata["year"] == "2021"


def test_filters_reach_the_engine() -> None:
    """Filters given at construction or at the call become those of the query."""
    engine = SmallEngine()
    retriever = SpeechRetriever(engine=engine, filters={"year": ("2021",)})
    retriever.invoke("时限")
    retriever.invoke("时限", filters={"level": ["县"]})
    assert [query.filters for query in engine.asked] == [{"year": ("2021",)}, {"level": ("县",)}]


def test_k_below_one_is_refused() -> None:
    """Asking for no documents is a mistake, said at construction."""
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        SpeechRetriever(engine=SmallEngine(), k=0)
