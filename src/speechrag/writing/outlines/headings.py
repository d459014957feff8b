"""What of a real heading can stand in a new speech: without number and adverbs, not too long, without facts."""

from __future__ import annotations

import re

from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import genre
from speechrag.writing.outlines.roles import STATEMENT
from speechrag.writing.outlines.tagging import tagged

FULL_CHARS = 40  # of a main heading as written, before it is weighed
HEADING_CHARS = 20  # a longer heading is cut to its first clauses

ADVERBS = re.compile(
    r"^(?:第[一二三四五六七八九十]+[句件条点]?[，,、：:]|[一二三四五六七八九十]{1,2}(?:[条点]|方面)?是(?!一|否|把)|要(?![素点求害务闻件领])|必须|应当|应该|还要|就要|就是要|需要|希望|请|我们|大家|各级各部门|务必|切实要|关于|进一步|切实|着力|著力|大力|"
    r"认真|明确要求|不断|继续|努力|积极|着眼于|始终)+"
)
_COUNTED = re.compile(
    r"[“\"]?[二两三四五六七八九十百\d]{1,8}[”\"]?(?:个|场|项|条|大|方面|种|道|点|篇|件|仗|关|本|笔|类|字|大|抓|步|下|多|上|要|位|不)"
)
_VAGUE = re.compile(
    r"^(?:[先再]|事关|[一二三四五六]讲|讲|接下来|怎么|哪|靠什么|的|地|等|和|及|与|有(?!利|效)|对于|由于|通过|作为|是|这|那|它|其|他们|以下|下面|下一步|"
    r"总结|其他|几点|有关|工作|意见|希望|要求|主要|存在|基本|指导思想|总体|今后|当前|目前|今年|去年|近年|过去|刚才|如何|怎样|为什么|往后|借|有的|还有的|一些|个别|我|"
    r"在[^，]{1,8}[上中]$|也|并|且|而|既|说(?!明|服)|关系(?:到|国|全|国民)|你|谁|先说|再说|最后说|不|没有)"
)
_ORDER_INSIDE = re.compile(r"(?<![重主需必首紧])要(?![求素务点害闻件])")
# Half of a heading: what is left without its second clause.
_HALF = re.compile(
    r"从(?![严细实优快重紧简头])[^，向到转起抓做]*$|面对[^，]*$|(?:以|用)[^，]+为(?:依托|抓手|载体|契机|重点|主线|突破口|目标)$"
)
# 手里要有过硬的本事: what is told to a part of oneself, or of the work, is a heading all the same.
_PLACED = re.compile(r"(?!各|我|你|他|大|同|全|有|单位|部门|乡镇)[\u4e00-\u9fff]{2}要[^，]+$")
_LOCAL_HEAD = re.compile(
    r"[省市县区镇乡]委[^，]*重视|怎么|什么|哪[些几里]|令人|几件|期间|会上|本次|此次|这次|[年月日]度?前|换届|刚刚|我们|他们|大家|同志"
)
_VAGUE_ALLOWED = re.compile(r"^(?:总体要求|指导思想|不断)")
# Who is told to: 各村干部要加强…
SUBJECT = re.compile(r"^(?:各|全|有关|所有|广大|[\u4e00-\u9fff]{1,4}干部)[^，]{0,10}?(?<![主重需必首紧])要(?!求|素|点)")
_BEING = re.compile(r"[\u4e00-\u9fff]，?是(?!否)[^，]{3,}$")
_BEING_FOR = re.compile(r"(?P<what>[^，]{4,14}?)，?是(?!否).+[，、](?P<why>[^，、]{4,}的[\u4e00-\u9fff]{2,4})")
CLAUSE_END = "，；。：！？"


def clean_heading(heading: str, *, limit: int = HEADING_CHARS) -> str:
    """Return a heading without number, opening adverbs and closing mark, cut to its first clauses when long.

    >>> clean_heading("四要进一步完善安全体系。")
    '完善安全体系'
    """
    heading = re.sub(r"^[一二三四五六七八九十]{1,2}(?:是|要|、)", "", heading.strip())
    heading = heading.strip(" 　。；：:;，,、.！!")
    before, _, after = heading.partition("：")
    heading = after if len(after) >= 5 else before
    heading = re.sub(r"^(?:对于?|围绕)[^，]{2,16}，", "", heading)
    heading = re.sub(r"，[\u4e00-\u9fff]$", "", heading)  # a heading cut off in the source: 保持清醒忧患，提
    bare = ADVERBS.sub("", heading)
    opening = heading.partition("，")[0]
    paired = len(opening) == 4 and opening != heading and len(bare.partition("，")[0]) < 4  # 积极创新，…
    heading = bare if len(bare) >= 4 and not paired else heading
    return cut_clauses(heading, limit)


def short_heading(full: str) -> str:
    """Return a heading cut at a mark so that it fits a sub-point; as it is where no cut leaves it whole.

    What a thing is said to be is not cut off from its noun:

    >>> short_heading("加快信息化建设，是转变政府职能，建设服务型政府的客观要求")
    '加快信息化建设是建设服务型政府的客观要求'

    >>> short_heading("信息化是推动经济社会发展的重要手段、抢抓机遇的迫切需要和必由之路")
    '信息化是推动经济社会发展的重要手段'
    """
    cut = cut_clauses(full, HEADING_CHARS)
    if cut and not (_BEING.search(cut) and len(cut) < len(full) and not STATEMENT.search(cut)):
        return cut
    told = _BEING_FOR.fullmatch(full)
    if told and len(told["what"] + told["why"]) < HEADING_CHARS:
        return f"{told['what']}是{told['why']}"
    stops = [m.start() for m in re.finditer(r"[、，和及与]", full) if 6 <= m.start() <= HEADING_CHARS]
    return next((full[:stop] for stop in reversed(stops) if STATEMENT.search(full[:stop])), full)


def cut_clauses(text: str, limit: int) -> str:
    """Return the leading clauses of ``text`` that fit into ``limit`` characters; "" when not even the first does."""
    if len(text) <= limit:
        return text.strip("，；、 ")
    kept = ""
    for piece in re.findall(rf"[^{CLAUSE_END}]+[{CLAUSE_END}]?", text):
        if len(kept) + len(piece.rstrip(CLAUSE_END)) > limit:
            break
        kept += piece
    return kept.strip("，；。：、！？ ")


def usable_heading(heading: str, adapter: Adapter) -> bool:
    """Tell whether a heading can stand in the new speech: no facts, no counted things, no pointing words."""
    if not 3 <= len(heading) <= FULL_CHARS or not re.search(r"[\u4e00-\u9fff]{2}", heading):
        return False
    if _COUNTED.search(heading) or (_VAGUE.match(heading) and not _VAGUE_ALLOWED.match(heading)):
        return False
    if (
        re.search(r"[（(）)《》\ufffd\ue000-\uf8ff？?！!a-zA-Z0-9]|[“”\"'](?=.{0,2}$)", heading)
        and "”" not in heading[-2:]
    ):
        return False
    inside = len(heading) > 8 and _ORDER_INSIDE.search(heading) and not _PLACED.match(heading)
    if inside or _LOCAL_HEAD.search(heading):
        return False
    if _HALF.match(heading) or (len(heading) < 4 and all(flag.startswith("n") for _, flag in tagged(heading))):
        return False
    if heading.count("“") != heading.count("”") or heading.endswith(("的", "和", "与", "在", "对", "把", "将")):
        return False
    if genre().local.search(heading):
        return False
    return not adapter.facts(heading)
