"""The ranker of paraphrases: words met by others that mean the same, and a say only where the own words fail."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_corpus import QUICK, build, write_texts
from speechrag.config import Settings
from speechrag.embedding.static import builtin_encoder
from speechrag.engine import Engine
from speechrag.errors import ModelError
from speechrag.records import Query
from speechrag.retrieval.paraphrase import FILE, SEEN, load_paraphrase_ranker, seen_of
from speechrag.retrieval.ranker import FEATURES
from speechrag.retrieval.softmatch import GATE, HALF, HELD, MATCH, MOST_CHARS, MOST_WORDS, Met, Worded, meet, worded

ORDINARY = "小型水库的巡查责任人要不要在岗"
PARAPHRASE = "谁来天天去看那些小水塘子漏没漏"


def known(_word: str) -> tuple[float, float, float]:
    return 0.5, 0.0, 0.6


def asked(text: str) -> Worded:
    return worded(text, [], known, builtin_encoder())


def met(text: str, passages: list[str], heads: list[int] | None = None) -> Met:
    return meet(asked(text), passages, heads or [0] * len(passages), builtin_encoder())


def column(found: Met, word: str, name: str, text: str) -> list[float]:
    """Return what is seen of one word in every window."""
    place = asked(text).words.index(word)
    return found.matches[:, place, MATCH.index(name)].tolist()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paraphrase")
    build(write_texts(folder / "来源"), folder / "index")
    return folder / "index"


def test_a_word_is_met_where_it_stands() -> None:
    """In the windows that hold it and, as part of the passage, in the others of its passage; nowhere else."""
    far = "水库要巡查。" + "今天" * HALF + "。"
    found = met("水库", [far, "编织袋要备足。"])
    first = found.passage == 0
    here = np.array(column(found, "水库", "window", "水库"))
    assert here[0] == 1 and here[first][1:].tolist() == [0.0] * (int(first.sum()) - 1)
    passage = np.array(column(found, "水库", "passage", "水库"))
    assert passage[first].tolist() == [1.0] * int(first.sum())
    assert not passage[~first].any() and not here[~first].any()


def test_a_word_across_two_half_windows_is_met_in_the_window_of_both() -> None:
    """Windows overlap by half, so that no sentence is cut by all of them."""
    text = "今" * (HALF - 1) + "水库" + "今" * HALF
    assert column(met("水库", [text]), "水库", "window", "水库")[0] == 1.0


def test_another_word_of_the_same_meaning_meets_it_softly() -> None:
    """盖房 is met by 建房 better than by what has nothing to do with it, and best by itself."""
    text = "房子"
    found = met(text, ["这里的住房要修好。", "会议通过了预算。", "这里的房子要修好。"])
    soft = column(found, "房子", "window_soft", text)
    assert soft[1] < soft[0] < soft[2] == pytest.approx(1.0, abs=1e-5)


def test_headings_are_told_from_what_stands_below_them() -> None:
    """A word in the first characters, which are title and headings, is met in the heading."""
    passage = "水库管理\n今天讲编织袋。"
    found = met("水库编织袋", [passage], [4])
    assert column(found, "水库", "heading", "水库编织袋") == [1.0] * len(found.passage)
    assert column(found, "编织袋", "heading", "水库编织袋") == [0.0] * len(found.passage)


def test_an_official_term_meets_its_everyday_word() -> None:
    """What the thesaurus says for an everyday word stands for it in a passage."""
    query = worded("修路谁掏腰包", [("掏腰包", ["出资"])], known, builtin_encoder())
    found = meet(query, ["由群众出资。", "由群众出力。"], [0, 0], builtin_encoder())
    place = query.words.index("掏腰包")
    assert found.matches[:, place, MATCH.index("official")].tolist() == [1.0, 0.0]


def test_a_query_of_everyday_phrases_alone_is_left_to_the_thesaurus() -> None:
    """There is nothing beside them that could be met."""
    assert not worded("掏腰包", [("掏腰包", ["出资"])], known, builtin_encoder()).words


TEXTS = st.text(alphabet="水库巡查今天会议，。\n“2023年万abc😀", max_size=150)


@settings(deadline=None, max_examples=60)
@given(TEXTS.filter(lambda text: bool(text.strip())), st.lists(TEXTS, min_size=1, max_size=4))
def test_whatever_the_texts_are_every_passage_has_a_window_and_all_numbers_are_in_range(
    question: str, passages: list[str]
) -> None:
    """Empty passages, astral characters, line ends: shares are 0..1, cosines -1..1, the order does not matter."""
    query = asked(question.lower())
    heads = [len(text) // 2 for text in passages]
    found = meet(query, passages, heads, builtin_encoder())
    assert sorted(set(found.passage.tolist())) == list(range(len(passages)))
    assert found.gates.shape[1] > len(GATE) and found.matches.shape[1:] == (len(query.words), len(MATCH))
    assert found.windows.shape == (len(found.passage), 3 + len(HELD))
    assert (np.abs(found.matches) <= 1 + 1e-4).all() and np.isfinite(found.windows).all()
    shares = [n for n, name in enumerate(MATCH) if not name.endswith("soft")]
    assert (found.matches[:, :, shares] >= 0).all()
    again = meet(query, passages[::-1], heads[::-1], builtin_encoder())
    for number in range(len(passages)):
        other = again.matches[again.passage == len(passages) - 1 - number]
        assert np.allclose(found.matches[found.passage == number], other, atol=1e-5)


def test_a_pasted_page_is_looked_for_by_its_first_words_and_a_book_by_its_first_characters() -> None:
    """What is compared stays bounded whatever is typed and however long a document is."""
    page = "".join(chr(0x4E00 + n) for n in range(400))
    assert len(asked(page).words) == MOST_WORDS
    found = met("水库", ["今" * MOST_CHARS + "水库" * 5_000])
    assert len(found.passage) == MOST_CHARS // HALF and not any(column(found, "水库", "window", "水库"))


def test_it_has_a_say_only_where_the_words_of_the_query_fail(index: Path) -> None:
    """A question in the words of its answer is ranked as without it; of a paraphrase every hit names it."""
    engine = Engine.open(index, Settings())
    plain = Engine.open(index, Settings(paraphrases="off"))
    assert engine.search(Query(ORDINARY)) == plain.search(Query(ORDINARY))
    hits = engine.search(Query(PARAPHRASE, 5))
    assert hits and all("paraphrase" in hit.parts for hit in hits)
    assert [hit.parts["paraphrase"].score for hit in hits] == sorted(
        (hit.parts["paraphrase"].score for hit in hits), reverse=True
    )
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all("paraphrase" not in hit.parts for hit in plain.search(Query(PARAPHRASE, 5)))


@pytest.mark.parametrize("without", [{"paraphrases": "off"}, {"ranker": "off"}, {"dense_weight": 0.0}])
def test_it_can_be_left_out(index: Path, without: dict[str, object]) -> None:
    """By itself, with the ranker whose features it needs, and with all that goes by meaning."""
    hits = Engine.open(index, replace(Settings(), **without)).search(Query(PARAPHRASE, 5))  # type: ignore[arg-type]
    assert hits and all("paraphrase" not in hit.parts for hit in hits)


def test_an_evaluation_ranks_as_the_search_does(index: Path) -> None:
    """What is measured is what staff get."""
    engine = Engine.open(index, QUICK)
    shown = [hit.passage.passage_id for hit in engine.search(Query(PARAPHRASE, 5))]
    assert shown == [passage.passage_id for passage, _ in engine.rank(PARAPHRASE, 5)]


def test_a_passage_that_says_it_in_other_words_comes_first() -> None:
    """Of three passages that the ranker takes for equal, the one about repairing houses answers about mending homes."""
    question = "老百姓住的破房子什么时候给翻修"
    passages = [
        "今年年底前，完成农村危旧住房改造一千二百户，群众住房安全得到保障。",
        "今年年底前，完成公文流转系统升级，机关办文效率得到提高。",
        "今年年底前，召开主席会议两次，听取有关部门工作通报。",
    ]
    found = met(question, passages)
    table = np.zeros((3, len(FEATURES)))
    scores = load_paraphrase_ranker().scores(found, seen_of(np.zeros(3), table, 1.0, asked(question).asked))
    assert scores.argmax() == 0


def test_the_file_must_fit_the_features(tmp_path: Path) -> None:
    """One that is missing, damaged or made for other features is named, with what to do."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    files = {
        "missing.json": None,
        "damaged.json": "{",
        "other.json": json.dumps({**told, "layout": [*told["layout"][:-1], [*SEEN, "colour"]]}),
        "short.json": json.dumps({**told, "nets": [{}]}),
    }
    for name, text in files.items():
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=f"{name}: .*(cannot be read|made for other features)"):
            load_paraphrase_ranker(tmp_path / name)


def test_a_refusal_shows_first_what_the_search_finds_for_other_words(index: Path) -> None:
    """The nearest passages of a refused paraphrase are the search's; of another question they are the reader's."""
    engine = Engine.open(index, Settings(refusal_threshold=1.0))
    found = [hit.passage.passage_id for hit in engine.search(Query(PARAPHRASE, 5))]
    refused = engine.ask(PARAPHRASE)
    assert not refused.supported and list(refused.nearest) == found
    ordinary = engine.ask(ORDINARY)
    assert not ordinary.supported and list(ordinary.nearest) == list(engine.asking().read(ORDINARY).nearest())
