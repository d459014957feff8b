"""Words that a page deleted without a mark are noticed by what they leave behind; whole prose shows none of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.cleaning import clean
from speechrag.records import Document, Speech
from speechrag.sources import find_sources, read_source
from speechrag.structure import structure
from speechrag.structure.gaps import KINDS, find_gaps

TAIL = "\n下一步要把责任压到岗位，把进度排到旬日，每月通报一次。"


def speech(text: str) -> Speech:
    return structure(clean(Document("doc", "a.txt", f"在全镇护林工作会议上的讲话\n同志们：\n{text}{TAIL}", "")))[0]


def gaps(text: str) -> list[tuple[str, str]]:
    found = speech(text)
    return [(gap["kind"], found.text[gap["start"] : gap["end"]].strip()) for gap in found.quality.get("gaps", ())]


LOST = {
    "an empty quotation": ("今年是实施“”规划的第三年。", "quotation", "“”"),
    "an empty title": ("会前印发了《》，请对照执行。", "quotation", "《》"),
    "the end of a year": ("20，在全镇上下的努力下，林区没有冒过一次烟。", "date", "20"),
    "the word for year": ("2019月至次年3月，共巡山四百趟。", "date", "2019"),
    "a year before its word": ("会上印发了《年全镇护林工作要点》。", "date", "年"),
    "a figure": ("新建的瞭望台总面积余平方米。", "number", "余"),
    "a percentage": ("成活率达到%，比上年高。", "number", "%"),
    "a name": ("党的以来，全镇一直把山林看得很重。", "name", "党的"),
    "who said it": ("护林人人有责。指出：“生态是头等大事。”", "name", "指出：“"),
    "a subject": ("林下种养有了起色。，全镇新栽药材两百亩。", "start", "，"),
    "the head of a paragraph": ("护林队伍不断壮大。\n38名，来自六个村，多数是老党员。", "start", "38名，"),
    "the noun after each": ("要严格落实各项。\n规章和制度都要上墙。", "end", "各项。"),
    "the end of a heading": (
        "一、看清火险形势，提\n今年雨水少，草枯得早。\n二、压实巡护责任\n每片林子都有人看。",
        "heading",
        "一、看清火险形势，提",
    ),
    "the first heading": ("山林是镇里的家底。\n二、压实巡护责任\n每片林子都有人看。", "numbering", "二、"),
    "the first point": (
        "一、压实责任\n护林重在巡查。\n第二，要管住火源。上山不带火。\n第三，要备好队伍。每村十个人。\n二、严格考核\n年底算账。",
        "numbering",
        "第二，",
    ),
}


@pytest.mark.parametrize(("text", "kind", "shown"), LOST.values(), ids=LOST.keys())
def test_a_deletion_shows_by_what_it_leaves_behind(text: str, kind: str, shown: str) -> None:
    """The kind of what is missing is told, and the place."""
    assert gaps(text) == [(kind, shown)]


@pytest.mark.parametrize(
    "text",
    [
        "第20，要看住进山路口。山下20，山上30，都要有人。",
        "大会《决议》说得清楚，“三防”一样不能少。",
        "其余平方米数另行公布，剩余万元结转下年，面积百余亩。",
        "党的十九大以来，以习近平同志为核心的党中央高度重视生态。会议指出：“山林是家底。”",
        "成活率达到九成，比上年高3.5个百分点，占全县的12%。",
        "首先，要管住火源。第二，要备好队伍。第三，要用好喇叭。",
        "一方面要巡山，二是要宣传。从一点一滴做起，三要落实到人。",
        "一是管火源。二是备队伍。\n三、四月是火险最高的时候。",
        "（一）管住火源\n上山不带火。\n（二）备好队伍\n每村十个人。",
        "管护分两段：\n1、上半年\n巡山。\n2、下半年\n清林。\n宣传也分两段：\n1、开春\n进校。\n2、入秋\n进村。",
        "1、压实责任\n每片林子都有人看。\n二、管住火源\n上山不带火。",
    ],
)
def test_whole_sentences_show_no_gap(text: str) -> None:
    """Look-alikes: other numbers, mixed marks, lists that count anew, a first heading with another mark."""
    assert gaps(text) == []


def test_a_list_that_counts_anew_betrays_a_lost_heading_only_with_other_damage() -> None:
    """（一）（二）（一） alone may be as written; before a 二、 that no 一、 precedes a heading is gone there, too."""
    lists = "（一）巡山\n白天巡。\n（二）清林\n冬天清。\n（一）管火\n上山不带火。\n（二）备队\n每村十个人。"
    assert gaps(lists) == []
    assert gaps(lists + "\n二、考核\n年底算账。") == [("numbering", "（一）"), ("numbering", "二、")]


def test_nothing_is_put_into_a_gap() -> None:
    """A gap is marked beside the text; the text stays as the source has it."""
    assert "是实施“”规划的第三年" in speech("今年是实施“”规划的第三年。").text


def test_a_sound_speech_has_no_gaps_in_its_record() -> None:
    """The key is there only where something is gone."""
    assert "gaps" not in speech("护林是全镇的大事。").quality


def test_the_speeches_of_the_corpus_show_no_gap() -> None:
    """They were written whole; their damaged twins differ by damage of other kinds."""
    root = Path(__file__).resolve().parents[2] / "corpus" / "texts"
    found = [s for file in find_sources([root])[0] for d in read_source(file).documents for s in structure(clean(d))]
    assert len(found) > 20
    assert [gap for one in found for gap in one.quality.get("gaps", ())] == []


@given(st.text(alphabet="一二三、（）1.2，。：“”《》第是要\n年月余%党的以来同志为核心20", max_size=120))
def test_gaps_are_ordered_spans_of_known_kinds(text: str) -> None:
    """Whatever the text, each gap is a span of it, of a kind the report can name."""
    sections = structure(clean(Document("doc", "a.txt", text, "")))
    for one in sections:
        found = find_gaps(one.text, 0, one.sections)
        assert list(found) == sorted(found, key=lambda gap: (gap.start, gap.end, gap.kind))
        assert all(0 <= gap.start < gap.end <= len(one.text) and gap.kind in KINDS for gap in found)
