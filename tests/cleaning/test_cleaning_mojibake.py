"""Text read in a wrong encoding and saved so is turned back byte for byte; what the wrong reading lost is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.cleaning import clean, restore
from speechrag.cleaning.mojibake import undo_misreading
from speechrag.records import CleanDocument, Document

SPEECH = (
    "在全镇护林工作会议上的讲话\n同志们：\n今天开会，主要任务是总结去年，部署今年。几位同志讲得都很好。\n"
    "一、看清形势，压实责任\n去年共巡山120趟（见附件1），管住了85%的火源。谁的林子谁来管？大家心里要有数。\n"
    "二、备好队伍，管住火源\n同志们，让我们共同努力！"
)
LOST = "□"


def cleaned(text: str) -> CleanDocument:
    return clean(Document("doc", "a.txt", text, ""))


def misread(text: str, encoding: str, lost: str) -> str:
    return text.encode().decode(encoding, "replace").replace("\ufffd", lost)


def test_utf8_read_as_western_text_comes_back_whole() -> None:
    """Latin-1 shows every byte, so nothing is lost."""
    assert cleaned(misread(SPEECH, "latin-1", "?")).text == SPEECH


@pytest.mark.parametrize("lost", ["?", "\ufffd"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "cp1252"])
def test_utf8_read_as_gbk_comes_back_with_its_losses_marked(encoding: str, lost: str) -> None:
    """Every character stands in its place: right, or marked where a byte of it was lost; none is invented."""
    found = cleaned(misread(SPEECH, encoding, lost)).text
    assert len(found) == len(SPEECH)
    assert all(shown in (written, LOST) for shown, written in zip(found, SPEECH, strict=True))
    assert found.count(LOST) < 0.3 * len(SPEECH)


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_the_misreading_can_be_written_back(encoding: str) -> None:
    """The repairs applied backwards give the text as it was received."""
    text = misread(SPEECH, encoding, "?")
    found = cleaned(text)
    assert restore(found.text, found.repairs) == text


def test_a_sound_text_with_one_odd_character_is_left_alone() -> None:
    """陈锟 is a name, and a sign or two in a text on encodings prove nothing."""
    text = SPEECH + "\n陈锟同志说，乱码里常见“锛”和“銆”。"
    assert cleaned(text).text == text


def test_garbled_lines_inside_a_sound_text_are_turned_back_alone() -> None:
    """The other lines stay as they are."""
    garbled = misread("同志们，让我们一起把山林看好，把火源管住，把队伍备好", "gbk", "?")
    lines = SPEECH.split("\n")
    text = "\n".join([*lines, garbled])
    assert cleaned(text).text.split("\n")[: len(lines)] == lines
    assert "山林看好" in cleaned(text).text


def test_lines_that_cannot_be_turned_back_are_noted() -> None:
    """Signs without bytes that fit are told to the reader of the ledger."""
    edits, notes = undo_misreading("锛岄銆傛銆佸锛庢\n" + misread("同志们，大家好，山林要看好。", "gbk", "?"))
    assert len(edits) == 1
    assert notes == ["1 lines were read in a wrong encoding and cannot be turned back"]


def test_what_was_lost_whole_is_shown_as_lost() -> None:
    """锟斤拷 is what U+FFFD becomes: it says nothing but that something stood there."""
    assert cleaned("山林要锟斤拷看好。").text == "山林要\ufffd\ufffd看好。"


@given(st.text(alphabet="山林要看好，。同志们锛銆锟斤拷?\ufffd鍚屽織浠ï¼ã€\n", max_size=80))
def test_any_text_can_be_written_back(text: str) -> None:
    """Whatever is turned back, the repairs lead to the original."""
    found = cleaned(text)
    assert restore(found.text, found.repairs) == text
