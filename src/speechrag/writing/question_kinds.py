"""Which kind of answer fits a question, and how many members a list that it asks for has."""

from __future__ import annotations

import re
from enum import StrEnum

from speechrag.text import parse_chinese_number
from speechrag.writing.question_words import NUMERALS


class Kind(StrEnum):
    """The kind of answer that fits a question."""

    NUMBER = "number"
    DURATION = "duration"  # a time limit, a length of time or a frequency
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    LIST = "list"
    HOW = "how"
    WHY = "why"
    WHAT = "what"
    TOPIC = "topic"  # no question word: a noun phrase typed like a search

    @property
    def told(self) -> str:
        """The kind as readers and programs are told it: one of eight."""
        return {
            Kind.NUMBER: "number",
            Kind.DURATION: "deadline",
            Kind.PERSON: "who",
            Kind.LIST: "list",
            Kind.HOW: "how",
            Kind.WHY: "why",
        }.get(self, "fact")


_LIST = re.compile(
    rf"哪些|哪几|哪个?[“\"][{NUMERALS}]|哪[{NUMERALS[1:]}](?!年|天|月|个人|位)|有(?:什么|啥)(?!要求|规定|重?要?(?:作用|意义|好处|用处|价值)|毛病|后果|变化|影响|结果|事迹|期望|区别|不同|关系)|"
    r"包括什么|分别是|都有谁|几个方面|几点(?![钟半开到前起报集上下])|"
    r"哪方面|列举|列出|有哪|(?:抓|做|干|注意|把握|落实|强调|突出|防范)[好住到]?(?:什么|啥)(?!时|项目|工程|事|的)"
)
_DURATION = re.compile(
    r"多久|多长时间|多少时间|时限|期限|(?:频率|周期)(?=是|多|[？?]|$)|(?<![那这前头])几个?(?:小时|钟头|天|周|月|年|分钟|秒)(?!份)|多少(?:个)?(?:小时|天|分钟)|"
    r"最迟|最晚|隔多|多少天|截止"
)
_DATE = re.compile(
    r"什么时候|什么时间|何时|哪年|哪一年|哪天|哪一天|几月份?几[号日]|几月|几号|几日|哪个月|啥时候|年份|日期|什么日子|哪个(?:钟点|时辰|日子)|几点(?=[钟半开到前起报集上下])"
)
_PERSON = re.compile(
    r"谁|哪位|哪个人|什么人|何人|哪个领导|哪位领导|(?<!几个)(?<!少个)名字|姓名|(?:书记|[市县区镇乡局部处院校厅]长|主席|主任|同志|老[人师板]|厂长|矿主|组长|"
    r"头目|主犯|烈士|专家|教授|支书|大[爷娘夫])(?:全?名)?(?:叫|姓)[什啥]|(?<![同百贵双])姓(?:什么|啥)(?:叫|名)"
)
_PLACE = re.compile(
    rf"哪里|哪儿|何处|什么地方|[在去到]哪(?![个座家条间所处些位“\"{NUMERALS}几])|地点|哪个(?:城市|地方)"
)
NAMED = re.compile(
    r"(?:书记|[市县区省镇乡局处科部院校会所站厅社行]长|主席|主任|秘书长|经理|董事长|主持人|老板|矿主|老师|作者|教练|队长)"
    r"(?:同志)?(?:是谁|叫|姓|是哪位|是哪个|的名字|的姓名)|(?<!几个)(?<!少个)名字|姓名|叫什么|叫啥|尊姓|哪[位个](?:副)?[^，。]{0,2}(?:书记|长|主席|主任)"
)
NUMBER_ASKED = re.compile(r"多少|几|多[大高长宽重快远深厚]|比例|百分之|占比|第几|人数|数量|总数|金额|名次|排名第")
# What something is good for stands where the reasons stand; 作用 itself need not be said.
WORTH = r"有(?:什么|啥|何)重?要?(?:作用|意义|好处|用处|价值)"
WORTH_WORDS = frozenset(["作用", "意义", "好处", "用处", "价值"])
_WHY = re.compile(rf"(?<!被[定列评称])为什么|为何|为啥|原因|怎么会|缘由|凭什么|何以|{WORTH}")
# Keywords, not a question: what stands at the end, or is named by a rate, says what kind of answer is looked for.
KEYWORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.DURATION, re.compile("(?:时长|聘期|任期|频次)$")),
    (Kind.DATE, re.compile("(?:时间|时候)$")),
    (
        Kind.NUMBER,
        re.compile(
            "(?P<of>[期篇个件户条家份台套起项次])数$|(?:名额|金额|总额|面积|产量|产值|收入|排名|稿酬|单价|价格)$"
            "|人均[\u4e00-\u9fff]{0,3}收入|(?:增长|覆盖|达标|合格|满意|使用|普及|入学|死亡|失业|办结|采用|占有)率|增幅|增速"
        ),
    ),
    (Kind.LIST, re.compile("名单$")),
    (Kind.HOW, re.compile("(?:流程|步骤|程序|做法|办法|方法)$")),
    (Kind.WHAT, re.compile("(?:含义|定义|意思|内涵)$")),
)
DUE = re.compile("为(?:什么|何|啥)[^，。]{0,12}[要必该得需]")
_HOW = re.compile(r"怎么(?!回事|一回事)|怎样|如何|咋|用什么办法|什么办法|哪种方式|什么方式|什么措施|什么要求|什么规定")
_WHAT = re.compile(r"怎么|什么|啥|何谓|何为|指的是|哪|吗|是否|有没有|能否|能不能|是不是|可不可以|[?]")
# 症结在哪里, 从哪儿入手, 用到哪里 ask for no place.
_NO_PLACE = re.compile(
    r"(?:关键|症结|问题|原因|毛病|窍门|诀窍|难点|难处|重点|根子|根源|出路|差距?|不足|短板|亮点|特点|优势|活力|主体|道理|理由|底气|好处|意义|作用|区别|突破口|着力点|落脚点|"
    r"体现|表现|强|好|难|错|坏|卡)(?:主要|都|究竟)?(?:是|就|出)?[在出]?(?:了)?(?:哪里|哪儿|何处|什么地方|哪)|从(?:哪里|哪儿|哪)(?:入手|着手|抓起|做起|破题)|"
    r"(?:用|花|投)[在到](?:了)?(?:哪里|哪儿|什么地方)"
)
# 最晚什么时候, 最迟几点: a term is asked for, which may be told as a date or as a length of time.
_AT_LATEST = re.compile(r"(?:最迟|最晚|至迟)[^，。？?]{0,8}(?:什么时候|什么时间|何时|啥时候|几点)")
# 稿子叫什么名字 asks for no person.
_THING_NAMED = re.compile(
    r"(?:稿子|稿件|文章|[本部这那]书|作品|报告|论文|歌|电影|节目|栏目|刊物|报纸|基地|项目|工程|活动|品牌|集市|农家院|公司|企业|学校|村子?|平台|软件|系统|机制|"
    r"中心|车站|路|桥|水库|小组|协会|案子?|工作法|计划|行动)的?(?:全名|名字|名称)?(?:叫(?:什么|啥)|是什么|的名字)"
)
# 什么是, 何谓, 指什么: the meaning is asked for.
MEANING = re.compile(
    r"[什啥]么?是|何谓|何为|[什啥]么?叫|是(?:什么|啥)(?:意思|含义)?[？?]?$|指(?:的是)?(?:什么|啥)|(?:什么|啥)意思"
    r"|(?:含义|定义|意思|内涵)[？?]?$|怎么理解"
)
# Order matters: 多久 before 多少, 哪些 before 哪, 几点要求 (a list) before 几.
KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.DATE, _DATE),
    (Kind.DURATION, _DURATION),
    (Kind.LIST, _LIST),
    (Kind.PERSON, _PERSON),
    (Kind.PLACE, _PLACE),
    (Kind.WHY, _WHY),
    (Kind.NUMBER, NUMBER_ASKED),
    (Kind.HOW, _HOW),
    (Kind.WHAT, _WHAT),
)

# "四个不够", "三多三少", "五个转变": a numbered slogan expects its members.
_SLOGAN = re.compile(rf"([{NUMERALS}])(?:个|大|项|种|点|条|方面|句|种角色|篇|类|道|步|位)[^\d，。]{{0,12}}")
_COUNTED = re.compile(
    rf"(?<![第十\d一哪])([{NUMERALS}]|\d)"
    r"(?:个(?!百分|月|小时|部门|单位)|大|项|种|点(?!儿)|条|方面|句|类|步|位|名(?!片)|"
    r"道(?![路理])|招(?![商聘标])|样(?![本板])|件(?=大?实?事|工作))"
)
_WHICH_MANY = re.compile(r"哪([两二三四五六七八九十])(?!年|天|月|个月|日|届)")
_PAIRED = re.compile(rf"^([{NUMERALS}])\S{{1,2}}([{NUMERALS}])\S{{1,2}}$")
# 五有, 三联, 五统一; not 三江源, 九口渠, 十四五.
_SHORT_SLOGAN = re.compile(
    rf"^([两三四五六七八九十])(?:[\u4e00-\u9fff]|(?![{NUMERALS}江北峡亚星国个口河里山溪道岭沟湾家门])[\u4e00-\u9fff](?![{NUMERALS}])[\u4e00-\u9fff])$"
)


def kind_of(folded: str) -> Kind:
    """Return the kind of a folded question.

    >>> [kind_of(q).value for q in ("编发了多少期", "多久一次", "要当好哪四种角色", "领导讲话")]
    ['number', 'duration', 'list', 'topic']
    """
    if _AT_LATEST.search(folded):
        return Kind.DURATION
    fitting = (kind for kind, pattern in KINDS if pattern.search(folded))
    kind = next(fitting, Kind.TOPIC)
    if kind is Kind.PERSON and _THING_NAMED.search(folded):
        return Kind.WHAT
    if kind is Kind.TOPIC:
        return next((kind for kind, pattern in KEYWORDS if pattern.search(folded.strip("?。 "))), kind)
    return next(fitting, Kind.WHAT) if kind is Kind.PLACE and _NO_PLACE.search(folded) else kind


def expected_count(folded: str, quoted: tuple[str, ...]) -> int:
    """Return how many members the asked list has, 0 where the question does not say."""
    for name in quoted:
        if paired := _PAIRED.match(name):
            # 什么是“三多三少”: three of each, told in as many ways as there are writers; “三个一批” are three.
            both = paired.group(1) == paired.group(2) and MEANING.search(folded)
            return 0 if both else parse_chinese_number(paired.group(1)) or 0
        if slogan := _SLOGAN.match(name):
            return parse_chinese_number(slogan.group(1)) or 0
        if short := _SHORT_SLOGAN.match(name):
            return parse_chinese_number(short.group(1)) or 0
    if counted := _WHICH_MANY.search(folded) or _COUNTED.search(folded):
        return parse_chinese_number(counted.group(1)) or 0
    return 0
