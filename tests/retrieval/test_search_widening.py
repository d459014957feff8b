"""A hit with the section around it, and a query searched in a model's other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from small_corpus import QUICK, build, write_texts
from speechrag.engine import Engine, describe
from speechrag.errors import GenerationError, UsageError
from speechrag.records import Passage, Query, Section, Speech
from speechrag.retrieval.stages import Ranking, merged
from speechrag.retrieval.widening import widened

TEXT = "开场白。" * 10 + "一、防汛\n" + "水库要有人看。" * 40 + "\n二、抗旱\n" + "机井要修好。" * 40
SECOND = TEXT.index("二、抗旱")


def speech(text: str = TEXT, sections: tuple[Section, ...] | None = None) -> Speech:
    parts = (Section("防汛", 1, 40, SECOND, "一、"), Section("抗旱", 1, SECOND, len(text), "二、"))
    return Speech("s", "d", "s.txt", 1, "讲话", text, 0, len(text), parts if sections is None else sections)


def passage(start: int, end: int, text: str = TEXT) -> Passage:
    return Passage("s.1", "s", (), text[start:end], start, end)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("widening")
    build(write_texts(folder / "来源"), folder / "index")
    return Engine.open(folder / "index", QUICK)


def test_a_passage_is_widened_to_the_innermost_section() -> None:
    """The section that holds it whole, with its heading; across sections it is the speech."""
    inside = widened(speech(), passage(SECOND + 6, SECOND + 18))
    assert (inside.start, inside.end, inside.headings) == (SECOND, len(TEXT), ("二、抗旱",))
    across = widened(speech(), passage(SECOND - 10, SECOND + 10))
    assert (across.start, across.end, across.headings) == (0, len(TEXT), ())


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 60), st.integers(1, 200))
def test_what_is_widened_holds_the_passage_and_gives_the_text_back(start: int, size: int, widest: int) -> None:
    """Offsets hold, the passage lies within, and a long section is cut to about the size allowed."""
    asked = passage(start, min(len(TEXT), start + size))
    around = widened(speech(), asked, widest)
    assert TEXT[around.start : around.end] == around.text
    assert around.start <= asked.start and asked.end <= around.end
    assert len(around.text) <= max(widest, asked.end - asked.start) + 1


def test_hits_carry_their_section_only_where_asked(engine: Engine) -> None:
    """The record and the printed form have it with --widen and not without."""
    query = Query("抓矿山", 1)
    (wide,), (plain,) = engine.search(query, widen=True), engine.search(query)
    assert wide.section is not None and plain.section is None
    assert wide.passage == plain.passage and wide.passage.text in wide.section.text
    assert describe(wide)["section"]["start"] == wide.section.start
    assert "section" not in describe(plain)


def test_a_ranking_and_its_rewordings_are_joined_by_their_mean() -> None:
    """Own score and the best of the others count alike; ties go by ordinal."""
    own = Ranking([(1, 0.8), (2, 0.4)], {"lexical": [(1, 9.0)]})
    others = [Ranking([(2, 0.6), (3, 0.8)], {}), Ranking([(2, 0.8)], {})]
    joined = merged(own, others)
    assert joined.order == [(2, pytest.approx(0.6)), (1, 0.4), (3, 0.4)]
    assert joined.channels == {"lexical": [(1, 9.0)], "reworded": [(2, 0.8), (3, 0.8)]}


class Reworder:
    """A model that says what it is told to, or fails."""

    prompts = QUICK.prompts_dir()

    def __init__(self, answer: str | GenerationError) -> None:
        self.answer = answer

    def generate(self, system: str, user: str) -> str:
        if isinstance(self.answer, GenerationError):
            raise self.answer
        return self.answer


def test_other_words_find_what_the_query_does_not(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hit found by a rewording moves up and says so."""
    from speechrag.writing import generate

    monkeypatch.setattr(generate, "open_generator", lambda name, settings: Reworder("1. 警示标志设置到位\n"))
    query = Query("山路转弯的地方", 3)
    hits = engine.search(query, llm="any")
    assert "警示标志" in hits[0].passage.text and hits[0].parts["reworded"].rank == 1
    assert all("reworded" not in hit.parts for hit in engine.search(query))


def test_a_model_that_fails_leaves_the_plain_search(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer, no change; and the wait is bounded whatever the settings allow for answers."""
    from speechrag.engine import REWORDING_SECONDS
    from speechrag.writing import generate

    waits: list[float] = []

    def opened(name: str, settings: object) -> Reworder:
        waits.append(settings.llm_timeout)  # type: ignore[attr-defined]
        return Reworder(GenerationError("没有回应"))

    monkeypatch.setattr(generate, "open_generator", opened)
    query = Query("信息报送时限", 3)
    assert engine.search(query, llm="any") == engine.search(query)
    assert waits == [min(QUICK.llm_timeout, REWORDING_SECONDS)]
    with pytest.raises(UsageError, match="the query is empty"):
        engine.search(Query(" "), llm="any")
