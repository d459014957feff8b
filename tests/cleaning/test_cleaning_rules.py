"""Each rule on examples of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.cleaning import NORMALISATIONS, apply, clean, restore
from speechrag.records import CleanDocument, Document


def cleaned(text: str) -> CleanDocument:
    return clean(Document("0", "a.txt", text, ""))


def text_of(text: str) -> str:
    return cleaned(text).text


CLEAN = (
    "同志们：\n今天的会议很重要。2023年粮食产量达到1,250万斤（比上年增长3.5%），会议从9:30开到11:45。\n"
    "一、提高认识\n“三农”工作是重中之重……详见http://www.example.com/a?b=1,2。\n（一）压实责任\n谢谢大家！"
)


def test_a_clean_text_stays_as_it_is() -> None:
    """Nothing is changed that needs no change."""
    found = cleaned(CLEAN)
    assert found.text == CLEAN
    assert found.repairs == ()
    assert found.notes == ()


@pytest.mark.parametrize(
    "hole", ["20xx年", "20××年", "继*年", "对于刚才--同志讲话", "*—7月份", "在xx市", "20**年", "把握“”规划"]
)
def test_holes_are_left_exactly_as_they_are(hole: str) -> None:
    """Words that a site deleted are never filled in, nor hidden."""
    assert text_of(f"我们总结{hole}的工作。") == f"我们总结{hole}的工作。"


@pytest.mark.parametrize(
    ("dirty", "clear"),
    [
        ("甲\x00乙\x0b丙", "甲乙\n丙"),
        ("甲\u200b乙\u202e丙\ufeff", "甲乙丙"),
        ("甲\U000e0041乙", "甲乙"),
        ("甲\ud800乙", "甲\ufffd乙"),
        ("甲。\r\n乙。\r丙。", "甲。\n乙。\n丙。"),
    ],
)
def test_invisible_characters_go_and_line_ends_become_one_kind(dirty: str, clear: str) -> None:
    """No control, zero-width, bidirectional, tag or surrogate code point is left."""
    assert text_of(dirty) == clear


@pytest.mark.parametrize(
    ("dirty", "clear"),
    [
        ("各位委员,同志们:现在开会!", "各位委员，同志们：现在开会！"),
        ("任务重;要求高?是的", "任务重；要求高？是的"),
        ("达到100%;7月份举办", "达到100%；7月份举办"),
        ("地理信息系统(gis)技术", "地理信息系统（gis）技术"),
        ("(一)压实责任。", "（一）压实责任。"),
        ("今年, 我们再努力。 明年更好", "今年，我们再努力。明年更好"),
        ("政 府 工 作 报 告\n各位代表：", "政府工作报告\n各位代表："),
    ],
)
def test_ascii_marks_and_spaces_in_chinese_are_typeset(dirty: str, clear: str) -> None:
    """Marks beside Chinese become full-width; spaces beside them go."""
    assert text_of(dirty) == clear


@pytest.mark.parametrize(
    "text", ["比例为3:1", "10:30开始", "产量1,250吨", "f(x)=1", "see a, b; c: d?", "记者 张三 李四 摄影报道"]
)
def test_numbers_times_latin_and_separating_spaces_stay(text: str) -> None:
    """A mark inside a number, a time or Latin text is part of it; a space between names parts them."""
    assert text_of(text) == text


def test_paragraphs_are_lines_and_no_line_is_empty() -> None:
    """Blank lines, indents and white space at the ends go; paragraphs stay apart."""
    assert text_of("\n\n　　第一段。  \n \n\n　　第二段。\n") == "第一段。\n第二段。"


def test_a_traditional_text_is_simplified_with_its_places_kept() -> None:
    """Every repair is a run of characters of the same length."""
    found = cleaned("領導幹部要認真總結經驗，沿著正確方向前進，取得顯著成績，於是群眾滿意。")
    assert found.text == "领导干部要认真总结经验，沿着正确方向前进，取得显著成绩，于是群众满意。"
    assert all(len(r.before) == len(r.after) for r in found.repairs)


@pytest.mark.parametrize(
    "text", ["乾隆年间的碑刻上写着“萬里長城”四个字，我们要保护好文物。", "他的名著《着魔》影响深远。"]
)
def test_old_forms_in_a_simplified_text_stay(text: str) -> None:
    """A quoted inscription is not damage."""
    assert text_of(text) == text


def paged(pages: list[str]) -> str:
    return "\n\n".join(f"{number}、{page}" for number, page in enumerate(pages, 1))


def test_page_counters_go_and_cut_sentences_are_joined() -> None:
    """A viewer's counter in mid-sentence leaves no trace; a whole sentence before one ends its paragraph."""
    sentence = "各级各部门要把防汛救灾摆在突出位置，落实责任，强化措施，确保群众生命财产安全。"
    body = sentence * 30
    pages = [body[i : i + 300] for i in range(0, 1200, 300)]
    assert text_of(paged(pages)) == body[:1200]


def test_a_numbered_list_keeps_its_numbers() -> None:
    """Headings 1、 2、 3、 end their paragraphs with a stop, and are no page counters."""
    item = "各级各部门要把这项工作摆在突出位置，落实责任，强化措施，确保取得实效。" * 6
    text = "\n".join(f"{number}、{item}" for number in range(1, 6))
    assert text_of(text) == text


def test_site_lines_go_wherever_they_stand() -> None:
    """Labels, prompts, notices and an editor's introduction are no part of a speech."""
    speech = "同志们：\n这次会议的任务是总结工作。\n谢谢大家！"
    page = (
        "县领导讲话范文\n格式：DOC 上传日期：2020-01-02 03:04:05\n县领导讲话范文\n"
        "时间：2020-01-02 03:04:05   小编：某某\n下面是小编为大家整理的讲话，供大家参考。\n"
        f"{speech}\n;\n【本文地址：http://www.example.com/1.html】\n"
        "全文阅读已结束，如果需要下载本文请点击\n下载此文档\n"
        "版权说明：本文档由用户提供并上传，收益归属内容提供方\n温馨提示\n"
        "1. 本站所有资源如无特殊说明，都需要本地电脑安装软件。\n"
        "• 2. 下载文件中如有侵权内容，请与我们联系。\n评论\n0/150\n提交评论"
    )
    assert text_of(page) == f"县领导讲话范文\n{speech}"


@pytest.mark.parametrize(
    "line",
    [
        "以上意见供大家参考，不当之处请批评指正，希望同志们结合实际抓好落实。",
        "要及时下载安装国家反诈中心软件，守住群众的钱袋子。",
        "下面，我讲三点意见，供大家参考。",
        "三、加强版权保护",
        "时间：2023年5月6日",
        "文件下载要经过审批。",
    ],
)
def test_a_speakers_own_words_are_not_litter(line: str) -> None:
    """Words that sites use too may stand in a speech."""
    text = f"同志们：\n{line}\n谢谢大家！"
    assert text_of(text) == text


def test_wrapped_lines_are_joined_where_blank_lines_part_paragraphs() -> None:
    """A break before a comma or after an opening bracket never ends a paragraph there."""
    text = "\n\n".join(["这一段话没有换行，一直写到最后。"] * 4)
    assert text_of(f"{text}\n\n我们根据《\n关于粮食工作的意见\n》，提出三条要求。") == (
        "\n".join(["这一段话没有换行，一直写到最后。"] * 4) + "\n我们根据《关于粮食工作的意见》，提出三条要求。"
    )


def test_a_paragraph_that_lost_its_first_word_is_not_joined() -> None:
    """Where no blank lines part the paragraphs, a line that starts with a comma is a hole, not a wrap."""
    text = "一、肯定成绩\n，是很不平凡的一年。\n二、正视问题\n工作还有差距。"
    assert text_of(text) == text


@pytest.mark.parametrize(
    "attack",
    [
        "1、" * 30_000,
        "(" * 60_000,
        "?" * 60_000,
        "?!" * 2_000,
        "好?," * 5_000,
        "??" + "梢" * 50_000,
        "　" * 60_000,
        "\n;" * 30_000,
        "小编为大家" * 20_000,
    ],
)
def test_rules_take_linear_time_on_hostile_input(attack: str) -> None:
    """No input makes a pattern run away: doubling it still ends."""
    found = cleaned(attack + attack)
    assert len(found.text) <= 2 * len(attack)


def test_product_words_injected_into_a_sentence_are_dropped() -> None:
    """An advertising word that runs into a sentence of an unrelated speech goes; the repair keeps it."""
    document = clean(Document("d", "s", "我们要重建设、筛网滤布轻应用的现象必须扭转。", "x"))
    assert document.text == "我们要重建设、轻应用的现象必须扭转。"
    assert [r.before for r in document.repairs if "advertising" in r.rule] == ["筛网滤布"]


def test_what_another_part_of_an_anthology_is_about_does_not_protect_an_injected_word() -> None:
    """The next speech may speak of a mill: 3,000 characters on it says nothing about this sentence."""
    speech = "我们要重建设、筛网滤布轻应用的现象必须扭转。\n"
    far = "各镇要抓好当前工作，一件一件落实到位。\n" * 200
    assert "滤布" not in text_of(speech + far + "除尘车间要抓好技术改造。")
    assert "滤布" in text_of(speech + "除尘车间要抓好技术改造。\n" + far)


@pytest.mark.parametrize(
    ("damaged", "clean_text"),
    [
        # Some sites set a space behind each mark, before what they put in.
        ("除特殊情况外, 滤布构建共建共治共享的格局。", "除特殊情况外，构建共建共治共享的格局。"),
        # The word could be the subject of its clause, but nothing near it is of plant and machinery.
        ("要强化责任担当，压滤机滤布把各项任务落到实处。", "要强化责任担当，把各项任务落到实处。"),
        ("他们勤奋刻苦，筛网在知识的海洋里遨游。", "他们勤奋刻苦，在知识的海洋里遨游。"),
    ],
)
def test_a_product_word_is_dropped_where_it_could_be_a_subject_but_nothing_near_is_of_its_trade(
    damaged: str, clean_text: str
) -> None:
    """Grammar alone does not save a technical word in a sentence about other things; its repair is the less sure."""
    document = clean(Document("d", "s", damaged, "x"))
    assert document.text == clean_text
    assert all(repair.confidence <= 0.9 for repair in document.repairs if "advertising" in repair.rule)


@pytest.mark.parametrize(
    "text",
    [
        "设备检修不能拖，滤布必须三天一换。",
        "监督要跟上，筛网就必须越织越密。",
        "净化一片空间，过滤网络谣言和有害信息。",  # another word begins with the product's
        "用户关心水质，滤芯作为耗材需求上升。",
        "全县滤布生产企业要抓好过滤材料技术改造。",  # the speech is about the trade
        "发展压滤机、滤布、筛网。",  # set off by marks: a list of the speaker's own
        "滤布企业座谈会",  # begins the line
    ],
)
def test_product_words_that_belong_to_the_speech_stay(text: str) -> None:
    """A speech about such products, a list of them, or a heading is left alone."""
    assert clean(Document("d", "s", text, "x")).text == text


def test_what_cleaning_does_to_every_text_is_declared() -> None:
    """A text without damage is normalised, and nothing else happens to it."""
    found = cleaned("\ufeff關於抓好秋糧收購工作的講話\r\n\r\n　　同志們:今年是豐收年, 糧食(稻谷)要顆粒歸倉。\r\n")
    assert found.text == "关于抓好秋粮收购工作的讲话\n同志们：今年是丰收年，粮食（稻谷）要颗粒归仓。"
    assert {part for repair in found.repairs for part in repair.rule.split("+")} <= NORMALISATIONS


PARAGRAPHS = "\n\n".join(["各镇要把水利冬修放在前面，早安排，早动手。"] * 4)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("红柳县召开全县冬春农田水利基本建设现场推进会议", "2019-11-08"),
        ("红柳县召开全县冬春农田水利基本建设现场推进会议", "（2019年11月8日）"),
        ("红柳县召开全县冬春农田水利基本建设现场推进会议", "全县各镇负责人参加了会议"),
    ],
)
def test_a_title_is_not_joined_to_the_line_below_it(first: str, second: str) -> None:
    """A date, or any line under the first one, begins a line of its own."""
    text = f"{first}\n{second}\n\n{PARAGRAPHS}"
    assert text_of(text).startswith(f"{first}\n{second}\n")


def test_only_a_title_is_taken_for_a_repeated_title() -> None:
    """Two cells of a table that say the same, and a fraction at the end of a line, are no marks of a site."""
    table = "完工情况\n青石镇水利站\n青石镇水利站\n1200.50\n1200.50\n红柳镇各村验收情况（3/5）"
    text = f"水利冬修工程进度通报\n各镇人民政府：\n{table}"
    assert text_of(text) == text
    viewer = "水利冬修会上的讲话 第1页\n水利冬修会上的讲话 第2页\n水利冬修会上的讲话 第3页\n同志们：\n开会。"
    assert text_of(viewer) == "水利冬修会上的讲话\n同志们：\n开会。"


def test_an_indented_line_begins_a_paragraph() -> None:
    """A caption without a stop is not joined to the paragraph that is set in below it."""
    caption = "图为红柳县青石镇干部群众在引水渠工地上清淤"
    text = f"水利冬修全面展开\n\n{PARAGRAPHS}\n\n{caption}\n\t　　连日来，工地上机器轰鸣。\n\n{PARAGRAPHS}"
    assert f"{caption}\n连日来，" in text_of(text)


@pytest.mark.parametrize(
    "heading",
    ["二、落实冬修责任，确保引水渠工程年底之前全线完工", "（小标题）引水渠修到家门口农户喝上放心水种上高产田"],
)
def test_a_heading_is_not_joined_to_the_paragraph_below_it(heading: str) -> None:
    """A paragraph is longer than its heading; a wrapped line is about as long as the next."""
    body = "各镇要把渠道分段包干，段段有人管，天天有人查，" * 3 + "年底逐段验收。"
    text = f"水利冬修\n\n{PARAGRAPHS}\n\n{heading}\n{body}\n\n{PARAGRAPHS}"
    assert f"\n{heading}\n{body}\n" in text_of(text)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ("要抓好两项工作：\n一是\n依法打击；\n二是\n严格管理。", "要抓好两项工作：\n一是依法打击；\n二是严格管理。"),
        ("一、\n修好渠道\n渠道要修。", "一、修好渠道\n渠道要修。"),
        ("讲两句。首先，\n要讲团结。", "讲两句。首先，要讲团结。"),
        ("（一）\n岁月不居。", "（一）\n岁月不居。"),
        ("统一\n行动", "统一\n行动"),
    ],
)
def test_a_number_alone_in_its_line_goes_with_what_it_counts(lines: str, joined: str) -> None:
    """Pages set 一是 and 一、 in bold and break the line behind; a number in brackets parts an essay by itself."""
    assert text_of(lines) == joined


def test_a_numbered_paragraph_that_was_wrapped_is_joined() -> None:
    """Lines of one width are one paragraph, also where it begins with a number."""
    body = "二、落实冬修责任，各镇要把渠道分段包干到村组，明确质量标准、完工期限和验收办法，一段一段抓到底"
    wrapped = "\n".join(body[i : i + 24] for i in range(0, len(body), 24))
    text = f"水利冬修\n\n{PARAGRAPHS}\n\n{wrapped}。\n\n{PARAGRAPHS}"
    assert f"\n{body}。\n" in text_of(text)


def test_a_first_line_that_ends_as_no_title_does_is_joined() -> None:
    """A text may begin in mid-sentence of its first paragraph."""
    text = f"红柳县第七届人民代表大会第三次会议听取了县长所作的\n政府工作报告\n，予以批准。\n\n{PARAGRAPHS}"
    assert text_of(text).startswith("红柳县第七届人民代表大会第三次会议听取了县长所作的政府工作报告，予以批准。\n")


@pytest.mark.parametrize(
    "line",
    [
        "以上就是我给大家分享的几点体会，不当之处请批评指正。",
        "以上是本站全年工作情况，请各位领导审阅。",
        "下面，笔者就如何写好信息谈几点看法，希望对大家有所帮助。",
        "接下来，小编带大家走进青石镇的引水渠工地。",
        "以下内容对你们今后的工作很重要。",
        "会后把填报模板发给各单位，供大家参考。",
        "精选的十个案例印成了册子，供大家学习借鉴。",
        "公文网上流转率达到百分之百。",
        "扫一扫就能查到稻米的产地，群众买得放心。",
        "下载陌生软件、点击不明链接，十有八九要上当。",
        "本文来源：青石日报 记者李水生十一月八日，全县水利冬修现场会召开，部署了冬修工作。",
        "阅读",
        "12/150",
        "内容摘要",
    ],
)
def test_words_of_an_editor_in_the_mouth_of_a_speaker_stay(line: str) -> None:
    """Only what no speaker or reporter would say is taken for a site's own line."""
    text = f"同志们：\n{line}\n谢谢大家！"
    assert text_of(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "下面是小编整理的水利冬修讲话稿，欢迎借鉴。",
        "以上是小编的一点心得，想看更多可以咨询小编。",
        "以上内容由某某网整理，与本站立场无关。",
        "本文来源：青石日报",
        "原文链接：https://www.example.com/a/b,c.html",
        "扫描下方二维码关注公众号",
        "扫一扫在手机打开当前页",
        "责任编辑：李水生",
        "点击下载全文",
        "查看更多",
        "0/500",
        "精选20篇，供大家参考。",
    ],
)
def test_a_sites_own_lines_go(line: str) -> None:
    """Labels, prompts and an editor's words are dropped with their line."""
    assert text_of(f"同志们：\n{line}\n谢谢大家！") == "同志们：\n谢谢大家！"


def test_a_block_of_notices_ends_where_its_members_end() -> None:
    """Numbered lines about files and rights go with their heading; what follows them stays."""
    notice = "温馨提示\n1. 本站资源下载后请自行解压。\n\n2. 版权归上传者所有。\n"
    assert text_of(f"同志们：\n{notice}1. 要早动手。\n谢谢大家！") == "同志们：\n1. 要早动手。\n谢谢大家！"


@pytest.mark.parametrize(
    "text",
    [
        "拆下机壳，滤布要及时清洗晾干。",  # begins a clause, but as its subject
        "全乡关停小作坊，输送带等设备就地封存。",
        "在街边的婚纱摄影室，居民们排起了队。",  # governed by the word before it
        "青石镇赵家筛网经营店的店主很热情。",
        "沿线装上过滤网有人来看。",
    ],
)
def test_product_words_that_the_sentence_takes_up_stay(text: str) -> None:
    """A word is injected only where the grammar has no place for it."""
    assert text_of(text) == text


def test_two_product_words_at_the_heads_of_clauses_are_injected_together() -> None:
    """What one word leaves open, several in one text decide."""
    text = "各镇要早安排，滤布要早动手，抓好水利冬修、筛网在年底前完成。"
    assert text_of(text) == "各镇要早安排，要早动手，抓好水利冬修、在年底前完成。"


def test_a_sites_word_before_a_title_goes_where_the_text_proves_it() -> None:
    """The next line has the title without it; where it has not, the word may be the speaker's."""
    assert text_of("最新县长在水利冬修会上的讲话\n县长在水利冬修会上的讲话\n同志们：") == (
        "县长在水利冬修会上的讲话\n县长在水利冬修会上的讲话\n同志们："
    )
    kept = "最新农机技术推广会上的讲话\n同志们：\n农机技术推广要加快。"
    assert text_of(kept) == kept


def test_the_end_of_an_html_entity_is_not_a_mark_of_the_sentence() -> None:
    """A page that left its entities in the text keeps them whole."""
    assert text_of("记者&nbsp;李水生报道;通讯员&#183;王田") == "记者&nbsp;李水生报道；通讯员&#183;王田"


@pytest.mark.parametrize(
    "unit", ["\n ", " \n\t", "， ", "下载\n", "標題\n", "本文/", "　\n\n。", "、滤布要", "\n3、", "著"]
)
def test_a_rule_met_forty_thousand_times_can_still_be_taken_back(unit: str) -> None:
    """Repetition of what a rule looks for neither hangs it nor loses anything."""
    found = cleaned(unit * 40_000)
    assert restore(found.text, found.repairs) == unit * 40_000


@given(st.text("，,。 \n\t　著漢字汉a1;:()&?\u200b\r第页/、2小编下载的", max_size=60))
def test_every_change_can_be_taken_back(text: str) -> None:
    """Whatever the rules do together, the text as received comes back."""
    found = cleaned(text)
    assert restore(found.text, found.repairs) == text
    assert apply(text, found.repairs) == found.text
