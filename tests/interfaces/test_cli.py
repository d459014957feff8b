"""The command line as scripts and evaluators use it: flags, JSON keys, streams, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_engine import FakeEngine

from small_corpus import TEXTS, write_texts
from speechrag.interfaces.cli import main
from speechrag.interfaces.commands import VERBS
from speechrag.interfaces.commands.ask import answer_text
from speechrag.records import Answer, AnswerSentence

CITATION = {"number", "passage_id", "speech_id", "source", "title", "quote", "start", "end"}
POINT = {"heading", "level", "role", "text", "citations", "points"}
BUILD = {"files", "skipped", "speeches", "passages", "added", "changed", "removed", "unchanged", "seconds"}
HIT = {
    "rank", "score", "passage_id", "speech_id", "source", "title", "headings", "text", "original", "start", "end",
    "parts", "metadata", "copies", "others",
}  # fmt: skip
ANSWER = {"qid", "question", "supported", "text", "sentences", "citations", "nearest", "seconds"}
OUTLINE = {
    "bid", "brief", "titles", "salutation", "opening", "points", "closing", "citations", "slots", "warnings", "seconds",
}  # fmt: skip
SPEECH = {
    "speech_id", "source", "ordinal", "title", "text", "sections", "metadata", "evidence", "family", "quality",
}  # fmt: skip
MEASURES = {"nDCG@10", "RR@10", "R@10", "R@100", "AP"}


class Cli:
    """Runs commands in one working folder, in this process or (``process``) in one of its own."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capfd = capfd
        monkeypatch.chdir(folder)
        monkeypatch.setenv("SPEECHRAG_SEGMENTER", "characters")
        monkeypatch.setenv("SPEECHRAG_PASSAGE_CHARS", "80")

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = self._capfd.readouterr()
        return code, out, err

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the JSON lines that a command prints; everything on stdout must be one."""
        code, out, err = self(*arguments)
        assert code == 0, err
        return [json.loads(line) for line in out.splitlines()]

    def process(self, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "speechrag.interfaces.cli", *arguments]
        return subprocess.run(command, capture_output=True, check=False, cwd=self.folder, env=environ)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Chinese and spaces in its name, sources and a built index."""
    folder = tmp_path_factory.mktemp("cli") / "办公 目录"
    write_texts(folder / "讲话 原文", TEXTS)
    (folder / "讲话 原文" / "空.txt").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPEECHRAG_SEGMENTER", "characters")
        patch.setenv("SPEECHRAG_PASSAGE_CHARS", "80")
        index = str(folder / "indexes" / "default")
        assert main(["build", str(folder / "讲话 原文"), "--index", index, "--embedder", "hash"]) == 0
    return folder


@pytest.fixture
def cli(workplace: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    capfd.readouterr()
    return Cli(workplace, capfd, monkeypatch)


def test_build_reports_what_it_did(cli: Cli, tmp_path: Path) -> None:
    """The last line has the keys of the contract; skipped files come with source and reason."""
    arguments = ("build", "讲话 原文", "--index", str(tmp_path / "新 索引"), "--embedder", "hash", "--format", "json")
    first = cli.rows(*arguments)[-1]
    assert set(first) >= BUILD
    assert (first["files"], first["added"], first["unchanged"]) == (len(TEXTS), len(TEXTS), 0)
    assert [set(s) for s in first["skipped"]] == [{"source", "reason"}]
    again = cli.rows(*arguments)[-1]
    assert (again["added"], again["changed"], again["removed"], again["unchanged"]) == (0, 0, 0, len(TEXTS))
    assert again["skipped"] == first["skipped"]


def test_building_again_says_that_nothing_changed(cli: Cli) -> None:
    """Text output names the index; the skipped file goes to stderr."""
    code, out, err = cli("build", "讲话 原文", "--embedder", "hash")
    assert code == 0
    assert "没有变化" in out and "indexes/default" in out
    assert err.startswith("跳过 空.txt：文件里没有文字")


def test_a_build_that_is_told_to_end_leaves_nothing_half_done(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM is as good as Ctrl-C: code 130, no unfinished generation, and signals are as they were before."""
    before = signal.getsignal(signal.SIGTERM)
    generations = cli.folder / "indexes" / "default" / "generations"
    kept = sorted(path.name for path in generations.iterdir())
    (cli.folder / "讲话 原文" / "新.txt").write_text("同志们：\n今天开会。\n", encoding="utf-8")
    monkeypatch.setattr("speechrag.build.IndexFiller", lambda *_: signal.raise_signal(signal.SIGTERM))
    code, _, err = cli("build", "讲话 原文", "--embedder", "hash")
    assert code == 130
    assert "the index is as it was" in err
    assert sorted(path.name for path in generations.iterdir()) == kept
    assert signal.getsignal(signal.SIGTERM) is before
    (cli.folder / "讲话 原文" / "新.txt").unlink()


def test_search_prints_one_object_a_query(cli: Cli) -> None:
    """Keys of query and hit, and the count asked for."""
    (row,) = cli.rows("search", "信息报送", "--top-k", "3", "--format", "json")
    assert set(row) >= {"qid", "query", "seconds", "hits"}
    assert row["query"] == "信息报送"
    assert len(row["hits"]) == 3
    assert all(set(hit) >= HIT for hit in row["hits"])
    assert all(set(part) >= {"rank", "score"} for hit in row["hits"] for part in hit["parts"].values())
    assert [hit["rank"] for hit in row["hits"]] == [1, 2, 3]


def test_a_search_may_be_read_once_more(cli: Cli) -> None:
    """``--reranker reader`` shows its part beside the others; a title is left alone; an unknown name is told."""
    asked = ("search", "小型水库的巡查责任人要怎样在岗", "--format", "json")
    (plain,), (read,) = cli.rows(*asked), cli.rows(*asked, "--reranker", "reader")
    assert "reader" not in plain["hits"][0]["parts"] and read["hits"][0]["parts"]["reader"]["rank"] == 1
    (title,) = cli.rows("search", "信息报送", "--reranker", "reader", "--format", "json")
    assert title["hits"] and all("reader" not in hit["parts"] for hit in title["hits"])
    code, out, err = cli("search", "信息", "--reranker", "nobody/none")
    assert (code, out) == (1, "") and "nobody/none" in err


def test_queries_are_answered_in_the_order_of_the_file(cli: Cli, tmp_path: Path) -> None:
    """One line a query, ids kept, a byte order mark, blank lines and line ends of Windows forgiven."""
    lines = [{"qid": f"q{i}", "query": q, "more": 1} for i, q in enumerate(["防汛", "接访", "防汛", "zzz"], 7)]
    text = "\ufeff" + "\r\n\r\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\r\n"
    (tmp_path / "问题.jsonl").write_text(text, encoding="utf-8", newline="")
    rows = cli.rows("search", "--queries", str(tmp_path / "问题.jsonl"), "--top-k", "2", "--format", "json")
    assert [(r["qid"], r["query"]) for r in rows] == [(line["qid"], line["query"]) for line in lines]
    assert rows[0]["hits"] == rows[2]["hits"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--filter", "source=信息.txt"),
        ("--filter", "source=信息.txt", "--filter", "source=防汛.txt"),
        ("--filter", "source=信息.txt", "source=防汛.txt"),
        ("--filter", "source=信息.txt", "genre=讲话"),
        ("--filter=source=信息.txt",),
    ],
)
def test_filters_may_be_given_in_every_form(cli: Cli, arguments: tuple[str, ...]) -> None:
    """Once, repeated, several behind one flag: hits come only from the sources named."""
    (row,) = cli.rows("search", "信息", *arguments, "--format", "json")
    assert row["hits"]
    assert {hit["source"] for hit in row["hits"]} <= {"信息.txt", "防汛.txt"}


def test_ask_prints_an_answer_with_its_citations(cli: Cli, tmp_path: Path) -> None:
    """Keys of answer, sentence and citation; each quote stands in the speech at its offsets."""
    questions = [{"qid": "a", "question": "重大突发事件最迟多久内上报"}, {"qid": "b", "question": "火星上有几条地铁"}]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(json.dumps(q) for q in questions), encoding="utf-8")
    answer, refusal = cli.rows("ask", "--questions", str(path), "--format", "json")
    speeches = {s["speech_id"]: s["text"] for s in cli.rows("corpus", "--format", "jsonl")}
    assert set(answer) >= ANSWER and set(refusal) >= ANSWER
    assert (answer["qid"], answer["supported"], refusal["qid"], refusal["supported"]) == ("a", True, "b", False)
    assert all(set(sentence) >= {"text", "citations"} for sentence in answer["sentences"])
    assert all(set(citation) >= CITATION for citation in answer["citations"])
    assert all(speeches[c["speech_id"]][c["start"] : c["end"]] == c["quote"] for c in answer["citations"])
    assert (refusal["sentences"], refusal["citations"]) == ([], [])
    assert refusal["text"]


def test_a_long_answer_is_printed_line_by_line_under_the_titles_of_its_speeches() -> None:
    """Four sentences of two speeches; the sentences that stand in one place are one line of the sources."""
    engine = FakeEngine()
    first, second = engine.ask("信息员队伍培训").citations[0], engine.ask("首次办理的单位多久办结").citations[0]
    cited = tuple(replace(first if number < 4 else second, number=number) for number in range(1, 5))
    sentences = tuple(AnswerSentence(f"第{c.number}点。", (c.number,)) for c in cited)
    answer = Answer("有哪些要求", True, "".join(s.text for s in sentences), sentences, cited)
    lines = answer_text(engine, answer).splitlines()  # type: ignore[arg-type]
    places = [" › ".join((c.title, *c.headings)) + f"（{c.source}）" for c in (first, second)]
    assert lines == [
        *(f"《{first.title}》：", "  第1点。[1]", "  第2点。[2]", "  第3点。[3]"),
        *(f"《{second.title}》：", "  第4点。[4]", "", "依据："),
        *(f"  [1]–[3] {places[0]}", f"  [4] {places[1]}"),
    ]


def test_outline_prints_points_with_sources(cli: Cli) -> None:
    """Keys of outline and point, at every depth."""
    (row,) = cli.rows("outline", "区委办公室主任在全区信息工作会议上的讲话", "--format", "json")
    assert set(row) >= OUTLINE
    assert all(set(citation) >= CITATION for citation in row["citations"])
    points = list(row["points"])
    for point in points:
        assert set(point) >= POINT
        points.extend(point["points"])


def test_outline_writes_a_word_file(cli: Cli, tmp_path: Path) -> None:
    """docx goes to the file named, and stdout stays empty."""
    target = tmp_path / "提 纲.docx"
    code, out, err = cli("outline", "县长在全县安全生产工作会议上的讲话", "--format", "docx", "--out", str(target))
    assert (code, out) == (0, "")
    assert f"wrote {target}" in err
    assert target.read_bytes().startswith(b"PK")
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_an_outline_is_written_out_saved_and_opened_again(cli: Cli, tmp_path: Path) -> None:
    """--expand gives paragraphs, --save a file that --open prints and exports without an index."""
    saved, target = tmp_path / "草稿.json", tmp_path / "稿.docx"
    brief = "区委办公室主任在全区信息工作会议上的讲话"
    (row,) = cli.rows("outline", brief, "--format", "json", "--expand", "--save", str(saved), "--set", "year=2026")
    assert row["plan"]["year"] == 2026
    told = [point for part in row["points"] for point in (part["points"] or [part])]
    assert all(point["paragraphs"] for point in told)
    (again,) = cli.rows("outline", "--open", str(saved), "--format", "json", "--index", str(tmp_path / "none"))
    assert again["points"] == row["points"]
    code, _, _ = cli("outline", "--open", str(saved), "--format", "docx", "--out", str(target), "--sources")
    assert (code, target.read_bytes()[:2]) == (0, b"PK")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("outline", "讲话", "--set", "points"), "--set"),
        (("outline", "在全县安全生产工作会议上的讲话", "--set", "points=9"), "3到6"),
        (("outline", "讲话", "--open", "x.json"), "--open"),
        (("outline", "--open", "没有.json"), "没有.json"),
    ],
)
def test_a_wrong_correction_or_draft_is_refused(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    """One sentence naming what was wrong; exit code 2."""
    code, _, err = cli(*arguments)
    assert code == 2
    assert says in err


def test_corpus_prints_every_speech(cli: Cli) -> None:
    """Keys of speech, section and, with the flag only, repair; a source picks its speeches."""
    rows = cli.rows("corpus", "--format", "jsonl")
    assert len(rows) == len(TEXTS)
    assert all(set(row) >= SPEECH and "repairs" not in row for row in rows)
    assert all(set(s) >= {"heading", "level", "start", "end"} for row in rows for s in row["sections"])
    assert all(set(e) == {"start", "end"} for row in rows for e in row["evidence"].values())
    repaired = cli.rows("corpus", "--format", "jsonl", "--repairs", "--source", "信息.txt")
    assert [row["source"] for row in repaired] == ["信息.txt"]
    keys = {"rule", "start", "end", "before", "after", "confidence"}
    assert all(set(repair) >= keys for row in repaired for repair in row["repairs"])


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "测试 集"
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": f"d{i}", "title": "", "text": text} for i, text in enumerate(TEXTS.values())]
    queries = [{"_id": "q1", "text": "水库巡查"}, {"_id": "q2", "text": "领导干部接访"}]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        (folder / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    judged = "query-id\tcorpus-id\tscore\nq1\td3\t1\nq2\td2\t1\n"
    (folder / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    return folder


def test_evaluate_measures_a_collection(cli: Cli, collection: Path, tmp_path: Path) -> None:
    """Keys of the report; the run it wrote can be its own baseline."""
    run = str(tmp_path / "一 号.run")
    dataset = ("evaluate", "--dataset", str(collection), "--embedder", "hash", "--format", "json")
    (row,) = cli.rows(*dataset, "--run-out", run)
    assert set(row) >= {"queries", "measures", "per_query", "comparison", "seconds"}
    assert (row["queries"], set(row["measures"]) >= MEASURES, row["comparison"]) == (2, True, None)
    assert row["measures"]["RR@10"] == 1.0
    assert set(row["per_query"]) == {"q1", "q2"}
    assert set(row["seconds"]) >= {"index", "search"}
    (compared,) = cli.rows(*dataset, "--baseline", run)
    keys = {"baseline", "difference", "p_value", "ci_low", "ci_high"}
    assert all(set(compared["comparison"][measure]) >= keys for measure in MEASURES)
    assert compared["comparison"]["AP"]["difference"] == 0.0


def test_evaluate_takes_topics_over_an_index(cli: Cli, tmp_path: Path) -> None:
    """Judged passages or speeches of the index in use."""
    hit = cli.rows("search", "水库巡查", "--format", "json")[0]["hits"][0]
    (tmp_path / "topics.tsv").write_text("t1\t水库巡查\n", encoding="utf-8")
    for judged in (hit["passage_id"], hit["speech_id"]):
        (tmp_path / "qrels").write_text(f"t1 0 {judged} 1\n", encoding="utf-8")
        topics, qrels = str(tmp_path / "topics.tsv"), str(tmp_path / "qrels")
        (row,) = cli.rows("evaluate", "--topics", topics, "--qrels", qrels, "--format", "json")
        assert row["measures"]["RR@10"] == 1.0


def test_a_model_out_of_reach_is_told_beside_the_plain_hits(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hits are those of a search without a model; the reason goes to stderr and into the JSON."""
    monkeypatch.setenv("SPEECHRAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    plain = cli.rows("search", "水库巡查", "--format", "json")[0]
    code, out, err = cli("search", "水库巡查", "--llm", "nobody", "--format", "json")
    found = json.loads(out)
    assert (code, found["hits"], plain["notes"]) == (0, plain["hits"], [])
    (note,) = found["notes"]
    assert note.startswith("未使用大模型：")
    assert f"note: {note}" in err


@pytest.mark.parametrize(("verb", "said"), [("search", "水库巡查"), ("ask", "水库巡查有什么要求")])
def test_a_filter_that_leaves_no_speech_is_what_is_named(cli: Cli, verb: str, said: str) -> None:
    """Nothing was searched, so nothing is said about the query."""
    code, out, _ = cli(verb, said, "--filter", "year=1900", "source=没有.txt")
    assert (code, out.strip()) == (0, "没有讲话符合筛选条件（year=1900，source=没有.txt），请放宽筛选。")
    (row,) = cli.rows(verb, said, "--filter", "year=1900", "--format", "json")
    assert "没有讲话符合筛选条件（year=1900）" in (row["text"] if verb == "ask" else row["notes"][0])


def test_an_outline_over_no_speech_says_so(cli: Cli) -> None:
    """The note names the filter, not the theme: no speech was looked at."""
    code, out, err = cli("outline", "县长在全县水库巡查工作会议上的讲话", "--filter", "year=1900")
    said = "没有讲话符合筛选条件（year=1900），请放宽筛选。"
    assert (code, err.strip()) == (0, f"note: {said}")
    assert said in out
    (row,) = cli.rows("outline", "县长在全县水库巡查工作会议上的讲话", "--filter", "year=1900", "--format", "json")
    assert (row["points"], row["notes"], row["titles"]) == ([], [said], ["在全县水库巡查工作会议上的讲话"])


@pytest.mark.parametrize("value", ["abc", "2009..2014", "2009年"])
def test_a_year_that_is_none_is_misuse(cli: Cli, value: str) -> None:
    """Code 2, and the years there are."""
    for verb in ("search", "ask"):
        code, out, err = cli(verb, "水库巡查", "--filter", f"year={value}")
        assert (code, out) == (2, "")
        assert f"filter year={value}: expected a year in figures; this index" in err


def test_no_limit_for_a_speech_is_what_the_help_says_of_0(cli: Cli) -> None:
    """`--per-speech 0` gives the list that leaving it out gives."""
    assert "(default: 0, any number)" in " ".join(cli("search", "--help")[1].split())
    without, with_0 = (cli.rows("search", "信息", *own, "--format", "json")[0] for own in ((), ("--per-speech", "0")))
    assert with_0["hits"] == without["hits"]


def test_an_id_given_twice_is_misuse(cli: Cli, tmp_path: Path) -> None:
    """Two answers under one id could not be told apart; the number 1 and the text "1" are one id."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"qid": "1", "query": "信息"}\n\n{"qid": 1, "query": "水库"}\n', encoding="utf-8")
    code, out, err = cli("search", "--queries", str(path), "--format", "json")
    assert (code, out) == (2, "")
    assert f"{path}:3: the qid '1' stands in line 1 already" in err


@pytest.mark.parametrize(
    ("command", "option"), [("search", "--queries"), ("ask", "--questions"), ("outline", "--briefs")]
)
def test_a_file_without_a_line_is_misuse(cli: Cli, tmp_path: Path, command: str, option: str) -> None:
    """No answers at all must not pass for success in a script."""
    empty = tmp_path / "none.jsonl"
    empty.write_text("\n\n", encoding="utf-8")
    code, out, err = cli(command, option, str(empty))
    assert (code, out) == (2, "")
    assert f"{empty}: holds no line" in err


def test_the_list_of_commands_is_a_line_each(cli: Cli) -> None:
    """`--help` can be taken in at a glance; what a verb's JSON holds stands in the help of the verb."""
    code, out, _ = cli("--help")
    commands = out.partition("positional arguments:")[2].partition("options:")[0].splitlines()
    assert code == 0
    assert [line.split()[0] for line in commands if line.startswith("    ")] == list(VERBS)
    assert '"verdict"' in cli("check", "--help")[1]


def test_the_package_runs_as_a_module() -> None:
    """`python -m speechrag` is the same command line."""
    done = subprocess.run([sys.executable, "-m", "speechrag", "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: speechrag ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "required"),
        (("serch", "信息"), "did you mean `speechrag search`"),
        (("xyzzy",), "commands: build, search, ask"),
        (("search", "信息", "--tpo-k", "3"), "--tpo-k"),
        (("search", "信息", "--top-k", "many"), "many"),
        (("search", "信息", "--top-k", "0"), "--top-k: `top_k` is 0; expected a number from 1 to 1,000"),
        (("search", "信息", "--top-k", "100000"), "from 1 to 1,000"),
        (("search", "信息", "--format", "xml"), "xml"),
        (("search",), "give either a query or a file"),
        (("search", "信息", "--queries", "x.jsonl"), "not both"),
        (("search", "--queries", "没有.jsonl"), "没有.jsonl: cannot be read"),
        (("search", ""), "the query is empty"),
        (("ask", " "), "the question is empty"),
        (("outline", ""), "the brief is empty"),
        (("outline", "\u200b\u202e"), "the brief is empty"),
        (("search", "信息", "--filter", "year"), "--filter 'year': expected key=value"),
        (("search", "信息", "--filter", "yaer=2009"), "unknown filter key 'yaer'; this index knows: "),
        (("search", "--filter", "source=信息.txt", "信息"), "--filter '信息': expected key=value"),
        (("ask", "为什么", "--filter", "=x"), "expected key=value"),
        (("outline", "讲话", "--format", "docx"), "--out"),
        (("corpus", "--source", "没有.txt"), "没有.txt: is not in this index"),
        (("build", ""), "a SOURCE is empty"),
        (("serve", "--sets", "没有这个夹"), "--sets 没有这个夹: no such folder"),
        (("corpus", "--source", ""), "--source '': is not in this index"),
        (("corpus", "--source", "空.txt"), "空.txt: was skipped"),
        (("corpus", "--format", "json"), "json"),
        (("evaluate",), "--dataset"),
        (("evaluate", "--dataset", "x", "--topics", "y"), "either --dataset"),
    ],
)
def test_misuse_is_one_line_and_code_2(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    """What was wrong stands in the first line of stderr; nothing goes to stdout."""
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    first, *rest = err.splitlines()
    assert first.startswith("speechrag: ") and said in first
    assert all(line.startswith("hint: ") for line in rest)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '{"qid": "1"}',
        '{"query": "x"}',
        '{"qid": "1", "query": ""}',
        '{"qid": [], "query": "x"}',
        '{"qid": "2", "query": "x", "query": "y"}',
        pytest.param('{"qid": "1", "query": "\\u0000\\u200b"}', id="nothing that can be seen"),
        pytest.param("[" * 200_000, id="nested without end"),
    ],
)
def test_a_bad_line_of_queries_is_named_by_its_number(cli: Cli, tmp_path: Path, line: str) -> None:
    """The file is checked before anything is printed."""
    path = tmp_path / "q.jsonl"
    path.write_text('{"qid": "1", "query": "信息"}\n' + line, encoding="utf-8")
    code, out, err = cli("search", "--queries", str(path), "--format", "json")
    assert (code, out) == (2, "")
    assert f"{path}:2: " in err


@pytest.mark.parametrize("identifier", ["NaN", "true", "1e400", "null", "[]"])
def test_an_id_that_is_none_is_what_is_named(cli: Cli, tmp_path: Path, identifier: str) -> None:
    """A good query is not blamed for it."""
    path = tmp_path / "q.jsonl"
    path.write_text(f'{{"qid": {identifier}, "query": "信息"}}', encoding="utf-8")
    code, out, err = cli("search", "--queries", str(path), "--format", "json")
    assert (code, out) == (2, "") and f"{path}:1: `qid` is " in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "信息", "--index", "没有 索引"), "没有 索引: there is no index here"),
        (("corpus", "--index", "没有"), "there is no index here"),
        (("build", "没有这个文件夹"), "没有这个文件夹"),
        (("build", "空 夹", "--index", "另一个"), "no files were found"),
        (("evaluate", "--dataset", "没有"), "没有"),
    ],
)
def test_failure_is_one_line_and_code_1(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    """A missing index, folder or collection; the hint is a command."""
    (cli.folder / "空 夹").mkdir(exist_ok=True)
    code, out, err = cli(*arguments)
    assert (code, out) == (1, "")
    first, *rest = err.splitlines()
    assert first.startswith("speechrag: ") and said in first
    assert all(line.startswith("hint: ") for line in rest)


def test_the_wrong_encoder_is_one_line_and_code_1(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both encoders are named, and what to do."""
    monkeypatch.setenv("SPEECHRAG_EMBEDDER", "builtin")
    code, out, err = cli("search", "信息")
    assert (code, out) == (1, "")
    assert "'hash'" in err and "'builtin'" in err and "hint: " in err


def test_a_second_build_at_once_is_one_line_and_code_1(cli: Cli) -> None:
    """The line says which process is building."""
    from speechrag.index.layout import build_lock

    with build_lock(cli.folder / "indexes" / "default"):
        code, out, err = cli("build", "讲话 原文", "--embedder", "hash")
    assert (code, out) == (1, "")
    assert err.splitlines() == [line for line in err.splitlines() if f"process {os.getpid()}" in line]


@pytest.mark.parametrize("verb", ["build", "search", "outline"])
def test_what_is_typed_wrong_is_told_without_its_control_characters(cli: Cli, verb: str) -> None:
    """A terminal obeys an escape sequence; it is spelled out, on one line, and a name without end is cut."""
    typed = "/no\x1b]0;title\x07\u202e\nwhere" + "甲" * 5000
    arguments = (verb, typed) if verb == "build" else (verb, "护林", "--index", typed)
    code, out, err = cli(*arguments)
    assert (code, out) == (1, "")
    assert "\\x1b]0;title\\x07\\u202e\\x0awhere" in err or verb == "build"  # which names files without them
    assert {char for line in err.splitlines() for char in line if not char.isprintable()} == set()
    assert len(err.splitlines()) <= 2 and len(err) < 2000
    code, _, err = cli(verb, "--no-such\x1b[31m", "甲" * 5000)
    assert code == 2 and "\x1b" not in err and len(err) < 1000


def test_an_unknown_setting_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt environment variable is a mistake and not silently nothing."""
    monkeypatch.setenv("SPEECHRAG_TOPK", "5")
    code, out, err = cli("search", "信息")
    assert (code, out) == (2, "")
    assert "SPEECHRAG_TOPK" in err


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_command_has_help_with_an_example(cli: Cli, verb: str) -> None:
    """``-h`` goes to stdout with code 0 and shows one whole command."""
    code, out, err = cli(verb, "-h")
    assert (code, err) == (0, "")
    assert f"example: speechrag {verb}" in " ".join(out.split())


def test_help_lists_the_commands(cli: Cli) -> None:
    """All seven, and an example."""
    code, out, _ = cli("--help")
    assert code == 0
    assert all(f"\n    {verb} " in out for verb in ("build", "search", "ask", "outline", "corpus", "evaluate", "serve"))
    assert "example: " in out


@pytest.mark.parametrize("environ", [{"LANG": "C", "LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}, {}])
def test_output_is_utf8_whatever_the_locale(cli: Cli, environ: dict[str, str]) -> None:
    """Chinese queries, paths with spaces and JSON survive LANG=C; progress is not mixed in."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LANG", "LC_"))}
    done = cli.process("search", "水庫巡查", "--index", "indexes/default", "--format", "json", environ=kept | environ)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    row = json.loads(done.stdout.decode("utf-8"))
    assert row["query"] == "水庫巡查"
    assert row["hits"][0]["source"] == "防汛.txt"


@pytest.mark.skipif(os.name == "nt", reason="names of files are text on Windows")
@pytest.mark.parametrize("folder", ["公文 三".encode(), "公文 三".encode("gb18030")], ids=["UTF-8", "GBK"])
@pytest.mark.parametrize(
    "environ", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=["UTF-8", "ASCII"]
)
def test_folders_are_used_and_named_whatever_bytes_their_names_are(
    cli: Cli, tmp_path: Path, folder: bytes, environ: dict[str, str]
) -> None:
    """An index is built and searched there, and told of in Chinese, also where the locale knows none."""
    place = f"{tmp_path}/{os.fsdecode(folder)}"
    write_texts(Path(place, "sources"), {"讲话.txt": TEXTS["防汛.txt"]})
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LANG", "LC_"))} | environ
    built = cli.process("build", f"{place}/sources", "--index", f"{place}/index", environ=kept)
    assert (built.returncode, built.stderr) == (0, b"")
    assert "公文 三/index: 1 个文件".encode() in built.stdout
    found = cli.process("search", "水库巡查", "--index", f"{place}/index", "--format", "json", environ=kept)
    assert (found.returncode, json.loads(found.stdout)["hits"][0]["source"]) == (0, "讲话.txt")
    missing = cli.process("search", "水库", "--index", f"{place}/没有", environ=kept)
    assert missing.returncode == 1 and "公文 三/没有: there is no index here" in missing.stderr.decode("utf-8")
    listed = cli.process("corpus", "--index", f"{place}/index", "--source", "讲话.txt", environ=kept)
    assert (listed.returncode, listed.stderr) == (0, b"")


@pytest.mark.parametrize("out", [".", "/", ".."])
def test_a_folder_is_no_file_to_write(cli: Cli, out: str) -> None:
    """One line that says so, no traceback."""
    code, _, err = cli("corpus", "--format", "csv", "--out", out)
    assert code == 1
    assert err == f"speechrag: {out}: cannot be written (Is a directory); choose another --out\n"


@pytest.mark.parametrize(
    "command",
    [
        ("outline", "在全市防汛工作会议上的讲话", "--save", ""),
        ("outline", "在全市防汛工作会议上的讲话", "--out", ""),
        ("corpus", "--format", "csv", "--out", ""),
        ("corpus", "--report", ""),
    ],
)
def test_a_file_without_a_name_is_refused(cli: Cli, command: tuple[str, ...]) -> None:
    """An unset variable of a script: what was to be kept would be lost, and the code would be 0."""
    code, out, err = cli(*command)
    assert (code, out) == (2, "")
    assert "the name of the file is empty" in err


def test_a_name_as_long_as_names_can_be_is_written(cli: Cli, tmp_path: Path) -> None:
    """What stands beside it until it is whole has a short name, and is gone then."""
    out = tmp_path / ("长" * 83 + ".csv")
    code, _, err = cli("corpus", "--format", "csv", "--out", str(out))
    assert (code, list(tmp_path.iterdir())) == (0, [out]), err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no /dev/null")
def test_what_is_no_file_is_written_to_and_stays(cli: Cli, tmp_path: Path) -> None:
    """As root a renaming would put a file in place of /dev/null."""
    out = tmp_path / "null"
    out.symlink_to(os.devnull)
    assert cli("corpus", "--format", "csv", "--out", str(out))[0] == 0
    assert out.is_symlink() and out.is_char_device()


def test_a_reader_that_leaves_early_is_no_crash(cli: Cli) -> None:
    """As with `| head -1`: no traceback."""
    command = [sys.executable, "-m", "speechrag.interfaces.cli", "corpus", "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cli.folder) as child:
        assert child.stdout and child.stderr
        child.stdout.close()
        assert b"Traceback" not in child.stderr.read()


def test_help_loads_nothing_heavy(cli: Cli) -> None:
    """``speechrag --help`` needs the standard library and our own small modules only."""
    code = (
        "import sys; from speechrag.interfaces.cli import main; main(['--help']);"
        "heavy = {'numpy', 'torch', 'faiss', 'tantivy', 'jieba', 'opencc', 'lxml', 'gradio', 'langchain_core',"
        " 'sentence_transformers', 'tokenizers', 'sqlite3', 'docx'} & set(sys.modules); sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
