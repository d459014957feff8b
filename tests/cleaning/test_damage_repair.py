"""Clean texts damaged on purpose and repaired: what comes back, what is marked, and where each character came from."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repository import ROOT, scripts_of
from speechrag.cleaning import Alignment, clean, restore
from speechrag.cleaning.byteshift import repair_byteshifts
from speechrag.cleaning.gbk import canonical
from speechrag.cleaning.holes import LOST
from speechrag.cleaning.pinyin import GLOSS, _readings, document_glosses, known_glosses, repair_glosses
from speechrag.records import CleanDocument, Document


@pytest.fixture(scope="module")
def check() -> Iterator[ModuleType]:
    """The measuring script; ``check.damage_all`` is the simulator."""
    with scripts_of("eval"):
        import damage_check  # type: ignore[import-not-found,unused-ignore]

        yield damage_check


def cleaned(text: str) -> CleanDocument:
    return clean(Document("0", "a.txt", text, ""))


def shown(check: ModuleType, text: str, comma: str = ",") -> str:
    """Return ``text`` as an annotating site shows it."""
    damage = sys.modules["damage"]
    return "".join(unit for unit, _, _ in damage._units(damage.traditional(text), damage.READINGS, comma))


def repaired(check: ModuleType, text: str, comma: str = ",") -> str:
    """Return the site's form of ``text`` with its split characters repaired, back in simplified script."""
    page = shown(check, text, comma)
    assert "?" in page
    return cleaned(page).text


ANNOTATED = "全县经济发展、产业结构、组织领导、协调关系、创新应用、质量规范，都要抓好。"

LOOSE_TEXT = st.text(
    st.sampled_from(
        "的一是县委。，、“”（）？！；：—…同志们發設業務优协村0123456789２０２３ aZ%*-\n\u3000\u200b\ue000?()!,:;"
    )
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    max_size=400,
)


# -- the simulator ----------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(text=LOOSE_TEXT, seed=st.integers(0, 10**6))
def test_every_damaged_character_knows_its_truth(check: ModuleType, text: str, seed: int) -> None:
    """There is an origin for each character shown, and each printed character of the truth is in one of them."""
    hurt = check.damage_all(text, "全县工作会议讲话", seed)
    assert len(hurt.origins) == len(hurt.text)
    covered = {place for start, end in hurt.origins for place in range(start, end)}
    assert all(char == "\n" or place in covered for place, char in enumerate(hurt.truth) if place > 8)
    for span in hurt.spans:
        assert 0 <= span.start <= span.end <= len(hurt.truth)


def test_the_simulator_reproduces_the_real_damage(check: ModuleType, seeds: Path) -> None:
    """Run forward over the repaired text of the real page, it shows most split places character for character."""
    text = sorted(seeds.glob("*.txt"))[0].read_bytes().decode("utf-8")
    found = cleaned(text)
    again = canonical(sys.modules["damage"].damage(found.text).text)
    places = [r for r in found.repairs if "byteshift" in r.rule]
    same = sum(canonical(text[r.start - 1 : r.end]) in again for r in places)
    assert same >= 0.8 * len(places)


# -- from end to end --------------------------------------------------------------------------------------------------


def test_damaged_speeches_come_back_almost_whole(check: ModuleType) -> None:
    """Of the sample speeches at least 99.9 % of the characters are right, every offset is exact, nothing is lost."""
    total = check.Tally()
    for number, (name, text) in enumerate(check.choose([ROOT / "corpus" / "texts"], 8, 3)):
        total.add(check.check(name, text, number))
    assert total.documents == 8
    assert total.right >= 0.999 * total.characters
    assert total.wrong <= 3
    assert total.inverse == total.documents
    assert total.passages_exact == total.passages


def test_differences_are_found_and_kept_apart(check: ModuleType) -> None:
    """A replaced, a missing and an added character are three places; the rest agrees."""
    truth = "全县经济社会发展取得新的成绩，各项工作有序推进，人民生活不断改善。"
    found = truth.replace("社会", "社公").replace("有序", "序").replace("不断", "不不断")
    blocks = check.differences(truth, found)
    assert [(truth[b.start : b.end], found[b.found_start : b.found_end]) for b in blocks] == [
        ("会", "公"),
        ("有", ""),
        ("", "不"),
    ]


@settings(max_examples=60)
@given(text=LOOSE_TEXT, seed=st.integers(0, 10**6))
def test_any_damaged_text_can_be_restored_and_mapped(check: ModuleType, text: str, seed: int) -> None:
    """Cleaning never fails; the text as received comes back; spans map both ways and in order."""
    hurt = check.damage_all(text, "全县工作会议讲话", seed)
    found = cleaned(hurt.text)
    assert restore(found.text, found.repairs) == hurt.text
    alignment = Alignment(len(hurt.text), found.repairs)
    back = [alignment.original_span(i, i + 1) for i in range(len(found.text))]
    forth = [alignment.clean_span(i, i + 1) for i in range(len(hurt.text))]
    for spans, length in ((back, len(hurt.text)), (forth, len(found.text))):
        assert all(0 <= start <= end <= length for start, end in spans)
        assert all(left[0] <= right[0] and left[1] <= right[1] for left, right in pairwise(spans))


@settings(max_examples=60)
@given(text=st.text(max_size=200))
def test_cleaning_never_fails_on_any_text(text: str) -> None:
    """Whatever characters come, cleaning returns and can be undone."""
    found = cleaned(text)
    assert restore(found.text, found.repairs) == text


# -- split characters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "护林员每月领一次补贴。海边几个村另有约定，由镇里和村里商量。",
        "有人涉嫌危害国家安全犯罪，大家都要提高警惕。",
        "那个人正在取保候审，村里要派人帮教。",
        "县里的高等学校、中等专业学校都要派人来听。",
        "这一条是硬要求。――增强本领，先从学起。",
    ],
    ids=["stops early", "two lost bytes", "garbled text is no witness", "two in a row", "swallowed bracket"],
)
@pytest.mark.parametrize("comma", [",", ", "])
def test_split_sentences_come_back(check: ModuleType, sentence: str, comma: str) -> None:
    """Each is right or marked where a byte is lost; nothing else stands in its place."""
    found = repaired(check, ANNOTATED + "\n" + sentence, comma)
    line = found.split("\n")[1]
    assert len(line) == len(sentence)
    assert [(a, b) for a, b in zip(sentence, line, strict=True) if a != b and b != LOST] == []
    assert line.count(LOST) <= 1


def test_a_comma_with_a_space_hides_a_byte_too(check: ModuleType) -> None:
    """Sites that set a space behind each comma split characters in the same way."""
    sentence = "成绩应当肯定。现在，我们正处在关键时期，还有许多工作要做，不能松懈。"
    page = shown(check, ANNOTATED + sentence, ", ")
    assert "?, F" in page
    assert cleaned(page).text == ANNOTATED + sentence


def test_a_lost_end_is_judged_across_a_page_counter(check: ModuleType) -> None:
    """What follows the counter goes on with the sentence, so no full stop is made up at the page's end."""
    damage = sys.modules["damage"]
    page = "各级各部门要把安全生产放在首位，落实责任，排查隐患，加强值守，确保群众生命财产安全。"
    pages = [page * 5 + "被保护人或者其成年家属" for _ in range(4)]
    text = "\n\n".join(f"{n}、{body}" for n, body in enumerate(pages, 1))
    hurt = damage.replace_bytes(damage.traditional(text))
    found = cleaned(hurt).text
    assert found.count("家属") + found.count("家" + LOST) == 4
    assert "家属。各级" not in found


@settings(max_examples=60)
@example("???“?")
@example("???不?")
@example("“??不?")
@example("“??办?")
@example("??!不?。")
@given(st.text(st.sampled_from("为什么呢怎样办好？?！!。“”是的不吗 "), max_size=60))
def test_questions_on_a_plain_page_stay(text: str) -> None:
    """On a page without readings no question mark of ordinary sentences is taken for a hidden byte."""
    assert repair_byteshifts("请大家想一想，" + text, {})[0] == []


# -- readings ---------------------------------------------------------------------------------------------------------


# A rarer reading of a character (務 as mào) is the page's own where it stands there more often.
OTHER_READINGS = {(char, reading) for char, reading in _readings() if known_glosses().get(char, reading) != reading}


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(known_glosses())),
            st.sampled_from([*sorted(known_glosses().values()), "村", "gis", "居", "试行", "the", "一", "PDF"]),
        ).filter(lambda pair: pair not in OTHER_READINGS),
        min_size=1,
        max_size=30,
    )
)
def test_only_a_reading_of_the_character_before_goes(pairs: list[tuple[str, str]]) -> None:
    """Whatever stands in the bracket, it goes only if it reads the character that it follows."""
    known = known_glosses()
    text = "".join(f"{char}({known[char]})" for char in sorted(known)) + "".join(f"{c}({inner})" for c, inner in pairs)
    edits = repair_glosses(text, document_glosses(text))
    gone = {edit.start for edit in edits}
    for match in GLOSS.finditer(text):
        assert (match.start() in gone) == (known[match[1]] == match[2])
    for match in re.finditer(r"\((村|gis|居|试行|the|一|PDF)\)", text):
        assert match.start() not in gone


# -- script -----------------------------------------------------------------------------------------------------------

SENTENCES = [
    "乾隆年间的著作收录在图书馆里，后来的学者仍在研究，皇后与太后的故事流传很广。",
    "从瞭望塔上看，台风过后的台湾海峡风平浪静，面条和面粉照常供应，方方面面都好。",
    "发展经济要发动群众，头发花白的老干部干得很好，干燥的天气里更要注意防火。",
    "征收土地要依法进行，长征精神代代相传，象征着不屈的意志，可以想象其艰辛。",
    "名著要读，着力要准，落到实处，见微知著，成效显著，着眼长远，执着追求。",
    "群众的昵称、麻痹的思想、屋檐下的工具、黄果树瀑布、艺术的熏陶，都在其中。",
    "关于这件事，由于准备充分，回复及时，答复准确，复杂的问题也解决了。",
    "违背宗旨的事不做，人力车夫的生活改善了，琳琅满目的商品摆上货架。",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_traditional_forms_come_back_as_they_were(check: ModuleType, sentence: str) -> None:
    """Words whose characters have two simplified or two traditional forms survive the way there and back."""
    assert cleaned(sys.modules["damage"].traditional(sentence)).text == sentence


@pytest.mark.parametrize(
    ("sentence", "comma"),
    [
        # A character that stands whole nowhere is annotated inside the shift, another (習) is not.
        ("在水利领域专家座谈会上，习近平总书记强调要节约用水。", ""),
        # The shift ends at a comma behind which the page sets a space.
        ("这笔钱由专人管理，专款专用，并且一月一公布。", ", "),
    ],
)
def test_a_long_shift_is_read_whole(check: ModuleType, sentence: str, comma: str) -> None:
    """What the page annotates is judged by what it shows at the place; a character may be marked, none is wrong."""
    before = "关系全国发展，全局协调，经济社会，经济发展，区域协调，导向领导，统一发展。\n" * 3
    found = cleaned(shown(check, before + sentence, comma)).text.rpartition("\n")[2]
    assert len(found) == len(sentence)
    assert all(char in (wanted, LOST) for char, wanted in zip(found, sentence, strict=True))
