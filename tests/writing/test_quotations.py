"""Pasted text against the corpus: verbatim with exact offsets, near with what changed, spliced, not found."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.records import Query, Speech
from speechrag.text import sentence_spans, unique
from speechrag.writing.quotation_alignment import align, bare, units
from speechrag.writing.quotations import Checked, QuotationChecker

sys.path.insert(0, str(Path(__file__).parent))
from answer_corpus import BY_ID, retrieve, speech

TEXTS = [found.text for found in BY_ID.values()]
FLOOD = BY_ID["s1-1"].text


def candidates(sentence: str) -> list[str]:
    found = [hit.passage.speech_id for hit in retrieve(Query(sentence, 8))]
    return unique([*found, *BY_ID])


CHECKER = QuotationChecker(candidates, speech)


def check(text: str) -> tuple[Checked, ...]:
    return CHECKER.check(text).items


def one(text: str) -> Checked:
    (item,) = check(text)
    return item


def whole_figures(text: str, start: int, end: int) -> bool:
    """Tell whether ``text[start:end]`` cuts no figure in two."""
    return not re.search(r"[\d.%]{2}", text[max(0, start - 1) : start + 1] + "　" + text[end - 1 : end + 1])


@given(st.sampled_from(TEXTS), st.integers(0, 400), st.integers(6, 120))
def test_any_stretch_of_a_speech_is_verbatim_at_its_offsets(text: str, start: int, size: int) -> None:
    """Every sentence of a copied stretch is found, character by character, where the speech has it."""
    start = min(start, len(text) - 6)
    copied = text[start : start + size]
    if not whole_figures(text, start, start + len(copied)):
        return
    for item in check(copied):
        assert item.verdict in {"verbatim", "short"}, item
        assert copied[item.start : item.end] == item.text
        for place in item.places:
            assert BY_ID[place.speech_id].text[place.start : place.end] == place.quote
        assert item.verdict == "short" or (item.exact and item.places[0].quote == item.text)


NUMBERED = [text[a:b] for text in TEXTS for a, b in sentence_spans(text) if re.search(r"\d", text[a:b]) and b - a > 14]


@given(st.sampled_from(NUMBERED), st.integers(0, 30), st.integers(1, 9))
def test_any_changed_digit_is_told_as_a_changed_figure(sentence: str, which: int, by: int) -> None:
    """One other digit makes a sentence near, and the figure is named on both sides."""
    digits = [m.start() for m in re.finditer(r"\d", sentence)]
    at = digits[which % len(digits)]
    other = str((int(sentence[at]) + by) % 10)
    item = one(sentence[:at] + other + sentence[at + 1 :])
    assert item.verdict == "near"
    assert any(f.kind in {"number", "date"} and f.said != f.source and f.said and f.source for f in item.facts)


@given(st.lists(st.sampled_from("葡萄琵琶玻璃蜻蜓蝴蝶鹦鹉骆驼茉莉芙蓉琥珀"), min_size=8, max_size=60))
def test_words_of_nowhere_are_not_found(characters: list[str]) -> None:
    """A text without anything of the corpus is not found, whatever it is."""
    assert {item.verdict for item in check("".join(characters))} == {"not_found"}


@pytest.mark.parametrize(
    ("pasted", "exact"),
    [
        ("险情发生后，各乡镇必须在30分钟内电话报告，1小时内书面报告。", True),
        ("险情发生后,各乡镇必须在３０分钟内电话报告;1小时内书面报告!", False),
        ("險情發生後，各鄉鎮必須在30分鐘內電話報告，1小時內書面報告。", False),
        ("险情发生后各乡镇必须在30分钟内电话报告", False),
    ],
)
def test_punctuation_width_and_script_do_not_count(pasted: str, exact: bool) -> None:
    """Such differences leave a sentence verbatim; ``exact`` tells that there are some."""
    item = one(pasted)
    assert (item.verdict, item.exact) == ("verbatim", exact)
    assert item.places[0].quote.startswith("险情发生后，各乡镇必须在30分钟内电话报告")
    assert item.places[0].headings == ("二、落实责任",)


@pytest.mark.parametrize(
    ("pasted", "kind", "said", "source"),
    [
        ("去年全县引进项目42个，到位资金16.8亿元，比上年增长12%。", "number", "16.8", "18.6"),
        ("去年全县引进项目42个，到位资金18.6亿元，比上年增长21%。", "number", "21%", "12%"),
        ("各县区险情要在120分钟内报告市防汛办。", "number", "120", "20"),
        ("县水务局局长韩立军负总责。", "name", "韩立军", "韩立群"),
    ],
)
def test_changed_facts_are_flagged_apart(pasted: str, kind: str, said: str, source: str) -> None:
    """A changed figure or name is listed with what the source says."""
    item = one(pasted)
    assert item.verdict == "near"
    assert [(f.kind, f.said, f.source) for f in item.facts] == [(kind, said, source)]


def test_differences_lie_where_they_say() -> None:
    """Replaced, omitted and added words carry their offsets in the paste and their source words."""
    pasted = "去年全县共加固河堤37.5公里，转移群众1260人，全县有86%的行政村建立了喇叭。"
    item = one(pasted)
    assert item.verdict == "near" and item.facts == ()
    found = [(d.kind, d.said, d.source) for d in item.differences]
    assert ("added", "有", "") in found and ("omitted", "", "预警") in found
    assert any(d.kind == "replaced" and "河" in d.said for d in item.differences)
    assert all(pasted[d.start : d.end] == d.said for d in item.differences)


def test_a_sentence_put_together_from_two_places_is_told() -> None:
    """Both parts are named in order; two parts that follow each other are no splice."""
    item = one("去年全县引进项目42个，到位资金18.6亿元，今年汛期全县降雨比常年多三成。")
    assert item.verdict == "spliced"
    assert [p.speech_id for p in item.places] == ["s1-2", "s1-1"]
    assert one("去年全县共加固堤防37.5公里，全县86%的行政村建立了预警喇叭。").verdict == "near"


def test_a_quotation_is_judged_apart_from_the_words_around_it() -> None:
    """The words in quotation marks are looked up; whose they are said to be is compared with their source."""
    item = one("在全县招商引资工作会议上强调：“凡引进项目的个人，每个项目奖励5万元”。")
    assert item.verdict == "quoting"
    (quotation,) = item.quotations
    assert (quotation.verdict, quotation.text) == ("verbatim", "凡引进项目的个人，每个项目奖励5万元")
    assert quotation.attribution is not None and quotation.attribution.fits
    (other,) = one("省教育厅厅长指出，“凡引进项目的个人，每个项目奖励8万元”。").quotations
    assert other.verdict == "near" and other.attribution is not None and not other.attribution.fits
    assert [(f.said, f.source) for f in other.facts] == [("8", "5")]


def test_a_copied_passage_is_found_where_it_goes_on() -> None:
    """Sentences of one passage are placed one behind the other, offsets ascending."""
    items = check(FLOOD)
    places = [item.places[0] for item in items if item.verdict == "verbatim"]
    assert all(p.speech_id == "s1-1" for p in places)
    assert [p.start for p in places] == sorted(p.start for p in places)


@pytest.mark.parametrize(("pasted", "verdict"), [("好的。", "short"), ("同志", "short"), ("。。。", "short")])
def test_what_is_too_short_to_tell_is_said_to_be(pasted: str, verdict: str) -> None:
    """Three characters stand everywhere or nowhere."""
    assert [item.verdict for item in check(pasted)] in ([verdict], [verdict] * 3)


def test_nothing_gives_an_empty_report() -> None:
    """An empty text has no sentences; the JSON form says so."""
    assert CHECKER.check(" \n　").to_json() == {"counts": {}, "items": []}


@given(st.text(max_size=200))
def test_any_text_is_judged_without_failing(text: str) -> None:
    """Whatever is pasted, every verdict is one of the known ones and offsets fit."""
    for item in check(text):
        assert text[item.start : item.end] == item.text


@given(st.text(max_size=80))
def test_bare_text_leads_back(text: str) -> None:
    """Every compared character knows its place; places never go back."""
    found = bare(text)
    assert len(found.text) == len(found.places)
    assert list(found.places) == sorted(found.places)
    assert all(0 <= place < len(text) for place in found.places)


def test_figures_are_single_units() -> None:
    """A share, a number and a year are not cut; years and other figures are told apart."""
    assert [(u.text, u.kind) for u in units(bare("2009年62.5%的5人")) if u.kind] == [
        ("2009", "date"), ("62.5%", "number"), ("5", "number"),
    ]  # fmt: skip


def test_an_alignment_covers_both_texts() -> None:
    """The steps of an alignment follow each other without gaps on both sides."""
    given_text = "开头。全县共加固堤防37.5公里，转移群众1260人。结尾。"
    left, right = bare("全县加固堤防73.5公里，转移群众1260余人。"), bare(given_text)
    found = align(left, right, given_text)
    assert found is not None
    assert (found.steps[0].left[0], found.steps[-1].left[1]) == (0, len(left.text))
    for before, after in zip(found.steps, found.steps[1:], strict=False):
        assert (before.left[1], before.right[1]) == (after.left[0], after.right[0])
    assert right.text[found.start : found.end] == "全县共加固堤防37.5公里转移群众1260人"


def test_a_figure_ends_with_its_line() -> None:
    """A date line above a sentence that begins with a figure does not make the two one figure."""
    text = "2019-09-18\n9月18日召开全县防汛会商会，通报汛情。"
    dated = Speech("d1-1", "d1", "d1.txt", 1, "会商会", text, 0, len(text))
    (item,) = QuotationChecker(lambda _: ["d1-1"], lambda _: dated).check(text.split("\n")[1]).items
    assert (item.verdict, item.exact, item.places[0].start) == ("verbatim", True, 11)


def test_common_words_are_placed_where_the_text_went_on() -> None:
    """The speech of the sentence before is looked at even where nothing else leads there."""
    asked: list[str] = []

    def only_once(sentence: str) -> list[str]:
        asked.append(sentence)
        return ["s1-2"] if len(asked) == 1 else []

    first, second = QuotationChecker(only_once, speech).check("今年要力争引进亿元以上项目15个。一是开工一批").items
    assert (first.verdict, second.verdict) == ("verbatim", "verbatim")
    assert second.places[0].speech_id == "s1-2"


@pytest.mark.parametrize("greeting", ["同志们，", "各位领导、同志们：", "尊敬的各位委员，", "大家好！"])
def test_a_greeting_before_a_quotation_changes_nothing(greeting: str) -> None:
    """Whoever quotes a speech greets their own audience first; the words behind the greeting are judged."""
    sentence = next(FLOOD[a:b] for a, b in sentence_spans(FLOOD) if b - a > 20 and "：" not in FLOOD[a:b])
    items = check(greeting + sentence)
    assert items[-1].verdict == "verbatim"
    assert BY_ID[items[-1].places[0].speech_id].text[slice(items[-1].places[0].start, items[-1].places[0].end)] in FLOOD


def test_a_spelled_length_of_time_is_a_figure() -> None:
    """三小时 for 两小时 is another number, not another word."""
    told = "各县区接报后必须在两小时内上报值班室，不得拖延。"
    source = Speech("t1", "t", "时限.txt", 1, "在会议上的讲话", told, 0, len(told))
    (item,) = QuotationChecker(lambda _: ["t1"], lambda _: source).check(told.replace("两", "三")).items
    assert item.verdict == "near" and [(f.kind, f.said, f.source) for f in item.facts] == [("number", "三", "两")]


CHECKED = "全市三轮检查共发现毛病386处，目前改好的有291处，名单在九月二十日前报市里，第一年先改大的。"


@pytest.mark.parametrize(
    ("pasted", "facts"),
    [
        (CHECKED.replace("386处，目前", "368处，"), [("number", "368", "386")]),
        (CHECKED.replace("386处，目前改", "约368，改"), [("number", "368", "386")]),
        (CHECKED.replace("三轮", "两轮"), [("number", "两", "三")]),
        (CHECKED.replace("386", "三百八十六"), []),
        (CHECKED.replace("在九月二十日前报", "报"), [("date", "", "九月二十日")]),
        (CHECKED.replace("目前改好的有291处，", ""), []),
        ("共发现毛病386处，全市三轮检查目前改好的有291处，名单在九月二十日前报市里，第一年先改大的。", []),
    ],
)
def test_one_changed_figure_is_told_once_and_alone(pasted: str, facts: list[tuple[str, str, str]]) -> None:
    """A word left out beside a figure is told apart from it, a date is one, and 三百八十六 says no other than 386."""
    source = Speech("t1", "t", "检查.txt", 1, "在会议上的讲话", CHECKED, 0, len(CHECKED))
    (item,) = QuotationChecker(lambda _: ["t1"], lambda _: source).check(pasted).items
    assert item.verdict == "near"
    assert [(f.kind, f.said, f.source) for f in item.facts] == facts
    assert not any(re.search(r"\d", d.said) and re.search(r"[，目约]", d.said + d.source) for d in item.differences)


def test_what_only_comes_near_is_shown_in_whole_clauses() -> None:
    """The place beside 未找到 begins and ends where a reader would begin and end."""
    told = "一要管好水。小二型以上的水库全部装上了雨水测报仪器，值守的人也要配齐。"
    source = Speech("t1", "t", "水库.txt", 1, "在会议上的讲话", told, 0, len(told))
    (item,) = QuotationChecker(lambda _: ["t1"], lambda _: source).check("火星上的水库都装着雨水的记录本。").items
    assert item.verdict == "not_found"
    assert item.places[0].quote == "小二型以上的水库全部装上了雨水测报仪器"


def test_a_verb_before_a_village_is_no_name() -> None:
    """可以离村 for 不得离村 is another word, told as such and not as a false name."""
    told = "雨没有停，驻村的书记一个也不得离村。"
    source = Speech("t1", "t", "值守.txt", 1, "在会议上的讲话", told, 0, len(told))
    (item,) = QuotationChecker(lambda _: ["t1"], lambda _: source).check(told.replace("不得", "可以")).items
    assert item.facts == () and [(d.said, d.source) for d in item.differences] == [("可以", "不得")]


def test_where_somebody_spoke_is_no_part_of_who() -> None:
    """在会上 fits every meeting and names nobody."""
    (item,) = check("市长在会上强调：“险情发生后，各乡镇必须在30分钟内电话报告，1小时内书面报告。”")
    told = item.quotations[0].attribution
    assert told is not None and told.text == "市长"


@pytest.mark.parametrize("unit", ["信息", "信息工作，", "信息a", "“信息", " 信息", "1"])
def test_a_sentence_without_an_end_is_looked_up_in_parts(unit: str) -> None:
    """The work grows with the length of a text, not with its square; every character is in one part, in order."""
    wordy = replace(BY_ID["s1-1"], text="信息工作要把信息报准，信息要快。" * 200, sections=())
    checker = QuotationChecker(lambda _: [wordy.speech_id], lambda _: wordy)
    spent = []
    for size in (1_000, 4_000):
        text = (unit * size)[:size].strip()
        began = time.process_time()
        report = checker.check(text)
        spent.append(time.process_time() - began)
        assert all(item.text == text[item.start : item.end] for item in report.items)
        assert "".join("".join(item.text.split()) for item in report.items) == "".join(text.split())
        assert max(item.end - item.start for item in report.items) <= 400
    assert spent[1] < 0.5 or spent[1] < 9 * spent[0]
