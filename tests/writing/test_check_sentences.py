"""The claim checker lets through what the cited text says and stops figures, names and quotations it does not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.writing.check import check_sentence, cited_sentences, longest_run, parse_citations

SOURCE = (
    "去年以来，县信息中心编发《要情摘报》48期、《民生专刊》21期，被县委书记周明远批示9次；向省市报送信息360多篇，采用率达到37.5%。"
    "凡是重大突发事件，各镇必须在事发后2小时内报告，不得迟报、漏报。"
)

TRUE = [
    "县信息中心编发《要情摘报》48期。",
    "《民生专刊》编发21期，县委书记周明远批示9次",
    "向省市报送信息360多篇，采用率达到37.5%",
    "重大突发事件各镇要在事发后2小时内报告，不得迟报漏报。",
    "重大突發事件，各鎮必須在事發後２小時內報告",
]
FALSE = {
    "县信息中心编发《要情摘报》58期。": "58期",
    "向省市报送信息360多篇，采用率达到73.5%": "73.5%",
    "重大突发事件，各镇必须在事发后1小时内报告": "1小时",
    "县信息中心编发《要情快报》48期。": "要情快报",
    "县信息中心编发刊物48期，被县委书记周明达批示9次": "周明达",
    "临江县信息中心编发《要情摘报》48期": "临江县",
    "《民生专刊》被县委书记周明远批示9次，他说“越快越好”": "越快越好",
    "各镇必须在事发后2小时内不报告": "不报",
    "不得迟报、漏报，2020年起各镇必须在事发后2小时内报告": "2020年",
}


@pytest.mark.parametrize("sentence", TRUE)
def test_true_sentences_pass(sentence: str) -> None:
    """Quoted, shortened, reworded and traditional-script sentences of the source are supported."""
    verdict = check_sentence(sentence, [SOURCE])
    assert verdict.supported, verdict


@pytest.mark.parametrize(("sentence", "culprit"), FALSE.items())
def test_fabrications_are_flagged_by_name(sentence: str, culprit: str) -> None:
    """A changed figure, date, name, title, quotation or negation is named in the verdict."""
    verdict = check_sentence(sentence, [SOURCE])
    assert not verdict.supported
    assert any(culprit in missing or missing in culprit for missing in verdict.missing), verdict


DIKES = (
    "去年全县共加固堤防37.5公里，转移群众1260人。5月18日组织了应急演练，王建国同志担任总指挥。大部分乡镇在6月底前完成了除险加固。"
    "对迟报汛情的，要按照《汛情责任追究办法》处理。种子价格不得超过每斤5元。安排资金4200万元左右。"
)


@pytest.mark.parametrize(
    "sentence",
    [
        "去年全县共加固堤防超过37.5公里", "去年全县共加固堤防不足37.5公里", "去年全县共加固堤防37.5公里以上",
        "5月18日，王建国同志担任副总指挥", "大部分乡镇在6月初前完成了除险加固",
        "对迟报汛情的，不按照《汛情责任追究办法》处理",
        "去年全县计划加固堤防37.5公里", "王建国担任总指挥，被免职", "种子价格不得超过每公斤5元",
    ],
)  # fmt: skip
def test_a_word_that_turns_a_true_sentence_is_flagged(sentence: str) -> None:
    """A bound, a rank, a part of the month, a denial for an order, a plan for a deed, a fate, another measure."""
    assert not check_sentence(sentence, [DIKES]).supported


@pytest.mark.parametrize(
    "sentence",
    [
        "去年全县共加固堤防37.5公里", "王建国担任总指挥", "大部分乡镇在6月底前完成了除险加固", "安排资金不低于4200万元",
        "迟报汛情的，按照《汛情责任追究办法》处理", "种子价格每斤不得超过5元",
    ],
)  # fmt: skip
def test_the_same_without_that_word_passes(sentence: str) -> None:
    """What the source says, and a bound where its figure is a loose one."""
    assert check_sentence(sentence, [DIKES]).supported


def test_a_figure_moved_to_another_thing_is_flagged() -> None:
    """A figure of the source counts only among the words it stands with there."""
    far = SOURCE + "会议强调要加强队伍建设，提高业务能力，改进工作作风，树立良好形象，" * 3 + "共培训骨干86人。"
    assert not check_sentence("全年编发《要情摘报》86人", [far]).supported


def test_unrelated_wording_is_not_supported() -> None:
    """A sentence without any false fact still needs its wording in the source."""
    verdict = check_sentence("加快发展现代农业是当前的中心工作", [SOURCE])
    assert not verdict.supported and verdict.missing == ()


@pytest.mark.parametrize(
    ("sentence", "texts"), [("", [SOURCE]), ("。", [SOURCE]), ("编发48期", []), ("编发48期", [""])]
)
def test_nothing_supports_nothing(sentence: str, texts: list[str]) -> None:
    """An empty sentence, no cited text, or an empty one: unsupported."""
    assert not check_sentence(sentence, texts).supported


@given(st.integers(0, len(SOURCE) - 20), st.integers(12, 60))
def test_any_stretch_of_the_source_is_supported(start: int, size: int) -> None:
    """Verbatim text, cut anywhere outside a figure or a name, passes the wording test in full."""
    verdict = check_sentence(SOURCE[start : start + size], [SOURCE])
    assert verdict.coverage == 1.0 or verdict.missing


@pytest.mark.parametrize(
    ("mark", "numbers", "unknown"),
    [
        ("[1]", (1,), 0),
        ("[1,2]", (1, 2), 0),
        ("[1、2]", (1, 2), 0),
        ("[1，3]", (1, 3), 0),
        ("[1-3]", (1, 2, 3), 0),
        ("[1][2]", (1, 2), 0),
        ("【1】", (1,), 0),
        ("［１］", (1,), 0),
        ("〔2〕", (2,), 0),
        ("[^1]", (1,), 0),
        ("①③", (1, 3), 0),
        ("（来源：2）", (2,), 0),
        ("[99]", (), 1),
        ("[0]", (), 1),
        ("[-1]", (), 1),
        ("[2、9]", (2,), 1),
        ("[1][1]", (1,), 0),
        ("[[1]]", (1,), 0),
        ("[资料2]", (2,), 0),
        ("【来源：1、2】", (1, 2), 0),
        ("【2†source】", (2,), 0),
        ("〖3〗", (3,), 0),
        ("[Source 9]", (), 1),
        ("", (), 0),
    ],
)
def test_citation_marks_in_all_their_forms(mark: str, numbers: tuple[int, ...], unknown: int) -> None:
    """Every usual way to write a citation is understood; unknown numbers are dropped and counted."""
    cited = parse_citations(f"已编发48期{mark}。", {1, 2, 3})
    assert (cited.text, cited.numbers, cited.unknown) == ("已编发48期。", numbers, unknown)


@pytest.mark.parametrize("text", ["(一)提高认识", "〔2019〕5号", "第[a]项", "37.5%", "见附件"])
def test_what_is_not_a_citation_stays(text: str) -> None:
    """Numbered headings and the like are text; a document number in brackets is read as an unknown citation at most."""
    assert parse_citations(text, {1}).numbers == ()


def test_marks_behind_the_full_stop_belong_to_their_sentence() -> None:
    """Models often cite after the full stop; the mark goes with the sentence before it."""
    found = cited_sentences("已编发48期。[1][2]报送及时。再接再厉①。", {1, 2})
    assert [(c.text, c.numbers) for c in found] == [("已编发48期。", (1, 2)), ("报送及时。", ()), ("再接再厉。", (1,))]


def test_the_longest_run_agrees_with_a_plain_search() -> None:
    """The grown run equals the longest common substring found by brute force."""
    left, right = "办公室工作无小事要细心细致", "值班工作无小事，办公室工作无大事"
    parts = {left[a:b] for a in range(len(left)) for b in range(a + 4, len(left) + 1)}
    assert longest_run(left, right) == max(len(part) for part in parts if part in right)
