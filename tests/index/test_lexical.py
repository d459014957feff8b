"""The lexical index: BM25 held against an independent implementation, order, filters, bounds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechrag.errors import ConfigError, IndexDamaged
from speechrag.index import lexical
from speechrag.index.lexical import (
    MAX_TERMS,
    WEIGHTS,
    LexicalIndex,
    _schema,
    facet_token,
    segmenter_fingerprint,
    tokens,
)
from speechrag.text import segmenter, words

CUT = segmenter("characters")
Entry = tuple[str, str, list[str]]
BODIES = [
    "全县信息工作会议今天召开",
    "信息报送要及时，信息质量要提高",
    "防汛抗旱责任重于泰山",
    "2009年全县报送信息1260条",
    "加强领导，落实责任，抓好信访工作，抓好信息工作，抓好防汛工作",
]
ENTRIES: list[Entry] = [(body, f"第{i}篇", [facet_token("year", 2000 + i % 2)]) for i, body in enumerate(BODIES)]


def fill(folder: Path, entries: Sequence[Entry]) -> LexicalIndex:
    LexicalIndex.fill(folder / "lexical", entries, CUT)
    return LexicalIndex.open(folder / "lexical", CUT)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return fill(tmp_path_factory.mktemp("lexical"), ENTRIES)


def quantised(length: int) -> int:
    """Return the length Lucene and tantivy keep for a field: exact up to 40, then four significant bits."""
    if length <= 40:
        return length
    rest = length - 24
    shift = max(0, rest.bit_length() - 4)
    return (rest >> shift << shift) + 24


def _fields(body: str, headings: str = "") -> dict[str, list[str]]:
    return {name: found.split() for name, found in tokens(body, headings, CUT).items()}


def bm25(entries: Sequence[Entry], query: str) -> dict[int, float]:
    """BM25 as in Robertson and Zaragoza 2009 with Lucene's idf, written from the formula and not from the index."""
    documents = [_fields(body, headings) for body, headings, _ in entries]
    asked = _fields(query)
    asked |= {"heading_words": asked["words"], "heading_pairs": asked["pairs"]}
    scores: dict[int, float] = {}
    for field, weight in WEIGHTS.items():
        counts = [Counter(document[field]) for document in documents]
        mean = sum(len(document[field]) for document in documents) / len(documents)
        for term, times in Counter(asked[field]).items():
            holders = [i for i, count in enumerate(counts) if term in count]
            idf = math.log(1 + (len(documents) - len(holders) + 0.5) / (len(holders) + 0.5))
            for i in holders:
                tf, length = counts[i][term], quantised(len(documents[i][field]))
                gain = idf * tf * 2.2 / (tf + 1.2 * (1 - 0.75 + 0.75 * length / mean))
                scores[i] = scores.get(i, 0.0) + weight * times * gain
    return scores


@pytest.mark.parametrize("query", ["信息", "信息信息工作", "2009年报送", "抓好防汛工作责任", "第3篇", "全县"])
def test_scores_are_bm25(index: LexicalIndex, query: str) -> None:
    """Every score agrees with the formula, repeated query terms and all fields included."""
    expected = bm25(ENTRIES, query)
    found = dict(index.search(query, 10))
    assert set(found) == set(expected)
    assert all(found[i] == pytest.approx(expected[i], rel=1e-4) for i in expected)


CLAUSES = st.text(alphabet="信息工作会议责任2009，。", min_size=1, max_size=90)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(CLAUSES, min_size=1, max_size=8), query=CLAUSES)
def test_scores_are_bm25_on_any_text(tmp_path_factory: pytest.TempPathFactory, bodies: list[str], query: str) -> None:
    """The agreement holds for long and short, repetitive and empty passages."""
    entries: list[Entry] = [(body, "", []) for body in bodies]
    found = dict(fill(tmp_path_factory.mktemp("any"), entries).search(query, 20))
    expected = {i: s for i, s in bm25(entries, query).items() if s > 0}
    assert set(found) == set(expected)
    assert all(found[i] == pytest.approx(expected[i], rel=1e-4) for i in expected)


def test_ties_come_in_the_order_of_the_corpus(tmp_path: Path) -> None:
    """Equal passages are listed by ordinal, and a shorter list is the beginning of a longer one."""
    index = fill(tmp_path, [("信息工作要加强", "", [])] * 40 + [("信访工作", "", [])] * 20)
    every = index.search("信息工作", 60)
    assert [ordinal for ordinal, _ in every] == list(range(60))
    assert all(index.search("信息工作", limit) == every[:limit] for limit in (1, 7, 39, 41, 60))


def test_ties_come_in_the_order_of_the_corpus_in_a_large_index_too(tmp_path: Path) -> None:
    """An index too large for one segment has them in any order; equal passages are still listed by ordinal."""
    import tantivy

    (tmp_path / "lexical").mkdir()
    writer = tantivy.Index(_schema(), path=str(tmp_path / "lexical")).writer(heap_size=15_000_000, num_threads=1)
    for segment in (range(1, 40, 2), range(0, 40, 2)):
        for ordinal in segment:
            fields = tokens("信息工作", "", CUT)
            writer.add_document(tantivy.Document(ordinal=ordinal, facets="", **fields))
        writer.commit()
    writer.wait_merging_threads()
    index = LexicalIndex.open(tmp_path / "lexical", CUT)
    assert len(list((tmp_path / "lexical").glob("*.term"))) == 2
    for limit in (1, 5, 20, 39, 40, 60):
        assert [ordinal for ordinal, _ in index.search("信息", limit)] == list(range(min(limit, 40)))


def test_the_same_corpus_gives_the_same_scores_after_every_build(tmp_path: Path) -> None:
    """Two builds of one corpus rank and score alike, to the last bit."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = fill(tmp_path / "a", ENTRIES), fill(tmp_path / "b", ENTRIES)
    assert first.search("全县信息工作", 10) == second.search("全县信息工作", 10)


def test_a_filter_works_inside_the_search(tmp_path: Path) -> None:
    """The one allowed passage is found though a hundred others match better."""
    entries: list[Entry] = [("信息信息", "", [facet_token("year", 2001)])] * 100
    entries.append(("信息报送工作的一般要求和具体安排", "", [facet_token("year", 2002), facet_token("level", "县")]))
    index = fill(tmp_path, entries)
    assert index.search("信息", 3)[0][0] < 100
    allowed = [[facet_token("year", 2002), facet_token("year", 1999)], [facet_token("level", "县")]]
    assert [ordinal for ordinal, _ in index.search("信息", 3, allowed)] == [100]
    assert len(index.search("信息", 30, [[facet_token("year", 2001)]])) == 30
    assert index.search("信息", 3, [[facet_token("year", 1999)]]) == []


def test_a_filter_does_not_change_scores(index: LexicalIndex) -> None:
    """What a filter lets through keeps the score it has without one."""
    free = dict(index.search("信息工作", 10))
    bound = dict(index.search("信息工作", 10, [[facet_token("year", 2001)]]))
    assert bound
    assert all(score == pytest.approx(free[ordinal], rel=1e-6) for ordinal, score in bound.items())


def test_facet_values_with_spaces_and_punctuation_stay_one_token(tmp_path: Path) -> None:
    """A title with spaces is matched whole and not by its parts."""
    index = fill(tmp_path, [("信息", "", [facet_token("title", "在 全县 会议 上=的 讲话")])])
    assert index.search("信息", 5, [[facet_token("title", "在 全县 会议 上=的 讲话")]])
    assert not index.search("信息", 5, [[facet_token("title", "全县")]])


def test_a_pasted_page_asks_for_a_bounded_number_of_terms(tmp_path: Path) -> None:
    """A query of 100 kB with thousands of distinct characters keeps the rarest terms of each field and no more."""
    pasted = "".join(chr(0x4E00 + i % 9000) for i in range(33_000))
    index = fill(tmp_path, [(pasted[:9000], "", []), ("信息工作会议", "", [])])
    assert len(index._clauses(pasted)) <= MAX_TERMS * len(WEIGHTS)
    assert index.search(pasted, 5)[0][0] == 0


def asked(index: LexicalIndex, text: str) -> int:
    """Return the number of terms that a query would look up."""
    return len(index._clauses(text))


def test_a_large_index_is_not_asked_for_what_every_few_passages_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """信 and 息 stand in most passages and cost the most; the passage that is plainly meant stays the first."""
    entries: list[Entry] = [(f"信息{'报送' if i % 3 else '工作'}第{chr(0x4E00 + i)}号", "", []) for i in range(90)]
    index = fill(tmp_path, [*entries, ("信息员队伍建设", "", [])])
    every = asked(index, "信息员队伍")
    best = index.search("信息员队伍", 1)[0][0]
    monkeypatch.setattr(lexical, "LARGE", 50)
    assert asked(index, "信息员队伍") < every
    assert index.search("信息员队伍", 1)[0][0] == best == 90


def test_a_query_of_common_words_alone_is_still_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every term is common none is left out."""
    index = fill(tmp_path, [("信息工作", "", [])] * 20 + [("信访", "", [])])
    before = index.search("信息", 30)
    monkeypatch.setattr(lexical, "LARGE", 10)
    assert index.search("信息", 30) == before
    assert len(before) == 21


def test_a_traditional_or_full_width_query_is_the_same_query(index: LexicalIndex) -> None:
    """Both sides are folded by the same function."""
    plain = index.search("2009年全县报送信息", 10)
    assert plain
    assert index.search("２００９年全縣報送信息", 10) == plain
    assert index.search("2009年全\u200b县报送信息", 10) == plain


@pytest.mark.parametrize("query", ["", "。，！", "\ud800", "   ", "zzz"])
def test_a_query_without_known_words_finds_nothing(index: LexicalIndex, query: str) -> None:
    """Punctuation, a lone surrogate, blanks and unknown words give an empty list and no error."""
    assert index.search(query, 10) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_no_limit_no_results(index: LexicalIndex, limit: int) -> None:
    """A limit below one gives nothing."""
    assert index.search("信息", limit) == []


@pytest.mark.parametrize(
    ("term", "passages"),
    [
        ("信", 4),
        ("信息", 4),
        ("資訊", 0),
        ("報送", 2),
        ("防汛", 2),
        ("２００９", 1),
        ("泰山", 1),
        ("无人驾驶", 0),
        ("", 0),
    ],
)
def test_document_frequency_counts_passages(index: LexicalIndex, term: str, passages: int) -> None:
    """A character, a pair, a number and an unknown word, in any script or width; the share is of all passages."""
    assert index.document_frequency(term) == pytest.approx(passages / len(BODIES))


def test_a_phrase_is_as_frequent_as_its_rarest_word(index: LexicalIndex) -> None:
    """No field holds a long phrase as one token; its rarest word bounds it from above."""
    assert index.document_frequency("信息泰山") == pytest.approx(1 / len(BODIES))


def test_a_word_inside_a_longer_one_is_as_frequent_as_its_rarest_pair(tmp_path: Path) -> None:
    """jieba gives 电视电话会议 whole and its short parts: 电话会议 is in no field, and yet in the text."""
    cutter = segmenter("jieba")
    LexicalIndex.fill(tmp_path / "lexical", [("全局开通电视电话会议系统", "", []), ("会议电话打不通", "", [])], cutter)
    found = LexicalIndex.open(tmp_path / "lexical", cutter)
    assert "电话会议" in words("电话会议", cutter)
    assert found.document_frequency("电话会议") == pytest.approx(1 / 2)
    assert found.document_frequency("钢铁会议") == 0.0


def test_an_empty_index_answers_nothing(tmp_path: Path) -> None:
    """No passages, no results, no division by zero."""
    index = fill(tmp_path, [])
    assert len(index) == 0
    assert index.search("信息", 5) == []
    assert index.document_frequency("信息") == 0.0


def test_a_folder_that_holds_no_postings_is_refused(tmp_path: Path) -> None:
    """Rubbish is an error that names the folder and the rebuild command."""
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(IndexDamaged, match="not a lexical index") as caught:
        LexicalIndex.open(tmp_path, CUT)
    assert "speechrag build" in caught.value.hint


def test_opening_leaves_nothing_in_the_folder(tmp_path: Path) -> None:
    """tantivy's lock file is made elsewhere, so a read-only folder can be opened and a shared one is not spoilt."""
    fill(tmp_path, ENTRIES)
    before = sorted(path.name for path in (tmp_path / "lexical").iterdir())
    assert LexicalIndex.open(tmp_path / "lexical", CUT).search("信息", 1)
    assert sorted(path.name for path in (tmp_path / "lexical").iterdir()) == before
    assert not any("lock" in name for name in before)


def test_a_user_dictionary_is_recorded_by_its_content(tmp_path: Path) -> None:
    """Another content is another fingerprint; another place is not; a missing file is named."""
    one, same, other = tmp_path / "一.txt", tmp_path / "two.txt", tmp_path / "three.txt"
    one.write_text("政务内网\n", encoding="utf-8")
    same.write_text("政务内网\n", encoding="utf-8")
    other.write_text("信息直报点\n", encoding="utf-8")
    assert segmenter_fingerprint("jieba") == segmenter_fingerprint("rjieba") == "jieba"
    assert segmenter_fingerprint("jieba", str(one)) == segmenter_fingerprint("jieba", str(same)) != "jieba"
    assert segmenter_fingerprint("jieba", str(one)) != segmenter_fingerprint("jieba", str(other))
    with pytest.raises(ConfigError, match=r"missing\.txt: the user dictionary cannot be read"):
        segmenter_fingerprint("jieba", str(tmp_path / "missing.txt"))
