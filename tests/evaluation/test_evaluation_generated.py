"""Query sets made from a corpus: what they ask, what they judge, what they hide, and that they never change."""

from __future__ import annotations

import filecmp
import os
from pathlib import Path

import pytest

from small_corpus import QUICK, TEXTS, build, write_texts
from speechrag.errors import EvaluationError
from speechrag.evaluation.formats import read_beir, read_corpus, read_qrels, read_topics
from speechrag.evaluation.generated import make_sets, share_of, to_table
from speechrag.evaluation.run import Task, evaluate
from speechrag.text import to_simplified

THEMES = ("植树造林", "殡葬改革", "食品卫生", "统计普查", "档案管理", "老龄事业", "科技下乡", "渔业生产")
RUN_IN = """在全县{theme}工作会议上的讲话
同志们：
这次会议研究{theme}的问题。下面，我讲两点意见。
一、充分认识{theme}的重要意义
{theme}关系千家万户，全县上下已经为此投入人力物力，成效逐步显现，群众反映良好，但发展仍不平衡。
二、扎实推进{theme}各项任务
一是要加强{theme}队伍力量。各单位要配齐配强专职人员，经费列入预算，年底逐项考核，结果在全县通报。
二是要完善{theme}考核办法。每季度检查一次，检查情况由主管部门汇总后报县政府办公室存档备查。
"""
SETS = ["headings-kept", "headings-removed", "cloze", "cross-script", "unanswerable"]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirteen speeches, one of them twice."""
    folder = tmp_path_factory.mktemp("made")
    texts = {f"{theme}.txt": RUN_IN.format(theme=theme) for theme in THEMES} | dict(TEXTS)
    texts["又一份.txt"] = TEXTS["防汛.txt"].replace("编织袋", "草编袋", 1)
    write_texts(folder / "texts", texts)
    build(folder / "texts", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def made(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its sets."""
    folder = tmp_path_factory.mktemp("sets")
    rows = make_sets(index, folder)
    assert [row["set"] for row in rows] == SETS
    assert all(row["dev"] and row["test"] for row in rows)
    assert to_table(rows).splitlines()[0].split()[:4] == ["set", "documents", "dev", "test"]
    return folder


def judged(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for split in ("dev", "test"):
        for qrel in read_qrels(folder / "qrels" / f"{split}.tsv"):
            found.setdefault(qrel.query_id, set()).add(qrel.doc_id)
    return found


def test_the_same_index_gives_the_same_files(index: Path, made: Path, tmp_path: Path) -> None:
    """Byte for byte."""
    make_sets(index, tmp_path)
    for folder, _, names in os.walk(made):
        again = tmp_path / Path(folder).relative_to(made)
        assert filecmp.cmpfiles(folder, again, names, shallow=False)[1:] == ([], [])


@pytest.mark.parametrize("name", SETS)
def test_each_set_is_a_sound_collection(made: Path, name: str) -> None:
    """Judged documents exist, every answerable query is judged, dev and test share no query."""
    folder = made / name
    ids = {document.doc_id for document in read_corpus(folder / "corpus.jsonl")}
    found = judged(folder)
    assert all(found.values()) and set.union(*found.values()) <= ids
    topics = read_topics(folder / "queries.jsonl")
    assert {t.query_id for t in topics if t.metadata["answerable"]} == set(found)
    dev, test = ({q.query_id for q in read_qrels(folder / "qrels" / f"{s}.tsv")} for s in ("dev", "test"))
    assert dev.isdisjoint(test)
    assert {t.query_id for t in topics if t.metadata["split"] == "dev"} >= dev


def test_headings_ask_for_their_bodies(made: Path) -> None:
    """With headings the document names the query, without them it does not, and the body is there both times."""
    kept = {d.doc_id: f"{d.title}\n{d.text}" for d in read_corpus(made / "headings-kept" / "corpus.jsonl")}
    bare = {d.doc_id: f"{d.title}\n{d.text}" for d in read_corpus(made / "headings-removed" / "corpus.jsonl")}
    relevant = judged(made / "headings-kept")
    assert relevant == {q.replace("removed", "kept"): found for q, found in judged(made / "headings-removed").items()}
    for topic in read_topics(made / "headings-kept" / "queries.jsonl"):
        for doc_id in relevant[topic.query_id]:
            assert topic.text in kept[doc_id] and topic.text not in bare[doc_id]
    flood = next(t for t in read_topics(made / "headings-kept" / "queries.jsonl") if "植树造林的重要意义" in t.text)
    assert any("关系千家万户" in bare[doc_id] for doc_id in relevant[flood.query_id])


def test_copies_of_a_speech_are_all_relevant_and_in_one_half(made: Path) -> None:
    """The heading is asked for once, and its passage in either copy answers."""
    for name in ("headings-kept", "cross-script"):
        topics = read_topics(made / name / "queries.jsonl")
        assert len({t.text for t in topics}) == len(topics)


def test_the_lead_of_a_point_is_hidden_from_its_passage(made: Path) -> None:
    """What is left is what follows it."""
    texts = {d.doc_id: f"{d.title}\n{d.text}" for d in read_corpus(made / "cloze" / "corpus.jsonl")}
    relevant = judged(made / "cloze")
    topics = read_topics(made / "cloze" / "queries.jsonl")
    assert len(topics) == 2 * len(THEMES)
    for topic in topics:
        assert all(topic.text not in texts[doc_id] for doc_id in relevant[topic.query_id])
        assert any("专职人员" in texts[d] or "每季度" in texts[d] for d in relevant[topic.query_id])


def test_queries_in_the_other_script_have_the_same_judgements(made: Path) -> None:
    """Folded back they are headings of the corpus, and as written they are not."""
    headings = {t.text: t.query_id for t in read_topics(made / "headings-kept" / "queries.jsonl")}
    relevant, plain = judged(made / "cross-script"), judged(made / "headings-kept")
    for topic in read_topics(made / "cross-script" / "queries.jsonl"):
        assert topic.text not in headings
        assert relevant[topic.query_id] == plain[headings[to_simplified(topic.text)]]


def test_what_was_taken_out_cannot_be_found(made: Path) -> None:
    """No document of the collection holds the heading of a removed speech."""
    texts = [f"{d.title}\n{d.text}" for d in read_corpus(made / "unanswerable" / "corpus.jsonl")]
    gone = [t for t in read_topics(made / "unanswerable" / "queries.jsonl") if t.metadata["kind"] == "topic removed"]
    assert gone
    for topic in gone:
        assert not any(topic.text in text for text in texts)


def test_a_made_set_can_be_evaluated(made: Path) -> None:
    """Slices, latency, sizes and, where questions without an answer are labelled, the refusal curve."""
    report = evaluate(QUICK, Task(dataset=str(made / "unanswerable"), families="on"))
    assert report.refusal is not None
    assert report.refusal.unanswerable > 0 and 0 <= report.refusal.auc <= 1
    assert report.refusal.answerable == report.queries
    assert report.latency["p95_ms"] >= report.latency["p50_ms"] > 0
    assert report.index["bytes"] > 0 and report.index["embedder"] == "hash"
    assert set(report.leaks) == {"overlap_median", "overlap_high", "copied", "title_alone"}
    assert report.topics.keys() == report.per_query.keys()
    assert "auto: exact phrase" in report.slices
    assert report.notes[0].startswith("near-copies")
    dev = evaluate(QUICK, Task(dataset=str(made / "headings-kept"), split="dev"))
    assert dev.refusal is None
    assert dev.queries == len({q.query_id for q in read_beir(made / "headings-kept", "dev").qrels})


def test_copies_are_counted_once_over_an_index_that_knows_them(index: Path, tmp_path: Path) -> None:
    """Either copy of a judged speech is full recall; with the judgements as they stand only the judged one is."""
    from speechrag.index.opened import open_store

    _, store = open_store(index)
    copies = sorted(s.speech_id for s in store.speeches() if "防汛抗旱" in s.title)
    assert len(copies) == 2
    (tmp_path / "t.tsv").write_text("t1\t小型水库巡查责任人二十四小时在岗\n", encoding="utf-8")
    (tmp_path / "q").write_text("".join(f"t1 0 {key} 1\n" for key in copies), encoding="utf-8")
    task = Task(topics=str(tmp_path / "t.tsv"), qrels=str(tmp_path / "q"), index=str(index))
    report = evaluate(QUICK, task)
    assert report.measures["nDCG@10"] == report.measures["R@10"] == 1.0
    assert "near-copies" in report.notes[0]
    assert not any("near-copies" in note for note in evaluate(QUICK, Task(**_as_kwargs(task), families="off")).notes)


def _as_kwargs(task: Task) -> dict[str, str | None]:
    return {"topics": task.topics, "qrels": task.qrels, "index": task.index}


def test_a_corpus_without_headings_says_so(tmp_path: Path) -> None:
    """Instead of an empty set."""
    write_texts(tmp_path / "texts", {"a.txt": "今天天气很好，大家都到了，会议现在开始。\n" * 3})
    build(tmp_path / "texts", tmp_path / "index")
    with pytest.raises(EvaluationError, match="no heading of this corpus can be asked for"):
        make_sets(tmp_path / "index", tmp_path / "sets")


def test_the_halves_are_drawn_by_name_alone() -> None:
    """Always the same, spread over 0..1, another draw for each purpose."""
    shares = [share_of(f"family-{n}", "split") for n in range(1000)]
    assert shares[:2] == [share_of("family-0", "split"), share_of("family-1", "split")]
    assert 0.45 < sum(shares) / len(shares) < 0.55
    assert min(shares) >= 0 and max(shares) < 1
    assert share_of("family-0", "removed") != shares[0]
