"""Outlines against hard rules, without a model: python eval/outline_check.py --index DIR [--index DIR ..] [--show]

Every brief of `eval/outlines/briefs.jsonl` is drafted on every index and looked at for

- the plan: what the brief says (occasion, theme, level, year, points, length) was read;
- structure: three to six parts (more than one where the corpus is thin), levels in order, no empty and no doubled
  heading, sub-headings of at most 20 characters, every leaf cited, citations verbatim, no heading with more than 20
  characters in a row from one source, the same outline twice;
- concentration: no family gives more than 40 % of the sub-points, or the outline says that the others have too little;
- leaks: names of places and bodies of any speech of the corpus, figures, dates and masks outside slots and quotation
  marks, in the outline and in the draft written out from it. The names are found here by another road than in the
  product: what stands before 县, 镇, 集团 ... in any speech
  twice or more and is no word of the dictionary.

Exits with 1 when a hard rule fails.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from speechrag.engine import Engine
from speechrag.records import Outline, OutlinePoint
from speechrag.writing.outlines.compose import told
from speechrag.writing.outlines.tagging import tokenizer

ROOT = Path(__file__).resolve().parent.parent
BRIEFS = ROOT / "eval" / "outlines" / "briefs.jsonl"
SHARE = 0.4
FAMILIES = 4  # from which on no speech may give more than its share
LEAF_CHARS = 20
COPIED = 20

_HIDDEN = re.compile(r"【待[补核][^】]{0,60}】|“[^”\n]{0,200}”|《[^》\n]{0,80}》")
_SUFFIX = "省市县区镇乡村矿河湖街道社区集团水库灌区公司"
_PLAIN = frozenset(_SUFFIX + "各全我本的有在和与及到一二三城写")  # no name holds one of these
_NAME = re.compile(
    r"(?:[^\u4e00-\u9fff]|[在到是对和与从县市区乡镇日年])([\u4e00-\u9fff]{2})"
    r"(?=省|市(?!场|民)|县(?!域|级)|区(?!域)|镇(?!化|乡|村)|乡(?!村|镇)|村(?!民|级|庄)|矿|河|街道|社区|集团|水库|灌区|公司)"
)
_FIGURE = re.compile(
    r"\d+|百分之|[一二三四五六七八九十百千两]{0,6}[十百千万][一二三四五六七八九十百千万]{0,6}(?:多|余)?"
    r"(?:名|户|家|人|件|元|亩|吨|公里|个月|个(?=百分点|村|镇|乡|县|单位|部门)|天|岁|里|篇|期|条(?!心)|起)"
)
_DATE = re.compile(
    r"今年|去年|前年|明年|本月|上半年|下半年|[一二三四五六七八九十]{1,2}月(?:份|底|初|上旬)|[xX×*＊]{2,}|某某"
)
_ALLOWED = re.compile(r"二十四小时|24小时|十分|千方百计|一百遍|十天半月|千家万户|百分之百|成百上千|几十年如一日")


def names_of(engine: Engine) -> set[str]:
    """Return names of places and bodies in the corpus: two characters before a suffix, no word, said twice."""
    known = tokenizer().FREQ
    found: set[str] = set()
    for speech in engine.speeches():
        counts = Counter(match[1] for match in _NAME.finditer(speech.title + "\n" + speech.source + "\n" + speech.text))
        found |= {
            name for name, count in counts.items() if count >= 2 and not known.get(name) and not set(name) & _PLAIN
        }
    return found


def texts(outline: Outline) -> Iterator[tuple[str, str]]:
    """Yield every text of the outline with its place."""
    yield "开头", outline.opening
    yield "结尾", outline.closing
    for title in outline.titles:
        yield "标题", title
    for place, point in flat(outline.points):
        yield place, f"{point.heading}。{told(point)}"


def flat(points: tuple[OutlinePoint, ...], prefix: str = "") -> Iterator[tuple[str, OutlinePoint]]:
    for number, point in enumerate(points, 1):
        yield f"{prefix}{number}", point
        yield from flat(point.points, f"{prefix}{number}.")


def leaves(outline: Outline) -> list[OutlinePoint]:
    return [point for _, point in flat(outline.points) if not point.points]


def leaks(outline: Outline, names: set[str]) -> Iterator[str]:
    """Yield foreign names, figures, dates and masks that stand outside slots and quotation marks."""
    for place, text in texts(outline):
        bare = _ALLOWED.sub("|", _HIDDEN.sub("|", text))
        for pattern in (_FIGURE, _DATE):
            for match in pattern.finditer(bare):
                if match[0] not in outline.brief and place != "标题" and not _from_brief(match[0], outline.brief):
                    yield f"leak {place}: {match[0]} in {bare[max(0, match.start() - 8) : match.end() + 8]}"
        for name in names:
            if name in bare and name not in outline.brief:
                at = bare.index(name)
                yield f"leak {place}: {name} in {bare[max(0, at - 8) : at + 8]}"


def _from_brief(word: str, brief: str) -> bool:
    return word in brief


def longest_run(left: str, right: str) -> int:
    best = 0
    for start in range(len(left)):
        while left[start : start + best + 1] in right and start + best < len(left):
            best += 1
    return best


def structure(outline: Outline, engine: Engine) -> Iterator[str]:
    """Yield what is wrong with the build of an outline; nothing for an empty one that says why."""
    if not outline.points:
        if not outline.notes:
            yield "structure: empty without a note"
        return
    if not 2 <= len(outline.points) <= 6:
        yield f"structure: {len(outline.points)} parts"
    quotes = {citation.number: citation for citation in outline.citations}
    for citation in outline.citations:
        if engine.speech(citation.speech_id).text[citation.start : citation.end] != citation.quote:
            yield f"structure: citation {citation.number} is not verbatim"
    seen: Counter[str] = Counter()
    for place, point in flat(outline.points):
        seen[re.sub(r"\W", "", point.heading)] += 1
        if not point.heading.strip() or point.level != place.count(".") + 1:
            yield f"structure: {place} empty or at a wrong level"
        if point.level > 1 and len(point.heading) > LEAF_CHARS:
            yield f"structure: {place} heading of {len(point.heading)} characters"
        if not point.citations and not point.points:
            yield f"structure: {place} has no source"
        copied = max((longest_run(point.heading, quotes[n].quote) for n in point.citations), default=0)
        if copied > COPIED and not any(w.kind == "copied" for w in outline.warnings):
            yield f"structure: {place} copies {copied} characters unmarked"
    yield from (f"structure: heading twice: {heading}" for heading, count in seen.items() if count > 1)
    share, families = concentration(outline, engine)
    if families >= FAMILIES and share > SHARE and not any(w.kind == "concentration" for w in outline.warnings):
        yield f"structure: one family gives {share:.0%} of the sub-points of {families}"


def concentration(outline: Outline, engine: Engine) -> tuple[float, int]:
    """Return the largest share of sub-points that one family gives, and how many families give any."""
    quotes = {citation.number: citation.speech_id for citation in outline.citations}
    main = Counter(engine.speech(quotes[leaf.citations[0]]).family for leaf in leaves(outline) if leaf.citations)
    total = sum(main.values())
    return (max(main.values()) / total if total else 0.0), len(main)


def plan_faults(outline: Outline, expected: Mapping[str, Any]) -> Iterator[str]:
    for key, value in expected.items():
        if outline.plan.get(key) != value:
            yield f"plan: {key} is {outline.plan.get(key)!r}, expected {value!r}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", action="append", required=True, help="index folder, may be given several times")
    parser.add_argument("--briefs", type=Path, default=BRIEFS)
    parser.add_argument("--show", action="store_true", help="print every outline's headings")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.briefs.read_text(encoding="utf-8").splitlines() if line.strip()]
    failed = 0
    for index in options.index:
        failed += check_index(Engine.open(index), index, rows, options.show)
    return 1 if failed else 0


def check_index(engine: Engine, index: str, rows: list[dict[str, Any]], show: bool) -> int:
    names = names_of(engine)
    faults: list[tuple[str, str]] = []
    drafted, parts, seconds = 0, 0, 0.0
    for row in rows:
        began = time.process_time()
        outline = engine.outline(row["brief"])
        seconds += time.process_time() - began
        written = engine.expand(outline)
        found = [
            *leaks(outline, names),
            *(f"{fault} (written out)" for fault in leaks(written, names)),
            *structure(outline, engine),
            *plan_faults(outline, row.get("plan", {})),
        ]
        if engine.outline(row["brief"]) != outline:
            found.append("structure: not the same twice")
        faults += [(row["bid"], fault) for fault in found]
        drafted += bool(outline.points)
        parts += len(outline.points)
        if show:
            _show(row, outline)
    for bid, fault in faults:
        _say(f"{bid}\t{fault}")
    kinds = Counter(fault.split(":")[0].split(" ")[0] for _, fault in faults)
    told = ", ".join(f"{kinds[kind]} {kind} faults" for kind in ("leak", "structure", "plan"))
    _say(f"{index}: {drafted} of {len(rows)} briefs drafted, {parts} parts, {told}, {seconds / len(rows):.2f} s each")
    return sum(kinds.values())


def _show(row: Mapping[str, Any], outline: Outline) -> None:
    _say(f"## {row['bid']} {row['brief']} {len(outline.points)} parts")
    for place, point in flat(outline.points):
        _say(f"   {'  ' * (point.level - 1)}{place} {point.heading}  [{len(point.citations)}] <{point.role}>")
    for note in outline.notes:
        _say(f"   note: {note}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
