"""The two real scraped files, split and structured (skipped where they are absent)."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechrag.cleaning import clean
from speechrag.passages.section import SectionChunker
from speechrag.records import Document, Speech
from speechrag.structure import structure
from speechrag.structure.gaps import KINDS


def _read(path: Path) -> list[Speech]:
    text = path.read_text(encoding="utf-8")
    return structure(clean(Document(path.stem[:3], path.name, text, "")))


@pytest.fixture(scope="module")
def collection(seeds: Path) -> list[Speech]:
    """The speeches of the scraped collection."""
    return _read(next(seeds.glob("000_*.txt")))


@pytest.fixture(scope="module")
def single(seeds: Path) -> list[Speech]:
    """The speeches of the scraped single speech."""
    return _read(next(seeds.glob("004_*.txt")))


def _label(speech: Speech) -> str:
    """Return the title that the collection gives a part, also where a speech is shown under its own subject."""
    return str(speech.quality.get("part", speech.title))


def test_all_promised_parts_are_found(collection: list[Speech]) -> None:
    """Nineteen were promised and nineteen are there."""
    assert collection[0].quality["promised"] == collection[0].quality["found"] == 19
    firsts = [_label(speech) for speech in collection if "（之" not in _label(speech)]
    assert len(firsts) == 19
    assert len({title.partition("篇")[0] for title in firsts}) == 1


def test_the_speeches_pasted_into_two_parts_are_told_apart(collection: list[Speech]) -> None:
    """The eleventh part holds three texts, the fifteenth five, the others one each."""
    counts = {
        numeral: sum(_label(speech).partition("（之")[0].endswith(f"篇{numeral}") for speech in collection)
        for numeral in ("十", "十一", "十二", "十五", "十九")
    }
    assert counts == {"十": 1, "十一": 3, "十二": 1, "十五": 5, "十九": 1}


def test_a_part_on_another_subject_says_so_behind_the_collections_title(collection: list[Speech]) -> None:
    """The collection is on one subject, about half of its parts on others; what is added stands in the speech."""
    renamed = [speech for speech in collection if "part" in speech.quality]
    assert len(renamed) >= 8
    for speech in renamed:
        span = speech.evidence["title"]
        assert f"{speech.quality['part']}：{speech.text[span.start : span.end]}" == speech.title


def test_what_the_site_deleted_without_a_trace_is_marked(collection: list[Speech]) -> None:
    """Cut years, empty quotation marks, lost subjects, names and headings: at least thirty places in the collection."""
    gaps = [(speech, gap) for speech in collection for gap in speech.quality.get("gaps", ())]
    assert len(gaps) >= 30
    assert {gap["kind"] for _, gap in gaps} == set(KINDS)
    assert all(speech.text[gap["start"] : gap["end"]].strip() for speech, gap in gaps)


def test_the_two_files_give_at_least_twenty_speeches(collection: list[Speech], single: list[Speech]) -> None:
    """Twenty-five in the collection and one by itself."""
    assert len(collection) == 25
    assert len(single) == 1


def test_the_single_speech_has_its_headings(single: list[Speech]) -> None:
    """Three main parts fused with their bodies, and the points of each."""
    sections = single[0].sections
    mains = [section for section in sections if section.level == 1]
    points = [section for section in sections if section.label.startswith("第")]
    assert [section.label for section in mains] == ["一、", "二、", "三、"]
    assert [section.heading[-4:] for section in mains] == ["工作来抓", "本原则”", "工作机制"]
    assert [len(section.heading) for section in mains] == [24, 21, 18]
    assert [section.label for section in points] == ["第一，", "第二，", "第三，"] + 2 * [
        "第一，",
        "第二，",
        "第三，",
        "第四，",
    ]
    assert [section.heading for section in points[3:7]] == [
        f"把握{word}性要求" for word in ("真实", "民本", "及时", "主动")
    ]


def test_the_single_speech_is_known_to_be_cut_off(single: list[Speech]) -> None:
    """The site itself cut its last sentence."""
    assert single[0].quality["truncated"] is True
    assert [speech.quality["truncated"] for speech in single] == [True]


def test_no_year_is_invented(collection: list[Speech], single: list[Speech]) -> None:
    """None of these speeches is dated."""
    assert all("year" not in speech.metadata for speech in [*collection, *single])


def test_no_passage_ends_in_mid_sentence(collection: list[Speech], single: list[Speech]) -> None:
    """Every passage ends a sentence or a line, save the one the site itself cut."""
    chunker = SectionChunker(400)
    cut = [
        passage
        for speech in [*collection, *single]
        for passage in chunker.chunk(speech)
        if passage.text[-1] not in "。！？…”）；" and not speech.text[passage.end :].startswith("\n")
    ]
    assert [passage.speech_id for passage in cut] == [single[0].speech_id]
