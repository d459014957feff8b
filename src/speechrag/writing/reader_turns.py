"""What a question is after beyond its subject, and a candidate that merely shares the subject lacks.

别的街道呢 is not answered by what this one does, 后来怎么处理的 not by what went wrong, 一共多少 not by one of the
parts, and 具体是什么做法 not by a sentence that says that the way was told at the meeting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechrag.text import bigrams
from speechrag.writing.question_kinds import Kind
from speechrag.writing.questions import Question

# What ``turns`` returns for a candidate.
TURNS = (
    "polar", "detailed", "others", "outcome", "earlier", "sum", "most", "money", "wording", "duty", "age",
    "stale", "fresh", "reported",
)  # fmt: skip
_MUCH = 40  # pairs of characters that a question lacks, of which a candidate tells much
_POLAR = re.compile(
    r"有没有|是不是|是否|有无|能否|可否|([\u4e00-\u9fff])[不没]\1|[吗么](?=[，,？?]|$)(?<!什么)(?<!怎么)|没有?(?=[？?]|$)"
)
_DETAILED = re.compile("具体|详细|细节|到底|究竟|的内容|全文")
# What a question says that is after it, and what a candidate says that tells it.
_ASKED: dict[str, re.Pattern[str]] = {
    "others": re.compile("别的|其他|其它|其余|另外|另一|除了|以外|之外|还有(?:谁|哪|什么|啥)"),
    "outcome": re.compile("后来|最后|最终|到头来|结果(?!是什么的)|下场|如今|现在怎"),
    "earlier": re.compile("再往前|前一[年次届个]|上一?[次届回年]|往年|以前|之前|过去|原先|原来|从前"),
    "sum": re.compile("一共|总共|合计|加起来|全部|总的"),
    "most": re.compile("最[多少高低大小长短好差强弱快慢早晚先后]|垫底|倒数|第一名?|头一|冠军|末位|排[在名]"),
    "money": re.compile(
        "多少钱|几块|几毛|多少[元块]|[花扣罚奖补]了?多少|"
        "(?:罚款|补[贴助]|稿费|稿酬|工资|报酬|奖金|经费|价[格钱]|费用?)[^，,。？?]{0,6}(?:多少|几|标准|数额|金额)"
    ),
    "wording": re.compile(
        "原话|(?:怎么|如何|咋)[说写讲批]的|批示[^，,。]{0,4}(?:什么|啥|怎么)|[说讲写][了的](?:是)?(?:什么|啥)"
    ),
    "duty": re.compile(
        "谁[来去]?[批管审签]|谁(?:来|去)?(?:负责|牵头|出面|出钱|主管|落实)|[归由找]谁|哪个(?:部门|单位|科室)"
    ),
    "age": re.compile("多大(?:年纪|岁数|年龄|了)?$|几岁|多少岁|年龄|岁数|年纪"),
}
_TOLD: dict[str, re.Pattern[str]] = {
    "others": re.compile("别的|其他|其它|其余|另|各|此外|以外|之外|还|兄弟|同时"),
    "outcome": re.compile(
        "后来|最后|最终|终于|结果|如今|目前|已经|已(?!久)|之后|年后|月后|随之|[试实]行|可以|通[水电车气]|(?:解决|消除|办结|处理|查处|落实|完成|建成|恢复|处分|免职|开除|[找追退改])[了回好完成到]"
    ),
    "earlier": re.compile("上一?[次届回年]|去年|前年|往年|以前|之前|此前|过去|原|从前|曾|一度|比"),
    "sum": re.compile("共|总|合计|累计|全|达"),
    "most": re.compile("最|首|第|末|倒数|垫底|冠|前列|榜|名"),
    "money": re.compile(
        r"[\d一二三四五六七八九十百千万亿两几半][多余]?(?:元|块|角|毛|分钱)|\d[万亿](?![人户亩吨头只株棵米平立公台件])|免费|无偿|不收"
    ),
    "wording": re.compile('[“”":：]|指出|强调|要求|说'),
    "duty": re.compile("负责|[审批管签由归]|牵头|主办|承办"),
    "age": re.compile("岁|年龄|年出生|生于|出生"),
}
# A sentence about what was said, shown or commended, which does not itself say it.
_REPORTED = re.compile(
    r"(?:作了|做了|进行了|介绍了|交流了|汇报了|通报了|讲了|总结了|推广了|学习了|印发了|播放了|下发了|提出了)|值得(?:推广|学习|借鉴|肯定)"
    r"|(?:刚才|会上|上午|下午|会前)[^。；]{0,30}(?:发言|介绍|通报|讲|汇报|交流|表态|播放)"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class After:
    """What a question is after; see ``after``."""

    polar: bool  # yes or no
    detailed: bool
    wanted: frozenset[str]  # of ``_ASKED``
    pairs: frozenset[str]  # of the question's characters
    spoken: bool  # a way, a thing or a list is asked for, which somebody may have told elsewhere


def after(question: Question) -> After:
    """Return what ``question`` is after.

    >>> from speechrag.text import segmenter
    >>> from speechrag.writing.questions import analyse
    >>> sorted(after(analyse("别的街道后来一共修了多少", segmenter("characters"), lambda word: 0.1)).wanted)
    ['others', 'outcome', 'sum']
    """
    text = question.text
    wanted = frozenset(name for name, asked in _ASKED.items() if asked.search(text))
    spoken = question.kind in {Kind.HOW, Kind.WHAT, Kind.LIST, Kind.TOPIC}
    return After(bool(_POLAR.search(text)), bool(_DETAILED.search(text)), wanted, frozenset(bigrams(text)), spoken)


def tells_outcome(own: str) -> bool:
    """Tell whether the folded ``own`` says what came of something."""
    return _TOLD["outcome"].search(own) is not None


def turns(asked: After, own: str, best: str) -> tuple[float, ...]:
    """Return what ``TURNS`` names, each 0..1; ``best`` is the clause of ``own`` fullest of the question's words."""
    lacking = (float(name in asked.wanted and not told.search(own)) for name, told in _TOLD.items())
    clause, whole = bigrams(best), bigrams(own)
    known = sum(pair in asked.pairs for pair in clause) / len(clause) if clause else 0.0
    new = sum(pair not in asked.pairs for pair in whole)
    reported = asked.spoken and _REPORTED.search(own) is not None
    return (
        float(asked.polar), float(asked.detailed), *lacking, known, min(1.0, new / _MUCH), float(reported),
    )  # fmt: skip
