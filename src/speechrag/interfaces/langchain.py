"""The langchain face of an engine: a retriever that fits into any chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from speechrag.records import Hit, Query


class Searcher(Protocol):
    """What the retriever needs of an engine."""

    def search(self, query: Query) -> Sequence[Hit]:
        """Return the hits of ``query``, best first."""
        ...


class SpeechRetriever(BaseRetriever):
    """Passages of an index as langchain documents.

    ``k`` passages are returned; ``filters`` maps metadata keys to the values allowed. ``invoke`` takes both as well.
    The metadata of a document names its passage, speech, source, title, headings, offsets, rank and score.

        retriever = SpeechRetriever(engine=Engine.open("indexes/default"), k=5, filters={"year": ("2021",)})
        retriever.invoke("信息报送的时限")
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Any  # a Searcher; pydantic cannot check a protocol
    k: int = Field(default=10, ge=1)
    filters: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **kwargs: Any
    ) -> list[Document]:
        filters = kwargs.get("filters", self.filters)
        asked = Query(query, int(kwargs.get("k", self.k)), {key: tuple(values) for key, values in filters.items()})
        engine: Searcher = self.engine
        return [document_of(hit) for hit in engine.search(asked)]


def document_of(hit: Hit) -> Document:
    """Return a hit as a langchain document."""
    passage = hit.passage
    return Document(
        id=passage.passage_id,
        page_content=passage.text,
        metadata={
            **hit.metadata,
            "passage_id": passage.passage_id,
            "speech_id": passage.speech_id,
            "source": hit.source,
            "title": hit.title,
            "headings": list(passage.headings),
            "start": passage.start,
            "end": passage.end,
            "rank": hit.rank,
            "score": hit.score,
        },
    )
