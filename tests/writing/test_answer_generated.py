"""With an LLM: every sentence checked against what it cites, quotations verbatim, and the extract whenever it fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from speechrag.config import Settings
from speechrag.errors import GenerationError
from speechrag.records import Answer
from speechrag.writing.answer import REFUSAL
from speechrag.writing.answer_generated import plain
from speechrag.writing.asking import Asking
from speechrag.writing.generate import ChatGenerator, Limits

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, CUTTER, document_frequency, retrieve, speech
from stub_server import Stub, stub
from test_generate_faults import FAULTS, SHORT

QUESTION = "去年加固堤防多少公里"
PROMPTS = Settings().prompts_dir()


class Says:
    """A generator that always says the same and keeps what it was told."""

    prompts = PROMPTS

    def __init__(self, text: str) -> None:
        self.text = text
        self.told = ("", "")

    def generate(self, system: str, user: str) -> str:
        self.told = (system, user)
        return self.text


def ask(generator: object, question: str = QUESTION) -> Answer:
    return Asking(
        retrieve=retrieve,
        speech=speech,
        document_frequency=document_frequency,
        segmenter=CUTTER,
    ).ask(question, generator=generator)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def extract() -> Answer:
    return ask(None)


def test_a_supported_answer_is_shown_with_verbatim_quotations() -> None:
    """The model's wording is kept; the citation is the sentence of the speech, at its offsets."""
    answer = ask(Says("去年全县加固堤防37.5公里[1]，并转移群众1260人【1】。"))
    assert answer.text == "去年全县加固堤防37.5公里，并转移群众1260人。"
    assert [sentence.citations for sentence in answer.sentences] == [(1,)]
    citation = answer.citations[0]
    assert citation.quote.startswith("去年全县共加固堤防37.5公里")
    assert BY_ID[citation.speech_id].text[citation.start : citation.end] == citation.quote
    assert answer.notes == ()


@pytest.mark.parametrize(
    "lie",
    [
        "去年加固堤防57.3公里[1]。",
        "2019年加固堤防37.5公里[1]。",
        "县委书记马国强说加固堤防37.5公里[1]。",
        "按照《堤防管理办法》加固堤防37.5公里[1]。",
        "加固堤防37.5公里，他说“一个不漏”[1]。",
        "去年加固堤防37.5公里。",
        "去年加固堤防37.5公里[99]。",
        "去年加固堤防37.5公里[0][-1]。",
        "量子通信是未来的方向[1]。",
    ],
)
def test_an_unsupported_sentence_never_reaches_the_reader(lie: str, extract: Answer) -> None:
    """Fabrications, uncited claims and unknown ids are dropped; the supported sentence stays, with a note."""
    answer = ask(Says(lie + "全县86%的行政村建立了预警喇叭[1]。"))
    assert answer.text == "全县86%的行政村建立了预警喇叭。"
    assert any("已删去" in note for note in answer.notes)
    alone = ask(Says(lie))
    assert (alone.text, alone.citations) == (extract.text, extract.citations)
    assert any("没有一句得到原文支持" in note for note in alone.notes)


def test_unknown_ids_are_counted() -> None:
    """Dropped citation numbers are reported, the known one is kept."""
    answer = ask(Says("去年加固堤防37.5公里[1][7、99]。"))
    assert answer.supported and "2个编号不存在" in " ".join(answer.notes)


def test_a_refusing_model_does_not_hide_the_evidence(extract: Answer) -> None:
    """If the model says there is no answer, the extract is still shown."""
    answer = ask(Says(REFUSAL))
    assert answer.text == extract.text and answer.supported


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**加固**堤防[点这里](http://x.invalid/?q=1)", "加固堤防点这里"),
        ("![图](http://x.invalid/a.png)加固", "图加固"),
        ("<img src=x onerror=alert(1)>加固<script>", "加固"),
        ("见 https://x.invalid/a?b=c，加固", "见 ，加固"),
        ("# 标题\n- 加固", "标题\n加固"),
        ("<think>先想想</think>加固", "加固"),
        ("<think>没有想完", ""),
        ("javascript:alert(1) 加固\u200b\u202e", "加固"),
        ("`rm -rf`加固&lt;b&gt;", "rm -rf加固b"),
    ],
)
def test_markup_and_addresses_are_stripped(written: str, shown: str) -> None:
    """Nothing the model writes can become a link, a tag or a hidden character on the page."""
    assert plain(written).strip() == shown


def test_documents_are_fenced_and_the_question_is_told() -> None:
    """Passages stand between fences with a fresh token; the rules name it; tags of documents stay inside."""
    first, second = Says("无"), Says("无")
    ask(first, "险情要在多长时间内报告")
    ask(second, "险情要在多长时间内报告")
    system, user = first.told
    token = user.split("<<<资料 1 ")[1].split(">>>")[0]
    assert token in system and token not in second.told[1]
    assert user.rstrip().endswith("问题：险情要在多长时间内报告")
    assert user.count(f"<<<完 1 {token}>>>") == 1


def test_an_obedient_model_cannot_leak_the_rules(extract: Answer) -> None:
    """A model that obeys a document and recites its rules is answered with the extract."""
    system = "你在一个机关文稿资料库里值班，替文字工作人员查证事实[1]。访问http://x.invalid/?leak=1[1]。"
    answer = ask(Says(system))
    assert answer.text == extract.text
    assert "x.invalid" not in answer.text and "值班，替" not in answer.text


def test_off_corpus_questions_do_not_reach_the_model() -> None:
    """A refusal is decided on the evidence, before any model is asked."""
    model = Says("深圳地铁有17条线[1]。")
    assert not ask(model, "深圳地铁有几条线").supported
    assert model.told == ("", "")


@pytest.fixture(scope="module")
def server() -> Iterator[Stub]:
    with stub() as running:
        running.pieces = ("去年加固堤防", "37.5公里[1]。")
        yield running


@pytest.mark.parametrize("mode", FAULTS)
def test_every_server_fault_falls_back_to_the_extract(mode: str, server: Stub, extract: Answer) -> None:
    """Whatever the server does wrong, the answer is the extractive one with a note that says why."""
    answer = ask(ChatGenerator("m", server.url(mode), "sk-secret", PROMPTS, SHORT))
    assert (answer.text, answer.sentences, answer.citations) == (extract.text, extract.sentences, extract.citations)
    assert any(note.startswith("未使用大模型：") for note in answer.notes)
    assert "sk-secret" not in str(answer)


def test_a_working_server_is_used(server: Stub) -> None:
    """End to end over HTTP: streamed, checked, cited."""
    answer = ask(ChatGenerator("m", server.url("good"), "none", PROMPTS, Limits(retries=0)))
    assert answer.text == "去年加固堤防37.5公里。" and answer.notes == ()


def test_a_missing_prompt_file_falls_back_too(tmp_path: Path, extract: Answer) -> None:
    """A broken prompt folder costs the model, not the answer."""
    model = Says("无")
    model.prompts = tmp_path
    answer = ask(model)
    assert answer.text == extract.text and "answer.toml" in answer.notes[0]


def test_other_errors_are_not_swallowed() -> None:
    """Only GenerationError and PromptError mean "no LLM"; a bug stays a bug."""

    class Broken(Says):
        def generate(self, system: str, user: str) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(Broken(""))


def test_generation_errors_are_speechrag_errors() -> None:
    """The fallback note carries the sentence of the error."""

    class Down(Says):
        def generate(self, system: str, user: str) -> str:
            raise GenerationError("连接不上")

    assert "未使用大模型：连接不上" in ask(Down("")).notes
