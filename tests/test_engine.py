"""The engine: one open index behind search, answers, outlines and look-ups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from small_corpus import QUICK, TEXTS, build, write_texts
from speechrag.engine import FACETS, Engine, describe
from speechrag.errors import IndexMissing, UsageError
from speechrag.records import Query

HIT_KEYS = {
    "rank", "score", "passage_id", "speech_id", "source", "title", "headings", "text", "original", "start", "end",
    "parts", "metadata", "copies", "others",
}  # fmt: skip


CORPUS = Path(__file__).resolve().parent.parent / "corpus"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("engine")
    build(write_texts(folder / "来源"), folder / "index")
    return Engine.open(folder / "index", QUICK)


def test_a_described_hit_has_the_keys_of_the_contract(engine: Engine) -> None:
    """What the command line prints of a hit, and that it can be printed as JSON."""
    import json

    row = describe(engine.search(Query("水库巡查", 1))[0])
    assert set(row) >= HIT_KEYS
    assert json.loads(json.dumps(row, ensure_ascii=False)) == row


def test_an_answer_quotes_the_speech_verbatim(engine: Engine) -> None:
    """Every citation of an answer lies in its speech at its offsets, and every sentence cites one."""
    answer = engine.ask("重大突发事件最迟多久内上报")
    assert answer.supported
    assert "两小时" in answer.text
    numbers = {c.number for c in answer.citations}
    assert all(set(s.citations) <= numbers and s.citations for s in answer.sentences)
    assert all(engine.speech(c.speech_id).text[c.start : c.end] == c.quote for c in answer.citations)
    assert all(engine.passage(c.passage_id).speech_id == c.speech_id for c in answer.citations)


def test_what_the_corpus_does_not_say_is_refused(engine: Engine) -> None:
    """No sentences, no citations, the closest passages named."""
    answer = engine.ask("火星探测器的发射窗口是哪一天")
    assert not answer.supported
    assert answer.sentences == answer.citations == ()
    assert answer.text
    assert all(engine.passage(p) for p in answer.nearest)


def test_an_outline_cites_what_it_uses(tmp_path: Path) -> None:
    """Every number at a point is a citation of the outline, and every quotation is verbatim."""
    build(CORPUS, tmp_path / "index")
    engine = Engine.open(tmp_path / "index", QUICK)
    outline = engine.outline("区委办公室主任在全区信息工作会议上的讲话")
    numbers = {c.number for c in outline.citations}

    def points(level: tuple) -> list:  # type: ignore[type-arg]
        return [p for point in level for p in (point, *points(point.points))]

    assert outline.points
    assert all(set(p.citations) <= numbers for p in points(outline.points))
    assert all(engine.speech(c.speech_id).text[c.start : c.end] == c.quote for c in outline.citations)


def test_unknown_ids_are_named(engine: Engine) -> None:
    """A passage or speech there is none of is a mistake of the caller."""
    with pytest.raises(UsageError, match="no speech 'x-1'"):
        engine.speech("x-1")
    with pytest.raises(UsageError, match=r"no passage 'x-1\.1'"):
        engine.passage("x-1.1")


def test_facets_count_speeches_most_frequent_first(engine: Engine) -> None:
    """Only keys that some speech has, values as strings, ties in order."""
    facets = engine.facets()
    assert set(facets) <= set(FACETS)
    for values in facets.values():
        assert values == sorted(values, key=lambda pair: (-pair[1], pair[0]))
        assert all(isinstance(value, str) and 1 <= count <= len(TEXTS) for value, count in values)


def test_rank_is_deep_and_unfolded(engine: Engine) -> None:
    """Evaluation sees every passage once, best first, as many as asked for."""
    ranked = engine.rank("安全信息工作", 6)
    assert len(ranked) == 6
    assert [s for _, s in ranked] == sorted((s for _, s in ranked), reverse=True)


def test_threads_may_share_an_engine(engine: Engine) -> None:
    """Answers and look-ups from eight threads equal the serial ones."""
    questions = ["重大突发事件最迟多久内上报", "领导干部每月接访几天", "小型水库谁在岗", "三年来新建学校几所"] * 4
    serial = [asdict(engine.ask(q)) for q in questions]
    with ThreadPoolExecutor(8) as pool:
        assert [asdict(a) for a in pool.map(engine.ask, questions)] == serial


def test_opening_nothing_says_how_to_build(tmp_path: Path) -> None:
    """The hint is a command that can be pasted."""
    with pytest.raises(IndexMissing) as caught:
        Engine.open(tmp_path / "没有", QUICK)
    assert "speechrag build" in caught.value.hint
