"""What is a word, a sentence, an equal string."""

from __future__ import annotations

import doctest
import random
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speechrag import text as t
from speechrag.dictionary import read_dictionary
from speechrag.errors import ConfigError

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


@pytest.fixture(scope="module")
def both() -> tuple[t.JiebaSegmenter, t.JiebaSegmenter]:
    """jieba's segmenter by rjieba and by jieba itself."""
    pytest.importorskip("rjieba", reason="rjieba is not installed on this platform")
    fast, slow = t.JiebaSegmenter(), t.JiebaSegmenter(fast=False)
    assert fast._fast is not None
    assert slow._fast is None
    return fast, slow


def jumble(dictionary: list[str], size: int) -> str:
    """Return ``size`` characters of words, names, rare ideographs, Latin, digits, emoji and marks in any order."""
    draw = random.Random(20)
    makers = (
        lambda: draw.choice(dictionary),
        lambda: draw.choice(dictionary),
        lambda: chr(draw.randrange(0x4E00, 0xA000)),
        lambda: draw.choice("王李张刘陈") + chr(draw.randrange(0x4E00, 0x6000)),
        lambda: chr(draw.choice((draw.randrange(0x3400, 0x4DC0), draw.randrange(0x20000, 0x2A6E0), 0xF900, 0x3007))),
        lambda: draw.choice("，。、；？！：\n（）%·… ") * draw.randrange(3),
        lambda: draw.choice(("GDP", "5G", "1.2.0", "３.５％", "i7-13700HX", "c++", "2009年", "㎡", "½", "Ⅲ")),
        lambda: draw.choice("😀🇨🇳👨‍👩‍👧️⃣"),
    )
    weights = (45, 45, 3, 2, 0.5, 16, 2, 0.2)
    text = ""
    while len(text) < size:
        text += "".join(maker() for maker in draw.choices(makers, weights, k=20_000))
    return text


def test_both_jieba_segmenters_agree_on_a_million_characters(
    both: tuple[t.JiebaSegmenter, t.JiebaSegmenter],
) -> None:
    """Words, names, rare ideographs, Latin, digits and emoji: an index built with one is searched with the other."""
    fast, slow = both
    text = jumble(sorted(word for word, count in slow._tokenizer.FREQ.items() if count), 1_000_000)
    assert len(text) >= 1_000_000
    assert t.words(text, fast) == t.words(text, slow)


def test_both_jieba_segmenters_agree_on_every_ideograph(both: tuple[t.JiebaSegmenter, t.JiebaSegmenter]) -> None:
    """Alone, repeated and between common characters, from every block of ideographs."""
    fast, slow = both
    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x20400), (0x2A6D0, 0x2A720))
    for char in ["〇", *(chr(code) for block in blocks for code in range(*block))]:
        run = f"{char}政{char}{char}府"
        assert list(fast.cut(run)) == list(slow.cut(run))


def test_both_jieba_segmenters_agree_on_the_seeds(both: tuple[t.JiebaSegmenter, t.JiebaSegmenter], seeds: Path) -> None:
    """The two real files, damage and all."""
    fast, slow = both
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        assert t.words(text, fast) == t.words(text, slow)


def test_a_user_dictionary_is_obeyed_whatever_is_installed(tmp_path: Path) -> None:
    """jieba itself reads it, so its word stays whole where the plain dictionary cuts it."""
    (tmp_path / "词.txt").write_text("信息直报点 1000 n\n", encoding="utf-8")
    own = t.segmenter("jieba", str(tmp_path / "词.txt"))
    assert "信息直报点" in t.words("建立信息直报点", own)
    assert "信息直报点" not in t.words("建立信息直报点", t.segmenter("jieba"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_user_dictionary_is_read_as_editors_save_it(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with and without a mark, "ANSI" and "Unicode" of Windows; tabs, blank lines and missing fields forgiven."""
    path = tmp_path / "词.txt"
    path.write_bytes("信息直报点\t1000  n\r\n\r\n社情民意 n\r\n首报".encode(encoding))
    assert read_dictionary(path) == ["信息直报点 1000 n", "社情民意 n", "首报"]
    assert "信息直报点" in t.words("建立信息直报点", t.segmenter("jieba", str(path)))


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"\xff", "社情民意 9 n\n首报 9 n\n".encode() + b"\xe4\xbd", b"\x00\x01\x02"]
)
def test_a_dictionary_that_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    """The file is named, and what to do."""
    (tmp_path / "词.txt").write_bytes(data)
    with pytest.raises(ConfigError, match=r"词\.txt: the user dictionary is neither in UTF-8 nor in GB18030.*save it"):
        t.segmenter("jieba", str(tmp_path / "词.txt"))


@pytest.mark.parametrize(
    "line", ["社情民意 abc n", "社情民意 -3 n", "社情民意 1.5", "社情民意 10 N", "信息 直报 点", "词 1 n x"]
)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    """jieba would take it whole for one word, which no text holds."""
    path = tmp_path / "词.txt"
    path.write_text(f"首报 10 n\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"词\.txt:3: '{line}' is no entry"):
        t.segmenter("jieba", str(path))


@given(CHINESE | st.text(max_size=80))
def test_terms_are_what_the_parts_say(text: str) -> None:
    """One pass gives the words, the characters and the pairs of the text, nothing between two runs joined."""
    cutter = t.segmenter("characters")
    found = t.terms(text, cutter)
    assert found.characters == t.characters(text) == found.words
    assert [pair for pair in found.pairs if not pair[0].isascii()] == t.bigrams(text)
    assert [run for run in found.pairs if run[0].isascii()] == [run for run in found.words if run[0].isascii()]


@pytest.mark.parametrize("name", ["characters", "jieba"])
@given(text=CHINESE | st.text(max_size=80))
@example(text="二〇二三年，GDP增长5.2％！\n𠮷野家")
@example(text="汉" * 4_001 + "a")
def test_joined_terms_are_the_terms(name: str, text: str) -> None:
    """What an index is filled with is what it is searched for: every term as often, whatever the segmenter."""
    cutter = t.segmenter(name)
    listed, joined = t.terms(text, cutter), t.joined_terms(text, cutter)
    for kind in ("words", "characters", "pairs"):
        assert sorted(getattr(joined, kind).split()) == sorted(getattr(listed, kind))


@given(st.text(max_size=40) | st.text(alphabet="，：；？！（）\u3000ａＡ１％①㎡ﬁｶﾞ\u0301政協", max_size=20))
def test_folding_is_compatibility_normalisation_simplified_and_lower_case(text: str) -> None:
    """The short cut through the wide marks gives what the definition gives."""
    assert t.fold(text) == t.to_simplified(unicodedata.normalize("NFKC", t.displayable(text))).lower()


def test_jieba_leaves_no_cache_in_the_shared_temporary_folder(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A planted cache file would be unmarshalled, and a second user would get a traceback: neither read nor written."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    list(t.JiebaSegmenter(fast=False).cut("县政协信息工作"))
    assert list(tmp_path.iterdir()) == []
