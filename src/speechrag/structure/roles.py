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


# What a sentence says that leads into a list: 主要存在以下问题：, 积累了宝贵经验：; not 针对这些问题，要做到：.
_ANNOUNCED = re.compile(
    "(?P<set>针对|解决|必须|做到|下一步|措施|要求|着力|抓好|[今下]后|优势|机遇)"
    "|(?P<problem>(?:存在|面临|看到|认识到|暴露出)[^。]{0,40}(?:问题|不足|差距|困难|短板|薄弱|偏差|挑战))"
    "|(?P<achievement>(?:呈现|取得|积累)[^。]{0,30}(?:成绩|成效|特点|经验|做法))"
)


def announced_role(sentence: str) -> str:
    """Return what the list behind ``sentence`` is about: problem or achievement, "" where it sets tasks or is silent.

    >>> announced_role("不过还存在三个薄弱的地方：")
    'problem'
    """
    found = [match.lastgroup for match in _ANNOUNCED.finditer(sentence)]
    return "" if not found or "set" in found else found[-1] or ""


def role_of(heading: str, parent: str = "") -> str:
    """Return significance, achievement, problem, task, safeguard, call, closing or opening; "" without a cue.

    ``parent`` is the role of the section that holds it.

    >>> role_of("加强领导，落实责任")
    'safeguard'
    """
    match = _cues().search(heading)
    if match and match.lastgroup not in _KEPT.get(parent, ()):
        return "task" if match.lastgroup == "remedy" else match.lastgroup or ""
    if parent in _INHERITED:
        return parent
    return "task" if _task().search(heading) else parent
