"""Facts about a speech come with their proof, and what nothing proves stays out."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.records import CleanDocument, Document, Speech
from speechrag.structure import structure
from speechrag.structure.endings import address_pattern, addresses, salutation_pattern, salutations
from speechrag.structure.metadata import _topic_words
from speechrag.structure.tables import table


def speech(text: str) -> Speech:
    return structure(CleanDocument(Document("doc", "0001.txt", text, ""), text))[0]


TAIL = "\n一、抓紧\n要抓紧。\n二、抓实\n要抓实。"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("同志们：\n经县委同意，今天召开全县信访工作座谈会。", {"organ": "党委", "level": "县", "occasion": "座谈会"}),
        ("同志们：\n这次全市防汛工作会议由市政府召开。", {"organ": "政府", "level": "市", "occasion": "工作会议"}),
        ("各位委员：\n今天，区政协举办提案工作培训班。", {"organ": "政协", "level": "县", "occasion": "培训班"}),
        ("各位代表：\n我代表国务院，向大会报告政府工作。", {"organ": "政府", "level": "国家", "genre": "工作报告"}),
        ("同志们：\n今天召开街道环境整治动员会。", {"level": "乡镇", "occasion": "动员会", "genre": "讲话"}),
        ("同志们：\n今天开表彰大会。我公司今年效益好，我公司明年要更好。", {"organ": "企业", "level": "企业"}),
        ("在全省审计工作会议上的讲话\n（2016年2月18日）\n同志们：\n今天开会。", {"year": 2016, "occasion": "工作会议"}),
        ("在全镇春耕动员会上的讲话\n二〇〇九年三月二日\n同志们：\n今天开会。", {"year": 2009, "occasion": "动员会"}),
        ("县委书记在全县三级干部会议上的讲话\n同志们：\n今天开会。", {"speaker_role": "县委书记"}),
        ("同志们：\n今天，我们举办十三届市政协首期委员培训班。", {"session": "十三届市政协"}),
        ("本报讯 昨天，县里开会。会议要求，抓好春播。会议强调，不误农时。", {"genre": "信息"}),
    ],
)  # fmt: skip
def test_facts_are_read_from_what_the_speech_says(text: str, facts: dict[str, object]) -> None:
    """Organ, level, occasion, year, role and genre stand in the title, the date line and the opening."""
    found = speech(text + TAIL)
    assert {name: found.metadata.get(name) for name in facts} == facts


def test_every_fact_has_a_span_that_proves_it() -> None:
    """The evidence lies in the speech and names the thing."""
    found = speech("同志们：\n经县委研究同意，今天召开全县信访工作座谈会。" + TAIL)
    assert set(found.metadata) <= set(found.evidence)
    span = found.evidence["occasion"]
    assert found.text[span.start : span.end] == "座谈会"


@pytest.mark.parametrize(
    "text",
    [
        "同志们：\n20xx年，我们取得了好成绩。",
        "同志们：\n2019年以来，我们连续三年丰收，2021年再创新高。",
        "同志们：\n到2035年，我们要基本实现目标。",
        "关于2017年工作总结和2018年工作安排的报告\n同志们：\n今天开会。",
    ],
)
def test_no_year_is_guessed(text: str) -> None:
    """A masked year, a year spoken of, and two years in a title date nothing."""
    assert "year" not in speech(text + TAIL).metadata


def test_another_meeting_is_not_the_occasion() -> None:
    """A meeting whose spirit is passed on is not the one that is held."""
    found = speech("同志们：\n现在传达省委召开的经济工作座谈会精神。" + TAIL)
    assert "occasion" not in found.metadata
    assert found.metadata.get("level") != "省"


def test_the_common_title_of_a_collection_proves_nothing() -> None:
    """篇一 of a collection of CPPCC speeches may be anything."""
    parts = [f"政协座谈会讲话篇{number}\n各村民：\n大家把门前打扫干净。按户包干。{TAIL}" for number in "一二"]
    text = "\n".join(parts)
    for part in structure(CleanDocument(Document("doc", "0001.txt", text, ""), text)):
        assert "organ" not in part.metadata
        assert "occasion" not in part.metadata


def test_topics_are_the_frequent_ones() -> None:
    """A topic needs more than a passing mention."""
    text = "同志们：\n" + "信访件要当天登记。信访人要当面接谈。" * 3 + "顺便说一句消防。" + TAIL
    assert speech(text).metadata["topics"] == ["信访"]


def test_a_street_is_not_the_province_it_is_named_after() -> None:
    """河南街道 lies in no province by its name."""
    text = "同志们：\n河南街道今天召开座谈会。河南街道的同志来了，河南街道的代表发了言。" + TAIL
    assert "region" not in speech(text).metadata


def test_a_speechs_own_title_decides_its_level() -> None:
    """A county speech that quotes a national meeting of the same name is a county speech."""
    text = (
        "在全县网络安全工作会议上的讲话\n同志们：\n今天我们召开会议。今年7月召开的全国网络安全工作会议作了部署。"
        "下面我讲三点意见。\n一、提高认识\n全国的形势逼人。"
    )
    found = speech(text)
    assert found.metadata["level"] == "县"
    assert found.text[found.evidence["level"].start : found.evidence["level"].end] == "全县"


HEADED = "在全县护林防火工作会议上的讲话\n（2014年11月6日）\n{}\n同志们：\n今天把各乡镇的同志请来，专门说一说防火。"


@pytest.mark.parametrize(
    ("byline", "role", "organ"),
    [
        ("县委书记", "县委书记", "党委"),
        ("县委常委、常务副县长", "县委常委、常务副县长", "政府"),
        ("县委副书记、县长、县森林防火指挥部总指挥", "县委副书记、县长、县森林防火指挥部总指挥", "政府"),
        ("县林业局党组书记、局长　钟守林", "县林业局党组书记、局长", "部门"),
        ("青篱县人民政府副县长 钟守林", "青篱县人民政府副县长", "政府"),
        ("县政协党组副书记、副主席", "县政协党组副书记、副主席", "政协"),
        ("县委常委、县纪委书记", "县委常委、县纪委书记", "纪委"),
        ("县人大常委会主任", "县人大常委会主任", "人大"),
        ("青篱林业集团有限公司董事长、党委书记", "青篱林业集团有限公司董事长、党委书记", "企业"),
    ],
)
def test_the_byline_tells_the_speaker_and_the_organ(byline: str, role: str, organ: str) -> None:
    """The office that is exercised decides, not the one named first; a name behind it is left out."""
    found = speech(HEADED.format(byline) + TAIL)
    assert found.metadata["speaker_role"] == role
    assert found.metadata["organ"] == organ
    span = found.evidence["speaker_role"]
    assert found.text[span.start : span.end] == role


def test_an_office_behind_the_date_in_brackets_is_the_speakers() -> None:
    """Some head their speech with one bracket for date and office."""
    text = HEADED.replace("（2014年11月6日）\n{}", "（2014年11月6日　县委副书记）") + TAIL
    assert speech(text).metadata["speaker_role"] == "县委副书记"
    assert speech(text).metadata["year"] == 2014


def test_a_head_that_lost_its_line_breaks_is_still_read() -> None:
    """Title, date and byline run into the salutation on pages whose line breaks are gone."""
    found = speech(HEADED.format("县委常委、县委办公室主任").replace("\n", "") + TAIL)
    assert found.title == "在全县护林防火工作会议上的讲话"
    assert found.metadata["year"] == 2014
    assert found.metadata["speaker_role"] == "县委常委、县委办公室主任"


@pytest.mark.parametrize("byline", ["周大川", "根据录音整理", "村文化广场"])
def test_no_office_no_speaker(byline: str) -> None:
    """A name or a note in the byline's place is not an office."""
    assert "speaker_role" not in speech(HEADED.format(byline) + TAIL).metadata


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("在全省林业工作经验交流会上的讲话", {"occasion": "交流会", "level": "省"}),
        ("在石坎村村民代表会议上的讲话", {"occasion": "村民会议"}),
        ("在全市优化服务大会上的讲话", {"occasion": "大会", "level": "市"}),
        ("在政协青篱县第九届委员会第二次会议闭幕会上的讲话", {"occasion": "全会", "session": "第九届委员会第二次会议"}),
        ("在第十六届人民代表大会第三次会议上的讲话", {"session": "第十六届人民代表大会第三次会议"}),
        ("在市委党校春季学期开班式上的讲话", {"occasion": "培训班", "organ": "党委", "level": "市"}),
        ("抢抓机遇　绿满青山\n——在全县造林推进会上的讲话", {"occasion": "推进会", "level": "县"}),
    ],
)  # fmt: skip
def test_the_title_names_meeting_session_and_level(title: str, facts: dict[str, object]) -> None:
    """What stands in the head needs no further proof."""
    found = speech(f"{title}\n同志们：\n今天开个会。我代表市委讲几句。" + TAIL)
    assert {name: found.metadata.get(name) for name in facts} == facts


def test_a_telling_name_in_the_opening_beats_a_general_one_in_the_title() -> None:
    """工作会 is what any meeting may be called."""
    text = "领导在护林工作会发言\n同志们：\n今天，我们举办全市首次护林员培训班。" + TAIL
    assert speech(text).metadata["occasion"] == "培训班"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("在青篱县庆祝护林节大会上的讲话\n同志们：\n青篱山多林密，青篱人爱树。今天开会。", "青篱县"),
        ("在全镇造林会上的讲话\n云磴镇党委书记\n同志们：\n今天开会，我代表镇党委讲话。", "云磴镇"),
        ("青篱市政协坚持为民建言。青篱市政协办公室跑遍乡镇。青篱市政协去年办了三件事。", "青篱"),
        ("同志们：\n今天县委开会。上个月去青篱县学了一回，青篱县的同志很热情。", None),
        ("同志们：\n今天市委开会。信息要报送市政府，也要报送市委，还要报送市政协。", None),
    ],
)
def test_a_region_is_one_that_the_speech_names_as_its_own(text: str, region: str | None) -> None:
    """The byline, the title taken up again or an organ named again and again; never a place named in passing."""
    assert speech(text + TAIL).metadata.get("region") == region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("同志们：\n今天县委开会。要加快鹿邑富民强县跨越，让鹿邑的山更绿。", "鹿邑"),
        ("同志们：\n今天县委开会。要为建设幸福新山亭出力。山亭区去年植树两万亩。", "山亭区"),
        ("同志们：\n今天市委开会。要推动绵阳经济社会发展，让绵阳的天更蓝。", "绵阳"),
        ("同志们：\n今天县政协开会。去年编发《象山政协》六期，象山的事委员都关心。", "象山"),
        ("同志们：\n今天县委开会。上个月去鹿邑学了一回，鹿邑县的同志很热情，鹿邑的经验值得看。", None),
        ("同志们：\n今天县委开会。要推动合作发展，要建设和谐安居工程，合作要共赢，安居要宜居。", None),
        ("同志们：\n今天县委开会。要加快鹿邑发展，也要加快象山发展。鹿邑、象山是兄弟县。", None),
    ],
)
def test_a_county_is_the_region_where_the_speaker_works_for_it(text: str, region: str | None) -> None:
    """What is to be done for the place, or its own paper, proves it; a visit, a word or two rivals do not."""
    assert speech(text + TAIL).metadata.get("region") == region


def test_the_county_list_is_whole() -> None:
    """About two thousand eight hundred names, each with a suffix, those that are words among them."""
    places = table("structure_places")
    names = [name for listed in places["counties"].values() for name in listed.split()]
    assert len(names) > 2800
    assert all(name[-1] in "县市区旗" for name in names)
    assert set(places["counties"]) <= set(places["provinces"])
    stems = set(names) | {name[:-1] for name in names} | set(places["cities"])
    assert not [word for word in places["words"].split() if word not in stems]


def test_a_guests_unit_is_not_the_speakers() -> None:
    """今天，市政协的……为我们作了辅导: the guest's level is not taken for the speaker's, the commissioners' organ is."""
    text = "各位委员：\n今天，市政协办公厅的同志为我们作了辅导报告。各界别政协委员听得很认真。" + TAIL
    found = speech(text).metadata
    assert found["organ"] == "政协"
    assert "level" not in found


def test_an_account_of_experience_is_told_from_a_speech() -> None:
    """A unit that speaks of itself in the third person, with nobody addressed, gives an account of its experience."""
    text = (
        "青篱县政协坚持把提案办理作为重要抓手。\n抓提办见面。青篱县政协组织委员与部门面对面。\n"
        "抓跟踪问效。青篱县政协每季度通报一次办理情况，件件有回音。"
    )
    assert speech(text).metadata["genre"] == "经验交流"


@pytest.mark.parametrize(
    "title",
    [
        "青篱县召开护林防火工作会议 钟守林出席并讲话",
        "全县干部认真学习县委书记在护林防火工作会议上的重要讲话",
        "我国林业产业总产值再创新高",
    ],
)
def test_nothing_is_invented_about_a_news_item(title: str) -> None:
    """A news item has no speaker, no organ of its own and the year of its date line alone."""
    text = (
        f"{title}\n2020-11-06\n本报讯 记者近日走访山区。护林员说，我国林业变化大。全国都在造林，到2035年还要再上台阶。"
        "市委组织部的干部也来过，市委宣传部的干部也来过，市委办公室的干部也来过。"
    )
    found = speech(text)
    assert not {"speaker_role", "organ", "genre", "occasion"} & set(found.metadata)
    assert found.metadata["year"] == 2020


WORDS = st.sampled_from(
    ["信访", "信访工作", "信息工作", "政务信息", "基层党组织", "党组织", "安全生产", "农业", "学校", "，", "。",
     "同志们", "：", "各位领导、", "各位委员，", "尊敬的", "\n", "朋友们！", "抓"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_topic_words_are_counted_as_if_one_by_one(words: list[str]) -> None:
    """One pass over the text counts the same as a count for each word, overlaps included."""
    text = "".join(words)
    finder, starts, topics = _topic_words()
    counts: Counter[str] = Counter()
    for match in finder.finditer(text):
        counts.update(starts[match.group() + match.group(match.lastindex or 0)])
    expected = {word: text.count(word) for listed in topics.values() for word in listed}
    assert {word: counts[word] for word in expected} == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_salutations_are_found_as_the_plain_pattern_finds_them(words: list[str]) -> None:
    """Looking for the mark behind a word for people first loses no salutation and no address."""
    text = "".join(words)
    assert [m.end() for m in salutations(text, 0, len(text))] == [m.end() for m in salutation_pattern().finditer(text)]
    assert [m.end() for m in addresses(text, 0, len(text))] == [m.end() for m in address_pattern().finditer(text)]


def test_two_organs_named_in_one_breath_are_the_first_of_them() -> None:
    """县委、县政府 throughout a speech proves the party committee, as it does of a meeting's conveners."""
    told = "县委、县政府看得很重，县委县政府去年定了目标，县委和县政府今年再加一把劲。"
    found = speech(f"同志们：\n今天讲一讲粮食工作。{told}{TAIL}")
    assert found.metadata["organ"] == "党委"
    span = found.evidence["organ"]
    assert found.text[span.start : span.end] == "县委"
