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
from speechrag.writing.answer_spans import Span, quotable, series_spans
from speechrag.writing.answer_types import deficit, enumerated, members, parallel
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, synonyms
from speechrag.writing.questions import Question, due_asked

# What it adds when the points stand under the question itself, and takes when one point alone is asked about.
_SLOGAN = 1.2
_NUMERALS = "零一二三四五六七八九十"
_PARTLY = 0.35  # 春耕生产 in a title that says 春耕备耕与粮食生产
_BACKWARD, _CUE, _THEME, _BROAD, _NAMED = 0.8, 0.4, 1.8, 0.75, 0.8
_ECHO, _INSIDE_POINT = 1.6, 0.5
_OF_COLLECTION = re.compile(r"[篇之第][一二三四五六七八九十\d]+篇?$")
# 下面我讲三个问题 announces points to be made, not shortcomings.
_AGENDA = re.compile(rf"(?:讲|强调|谈|说|汇报|安排)[^，,。]{{0,8}}(?:几|[{_NUMERALS}\d])+个?(?:方面的?)?问题")
_OTHER_ISSUES = 1.0
# A shortcoming is asked for: what says nothing wrong is none; neither is what announces the remedy.
_WRONG = frozenset(["问题", "短板", "不足", "差距", "毛病", "缺点", "薄弱环节", "困难"])
_NOT_WRONG, _REMEDIES, _ALL_WRONG = 0.7, 0.9, 0.35
_REMEDY = re.compile("(?:解决|正视|克服|针对|改进|面对|重视|对待)[^。]{0,16}(?:问题|不足|差距|短板|困难)")
# A heading that says what is asked brings its points; a reason stands under the headings that tell the meaning.
_HEADED, _MEANING = 0.5, 0.45
# A point that bears the asked noun bears it in its first characters.
_BEARS, _BEARING = 0.9, 16
_SPELLED, _ANNOUNCED = 6.0, 0.9
_COUNTED_NOUN = re.compile(rf"[{_NUMERALS}两几](?:大|个|条|种|项|点)(?!方面|字)[\u4e00-\u9fff]{{2}}")
_LED = 0.4  # taken where only the sentences before the introduction say what the points are about
_QUOTED_HEAD = re.compile(r"[“\"](?P<head>[^”\"]{1,6})[”\"]")
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
# What it adds when a list has as many members as the question says.
_COUNT_FITS = 0.35


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
        remedy = bool(_REMEDY.search(own)) and "存在" not in own
        if self._wrong and len(spans) == 1 and (remedy or not deficit(own)):
            score -= _NOT_WRONG
        if self.question.kind is Kind.HOW and len(spans) == 1 and _PRAISE.search(own):
            score -= _MEANING  # how it is done is not why it matters
        if self.question.kind is Kind.HOW and len(spans) == 1 and _PURPOSE.search(own):
            score -= _IDLE
        if self.question.kind is Kind.WHY and _MEANS.search(window.layers[1][0]):
            score += _MEANING
        if self.question.kind is Kind.WHY and len(spans) == 1:
            score += self._ground(own)
        if len(spans) == 1:
            score += self._announced(own) or self._sloganed(own, enumerated(own))
        if self.question.count and len(spans) == 1 and members(own) == self.question.count:
            score += _COUNT_FITS * (2.5 if parallel(own) & set(self.question.text) else 1.0)
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
        bonus = self._list_bonus(series, points) + self._echo(intro) + self._cue(intro, heading)
        bonus += self._headed(heading) + self._faults(series, text, intro) + self._named_points(series, text, intro)
        if self.question.kind is Kind.WHY:
            grounds = sum(bool(_GROUND.search(text[a:b])) for a, b in series.points)
            bonus += _GROUNDS if grounds >= 0.6 * len(series.points) else -_GROUNDS
        if re.search("(?:围绕|为了|对照|根据)(?:这|上述|以上)", intro):
            bonus -= _BACKWARD  # 围绕这个目标，抓住六件事: the goal itself was told before
        bonus -= _LED * led
        bonus += theme or -self._inside(window, text, series)
        spans = series_spans(text, series)
        found = self._candidate(hit, speech, spans, window, own + points, bonus=bonus)
        typed = 1.0 if self.question.kind is Kind.LIST else max(found.features.typed, 0.8)
        agenda = bool(_AGENDA.search(intro)) and "问题" in {
            w for word in self.question.asked for w in (word, *synonyms(word))
        }
        asked = 0.0 if agenda else 1.0 if theme else found.features.asked
        fitted = replace(found.features, typed=typed, alone=found.features.own, asked=asked)
        if theme or self._spelled(series, text):  # the whole speech, or the heads, are what the question names
            fitted = replace(fitted, covered=1.0, own=1.0, missing=0.0, absent=0.0, lacking=0.0)
        score = rate(fitted) + found.score - rate(found.features) - (_OTHER_ISSUES if agenda else 0.0)
        return Candidate(
            hit, speech, spans, fitted, score, found.words, True, bool(theme), window, lead=series.lead(text)
        )

    def _echo(self, intro: str) -> float:
        """Return the bonus of points that are headed by the question itself: 怎么写 over 快, 准, 新, 实."""
        if self.question.kind is not Kind.HOW or not self.question.asked:
            return 0.0
        act = re.escape(self.question.asked[0])
        if re.search(r"(?:怎么|怎样|如何)(?:做到|办|做|干|抓)", intro):
            return _ECHO / 2
        # An agenda asks several things: 讲一讲为什么要写、怎样写好、怎样带好.
        alone = len(re.findall("怎么|怎样|如何|为什么|为何", intro)) == 1
        return _ECHO if alone and re.search(rf"(?:怎么|怎样|如何)[^，,。]{{0,6}}{act}", intro) else 0.0

    def _cue(self, intro: str, heading: str) -> float:
        """Return the bonus of points announced as what is asked: 差距主要在三个方面, 再讲办法."""
        question = self.question
        if question.kind is Kind.HOW:
            return _CUE if re.search("办法|措施|怎样|怎么|如何", heading) else 0.0
        if question.kind is not Kind.LIST or not question.asked:
            return 0.0
        noun = "|".join(re.escape(word) for word in (question.asked[0], *synonyms(question.asked[0])))
        told = rf"(?:{noun})[^，,。]{{0,6}}(?:主要|有|在|是|表现|突出|方面|[：:])"
        told += rf"|(?:存在|主要|几|[{_NUMERALS}])[^，,。]{{0,6}}(?:{noun})"
        return _CUE if re.search(told, intro) else 0.0

    def _announced(self, own: str) -> float:
        """Return the bonus of a text that counts as the question does: 三样东西 for 哪三样, 有…、有… for 哪几个有."""
        question = self.question
        if question.kind is not Kind.LIST:
            return 0.0
        if question.each and question.each in parallel(own):
            return _ANNOUNCED
        numeral = _NUMERALS[question.count] if question.count else f"[{_NUMERALS[2:]}]"
        counted = question.measure and len(question.measure) == 1 and question.measure not in "个种项点"
        if question.count and counted and re.search(numeral + re.escape(question.measure), own):
            return _ANNOUNCED
        noun = question.asked[0] if question.asked else ""
        if counted and noun and re.search(rf"{numeral}{question.measure}[^，,。；;]{{0,6}}{re.escape(noun)}", own):
            return _ANNOUNCED
        return 0.0

    def _sloganed(self, own: str, size: int) -> float:
        """Return the bonus of a text that has the numbered slogan asked about and as many members: “四个不够”上：…."""
        question = self.question
        numbered = question.kind is Kind.LIST and question.count and size >= question.count
        return _ANNOUNCED * bool(numbered and any(n in own for n in question.names if n[0] in _NUMERALS + "两"))

    def _named_points(self, series: Series, text: str, intro: str) -> float:
        """Return the bonus of points that bear the asked-for noun (政治优势, 产业优势), or are announced by it."""
        question = self.question
        if question.kind is not Kind.LIST or not question.asked:
            return 0.0
        noun = question.asked[0]
        bearing = sum(noun in fold(text[a : a + _BEARING]) for a, _ in series.points) / len(series.points)
        spelled = self._spelled(series, text)
        told = noun not in lexicon()["plain_acts"] and re.search(
            rf"[{_NUMERALS}两\d][^，,。；;]{{0,4}}?{re.escape(noun)}", intro
        )
        each = sum(question.each in fold(text[a : a + _BEARING // 2]) for a, _ in series.points) if question.each else 0
        borne = _ANNOUNCED * (each >= 0.8 * len(series.points))
        named = self._announced(intro) or self._sloganed(intro, len(series.points))
        return _BEARS * (bearing > 0.6) + _SPELLED * spelled + _BEARS * bool(told) + borne + named

    def _spelled(self, series: Series, text: str) -> bool:
        """Tell whether the quoted heads of the points, put together, stand in the question: 广, 深, 实 for 广深实."""
        heads = "".join(m["head"] for a, b in series.points if (m := _QUOTED_HEAD.match(fold(text[a:b]))))
        return bool(heads) and heads in self.question.text

    def _held(self, text: str) -> float:
        return sum(t.weight * presence(t.text, text) for t in self.question.terms)

    @property
    def _wrong(self) -> bool:
        """Whether the question asks what is wrong: 存在哪些问题, 有哪些短板; 问题 beside another asked noun is not."""
        return self.question.kind is Kind.LIST and bool(_WRONG & set(self.question.asked))

    def _headed(self, heading: str) -> float:
        """Return the bonus of points under a heading that itself says nearly all of the question."""
        terms = [t for t in self.question.terms if t.text not in lexicon()["plain_acts"]]
        total = sum(t.weight for t in terms)
        held = sum(t.weight * presence(t.text, heading.rsplit("\n", 1)[-1]) for t in terms)
        return _HEADED if self.question.kind in {Kind.HOW, Kind.LIST} and total and held >= _NAMED * total else 0.0

    def _faults(self, series: Series, text: str, intro: str) -> float:
        """Return what the points of a series add where shortcomings are asked for, or take where they are none."""
        if not self._wrong:
            return -_NOT_WRONG if series.style == "some" else 0.0
        share = sum(deficit(text[a:b]) for a, b in series.points) / len(series.points)
        bonus = _ALL_WRONG if share >= 0.6 else -_NOT_WRONG if share < 0.4 else 0.0
        return bonus - (_REMEDIES if _REMEDY.search(intro) and not intro.rstrip().endswith(("：", ":")) else 0.0)

    def _theme(self, speech: Speech) -> float:
        """Return the bonus of the main headings of a speech whose title is what the question is about."""
        question = self.question
        broad = question.kind in {Kind.HOW, Kind.LIST} and not question.count and not question.names
        if not broad or (question.kind is Kind.LIST and not lexicon()["given"].issuperset(question.asked)):
            return 0.0
        beside = lexicon()["plain_acts"] | lexicon()["given"]
        terms = [t for t in question.terms if t.text not in beside]
        total = sum(t.weight for t in terms)
        topic = self._topic[speech.speech_id]
        held = sum(t.weight for t in terms if presence(t.text, topic) >= (_NAMED if len(t.text) < 4 else _PARTLY))
        headings = [fold(s.heading) for s in speech.sections] if held < total else []
        if any(all(presence(t.text, heading) >= _NAMED for t in terms) for heading in headings):
            return 0.0  # one section is about just this
        return _THEME if total and held >= _BROAD * total else 0.0

    def _inside(self, window: Window, text: str, series: Series) -> float:
        """Return the penalty of a series of which one point alone is what the question is about."""
        around = Window(window.layers[:3])
        held = sum(t.weight * around.credit(t.text) for t in self.question.terms)
        total = sum(t.weight for t in self.question.terms)
        best = 0.0
        for start, end in series.points:
            point = Window(((fold(text[start:end]), 1.0), *around.layers))
            best = max(best, sum(t.weight * point.credit(t.text) for t in self.question.terms))
        # The main headings of a speech (一、二、三) share no subject but the speech's own.
        share, penalty = (0.1, 3 * _INSIDE_POINT) if series.style == "comma" else (0.3, _INSIDE_POINT)
        return penalty if total and best - held > share * total else 0.0

    def _list_bonus(self, series: Series, points: str) -> float:
        """Return what the form of a series adds: the right number of points, or against it the wrong one."""
        question = self.question
        if question.kind is not Kind.LIST:
            return -0.1 if question.kind is Kind.HOW else -0.25
        if not question.count:
            return 0.1
        if len(series.points) == question.count:
            return 1.5 * _COUNT_FITS
        return 0.15 if enumerated(points) == question.count else -0.35


def _spelled_out(sentences: Sequence[str], name: str, count: int) -> tuple[int, int] | None:
    """Return which sentences hold ``name`` as a numbered slogan and then ``count`` times more; None without them."""
    numbered = re.compile(rf"(?:{_NUMERALS[min(count, 10)]}|{count})[个种大]?[“\"「]?{re.escape(name)}")
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
