"""An answer as it grows: each sentence checked before it is shown, the last answer the one that counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.records import Answer
from speechrag.writing import answer_generated
from speechrag.writing.asking import Asking
from speechrag.writing.check import Support

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, CUTTER, document_frequency, retrieve, speech

ASKING = Asking(retrieve, speech, document_frequency, CUTTER, {})
QUESTION = "去年加固堤防多少公里"
TEXT = "去年全县加固堤防37.5公里[1]。另有堤防99公里[1]。全县86%的行政村建立了预警喇叭。[1]转移群众1260人[1]。"


class Writes:
    """A generator that streams ``text`` in pieces of ``size`` characters and may break off."""

    prompts = Settings().prompts_dir()

    def __init__(self, text: str, size: int, fails: str = "") -> None:
        self.text, self.size, self.fails = text, size, fails

    def generate(self, system: str, user: str) -> str:
        return "".join(self.stream(system, user))

    def stream(self, system: str, user: str) -> Iterator[str]:
        for start in range(0, len(self.text), self.size):
            yield self.text[start : start + self.size]
        if self.fails:
            raise GenerationError(self.fails)


def grown(generator: object | None, question: str = QUESTION) -> list[Answer]:
    return list(ASKING.stream(question, (), generator))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 500])
def test_sentences_come_one_by_one_and_checked(size: int) -> None:
    """However the text is cut into pieces, only supported sentences are shown, in order, with their citations."""
    answers = grown(Writes(TEXT, size))
    texts = [tuple(s.text for s in answer.sentences) for answer in answers]
    assert texts[-1] == ("去年全县加固堤防37.5公里。", "全县86%的行政村建立了预警喇叭。", "转移群众1260人。")
    for earlier, later in pairwise(texts):
        assert later[: len(earlier)] == earlier
    assert all("99公里" not in answer.text for answer in answers)
    for answer in answers:
        numbers = {c.number for c in answer.citations}
        assert all(s.citations and set(s.citations) <= numbers for s in answer.sentences)
        assert all(BY_ID[c.speech_id].text[c.start : c.end] == c.quote for c in answer.citations)
    assert size > 10 or len(answers) > 2
    assert any("1句" in note for note in answers[-1].notes)


def test_the_last_answer_is_the_one_of_a_call_without_streaming() -> None:
    """Streaming changes when things are shown, not what is said."""
    assert grown(Writes(TEXT, 4))[-1] == ASKING.ask(QUESTION, (), Writes(TEXT, 4))  # type: ignore[arg-type]


def test_a_model_that_breaks_off_is_taken_back() -> None:
    """What was shown before a fault is replaced by the extract with a note."""
    answers = grown(Writes(TEXT, 8, "大模型的回答中途断开，不完整"))
    extract = ASKING.ask(QUESTION)
    assert len(answers) > 1
    assert (answers[-1].text, answers[-1].citations) == (extract.text, extract.citations)
    assert "未使用大模型：大模型的回答中途断开，不完整" in answers[-1].notes


def test_thoughts_are_never_shown() -> None:
    """Nothing between thought marks reaches the reader, not even while they are open."""
    answers = grown(Writes("<think>去年全县加固堤防37.5公里[1]。好。</think>转移群众1260人[1]。完。", 5))
    assert all("37.5" not in answer.text for answer in answers)
    assert answers[-1].text == "转移群众1260人。"


def test_without_a_model_there_is_one_answer() -> None:
    """The extract is whole from the start."""
    assert [answer.text for answer in grown(None)] == [ASKING.ask(QUESTION).text]


def test_a_refusal_is_streamed_as_one() -> None:
    """A question without evidence never reaches the model."""
    answers = grown(Writes("深圳地铁有17条线[1]。", 4), "深圳地铁有几条线")
    assert [answer.supported for answer in answers] == [False]


def test_no_sentence_is_judged_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that comes letter by letter costs what it costs at once."""
    judged: list[str] = []
    check = answer_generated.check_sentence

    def counted(sentence: str, texts: Sequence[str]) -> Support:
        judged.append(sentence)
        return check(sentence, texts)

    monkeypatch.setattr(answer_generated, "check_sentence", counted)
    assert grown(Writes(TEXT, 1))[-1].sentences
    assert sorted(judged) == sorted(set(judged))
