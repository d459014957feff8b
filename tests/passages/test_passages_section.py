"""Passages: exact, complete, never cutting a sentence, headed by their path."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.passages.section import SectionChunker
from speechrag.passages.whole import WholeChunker
from speechrag.records import CleanDocument, Document, Passage, Section, Speech
from speechrag.registry import CHUNKERS, resolve
from speechrag.structure import structure
from speechrag.text import sentence_spans

SENTENCE = "各村要把责任田包到人头，把清淤任务排到日子，把验收标准写到纸上。"
SPEECH = (
    "在全镇冬修水利动员会上的讲话\n同志们：\n今天把大家请来，是为了冬修的事。下面，我讲三点意见：\n"
    f"一、提高认识，增强责任感\n{SENTENCE * 14}\n"
    f"二、突出重点，抓好落实\n（一）修渠。{SENTENCE * 6}\n（二）清塘。{SENTENCE * 5}\n"
    f"（三）管护。一是定人。{SENTENCE * 3}二是定钱。{SENTENCE * 4}三是定责。{SENTENCE * 4}\n"
    "三、严明纪律\n谁误事，追究谁。\n"
    "同志们，冬修是一场硬仗。让我们加油干，为来年丰收作出贡献！"
)


def parse(text: str) -> Speech:
    return structure(CleanDocument(Document("doc", "0001.txt", text, ""), text))[0]


def chunk(text: str, size: int = 400) -> list[Passage]:
    return SectionChunker(size).chunk(parse(text))


def test_passages_carry_ids_paths_and_exact_spans() -> None:
    """Ids count from one; text is the span; headings lead from the outermost in."""
    speech = parse(SPEECH)
    passages = SectionChunker(400).chunk(speech)
    assert [passage.passage_id for passage in passages] == [f"doc-1.{n}" for n in range(1, len(passages) + 1)]
    assert all(passage.text == speech.text[passage.start : passage.end] for passage in passages)
    paths = [passage.headings for passage in passages]
    assert ("二、突出重点，抓好落实", "（一）修渠") in paths
    assert ("一、提高认识，增强责任感",) in paths


def test_a_title_on_its_own_line_is_left_out() -> None:
    """The title is shown with every passage anyway; the text starts below it."""
    assert chunk(SPEECH)[0].text.startswith("同志们：")


def test_a_first_heading_is_never_taken_for_a_title() -> None:
    """A text that starts with 一、 keeps that heading in its first passage."""
    assert chunk("一、早动手\n要早。\n二、快动手\n要快。")[0].text.startswith("一、早动手")


def test_an_announcement_goes_with_the_part_it_announces() -> None:
    """下面，我讲三点意见： never ends a passage."""
    passages = chunk(SPEECH)
    holder = next(passage for passage in passages if "我讲三点意见" in passage.text)
    assert "我讲三点意见：\n一、提高认识，增强责任感\n各村" in holder.text
    assert holder.headings == ("一、提高认识，增强责任感",)


def test_main_sections_do_not_share_a_passage() -> None:
    """No passage holds text of two parts of level 1 or 2 that are worth a passage each."""
    for passage in chunk(SPEECH):
        assert sum(mark in passage.text for mark in ("一、", "二、", "三、")) <= 1
        assert sum(mark in passage.text for mark in ("（一）", "（二）", "（三）")) <= 1


def test_points_stay_whole_where_they_fit() -> None:
    """A passage boundary falls between points, not inside one."""
    starts = [passage.text[:2] for passage in chunk(SPEECH, 250) if "（三）管护" in passage.headings]
    assert starts == ["（三", "三是"]


def test_a_few_words_outside_the_sections_join_them() -> None:
    """A one-line opening or closing is no passage of its own, and does not hide the section's heading."""
    last = chunk(SPEECH)[-1]
    assert last.headings == ("三、严明纪律",)
    assert last.text.endswith("作出贡献！")


def test_tiny_main_sections_may_share_a_passage() -> None:
    """Three one-line parts make one passage, not three."""
    text = "一、早动手\n要早。\n二、快动手\n要快。\n三、好动手\n要好。"
    assert len(chunk(text)) == 1


def test_a_sentence_longer_than_the_target_stays_whole() -> None:
    """No sentence is ever cut, however long."""
    long = "清淤" * 400 + "。"
    assert [passage.text for passage in chunk(f"短句。{long}短句。", 200)][1] == long


def test_sizes_are_near_the_target() -> None:
    """Long plain text gives passages between half the target and a little over it."""
    sizes = [len(passage.text) for passage in chunk(SENTENCE * 60)]
    assert min(sizes) >= 200
    assert max(sizes) <= 460


def test_long_headings_are_clipped_in_the_path() -> None:
    """A path entry holds at most sixty characters."""
    heading = "深入学习、全面领会、" * 5 + "切实把冬修水利各项工作抓紧抓好"
    text = f"一、{heading}。{SENTENCE}\n二、后文\n{SENTENCE}"
    assert all(len(entry) <= 60 for passage in chunk(text, 50) for entry in passage.headings)


def test_the_name_tells_the_setting() -> None:
    """Another size is another chunker to an index."""
    assert SectionChunker(300).name != SectionChunker(400).name
    assert "400" in SectionChunker(400).name


def test_the_whole_chunker_keeps_the_speech_in_one_piece() -> None:
    """One passage without its outer white space; none for an empty text."""
    speech = Speech("d-1", "d", "a", 1, "", " 正文。\n", 0, 5)
    assert [(p.passage_id, p.text, p.start, p.end) for p in WholeChunker(400).chunk(speech)] == [
        ("d-1.1", "正文。", 1, 4)
    ]
    assert WholeChunker(400).chunk(Speech("d-1", "d", "a", 1, "", " \n", 0, 2)) == []


@pytest.mark.parametrize("name", sorted(CHUNKERS))
def test_every_registered_chunker_gives_the_text_back(name: str) -> None:
    """The spans are exact, in order, apart, and miss nothing but white space and the title line."""
    speech = parse(SPEECH)
    passages = resolve(CHUNKERS, name)(400).chunk(speech)
    assert_exact(speech, passages)


def assert_exact(speech: Speech, passages: list[Passage]) -> None:
    edges = [0]
    for passage in passages:
        assert speech.text[passage.start : passage.end] == passage.text
        assert edges[-1] <= passage.start < passage.end
        edges += [passage.start, passage.end]
    edges.append(len(speech.text))
    missing = "".join(speech.text[low:high] for low, high in zip(edges[::2], edges[1::2], strict=True)).strip()
    assert missing in ("", speech.title)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["一、", "二、", "（一）", "（二）", "1.", "2.", "（1）", "第一，", "第二，", "一是", "二是", "一要",
             "同志们：\n", "抓好冬修", "。", "！", "：", "；", "，", "\n", "\n\n", "”", "“", "……", "同志们，奋斗！"]
        ),
        st.integers(1, 90).map(lambda size: "水" * size + "。"),
    ),
    max_size=50,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from([20, 80, 400]))
def test_the_invariants_hold_for_any_text(pieces: list[str], size: int) -> None:
    """Exact spans, full cover, boundaries only where a sentence, a line or a section ends or begins."""
    text = "".join(pieces)
    speeches = structure(CleanDocument(Document("doc", "0001.txt", text, ""), text))
    for speech in speeches:
        passages = SectionChunker(size).chunk(speech)
        assert_exact(speech, passages)
        ends = {end for _, end in sentence_spans(speech.text)}
        starts = {start for start, _ in sentence_spans(speech.text)} | {s.start for s in speech.sections}
        for passage in passages:
            assert passage.start in starts
            assert passage.end in ends or _section_follows(speech, passage.end)
        for before, after in pairwise(passages):
            assert not _ends_in_heading(speech.sections, before.end, after.start)


def _section_follows(speech: Speech, position: int) -> bool:
    rest = speech.text[position:]
    return any(section.start == position + len(rest) - len(rest.lstrip()) for section in speech.sections)


def _ends_in_heading(sections: tuple[Section, ...], end: int, following: int) -> bool:
    """Tell whether a heading with a body of its own was left behind by that body."""
    return any(section.start < end <= section.body and section.body == following < section.end for section in sections)
