"""The two real scraped files, from end to end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from speechrag.cleaning import Alignment, clean, restore
from speechrag.cleaning.holes import LOST
from speechrag.records import CleanDocument, Document
from speechrag.text import fold

GLOSS = re.compile("[(（][a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]*[)）]")


@pytest.fixture(scope="module")
def documents(seeds: Path) -> list[CleanDocument]:
    texts = [path.read_bytes().decode("utf-8") for path in sorted(seeds.glob("*.txt"))]
    return [clean(Document(str(number), f"{number}.txt", text, "")) for number, text in enumerate(texts)]


@pytest.fixture(scope="module")
def anthology(documents: list[CleanDocument]) -> CleanDocument:
    return documents[0]


@pytest.fixture(scope="module")
def paged(documents: list[CleanDocument]) -> CleanDocument:
    return documents[1]


def test_the_originals_come_back_exactly(documents: list[CleanDocument]) -> None:
    """Nothing is lost that cannot be shown again."""
    for found in documents:
        assert restore(found.text, found.repairs) == found.document.text


def test_no_reading_and_no_private_use_character_is_left(documents: list[CleanDocument]) -> None:
    """All annotations and all split characters are undone."""
    for found in documents:
        assert not GLOSS.search(found.text)
        assert not re.search("[\ue000-\uf8ff\ufffd]", found.text)


def test_at_least_69_split_places_are_restored_and_the_rest_is_marked(documents: list[CleanDocument]) -> None:
    """What cannot be known is marked, not guessed."""
    repairs = [r for found in documents for r in found.repairs if "byteshift" in r.rule]
    assert sum(LOST not in r.after for r in repairs) >= 69
    assert sum(LOST in r.after for r in repairs) == sum(len(found.notes) for found in documents) <= 2


def test_no_hidden_byte_is_left(documents: list[CleanDocument]) -> None:
    """The question marks that stay end questions or paragraphs."""
    for found in documents:
        for match in re.finditer("[?？]", found.text):
            assert found.text[match.end() : match.end() + 1] in {"", "\n"}


def test_genuine_brackets_stay(anthology: CleanDocument) -> None:
    """(街道), (居), (gis) and their like are as many as in the file."""
    for inner in ("街道", "市", "街", "居", "gis", "gps"):
        original = anthology.document.text.count(f"({inner})")
        assert anthology.text.count(f"（{inner}）") >= original > 0


def test_all_section_titles_stay_and_no_line_repeats_the_title(anthology: CleanDocument) -> None:
    """Nineteen sections, each with its title line."""
    titles = re.findall(r"^政协信息工作会议领导讲话篇[一二三四五六七八九十]+$", anthology.text, re.MULTILINE)
    assert len(titles) == 19
    assert anthology.text.split("\n")[1] == titles[0]


def test_site_text_is_gone(documents: list[CleanDocument]) -> None:
    """Neither file keeps a word of its site."""
    for found in documents:
        for word in (
            "小编",
            "下载此",
            "上传日期",
            "本文地址",
            "http",
            "版权",
            "未读",
            "人人文库",
            "评论",
            "0/150",
            "供大家参考。\n同志们",
        ):
            assert word not in found.text


def test_injected_product_words_are_gone(documents: list[CleanDocument]) -> None:
    """Words of a trade that no speech is about stood in the middle of sentences; the repairs keep them."""
    assert not any("滤布" in document.text for document in documents)
    assert sum("advertising" in r.rule for document in documents for r in document.repairs) == 2


def test_page_counters_are_gone_and_thirteen_sentences_joined(paged: CleanDocument) -> None:
    """The counters 1、 … 14、 leave no trace, and no line break in mid-sentence."""
    removed = [r for r in paged.repairs if r.rule == "page-counter"]
    assert len(removed) == 14
    assert sum(r.before.startswith("\n") for r in removed) == 13
    assert not re.search(r"^\d+、", paged.text, re.MULTILINE)


def test_holes_are_kept(anthology: CleanDocument) -> None:
    """What the site deleted stays visible as a hole."""
    for hole in ("20xx年", "--同志", "继*年", "20××年", "20**年"):
        assert hole in anthology.text


def test_every_sentence_maps_back_to_the_file(documents: list[CleanDocument]) -> None:
    """The original span of a sentence untouched by splits folds to the same text without the readings."""
    for found in documents:
        alignment = Alignment(len(found.document.text), found.repairs)
        spans = [m.span() for m in re.finditer(r"[^。\n]{8,}。", found.text)]
        for start, end in spans[::7]:
            left, right = alignment.original_span(start, end)
            original = found.document.text[left:right]
            if "?" in original or "\n" in original:
                continue
            folded = fold(GLOSS.sub("", original)).replace(" ", "").replace("著", "着")
            assert folded == fold(found.text[start:end]).replace("著", "着")
