"""The regression gates let an unchanged system pass, and every planted fault turns them red."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from frozen_set import CHANGES, PLAIN, build, questions, search, stored_run, stored_tables, sums, tables

from small_corpus import TEXTS
from speechrag.config import Settings
from speechrag.embedding.hashing import HashingEncoder
from speechrag.errors import EvaluationError
from speechrag.evaluation.gate import GATED, gate, gate_report, invariants, same_run, same_table
from speechrag.evaluation.measures import PerQuery, evaluate_run
from speechrag.evaluation.records import Qrel, RunLine, Topic
from speechrag.evaluation.report import build_report

DENSE = replace(PLAIN, dense_weight=1.0)
HALVED = replace(PLAIN, passage_chars=PLAIN.passage_chars // 2)
unit_length = HashingEncoder.encode_documents


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the frozen collection, built as it should be."""
    return build(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def asked(sound: Path) -> tuple[list[Topic], list[Qrel]]:
    """Its questions and judgements."""
    return questions(sound)


def measured(qrels: Sequence[Qrel], run: Sequence[RunLine]) -> PerQuery:
    return evaluate_run(qrels, run, GATED)[1]


# --- planted faults: each returns the run of the system that has it ---------------------------------------------

Asked = tuple[list[Topic], list[Qrel]]
Fault = Callable[[Path, Path, Asked, pytest.MonkeyPatch], list[RunLine]]


def a_fifth_dropped(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """One of the five speeches never reaches the index."""
    return search(build(folder, texts=dict(list(TEXTS.items())[1:])), asked[0])


def shuffled_ids(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """Every result carries the id of another passage."""
    run = search(sound, asked[0])
    ids = sorted({line.doc_id for line in run})
    other = dict(zip(ids, ids[1:] + ids[:1], strict=True))
    return [replace(line, doc_id=other[line.doc_id]) for line in run]


def raw_lengths(self: HashingEncoder, texts: Sequence[str]) -> np.ndarray:
    """Vectors as long as their texts."""
    return (unit_length(self, texts) * np.array([[len(text)] for text in texts])).astype(np.float32)


def prefixed(self: HashingEncoder, texts: Sequence[str]) -> np.ndarray:
    """Questions encoded with the instruction of another model in front."""
    return unit_length(self, [f"为这个句子生成表示以用于检索相关文章：{text}" for text in texts])


def unnormalised(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """Long passages win by their length alone."""
    patch.setattr(HashingEncoder, "encode_documents", raw_lengths)
    return search(build(folder), asked[0])


def wrong_prefix(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """The questions no longer lie near their passages."""
    patch.setattr(HashingEncoder, "encode_queries", prefixed)
    return search(sound, asked[0])


def halved_chunks(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """Passages half as long: other ids, other texts."""
    return search(build(folder, HALVED), asked[0])


def unsorted_ties(folder: Path, sound: Path, asked: Asked, patch: pytest.MonkeyPatch) -> list[RunLine]:
    """Scores cut to one decimal, so that each tool orders the ties in its own way."""
    return [replace(line, score=round(line.score, 1)) for line in search(sound, asked[0])]


FAULTS = (a_fifth_dropped, shuffled_ids, unnormalised, wrong_prefix, halved_chunks, unsorted_ties)


def test_the_frozen_collection_gives_the_stored_run(sound: Path, asked: Asked) -> None:
    """Documents in their order and scores to four decimals; see ``frozen_set`` for what a change takes."""
    assert same_run(search(sound, asked[0]), stored_run()) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_exact_tier_sees_every_planted_fault(
    fault: Fault, sound: Path, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was planted, the run is no longer the stored one."""
    assert same_run(fault(tmp_path, sound, asked, monkeypatch), stored_run())


def test_the_frozen_collection_gives_the_stored_statistics(sound: Path, asked: Asked) -> None:
    """Counts of the index and means to four decimals."""
    found, stored = tables(sound, asked, search(sound, asked[0])), stored_tables()
    assert found.keys() == stored.keys()
    assert [reason for name in stored for reason in same_table(found[name], stored[name])] == []


@pytest.mark.parametrize(
    ("settings", "texts", "seen"),
    [(PLAIN, dict(list(TEXTS.items())[1:]), "speeches is 4; expected 5"), (HALVED, TEXTS, "longest passage is")],
)
def test_the_statistics_see_what_happened_to_the_index(
    settings: Settings, texts: Mapping[str, str], seen: str, asked: Asked, tmp_path: Path
) -> None:
    """A fifth of the texts missing, passages half as long: by the counts alone."""
    index = build(tmp_path, settings, texts)
    reasons = same_table(tables(index, asked, [])["statistics"], stored_tables()["statistics"])
    assert any(reason.startswith(seen) for reason in reasons)


def test_a_figure_that_is_missing_or_new_is_told() -> None:
    """Four decimals decide."""
    assert same_table({"a": 0.12344, "b": 3}, {"a": 0.12343, "b": 3.0}) == []
    assert same_table({"a": 0.1235, "c": 1}, {"a": 0.1234, "b": 2}) == [
        "a is 0.1235; expected 0.1234", "b is missing; expected 2", "c is 1; expected missing",
    ]  # fmt: skip


def test_a_changed_baseline_has_a_line_in_the_log() -> None:
    """The last line names the sums of what is stored now."""
    last = CHANGES.read_text("utf-8").splitlines()[-1]
    assert [cell.strip() for cell in last.split("|")[-3:-1]] == sums()


def test_the_exact_tier_names_the_place(sound: Path) -> None:
    """The first rank that differs, and a missing query."""
    stored = stored_run()
    first = stored[0].query_id
    swapped = [replace(stored[0], doc_id=stored[1].doc_id), replace(stored[1], doc_id=stored[0].doc_id), *stored[2:]]
    (reason,) = same_run(swapped, stored)
    assert reason.startswith(f"query {first}: differs from the stored run at rank 1 ({stored[1].doc_id}")
    (reason,) = same_run([line for line in stored if line.query_id != first], stored)
    assert reason.startswith(f"query {first}: differs from the stored run at rank 1")


def test_the_statistical_tier_lets_the_same_system_pass(sound: Path, asked: Asked) -> None:
    """No difference, no reason."""
    values = measured(asked[1], search(sound, asked[0]))
    assert gate(values, values, {"all of them": list(values)}) == []


@pytest.mark.parametrize("fault", [a_fifth_dropped, shuffled_ids, halved_chunks], ids=lambda fault: fault.__name__)
def test_the_statistical_tier_sees_what_costs_quality(
    fault: Fault, sound: Path, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is lost, misnamed or cut otherwise is not found where it was."""
    base = measured(asked[1], search(sound, asked[0]))
    reasons = gate(measured(asked[1], fault(tmp_path, sound, asked, monkeypatch)), base)
    assert any("nDCG@10" in reason for reason in reasons)


@pytest.mark.parametrize("fault", [raw_lengths, prefixed], ids=["unnormalised", "wrong_prefix"])
def test_the_statistical_tier_sees_faults_of_the_vectors(
    fault: Callable[..., np.ndarray], sound: Path, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the vectors decide alone, wrong ones cost quality."""
    base = measured(asked[1], search(sound, asked[0], DENSE))
    monkeypatch.setattr(HashingEncoder, "encode_documents" if fault is raw_lengths else "encode_queries", fault)
    now = measured(asked[1], search(build(tmp_path), asked[0], DENSE))
    assert any("nDCG@10" in reason for reason in gate(now, base))


def per_query(count: int, value: float, start: int = 0) -> dict[str, dict[str, float]]:
    return {f"q{n}": dict.fromkeys(GATED, value) for n in range(start, start + count)}


def test_a_slice_is_gated_from_a_hundred_queries_on() -> None:
    """A loss on a tenth of the queries is hidden by gains elsewhere, but not from its slice."""
    base = per_query(100, 0.5) | per_query(900, 0.5, 100)
    new = per_query(100, 0.4) | per_query(900, 0.6, 100)
    hundred, fewer = [f"q{n}" for n in range(100)], [f"q{n}" for n in range(99)]
    assert gate(new, base) == []
    assert gate(new, base, {"少数": fewer}) == []
    reasons = gate(new, base, {"少数": hundred})
    assert len(reasons) == 2
    assert reasons[0].startswith("少数 (100): nDCG@10 -0.1000, interval -0.1000 to -0.1000")


def test_a_loss_within_the_tolerance_passes() -> None:
    """0.01 is tolerated, more is not; gains always pass."""
    base = per_query(50, 0.5)
    assert gate(per_query(50, 0.495), base) == []
    assert gate(per_query(50, 0.9), base) == []
    assert len(gate(per_query(50, 0.48), base)) == 2


def test_an_uncertain_difference_does_not_pass() -> None:
    """Few queries that go both ways leave an interval that reaches too low."""
    base = per_query(10, 0.5)
    new = {query_id: dict.fromkeys(GATED, 0.9 if n % 2 else 0.1) for n, query_id in enumerate(base)}
    assert len(gate(new, base)) == 2


def test_the_gate_compares_like_with_like() -> None:
    """Other queries, missing measures, no baseline: an error and never a pass."""
    with pytest.raises(EvaluationError, match="same queries"):
        gate(per_query(3, 1.0), per_query(2, 1.0))
    with pytest.raises(EvaluationError, match="same queries"):
        gate({}, {})
    with pytest.raises(EvaluationError, match="R@100"):
        gate({"q1": {"nDCG@10": 1.0}}, {"q1": {"nDCG@10": 1.0}})
    report = build_report([Qrel("q1", "d1", 1)], [RunLine("q1", "d1", 1, 1.0, "t")])
    with pytest.raises(EvaluationError, match="no baseline"):
        gate_report(report)


def test_hard_rules_have_no_tolerance() -> None:
    """One invented citation, a refusal floor missed, a p95 more than a fifth slower."""
    assert invariants() == []
    assert invariants(citation_validity=1.0, refused=0.9, refusal_floor=0.9, p95=12.0, base_p95=10.0) == []
    broken = invariants(citation_validity=0.999, refused=0.89, refusal_floor=0.9, p95=12.1, base_p95=10.0)
    assert [reason.split(" ")[0] for reason in broken] == ["citation", "89.0%", "p95"]
