"""Facts about a speech, each with the span of its text that proves it; what nothing proves stays out.

organ, level, region, year, session, occasion, genre, speaker_role, topics. A collection's common title
(……领导讲话篇七) says nothing about its parts and is never evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from speechrag.records import Evidence, Section
from speechrag.structure.facts import TABLE, Facts
from speechrag.structure.genres import find_genre
from speechrag.structure.head import Head, find_head, names_speech
from speechrag.structure.occasions import find_meeting, find_occasion, find_session
from speechrag.structure.offices import PLACE
from speechrag.structure.regions import find_region
from speechrag.structure.tables import alternation, table
from speechrag.structure.units import find_unit

_OPENING = 500  # characters in which a speech says what it is
_SIGNED = 60  # characters from the end in which a date may stand
_DATELINE = 160  # characters below the title in which a date may stand where no salutation ends the head
_STAMPED = 40  # characters below the title in which a page may state its date
_NAMED, _DENSE = 4, 2  # mentions of a topic: in all, and in a thousand characters
_BESIDE = 0.3  # of the mentions of the chief topic: less is an example or a side remark
_DENSE_REPORT = 12  # a report on everything names every field


def find_metadata(text: str, body: int, sections: Sequence[Section], *, titled: bool) -> Facts:
    """Return the facts about the speech ``text`` whose title ends at ``body``; ``titled``: the title is its own.

    Of a speech under a title that is not its own ``evidence["title"]`` is where it names its meeting, or else its
    subject.
    """
    facts = Facts()
    head = find_head(text, 0 if titled else body, body)
    end = min(len(text), head.end + _OPENING)
    find_unit(facts, text, head, end)
    find_occasion(facts, text, head, end)
    find_genre(facts, text, head, end, sections)
    _dates(facts, text, head)
    find_session(facts, text, head, end)
    find_region(facts, text, head)
    _topics(facts, text, head.start)
    subject = None if titled else find_meeting(facts, text, head, end) or _subject(facts, text, head)
    if subject:
        facts.evidence["title"] = Evidence(*subject)
    return facts


def _subject(facts: Facts, text: str, head: Head) -> tuple[int, int] | None:
    """Return the span of the work that the speech is on, as it first calls what its chief topic is: 水利信息化建设."""
    topics = facts.values.get("topics")
    if not topics:
        return None
    words = alternation(table(TABLE)["topics"][topics[0]])
    work = r"(?:(?![的和与及了做抓把在是])[\u4e00-\u9fff]){0,6}?(?:工作|建设)|(?<=工作)"
    named = rf"(?:全(?:{PLACE}|国))?(?:{words})(?:{work})(?![会者队人员])"
    match = re.compile(named).search(text, head.end)
    return match.span() if match else None


_YEAR = r"(?P<year>(?:19|20)\d\d|[一二]\s?[九〇零○][\d〇零○一二三四五六七八九]{2})年"
_DAY = r"[\d一二三四五六七八九十]{1,3}月(?:[\d一二三四五六七八九十]{1,3}日)?"
_DATE = re.compile(rf"^[ \t\u3000—\-（(]*{_YEAR}{_DAY}[^\n。]{{0,40}}$", re.MULTILINE)
_HEAD_DATE = re.compile(_YEAR + _DAY)
_STAMP = re.compile(
    r"^[ \t\u3000]*+(?P<year>(?:19|20)\d\d)[-/.]\d{1,2}[-/.]\d{1,2}[ \t\u3000]*+$", re.MULTILINE
)  # a page's date line
_TITLE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年?度?(?!\d)")
_OTHER_YEAR = re.compile("总结|计划|预算|决算|规划|执行情况")
_TODAY = re.compile(r"今天是((?:19|20)\d\d)年\d{1,2}月")
_DIGIT = {**{c: str(i) for i, c in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0"}


def _dates(facts: Facts, text: str, head: Head) -> None:
    """Read the year from a date in the head or at the end, from the title, or from 今天是……年."""
    dated = _HEAD_DATE.search(text, head.start, head.end)
    for match in (
        dated,
        None if head.greeted else _DATE.search(text, head.body, min(len(text), head.body + _DATELINE)),
        _STAMP.search(text, head.body, min(len(text), head.body + _STAMPED)),
        _DATE.search(text, max(head.end, len(text) - _SIGNED), len(text)),
    ):
        if match:
            year = "".join(_DIGIT.get(char, char) for char in match.group("year") if not char.isspace())
            facts.add("year", int(year), match.span("year"))
    titled = _title_year(text[head.start : head.body])
    if titled:
        facts.add("year", int(titled.group(1)), (head.start + titled.start(1), head.start + titled.end(1)))
    today = _TODAY.search(text, head.end, min(len(text), head.end + _OPENING))
    if today:
        facts.add("year", int(today.group(1)), today.span(1))


def _title_year(title: str) -> re.Match[str] | None:
    """Return the first of the years of a title that all are one; a text on a speech, a plan or news may name any."""
    years = list(_TITLE_YEAR.finditer(title))
    one = len({match.group(1) for match in years}) == 1 and names_speech(title) and not _OTHER_YEAR.search(title)
    return years[0] if one else None


def title_year(title: str) -> int | None:
    """Return the year of a speech as its title alone tells it, None where it does not.

    >>> title_year("2005年县政府工作报告"), title_year("2005年县政府工作报告引发热议")
    (2005, None)
    """
    found = _title_year(title)
    return int(found.group(1)) if found else None


@lru_cache(maxsize=1)
def _topic_words() -> tuple[re.Pattern[str], Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Return the pattern of all topic words, for each word those that it starts with, and the words of each topic.

    A match consumes a word's first character alone, so that overlapping words all count; branches that start with a
    literal let the search skip every other character.
    """
    topics = {name: tuple(words) for name, words in table(TABLE)["topics"].items()}
    words = sorted({word for listed in topics.values() for word in listed})
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(word[1:])
    found = re.compile("|".join(f"{re.escape(first)}(?=({alternation(tails)}))" for first, tails in rests.items()))
    return found, {word: tuple(w for w in words if word.startswith(w)) for word in words}, topics


def _topics(facts: Facts, text: str, start: int) -> None:
    """List the topics whose words are frequent: at least four times and twice in a thousand characters.

    A report on all the work of a year names every field; there a topic must be six times as frequent.
    """
    finder, starts, topics = _topic_words()
    counts: Counter[str] = Counter()
    longest = Counter(match.group() + match.group(match.lastindex or 0) for match in finder.finditer(text, start))
    for longer, times in longest.items():
        for word in starts[longer]:
            counts[word] += times
    found: list[tuple[int, str, Evidence]] = []
    whole = facts.values.get("genre") == "工作报告" or facts.values.get("occasion") == "代表大会"
    dense = _DENSE_REPORT if whole else _DENSE
    if sum(counts.values()) < _NAMED:
        return
    for name, words in topics.items():
        count = sum(counts[word] for word in words if word in counts)
        if count >= _NAMED and 1000 * count >= dense * (len(text) - start):
            first, word = min((text.find(word, start), word) for word in words if counts[word])
            found.append((-count, name, Evidence(first, first + len(word))))
    found.sort(key=lambda item: item[:2])
    found = [item for item in found if item[0] <= _BESIDE * found[0][0]]
    if found:
        facts.add("topics", [name for _, name, _ in found[:4]], (found[0][2].start, found[0][2].end))
        for _, name, span in found[:4]:
            facts.evidence[f"topics:{name}"] = span
