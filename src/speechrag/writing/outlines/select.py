"""Choose from the mined units: sub-points for each main point, then main headings that go together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

from speechrag.text import bigrams, jaccard
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.genre import by_length, genre
from speechrag.writing.outlines.mine import Pool, Unit, cut_clauses, theme_score, usable_heading
from speechrag.writing.outlines.plan import Plan

LEAVES = 4  # sub-points a main point has at most
SHORTLIST = 40  # units of one function looked at closely
SHARE = 0.4  # part of the sub-points that one speech may give where others have something to say
ENOUGH = 1.0  # a sub-point worth less than this is filler
TEXT_CHARS = 120  # one or two sentences

_BROKEN = re.compile(r"[\ufffd\ue000-\uf8ff□]|\?\?|？\?|[\u00c0-\u024f\u0400-\u04ff]|[\u4e00-\u9fff][A-Za-z*`\[\]{}]{1,3}[\u4e00-\u9fff]")
_POINTING = re.compile(r"^(?:这|此|他|她|它|其|对此|上述|以上|为此|如此|那|前者|后者|有的|还有|但|而|却|也|又|并|一是|二是|三是|第[二三四五]|[二三四五六]要|比如|例如|特别是|同时|其次|再)")
_ORDERS = re.compile(r"要|必须|务必|应当|严禁|确保|不得|切实|坚持|着力")
_LACKS = re.compile(r"不够|不足|不强|不到位|薄弱|差距|滞后|缺乏|不高|问题|不平衡|较低|仍|还有|个别|有的|一些")
_LABEL = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.．]\s*|第[一二三四五六七八九十]+[，、：,]?|[一二三四五六七八九十]{1,2}(?:是|要)(?=[\u4e00-\u9fff]{2}))+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sub-point ready to stand in the outline. ``start``/``end`` span the sentences its ``text`` was made of."""

    unit: Unit
    heading: str
    text: str
    start: int
    end: int
    score: float
    also: tuple[Unit, ...] = ()  # like points of other speeches


@dataclass(frozen=True, slots=True)
class Part:
    """A main point: its function, heading, where the heading was found, and its sub-points."""

    role: str
    heading: str
    found: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]


@dataclass(slots=True)
class _Used:
    """What the outline already holds, so that nothing comes twice and no speech gives too much."""

    headings: list[str] = field(default_factory=list)
    spans: list[tuple[str, int, int]] = field(default_factory=list)
    speeches: Counter[str] = field(default_factory=Counter)


def choose_parts(pool: Pool, plan: Plan) -> tuple[Part, ...]:
    """Return the main points with sub-points, in the occasion's order; parts the corpus cannot fill are left out."""
    adapters = {source.speech.speech_id: Adapter(source, plan) for source in pool.sources}
    roles = plan.roles()
    supply = {role: _candidates(pool.units, role, plan, adapters) for role in dict.fromkeys(roles)}
    used = _Used()
    wanted = Counter(roles)
    total = sum(min(LEAVES, 3) for _ in roles)
    chosen: dict[int, list[Leaf]] = {}
    # The part with the fewest candidates chooses first: a plentiful one finds something else.
    for index in sorted(range(len(roles)), key=lambda i: (len(supply[roles[i]]), i)):
        size = 3 if wanted[roles[index]] > 1 else LEAVES
        chosen[index] = _pick(supply[roles[index]], size, used, total)
    filled = [(role, _ordered(role, chosen[i])) for i, role in enumerate(roles) if len(chosen[i]) >= 2]
    return _headed(filled, pool, plan, adapters)


def _candidates(units: Iterable[Unit], role: str, plan: Plan, adapters: dict[str, Adapter]) -> list[Leaf]:
    rough = [(unit, _worth(unit, role, adapters[unit.speech.speech_id])) for unit in units if unit.role == role]
    rough = [pair for pair in rough if pair[1] > 0.0]
    rough.sort(key=lambda pair: (-pair[1], pair[0].speech.speech_id, pair[0].start, pair[0].level))
    leaves: list[Leaf] = []
    for unit, worth in rough[:SHORTLIST]:
        leaf = _leaf(unit, worth, plan, adapters[unit.speech.speech_id])
        if leaf is not None and leaf.score >= ENOUGH:
            leaves.append(leaf)
    return _merged(leaves)


def _worth(unit: Unit, role: str, adapter: Adapter) -> float:
    """Return what a unit is worth before its text is looked at; 0 or less where it does not belong."""
    theme = unit.theme
    if unit.source.on_theme:
        base = 1.2
    elif theme >= 3.0 and not unit.swapped:
        base = 0.6
    elif role == "safeguard" and unit.level >= 2:
        base, theme = 0.7, 0.0
    else:
        return 0.0
    residue = adapter.residue(unit.heading) - int(unit.theme // 3)
    if residue > 0:
        return 0.0
    if role == "significance" and unit.swapped:  # what is true of another theme is no reason for this one
        return 0.0
    level = {1: -0.5, 2: 0.25, 3: 0.2, 4: 0.1, 5: 0.25, 6: -0.1}.get(unit.level, 0.0)
    return base + 0.22 * theme + 0.4 * unit.rank + level


def _leaf(unit: Unit, worth: float, plan: Plan, adapter: Adapter) -> Leaf | None:
    heading = unit.heading
    if not usable_heading(heading, adapter) or _is_about_other(heading, unit, plan):
        shorter = cut_clauses(heading, 12)
        if len(shorter) < 4 or shorter == heading or not usable_heading(shorter, adapter):
            return None
        heading = shorter
    told = _told(unit, heading, plan, adapter)
    if told is None:
        return None
    text, start, end, quality = told
    length = -0.06 * max(0, len(heading) - 14) - 0.1 * max(0, 5 - len(heading))
    verb = 0.2 if shape(heading) == "directive" and unit.role in {"task", "safeguard"} else 0.0
    return Leaf(unit, heading, text, start, end, worth + quality + length + verb)


def _is_about_other(heading: str, unit: Unit, plan: Plan) -> bool:
    return not unit.source.on_theme and unit.swapped and unit.role in {"achievement", "problem"}


def _told(unit: Unit, heading: str, plan: Plan, adapter: Adapter) -> tuple[str, int, int, float] | None:
    """Return what to say under a heading: the best sentence or two of the unit's body, with their span and quality."""
    text = unit.speech.text
    options: list[tuple[float, int, str]] = []
    for index, (start, end) in enumerate(unit.sentences):
        if end <= unit.head_end:
            continue
        carried = _sentence(text[start:end], heading, unit, adapter)
        quality = _quality(carried, index, unit, plan, adapter) if carried else None
        if quality is not None:
            options.append((quality, index, carried))
    if not options:
        return None
    quality, index, carried = max(options, key=lambda option: (option[0], -option[1]))
    start, end = unit.sentences[index]
    following = next((o for o in options if o[1] == index + 1), None)
    if following and len(carried) + len(following[2]) <= TEXT_CHARS and following[0] > 0.0:
        carried, end = carried + following[2], unit.sentences[index + 1][1]
    return adapter.filled(carried), start, end, quality


def _sentence(raw: str, heading: str, unit: Unit, adapter: Adapter) -> str:
    """Return a sentence carried over, without its number and without the heading it may begin with."""
    if _BROKEN.search(raw) or raw.count("“") != raw.count("”") or raw.count("（") != raw.count("）"):
        return ""
    bare = _LABEL.sub("", raw.strip())
    carried = adapter.carry(bare).lstrip("，、；： ")
    if unit.role in {"task", "safeguard"}:
        carried = re.sub(rf"((?:^|[，；])(?:{by_length(genre().directives)}))了", r"\1", carried)
    for opening in (heading, "要" + heading, "进一步" + heading, "要进一步" + heading):
        if carried.startswith(opening) and len(carried) - len(opening) >= 12 and carried[len(opening)] in "。；：":
            carried = carried[len(opening) :].lstrip("。，；： ")
    if carried.endswith(("：", ":")):
        return ""
    return carried if carried.endswith(("。", "！", "？", "”", "；")) else carried + "。"


def _quality(carried: str, index: int, unit: Unit, plan: Plan, adapter: Adapter) -> float | None:
    """Return how well a carried sentence serves as what to say; None where it must not be used."""
    if not 14 <= len(carried) <= 150 or any(mark in carried for mark in genre().local):
        return None
    theme = theme_score(carried, plan)
    if adapter.residue(carried) - int(theme // 2) > 0:
        return None
    facts = len(adapter.facts(carried))
    if facts > (3 if unit.role in {"achievement", "problem"} else 1):
        return None
    quality = 0.5 - 0.35 * facts - 0.08 * min(index, 4) + 0.06 * min(theme, 4)
    if _POINTING.match(carried):
        quality -= 0.5
    if unit.role in {"task", "safeguard"}:
        quality += 0.3 if _ORDERS.search(carried) else -0.25
    if unit.role == "problem":
        quality += 0.3 if _LACKS.search(carried) else -0.3
    if unit.role == "significance" and re.match(r"要|必须|务必|各级|各地", carried):
        quality -= 0.3
    if not 24 <= len(carried) <= TEXT_CHARS:
        quality -= 0.25
    return quality


def _merged(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Join like points of several speeches: the best stands for them and names the others."""
    ranked = sorted(leaves, key=lambda leaf: (-leaf.score, leaf.unit.speech.speech_id, leaf.start))
    kept: list[tuple[Leaf, list[Unit]]] = []
    for leaf in ranked:
        for first, others in kept:
            if similar(first.heading, leaf.heading):
                if leaf.unit.speech.speech_id not in {first.unit.speech.speech_id, *(u.speech.speech_id for u in others)}:
                    others.append(leaf.unit)
                break
        else:
            kept.append((leaf, []))
    return [
        Leaf(leaf.unit, leaf.heading, leaf.text, leaf.start, leaf.end, leaf.score + 0.3 * min(len(others), 3), tuple(others[:2]))
        for leaf, others in kept
    ]


def similar(left: str, right: str) -> bool:
    """Tell whether two headings say nearly the same."""
    one, two = set(bigrams(left)), set(bigrams(right))
    if not one or not two:
        return left == right
    return jaccard(one, two) >= 0.4 or len(one & two) / min(len(one), len(two)) >= 0.67


def _pick(candidates: Sequence[Leaf], size: int, used: _Used, total: int) -> list[Leaf]:
    """Pick up to ``size`` sub-points one by one: worth, parallel form, and several speeches."""
    picked: list[Leaf] = []
    while len(picked) < size:
        options = [leaf for leaf in candidates if _free(leaf, picked, used)]
        if not options:
            break
        best = max(options, key=lambda leaf: (_gain(leaf, picked, used, total), -leaf.unit.place, leaf.heading))
        if picked and _gain(best, picked, used, total) < ENOUGH - 0.4 and len(picked) >= 2:
            break
        picked.append(best)
        used.headings.append(best.heading)
        used.spans.append((best.unit.speech.speech_id, best.start, best.end))
        used.speeches[best.unit.speech.speech_id] += 1
    return picked


def _free(leaf: Leaf, picked: Sequence[Leaf], used: _Used) -> bool:
    if leaf in picked or any(similar(leaf.heading, heading) for heading in used.headings):
        return False
    speech_id = leaf.unit.speech.speech_id
    return not any(s == speech_id and a < leaf.end and leaf.start < b for s, a, b in used.spans)


def _gain(leaf: Leaf, picked: Sequence[Leaf], used: _Used, total: int) -> float:
    taken = used.speeches[leaf.unit.speech.speech_id]
    gain = leaf.score - 0.2 * taken - (0.8 if taken + 1 > SHARE * total else 0.0)
    if picked:
        gain += 0.5 * sum(parallel(leaf.heading, other.heading) for other in picked) / len(picked)
    return gain


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


def _ordered(role: str, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Order sub-points as real speeches do: safeguards from leadership to checks, others as in their speeches."""
    words = genre().safeguard_order

    def key(leaf: Leaf) -> tuple[float, float, str]:
        found = [i for i, word in enumerate(words) if word in leaf.heading]
        return (float(min(found, default=len(words))) if role == "safeguard" else 0.0, leaf.unit.place, leaf.heading)

    return sorted(leaves, key=key)


# ---------------------------------------------------------------------------------------------------------------- #
# Main headings


@dataclass(frozen=True, slots=True)
class _Head:
    heading: str
    form: str  # pair: 4+4; tailed: 4+4，tail; two: two clauses; one: a single clause
    score: float
    units: tuple[Unit, ...]


def _headed(
    filled: Sequence[tuple[str, list[Leaf]]], pool: Pool, plan: Plan, adapters: dict[str, Adapter]
) -> tuple[Part, ...]:
    """Give every part a heading; among the best real ones, those that share pattern and length."""
    if not filled:
        return ()
    options: list[list[_Head]] = []
    for role, leaves in filled:
        below = [leaf.heading for leaf in leaves]
        options.append(_heads(role, below, pool.units, plan, adapters)[:6] or [_plain(role, plan)])
    best = max(product(*options), key=lambda heads: (_harmony(heads), tuple(head.heading for head in heads)))
    return tuple(
        Part(role, head.heading, head.units, tuple(leaves))
        for (role, leaves), head in zip(filled, best, strict=True)
    )


def _heads(
    role: str, below: Sequence[str], units: Iterable[Unit], plan: Plan, adapters: dict[str, Adapter]
) -> list[_Head]:
    found: dict[str, _Head] = {}
    for unit in units:
        if unit.level > 2 or (unit.role != role and unit.level != 1) or unit.role != role:
            continue
        adapter = adapters[unit.speech.speech_id]
        for heading in _variants(unit.heading):
            if not _transferable(heading, unit, plan, adapter) or any(similar(heading, other) for other in below):
                continue
            head = _Head(heading, form(heading), _head_score(heading, unit, role, plan), (unit,))
            known = found.get(heading)
            if known is None or head.score > known.score:
                found[heading] = head
            elif unit.speech.speech_id not in {u.speech.speech_id for u in known.units}:
                found[heading] = _Head(heading, known.form, known.score + 0.2, (*known.units, unit))
    return sorted(found.values(), key=lambda head: (-head.score, head.heading))


def _variants(heading: str) -> list[str]:
    """Return a heading whole and, where it opens with a pair of equal clauses, the pair alone."""
    segments = heading.split("，")
    pairs = ["，".join(segments[:2])] if len(segments) > 2 and len(segments[0]) == len(segments[1]) else []
    return [heading, *pairs]


def form(heading: str) -> str:
    """Return the pattern of a main heading: pair, tailed (a pair and a clause), two or one clause."""
    segments = re.split(r"[，、]", heading)
    if len(segments) == 2:
        return "pair" if len(segments[0]) == len(segments[1]) else "two"
    return "tailed" if len(segments) >= 3 else "one"


def _transferable(heading: str, unit: Unit, plan: Plan, adapter: Adapter) -> bool:
    if not 6 <= len(heading) <= 30 or adapter.residue(heading) > 0 or not usable_heading(heading, adapter):
        return False
    if unit.source.on_theme or theme_score(heading, plan) >= 2:
        return True
    return _bare(heading, plan) <= 5


def _bare(heading: str, plan: Plan) -> int:
    """Return how many characters of a heading are neither the new theme nor words of the genre."""
    words = genre()
    known = [plan.work, *words.directives, *words.objects, *words.cliches]
    known += [word for role in words.roles.values() for word in (*role.strong, *role.weak)]
    left = re.sub(by_length(tuple(word for word in known if word)), "", heading)
    return len(re.sub(r"[的和与为把对在以地到上中，、一新更高不断进一步切实充分深刻明确各项任务工作全面扎实]", "", left))


def _head_score(heading: str, unit: Unit, role: str, plan: Plan) -> float:
    own = 1.0 if unit.source.on_theme else 0.0
    named = 0.5 if plan.theme and plan.theme in heading else (0.3 if theme_score(heading, plan) >= 1 else 0.0)
    pattern = {"pair": 0.5, "tailed": 0.6, "two": 0.3, "one": 0.0}[form(heading)]
    strong = sum(word in heading for word in genre().roles[role].strong)
    level = 0.4 if unit.level == 1 else 0.0
    return own + named + pattern + level + 0.3 * min(strong, 3) + 0.2 * unit.rank - 0.03 * max(0, len(heading) - 22)


def _harmony(heads: Sequence[_Head]) -> float:
    """Return the worth of a set of main headings: each one's own, shared pattern and length, several speeches."""
    worth = sum(head.score for head in heads)
    for i, one in enumerate(heads):
        for two in heads[i + 1 :]:
            worth += 0.5 if one.form == two.form else 0.0
            worth -= 0.04 * min(abs(len(one.heading) - len(two.heading)), 12)
            worth -= 3.0 if similar(one.heading, two.heading) else 0.0
            worth -= 0.5 * len(set(re.findall(r"[\u4e00-\u9fff]{2}", one.heading)) & set(re.findall(r"[\u4e00-\u9fff]{2}", two.heading)))
    return worth


def _plain(role: str, plan: Plan) -> _Head:
    """Return the plainest heading of a function, for a corpus that has none to carry over."""
    return _Head(genre().plain[role].format(work=plan.work), "two", 0.0, ())
