"""Is a pasted text said in the corpus: sentence by sentence verbatim, nearly so, pieced together, or not at all.

Retrieval names the speeches that come into question, a string comparison decides. A sentence is

- ``verbatim``: it stands in a speech; differences of punctuation, width, script and case do not count (``exact`` tells
  whether there are any);
- ``near``: a stretch of a speech says the same with the differences listed; changed figures, dates, names and titles
  are listed apart (``facts``);
- ``spliced``: its parts stand verbatim in two places that do not follow each other;
- ``quoting``: its own words are not in the corpus, those in quotation marks are judged in ``quotations``;
- ``not_found``: no stretch of a speech is like it; ``places`` names the nearest;
- ``short``: too short to tell anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from speechrag.records import Speech
from speechrag.stopping import check as still_wanted
from speechrag.text import fold, sentence_spans, trim, unique
from speechrag.writing.quotation_alignment import Aligned, Bare, Step, align, bare
from speechrag.writing.quotation_facts import Fact, told_facts

VERDICTS = ("verbatim", "near", "spliced", "quoting", "not_found", "short")
SHORTEST = 4  # characters without punctuation
NEAR = 0.6  # similarity from which a stretch counts as the same sentence changed
_SHARED = 8  # characters that both must share for it, unless they are nearly equal
_PIECED = 0.85  # below this similarity two verbatim parts say more than one changed sentence
_HEARERS = "领导|来宾|嘉宾|代表|委员|同志|朋友|同事|专家|老师|乡亲|学员"
_GREETING = re.compile(
    rf"(?:(?:(?:尊敬的|亲爱的)?(?:各位|诸位)?(?:{_HEARERS})们?(?:、|和)?)+|大家)(?:[上中下早晚]午?好|好)?[，,：:！!\s]+"
)
_SPLICE, _COVERED = 8, 0.9  # the shortest part of a spliced sentence; how much of it the parts must cover
_APART = 40  # parts of one speech this far from each other do not follow each other
_CLAUSE_END = re.compile(r"[，。；：！？!?;\n]")
_CLAUSE = 60  # characters in which a clause begins or ends
_PLACES = 5
_LONGEST = 400  # characters of a sentence; to lay one beside a speech takes the square of its length
_CUT_BEHIND = "；;，,、：: \u3000\t"
_CACHED = 256

_QUOTED = re.compile(r"“([^“”]{2,400})”|「([^「」]{2,400})」|『([^『』]{2,400})』|\"([^\"\n]{2,400})\"")
_SAID = r"(?:指出|强调|说过?|讲过?|讲道|要求|提出|表示|写道|认为|谈到|告诫|明确)"
_ATTRIBUTION = re.compile(
    rf"(?:^|[，。；！？、\s])((?:在)?[^，。；！？“”「」『』\"]{{2,40}}?){_SAID}[^，。；“「『\"]{{0,6}}[：:，,]?$"
)
_OCCASION = re.compile(r"(?<=..)[在于](?:会上|会议上|讲话中|讲话里|报告中|报告里)$")  # any occasion: it names nobody


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: ``speech.text[start:end] == quote``."""

    speech_id: str
    source: str
    title: str
    headings: tuple[str, ...]
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between the pasted words and the source.

    ``kind`` is replaced, omitted (in the source only) or added (in the paste only); ``start`` and ``end`` are offsets
    into the pasted text.
    """

    kind: str
    said: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose words a quotation is said to be; ``fits`` where title, metadata or text of the speech name them."""

    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on one sentence or quotation: ``pasted[start:end] == text``."""

    text: str
    start: int
    end: int
    verdict: str
    exact: bool = False
    similarity: float = 0.0
    places: tuple[Place, ...] = ()  # best first; of a spliced sentence its parts in order
    differences: tuple[Difference, ...] = ()
    facts: tuple[Fact, ...] = ()
    attribution: Attribution | None = None
    quotations: tuple[Checked, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotationReport:
    """The verdicts on all sentences of ``text``, in order."""

    text: str
    items: tuple[Checked, ...]

    def counts(self) -> dict[str, int]:
        """Return verdict -> number of sentences, verdicts that do not occur left out."""
        found = Counter(item.verdict for item in self.items)
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}

    def to_json(self) -> dict[str, Any]:
        """Return ``{"counts": {verdict: n}, "items": [CHECKED, ..]}`` with the keys of ``Checked``."""
        return {"counts": self.counts(), "items": [asdict(item) for item in self.items]}


@dataclass(frozen=True, slots=True)
class _Match:
    speech: Speech
    source: Bare
    start: int  # offsets into source.text
    end: int

    def place(self) -> Place:
        return _place(self.speech, *self.source.span(self.start, self.end))


def _place(speech: Speech, start: int, end: int) -> Place:
    path = tuple(s.label + s.heading for s in speech.sections if s.start <= start < s.end)
    return Place(speech.speech_id, speech.source, speech.title, path, start, end, speech.text[start:end])


class QuotationChecker:
    """Compares texts with a corpus; ``candidates`` names the speeches a sentence may come from, likeliest first."""

    def __init__(self, candidates: Callable[[str], Sequence[str]], speech: Callable[[str], Speech]) -> None:
        self._candidates = candidates
        self._speech = speech
        self._bare = lru_cache(maxsize=_CACHED)(lambda speech_id: bare(speech(speech_id).text))

    def check(self, text: str) -> QuotationReport:
        """Return the verdict on every sentence of ``text``; an empty text has none."""
        items: list[Checked] = []
        last: Place | None = None
        for start, end in _spans(text):
            still_wanted()
            item = self._sentence(text, start, end, last)
            items.append(item)
            last = item.places[-1] if item.verdict in {"verbatim", "near", "spliced"} else last
        return QuotationReport(text, tuple(items))

    def _sentence(self, text: str, start: int, end: int, last: Place | None) -> Checked:
        whole = self._judge(text, start, end, last)
        if whole.verdict == "verbatim":
            return whole
        if greeting := _GREETING.match(text, start, end):
            # Whoever quotes a speech greets their own audience first.
            rest = self._judge(text, greeting.end(), end, last)
            if rest.verdict == "verbatim":
                return replace(rest, text=whole.text, start=start)
        inside = tuple(self._quotations(text, start, end))
        return (
            Checked(whole.text, start, end, "quoting", quotations=inside)
            if _frames(whole, inside)
            else replace(whole, quotations=inside)
        )

    def _quotations(self, text: str, start: int, end: int) -> Iterator[Checked]:
        for match in _QUOTED.finditer(text, start, end):
            group = match.lastindex or 1
            left, right = match.span(group)
            if len(bare(match[group]).text) < SHORTEST:
                continue
            found = self._judge(text, left, right, None)
            yield replace(found, attribution=self._attribution(text[start : match.start()], found))

    def _attribution(self, before: str, found: Checked) -> Attribution | None:
        match = _ATTRIBUTION.search(before)
        if not match:
            return None
        said = _OCCASION.sub("", match[1].strip())
        fits = found.verdict in {"verbatim", "near"} and any(self._names(place, fold(said)) for place in found.places)
        return Attribution(said, fits)

    def _names(self, place: Place, said: str) -> bool:
        """Tell whether the speech is said to be of those whom ``said`` names, or itself names them beside the words."""
        speech = self._speech(place.speech_id)
        told = [speech.title, Path(speech.source).stem, *(str(v) for v in speech.metadata.values())]
        near = speech.text[max(0, place.start - 60) : place.start]
        known = bare("\n".join([*told, near])).text
        wanted = bare(re.sub(r"同志|曾经?|多次|明确|特别|反复|日前|最近", "", said)).text
        pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
        return bool(pairs) and sum(pair in known for pair in pairs) >= 0.6 * len(pairs)

    def _judge(self, text: str, start: int, end: int, last: Place | None) -> Checked:
        sentence = text[start:end]
        ours = bare(sentence)
        if len(ours.text) < SHORTEST:
            return Checked(sentence, start, end, "short")
        # What follows a quoted sentence mostly comes from the same speech, however common its words.
        before = [last.speech_id] if last else []
        speeches = [self._speech(key) for key in unique([*before, *self._candidates(sentence)])]
        if exact := self._verbatim(sentence, ours, speeches, last):
            same = exact[0].quote.strip() == sentence.strip()
            return Checked(sentence, start, end, "verbatim", same, 1.0, tuple(exact[:_PLACES]))
        best = self._nearest(ours, speeches)
        if best is None:
            return Checked(sentence, start, end, "not_found")
        match, aligned = best
        if aligned.similarity < _PIECED and (parts := self._spliced(ours, speeches)):
            return Checked(sentence, start, end, "spliced", places=tuple(part.place() for part in parts))
        alike = aligned.similarity >= (NEAR if aligned.shared >= _SHARED else _PIECED)
        verdict = "near" if alike else "not_found"
        place, similarity = match.place(), round(aligned.similarity, 4)
        if verdict == "not_found":
            return Checked(sentence, start, end, verdict, similarity=similarity, places=(_clauses(match),))
        differences = tuple(
            _difference(text, start, ours, match, step) for step in aligned.steps if step.kind != "equal"
        )
        facts = told_facts(sentence, ours, match.speech.text, match.source, aligned)
        return Checked(sentence, start, end, verdict, False, similarity, (place,), differences, facts)

    def _verbatim(self, sentence: str, ours: Bare, speeches: Sequence[Speech], last: Place | None) -> list[Place]:
        """Return all places that say the same; first those behind ``last`` in its speech, then exact ones."""
        found: list[Place] = []
        for speech in speeches:
            theirs = self._bare(speech.speech_id)
            at = theirs.text.find(ours.text)
            while at >= 0:
                if _whole_figures(theirs, at, at + len(ours.text)):
                    found.append(_widened(speech, *theirs.span(at, at + len(ours.text)), sentence))
                at = theirs.text.find(ours.text, at + 1)

        def order(place: Place) -> tuple[bool, bool]:
            follows = last is not None and last.speech_id == place.speech_id and last.end <= place.start
            return not follows, place.quote != sentence

        return sorted(found, key=order)

    def _nearest(self, ours: Bare, speeches: Sequence[Speech]) -> tuple[_Match, Aligned] | None:
        best: tuple[_Match, Aligned] | None = None
        for speech in speeches:
            theirs = self._bare(speech.speech_id)
            aligned = align(ours, theirs, speech.text)
            if aligned and (best is None or aligned.similarity > best[1].similarity):
                best = _Match(speech, theirs, aligned.start, aligned.end), aligned
        return best

    def _spliced(self, ours: Bare, speeches: Sequence[Speech]) -> list[_Match]:
        """Return the two parts of a sentence put together from two places, empty where it is not."""
        head = self._longest(ours.text, speeches)
        if head is None:
            return []
        rest = ours.text[head.end - head.start :]
        if len(rest) < _SPLICE:
            return []
        further = [self._speech(key) for key in self._candidates(rest)]
        # A word or two may have been put between the parts.
        for skipped in range(len(rest) - _SPLICE + 1):
            if len(rest) - skipped + head.end - head.start < _COVERED * len(ours.text):
                break
            tail = self._longest(rest[skipped:], [*speeches, *further], whole=True)
            if tail is not None:
                return [] if _follows(head, tail) else [head, tail]
        return []

    def _longest(self, wanted: str, speeches: Sequence[Speech], *, whole: bool = False) -> _Match | None:
        """Return where the longest beginning of ``wanted`` stands (all of it with ``whole``), if any."""
        best: _Match | None = None
        for speech in speeches:
            theirs = self._bare(speech.speech_id)
            size = len(wanted) if whole else max(_SPLICE, best.end - best.start + 1 if best else 0)
            at = theirs.text.find(wanted[:size]) if size <= len(wanted) else -1
            while at >= 0:
                end = at + size
                while end - at < len(wanted) and theirs.text[end : end + 1] == wanted[end - at : end - at + 1]:
                    end += 1
                best = _Match(speech, theirs, at, end)
                size = end - at + 1
                at = theirs.text.find(wanted[:size]) if size <= len(wanted) else -1
            if whole and best:
                return best
        return best


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences; one too long to be a sentence is cut behind the last clause that fits."""
    for start, end in sentence_spans(text):
        while end - start > _LONGEST:
            fits = text[start : start + _LONGEST]
            cut = max(fits.rfind(mark) for mark in _CUT_BEHIND) + 1
            behind = start + (cut if cut > _LONGEST // 2 else _LONGEST)
            left, right = trim(text, start, behind)
            if left < right:
                yield left, right
            start, end = trim(text, behind, end)
        if start < end:
            yield start, end


def _frames(whole: Checked, inside: Sequence[Checked]) -> bool:
    """Tell whether a sentence only introduces what it quotes; a word set off in it (“四个意识”) does not count."""
    size = len(bare(whole.text).text)
    quoted = sum(len(bare(q.text).text) for q in inside)
    if not inside or not (any(q.attribution for q in inside) or 2 * quoted >= size):
        return False
    shared = size - sum(len(bare(d.said).text) for d in whole.differences)
    return whole.verdict == "not_found" or shared <= quoted + SHORTEST


def _whole_figures(found: Bare, start: int, end: int) -> bool:
    """Tell whether no figure is cut at the ends of ``found.text[start:end]``: 25% is not found in 125%."""
    for at in (start, end):
        pair = found.text[max(0, at - 1) : at + 1] if at else ""
        joined = 0 < at < len(found.places) and found.places[at - 1] + 1 == found.places[at]
        if joined and re.fullmatch(r"[\d.][\d.%‰]", pair):
            return False
    return True


def _widened(speech: Speech, start: int, end: int, sentence: str) -> Place:
    """Return the place with the punctuation that ``sentence`` has around its words, where the speech has it too."""
    for at in range(max(0, start - 3), start + 1):
        if speech.text.startswith(sentence, at):
            return _place(speech, at, at + len(sentence))
    closing = re.search(r"\W*$", fold(sentence))
    for mark in closing[0] if closing else "":
        if fold(speech.text[end : end + 1]) != mark:
            break
        end += 1
    return _place(speech, start, end)


def _clauses(match: _Match) -> Place:
    """Return the place with the clauses whole that it begins and ends in: what only comes near is to be read."""
    text, (start, end) = match.speech.text, match.source.span(match.start, match.end)
    marks = [found.end() for found in _CLAUSE_END.finditer(text, max(0, start - _CLAUSE), start)]
    stop = _CLAUSE_END.search(text, end - 1, end + _CLAUSE)
    start = marks[-1] if marks else 0 if start < _CLAUSE else start
    return _place(match.speech, start, stop.start() if stop else len(text) if len(text) < end + _CLAUSE else end)


def _follows(head: _Match, tail: _Match) -> bool:
    return head.speech.speech_id == tail.speech.speech_id and 0 <= tail.start - head.end <= _APART


def _difference(text: str, offset: int, ours: Bare, match: _Match, step: Step) -> Difference:
    (a, b), (c, d) = step.left, step.right
    left, right = ours.span(a, b) if a < b else (_edge(ours, a),) * 2
    source = match.speech.text[slice(*match.source.span(c, d))] if c < d else ""
    return Difference(step.kind, text[offset + left : offset + right], source, offset + left, offset + right)


def _edge(found: Bare, at: int) -> int:
    return found.places[at] if at < len(found.places) else found.places[-1] + 1
