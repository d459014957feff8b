"""Questions about the two real scraped files, asked through the engine; skipped where the files are absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechrag.build import build_index
from speechrag.config import Settings
from speechrag.engine import Engine
from speechrag.text import fold

QUESTIONS = Path(__file__).parents[2] / "eval" / "questions" / "seeds.jsonl"


@pytest.fixture(scope="module")
def engine(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    index = tmp_path_factory.mktemp("seeds") / "index"
    build_index([seeds], index, Settings())
    return Engine.open(index)


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("水利部门有多少单位专门建了政务内网", ["62.5%"]),
        ('信息报送的"三多三少"现象', ["前瞻性", "负面", "精品"]),
        ("辦公室的同志要當好哪四種角色", ["当学生", "当领导", "当导演", "当助手"]),
        ("象山政协打算在《人民政协报》上稿几篇", ["2-3篇"]),
        ("《山亭工作动态》编发了多少期", ["125期"]),
        ("社情民意信息月活动多久开展一次", ["每年"]),
    ],
)
def test_the_six_questions_are_answered(engine: Engine, question: str, phrases: list[str]) -> None:
    """Each is answered with its key phrases and a citation that holds them."""
    answer = engine.ask(question)
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert answer.supported
    assert all(phrase in quoted for phrase in phrases), answer.text


@pytest.mark.parametrize("question", ["深圳地铁有几条线", "水利信息中心主任的手机号是多少"])
def test_the_two_unanswerable_questions_are_refused(engine: Engine, question: str) -> None:
    """One is off the corpus, the other a near miss."""
    assert not engine.ask(question).supported


def test_the_labelled_set_keeps_its_figures(engine: Engine) -> None:
    """On the test half, points found, false refusals and false answers keep their floors; all is verbatim."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    right = refused = wrong = 0
    rows = [row for row in rows if row["split"] == "test"]
    for row in rows:
        answer = engine.ask(row["question"])
        for c in answer.citations:
            assert engine.speech(c.speech_id).text[c.start : c.end] == c.quote
        if row["answerable"]:
            text = fold(answer.text)
            found = all(any(fold(way) in text for way in phrase.split("|")) for phrase in row["answer"])
            right, refused = right + (answer.supported and found), refused + (not answer.supported)
        else:
            wrong += answer.supported
    answerable = sum(row["answerable"] for row in rows)
    assert right / answerable >= 0.9
    assert refused / answerable <= 0.05
    assert wrong / (len(rows) - answerable) <= 0.05
