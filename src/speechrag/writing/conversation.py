"""Follow-up questions: what 那时限呢？ and 他们怎么奖励？ mean after the question before.

Without an LLM the topic is carried: a question that points back (那…呢, 他们, 这项, 上述) or says next to nothing of
its own gets the content words of the question before; one that names but another year, place or organ exchanges it.
A question that stands on its own is never touched. With an LLM the question is reworded (``prompts/rewrite.toml``),
and the rewording kept only where it brings no word of its own that neither question has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from speechrag.errors import GenerationError, PromptError
from speechrag.text import Segmenter, fold, parse_chinese_number, shingles
from speechrag.writing.answer_constraints import constraints
from speechrag.writing.generate import Generator
from speechrag.writing.prompts import load_prompt, neutral, new_token
from speechrag.writing.question_words import lexicon
from speechrag.writing.questions import Kind, Question, analyse

MAX_TURNS = 6  # earlier questions looked at
_LEADS = re.compile(
    r"^(?:那么|那(?=[^里些个是边位次时年种])|那(?=时限|时间|个人|年)|还有|另外|再问|此外|然后|其中|具体(?:来说)?)[，,\s]*"
)
_PRONOUN = re.compile(
    r"他们的?|她们的?|它们的?|(?<!其)他的?(?=[^们人])|它的?|这(?:项工作|项|个|些|方面|里|种|类|件事|次会议|位领导)的?|上述的?|"
    r"前者的?|后者的?|(?<![应活主])该(?=[^怎如])|对此|为此|其中|那(?:个|些|里|次|位)的?"
)
_TAIL = re.compile(r"[呢吗呀啊]?[？?。！!\s]{0,20}$")
_NTH = re.compile(
    r"^(?:那么?|说说|展开)?(?:第(?P<n>[一二两三四五六七八九十\d]{1,2})[条点个项方面句种]*|(?P<last>最后一[条点个项]))(?:呢|是什么|怎么说|具体.*|讲什么|说的?是?什么)?[？?。]*$"
)
_SHORT = 0.6  # total weight of content words below which a question says next to nothing
_WHOLE = 3  # content words from which a question that begins with 那 still stands on its own
_FRESH = 0.5  # share of a rewording's character pairs that may come from neither question


def nth_asked(question: str) -> int | None:
    """Return which point of the list before is asked about: 第二条呢 -> 2, 最后一条 -> -1, None where none is.

    >>> [nth_asked(q) for q in ("第二条呢？", "最后一点是什么", "第二条措施是谁负责")]
    [2, -1, None]
    """
    match = _NTH.match(fold(question).strip())
    if not match:
        return None
    return -1 if match["last"] else parse_chinese_number(match["n"])


def points_back(question: str) -> bool:
    """Tell whether the words of a question refer to something said before."""
    folded = fold(question).strip()
    return bool(_LEADS.match(folded) or _PRONOUN.search(folded) or re.search(r"呢[？?。\s]*$", folded))


class Conversation:
    """The questions asked so far, oldest first, and how the next one is to be read."""

    def __init__(
        self, history: Sequence[str], segmenter: Segmenter, document_frequency: Callable[[str], float]
    ) -> None:
        self._segmenter, self._frequency = segmenter, document_frequency
        self.subject = ""  # the last question, made whole
        self.topic = ""  # the last question that stood on its own: what follow-ups are about
        for question in (q for q in history[-MAX_TURNS:] if nth_asked(q) is None):
            self.subject = self.readings(question)[0]
            own = self._analysed(question)
            if self.subject == question or self._exchanged(self._bare(own), own, self._analysed(self.topic)):
                self.topic = self.subject

    def readings(self, question: str) -> tuple[str, ...]:
        """Return the ways to read ``question``, likeliest first; a whole question has one, itself."""
        own = self._analysed(question)
        short = sum(t.weight for t in own.terms) < _SHORT
        back = points_back(question)
        if not self.topic or not (short or back):
            return (question,)
        carried = self._carried(own)
        if _PRONOUN.search(own.text) or not own.terms or (back and len(own.terms) < _WHOLE):
            return (carried,)
        return (question, carried)

    def complete(self, question: str) -> bool:
        """Tell whether a question has a subject of its own, though it may begin as a follow-up: 那迟报怎么追究."""
        own = self._analysed(question)
        weight = sum(t.weight for t in own.terms)
        return len(own.terms) > 1 and weight >= _SHORT and not _PRONOUN.search(own.text)

    def _analysed(self, question: str) -> Question:
        return analyse(question, self._segmenter, self._frequency)

    def _bare(self, own: Question) -> str:
        return _TAIL.sub("", _LEADS.sub("", own.text)).rstrip("的呢")

    def _carried(self, own: Question) -> str:
        """Return a question with what it leaves out taken from the topic."""
        before, bare = self._analysed(self.topic), self._bare(own)
        exchanged = self._exchanged(bare, own, before)
        if exchanged:
            return exchanged
        asked = {*before.asked, *lexicon()["categories"]}
        telling = [t.text for t in before.terms if len(t.text) > 1 and t.text not in bare]
        kept = [word for word in telling if word not in asked] or telling or [t.text for t in before.terms]
        topic = "".join(sorted(kept, key=before.text.find))
        if _PRONOUN.search(bare):
            return _PRONOUN.sub(topic, bare, count=1)
        return f"{topic}的{bare}" if own.kind in {Kind.TOPIC, Kind.WHAT} else f"{topic}{bare}"

    def _exchanged(self, bare: str, own: Question, before: Question) -> str:
        """Return the subject with its year, place or organ exchanged for the one that is all the question names."""
        new, old = constraints(own), constraints(before)
        if len(new) != 1 or len(new[0].text) + 2 < len(bare):
            return ""
        same = [c for c in old if c.kind == new[0].kind]
        if same:
            return before.text.replace(same[0].text, new[0].text, 1)
        return new[0].text + before.text if before.text else ""


def rewritten(question: str, history: Sequence[str], generator: Generator) -> str:
    """Return the question as the model makes it whole, or empty where it cannot or adds words of its own."""
    token = new_token()
    told = "\n".join(f"{n}. {neutral(q, token)}" for n, q in enumerate(history[-MAX_TURNS:], 1))
    try:
        prompt = load_prompt(generator.prompts, "rewrite")
        system, user = prompt.render(history=told, question=neutral(question, token), token=token)
        lines = [line.strip() for line in generator.generate(system, user).splitlines() if line.strip()]
    except (GenerationError, PromptError):
        return ""
    if len(lines) != 1 or len(lines[0]) > 120 or token in lines[0] or re.search(r"[<>\[\]{}]|//", lines[0]):
        return ""
    pairs = shingles(lines[0], 2)
    known = set().union(*(shingles(text, 2) for text in (*history, question)))
    return lines[0] if pairs and len(pairs - known) <= _FRESH * len(pairs) else ""
