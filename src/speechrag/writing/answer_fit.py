"""What cannot answer a question, however well its words fit: another act, no task, points on something else."""

from __future__ import annotations

import re

from speechrag.writing.answer_evidence import Candidate
from speechrag.writing.answer_features import INSIDE, Window, best_credit
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Question

# From this share of the question's words around it on a candidate answers in the words of the question.
WORDED = 0.5
# The share of a question that introduction, headings and title of a series have at least; that all around it has, less
# where a list is asked for.
_HEADED, _AROUND, _LISTED = 0.15, 0.7, 0.6
_TOLD = re.compile("的[？?]?$")
_PREVENTED = frozenset(["防止", "防范", "预防", "避免", "防", "杜绝"])
_HAPPENED = re.compile("发生|出现|一旦|遭遇|遇到")
_PREVENTS = re.compile("防|避免|杜绝")
_TASKS_ASKED = re.compile(r"(?:要|该|应|得|需)(?:当|要)?[做干](?:好|到)?(?:些)?(?:什么|啥|哪些(?=$|[事工？?]))")
_TASK = re.compile(
    "要(?![求害点闻素])|必须|应|负责|不得|不准|不许|严禁|务必|一律|每[天周月季年人户次]|带头|抓好|做好|牵头|[日月]底?前|别"
)
# How a meeting is opened; 会 and 聚 of a question ask about it.
_GATHER = re.compile(
    "[聚坐][到在][^，。]{0,2}一起|[欢齐]聚|聚一堂|坐一坐|今天[^，。；]{0,10}(?:召开|举行)[^，。；]{0,20}会"
)
_OF_GATHERING = re.compile("[会聚]")


def unfit(question: Question, candidate: Candidate) -> bool:
    """Tell whether ``candidate`` cannot answer ``question``, for a reason that its score does not know."""
    told = (_undone, _afterwards, _no_task, _gathering)
    return any(check(question, candidate) for check in told)


def stray(question: Question, candidate: Candidate) -> bool:
    """Tell whether a series of points is about something else: neither its head nor its title has what is asked.

    That one of five points touches on it makes the five no answer; the sentence that does is a candidate of its own.
    """
    found, around = candidate.features, _LISTED if question.kind is Kind.LIST else _AROUND
    return len(candidate.spans) > 1 and found.own < _HEADED and found.covered < around


def _undone(question: Question, candidate: Candidate) -> bool:
    """Tell whether the act that is asked about of one thing is not spoken of: 电动车怎么上牌, 电动车进楼入户.

    A passage on how a thing is done names it once and goes on with the measures, so its passage counts; those of 怎么
    化解 and 怎么防 may do without such a word altogether. Where more of the question than one thing is found, or it
    tells what happened (是怎么堵住的), the words of the answer are the speaker's own.
    """
    found = candidate.features
    if not found.act or found.asked or found.covered < WORDED or question.names or _TOLD.search(question.text):
        return False
    things = [term for term in question.terms if not any(term.text in act for act in question.asked)]
    if len(things) > 1 or question.asked[0] in lexicon()["dealing"]:
        return False
    return best_credit(question.asked, Window(candidate.window.layers[:INSIDE])) == 0


def _afterwards(question: Question, candidate: Candidate) -> bool:
    """Tell whether what is to be prevented has happened: 发生泄露，一小时内报告 prevents no leak."""
    prevented = question.kind is Kind.HOW and not _PREVENTED.isdisjoint(question.asked)
    own = candidate.window.own
    return prevented and len(candidate.spans) == 1 and bool(_HAPPENED.search(own)) and not _PREVENTS.search(own)


def _no_task(question: Question, candidate: Candidate) -> bool:
    """Tell whether nobody is to do anything in a sentence, though that is what is asked: 村民小组长要做什么."""
    asked = len(candidate.spans) == 1 and _TASKS_ASKED.search(question.text)
    return bool(asked) and not _TASK.search(candidate.window.own)


def _gathering(question: Question, candidate: Candidate) -> bool:
    """Tell whether a sentence only says that people came together over what is asked: 聚到一起，总结交流护林工作."""
    if question.kind not in {Kind.HOW, Kind.WHY} or len(candidate.spans) > 1 or _OF_GATHERING.search(question.text):
        return False
    own = candidate.window.own
    return bool(_GATHER.search(own)) and not _TASK.search(own)
