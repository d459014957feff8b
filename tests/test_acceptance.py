"""The promises of the first release, kept on two real scraped files (skipped where they are absent)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from speechrag.engine import Engine
from speechrag.interfaces.cli import main
from speechrag.records import OutlinePoint, Passage, Query

BRIEF = "县委宣传部部长在全县网络与信息安全工作会议上的讲话，对象是各单位分管领导"
PINYIN = re.compile(r"[（(][^（()）]*[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ][^（()）]*[)）]")
COUNTER = re.compile(r"^\s*[0-9０-９]{1,3}\s*[、.．]?\s*$", re.M)
LITTER = re.compile(
    r"https?:|www\.|\.com|版权所有|[上下]一篇|打印本页|关闭窗口|返回顶部|责任编辑|本文来源|范文网|&nbsp|收藏本站|"
    r"相关文章|推荐阅读|点击下载|扫一扫|ICP备"
)
ENDS = "。！？…!?；：:;”’』」》〉）)】—"


@pytest.fixture(scope="module")
def built(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The index over the two files with the default settings, and what the command said."""
    index = tmp_path_factory.mktemp("acceptance") / "index"
    report = index.parent / "report.json"
    with pytest.MonkeyPatch.context() as patch, report.open("w", encoding="utf-8") as out:
        patch.setattr("sys.stdout", out)
        assert main(["build", str(seeds), "--index", str(index), "--format", "json"]) == 0
    return index, json.loads(report.read_text(encoding="utf-8").splitlines()[-1])


@pytest.fixture(scope="module")
def engine(built: tuple[Path, dict[str, Any]]) -> Engine:
    return Engine.open(built[0])


@pytest.fixture(scope="module")
def passages(engine: Engine) -> list[Passage]:
    return [stored.passage for stored in engine._index.store.iter_passages()]


def test_both_files_give_at_least_twenty_speeches(built: tuple[Path, dict[str, Any]]) -> None:
    """The anthology is split into its parts; nothing is skipped."""
    report = built[1]
    assert (report["files"], report["skipped"]) == (2, [])
    assert report["speeches"] >= 20


def test_no_passage_holds_a_pinyin_bracket(passages: list[Passage]) -> None:
    """Reading aids in brackets are gone from the text that is searched."""
    assert [p.text for p in passages if PINYIN.search(p.text)] == []


def test_no_passage_holds_a_page_counter(passages: list[Passage]) -> None:
    """No line is a bare number."""
    assert [p.text for p in passages if COUNTER.search(p.text)] == []


def test_no_passage_holds_what_the_site_added(passages: list[Passage]) -> None:
    """Addresses, navigation, notices and download links are gone."""
    assert [found[0] for p in passages if (found := LITTER.search(p.text))] == []


def test_no_passage_cuts_a_sentence(engine: Engine, passages: list[Passage]) -> None:
    """A passage begins and ends where a sentence, heading or line does, and none breaks off while its speech goes on.

    (One of the files itself ends in the middle of a sentence.)
    """
    cut = []
    for passage in passages:
        text = engine.speech(passage.speech_id).text
        before, after = text[: passage.start].rstrip(" \u3000"), text[passage.end :].lstrip(" \u3000")
        begins = not before or before[-1] in ENDS + "\n"
        ends = not after or after[0] == "\n" or passage.text[-1] in ENDS
        if not (begins and ends) or (after.strip() and passage.text[-1] in "，、,"):
            cut.append((passage.passage_id, passage.text[:20], passage.text[-20:]))
    assert cut == []


def test_passages_hold_their_speech(engine: Engine, passages: list[Passage]) -> None:
    """Offsets give the text back, and what the file had at the place of a passage is never empty."""
    for passage in passages:
        assert engine.speech(passage.speech_id).text[passage.start : passage.end] == passage.text
        assert engine.original(passage.speech_id, passage.start, passage.end).strip()


QUESTIONS = {
    "水利部门有多少单位专门建了政务内网": ("62.5%", "政务内网"),
    "信息报送的“三多三少”现象": ("三多三少", "精品信息少"),
    "辦公室的同志要當好哪四種角色": ("当学生", "当领导", "当导演", "当助手"),
    "象山政协打算在《人民政协报》上稿几篇": ("《人民政协报》上稿", "2-3篇"),
    "《山亭工作动态》编发了多少期": ("《山亭工作动态》125期",),
    "社情民意信息月活动多久开展一次": ("信息月", "每年要集中"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_passage_is_among_the_first_three(engine: Engine, question: str) -> None:
    """Each question finds the place that answers it, the one in traditional characters too."""
    texts = [hit.passage.text for hit in engine.search(Query(question, 3))]
    assert any(all(mark in text for mark in QUESTIONS[question]) for text in texts)


def test_the_first_question_is_answered_with_its_citation(engine: Engine) -> None:
    """The figure stands in the answer and in the quotation."""
    answer = engine.ask(next(iter(QUESTIONS)))
    assert answer.supported
    assert "62.5%" in answer.text
    assert any("62.5%" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize("question", ["深圳地铁有几条线", "水利信息中心主任的手机号是多少"])
def test_what_the_files_do_not_say_is_refused(engine: Engine, question: str) -> None:
    """No sentence, no citation, a plain statement, and where it came closest."""
    answer = engine.ask(question)
    assert (answer.supported, answer.sentences, answer.citations) == (False, (), ())
    assert answer.text
    assert answer.nearest


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quotation_is_verbatim(engine: Engine, question: str) -> None:
    """A quotation is the text of its speech at its offsets, inside the passage it names."""
    for citation in engine.ask(question).citations:
        assert engine.speech(citation.speech_id).text[citation.start : citation.end] == citation.quote
        passage = engine.passage(citation.passage_id)
        assert passage.speech_id == citation.speech_id
        assert citation.quote in passage.text


def every(points: tuple[OutlinePoint, ...]) -> list[OutlinePoint]:
    return [found for point in points for found in (point, *every(point.points))]


def test_the_outline_has_three_to_six_points_with_sources(engine: Engine) -> None:
    """Opening, main points with sub-points, closing; every main point and every sub-point names where it comes from."""
    outline = engine.outline(BRIEF)
    numbers = {citation.number for citation in outline.citations}
    assert outline.titles and outline.salutation and outline.opening and outline.closing
    assert 3 <= len(outline.points) <= 6
    assert all(point.points for point in outline.points)
    assert all(set(point.citations) <= numbers for point in every(outline.points))
    assert all(any(found.citations for found in every((point,))) for point in outline.points)
    for citation in outline.citations:
        assert engine.speech(citation.speech_id).text[citation.start : citation.end] == citation.quote
