"""Does a stretch of text hold the type of answer a question asks for: a count, a time limit, a date, a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from speechrag.text import fold, is_han
from speechrag.writing.names import COUNTRY
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Question

_CN = "一二三四五六七八九十百千万亿两半零〇"
NUMBER = re.compile(
    rf"(?:约|近|超过|不少于|不低于|达到?)?(?:\d{{1,4}}[:∶]\d{{1,4}}(?!\d)|\d[\d,.]*(?:[-—~至到]\d[\d,.]*)?(?:/\d+)?%?|[{_CN}]{{1,4}}分之[{_CN}\d]{{1,16}}|[{_CN}]{{1,16}})"
    r"(?:余|多|几)?(?:万|亿)?"
)
# What may stand right behind a figure for it to be a count or an amount and not part of a word such as 一般, 统一.
_UNIT = re.compile(
    r"(?:个|名|条|篇|期|次|项|处|所|家|座|台|部|份|起|件|人|位|户|间|元|万元|亿元|种|类|点|句|字|册|本|张|批|倍|岁|届|层|级|方面|亩|米|"
    r"公里|平方|里|吨|天|年|月|日|小时|分钟|周|时|美元|余|多|块|趟|秒|斤|公斤|席|口|度(?![假过量])|顶|桌|轮|堂|千瓦|米|厘米|厘|对|封|步|关|道|盏|株|棵|辆|支|只|套|场|片|门|股|笔|版|页|集|幅|艘|枚|匹|幢|栋|杆|剂|桶|箱|宗(?!教|旨)|例(?![如外行会子])|"
    r"节(?![约能省假水俗奏点制])|头(?![等领条衔绪痛脑])|架(?![构子])|列(?![为入出])|班(?![子组主])|根(?![据本源治基除])|眼(?![前光睛看里中下界])|单(?![位独一纯方])|分(?![之钟别管工类级析为配散布行开解])|m|g|kg|‰|%|℃|以上|成)"
)
_TIME_UNIT = r"(?:个)?(?:小时|分钟|秒钟?|半天|天|日|周|星期|个月|季度|年|工作日)"
_DURATION = re.compile(
    rf"(?<![月\d])(?:\d{{1,5}}|[{_CN}]{{1,16}}){_TIME_UNIT}(?:以?内|左右|之内)?|每(?:隔)?(?:\d{{1,4}}|[{_CN}]{{1,16}})?(?:个)?(?:天|日|周|星期|月|季度?|年)|"
    rf"[一每][天日周月季年]一[次通期条报]|第一时间|按[月季年]|定期|半年|(?:\d{{1,4}}|[{_CN}]{{1,16}})[-—至到](?:\d{{1,4}}|[{_CN}]{{1,16}}){_TIME_UNIT}|"
    r"全天候|年底前?|月底前?|连年|逐年|每逢|事发后|小时"
)
_DATE = re.compile(
    rf"(?:\d{{4}}|\d{{2}}[x×*]{{2}}|20[x×*]{{1,2}})\s*年(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?|\d{{1,2}}月(?:\d{{1,2}}[日号]|份)?|"
    rf"(?:今|去|明|前|当)年(?:\d{{1,2}}月(?:\d{{1,2}}[日号])?)?|年底|年初|[上下]半年|月底|月初|[{_CN}]{{1,16}}月(?:份|[{_CN}]{{1,16}}[日号])?|"
    rf"[{_CN}]{{4}}年(?:[{_CN}]{{1,16}}月(?:[{_CN}]{{1,16}}[日号])?)?|[腊正冬]月(?:初?[{_CN}]{{1,3}})?|[上下本]个?月(?:的?最后一[天周])?|年内|"
    r"[上下]周[一二三四五六日末]?|(?:每月)?第?[一二三四两]个(?:星期|周)[一二三四五六日天末]|每?(?:星期|周)[一二三四五六日天末]|[上下]午|晚上|昨天|今天|明天|“?十[一二三四五]五”?|\d{4}-\d{2}|\d{1,2}[:∶]\d{2}|(?<![第\d])(?:\d{1,2}|[一二三四五六七八九十]{1,3})点(?:半|钟|整|\d{1,2}分)?(?=[^\u4e00-\u9fff]|[前后起开到至上下报集就才])"
)
_ROLE = (
    r"(?:总书记|书记|市长|县长|区长|省长|镇长|乡长|主席|部长|局长|处长|科长|主任|秘书长|委员|组长|会长|院长|校长|同志|"
    r"常委|领导|责任人|负责人|一把手|联络员|信息员|专家|干部|人员|汇报人|总干事|总裁|总经理|董事长|经理|党员|网格员|工程师|教授|教师|老师|医生|"
    r"民警|协警|战士|队长|队员|职工|工人|学员|校长|厂长|所长|站长|支书|代表|记者|发言人|烈士|老人|师傅|志愿者)"
)
_PERSON = re.compile(
    rf"[\u4e00-\u9fff]{{2,8}}(?:局|委|办|厅|部门|公司|银行|政府|财政|中心)(?=[^，,。；;、]{{0,6}}(?:牵头|负责|承担|主管|承办|出|掏|垫|管|办))|"
    rf"(?:农民|农户|群众|村民|企业|业主|家长|个人|单位)(?:自己|自行|自筹)?(?=[^，,。；;、]{{0,2}}(?:盖|出|交|负担|承担|负责|支付|筹))|"
    rf"[\u4e00-\u9fff]{{0,4}}(?:副)?{_ROLE}|(?<![\u4e00-\u9fff])老[\u4e00-\u9fff](?=[，,。；;、])|"
    r"(?:由|请)(?![于此衷])[\u4e00-\u9fff]{2,10}?(?=[出先代兼兜挂帮掏支垫主审签把盯领汇])|"
    r"谁[^，,。；;]{1,8}谁[^，,。；;]{1,6}|[\u4e00-\u9fff]{1,6}?(?:小组|委员会|专班|理事会|办公室|部门)(?=[^，,。；;]{0,8}(?:管|负责|牵头|承担|审|兜|说了算))|"
    r"(?:由|请|从)[\u4e00-\u9fff]{2,12}?(?:牵头|负责|管|做起|主抓|承担|组织|说了算|(?:另行|统一|分别|具体|共同)?(?:制定|起草|审批|审核|审定|发布|认定|验收|实施|监督|提供|安排))"
)
_PLACE = re.compile(
    r"(?:在|于|到|赴|位于|往|进|去)[\u4e00-\u9fff“”]{1,12}?(?:省|市|县|区|镇|乡|村|街道|社区|城|湖|山|路|厅|大学|室|广场|馆|院|堂|[中小]学(?!生)|报社|小区|公园|科|局|委|中心|"
    r"站|所|处|库|厂|园|公司|港|矿|基地|学校|平台|窗口|单位|点|管廊|家|党校|岛|祠堂|群(?!众|体)|口(?=[，,。；;、]|$))|地点"
)
_REASON = re.compile(
    r"因为|由于|因此|所以|原因|得益于|在于|为了|有利于|有助于|导致|造成|这是|决定了|客观要求|需要|必要|作用|关键"
)
# What gives a reason: its cause, its purpose, what depends on it.
_GROUND = re.compile(
    r"因为|由于|因此|因而|所以|原因|根源|缘于|源于|在于|为了|以便|有利于|有助于|才能|才会|才有|否则|不然|离不开|事关|关乎|关系[到着]|决定[着了]"
    r"|导致|造成|引起|使得|致使|促使|是[^，。；]{0,24}(?:需要|要求|基础|保[证障]|关键|前提|手段|途径|渠道|纽带|桥梁|任务|职责|根本|体现|标志)"
)
_MANNER = re.compile(r"要|通过|采取|加强|建立|按照|实行|坚持|必须|应当?|开展|围绕|利用|严格|不得")
_DEFINITION = re.compile(r"就是|是指|即|指的是|是|称为|包括|分为|主要|：|——")
_INTRODUCED = re.compile(
    r"包括|分别|主要有|主要是|即|就是|如下|分为|(?:做到|归纳为|坚持|达到|做好)[^，,。]{0,12}[：:]|”[：:]"
)
_LAST = re.compile(r"、[^、]*(?:和|及|与)[^、]+$")
_HEADING_CHARS = 24
# 安全和质量两个字眼; 看三样东西：…，…，…。; “服务紧，反映准，落实快”四句话.
_BOTH = re.compile(
    r"[\u4e00-\u9fff”》][和与及][\u4e00-\u9fff“《][^，,。；;、]{0,14}[两二2](?:个|大|项|种|方面|条|类|支|家|点|座)"
)
_ANNOUNCED = re.compile(
    r"[两三四五六七八九十2-9](?:样|个|条|点|项|件|句|种|方面|步|招)[^，,。；;：:！!？?\n、]{0,8}[：:]([^。；;：:！!？?\n]{4,120})"
)
_IN_QUOTES = re.compile(r"[“\"]([^”\"\n]{4,60})[”\"](?:等)?[两三四五六七八九十2-9](?:句|个|条|点|项|大|种|方面)")
_COMMA = re.compile("[，,]")
_MARKED = re.compile(rf"[（(]?(?:[{_CN}]{{1,16}}|\d{{1,2}})[）)、.．]|第[{_CN}]{{1,16}}[，,、]")
_MARKER = re.compile(
    rf"(?:^|[，,。；;：:！!？?\s])(?:[{_CN}]是|[{_CN}]要|第[{_CN}]|[（(][{_CN}]{{1,16}}[）)]|首先|其次)"
)


CLAUSE = re.compile(r"[，,。；;：:！!？?\n]")  # what parts clauses
_ENDS = re.compile(r"[，。；！!？?、,;]|$")
_RATIO = re.compile("[:∶/]")


def figures(text: str) -> Iterator[re.Match[str]]:
    """Yield the figures of a folded text that count or measure something."""
    for match in NUMBER.finditer(text):
        figure = match.group()
        if len(figure) > 1 and re.search(r"[百千万亿]", figure[1:]) and _ENDS.match(text, match.end()):
            yield match  # said without its unit: 还短十一万六
        elif figure[-1] == "%" or "分之" in figure or _RATIO.search(figure) or _UNIT.match(text, match.end()):
            yield match


def enumerated(text: str) -> int:
    """Return the length of the longest run of 、-separated members or of like clauses, or the number of run-in markers.

    >>> enumerated("二要多下乡、多问路、多记账、多算账"), enumerated("村里有路，有灯，有水，有人管")
    (4, 3)
    """
    return max(members(text), len(_MARKER.findall(text)), _alike(text))


_ALIKE_LEAST = 3


def _alike(text: str) -> int:
    """Return the length of the longest run of clauses that begin or end alike, 0 below three: 有灯，有路，有人管."""
    longest = 0
    for sentence in re.split("[。！!？?\n]", text):
        clauses = [clause for clause in re.split("[，,；;]", sentence) if len(clause) > 1]
        for end in (0, -1):
            run = 1
            for before, clause in pairwise(clauses):
                begun = not end and run == 1 and f"了{clause[0]}" in before  # 全部实现了有路，有灯，有水
                alike = (before[end] == clause[end] or begun) and is_han(clause[end])
                run = run + 1 if alike else 1
                longest = max(longest, run)
    return longest if longest >= _ALIKE_LEAST else 0


def members(text: str) -> int:
    """Return the length of the longest run of 、-separated members, one after 和 or 及 included; 0 without a run.

    Two that are counted are a run, and so is what a counted noun announces or a quotation joins by commas.

    >>> members("紧扣安全和质量两个字眼"), members("要看三样东西：承诺书，付款凭证，回访录音。")
    (2, 3)
    """
    runs = [clause for clause in CLAUSE.split(text) if "、" in clause]
    longest = max((clause.count("、") + 1 + bool(_LAST.search(clause)) for clause in runs), default=0)
    told = [*_ANNOUNCED.findall(text), *_IN_QUOTES.findall(text)]
    listed = max((len(_COMMA.findall(run)) + 1 for run in told if _COMMA.search(run)), default=0)
    return max(longest, listed, 2 * bool(_BOTH.search(text)))


def parallel(text: str) -> set[str]:
    """Return the characters that all members of a 、-run begin or end with: 当学生、当领导、当助手 -> 当."""
    shared: set[str] = set()
    for clause in CLAUSE.split(text):
        run = clause.split("、")
        if len(run) > 2 and all(run):
            heads = set.intersection(*({member[0]} for member in run[1:])) & set(run[0])
            tails = {member[-1] for member in run}
            shared |= heads | (tails if len(tails) == 1 else set())
    return shared


def spots(question: Question, text: str) -> Iterator[tuple[int, int, float]]:
    """Yield (start, end, strength 0..1) of each stretch of the folded ``text`` whose type fits ``question``."""
    if question.kind is Kind.NUMBER:
        for match in figures(text):
            yield match.start(), match.end(), _figure_strength(question, text, match)
        if _SHARED.search(question.text):
            yield from ((match.start(), match.end(), 1.0) for match in _HALF.finditer(text))
        if _RANK_ASKED.search(question.text):
            yield from ((match.start(), match.end(), 1.0) for match in _RANK_TOLD.finditer(text))
        return
    if question.which:
        yield from _named_things(question, text)
        return
    pattern = _name_pattern() if question.named else _PATTERNS.get(question.kind)
    limited, dated = question.kind is Kind.DURATION, question.kind is Kind.DATE
    for match in pattern.finditer(text) if pattern else ():
        deputy = question.named and "副" in match.group() and "副" not in question.text
        strength = 0.4 if deputy else _time_strength(question, match.group()) if limited else 1.0
        strength = _date_strength(question, match.group()) if dated else strength
        yield match.start(), match.end(), strength
    if dated:
        alone = _DAY_ALONE if _FINE.search(question.text) else _DAY_DUE
        yield from ((match.start(), match.end(), 0.8) for match in alone.finditer(text))
    if limited and _LIMIT.search(question.text):
        yield from ((match.start(), match.end(), 0.8) for match in _DUE.finditer(text))


_FOLLOWS = "的在作就还将要负主带分任到为等和与对说是亲出参同致指批讲介透告坦表谈"  # what may follow a name


@cache
def _name_pattern() -> re.Pattern[str]:
    """Return what tells a person's own name: a surname and one or two characters beside an office, or set apart."""
    surnames = "".join(sorted(lexicon()["surnames"]))
    heads = "市县区省镇乡局处科部院校会所站厅社行厂矿队组事"
    office = rf"(?:总书记|书记|[{heads}]长|总裁|支书|主席|主任|秘书长|委员|老师|同志|经理|教授)"
    name = rf"[{surnames}](?:(?![省市县区镇乡委局部处厅院校常副长])[\u4e00-\u9fff]){{1,2}}"  # 区纪委书记: no 纪委
    behind = rf"(?=[　\s，,。、{_FOLLOWS}]|$)"
    called = (
        rf"(?:^|(?<=[，,。；;、的和由请]))(?!董事|任主)[{surnames}](?:{office}|老板|总(?=[说的，,、]))"  # 陈老板, 姚总
    )
    return re.compile(rf"{office}[　\s]*{name}{behind}|{name}(?:副)?(?:{office})|{called}")


# What stands before a noun without naming the one: 这家公司, 有关单位.
_UNNAMED = "这那该某各些个的家哪座了在是和、，。；每本此所有多几两"
_SAME_CHARACTER = 0.7
# What has a title of its own, and what stands for any organ or firm.
_PRINTED = re.compile(
    "书$|稿|作品|片$|剧$|手册|教材|简报|专栏|文章|刊物|杂志|节目|栏目|报纸|文件|条例|论文|电影|歌曲|品牌|软件|平台|应用"
)
TITLED = re.compile(r"《[^》]{2,40}》|[“\"][^”\"]{2,20}[”\"]")
_NATIONS, _DATA = frozenset(["国家", "国"]), frozenset(["数据", "数字", "指标"])
_BODIES = frozenset(["单位", "部门", "科室", "机构", "企业", "公司", "机关", "学校", "大学", "医院", "组织"])
_BODY = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:局|委|办|厅|科|室|部|处|中心|公司|集团|银行|大学|学院|医院|学校|协会|工会|妇联|社|厂|院|站|所)"
    r"(?![长面势员务])"
)


def _named_things(question: Question, text: str) -> Iterator[tuple[int, int, float]]:
    """Yield the names of things of the asked kind: 姜家码头; of its last or first character less: 产业园 for 园区."""
    noun = question.asked[0]
    if noun in _NATIONS:
        yield from ((match.start(), match.end(), 1.0) for match in COUNTRY.finditer(text))
    if noun in _DATA:
        yield from ((match.start(), match.end(), 0.9) for match in figures(text))
    if _PRINTED.search(noun):
        yield from ((match.start(), match.end(), 1.0) for match in TITLED.finditer(text))
    if noun in _BODIES:
        yield from ((match.start(), match.end(), _SAME_CHARACTER) for match in _BODY.finditer(text))
    forms = [(noun, 1.0), *((char, _SAME_CHARACTER) for char in (noun[-1], noun[0]) if len(noun) > 1)]
    for form, strength in forms:
        for match in re.finditer(re.escape(form), text):
            before = text[max(0, match.start() - 2) : match.start()]
            if before[-1:] in {"”", "》"} or (
                len(before) == 2 and all(map(is_han, before)) and before[-1] not in _UNNAMED
            ):
                yield max(0, match.start() - 4), match.end(), strength


# A length of time that tells no length: where another sentence has a figure, that one answers.
_NO_LENGTH = frozenset(["第一时间", "定期", "全天候", "连年", "逐年", "每逢", "事发后", "小时"])
_LIMIT = re.compile(r"(?:多久|多长时间)(?:之内|以内|内)|最迟|最晚|时限|期限")


def _time_strength(question: Question, found: str) -> float:
    """Tell how well a time fits: 几天 wants days, 几个小时 hours or minutes; a mere 月底 is a poor length of time."""
    if found in _NO_LENGTH:
        return 0.4
    if re.search(r"几个?(?:天|小时|钟头|分钟|秒)|多少个?(?:天|小时|分钟)", question.text):
        wanted = "天|日" if re.search("[几少]个?天", question.text) else "小时|分钟|秒"
        return 1.0 if re.search(wanted, found) else 0.5
    if found.startswith("每") and _LIMIT.search(question.text):
        return 0.3  # how often is not how soon
    return 0.6 if found.startswith(("年底", "月底")) and "截止" not in question.text else 1.0


_FINE, _MONTHLY, _YEARLY = (
    re.compile(p) for p in ("几[号日]|哪一?[天日]|什么日子|日期", "几月|哪个月|月份", "哪一?年|年份")
)
_HOURLY, _HOUR = re.compile("几点"), re.compile("[点:∶]")
_DAY, _MONTH, _YEAR_NAMED = (
    re.compile(p)
    for p in ("[日号]|(?:周|星期)[一二三四五六日末天]|今天|昨天|明天|[腊正冬]月.|最后一天", "月", r"\d{2}|年|五”?$")
)


def _date_strength(question: Question, found: str) -> float:
    """Tell how well a date fits: 几月几号 and 哪天 want a day, 几月份 a month, 哪年 a year; 今年 says little."""
    for asked, wanted in ((_HOURLY, _HOUR), (_FINE, _DAY), (_MONTHLY, _MONTH), (_YEARLY, _YEAR_NAMED)):
        if asked.search(question.text):
            told = wanted.search(found) and found not in _RELATIVE
            return 1.0 if told else 0.3
    return 0.6 if found in _RELATIVE else 1.0


_DAY_ALONE = re.compile(rf"(?<!\d)(?<![\d{_CN}]月)\d{{1,2}}[日号](?![\d楼线院])")  # 每月1日至20日
_DAY_DUE = re.compile(rf"{_DAY_ALONE.pattern}(?=[之以]?前|到位|前后|起|开始|截止)")  # 20日以前交付
_RELATIVE = frozenset(
    ["年内", "上月", "本月", "下月", "上个月", "下个月", "今年", "去年", "明年", "当年", "前年", "今天", "年底", "年初"]
) | {"月底", "月初"}
_DUE = re.compile(r"\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|[上下]旬)?(?:之前|以?前)|年底前|月底前|截止")
_PATTERNS = {Kind.DURATION: _DURATION, Kind.DATE: _DATE, Kind.PERSON: _PERSON, Kind.PLACE: _PLACE, Kind.WHY: _REASON}
# 一 before these is an article more often than a count; before the asked measure only where that says little itself.
_ARTICLE, _VAGUE = frozenset("个名位种项些次条"), frozenset("个名位种项次")
_GROWTH = re.compile(r"增长|提高|下降|增速|增幅|上升|减少|降低")
_GROWN = re.compile("[增涨升降减高低快慢]|上调|下调|提到|翻")
_SHARED = re.compile("(?<![效频汇税])率|比例|比重|百分|几分之几|几成")
_HALF = re.compile("一半|过半|半数|大半(?!年)")
_RANK_ASKED = re.compile("第几|名次|排名")
_RANK_TOLD = re.compile(rf"(?:第(?:\d{{1,3}}|[{_CN}]{{1,3}})|倒数|垫底|榜首|首位)(?=位|名|[，。；、,;]|$)")
_RIGHT = 0.7  # from this strength on a figure has the measure asked for
# Measure words that stand for each other: 几个乡镇 is answered by 10处, 几名 by 30位.
_ALIKE = tuple(
    map(frozenset, ("个处家所座项类种", "个名位人", "回趟遍次番", "篇条件份", "家户所个", "次期届回", "块部类篇"))
)
_SPELL = re.compile("(?:多少|几)个?(年(?!前|来|内|后|[初末底])|天|月)")
_CALLED = frozenset(
    ["电话", "手机", "手机号", "号码", "电话号码", "手机号码", "热线", "传真", "邮编", "邮政编码", "qq"]
)
_MONEY = re.compile(r"[多几余]?(?:元|块|万元|亿元|美元|角)")
_SIZES = {"长": "米|公里|里|厘米", "高": "米|厘米|层", "宽": "米|厘米", "重": "吨|斤|公斤|克", "远": "公里|里|米"}
_SIZES["深"] = _SIZES["宽"]
_AMOUNT = {"年纪": "岁", "年龄": "岁", "比例": "%", "时间": "时", "兆": "m"}
_PAID = (
    "钱 资金 经费 投资 总投资 金额 奖金 工资 补助 津贴 产值 专款 款 补贴 罚款 稿费 稿酬 租金 学费 债 贷款 捐款 利润 税 "
    "营业收入 合同额 销售额 押金 本金"
)
_FEW_COINS = re.compile("几个[钱子]儿?(?!公司)")  # 一年能拿几个钱
_AMOUNT |= dict.fromkeys(_PAID.split(), "元")


def _measure(question: Question) -> str:
    """Return the measure word or unit asked for, as a text writes it: 多少万人 asks for 人, 多少钱 for 元."""
    wanted = _AMOUNT.get(question.measure, question.measure)
    wanted = "元" if _FEW_COINS.search(question.text) else wanted
    unit = wanted.lstrip("百千万亿")
    return unit if len(unit) < 2 else wanted


def _figure_strength(question: Question, text: str, match: re.Match[str]) -> float:
    """Tell how well a figure fits the measure asked for: its own unit 1, a share 0.9, another unit 0.4."""
    if any(word in _CALLED for word in question.asked):
        return 1.0 if sum(c.isdigit() for c in match.group()) >= 5 else 0.0
    behind = text[match.end() : match.end() + 7]
    exact = behind.lstrip("多余几")  # 3.6万多名 counts in 名
    article = (
        match.group() == "一" and behind[:1] in _ARTICLE and (behind[:1] != question.measure or behind[0] in _VAGUE)
    )
    slogan = text[match.start() - 1 : match.start()] in {"“", '"'} and not match.group()[0].isdigit()
    ordinal = text[match.start() - 1 : match.start()] == "第" and not re.search("第|排|名次", question.text)
    if article or slogan or ordinal:
        return 0.1
    ratio = match.group().endswith("%") or "分之" in match.group() or bool(_RATIO.search(match.group()))
    wanted = _measure(question)
    grown = _GROWTH.search(text, max(0, match.start() - 5), match.start())
    if ratio and grown and not _GROWN.search(question.text):
        return 0.5  # the amount or the share is asked, not by how much it grew
    if ratio and (wanted == "%" or _SHARED.search(question.text)):
        return 1.0
    if wanted == "元":
        return 1.0 if _MONEY.match(behind) else (0.8 if _ENDS.match(behind) and not ratio else 0.35 if ratio else 0.15)
    size = re.search(r"(写?)[^，,。]{0,2}多([长高宽重远深])(?!时间)", question.text)
    if size and not ratio:
        return 1.0 if re.match("字|页" if size[1] else _SIZES[size[2]], behind) else 0.1
    spell = _SPELL.search(question.text)
    if spell and exact.startswith(spell[1]):
        return 1.0  # 多少年党龄 wants years, which say little elsewhere
    if not wanted or wanted in {"比", "大", "少"}:
        return 0.9 if not re.match(r"年|月|日", behind) else 0.4
    if wanted in exact[: len(wanted) + 1] or wanted in behind[: len(wanted) + 2]:
        return 1.0
    if any(wanted in group and exact[:1] in group for group in _ALIKE):
        return 0.75
    if ratio and len(wanted) > 1:
        return 0.9
    if len(wanted) > 1 and not re.match(r"年|月|日|%", behind):
        return 0.7  # 多少单位 answered by 30个
    return 0.35 if ratio or len(wanted) > 1 else 0.15


def values(question: Question, text: str) -> set[str]:
    """Return the values of the asked type in ``text``: figures of the right measure, times, names with an office."""
    folded = fold(text)
    return {folded[start:end] for start, end, strength in spots(question, folded) if strength >= _RIGHT}


def manner(question: Question, text: str) -> float:
    """Return how much ``text`` sounds like an answer to a how, what or list question, 0..1."""
    headed = len(text) <= _HEADING_CHARS and bool(_MARKED.match(text))
    if question.kind is Kind.LIST:
        if question.count:
            found = enumerated(text)
            return 1.0 if found == question.count else (0.5 if found >= 2 else 0.2)
        if len(_MARKER.findall(text)) >= 2:
            return 1.0
        if any(
            re.search(rf"[一首最另][^，,。]{{0,4}}{re.escape(word)}[^，,。]{{0,4}}(?:是|在于|[：:])", text)
            for word in question.asked
        ):
            return 0.95  # one of them is named: 还有一块短板是基层末梢
        if headed:
            return 0.6  # what follows the heading is the list
        return min(1.0, members(text) / 3) * (0.9 if _INTRODUCED.search(text) else 0.6)
    pattern = {Kind.HOW: _MANNER, Kind.WHAT: _DEFINITION}.get(question.kind)
    return 1.0 if pattern is None or pattern.search(text) else 0.8 if headed else 0.3


def gives_reason(text: str) -> bool:
    """Tell whether a cause, a purpose or what depends on it is told in ``text``, not only touched on (关键, 作用)."""
    return bool(_GROUND.search(text))


_DEFICIT = re.compile(
    r"不[足够强高力严实到全齐准及平深细敢愿会想优畅适顺健重作]|没有?|未[能曾得理按]?|缺|欠|差距?|弱|滞后|落后|淡薄|薄弱|漏|迟|慢|松|短板|难|虚|散|空|乱|怕|少数|个别|"
    r"有的|问题|走过场|形式主义|应付|流于|依然|仍然|把.{1,8}当|苗头|诈骗|隐患|违|马后炮"
)
_REMEDY = re.compile(r"^.{0,8}(?:要(?!求|害)|必须|应当|着力|切实|加强|坚持|进一步|主动)")


def deficit(text: str) -> bool:
    """Tell whether ``text`` says that something is wrong, not what is to be done about it."""
    return bool(_DEFICIT.search(text)) and not _REMEDY.search(text)
