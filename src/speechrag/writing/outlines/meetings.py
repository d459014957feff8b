"""The meeting that a brief names: its name, its level, and what is left of the name as a theme."""

from __future__ import annotations

import re

LEVELS = "国省市县区州旗镇乡村校院局厅"
GOVERNED = "省市县区州旗镇乡"  # levels that have a committee and a government of their own
_EVENT = re.compile(
    r"(?P<event>[^，。；,;\n在]{2,40}(?:会议?|大会|(?:仪|开[班幕工]|闭幕|启动|揭牌|成立|签约|颁奖|奠基|竣工|授牌|结业|毕业)式|班))上?的?(?:讲话|发言|致辞|上讲|讲)"
)
# A clause that names a meeting though nothing is said of a speech in it: 全市优化营商环境大会，市长讲话.
_NAMED_MEETING = re.compile(
    r"(?:^|(?<=[，。；,;：:\n]))(?:[^，。；,;\n]{0,8}?(?:起草|撰写|拟写|写|准备|筹备|召开|举行|举办|参加|出席|开|给|为|拟|请|在)(?:我|一下|好)?(?:一[篇份个次场])?)?"
    r"(?P<event>(?!在|[^，。；,;\n]{0,3}(?:题目|主题|对象|听众|关于|围绕|[讲谈说]))[^，。；,;\n]{3,36}?(?:会议|大会|座谈会|动员会|部署会|推进会|现场会|调度会|总结会|表彰会|茶话会|研讨会|交流会|誓师会|培训会"
    r"|开班式|开幕式|闭幕式|启动式|揭牌式|仪式|典礼|培训班|研讨班|讲习班))(?=[，。；,;\n]|$|的?(?:讲话|发言|致辞)|[写讲要拟用]|上)"
)
_ALL = re.compile(rf"[全我本](?P<level>[{LEVELS}](?![\u4e00-\u9fff]?党)|街道|系统|集团|公司)")
_ORGAN = re.compile(rf"(?P<level>街道|[{GOVERNED}])(?:党?委|党工委|政府|人民政府|政协|人大|纪委|直|长|领导)")
_BODY = re.compile(  # 县妇联主席, 市教育局
    rf"(?:^|[，。；、在给为请由对])(?:团)?(?P<level>[{GOVERNED}])[\u4e00-\u9fff]{{1,8}}?(?:局|办|联|会|院|台|馆|校|中心)"
)
_VILLAGE = re.compile(r"村(?:支书|党支部|两委|委会|民)")
_PLACE = re.compile(rf"[\u4e00-\u9fff]{{2,3}}(?P<level>[{GOVERNED}]|街道)")
_PREFIX = re.compile(
    r"^(?:(?:19|20)\d\d年度?(?:[春秋]季(?=学期))?|[一二][〇零○一二三四五六七八九]{3}年|今年|年度|上半年|下半年|[一二三四]季度)?"
    r"(?:(?![全我本城])[\u4e00-\u9fff]{2,4}?(?:自治)?(?:省|市(?![场域容民]|政(?!府|协))|县(?!域)|区(?![域块])|州|旗|"
    r"镇(?![化村])|乡(?![村镇]))(?=全|委|政|[\u4e00-\u9fff]{3}))?"
    r"(?:(?:全|我|本)(?:国|省|市|县|区|州|旗|镇|乡|街道|系统|局|校|院|厂|集团|公司|行业)|[省市县区镇乡](?:纪?委|政府|政协|人大)|街道|"
    r"集团(?:公司)?|公司|[省市县区]直(?:属)?(?:机关|单位|部门)?)?(?:各?级)?(?:召开的?)?(?:第[^届次期]{1,3}[届次期])?"
)
_MEETING = re.compile(
    r"(?:紧急|电视电话|视频|专题|部署|动员|推进|推动|调度|总结|表彰|座谈|交流|现场|观摩|培训|研讨|述职|评议|汇报|讲评|启动|揭牌|成立|开班|开幕|闭幕"
    r"|工作|业务|年度|联席|誓师|攻坚战?|经验|促进|会商|务虚|聘任|安排|扩大|全体|骨干|专门|庆祝|暨|（扩大）|集中|警示|约谈|例行|领导干部|年终|年中|半年|开工|奠基|签约|竣工|揭幕|授牌|[春秋]季学期|开学(?=典)|毕业(?=典))*"
    r"(?:会议|大会|会|开班|班|式|仪式|活动|论坛|大典|典礼|座谈)$"
)
# 县十八届人大五次会议 is a 人大全会.
_SESSION = re.compile(r"[一二三四五六七八九十]{1,4}届(人大)?[一二三四五六七八九十]{1,4}次")
_SEASON = re.compile(
    r"^(?:(?:元旦|春节|清明|五一|端午|中秋|国庆|两节|双节|两会)节?)+(?:假期|假日)?(?:期间|前后|节?前夕?)"
    r"|^(?:岁末年初|年末岁初|年初|年末|今冬明春|冬春季?节?|夏秋季?节?|(?:春|夏|秋|冬|雨|汛)季|主?汛期)(?:到来)?(?:之?前|期间)?(?=[\u4e00-\u9fff]{2})(?!生产|[灌播征训])"
)
# What leads up to the name of a meeting, and who speaks at it: 事故之后的全市…, 县长年初经济工作会议.
_OCCASIONED = re.compile(rf"^.+?(?:的|前|后|期间|[：:])(?=全(?:[{LEVELS}]|街道|系统)[\u4e00-\u9fff]{{2}})")
_BY = re.compile(
    r"^[^，]{0,8}?(?:书记|主席|主任|部长|局长|[省市县区镇乡院校]长)(?=[\u4e00-\u9fff]{5})(?!会|座谈|培训|联席|述职)"
)
_FIRST_OF_TWO = re.compile(r"^.*?(?:全体会议|全体|全会|常务会议|例会)暨")  # the other one has a subject
# Who comes to a meeting of its field: 办公室主任会议 is on 办公室工作, 信息员培训班 on 信息.
_PEOPLE = re.compile(
    r"(?<=[\u4e00-\u9fff]{3})(?:主任|局长|科长|站长|所长|骨干|人员)$|(?<=[\u4e00-\u9fff]{2}信息)员$|(?<=[\u4e00-\u9fff]{2})系统干部$"
)
# “安全生产月”, 宪法宣传周: a campaign is called after its matter.
_OF_A_MONTH = re.compile(
    r"(?<=[\u4e00-\u9fff]{4})(?:宣传|活动)?(?:月|周|年)(?=”?$)|(?<=[\u4e00-\u9fff]{2})宣传[月周](?=”?$)"
)
_EDGE = re.compile(
    r"^(?:领导干部|庆祝|纪念|做好|抓好|加强|推进|开展|关于|进一步)?(?:第\d+个|第[一二三四五六七八九十]+个)?|(?:等?(?:有关)?(?:问题|情况))$"
)


def event_of(text: str) -> str:
    """Return the name of the meeting that a brief names without 在…上, with its level; "" where it names none."""
    match = _EVENT.search(text)
    if match:
        event = re.sub(r"^.*?(?:起草|撰写|写|拟|准备)(?:一?[篇份个])?", "", match.group("event"))
        return named_meeting(unquoted(_BY.sub("", event)))
    named = _NAMED_MEETING.search(text)
    if not named:
        return ""
    event, whole = named_meeting(unquoted(named.group("event"))), _ALL.search(text)
    bare = whole and not re.search(rf"[全我本{GOVERNED}]", event) and whole.group("level") in GOVERNED
    return f"全{whole.group('level')}{event}" if whole and bare else event


def named_meeting(event: str) -> str:
    """Return the name of a meeting without what only says when it is held or what it follows.

    >>> named_meeting("透水事故之后的全市安全生产会议"), named_meeting("开春前全县造林绿化动员会")
    ('全市安全生产会议', '全县造林绿化动员会')
    """
    return _OCCASIONED.sub("", event) if "精神" not in event else event


def unquoted(words: str) -> str:
    """Return ``words`` without marks that enclose all of them: “七一”表彰大会 keeps its own.

    >>> unquoted("“全县教育大会”"), unquoted("“七一”表彰大会")
    ('全县教育大会', '“七一”表彰大会')
    """
    words = words.strip()
    while len(words) > 1 and (words[0], words[-1]) in {("“", "”"), ("《", "》"), ('"', '"')} and words[1:-1]:
        if words[0] in words[1:-1]:
            break
        words = words[1:-1].strip()
    alone = {mark for mark, other in ("“”", "”“", "《》", "》《") if other not in words}
    return "".join(char for char in words if char not in alone)


def session_as_assembly(event: str) -> str:
    """Return ``event`` with 全会 for the number of a session: 县人大全会会议 for 县十八届人大五次会议."""
    return _SESSION.sub(r"\1全会", event)


def core_of(event: str) -> str:
    """Return the name of a meeting without year, place, level and the kind of meeting.

    >>> core_of("全县网络与信息安全工作会议")
    '网络与信息安全'
    """
    core = _PREFIX.sub(
        "", _SEASON.sub("", _FIRST_OF_TWO.sub("", _SESSION.sub("", _unexplained(event).replace("政协系统", "政协"))))
    )
    core = re.sub(r"^(?:纪?委|政府|政协(?=.*会)|人大(?=.*会))(?!信息|宣传)", "", core)
    for _ in range(3):
        core = _MEETING.sub("", core)
    core = re.sub(r"^(?:党委|政府|党政|党群)?系统(?=.)", "", _SEASON.sub("", _EDGE.sub("", core)))
    core = re.sub(r"(?<=[\u4e00-\u9fff]{2})(?:工作)?责任制(?:落实)?$", "", core)
    core = _OF_A_MONTH.sub("", re.sub(r"(?:系统)?(?:工作)?$", "", core))
    core = _PEOPLE.sub("", core)
    core = re.sub(r"(?:总结|表彰|动员|部署|推进|专题|暨)+$", "", core)
    return unquoted(core.strip(" 的"))


def _unexplained(event: str) -> str:
    """Return the name of a meeting without quotation marks around it and without what stands in brackets in it."""
    return re.sub(r"(?<=[\u4e00-\u9fff”])（[^（）]*）", "", unquoted(event))


def level_of(text: str) -> str:
    """Return 县 for 全县, 县委, 县长 or a named county; what the whole event is called counts most."""
    for pattern in (_ALL, _ORGAN, _PLACE):
        match = pattern.search(text)
        if match:
            return match.group("level")
    if _VILLAGE.search(text):
        return "村"
    body = _BODY.search(text)
    return body.group("level") if body else ""
