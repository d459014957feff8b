"""``speechrag check`` and follow-ups of ``speechrag ask`` from the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from speechrag.interfaces.cli import main

SPEECH = """在全县防汛工作会议上的讲话
（2021年5月10日）
同志们：
今天召开全县防汛工作会议，任务是安排今年的防汛工作。下面，我讲两点意见。
一、认清形势，查准隐患
去年全县共加固堤防37.5公里，转移群众1260人，没有出现人员伤亡。当前还有十二处险段没有处理完。
二、压实责任，严格时限
险情发生后，各乡镇必须在30分钟内电话报告，1小时内书面报告。县水务局局长韩立群负总责。
同志们，防汛工作责任重大，让我们共同努力，确保安全度汛。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    (folder / "speeches").mkdir()
    (folder / "speeches" / "防汛.txt").write_text(SPEECH, encoding="utf-8")
    place = folder / "index"
    assert main(["build", str(folder / "speeches"), "--index", str(place), "--embedder", "hash"]) == 0
    return place


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def test_a_report_is_one_json_object(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Verdicts, places with offsets, and the changed figure apart."""
    pasted = "去年全县共加固堤防73.5公里，转移群众1260人，没有出现人员伤亡。当前还有十二处险段没有处理完。地铁三条线。"
    (tmp_path / "稿.txt").write_text(pasted, encoding="utf-8")
    code, out, _ = run(capsys, "check", str(tmp_path / "稿.txt"), "--index", str(index), "--format", "json")
    report = json.loads(out)
    assert code == 0 and set(report) == {"counts", "items", "seconds"}
    assert [item["verdict"] for item in report["items"]] == ["near", "verbatim", "not_found"]
    assert report["counts"] == {"near": 1, "verbatim": 1, "not_found": 1}
    assert report["items"][0]["facts"] == [{"kind": "number", "said": "73.5", "source": "37.5"}]
    item = report["items"][1]
    assert pasted[item["start"] : item["end"]] == item["text"] == item["places"][0]["quote"]
    assert item["exact"] and item["places"][0]["headings"] == ["一、认清形势，查准隐患"]


def test_people_read_verdicts_and_differences(
    index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard input is taken for ``-``; the text form names source and change."""
    pasted = "险情发生后，各乡镇必须在50分钟内电话报告，1小时内书面报告。"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pasted.encode())))
    code, out, _ = run(capsys, "check", "-", "--index", str(index))
    assert code == 0
    assert "【有出入】" in out and "防汛.txt" in out
    assert "数字不符：30 → 50" in out and "共1句：有出入1句" in out


def test_a_file_that_is_none_is_misuse(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and one in another encoding end with exit code 2 and a sentence."""
    (tmp_path / "gbk.txt").write_bytes("险情".encode("gbk"))
    for name, words in (("none.txt", "cannot be read"), ("gbk.txt", "is not UTF-8")):
        code, out, err = run(capsys, "check", str(tmp_path / name), "--index", str(index))
        assert (code, out) == (2, "") and words in err


def test_a_follow_up_is_asked_with_its_history(index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The questions before are read from a file; the note says how the follow-up was understood."""
    (tmp_path / "before.txt").write_text("险情发生后各乡镇有什么要求\n", encoding="utf-8")
    arguments = ["ask", "那谁负总责呢", "--index", str(index), "--format", "json"]
    code, out, err = run(capsys, *arguments, "--history", str(tmp_path / "before.txt"))
    answer = json.loads(out)
    assert code == 0 and answer["supported"] and "韩立群" in answer["text"]
    assert "接上文" in err and answer["kind"] == "who"
    assert {"suggestions", "notes", "nearest"} <= set(answer)


def test_an_answer_says_what_else_may_be_asked(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The text form ends with further questions, each of which is answered."""
    code, out, _ = run(capsys, "ask", "险情发生后多长时间内要报告", "--index", str(index))
    assert code == 0 and "30分钟" in out
    _, _, further = out.partition("还可以问：")
    for line in further.strip().splitlines():
        _, again, _ = run(capsys, "ask", line.strip(" -"), "--index", str(index), "--format", "json")
        assert json.loads(again)["supported"], line


def test_a_refusal_says_what_was_searched(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The year that the speech does not have is named, and the nearest passages are listed as not enough."""
    code, out, _ = run(capsys, "ask", "2015年加固堤防多少公里", "--index", str(index))
    assert code == 0
    assert "没有说到“2015年”" in out and "相近但不足以回答：" in out
