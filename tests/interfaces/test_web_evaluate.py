"""评测: sets to choose from, figures as the command gives them, questions to open, and refusals in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_visit import Served, Visit, serving

from small_corpus import QUICK, build, write_texts
from speechrag.engine import Engine
from speechrag.errors import UsageError
from speechrag.interfaces import evaluating, jobs
from speechrag.interfaces.evaluating import Evaluations
from speechrag.interfaces.live import Live
from speechrag.interfaces.marks import Marks
from speechrag.records import Query

ASKED = {"q1": "信访群众多久要有答复", "q2": "编织袋要储备多少条", "q3": "矿山每天巡查几次", "q4": "哪里也没有的问题"}
WANTED = {"q1": "十五日内要有答复", "q2": "编织袋五万条", "q3": "每天至少巡查一次", "q4": "静下心来教书"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five real speeches."""
    folder = tmp_path_factory.mktemp("evaluate")
    build(write_texts(folder / "corpus"), folder / "index")
    return folder / "index"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands started by the page need no model."""
    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "hash")
    monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")


@pytest.fixture
def own(index: Path) -> dict[str, str]:
    """A question set over them, as two files hold it."""
    engine = Engine.open(index, QUICK)
    passages = {
        hit.passage.passage_id: hit.passage.text for text in WANTED.values() for hit in engine.search(Query(text))
    }
    holding = {key: next(i for i, text in passages.items() if words in text) for key, words in WANTED.items()}
    topics = "".join(f"{key}\t{text}\n" for key, text in ASKED.items())
    return {"topics": topics, "qrels": "".join(f"{key} 0 {place} 1\n" for key, place in holding.items())}


@pytest.fixture
def evaluations(index: Path, tmp_path: Path) -> Evaluations:
    return Evaluations(replace(QUICK, index=str(index)), Marks(tmp_path / "marks.jsonl"))


def finished(evaluations: Evaluations, key: str, index: Path) -> Any:
    evaluations._kept[key].job.wait(120)
    return evaluations.view(key, Engine.open(index, QUICK))


@pytest.mark.usefixtures("quick")
def test_the_figures_are_those_of_the_command(evaluations: Evaluations, own: dict[str, str], index: Path) -> None:
    """Measures, kinds of questions and every question, the worst first, with the places that would answer it."""
    view = finished(evaluations, evaluations.start({"set": "own", "variant": "plain", **own}), index)
    job = evaluations._kept[view["id"]].job
    report = json.loads(job.output)
    assert (view["state"], view["queries"], view["done"], view["total"]) == (jobs.DONE, 4, 4, 4)
    assert {m["name"]: m["value"] for m in view["measures"]} == report["measures"]
    assert all(
        m["baseline"] == pytest.approx(m["value"] - m["difference"]) for m in view["measures"] if "baseline" in m
    )
    assert [q["id"] for q in view["questions"]][-1] != "q4" or view["questions"][-1]["values"][0] == 1
    assert view["questions"] == sorted(view["questions"], key=lambda q: q["values"])
    assert all(q["text"] == ASKED[q["id"]] and q["places"][0]["end"] > 0 for q in view["questions"])
    assert "检索评测" in (evaluations.report(view["id"]) or "")


@pytest.mark.usefixtures("quick")
def test_one_runs_at_a_time_and_can_be_stopped(evaluations: Evaluations, own: dict[str, str], index: Path) -> None:
    """A second is told to wait; a stopped one has no result and makes room."""
    first = evaluations.start({"set": "own", **own})
    with pytest.raises(UsageError, match="另一份评测"):
        evaluations.start({"set": "own", **own})
    evaluations.stop(first)
    assert finished(evaluations, first, index)["state"] == jobs.STOPPED
    assert evaluations.report(first) is None
    evaluations.stop(evaluations.start({"set": "own", **own}))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"topics": "q1 没有制表符\n"}, "问题文件第 1 行看不懂"),
        ({"qrels": "q1 0\n"}, "评判文件第 1 行看不懂"),
        ({"qrels": "q9 0 x.1 1\n"}, "编号对不上"),
        ({"qrels": "q1 0 nowhere.1 1\n"}, "都找不到"),
    ],
)
def test_what_is_wrong_with_a_set_is_said_in_a_sentence(
    evaluations: Evaluations, own: dict[str, str], index: Path, changed: dict[str, str], said: str
) -> None:
    """Which file and line, and nothing of this machine."""
    view = finished(evaluations, evaluations.start({"set": "own", **own, **changed}), index)
    assert view["state"] == jobs.FAILED
    assert said in view["text"] and "/" not in view["text"]


@pytest.mark.parametrize(
    "choice",
    [{}, {"set": "folder:../.."}, {"set": "made:x"}, {"set": "own"}, {"set": "marks"}, {"set": "own", "variant": "x"}],
)
def test_an_unknown_choice_begins_nothing(evaluations: Evaluations, choice: dict[str, str]) -> None:
    """Names from outside lead to no file."""
    with pytest.raises(UsageError, match=r"。$"):
        evaluations.start(choice)
    assert not evaluations._kept


def test_sets_and_marks_are_offered_where_there_are_some(index: Path, tmp_path: Path) -> None:
    """A folder with questions in it, and readers' marks once one of them is good for something."""
    (tmp_path / "sets" / "本单位").mkdir(parents=True)
    (tmp_path / "sets" / "空的").mkdir()
    (tmp_path / "sets" / "本单位" / "queries.jsonl").write_text('{"_id": "1", "text": "x"}\n', encoding="utf-8")
    marks = Marks(tmp_path / "marks.jsonl")
    evaluations = Evaluations(replace(QUICK, index=str(index), sets=str(tmp_path / "sets")), marks)
    keys = [row["key"] for row in evaluations.offer()["sets"]]
    assert "folder:本单位" in keys and "folder:空的" not in keys and "marks" not in keys
    view = {"kind": "answer", "question": "甲", "supported": True, "citations": [{"passage_id": "a.1"}]}
    marks.add(view, {"useful": True}, "g")
    assert "marks" in [row["key"] for row in evaluations.offer()["sets"]]
    with pytest.raises(UsageError, match="没有评判文件"):
        evaluations.start({"set": "folder:本单位"})


def test_old_evaluations_are_forgotten_with_their_folders(
    evaluations: Evaluations, own: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest few stay."""

    class Ended:
        state, seconds, done, total, complaint = jobs.FAILED, 0.0, 0, 0, ""

        def __init__(self, commands: object) -> None: ...

    monkeypatch.setattr(evaluating, "Job", Ended)
    keys = [evaluations.start({"set": "own", **own}) for _ in range(evaluating.KEPT)]
    first = Path(evaluations._kept[keys[0]].folder.name)
    assert first.is_dir()
    evaluations.start({"set": "own", **own})
    assert not first.exists()
    assert keys[0] not in evaluations._kept


@pytest.fixture
def measured(index: Path, tmp_path: Path) -> Iterator[Served]:
    """The page over the five speeches."""
    from speechrag.interfaces.web import create_app

    settings = replace(QUICK, index=str(index), per_minute=0)
    engine = Live(Engine.open(index, settings))
    with serving(create_app(engine, settings), engine) as running:  # type: ignore[arg-type]
        yield running


@pytest.mark.usefixtures("quick")
def test_a_set_is_measured_on_the_page(measured: Served, browser: Any, own: dict[str, str]) -> None:
    """Chosen and compared; the tables stand, a question opens the place it should have found, the report opens."""
    visitor = Visit(browser, measured, 1366)
    page = visitor.page
    try:
        page.click("#desk-evaluate-button")
        page.wait_for_selector(".evaluation-form select")
        page.select_option(".evaluation-form select >> nth=0", "own")
        page.select_option(".evaluation-form select >> nth=1", "plain")
        for place, name in enumerate(("topics", "qrels")):
            chosen = {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": own[name].encode()}
            page.set_input_files(f".own-set input >> nth={place}", chosen)
        page.click("text=开始评测")
        page.wait_for_selector(".evaluation-actions button:has-text('停止')")
        page.wait_for_selector(".evaluation tr[data-query]")
        assert page.locator(".evaluation tr[data-query]").count() == 4
        assert "nDCG@10" in page.inner_text(".evaluation table >> nth=0")
        assert page.locator(".chart polyline").count() >= 1
        sides = "(cells) => cells.map((cell) => getComputedStyle(cell).textAlign)"
        heads = page.locator(".evaluation table").first.locator("th").evaluate_all(sides)
        cells = page.locator(".evaluation table").first.locator("tbody tr >> nth=0").locator("td").evaluate_all(sides)
        assert [side == "right" for side in heads] == [side == "right" for side in cells], "a head over its figures"
        page.click("tr[data-query=q2] .row-title")
        page.wait_for_selector("#evaluate-reading mark.current:has-text('编织袋五万条')")
        address = page.get_attribute(".evaluation-links a >> nth=0", "href")
        report = browser.request.get(measured.address + address)
        assert "检索评测" in report.text() and "script-src 'self'" in report.headers["content-security-policy"]
        page.click("tr[data-query=q3] >> text=检索这个问题")
        page.wait_for_selector(".hits .quiet:has-text('矿山每天巡查几次')")
        assert visitor.errors == []
    finally:
        page.close()


@pytest.mark.usefixtures("quick")
def test_an_evaluation_is_stopped_on_the_page(measured: Served, browser: Any, own: dict[str, str]) -> None:
    """停止 ends it; the page says so and offers to begin again."""
    visitor = Visit(browser, measured, 390)
    page = visitor.page
    try:
        page.click("#desk-evaluate-button")
        page.wait_for_selector(".evaluation-form select")
        page.select_option(".evaluation-form select >> nth=0", "made:headings-removed")
        page.click("text=开始评测")
        page.click(".evaluation-actions button:has-text('停止')")
        page.wait_for_selector(".evaluation .failure:has-text('已停止')")
        page.wait_for_selector(".evaluation-actions button:has-text('开始评测'):not([disabled])")
        assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
    finally:
        page.close()
