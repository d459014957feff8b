"""How long a draft is: what is written counts, white space and open slots do not."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from speechrag.records import Outline, OutlinePoint, Paragraph
from speechrag.writing.export import outline_docx
from speechrag.writing.outlines.length import characters, draft_characters, part_characters

DRAFT = Outline(
    "要求",
    ("在会上的讲话", "另一个题目"),
    "同志们：",
    "今天开会，总结【待补：时间段】工作。",
    (
        OutlinePoint("提高认识", 1, "task", "要看到差距。", ()),
        OutlinePoint(
            "突出重点",
            1,
            "task",
            "",
            (),
            (OutlinePoint("严守时限", 2, "task", "", (), paragraphs=(Paragraph("迟报要追究。", ()),) * 2),),
        ),
    ),
    "谢谢 大家。",
)


def test_every_part_of_the_speech_counts_by_hand() -> None:
    """Title 6, salutation 4, opening 10, closing 5; 一、提高认识 with its text 12, 二 with all below it 6 + 7 + 12."""
    assert part_characters(DRAFT) == (12, 25)
    assert draft_characters(DRAFT) == 6 + 4 + 10 + 5 + 12 + 25


def test_the_count_is_that_of_the_clean_word_file() -> None:
    """What an office sees when it counts the file, but for the line where the date goes."""
    import docx

    word = docx.Document(io.BytesIO(outline_docx(DRAFT)))
    lines = [paragraph.text for paragraph in word.paragraphs if paragraph.text != "（【待补：讲话时间】）"]
    assert draft_characters(DRAFT) == characters("\n".join(lines))


@given(st.text(max_size=30), st.text(max_size=30), st.text(alphabet=" \t\n\u3000\xa0", max_size=5))
def test_white_space_and_slots_add_nothing(left: str, right: str, white: str) -> None:
    """Wherever they stand, as long as they are whole."""
    if any(bracket in left + right for bracket in "【】"):
        return
    assert characters(f"{left}{white}【待补：单位 名称】{right}") == characters(left) + characters(right)


def test_an_empty_outline_has_no_parts() -> None:
    """Nothing is written, nothing is counted."""
    assert part_characters(Outline("", (), "", "", (), "")) == ()
    assert draft_characters(Outline("", (), "", "", (), "")) == 0
