"""What a sentence makes of its source beside the facts: an order a permission, a plan a deed, some of them all of them.

Each clause of the sentence is compared with the clause of the source that it renders and that one's neighbours
(``clauses.align``). Only what goes further than the source is told; to leave a shade out is a matter of wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speechrag.writing.clauses import Aligned

_FORBIDDEN = r"不得|不准|不许|不允许|不可(?![避或缺少分])|不能|不要(?!求)|不应|不宜|严禁|禁止|杜绝|切忌|谢绝"
_ALLOWED = (
    r"不必|无需|无须|不用|不要求|可以|(?<!不)允许|准许|有权|即可|均可|也可|"
    r"(?<![许认不只尚皆])可(?=[先由自在凭按向从以不直])"
)
_NOT = r"[不没无未莫勿别非禁缺]|杜绝|拒绝|谢绝|避免|防止"
_DENIAL = re.compile(_NOT)
# 不少于, 不超过, 不仅 …: the character denies nothing.
_NO_DENIAL = re.compile(
    r"不(?=[少足低断仅但同过到超如论管久料错平日免利良善])|[非未](?=[常来公])|无(?=[论线偿锡])|没(?=收)|"
    r"(?P<same>[\u4e00-\u9fff])[不没](?=(?P=same))|(?<=[差对要是])不|不(?=是.{1,12}而是)"
)
DONE = (
    r"已|了(?!解|事|结)|(?<![通超不经])过(?![程渡硬关])|经过|至今|以来|来[,，]|"
    r"目前|现在|累计|先后|曾|完(?!成|善|整)|出来|起来|刚|才|到位"
)
# 第1个5年计划 is a name, 计划经济 a kind: neither wishes anything.
_PLANNED = r"(?<!年)计划(?![生期内外]|经济|指标|单列)"
WISH = (
    rf"力争|争取|{_PLANNED}|打算|(?<![作做好])准备|拟(?=[于在定建])|预计|有望|(?<![了的大有新])希望|"
    r"目标(?=[是为:])|为目标"
)
_PLAN = (
    rf"{WISH}|以前|之前|[底日月年]前|[年月]底|将|明年|下一步|必须|确保|尽快|抓紧|推进|加快|推动|"
    r"(?:^|,)(?:建设|建立|实现|健全|完善|加强|落实|做好|抓好|开展|组织)"
)
# What leaves a thing to come in a sentence that drops the wish.
_TO_COME = rf"{WISH}|要|将|应|须|前|底|内|明年|今后|下一步|到\d{{4}}年|确保|推进|推动|尽快|提出"
_FREE = rf"{_ALLOWED}|鼓励|提倡|倡导|自愿|原则上|尽量|尽可能|欢迎|建议"
_DUTY = r"必须|务必|必需|应当|须|要求|一律"


def denies(text: str) -> bool:
    """Tell whether something is denied, forbidden or lacking in ``text``; 不少于 and 不断 deny nothing."""
    return bool(_DENIAL.search(_NO_DENIAL.sub("", text)))


@dataclass(frozen=True, slots=True)
class _Step:
    """Words that go further than a source which has none of the others near by."""

    said: re.Pattern[str]
    warranted: re.Pattern[str]
    only_beside: re.Pattern[str] | None = None  # what the source must have near by for the words to be a step at all
    everywhere: bool = False  # whether words anywhere in what the sentence renders warrant it


_STEPS = (
    # A permission or a freedom that nobody gave.
    _Step(re.compile(_ALLOWED), re.compile(_ALLOWED + "|自愿|原则上|能够|[都就也才]能|免")),
    # A prohibition, where the source denies nothing at all.
    _Step(re.compile(_FORBIDDEN), re.compile(_NOT)),
    # Room to do otherwise, where the source leaves none.
    _Step(
        re.compile(r"原则上|尽量|尽可能|鼓励|自愿|酌情|视情|提倡|(?:^|,)建议(?![书稿案提])|倡议|有条件的|一般(?:情况下|应|可|要)"),
        re.compile(r"原则|尽|鼓励|自愿|酌情|视情|提倡|倡导|建议|倡议|条件|一般|适当|可"),
    ),
    # A deed, where the source has a term, a wish or an order and no sign that anything has happened.
    _Step(
        re.compile(
            r"已(?!知)|[\u4e00-\u9fff]{2}了(?![解事结])|(?:如期|顺利|成功|圆满|全面)(?:完成|建成|实现|通过)"
        ),
        re.compile(DONE),
        re.compile(_PLAN),
    ),
    # An end, where the source has a beginning or a trial.
    _Step(
        re.compile(r"建成|完工|竣工|投产|投入使用|全面推[行开]|全面铺开"),
        re.compile(r"建成|完工|竣工|投产|投入使用|完成|全面|通车|启用"),
        re.compile(r"开工|动工|启动|在建|正在|筹建|试点|试行|起步"),
    ),
    # A plan, where the source tells a deed.
    _Step(
        re.compile(_PLANNED + r"|打算|准备(?=[\u4e00-\u9fff]{2})|拟(?=[于在定建])|有望|预计"),
        re.compile(rf"{WISH}|要|将|{_PLAN}"),
        re.compile(r"[\u4e00-\u9fff]{2}了|已|[去前]年|累计|先后"),
    ),
    # All of them, or the utmost, where the source has no such word.
    _Step(
        re.compile(r"全部|所有|一切|全体|完全|彻底|普遍|无一例外|任何(?!组织|个人|人)"),
        re.compile(r"(?<![健安齐保])全(?![县市省国区乡镇村年面会州局球民])|所有|一切|一律|都|均|各|每|统统|一概|人人|逐|完全|彻底|普遍|总体|总[数量额]|无一|个个|任何"),
    ),
    _Step(
        re.compile(r"总体(?!目标|规划|要求)|最为?(?=[突大高好多强严先佳])|唯一|前列|首位|榜首|垫底|倒数|末位"),
        re.compile(r"总体|最|唯一|无一|无比|极|前列|前茅|首|冠|第1(?!\d)|垫底|倒数|末|落后"),
    ),
    # Most of them, or much, where the source does not say how many or how much.
    _Step(
        re.compile(r"大部分|绝?大多数|多数|过半|半数以上"),
        re.compile(r"大部|多数|大多|过半|一半|半数|多半|主要|大头|[%‰]"),
    ),
    _Step(
        re.compile(r"显著|明显|大幅|极大|广受|深受|一致(?=好评|认可|肯定)|高度(?=评价|认可|赞扬|肯定)"),
        re.compile(r"显著|明显|大幅|大|很|极|非常|十分|特别|猛|翻|倍|高|深|广|[%‰]"),
    ),
    # A cause or a consequence, where the source only tells one after the other.
    _Step(
        re.compile(r"因此|因而|从而|由此|所以|由于|因为|缘于|源于|根源在于|归因|导致|造成|致使|使得|以致|说明(?=.{4})|表明|归功于|得益于"),
        re.compile(r"因|由于|所以|导致|造成|[致使]|结果|得益|靠|说明|表明|证明|可见|为什么|为何|怎么|就是|才|让|揭示|这(?=深刻|充分|也|就)"),
        everywhere=True,
    ),
)  # fmt: skip
_DENIED = re.compile(
    rf"(?:{_FORBIDDEN}|不|没有|没|未)(?:[得准许要能再会敢允应]|随意|擅自|随便|任意|动辄|轻易|私自)?"
    r"(?P<what>[\u4e00-\u9fff]{2})"
)
_AGAINST_WORDS = r"摒弃|反对|抵制|破除|防止|避免|杜绝|克服|消除|纠正|遏制|谨防|严禁|禁止|拒绝|减少|防范|警惕"
_AGAINST = re.compile(rf"(?:{_AGAINST_WORDS})(?:了|各种|任何|一切)?(?P<what>[\u4e00-\u9fff]{{4}})")
# 不得向上级…: what is denied begins behind the preposition.
_COVERBS = frozenset("把将在用由对向以通从给被按和与因")
_CLAUSE = re.compile(r"[,，。；;:：]")
_OPPOSITES = (
    ("增长", "下降"), ("增加", "减少"), ("提高", "降低"), ("上升", "下降"), ("上涨", "下跌"), ("增加", "下降"),
    ("以上", "以下"), ("以内", "以外"), ("高于", "低于"), ("超过", "不足"), ("超过", "不到"), ("至少", "至多"),
    ("最多", "最少"), ("最高", "最低"), ("最好", "最差"), ("最大", "最小"), ("之前", "之后"), ("以前", "以后"),
    ("提前", "推迟"), ("提前", "晚了"), ("推迟", "早了"), ("提前", "延后"),
    ("扩大", "缩小"), ("加快", "放慢"), ("必须", "可以"), ("严禁", "允许"),
    ("不得", "可以"), ("赞成", "反对"), ("支持", "反对"), ("公开", "保密"), ("免费", "收费"), ("自愿", "强制"),
    ("成功", "失败"), ("盈利", "亏损"),
)  # fmt: skip


def overstatements(aligned: Sequence[Aligned], source: str) -> list[str]:
    """Return the words by which a sentence goes further than its ``source``, or turns it round.

    Clauses and words with their object (增长了见识) taken over as they are do neither.
    """
    changed = [pair for pair in aligned if pair.clause.text not in pair.best.text]
    rendered = ",".join(pair.window for pair in aligned)
    return [
        word
        for pair in changed
        for word in (
            *(word for step in _STEPS for word in _further(step, pair, rendered if step.everywhere else "", source)),
            *_duty_added(pair),
            *_turned_round(pair),
            *_wish_dropped(pair),
            *_deed_turned_round(pair.clause.text, source),
            *_leave_for_ban(pair.clause.text, source),
            *_stand_dropped(pair.window, pair.clause.text),
            *_denied_only(pair.window, pair.clause.text),
            *_denied_only(pair.clause.text, pair.window),
        )
    ]


def _further(step: _Step, pair: Aligned, rendered: str, source: str) -> Iterator[str]:
    said = step.said.search(pair.clause.text)
    own = step.only_beside is not None and step.only_beside.search(pair.best.text)
    beside = step.only_beside is None or own or step.only_beside.search(pair.window)
    # A clause with a term of its own is no deed because the next one is.
    if said and beside and not step.warranted.search(rendered or (pair.best.text if own else pair.window)):
        with_object = pair.clause.text[said.start() : said.end() + 2]
        if len(with_object) < len(said.group()) + 2 or with_object not in source:
            yield said.group()


def _duty_added(pair: Aligned) -> Iterator[str]:
    """Yield the word of duty where the source's clause leaves people free."""
    said = re.search(_DUTY, pair.clause.text)
    if said and re.search(_FREE, pair.best.text) and not re.search(f"{_DUTY}|{_FORBIDDEN}", pair.best.text):
        yield said.group()


def _wish_dropped(pair: Aligned) -> Iterator[str]:
    """Yield the wish of the source's clause that the sentence tells as a fact: 力争提高到九成, 提高到九成."""
    wished = re.search(WISH, pair.best.text)
    if wished and not re.search(_TO_COME, pair.clause.text):
        yield wished.group()


def _turned_round(pair: Aligned) -> Iterator[str]:
    """Yield the words in whose place the source's clause has the opposite: 增长 for 下降, 以下 for 以上."""
    for opposites in _OPPOSITES:
        for word, opposite in (opposites, opposites[::-1]):
            ours, theirs = pair.clause.text.replace(opposite, ""), pair.best.text.replace(word, "")
            if word in ours and opposite in theirs and opposite not in pair.clause.text and word not in pair.window:
                yield word


def _leave_for_ban(clause: str, source: str) -> Iterator[str]:
    """Yield the leave that the source refuses in the same words: 监管可摘 for 监管不摘."""
    for match in re.finditer(r"(?P<who>[\u4e00-\u9fff]{2})可以?(?P<deed>[\u4e00-\u9fff]{1,2})", clause):
        if re.search(rf"{match['who']}不[得准许能可]?{match['deed']}", source):
            yield match.group()


def _stand_dropped(window: str, clause: str) -> Iterator[str]:
    """Yield what the source is against and the clause, which has no such word, is not: 摒弃冷战思维, 坚持冷战思维."""
    for match in _AGAINST.finditer(window):
        if match["what"] in clause and not re.search(f"{_AGAINST_WORDS}|{_NOT}|[治打除解改]", clause):
            yield match["what"]


def _deed_turned_round(clause: str, source: str) -> Iterator[str]:
    """Yield the verb whose opposite the source has before the same object: 增加不和谐诱因 for 减少不和谐诱因."""
    for opposites in _OPPOSITES:
        for word, opposite in (opposites, opposites[::-1]):
            for match in re.finditer(rf"{word}(?:了|的)?(?P<what>[\u4e00-\u9fff]{{3}})", clause):
                done = re.search(rf"{word}(?:了|的)?{match['what']}", source)
                if not done and re.search(rf"{opposite}(?:了|的)?{match['what']}", source):
                    yield word


def _denied_only(denying: str, affirming: str) -> Iterator[str]:
    """Yield what one text only ever denies or forbids and the other says in a clause without any denial."""
    affirmed = [clause for clause in _CLAUSE.split(affirming) if not re.search(_NOT, clause)]
    for match in _DENIED.finditer(_NO_DENIAL.sub("　", denying)):
        what = match["what"]
        if what[0] not in _COVERBS and denying.count(what) == 1 and any(what in clause for clause in affirmed):
            yield what
