"""Facts that belong to the source, not to the new speech: find them, and put a slot in their place.

The detector leans to the safe side: a word wrongly taken for a fact costs a candidate or one slot to delete, a fact
overlooked would put another county's number into a leader's mouth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from speechrag.structure.tables import table
from speechrag.writing.outlines.genre import genre, wordings
from speechrag.writing.outlines.tagging import tagged, tagger, tokenizer
from speechrag.writing.outlines.works import named_works

LONGEST_AREA = 7  # characters of the name of a county
NAMED_CHARS = 3  # characters at least of a place that no dictionary has
_LANDFORM = re.compile(r"[岭沟湾坪垭寨屯庄河江湖渠]$")
_PLAIN_AREA = re.compile(r".区|[新老旧城中东西南北市关郊矿山高]{2,3}区")  # 城区, 新城区: names, but words first

_D = "0-9０-９"
_C = "〇零一二三四五六七八九十百千万亿两"
_N = rf"(?:[{_D}][{_D},，.．]{{0,16}}[{_D}]|[{_D}]|[{_C}]{{1,12}})"
_MASK = r"(?:[xX×＊*□]+|[-—－]{2,6}(?=[\u4e00-\u9fff])|某某?)"

_MONTH = r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?![一\u4e00-\u9fff]?通报)"
_DAY = rf"(?:[{_D}]{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号](?!常|益|趋|前的|令|文件|线|楼|台风|公路|矿|井|桥|提案)"
_YEARS = r"(?:(?:19|20)\d\d|20[xX×*＊]{2}|[xX×*＊]{2,4}|[一二][〇零○一二三四五六七八九]{3})年(?:度)?"
_NEAR = (
    r"(?:今年以来|去年以来|今明两年|今年|明年|去年|前年|后年|本年度|当年|本月|上月|下月|上半年|下半年|[一二三四]季度"
    r"|今冬明春|今冬|明春|年底前|年底|月底前|月底|年关|(?:[上下本]个?|这)(?:周|星期|礼拜)[一二三四五六日天末]?|元旦|春节后?)"
)
# Days that are told by a feast or by how near they are: true on the day of the source only.
_FEAST = (
    r"(?:国庆|五一|[“\"](?:五一|十一|七一|八一)[”\"]|中秋|端午|清明|元宵|重阳)(?:节|长假|假期)?"
    r"(?:之前|以前|前|之后|以后|后)(?![夕后期半来])"
)
_LATELY = (
    r"(?:前不久|不久前|日前|近日|前些(?:天|日子)|前几[天日]|前一?(?:阵子?|段时间)|(?<=[，。；])刚(?=结束|闭幕)"
    r"|刚刚(?=[^，。；]{0,2}(?:出台|下发|印发|召开|结束|闭幕|通过|公布|发布|颁布|成立|部署|启动))"
    r"|即将(?=(?:召开|出台|下发|印发|颁布|启动)))"
)
_TAIL = r"(?:上旬|中旬|下旬|底|初|末)?(?:之?前|以前|之?后|以来|起)?"
_TIME = re.compile(
    rf"(?:{_YEARS}|"
    rf"{_NEAR})(?:{_NEAR})?(?:{_MONTH})?(?:{_DAY})?{_TAIL}(?:[到至—-](?:{_YEARS})?(?:{_MONTH})?(?:{_DAY})?{_TAIL})?"
    rf"|{_MONTH}(?:{_DAY})?{_TAIL}|{_DAY}{_TAIL}|{_FEAST}|{_LATELY}|(?:[上下]午|晚上?|早上)?{_N}点(?:半|钟|一刻){_TAIL}"
    rf"|(?:[上下]午|晚上?|早上|凌晨)?{_N}(?:点钟?|时)(?:整|半)?(?:前|后)?(?=[，。、；）]|之?前)"
)
_SPAN = re.compile(
    rf"(?:一(?:个)?(?:小时|月|周|天|年|星期|工作日)(?:以内|之内|内)|一[天年月周]半|(?:[{_D}][{_D}.．]{{0,16}}|[二两三四五六七八九十百千半][{_C}]{{0,12}}|[一][{_C}]{{1,12}})(?:多|余)?(?:个半?)?"
    r"(?:年(?!级|大计)|天|日|小时|分钟|工作日|周(?![年岁])|星期|月|秒|季度)"
    r"(?:以内|之内|内|左右|以上)?)"
)
_UNIT = (
    "万元|亿元|元|个百分点|百分点|公里|平方米|平方公里|立方米|公顷|千米|厘米|毫米|米|兆瓦|千瓦|亩|吨|公斤|斤|名|人次|人|家|户|起|件|条|篇|期|次|台|套|处|所|座|岁|位|份|批|辆|间|栋|"
    "周年|棵|头|只|册|场|届|例|宗|笔|张|块|艘|架|门|倍|成|分|学时|课时|项|个|支|类|级|层|部|种|点|行政村|村|乡镇|镇|乡|社区|街道|部门|单位"
)
_IDEA = (  # a numeral before one of these counts ideas, not things: 三个方面, 两个维护
    "方面|层面|环节|问题|重点|代表|意识|自信|维护|确保|坚持|关键|到位|结合|转变|统一|务必|服从|关系|阶段|必须|文明|责任|层次|机制|"
    "渠道|角色|字|原则|制度|任务|措施|职能|要求|建设|基本|保障|大局|先锋|作用|中心|根本|倡导|不放过|着力|强化|一律|严禁|优先|带头|过硬|"
    "监督|联动|网络|管理|体系|防线|政治|环境|领域|行业|确立|毫不动摇|永远|伟大|率先|离不开|有利于|导向|特征|规律|规矩|意见|希望|体会|建议|"
    "想法|启示|教训|大事|事情|道理|法宝"
)
_ABOUT = "大约|约|将近|接近|近|超过|仅|不足|不到|不低于|不少于|高达"
_NUMBER = re.compile(
    rf"(?:{_ABOUT})?(?:百分之|千分之|万分之)[{_C}点{_D}.]{{1,16}}"
    rf"|(?:{_ABOUT})?[{_D}]{{1,3}}(?:[,，][{_D}]{{3}}){{1,4}}(?:[.．][{_D}]+)?(?:多|余)?(?:%|％|‰|"
    rf"万|亿|千|百)*(?:多|余)?(?:{_UNIT})?"
    rf"|(?:{_ABOUT})?[{_D}]{{1,16}}(?:[.．:：/][{_D}]{{1,8}}){{0,4}}(?:多|余)?(?:%|％|‰|万|亿|千|百){{0,3}}(?:多|余)?(?:{_UNIT})?"
    rf"|[二两三四五六七八九十百千][{_C}]{{0,8}}[万亿](?!众|家|户|象|全|无)"
    rf"|[百千](?:多|余)?[家户](?={_IDEA})"  # 千家重点企业 counts firms
    rf"|第(?!一)(?:[{_C}]{{1,12}}|[{_D}]{{1,4}})(?:届|次|名|位|期|批|方阵|季度|轮)"
    rf"|[{_C}]{{1,6}}[百千万](?=字(?!路|母))"
    rf"|[{_C}]分之[{_C}]|[几数](?:百|千|十)?[万亿](?=[元多户人])"
    rf"|(?:{_ABOUT})?(?:[{_C}]{{2,12}}|[二两三四五六七八九十百千万亿])(?:多|余)?(?:{_UNIT})(?!{_IDEA})"
)
# What stays when a number gives way to a slot: 连续【待补：数字】次, 第【待补：数字】届. 万 and 亿 go with the number.
_RANKED = "届|次|名|位|期|批|方阵|季度|轮"
_BEFORE_NUMBER = re.compile(rf"(?:第|{_ABOUT})(?=.)")
_MEASURE = re.compile(rf"(?:个?百分点|{_UNIT.replace('万元|亿元|', '')}|{_RANKED})$")
_IDIOM = re.compile(
    r"千家万户|千年大计|百家争鸣|百年未有|千军万马|万户千家|千人一面|两张皮|两条线|两本账|三番两次|五湖四海|十年树木|百年树人|百尺竿头|三天两头|"
    r"三天打鱼|两天晒网|十天半[个]?月|百日攻坚|三分[\u4e00-\u9fff]{1,3}[，、]?七分|七分(?=[管养干])|山水林田湖(?:草)?(?:沙)?(?:冰)?|[二两三四五]级(?!公路|以上|以下|风|地震|医院|标准|响应|甲等)|"
    r"[一二两三四五六七八九十]个一(?![人样家点])[\u4e00-\u9fff]{0,2}|[一二两三四五六七八九十]个不[\u4e00-\u9fff]{0,2}|两个一百年|一国两制|三百六十行|三个臭皮匠|两条腿走路|两头(?=[都抓])|千方百计|三令五申|一家一户|万无一失|四面八方|千头万绪|一五一十|三心二意|十全十美|百花齐放|千言万语|万众一心|"
    r"一年一度|百年大计|千秋|万万|两手抓|两不误|三查|第一(?:时间|责任人|线|要务|资源|位|道防线|手|关)|一级抓一级|一岗双责|双向|两级|三级(?=联动|网络|书记)|"
    r"24小时值班|二十四小时值班|24小时|二十四小时|五位一体|四个全面|三会一课|一票否决|两代表一委员|两新|两会|三农|七一|八一|五一|十一(?=假)|"
    r"三重一大|四不两直|三同时|三违|四风|八项规定|两个责任|[一二两三四五六七八九十]个(?:" + _IDEA + r")|四项基本原则|"
    r"一二三四|[一二三四五六七八九十]是|[一二三四五六七八九十]要|第[一二三四五六七八九十]，|一点一滴|七嘴八舌|十分|万分|百分百|千万|三言两语|一分一秒|成千上万|百倍|五级书记|三次产业|二次"
)
_MEALS = re.compile(r"[二两三四五六七八]菜[一二]汤")
_RANKING = re.compile(rf"从第[{_C}]{{1,3}}[名位]?(?:上?升|跃升|前移|提高|退|降)?[到至]第[{_C}]{{1,3}}[名位]?")
_TITLE = re.compile(r"《[^》]{1,60}》")
_LAW = re.compile(r"《(?:中华人民共和国)?[^》]{2,20}法》|《中国共产党[^》]{2,20}》")
# What a place has founded and named: “老杨”调解室, “田埂夜校”.
_FOUNDED = (
    "夜校|宣讲队|宣讲团|课堂|讲堂|驿站|工作室|调解室|调解队|服务队|服务站|工作站|志愿队|书屋|议事厅|协会|热线|联盟"
)
_CAMPAIGN = re.compile(
    r"[“\"][^”\"\n]{1,14}[”\"](?:主题)?(?:活动|工程|行动|计划|战略|工作法|品牌|专项|示范|创建|模式|大讲堂|项目"
    rf"|{_FOUNDED})|[“\"][^”\"\n]{{2,10}}(?:{_FOUNDED})[”\"]"
    r"|(?<=以)[“\"][^”\"\n]{2,14}[”\"](?=为(?:契机|载体|抓手))|(?<=合作的)[“\"][^”\"\n]{2,8}[”\"]"
    r"|[“\"][^”\"\n]{1,8}(?:工程|活动|行动|计划|战略)[”\"]|[“\"](?=[^”\"\n]{0,20}[0-9A-Za-z])[^”\"\n]{1,20}[”\"]"
)
_SLOTS = (
    *((_TIME, "时间"), (_SPAN, "时限"), (_NUMBER, "数字")),
    *((_CAMPAIGN, "活动名称"), (_MEALS, "用餐标准"), (_RANKING, "名次变化")),
)
_SESSION = re.compile(
    r"[一二三四五六七]中全会|[十]?[一二三四五六七八九十]届[一二三四五六七八九十]+次(?:全体)?(?:\([^)]*\)|（[^）]*）)?(?:会议|全会|全委会)?"
)

_BEFORE_BODY = ("p", "d", "c")  # prepositions, adverbs, conjunctions
BODY_CHARS = 2  # 医院 is no name
_CALLED = re.compile(
    r"(?:^|(?<=[，。；：、“]))(?!习总|第|各)(?P<name>[\u4e00-\u9fff]{2})"
    r"(?=副?(?:书记|主席|市长|县长|区长|镇长|乡长|局长|部长|主任|秘书长|省长)(?!们|要|会|办))"
)
_LEADING_IN = "我由有在对向和与请让被把就是要从给跟同为使"  # what no given name before a post opens with
_SURNAME = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范石廖贾夏韦付邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵钱严覃武戴莫孔汤温康施牛樊葛邢庞翟裴申耿芦聂焦柳祝甘翁戚岳涂骆欧阳于赖鲍柴郎栾蔺巩滕芮靳晏窦奚俞鄢卓仇蓝柯饶卜岑凌霍苗冉詹阮蒙桂兰舒屈祁倪卞符邬谷褚娄鲁费季"
)
_POST = (
    "副书记|书记|副市长|市长|副县长|县长|副区长|区长|副镇长|镇长|副乡长|乡长|副省长|省长|副主席|主席|副部长|部长|副局长|局长|副主任|主任|副科长|科长|"
    "副处长|处长|副秘书长|秘书长|委员长|副总理|总理|厅长|所长|校长|院长|教授|委员"
)
_PERSON = re.compile(rf"[{_SURNAME}][\u4e00-\u9fff]{{0,2}}?(?:{_POST})|[{_SURNAME}][\u4e00-\u9fff]{{1,2}}同志")
_LEADERS = re.compile(r"(?:习近平|习)?(?:总书记|主席)|毛泽东|邓小平|江泽民|胡锦涛|习近平")
_NOT_PERSON = re.compile(
    r"(?:石|江|于|温|康|武|甘|严|范|程|田|龙|史|余|施|钱|马|申|丁)(?:的|是|在|对|要|化|格|围|大|区)"
)

_NO_AREA = r"(?!(?<=市)[场民]|(?<=[乡村镇])[乡村镇街庄民亲])"  # 市场, 乡村, 乡亲: the level is part of a word
_AREA = re.compile(
    rf"(?<![\u4e00-\u9fff])(?![年月日])(?P<a>[\u4e00-\u9fff]{{2,3}}(?:省|市|县|镇|乡|街道|村|办事处|开发区)){_NO_AREA}(?=[\u4e00-\u9fff])"
    rf"|(?P<b>[\u4e00-\u9fff]{{2}}(?:镇|乡|街道办事处|水库|灌区|工业园|开发区|巷|古镇|古城)){_NO_AREA}"
)
_GENERIC_AREA = re.compile(
    r"[了着过把被让使给将从对以是有各全我本该外邻省市县区乡镇街村城社地农行山库园景小校辖片灾林牧矿牵下入进驻到为和与及、的在各级有关一个每个广大所有基层中心重点经济高新技术产业]"
    r"|国家|农村|城市|城乡|病险|行政|自然|贫困|示范|边远|偏远|美丽|文明|先进|落后|试点"
)
_BODY = re.compile(
    r"[\u4e00-\u9fff]{2}(?:化工|冶炼|水泥|药业|纺织|钢铁|地产)(?=承诺|投入|公司|集团|厂|的|[，。])|[\u4e00-\u9fff]{2,8}(?:有限公司|公司|集团|医院|中学|小学|大学|学院)(?!化|系|生)"
)
# A body that the source calls by its kind alone, as its own: 部里只审程序, 集团纪委.
_OWN_BODY = re.compile(
    r"(?<![\u4e00-\u9fff])(?:(?:部|厅|局|院|集团|工委)里(?=[\u4e00-\u9fff])"
    r"|集团(?:公司)?(?=纪委|党委|总部|机关|上下|各|领导|本部)|工委(?=成立|派|要|将|机关|每))"
)
_GENERIC_BODY = re.compile(
    r"石油化工|煤化工|精细|危险|传统|[各全我本大中]|乡镇|企业|国有|有关|定点|上市|保险公司|物业公司|中小学|运维|外包|服务公司"
)
_LEADS_IN = frozenset("pcdrt")  # 按照省, 去年县: the tags of words that are no name before any level
_ORDERS = _LEADS_IN | {"v"}  # 移送县纪委; a village may be called 联合村
_LEVEL_WORD = re.compile(r"[全我本各][国省市县区镇乡村].{0,30}|.{0,30}[省市县区]级")
_SIDE_BY_SIDE = frozenset(f"{level}和县" for level in "省市州区委府")  # 市和县, not the county 和县
# Parts of the country that have a policy of their own: no county's but theirs.
_REGION = re.compile(
    r"雄安新区|雄安|长三角(?:地区)?|珠三角(?:地区)?|粤港澳大湾区|京津冀(?:地区)?|成渝(?:地区)?(?:双城经济圈)?|长江经济带|黄河流域|海南自(?:由)?贸(?:易)?港|浦东(?:新区)?|横琴|前海"
)
_WITHIN = re.compile(r"中[树找求抓谋站敢多出强补展学练干看]$")  # 在建设中树, cut as if 中树 were a place
_COUNTRY = frozenset(
    ("中国", "全国", "国家", "我国", "中华人民共和国", "北京", "中央", "中华", "国务院", "党中央", "中共中央")
)


class Fact(NamedTuple):
    """A fact of the source: ``text[start:end]``; ``slot`` says what the drafter must fill in."""

    start: int
    end: int
    slot: str


@lru_cache(maxsize=1)
def _counties() -> frozenset[str]:
    """Return the names of counties and districts without their suffix that are no other word: 淳安 of 淳安县.

    Taken from the dictionary of the tagger, which knows 淳安县 as a place and 淳安 as any proper noun.
    """
    known = tagger().word_tag_tab
    bare = {word[:-1] for word, flag in known.items() if flag == "ns" and len(word) == 3 and word[-1] in "县市区旗"}
    return frozenset(
        name for name in bare if known.get(name, "nz") in {"nz", "nrt", "nt"} and name not in genre().not_names
    )


def warm() -> None:
    """Load what the first outline would wait for: the tagger, its dictionary and the names made from it (2 s)."""
    find_facts("全县")


def find_facts(text: str, *, allowed: str = "", names: Iterable[str] = (), year: int | None = None) -> list[Fact]:
    """Return the facts of ``text`` in order, not overlapping.

    ``allowed`` is the brief: what stands in it is the new speech's own fact. ``names`` are the source's place names.
    A dated wording (十七大) is a fact unless the new speech's ``year`` lies within its years.
    """
    idioms = [match.span() for match in _IDIOM.finditer(text)]
    found = [
        *_dated(text, year),
        *_matched(text),
        *_named(text, names),
        *_listed(text),
        *_familiar(text),
        *_tagged(text),
        *(Fact(*work) for work in named_works(text)),
    ]
    kept: list[Fact] = []
    for fact in sorted(found, key=lambda fact: (fact.start, fact.start - fact.end, fact.slot)):
        word = text[fact.start : fact.end]
        inside = any(start <= fact.start and fact.end <= end for start, end in idioms)
        if inside or (word and word in allowed) or (kept and fact.start < kept[-1].end):
            continue
        kept.append(fact)
    return [_bare(text, fact) for fact in kept]


def _bare(text: str, fact: Fact) -> Fact:
    """Return a number without the words around it that the sentence needs: 第…届, …个, …条; other facts as they are."""
    if fact.slot != "数字":
        return fact
    about = _BEFORE_NUMBER.match(text, fact.start, fact.end)
    start = about.end() if about else fact.start
    measure = _MEASURE.search(text, start, fact.end)
    end = measure.start() if measure and measure.start() > start else fact.end
    return Fact(start, end, fact.slot)


def fill_slots(text: str, facts: Iterable[Fact]) -> str:
    """Return ``text`` with a slot 【待补：…】 for each of ``facts``; equal neighbouring slots become one."""
    pieces: list[str] = []
    position = 0
    for fact in facts:
        pieces += [text[position : fact.start], f"【待补：{fact.slot}】"]
        position = fact.end
    filled = "".join([*pieces, text[position:]])
    return re.sub(r"(【待补：[^】]+】)(?:[、和与及至到]?\1)+", r"\1", filled)


def _dated(text: str, year: int | None) -> Iterable[Fact]:
    for wording in wordings():
        fits = year is not None and wording.first <= year and (not wording.last or year <= wording.last)
        if wording.dated and wording.kind != "提法" and not fits and wording.last:
            for match in wording.pattern.finditer(text):
                yield Fact(match.start(), match.end(), wording.kind)
    for match in _SESSION.finditer(text):
        yield Fact(match.start(), match.end(), "会议名称")


def _matched(text: str) -> Iterable[Fact]:
    for pattern, slot in _SLOTS:
        for match in pattern.finditer(text):
            yield Fact(match.start(), match.end(), slot)
    for match in _TITLE.finditer(text):
        if not _LAW.fullmatch(match.group()):
            yield Fact(match.start(), match.end(), "文件名称")
    for match in _REGION.finditer(text):
        yield Fact(match.start(), match.end(), "地名")
    for match in _OWN_BODY.finditer(text):
        yield Fact(match.start(), match.end(), "单位")
    yield from _masks(text)
    for match in _BODY.finditer(text):
        start = match.start() + _leading(match.group())
        if not _GENERIC_BODY.search(text[start : match.end()]) and match.end() - start > BODY_CHARS:
            yield Fact(start, match.end(), "单位")
    for match in _AREA.finditer(text):
        word = match.group("a") or match.group("b")
        if _led_in(word):
            continue
        if not _GENERIC_AREA.search(
            re.sub(r"(?:省|市|县|镇|乡|街道|村|办事处|街道办事处|开发区|水库|灌区|工业园)$", "", word)
        ):
            yield Fact(match.start(), match.end(), "地名")


def _leading(body: str) -> int:
    """Return how many characters of what looks like a named body are words that lead up to it: 不准从 of 不准从医院."""
    length = 0
    for word, flag in tagged(body):
        if word[0] != "不" and (flag not in _BEFORE_BODY or not tokenizer().FREQ.get(word)):
            break
        length += len(word)
    return length


def _led_in(word: str) -> bool:
    """Tell whether what looks like a named area opens with an ordinary word that leads up to a level: 按照省."""
    first, flag = tagged(word)[0]
    leads = _ORDERS if word[-1] in "省市县" else _LEADS_IN
    return len(first) >= 2 and flag in leads and bool(tokenizer().FREQ.get(first))


@lru_cache(maxsize=1)
def _areas() -> frozenset[str]:
    """Return the full names of the counties and districts of the public list: 麦积区."""
    listed = (name for names in table("structure_places").get("counties", {}).values() for name in names.split())
    return frozenset(name for name in listed if not _PLAIN_AREA.fullmatch(name))


def _listed(text: str) -> Iterable[Fact]:
    """Yield the counties and districts of the public list, whatever the tagger makes of them."""
    starts = _word_starts(text)
    for match in re.finditer("[县市区旗]", text):
        for length in range(LONGEST_AREA, 1, -1):
            start = match.end() - length
            if start not in starts or text[start] in "各全我本" or text[start - 1 : start + 2] in _SIDE_BY_SIDE:
                continue
            if text[start : match.end()] in _areas():
                yield Fact(start, match.end(), "地名")
                break


def _word_starts(text: str) -> frozenset[int]:
    """Return where the words of ``text`` begin: 适应城市 holds no 应城市."""
    return frozenset(accumulate((len(word) for word, _ in tagged(text)), initial=0))


def _familiar(text: str) -> Iterable[Fact]:
    """Yield given names before a post, as colleagues are called: 庆明书记, 翔宇局长."""
    for match in _CALLED.finditer(text):
        word, flag = tagged(match["name"])[0]
        known = tokenizer().FREQ.get(match["name"], 0)
        if (word == match["name"] and flag in {"nr", "nz"}) or not (known or match["name"][0] in _LEADING_IN):
            yield Fact(match.start("name"), match.end("name"), "姓名")


def _masks(text: str) -> Iterable[Fact]:
    for match in re.finditer(
        rf"{_MASK}(?P<time>[年月日])|{_MASK}(?P<place>省|市|县|区|镇|乡|村|街道)|{_MASK}(?P<unit>局|部|公司|部门|单位|医院|学校)"
        rf"|{_MASK}(?P<who>同志|{_POST})|{_MASK}(?P<count>{_UNIT}|%|％|万)|{_MASK}",
        text,
    ):
        if match.group() == "某" or match.group().startswith("某些"):
            continue
        kinds = {"time": "时间", "place": "地名", "unit": "单位", "who": "姓名", "count": "数字"}
        yield Fact(match.start(), match.end(), kinds.get(match.lastgroup or "", "内容"))


def _named(text: str, names: Iterable[str]) -> Iterable[Fact]:
    for name in names:
        for match in re.finditer(rf"{re.escape(name)}(?:省|市|县|区|镇|乡|村)?", text):
            yield Fact(match.start(), match.end(), "地名")
    for match in _PERSON.finditer(text):
        if not _NOT_PERSON.match(match.group()):
            yield Fact(match.start(), match.end(), "姓名")


def _tagged(text: str) -> Iterable[Fact]:
    """Yield names of places and persons that the tagger knows or guesses."""
    position, before = 0, ""
    common = genre().not_names
    leaders = [match.span() for match in _LEADERS.finditer(text)]
    for word, flag in tagged(text):
        start, position = position, position + len(word)
        inside, before = before.startswith("v") and bool(_WITHIN.match(word)), flag
        if inside or len(word) < 2 or word in common or any(a <= start < b for a, b in leaders):
            continue
        place = flag == "ns" or word in _counties() or _unheard(word)
        if place and word not in _COUNTRY and not _LEVEL_WORD.fullmatch(word):
            yield Fact(start, position, "地名")
        elif flag == "nr" and word[0] in _SURNAME and len(word) <= 3:
            yield Fact(start, position, "姓名")


def _unheard(word: str) -> bool:
    """Tell whether the tagger made up ``word`` and it ends as places are called: 隘鹿岭, 柳沟河."""
    return len(word) >= NAMED_CHARS and bool(_LANDFORM.search(word)) and not tokenizer().FREQ.get(word)
