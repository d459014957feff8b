"""The next questions a reader may have: drawn from the headings beside the quoted ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from speechrag.records import Answer, Section, Speech
from speechrag.text import fold
from speechrag.writing.question_words import lexicon

MOST = 3
TRIED = 8  # candidates asked before giving up; each costs one search
_LONGEST = 18
_TELLING = 6
# The title of a collection (…讲话篇三) tells nothing of its third speech.
_COLLECTED = re.compile(r"^.*[篇之第][一二三四五六七八九十\d]+篇?(?:[：:]|$)")
_THEME = re.compile(
    r"(?:全国|全[省市县区镇乡街]|我[省市县区])?(?P<theme>[\u4e00-\u9fff、]{2,12}?)(?:工作)?(?:电视电话)?(?:推进|动员|部署|总结|专题|表彰)*(?:大会|会议|座谈会|培训班|动员会|推进会|专题会)"
)


@dataclass(frozen=True, slots=True)
class Next:
    """A question on a section of a speech, ``[start, end)`` in its text: an answer quotes from there."""

    question: str
    speech_id: str
    start: int
    end: int

    def answered(self, answer: Answer) -> bool:
        """Tell whether ``answer`` begins in the section, and quotes nothing that stands elsewhere as often."""
        inside = [c.speech_id == self.speech_id and self.start <= c.start < self.end for c in answer.citations]
        return answer.supported and 2 * sum(inside) > len(inside)


def candidates(answer: Answer, speech: Callable[[str], Speech]) -> Iterator[Next]:
    """Yield questions on the sections next to the one that ``answer`` quotes first, nearest first."""
    told = fold(answer.question)
    for citation in answer.citations[:1]:
        source = speech(citation.speech_id)
        quoted = {c.start for c in answer.citations if c.speech_id == source.speech_id}
        theme, asked = _theme(source), set[str]()
        for section in _neighbours(source, citation.start):
            heading = _first_clause(section.heading)
            known = fold(heading) in told or any(section.start <= at < section.end for at in quoted)
            if heading not in asked and not known and not _STEERS.search(heading):
                asked.add(heading)
                yield Next(_question(heading, theme), source.speech_id, section.start, section.end)


def _neighbours(speech: Speech, at: int) -> Iterator[Section]:
    """Yield the sections of the same level around the place ``at``, the following ones first."""
    # A heading with quotation marks of its own cannot stand between ours.
    headed = [s for s in speech.sections if s.level < 5 and 4 <= len(s.heading) <= _LONGEST and "“" not in s.heading]
    around = [s for s in headed if s.start <= at < s.end]
    here = around[-1] if around else None
    level = here.level if here else min((s.level for s in headed), default=1)
    siblings = [s for s in headed if s.level == level and s is not here]

    def distance(section: Section) -> tuple[bool, int]:
        return section.start < at, abs(section.start - at)

    yield from sorted(siblings, key=distance)


def _first_clause(heading: str) -> str:
    clause = re.split(r"[，,；;：:。]", heading.strip())[0]
    # 健全机制, 明确重点 stand in every speech: the whole heading tells more.
    return clause if len(clause) >= _TELLING else heading.strip()


def own_title(title: str) -> str:
    """Return a title without that of the collection which the speech is a part of.

    >>> own_title("信息工作讲话篇七：水利信息化建设"), own_title("信息工作讲话篇三"), own_title("在防汛会议上的讲话")
    ('水利信息化建设', '', '在防汛会议上的讲话')
    """
    return _COLLECTED.sub("", title)


def _theme(speech: Speech) -> str:
    """Return what the meeting of a speech was about, empty where its title does not say."""
    match = _THEME.match(re.sub(r"^.{0,40}?在", "", own_title(speech.title)))
    return match["theme"] if match else ""


# A heading that begins with one of these says what is to be done; one that only steers the listener says nothing.
_ACTS = re.compile(
    r"切实|进一步|健全|完善|明确|突出|把握|聚焦|统筹|压实|夯实|严格|发挥|建立|打好|打造|筑牢|守住|管好|管住|建好|创新|扎实|着力|防范|化解|培育|壮大|"
    r"落实|抓紧|抓住|用好|立好|织密|收紧|拓宽|盘活|理顺|严守|层层|全面|认真|牢牢|大力|深入|严明|保障|扩大|巩固|凝聚|激发|营造"
)
# What was reached is no act (开展信息录入成效明显), nor is a heading of two parts.
_TOLD = re.compile(r"[：:]|(?:明显|显著|成效|成绩|良好|好转|加快|见效)$")
_STEERS = re.compile(
    r"^(?:先|借.{0,6}机会|再|还|最后|下面|接着|[一二三四五六]?讲|为什么|怎样|怎么|肯定|回顾)|(?:怎么看|怎么办|怎么干)$"
)


def _question(heading: str, theme: str) -> str:
    """Return a heading as a question: a thing done is asked for its way, a thing named for what it holds."""
    lead = f"{theme}工作" if theme and not theme.endswith("工作") and theme not in heading else ""
    heading = re.sub(r"^要(?!求|点|闻|素)", "", heading)
    if _TOLD.search(heading):
        return f"“{heading}”讲了哪些内容"
    done = any(heading.startswith(act) for act in lexicon()["plain_acts"]) or _ACTS.match(heading)
    return f"{lead}怎样{heading}" if done else f"“{heading}”讲了哪些内容"


def suggest(answer: Answer, speech: Callable[[str], Speech], ask: Callable[[str], Answer]) -> tuple[str, ...]:
    """Return up to three questions beside ``answer`` that ``ask`` answers from their sections; none for a refusal."""
    found: list[str] = []
    for further in islice(candidates(answer, speech), TRIED):
        if len(found) == MOST:
            break
        if further.answered(ask(further.question)):
            found.append(further.question)
    return tuple(found)
