"""How many made-up facts the claim checker stops, and how many true sentences: python eval/fabrications.py --index DIR

Sentences are drawn at run time from the speeches of an index, none are stored. A true sentence is one of a passage,
shortened, introduced, or with its figures written another way; a fabrication is one with a false figure, name, date or
quotation, or with the number of a passage that does not exist or says nothing of it. Same seed, same sentences.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from speechrag.engine import Engine
from speechrag.text import chinese_number, sentence_spans
from speechrag.writing.check import check_sentence, cited_sentences
from speechrag.writing.names import OFFICE, named_spans

_DIGITS = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.、．])")
_SPELLED = re.compile(
    r"(?<![一二三四五六七八九十百千万第])([二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?)(?=[个名条篇期次项处所家人户元年月日天小])"
)
_DATE = re.compile(r"(?:19|20)\d\d年|\d{1,2}月(?:\d{1,2}日)?|(?:今|去|明)年|[上下]半年")
_TITLE = re.compile(r"《[^》]{2,20}》|“[^”]{3,20}”")
NAMES = ("赵立新", "钱卫东", "孙国梁", "周文彬", "吴建华", "郑宏伟", "冯志远", "韩雪松")
PLACES = ("临沧", "汾阳", "萍乡", "铜陵", "乌海", "丹东", "钦州", "白城")
SAID = ("事前不准备、事后就被动", "宁可十防九空", "抓而不紧等于不抓", "把账算在前头", "谁家的孩子谁来抱")
LEADS = ("", "", "", "据介绍，", "讲话指出，", "其中，", "此外，", "同时，")


@dataclass(frozen=True, slots=True)
class Claim:
    """A written sentence with citation marks, the passages it may cite, and what was made up in it."""

    kind: str  # true, or number, name, date, quotation, citation
    text: str
    passages: tuple[str, ...]


def _true(rng: random.Random, sentence: str) -> str:
    """Return the sentence as a careful writer may give it back: shortened, introduced, figures written another way."""
    way = rng.randrange(5)
    clauses = re.split(r"(?<=[，；])", sentence.rstrip("。！；"))
    if way == 1 and len(clauses) > 2:
        sentence = "".join(clauses[: max(1, len(clauses) - 1)]).rstrip("，；") + "。"
    elif way == 2 and len(clauses) > 2:
        sentence = "".join(clauses[1:]) + "。"
    elif way == 3:
        sentence = re.sub(r"(?<![\d.])(\d+)%", lambda m: _percent(m[1]), sentence, count=1)
    elif way == 4:
        sentence = _SPELLED.sub(lambda m: str(_value(m[1])), sentence, count=1)
    return rng.choice(LEADS) + sentence


def _percent(digits: str) -> str:
    return f"百分之{chinese_number(int(digits))}" if 0 < int(digits) < 100 else digits + "%"


def _value(spelled: str) -> int:
    return next(n for n in range(1, 100) if chinese_number(n) == spelled or "一" + chinese_number(n) == spelled)


def _number(rng: random.Random, sentence: str, source: str) -> str:
    found = [*_DIGITS.finditer(sentence), *_SPELLED.finditer(sentence)]
    if not found:
        return sentence
    match = rng.choice(found)
    old = match.group()
    if old[0].isdigit():
        at = rng.randrange(len(old))
        while not old[at].isdigit():
            at = rng.randrange(len(old))
        new = old[:at] + rng.choice([d for d in "123456789" if d != old[at]]) + old[at + 1 :]
    else:
        new = chinese_number(rng.choice([n for n in range(2, 60) if n != _value(old)]))
    return sentence[: match.start()] + new + sentence[match.end() :]


def _name(rng: random.Random, sentence: str, source: str) -> str:
    spans = [
        (a, b)
        for kind, a, b in named_spans(sentence)
        if kind == "name" and (sentence[b - 1] in "省市县区镇乡村局" or re.match(OFFICE, sentence[b:]))
    ]
    if spans and rng.random() < 0.7:
        start, end = rng.choice(spans)
        name = sentence[start:end]
        ending = name[-1] if name[-1] in "省市县区镇乡村局" else ""
        new = rng.choice([n for n in (PLACES if ending else NAMES) if n not in source])
        return sentence[:start] + new + ending + sentence[end:]
    person, place = rng.choice(NAMES), rng.choice(PLACES)
    return rng.choice((f"副市长{person}提出，", f"{place}市", f"局长{person}说，", f"据{place}县介绍，")) + sentence


def _date(rng: random.Random, sentence: str, source: str) -> str:
    found = list(_DATE.finditer(sentence))
    year = f"{rng.randrange(1985, 2031)}年"
    day = f"{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日"
    if found and rng.random() < 0.7:
        match = rng.choice(found)
        new = next(new for new in (year if "年" in match.group() else day, day, "1987年") if new not in source)
        return sentence[: match.start()] + new + sentence[match.end() :]
    return next(new for new in (rng.choice((year, day)), "1986年") if new not in source) + "，" + sentence


def _quotation(rng: random.Random, sentence: str, source: str) -> str:
    found = list(_TITLE.finditer(sentence))
    if found and rng.random() < 0.6:
        match = rng.choice(found)
        inner = match.group()[1:-1]
        return sentence.replace(inner, inner[:-1] + rng.choice([c for c in "法令书章图" if c != inner[-1]]), 1)
    said = rng.choice([s for s in SAID if s not in source])
    return sentence.rstrip("。") + f"，强调“{said}”。"


FALSE: dict[str, Callable[[random.Random, str, str], str]] = {
    "number": _number,
    "name": _name,
    "date": _date,
    "quotation": _quotation,
}


def passages_of(engine: Engine) -> list[tuple[str, str]]:
    """Return (speech id, text) of all passages that hold a whole sentence or two, in the order of the corpus."""
    found = []
    for speech in engine.speeches():
        for start in range(0, len(speech.text), 400):
            spans = sentence_spans(speech.text, start, min(len(speech.text), start + 600))[1:-1]
            if spans:
                found.append((speech.speech_id, speech.text[spans[0][0] : spans[-1][1]]))
    return found


def claims(passages: Sequence[tuple[str, str]], seed: int, false: int, true: int) -> Iterator[Claim]:
    """Yield ``true`` true claims and ``false`` fabrications, kinds in turn, each citing among five passages."""
    rng = random.Random(seed)
    kinds = [*FALSE, "citation"]
    made = Counter[str]()
    while made["false"] < false or made["true"] < true:
        chosen = rng.sample(range(len(passages)), 5)
        texts = tuple(passages[i][1] for i in chosen)
        sentences = [
            texts[0][a:b] for a, b in sentence_spans(texts[0]) if 14 <= b - a <= 140 and texts[0][b - 1] in "。；"
        ]
        if not sentences:
            continue
        sentence = rng.choice(sentences)
        if made["true"] < true:
            made["true"] += 1
            yield Claim("true", _true(rng, sentence)[:-1] + "[1]。", texts)
        kind = kinds[made["false"] % len(kinds)]
        if made["false"] >= false:
            continue
        if kind == "citation":
            wrong = rng.choice((2, 3, 4, 5, 9, 0, 17))
            same = wrong in range(1, 6) and sentence in texts[wrong - 1]
            text = sentence if not same else ""
            mark = f"[{wrong}]"
        else:
            text, mark = FALSE[kind](rng, sentence, texts[0]), "[1]"
        if not text or (kind != "citation" and (text == sentence or text.rstrip("。") in texts[0])):
            continue
        made["false"] += 1
        yield Claim(kind, text[:-1] + mark + text[-1], texts)


def flagged(claim: Claim) -> bool:
    """Tell whether any sentence of the claim would be dropped or marked."""
    for cited in cited_sentences(claim.text, range(1, len(claim.passages) + 1)):
        if not cited.numbers or cited.unknown:
            return True
        if not check_sentence(cited.text, [claim.passages[n - 1] for n in cited.numbers]).supported:
            return True
    return False


def measure(engine: Engine, seed: int, false: int, true: int) -> tuple[Counter[str], Counter[str], list[Claim]]:
    """Return claims by kind, flagged ones by kind, and those judged wrongly."""
    total, stopped, wrong = Counter[str](), Counter[str](), []
    for claim in claims(passages_of(engine), seed, false, true):
        found = flagged(claim)
        total[claim.kind] += 1
        stopped[claim.kind] += found
        if found == (claim.kind == "true"):
            wrong.append(claim)
    return total, stopped, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", default="indexes/default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--false", type=int, default=100)
    parser.add_argument("--true", type=int, default=500)
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args()
    total, stopped, wrong = measure(Engine.open(options.index), options.seed, options.false, options.true)
    for kind in total:
        sys.stdout.write(f"{kind:<10} {stopped[kind]:>4} of {total[kind]} flagged\n")
    for claim in wrong if options.show else ():
        sys.stdout.write(f"{claim.kind}: {claim.text}\n")


if __name__ == "__main__":
    main()
