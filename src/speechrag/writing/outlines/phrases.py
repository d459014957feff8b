"""A bank of wordings by their function: golden sentences, parallel triples, quotations and set phrases, with counts.

Every phrase is a verbatim span of a real speech. A set phrase is a clause that several families share word for word:
its count tells glue from content. Sentences with facts of their place are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from speechrag.records import Citation, Phrase, Section, Speech
from speechrag.stopping import check
from speechrag.text import sentence_spans, trim
from speechrag.writing.outlines.facts import find_facts
from speechrag.writing.outlines.genre import ROLES, genre
from speechrag.writing.outlines.tagging import tagged
from speechrag.writing.outlines.units import year_of

KINDS = ("golden", "parallel", "quotation", "set")
ALL_ROLES = ("opening", *ROLES, "transition")
SHARED = 3  # families that make a clause a set phrase
GOLDEN_CHARS = range(9, 41)
FRONT, BACK = 0.12, 0.92  # where a speech without headings opens and closes
LATE = 0.6  # from where on a summons may close it

_TRANSITION = re.compile(
    r"^(?:在(?:充分)?(?:肯定|看到)[^，。]{2,12}的同时|在看到成绩|尽管[^。]{2,30}但|当前和今后一个时期"
    r"|同时，[^。]{0,6}(?:看到|清醒|正视)|成绩(?:属于|只能)|[^，。]{2,8}固然[^。]{2,20}但)"
)
_SAID = re.compile(
    r"(?:古人|古语|俗话|常言|老话|谚语|民谚|诗|孔子|孟子|老子|荀子|《[^》]{1,20}》)[^“，。]{0,8}[：:,，]?“[^”]{4,40}”"
)
_TURN = re.compile(
    r"不是[^，。]{2,14}，而是|只有[^，。]{2,16}，才|宁[可愿][^，。]{2,14}[，、]?[也不]|没有[^，。]{2,14}，就没有|既要[^，。]{2,16}，[又更也]要"
)
_BROKEN = re.compile(r"[\ufffd\ue000-\uf8ffxX×*＊□?？]|--|\d")
_SPOKEN = re.compile(r"[我你他她]|刚才|今天|同志们|大家|这[件次个几]|那[件次个天]|有[位人的]|说[：，]|谢谢")
_LABEL = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]\s{0,4}|第[一二三四五六七八九十]{1,2}[，,、：:]?"
    r"|[一二三四五六七八九十]{1,2}(?:是要?|要))"
)
_OPENS = re.compile(r"召开|主要任务|目的是|下面，我|受[^，]{2,12}委托|借此机会|今天，?我们|这次会议")
_CALLS = re.compile(r"让我们|希望|奋力|开创|努力|谱写|振奋|携手|贡献|再上|预祝|同志们，|不辜负|再接再厉|真抓实干|祝")
_SUMMONS = re.compile(r"(?:同志们，)?(?:让我们|希望大家|预祝)")
_MARKS = re.compile(r"[，、；。！：]")


_FRAME = {"opening": _OPENS, "call": _CALLS, "transition": _TRANSITION}


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate span of a speech, before it is counted."""

    role: str
    kind: str
    speech: Speech
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.speech.text[self.start : self.end]


def phrase_bank(speeches: Iterable[Speech]) -> tuple[Phrase, ...]:
    """Return the phrases of ``speeches``: by function, golden ones first, then by count (of families) and wording."""
    found: dict[tuple[str, str], list[_Found]] = {}
    for speech in speeches:
        check()
        for one in _of_speech(speech):
            found.setdefault((one.kind, _bare(one.text)), []).append(one)
    phrases = [_phrase(group) for (kind, _), group in found.items() if kind != "set" or _families(group) >= SHARED]
    return tuple(sorted(phrases, key=_order))


def select_phrases(
    bank: Sequence[Phrase],
    *,
    role: str = "",
    words: Sequence[str] = (),
    avoid: Sequence[str] = (),
    limit: int = 60,
    per_role: int = 0,
) -> tuple[Phrase, ...]:
    """Return the phrases of a function ("" for all) that hold one of ``words``, at most ``per_role`` of each function.

    None that holds one of ``avoid`` is taken. Phrases with facts of their place are passed over here, so that only
    those looked at are tagged.
    """
    kept: list[Phrase] = []
    taken: dict[str, int] = {}
    for phrase in bank:
        if len(kept) >= limit:
            break
        full = per_role and taken.get(phrase.role, 0) >= per_role
        if full or (role and phrase.role != role) or (words and not any(word in phrase.text for word in words)):
            continue
        if any(word in phrase.text for word in avoid):
            continue
        listed = phrase.kind == "parallel" and not any(flag.startswith("v") for _, flag in tagged(phrase.text))
        if not listed and not find_facts(phrase.text):
            kept.append(phrase)
            taken[phrase.role] = taken.get(phrase.role, 0) + 1
    return tuple(kept)


def _order(phrase: Phrase) -> tuple[int, int, int, int, str]:
    return (ALL_ROLES.index(phrase.role), KINDS.index(phrase.kind), -phrase.count, len(phrase.text), phrase.text)


def _families(group: Sequence[_Found]) -> int:
    return len({one.speech.family or one.speech.speech_id for one in group})


def _phrase(group: Sequence[_Found]) -> Phrase:
    """Return one phrase for the places that share its words; its role is the commonest, its place the first."""
    roles = [one.role for one in group]
    role = max(dict.fromkeys(roles), key=lambda name: (roles.count(name), -ALL_ROLES.index(name)))
    first = min(group, key=lambda one: (one.speech.source, one.speech.ordinal, one.start))
    years = tuple(sorted({year_of(one.speech) for one in group} - {0}))
    citation = Citation(
        0, "", first.speech.speech_id, first.speech.source, first.speech.title, first.text, first.start, first.end
    )
    return Phrase(role, first.kind, first.text, _families(group), citation, years)


def _bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def _of_speech(speech: Speech) -> Iterator[_Found]:
    text = speech.text
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        label = _LABEL.match(sentence)
        start += label.end() if label else 0
        sentence = text[start:end].strip()
        if not 6 <= len(sentence) <= 160 or sentence[-1] not in "。！”；" or "\n" in sentence:
            continue
        if _BROKEN.search(sentence):
            continue
        role = _role(speech, start, sentence)
        if not role:
            continue
        for kind, a, b in _spans(sentence, role):
            left, right = trim(text, start + a, start + b)
            yield _Found(role, kind, speech, left, right)


def _spans(sentence: str, role: str) -> Iterator[tuple[str, int, int]]:
    """Yield the kind and the span of each phrase in a sentence."""
    if _SAID.search(sentence) and len(sentence) <= 90:
        yield "quotation", 0, len(sentence)
        return
    if sentence.count("“") != sentence.count("”"):
        return
    triple = _triple(sentence)
    if triple:
        yield "parallel", *triple
    elif _is_golden(sentence) or (role in _FRAME and 14 <= len(sentence) <= 90 and _FRAME[role].search(sentence)):
        yield "golden", 0, len(sentence)
    for match in re.finditer(r"[\u4e00-\u9fff]{5,16}", sentence):
        yield "set", match.start(), match.end()


def _is_golden(sentence: str) -> bool:
    """Tell whether a sentence is short, speaks for itself, and turns or balances its clauses."""
    if len(sentence) not in GOLDEN_CHARS:
        return False
    return bool(_TURN.search(sentence)) or (_even(sentence) and not _SPOKEN.search(sentence))


def _even(sentence: str) -> bool:
    """Tell whether a sentence is two clauses of equal length."""
    clauses = [clause for clause in _MARKS.split(sentence.strip()) if clause]
    return len(clauses) == 2 and len(clauses[0]) == len(clauses[1]) >= 5 and clauses[0][-1] != clauses[1][-1]


def _triple(sentence: str) -> tuple[int, int] | None:
    """Return the span of three or more clauses of equal length (4-12) that share a character in the same place."""
    clauses = [(m.start(), m.end(), m.group()) for m in re.finditer(r"[\u4e00-\u9fff“”]+", sentence)]
    first = 0
    while first < len(clauses) - 2:
        size = len(clauses[first][2])
        last = first
        while last + 1 < len(clauses) and len(clauses[last + 1][2]) == size:
            last += 1
        row = [text for _, _, text in clauses[first : last + 1]]
        if len(row) >= 3 and 4 <= size <= 12 and any(len(set(column)) == 1 for column in zip(*row, strict=True)):
            return clauses[first][0], clauses[last][1]
        first = last + 1
    return None


def _role(speech: Speech, start: int, sentence: str) -> str:
    """Return the function of a sentence by its own words, its section and its place in the speech; "" for none."""
    if _TRANSITION.match(sentence):
        return "transition"
    inside = [s for s in speech.sections if s.start <= start < s.end]
    told = next((s.role for s in sorted(inside, key=_depth, reverse=True) if s.role in ALL_ROLES), "")
    place = start / max(len(speech.text), 1)
    if place >= BACK or any(s.role == "closing" for s in inside) or (place >= LATE and _SUMMONS.match(sentence)):
        return "call"
    if told:
        return told
    first = min((s.start for s in speech.sections), default=0)
    if start < first or (not speech.sections and place < FRONT):
        return "opening"
    return _by_words(sentence + "".join(s.heading for s in inside))


def _depth(section: Section) -> tuple[int, int]:
    return (section.level, section.start)


def _by_words(sentence: str) -> str:
    """Return the function whose strong words a sentence holds most of; an order is a task."""
    counts = {role: sum(word in sentence for word in genre().roles[role].strong) for role in ROLES}
    best = max(ROLES, key=lambda role: (counts[role], role == "task"))
    return best if counts[best] else ""
