"""Questions a corpus cannot answer, made from those it can: python eval/near_misses.py --index DIR QUESTIONS.jsonl

Of every labelled question that is answered, one thing is changed for another that the answering speech does not have:
the year, the place, the person, the organ, a figure; a question without one gets one. What is still answered from the
same speech is answered beside the point. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from speechrag.engine import Engine
from speechrag.records import Answer, Speech
from speechrag.text import fold

YEARS = ("1998", "2003", "2006", "2009", "2011", "2013", "2017", "2019", "2021", "2024")
PLACES = ("宁波市", "汾阳县", "柳林镇", "青海省", "铜陵市", "罗田县")
PERSONS = ("赵立新书记", "孙国梁局长", "韩雪松同志", "郑宏伟县长")
ORGANS = ("气象局", "教育局", "卫生局", "国税局", "旅游局", "统计局", "体育局")
_YEAR = re.compile(r"(?:19|20)\d\d年?")
_ORGAN = re.compile(r"[\u4e00-\u9fff]{2}局|政协|公安|信访|水利|法院")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A changed question, the kind of the change, and the speeches that answered it before."""

    kind: str
    question: str
    speeches: frozenset[str]


def _text(speech: Speech) -> str:
    return fold("\n".join([speech.title, speech.source, speech.text, *(str(v) for v in speech.metadata.values())]))


def near_misses(engine: Engine, question: str, answer: Answer, regions: list[str]) -> Iterator[NearMiss]:
    """Yield the changes of one answered question."""
    ids = frozenset(c.speech_id for c in answer.citations)
    texts = [_text(engine.speech(key)) for key in sorted(ids)]

    def free(values: tuple[str, ...] | list[str]) -> list[str]:
        turn = sum(map(ord, question)) % len(values)
        return [v for v in [*values[turn:], *values[:turn]] if all(v[: 2 if len(v) < 5 else 4] not in t for t in texts)]

    years = [y for y in free(YEARS) if all(str(engine.speech(key).metadata.get("year", "")) != y for key in ids)]
    if years:
        changed = _YEAR.sub(years[0] + "年", question, count=1)
        yield NearMiss("year", changed if changed != question else f"{years[0]}年{question}", ids)
    held = [r for r in regions if r in question]
    for kind, places in (("place", list(PLACES)), ("place of the corpus", regions)):
        others = free(places) if places else []
        if others:
            changed = question.replace(held[0], others[0]) if held else others[0] + question
            yield NearMiss(kind, changed, ids)
    if persons := free(PERSONS):
        yield NearMiss("person", f"{persons[0]}说的{question}", ids)
    organs = [o for o in free(ORGANS) if o[:2] not in question]
    if organs:
        changed = _ORGAN.sub(organs[0], question, count=1)
        yield NearMiss("organ", changed if changed != question else organs[0] + question, ids)
    if figure := _FIGURE.search(_YEAR.sub("", question)):
        other = str(int(float(figure.group())) + 7)
        if other not in "".join(texts):
            yield NearMiss("figure", question.replace(figure.group(), other, 1), ids)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--index", default="indexes/default")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--show", action="store_true", help="print what is answered beside the point")
    options = parser.parse_args()
    engine = Engine.open(options.index)
    regions = [value for value, _ in engine.facets().get("region", [])]
    total, refused, elsewhere = Counter[str](), Counter[str](), Counter[str]()
    for line in options.questions.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["split"] != options.split or not row["answerable"]:
            continue
        answer = engine.ask(row["question"])
        for made in near_misses(engine, row["question"], answer, regions) if answer.supported else ():
            found = engine.ask(made.question)
            total[made.kind] += 1
            refused[made.kind] += not found.supported
            beside = found.supported and any(c.speech_id in made.speeches for c in found.citations)
            elsewhere[made.kind] += found.supported and not beside
            if beside and options.show:
                sys.stdout.write(f"{made.kind}: {made.question}\n    {found.text[:90]!r}\n")
    for kind in total:
        sys.stdout.write(
            f"{kind:<20} {refused[kind]:>3} of {total[kind]} refused, {elsewhere[kind]} answered from another speech\n"
        )
    sys.stdout.write(f"{'all':<20} {sum(refused.values()) / sum(total.values()):.1%} refused\n")


if __name__ == "__main__":
    main()
