"""Choose from the mined units: sub-points for each main point, then main headings that go together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from speechrag.text import bigrams, jaccard
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.facts import tagged
from speechrag.writing.outlines.genre import by_length, genre
from speechrag.writing.outlines.mine import CLAUSE, Pool, Unit, cut_clauses, theme_score, usable_heading
from speechrag.writing.outlines.plan import POINTS, Plan

LEAVES = 4  # sub-points a main point has at most
MAIN_CHARS = 34  # a main heading may have a clause more than a sub-point's
FEWEST = 2  # with fewer sub-points a main point is left out
SHORTLIST = 40  # units of one function looked at closely
SHARE = 0.4  # part of the sub-points that one speech may give where others have something to say
ENOUGH = 0.8  # a sub-point worth less than this is filler
TEXT_CHARS = 120  # one or two sentences

_ORDER = ("achievement", "significance", "problem", "task", "call", "safeguard")
_STAND_INS = ("significance", "problem")  # for a part that the corpus cannot fill

_BROKEN = re.compile(
    r"[\ufffd\ue000-\uf8ff□]|\?\?|？\?|[\u00c0-\u024f\u0400-\u04ff]|[\u4e00-\u9fff][A-Za-z*`\[\]{}]{1,3}[\u4e00-\u9fff]"
)
_POINTING = re.compile(
    r"^(?:这|此|他|她|它|其|对此|上述|以上|为此|如此|那|前者|后者|有的|还有|但|而|却|也|又|并|一是|二是|三是|第[二三四五]|[二三四五六]要|比如|例如|特别是|同时|其次|再)"
)
_SUBJECTLESS = re.compile(r"^(?:指出|强调|多次|认为|要求|提出|表示|的|和|与|等等|其实|可见|由此)")
_OFFICE = re.compile(
    r"(?:信息|综合|督查|秘书|人事|宣传|调研|业务|[\u4e00-\u9fff])(?:科|处|股)(?=要|应|会|负责|牵头|是|对)|信息中心|办公厅|委办|府办"
)
_NATIONAL = re.compile(
    r"全国(?!人大|政协|两会)|省级以上|各省|自治区|^部|部机关|直属单位|流域机构|国家(?=[\u4e00-\u9fff]{2,8}(?:系统|中心|工程|网)(?:建设)?)"
)
_PAST = re.compile(r"^(?:在?过去|近年来|几年来|一年来|多年来|长期以来)|取得了|做了大量|有效减少")
_ORGANS = ("政协", "人大", "法院", "检察院", "工会", "妇联", "共青团", "工商联")
# A story or the speaker's own voice: true there, borrowed here.
_TALE = re.compile(
    r"有[个位]|有一[个家位次]|那[天晚次家]|当时|后来|结果|查下来|昨|发现|打电话|说[：，]|[他她]|老百姓晚上"
    r"|[\u4e00-\u9fff]过(?=[，。])|却|居然|竟"
)
_VOICE = re.compile(r"我(?![们国省市县区镇乡街州局院校党军])")
_ORDERS = re.compile(r"要|必须|务必|应当|严禁|确保|不得|切实|坚持|着力")
_LACKS = re.compile(r"不够|不足|不强|不到位|薄弱|差距|滞后|缺乏|不高|问题|不平衡|较低|仍|还有|个别|有的|一些")
_LABEL = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)、.．]\s*|第[一二三四五六七八九十]+[，、：,]?|[一二三四五六七八九十]{1,2}(?:是|要)(?=[\u4e00-\u9fff]{2}))+"
)


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


@dataclass(frozen=True, slots=True)
class _Head:
    heading: str
    form: str  # pair: 4+4; tailed: 4+4，tail; two: two clauses; one: a single clause
    score: float
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Filled:
    """A part with its sub-points and the headings it may take, best first."""

    role: str
    leaves: tuple[Leaf, ...]
    heads: tuple[_Head, ...]


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
    commons = Commons(pool)
    by_role = {role: _candidates(pool.units, role, plan, adapters, commons) for role in dict.fromkeys(roles)}
    used = _Used()
    wanted = Counter(roles)
    total = sum(min(LEAVES, 3) for _ in roles)
    groups: dict[str, list[tuple[_Head | None, list[Leaf]]]] = {}
    heads: dict[str, list[_Head]] = {}
    # The part with the fewest candidates chooses first: a plentiful one finds something else.
    for role in sorted(wanted, key=lambda role: (len(by_role[role]), role)):
        size = 3 * wanted[role] if wanted[role] > 1 else LEAVES
        picked = _pick(by_role[role], size, used, total)
        heads[role] = _heads(role, picked, pool.units, plan, adapters)
        groups[role] = _grouped(picked, heads[role], wanted[role])
    filled: list[_Filled] = []
    for role in roles:
        if groups[role]:
            head, leaves = groups[role].pop(0)
            filled.append(_Filled(role, tuple(_ordered(role, leaves)), (head,) if head else tuple(heads[role])))
    for role in _STAND_INS:
        if 0 < len(filled) < min(POINTS) and role not in {part.role for part in filled}:
            leaves = _pick(_candidates(pool.units, role, plan, adapters, commons), LEAVES, used, total)
            if len(leaves) >= FEWEST:
                found = _heads(role, leaves, pool.units, plan, adapters)
                filled.append(_Filled(role, tuple(_ordered(role, leaves)), tuple(found)))
    filled.sort(key=lambda part: _ORDER.index(part.role))
    return _headed(filled, plan)


def _grouped(leaves: list[Leaf], heads: Sequence[_Head], count: int) -> list[tuple[_Head | None, list[Leaf]]]:
    """Deal sub-points out to ``count`` main points: each goes to the heading that it stands nearest to.

    With one main point, or too few headings for several, the heading is left open (None) for ``_headed`` to choose.
    Groups that end up with fewer than two sub-points are joined to others.
    """
    if count == 1 or len(leaves) < 2 * FEWEST:
        return [(None, leaves)] if len(leaves) >= FEWEST else []
    chosen: list[_Head] = []
    for head in heads:
        if len(chosen) < count and not any(similar(head.heading, other.heading) for other in chosen):
            chosen.append(head)
    count = min(count, len(leaves) // FEWEST, max(len(chosen), 1))
    if count < 2:
        return [(None, leaves[:LEAVES])]
    groups: list[tuple[_Head | None, list[Leaf]]] = [(head, []) for head in chosen[:count]]
    pairs = sorted(
        ((-_kinship(leaf, head), i, j) for i, (head, _) in enumerate(groups) for j, leaf in enumerate(leaves) if head),
    )
    dealt: set[int] = set()
    room = -(-len(leaves) // count)
    for _, i, j in pairs:
        if j not in dealt and len(groups[i][1]) < room:
            groups[i][1].append(leaves[j])
            dealt.add(j)
    return [(head, below) for head, below in groups if len(below) >= FEWEST]


def _kinship(leaf: Leaf, head: _Head) -> float:
    """Return how near a sub-point stands to a heading: under it in its speech, or alike in words."""
    under = any(leaf.unit.speech is unit.speech and leaf.unit.parent == unit.start for unit in head.units)
    near = any(leaf.unit.speech is unit.speech and unit.start <= leaf.unit.start < unit.end for unit in head.units)
    shared = len(set(bigrams(leaf.heading + leaf.text)) & set(bigrams(head.heading)))
    return 3.0 * under + 2.0 * near + 0.5 * shared


def _candidates(
    units: Iterable[Unit], role: str, plan: Plan, adapters: dict[str, Adapter], commons: Commons
) -> list[Leaf]:
    rough = [(unit, _worth(unit, role, adapters[unit.speech.speech_id])) for unit in units if unit.role == role]
    rough = [pair for pair in rough if pair[1] > 0.0]
    rough.sort(key=lambda pair: (-pair[1], pair[0].speech.speech_id, pair[0].start, pair[0].level))
    leaves: list[Leaf] = []
    for unit, worth in rough[:SHORTLIST]:
        leaf = _leaf(unit, worth, plan, adapters[unit.speech.speech_id])
        if leaf is not None and _borrowed(unit):
            strange = commons.strange(leaf.heading + "。" + leaf.text.replace(plan.work, "这项工作"))
            odd = commons.strange(leaf.heading.replace(plan.work, "这项工作"))
            leaf = replace(leaf, score=leaf.score - 0.18 * strange - 0.4 * odd)
        if leaf is not None and leaf.score >= ENOUGH:
            leaves.append(leaf)
    return _merged(leaves)


def _borrowed(unit: Unit) -> bool:
    """Tell whether a unit comes from a speech on something else and does not itself speak of the theme."""
    return not unit.source.on_theme and (unit.swapped or unit.theme < 3.0)


def _worth(unit: Unit, role: str, adapter: Adapter) -> float:
    """Return what a unit is worth before its text is looked at; 0 or less where it does not belong."""
    theme = unit.theme
    if unit.source.on_theme:
        base = 0.6 + 0.6 * min(unit.source.density / 8, 1.0)
        base += 0.3 if unit.source.first else (-0.4 if theme < 1 else 0.0)
    elif theme >= 3.0 and not unit.swapped:
        base = 0.6
    elif role == "safeguard" and unit.level >= 2:
        base, theme = 0.75, 0.0
    else:
        return 0.0
    residue = adapter.residue(unit.heading) - int(unit.theme // 3)
    if residue > 0:
        return 0.0
    if role == "significance" and unit.swapped:  # what is true of another theme is no reason for this one
        return 0.0
    if unit.level == 1 and unit.parted:  # a main part of its speech is no sub-point
        return 0.0
    level = {1: -0.3, 2: 0.25, 3: 0.2, 4: 0.1, 5: 0.25, 6: 0.1, CLAUSE: -0.1}.get(unit.level, 0.0)
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
    worn = (
        -0.6 if theme_score(heading, plan) == 0 and _bare(heading, plan) == 0 and unit.role == "significance" else 0.0
    )
    if unit.role == "significance" and re.search(r"责任感|紧迫感|重要意义|重大意义|重要性", heading):
        worn = -0.8  # that is what the main heading says
    drift = 0.3 * min(sum(word in heading for word in plan.rivals), 2) if unit.source.on_theme else 0.0
    if not unit.source.on_theme and unit.role == "task" and theme_score(heading, plan) < 1:
        drift += 0.3
    national = -0.5 if plan.level and not unit.source.level and _NATIONAL.search(heading) else 0.0
    verb = 0.2 if shape(heading) == "directive" and unit.role in {"task", "safeguard"} else 0.0
    return Leaf(
        unit,
        heading,
        text,
        start,
        end,
        worth + quality + length + verb + national + worn - 0.6 * _foreign_organ(heading, plan) - drift,
    )


class Commons:
    """Tells words that many speeches share from words at home in one: a borrowed safeguard may hold only the former."""

    def __init__(self, pool: Pool) -> None:
        self._texts = [source.speech.text for source in pool.sources]
        self._known: dict[str, bool] = {}

    def strange(self, text: str) -> int:
        """Return how many nouns of ``text`` occur in fewer than a quarter of the speeches at hand."""
        return sum(
            not self._common(word) for word, flag in tagged(text) if len(word) >= 2 and flag.startswith(("n", "v", "j"))
        )

    def _common(self, word: str) -> bool:
        if word not in self._known:
            have = sum(word in text for text in self._texts)
            self._known[word] = have >= max(2, len(self._texts) / 4)
        return self._known[word]


def _foreign_organ(text: str, plan: Plan) -> bool:
    """Tell whether ``text`` speaks for an organ that the brief does not name."""
    return any(organ in text and organ not in plan.brief for organ in _ORGANS)


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
        quality = _quality(carried, text[start:end], index, unit, plan, adapter) if carried else None
        if quality is not None and len(carried) < len(heading) + 8 and heading in carried:
            continue
        if quality is not None:
            options.append((quality, index, carried))
    if not options:
        return None
    quality, index, carried = max(options, key=lambda option: (option[0], -option[1]))
    start, end = unit.sentences[index]
    following = next((o for o in options if o[1] == index + 1), None)
    if (
        following
        and len(carried) + len(following[2]) <= TEXT_CHARS
        and following[0] > 0.3
        and not adapter.facts(following[2])
    ):
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


def _quality(carried: str, raw: str, index: int, unit: Unit, plan: Plan, adapter: Adapter) -> float | None:
    """Return how well a carried sentence serves as what to say; None where it must not be used."""
    if not 14 <= len(carried) <= 150 or any(mark in carried for mark in genre().local):
        return None
    theme = theme_score(raw, plan)
    if adapter.residue(carried) - int(theme // 2) > 0 or _SUBJECTLESS.match(carried):
        return None
    if not unit.source.on_theme and adapter.swaps(raw) and not adapter.swapped_well(carried):
        return None
    if _VOICE.search(carried) or (_borrowed(unit) and not _ORDERS.search(carried)):
        return None
    if any(sector in carried for sector in unit.source.sectors) or (_borrowed(unit) and adapter.leftover(carried)):
        return None
    if _borrowed(unit) and (_OFFICE.search(carried) or not set(bigrams(_core(unit.heading))) & set(bigrams(carried))):
        return None
    if (
        not unit.source.on_theme
        and not _borrowed(unit)
        and theme_score(unit.heading, plan) < 1
        and theme * 25 < len(carried)
    ):
        return None  # the theme is mentioned, not spoken of
    facts = len(adapter.facts(carried))
    if facts > (3 if unit.role in {"achievement", "problem"} else 1):
        return None
    quality = 0.5 - 0.35 * facts - 0.08 * min(index, 4) + 0.06 * min(theme, 4)
    quality -= 0.3 * min(len(_TALE.findall(carried)), 3)
    quality -= 0.5 if _POINTING.match(carried) or (facts and adapter.facts(carried)[0].start == 0) else 0.0
    if plan.level and not unit.source.level and _NATIONAL.search(carried):
        quality -= 0.4
    quality -= 0.4 * _foreign_organ(carried, plan)
    if unit.role in {"task", "safeguard"}:
        quality -= 0.4 if _PAST.search(carried) else 0.0
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
                if leaf.unit.speech.speech_id not in {
                    first.unit.speech.speech_id,
                    *(u.speech.speech_id for u in others),
                }:
                    others.append(leaf.unit)
                break
        else:
            kept.append((leaf, []))
    return [
        Leaf(
            leaf.unit,
            leaf.heading,
            leaf.text,
            leaf.start,
            leaf.end,
            leaf.score + 0.3 * min(len(others), 3),
            tuple(others[:2]),
        )
        for leaf, others in kept
    ]


@lru_cache(maxsize=8192)
def _core(heading: str) -> str:
    """Return a heading without the verbs that many headings open with: 加强队伍建设 -> 队伍建设."""
    return re.sub(rf"^(?:进一步|切实|着力)?(?:{by_length(genre().directives)}|抓好|搞好|做好)+", "", heading) or heading


def similar(left: str, right: str) -> bool:
    """Tell whether two headings say nearly the same."""
    short, long = sorted((_core(left), _core(right)), key=len)
    if len(short) >= 4 and short in long:
        return True
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
        if picked and _gain(best, picked, used, total) < ENOUGH and len(picked) >= FEWEST:
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


def _headed(filled: Sequence[_Filled], plan: Plan) -> tuple[Part, ...]:
    """Give every part a heading; among the best real ones, those that share pattern and length."""
    if not filled:
        return ()
    choice = {1: 8, 2: 8, 3: 6, 4: 4}.get(len(filled), 3)  # every combination is weighed: keep their number small
    options = [part.heads[:choice] or (_plain(part.role, plan),) for part in filled]
    best = max(product(*options), key=lambda heads: (_harmony(heads), tuple(head.heading for head in heads)))
    return tuple(
        Part(part.role, head.heading, head.units, part.leaves) for part, head in zip(filled, best, strict=True)
    )


def _heads(
    role: str, leaves: Sequence[Leaf], units: Iterable[Unit], plan: Plan, adapters: dict[str, Adapter]
) -> list[_Head]:
    """Return the real headings for a part, best first; none that says what a sub-point of it says."""
    below = [leaf.heading for leaf in leaves]
    found: dict[str, _Head] = {}
    for unit in units:
        if unit.level > 2 or (unit.role != role and unit.level != 1) or unit.role != role:
            continue
        adapter = adapters[unit.speech.speech_id]
        for heading in _variants(unit.full):
            if not _transferable(heading, unit, plan, adapter) or any(similar(heading, other) for other in below):
                continue
            kin = sum(leaf.unit.parent == unit.start and leaf.unit.speech is unit.speech for leaf in leaves)
            head = _Head(heading, form(heading), _head_score(heading, unit, role, plan) + 0.25 * kin, (unit,))
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
    if not 6 <= len(heading) <= MAIN_CHARS or adapter.residue(heading) > 0 or not usable_heading(heading, adapter):
        return False
    if unit.source.first or (theme_score(heading, plan) >= 2 and not unit.swapped):
        return True
    return _bare(heading, plan) <= 3 and adapter.swapped_well(heading)


def _bare(heading: str, plan: Plan) -> int:
    """Return how many characters of a heading are neither the new theme nor words of the genre."""
    words = genre()
    known = [plan.work, *words.directives, *words.objects, *words.cliches]
    known += [word for role in words.roles.values() for word in (*role.strong, *role.weak)]
    left = re.sub(by_length(tuple(word for word in known if word)), "", heading)
    return len(
        re.sub(r"[的和与为把对在以地到上中，、一新更高不断进一步切实充分深刻明确各项任务工作全面扎实]", "", left)
    )


def _head_score(heading: str, unit: Unit, role: str, plan: Plan) -> float:
    own = 1.0 if unit.source.on_theme else 0.0
    worn = -0.9 if all(clause in genre().cliches for clause in re.split(r"[，、]", heading)) else 0.0
    named = 1.0 if plan.theme and plan.theme in heading else (0.3 if theme_score(heading, plan) >= 1 else 0.0)
    pattern = {"pair": 0.5, "tailed": 0.6, "two": 0.3, "one": 0.0}[form(heading)]
    strong = sum(word in heading for word in genre().roles[role].strong)
    level = 0.4 if unit.level == 1 else 0.0
    drift = -0.4 * min(sum(word in heading for word in plan.rivals), 2)
    return (
        own
        + named
        + worn
        + drift
        + pattern
        + level
        + 0.3 * min(strong, 3)
        + 0.2 * unit.rank
        - 0.03 * max(0, len(heading) - 22)
    )


def _harmony(heads: Sequence[_Head]) -> float:
    """Return the worth of a set of main headings: each one's own, shared pattern and length, several speeches."""
    worth = sum(head.score for head in heads)
    for i, one in enumerate(heads):
        for two in heads[i + 1 :]:
            worth += 0.5 if one.form == two.form else (0.25 if {one.form, two.form} == {"tailed", "two"} else 0.0)
            worth -= 0.04 * min(abs(len(one.heading) - len(two.heading)), 12)
            worth -= 3.0 if similar(one.heading, two.heading) else 0.0
            worth -= 0.5 * len(
                set(re.findall(r"[\u4e00-\u9fff]{2}", one.heading))
                & set(re.findall(r"[\u4e00-\u9fff]{2}", two.heading))
            )
    return worth


def _plain(role: str, plan: Plan) -> _Head:
    """Return the plainest heading of a function, for a corpus that has none to carry over."""
    return _Head(genre().plain[role].format(work=plan.work), "two", 0.0, ())
