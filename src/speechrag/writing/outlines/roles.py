"""What a heading does in its speech: say why, what was done, what is wrong, what to do, who answers for it."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.records import Section
from speechrag.writing.outlines.adapt import Source
from speechrag.writing.outlines.genre import by_length, genre

STATEMENT = re.compile(
    r"[是乃](?:[\u4e00-\u9fff、]{2,22})(?:需要|要求|之路|手段|途径|渠道|纽带|基础|形式|前提|保证|保障|职责|关键|部分|生命线|举措|抓手|责任|任务|"
    r"法宝|窗口|前沿|阵地|根本|灵魂|底线|屏障|基石|核心|大事|工程|生产力|竞争力|软实力)$"
    r"|.事关[\u4e00-\u9fff、]{4,20}$"
)
_SITUATION = re.compile(r"(?:的|面临)(?:机遇|挑战|考验|压力)$|形势[\u4e00-\u9fff]{0,4}(?:严峻|复杂|逼人)$")
_LACK = re.compile(
    r"亟待|欠的?账|还不少|尚有|偏差|不到位|不够|还没有|没有完全|有待|不强|不足|不高|不力|缺乏|淡薄|薄弱|滞后|差距|短板|不平衡|不均|不实|不准|不深|不严"
)
_SOLVED = re.compile(
    r"(?:聚焦|突出|解决|整治|化解|破解|治理|消除|排查|攻克|查改|专项)[^，]*?(?:问题|隐患|矛盾|短板)|(?:查清|摸清|找准|查找)(?:问题|隐患|矛盾)|(?:问题|隐患|矛盾|病根)[^，]{0,8}(?:查清|翻个|清零|化解|整治|排查|找准)"
)
# What comes before the points of a section that is called a review, where they are its shortcomings.
_LED_BY_LACK = re.compile(r"差在|差距|不足|教训|短板|存在[^，。]{0,8}问题")
LEAD = 40  # characters before the first point looked at
_DONE = re.compile(
    r"(?<!忘)(?<!为)了(?!解|结|不)|^已|逐步(?:完善|健全|深入|加强|扩展|强化)|(?:明显|显著|不断|进一步|日益|大幅|更加)(?:增强|提升|提高|完善|改善|优化|加强|扩大)$|取得"
)


def role_of(heading: str, section: Section | None, parent: Section | None, source: Source) -> str:
    """Return the function of a heading by its words, its parent's words and the structure's own reading."""
    scores = {role: _role_score(heading, role) for role in genre().roles}
    scores["task"] += 0.6
    if STATEMENT.search(heading) or _SITUATION.search(heading):
        scores["significance"] += 3.0
    if _LACK.search(heading):
        scores["problem"] += 4.0
    elif _DONE.search(heading):
        scores["achievement"] += 2.5
    if section is not None and section.role in scores and not (section.role == "problem" and _solves(parent)):
        scores[section.role] += 0.5 if section.role == "achievement" else 1.0
    if parent is not None:
        for role in scores:
            if role != "problem" or not _solves(parent):
                scores[role] += 0.9 * min(_role_score(parent.heading, role), 3.0)
        if _DONE.search(parent.heading):
            scores["achievement"] += 1.5
        if parent.role in scores:
            scores["task" if parent.role == "problem" and _solves(parent) else parent.role] += 1.0
        if _led_by_lack(parent, source):
            scores["problem"] += 4.0
    if directive().match(heading):
        scores["task"] += 0.6
    _lean_by_place(section, parent, source, scores)
    if any(word in source.theme for word in genre().roles["safeguard"].strong) and not _in_last(
        section, parent, source
    ):
        scores["safeguard"] -= 2.5  # 督查 is the matter of a speech on it, not its guarantee
        scores["task"] += 1.0
    best = max(scores, key=lambda role: (scores[role], role != "task", role))
    return best if scores[best] > 0 else "task"


def _solves(section: Section | None) -> bool:
    """Tell whether a heading names problems as what is to be solved: 聚焦突出问题，把隐患查到底."""
    return section is not None and bool(_SOLVED.search(section.heading))


def _led_by_lack(parent: Section, source: Source) -> bool:
    """Tell whether what leads to the points of a section says that they are shortcomings: 我看差在三条。"""
    first = min((s.start for s in source.speech.sections if parent.start < s.start < parent.end), default=parent.end)
    return bool(_LED_BY_LACK.search(source.speech.text[max(parent.body or parent.start, first - LEAD) : first]))


def _lean_by_place(section: Section | None, parent: Section | None, source: Source, scores: dict[str, float]) -> None:
    """The first main part of a speech tends to tell why, the last to tell who answers for it, with what is in them."""
    top = min((s.level for s in source.speech.sections), default=1)
    mains = [s.start for s in source.speech.sections if s.level == top]
    for one, weight in ((section, 1.0 if top > 1 else 0.8), (parent, 0.4)):
        if one is None or one.level != top or len(mains) < 3:
            continue
        if one.start == mains[0]:
            scores["significance"] += weight
        if one.start == mains[-1]:
            scores["safeguard"] += weight
            scores["achievement"] -= 2.0  # no speech ends with what was done


def _in_last(section: Section | None, parent: Section | None, source: Source) -> bool:
    mains = [s.start for s in source.speech.sections if s.level == 1]
    return bool(mains) and any(one is not None and one.start == mains[-1] for one in (section, parent))


@lru_cache(maxsize=1)
def directive() -> re.Pattern[str]:
    """Return the pattern of the verbs that open an order."""
    return re.compile(rf"(?:{by_length(genre().directives)})")


def _role_score(heading: str, role: str) -> float:
    words = genre().roles[role]
    if role == "problem":  # to look for and to solve them is a task
        heading = _SOLVED.sub("", heading)
    strong = sum(word in heading for word in words.strong)
    weak = sum(word in heading for word in words.weak)
    value = 1.2 if role == "task" else 2.0  # verbs such as 强化 open headings of every function
    return value * min(strong, 2) + 0.4 * min(weak, 2)
