"""What of a sentence tells how things turned out, what an accident left behind, and what is a maxim."""

from __future__ import annotations

import re

# A line that says in a breath why: 侥幸是最大的隐患, 宁可备而不用，不可用时无备.
_MAXIM = re.compile(
    r"[\u4e00-\u9fff]{2,10}，?是最[^，；。]{1,6}的[\u4e00-\u9fff]{1,4}(?=[，；。])|宁[可愿][^，。]{2,12}，(?:不可|不能|决不|绝不|也不)"
    r"|没有[^，。]{2,10}，?就没有|人命关天|重于泰山|高于一切|压倒一切|生命至上|生命线"
)
# What came of something, told as such: 业务水平进一步提升，数据质量不断提高。
_RESULT = re.compile(
    r"[\u4e00-\u9fff]{2}(?:得到|进一步|不断|明显|显著|稳步|日益)(?:提升|提高|增强|规范|完善|改善|优化|扩大)(?=[，。；])|名列|位居|荣获|(?:合格|完成|覆盖)率[为达]"
    r"|打造[^，。]{0,4}很多|保持稳定(?=[，。])"
)
_AIMED = re.compile(r"要(?!求|素)|必须|务必|确保|力争|争取|努力|推动|促进|实现|切实|着力|[使让]|不得|不准")
# How those are searched for, treated and mourned whom an accident struck: told only after one.
_AFTERMATH = re.compile(r"丧葬|遇难|伤员|失踪(?=[^，。]{0,4}[矿工人])")
_STRUCK = re.compile("事故|救援|善后|抢险|灾后|救灾")


def results(text: str) -> bool:
    """Tell whether ``text`` tells what came of something, and asks for nothing."""
    return bool(_RESULT.search(text)) and not _AIMED.search(text)


def maxim(text: str) -> bool:
    """Tell whether ``text`` says in a proverb's way why something matters.

    >>> maxim("麻痹是最大的敌人。"), maxim("会议开得很好。")
    (True, False)
    """
    return bool(_MAXIM.search(text))


def aftermath(text: str, brief: str) -> bool:
    """Tell whether ``text`` tells of an accident's victims where the ``brief`` speaks of none."""
    return bool(_AFTERMATH.search(text)) and not _STRUCK.search(brief)
