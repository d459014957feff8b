"""What is a word, a sentence, an equal string."""

from __future__ import annotations

import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag import text as t

CHINESE = st.text(alphabet="县政协信息工作会议，。！？；：“”（）、一二三要求\n 2023ab", max_size=200)


def test_doctests_hold() -> None:
    """The examples in the docstrings are true."""
    assert doctest.testmod(t).failed == 0


@given(CHINESE)
def test_sentences_cover_every_visible_character_once(text: str) -> None:
    """Splitting loses nothing, repeats nothing and keeps the order."""
    spans = t.sentence_spans(text)
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("要抓落实。要抓创新！", ["要抓落实。", "要抓创新！"]),
        ("他说：“要快。”大家鼓掌。", ["他说：“要快。”", "大家鼓掌。"]),
        ("增长1.5个百分点，好。", ["增长1.5个百分点，好。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("怎么办？！", ["怎么办？！"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: list[str]) -> None:
    """End marks take their closing quotes along; numbers do not end a sentence."""
    assert [text[a:b] for a, b in t.sentence_spans(text)] == sentences


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("２０２３年", "2023年"),
        ("領導講話", "领导讲话"),
        ("ＧＩＳ系统", "gis系统"),
        ("网\u200b络", "网络"),
        ("甲\x00乙", "甲乙"),
    ],
)
def test_fold_makes_the_same_words_equal(left: str, right: str) -> None:
    """Width, script, case and invisible characters do not matter to a comparison."""
    assert t.fold(left) == t.fold(right)


@given(st.text(max_size=60))
def test_fold_is_stable_and_never_fails(text: str) -> None:
    """Folding twice changes nothing more, and hostile text (surrogates, controls) is folded too."""
    once = t.fold(text)
    assert t.fold(once) == once
    once.encode("utf-8")


@given(st.text(max_size=80))
def test_displayable_text_holds_no_hidden_characters(text: str) -> None:
    """Bidi overrides, tag characters, zero-width marks and controls never reach a screen, index or prompt."""
    shown = t.displayable("报告\u202efdp.exe\U000e0041" + text)
    assert not any(0x202A <= ord(c) <= 0x202E or 0xE0000 <= ord(c) <= 0xE0FFF for c in shown)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)


def test_a_megabyte_run_is_cut_before_it_is_segmented() -> None:
    """No run handed to the segmenter is longer than the limit, so its time stays linear."""
    assert max(len(run) for run in t.runs("a" * 1_000_000)) <= t.SEGMENT_RUN
    assert sum(len(run) for run in t.runs("政" * 100_000)) == 100_000


@pytest.mark.parametrize("value", range(1, 100))
def test_chinese_numbers_read_back(value: int) -> None:
    """Writing a number and reading it gives the number."""
    assert t.parse_chinese_number(t.chinese_number(value)) == value


def test_both_jieba_segmenters_agree_on_chinese() -> None:
    """The fast segmenter may replace the default one only because it cuts Chinese the same way."""
    pytest.importorskip("rjieba", reason="the extra `fast` is not installed")
    text = "各级政协组织要把反映社情民意信息作为履行职能的重要基础工作来抓"
    assert t.words(text, t.segmenter("jieba")) == t.words(text, t.segmenter("rjieba"))


def test_jieba_leaves_no_cache_in_the_shared_temporary_folder(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A planted cache file would be unmarshalled, and a second user would get a traceback: neither read nor written."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    list(t.JiebaSegmenter().cut("县政协信息工作"))
    assert list(tmp_path.iterdir()) == []
