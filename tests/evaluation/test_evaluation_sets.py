"""Several sets in one call, and settings chosen on a dev half alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from small_corpus import QUICK, TEXTS, build, write_texts
from speechrag.config import Settings
from speechrag.errors import EvaluationError, UsageError
from speechrag.evaluation.formats import write_beir, write_qrels
from speechrag.evaluation.generated import make_sets
from speechrag.evaluation.records import CollectionDocument, EvaluationReport, Qrel, RunLine, Topic
from speechrag.evaluation.report import build_report, to_json
from speechrag.evaluation.run import Task, compare_runs, evaluate
from speechrag.evaluation.sets import evaluate_sets, sets_report, sets_to_json, sets_to_text
from speechrag.evaluation.statistics import across_sets, holm, mean_difference, randomisation_test
from speechrag.evaluation.tuning import combinations, search, search_to_json, search_to_text
from speechrag.interfaces.cli import main

PLAIN = replace(QUICK, understanding="off", ranker="off", dense_weight=0.5)


def collection(folder: Path, halves: Mapping[str, Sequence[int]]) -> Path:
    """Write the lines of the small corpus as documents, a piece of some of them as the questions of each half."""
    lines = [line for text in TEXTS.values() for line in text.splitlines() if len(line) > 24]
    documents = [CollectionDocument(f"d{n:02d}", "", line) for n, line in enumerate(lines)]
    asked = sorted({n for numbers in halves.values() for n in numbers})
    topics = [Topic(f"q{n:02d}", lines[n][5:15]) for n in asked]
    write_beir(folder, documents, topics, [])
    for half, numbers in halves.items():
        write_qrels(folder / "qrels" / f"{half}.tsv", [Qrel(f"q{n:02d}", f"d{n:02d}", 1) for n in numbers])
    return folder


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    """A set with a dev and a test half."""
    return collection(tmp_path / "甲", {"dev": (0, 1, 2, 3), "test": (4, 5, 6)})


def chosen(values: Mapping[str, str]) -> Settings:
    weight = float(values.get("dense_weight", PLAIN.dense_weight))
    return replace(PLAIN, dense_weight=weight, ranker=values.get("ranker", PLAIN.ranker))


def test_every_difference_is_corrected_for_looking_at_all_sets(tmp_path: Path) -> None:
    """Holm over the p-values of the sets, and a mean in which every set counts alike."""
    folders = [str(collection(tmp_path / name, {"test": range(n, n + 6)})) for n, name in ((0, "one"), (4, "two"))]
    task = Task(run_out=str(tmp_path / "runs"))
    before = evaluate_sets(PLAIN, task, folders)
    assert not before.comparison and before.mean is None
    found = evaluate_sets(replace(PLAIN, dense_weight=0.0), Task(baseline=str(tmp_path / "runs")), folders)
    assert list(found.comparison) == ["one", "two"]
    p_values = [own.comparison["nDCG@10"].p_value for own in found.sets.values() if own.comparison]
    assert [own.p_holm for own in found.comparison.values()] == holm(p_values)
    assert found.mean is not None
    differences = [own.difference for own in found.comparison.values()]
    assert found.mean.difference == pytest.approx(sum(differences) / 2)
    assert found.means["nDCG@10"] == pytest.approx(sum(r.measures["nDCG@10"] for r in found.sets.values()) / 2)
    told = sets_to_text(found)
    assert "p (Holm) is corrected for looking at 2 sets" in told and "one" in told
    as_json = json.loads(sets_to_json(found))
    assert as_json["sets"]["one"]["queries"] == 6 and as_json["mean"]["sets"] == 2
    assert json.loads(sets_to_json(before))["comparison"] is None


def test_a_folder_of_baselines_holds_runs_or_results(tmp_path: Path) -> None:
    """What is there is read, and what the gate cannot compare or does not believe is told set by set."""
    folders = [str(collection(tmp_path / name, {"test": range(4)})) for name in ("one", "two")]
    runs = tmp_path / "runs"
    before = evaluate_sets(PLAIN, Task(run_out=str(runs)), folders)
    (runs / "one.run").unlink()
    (runs / "one.json").write_text(to_json(before.sets["one"]), encoding="utf-8")
    found = evaluate_sets(PLAIN, Task(baseline=str(runs)), folders)
    assert found.sets["one"].baseline_latency == before.sets["one"].latency
    assert not found.sets["two"].baseline_latency
    assert [own.difference for own in found.comparison.values()] == [0.0, 0.0]
    (runs / "two.run").write_text("q00 Q0 d00 1 1 t\n", encoding="utf-8")
    told = sets_to_text(evaluate_sets(PLAIN, Task(baseline=str(runs)), folders))
    assert "note: two: baseline lacks 3 of 4 judged queries" in told and "note: one" not in told


def test_several_sets_need_names_and_corpora_of_their_own(tmp_path: Path) -> None:
    """Two folders of one name would write one run over the other; an index cannot stand for several corpora."""
    one, two = (str(collection(tmp_path / place / "set", {"test": (0, 1)})) for place in ("a", "b"))
    with pytest.raises(UsageError, match="two sets are called 'set'"):
        evaluate_sets(PLAIN, Task(), [one, two])
    with pytest.raises(UsageError, match="indexed as they stand"):
        evaluate_sets(PLAIN, Task(index="x"), [one, str(tmp_path)])


def report(values: Sequence[int], base: Sequence[int]) -> EvaluationReport:
    """Return a report in which RR@10 of each query is 1 / its value."""
    qrels = [Qrel(f"q{n}", "good", 1) for n in range(len(values))]

    def run(places: Sequence[int]) -> list[RunLine]:
        lines = []
        for n, place in enumerate(places):
            names = [f"bad{k}" for k in range(place - 1)] + ["good"]
            lines += [RunLine(f"q{n}", name, rank, -rank, "t") for rank, name in enumerate(names, 1)]
        return lines

    return build_report(qrels, run(values), baseline=run(base), measures=["RR@10"])


def test_a_set_counts_once_however_many_queries_it_has() -> None:
    """Two hundred queries of one set do not drown three of another."""
    reports = {"large": report([1] * 200, [1] * 200), "small": report([1] * 3, [2] * 3)}
    found = sets_report(reports)
    assert found.mean is not None
    assert found.mean.difference == pytest.approx(0.25)
    assert found.mean.ci_low == found.mean.ci_high == pytest.approx(0.25)


def test_one_set_is_tested_as_by_itself() -> None:
    """The mean over one set has the p-value of its own comparison, and nothing to correct for."""
    a, b = [0.7, 0.3, 0.2, 0.6, 0.4, 0.85, 0.1, 0.55, 0.9, 0.35], [0.5, 0.1, 0.0, 0.2, 0.4, 0.8, 0.15, 0.5, 0.7, 0.3]
    found = mean_difference([(a, b)])
    assert found.difference == pytest.approx(0.13)
    assert found.p_value == randomisation_test(a, b) == pytest.approx(20 / 1024)
    assert [found.ci_low, found.ci_high] == pytest.approx([0.055, 0.21])
    own = report([1, 1, 1], [2, 2, 3]).comparison
    assert own is not None
    assert across_sets({"x": own["RR@10"]})["x"].p_holm == own["RR@10"].p_value


def test_a_search_looks_at_the_dev_half_alone(halves: Path) -> None:
    """The best combination is chosen there, the first of equals; the test half is measured with it once."""
    found = search(chosen, Task(dataset=str(halves), split="dev"), {"dense_weight": ["0", "1"], "ranker": ["off"]})
    assert found.queries == 4 and found.test_queries == 3
    best = max(trial.measures["nDCG@10"] for trial in found.trials)
    assert found.chosen == next(trial for trial in found.trials if trial.measures["nDCG@10"] == best)
    assert found.test is not None
    dev = evaluate(chosen(found.chosen.values), Task(dataset=str(halves), split="dev"))
    test = evaluate(chosen(found.chosen.values), Task(dataset=str(halves), split="test"))
    assert dev.measures["nDCG@10"] == pytest.approx(best)
    assert found.test["nDCG@10"].baseline + found.test["nDCG@10"].difference == pytest.approx(test.measures["nDCG@10"])
    assert "test half, 3 questions, measured once" in search_to_text(found)
    assert json.loads(search_to_json(found))["chosen"]["values"] == dict(found.chosen.values)


def test_a_search_refuses_the_test_half(halves: Path) -> None:
    """Whatever it is asked for."""
    for split in ("test", "train"):
        with pytest.raises(UsageError, match="chosen on the dev half"):
            search(chosen, Task(dataset=str(halves), split=split), {"ranker": ["off"]})
    with pytest.raises(UsageError, match="two halves of one set"):
        search(chosen, Task(topics="t", qrels="q", split="dev"), {"ranker": ["off"]})


def test_a_search_refuses_halves_with_a_question_in_common(tmp_path: Path) -> None:
    """Else the choice would be made on the test half; the same words under another id are the same question."""
    same = collection(tmp_path / "same", {"dev": (0, 1, 2), "test": (2, 3)})
    with pytest.raises(EvaluationError, match="1 questions are in the dev and in the test half, such as q02"):
        search(chosen, Task(dataset=str(same), split="dev"), {"ranker": ["off"]})
    with (tmp_path / "same" / "queries.jsonl").open("a", encoding="utf-8") as file:
        text = json.loads((tmp_path / "same" / "queries.jsonl").read_text("utf-8").splitlines()[0])["text"]
        file.write(json.dumps({"_id": "other", "text": f"{text}？"}) + "\n")
    write_qrels(tmp_path / "same" / "qrels" / "test.tsv", [Qrel("other", "d00", 1)])
    with pytest.raises(EvaluationError, match=r"other \(q00 in dev\)"):
        search(chosen, Task(dataset=str(same), split="dev"), {"ranker": ["off"]})


def test_without_a_test_half_nothing_is_claimed(tmp_path: Path) -> None:
    """The choice stands, and what it is worth elsewhere is said to be unknown."""
    only = collection(tmp_path / "only", {"dev": (0, 1, 2)})
    (only / "qrels" / "test.tsv").unlink()
    found = search(chosen, Task(dataset=str(only), split="dev"), {"dense_weight": ["0.5"]})
    assert found.test is None
    assert "not known" in search_to_text(found)


def test_a_grid_has_every_combination_once_and_a_limit() -> None:
    """The last key changes fastest, and two hundred combinations are enough."""
    assert combinations({"a": ["1", "2"], "b": ["x", "y"]}) == [
        {"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}, {"a": "2", "b": "y"},
    ]  # fmt: skip
    with pytest.raises(UsageError, match="400 combinations"):
        combinations({"a": [str(n) for n in range(20)], "b": [str(n) for n in range(20)]})


def broken(folder: Path, name: str, content: str | bytes) -> str:
    """Return a set with one file replaced, or with ``+`` in front of the content added to."""
    made = collection(folder, {"test": (0, 1)})
    path = made / name
    as_bytes = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(path.read_bytes() + as_bytes[1:] if as_bytes.startswith(b"+") else as_bytes)
    return str(made)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("queries.jsonl", '+{"_id": "q00", "text": "again"}\n', r"queries\.jsonl:3: query q00 a second time"),
        ("queries.jsonl", "", "no topics"),
        ("queries.jsonl", '{"_id": "q00", "text": "问题"}\n'.encode("cp936"), r":1: .*like GBK\); save the file"),
        ("queries.jsonl", "问题".encode("utf-16"), "looks like UTF-16"),
        ("corpus.jsonl", '+{"_id": "d00", "text": "again"}\n', "document d00 a second time"),
        ("corpus.jsonl", "", "no documents"),
        ("corpus.jsonl", '+{"_id": "d99", "text": "正文"}\n'.encode("cp936"), "looks like GBK"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n", "no judgements"),
        ("qrels/test.tsv", "q00\td00\tnan\n", r":1: grade 'nan'; expected a whole number"),
        ("qrels/test.tsv", "q00\tx1\t1\nq01\tx2\t1\n", "no judged id is a speech or passage"),
        ("qrels/test.tsv", "z\td00\t1\n", "no query id in common"),
    ],
)  # fmt: skip
def test_a_dirty_set_is_refused_in_one_sentence(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    """The file, the line, what was found and what to do; nothing is measured on it."""
    with pytest.raises(EvaluationError, match=message) as caught:
        evaluate(PLAIN, Task(dataset=broken(tmp_path / "set", name, content)))
    assert "\n" not in str(caught.value)


def test_what_the_judgements_name_and_the_set_lacks_is_told(tmp_path: Path) -> None:
    """A document that is not there is never found, a query without a topic never asked: both count, both are said."""
    folder = broken(tmp_path / "set", "qrels/test.tsv", "+q00\tgone\t1\nq77\td03\t1\n")
    found = evaluate(PLAIN, Task(dataset=folder))
    assert found.queries == 3
    assert (found.coverage["lacking"], found.coverage["unasked"], found.coverage["absent"]) == (1, 1, 1)
    assert any("does not hold, never found: 1, as gone" in note for note in found.notes)
    assert any("counted as 0: 1, as q77" in note for note in found.notes)


def test_an_id_of_a_query_and_of_a_document_is_told(tmp_path: Path) -> None:
    """BEIR's own evaluation drops such a pair: in a set, and in finished runs."""
    folder = broken(tmp_path / "set", "corpus.jsonl", '+{"_id": "q00", "text": "与问题同号的一段文字"}\n')
    found = evaluate(PLAIN, Task(dataset=folder))
    assert found.coverage["same_ids"] == 1
    assert any("name a query and a document: 1, as q00" in note for note in found.notes)
    (tmp_path / "a.run").write_text("q00 Q0 q00 1 1 t\n", encoding="utf-8")
    runs = compare_runs(str(tmp_path / "set" / "qrels" / "test.tsv"), [str(tmp_path / "a.run")])
    assert runs.coverage["same_ids"] == 1
    assert evaluate(PLAIN, Task(dataset=str(collection(tmp_path / "two", {"test": (0,)})))).coverage["same_ids"] == 0


def test_a_set_asked_of_an_index_with_other_texts_says_so(tmp_path: Path) -> None:
    """Speeches that a set left out stand in the index: what has no answer there may have one here."""
    build(write_texts(tmp_path / "texts"), tmp_path / "index")
    make_sets(tmp_path / "index", tmp_path / "sets")
    kept, less = tmp_path / "sets" / "headings-kept", tmp_path / "sets" / "unanswerable"
    split = next(path.stem for path in sorted((less / "qrels").iterdir()))
    same = evaluate(QUICK, Task(dataset=str(kept), index=str(tmp_path / "index"), split=split))
    assert (same.coverage["only_index"], same.coverage["only_set"]) == (0, 0)
    assert not any("this index differ" in note for note in same.notes)
    found = evaluate(QUICK, Task(dataset=str(less), index=str(tmp_path / "index"), split=split))
    assert found.coverage["only_index"] >= 1 and found.coverage["only_set"] == 0
    (note,) = [note for note in found.notes if "this index differ" in note]
    assert note.endswith("may have one here, so the figures on refusing say little")
    (less / "corpus.jsonl").unlink()
    alone = evaluate(QUICK, Task(dataset=str(less), index=str(tmp_path / "index"), split=split))
    assert "only_index" not in alone.coverage and not any("this index differ" in note for note in alone.notes)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "a run without a line"),
        ("q00 Q0 d00 1 nan t\n", r":1: score 'nan'"),
        ("q00 Q0 d00 1 2 t\nq00 Q0 d00 2 1 t\n", "d00 a second time for query q00"),
        ("q00 d00 1 2\n", "4 columns"),
    ],
)
def test_a_dirty_run_is_refused_in_one_sentence(halves: Path, tmp_path: Path, lines: str, message: str) -> None:
    """As a baseline and among finished runs."""
    (tmp_path / "bad.run").write_text(lines, encoding="utf-8")
    task = Task(dataset=str(halves), baseline=str(tmp_path / "bad.run"))
    with pytest.raises(EvaluationError, match=message):
        evaluate(PLAIN, task)
    with pytest.raises(EvaluationError, match=message):
        compare_runs(str(halves / "qrels" / "test.tsv"), [str(tmp_path / "bad.run")] * 2)


def test_a_baseline_of_another_set_is_refused_before_anything_is_indexed(
    halves: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full gain over it would say nothing, and indexing may take minutes."""
    monkeypatch.setattr("speechrag.build.build_collection", None)
    (tmp_path / "foreign.run").write_text("x Q0 d00 1 1 t\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"foreign\.run: none of the 3 judged queries is in it"):
        evaluate(PLAIN, Task(dataset=str(halves), baseline=str(tmp_path / "foreign.run")))


def test_equal_scores_are_told(halves: Path, tmp_path: Path) -> None:
    """They are ordered as trec_eval orders them, and the report says how many queries that concerns."""
    run = "q04 Q0 d04 1 1 t\nq04 Q0 d05 2 1 t\nq05 Q0 d05 1 2 t\nq05 Q0 d04 2 1 t\n"
    (tmp_path / "a.run").write_text(run, encoding="utf-8")
    found = compare_runs(str(halves / "qrels" / "test.tsv"), [str(tmp_path / "a.run")] * 2)
    assert found.coverage["tied"] == 1 and found.coverage["absent"] == 1
    assert any("equal scores" in note and "1 of 3" in note for note in found.notes)
    assert found.per_query["q04"]["RR@10"] == 0.5


def test_a_published_collection_is_measured_as_it_is_judged(tmp_path: Path) -> None:
    """Near-copies are counted alike only where asked for, and then the other figures are told as well."""
    lines = [line for text in TEXTS.values() for line in text.splitlines() if len(line) > 24][:6]
    documents = [CollectionDocument(f"d{n}", "", line * 8) for n, line in enumerate([*lines, lines[0]])]
    write_beir(tmp_path / "set", documents, [Topic("q0", lines[0][5:15])], [Qrel("q0", "d6", 1)])
    plain = evaluate(PLAIN, Task(dataset=str(tmp_path / "set")))
    folded = evaluate(PLAIN, Task(dataset=str(tmp_path / "set"), families="on"))
    assert not plain.unfolded and plain.measures["RR@10"] == 0.5
    assert folded.measures["RR@10"] == 1.0
    assert folded.unfolded == plain.measures
    assert f"nDCG@10 {plain.measures['nDCG@10']:.4f}" in folded.notes[0]
    (tmp_path / "plain.json").write_text(to_json(plain), encoding="utf-8")
    against = Task(dataset=str(tmp_path / "set"), baseline=str(tmp_path / "plain.json"))
    assert any(
        "near-copies of a judged document otherwise" in n
        for n in evaluate(PLAIN, replace(against, families="on")).notes
    )
    assert not any("otherwise" in note for note in evaluate(PLAIN, against).notes)


def test_the_command_measures_several_sets_and_searches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs and pages a set each, a gate that names the set, a search in one line of JSON."""
    one, two = (str(collection(tmp_path / name, {"dev": (0, 1), "test": (2, 3, 4)})) for name in ("one", "two"))
    base = ("evaluate", "--embedder", "hash")
    assert main([*base, "--dataset", one, two, "--run-out", str(tmp_path / "runs")]) == 0
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["one.run", "two.run"]
    pages, before = str(tmp_path / "pages"), str(tmp_path / "runs")
    capsys.readouterr()
    given = ("--dataset", one, "--dataset", two, "--baseline", before, "--report", pages, "--gate", "--format", "json")
    assert main([*base, *given]) == 0
    assert set(json.loads(capsys.readouterr().out)["comparison"]) == {"one", "two"}
    assert (tmp_path / "pages" / "two.html").read_text("utf-8").startswith("<!doctype html>")
    # The second set now wants what the search does not find first, and the baseline has it.
    write_qrels(Path(two) / "qrels" / "test.tsv", [Qrel(f"q0{n}", "d00", 1) for n in (2, 3, 4)])
    (tmp_path / "runs" / "two.run").write_text("".join(f"q0{n} Q0 d00 1 1 t\n" for n in (2, 3, 4)), encoding="utf-8")
    assert main([*base, "--dataset", one, two, "--baseline", before, "--gate"]) == 1
    told = capsys.readouterr().err
    assert "gate: two: all queries (3): nDCG@10" in told and "gate: one" not in told
    assert main([*base, "--dataset", one, "--search", "ranker=on,off", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["test_queries"] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--search", "ranker=on,off"), "two halves of one set"),
        (("--dataset", "x", "--search", "chunker=a,b"), "one of dense_weight"),
        (("--dataset", "x", "--search", "ranker=on", "ranker=off"), "each once"),
        (("--dataset", "x", "--search", "ranker=on", "--split", "test"), "chosen on the dev half"),
        (("--dataset", "x", "y", "--search", "ranker=on"), "one --dataset"),
        (("--dataset", "x", "--search", "ranker=on", "--baseline", "y"), "one --dataset"),
        (("--dataset", "a", "b", "--runs", "c", "d"), "--runs goes with --qrels alone"),
        (("--dataset", "a", "b", "--gate"), "--gate needs a run"),
        (("--dataset", "a", "b", "--format", "mteb"), "--format mteb goes with one set"),
        (("--dataset", "a", "b", "--qrels", "c"), "indexed as they stand"),
    ],
)
def test_what_does_not_go_together_is_a_misuse(
    arguments: Sequence[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence."""
    assert main(["evaluate", *arguments]) == 2
    assert message in capsys.readouterr().err
