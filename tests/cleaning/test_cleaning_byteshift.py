"""Byte-shifted text and readings in brackets: decoded, proved, and never invented."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository import scripts_of
from speechrag.cleaning import clean, restore
from speechrag.cleaning.byteshift import repair_byteshifts
from speechrag.cleaning.gbk import Damage, canonical, display, encode
from speechrag.cleaning.holes import LOST, counted_digit
from speechrag.cleaning.pinyin import document_glosses
from speechrag.records import CleanDocument, Document


@pytest.fixture(scope="module")
def damage() -> Iterator[ModuleType]:
    """The forward simulator, which shares no code with the cleaner."""
    with scripts_of("eval"):
        import damage  # type: ignore[import-not-found,unused-ignore]

        yield damage


SPEECH = (
    "同志们：\n"
    "今天召开全县防汛抗旱工作会议。县委、县政府对这次会议高度重视。可以说，这是汛期之前的一次总动员。\n"
    "一、认清形势，增强责任感\n"
    "去年以来，各乡镇、各部门按照统一部署，加固堤防，整修水库，完善预案，取得了明显成效。"
    "总的来看，准备工作是扎实的；但也要看到，少数单位思想松懈，职责不清，物资储备不足。"
    "现在距离主汛期只有一个月，大家务必抓紧时间。\n"
    "二、突出重点，落实措施\n"
    "要把水库安全放在首位。对病险水库，要落实专人看护；对山洪易发区，要做到预警到户、责任到人。"
    "要保持通信畅通，做好电子公文传输的准备。\n"
    "三、加强领导，严明纪律\n"
    "为了确保安全度汛，各级领导干部要靠前指挥。谁的辖区出了问题，就追究谁的责任！"
    "同志们，防汛工作责任重于泰山，我们一定要尽职尽责，为全县经济发展提供保障。\n"
    "谢谢大家！"
)


def cleaned(text: str) -> CleanDocument:
    return clean(Document("0", "a.txt", text, ""))


def test_a_damaged_speech_comes_back_as_it_was_written(damage: ModuleType) -> None:
    """Split characters, readings, marks and script are undone; a character may be marked as lost, none is wrong."""
    for comma in (True, False):
        hurt = damage.damage(SPEECH, comma=comma)
        assert "?" in hurt.text
        assert "(" in hurt.text
        found = cleaned(hurt.text)
        assert len(found.text) == len(SPEECH)
        wrong = [(a, b) for a, b in zip(SPEECH, found.text, strict=True) if a != b and b != LOST]
        assert wrong == []
        assert found.text.count(LOST) <= 1
        assert restore(found.text, found.repairs) == hurt.text


def test_the_sites_own_lines_go_too(damage: ModuleType) -> None:
    """Header and footer leave only the title."""
    hurt = damage.damage(SPEECH, title="全县防汛抗旱工作会议讲话")
    assert cleaned(hurt.text).text == hurt.truth


@pytest.mark.parametrize(
    ("written", "shown"),
    [("會議。縣委", "會議??h委"), ("定。可以說", "定??梢哉f"), ("純為報", "純?yōu)閳")],
    ids=["full stop", "long", "reading"],
)
def test_the_simulation_shows_split_characters_as_sites_do(written: str, shown: str) -> None:
    """Three kinds of split, worked out by hand from the GBK code table."""
    assert any(form.startswith(shown) for form in Damage({"優": "yōu"}).displays(written))


def test_an_independent_simulation_agrees(damage: ModuleType) -> None:
    """The proof inside the cleaner and the simulator in eval/ say the same."""
    text = damage.traditional(SPEECH).replace("\n", "")
    for comma in (True, False):
        shown = canonical(damage.replace_bytes(text, comma=comma))
        assert shown in Damage(damage.READINGS).displays(text)


def test_a_lost_byte_that_context_does_not_tell_is_marked_and_noted() -> None:
    """A character is filled in only where its share is high; otherwise it is shown as lost."""
    hurt = display(encode("鑫") + encode("。")[:1] + b"?" + b"\x68" + encode("龘") + encode("甲")[:1] + b"!")
    edits, notes = repair_byteshifts(hurt + "乙", {})
    for edit in edits:
        assert LOST not in edit.after or notes


@pytest.mark.parametrize(
    "text",
    [
        "真的吗?好。",
        "为什么??怎么办?!",
        "对不对?,是的",
        "价格?(面议)",
        "他问:“去吗?”她说:“去!”",
        "拧紧力矩十二N?m，外方代表R?nning致辞，网址/a/?bn=1?J见附件。",
    ],
)
def test_genuine_question_marks_are_no_damage(text: str) -> None:
    """A question is not a hidden byte."""
    assert repair_byteshifts(text, {}) == ([], [])


def test_readings_go_only_where_the_bracket_reads_its_character() -> None:
    """協(xié) is litter; (村), (gis), (一), (居) and a reading of another character are not."""
    text = "政協(xié)會(村)的發(fā)展、業(yè)務(wù)與經(jīng)驗,統(tǒng)計(gis)數(shù)據(居)關(yīng)系(一)"
    found = cleaned(text)
    assert found.text == "政协会（村）的发展、业务与经验，统计（gis）数据（居）关（yīng）系（一）"


def test_a_single_gloss_on_a_rare_character_stays() -> None:
    """An author's own help for readers is part of the text."""
    text = "要有饕(tāo)餮(tiè)之戒，也要有鍥(qiè)而不捨之志。"
    assert document_glosses(text) == {}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(SPEECH.replace("\n", "")[:300].split("。")), min_size=2, max_size=6), st.booleans())
def test_backwards_application_restores_any_damaged_text(damage: ModuleType, sentences: list[str], comma: bool) -> None:
    """Whatever is repaired, the text as received comes back character for character."""
    hurt = damage.damage("。".join(sentences), comma=comma).text
    found = cleaned(hurt)
    assert restore(found.text, found.repairs) == hurt
    position = 0
    for repair in found.repairs:
        assert position <= repair.start
        assert hurt[repair.start : repair.end] == repair.before
        position = repair.end


@pytest.mark.parametrize(
    ("before", "after", "digit"),
    [
        ("作出“真抓实干，常抓不懈；久久为功，善作善成。”的“", "6字”批示", "1"),
        ("作出“真抓实干，常抓不懈；久久为功，善作善成。”的“", "5字”批示", ""),
        ("作出“真抓实干，常抓不懈；久久为功，善作善成。”的“", "字”批示", ""),
        ("讲得实在。会后又作了“", "6字”批示", ""),
    ],
    ids=["the length agrees", "it does not", "no digit is left", "nothing is quoted"],
)
def test_a_lost_digit_is_proved_by_the_length_of_what_is_quoted(before: str, after: str, digit: str) -> None:
    """The digits that are left have to agree with the number of characters quoted, marks not counted."""
    assert counted_digit(before, after) == digit
