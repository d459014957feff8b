"""The retriever over a real index: queries in any script, filters, folding, bounds, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from small_corpus import QUICK, SAFETY, TEXTS, build, write_texts
from speechrag.engine import Engine
from speechrag.errors import UsageError
from speechrag.records import Hit, Query

MORE = {
    "2009/县里.txt": "在岚溪县2009年信息工作会议上的讲话\n同志们：\n信息员队伍要稳定，每年集中培训不少于两次。\n",
    "2011/市里.txt": "在泽川市2011年信息工作会议上的讲话\n同志们：\n信息员队伍要稳定，每年集中培训不少于三次。\n",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("search")
    build(write_texts(folder / "来源", {**TEXTS, **MORE}), folder / "index")
    return Engine.open(folder / "index", QUICK)


def seen(hits: list[Hit]) -> list[tuple[str, float]]:
    return [(hit.passage.passage_id, hit.score) for hit in hits]


@pytest.mark.parametrize(
    "query",
    [
        "小型水庫的巡查責任人",
        "小型水库的巡查责任人\u200b",
        "小\u200d型水库的\ufeff巡查责任人",
        "\ud800小型水库的巡查责任人",
        " 小型水库的巡查责任人\n",
    ],
)
def test_script_width_and_hidden_characters_do_not_change_a_query(engine: Engine, query: str) -> None:
    """Traditional, zero-width, surrogate and padded forms find what the plain query finds."""
    plain = engine.search(Query("小型水库的巡查责任人", 5))
    assert plain[0].source == "防汛.txt"
    assert engine.search(Query(query, 1))[0].passage == plain[0].passage


def test_a_full_width_number_is_the_number(engine: Engine) -> None:
    """２００９ and 2009 are the same query to the last bit."""
    assert seen(engine.search(Query("２００９年信息工作", 5))) == seen(engine.search(Query("2009年信息工作", 5)))


def test_every_hit_explains_itself(engine: Engine) -> None:
    """Ranks run from 1, scores fall, offsets give the text back, parts name their channels."""
    hits = engine.search(Query("信息报送", 8))
    assert [h.rank for h in hits] == list(range(1, len(hits) + 1))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    for hit in hits:
        speech = engine.speech(hit.passage.speech_id)
        assert speech.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert (hit.title, hit.source) == (speech.title, speech.source)
        assert hit.parts and set(hit.parts) <= {"lexical", "dense", "expansion", "ranker"}
        assert all(part.rank >= 1 for part in hit.parts.values())
        assert hit.original == engine.original(hit.passage.speech_id, hit.passage.start, hit.passage.end)


def test_no_passage_comes_twice(engine: Engine) -> None:
    """A deep list holds every passage at most once."""
    ids = [hit.passage.passage_id for hit in engine.search(Query("同志们信息工作", 200))]
    assert len(ids) == len(set(ids))


def test_a_shorter_list_is_the_beginning_of_a_longer_one(engine: Engine) -> None:
    """Asking for more changes nothing about the best."""
    longer = seen(engine.search(Query("领导责任", 12)))
    for top_k in (1, 3, 7):
        shorter = seen(engine.search(Query("领导责任", top_k)))
        assert [i for i, _ in shorter] == [i for i, _ in longer[:top_k]]
        assert [s for _, s in shorter] == pytest.approx([s for _, s in longer[:top_k]], abs=1e-6)


def test_filters_hold_for_every_hit(engine: Engine) -> None:
    """One key, several values, several keys, and values no speech has."""
    one = engine.search(Query("信息员队伍", 10, {"source": ("2009/县里.txt",)}))
    assert {h.source for h in one} == {"2009/县里.txt"}
    either = engine.search(Query("信息员队伍", 10, {"source": ("2009/县里.txt", "防汛.txt")}))
    assert {h.source for h in either} <= {"2009/县里.txt", "防汛.txt"}
    assert engine.search(Query("信息员队伍", 10, {"source": ("没有",)})) == []
    speech_id = one[0].passage.speech_id
    assert engine.search(Query("信息", 10, {"source": ("防汛.txt",), "speech_id": (speech_id,)})) == []


def test_metadata_can_be_filtered_as_strings(engine: Engine) -> None:
    """Every facet value that the engine lists finds exactly the speeches that have it, list members included."""
    facets = engine.facets()
    assert facets
    for key, values in facets.items():
        for value, count in values:
            hits = engine.search(Query("同志们信息安全工作", 200, {key: (value,)}))
            held = [s for s in engine.speeches() if value in _strings(s.metadata.get(key))]
            assert len(held) == count
            assert {h.passage.speech_id for h in hits} <= {s.speech_id for s in held}
            assert hits


def _strings(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(v) for v in value]
    return [str(value)]


def test_an_unknown_filter_key_lists_the_known_ones(engine: Engine) -> None:
    """A misspelt key is an error, not an empty result."""
    with pytest.raises(
        UsageError,
        match=r"unknown filter key 'yaer'; this index knows: .*source, speaker_role, speech_id, title, topics, year",
    ):
        engine.search(Query("信息", 5, {"yaer": ("2009",)}))


@pytest.mark.parametrize("text", ["", "  \n\u3000", "\u200b\x00"])
def test_an_empty_query_is_an_error(engine: Engine, text: str) -> None:
    """Nothing a reader could see is nothing to ask."""
    with pytest.raises(UsageError, match="the query is empty"):
        engine.search(Query(text))


@pytest.mark.parametrize("top_k", [0, -1, 1001])
def test_top_k_has_bounds(engine: Engine, top_k: int) -> None:
    """The range is named."""
    with pytest.raises(UsageError, match=f"top_k is {top_k}; expected a number from 1 to 1000"):
        engine.search(Query("信息", top_k))


def test_words_no_speech_holds_find_little_and_harm_nothing(engine: Engine) -> None:
    """Punctuation alone finds nothing; a foreign word gives no error."""
    assert engine.search(Query("？！。，")) == []
    assert isinstance(engine.search(Query("kubernetes")), list)


def test_a_pasted_page_is_a_query_like_any_other(engine: Engine) -> None:
    """A hundred thousand characters find the speech that they begin with."""
    assert engine.search(Query(SAFETY * 300, 3))[0].source == "安全.txt"


def test_the_dense_weight_has_bounds(engine: Engine) -> None:
    """A share outside 0..1 is named."""
    from speechrag.retrieval.search import Retriever
    from speechrag.retrieval.stages import Stages

    with pytest.raises(UsageError, match=r"dense_weight is 1\.5"):
        Retriever(engine._index, Stages(dense_weight=1.5))


def test_near_identical_speeches_fold_and_leave_room_for_others(tmp_path: Path) -> None:
    """Sixty reposts are one hit with its copies counted, and the other speeches are still found below it."""
    reposts = {f"转载{i:02}.txt": SAFETY + f"来源：第{i}网站\n" for i in range(60)}
    build(write_texts(tmp_path / "来源", {**TEXTS, **reposts}), tmp_path / "index")
    hits = Engine.open(tmp_path / "index", QUICK).search(Query("安全生产", 10))
    assert len(hits) == 10
    texts = [hit.passage.text for hit in hits]
    assert len(texts) == len(set(texts))
    assert hits[0].copies == 60
    assert {hits[0].source, *(place.source for place in hits[0].others)} == {"安全.txt", *reposts}
    assert {"信访.txt", "信息.txt", "防汛.txt"} & {hit.source for hit in hits}


def test_of_two_copies_the_cleanest_is_shown(tmp_path: Path) -> None:
    """A query that matches the damaged copy letter for letter is answered from the clean one, which names the other."""
    damaged = SAFETY.replace("整改率百分之九十六", "整率百分之九十六").replace("急弯陡坡", "急陡坡")
    build(write_texts(tmp_path / "来源", {**TEXTS, "a坏.txt": damaged}), tmp_path / "index")
    hit = Engine.open(tmp_path / "index", QUICK).search(Query("全县共排查隐患四百一十二处，整□率百分之九十六", 3))[0]
    assert (hit.source, hit.copies) == ("安全.txt", 1)
    assert [place.source for place in hit.others] == ["a坏.txt"]
    assert "整改率百分之九十六" in hit.passage.text


def test_threads_get_the_answers_a_single_one_gets(engine: Engine) -> None:
    """Eight threads over one engine: every answer equals the serial one, scores to the last bit."""
    words = [line for text in TEXTS.values() for line in text.splitlines() if len(line) > 8]
    queries = [
        Query(word[:20], 5, {"source": ("安全.txt", "信息.txt")} if i % 3 == 0 else {}) for i, word in enumerate(words)
    ]
    queries *= 6
    serial = [engine.search(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(engine.search, queries)) == serial


def test_without_the_dense_share_the_lexical_order_stands(tmp_path: Path) -> None:
    """A weight of 0 and no ranker: BM25 alone."""
    build(write_texts(tmp_path / "来源"), tmp_path / "index")
    engine = Engine.open(tmp_path / "index", replace(QUICK, dense_weight=0.0, ranker="off"))
    hits = engine.search(Query("防汛物资储备", 10))
    ranks = [hit.parts["lexical"].rank for hit in hits if "lexical" in hit.parts]
    assert ranks == sorted(ranks)


def test_a_known_key_that_no_speech_has_finds_nothing(tmp_path: Path) -> None:
    """Filtering an undated corpus by year is a fair question with an empty answer, not a misuse."""
    write_texts(tmp_path / "texts", {"a.txt": "同志们：\n要抓好信息报送工作。"})
    build(tmp_path / "texts", tmp_path / "index")
    engine = Engine.open(tmp_path / "index", QUICK)
    assert engine.search(Query("信息报送", filters={"speaker_role": ("县长",)})) == []


def test_warming_changes_no_answer(engine: Engine) -> None:
    """The first search after warming finds what one before it found."""
    before = seen(engine.search(Query("信息报送", 5)))
    engine.warm()
    assert seen(engine.search(Query("信息报送", 5))) == before
