"""What a section does in its speech, told by the first cue word of its heading and by the section that holds it."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.structure.tables import alternation, table

# What a whole section is about, so that its points need not say it again (一是认识不到位 under 存在问题).
_INHERITED = ("achievement", "problem", "significance")
# Cues that do not change it there: 一是责任不实, 二是认识不到位, 三是成效不明显 are problems.
_KEPT = {
    "achievement": ("safeguard",),
    "significance": ("safeguard",),
    "problem": ("safeguard", "significance", "achievement"),
}


@lru_cache(maxsize=1)
def _cues() -> re.Pattern[str]:
    roles = {role: words for role, words in table("structure")["roles"].items() if role != "task"}
    return re.compile("|".join(f"(?P<{role}>{alternation(words)})" for role, words in roles.items()))


@lru_cache(maxsize=1)
def _task() -> re.Pattern[str]:
    return re.compile(alternation(table("structure")["roles"]["task"]))


# A heading that tells what to do sets a task, whatever it names: 加强……突出问题的整治, 要善于总结经验.
_ORDERS = {
    "problem": re.compile("要(?!求)|切实|着力|务必|必须|加强|加大|强化|抓好|妥善|认真"),
    "achievement": re.compile("要(?!求)|务必|必须"),
}


# What a sentence says that leads into a list: 主要存在以下问题：, 积累了宝贵经验：; not 针对这些问题，要做到：.
_ANNOUNCED = re.compile(
    "(?P<set>针对|解决|必须|做到|下一步|措施|要求|着力|抓好|[今下]后|优势|机遇)"
    "|(?P<problem>(?:存在|面临|看到|认识到|暴露出)[^。]{0,40}(?:问题|不足|差距|困难|短板|薄弱|偏差|挑战))"
    "|(?P<told_problem>(?:问题|不足|差距|困难|挑战)[^。，]{0,8}(?:表现|体现|来自))"
    "|(?P<achievement>(?:呈现|取得|积累)[^。]{0,30}(?:成绩|成效|特点|经验|做法)"
    "|(?:成绩|成效|变化|亮点)[^。，]{0,8}(?:表现|体现))"
)


def announced_role(sentence: str) -> str:
    """Return what the list behind ``sentence`` is about: problem or achievement, "" where it sets tasks or is silent.

    >>> announced_role("不过还存在三个薄弱的地方："), announced_role("成效主要体现在两件事上：")
    ('problem', 'achievement')
    """
    found = [(match.lastgroup or "").removeprefix("told_") for match in _ANNOUNCED.finditer(sentence)]
    return "" if not found or "set" in found else found[-1]


def role_of(heading: str, parent: str = "") -> str:
    """Return significance, achievement, problem, task, safeguard, call, closing or opening; "" without a cue.

    ``parent`` is the role of the section that holds it.

    >>> role_of("加强领导，落实责任"), role_of("要善于总结经验")
    ('safeguard', 'task')
    """
    match = _cues().search(heading)
    cue = (match.lastgroup or "") if match else ""
    if cue in _ORDERS and parent not in _INHERITED and _ORDERS[cue].match(heading):
        return "task"
    if cue and cue not in _KEPT.get(parent, ()):
        return "task" if cue == "remedy" else cue
    if parent in _INHERITED:
        return parent
    return "task" if _task().search(heading) else parent
