"""BEIR and TREC files: what is written is read back, and what does not fit is refused by file and line."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import ir_measures
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from speechrag.errors import EvaluationError
from speechrag.evaluation.formats import (
    is_id,
    read_beir,
    read_corpus,
    read_qrels,
    read_run,
    read_topics,
    write_beir,
    write_qrels,
    write_run,
    write_scores,
    write_topics,
)
from speechrag.evaluation.measures import evaluate_run
from speechrag.evaluation.records import CollectionDocument, Qrel, RunLine, Score, Topic

TOPICS = [Topic("q1", "信息报送有什么要求？", {"slice": "短问"}), Topic("q2", "谁来 落实\u2028第二行")]
QRELS = [Qrel("q1", "d1", 2), Qrel("q1", "d2", 0), Qrel("q2", "d1", -1)]
CORPUS = [
    CollectionDocument("d1", "在会议上的讲话", "同志们：\n第一，\u2028要抓紧。"),
    CollectionDocument("d2", "", ""),
]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        *((text, True) for text in ("q1", "5d1f-2.13", "!~")),
        *((text, False) for text in ("", "a b", "a\u3000b", "a\u00a0b", "a\tb", "a\n", "a\x00", "讲话1")),
    ],
)
def test_ids_are_printable_ascii_without_white_space(text: str, fits: bool) -> None:
    """The full-width space, the no-break space and Chinese characters are as unfit as a blank."""
    assert is_id(text) is fits


def test_a_beir_folder_survives_writing_and_reading(tmp_path: Path) -> None:
    """Line separators inside a text, metadata, empty titles and negative grades included."""
    write_beir(tmp_path / "set", CORPUS, TOPICS, QRELS)
    dataset = read_beir(tmp_path / "set")
    assert (list(dataset.topics), list(dataset.qrels)) == (TOPICS, QRELS)
    assert list(read_corpus(dataset.corpus)) == CORPUS
    first_line = (tmp_path / "set" / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "query-id\tcorpus-id\tscore"


def test_another_split_is_read_when_asked_for(tmp_path: Path) -> None:
    """Tuning happens on the dev judgements of the same folder."""
    write_beir(tmp_path, CORPUS, TOPICS, QRELS[:1], split="dev")
    assert read_beir(tmp_path, "dev").qrels == (QRELS[0],)
    with pytest.raises(EvaluationError, match=r"test\.tsv: no such file; a BEIR folder has corpus\.jsonl"):
        read_beir(tmp_path)


def test_an_id_of_both_a_query_and_a_document_is_not_written(tmp_path: Path) -> None:
    """BEIR's own evaluation silently drops such results."""
    with pytest.raises(EvaluationError, match="'d1' is the id of a query and of a document"):
        write_beir(tmp_path, CORPUS, [Topic("d1", "问")], QRELS)


def test_qrels_read_alike_in_every_form(tmp_path: Path) -> None:
    """BEIR with and without its header, TREC with blanks or tabs, line ends of either kind, a byte order mark."""
    expected = [Qrel("q1", "d1", 1), Qrel("q2", "d2", 0)]
    forms = [
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t0\n",
        "q1\td1\t1\nq2\td2\t0",
        "\ufeffquery-id\tcorpus-id\tscore\r\nq1\td1\t1\r\n\r\nq2\td2\t0\r\n",
        "q1 0 d1 1\nq2 0 d2 0\n",
        "q1\t0\td1\t1\nq2\t0\td2\t0\n",
        "q1  0 d1   1 \nq2 Q0 d2 0\n",
        "q1\td1\t1.0\nq2\td2\t0\nq1\td1\t1\n",
    ]
    for number, form in enumerate(forms):
        assert read_qrels(written(tmp_path, f"{number}.txt", form)) == expected


@pytest.mark.parametrize("name", ["qrels.tsv", "qrels.txt"])
def test_qrels_survive_writing_and_reading(tmp_path: Path, name: str) -> None:
    """BEIR by the ending .tsv, TREC otherwise."""
    write_qrels(tmp_path / name, QRELS)
    assert read_qrels(tmp_path / name) == QRELS


def test_other_tools_read_our_qrels_and_runs(tmp_path: Path) -> None:
    """Both reference implementations parse the files and compute what we compute."""
    run = [RunLine("q1", "d2", 1, 0.5, "t"), RunLine("q1", "d1", 2, 0.5, "t"), RunLine("q2", "d1", 1, 0.1, "t")]
    qrels = [Qrel("q1", "d1", 2), Qrel("q2", "d1", 1)]
    write_qrels(tmp_path / "qrels", qrels)
    write_run(tmp_path / "run", run)
    with (tmp_path / "qrels").open() as judgements, (tmp_path / "run").open() as lines:
        evaluator = pytrec_eval.RelevanceEvaluator(pytrec_eval.parse_qrel(judgements), {"map"})
        theirs = evaluator.evaluate(pytrec_eval.parse_run(lines))
    assert {query: values["map"] for query, values in theirs.items()} == {"q1": 0.5, "q2": 1.0}
    ours, _ = evaluate_run(qrels, read_run(tmp_path / "run"), ["RR@10"])
    other = ir_measures.calc_aggregate(
        [ir_measures.RR @ 10],
        ir_measures.read_trec_qrels(str(tmp_path / "qrels")),
        ir_measures.read_trec_run(str(tmp_path / "run")),
    )
    assert ours["RR@10"] == other[ir_measures.RR @ 10] == 0.75


def test_topics_read_alike_in_every_form(tmp_path: Path) -> None:
    """A table, BEIR's keys, the keys of our own batch files, numeric ids."""
    expected = [Topic("1", "甲 问"), Topic("2", "乙问")]
    forms = [
        "1\t甲 问\n\n2\t乙问\n",
        '{"_id": "1", "text": "甲 问"}\n{"_id": "2", "text": "乙问", "metadata": null}\n',
        '\ufeff{"qid": 1, "query": "甲 问"}\n{"qid": 2, "query": "乙问"}\n',
    ]
    for number, form in enumerate(forms):
        assert read_topics(written(tmp_path, f"{number}.txt", form)) == expected


@pytest.mark.parametrize("name", ["topics.jsonl", "topics.tsv"])
def test_topics_survive_writing_and_reading(tmp_path: Path, name: str) -> None:
    """JSON keeps metadata; a table keeps id and text."""
    topics = TOPICS if name.endswith("jsonl") else [Topic("q1", "一问"), Topic("q2", "二问\u2028下")]
    write_topics(tmp_path / name, topics)
    assert read_topics(tmp_path / name) == topics


def test_a_table_cannot_hold_a_text_with_a_tab(tmp_path: Path) -> None:
    """It would be read back as something else."""
    with pytest.raises(EvaluationError, match="query q1: its text holds a tab"):
        write_topics(tmp_path / "topics.tsv", [Topic("q1", "一\t问")])


def test_runs_are_read_best_first_with_ranks_counted_anew(tmp_path: Path) -> None:
    """The rank column is ignored as trec_eval ignores it; ties stand by document id descending."""
    path = written(tmp_path, "run", "q1 Q0 d1 9 0.5 t\nq1 Q0 d2 7 0.5 t\nq1\tQ0\td3\t8\t2\tt\nq2 Q0 d1 x -1e-3 t\n")
    assert [(line.query_id, line.doc_id, line.rank, line.score) for line in read_run(path)] == [
        ("q1", "d3", 1, 2.0),
        ("q1", "d2", 2, 0.5),
        ("q1", "d1", 3, 0.5),
        ("q2", "d1", 1, -0.001),
    ]


@given(
    st.dictionaries(
        st.sampled_from(["q1", "q2", "q3"]),
        st.lists(st.tuples(st.integers(0, 30), st.floats(-1e38, 1e38)), min_size=1, unique_by=lambda pair: pair[0]),
        max_size=3,
    )
)
def test_written_runs_keep_their_order_and_have_no_ties(
    tmp_path_factory: pytest.TempPathFactory, ranking: dict[str, list[tuple[int, float]]]
) -> None:
    """Whatever scores a ranking came with, the file sorts back into it and its scores strictly decrease."""
    run = [
        RunLine(query, f"d{number}", rank, score, "t")
        for query, found in ranking.items()
        for rank, (number, score) in enumerate(found, start=1)
    ]
    path = tmp_path_factory.mktemp("runs") / "run"
    write_run(path, run)
    again = read_run(path)
    assert [(line.query_id, line.doc_id, line.rank) for line in again] == [
        (line.query_id, line.doc_id, line.rank) for line in run
    ]
    pairs = itertools.pairwise(again)
    assert all(a.score > b.score for a, b in pairs if a.query_id == b.query_id)
    before = path.read_bytes()
    write_run(path, again)
    assert path.read_bytes() == before


def test_the_callers_run_is_written_by_rank_and_left_unchanged(tmp_path: Path) -> None:
    """Lines may come in any order; the format is the six TREC columns."""
    run = [RunLine("q1", "d2", 2, 0.5, "mine"), RunLine("q1", "d1", 1, 0.5, "mine")]
    write_run(tmp_path / "run", run)
    first, second = (tmp_path / "run").read_text(encoding="utf-8").splitlines()
    assert first == "q1 Q0 d1 1 0.5 mine"
    assert second.split()[:4] == ["q1", "Q0", "d2", "2"]
    assert [line.score for line in run] == [0.5, 0.5]


def test_per_query_values_are_written_as_trec_eval_prints_them(tmp_path: Path) -> None:
    """Measure, query, value."""
    write_scores(tmp_path / "scores.tsv", [Score("q1", "nDCG@10", 0.92125)])
    assert (tmp_path / "scores.tsv").read_text(encoding="utf-8") == "nDCG@10\tq1\t0.921250\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("q1\td1\t1\nq1\td2\n", r"f:2: 2 columns; expected `query document grade`"),
        ("q1 0 d1 1 more\n", r"f:1: 5 columns"),
        ("q1\td1\tyes\n", r"f:1: grade 'yes'; expected a whole number"),
        ("q1\td1\t0.5\n", r"f:1: grade '0\.5'"),
        ("q1\td1\t1_0\n", r"f:1: grade '1_0'"),
        ("q1\td1\tinf\n", r"f:1: grade 'inf'"),
        ("q1\td\u30001\t1\n", r"f:1: document id 'd\\u30001'; expected printable ASCII without white space"),
        ("q1 0 d\u30001 1\n", r"f:1: document id 'd\\u30001'"),
        ("问1\td1\t1\n", r"f:1: query id '问1'"),
        ("q 1\td1\t1\n", r"f:1: query id 'q 1'"),
        ("q1\td1\t1\nquery-id\tcorpus-id\tscore\n", r"f:2: grade 'score'"),
        ("q1\td1\t1\n\nq1\td1\t2\n", r"f:3: d1 judged 2 for query q1, above 1; expected one grade"),
        ("query-id\tcorpus-id\tscore\n", r"f: no judgements"),
        ("", r"f: no judgements"),
        (b"q1\td1\t1\nq1\t\xff\t1\n", r"f:2: byte 3 is not UTF-8"),
    ],
)
def test_malformed_qrels_are_refused_by_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    """What was found, where, and what was expected."""
    with pytest.raises(EvaluationError, match=message):
        read_qrels(written(tmp_path, "f", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("q1 Q0 d1 1 0.5\n", r"f:1: 5 columns; expected `query Q0 document rank score tag`"),
        ("q1 Q0 d1 1 0.5 t\nq1 Q0 d2 2 high t\n", r"f:2: score 'high'; expected a number"),
        ("q1 Q0 d1 1 nan t\n", r"f:1: score 'nan'"),
        ("q1 Q0 d1 1 1e39 t\n", r"f:1: score '1e39'"),
        ("q1 Q0 d1 1 ０.5 t\n", r"f:1: score '０\.5'"),
        ("q1 Q0 d\u30001 1 0.5 t\n", r"f:1: document id 'd\\u30001'"),
        ("q1 Q0 d1 1 0.5 t\nq1 Q0 d1 2 0.4 t\n", r"f:2: d1 a second time for query q1"),
    ],
)
def test_malformed_runs_are_refused_by_line(tmp_path: Path, content: str, message: str) -> None:
    """What was found, where, and what was expected."""
    with pytest.raises(EvaluationError, match=message):
        read_run(written(tmp_path, "f", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("q1 without a tab\n", r"f:1: 'q1 without a tab' without a tab; expected query id, tab, text"),
        ("q1\t\n", r"f:1: query q1 has no text"),
        ("q1\t问\nq1\t再问\n", r"f:2: query q1 a second time"),
        ("q\u30001\t问\n", r"f:1: query id 'q\\u30001'"),
        ("{broken\n", r"f:1: not JSON"),
        ('{"_id": "q1", "text": "问"}\n[1]\n', r"f:2: a JSON list; expected one JSON object a line"),
        ('{"text": "问"}\n', r"f:1: no field `_id` or `qid`"),
        ('{"_id": "q1"}\n', r"f:1: no field `text` or `query`"),
        ('{"_id": true, "text": "问"}\n', r"f:1: query id True; expected a string"),
        ('{"_id": "q1", "text": 3}\n', r"f:1: field `text` is 3; expected a string"),
        ('{"_id": "q1", "text": "问", "metadata": [1]}\n', r"f:1: field `metadata` is \[1\]; expected an object"),
        ('{"_id": "q1", "text": "\\ud800"}\n', r"f:1: half a surrogate pair in field `text`"),
        ("[" * 100_000 + "\n", r"f:1: '\[+' without a tab"),
        ("{" + '"a":[' * 100_000 + "\n", r"f:1: not JSON"),
        ("\n \n", r"f: no topics"),
    ],
)
def test_malformed_topics_are_refused_by_line(tmp_path: Path, content: str, message: str) -> None:
    """What was found, where, and what was expected."""
    with pytest.raises(EvaluationError, match=message):
        read_topics(written(tmp_path, "f", content))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"_id": "d1", "text": "甲"}, {"_id": "d1", "text": "乙"}], r"f:2: document d1 a second time"),
        ([{"_id": "d 1", "text": "甲"}], r"f:1: document id 'd 1'"),
        ([{"_id": "d1", "title": 5, "text": "甲"}], r"f:1: field `title` is 5"),
        ([{"_id": "d1", "title": "甲"}], r"f:1: no field `text`"),
        ([], r"f: no documents"),
    ],
)
def test_malformed_corpora_are_refused_by_line(tmp_path: Path, lines: list[dict[str, object]], message: str) -> None:
    """What was found, where, and what was expected."""
    path = written(tmp_path, "f", "".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(EvaluationError, match=message):
        list(read_corpus(path))


def test_a_corpus_is_read_one_line_at_a_time(tmp_path: Path) -> None:
    """A fault far down does not keep the first document from being used."""
    documents = read_corpus(written(tmp_path, "f", '{"_id": "d1", "title": null, "text": "甲"}\nbroken\n'))
    assert next(documents) == CollectionDocument("d1", "", "甲")
    with pytest.raises(EvaluationError, match="f:2: not JSON"):
        next(documents)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    """Not a traceback of the operating system."""
    for read in (read_topics, read_qrels, read_run):
        with pytest.raises(EvaluationError, match=r"absent: cannot be read \(No such file or directory\)"):
            read(tmp_path / "absent")


def test_a_refused_id_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    """Writing is all or nothing."""
    write_run(tmp_path / "run", [RunLine("q1", "d1", 1, 1.0, "t")])
    before = (tmp_path / "run").read_bytes()
    for line in (RunLine("q1", "d 2", 2, 0.5, "t"), RunLine("q1", "d2", 2, float("nan"), "t")):
        with pytest.raises(EvaluationError, match="expected"):
            write_run(tmp_path / "run", [RunLine("q1", "d1", 1, 1.0, "t"), line])
    assert (tmp_path / "run").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    """A folder stands where the run should go."""
    (tmp_path / "run").mkdir()
    with pytest.raises(EvaluationError, match="run: cannot be written"):
        write_run(tmp_path / "run", [RunLine("q1", "d1", 1, 1.0, "t")])
