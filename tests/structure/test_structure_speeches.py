"""Collections split into their speeches, pasted speeches told apart, titles and quality."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.passages.section import SectionChunker
from speechrag.records import CleanDocument, Document, Speech
from speechrag.structure import structure
from speechrag.structure.quality import measure

BODY = (
    "今天，我们召开全镇秸秆禁烧工作会议，目的是把任务压实。\n"
    "一、认清形势\n秋收在即，田里的秸秆多，野外的火点也多，稍一松劲就会前功尽弃。各村不能有侥幸心理。\n"
    "二、落实措施\n一是包片到人。镇干部包村，村干部包地块，党员包户。二是昼夜巡查。火点要在十分钟内扑灭。\n"
    "三、严明纪律\n谁家地里冒烟，就追究谁的责任。奖罚都要兑现，结果要张榜公布，请群众监督。\n"
    "同志们，禁烧是一场硬仗。让我们咬紧牙关，守好每一块田，为全镇的蓝天作出新的贡献！"
)
OTHER = (
    "我们镇今年把农村饮水安全当作一件大事来办。\n"
    "水源建设先行一步。镇里请来技术员，先后勘测了十二处泉眼，选定三处作为集中供水点，铺设管道四十多里，"
    "两千多户群众用上了自来水。为了管好用好，各村都成立了用水协会，按方收费，账目每月公布一次。"
    "群众说，水价明白了，心里也就亮堂了。\n"
    "管护机制跟着完善。每村聘一名管水员，报酬由协会支付，镇水利站每季度检查一次，发现漏水限期修复。"
    "两年下来，管网完好率保持在九成以上，没有发生一起断水事件，这项做法已经在全县推广。"
    "下一步，镇里准备把集中供水延伸到最远的三个自然村，让住在山上的四十几户人家也用上放心水，"
    "再用两年时间更换老旧管道，把漏损降下来，把水价稳下来，把服务跟上来，让群众喝得安心、用得省心。"
)


def speeches(text: str, source: str = "a.txt") -> list[Speech]:
    return structure(CleanDocument(Document("doc", source, text, ""), text))


PARTS = {
    "stem and number": ("禁烧工作会议讲话篇{}", "禁烧工作会议讲话篇{}"),
    "brackets": ("【篇{}】", "禁烧工作会议讲话大全 篇{}"),
    "model": ("范文{}", "禁烧工作会议讲话大全 范文{}"),
    "ordinal": ("第{}篇", "禁烧工作会议讲话大全 第{}篇"),
    "ordinal with a title": ("第{}篇：在禁烧动员会上的讲话", "在禁烧动员会上的讲话"),
    "label with a title": ("【篇{}】在禁烧动员会上的讲话", "在禁烧动员会上的讲话"),
    "title on the line below": ("范文{}\n在禁烧动员会上的讲话", "在禁烧动员会上的讲话"),
    "suffix": ("最新禁烧工作会议讲话稿（{}）", "最新禁烧工作会议讲话稿（{}）"),
}


@pytest.mark.parametrize(("form", "title"), PARTS.values(), ids=PARTS.keys())
def test_a_collection_is_split_at_its_part_titles(form: str, title: str) -> None:
    """The usual part titles are recognised; the site's introduction belongs to no speech.

    A reader is shown the part's own title without its label, and a bare label under the collection's name.
    """
    intro = "禁烧工作会议讲话大全（3篇）\n讲话是一种常见的文体，下面一起来看看吧。\n"
    parts = [f"{form.format(number)}\n同志们：\n{BODY}" for number in "一二三"]
    found = speeches(intro + "\n".join(parts))
    assert [speech.title for speech in found] == [title.format(number) for number in "一二三"]
    assert [speech.ordinal for speech in found] == [1, 2, 3]
    assert found[0].quality["promised"] == 3
    assert found[0].quality["found"] == 3
    assert found[0].text.startswith((title.format("一"), "同志们："))


SUBJECTS = ("在全镇禁烧动员会上的讲话", "在信访工作会上的讲话", "在安全生产工作会上的讲话")


@pytest.mark.parametrize(
    "form",
    [
        "{}（篇{}）", "{}【篇{}】", "{}篇{}：", "{}（范文{}）", "{}（第{}篇）", "{}第{}篇", "{}（精选篇{}）",
        "【{}篇{}】", "《{}》（篇{}）", "# {}（篇{}）", "**{}篇{}**", "{}——篇{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("titles", [SUBJECTS, ("禁烧工作会议讲话",) * 3], ids=["own", "common"])
def test_a_label_behind_the_title_splits_too(form: str, titles: tuple[str, ...]) -> None:
    """……讲话（篇一）: titles that differ are the parts' own, a common one keeps the label."""
    parts = [f"{form.format(title, n)}\n同志们：\n{BODY}" for title, n in zip(titles, "一二三", strict=True)]
    found = speeches("禁烧讲话大全（3篇）\n" + "\n".join(parts))
    assert [speech.quality.get("found") for speech in found] == [3, None, None]
    if titles == SUBJECTS:
        assert [re.sub("[^一-鿿]", "", speech.title) for speech in found] == list(SUBJECTS)
    else:
        assert all(number in speech.title for number, speech in zip("一二三", found, strict=True))


@pytest.mark.parametrize("line", ["做好护林的大文章第一篇", "护林简报（第一篇）", "写好护林篇一"])
def test_one_such_line_splits_nothing(line: str) -> None:
    """A series counts upwards from one and has at least two members."""
    assert len(speeches(f"护林纪实\n{line}\n{BODY}\n后来又写了第三篇。")) == 1


def test_a_part_on_another_subject_shows_the_meeting_it_names() -> None:
    """Behind the title that the collection gives it; what is added stands in the text."""
    body = BODY.replace("秸秆禁烧", "人口统计")
    found = speeches(f"禁烧工作会议讲话篇一\n同志们：\n{BODY}\n禁烧工作会议讲话篇二\n同志们：\n{body}")
    assert [speech.title for speech in found] == ["禁烧工作会议讲话篇一", "禁烧工作会议讲话篇二：全镇人口统计工作会议"]
    assert found[1].quality["part"] == "禁烧工作会议讲话篇二"
    span = found[1].evidence["title"]
    assert found[1].text[span.start : span.end] == "全镇人口统计工作会议"
    assert not any("篇二" in passage.text for passage in SectionChunker().chunk(found[1]))


def test_a_parts_own_title_proves_what_it_says() -> None:
    """What stands behind the label is evidence at its place in the speech's text."""
    parts = [
        f"篇{number}：在全镇禁烧动员会上的讲话\n（2016年5月{day}日）\n同志们：\n{BODY}"
        for number, day in ("一2", "二3")
    ]
    for speech in speeches("\n".join(parts)):
        assert speech.metadata["occasion"] == "动员会"
        assert speech.metadata["level"] == "乡镇"
        span = speech.evidence["level"]
        assert speech.text[span.start : span.end] == "全镇"


def test_a_title_glued_to_the_paragraph_before_it_is_found() -> None:
    """Scraped pages lose the line break before a part's title, and the one behind it."""
    text = f"禁烧讲话篇一\n同志们：\n{BODY}禁烧讲话篇二\n同志们：\n{BODY}禁烧讲话篇三同志们：\n{BODY}"
    found = speeches(text)
    assert [speech.title for speech in found] == ["禁烧讲话篇一", "禁烧讲话篇二", "禁烧讲话篇三"]
    assert found[0].text.endswith("贡献！")


def test_a_promise_that_is_not_kept_shows() -> None:
    """Promised and found counts stand side by side."""
    text = f"讲话精选（5篇）\n篇一\n同志们：\n{BODY}\n篇二\n同志们：\n{BODY}"
    quality = speeches(text)[0].quality
    assert (quality["promised"], quality["found"]) == (5, 2)


def test_an_introduction_that_is_a_speech_is_kept() -> None:
    """What stands before the first part is dropped only where it holds no speech."""
    text = f"同志们：\n{BODY}\n篇一\n同志们：\n{BODY}\n篇二\n同志们：\n{BODY}"
    assert len(speeches(text)) == 3


def test_a_speech_pasted_behind_a_closing_gets_its_own_record() -> None:
    """A salutation after a closing starts a new speech, even in the middle of a paragraph."""
    text = f"讲话篇一\n同志们：\n{BODY}同志们：\n{BODY}\n讲话篇二\n同志们：\n{BODY}"
    found = speeches(text)
    assert [speech.title for speech in found] == ["讲话篇一", "讲话篇一（之2）", "讲话篇二"]
    assert found[1].text.startswith("同志们：\n今天")


def test_a_text_without_salutation_behind_a_closing_is_told_apart_in_a_collection() -> None:
    """After a finished call a long text that does not continue the numbering is another text."""
    text = f"讲话篇一\n同志们：\n{BODY}{OTHER}\n讲话篇二\n同志们：\n{BODY}"
    found = speeches(text)
    assert len(found) == 3
    assert found[1].text == OTHER


def test_a_pasted_speech_takes_its_own_title_line() -> None:
    """Title and date lines above a salutation go with the speech below."""
    text = f"同志们：\n{BODY}\n在全镇防汛会议上的讲话\n（2019年6月3日）\n同志们：\n{BODY}"
    found = speeches(text)
    assert len(found) == 2
    assert found[1].title == "在全镇防汛会议上的讲话"
    assert found[1].metadata["year"] == 2019


def test_an_address_inside_one_speech_does_not_split_it() -> None:
    """各位代表： at the head of a chapter is still the same report."""
    chapter = "各位代表：\n农业要稳。" + "粮食生产能力要保持住，种粮农民的收入要有保障，耕地红线一寸也不能退。" * 12
    text = f"各位代表：\n现在我代表县人民政府向大会作工作报告。\n{chapter}\n{chapter}"
    assert len(speeches(text)) == 1


def test_a_title_that_runs_into_the_salutation_is_cut_before_it() -> None:
    """在……会议上的讲话同志们：… gives the title alone."""
    found = speeches(f"在全镇禁烧工作会议上的讲话同志们：{BODY}")
    assert found[0].title == "在全镇禁烧工作会议上的讲话"
    assert found[0].metadata["genre"] == "讲话"


def test_without_a_title_line_the_file_name_serves() -> None:
    """A Chinese file name is a title; other names give way to the first words."""
    assert speeches(f"同志们：\n{BODY}", "资料/禁烧讲话.txt")[0].title == "禁烧讲话"
    assert speeches(f"各位，{BODY}", "0017.txt")[0].title.startswith("各位，今天")


def test_an_empty_document_has_no_speech() -> None:
    """White space is not a speech."""
    assert speeches(" \n\u3000") == []


def test_quality_counts_holes_and_damage_and_sees_a_cut_end() -> None:
    """Masks are holes, unreadable marks are damage, a final comma is a cut."""
    quality = speeches("20xx年，--同志到××局调研，提出*条意见。\n?? \ufffd\n这项工作要继续抓下去，")[0].quality
    assert quality["holes"] == 4
    assert quality["damage"] == 2
    assert quality["truncated"] is True
    assert speeches(BODY)[0].quality["truncated"] is False
    assert speeches(BODY)[0].quality["paragraphs"] == 8


LINES = st.sampled_from(
    ["讲话篇一", "讲话篇二", "【篇1】", "【篇2】", "同志们：", "各位代表：", "同志们，让我们为新局面奋斗！", "开会。",
     "一、认识", "二、措施", "（一）甲。乙。", BODY, OTHER, "", "最新讲话稿（一）", "最新讲话稿（二）", "在会上的讲话"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\n\n", ""]))
def test_speeches_are_exact_disjoint_spans_of_the_document(lines: list[str], joint: str) -> None:
    """Each speech is its span, in order, and nothing between the first and the last is lost."""
    text = joint.join(lines)
    found = speeches(text)
    for speech in found:
        assert speech.text == text[speech.doc_start : speech.doc_end]
        for span in speech.evidence.values():
            assert 0 <= span.start < span.end <= len(speech.text)
    for before, after in pairwise(found):
        assert before.doc_end <= after.doc_start
    if found:
        starts = [found[0].doc_start, *(speech.doc_end for speech in found)]
        ends = [*(speech.doc_start for speech in found), len(text)]
        lost = "".join(text[low:high] for low, high in zip(starts, ends[: len(starts)], strict=True))
        # Line ends between two empty parts are nobody's text.
        visible = "".join(lost.split())
        assert len(visible) <= sum(len(line) for line in lines if line.startswith(("讲话篇", "【篇", "最新")))


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("07_禁烧工作部署.txt", "禁烧工作部署"),
        ("2016_2016年禁烧工作报告.txt", "2016年禁烧工作报告"),
        ("2016-禁烧讲话.txt", "2016-禁烧讲话"),
    ],
)
def test_a_title_from_a_file_name_is_clean(source: str, title: str) -> None:
    """Serial numbers, repeated years and underscores of a file name are not shown."""
    assert speeches(f"同志们：\n{BODY}", source)[0].title == title


@pytest.mark.parametrize(
    ("source", "year"),
    [
        ("2016_2016年岚溪县政府工作报告.txt", 2016),
        ("1964年岚溪县政府工作报告（摘要）.txt", 1964),
        ("2016年岚溪县政府工作报告引发热议.txt", None),
    ],
)
def test_a_file_named_for_a_speech_tells_its_year(source: str, year: int | None) -> None:
    """The year of a speech can be filtered by where only the file's name tells it; it proves nothing in the text."""
    found = speeches(f"同志们：\n{BODY}", source)[0]
    assert found.metadata.get("year") == year
    assert "year" not in found.evidence


@pytest.mark.parametrize("line", ["（译自某刊）", "镇里听取了县上来的检查组所作的"])
def test_a_note_or_a_broken_sentence_is_no_title(line: str) -> None:
    """A bracketed note and a line that breaks off say nothing as a title."""
    assert speeches(f"{line}\n{BODY}", "禁烧讲话.txt")[0].title == "禁烧讲话"


PLAIN_HOLE = re.compile(
    r"(?:19|20)[xX×＊*]{2}|20[Oo○〇]{2}(?=年)|[×✕]+|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])|\*+"
    r"|(?<![-\w])-{2,}(?=[\u4e00-\u9fff])|□+|【待补[^】]*】|_{2,}|〔　*〕|《》|“”"
)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="20xX×✕*-年县□_《》“”〔　〕o。", max_size=40))
def test_holes_are_counted_as_the_plain_pattern_counts_them(text: str) -> None:
    """The pattern is written for speed; what it counts is what the readable form counts."""
    assert measure(text)["holes"] == len(PLAIN_HOLE.findall(text))


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("最新县长在水利冬修会上的讲话", "县长在水利冬修会上的讲话"),
        ("2021年最新最全水利冬修会上的讲话稿（通用）", "水利冬修会上的讲话稿"),
        ("【精品】在水利冬修会上的讲话.doc", "在水利冬修会上的讲话"),
        ("在水利冬修会上的讲话（共3页）_某某文库", "在水利冬修会上的讲话"),
        ("《在水利冬修会上的讲话》", "在水利冬修会上的讲话"),
        ("最新农机技术推广会上的讲话", "最新农机技术推广会上的讲话"),
        ("在推进网格化管理—互联网工作会上的讲话", "在推进网格化管理—互联网工作会上的讲话"),
        ("在《某某条例》宣传月上的讲话", "在《某某条例》宣传月上的讲话"),
    ],
)
def test_a_title_is_shown_without_what_sites_put_around_it(line: str, title: str) -> None:
    """The heading stays in the text and no passage repeats it; a word that may belong to the title stays."""
    found = speeches(f"{line}\n同志们：\n{BODY}", "x.txt")[0]
    assert (found.title, found.text.split("\n")[0]) == (title, line)
    assert line not in "".join(passage.text for passage in SectionChunker(400).chunk(found))


@pytest.mark.parametrize("form", ["之{}", "其{}", "【例{}】", "（之{}）", "例{}："])
def test_a_bare_label_above_a_salutation_splits(form: str) -> None:
    """之二 alone is no title, but two that count upwards above salutations part a collection, which lends its name."""
    parts = [f"{form.format(number)}\n同志们：\n{BODY}" for number in "一二三"]
    found = speeches("禁烧工作会议讲话大全\n" + "\n".join(parts))
    assert [speech.quality.get("found") for speech in found] == [3, None, None]
    assert all(f"{number}" in speech.title for number, speech in zip("一二三", found, strict=True))
    assert all(speech.title.startswith("禁烧工作会议讲话大全 ") for speech in found)


def test_a_bare_label_without_a_salutation_splits_nothing() -> None:
    """Two lines of a poem or an essay that count are no parts of a collection."""
    assert len(speeches(f"护林随笔\n其一\n{BODY}\n其二\n{BODY}")) == 1


@pytest.mark.parametrize("form", ["{}、{}", "（{}）{}", "# {}. {}"])
def test_numbered_titles_above_salutations_split_and_are_shown_without_their_numbers(form: str) -> None:
    """1、在……会上的讲话, 2、……: the table of contents before them is no speech."""
    numbers = "123" if "." in form else "一二三"
    lines = [form.format(number, title) for number, title in zip(numbers, SUBJECTS, strict=True)]
    text = "目录\n" + "\n".join(lines) + "\n" + "\n".join(f"{line}\n同志们：\n{BODY}" for line in lines)
    found = speeches(text)
    assert [speech.title for speech in found] == list(SUBJECTS)
    assert not any("目录" in speech.text for speech in found)


def test_a_numbered_heading_on_a_speech_is_no_title() -> None:
    """一、学习……在……上的讲话 is the first heading of a text that has no title."""
    text = "一、认真学习总书记在座谈会上的讲话\n要逐字逐句学。\n二、抓好落实\n要一件一件办。"
    found = speeches(text, "学习体会.txt")[0]
    assert found.title == "学习体会"
    assert [section.label for section in found.sections] == ["一、", "二、"]


def test_a_line_of_marks_between_speeches_is_no_title() -> None:
    """====== and ------ part two speeches in one file; the second is called by its own title."""
    speech = "在{}会上的讲话\n同志们：\n" + BODY + "\n同志们，让我们为完成任务而努力奋斗！"
    found = speeches("\n=======\n".join(speech.format(name) for name in ("春耕", "禁烧")))
    assert [one.title for one in found] == ["在春耕会上的讲话", "在禁烧会上的讲话"]


def test_a_markdown_title_is_shown_without_its_hashes() -> None:
    """The text keeps them."""
    found = speeches(f"# 在禁烧会上的讲话\n同志们：\n{BODY}")[0]
    assert (found.title, found.text[:2]) == ("在禁烧会上的讲话", "# ")


def test_the_subject_of_a_part_is_a_name_and_no_sentence() -> None:
    """禁烧做了大量工作 says what was done, not what the speech is on."""
    told = "去年以来，防汛抗旱做了大量工作，防汛抗旱还有差距，防汛抗旱要摆上日程，防汛抗旱要抓好。\n"
    found = speeches(f"护林工作会议讲话篇一\n同志们：\n{BODY}\n护林工作会议讲话篇二\n同志们：\n{told * 3}")
    assert not any("大量工作" in speech.title for speech in found)


def test_an_office_above_the_title_of_its_document_is_not_the_title() -> None:
    """A letterhead gives way to the line below it where that names the document; else it is all there is."""
    body = "2015年，全县人民齐心协力，各项事业取得新的进步。\n一、综合\n全县经济平稳增长，民生继续改善。"
    assert speeches(f"柳河县人民政府\n柳河县2015年统计公报\n{body}")[0].title == "柳河县2015年统计公报"
    assert speeches(f"柳河县人民政府\n{body}")[0].title == "柳河县人民政府"
