"""The reader as reranker: it has a say in the order of a question's best hits, and in nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from small_corpus import QUICK, build, write_texts
from speechrag.build import build_collection
from speechrag.engine import Engine
from speechrag.records import Hit, Query
from speechrag.registry import READER
from speechrag.retrieval.search import READ

HOURS = "信息报送时限是多少小时"
QUESTION = "小型水库的巡查责任人有哪些要求"
FILLING = "各级各部门要高度重视汛期工作，密切关注天气变化，确保安全度汛，这一点必须反复强调，绝不能掉以轻心。"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reading")
    build(write_texts(folder / "来源"), folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def engine(index: Path) -> Engine:
    return Engine.open(index, QUICK)


class Backwards:
    """Thinks most of what the search puts last; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[int]]] = []

    def __call__(self, question: str, hits: Sequence[Hit]) -> list[float]:
        self.asked.append((question, [hit.rank for hit in hits]))
        return [10.0 * hit.rank for hit in hits]


def order(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.passage_id for hit in hits]


def test_a_judge_orders_the_head_and_the_list_stays_sorted(engine: Engine) -> None:
    """The best hits follow the judge, the others stay where they were, the places keep their scores."""
    judge = Backwards()
    plain = engine._retriever.search(Query("责任", 2 * READ))
    read = engine._retriever.search(Query("责任", 2 * READ), judge=judge)
    head = min(READ, len(plain))
    assert judge.asked == [("责任", [*range(1, head + 1)])]
    assert order(read[:head]) == order(plain[:head])[::-1] and order(read[head:]) == order(plain[head:])
    assert [hit.score for hit in read] == [hit.score for hit in plain]
    assert [hit.parts["reader"].rank for hit in read[:head]] == [*range(1, head + 1)]


def test_a_judge_with_nothing_to_say_changes_nothing(engine: Engine) -> None:
    """No log-odds, no channel, the same hits."""
    plain = engine._retriever.search(Query("责任", 5))
    assert engine._retriever.search(Query("责任", 5), judge=lambda question, hits: []) == plain


@pytest.mark.parametrize("title", ["小型水库巡查", "在全市防汛工作会议上的讲话", "？？！", "a"])
def test_what_asks_nothing_is_left_as_it_is(engine: Engine, title: str) -> None:
    """A title or bare words are looked up, not answered: the reader was never taught them."""
    assert engine.search(Query(title, 5), read=True) == engine.search(Query(title, 5))


def test_the_setting_reads_every_question(index: Path, engine: Engine) -> None:
    """``reranker=reader`` is what ``read`` asks for once; an evaluation ranks the same way."""
    set_so = Engine.open(index, replace(QUICK, reranker=READER))
    hits = set_so.search(Query(QUESTION, 5))
    assert hits == engine.search(Query(QUESTION, 5), read=True)
    assert all("reader" in hit.parts for hit in hits)
    assert [passage.passage_id for passage, _ in set_so.rank(QUESTION, 3)] == order(hits[:3])
    assert "reader" not in engine.search(Query(QUESTION, 5))[0].parts


def test_answers_and_outlines_are_the_same_with_and_without(index: Path, engine: Engine) -> None:
    """The reader weighs what an answer is made of already; read twice it would count twice."""
    set_so = Engine.open(index, replace(QUICK, reranker=READER))
    assert set_so.ask(QUESTION) == engine.ask(QUESTION)
    brief = "在全市防汛工作会议上的讲话"
    assert set_so.outline(brief) == engine.outline(brief)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Return an index, the passage with most words of ``HOURS``, and the one that answers it."""
    talk = "信息报送时限是多少，这个问题很多同志问过；信息报送时限不是小事，信息报送时限关系全局。" + FILLING * 3
    told = "发生突发事件，各单位报送信息不得超过2小时，特别重大的随到随报。" + FILLING * 3
    other = "各单位要及时清点物资，定期晾晒编织袋。" + FILLING * 4
    folder = tmp_path_factory.mktemp("told")
    build_collection([("a", "", talk), ("b", "", told), ("c", "", other)], folder, QUICK)
    return folder, talk, told


def test_the_passage_with_the_answer_comes_before_the_one_with_the_words(told: tuple[Path, str, str]) -> None:
    """Of two passages with the words of a question the one that tells what is asked for comes first."""
    folder, talk, answer = told
    engine = Engine.open(folder, QUICK)
    assert engine.search(Query(HOURS, 3))[0].passage.text == talk
    assert engine.search(Query(HOURS, 3), read=True)[0].passage.text == answer


def test_the_nearest_of_a_refusal_begin_with_what_may_answer(told: tuple[Path, str, str]) -> None:
    """Whoever is refused for want of certainty finds the likeliest passage first among those shown."""
    folder, _, answer = told
    engine = Engine.open(folder, replace(QUICK, refusal_threshold=1.0))
    refused = engine.ask(HOURS)
    assert not refused.supported and engine.passage(refused.nearest[0]).text == answer
