"""Filters as masks: the passages of exactly those speeches that have the values asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.errors import UsageError
from speechrag.index.store import CorpusStore, facet_values
from speechrag.index.writer import CorpusWriter
from speechrag.records import Passage, Speech
from speechrag.retrieval.filters import Filters

LEVELS, TOPICS = ("省", "市", "县"), ("信息", "安全", "防汛")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> CorpusStore:
    """Nine speeches with none to three passages each, and every level and topic on some of them."""
    path = tmp_path_factory.mktemp("filters") / "corpus.sqlite"
    writer = CorpusWriter(path)
    for number in range(9):
        name = f"s{number}"
        metadata = {"level": LEVELS[number % 3], "topics": list(TOPICS[: number % 4]), "year": 2000 + number // 2}
        writer.add_speech(Speech(name, name, name, 1, f"题目{number}", "一二三", 0, 3, metadata=metadata))
        for part in range(number % 4):
            writer.add_passage(Passage(f"{name}.{part}", name, (), "一二三"[part], part, part + 1), (part, part + 1))
    writer.finish()
    return CorpusStore(path)


@pytest.fixture(scope="module")
def filters(store: CorpusStore) -> Filters:
    return Filters(store, {f.speech_id: f for f in store.facts()})


@given(
    st.dictionaries(
        st.sampled_from(("level", "topics", "year", "title", "organ")),
        st.lists(st.sampled_from((*LEVELS, *TOPICS, "2000", "2003", "题目5", "无")), max_size=3).map(tuple),
        min_size=1,
    )
)
def test_the_mask_holds_what_every_passage_says_of_itself(
    store: CorpusStore, filters: Filters, asked: dict[str, tuple[str, ...]]
) -> None:
    """A passage is allowed just when its speech has, for every key, one of the values."""
    asked = {k: tuple(v for v in values if k != "year" or v.isdigit()) for k, values in asked.items()}
    facts = {f.speech_id: f for f in store.facts()}
    expected = [
        all(set(facet_values(facts[stored.speech_id], key)) & set(values) for key, values in asked.items())
        for stored in store.iter_passages()
    ]
    mask = filters.allowed(asked)
    assert mask is not None
    assert mask.tolist() == expected


def test_no_filter_is_no_mask_and_an_unknown_key_an_error(filters: Filters) -> None:
    """Nothing asked, nothing masked; a key that no index has is named in the error."""
    assert filters.allowed({}) is None
    with pytest.raises(UsageError, match="colour"):
        filters.allowed({"colour": ("red",)})


def test_a_year_that_is_none_is_refused_with_the_years_there_are(filters: Filters, tmp_path: Path) -> None:
    """A range or a word passes no speech, which would look like a corpus without an answer."""
    for value in ("abc", "2000..2003", "２０００"):
        with pytest.raises(UsageError, match="of 2000 to 2004"):
            filters.allowed({"year": (value,)})
    CorpusWriter(tmp_path / "corpus.sqlite").finish()
    with pytest.raises(UsageError, match="knows no year"):
        Filters(CorpusStore(tmp_path / "corpus.sqlite"), {}).allowed({"year": ("abc",)})


def test_an_index_without_passages_has_an_empty_mask(tmp_path: Path) -> None:
    """No speech, no passage: the mask is empty and no error."""
    CorpusWriter(tmp_path / "corpus.sqlite").finish()
    mask = Filters(CorpusStore(tmp_path / "corpus.sqlite"), {}).allowed({"level": ("省",)})
    assert mask is not None
    assert mask.tolist() == []
