"""Candidate evidence for a question: sentences and point series of the retrieved passages, with their features."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from speechrag.records import Hit, Speech
from speechrag.text import fold, sentence_spans
from speechrag.writing.answer_features import Features, Window, best_credit, features, presence, standings
from speechrag.writing.answer_features import score as rate
from speechrag.writing.answer_lists import HEADINGS, Series, series_of
from speechrag.writing.answer_series import (
    COUNT_FITS,
    NAMED,
    NOT_WRONG,
    NUMERALS,
    REMEDY,
    announced,
    form_bonus,
    inside,
    sloganed,
    spelled,
    wrong,
)
from speechrag.writing.answer_spans import Span, quotable, series_spans
from speechrag.writing.answer_types import deficit, enumerated, members, parallel
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, synonyms
from speechrag.writing.questions import Question, due_asked

# What it adds when the points stand under the question itself, and takes when one point alone is asked about.
_SLOGAN = 1.2
_PARTLY = 0.35  # 春耕生产 in a title that says 春耕备耕与粮食生产
_BACKWARD, _THEME, _BROAD = 0.8, 1.8, 0.75
_OF_COLLECTION = re.compile(r"[篇之第][一二三四五六七八九十\d]+篇?$")
# 下面我讲三个问题 announces points to be made, not shortcomings.
_AGENDA = re.compile(rf"(?:讲|强调|谈|说|汇报|安排)[^，,。]{{0,8}}(?:几|[{NUMERALS}\d])+个?(?:方面的?)?问题")
_OTHER_ISSUES = 1.0
_MEANING = 0.45  # a reason stands under the headings that tell the meaning
_COUNTED_NOUN = re.compile(rf"[{NUMERALS}两几](?:大|个|条|种|项|点)(?!方面|字)[\u4e00-\u9fff]{{2}}")
_LED = 0.4  # taken where only the sentences before the introduction say what the points are about
_MEANS = re.compile(
    "重要性|重要意义|意义|必要|充分认识|深刻认识|提高认识|深化认识|为什么|为何|地位|作用|分量|客观要求|迫切|需要"
)
_GROUND = re.compile(r"是[^，,。；;]{2,36}(?:需要|要求|途径|保证|保障|基础|手段|任务|举措|渠道|纽带|职责|使命(?!感))")
_GROUNDS = 0.8
_WORTH = re.compile("有利于|有助于|意义|作用|才能|离不开|关系到?|决定|直接影响|就会|就是|否则|是为了|因为")
_PRAISE = re.compile("(?:具有|有着|十分|非常|至关)[^，,。]{0,8}(?:意义|重要)")
# What a thing is or is for tells no way to do it: 六十五件积案就是六十五道考题.
_PURPOSE = re.compile(
    "(?:^|[,;:。])不?是为了|目的(?:是|在于)|(?:就|正|才)是[^,。]{2,16}(?:考题|试金石|大事|实事|体现|标志|表现|写照|底线|责任|使命)[,。;]?$"
)
_IDLE = 1.3
# A list is introduced by its noun: 存在的问题, 提出的要求.
_LIST_ASKED = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """Spans of one speech, in reading order, that may answer the question; ``score`` only orders candidates."""

    hit: Hit
    speech: Speech
    spans: tuple[Span, ...]
    features: Features
    score: float
    words: frozenset[str]  # question words that the spans themselves cover
    listed: bool = False
    themed: bool = False  # the main headings of a speech whose subject is the question's
    window: Window = field(default_factory=lambda: Window(()))  # the folded texts around it
    sure: float = 0.0  # the reader's probability, 0..1, that it answers
    unmet: int = 0  # how many of the posts, organs and figures that the question names are not spoken of around it
    lead: Span = (0, 0)  # of a series what stands before its introduction and says what it is about

    @property
    def year(self) -> int:
        """The year of its speech, 0 where that is unknown."""
        year = str(self.speech.metadata.get("year", ""))
        return int(year) if year.isdigit() else 0


_ACTOR = re.compile(
    "([^，,。？?]{0,6}(?:委员|干部|党员|书记|代表|民警|老师|人员|信息员|单位|部门|乡镇|街道|社区|支部))(?:应该?|要)?(?:怎样|如何|怎么)"
)


def _topic(speech: Speech) -> str:
    """Return what tells the subject and place of the whole speech: its title, the name of its file, its region."""
    told = [str(speech.metadata.get(key, "")) for key in ("region", "year")]
    # The title of a collection (…讲话篇三) tells nothing of its third speech.
    if not _OF_COLLECTION.search(speech.title):
        told += [speech.title, Path(speech.source).stem]
    return "\n".join(told)


class Evidence:
    """The retrieved passages of one question and the candidates drawn from them."""

    def __init__(self, question: Question, hits: Sequence[Hit], speech: Callable[[str], Speech]) -> None:
        self.question = question
        self.hits = hits
        self._standing = standings(hits)
        self._speeches = {hit.passage.speech_id: speech(hit.passage.speech_id) for hit in hits}
        self._topic = {key: fold(_topic(found)) for key, found in self._speeches.items()}
        self._whole = {key: self._topic[key] + "\n" + fold(found.text) for key, found in self._speeches.items()}

    @property
    def topics(self) -> tuple[str, ...]:
        """What the retrieved speeches are called: title, file, region and year, folded."""
        return tuple(self._topic.values())

    def candidates(self) -> list[Candidate]:
        """Return all candidates, best first; ties go to the better passage, then to the earlier place."""
        found = [candidate for hit in self.hits for candidate in self._sentences(hit)]
        if self.question.kind in {Kind.LIST, Kind.HOW, Kind.WHAT, Kind.TOPIC, Kind.WHY}:
            found.extend(self._lists())
            found.extend(self._slogans())
        return sorted(found, key=lambda c: (-c.score, c.hit.rank, c.spans))

    def _sentences(self, hit: Hit) -> list[Candidate]:
        speech = self._speeches[hit.passage.speech_id]
        units = quotable(speech.text, hit.passage.start, hit.passage.end)
        folded = [fold(speech.text[a:b]) for a, b in units]
        passage = "\n".join(folded)
        found = []
        for place, span in enumerate(units):
            before = "".join(folded[max(0, place - 1) : place])
            after = "".join(folded[place + 1 : place + 2])
            window = self._window(speech, span[0], hit.passage.headings, folded[place], before, after, passage)
            found.append(self._candidate(hit, speech, (span,), window, folded[place]))
        return found

    def _window(
        self, speech: Speech, at: int, headings: Sequence[str], own: str, before: str, after: str, passage: str
    ) -> Window:
        path = [s.heading for s in speech.sections if s.start <= at < s.end]
        heading = fold("\n".join([*headings, *path]))
        topic, whole = self._topic[speech.speech_id], self._whole[speech.speech_id]
        return Window.of(own, heading, topic, before, after, passage, whole)

    def _candidate(
        self, hit: Hit, speech: Speech, spans: tuple[Span, ...], window: Window, own: str, *, bonus: float = 0.0
    ) -> Candidate:
        found = features(self.question, window, self._standing[hit.passage.passage_id])
        held = frozenset(t.text for t in self.question.terms if presence(t.text, own) > 0)
        score = rate(found) + bonus - _blemish(own)
        if self.question.kind in {Kind.LIST, Kind.WHAT}:
            score += _LIST_ASKED * best_credit(self.question.asked, Window(window.layers[:2]))
        remedy = bool(REMEDY.search(own)) and "存在" not in own
        if wrong(self.question) and len(spans) == 1 and (remedy or not deficit(own)):
            score -= NOT_WRONG
        if self.question.kind is Kind.HOW and len(spans) == 1 and _PRAISE.search(own):
            score -= _MEANING  # how it is done is not why it matters
        if self.question.kind is Kind.HOW and len(spans) == 1 and _PURPOSE.search(own):
            score -= _IDLE
        if self.question.kind is Kind.WHY and _MEANS.search(window.layers[1][0]):
            score += _MEANING
        if self.question.kind is Kind.WHY and len(spans) == 1:
            score += self._ground(own)
        if len(spans) == 1:
            score += announced(self.question, own) or sloganed(self.question, own, enumerated(own))
        if self.question.count and len(spans) == 1 and members(own) == self.question.count:
            score += COUNT_FITS * (2.5 if parallel(own) & set(self.question.text) else 1.0)
        return Candidate(hit, speech, spans, found, score, held, listed=len(spans) > 1, window=window)

    def _ground(self, own: str) -> float:
        """Return the bonus of a sentence that says what its subject is good for, more where that is the question's."""
        if not _GROUND.search(own):
            # 为什么要重视 and 为什么要做好 ask what it is worth; that it is so, or what is to be done, is no answer.
            # That something plays its part (发挥作用) does not say which.
            due = due_asked(self.question)
            said = own.replace("作用", "") if self.question.worth else own
            acts = self.question.worth or any(t.text in lexicon()["plain_acts"] for t in self.question.terms)
            if _WORTH.search(said):
                return 2 * _MEANING * due
            return -_GROUNDS if acts else 0.0
        terms = (t.text for t in self.question.terms if t.text not in lexicon()["plain_acts"])
        subject = any(re.search(rf"{re.escape(term)}(?:工作|建设)?[^，,。；;的]{{0,6}}是", own) for term in terms)
        return 2 * _MEANING if subject else _MEANING / 2

    def _lists(self) -> list[Candidate]:
        """Return one candidate for each point series that touches a retrieved passage."""
        found: list[Candidate] = []
        for speech in self._speeches.values():
            hits = [hit for hit in self.hits if hit.passage.speech_id == speech.speech_id]
            for series in series_of(speech.text, [(hit.passage.start, hit.passage.end) for hit in hits]):
                first, last = series.intro[0], series.points[-1][1]
                touching = [hit for hit in hits if hit.passage.start < last and first < hit.passage.end]
                if touching:
                    found.append(self._series(touching[0], speech, series))
        return found

    def _slogans(self) -> list[Candidate]:
        """Return the sentences that spell out a quoted slogan: 有三个“不相称”：…不相称；…不相称；…不相称。"""
        count, names = self.question.count, [n for n in self.question.names if not n[0].isdigit()]
        if count < 2 or not names:
            return []
        found: list[Candidate] = []
        for hit in self.hits:
            speech = self._speeches[hit.passage.speech_id]
            sentences = sentence_spans(speech.text, hit.passage.start, hit.passage.end)
            folded = [fold(speech.text[a:b]) for a, b in sentences]
            for name in names:
                spelled = _spelled_out(folded, name, count)
                if spelled:
                    spans = tuple(sentences[slice(*spelled)])
                    own = "".join(folded[slice(*spelled)])
                    window = self._window(speech, spans[0][0], hit.passage.headings, own, "", "", "\n".join(folded))
                    made = self._candidate(hit, speech, spans, window, own, bonus=_SLOGAN)
                    found.append(replace(made, features=replace(made.features, typed=1.0)))
        return found

    def _series(self, hit: Hit, speech: Speech, series: Series) -> Candidate:
        """Return the candidate of a series: led by its introduction, its points counted as neighbours."""
        text = speech.text
        intro = fold(text[slice(*series.intro)])
        points = fold("\n".join(text[a:b] for a, b in series.points))
        path = [s.heading for s in speech.sections if s.start < series.start < s.end and s.start != series.start]
        heading = fold("\n".join(path))
        topic, whole = self._topic[speech.speech_id], self._whole[speech.speech_id]
        lead = fold(text[slice(*series.lead(text))])
        # 三大机遇 behind a sentence on the advantages is a list of its own.
        other = _COUNTED_NOUN.search(intro) and not any(word in intro for word in self.question.asked)
        led = self._held(lead) > self._held(intro) and not other
        # What the points are about may be said before the sentence that leads into them.
        own = lead + intro if led else intro
        window = Window.of(own, heading, topic, f"{lead}\n{points}", "", f"{lead}\n{points}", whole)
        headings = series.style in HEADINGS or text[: series.start].endswith("\n")
        theme = self._theme(speech) if headings and not path else 0.0
        bonus = form_bonus(self.question, series, text, intro=intro, points=points, heading=heading)
        if self.question.kind is Kind.WHY:
            grounds = sum(bool(_GROUND.search(text[a:b])) for a, b in series.points)
            bonus += _GROUNDS if grounds >= 0.6 * len(series.points) else -_GROUNDS
        if re.search("(?:围绕|为了|对照|根据)(?:这|上述|以上)", intro):
            bonus -= _BACKWARD  # 围绕这个目标，抓住六件事: the goal itself was told before
        bonus -= _LED * led
        bonus += theme or -inside(self.question, window, text, series)
        spans = series_spans(text, series)
        found = self._candidate(hit, speech, spans, window, own + points, bonus=bonus)
        typed = 1.0 if self.question.kind is Kind.LIST else max(found.features.typed, 0.8)
        agenda = bool(_AGENDA.search(intro)) and "问题" in {
            w for word in self.question.asked for w in (word, *synonyms(word))
        }
        asked = 0.0 if agenda else 1.0 if theme else found.features.asked
        fitted = replace(found.features, typed=typed, alone=found.features.own, asked=asked)
        if theme or spelled(self.question, series, text):  # the whole speech, or the heads, are what the question names
            fitted = replace(fitted, covered=1.0, own=1.0, missing=0.0, absent=0.0, lacking=0.0)
        score = rate(fitted) + found.score - rate(found.features) - (_OTHER_ISSUES if agenda else 0.0)
        return Candidate(
            hit, speech, spans, fitted, score, found.words, True, bool(theme), window, lead=series.lead(text)
        )

    def _held(self, text: str) -> float:
        return sum(t.weight * presence(t.text, text) for t in self.question.terms)

    def _theme(self, speech: Speech) -> float:
        """Return the bonus of the main headings of a speech whose title is what the question is about."""
        question = self.question
        broad = question.kind in {Kind.HOW, Kind.LIST} and not question.count and not question.names
        if not broad or (question.kind is Kind.LIST and not lexicon()["given"].issuperset(question.asked)):
            return 0.0
        beside = lexicon()["plain_acts"] | lexicon()["given"]
        # Who is to do it is no part of the subject: 政协委员 of 政协委员怎样反映社情民意.
        actor = _ACTOR.match(question.text)
        terms = [t for t in question.terms if t.text not in beside and not (actor and t.text in actor[1])]
        total = sum(t.weight for t in terms)
        topic = self._topic[speech.speech_id]
        held = sum(t.weight for t in terms if presence(t.text, topic) >= (NAMED if len(t.text) < 4 else _PARTLY))
        headings = [fold(s.heading) for s in speech.sections] if held < total else []
        if any(all(presence(t.text, heading) >= NAMED for t in terms) for heading in headings):
            return 0.0  # one section is about just this
        return _THEME if total and held >= _BROAD * total else 0.0


def _spelled_out(sentences: Sequence[str], name: str, count: int) -> tuple[int, int] | None:
    """Return which sentences hold ``name`` as a numbered slogan and then ``count`` times more; None without them."""
    numbered = re.compile(rf"(?:{NUMERALS[min(count, 10)]}|{count})[个种大]?[“\"「]?{re.escape(name)}")
    # The last mention before the members counts: a heading may name the slogan first.
    for first in reversed(range(len(sentences))):
        if not numbered.search(sentences[first]):
            continue
        seen = -1  # the slogan itself is not a member
        for last in range(first, min(len(sentences), first + count + 4)):
            seen += sentences[last].count(name)
            if seen >= count:
                return first, last + 1
    return None


def _blemish(own: str) -> float:
    """Return what makes a sentence a poor quotation: a bare heading, a greeting, a torn or endless sentence."""
    penalty = 0.0
    if not re.search(r"[。！!？?；;，,]", own):
        penalty += 0.35
    if len(own) < 8:
        penalty += 0.3
    if len(own) > 220:
        penalty += 0.1
    return penalty
