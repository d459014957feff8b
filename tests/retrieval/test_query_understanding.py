"""Reading a query without a model: everyday words, slips of typing, years and places."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.errors import ConfigError
from speechrag.retrieval.spelling import mend, sound, sounding_alike
from speechrag.retrieval.thesaurus import Thesaurus, builtin_thesaurus, read_thesaurus
from speechrag.retrieval.understanding import Named, agreement, asks_figure, understand, year_agreement
from speechrag.text import fold

HELD = {"提案": 40, "案办": 5, "办理": 90, "社情": 30, "情民": 25, "民意": 35, "信息": 200, "报送": 60, "息报": 50}


def frequency(pair: str) -> int:
    """A small index by hand."""
    return HELD.get(pair, 0)


def never(pair: str) -> bool:
    """No pair is common at large."""
    return False


def test_the_longest_everyday_form_is_taken() -> None:
    """给领导看 is not read as 领导; terms that the query has already are not added."""
    table = Thesaurus({"拍板": ("决策", "审定"), "拍板的人": ("主要负责人",)}, 4)
    assert table.expand("谁是拍板的人") == [("拍板的人", ("主要负责人",))]
    assert table.expand("拍板和决策") == [("拍板", ("审定",))]
    assert table.expand("信息报送") == []


def test_the_builtin_thesaurus_reads_everyday_questions() -> None:
    """The forms named in the documentation lead to their official terms."""
    table = builtin_thesaurus()
    found = {term for _, terms in table.expand("老百姓的心里话谁来拍板") for term in terms}
    assert {"社情民意", "决策"} <= found
    assert len(table.terms) >= 800
    for form, terms in table.terms.items():
        assert len(form) >= 2 and form == fold(form) and terms


@pytest.mark.parametrize("line", ["拍板 决策", "板\t决策", "拍板\t", "\t决策"])
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str) -> None:
    """File and line number stand in the error."""
    path = tmp_path / "t.tsv"
    path.write_text(f"# 注\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"t\.tsv:2: expected everyday forms"):
        read_thesaurus(path)


def test_forms_on_several_lines_have_all_terms(tmp_path: Path) -> None:
    """Lines join, script and width are folded."""
    path = tmp_path / "t.tsv"
    path.write_text("拍板\t決策\n拍板 定調\t审定 决策\n", encoding="utf-8")
    assert read_thesaurus(path).terms == {"拍板": ("决策", "审定"), "定调": ("审定", "决策")}


def test_slips_that_sound_alike_are_mended() -> None:
    """提按 is 提案, 社请民意 is 社情民意, the rest of the query stays."""
    assert mend("提按", frequency, never, 300) == "提案"
    assert mend("社请民意", frequency, never, 300) == "社情民意"
    assert mend("关于信系报送", frequency, never, 300) == "关于信息报送"


def test_what_the_index_or_the_language_knows_is_left_alone() -> None:
    """A pair in the index, or one common at large, is no slip; neither is what nothing sounds like."""
    assert mend("提案办理", frequency, never, 300) == "提案办理"
    assert mend("提按", frequency, lambda pair: pair == "提按", 300) == "提按"
    assert mend("月球旅行", frequency, never, 300) == "月球旅行"
    assert mend("提" * 100 + "提按", frequency, never, 300).endswith("提按")


def test_two_common_characters_that_meet_by_chance_mend_nothing() -> None:
    """年内 stands in few of the many passages that hold 年 and 内, so 一年拿多少 is no slip; 提案 belongs together."""
    held = {"年": 250, "内": 200, "年内": 20, "提": 90, "案": 60, "提案": 50}
    assert mend("一年拿多少", lambda term: held.get(term, 0), never, 300) == "一年拿多少"
    assert mend("提按", lambda term: held.get(term, 0), never, 300) == "提案"


@pytest.mark.parametrize("question", ["一共多少人", "几天办结", "办理时限", "哪年成立", "什么时候上报", "占比"])
def test_questions_for_figures_are_told(question: str) -> None:
    """How many, how long, when."""
    assert asks_figure(question)


@pytest.mark.parametrize("question", ["信息工作怎么抓", "几乎没有", "哪个单位牵头", "什么是三农"])
def test_other_questions_ask_for_no_figure(question: str) -> None:
    """What, who, how."""
    assert not asks_figure(question)


@given(st.text(alphabet="提按案社请情民意信系息abc2009，办", max_size=30))
def test_mending_changes_no_length_and_only_into_what_sounds_alike(text: str) -> None:
    """Place for place the mended text differs by characters of the same sound."""
    mended = mend(text, frequency, never, 300)
    assert len(mended) == len(text)
    for old, new in zip(text, mended, strict=True):
        assert old == new or new in sounding_alike()[old]


def test_sounds_that_speakers_confuse_are_one() -> None:
    """Flat and curled tongue, front and back nasal."""
    assert sound("zhong") == sound("zong")
    assert sound("jing") == sound("jin")
    assert sound("lan") != sound("nan")


def test_an_understood_query_keeps_its_own_words() -> None:
    """The mended place stands behind the query, not in its stead."""
    read = understand("社請民意怎么收集", frequency, 300)
    assert read.text.split("\n")[0] == "社请民意怎么收集"
    assert "情" in read.text.split("\n")[1]
    assert understand("信息报送", frequency, 300).text == "信息报送"


def test_official_terms_come_once() -> None:
    """Two everyday forms with a common term ask for it once."""
    read = understand("老百姓和乡亲", lambda term: 9, 300)
    assert len(read.official) == len(set(read.official)) > 0
    assert read.everyday


def test_pasted_prose_is_taken_at_its_word() -> None:
    """A page is searched as it stands."""
    page = "老百姓的心里话谁来拍板，社请民意。" * 20
    assert understand(page, frequency, 300).official == ()


def test_years_and_places_are_wanted_softly() -> None:
    """A year is read from the query, a place only where a speech has it; agreement is the share that a speech has."""
    named = Named([{"region": "澄阳市", "organ": "政协", "year": 2009}, {"region": "岚溪县"}])
    wanted = named.wanted("2009年澄阳市政协提案")
    assert wanted == [("organ", "政协"), ("region", "澄阳市"), ("year", "2009")]
    assert agreement(wanted, {"region": "澄阳市", "organ": "政协", "year": 2009}) == 1.0
    assert agreement(wanted, {"year": "2009"}) == pytest.approx(1 / 3)
    assert agreement([], {"year": 2009}) == 0.0
    assert named.wanted("电话12009号") == []


@pytest.mark.parametrize(
    ("query", "document", "years"),
    [
        ("2005年县政府工作报告 扶持农业", "2005年县政府工作报告", {"2005"}),
        ("请问，市委书记2016年在信访工作会议上的讲话怎么说", "市委书记2016年在信访工作会议上", {"2016"}),
        ("2005年粮食产量有多少", "", set()),
        ("到2015年底，县政府工作报告说要建成多少", "县政府工作报告", set()),
    ],
)
def test_documents_are_named_by_words_before_their_kind(query: str, document: str, years: set[str]) -> None:
    """A year belongs to the document where it stands in the words that name it."""
    read = understand(query, frequency, 300)
    assert (read.document, read.dated) == (document, years)


def test_a_speech_of_an_unknown_year_is_between_right_and_wrong() -> None:
    """It may be the one that is meant."""
    years = frozenset({"2005"})
    known = [year_agreement(years, metadata) for metadata in ({"year": 2005}, {}, {"year": 2006})]
    assert known == [1.0, 0.5, 0.0]
    assert year_agreement(frozenset(), {"year": 2005}) == 0.0
