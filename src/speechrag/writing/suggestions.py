"""The next questions a reader may have: drawn from the headings beside the quoted ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from speechrag.records import Answer, Section, Speech
from speechrag.text import fold, unique
from speechrag.writing.question_words import lexicon

MOST = 3
TRIED = 5  # candidates asked before giving up; each costs one search
_LONGEST = 18
_TELLING = 6
_THEME = re.compile(
    r"(?:全国|全[省市县区镇乡街]|我[省市县区])?(?P<theme>[\u4e00-\u9fff、]{2,12}?)(?:工作)?(?:电视电话)?(?:推进|动员|部署|总结|专题|表彰)*(?:大会|会议|座谈会|培训班|动员会|推进会|专题会)"
)


def candidates(answer: Answer, speech: Callable[[str], Speech]) -> Iterator[str]:
    """Yield questions on the sections next to the one that ``answer`` quotes first, nearest first."""
    told = fold(answer.question)
    for citation in answer.citations[:1]:
        source = speech(citation.speech_id)
        theme = _theme(source)
        for heading in unique(_neighbours(source, citation.start)):
            if fold(heading) not in told and not _STEERS.search(heading):
                yield _question(heading, theme)


def _neighbours(speech: Speech, at: int) -> Iterator[str]:
    """Yield the headings of the same level around the place ``at``, the following ones first."""
    # A heading with quotation marks of its own cannot stand between ours.
    headed = [s for s in speech.sections if s.level < 5 and 4 <= len(s.heading) <= _LONGEST and "“" not in s.heading]
    around = [s for s in headed if s.start <= at < s.end]
    here = around[-1] if around else None
    level = here.level if here else min((s.level for s in headed), default=1)
    siblings = [s for s in headed if s.level == level and s is not here]

    def distance(section: Section) -> tuple[bool, int]:
        return section.start < at, abs(section.start - at)

    yield from (_first_clause(s.heading) for s in sorted(siblings, key=distance))


def _first_clause(heading: str) -> str:
    clause = re.split(r"[，,；;：:。]", heading.strip())[0]
    # 健全机制, 明确重点 stand in every speech: the whole heading tells more.
    return clause if len(clause) >= _TELLING else heading.strip()


def _theme(speech: Speech) -> str:
    match = _THEME.match(re.sub(r"^.{0,40}?在", "", speech.title))
    return match["theme"] if match else ""


# A heading that begins with one of these says what is to be done; one that only steers the listener says nothing.
_ACTS = re.compile(
    r"切实|进一步|健全|完善|明确|突出|把握|聚焦|统筹|压实|夯实|严格|发挥|建立|打好|打造|筑牢|守住|管好|管住|建好|创新|扎实|着力|防范|化解|培育|壮大|"
    r"落实|抓紧|抓住|用好|立好|织密|收紧|拓宽|盘活|理顺|严守|层层|全面|认真|牢牢|大力|深入|严明|保障|扩大|巩固|凝聚|激发|营造"
)
_STEERS = re.compile(
    r"^(?:先|再|还|最后|下面|接着|[一二三四五六]?讲|为什么|怎样|怎么|肯定|回顾)|(?:怎么看|怎么办|怎么干)$"
)


def _question(heading: str, theme: str) -> str:
    """Return a heading as a question: a thing done is asked for its way, a thing named for what it holds."""
    lead = f"{theme}工作" if theme and not theme.endswith("工作") and theme not in heading else ""
    heading = re.sub(r"^要(?!求|点|闻|素)", "", heading)
    done = any(heading.startswith(act) for act in lexicon()["plain_acts"]) or _ACTS.match(heading)
    return f"{lead}怎样{heading}" if done else f"“{heading}”讲了哪些内容"


def suggest(answer: Answer, speech: Callable[[str], Speech], answerable: Callable[[str], bool]) -> tuple[str, ...]:
    """Return up to three questions beside ``answer`` that ``answerable`` says yes to; none for a refusal."""
    found: list[str] = []
    for tried, question in enumerate(candidates(answer, speech)):
        if len(found) == MOST or tried == TRIED:
            break
        if answerable(question):
            found.append(question)
    return tuple(found)
