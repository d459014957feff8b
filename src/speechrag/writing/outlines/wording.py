"""What makes two headings alike, parallel, or fit for any theme."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.text import bigrams, jaccard
from speechrag.writing.outlines.genre import by_length, genre
from speechrag.writing.outlines.plan import Plan


@lru_cache(maxsize=8192)
def core(heading: str) -> str:
    """Return a heading without the verbs that many headings open with: 加强队伍建设 -> 队伍建设."""
    return re.sub(rf"^(?:进一步|切实|着力)?(?:{by_length(genre().directives)}|抓好|搞好|做好)+", "", heading) or heading


def similar(left: str, right: str) -> bool:
    """Tell whether two headings say nearly the same."""
    short, long = sorted((core(left), core(right)), key=len)
    if len(short) >= 4 and short in long:
        return True
    one, two = _pairs(left), _pairs(right)
    if not one or not two:
        return left == right
    return jaccard(one, two) >= 0.4 or len(one & two) / min(len(one), len(two)) >= 0.67


@lru_cache(maxsize=8192)
def _pairs(heading: str) -> frozenset[str]:
    return frozenset(bigrams(heading))


@lru_cache(maxsize=8192)
def shape(heading: str) -> str:
    """Return the grammatical pattern of a heading: pair, statement, directive or other."""
    segments = re.split(r"[，、]", heading)
    if len(segments) == 2 and len(segments[0]) == len(segments[1]) <= 8:
        return "pair"
    if re.search(r".是.{3,}", heading):
        return "statement"
    return "directive" if re.match(by_length(genre().directives), heading) else "other"


def parallel(left: str, right: str) -> float:
    """Return how well two headings stand side by side, 0..1: same pattern, near length."""
    same = 0.5 if shape(left) == shape(right) else 0.0
    return same + 0.5 * (1 - min(abs(len(left) - len(right)), 8) / 8)


def form(heading: str) -> str:
    """Return the pattern of a main heading: pair, tailed (a pair and a clause), two or one clause."""
    segments = re.split(r"[，、]", heading)
    if len(segments) == 2:
        return "pair" if len(segments[0]) == len(segments[1]) else "two"
    return "tailed" if len(segments) >= 3 else "one"


def bare_length(heading: str, plan: Plan) -> int:
    """Return how many characters of a heading are neither the new theme nor words of the genre."""
    words = genre()
    known = [plan.work, *words.directives, *words.objects, *words.cliches]
    known += [word for role in words.roles.values() for word in (*role.strong, *role.weak)]
    left = re.sub(by_length(tuple(word for word in known if word)), "", heading)
    return len(
        re.sub(r"[的和与为把对在以地到上中，、一新更高不断进一步切实充分深刻明确各项任务工作全面扎实]", "", left)
    )
