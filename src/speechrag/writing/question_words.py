"""The content words of a question, and how they are said elsewhere.

Question words and stop words are taken out; what a segmenter glues together that is no word is taken apart again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from speechrag.cleaning.likelihood import Likelihood
from speechrag.retrieval.thesaurus import builtin_thesaurus
from speechrag.text import Segmenter, is_han, unique, words
from speechrag.writing.figures import canonical

NUMERALS = "一二两三四五六七八九十"
# A measure word goes with the question word, unless it begins a noun: 几种新常态, but 多少项目.
_MEASURE = (
    r"(?:个|篇|起|台|座|户|间|句|字|册|本|张|倍|天|亩|盏|届|件|项(?!目)|条(?!件|例|款)|部(?!门|分|署|队|长)|人(?!员|民|口|才|数)|"
    r"名(?!字|单|次|称|牌)|位(?!置|于)|点(?!子)|期(?!间|限)|级(?!别)|家(?!庭|长|属)|次(?!数)|处(?!理|长|分)|种(?!类|植)|所(?!有)|"
    r"份(?!额)|类(?!型)|批(?!示|评)|层(?!次)|方面|道|类)?"
)
COUNTING = re.compile(_MEASURE[:-1] + "|[里米吨元岁分秒]")
QUESTION_WORDS = re.compile(
    # What the asker wants done with the answer: 请逐项说出, 能列一下吗, 完整内容.
    r"请(?:问|你)?(?:(?:逐项|逐一|逐条|分别|简要|详细|完整)地?)?(?:说出|说明|列出|列举|回答|介绍|解释|写出|指出|说说|讲讲)|能(?:列|说|讲|介绍|解释)一下|"
    r"(?:逐项|逐一|逐条)(?:说出|列出|列举)|(?:说说|讲讲|介绍一下|说明一下|解释一下|列一下)|(?:完整|全部|具体)内容|各指|指的?(?=哪)|"
    r"怎么个[\u4e00-\u9fff]{1,2}法|怎么一?回事|咋回事|最多|最少|至少|起码|来(?=[管做办修写抓])|(?:定|设|列)为(?=多少|几|什么)|"
    r"(?:多久|多长时间|几个?(?:小时|钟头|分钟|天|秒钟?|周|月))(?:之内|以内|内|之前|以前)?|请问|想问|问一下|告诉我|我想知道|有没有人知道|具体|到底|究竟|是不是|有没有|能不能|可不可以|是否|能否|"
    r"为什么|为何|为啥|什么时候|什么时间|什么地方|什么样|什么|啥时候|啥|多长时间|多久|多大|多高|多长|多远|多宽|多深|多厚|多重(?!要)|几月几日|几月|几[号日](?![楼线院库机井文])|"
    rf"哪[{NUMERALS}几]个?(?:字眼?|词语?|样(?:东西)?(?![本板])|句话)|哪一年|哪一天|哪年|哪天|哪些|哪里|哪儿|哪位|哪方面|多少{_MEASURE}|哪[{NUMERALS}几]?{_MEASURE}|"
    r"怎么样|怎么|怎样|如何|咋|谁|何时|何处|何谓|何为|"
    rf"第几{_MEASURE}|几(?=[^乎何]){_MEASURE}|吗|呢|吧|啊|呀|[?？]|是指|指的是|分别是|分别|列举|列出"
)


# 全省评比中排第几: the place and the verb are no word.
_PLACED = re.compile(r"(?<=[里中上内])(?=排(?:名|在|行|到|位)?第?(?:，|$))")


def without_question_words(folded: str) -> str:
    """Return a folded question with a comma in the place of each question word."""
    return _PLACED.sub("，", QUESTION_WORDS.sub("，", folded))


@cache
def lexicon() -> Mapping[str, Any]:
    """Return the word lists of ``data/questions.toml``: lists by name, and ``synonyms`` word -> official words."""
    data = tomllib.loads(resources.files("speechrag.data").joinpath("questions.toml").read_text(encoding="utf-8"))
    lists: dict[str, Any] = {name: frozenset(text.split()) for name, text in data.items() if isinstance(text, str)}
    return lists | {"synonyms": {word: tuple(others) for word, others in data["synonyms"].items()}}


_IN_HAN = re.compile(
    "[一二三四五六七八九十百千]{0,6}十[一二三四五六七八九]?|[一二三四五六七八九两][百千][一二三四五六七八九零十百]{0,6}"
)


def synonyms(word: str) -> tuple[str, ...]:
    """Return how ``word`` is said in official prose, a number of two and more characters in digits: 七十, 70.

    Empty where no other word is known.
    """
    told = tuple(lexicon()["synonyms"].get(word, ()))
    return (*told, canonical(word)) if _IN_HAN.fullmatch(word) else told


@lru_cache(maxsize=4_096)
def related(word: str) -> tuple[str, ...]:
    """Return what the search's table of everyday wording has for ``word``: nearer to a hint than to a synonym."""
    return tuple(term for term in builtin_thesaurus().terms.get(word, ()) if len(term) > 1)


def _torn(word: str, bare: str, known: Callable[[str], float]) -> bool:
    """Tell whether an unknown pair is a slip of the segmenter: 稿量排全省 cut 量排, though the corpus knows 稿量."""
    at = bare.find(word)
    if len(word) != 2 or at < 0 or known(word) > 0:
        return False
    stop = lexicon()["stop_words"]
    left, right = bare[max(0, at - 1) : at], bare[at + 2 : at + 3]
    sides = ((left + word[0], left), (word[1] + right, right))
    return any(is_han(other) and other not in stop and known(pair) > 0 for pair, other in sides)


@cache
def _prose() -> Likelihood:
    return Likelihood("")


def unusual(word: str) -> bool:
    """Tell whether official prose at large has no two neighbouring characters of ``word``: 泊阳, a name."""
    return not any(pair_frequency(word[i : i + 2]) for i in range(len(word) - 1))


def pair_frequency(pair: str) -> float:
    """Return how common a character or two neighbours are in official prose at large; 0 where it has none such."""
    return _prose().frequency(pair)


def _glued(word: str, known: Callable[[str], float]) -> bool:
    """Tell whether a word is none: neither the corpus nor official prose at large nor the tables have it.

    A segmenter with a model for unknown words joins what merely stands together: 先垫, 报两办.
    """
    if len(word) < 2 or not is_han(word[0]) or known(word) > 0 or synonyms(word) or related(word):
        return False
    return not all(_prose().frequency(word[i : i + 2]) for i in range(len(word) - 1))


def _pieces(word: str, known: Callable[[str], float]) -> list[str]:
    """Return the known words inside ``word`` and the characters between them, from the left."""
    found, at = [], 0
    while at < len(word):
        size = next((n for n in range(min(4, len(word) - at), 1, -1) if known(word[at : at + n]) > 0), 1)
        found.append(word[at : at + size])
        at += size
    return found


# Function characters that a dictionary segmenter glues to a neighbour in questions: 率有, 要交, 市里.
_GLUED = re.compile(r"^[要得被把给向往从有就还才上下里]{1,8}(?=.)|(?<=.)[有里了过着的得往要是在被第上下]{1,8}$")


# 要求, 要点, 主要 and the like are words of their own; 要交, 员要 are glued.
_NEEDS = frozenset("求素点闻情务害领目")
_NEEDED = frozenset("需主重只必纪摘概提首紧扼险将不想")


def _plain(word: str) -> bool:
    """Tell whether the 要 at an end of ``word``, if any, belongs to it."""
    return (word[0] != "要" or word[1:2] in _NEEDS) and (word[-1] != "要" or word[-2:-1] in _NEEDED)


def content_words(folded: str, cutter: Segmenter, known: Callable[[str], float]) -> list[str]:
    """Return the content words: question and stop words out, words inside a longer word of the question out."""
    stop = lexicon()["stop_words"]
    bare = without_question_words(folded)
    found = unique(word if known(word) > 0 and _plain(word) else _GLUED.sub("", word) for word in words(bare, cutter))
    # 信访工作 is spoken of wherever 信访 is, 队伍建设 wherever 队伍 is.
    found = [
        word[:-2] if len(word) > 3 and word.endswith(("工作", "建设")) and word[-3] != "的" else word for word in found
    ]
    found = [word for word in unique(found) if word not in stop and not _torn(word, bare, known)]
    found = [piece for word in found for piece in (_pieces(word, known) if _glued(word, known) else [word])]
    found = [word for word in unique(found) if word not in stop]
    return [word for word in found if not any(word != other and word in other for other in found)]
