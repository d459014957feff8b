"""The names in a text that a reader would check: persons beside an office, places, organs, 《titles》.

No tagger: a person is a surname and one or two characters beside an office, a place is a known city or province or
stands before 省, 市, 县, an organ before 局, 厅, 公司. What is not recognised is not checked, so the patterns lean to
finding too much; who uses them compares with a source in which true names stand anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from speechrag.structure.tables import alternation, table
from speechrag.writing.question_words import lexicon, unusual

OFFICE = (
    r"副?(?:总书记|书记|省长|市长|县长|区长|镇长|乡长|主席|部长|厅长|局长|处长|科长|主任|秘书长|委员|组长|会长|院长|校长|"
    r"同志|教授|总理|总经理|董事长|老师|队长|所长|站长|行长)"
)
TITLE = re.compile(r"《([^》]{1,80})》")
_HAN = r"[\u4e00-\u9fff]"
# Bodies that are told apart by what stands before the last character; 图书馆 and 档案馆, 县委 and 县委办.
_BODY = re.compile(
    r"(?<![\u4e00-\u9fff])党委|[省市县区州地镇乡]委(?!员|托|派|会|屈)(?:办|[\u4e00-\u9fff]{2}部)?|[省市县区州镇乡]政府办?|"
    r"[\u4e00-\u9fff][^\W省市县区州地镇乡]委(?!员|托|派|会|屈|领|书|常|主|组|宣|办|政|的)|"
    r"[\u4e00-\u9fff][^\W小各分该本两三团]组(?![织成合长建员团装的内里])|"
    r"[\u4e00-\u9fff]{2}(?:(?<![全内外大各干支总])部(?!门|分|署|队|长|件|位|级|委|里|下|属)|馆(?!长|藏|内|里)|(?<!网)站(?![在点长台岗出起住稳位好])|"
    r"[科室](?!学|技|目|级|普|研|长|内|里|外)|医院|党校|中心(?!任|工|环|城|组|思|下|区|内)|大队|支队|协会|商会|法院|检察院)"
)
_RANK = re.compile(
    r"(?P<vice>副)?(?P<rank>总?书记|省长|市长|县长|区长|镇长|乡长|主席|部长|厅长|局长|科长|主任|秘书长|组长|会长|院长|校长|总理|"
    r"总经理|董事长|队长|所长|站长|行长|总?指挥(?!部|所|中心|调度|若定|协调)|检察长|参谋长)(?!会|们)"
)
COUNTRY = re.compile(
    r"(?P<country>[美英法德俄泰韩](?=国)国|日本|印度(?!尼)|苏联|俄罗斯|朝鲜|越南|老挝|柬埔寨|缅甸|巴基斯坦|阿富汗|蒙古国|新加坡|马来西亚|"
    r"印度尼西亚|菲律宾|伊朗|伊拉克|以色列|埃及|南非|刚果|意大利|西班牙|葡萄牙|比利时|荷兰|瑞士|瑞典|挪威|丹麦|芬兰|波兰|匈牙利|"
    r"捷克|希腊|土耳其|乌克兰|哈萨克斯坦|加拿大|墨西哥|巴西|阿根廷|智利|古巴|澳大利亚|新西兰)"
    r"(?P<head>总理|总统|首相|主席|国王|外长|元首)?"
)
# Who leads, and of what body somebody is the head; told apart by their last characters.
_LEADING = re.compile(r"([\u4e00-\u9fff]{1,4}[办局委厅院部处科室会司队站])(会同|牵头|主办|承办)")
_POST = re.compile(
    r"([\u4e00-\u9fff]{1,3}[组局委厅科处部院校会队])(书记|组长|局长|厅长|科长|处长|部长|院长|校长|会长|队长)"
)
_TOLD_APART = 2
_LAW = re.compile(
    r"(?:^|[,，。；;、])《?([\u4e00-\u9fff]{2,14}(?:法典|法|条例))》?(?=把|将|对|规定|明确|要求|施行|实施|自|从|已|单列|新增)"
)
# 由县, 报市, 须报: what ends so stands before a county or is a verb, and is no name of one.
_BEFORE_A_NAME = frozenset("副由报经过把给请让交送叫是用要得必须应虚瞒漏迟转补速先直不返下进入驻到回离来被")
_IN_NO_NAME = frozenset("的了是被在和与及对有到")
# Who answers for a thing; the words of one line name the same person.
_ROLES = (
    ("主要领导", "主要负责人", "主要负责同志", "一把手", "主官", "正职"),
    ("分管领导", "分管负责人", "分管负责同志", "分管的", "分管"),
    ("第一责任人",), ("直接责任人",), ("法定代表人", "法人"),
)  # fmt: skip
# Where a name may begin; folding turns ，：；！ into their ASCII twins.
_OPEN = rf"(?:^|[，。、；：！？,;:!?\s“”《》（）()]|{OFFICE}|由|请|是|和|及|与|给|向)"
_SUFFIX = re.compile(
    r"省(?!略|心|力|得|钱|事|下|去|份|级|直|内|外|委|里)|市(?!场|民|面|容|价|级|直|区|里)|县(?!级|直|里|城|区|域|乡|市|情|外|内)|"
    r"区(?!别|分|域|间|划|内|外|里|级|直|情|县)|镇(?!区|村|定|压|里|街|政府)|乡(?!镇|村|亲|土|间|下|音|愁|里)|街道(?!办)|"
    r"村(?!民|干|级|里|庄|组|务|口|居|落|镇|社|部|两委)|局(?!面|部|势|限|里|长)|厅(?!里|长|局)|公司|大学(?!生|习)|协会|银行(?!业)|"
    r"报(?!酬|告|送|名|到|道|经|刊|批|导|销|修|警|案|国|复|喜|忧|表|请|信|的|出|来|给|上|,|，|、|。)|集团"
)


_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{1,6}$")
_NO_NAME = re.compile("[这那该某各些个的家哪座了在是和与及为有所每本此到办建开设用把被从由对给向要]")
# What says of which kind a thing is, and not which one: 县级集市, 示范基地.
_QUALITY = re.compile(
    "[一二三四五六七八九十两几多新老旧大小好全]$|[级式型性]$|示范|试点|重点|特色|传统|全[国省市县]|[本当]地|[有相]关"
)


@cache
def surnames() -> str:
    """Return the surnames of one character, as the inside of a character class."""
    return "".join(sorted(lexicon()["surnames"]))


@cache
def _persons() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of a name before its office (周明远书记) and behind it (书记周明远)."""
    before = re.compile(rf"{_OPEN}([{surnames()}]{_HAN}{{1,2}}?)(?={OFFICE})")
    behind = re.compile(rf"{OFFICE}(?!曾[受任经在是有为获被])([{surnames()}]{_HAN}{{1,2}})")
    return before, behind


@cache
def _speaking() -> re.Pattern[str]:
    """Return the pattern of a surname and two characters before a verb of saying, whatever stands before."""
    return re.compile(rf"([{surnames()}]{_HAN}{{2}})(?=作了|说|讲话|提出|介绍|指出|强调|表示|主持|代表)")


@cache
def _gazetteer() -> re.Pattern[str]:
    places = table("structure_places")
    names = {*places["provinces"], *places["cities"]}
    # 朝阳产业, 保定…: the longer names first, and none inside a longer word of its own kind.
    return re.compile(alternation(names))


def persons(text: str) -> Iterator[re.Match[str]]:
    """Yield the names of persons as group 1; of a name behind its office the third character may be a verb."""
    for pattern in _persons():
        yield from pattern.finditer(text)


_NO_GIVEN = re.compile(
    "各位|有关|领导|全体|一些|负责|个别|广大|党员|年轻|老年|女同|几位|哪位|多数|部分|不少|机关|基层|驻村|分管|主管|所有|在座"
)
_LED = re.compile("专员|党员|检察长|指挥长|矿长|厂长|连长|排长|支书|主编|院士|指导员|老板|领导|代表|记者|冠军|烈士")


@cache
def _called_so() -> re.Pattern[str]:
    """Return the pattern of persons by what they are called: 韩立群 behind 检察长, 冯海川副部长, 秦市长, 立夫同志."""
    name = rf"[{surnames()}][^\W委部局办室厅处科院校会党区县市省镇乡村街道中站所司总副长]{{1,2}}"
    return re.compile(
        rf"(?<={_HAN}){name}(?={OFFICE})|[{surnames()}]{_HAN}{{1,2}}(?=先生|女士)|(?<=领导){name}(?=[、，,和等])|(?<=[、和]){name}(?=[、等，,]?(?:{name})?等)|"
        rf"(?:^|(?<=[，,。、；;:：“的和由请]))[{surnames()}](?:{OFFICE}|老板)|(?:^|(?<=[，,。、；;:：]))(?!{_NO_GIVEN.pattern}){_HAN}{{2}}同志(?!们)|"
        rf"(?:^|(?<=[，,。、；;:：])){name}(?=就《|向[大全]会|主持|致辞)"
    )


_GIVEN = re.compile(
    rf"(?:^|(?<=[，,。、；;:：“和由请]))(?![我由有在对向和与请让被把就是要从给跟同为使各第]){_HAN}{{2}}(?={OFFICE})(?!.{{2}}副?同志)"
)
_GIVEN_IN_A_ROW = re.compile(
    rf"(?:^|(?<=[，,。；;:：])){_HAN}{{2}}(?=[和、]{_HAN}{{2}}(?:[和、]{_HAN}{{2}})?[两二三四几][位名])"
)


def called_persons(text: str) -> Iterator[re.Match[str]]:
    """Yield persons as the text calls them, names or not: 秦市长, 立夫同志, 学军主任; more than ``persons`` knows."""
    yield from _called_so().finditer(text)
    # By the given name alone, as colleagues are: official prose at large has no such pair.
    yield from (match for match in _GIVEN.finditer(text) if unusual(match.group()))
    yield from _GIVEN_IN_A_ROW.finditer(text)
    for match in _LED.finditer(text):
        if found := _named_behind().match(text, match.end()):
            yield found


@cache
def _named_behind() -> re.Pattern[str]:
    return re.compile(rf"[{surnames()}][^\W委部局办室厅处科院校会的和在说指]{{1,2}}")


def places(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the places and organs of ``text``: two characters and the suffix, or a known name alone."""
    known = {match.span() for match in _gazetteer().finditer(text)}
    yield from sorted(known)
    generic = lexicon()["not_in_names"]
    for match in _SUFFIX.finditer(text):
        name = text[match.start() - 2 : match.start()] if match.start() > 1 else ""
        start = match.start() - 2
        if any(a < start < b for a, b in known):
            continue  # 咸阳被省, 上海副市长: the end of a known name begins no other
        if re.fullmatch(rf"{_HAN}{{2}}", name) and not set(name) & generic:
            yield start, match.end()


def named_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of the names and titles of ``text``; ``kind`` is "name" or "title".

    >>> [text[a:b] for text in ("县水务局局长韩立群说，《要情》要送丹东。",) for _, a, b in named_spans(text)]
    ['韩立群', '丹东', '水务局', '要情']
    """
    for match in persons(text):
        yield "name", *match.span(1)
    for start, end in places(text):
        yield "name", start, end
    for match in TITLE.finditer(text):
        yield "title", *match.span(1)


def no_name(found: str) -> bool:
    """Tell whether a place of three characters is a verb and its object: 以离村 in 可以离村."""
    return len(found) == 3 and found[1] in _BEFORE_A_NAME


def persons_missing(sentence: str, source: str) -> list[str]:
    """Return the persons of ``sentence`` that ``source`` does not name."""
    before, behind = _persons()
    said = _speaking().findall(sentence)
    missing = [name for name in [*before.findall(sentence), *said] if name not in source]
    for name in behind.findall(sentence):
        # Three characters may be a name of two and the verb behind it.
        short = rf"{re.escape(name[:2])}(?!{_HAN})|{re.escape(name[:2])}{OFFICE}"
        if name not in source and not re.search(short, source):
            missing.append(name)
    return missing


def places_missing(sentence: str, source: str) -> list[str]:
    """Return the places and organs of ``sentence`` that ``source`` does not name, with or without their suffix."""
    missing = []
    for start, end in places(sentence):
        found = sentence[start:end]
        if no_name(found):
            continue
        if found not in source and not (len(found) > 2 and _SUFFIX.match(found, 2) and found[:2] in source):
            missing.append(found)
    return missing


def countries_missing(sentence: str, source: str) -> list[str]:
    """Return the countries of ``sentence``, with the head of state it gives them, that ``source`` does not name.

    >>> countries_missing("法国总统到访英国", "中法两国总统在英国会谈")
    ['法国总统']
    """
    missing = []
    for match in COUNTRY.finditer(sentence):
        name = match["country"]
        short = rf"{name[0]}(?=[帝军方中美英法德日俄苏韩两])|(?<=[中美英法德日俄苏韩]){name[0]}"
        if name not in source and not (len(name) == 2 and name[1] == "国" and re.search(short, source)):
            missing.append(name)
        elif match["head"] and match.group() not in source:
            missing.append(match.group())
    return missing


def laws_missing(sentence: str, source: str) -> list[str]:
    """Return the laws that a clause of ``sentence`` begins with and ``source`` does not name."""
    found = (re.split(r"[被由按据照和与]", name)[-1] for name in _LAW.findall(sentence))
    return [name for name in found if name[-4:] not in source]


def bears_name(noun: str, text: str, question: str) -> bool:
    """Tell whether ``text`` names a thing called ``noun`` that ``question`` does not name: 白圪农家院, not 这家农家院.

    >>> [bears_name("集市", text, "农民的集市叫什么") for text in ("在山下办起了荔圪堡集市", "办了一个集市")]
    [True, False]
    """
    for match in re.finditer(re.escape(noun), text):
        before = _HAN_RUN.search(text[max(0, match.start() - 6) : match.start()])
        name = _NO_NAME.split(before.group())[-1] if before else ""
        # Official prose at large does not have all of it: 加强 is no name.
        strange = any(unusual(name[at : at + 2]) for at in range(len(name) - 1))
        if strange and name + noun not in question and not _QUALITY.search(name):
            return True
    return False


def parts_moved(sentence: str, source: str) -> list[str]:
    """Return who leads in ``sentence`` where ``source`` has others only, and the posts it has of other bodies only.

    >>> parts_moved("由县委办会同网信办印发", "县网信办会同县委办印发")
    ['县委办']
    """
    moved = []
    for pattern in (_LEADING, _POST):
        theirs = {name[-_TOLD_APART:] for name, _ in pattern.findall(source)}
        moved += [name for name, _ in pattern.findall(sentence) if theirs and name[-_TOLD_APART:] not in theirs]
    return moved


def bodies_missing(sentence: str, source: str) -> list[str]:
    """Return the departments, halls and committees of ``sentence`` that ``source`` does not name.

    A body whose two distinguishing characters stand in the source by themselves is there under its short name.
    """
    missing = []
    for match in _BODY.finditer(sentence):
        body = match.group()
        if set(body[:2]) & _IN_NO_NAME:
            continue
        short = body[:2] if len(body) > 3 or body[-1] in "部馆站科室" else body
        if body not in source and (short not in source or body[1] in "委政"):
            missing.append(body)
    return missing


def ranks_missing(sentence: str, source: str) -> list[str]:
    """Return the offices and roles of ``sentence`` that ``source`` does not have: 市长 for 副市长, 书记 for 县长.

    >>> ranks_missing("由市长坐镇", "由分管副市长坐镇")
    ['市长']
    """
    held = {(bool(match["vice"]), match["rank"]) for match in _RANK.finditer(source)}
    said = {(bool(match["vice"]), match["rank"]) for match in _RANK.finditer(sentence)}
    missing = ["副" * vice + rank for vice, rank in sorted(said - held)]
    for words in _ROLES:
        role = next((word for word in words if word in sentence), "")
        if role and not any(word in source for word in words):
            missing.append(role)
    return missing


def names_moved(clause: str, best: str, window: str, sentence: str) -> list[str]:
    """Return the places and bodies of ``clause`` in whose place its source has another of the same kind.

    ``best`` is the source's clause that it renders, ``window`` that one with its neighbours; a name which ``sentence``
    gives elsewhere is not replaced by this one.
    """
    return [
        name
        for name in _called(clause)
        if name not in window and any(other[-1] == name[-1] and other not in sentence for other in _called(best))
    ]


def _called(text: str) -> list[str]:
    found = [text[start:end] for start, end in places(text)] + [match.group() for match in _BODY.finditer(text)]
    return [n for n in found if len(n) > 2 and n[1] not in _BEFORE_A_NAME and not set(n[:2]) & _IN_NO_NAME]
