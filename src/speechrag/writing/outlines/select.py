"""Choose from the mined units: sub-points for each main point, then main headings that go together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import product

from speechrag.stopping import check
from speechrag.writing.outlines.adapt import Adapter
from speechrag.writing.outlines.asks import speaks_of
from speechrag.writing.outlines.completing import completed
from speechrag.writing.outlines.dealing import FEWEST, LEAVES, grouped, ordered
from speechrag.writing.outlines.elsewhere import told_elsewhere
from speechrag.writing.outlines.further import Matters, told_further
from speechrag.writing.outlines.heads import Head, find_heads, harmony, plain_heads
from speechrag.writing.outlines.leaves import ENOUGH, SCANT, UNTOLD, Commons, Leaf, candidates, framed, joined
from speechrag.writing.outlines.plan import BACKWARD, ORDER, Plan
from speechrag.writing.outlines.skeleton import SHORT, names_faults, unfilled, wanted_parts
from speechrag.writing.outlines.telling import Telling
from speechrag.writing.outlines.units import TOPIC, Pool, Unit, theme_score
from speechrag.writing.outlines.used import Used, family
from speechrag.writing.outlines.wording import parallel, similar

TASKS = {1: 8, 2: 13, 3: 15}  # sub-points of so many main points of tasks together
ABOUT = 3.0  # theme of a sub-point that speaks of it in its own words
FAULTS = 3  # sub-points on what is amiss among the reasons, where no part of its own tells it
STRONG = 1.6  # worth of a sub-point that can be a part of its own
SHARE = 0.4  # part of the sub-points that one family may give where others have something to say
EVEN = 1.5  # how much more than an even part one of few families on the theme may give
HEADS, SPARE = 5, 8  # headings and sub-points kept beside the chosen ones
SPARED = 1  # sub-points of speeches on the theme itself that may be given up for it
ROUNDS = 4  # choices made to come down to that share

_HALVED = ("task", "safeguard")  # parts that can be told in two
_STAND_INS = ("significance", "problem", "task", "achievement")  # for a part that the corpus cannot fill
ASKED = 1.5  # worth of each matter of the brief that a sub-point is the first to speak of
BARE = 0.4  # what a sub-point without a sentence of its own adds less
LENT = 4  # sub-points of a part that borrows


@dataclass(frozen=True, slots=True)
class Part:
    """A main point: its function, heading, where the heading was found, and its sub-points."""

    role: str
    heading: str
    found: tuple[Unit, ...]
    leaves: tuple[Leaf, ...]
    heads: tuple[Head, ...] = ()  # other real headings it may take, best first
    spare: tuple[Leaf, ...] = ()  # other sub-points of its function, best first
    plain: tuple[Head, ...] = ()  # headings of the genre, without a source
    joined: bool = False  # it tells 成绩 and 问题 in one


@dataclass(frozen=True, slots=True)
class _Filled:
    """A part with its sub-points and the headings it may take, best first."""

    role: str
    leaves: tuple[Leaf, ...]
    heads: tuple[Head, ...]
    found: tuple[Head, ...]  # all real headings for its function, best first


def choose_parts(pool: Pool, plan: Plan, *, lend: bool = False) -> tuple[Part, ...]:
    """Return the main points with sub-points, in the occasion's order; parts the corpus cannot fill are left out.

    With ``lend`` a part that the theme leaves empty takes what speeches on other themes say for any theme. No family
    gives more than its share of the sub-points (``SHARE``, more where few are on the theme) if others have enough to
    say in its stead.
    """
    chooser = _Chooser(pool, plan, lend)
    first = _fill_all(chooser, pool, plan, lend)
    best = first
    for _ in range(ROUNDS):
        total, most = _shares(best)
        if most <= max(chooser.share * total, 1):
            break
        tighter = chooser.again(max(int(chooser.share * total), 1))
        found = _fill_all(tighter, pool, plan, lend)
        if len(found) < len(first) or _shares(found)[0] < FEWEST * len(found) or _near(found) < _near(best) - SPARED:
            break
        best = found if _shares(found)[1] / max(_shares(found)[0], 1) < most / total else best
        chooser = tighter
    parts = _with_others(_headed(best, chooser), best, chooser)
    return chooser.told_further(chooser.completed(chooser.framed(parts) if lend and parts else parts))


def about_theme(leaf: Leaf) -> bool:
    """Tell whether a sub-point speaks of the theme: its speech is on it, or its own words name it."""
    return leaf.unit.source.on_theme or leaf.unit.theme >= ABOUT


def _leaves(parts: Sequence[Part]) -> list[Leaf]:
    return [leaf for part in parts for leaf in part.leaves]


def _with_others(parts: Sequence[Part], filled: Sequence[_Filled], chooser: _Chooser) -> tuple[Part, ...]:
    """Return the parts with the headings and sub-points that were not chosen."""
    taken = [part.heading for part in parts] + [leaf.heading for part in parts for leaf in part.leaves]
    found = []
    for part, one in zip(parts, filled, strict=True):
        heads = [head for head in one.found if head.heading not in taken and head.units][:HEADS]
        known = chooser.candidates(part.role)
        spare = [leaf for leaf in known if not any(similar(leaf.heading, heading) for heading in taken)][:SPARE]
        plain = tuple(head for head in chooser.plain(part.role) if head.heading not in taken)
        joined = chooser.joined and part.role == "achievement"
        found.append(replace(part, heads=tuple(heads), spare=tuple(spare), plain=plain, joined=joined))
    return tuple(found)


def _shares(filled: Sequence[_Filled]) -> tuple[int, int]:
    """Return the number of sub-points, and how many of them the family gives that gives most."""
    counts = Counter(family(leaf.unit) for part in filled for leaf in part.leaves)
    return sum(counts.values()), max(counts.values(), default=0)


def _near(filled: Sequence[_Filled]) -> int:
    """Return how many sub-points come from speeches that are first of all on the theme."""
    return sum(leaf.unit.source.first for part in filled for leaf in part.leaves)


def _fill_all(chooser: _Chooser, pool: Pool, plan: Plan, lend: bool) -> list[_Filled]:
    """Return the parts with their sub-points, in the occasion's order."""
    wanted = Counter(chooser.roles)
    # The part with the fewest candidates chooses first: a plentiful one finds something else.
    for role in sorted(wanted, key=lambda role: (len(chooser.candidates(role)), role)):
        chooser.fill(role, wanted[role])
    filled = [chooser.filled[role].pop(0) for role in chooser.roles if chooser.filled[role]]
    before = next((role for role in ("achievement", "significance") if any(part.role == role for part in filled)), "")
    filled = [_told(chooser.with_faults(part) if part.role == before else part) for part in filled]
    if lend and filled:
        frames = len(chooser.frames(filled))
        for role in _STAND_INS:
            if len(filled) + frames < wanted_parts(plan) and (role == "task" or role not in wanted):
                chooser.fill(role, 1)
                filled += chooser.filled[role][:1]
        while len(filled) + frames < wanted_parts(plan):
            largest = max(filled, key=lambda part: len(part.leaves) if part.role in _HALVED else 0)
            halves = _halves(largest)
            if len(halves) == 1:
                break
            place = filled.index(largest)
            filled[place : place + 1] = halves
    filled.sort(key=lambda part: ORDER.index(part.role))
    return filled


def _told(part: _Filled) -> _Filled:
    """Return a part without bare headings, where enough of its sub-points say something.

    A reason or a fault without a sentence says nothing; an order does, and the best one stays.
    """
    bare = sorted((leaf for leaf in part.leaves if leaf.text == UNTOLD), key=lambda leaf: (-leaf.score, leaf.heading))
    dropped = [id(leaf) for leaf in (bare[1:] if part.role in _HALVED else bare)]
    left = tuple(leaf for leaf in part.leaves if id(leaf) not in dropped)
    return replace(part, leaves=left) if len(left) >= FEWEST else part


def _with_more(part: Part, leaves: Sequence[Leaf]) -> Part:
    """Return a part with ``leaves``, those among them that were not its own put in their order."""
    if len(leaves) == len(part.leaves):
        return part
    headings = {leaf.heading for leaf in leaves}
    spare = tuple(leaf for leaf in part.spare if leaf.heading not in headings)
    return replace(part, leaves=tuple(ordered(part.role, leaves)), spare=spare)


def _halves(part: _Filled) -> list[_Filled]:
    """Return a part of four tasks or safeguards as two parts, any other as it is."""
    if part.role not in _HALVED or len(part.leaves) < 2 * FEWEST:
        return [part]
    middle = len(part.leaves) // 2
    return [replace(part, leaves=part.leaves[:middle]), replace(part, leaves=part.leaves[middle:])]


class _Chooser:
    """Fills the parts one after the other; ``filled`` holds what each function got."""

    def __init__(self, pool: Pool, plan: Plan, lend: bool) -> None:
        self._pool, self._plan, self._lend = pool, plan, lend
        self._adapters = {source.speech.speech_id: Adapter(source, plan) for source in pool.sources}
        self._commons = Commons(pool)
        self._known: dict[tuple[str, bool], list[Leaf]] = {}
        self._telling = Telling(pool, plan)
        self.matters = Matters(pool, plan, self._telling)
        self.joined = False
        self.joined = self._joins()
        self.roles = tuple(role for role in plan.roles() if not (self.joined and role == "problem"))
        firsts = {source.speech.family or source.speech.speech_id for source in pool.sources if source.first}
        self._sole = len(firsts) == 1
        self.share = max(SHARE, min(EVEN / max(len(firsts), 1), 1.0))
        self._used = Used()
        self._short = (plan.length or SHORT + 1) <= SHORT
        self._total = 3 * len(plan.roles())
        self.filled: dict[str, list[_Filled]] = defaultdict(list)

    def again(self, limit: int) -> _Chooser:
        """Return a chooser that starts anew and takes at most ``limit`` sub-points of a family."""
        other = copy(self)
        other._used, other.filled = Used(limit=limit), defaultdict(list)
        return other

    def candidates(self, role: str, *, lend: bool = False) -> list[Leaf]:
        """Return the sub-points for a function; with ``lend`` those of other themes too."""
        key = (role, lend)
        if key not in self._known:
            units = self._pool.units
            self._known[key] = candidates(units, role, self._plan, self._adapters, self._commons, lend=lend)
        return self._known[key]

    def _joins(self) -> bool:
        """Tell whether 成绩 and 问题 are one part: both are wanted, and there is room or material for one only."""
        roles = self._plan.roles()
        wanted = {role for role in BACKWARD if role in (*roles, *self._plan.asked, *self._plan.found)}
        if len(wanted) < len(BACKWARD) or "achievement" not in roles:
            return False
        asked = all(role in self._plan.asked for role in wanted)  # nobody asked for two parts
        return "problem" not in roles or not asked or any(len(self.candidates(role)) < FEWEST for role in BACKWARD)

    def plain(self, role: str) -> list[Head]:
        """Return the plain headings of a function."""
        return plain_heads("review" if role == "achievement" and self.joined else role, self._plan)

    def fill(self, role: str, count: int) -> None:
        """Fill ``count`` parts of a function, as far as there is material."""
        size = TASKS.get(count, LEAVES * count) if role == "task" else LEAVES * count
        joined = self.joined and role == "achievement"
        halves = BACKWARD if joined else (role,)
        picked = [leaf for half in halves for leaf in self._pick(self.candidates(half), size // len(halves))]
        if self._lend and len(picked) < FEWEST:
            picked += self._pick(self.candidates(role, lend=True), LENT - len(picked))
        # The plain heading of 成绩 and 问题 in one names both.
        heads = [] if joined else find_heads(role, picked, self._pool.units, self._plan, self._adapters)
        groups = grouped(picked, [*heads, *self.plain(role)], count)
        if not groups and any(self._carries_a_part(leaf) for leaf in picked):
            groups = [(None, picked)]
        for head, leaves in groups:
            options = (head,) if head else tuple(heads)
            self.filled[role].append(_Filled(role, tuple(ordered(role, leaves)), options, tuple(heads)))

    def with_faults(self, part: _Filled) -> _Filled:
        """Return 成绩, or else the reasons, with what is amiss behind them, where no part of its own tells it.

        The heading then names it too: a plain one where no real one does.
        """
        if self.joined or "problem" in self.roles:
            return part
        faults = self._pick([leaf for leaf in self.candidates("problem") if about_theme(leaf)], FAULTS)
        if not faults:
            return part
        heads = tuple(head for head in part.heads if names_faults(part.role, head.heading))
        plain = self.plain("review" if part.role == "achievement" else "situation")
        return replace(part, leaves=(*part.leaves, *ordered("problem", faults)), heads=heads or (plain[0],))

    def _pick(self, candidates: Sequence[Leaf], size: int) -> list[Leaf]:
        """Pick up to ``size`` sub-points one by one: worth, something not said yet, parallel form, several speeches."""
        used, picked = self._used, list[Leaf]()
        while len(picked) < size:
            check()
            options = [leaf for leaf in map(used.fitted, candidates) if leaf is not None]
            if not options:
                break
            gains = {id(leaf): self._gain(leaf, picked) for leaf in options}
            best = max(options, key=lambda leaf: (gains[id(leaf)], -leaf.unit.place, leaf.heading))
            if len(picked) >= FEWEST and gains[id(best)] < (SCANT if best.unit.source.first else ENOUGH):
                break
            picked.append(best)
            used.take(best)
            used.words |= self._telling.words(best.heading)
            used.matters |= self._spoken_of(best)
        return picked

    def _gain(self, leaf: Leaf, picked: Sequence[Leaf]) -> float:
        taken = self._used.families[family(leaf.unit)]
        gain = leaf.score
        if not (leaf.unit.source.first and self._sole):  # one that alone is on the theme may say what there is to say
            gain -= 0.2 * min(taken, 3) + 0.8 * (taken + 1 > self.share * self._total)
        gain -= BARE * (leaf.text == UNTOLD)
        gain += self._telling.news(leaf, self._used.words)
        gain += ASKED * len(self._spoken_of(leaf) - self._used.matters)
        if picked:
            gain += 0.5 * sum(parallel(leaf.heading, other.heading) for other in picked) / len(picked)
        return gain

    def _spoken_of(self, leaf: Leaf) -> set[str]:
        """Return the matters of the brief that a sub-point speaks of."""
        return {matter for matter in self._plan.focus if speaks_of(matter, leaf.heading + leaf.text)}

    def completed(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return the parts with a few more sub-points on the theme, for what no other names; a short speech gets none.

        A family that gives its share already gives no more.
        """
        if self._short:
            return parts
        options = [self.candidates(part.role) for part in parts]
        room = [TASKS[1] if part.role == "task" else LEAVES for part in parts]
        found = completed([part.leaves for part in parts], options, room, self.matters, self.share)
        return tuple(_with_more(part, leaves) for part, leaves in zip(parts, found, strict=True))

    def told_further(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """Return the parts with further sentences in their sub-points."""
        known = (self._pool.units, self._plan, self._adapters, self.matters)
        leaves = told_further(_leaves(parts), *known)
        told = iter(leaves if self._short else told_elsewhere(leaves, *known))
        return tuple(replace(part, leaves=tuple(next(told) for _ in part.leaves)) for part in parts)

    def framed(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return the parts with framed ones for functions of the occasion that the theme leaves empty.

        Such a one has a plain heading and what main sections of its function say, if a sentence of theirs carries
        over. Only as many are added as make the number of parts asked for.
        """
        known = list(parts)
        for role, like, leaves in self.frames(parts)[: max(wanted_parts(self._plan) - len(parts), 0)]:
            plain = self.plain("situation" if len(leaves) >= FEWEST else role)
            if role == "significance" and len(leaves) == 1:  # what another speech gives for a reason stands behind it
                others = [unit for unit in like if unit.speech is not leaves[0].unit.speech]
                told = (leaf for unit in others if (leaf := self._frame(unit, role, parts)) is not None)
                leaves = (joined(leaves[0], next(told, None)),)
            known.append(Part(role, plain[0].heading, tuple(like[:2]), leaves, plain=tuple(plain[1:])))
        return tuple(sorted(known, key=lambda part: ORDER.index(part.role)))

    def frames(self, parts: Sequence[Part | _Filled]) -> list[tuple[str, list[Unit], tuple[Leaf, ...]]]:
        """Return the functions that ``parts`` leave empty, the main sections like them, and what those say if anything.

        What is amiss stands in for a reason that no sentence gives. A function with nothing to say stands only where
        speeches have a main part of level one for it.
        """
        told = any(leaf.unit.role == "problem" for part in parts for leaf in part.leaves)
        present = [*(part.role for part in parts), *(["problem"] if self.joined or told else [])]
        found: list[tuple[str, list[Unit], tuple[Leaf, ...]]] = []
        for role, like in unfilled(present, self._pool, self._plan):
            leaf = next((leaf for unit in like if (leaf := self._frame(unit, role, parts)) is not None), None)
            faults = () if leaf or role != "significance" or "problem" in self.roles else self._faults(parts)
            if len(faults) >= FEWEST:
                found.append((role, [faults[0].unit], faults))
            elif leaf is not None or any(unit.level == 1 for unit in like):
                found.append((role, like, (leaf,) if leaf else ()))
        return found

    def _faults(self, parts: Sequence[Part | _Filled]) -> tuple[Leaf, ...]:
        """Return what speeches on the theme find amiss and ``parts`` do not tell."""
        told = [leaf.heading for part in parts for leaf in part.leaves]
        known = [leaf for leaf in self.candidates("problem") if about_theme(leaf) and leaf.text != UNTOLD]
        return tuple([leaf for leaf in known if leaf.heading not in told][: FAULTS + 1])

    def _frame(self, unit: Unit, role: str, parts: Sequence[Part | _Filled]) -> Leaf | None:
        told = [leaf for part in parts for leaf in part.leaves if leaf.unit.speech is unit.speech]

        def taken(start: int, end: int) -> bool:
            return any(leaf.start < end and start < leaf.end for leaf in told)

        return framed(unit, role, self._plan, self._adapters[unit.speech.speech_id], taken)

    def _carries_a_part(self, leaf: Leaf) -> bool:
        """Tell whether one sub-point is enough for a main point, which then tells it under its own heading."""
        whole = leaf.unit.source.first and leaf.unit.level < TOPIC
        asked = leaf.unit.role in self._plan.asked  # a part that the brief asks for is told with what there is
        if whole and (asked or leaf.score >= STRONG):
            return True
        if leaf.score >= STRONG and leaf.unit.theme >= 5.0:
            return True
        about = theme_score(leaf.text, self._plan) >= 1
        return leaf.unit.source.first and about and leaf.score >= (ENOUGH if self._lend else STRONG)


def _headed(filled: Sequence[_Filled], chooser: _Chooser) -> tuple[Part, ...]:
    """Give every part a heading; among the best real ones, those that share pattern and length."""
    if not filled:
        return ()
    choice = {1: 8, 2: 8, 3: 6, 4: 4}.get(len(filled), 3)  # every combination is weighed: keep their number small
    below = [leaf.heading for part in filled for leaf in part.leaves]
    options = [_options(part, choice, chooser, below) for part in filled]
    best = max(product(*options), key=_fitness)
    return tuple(
        Part(part.role, head.heading, head.units, part.leaves) for part, head in zip(filled, best, strict=True)
    )


def _fitness(heads: Sequence[Head]) -> tuple[int, float, tuple[str, ...]]:
    """Return what to choose the headings of a speech by: no opening twice, then those that go together."""
    names = tuple(head.heading for head in heads)
    openings = {re.split("[，、]", name)[0] for name in names}
    return len(openings), harmony(heads), names


def _options(part: _Filled, choice: int, chooser: _Chooser, below: Sequence[str]) -> tuple[Head, ...]:
    """Return the headings a part may take: real ones, and plain ones where they are few or do not go together."""
    if len(part.heads) == 1 and part.heads[0].score == 0.0:  # dealt a plain heading already
        return part.heads
    real = [head for head in part.heads if not any(similar(head.heading, other) for other in below)]
    return (*real[:choice], *chooser.plain(part.role))
