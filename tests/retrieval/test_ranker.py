"""The stages behind the channels: learned ranker, official terms, reranker, one hit a speech, confidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_corpus import QUICK, build, write_texts
from speechrag.build import build_collection
from speechrag.engine import Engine
from speechrag.errors import ModelError, UsageError
from speechrag.records import Query
from speechrag.retrieval.confidence import SIGNALS, probability
from speechrag.retrieval.matching import Pattern
from speechrag.retrieval.ranker import FEATURES, Asked, Candidates, Concept, Ranker, features, load_ranker, told
from speechrag.retrieval.stages import Pipeline, stages_of
from speechrag.retrieval.thesaurus import builtin_thesaurus


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranker")
    build(write_texts(folder / "来源"), folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def engine(index: Path) -> Engine:
    return Engine.open(index, QUICK)


def untitled(texts: list[str], cosines: np.ndarray | None = None) -> Candidates:
    """Return texts as candidates of which nothing else is known."""
    none = np.zeros(len(texts))
    return Candidates(texts, none, cosines, [""] * len(texts), none, none)


def test_more_of_the_question_ranks_higher() -> None:
    """Of two passages alike in all else, the one that holds more of the query wins."""
    asked = Asked(Pattern.of("小型水库巡查责任人", lambda term: 1.0))
    texts = ["小型水库的巡查责任人必须在岗。", "小型水库的水位必须控制好啊。", "各县要储备编织袋五万条以上。"]
    table = features(asked, untitled(texts), 14.0)
    assert table.shape == (3, len(FEATURES))
    scores = load_ranker().scores(table)
    assert scores.argsort().tolist() == [2, 1, 0]
    assert ((scores > 0) & (scores < 1)).all()


def test_the_encoder_is_heard_where_words_are_missing() -> None:
    """The dense gap is nought for a query that some passage covers, and grows with what none covers."""
    gap = FEATURES.index("dense_gap")
    cosines = np.array([0.9, 0.1])
    texts = ["小型水库巡查", "编织袋"]
    covered = features(Asked(Pattern.of("小型水库", lambda t: 1.0)), untitled(texts, cosines), 5.0)
    missing = features(Asked(Pattern.of("堤坝看护", lambda t: 1.0)), untitled(texts, cosines), 5.0)
    assert covered[:, gap].tolist() == [0.0, 0.0]
    assert missing[0, gap] > 0 > missing[1, gap]


def test_a_ranker_that_lacks_a_weight_says_so(tmp_path: Path) -> None:
    """Missing and unfit files are one clear error."""
    with pytest.raises(ModelError, match="the ranker cannot be read"):
        load_ranker(tmp_path)
    (tmp_path / "weights.json").write_text('{"weights": {}, "offset": 0}', encoding="utf-8")
    (tmp_path / "recall.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="the ranker cannot be read"):
        load_ranker(tmp_path)


def test_terms_of_asking_count_less_than_terms_of_substance() -> None:
    """什么 hardly ever comes back in an answer."""
    ranker = load_ranker()
    assert ranker.recall("什么") < 0.2 < ranker.recall("信息")
    assert 0 < Ranker(dict.fromkeys(FEATURES, 0.0), 0.0, {}).recall("信息") < 1


def test_the_lexical_channel_weighs_terms_less_unlike_than_the_ranker() -> None:
    """A term of asking brings up a little, a term of substance still more."""
    ranker = load_ranker()
    assert ranker.recall("什么") < ranker.boost("什么") < ranker.boost("信息") <= 1


def test_what_is_told_is_the_best_term_of_each_concept() -> None:
    """Shares by weight; script and marks do not matter; no concepts, nothing told."""
    concepts = (Concept(0.6, (("盗窃", 0.8), ("治安", 0.4))), Concept(0.3, (("村民", 1.0),)))
    texts = ["治安和盜竊案件", "村民的治安", "水库"]
    assert told(concepts, texts).tolist() == pytest.approx([0.48 / 0.9, 0.54 / 0.9, 0.0])
    assert told((), texts).tolist() == [0.0, 0.0, 0.0]


def test_every_everyday_form_can_be_asked(engine: Engine) -> None:
    """No form of the table, nor any length of its terms, is more than a search can take."""
    pipeline: Pipeline = engine._retriever._pipeline
    for form in builtin_thesaurus().terms:
        assert pipeline.asked(form).concepts


def test_a_question_for_a_figure_prefers_the_passage_that_has_one() -> None:
    """Of two passages with the same words the one with a figure beside them wins, if a figure is asked for."""
    texts = ["水库巡查经费由县里统一安排解决", "水库巡查经费由县里安排五十万元"]
    column = FEATURES.index("figure")
    for asks, expected in ((True, True), (False, False)):
        asked = Asked(Pattern.of("水库巡查经费", lambda term: 1.0), figure=asks)
        table = features(asked, untitled(texts), 15.0)
        assert bool(table[1, column] > table[0, column]) is expected


def test_everyday_words_find_official_ones(index: Path) -> None:
    """A question that shares no word with the passage finds it through the thesaurus, and the hit says so."""
    question = Query("乡亲讨说法", 3)
    hits = Engine.open(index, QUICK).search(question)
    assert hits[0].source == "信访.txt"
    assert "expansion" in hits[0].parts
    plain = Engine.open(index, replace(QUICK, understanding="off")).search(question)
    assert all("expansion" not in hit.parts for hit in plain)


def test_a_phrase_is_more_than_its_words(tmp_path: Path) -> None:
    """老百姓的心里话 means what people think, not a passage in which those words happen to stand apart."""
    texts = {
        "渡口.txt": "在渡口工程汇报会上的讲话\n同志们：\n老百姓的船靠了岸，大家心里踏实，话也多了，老百姓都说好。\n",
        "民意.txt": "在民意工作座谈会上的讲话\n同志们：\n反映社情民意要快，民情日记每周交一次，群众呼声件件登记。\n",
    }
    build(write_texts(tmp_path / "来源", texts), tmp_path / "index")
    engine = Engine.open(tmp_path / "index", QUICK)
    assert engine.search(Query("老百姓的心里话", 2))[0].source == "民意.txt"
    assert engine.search(Query("老百姓的船靠岸", 2))[0].source == "渡口.txt"


def test_a_slip_of_typing_finds_what_was_meant(engine: Engine) -> None:
    """One character typed for another of the same sound does not change the first hit."""
    assert engine.search(Query("小型水酷的巡查", 1))[0].passage == engine.search(Query("小型水库的巡查", 1))[0].passage


def test_a_point_found_through_its_heading_brings_its_body(engine: Engine) -> None:
    """The words stand in the heading alone, the hit holds what is said below it."""
    hit = engine.search(Query("抓矿山", 1))[0]
    assert "停产整顿的矿山" in hit.passage.text
    assert any("抓矿山" in heading for heading in hit.passage.headings)


def test_the_ranker_can_be_switched_off(index: Path) -> None:
    """Without it no hit names it, and the order is the fused one."""
    hits = Engine.open(index, replace(QUICK, ranker="off")).search(Query("信息报送", 5))
    assert hits and all("ranker" not in hit.parts for hit in hits)


def test_a_switch_is_on_or_off() -> None:
    """Anything else is named."""
    with pytest.raises(UsageError, match="ranker is 'maybe'; expected on or off"):
        stages_of(replace(QUICK, ranker="maybe"))


def test_hits_of_one_speech_can_be_limited(engine: Engine) -> None:
    """At most so many from each speech, the best of them, others move up."""
    every = engine.search(Query("责任落实", 10))
    one = engine.search(Query("责任落实", 10, per_speech=1))
    speeches = [hit.passage.speech_id for hit in one]
    assert len(speeches) == len(set(speeches)) == len({hit.passage.speech_id for hit in every})
    assert one[0].passage == every[0].passage


class BackwardsReranker:
    """Likes the passages best that the search likes least: those with the shortest texts first."""

    name = fingerprint = "backwards"

    def scores(self, query: str, texts: list[str]) -> list[float]:
        return [-float(len(text)) for text in texts]


def test_a_reranker_orders_the_head_and_the_list_stays_sorted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its order stands, its scores are reported, the places keep their scores."""
    from speechrag.embedding import reranker
    from speechrag.retrieval.search import Retriever

    monkeypatch.setattr(reranker, "load_reranker", lambda name: BackwardsReranker())
    hits = Retriever(engine._index, stages_of(replace(QUICK, reranker="backwards"))).search(Query("责任", 5))
    lengths = [-hit.parts["reranker"].score for hit in hits]
    assert lengths == sorted(lengths)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.parts["reranker"].rank for hit in hits] == list(range(1, len(hits) + 1))


def test_confidence_tells_what_is_there_from_what_is_not(engine: Engine) -> None:
    """A question about the corpus scores above one about another world; no hits, no confidence."""
    retriever = engine._retriever
    there, elsewhere = Query("小型水库的巡查责任人要不要在岗"), Query("火星探测器什么时候发射升空")
    known = retriever.confidence(there, retriever.search(there))
    unknown = retriever.confidence(elsewhere, retriever.search(elsewhere))
    assert 0 <= unknown < 0.3 < known <= 1
    assert retriever.confidence(there, []) == 0.0


def test_more_coverage_never_lowers_confidence() -> None:
    """The probability rises with what speaks for an answer and stays between 0 and 1."""
    nothing = dict.fromkeys(SIGNALS, 0.0)
    assert probability(nothing) < probability({**nothing, "cover_pairs": 1.0, "near_units": 1.0}) <= 1


def test_the_features_do_not_depend_on_the_company(engine: Engine) -> None:
    """Coverage of a passage is the same whichever others are looked at."""
    pipeline: Pipeline = engine._retriever._pipeline
    stored = engine._index.store.passages_at([0, 1, 2, 3])
    asked = pipeline._understood("隐患排查整治")
    column = FEATURES.index("cover_units")
    together = pipeline.features(asked, stored, {}, None)[:, column]
    alone = [pipeline.features(asked, [one], {}, None)[0, column] for one in stored]
    assert together.tolist() == pytest.approx(alone)


REPORTS = [
    ("1998-a", "1998年澄阳市政府工作报告", "粮食产量连续三年增加，粮食产量统计要核到村。"),
    ("2009-a", "2009年澄阳市政府工作报告", "粮食产量与上年持平，水库除险加固完成了七座。"),
    ("1998-b", "1998年岚溪县政府工作报告", "早稻受灾，粮食产量减少，救灾款已经发到每户人家。"),
    ("2009-b", "2009年岚溪县政府工作报告", "乡镇公路通了客车，学校危房全部拆除，粮食收购敞开进行。"),
]


@pytest.mark.parametrize(("year", "place"), [("2009", "岚溪县"), ("1998", "澄阳市"), ("2009", "澄阳市")])
def test_a_document_named_by_year_and_place_is_found(tmp_path: Path, year: str, place: str) -> None:
    """Of reports that all tell of the same, the one that the query names comes first, whatever its words weigh."""
    build_collection(REPORTS, tmp_path / "index", QUICK)
    hits = Engine.open(tmp_path / "index", QUICK).search(Query(f"{year}年{place}政府工作报告 粮食产量", 6))
    assert hits[0].title.startswith(f"{year}年{place}")


def test_a_year_that_things_happened_in_names_no_document(tmp_path: Path) -> None:
    """What was said of 2009 in a report of 2010 is found there, not in the report of 2009."""
    reports = [
        ("later", "2010年岚溪县政府工作报告", "2009年全县粮食产量达到九亿斤。"),
        ("then", "2009年岚溪县政府工作报告", "今年要抓好水利建设，管好粮食。"),
    ]
    build_collection(reports, tmp_path / "index", QUICK)
    hits = Engine.open(tmp_path / "index", QUICK).search(Query("2009年粮食产量达到多少", 2))
    assert hits[0].passage.speech_id == "later"
