"""Follow-up questions: what 那时限呢？ and 他们怎么奖励？ mean after the question before.

Without an LLM the subject is carried: a question that points back (那…呢, 他们, 这项, 上述) or asks but for a side of
something (谁负责, 怎么解决, 时限) is asked of what the question before was about; one that names but another year,
place or organ exchanges it; 那网络安全呢 may ask for a side of the subject, or the same of another. A question that
stands on its own is never touched. With an LLM the question is reworded (``prompts/rewrite.toml``),
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
from speechrag.writing.question_kinds import Kind
from speechrag.writing.question_words import lexicon, without_question_words
from speechrag.writing.questions import Question, Term, analyse

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
# 还有呢, 还有哪些: more of the same is asked for.
_MORE = re.compile(
    r"^(?:那么?|那)?(?:(?:还有|另外)(?:呢|吗|没有|什么|哪些|啥|其他的?|别的)?(?:吗|呢)?|(?:其他|其余|别)的?(?:呢|还有吗)|除此(?:之外|以外)呢?|"
    r"继续(?:说)?|接着说)[？?。！!\s]*$"
)
_MUTE = re.compile("[的是有要由来去做办搞报里从在到得该应能会上下多次一我们本项各每再又]")  # tell no subject
# What stands at the end of a subject without belonging to it: 信息工作存在, 紧急信息要在, 五个转变是.
_BEHIND = re.compile(
    r"(?:(?:(?<!需)(?<!重)(?<!主)要|应当?|必须|需要)(?![求点素闻])[\u4e00-\u9fff]{0,3}|存在|具有|包括|包含|涉及|(?<![所])有|都?是|(?<=.)[从在由为对将把被给向到该得会能可以让]|"
    r"达到?|(?:提出?|(?<!演)讲|强调|谈)[了过]?|主要|一共|总共|分别|大约|大概|的)$"
)
_BEFORE = re.compile(
    r"^(?:请问|请(?![示假求])|关于|对于?(?![象口外接])|在(?![线岗职建校册])|要(?![求点素闻])|应[该当]|必须|的|是(?!非)|"
    r"有(?![色机关限线效])|要?靠(?!前)|我想知道|说说|介绍一?下?)+"
)
_RELATIVE = re.compile("[今去明前]年|[上下]半年|[上下]个?月|[上下]季度|[一二三四]季度")
_YEARS_ON = {"今年": 0, "去年": -1, "前年": -2, "明年": 1}
# A numbered slogan behind its subject: 信访工作的“四个一批”, 北辛街道服务业六大名片.
_SLOGAN = re.compile(
    r"的?[“\"]?(?<!第)[两三四五六七八九十](?:个|大|项|条|种|类|句|步|点)[“\"]?[\u4e00-\u9fff]{1,6}[”\"]?$"
)
_FAULTS = frozenset(["问题", "困难", "短板", "不足", "矛盾", "隐患", "薄弱环节", "差距"])
_MENDS = re.compile("解决|克服|整改|改进|补上|补齐|改|化解|破解")
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


def more_asked(question: str) -> bool:
    """Tell whether more of what was told is asked for: 还有呢, 其他的呢."""
    return bool(_MORE.match(fold(question).strip()))


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
        self._beside = ""  # what the last question asked about beside the topic: 那应急演练呢
        for question in (q for q in history[-MAX_TURNS:] if nth_asked(q) is None and not more_asked(q)):
            self._follow(question)

    def _follow(self, question: str) -> None:
        own = self._analysed(question)
        self.subject = self.readings(question)[0]
        if self.subject == question or self._exchanged(self._bare(own), own, self._analysed(self.topic)):
            self.topic, self._beside = self.subject, ""
        elif not _PRONOUN.search(own.text) and not self._sided(own):
            self._beside = self._phrase(own)

    def readings(self, question: str) -> tuple[str, ...]:
        """Return the ways to read ``question``, likeliest first; a whole question has one, itself."""
        own = self._analysed(question)
        back, sided = points_back(question), self._sided(own)
        short = sum(t.weight for t in own.terms) < _SHORT
        if not self.topic or not (short or back or sided):
            return (question,)
        before, bare = self._analysed(self.topic), self._bare(own)
        exchanged = self._exchanged(bare, own, before)
        if exchanged:
            return (exchanged,)
        subjects = self._subjects(before, bare)
        carried = [_of(subject, bare, own) for subject in subjects]
        if sided or _PRONOUN.search(own.text):
            return tuple(dict.fromkeys(carried))
        if not back or len(own.terms) >= _WHOLE:
            return tuple(dict.fromkeys([question, *carried]))
        scope = self._scope(before, bare)
        if own.kind is not Kind.TOPIC:
            return tuple(dict.fromkeys([*carried, scope + bare]))
        same = self._same(before, scope + bare)
        first, others = ([same], carried) if same and before.kind is Kind.NUMBER else ([], [*carried, same])
        # What holds of one place and year is not asked of all others.
        alone = f"{scope}的{bare}" if scope else bare
        return tuple(dict.fromkeys(filter(None, [*first, *others, f"{alone}有哪些要求", alone])))

    def complete(self, question: str) -> bool:
        """Tell whether a question has a subject of its own, though it may begin as a follow-up: 那迟报怎么追究."""
        own = self._analysed(question)
        weight = sum(t.weight for t in own.terms)
        return len(own.terms) > 1 and weight >= _SHORT and not _PRONOUN.search(own.text) and not self._sided(own)

    def about(self, reading: str) -> tuple[Term, ...]:
        """Return the words of ``reading`` that tell its subject: what answers it must speak of them."""
        own = self._analysed(reading)
        named = "".join(c.text for c in constraints(own))
        # A word that the corpus has not at all comes in single characters.
        return tuple(
            t
            for t in own.terms
            if t.text not in named and not (_MUTE.match(t.text) if len(t.text) < 2 else _is_side(t.text))
        )

    def _analysed(self, question: str) -> Question:
        return analyse(question, self._segmenter, self._frequency)

    def _bare(self, own: Question) -> str:
        return _TAIL.sub("", _LEADS.sub("", own.text)).rstrip("的呢")

    def _sided(self, own: Question) -> bool:
        """Tell whether a question asks but for a side of something, and names nothing that has it."""
        if constraints(own) or own.names or not all(_is_side(t.text) for t in own.terms):
            return False
        if not own.terms:
            return True
        rest = without_question_words(self._bare(own))
        for word in sorted({t.text for t in own.terms if len(t.text) > 1}, key=len, reverse=True):
            rest = rest.replace(word.removeprefix("谁"), "")
        return len(re.sub(r"[^\u4e00-\u9fffa-z0-9]", "", _MUTE.sub("", rest))) < 2

    def _subjects(self, before: Question, bare: str) -> list[str]:
        """Return what a follow-up may be about, likeliest first."""
        phrase = self._phrase(before)
        if before.asked and before.asked[0] in _FAULTS and _MENDS.search(bare) and before.asked[0] not in bare:
            phrase += f"的{before.asked[0]}"
        beside = self._beside if self._beside not in phrase else ""
        scope = self._scope(before, beside)
        found = [f"{phrase}的{beside}", scope + beside] if beside else []
        head = phrase.split("的")[0]
        return list(dict.fromkeys(filter(None, [*found, phrase, head if len(head) > 1 else ""])))

    def _phrase(self, question: Question) -> str:
        """Return the words of a question that say what it is about: 泊山县的防汛物资 of 泊山县的防汛物资怎么储备."""
        pieces = [_stripped(p) for p in re.split("[，,]", without_question_words(self._bare(question)))]

        def telling(piece: str) -> float:
            return sum(t.weight * (0.1 if _is_side(t.text) else 1.0) for t in question.terms if t.text in piece)

        best = max(pieces, key=telling, default="")
        if len(best) > 1 and (telling(best) or constraints(self._analysed(best))):
            return best
        terms = [t.text for t in question.terms if len(t.text) > 1] or [t.text for t in question.terms]
        return "".join(sorted(terms, key=question.text.find))

    def _scope(self, before: Question, bare: str) -> str:
        """Return the year, place or organ of the topic, which holds on; empty where ``bare`` has its own."""
        kinds = {c.kind for c in constraints(self._analysed(bare))} if bare else set()
        named = [c for c in constraints(before) if c.kind in {"year", "place", "organ"} and c.kind not in kinds]
        return "".join(c.text for c in sorted(named, key=lambda c: before.text.find(c.text)))

    def _same(self, before: Question, thing: str) -> str:
        """Return the question before asked of another thing; empty where it asks for the members of what is its own."""
        if before.kind is Kind.NUMBER:
            return f"{thing}是多少"
        phrase = self._phrase(before)
        whole = before.count or before.names or before.kind is Kind.TOPIC or phrase not in before.text
        return "" if whole else _TAIL.sub("", before.text).replace(phrase, thing, 1)

    def _exchanged(self, bare: str, own: Question, before: Question) -> str:
        """Return the subject with its year, place or organ exchanged for the one that is all the question names."""
        if _RELATIVE.fullmatch(bare):
            return _in_time(bare, before.text)
        new, old = constraints(own), constraints(before)
        if len(new) != 1 or len(new[0].text) + 2 < len(bare):
            return ""
        same = [c for c in old if c.kind == new[0].kind]
        if same:
            return before.text.replace(same[0].text, new[0].text, 1)
        return new[0].text + before.text if before.text else ""


def _in_time(told: str, before: str) -> str:
    """Return the question ``before`` asked of 去年, 上半年 or the like; 去年 behind 2012年 is 2011年."""
    if relative := _RELATIVE.search(before):
        return before.replace(relative[0], told, 1)
    if (year := re.search(r"(?:19|20)\d\d(?=年)", before)) and told in _YEARS_ON:
        return before.replace(year[0], str(int(year[0]) + _YEARS_ON[told]), 1)
    return told + before


def _is_side(word: str) -> bool:
    lists, word = lexicon(), word.removeprefix("谁")
    return len(word) < 2 or any(word in lists[name] for name in ("sides", "categories", "plain_acts", "given"))


def _stripped(piece: str) -> str:
    """Return a piece of a question without the verbs and particles at its ends, and the side it names last."""
    piece = _BEFORE.sub("", piece.strip())
    while (found := _BEHIND.search(piece)) and len(found[0]) < len(piece):
        piece = piece[: found.start()]
    numbered = _SLOGAN.search(piece)
    if numbered and numbered.start() > 1:
        piece = piece[: numbered.start()]
    acts = sorted(
        (lexicon()["plain_acts"] - {"组织", "实施"}) | {"负责", "牵头", "措施", "办法"}, key=len, reverse=True
    )
    if act := next((act for act in acts if piece.startswith(act) and len(piece) > len(act) + 1), ""):
        piece = piece.removeprefix(act)
    head, _, side = piece.rpartition("的")
    return head if head and _is_side(side) and len(side) > 1 else piece


def _of(subject: str, bare: str, own: Question) -> str:
    """Return a follow-up asked of ``subject``, which stands for its pronoun if it has one."""
    if _PRONOUN.search(bare):
        return _PRONOUN.sub(subject, bare, count=1)
    return f"{subject}的{bare}" if own.kind in {Kind.TOPIC, Kind.WHAT} else f"{subject}{bare}"


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
