"""What of a unit's body can be said in the new speech: sentences carried over, weighed, cut to what stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speechrag.text import bigrams
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import by_length, genre, trade_words
from speechrag.writing.outlines.pieces import standing_pieces
from speechrag.writing.outlines.plan import Plan
from speechrag.writing.outlines.results import aftermath, maxim, results
from speechrag.writing.outlines.roles import directive
from speechrag.writing.outlines.units import Unit, theme_score
from speechrag.writing.outlines.wording import core

WORTH_SAYING = -0.4  # a sentence worth less is left out of what is written out
WORTH_ADDING = 0.25  # the same, of what is added to the gist of a point
ON_THEME = 0.3  # what it may be worth less in a speech on the theme before all others
FURTHER_CHARS, FURTHER_SLOTS = 90, 3
SLOT_CHARS = 14  # characters for each slot that a further sentence has at least
COUNTED = ("数字", "时间", "时限", "金额", "文件名称")  # what its slots may stand for: who and where are of its place
LOOSE_FACTS, LOOSE_CHARS = 3, 9  # facts of a sentence told for want of a better one, and characters for each
SLOT_BACK = 0.25  # what a fact costs less in a further sentence than in the gist of a point
TRIMMED = 0.12  # what a sentence is worth less that is not told in full
ASTRAY = 0.35  # the same, where what is told shares no word with the heading
LOOKED_AT = 12  # sentences of a section of which the gist is one
TEXT_CHARS = 120  # one or two sentences
_BROKEN = re.compile(
    r"[\ufffd\ue000-\uf8ff□]|\?\?|？\?|[\u00c0-\u024f\u0400-\u04ff]|[\u4e00-\u9fff][A-Za-z*`\[\]{}]{1,3}[\u4e00-\u9fff]"
)
_POINTING = re.compile(
    r"^(?:这|此|他|她|它|其|对此|上述|以上|为此|如此|那|前者|后者|有的|还有|但|而|却|也|又|并|一是|二是|三是|第[二三四五]|[二三四五六]要|比如|例如|如(?!何|果|期|实)|特别是|同时|其次|再|一[种类]是|[\u4e00-\u9fff]{2,4}，就是)"
)
# 比如精简会议，要… is an order as well without it.
_EXAMPLE = re.compile(
    r"^(?:比如|例如|譬如)(?:说)?[，,：:]?(?=[^。]*(?:要|必须|务必|严禁|不得|不准))|(?<=[；，])(?:比如|例如|譬如)(?:说)?(?=[^，。；]+，要)"
)
_HANGING = re.compile(r"^(?:有的|还有|而|但|也|又|并|比如|例如)")
_SUBJECTLESS = re.compile(
    r"^(?:是(?!否|不是|什么|谁)|[他她它]|(?:只有这样，)?[才方就][能会可]|同样，|对于?这些|还有个|建成之后|写不|指出|强调|多次|认为|要求|提出|表示|的|和|与|等等|其实|可见|由此|主要(?:表现|是|有))"
)
# What names itself as the chief point, and only calls it by its name.
_NAMING = re.compile(
    r"^最[\u4e00-\u9fff]{2}的一[点条]是：[^，]{2,8}[！。]$|^(?:这|那)个?[【《]|^这[一二三四五六七八九十两三几](?!点|定)"
)
# A matter without a word on it: 以两办名义发文问题。
_MATTER = re.compile(r"^(?!.*(?:解决|存在|有|要|是|不|没|突出|抓|查|处理|化解|整改|研究|回答))[^，。]{4,}问题。$")
# An aim without what is done for it.
_AIM = re.compile(
    r"^为(?:了|着力|切实|进一步|更好|有效)?[^，；。]+(?:，(?:确保|保障|保证|促进|推动)[^，；。]+)*[。；]$"
)
_HALF = re.compile(r"不[仅但](?![^。]*(?:而且|还|也|更|又|同时))")  # 不仅要…, and the other half is missing
_PRAISES = re.compile(r"了(?!解|结|不)|取得|实现|逐步|明显|显著|不断|成效|完成|达到|增强|提升|提高")
_MUST = re.compile(r"^要(?!求|素|点)|[，；]要(?!求|素|点)|必须|务必|牵头|不得|不许|不准")
_OFFICE = re.compile(
    r"(?:信息|综合|督查|秘书|人事|宣传|调研|业务|[\u4e00-\u9fff])(?:科|处|股)(?=要|应|会|负责|牵头|是|对)|信息中心|办公厅|委办|府办|执法人员|(?:安委|综治委|综治|网信|防汛抗旱|应急)(?:会|办|委|指挥部)"
)
NATIONAL = re.compile(
    r"全国(?!人大|政协|两会)|省级以上|各省|自治区|^部|部机关|直属单位|流域机构|国家(?=[\u4e00-\u9fff]{2,8}(?:系统|中心|工程|网)(?:建设)?)"
)
_PAST = re.compile(r"^(?:在?过去|近年来|几年来|一年来|多年来|长期以来)|取得了|做了大量|有效减少")
_DEED = re.compile(
    r"(?:形成|确保|避免|取得|实现|赢得|打造|得到|推动|促进|发挥|保证|奠定|营造|出台|制定|印发|下发|组建|建立|召开|举办|投入|安排|开展)了"
    r"|拿出[^，。]{0,6}(?:资金|钱|元)"
)
# Thanks and greetings are said once, at their place, not under a point.
_COURTESY = re.compile("表示[^，。]{0,14}(?:感谢|谢意|祝贺|慰问|敬意|问候|欢迎)|致以|谢谢|辛苦了|拜年")
_WEIGHTY = re.compile(r"突出|严峻|复杂|难题|挑战|压力|重要|意义|事关|关系到|形势|基础|保障|前提|紧迫|危害|任务")
_KEYS = re.compile(r"(?:关键|前提|基础|保证|保障)[。，]")
_ORGAN_WORK = re.compile(
    r"(政协|人大|工会|妇联|共青团|工商联)(?:工作|宣传|新闻|组织|机关|特色|信息|阵地|事业|全委会|全体会议|履职|履行|参加单位|重要|各专委会|协商)"
)
_ORGANS = ("政协", "人大", "法院", "检察院", "工会", "妇联", "共青团", "工商联")
# A story or the speaker's own voice: true there, borrowed here.
_TALE = re.compile(
    r"有[个位家]|有一[个家位次]|那[天晚次家位]|当时|后来|结果(?=[，是])|查下来|昨|发现(?!问题|隐患|的|一[处起])|打电话|说[：，]|(?<!其)[他她]|老百姓晚上"
    r"|[\u4e00-\u9fff]过(?=[，。])|却|居然|竟"
)
# Something that happened once, told as such.
_STORY = re.compile(
    r"有几[位个家]|几位同志|[挂留立占抹给送查问跑发做写讲说成到][\u4e00-\u9fff]?了(?=[\u4e00-\u9fff])|其实|早在|以后才|刚刚|正在|那[一时年]|据说|答应|期间|基本结束|已满|笑话|[？?]。?$|在许多|^还有的|^有的说|^还有个|眼里"
)
# What happened once and there: no slot makes it true here.
_ONCE = re.compile(
    r"当时|后来|昨[天晚日]|那[天晚次家位]|查下来|打电话|[上下]个?(?:礼拜|星期|月)|同日(?:起|生效|施行|实施)|前[些几][天年]"
)
_VOICE = re.compile(r"我(?![们国省市县区镇乡街州局院校党军])")
# What a place says of itself (我县是……), what was decided or happened there once, and words that point elsewhere.
_SELF = re.compile(
    r"[我本全][国省市县区州镇乡](?:是|地处|位于|属于|现有|共有|原来|过去|已|还有)|本地(?:是|地处|位于)|召开[^，。]{0,16}会议|(?:作出|作了)[^，。]{0,6}(?:指示|批示)"
    r"|[省市县区]委(?:、[省市县区]政府)?(?:对|已|专门|决定)[^，。]{2,24}(?:了|高配)|[省市县区镇乡]委(?:已经?)?决定"
    r"|(?:主席|总理|部长|省长|市长|县长|区长)在[^，。]{2,20}(?:强调|指出|要求|提出)"
    r"|已经?(?:组织|派出|派下去|投入|建成|下拨|印发|公布|上网)|近[几]?年来[^。]{0,24}已|现状来?看|这一[点天]|这笔钱|有几[位个家]|几位同志|在这里|先讲|文件里|专门写|这些问题|这件事|概括起来|主要有[一二三四五六七八九十]|[全本][国省市县区镇街][^，。]{0,2}第[一二三四五]|这[两三几]|上述|前面讲|如前所述|会议材料|附后"
)
# Names in a row of which one is known as a place: 【待补：地名】、金沙坑、七里岗.
_LISTED = re.compile(r"【待补：地名】、|、【待补：地名】")
LOWEST = ("镇", "乡", "村", "街道")  # levels without offices of their own
_COUNTY_OFFICE = re.compile(r"[省市县区](?:委|政府|纪委|直|(?:[\u4e00-\u9fff]{2,8}|县)[局厅](?!面|部|势))")
_MINISTRY = re.compile(r"省[\u4e00-\u9fff]{2,6}厅|厅(?:党组|长|直|[\u4e00-\u9fff]{1,4}处)")
# A slot inside a quotation, half of a figure, or two with hardly a word between them.
_CROWDED = re.compile(r"“[^“”]*【[^”]*”|】[^，。；、]{0,4}【|】半|几【")
_PLEASE = re.compile(r"欢迎|请(?![示假])|希望在座|祝")
_ORDERS = re.compile(
    r"要(?!是)|必须|务必|应当|严禁|确保|不得|切实|坚持|着力|一律|不[许准能搞留再]|不允许|绝不|决不|限期|逐[一项个级户家]|全部|每[月周季年天旬]|由[^，。]{2,14}(?:牵头|负责|兜底|审核|把关)|谁[^，。]{1,8}谁"
)
_DUTY = re.compile(
    r"负总责|第一责任人|直接责任|负责|追责|问责|追究|约谈|挂牌整治|专题研究|听[^，]{0,3}汇报|列入|纳入|从重|从严"
)
# What goes wrong without a word of what to do about it.
_FAULTY = re.compile(r"现象|严重|阻碍|影响了|影响到|薄弱|滞后|落后|不够|不足|不高|缺乏|不力|得不到|得过且过|推诿|扯皮")
FAULT = -0.8  # worth of that under a task
_LACKS = re.compile(r"不够|不足|不强|不到位|薄弱|差距|滞后|缺乏|不高|问题|不平衡|较低|仍|还有|个别|有的|一些")
_LABEL = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.．]\s*|第[一二三四五六七八九十]+[句件条点]?[，、：:,]|[一二三四五六七八九十]{1,2}(?:是|要)(?=[\u4e00-\u9fff]{2}))+"
)


def borrowed(unit: Unit) -> bool:
    """Tell whether a unit comes from a speech on something else and does not itself speak of the theme."""
    return not unit.source.on_theme and (unit.swapped or unit.theme < 3.0)


def foreign_organ(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` speaks for an organ that the brief does not name."""
    return any(organ in text and organ not in plan.brief for organ in _ORGANS)


def foreign_trade(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` holds a word of a trade other than the brief's: 稿件 in a speech on mines."""
    own = "|".join((plan.brief, plan.work, *plan.names, *plan.terms))
    return any(
        word in text and word not in own and not any(row in plan.rows for row in rows)
        for word, rows in trade_words().items()
    )


def other_kind(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` is on another kind of the brief's field: on pits, where forest fires are asked for."""
    kinds = [(kind, bool(re.search(kind, plan.theme))) for row in plan.rows for kind in row.kinds]
    if not any(own for _, own in kinds) or any(own and re.search(kind, text) for kind, own in kinds):
        return False
    return any(re.search(kind, text) for kind, _ in kinds)


def told_under(unit: Unit, heading: str, plan: Plan, adapter: Adapter) -> tuple[str, int, int, float] | None:
    """Return what to say under a heading: the best sentence or two of the unit's body, with their span and quality."""
    text = unit.speech.text
    options: list[tuple[float, int, str]] = []
    for index, (start, end) in enumerate(unit.sentences[:LOOKED_AT]):
        if end <= unit.head_end:
            continue
        whole = _sentence(text[start:end], heading, unit, adapter)
        for carried, loss in ((whole, 0.0), *_trimmed(whole, heading, unit, adapter)):
            quality = _quality(carried, text[start:end], index, unit, plan, adapter) if carried else None
            if quality is not None and not (len(carried) < len(heading) + 8 and heading in carried):
                options.append((quality - loss, index, carried))
    if not options:
        return None
    quality, index, carried = max(options, key=lambda option: (option[0], -option[1]))
    start, end = unit.sentences[index]
    following = next((o for o in options if o[1] == index + 1 and not _HANGING.match(o[2])), None)
    if (
        following
        and len(carried) + len(following[2]) <= TEXT_CHARS
        and following[0] > 0.3
        and not adapter.facts(following[2])
    ):
        carried, end = carried + following[2], unit.sentences[index + 1][1]
    return adapter.filled(carried), start, end, quality


def _trimmed(whole: str, heading: str, unit: Unit, adapter: Adapter) -> Iterator[tuple[str, float]]:
    """Yield the pieces of a sentence with what they are worth less: more where nothing ties them to the heading."""
    about = set(bigrams(core(heading)))
    for piece in _standing(whole, unit, adapter):
        yield piece, TRIMMED if about & set(bigrams(piece)) else ASTRAY


def carried_sentence(raw: str, heading: str, unit: Unit, plan: Plan, adapter: Adapter) -> str:
    """Return a sentence of a unit's body for the new speech, facts as slots; "" where it must not be used."""
    whole = _sentence(raw, heading, unit, adapter)
    for carried in (whole, *_standing(whole, unit, adapter)):
        if carried and (_quality(carried, raw, 0, unit, plan, adapter) or -1.0) > WORTH_SAYING:
            return adapter.filled(carried)
    return ""


def further_sentences(raw: str, heading: str, unit: Unit, plan: Plan, adapter: Adapter) -> tuple[str, ...]:
    """Return a sentence that can stand after others on its point, or else the pieces of it that can.

    They point to nothing before them and serve the function of their point. Where their speech is on the theme before
    all others, they may hold a few facts, as slots.
    """
    whole = _sentence(raw, heading, unit, adapter)
    if _adds(whole, raw, unit, plan, adapter):
        return (re.sub(r"；$", "。", adapter.filled(whole)),)
    pieces = _standing(whole, unit, adapter)
    return tuple(adapter.filled(piece) for piece in pieces if _adds(piece, raw, unit, plan, adapter))


def _adds(carried: str, raw: str, unit: Unit, plan: Plan, adapter: Adapter) -> bool:
    """Tell whether a carried sentence may stand after others on its point."""
    if not carried or len(carried) > FURTHER_CHARS or _POINTING.match(carried):
        return False
    if unit.role in {"task", "safeguard"} and any(told(carried) for told in (_PAST.search, _DEED.search, results)):
        return False
    quality = _quality(carried, raw, 0, unit, plan, adapter)
    facts = adapter.facts(carried)
    if quality is None or quality + SLOT_BACK * len(facts) < WORTH_ADDING - ON_THEME * unit.source.first:
        return False
    most = min(FURTHER_SLOTS, len(carried) // SLOT_CHARS) if unit.source.first else 0
    return len(facts) <= most and all(fact.slot in COUNTED for fact in facts)


def loose_sentence(raw: str, heading: str, unit: Unit, plan: Plan, adapter: Adapter) -> str:
    """Return a sentence of a point's own body, or a piece of it, where nothing better is told of it; "" for none.

    Only of speeches on the theme before all others. It may hold figures and dates, as slots, that a better one lacks.
    """
    whole = _sentence(raw, heading, unit, adapter) if unit.source.first else ""
    for carried in (whole, *_standing(whole, unit, adapter)):
        new = not (heading in carried and len(carried) < len(heading) + 8)
        if carried and new and _may_fill(carried, raw, unit, plan, adapter):
            return re.sub(r"；$", "。", adapter.filled(carried))
    return ""


def _may_fill(carried: str, raw: str, unit: Unit, plan: Plan, adapter: Adapter) -> bool:
    """Tell whether a carried sentence may stand where nothing better is told: no story, and what fits its function."""
    if _POINTING.match(carried) or _TALE.search(carried) or not _fits(carried, raw, unit, plan, adapter):
        return False
    facts, ordered = adapter.facts(carried), orders(carried)
    if len(facts) > min(LOOSE_FACTS, len(carried) // LOOSE_CHARS) or any(fact.slot not in COUNTED for fact in facts):
        return False
    if _CROWDED.search(adapter.filled(carried)) or (_STORY.search(carried) and not ordered):
        return False
    if unit.role in {"task", "safeguard"}:
        done = _PAST.search(carried) or _DEED.search(carried) or results(carried)
        return not done and (ordered or not _FAULTY.search(carried))
    if unit.role == "significance":
        return not facts and not _MUST.search(carried)
    lacks = bool(_LACKS.search(carried))
    return lacks == (unit.role == "problem") or not (lacks or _MUST.search(carried))


def _standing(whole: str, unit: Unit, adapter: Adapter) -> list[str]:
    """Return the pieces of a carried sentence that hold no fact, no story and, borrowed, nothing of its own theme.

    None where that is all or nothing of it.
    """
    facts = {whole[fact.start : fact.end] for fact in adapter.facts(whole)}
    own = borrowed(unit)

    def usable(clause: str) -> bool:
        told = any(pattern.search(clause) for pattern in (_TALE, _SELF, _VOICE, _ONCE))
        told = told or bool(genre().local.search(clause))
        if told or any(fact in clause for fact in facts) or adapter.facts(clause):
            return False
        strange = own and (foreign_trade(clause, adapter.plan) or _OFFICE.search(clause))
        return not (strange or (own and (adapter.residue(clause) or adapter.leftover(clause))))

    if not whole or (len(whole) <= TEXT_CHARS and usable(whole) and not _STORY.search(whole)):
        return []
    if unit.role != "significance" or not _STORY.search(whole):
        return standing_pieces(whole, usable) if len(whole) > TEXT_CHARS or not usable(whole) else []
    return standing_pieces(whole, lambda clause: usable(clause) and not _STORY.search(clause))


def _sentence(raw: str, heading: str, unit: Unit, adapter: Adapter) -> str:
    """Return a sentence carried over, without its number and without the heading it may begin with."""
    if _BROKEN.search(raw) or raw.count("“") != raw.count("”") or raw.count("（") != raw.count("）"):
        return ""
    bare = _EXAMPLE.sub("", _LABEL.sub("", raw.strip()))
    carried = adapter.carry(bare).lstrip("，、；： ")
    if unit.role in {"task", "safeguard"}:
        carried = re.sub(rf"((?:^|[，；])(?:{by_length(genre().directives)}))了", r"\1", carried)
    for opening in (heading, "要" + heading, "进一步" + heading, "要进一步" + heading):
        if carried.startswith(opening) and len(carried) - len(opening) >= 12 and carried[len(opening)] in "。；：":
            carried = carried[len(opening) :].lstrip("。，；： ")
    if carried.endswith(("：", ":")):
        return ""
    return carried if carried.endswith(("。", "！", "？", "”", "；")) else carried.rstrip("，、") + "。"


def _fits(carried: str, raw: str, unit: Unit, plan: Plan, adapter: Adapter) -> bool:
    """Tell whether a carried sentence may stand in the new speech at all."""
    if not 12 <= len(carried) <= 150 or genre().local.search(carried):
        return False
    if (
        _AIM.match(carried)
        or _HALF.search(carried)
        or _ONCE.search(carried)
        or _COURTESY.search(carried)
        or _NAMING.match(carried)
        or _MATTER.match(carried)
        or aftermath(carried, plan.brief)
        or ("本职工作" in carried and "本职工作" not in raw)
    ):
        return False
    if _SUBJECTLESS.match(carried) or _VOICE.search(carried) or _SELF.search(carried) or _PLEASE.match(carried):
        return False
    if any(sector in carried for sector in unit.source.sectors) or other_kind(carried, plan):
        return False
    if _of_organ(carried, plan) or _above(carried, plan) or _LISTED.search(adapter.filled(carried)):
        return False
    if unit.source.on_theme:
        return not adapter.aside(raw)
    if _OFFICE.search(carried):
        return False
    theme = min(theme_score(raw, plan), theme_score(carried, plan))  # what stays when a sentence is cut
    strict = min(theme_score(raw, plan, common=0.4), theme_score(carried, plan, common=0.4))
    spoken_of = unit.under or theme_score(unit.heading, plan, common=0.4) >= 1 or strict * 25 >= len(carried)
    if adapter.residue(carried) > int(theme // 2):
        return False
    if adapter.swaps(raw) and not adapter.swapped_well(carried):
        return False
    if spoken_of and not borrowed(unit):
        return True
    return _lends(carried, unit, adapter)


def _of_organ(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` is on the work of an organ that the brief does not name: 政协宣传阵地 in a county's."""
    return any(match[1] not in plan.brief for match in _ORGAN_WORK.finditer(text))


def _above(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` gives orders to an office of a level that the speaker does not command."""
    if _MINISTRY.search(text) and plan.level not in {"省", "国"}:
        return True
    return plan.level in LOWEST and bool(_COUNTY_OFFICE.search(text))


def _lends(carried: str, unit: Unit, adapter: Adapter) -> bool:
    """Tell whether a sentence on another theme fits any: an order, to no office of its own, about its heading."""
    about = set(bigrams(core(unit.heading))) & set(bigrams(carried))
    about = about or {word for word in genre().safeguard_order if word in carried}
    about = about or set(_DUTY.findall(carried))
    orders = _ORDERS.search(carried) or _KEYS.search(carried) or _DUTY.search(carried)
    strange = adapter.leftover(carried) or _OFFICE.search(carried) or foreign_trade(carried, adapter.plan)
    return bool(about) and bool(orders) and not strange


def orders(text: str) -> bool:
    """Tell whether ``text`` says what to do: in words of command, or with a verb that opens a clause."""
    return bool(_ORDERS.search(text)) or any(directive().match(clause) for clause in re.split("[，；：]", text))


def _quality(carried: str, raw: str, index: int, unit: Unit, plan: Plan, adapter: Adapter) -> float | None:
    """Return how well a carried sentence serves as what to say; None where it must not be used."""
    if not _fits(carried, raw, unit, plan, adapter):
        return None
    theme = theme_score(raw, plan)
    facts = len(adapter.facts(carried))
    most = 3 if unit.role in {"achievement", "problem"} or unit.source.first else 1
    if facts > most or _CROWDED.search(adapter.filled(carried)):
        return None
    related = bool(set(bigrams(core(unit.heading))) & set(bigrams(carried)))
    quality = 0.4 + (0.2 if related else -0.2) - 0.4 * facts - 0.08 * min(index, 4) + 0.06 * min(theme, 4)
    quality -= 0.4 * min(len(_TALE.findall(carried)), 3)
    quality -= 0.5 if _POINTING.match(carried) or (facts and adapter.facts(carried)[0].start == 0) else 0.0
    if plan.level and not unit.source.level and NATIONAL.search(carried):
        quality -= 0.4
    quality -= 0.4 * foreign_organ(carried, plan)
    if unit.role in {"task", "safeguard"}:
        quality -= 0.4 if _PAST.search(carried) else 0.0
        quality -= 0.6 if _DEED.search(carried) else 0.0
        if results(carried) or (_STORY.search(carried) and not orders(carried)):
            return None
        quality += 0.3 if orders(carried) else FAULT if _FAULTY.search(carried) else -0.35
    # An order is neither a merit nor a fault; and what is lacking is no merit.
    if unit.role in {"achievement", "problem"} and _MUST.search(carried) and not _LACKS.search(carried):
        return None
    if unit.role == "achievement" and _LACKS.search(carried) and not _PRAISES.search(carried):
        return None
    if unit.role == "problem":
        quality += 0.3 if _LACKS.search(carried) else -0.3
    if unit.role == "significance":
        if facts or _STORY.search(carried):
            return None
        quality += 0.2 if _WEIGHTY.search(carried) or maxim(carried) else 0.0
        quality -= 0.3 if re.match(r"要|必须|务必|各级|各地|一些|有的|个别", carried) else 0.0
    if not 24 <= len(carried) <= TEXT_CHARS:
        quality -= 0.25
    return quality
